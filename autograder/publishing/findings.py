"""What a person should know of grades that go back: who could not be given one, what the file does. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.publishing.exported import Exported, System, points_in
from autograder.publishing.grades import Grade
from autograder.publishing.matching import Matches
from autograder.reports.sheets import in_words
from autograder.terminal import some


@dataclass(frozen=True, slots=True)
class Odd:
    """Somebody whom a person must look at, what is wrong, and what would help."""

    who: str
    problem: str
    advice: str


_GRADE = "it is not in the file: see python -m autograder scores, and grade again"
_LOOK = "it is in the file as it is; where there is a newer file, grade and publish again"
_ABSENT = "add what the system calls them to a table given with --names, or enter the grade there by hand"
_STRANGE = "the cell is as it was; whoever did hand in needs a row in a table given with --names"
_DOUBTFUL = "the cell is as it was: see who it is, and enter the grade by hand"


def of_grades(grades: Iterable[Grade]) -> Iterator[Odd]:
    """Those who handed in and have no grade, or one that may not be the last."""
    for grade in grades:
        if grade.problem:
            yield Odd(grade.student, grade.problem, _GRADE)
        elif grade.note:
            yield Odd(grade.student, grade.note, _LOOK)


def of_rows(
    grades: Mapping[str, Grade], matches: Matches, exported: Exported, system: System, times: float
) -> Iterator[Odd]:
    """Those whose grade is in no row, and rows that are nobody's, in doubt or not to be touched."""
    table = exported.table
    for student, grade in grades.items():
        row = matches.rows.get(student)
        if grade.problem:
            continue
        if row is None:
            yield Odd(student, f"{grade.told(times)} points, and no row of {table.name} is theirs", _ABSENT)
        elif row.locked:
            yield Odd(student, f"line {table.number(row.line)}: {row.locked}", "the cell is as it was")
        elif _is_above(grade, exported, times) and system.above:
            yield Odd(student, f"{grade.told(times)} points are above the maximum", system.above)
    for row in matches.unknown:
        yield Odd(
            row.called, f"line {table.number(row.line)}: it has no id of anybody in this course", _STRANGE
        )
    for row, why in matches.doubtful:
        yield Odd(row.called, f"line {table.number(row.line)}: {why}", _DOUBTFUL)


def remarks(
    grades: Mapping[str, Grade],
    filled: Mapping[str, Grade],
    matches: Matches,
    exported: Exported,
    system: System,
    times: float,
) -> Iterator[str]:
    """What the file does, in sentences."""
    table = exported.table
    yield f"Column {exported.column.heading!r} of {table.name}; all else is as it was."
    if exported.column.most is None:
        yield "The file does not tell out of how many points this column is: see that it is the unit's."
    others = [
        student
        for student, grade in filled.items()
        if _differs(exported.old(matches.rows[student]), grade.told(times))
    ]
    if others:
        yield f"{len(others)} had another grade in the file, which this one replaces: {some(others)}."
    nothing = [student for student in matches.rows if student not in grades]
    if nothing:
        yield f"{len(nothing)} handed in nothing, and their cells are as they were: {some(nothing)}."
    if table.text.encoding not in system.encodings:
        yield f"{table.name} is in {table.text.encoding}; {system.told} reads UTF-8, so that is written."
    if table.formulas:
        yield (
            f"{table.formulas} cells of {table.name} look like formulas and are as they were, since ids and "
            "names must stay: upload the file without opening it in a spreadsheet."
        )


def _differs(old: str, new: str) -> bool:
    """Whether there was a grade, and another than the new one."""
    points = points_in(old)
    return points is not None and in_words(points) != new


def _is_above(grade: Grade, exported: Exported, times: float) -> bool:
    most = exported.column.most
    return most is not None and grade.points * times > most + 0.005
