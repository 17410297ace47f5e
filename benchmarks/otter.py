"""The exercise of the attacks as an otter-grader assignment, for a Python that has otter-grader installed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

from autograder.attacks import field
from benchmarks import AS_STARTED

OTTER = "otter-grader"
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
_OF_NBGRADER = ("reading the source", "reading the gradebook", "writing the gradebook")


def installed() -> bool:
    """Whether this Python has it."""
    return find_spec("otter") is not None


def on_otter(attacks: Sequence[Any], folder: Path, python: str) -> Mapping[str, str]:
    """What came of each attack; those on nbgrader's own files are left out."""
    folder.mkdir()
    autograder = _assignment(folder, python)
    found = {}
    for number, one in enumerate(attacks):
        if one.name not in _OF_NBGRADER:
            cells = [field.GIVEN, *one.cells, one.answer]
            points = _graded(cells, folder / str(number), autograder, python)
            found[one.name] = "earns points" if points else "held"
    return found


def _assignment(folder: Path, python: str) -> Path:
    """Have otter make its autograder; the right answer must earn everything there, the wrong one nothing."""
    test = field.CHECK.removesuffix(f"\n{field.POINTS}").replace("### ", "# ")
    cells = [
        new_raw_cell("# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\ntests:\n  files: true"),
        new_code_cell(field.GIVEN),
        new_raw_cell(f"# BEGIN QUESTION\nname: double\npoints: {field.POINTS:g}"),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell(field.HONEST),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(f"# HIDDEN\n{test}"),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
    ]
    master = folder / "doubling.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=_KERNEL), master)
    _otter(python, "assign", str(master), str(folder / "made"))
    (autograder,) = (folder / "made" / "autograder").glob("*.zip")
    for answer, points in ((field.HONEST, field.POINTS), (field.WRONG, 0.0)):
        earned = _graded([field.GIVEN, answer], folder / f"control-{points:g}", autograder, python)
        if earned != points:
            raise RuntimeError(f"{OTTER} gives {earned} points for an answer that is worth {points}")
    return autograder


def _graded(cells: Sequence[str], folder: Path, autograder: Path, python: str) -> float:
    """The points of a submission of these cells."""
    folder.mkdir()
    submission = folder / "doubling.ipynb"
    nbformat.write(new_notebook(cells=list(map(new_code_cell, cells)), metadata=_KERNEL), submission)
    _otter(python, "run", "--no-logo", "-a", str(autograder), "-o", str(folder), str(submission))
    tests = json.loads((folder / "results.json").read_text())["tests"]
    return sum(test.get("score") or 0.0 for test in tests)


def _otter(python: str, *arguments: str) -> None:
    command = [python, "-m", "otter", *arguments]
    done = subprocess.run(command, env=AS_STARTED, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
