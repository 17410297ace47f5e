"""Fill a system's own file with the grades of a unit, and pack the pages that go with it.

What is wrong with a single student or a single row is told and left out; what is wrong with the file as a
whole is refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.collecting import people, record
from autograder.collecting.roster import Roster
from autograder.course import Course
from autograder.errors import CourseError
from autograder.publishing.exported import Exported, System, Told, Wanted
from autograder.publishing.findings import Odd, of_grades, of_rows, remarks
from autograder.publishing.grades import Grade, grades
from autograder.publishing.known import known_students
from autograder.publishing.matching import Matches, matched
from autograder.publishing.pages import Back, pages_for, write_zip
from autograder.publishing.systems import SYSTEMS
from autograder.publishing.table import read_table
from autograder.reports.sheets import in_words
from autograder.spreadsheet import Value, csv_text
from autograder.term.points import plan_told
from autograder.units.plan import Plan
from autograder.whole_files import replace, sweep, told_whose_fault

PLAIN = "csv"
TARGETS = (*SYSTEMS, PLAIN)
_COLUMNS = ("student", "last_name", "first_name", "email", "points", "max", "late_penalty", "waiting")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to publish, and how: `template` is the file that the system exported, `column` that to fill (found
    by the unit's name where empty). Further whether to multiply points up to the system's maximum, to publish
    although answers wait for marks, and to match by name what no id matches.
    """

    target: str
    template: Path | None = None
    out: Path | None = None
    roster: Roster | None = None
    column: str = ""
    scale: bool = False
    with_unmarked: bool = False
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and what there is to say of it: `odd` is for a person to look at, `remarks` are not.

    `pages` is None where no zip was written, `unpacked` is how many pages could not be in it.
    """

    file: Path
    grades: int
    pages: Path | None = None
    packed: int = 0
    unpacked: int = 0
    odd: tuple[Odd, ...] = ()
    remarks: tuple[str, ...] = ()


def publish(
    course: Course, unit: str, asked: Asked, on_page: Callable[[int], None] = lambda total: None
) -> Published:
    """Write the file of grades, and the zip of pages where the system takes one; `on_page` is told after each
    page how many there are.

    Raises CourseError, and writes nothing, when there is no gradebook, when answers wait for marks, or when
    the template is not what the system exports for this unit.
    """
    try:
        plan = plan_told(course, unit)
        found = grades(course, unit)
        if not found:
            raise CourseError(f"nobody has handed in {unit}", f"run: python -m autograder grade {unit}")
        _require_marked(unit, found.values(), asked)
        out = asked.out or course.root / "published" / unit
        sweep(out)
        if asked.target == PLAIN:
            return _plainly(course, plan, found, asked, out)
        return _into(course, plan, found, asked, out, on_page)
    except CourseError as problem:
        problem.asked = f"Publishing {unit} to {asked.target}"
        raise


def _require_marked(unit: str, found: Iterable[Grade], asked: Asked) -> None:
    """Students see a grade at once: one that lacks marks is published only by a person's decision."""
    waiting = [grade for grade in found if grade.waiting]
    if waiting and not asked.with_unmarked:
        raise CourseError(
            f"{sum(grade.waiting for grade in waiting)} written answers of {len(waiting)} students wait for "
            "a mark, and their grades would be too low",
            f"mark them: python -m autograder mark {unit}; or publish with --with-unmarked what there is now "
            "(an answer counts 0 until it is marked), and again later",
        )


def _plainly(course: Course, plan: Plan, found: Mapping[str, Grade], asked: Asked, out: Path) -> Published:
    """A table for spreadsheets and programs, which no system prescribes."""
    if asked.template or asked.column or asked.scale or asked.by_name:
        raise CourseError(
            "a plain table has no template, and so no column, nobody to match and nothing to scale to",
            f"say --to {PLAIN} alone, or name the system from which the template comes",
        )
    told = people.known(course.db_url)
    graded = [grade for grade in found.values() if not grade.problem]
    rows: list[list[Value]] = [
        [
            grade.student,
            *(told.get(grade.student, {}).get(name, "") for name in ("last_name", "first_name", "email")),
            float(grade.told()),
            float(in_words(plan.points)),
            float(in_words(grade.late_penalty)),
            grade.waiting,
        ]
        for grade in graded
    ]
    file = out / "grades.csv"
    with told_whose_fault(file):
        replace(file, csv_text(_COLUMNS, rows))
    return Published(file, len(graded), odd=tuple(of_grades(found.values())))


