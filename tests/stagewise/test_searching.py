"""The search for one edit that makes a function right, and the child process in which it is done."""

import os
import time

import numpy as np
import pytest

from stagewise.checks import apart, watching
from stagewise.judge.searching import TimeUp, fits


def define(source, name, **world):
    cell = {"np": np, **world}
    exec(source, cell)
    return cell[name]


def found(toy, source, exercise="center", **partners):
    one = toy.unit().exercises[exercise]
    functions = {exercise: define(source, exercise), **partners}
    return [(fit.first, fit.last, fit.kind) for fit in fits(source, functions, one.cases) if fit]


@pytest.mark.parametrize(
    ("body", "line", "kind"),
    [
        ("mu = x.mean(axis=1)\n    return x - mu", 2, "AXIS"),
        ("mu = x.mean(axis=0)\n    return x + mu", 3, "SIGN"),
        ("mu = x.sum(axis=0)\n    return x - mu", 2, "CALL"),
        ("N = len(x)\n    mu = x.sum(axis=0)\n    return x - mu", 3, "CALL"),
        ("mu = x.mean(axis=0)\n    x - mu\n    y = x - mu\n    return x", 5, "NAME"),
    ],
)
def test_the_line_is_found(toy, body, line, kind):
    told = found(toy, f"def center(x):\n    {body}\n")
    assert (line, line, kind) in told
    assert {first for first, _, _ in told} == {line}


def test_partners_are_played_with_it(toy):
    source = (
        "def center_backward(dout, cache):\n    x, s = cache\n    d = dout * s\n    y = x - x.mean(axis=0)\n"
    )
    source += "    return d - d.mean(axis=0), (dout + y).sum(axis=0)\n"
    told = found(toy, source, "center_backward", center_forward=toy.center_forward)
    assert {first for first, _, _ in told} == {5}


def test_nothing_is_found_where_two_things_are_wrong(toy):
    assert found(toy, "def center(x):\n    mu = x.max(axis=1)\n    return x * mu\n") == []


def test_an_edit_that_takes_too_long_is_given_up(toy):
    """`limit` surrounds each edit; what it stops does not fit."""

    class AtOnce:
        def __enter__(self):
            raise TimeUp

        def __exit__(self, *_):
            raise AssertionError("never entered")

    source = "def center(x):\n    return x + x.mean(axis=0)\n"
    one = toy.unit().exercises["center"]
    functions = {"center": define(source, "center")}
    assert not any(fits(source, functions, one.cases, AtOnce))


needs_fork = pytest.mark.skipif(not apart.can_fork(), reason="processes cannot be forked here")


@needs_fork
def test_a_child_tells_its_lines_and_nothing_else_leaves_it(capfd):
    state = []

    def work():
        print("said")
        os.write(1, b"written")
        state.append(1)
        yield "first"
        yield ""
        yield str(os.getpid())

    first, process = apart.lines_from(work, 60)
    assert first == "first"
    assert int(process) != os.getpid()
    assert state == []
    assert capfd.readouterr() == ("", "")


@needs_fork
def test_a_child_that_does_not_end_is_ended():
    def work():
        yield str(os.getpid())
        while True:
            pass

    (process,) = apart.lines_from(work, 1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


@needs_fork
def test_one_piece_of_work_that_does_not_end_is_left(monkeypatch):
    def work():
        try:
            with apart.short():
                while True:
                    pass
        except TimeUp:
            yield "next"

    assert apart.lines_from(work, 60) == ["next"]


@pytest.mark.skipif(not watching.can_watch(), reason="Python tells of turns from version 3.12 on")
def test_without_a_child_a_piece_of_work_that_does_not_end_is_left_too(monkeypatch):
    monkeypatch.setattr(apart, "_EACH", 0.01)
    with pytest.raises(TimeUp), apart.short():
        exec("while True: pass")


@needs_fork
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="what a process holds is told by Linux")
def test_a_child_cannot_take_all_memory():
    def work():
        try:
            held = np.ones(1 << 29)
        except MemoryError:
            yield "refused"
        else:
            yield f"{held.nbytes}"

    assert apart.lines_from(work, 60) == ["refused"]


@needs_fork
def test_what_a_child_raises_ends_it_alone():
    def work():
        yield "before"
        raise ValueError

    assert apart.lines_from(work, 60) == ["before"]


def test_without_processes_the_time_is_limited_between_the_pieces(monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert apart.lines_from(lambda: map(str, range(100)), 3) == ["0", "1", "2", "3"]


@needs_fork
def test_where_no_process_may_be_forked_it_is_done_here(monkeypatch):
    def refuse():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    before = len(os.listdir("/dev/fd"))
    assert apart.lines_from(lambda: iter(["here"]), 60) == ["here"]
    assert len(os.listdir("/dev/fd")) == before
