"""Templates for the lanes of a run, launched before all else: they get ready while this process imports.

That is why this module imports little, and looks at the instructor's notebook itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from pathlib import Path

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.settings import Settings
from autograder.isolation.confinement.level import AUTO, Level
from autograder.isolation.levels import chosen
from autograder.isolation.sandbox import CandidateTemplate

_SHARED = 4
"""Lanes that one template serves: starting one takes a second, forking a candidate a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a unit's notebook asks of a template: extras of the course, and the cells with which it opens."""

    extras: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()


def needs_of(instructor: Path) -> Needs | None:
    """What the notebook at `instructor` needs, as the unit says it; None when the unit is not built yet."""
    try:
        notebook = json.loads(instructor.read_bytes())
    except (OSError, ValueError):  # the build says more of one that it finds damaged
        return None
    cells = notebook["cells"]
    code = [(_is_given(cell), "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    return Needs(
        tuple(notebook["metadata"].get("stagewise", {}).get("needs", ())),
        tuple(source for _, source in takewhile(itemgetter(0), code)),
    )


def _is_given(cell: dict) -> bool:  # type: ignore[type-arg]
    return bool(cell["metadata"].get("stagewise", {}).get("role") == "given")


def ahead_of(assignment: Assignment, students: Sequence[str], settings: Settings) -> int:
    """How many templates a run will want here, as far as dates tell: none when nothing is new since the last
    one, or a cluster grades.
    """
    if settings.cluster:
        return 0
    folders = list(assignment.course.submitted.glob(f"[!.]*/{assignment.unit}"))
    if students:
        folders = [folder for folder in folders if folder.parent.name in students]
    if not settings.force:
        kept = assignment.records
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

    They are launched before anybody knows whether the unit's build is still good. What turns out to need
    others is launched anew by `ready`.
    """

    def __init__(self, assignment: Assignment, isolation: str = AUTO, lanes: int = 0) -> None:
        self._assignment = assignment
        self._isolation = isolation
        self._lanes = lanes
        self._shared = _SHARED
        self._launched: list[CandidateTemplate] = []
        self._taken: set[tuple[int, int]] = set()
        self._needs = self._needs_now()
        if self._needs is not None:
            self._launch_all(self._needs)

    def __enter__(self) -> Templates:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ready(self) -> tuple[CandidateTemplate, ...]:
        """Wait until all are ready, before lanes are forked that share them.

        The unit is built by now, and those that were launched ahead of that are replaced.
        """
        needs = self._needs_now()
        if needs is not None and needs != self._needs:
            self.close()
            self._launch_all(needs)
        for template in self._launched:
            template.ready()
        return tuple(self._launched)

    def take(self, lane: int) -> CandidateTemplate:
        """The template of a lane, ready; a new one for a lane that takes the place of another or takes again.

        Called in the lane, with which a new one ends; those launched before are closed by `close`.
        """
        ahead = self._lanes if self._launched else 0
        known = lane < ahead and (os.getpid(), lane) not in self._taken
        template = self._launched[lane // self._shared] if known else self._launch_one()
        self._taken.add((os.getpid(), lane))
        template.ready()
        return template

    def close(self) -> None:
        """End all that were launched here."""
        for template in self._launched:
            template.close()
        self._launched.clear()

    def _launch_one(self) -> CandidateTemplate:
        needs = self._needs_now()
        if needs is None:
            unit = self._assignment.unit
            problem = f"{unit} is not built in {self._assignment.course.root}"
            raise CourseError(problem, f"run python -m autograder build {unit}")
        return self._launch(needs, 1)

    def _needs_now(self) -> Needs | None:
        return needs_of(self._assignment.instructor)

    def _launch_all(self, needs: Needs) -> None:
        self._needs = needs
        if chosen(self._isolation) is Level.FLAT:
            self._shared = 1  # its candidates come one after another
        try:
            for first in range(0, self._lanes, self._shared):
                self._launched.append(self._launch(needs, min(self._shared, self._lanes - first)))
        except BaseException:
            self.close()
            raise

    def _launch(self, needs: Needs, candidates: int) -> CandidateTemplate:
        hidden: Sequence[Path] = [self._assignment.course.root]
        return CandidateTemplate.launch(
            needs.extras,
            isolation=self._isolation,
            hidden=hidden,
            opening=needs.opening,
            candidates=candidates,
        )
