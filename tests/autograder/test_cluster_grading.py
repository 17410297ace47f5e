"""A class is graded by real Dask workers: the results are those of lanes, whatever becomes of a worker.

Whatever speaks to Dask has threads, so it runs in a child: this process goes on to fork.
"""

import json
import os
import shutil
import signal
import socket
import sys
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from autograder.cluster import dask_transport
from autograder.cluster.dask_transport import DaskTransport, connected
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading import records
from autograder.grading.driver import Settings, grade
from autograder.grading.processes import Process
from autograder.grading.worker import asked
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from tests.autograder.graded_toy import submitted
from tests.autograder.toy_class import ENDLESS, ENDS_ITSELF, RIGHT, WRONG, hand_in
from tests.autograder.toy_outcome import outcome
from tests.autograder.toy_unit import course_of

# However busy the machine is, time-outs are of CPU time here, so that both ways tell them in the same words.
LIMITS = Limits(cell_seconds=0.5, call_seconds=0.5, check_seconds=1.0, wall_factor=60.0)
LANES = Settings(jobs=1, limits=LIMITS)
CLASS = {
    "ada": RIGHT,
    "bob": WRONG,
    "cut": RIGHT[:300],
    "eve": ENDS_ITSELF,
    "kim": submitted({}),
    "zoe": ENDLESS,
}
KNOWN = """\
import sys

if "autograder.grading.request" in sys.orig_argv:
    import reference.kit.units
    from tests.autograder.toy_unit import load

    reference.kit.units.load = load
"""


@pytest.fixture
def courses(toy_course, tmp_path, monkeypatch):
    """Three courses with the same class of the toy unit, which companions know too."""
    place = tmp_path / "known"
    place.mkdir()
    (place / "sitecustomize.py").write_text(KNOWN)
    monkeypatch.setenv("PYTHONPATH", str(place), prepend=os.pathsep)
    hand_in(toy_course, **CLASS)
    return [course_of(shutil.copytree(toy_course.root, tmp_path / name)) for name in ("one", "two", "three")]


def in_child(work):
    """What `work` returns, as far as JSON tells it, computed where threads do no harm."""
    with closing(Process.forked(lambda: lambda _: json.dumps(work()).encode())) as child:
        return json.loads(child.ask(b"", 240))


def told_by(course, settings):
    """Who was told as graded, in order, and the error if there was one."""
    told = []
    try:
        grade(course, "toy", settings=settings, on_done=lambda done, _: told.append(done.record.student))
    except CourseError as error:
        told.append(str(error))
    return told


def test_workers_give_what_lanes_give_even_when_they_are_killed(courses, monkeypatch):
    lanes, workers, killed = courses
    grade(lanes, "toy", settings=LANES)
    expected = outcome(lanes)
    assert (expected.told["ada"].points, expected.told["zoe"].in_doubt) == (90.5, True)

    def work():
        with connected("local:2", 2) as client:
            there = replace(LANES, cluster=client.scheduler.address)
            first = told_by(workers, there)
            monkeypatch.setattr(dask_transport, "DaskTransport", KillingTransport)
            return first, told_by(killed, there)

    first, second = in_child(work)
    assert sorted(first) == sorted(second) == sorted(CLASS)
    assert first[-1] == "zoe"
    assert outcome(workers) == expected

    left = outcome(killed)
    assert left.told["eve"].reason is Reason.ENVIRONMENT
    assert left.without("eve") == expected.without("eve")
    assert left.sheets.keys() == expected.sheets.keys() - {"eve"}  # no score where no grader lived


class KillingTransport(DaskTransport):
    """Kills the worker that gets bob's submission the first time, and whoever gets eve's at any time."""

    def __init__(self, client, name):
        super().__init__(client, name)
        self.seen = []

    def send(self, address, message):
        future = super().send(address, message)
        student, _, _ = asked(message)
        if student == "eve" or (student == "bob" and student not in self.seen):
            with suppress(OSError):  # it may have been killed just before
                os.kill(self._client.run(os.getpid, workers=[address])[address], signal.SIGKILL)
        self.seen.append(student)
        return future


def test_a_scheduler_that_nobody_reaches_is_one_clear_error(courses, monkeypatch):
    monkeypatch.setattr(dask_transport, "CONNECT_SECONDS", 0.2)
    with socket.socket() as taken:  # bound and not listening: nobody else answers there
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        there = replace(LANES, cluster=address)
        (said,) = in_child(lambda: told_by(courses[0], there))
    assert f"no Dask scheduler answers at {address}" in said
    assert "start one (dask scheduler)" in said
    assert records.load_all(Assignment(courses[0], "toy")) == ()


def test_without_the_package_the_remedy_is_told(courses, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    (said,) = told_by(courses[0], replace(LANES, cluster="local:2"))
    assert "distributed, which is not installed" in said
    assert 'pip install -e ".[cluster]"' in said