def _into(
    course: Course,
    plan: Plan,
    found: Mapping[str, Grade],
    asked: Asked,
    out: Path,
    on_page: Callable[[int], None],
) -> Published:
    system = SYSTEMS[asked.target]
    exported, source = _read(asked, system, plan)
    times = _times(exported, plan, asked.scale)
    told = {one: kept for one, kept in record.load(course, plan.unit).items() if isinstance(kept, dict)}
    everybody: dict[str, dict[str, str]] = {student: {} for student in found}
    students = known_students(everybody | people.known(course.db_url), told, asked.roster, system)
    matches = matched(exported.rows, students, asked.by_name)
    filled = _filled(found, matches, exported)
    cells = {
        (matches.rows[student].line, exported.column.at): grade.told(times)
        for student, grade in filled.items()
    }
    content = exported.table.changed(cells, system.encodings)
    pages, missing = pages_for(course, plan.unit, system, _handed_back(filled, matches, told))
    archive = out / f"{asked.target}-feedback.zip" if pages else None
    if archive is not None:
        write_zip(archive, pages, on_page)
    file = out / f"{asked.target}-grades{source.suffix}"
    with told_whose_fault(file):
        replace(file, content)
    odd = (*of_grades(found.values()), *of_rows(found, matches, exported, system, times), *missing)
    said = (*_practice(course, plan.unit), *remarks(found, filled, matches, exported, system, times))
    return Published(file, len(filled), archive, len(pages), len(missing), odd, said)


def _practice(course: Course, unit: str) -> Iterator[str]:
    """What to know of a unit that is for practice."""
    if not course.settings().unit(unit).counts:
        yield f"{unit} does not count (course.toml): see that it does not in the system either."


def _filled(found: Mapping[str, Grade], matches: Matches, exported: Exported) -> dict[str, Grade]:
    """The grades that go into a row, by student; CourseError where the file has nobody of this class."""
    filled = {
        student: found[student]
        for student, row in matches.rows.items()
        if student in found and not found[student].problem and not row.locked
    }
    if not filled:
        raise CourseError(
            f"no row of {exported.table.name} is a student who has a grade to give back",
            "see that it is of this course and this assignment; where it calls students otherwise, say how "
            "in a table with --names, or match full names with --by-name",
        )
    return filled


def _handed_back(filled: Mapping[str, Grade], matches: Matches, told: Mapping[str, Told]) -> list[Back]:
    return [
        Back(student, matches.rows[student], told.get(student, {}), grade.told())
        for student, grade in filled.items()
    ]


def _read(asked: Asked, system: System, plan: Plan) -> tuple[Exported, Path]:
    """The system's own file, read, and where it lies."""
    if asked.template is None:
        raise CourseError(
            f"the grades go into {system.file}, and no --template was given",
            f"download it ({system.export}), and name it with --template",
        )
    try:
        raw = asked.template.read_bytes()
    except OSError as problem:
        raise CourseError(
            f"{asked.template} could not be read: {problem.strerror}",
            f"name {system.file} with --template ({system.export})",
        ) from None
    again = f"download it ({system.export}), and give it as it comes, not saved again by another program"
    table = read_table(
        raw,
        asked.template.name,
        lambda names: system.fits(names, asked.column),
        system.separators,
        system.file,
        "; ".join(filter(None, (again, system.otherwise))),
    )
    return system.read(table, Wanted(plan.unit, plan.title, asked.column)), asked.template


def _times(exported: Exported, plan: Plan, scale: bool) -> float:
    """By what points are multiplied; CourseError where the system counts out of another number, unasked."""
    most = exported.column.most
    if most is None or in_words(most) == in_words(plan.points):
        return 1.0
    if scale and most > 0:
        return most / plan.points
    raise CourseError(
        f"{exported.column.heading!r} in {exported.table.name} is out of {in_words(most)} points, "
        f"{plan.unit} is out of {in_words(plan.points)}",
        f"set the assignment to {in_words(plan.points)} points and export again, or multiply points to its "
        "maximum with --scale; see also that it is the right column (--column)",
    )
