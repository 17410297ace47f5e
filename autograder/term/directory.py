"""A new course's directory: its settings, nbgrader's, folders, and a gradebook with the class."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.collecting.people import enter
from autograder.collecting.roster import read_roster
from autograder.config import CONFIG_FILE, CONFIG_TEXT
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.term.reading import settings_in
from autograder.term.settings import SETTINGS_FILE
from autograder.term.template import course_text, weekly
from autograder.units.release import make_gradebook
from autograder.whole_files import told_whose_fault

DOWNLOADS = "downloads"
_SEEDS = 1 << 31
_COURSE_PAGE = REPOSITORY / "docs" / "course.md"
_ROW = re.compile(r"^\| +\d+ \| (\w+) \|", re.MULTILINE)


def new_course(
    root: Path,
    units: Sequence[str] = (),
    roster: Path | None = None,
    seed: int | None = None,
    zone: ZoneInfo | None = None,
    start: date | None = None,
) -> tuple[Path, ...]:
    """Make a course in `root`, which is empty or not there; returns what was written.

    Units are in the order in which they are named, by default all in that of docs/course.md; from `start` on
    one is due each week. The `seed` is drawn where none is named. CourseError when something is wrong, and
    then nothing was written.
    """
    course = Course(root)
    _require_room(course.root)
    chosen = course.named(units) if units else _all_in_order(course)
    if len(set(chosen)) < len(chosen):
        raise CourseError(f"a unit is named twice: {', '.join(chosen)}", "name each once")
    if start is not None and zone is None:
        raise CourseError("--start names a date, and no time zone", "name one: --timezone Europe/Zurich")
    people = None if roster is None else (read_roster(roster), roster.read_bytes())
    due = {} if start is None else weekly(chosen, start)
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    text = course_text(seed, str(zone) if zone else None, chosen, due)
    settings_in(text.encode(), SETTINGS_FILE, course.units())
    with told_whose_fault(course.root), _made_aside(course.root) as aside:
        (aside / SETTINGS_FILE).write_text(text, encoding="utf-8")
        (aside / CONFIG_FILE).write_text(CONFIG_TEXT, encoding="utf-8")
        for folder in (course.submitted.name, DOWNLOADS):
            (aside / folder).mkdir()
        made = Course(aside)
        make_gradebook(made.db_url)
        if people is not None:
            made.roster.write_bytes(people[1])
            enter(made.db_url, "", people[0])
    return tuple(sorted(course.root.iterdir()))


def _require_room(root: Path) -> None:
    if root.is_dir() and not any(root.iterdir()):
        return
    if os.path.lexists(root):
        what = f"{root} is not empty" if root.is_dir() else f"{root} is no directory"
        raise CourseError(what, "name a directory that is not there yet; nothing was written")


def _all_in_order(course: Course) -> tuple[str, ...]:
    """All units, those first that the course's page names, in its order."""
    page = _ROW.findall(_COURSE_PAGE.read_text(encoding="utf-8"))
    units = course.units()
    return (*(unit for unit in page if unit in units), *(unit for unit in units if unit not in page))


@contextmanager
def _made_aside(root: Path) -> Iterator[Path]:
    """A directory that takes the place of `root` when all that belongs into it was written."""
    root.parent.mkdir(parents=True, exist_ok=True)
    aside = root.with_name(f".{root.name}.{os.getpid()}")
    aside.mkdir()
    try:
        yield aside
        os.replace(aside, root)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
