"""What every unit's text owes its readers: short lines, little open code, hints that are not the code."""

import re
import statistics

import pytest

from autograder.course import REPOSITORY, Course
from autograder.units import prose, regions
from autograder.units.from_truth import read
from autograder.units.percent import Role

COURSE = Course(REPOSITORY)
FOLDED = re.compile(r"<details><summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
SPEECH = re.compile(r"\W+")

every_text = pytest.mark.parametrize("unit", COURSE.units())


def lines(code):
    """Lines of code that are neither empty nor comments."""
    return [line for line in code.splitlines() if line.strip() and not line.strip().startswith("#")]


def solved(source):
    """Lines that a student writes."""
    exercises = [cell.source for cell in source.cells if cell.role is Role.EXERCISE]
    return [line for code in exercises for line in lines(regions.inside(code, regions.SOLUTION))]


def hints(source):
    """The foldings that are called hints."""
    texts = [cell.source for cell in source.cells if cell.cell_type == "markdown"]
    return [body for text in texts for name, body in FOLDED.findall(text) if name.startswith("Hint")]


@every_text
def test_open_code_is_at_most_five_times_a_students_own(unit):
    source = read(COURSE.unit_source(unit))
    given = [cell for cell in source.cells if cell.role in (Role.GIVEN, Role.EXPLORE) and not cell.folded]
    assert sum(len(lines(cell.source)) for cell in given) <= 5 * len(solved(source))


@every_text
def test_there_are_twelve_hints_and_none_is_a_line_of_the_solution(unit):
    source = read(COURSE.unit_source(unit))
    found = hints(source)
    assert len(found) >= 12
    answers = {SPEECH.sub("", line) for line in solved(source)}
    told = SPEECH.sub("", " ".join(found))
    assert [answer for answer in answers if len(answer) >= 16 and answer in told] == []


def test_the_median_unit_has_at_most_250_open_words_for_each_exercise():
    units = [read(COURSE.unit_source(unit)) for unit in COURSE.units()]
    assert statistics.median(map(prose.words_for_each_exercise, units)) <= 250


@every_text
def test_lines_of_the_source_have_at_most_100_characters(unit):
    text = COURSE.unit_source(unit).read_text(encoding="utf-8")
    given = {line for line in text.splitlines() if line.startswith("    config = {")}  # the truth's own
    assert [line for line in text.splitlines() if len(line) > 100 and line not in given] == []


@every_text
def test_no_line_begins_with_a_number_that_markdown_takes_for_a_list(unit):
    for cell in read(COURSE.unit_source(unit)).cells:
        if cell.cell_type == "markdown":
            numbers = [int(found) for found in re.findall(r"^ *(\d+)\.(?:\s|$)", cell.source, re.MULTILINE)]
            assert all(number == 1 or number - 1 in numbers for number in numbers), cell.source


@every_text
def test_the_minutes_of_the_table_are_those_of_the_sections_and_at_most_two_hours(unit):
    text = COURSE.unit_source(unit).read_text(encoding="utf-8")
    table = re.findall(r"^# \| (\d+) \| [^|]* \| (\d+) min \|", text, re.MULTILINE)
    sections = re.findall(r"^# ## (\d+) .*\n# \*(\d+) minutes?,.*?(second evening)?\*$", text, re.MULTILINE)
    assert [(number, minutes) for number, minutes, _ in sections] == table
    assert 60 <= sum(int(minutes) for _, minutes, evening in sections if not evening) <= 120
