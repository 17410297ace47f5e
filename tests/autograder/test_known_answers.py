"""Right answers are judged before any student's, and a student's that are told alike get the same report."""

import json

import pytest

from autograder.examining.examiner import Examiner
from autograder.examining.known_answers import RightCandidate
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from reference.kit import units

NAME = "batchnorm_step1"


def check(name=NAME):
    return PlannedCell(f"check-{name}", "check", "code", "", "", 2.0, "", "c", {}, (name,))


def examiner_of(candidate, unit="batchnorm"):
    return Examiner(candidate, units.load(unit))


@pytest.fixture
def known_answers():
    """The result of the right answers, judged in this process."""
    return examiner_of(RightCandidate("batchnorm", "sandbox")).run_check(check())


def solved(candidate, source):
    candidate.run_cell("import numpy as np")
    candidate.run_cell(source, defines=NAME)
    return candidate


def test_right_answers_earn_everything_before_anybody_gave_one(known_answers):
    assert (known_answers.points, known_answers.reason.value) == (2.0, "ok")


def test_the_same_answer_of_a_student_has_the_same_outputs(candidate, known_answers):
    """In the very same bytes: it was shown once."""
    found = examiner_of(solved(candidate, f"def {NAME}(x):\n    return x.mean(axis=0)")).run_check(check())
    assert json.dumps(found.outputs) == json.dumps(known_answers.outputs)
    assert found.outputs[0]["data"]["text/html"] is known_answers.outputs[0]["data"]["text/html"]


def test_an_answer_that_is_right_in_other_bytes_is_judged_for_itself(candidate, known_answers):
    """It earns the same, with the error that it has."""
    source = f"def {NAME}(x):\n    return (x * (1 / x.shape[0])).sum(axis=0)"
    found = examiner_of(solved(candidate, source)).run_check(check())
    assert found.points == 2.0
    assert found.outputs[0]["data"]["text/html"] is not known_answers.outputs[0]["data"]["text/html"]


def test_a_wrong_answer_earns_nothing_of_what_was_known(candidate, known_answers):
    found = examiner_of(solved(candidate, f"def {NAME}(x):\n    return x.sum(axis=0)")).run_check(check())
    assert found.points < 1.0
    assert found.misconception


def test_answers_in_a_setting_are_known_and_what_our_own_steps_see_in_them():
    """The very same report: nothing is judged twice, and observers do not look again."""
    source = """
import copy, torch
def evaluate(model, batches, device="cpu"):
    twin = copy.deepcopy(model).eval()
    moved = [(x.to(device), y.to(device)) for x, y in batches]
    with torch.no_grad():
        return float(torch.cat([twin(x).argmax(dim=1) == y for x, y in moved]).double().mean())
"""
    found = []
    with CandidateTemplate.start(["transfer"]) as template, template.new_candidate() as candidate:
        candidate.run_cell(source, defines="evaluate")
        for one in (RightCandidate("transfer", "sandbox"), candidate):
            found.append(examiner_of(one, "transfer").run_check(check("evaluate")))
    assert [one.points for one in found] == [2.0, 2.0]
    first, second = (one.outputs[0]["data"]["text/html"] for one in found)
    assert first is second


def test_a_function_that_the_reference_does_not_have_is_not_known():
    found = examiner_of(RightCandidate("batchnorm", "sandbox")).run_check(check("other"))
    assert (found.points, found.reason) == (0.0, Reason.UNDEFINED)
