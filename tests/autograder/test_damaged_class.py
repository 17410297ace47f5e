"""The invariant of intake, end to end: each of many damaged submissions ends with a score or a reason, and
nobody else's grade is another one for it.
"""

import json
import shutil

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from autograder.grading.driver import Settings, grade
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from tests.autograder.graded_toy import submitted, toy_plan
from tests.autograder.test_fuzz import notebooks
from tests.autograder.toy_class import RIGHT, WRONG, hand_in
from tests.autograder.toy_outcome import outcome
from tests.autograder.toy_unit import course_of

MANY = 32
CLASS = {
    "ada": RIGHT,
    "moe": WRONG,
    "zoe": submitted({}, lambda notebook: notebook["cells"].reverse()),
}
LIMITS = Limits(cell_seconds=0.5, call_seconds=0.5, check_seconds=1.0)


def damaged():
    """So many of the notebooks that the fuzzer of intake draws, the same ones every time."""
    found = []

    @settings(
        max_examples=MANY,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(notebooks())
    def collect(raw):
        found.append(raw)

    collect()
    return {f"fuzz{number:02}": raw for number, raw in enumerate(found)}


@pytest.fixture
def quiet_course(built_toy, tmp_path):
    """A second course, in which nothing is damaged."""
    root = tmp_path / "quiet"
    shutil.copytree(built_toy, root)
    return course_of(root)


def test_damaged_submissions_get_a_score_or_a_reason_and_change_nobody_elses_grade(toy_course, quiet_course):
    hand_in(quiet_course, **CLASS)
    list(grade(quiet_course, "toy", (), Settings(jobs=1, limits=LIMITS)))
    victims = damaged()
    hand_in(toy_course, **CLASS, **victims)
    told = {
        done.record.student: done.record
        for done in grade(toy_course, "toy", (), Settings(jobs=2, limits=LIMITS))
    }

    assert told.keys() == CLASS.keys() | victims.keys()
    left = outcome(toy_course)
    assert left.without(*victims) == outcome(quiet_course).without()
    checks = [cell for cell in toy_plan().cells if cell.role == "check"]
    for name in victims:
        record = left.told[name]
        if record.reason is not Reason.OK:
            assert record.remedy
            assert record.points == 0
            continue
        assert [score.check for score in record.checks] == [cell.grade_id for cell in checks]
        assert all(0 <= score.points <= score.max and score.reason.advice for score in record.checks)
        assert json.loads(left.files[f"autograded/{name}/toy/toy.ipynb"])["nbformat"] == 4
        assert name in left.sheets
    kinds = {told[name].reason for name in victims}
    assert Reason.OK in kinds
    assert len(kinds) > 1
