"""Attacks on the notebook itself: check cells that are edited, doubled, deleted or made up."""

from typing import Any

from autograder.attacks.field import HONEST, POINTS, Attack, code


def _edit_check(cells: list[dict[str, Any]]) -> None:
    cells[-1]["source"] = "2.0"


def _delete_check(cells: list[dict[str, Any]]) -> None:
    del cells[-1]


def _double_check(cells: list[dict[str, Any]]) -> None:
    copy = dict(cells[-1], source="2.0", id="copy")
    cells.append(copy)


def _retype_check(cells: list[dict[str, Any]]) -> None:
    cells[-1]["cell_type"] = "markdown"


def _more_points(cells: list[dict[str, Any]]) -> None:
    cells[-1]["metadata"]["nbgrader"]["points"] = 1000


def _another_role(cells: list[dict[str, Any]]) -> None:
    cells[-1]["metadata"]["nbgrader"] |= {"grade": False, "solution": True, "locked": False}
    cells[-1]["metadata"]["stagewise"]["role"] = "explore"
    cells[-1]["source"] = "2.0"


def _given_of_ones_own(cells: list[dict[str, Any]]) -> None:
    cells[0]["source"] = "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None"


def _own_check_cell(cells: list[dict[str, Any]]) -> None:
    extra = code("1000.0")
    extra["metadata"] = {
        "nbgrader": dict(cells[-1]["metadata"]["nbgrader"], grade_id="check-more", points=1000),
        "stagewise": {"role": "check"},
    }
    cells.append(extra)


def _exercise_below_check(cells: list[dict[str, Any]]) -> None:
    cells.append(cells.pop(-2))


def _ready_made_outputs(cells: list[dict[str, Any]]) -> None:
    output = {
        "output_type": "execute_result",
        "data": {"text/plain": "2.0"},
        "metadata": {},
        "execution_count": 9,
    }
    cells[-1]["outputs"] = [output]


NOTEBOOK = (
    Attack(
        "edited check",
        "replaces the check cell by its points",
        change=_edit_check,
    ),
    Attack(
        "deleted check",
        "leaves the check cell out",
        change=_delete_check,
    ),
    Attack(
        "doubled check",
        "adds a copy of the check cell that is easier",
        change=_double_check,
    ),
    Attack(
        "retyped check",
        "makes a text of the check cell",
        change=_retype_check,
    ),
    Attack(
        "more points",
        "raises the points in the check cell's metadata",
        change=_more_points,
    ),
    Attack(
        "another role",
        "declares the check cell to be an experiment",
        change=_another_role,
    ),
    Attack(
        "given of one's own",
        "puts the attack into a cell of the course",
        change=_given_of_ones_own,
    ),
    Attack(
        "own check cell",
        "adds a check that the course does not have",
        change=_own_check_cell,
    ),
    Attack(
        "exercise below check",
        "moves cells so that the check runs first",
        answer=HONEST,
        change=_exercise_below_check,
        earns=POINTS,
    ),
    Attack(
        "ready-made outputs",
        "submits the outputs of a passed check",
        change=_ready_made_outputs,
    ),
)
