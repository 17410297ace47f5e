"""A course's directory as nbgrader lays it out, and the repository's own sources that fill it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traitlets.config import Config

from autograder.config import CONFIG_FILE, RELEASE, configure, loaded
from autograder.errors import CourseError
from autograder.term.settings import SETTINGS_FILE, CourseSettings

_FILE = "sqlite:///"
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Course:
    """The directory that holds a class: what students handed in, what grading made of it, and the gradebook.

    Units come from `solutions`, by default the repository's. `recorded` is where the build writes recorded
    answers: they belong to the student's package, so only the repository's own course has such a place for
    all units (`recording` tells it for one).
    """

    root: Path
    solutions: Path = REPOSITORY / "solutions"
    recorded: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).resolve())
        if self.recorded is None and self.root == REPOSITORY:
            object.__setattr__(self, "recorded", REPOSITORY / "stagewise" / "recorded")

    @property
    def source(self) -> Path:
        """Instructor's notebooks, made by the build."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """Students' notebooks, made by the build."""
        return self.root / RELEASE

    @property
    def submitted(self) -> Path:
        """What students handed in: <student>/<unit>/<unit>.ipynb."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """Graded notebooks."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """Feedback pages for students."""
        return self.root / "feedback"

    @property
    def roster(self) -> Path:
        """The class as a table, where `collect` and `publish` look for names; it need not be there."""
        return self.root / "roster.csv"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database, unless the course's configuration names another."""
        return self.root / "gradebook.db"

    @property
    def db_url(self) -> str:
        """The database as SQLAlchemy names it: c.CourseDirectory.db_url of the course's configuration."""
        url = str(self.config().CourseDirectory.get("db_url", _FILE + str(self.gradebook)))
        return f"{_FILE}{self.root / url.removeprefix(_FILE)}" if url.startswith(_FILE) else url

    @property
    def config_file(self) -> Path:
        """The file that nbgrader's own commands read."""
        return self.root / CONFIG_FILE

    def config(self) -> Config:
        """Every course's settings, and before them those of the course's own nbgrader_config.py; CourseError
        when that file fails.
        """
        config = configure(Config(), self.root)
        if self.config_file.exists():
            config.merge(loaded(self.config_file))
        return config

    def unit_source(self, unit: str) -> Path:
        """The text notebook of a unit."""
        return self.solutions / f"{unit}.py"

    def instructor(self, unit: str) -> Path:
        """The instructor's notebook of a unit."""
        return self.source / unit / f"{unit}.ipynb"

    def student(self, unit: str) -> Path:
        """The student's notebook of a unit."""
        return self.release / unit / f"{unit}.ipynb"

    def recording(self, unit: str) -> Path | None:
        """Where a build of the unit writes its recorded answers; None where the repository's own build does.

        They go into the student's package, which every hand-out carries: those of a unit of the repository
        that was built for other courses alone, too.
        """
        place = self.recorded
        if place is None and self.solutions == REPOSITORY / "solutions":
            ours = Course(REPOSITORY)
            place = None if ours.student(unit).exists() else ours.recorded
        return None if place is None else place / f"{unit}.json"

    def settings(self) -> CourseSettings:
        """What course.toml says, everything as usual where there is none; CourseError for a mistake in it."""
        file = self.root / SETTINGS_FILE
        if not os.path.lexists(file):
            return CourseSettings()
        from autograder.term.reading import read  # only for courses that have the file

        sources = self._sources()
        others = sorted(path.name for path in self.source.glob("[!.]*") if path.name not in sources)
        return read(file, sources, others)

    def units(self) -> tuple[str, ...]:
        """The units that course.toml chooses, in its order, or else all that have a source."""
        return self.settings().order or self._sources()

    @property
    def pages(self) -> Path:
        """Text notebooks in which nothing is asked, beside the units' sources."""
        return self.solutions / "pages"

    def page_names(self) -> tuple[str, ...]:
        """All pages that have a source."""
        return tuple(sorted(path.stem for path in self.pages.glob("[!_]*.py")))

    def named(self, units: Sequence[str] | None) -> tuple[str, ...]:
        """The units asked for, or all where none is; CourseError for a name that no unit has."""
        known = self.units()
        for unit in units or ():
            if unit not in known:
                raise CourseError(self._unknown(unit), f"name one of: {', '.join(known)}")
        return tuple(units or known)

    def _sources(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.solutions.glob("[!_]*.py")))

    def _unknown(self, unit: str) -> str:
        if unit in self._sources():
            return f"the unit {unit} is not among those that {self.root / SETTINGS_FILE} chooses in order"
        return f"there is no unit {unit!r}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit in a course, as it is handed in and graded there."""

    course: Course
    unit: str

    @property
    def instructor(self) -> Path:
        """The instructor's notebook."""
        return self.course.instructor(self.unit)

    @property
    def records(self) -> Path:
        """What grading keeps of the submissions, a file for each."""
        return self.course.autograded / ".stagewise" / self.unit

    def graded(self, student: str) -> Path:
        """A student's graded notebook."""
        return self.course.autograded / student / self.unit / f"{self.unit}.ipynb"
