"""Levels of isolation: which one a machine gets, what is told where it gets none, and what each holds."""

import ctypes
import itertools
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from autograder.errors import SandboxError
from autograder.grading.driver import Settings, grade
from autograder.isolation import levels
from autograder.isolation.candidate._rooms import Rooms
from autograder.isolation.candidate.serve import Template
from autograder.isolation.confinement import _landlock
from autograder.isolation.confinement.gate import MOST_ENTRIES
from autograder.isolation.confinement.level import AUTO, ISOLATIONS, Level, answers
from autograder.isolation.lacks import LACKS, in_words, told_of
from autograder.isolation.levels import chosen, why_not
from autograder.isolation.limits import MIB, Limits
from autograder.isolation.sandbox import CandidateTemplate
from tests.autograder import machines
from tests.autograder.asked import value
from tests.autograder.graded_toy import cell, submitted
from tests.autograder.machines import CLONE
from tests.autograder.toy_class import ENDS_ITSELF, RIGHT, WRONG, hand_in

SHARED = (Level.FLAT, Level.LANDLOCK)
pytestmark = machines.needs_landlock
TRIED = """
import json, sys
from autograder.errors import SandboxError
from autograder.isolation.sandbox import CandidateTemplate
told = {}
for asked in sys.argv[1:]:
    try:
        with CandidateTemplate.start(isolation=asked) as template, template.new_candidate() as candidate:
            shown = candidate.run_cell("import numpy\\nprint(numpy.arange(3).sum())").outputs
            told[asked] = [template.level.value, shown[0]["text"]]
    except SandboxError as error:
        told[asked] = [error.problem, error.remedy]
print(json.dumps(told))
"""


def tried(machine, *asked):
    """What asking for each of these levels gives on that machine."""
    command = machine(sys.executable, "-c", TRIED, *asked)
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root limits the namespaces of others")
@pytest.mark.skipif(bool(why_not(Level.FLAT)), reason="there is no bubblewrap that works here")
def test_where_nothing_nests_candidates_share_a_sandbox():
    told = tried(machines.without_nesting, AUTO, "sandbox")
    assert told[AUTO] == ["sandbox-flat", "3\n"]
    problem, remedy = told["sandbox"]
    assert problem.startswith("This machine cannot isolate a candidate (sandbox: ")
    assert "user.max_user_namespaces=10000" in remedy


def test_where_no_namespaces_are_candidates_are_kept_apart_by_landlock():
    told = tried(machines.without_namespaces, AUTO, "sandbox", "sandbox-flat")
    assert told[AUTO] == ["landlock", "3\n"]
    for asked in ("sandbox", "sandbox-flat"):
        problem, remedy = told[asked]
        assert problem.startswith(f"This machine cannot isolate a candidate ({asked}: ")
        assert "--isolation process" in remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_rights_grades_at_every_level_that_root_has():
    told = tried(machines.as_plain_user, *(level.value for level in Level if not why_not(level)))
    assert {asked: [asked, "3\n"] for asked in told} == told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_rights_or_namespaces_is_left_with_landlock():
    def both(*command):
        return machines.as_plain_user(*machines.without_namespaces(*command))

    assert tried(both, AUTO)[AUTO] == ["landlock", "3\n"]


def test_the_best_is_taken_and_the_last_only_by_name(monkeypatch):
    possible = {Level.FLAT, Level.LANDLOCK, Level.PROCESS}
    monkeypatch.setattr(levels, "why_not", lambda level: "" if level in possible else "so it is")
    assert chosen(AUTO) is Level.FLAT
    assert chosen("process") is Level.PROCESS
    with pytest.raises(SandboxError, match=r"\(sandbox: so it is\)"):
        chosen("sandbox")
    possible.intersection_update({Level.PROCESS})
    with pytest.raises(SandboxError, match="landlock: so it is"):
        chosen(AUTO)


