"""Exercises to look at: what is odd about them, and the reason that their answers suggest."""

import numpy as np
import pytest

from autograder.classreport.report import report_on
from autograder.reasons import Reason
from tests.autograder.class_results import class_of, drawn_unit, held, unit_of


def doubts(unit):
    return {one.exercise: one for one in report_on(class_of(unit)).doubts}


def hard(reasons, **more):
    """What is told of an exercise that nobody has points for, whose 20 answers ended so."""
    shares = np.column_stack([np.ones(20), np.zeros(20)])
    told = tuple((Reason.OK, reason) for reason in (reasons * 20)[:20])
    return doubts(unit_of(shares, reasons=told, **more))["step2"]


def test_an_exercise_that_nearly_everybody_fails_is_named():
    told = hard([Reason.WRONG])
    assert told.what == "nearly everybody fails: 0 % of the points on average"
    assert told.why.startswith("no known mistake explains most of the 20")


@pytest.mark.parametrize(
    ("reasons", "why"),
    [
        ([Reason.TIMEOUT, Reason.MEMORY], "20 ran out of time or memory"),
        ([Reason.UNFINISHED], "20 have not written it"),
        ([Reason.UNDEFINED], "20 have no function of this name"),
        ([Reason.ERROR, Reason.WRONG], "10 raise an error"),
    ],
)
def test_the_likely_reason_is_what_half_of_those_who_failed_share(reasons, why):
    assert hard(reasons).why.startswith(why)


def test_a_mistake_that_half_of_them_hold_speaks_against_the_text():
    told = hard([Reason.WRONG], held=held([f"s{number:04}" for number in range(10)], "step2"))
    assert told.why == "10 of 20 made one mistake (slip), so the text may mislead: You made the slip."


def test_a_share_for_everybody_speaks_for_cases_beyond_the_text():
    shares = np.column_stack([np.ones(20), np.full(20, 0.1)])
    assert doubts(unit_of(shares, reasons=((Reason.OK, Reason.PARTIAL),) * 20))["step2"].why.startswith(
        "20 earn a share"
    )


def test_a_check_that_fails_itself_comes_before_all_else():
    assert "the check itself failed for 20" in hard([Reason.CHECK_BROKEN]).what


def in_place_of_the_third(column):
    """What is told of a class of 80 in which the third of five exercises earned these shares."""
    shares = drawn_unit(80, 5, 1).shares.copy()
    shares[:, 2] = column(shares[:, [0, 1, 3, 4]])
    return doubts(unit_of(shares)).get("step3")


def test_an_exercise_that_tells_nobody_apart_is_named():
    told = in_place_of_the_third(lambda others: np.tile([0.0, 1.0], 40))
    assert told.what.startswith("it does not tell students apart: item-total")
    assert told.what.endswith("over 80 students")
    assert "read answers that earned them" in told.why


def test_an_exercise_that_the_best_get_wrong_is_named_as_such():
    told = in_place_of_the_third(lambda others: others.sum(axis=1) < 2)
    assert told.what.startswith("students who do better elsewhere do worse here")
    assert "the text misleads" in told.why


def test_an_exercise_that_everybody_has_right_is_no_doubt():
    assert in_place_of_the_third(lambda others: np.ones(80)) is None


def test_too_small_a_class_raises_no_doubt():
    assert doubts(unit_of(np.zeros((4, 2)))) == {}
