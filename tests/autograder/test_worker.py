"""A worker's examiners: one goes on as long as candidates answer as they should, and no longer."""

from types import SimpleNamespace

import pytest

from autograder.course import Assignment
from autograder.examining.known_answers import RightCandidate
from autograder.grading.preparing import new_worker
from autograder.grading.settings import Settings
from autograder.grading.templates import Templates
from autograder.grading.worker import unpack
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from autograder.units.prepare import prepare
from reference.judge import diagnosis
from tests.autograder.graded_toy import submitted

LIMITS = Limits(cell_seconds=0.5, call_seconds=0.5, check_seconds=1.0)
OUT_OF_ORDER = {
    "ends its process": "import os\nos._exit(3)",
    "answers for us": "import os\nos.write(3, b'\\x00\\x00\\x00\\x01\\xc1')",
    "ends the conversation": "import os\nos.close(3)",
}


@pytest.fixture
def mark(toy_course):
    """Marks submissions with one worker; tells the record and the examiner that is left."""
    prepare(toy_course, ["toy"])
    worker = new_worker(Assignment(toy_course, "toy"), Settings(limits=LIMITS))
    with Templates(Assignment(toy_course, "toy"), lanes=1) as templates:

        def marked(raw):
            record = unpack(worker.mark("ada", raw, lambda: templates.take(0))).record
            return record, worker._examiner

        yield marked
        worker.close()


def test_an_examiner_goes_on_after_candidates_that_answer_as_they_should(mark):
    """Right, wrong, unfinished or damaged: none of that is out of order."""
    record, first = mark(submitted())
    assert record.reason is Reason.OK
    assert first is not None
    for raw in (submitted({"double": "def double(x):\n    return 0"}), submitted({}), b"{", submitted()):
        assert mark(raw)[1] is first


@pytest.mark.parametrize("trick", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_an_examiner_ends_with_the_first_candidate_that_does_not(mark, trick):
    """The next submission is judged by another, and earns what it earned before."""
    before, first = mark(submitted())
    assert mark(submitted({"double": trick}))[1] is None
    after, second = mark(submitted())
    assert second is not first
    assert after.checks == before.checks


def test_an_examiner_judges_only_so_many(mark):
    """Whatever it holds on to, it does not for long."""
    left = [mark(submitted())[1] is not None for _ in range(17)]
    assert left == [True] * 15 + [False, True]


def test_what_known_mistakes_answer_is_found_by_several_at_once(toy_course, monkeypatch):
    """And nothing of it here, unless one is asked for alone."""
    here = []
    monkeypatch.setattr(diagnosis, "mistakes_on", lambda exercise, cases: here.append(exercise.name) or ())
    prepare(toy_course, ["toy"])
    new_worker(Assignment(toy_course, "toy"), Settings(jobs=2, seed=7001))
    assert here == []
    new_worker(Assignment(toy_course, "toy"), Settings(jobs=1, seed=7002))
    assert here == ["double", "quadruple"]


class Listening(RightCandidate):
    """Keeps which cells it was given."""

    def __init__(self, cells):
        super().__init__("toy", "sandbox")
        self._cells = cells

    def run_cell(self, source, **more):
        self._cells.append(source)
        return super().run_cell(source, **more)


@pytest.mark.parametrize("explore", [False, True])
def test_experiments_are_not_run_to_see_whether_a_unit_can_be_graded(toy_course, explore):
    """They train networks, and what comes of them beside unwritten exercises says nothing."""
    prepare(toy_course, ["toy"])
    worker, cells = new_worker(Assignment(toy_course, "toy"), Settings(explore=explore)), []
    worker.warm_up(SimpleNamespace(new_candidate=lambda limits: Listening(cells)))
    assert any("begin" in cell for cell in cells)
    assert not any("picture" in cell for cell in cells)