@pytest.mark.parametrize("level", SHARED)
def test_a_kernel_without_landlock_has_no_level_without_namespaces(level, monkeypatch, tmp_path):
    monkeypatch.setattr(_landlock, "version", lambda: _landlock.LEAST_ALONE - 1)
    with pytest.raises(OSError, match=r"no Landlock of Linux 6\.2"):
        Rooms(level, str(tmp_path))


def test_what_held_is_what_was_asked_for():
    assert answers("landlock", AUTO)
    assert answers("process", "process")
    assert not answers("process", AUTO)
    assert not answers("landlock", "sandbox")
    assert not answers("", AUTO)
    assert set(ISOLATIONS) == {AUTO, *Level}


@pytest.fixture(scope="module", params=SHARED)
def shared(request):
    """A template of each level whose candidates have no namespaces of their own."""
    if why_not(request.param):
        pytest.skip(why_not(request.param))
    with CandidateTemplate.start(isolation=request.param) as started:
        yield started


def test_a_template_says_how_it_is_isolated(shared):
    assert {"rlimits", "gate", "no-new-privileges", "landlock", "seccomp"} <= set(shared.layers)
    with shared.new_candidate() as candidate:
        assert candidate.isolation == shared.level


def test_nothing_of_the_course_and_of_others_can_be_read(shared, tmp_path):
    (tmp_path / "secret").write_text("x")
    places = [
        str(tmp_path / "secret"),
        str(CLONE / "Makefile"),
        "/etc/passwd",
        "/proc/self/status",
        "/proc/1/environ",
    ]
    source = """
import os
def refused(look):
    try:
        look()
    except OSError:
        return True
"""
    with shared.new_candidate() as candidate:
        candidate.run_cell(source)
        assert value(candidate, f"[refused(lambda: open(place)) for place in {places}]") == [True] * 5
        places = [str(tmp_path), str(CLONE), "/proc"]
        assert value(candidate, f"[refused(lambda: os.listdir(place)) for place in {places}]") == [True] * 3


def test_what_one_leaves_the_next_does_not_find(shared):
    """Files of any permissions, however deep."""
    with shared.new_candidate() as candidate:
        candidate.run_cell(
            "import os\nopen('note', 'w').write('x')\nos.makedirs('a/' * 90)\nos.mkdir('shut', 0)"
        )
        assert value(candidate, "sorted(os.listdir())") == ["a", "note", "shut"]
    with shared.new_candidate() as candidate:
        assert value(candidate, "os.listdir()") == []
        assert value(candidate, "os.path.expanduser('~') == os.getcwd()") is True
        assert value(candidate, "__import__('tempfile').gettempdir() == os.getcwd()") is True


def test_two_at_a_time_do_not_read_each_other(shared):
    """Or there are no two at a time: the one before is ended first."""
    first = shared.new_candidate()
    first.run_cell("import os\nopen('note', 'w').write('x')\nplace = os.getcwd()")
    place = value(first, "place") if shared.level is Level.LANDLOCK else ""
    with shared.new_candidate() as second:
        if place:
            assert second.run_cell(f"open({place + '/note'!r})").outputs[-1]["ename"] == "PermissionError"
            assert value(first, "open('note').read()") == "x"
        else:
            assert value(second, "os.listdir()") == []
            assert not first._talk._keeper.recv(100).startswith(b"exit")
    first.close()


def test_threads_files_and_bytes_are_bounded_by_the_template(shared):
    limits = Limits(threads=5, tmp_bytes=4 * MIB)
    threads = """
import threading
stop = threading.Event()
try:
    for started in range(20): threading.Thread(target=stop.wait).start()
except RuntimeError: pass
stop.set()
"""
    entries = """
made = 0
try:
    for made in range(2000): open(f'{made}', 'x').close()
except OSError as error: why = error.errno
"""
    size = """
written = 0
try:
    for written in range(100): open(f'{written}', 'xb').write(bytes(1 << 20))
except OSError as error: why = error.errno
"""
    with shared.new_candidate(limits) as candidate:
        candidate.run_cell(threads)
        assert 1 <= value(candidate, "started") <= 5
        candidate.run_cell(size)
        assert value(candidate, "[written, why]") == [4, 28]
    with shared.new_candidate(limits) as candidate:
        candidate.run_cell(entries)
        assert value(candidate, "[made, why]") == [MOST_ENTRIES, 28]


