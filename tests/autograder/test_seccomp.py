"""The filter of system calls, step by step as the kernel goes through it, for both kinds of machine."""

import struct

import pytest

from autograder.isolation.confinement import gate, seccomp

ASK = 0x7FC00000
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
MACHINES = {"x86_64": 0, "aarch64": 1}
OWN = 77
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def verdict(machine, number, *arguments, architecture=None, shared=False, code=None):
    """What the filter of this machine says to a call: the kernel's own way through it."""
    audit, column = seccomp.MACHINES[machine]
    code = code or seccomp.program(audit, column, OWN, shared)
    steps = [struct.unpack_from("HBBI", code, at) for at in range(0, len(code), 8)]
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("IIQ6Q", number, audit if architecture is None else architecture, 0, *padded)
    place, held = 0, 0
    while True:
        kind, if_true, if_false, value = steps[place]
        if kind == RETURN:
            return value
        if kind == LOAD:
            (held,) = struct.unpack_from("I", data, value)
            place += 1
            continue
        found = {EQUAL: held == value, AT_LEAST: held >= value, ANY_BIT: held & value != 0}[kind]
        place += 1 + (if_true if found else if_false)


def said(machine, numbers, *arguments, **how):
    return verdict(machine, numbers[MACHINES[machine]], *arguments, **how)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_of_the_table_is_refused(machine):
    for name, numbers in seccomp._REFUSED.items():
        if numbers[MACHINES[machine]] != -1:
            assert said(machine, numbers) == EPERM, name
        assert numbers[MACHINES[machine]] == -1 or said(machine, numbers, shared=True) == EPERM, name
    for name, numbers in seccomp._REFUSED_SHARED.items():
        if numbers[MACHINES[machine]] != -1:
            assert [said(machine, numbers, shared=shared) for shared in (False, True)] == [ALLOW, EPERM], name
    assert said(machine, seccomp._CLONE3) == ENOSYS


@pytest.mark.parametrize("column", MACHINES.values())
def test_no_number_is_told_twice(column):
    tables = (seccomp._REFUSED, seccomp._REFUSED_SHARED, seccomp._OF_PROCESSES)
    numbers = [both[column] for table in tables for both in table.values() if both[column] != -1]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_call_that_nobody_has_looked_at_is_as_if_it_were_not_there(machine):
    """So that libraries take the way that they took before there was one."""
    assert verdict(machine, seccomp.LAST_REVIEWED) == ALLOW
    for number in (seccomp.LAST_REVIEWED + 1, 500, 0x3FFFFFFF):
        assert verdict(machine, number) == ENOSYS
    assert max(max(numbers) for numbers in seccomp._REFUSED.values()) <= seccomp.LAST_REVIEWED


USUAL = {
    "read": (0, 63),
    "write": (1, 64),
    "openat": (257, 56),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "futex": (202, 98),
    "exit_group": (231, 94),
    "clock_nanosleep": (230, 115),
    "socketpair": (53, 199),
    "rt_sigaction": (13, 134),
    "setitimer": (38, 103),
    "madvise": (28, 233),
    "getrandom": (318, 278),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_notebooks_need_is_allowed(machine):
    for name, numbers in USUAL.items():
        assert said(machine, numbers) == said(machine, numbers, shared=True) == ALLOW, name


THREAD, NEW_USER = 0x00010000, 0x10000000
BY_ARGUMENT = [
    (seccomp._CLONE, [THREAD | 0x100], [17], [NEW_USER | 17]),
    (seccomp._KILL, [OWN, 9], [1, 9], [0xFFFFFFFF, 9]),
    (seccomp._TGKILL, [OWN, OWN, 14], [OWN + 1, OWN, 14], [0, 0, 14]),
    (seccomp._PRLIMIT, [0, 7], [OWN + 1, 7], [2, 7]),
    (seccomp._GETSOCKOPT, [3, 1, 3], [3, 1, 77], [3, 1, 17]),
    (seccomp._SENDTO, [3, 0, 9, 0x40], [3, 0, 9, 1], [3, 0, 9, 0x41]),
    (seccomp._RECVFROM, [3, 0, 9, 0], [3, 0, 9, 1], [3, 0, 9, 0x41]),
    (seccomp._PRCTL, [15, 1], [4, 1], [1, 0]),
    (seccomp._FCNTL, [3, 3], [3, 6], [3, 1026]),
    (seccomp._FCNTL, [3, 4], [3, 8], [3, 15]),
]
OPEN, OPENAT, MKNODAT = (2, 56), (257, 56), (259, 33)
BY_ARGUMENT_SHARED = [
    *((numbers, [0, 8], [1, 8], [OWN, 8]) for numbers in seccomp._OF_PROCESSES.values()),
    (OPENAT, [-100 & 0xFFFFFFFF, 1, 0x41, 0o777], [3, 1, 0x41, 0o4755], [3, 1, 0x41, 0o2755]),
    (MKNODAT, [3, 1, 0o100777], [3, 1, 0o104755], [3, 1, 0o102755]),
    (seccomp._IOCTL, [3, 0x5421], [3, 0x8901], [3, 0x40086602]),
    *(
        (numbers, own, [(~OWN << 3 | 2) & 0xFFFFFFFF], [0xFFFFFFF7])
        for numbers in seccomp._CLOCKS.values()
        for own in ([2], [(~0 << 3 | 2) & 0xFFFFFFFF])
    ),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("numbers", "usual", "wrong", "also_wrong"), BY_ARGUMENT)
def test_some_are_allowed_by_an_argument(machine, numbers, usual, wrong, also_wrong):
    assert said(machine, numbers, *usual) == ALLOW
    assert said(machine, numbers, *wrong) == said(machine, numbers, *also_wrong) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("numbers", "usual", "wrong", "also_wrong"), BY_ARGUMENT_SHARED)
def test_without_namespaces_others_and_marks_are_out_of_reach(machine, numbers, usual, wrong, also_wrong):
    """And with them all of that is harmless."""
    assert said(machine, numbers, *usual, shared=True) == ALLOW
    assert (
        said(machine, numbers, *wrong, shared=True)
        == said(machine, numbers, *also_wrong, shared=True)
        == EPERM
    )
    assert said(machine, numbers, *wrong) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_and_files_to_write_are_asked_about(machine):
    """And nothing else, so that reading and computing cost nothing."""
    code = gate._program(*seccomp.MACHINES[machine])
    asked = [*gate._THREAD.values(), *gate._FILES.values()]
    for numbers in asked:
        if numbers[MACHINES[machine]] != -1:
            assert said(machine, numbers, code=code) == ASK
    for flags, answer in ((0, ALLOW), (0x80000, ALLOW), (1, ASK), (2, ASK), (0x40, ASK), (0x410000, ASK)):
        assert said(machine, OPENAT, 3, 1, flags, code=code) == answer
    for name, numbers in USUAL.items():
        assert name == "openat" or said(machine, numbers, code=code) == ALLOW
    assert verdict(machine, 20, architecture=0x40000003, code=code) == KILL


def test_calls_of_other_machines_end_the_process_or_fail():
    """A 32-bit call has other numbers, and so have those of the x32 interface."""
    assert verdict("x86_64", 20, architecture=0x40000003) == KILL
    assert verdict("aarch64", 20, architecture=0x40000028) == KILL
    assert verdict("x86_64", 0x40000000 + 39) == EPERM
