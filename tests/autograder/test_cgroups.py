"""Control groups: where one may be made, what it bounds, and that none is left behind.

On directories that look like the kernel's; the real one is used where this machine gives it.
"""

import os
import subprocess
import sys

import pytest

from autograder.isolation.confinement.cgroups import Above, Group, _user, available
from autograder.isolation.sandbox import CandidateTemplate

USER = 1000


@pytest.fixture
def unified(tmp_path):
    """Version 2: a session below a slice that hands memory and pids down, with the texts that say so."""
    slice_, session = tmp_path / "app.slice", tmp_path / "app.slice" / "session.scope"
    session.mkdir(parents=True)
    (slice_ / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (session / "cgroup.subtree_control").write_text("")
    mounts = f"30 1 0:26 / {tmp_path} rw - cgroup2 cgroup2 rw\n"
    return slice_, {"membership": "0::/app.slice/session.scope\n", "mounts": mounts}


def owner(place):
    """Whoever runs the tests: directories of a test are theirs."""
    return place.stat().st_uid


def test_a_group_is_made_beside_ones_own(unified):
    """In version 2 a group that holds processes cannot be divided: the one above it can."""
    slice_, texts = unified
    os.chown(slice_, USER, -1) if os.geteuid() == 0 else None
    expected = [Above(2, slice_, ("memory", "pids"))]
    assert available(**texts, user=owner(slice_)) == expected


def test_somebody_elses_group_is_left_alone(unified):
    """Another user's; and, to root, one that was not delegated."""
    slice_, texts = unified
    assert available(**texts, user=owner(slice_) + 1) == []
    assert available(**texts, user=0) == []


@pytest.mark.parametrize(
    ("inner", "uid_map", "user"),
    [
        (1000, "0 0 4294967295\n", 1000),
        (0, "0 0 4294967295\n", 0),
        (1000, "1000 0 1\n", 0),
        (1000, "1000 1000 1\n", 1000),
        (0, "0 1000 1\n1 100000 65536\n", 0),
        (1000, "", 1000),
    ],
)
def test_root_under_another_name_is_root(inner, uid_map, user):
    """In a user namespace of root's; the root of somebody else's takes no more than real root."""
    assert _user(inner, uid_map) == user


def test_a_group_that_hands_nothing_down_bounds_nothing(unified):
    """As in most containers."""
    slice_, texts = unified
    (slice_ / "cgroup.subtree_control").write_text("cpu\n")
    assert available(**texts, user=owner(slice_)) == []


def test_in_version_1_each_controller_has_its_tree(tmp_path):
    """Root divides the top group, and leaves alone what a batch system has made of it."""
    for name in ("memory/job/7", "pids"):
        (tmp_path / name).mkdir(parents=True)
    membership = "8:pids:/\n4:memory:/job/7\n1:cpu,cpuacct:/\n0::/\n"
    mounts = "".join(
        f"{number} 1 0:{number} / {tmp_path}/{name} rw,relatime - cgroup cgroup rw,{name}\n"
        for number, name in enumerate(("memory", "pids"))
    )
    assert available(membership, mounts, 0) == [Above(1, tmp_path / "pids", ("pids",))]


def test_without_control_groups_nothing_is_bounded():
    """The command line is as it was."""
    assert available("", "", USER) == []
    group = Group([])
    assert group.controllers == ()
    assert group.entering(["true"]) == ["true"]
    assert not group.holds(os.getpid())
    group.close()


def test_the_bounds_are_written_and_processes_enter(tmp_path):
    """Before the command runs; a group whose maker was killed goes when the next one is made."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f"stagewise-{dead.pid}-0").mkdir()
    group = Group([Above(2, tmp_path, ("memory", "pids"))])
    (made,) = tmp_path.iterdir()
    with subprocess.Popen(group.entering(["true"])) as process:
        process.wait()
    assert (made / "cgroup.procs").read_text() == f"{process.pid}\n"
    assert group.controllers == ("memory", "pids")
    assert group.holds(process.pid)
    (made / "cgroup.procs").unlink()
    group.close()
    assert list(tmp_path.iterdir()) == []


def test_what_the_kernel_refuses_is_no_error(tmp_path):
    """A place that is not there."""
    group = Group([Above(2, tmp_path / "absent", ("memory",))])
    assert group.controllers == ()
    with subprocess.Popen(group.entering(["true"])) as process:
        assert process.wait() == 0


@pytest.mark.skipif(not available(), reason="this machine gives no control group")
def test_a_template_is_in_its_group_until_it_is_closed():
    """The real ones."""
    with CandidateTemplate.start() as template:
        made = list(template._group._made)
        assert made
        assert all(f"cgroup-{name}" in template.layers for name in template._group.controllers)
    assert not any(directory.exists() for directory in made)
