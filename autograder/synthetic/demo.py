"""The demonstration: a synthetic class hands in and is graded; tables tell what was found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from autograder.classreport.making import PAGE, class_report, write_page
from autograder.classreport.tables import mistakes_table, units_table
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.driver import Settings, grade
from autograder.grading.records import Record
from autograder.grading.templates import Templates
from autograder.isolation.lacks import told_of
from autograder.isolation.limits import Limits
from autograder.progress import Steps
from autograder.reports.feedback import feedback
from autograder.synthetic.findings import students_table
from autograder.synthetic.students import draw_classes, hand_in
from autograder.terminal import shown

# The slowest right answer needs a fifth of a second. Short limits see through what never ends in seconds.
QUICK = Limits(cell_seconds=4.0, call_seconds=1.0, check_seconds=1.0)


def demo(
    course: Course, units: Sequence[str], count: int, seed: int, settings: Settings, console: Console
) -> Mapping[str, Record]:
    """Draw a class over the units, grade it, write feedback, and print who earned what and why; the records
    by student.
    """
    students = draw_classes(course, units, count, seed)
    hand_in(course, students)
    console.print(f"{len(students)} notebooks were handed in below {course.submitted}")
    classes = {unit: [one.name for one in students if one.unit == unit] for unit in units}
    classes = {unit: names for unit, names in classes.items() if names}
    settings = replace(settings, limits=QUICK, force=True)
    started = time.monotonic()
    records: dict[str, Record] = {}
    for unit, names in classes.items():
        records |= _graded(course, unit, names, settings, console)
    graded = time.monotonic()
    for unit, names in classes.items():
        _written(course, unit, names, settings, console)
    written = time.monotonic()
    console.print(students_table(students, records))
    page = reported(course, list(classes), console)
    console.print(
        f"{len(records)} submissions in {graded - started:.1f} s, feedback in {written - graded:.1f} s."
    )
    for said in told_of(record.isolation for record in records.values()):
        console.print(said)
    _where_to_look(course, next(iter(classes)), page, console)
    return records


def _graded(
    course: Course, unit: str, names: Sequence[str], settings: Settings, console: Console
) -> dict[str, Record]:
    with (
        Templates(Assignment(course, unit), settings.isolation, min(settings.jobs, len(names))) as templates,
        Steps(f"Grading {unit}", console) as steps,
    ):
        done = grade(course, unit, names, settings, lambda _, total: steps.step(total), templates, steps.slow)
    return {one.record.student: one.record for one in done}


def _written(
    course: Course, unit: str, names: Sequence[str], settings: Settings, console: Console
) -> tuple[Path, ...]:
    with Steps(f"Feedback on {unit}", console) as steps:
        return feedback(course, unit, names, jobs=settings.jobs, on_done=lambda _, total: steps.step(total))


def reported(course: Course, units: Sequence[str], console: Console) -> Path | None:
    """Write the report on the class and print its shortest form; where the page lies, or None where what it
    needs is not installed: then that is printed.
    """
    try:
        report, page = class_report(course, units), course.root / PAGE
    except CourseError as lacking:
        console.print(shown(str(lacking)))
        return None
    console.print(units_table(report))
    console.print(mistakes_table(report))
    write_page(report, course, page)
    return page


def _where_to_look(course: Course, unit: str, page: Path | None, console: Console) -> None:
    if page is not None:
        console.print(f"Report for instructors:  {page}")
    console.print(f"Feedback for students:   {course.feedback}/<student>/<unit>/<unit>.html")
    console.print(
        f"Scores for a spreadsheet: python -m autograder scores {unit} --csv --course {course.root}"
    )
