"""What a student has written in the notebooks of the course, and which of it passes its visible check."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stagewise.checks import recording
from stagewise.checks.checking import compared
from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.checks.watching import in_browser
from stagewise.finale._counting import Written, written
from stagewise.finale._definitions import define
from stagewise.finale._notebooks import UnreadableNotebookError, find, read
from stagewise.interactive import counted
from stagewise.judge.report import Status

COURSE_ORDER = (
    "foundations", "activations", "initialization", "batchnorm", "dropout", "regularization", "optimizers",
    "training", "transfer", "modules",
)  # fmt: skip
_WITH_TORCH = ("transfer",)
_DRIVE = Path("/drive")  # where a page's Python sees the notebooks that the browser keeps
_GRADIENT = re.compile(r"d[a-zA-Z]\w*|grads?|gradient")
_NO_GRADIENT = ("device", "draw")


class State(Enum):
    """How far an exercise is; the value is what a reader is told."""

    PASSED = "passes its visible check"
    WRONG = "does not pass its visible check"
    UNWRITTEN = "is not written yet"
    UNASKED = "was not checked: PyTorch is not installed here"
    UNREAD = "could not be read"


@dataclass(frozen=True, slots=True)
class Answer:
    """An exercise and what a student made of it. gradient: whether it returns a gradient."""

    name: str
    state: State
    gradient: bool


@dataclass(frozen=True, slots=True)
class UnitWork:
    """A unit's notebook: its answers, or why there are none (problem); what in it could not be run (remarks).

    functions: name -> the student's function, of the exercises that pass their visible check. elsewhere: that
    its notebook is not here is as it should be, since its unit is worked on in another place.
    """

    unit: str
    title: str
    answers: tuple[Answer, ...] = ()
    written: Written = field(default_factory=Written)
    problem: str = ""
    remarks: tuple[str, ...] = ()
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    elsewhere: bool = False

    def passed(self) -> int:
        """How many exercises pass their visible check."""
        return sum(one.state is State.PASSED for one in self.answers)

    def gradients(self) -> int:
        """How many of them return a gradient."""
        return sum(one.state is State.PASSED and one.gradient for one in self.answers)


@dataclass(frozen=True, slots=True)
class Work:
    """The notebooks of all units, in the order of the course."""

    units: tuple[UnitWork, ...]

    def function(self, unit: str, name: str) -> Callable[..., Any] | None:
        """The student's function, if it passes its visible check."""
        return next((one.functions.get(name) for one in self.units if one.unit == unit), None)

    def lack(self, unit: str, name: str) -> str:
        """Why there is no such function, in a sentence."""
        found = next(one for one in self.units if one.unit == unit)
        if found.problem:
            return f"`{name}` of {unit}: the notebook {found.problem}"
        state = next(one.state for one in found.answers if one.name == name)
        return f"`{name}` of {unit} {state.value}"


def collect(folder: str | Path | None = None) -> Work:
    """Read the notebooks in a folder, <unit>/<unit>.ipynb or <unit>.ipynb, and check what they define.

    folder: by default the one that this notebook is in, and then the one around that.

    Runs the students' definitions in this process, each notebook's in a namespace of its own: imports, the
    functions of its exercises and what these use, never an experiment. A notebook that is missing or damaged
    and a function that stops are told in what comes back; nothing is raised for them. ValueError where there
    is no such folder. Takes a few seconds; a line says how far it is.
    """
    places = (Path(), Path("..")) if folder is None else (Path(folder),)
    if not places[0].is_dir():
        raise ValueError(
            f"collect was asked to read the notebooks in {str(folder)!r}, and there is no such folder: "
            "name the one in which the folders of the units are."
        )
    return Work(tuple(_work(places, unit) for unit in counted(in_order(recording.units()), "notebooks")))


def in_order(units: Sequence[str]) -> tuple[str, ...]:
    """These units in the order of the course; others behind them."""
    return tuple(sorted(units, key=lambda one: (*COURSE_ORDER, one).index(one)))


def _work(folders: Sequence[Path], unit: str) -> UnitWork:
    recorded = recording.load(unit)
    path = next(filter(None, (find(folder, unit) for folder in folders)), None)
    if path is None:
        return _absent(unit, recorded)
    try:
        cells = read(path)
    except UnreadableNotebookError as damage:
        return UnitWork(unit, recorded.title, _all(recorded, State.UNREAD), problem=str(damage))
    if unit in _WITH_TORCH and find_spec("torch") is None:
        return UnitWork(unit, recorded.title, _all(recorded, State.UNASKED), written(cells))
    defined = define(cells, path.name, recorded.exercises)
    answers = tuple(_answer(recorded, one, defined.names) for one in recorded.exercises.values())
    passed = {one.name: defined.names[one.name] for one in answers if one.state is State.PASSED}
    return UnitWork(unit, recorded.title, answers, written(cells), "", defined.problems, passed)


def _absent(unit: str, recorded: UnitRecording) -> UnitWork:
    problem, elsewhere = f"is not there: no {unit}/{unit}.ipynb", False
    if in_browser():
        if not _DRIVE.is_dir():
            problem = "cannot be read: a private window, or an address without https, shows pages no files"
        elif unit in _WITH_TORCH:
            problem, elsewhere = "is not in the browser, where there is no PyTorch", True
    return UnitWork(unit, recorded.title, _all(recorded, State.UNREAD), problem=problem, elsewhere=elsewhere)


def _all(unit: UnitRecording, state: State) -> tuple[Answer, ...]:
    return tuple(Answer(one.name, state, returns_gradient(one)) for one in unit.exercises.values())


def _answer(unit: UnitRecording, one: ExerciseRecording, names: dict[str, Any]) -> Answer:
    functions = {name: names[name] for name in (one.name, *one.partners) if callable(names.get(name))}
    gradient = returns_gradient(one)
    if one.name not in functions:
        return Answer(one.name, State.UNWRITTEN, gradient)
    if len(functions) <= len(one.partners):
        return Answer(one.name, State.WRONG, gradient)
    status = compared(unit.unit, one, functions).status
    states = {Status.PASSED: State.PASSED, Status.UNFINISHED: State.UNWRITTEN}
    return Answer(one.name, states.get(status, State.WRONG), gradient)


def returns_gradient(exercise: ExerciseRecording) -> bool:
    """Whether the visible cases call one of the results a gradient: dx, dw, grads and the like.

    >>> from stagewise.checks.recording import load
    >>> [returns_gradient(load("foundations").exercises[name]) for name in ("affine_forward", "softmax_loss")]
    [False, True]
    """
    steps = [step for case in exercise.cases for step in case.steps if step.function == exercise.name]
    targets = {name for step in steps for name in step.targets}
    return any(_GRADIENT.fullmatch(name) and name not in _NO_GRADIENT for name in targets)
