"""What a worker machine holds for a run: it grades on the driver's terms, or says why not."""

import pickle
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import pytest

from autograder.cluster import worker_plugin
from autograder.cluster.worker_plugin import GradingPlugin, versions
from autograder.errors import CourseError
from autograder.grading.companion import Companion
from autograder.grading.request import GradingRequest
from autograder.isolation.limits import Limits
from autograder.units.plan import read_plan
from tests.autograder.graded_toy import toy_plan

WORKER = SimpleNamespace(address="tcp://10.0.0.7:40001", local_directory=None)
REQUEST = GradingRequest("", "toy", seed=3, limits=Limits(cell_seconds=1.5))


class FakeCompanion:
    """Answers with the message in capitals; ends when it is told to."""

    cache_key = "cache_key"
    made: ClassVar[list] = []

    def __init__(self, request):
        self.request, self.closed = request, False
        self.made.append(self)

    def ready(self):
        return self.cache_key

    def ask(self, message):
        return None if message == b"die" else message.upper()

    def close(self):
        self.closed = True


@pytest.fixture
def companions(monkeypatch):
    """The companions that were made."""
    monkeypatch.setattr(worker_plugin, "Companion", FakeCompanion)
    monkeypatch.setattr(FakeCompanion, "made", [])
    return FakeCompanion.made


@pytest.fixture
def place(built_toy):
    """A plugin as it arrives at a worker."""
    notebook = (built_toy / "source" / "toy" / "toy.ipynb").read_bytes()
    made = pickle.loads(pickle.dumps(GradingPlugin(REQUEST, notebook, "cache_key", versions(), "run")))
    made.setup(WORKER)
    yield made
    made.teardown(WORKER)


def test_the_request_and_the_notebook_arrive_as_data(companions, place):
    assert place.mark(b"question") == b"QUESTION"
    (companion,) = companions
    assert replace(companion.request, root="") == REQUEST
    assert GradingRequest.read(companion.request.written()) == companion.request
    assignment = companion.request.assignment
    assert read_plan(assignment.instructor) == toy_plan()
    assert assignment.course.root.stat().st_mode & 0o077 == 0


def test_a_companion_is_kept_warm_and_ends_with_the_run(companions, place):
    assert place.mark(b"one") == b"ONE"
    assert place.mark(b"die") is None
    assert place.mark(b"two") == b"TWO"
    (companion,) = companions
    root = companion.request.assignment.course.root
    place.teardown(WORKER)
    assert companion.closed
    assert not root.exists()


def test_a_companion_at_work_when_the_run_ends_is_closed_afterwards(companions, place, monkeypatch):
    monkeypatch.setattr(FakeCompanion, "ask", lambda self, message: place.teardown(WORKER))
    place.mark(b"question")
    assert [companion.closed for companion in companions] == [True]


def test_another_version_is_refused_with_both_versions_and_the_worker(companions, place, monkeypatch):
    monkeypatch.setattr(worker_plugin, "versions", lambda: versions() | {"numpy": "1.0"})
    with pytest.raises(CourseError) as refused:
        place.mark(b"question")
    said = str(refused.value)
    assert "the worker tcp://10.0.0.7:40001: it has numpy 1.0, but" in said
    assert versions()["numpy"] in said
    assert "install the same versions" in said


def test_another_cache_key_is_refused(companions, place, monkeypatch):
    monkeypatch.setattr(FakeCompanion, "cache_key", "other")
    with pytest.raises(CourseError, match=r"tcp://10.0.0.7:40001: its clone[\s\S]*same commit"):
        place.mark(b"question")


def test_a_machine_on_which_no_companion_starts_is_one_clear_error(tmp_path, capfd):
    companion = Companion(GradingRequest(str(tmp_path), "no-such-unit"))
    with pytest.raises(CourseError, match=r"no-such-unit ended before it could[\s\S]*autograder doctor"):
        companion.ask(b"question")
    assert "no-such-unit" in capfd.readouterr().err
