"""Templates for the lanes of a run, launched before all else: they get ready while this process imports.

That is why this module imports little, and looks at the instructor's notebook itself.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from pathlib import Path
from types import TracebackType

from autograder.course import Course
from autograder.grading.settings import Settings
from autograder.isolation.sandbox import SANDBOX, CandidateTemplate

_TORCH = re.compile(r"^\s*(?:import|from) torch\b", re.MULTILINE)
_DIGITS = re.compile(r"\bdigits\(")

_SHARED = 4
"""Lanes that one template serves: starting one takes a second, forking a candidate a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a unit's notebook asks of a template: extras of the course, modules that take long to import, and
    the cells with which it opens.
    """

    extras: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()


def needs_of(instructor: Path) -> Needs:
    """What the given cells of the notebook at `instructor` use; nothing special when there is none yet.

    A NumPy unit runs without torch, and only given cells make every candidate load the digits.
    """
    try:
        cells = json.loads(instructor.read_bytes())["cells"]
    except FileNotFoundError:
        return Needs()
    code = [(_is_given(cell), "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    given = "\n".join(source for is_given, source in code if is_given)
    return Needs(
        ("transfer",) if _TORCH.search(given) else (),
        ("sklearn.datasets",) if _DIGITS.search(given) else (),
        tuple(source for _, source in takewhile(itemgetter(0), code)),
    )


def _is_given(cell: dict) -> bool:  # type: ignore[type-arg]
    return bool(cell["metadata"].get("stagewise", {}).get("role") == "given")


def ahead_of(course: Course, unit: str, students: Sequence[str], settings: Settings) -> int:
    """How many templates a run will want here, as far as dates tell: none when nothing is new since the last
    one, or a cluster grades.
    """
    if settings.cluster:
        return 0
    folders = list(course.submitted.glob(f"[!.]*/{unit}"))
    if students:
        folders = [folder for folder in folders if folder.parent.name in students]
    if not settings.force:
        kept = course.autograded / ".stagewise" / unit
        folders = [folder for folder in folders if _newer(folder, kept / f"{folder.parent.name}.json")]
    return min(settings.jobs, len(folders))


def _newer(folder: Path, record: Path) -> bool:
    try:
        graded = record.stat().st_mtime
        return any(place.stat().st_mtime > graded for place in (folder, *folder.glob("*.ipynb")))
    except OSError:
        return True


class Templates:
    """Templates for the first `lanes` lanes, a few lanes to each; a context manager, to be left after the
    lanes have ended.
    """

    def __init__(self, course: Course, unit: str, isolation: str = SANDBOX, lanes: int = 0) -> None:
        self._course = course
        self._unit = unit
        self._isolation = isolation
        self._lanes = lanes
        self._launched: list[CandidateTemplate] = []
        self._taken: set[tuple[int, int]] = set()
        try:
            for first in range(0, lanes, _SHARED):
                self._launched.append(self._launch(min(_SHARED, lanes - first)))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Templates:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ready(self) -> tuple[CandidateTemplate, ...]:
        """Wait until all that were launched here are ready, before lanes are forked that share them."""
        for template in self._launched:
            template.ready()
        return tuple(self._launched)

    def take(self, lane: int) -> CandidateTemplate:
        """The template of a lane, ready; a new one for a lane that takes the place of another or takes again.

        Called in the lane, with which a new one ends; those launched before are closed by `close`.
        """
        known = lane < self._lanes and (os.getpid(), lane) not in self._taken
        template = self._launched[lane // _SHARED] if known else self._launch(1)
        self._taken.add((os.getpid(), lane))
        template.ready()
        return template

    def close(self) -> None:
        """End all that were launched here."""
        for template in self._launched:
            template.close()
        self._launched.clear()

    def _launch(self, candidates: int) -> CandidateTemplate:
        needs = needs_of(self._course.instructor(self._unit))
        hidden: Sequence[Path] = [self._course.root]
        return CandidateTemplate.launch(
            needs.extras,
            isolation=self._isolation,
            hidden=hidden,
            modules=needs.modules,
            opening=needs.opening,
            candidates=candidates,
        )
