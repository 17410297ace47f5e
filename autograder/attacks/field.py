"""Where attacks take place: a course of one exercise, or an exercise of a real unit; a submission with the
attack in it, and what came of it.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.examining.examiner import Examiner
from autograder.examining.outputs import clean
from autograder.grading.records import CheckScore
from autograder.grading.walk import grade_notebook
from autograder.intake.reading import read_submission
from autograder.isolation.limits import MIB, Limits
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason
from autograder.units.plan import Plan, PlannedCell
from reference.kit import units
from reference.kit.exercise import Exercise, Unit, case

POINTS = 2.0
SECRET = "the-answer-is-two-times-x"
HONEST = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return 0 * x"
GIVEN = "import numpy as np"
# What stock nbgrader runs: a test as people write them for it. The examiner plays the cases of DOUBLING.
CHECK = f"""\
x = np.linspace(1.0, 2.0, 5)
expected = x + x
### BEGIN HIDDEN TESTS
# {SECRET}
np.testing.assert_allclose(double(x), expected)
np.testing.assert_allclose(double(np.array([3.0, -1.0])), [6.0, -2.0])
### END HIDDEN TESTS
2.0"""
HONEST_RULE = """
def sgd(w, dw, config=None):
    config = {"learning_rate": 1e-2, **(config or {})}
    return w - config["learning_rate"] * dw, config
"""
WRONG_RULE = "def sgd(w, dw, config=None):\n    return 0 * w, config"
EXAMINE = """\
from stagewise import check
check(sgd)
### BEGIN HIDDEN TESTS
from reference import examine
examine(sgd, unit="optimizers", points=2)
### END HIDDEN TESTS"""


def double(x: np.ndarray) -> np.ndarray:
    """Twice x."""
    return 2 * x


DOUBLING = Unit(
    "doubling",
    "Doubling",
    (
        Exercise(
            "double",
            double,
            (
                case(
                    "five",
                    "y = double(x)",
                    "y",
                    lambda _: {"x": np.linspace(1.0, 2.0, 5)},
                    visible=True,
                    main=True,
                ),
                case("two", "y = double(x)", "y", lambda _: {"x": np.array([3.0, -1.0])}, main=True),
            ),
        ),
    ),
)
QUICK = Limits(
    cell_seconds=1.0,
    call_seconds=0.5,
    check_seconds=1.0,
    wall_factor=2.0,
    grace=1.0,
    memory_bytes=400 * MIB,
    output_bytes=100_000,
)


@dataclass(frozen=True)
class Attack:
    """A submission that tries to earn what it should not.

    cells: what the student runs before the exercise's cell; answer: that cell; after: cells behind it;
    change: what else is done to the notebook. `{course}` in sources is the course's directory. `earns` is
    what an honest judge gives. stock: it works on stock nbgrader without harm to the machine, where `undo`
    takes it back. examined: the exercise is `sgd` of the real unit, whose cases are played in the candidate;
    composed: it is `three_layer_forward`, which may call the student's own `affine_forward`.
    """

    name: str
    tries: str
    cells: tuple[str, ...] = ()
    answer: str = WRONG
    after: tuple[str, ...] = ()
    change: Callable[[list[dict[str, Any]]], None] | None = None
    earns: float = 0.0
    stock: bool = False
    undo: str = ""
    examined: bool = False
    composed: bool = False


@dataclass(frozen=True)
class Aftermath:
    """What came of an attack: the graded notebook, what each check earned, all that the outputs hold, and
    why which cells were repaired; what cells showed that students are not told, by their counts.
    """

    notebook: dict[str, Any]
    scores: tuple[CheckScore, ...]
    shown: str
    repairs: tuple[Reason, ...]
    withheld: dict[str, str]

    @property
    def points(self) -> float:
        return sum(score.points for score in self.scores)


def planned(
    grade_id: str, role: str, source: str, points: float = 0.0, asks: tuple[str, ...] = ()
) -> PlannedCell:
    """A cell of the course."""
    marks = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": role == "check",
        "solution": role == "exercise",
        "locked": role != "exercise",
        "task": False,
    }
    if role == "check":
        marks["points"] = points
    metadata = {"nbgrader": marks, "stagewise": {"role": role}}
    released = source.split("### BEGIN")[0]
    return PlannedCell(grade_id, role, "code", source, released, points, "", grade_id, metadata, asks)


PLAN = Plan(
    "doubling",
    "Doubling",
    (
        planned("given-1", "given", GIVEN),
        planned("double", "exercise", "def double(x):\n    raise NotImplementedError"),
        planned("check-double", "check", CHECK, POINTS, ("double",)),
    ),
)


EXAMINED = Plan(
    "optimizers",
    "Optimizers",
    (
        planned("given-1", "given", GIVEN),
        planned("sgd", "exercise", "def sgd(w, dw, config=None):\n    raise NotImplementedError"),
        planned("check-sgd", "check", EXAMINE, POINTS, ("sgd",)),
    ),
)


COMPOSED = Plan(
    "foundations",
    "Foundations",
    (
        planned("given-1", "given", GIVEN),
        planned("three_layer_forward", "exercise", "def three_layer_forward(x, params):\n    ..."),
        planned("check-layers", "check", "check(three_layer_forward)", POINTS, ("three_layer_forward",)),
    ),
)


def plan_for(attack: Attack) -> Plan:
    """The plan of the course that the attack is on."""
    if attack.composed:
        return COMPOSED
    return EXAMINED if attack.examined else PLAN


def code(source: str, cell: PlannedCell | None = None) -> dict[str, Any]:
    """A code cell of a submission, the course's own or the student's."""
    metadata = {} if cell is None else copy.deepcopy(dict(cell.metadata))
    identity = {"id": cell.cell_id} if cell is not None else {}
    return identity | {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def submission(attack: Attack, course: Path) -> bytes:
    """The notebook with the attack in it."""

    def placed(source: str) -> str:
        return source.replace("{course}", str(course))

    given, exercise, check = plan_for(attack).cells
    cells = [
        code(given.released, given),
        *(code(placed(source)) for source in attack.cells),
        code(placed(attack.answer), exercise),
        *(code(placed(source)) for source in attack.after),
        code(check.released, check),
    ]
    if attack.change is not None:
        attack.change(cells)
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def grade(raw: bytes, template: CandidateTemplate, plan: Plan = PLAN, limits: Limits = QUICK) -> Aftermath:
    """Take a submission in and grade it as the autograder does."""
    intake = read_submission(raw, plan)
    with template.new_candidate(limits) as candidate:
        unit = DOUBLING if plan.unit == DOUBLING.name else units.load(plan.unit)
        examiner = Examiner(candidate, unit)
        walk = grade_notebook(intake.notebook, plan, candidate, examiner, clean)
    shown = json.dumps([cell.get("outputs") for cell in walk.notebook["cells"]])
    repairs = tuple(repair.reason for repair in intake.repairs)
    return Aftermath(walk.notebook, walk.checks, shown, repairs, walk.withheld)
