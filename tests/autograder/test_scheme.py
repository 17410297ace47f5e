"""A marking scheme becomes criteria with points; one that cannot be counted names its line."""

import re

import pytest

from autograder.course import REPOSITORY, Course
from autograder.units import percent, regions
from autograder.units.scheme import Criterion, SchemeError, criteria_of

SCHEME = """\
**Marking scheme, 3 points**

- (a) 1 point: the mean is 0 (or: "it is
  centred"). 1 point for a reason,
  as on page 3.
- (b) 2 × 0.5 points: a change, of the first two. "More data", which
  earns 1 point elsewhere, is none.
"""


def test_each_criterion_has_its_part_its_points_and_its_text_on_one_line():
    change = """a change, of the first two. "More data", which earns 1 point elsewhere, is none."""
    assert criteria_of(SCHEME, 3) == (
        Criterion("a", 1.0, 'the mean is 0 (or: "it is centred").'),
        Criterion("a", 1.0, "a reason, as on page 3."),
        Criterion("b", 0.5, change),
        Criterion("b", 0.5, change),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("(b) 2 ×", "(b) 3 ×", 0, "add up to 3.5 points, the question is worth 3"),
        ("(b)", "(c)", 5, "has (c) where (b) is due"),
        ("- (b)", "-", 5, "has no letter where (b) is due"),
        ("(a) 1 point:", "(a) One point:", 2, "begins with 'One point"),
        ("  as on", "as on", 4, "'as on page 3.' outside its items"),
        ("(a) 1 point: the", "(a) 0 points: the", 2, "no points"),
        (SCHEME, "**Marking scheme**", 0, "no criteria"),
    ],
)
def test_what_cannot_be_counted_names_its_line(old, new, line, problem):
    with pytest.raises(SchemeError) as caught:
        criteria_of(SCHEME.replace(old, new, 1), 3)
    assert caught.value.index == line
    assert problem in caught.value.problem


@pytest.mark.parametrize("unit", Course(REPOSITORY).units())
def test_the_parts_of_a_scheme_are_those_of_the_question(unit):
    """With as many points as the question says for each part."""
    for cell in percent.read(Course(REPOSITORY).unit_source(unit)).cells:
        if cell.role is percent.Role.WRITTEN:
            found = criteria_of(regions.inside(cell.source, regions.MARK_SCHEME), cell.points)
            asked = regions.replace(cell.source, regions.SOLUTION).split("### BEGIN MARK")[0]
            assert {one.part for one in found} == {part for part in "abcdef" if f"- ({part})" in asked}


@pytest.mark.parametrize("unit", Course(REPOSITORY).units())
def test_every_criterion_says_what_earns_half_of_it_and_what_nothing(unit):
    """So that two readers agree; `No half` where there is none."""
    for cell in percent.read(Course(REPOSITORY).unit_source(unit)).cells:
        if cell.role is percent.Role.WRITTEN:
            for one in criteria_of(regions.inside(cell.source, regions.MARK_SCHEME), cell.points):
                assert re.search(r"\b(Half: .+|No half\.) Nothing: .+\.$", one.text), one