CHANCE = """
import random
import numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), hash('a'), set('abc'))
"""


def told(record):
    """What is told of a submission, whatever held it."""
    return replace(record, isolation="", layers=(), timings={}, cache_key="")


@pytest.mark.parametrize("level", SHARED)
def test_a_class_earns_and_is_told_the_same_at_each_level(level, toy_course):
    """Right, wrong, ending itself, left to chance; what was graded at one level is not again at another."""
    if why_not(level) or why_not(Level.SANDBOX):
        pytest.skip("this machine has no two levels to compare")
    by_chance = submitted(change=lambda notebook: cell(notebook, "double").update(source=CHANCE))
    hand_in(toy_course, ada=RIGHT, bob=WRONG, eve=ENDS_ITSELF, cut=RIGHT[:300], kim=by_chance)

    def graded(isolation, force=True):
        settings = Settings(jobs=2, isolation=isolation, force=force)
        done = {one.record.student: one for one in grade(toy_course, "toy", settings=settings)}
        pages = sorted(toy_course.autograded.glob("*/toy/toy.ipynb"))
        return done, [page.read_text().replace(f'"{level}"', '"sandbox"') for page in pages]

    best, shown = graded(Level.SANDBOX)
    lesser, shown_there = graded(level)
    assert {name: told(one.record) for name, one in lesser.items()} == {
        name: told(one.record) for name, one in best.items()
    }
    assert len(shown) == 4
    assert shown_there == shown
    assert {one.record.isolation for one in lesser.values()} == {level, ""}
    assert not any(one.graded for one in graded(AUTO, force=False)[0].values())


def test_shared_memory_of_the_accounts_programs_is_out_of_reach(shared):
    """A segment that this process made and leaves open to its user."""
    libc = ctypes.CDLL(None, use_errno=True)
    segment = libc.shmget(0, 4096, 0o1600)
    if segment < 0:
        pytest.skip("this machine has no shared memory of that kind")
    try:
        source = f"import ctypes\nplace = ctypes.CDLL(None).shmat({segment}, None, 0o10000)"
        with shared.new_candidate() as candidate:
            candidate.run_cell(source)
            assert value(candidate, "place") == -1
    finally:
        libc.shmctl(segment, 0, None)


def test_no_descriptor_keeps_others_waiting_in_a_template():
    """Two that always have something to say, until the requests end."""
    requests, theirs = socket.socketpair()
    template = Template(requests, None, None, SimpleNamespace(level=Level.PROCESS, one_at_a_time=False))
    pipes = [os.pipe() for _ in range(2)]
    heard = []

    def hear(name):
        heard.append(name)
        if len(heard) == 4:
            theirs.recv(16)
            theirs.close()

    for name, (reading, writing) in enumerate(pipes):
        os.write(writing, b"x")
        template._handle(reading, lambda _, name=name: hear(name))
    template.serve()
    assert set(heard) == {0, 1}
    requests.close()
    for descriptor in itertools.chain(*pipes):
        os.close(descriptor)


def test_a_level_says_what_it_lacks():
    assert in_words(Level.SANDBOX) == "The level of isolation is `sandbox`."
    assert "the name of the machine" in in_words(Level.LANDLOCK)
    assert "the name of the machine" not in in_words(Level.FLAT)
    assert [said.split("`")[1] for said in told_of(["process", "", "sandbox"])] == ["sandbox", "process"]
    assert all(Level.SANDBOX not in lack.levels for lack in LACKS)
