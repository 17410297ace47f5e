"""The walk through a notebook, with a candidate and an examiner that only note what they are asked."""

import json

import nbformat
import pytest

from autograder.errors import CourseError
from autograder.examining.verdicts import CheckResult
from autograder.grading.walk import grade_notebook
from autograder.intake.reading import read_submission
from autograder.isolation.conversation import CandidateGone
from autograder.isolation.link import CellResult
from autograder.reasons import Reason
from tests.autograder.graded_toy import cell, submitted, toy_plan

PLAN = toy_plan()


class Candidate:
    """Answers every cell with what it was asked, except those told to end it."""

    def __init__(self, dies_of="nothing", status="ok"):
        self.asked = []
        self.defined = []
        self._dies_of = dies_of
        self._status = status

    def run_cell(self, source, *, count=0, defines=""):
        self.asked.append((count, source))
        self.defined.append(defines)
        if self._dies_of in source:
            raise CandidateGone(Reason.TIMEOUT, "It ran too long")
        result = {
            "output_type": "execute_result",
            "data": {"text/plain": "1"},
            "metadata": {},
            "execution_count": 9,
        }
        return CellResult(self._status, count, (result,))


class Examiner:
    """Gives half of the points of every check."""

    def __init__(self):
        self.checks = []

    def run_check(self, planned, sources):
        self.checks.append(planned.asks)
        grade = {
            "output_type": "execute_result",
            "data": {"text/plain": "2.0"},
            "metadata": {},
            "execution_count": None,
        }
        return CheckResult(planned.points / 2, planned.points, Reason.PARTIAL, "", "half", "known", (grade,))


class Failing(Candidate):
    """Fails in the cell with a text, in the way that is told."""

    def __init__(self, text, ename, has=()):
        super().__init__()
        self._text, self._ename, self._has = text, ename, has

    def run_cell(self, source, *, count=0, defines=""):
        done = super().run_cell(source, count=count, defines=defines)
        if self._text not in source:
            return done
        error = {"output_type": "error", "ename": self._ename, "evalue": "no such thing", "traceback": []}
        return CellResult("error", count, (error,))

    def lookup(self, name):
        if name not in self._has:
            raise KeyError(name)


def walk(candidate=None, change=lambda notebook: None, explore=False):
    notebook = read_submission(submitted(change=change), PLAN).notebook
    candidate, examiner = candidate or Candidate(), Examiner()
    return grade_notebook(notebook, PLAN, candidate, examiner, list, explore=explore), candidate, examiner


def test_cells_are_counted_in_the_order_in_which_they_run():
    graded, candidate, _ = walk()
    counts = [one["execution_count"] for one in graded.notebook["cells"] if one["cell_type"] == "code"]
    assert counts == [1, 2, 3, None, 4, 5, 6]
    assert [count for count, _ in candidate.asked] == [1, 2, 4, 5]
    assert cell(graded.notebook, "double")["outputs"][0]["execution_count"] == 2
    nbformat.validate(nbformat.from_dict(graded.notebook))


def test_checks_go_to_the_examiner_and_never_to_the_candidate():
    _, candidate, examiner = walk()
    assert examiner.checks == [("double",), ("quadruple", "double")]
    assert not any("check(double)" in source or "examine" in source for _, source in candidate.asked)


def test_experiments_run_only_when_asked_for():
    assert not any("picture" in source for _, source in walk()[1].asked)
    assert any("picture" in source for _, source in walk(explore=True)[1].asked)


def names_the_experiments(notebook):
    cell(notebook, "quadruple")["source"] = "def quadruple(x):\n    return picture"


def test_of_an_experiment_that_is_what_another_cell_names_runs_in_its_place():
    graded, candidate, _ = walk(change=names_the_experiments)
    assert [source for _, source in candidate.asked][2:4] == ["picture = double(1)", "scratch = 3"]
    counts = [one["execution_count"] for one in graded.notebook["cells"] if one["cell_type"] == "code"]
    assert counts == [1, 2, 3, 4, 5, 6, 7]


def test_a_course_cell_that_fails_by_itself_is_no_students_fault():
    with pytest.raises(CourseError) as failed:
        walk(Failing("begin", "ModuleNotFoundError"))
    assert "given-toys-that-double failed" in failed.value.problem
    assert "ModuleNotFoundError: no such thing" in failed.value.problem
    assert "doctor" in failed.value.remedy


def test_one_that_ends_its_process_is_none_either():
    with pytest.raises(CourseError, match="It ran too long"):
        walk(Candidate(dies_of="begin"))


def test_one_behind_exercises_as_they_were_released_is_none_either():
    """The experiment is behind the first exercise; with that written, it may be the student's fault."""
    broken = Failing("picture =", "FileNotFoundError")
    with pytest.raises(CourseError, match="FileNotFoundError"):
        walk(broken, change=lambda notebook: (names_the_experiments(notebook), unwritten(notebook)))
    graded, _, _ = walk(Failing("picture =", "FileNotFoundError"), change=names_the_experiments)
    assert len(graded.checks) == 2


def unwritten(notebook):
    planned = PLAN.cell("double")
    cell(notebook, "double")["source"] = planned.released


@pytest.mark.parametrize("ename", ["NotImplementedError", "UnknownUnitError"])
def test_an_unwritten_exercise_and_missing_recorded_answers_do_no_harm(ename):
    assert len(walk(Failing("begin", ename, has=("begin", "check")))[0].checks) == 2


def test_missing_recorded_answers_that_keep_names_from_being_defined_do():
    with pytest.raises(CourseError, match="UnknownUnitError"):
        walk(Failing("begin", "UnknownUnitError", has=("begin",)))


def test_a_students_cell_that_fails_first_is_the_students():
    def own(notebook):
        notebook["cells"].insert(0, scratch("import nothing"))

    assert len(walk(Failing("begin", "ModuleNotFoundError"), change=own)[0].checks) == 2


def scratch(source):
    own = {"cell_type": "code", "id": "own", "metadata": {}, "source": source}
    return own | {"execution_count": None, "outputs": []}


def test_a_role_that_the_submission_claims_counts_for_nothing():
    def claim(notebook):
        cell(notebook, "double")["metadata"]["stagewise"] = {"role": "check"}
        cell(notebook, "check-double")["metadata"]["stagewise"] = {"role": "exercise"}

    _, candidate, examiner = walk(change=claim)
    assert len(examiner.checks) == 2
    assert "return 2 * x" in candidate.asked[1][1]


def test_scores_carry_what_the_examiner_found_out():
    graded, _, _ = walk()
    assert [(one.check, one.points, one.max) for one in graded.checks] == [
        ("check-double", 20.25, 40.5),
        ("check-quadruple", 25.0, 50.0),
    ]
    assert (graded.checks[0].diagnosis, graded.checks[0].misconception) == ("half", "known")
    assert not graded.stopped


def test_after_the_candidate_is_gone_its_cells_stay_empty_and_checks_are_asked_still():
    graded, candidate, examiner = walk(Candidate(dies_of="return 2 * x"))
    (error,) = cell(graded.notebook, "double")["outputs"]
    assert error["ename"] == "CandidateGone"
    assert "It ran too long" in error["evalue"]
    assert cell(graded.notebook, "quadruple")["outputs"] == []
    assert len(candidate.asked) == 2
    assert len(examiner.checks) == 2
    assert graded.stopped
    json.dumps(graded.notebook)


def test_a_cell_stopped_for_its_time_is_told():
    assert walk(Candidate(status="timeout"))[0].stopped
