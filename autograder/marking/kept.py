"""What marking keeps beside the gradebook, in marking/UNIT/ of the course: criteria that were ticked, and the
marks of a second marker, which count nowhere.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.whole_files import replace, told_whose_fault

FOLDER = "marking"
_FIRST = "first.json"
_NAME = re.compile(r"[A-Za-z0-9][\w.@-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """A mark as it was given: by whom, for which text (`digest`), which share (0 to 1) of each criterion.

    `alone`: for this answer by itself, so that a mark for its group leaves it as it is.
    """

    marker: str
    digest: str
    points: float
    comment: str = ""
    ticks: Mapping[str, float] = field(default_factory=dict)
    alone: bool = True


class Sheaf:
    """The marks of one marker of a unit by question and student; `second` names a second marker."""

    def __init__(self, assignment: Assignment, second: str = "") -> None:
        folder = _folder(assignment)
        self._path = folder / "second" / f"{required(second)}.json" if second else folder / _FIRST

    def read(self, question: str) -> dict[str, Kept]:
        """The marks for a question by student; raises CourseError for a file that holds something else."""
        return {student: self._kept(mark) for student, mark in self._load().get(question, {}).items()}

    def keep(self, question: str, marks: Mapping[str, Kept | None]) -> None:
        """Keep these marks of students (None: forget it), beside what others keep meanwhile."""
        with told_whose_fault(self._path), self._locked():
            data = self._load()
            own = data.setdefault(question, {})
            for student, given in marks.items():
                if given is None:
                    own.pop(student, None)
                else:
                    own[student] = asdict(given)
            replace(self._path, orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with (self._path.parent / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _load(self) -> dict[str, dict[str, Any]]:
        try:
            data: dict[str, dict[str, Any]] = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as problem:
            raise self._damaged(str(problem)) from None
        if not isinstance(data, dict) or not all(isinstance(part, dict) for part in data.values()):
            raise self._damaged("it is no object of objects")
        return data

    def _kept(self, mark: Any) -> Kept:
        try:
            return Kept(**mark)
        except TypeError as problem:
            raise self._damaged(str(problem)) from None

    def _damaged(self, problem: str) -> CourseError:
        return CourseError(
            f"{self._path} holds no marks: {problem}",
            "put a backup in its place, or move it away (points and comments are in the gradebook; of a "
            "second marker they are here alone)",
        )


def second_markers(assignment: Assignment) -> tuple[str, ...]:
    """The names of all second markers of a unit."""
    return tuple(sorted(path.stem for path in (_folder(assignment) / "second").glob("[!.]*.json")))


def required(name: str) -> str:
    """The name of a marker, which becomes a file's; CourseError for one that cannot."""
    if not _NAME.fullmatch(name):
        raise CourseError(
            f"a marker cannot be called {name!r}",
            "use up to 64 letters, digits and . _ - @, beginning with a letter or digit",
        )
    return name


def _folder(assignment: Assignment) -> Path:
    return assignment.course.root / FOLDER / assignment.unit
