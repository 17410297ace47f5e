"""The layer of Landlock: what a candidate may do with files whatever the mounts allow."""

import os

import pytest

from autograder.isolation.confinement import _landlock as landlock

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def outcome_in_a_fork(work):
    """What `work` gives in a process that may be restricted for good: an exit code."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            landlock._libc.prctl(38, 1, 0, 0, 0)  # no new privileges
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(action):
    """1 for what the system refuses, 0 for what it does."""
    try:
        action()
    except OSError:
        return 1
    return 0


@needs_landlock
def test_writing_goes_on_in_named_directories_alone(tmp_path):
    """Reading everywhere; executing nowhere."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    (theirs / "kept").write_text("x")

    def work():
        assert landlock.restrict([str(ours)])
        (ours / "made").write_text("x")
        (ours / "made").rename(ours / "moved")
        (ours / "moved").unlink()
        with open(os.devnull, "w") as null:
            null.write("x")
        assert (theirs / "kept").read_text() == "x"
        tries = [
            lambda: (theirs / "kept").write_text("y"),
            lambda: (theirs / "kept").unlink(),
            lambda: (theirs / "new").mkdir(),
            lambda: os.link(theirs / "kept", ours / "linked"),
            lambda: os.execv("/bin/sh", ["sh"]),
        ]
        return sum(refused(one) for one in tries)

    assert outcome_in_a_fork(work) == 5
    assert (theirs / "kept").read_text() == "x"


@needs_landlock
def test_reading_goes_on_where_it_is_listed_alone(tmp_path):
    """Names may be listed where nothing may be read; a file may be listed by itself."""
    for name in ("read", "named", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kept").write_text("x")

    def work():
        readable = [str(tmp_path / "read"), str(tmp_path / "other" / "kept")]
        assert landlock.restrict([], readable, [str(tmp_path / "named")])
        assert (tmp_path / "read" / "kept").read_text() == (tmp_path / "other" / "kept").read_text() == "x"
        assert os.listdir(tmp_path / "named") == ["kept"]
        tries = [
            lambda: (tmp_path / "named" / "kept").read_text(),
            lambda: os.listdir(tmp_path / "other"),
            lambda: os.listdir(tmp_path),
            lambda: (tmp_path / "read" / "kept").write_text("y"),
            lambda: os.truncate(tmp_path / "read" / "kept", 0),
            lambda: os.listdir("/proc"),
        ]
        return sum(refused(one) for one in tries)

    assert outcome_in_a_fork(work) == 6


@needs_landlock
def test_a_directory_that_is_not_there_restricts_nothing(tmp_path):
    """The layer is then reported as absent."""

    def work():
        said = landlock.restrict([str(tmp_path / "absent")])
        (tmp_path / "made").write_text("x")
        return int(said)

    assert outcome_in_a_fork(work) == 0


def test_a_kernel_without_landlock_is_no_error(monkeypatch):
    """It is one layer more, not one that is needed."""
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert landlock.restrict(["/tmp"]) is False


@pytest.mark.parametrize(("version", "size"), [(1, 8), (3, 8), (4, 16), (5, 16), (6, 24), (9, 24)])
def test_an_older_kernel_is_asked_for_what_it_knows(version, size):
    """A ruleset that is longer than it knows would be refused."""
    assert landlock._size(version) == size


def test_a_template_says_which_layers_are_active(template, bare_template):
    """As a candidate of it found them; without a sandbox there are fewer."""
    assert {"rlimits", "namespaces", "no-new-privileges", "seccomp"} <= set(template.layers)
    assert ("landlock" in template.layers) == bool(landlock.version())
    assert "namespaces" not in bare_template.layers
    with template.new_candidate() as candidate:
        assert candidate.layers == template.layers
