"""Whatever a submission's functions are said to have returned, judging it ends with one of that student's
reasons.
"""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.examining.examiner import Examiner
from autograder.examining.known_answers import RightCandidate
from autograder.isolation.case_questions import Claim, believed
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from reference.kit import units
from stagewise.judge.grammar import output
from tests.autograder.test_wire import some_arrays, values

EXERCISES = [
    (unit, exercise) for unit in ("dropout", "optimizers") for exercise in units.load(unit).exercises
]
ODD = st.sampled_from(
    [
        float("nan"),
        float("inf"),
        10**400,
        -(2**63),
        "x" * 5000,
        np.zeros((1 << 20, 0)),
        np.zeros((0, 5), np.float32),
        np.array("text"),
        np.full(3, "text"),
        np.array([np.nan, np.inf]),
        np.float16(6e4),
        np.zeros(5)[::-1],
        np.broadcast_to(1.0, (50, 50)).copy(order="F"),
        {"stands_for": 7},
        {"stands_for": "x" * 9999},
        [[[[[[]]]]]],
        {float("nan"): None, (): {}},
        {frozenset(): np.zeros(2)},
        range(10**12),
        slice(None),
        ...,
    ]
)
ANYTHING = ODD | values | some_arrays


class Claiming(RightCandidate):
    """A candidate that claims one value, or some of its values, for everything that is asked."""

    told = True

    def __init__(self, unit, drawn):
        super().__init__(unit, "sandbox")
        self._drawn = drawn

    def play(self, setting, names, cases):
        return [self._claimed(case, names) for case in cases]

    def _claimed(self, case, names):
        roots = sorted({root for wanted in case.shares for root in output(wanted).roots})
        named = {root: self._drawn[at % len(self._drawn)] for at, root in enumerate(roots)}
        return believed(case, Claim(named, [], [], [], None), names)


def judged(unit, exercise, drawn):
    names = tuple(exercise.functions)
    examiner = Examiner(Claiming(unit, drawn), units.load(unit))
    return examiner.run_check(PlannedCell("check", "check", "code", "", "", 2.0, "", "c", {}, names))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(EXERCISES), st.lists(ANYTHING, min_size=1, max_size=3))
def test_whatever_was_returned_is_judged_with_a_reason_of_the_students(chosen, drawn):
    """Never as a mistake of the course's, and for no points when it is not the answer."""
    result = judged(*chosen, drawn)
    assert result.reason in (Reason.WRONG, Reason.PARTIAL, Reason.UNFINISHED, Reason.ERROR), result.detail
    assert len(result.detail) < 1000
    assert all(len(str(output)) < 200_000 for output in result.outputs)
