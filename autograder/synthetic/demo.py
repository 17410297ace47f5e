"""The demonstration: a synthetic class hands in and is graded; a table tells what was found about each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from autograder.course import Course
from autograder.grading.driver import Settings, grade
from autograder.grading.records import Record
from autograder.isolation.limits import Limits
from autograder.progress import Steps
from autograder.reasons import Reason
from autograder.reports.feedback import feedback
from autograder.synthetic.students import Student, draw_class, hand_in
from autograder.terminal import shown

# Right answers need milliseconds. Short limits let the notebooks that never end be seen through in seconds.
QUICK = Limits(cell_seconds=4.0, call_seconds=1.0, check_seconds=3.0)


def demo(
    course: Course, unit: str, count: int, seed: int, settings: Settings, console: Console
) -> Mapping[str, Record]:
    """Draw a class, grade it, write feedback, and print who earned what and why; the records by student."""
    started = time.monotonic()
    students = draw_class(course, unit, count, seed)
    hand_in(course, unit, students)
    console.print(f"{len(students)} notebooks were handed in below {course.submitted}")
    settings = replace(settings, limits=QUICK, force=True)
    names = [student.name for student in students]
    with Steps(f"Grading {unit}", console) as steps:
        done = grade(course, unit, names, settings, lambda _, total: steps.step(total))
    graded = time.monotonic()
    with Steps("Writing feedback", console) as steps:
        pages = feedback(course, unit, names, jobs=settings.jobs, on_done=lambda _, total: steps.step(total))
    records = {one.record.student: one.record for one in done}
    console.print(_table(students, records))
    console.print(
        f"{len(done)} submissions in {graded - started:.1f} s, feedback in {time.monotonic() - graded:.1f} s."
    )
    console.print(f"Feedback for students:   {pages[0].parent.parent.parent}/<student>/{unit}/{unit}.html")
    console.print(
        f"Scores for a spreadsheet: python -m autograder scores {unit} --csv --course {course.root}"
    )
    return records


def _table(students: tuple[Student, ...], records: Mapping[str, Record]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("who", no_wrap=True)
    table.add_column("handed in", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what was found")
    for student in sorted(students, key=lambda one: (one.kind, one.name)):
        record = records[student.name]
        points = "-" if record.reason is not Reason.OK else f"{round(record.points, 2):g}"
        table.add_row(student.name, _handed_in(student), points, shown(_found(record)))
    return table


def _handed_in(student: Student) -> str:
    """The kind; for a file or a trick also which."""
    return f"{student.kind}: {student.planted[0]}" if student.kind in ("damaged", "hostile") else student.kind


def _found(record: Record) -> str:
    """Why it could not be graded, or each diagnosis once, or in how many checks which reason was given."""
    if record.reason is not Reason.OK:
        return f"{record.reason.value}: {record.remedy}"
    told = [f"{one.check}: {one.diagnosis}" for one in record.checks if one.misconception]
    counts: dict[Reason, int] = {}
    for check in record.checks:
        if check.reason is not Reason.OK and not check.misconception:
            counts[check.reason] = counts.get(check.reason, 0) + 1
    told += [f"{count} x {reason.value}" for reason, count in counts.items()]
    repaired = sorted({repair.reason.value for repair in record.repairs})
    return "\n".join(told + ([f"repaired: {', '.join(repaired)}"] if repaired else [])) or "all right"
