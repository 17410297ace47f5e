"""How each number of a report is computed, its source, and below which class size it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.classreport.doubts import EASY, FLAT, HARD
from autograder.classreport.estimates import (
    LEAST_FOR_A_CORRELATION,
    LEAST_FOR_A_MEAN,
    LEAST_FOR_GROUPS,
)
from autograder.classreport.pictures import LEAST_DRAWN


@dataclass(frozen=True, slots=True)
class Term:
    """A number's name, how it is computed, its source ("" where it is counting), and the least class size."""

    name: str
    means: str
    source: str = ""
    least: int = 1


_WIDE = "Below this the 95 % interval of a correlation near 0 is wider than 0.7."
_BOUNDS = "Ebel, R. L. and Frisbie, D. A. (1991), Essentials of educational measurement, 5th edition"

TERMS = (
    Term(
        "points, per cent",
        "What counts in the gradebook (a person's points before the grader's), before anything is taken off "
        "for lateness, in per cent of the exercises that are marked for everybody. A written question counts "
        "as soon as no answer to it waits.",
    ),
    Term(
        "difficulty",
        "The mean share of an exercise's points, 0 to 1, over all answers, unfinished ones included. Of a "
        "written question there is no number while answers wait: those marked first are no fair sample. "
        f"The higher, the easier. Up to {HARD} nearly everybody fails: one to look at.",
        f"{_BOUNDS}.",
        LEAST_FOR_A_MEAN,
    ),
    Term(
        "item-total",
        "Discrimination: Pearson's correlation of an exercise's points with the sum of all others of the "
        "unit (corrected: the exercise itself is left out), -1 to 1. Below "
        f"{FLAT} an exercise is one to look at, unless nearly everybody has its points (difficulty from "
        f"{EASY} on). {_WIDE}",
        "Henrysson, S. (1963), Psychometrika 28, 211-218.",
        LEAST_FOR_A_CORRELATION,
    ),
    Term(
        "upper-lower",
        "Discrimination, more plainly: the mean share of an exercise in the best 27 % of the class (by the "
        "unit's points, these included) minus that in the worst 27 %, -1 to 1. Students who tie for the last "
        "places share them. In tests a question below 0.2 counts as poor. With fewer students each group has "
        "fewer than eleven.",
        f"Kelley, T. L. (1939), Journal of Educational Psychology 30, 17-24; bound: {_BOUNDS}.",
        LEAST_FOR_GROUPS,
    ),
    Term(
        "right, partly, wrong, unfinished, error",
        "All points; a share of them; none, and the function returned something else; none, as handed out; "
        "none, and the code raised an error, was not defined, or used up its time or memory.",
    ),
    Term(
        "median",
        "Half of the class has more points, half fewer; the quartiles in brackets cut off a quarter each.",
        "Hyndman, R. J. and Fan, Y. (1996), The American Statistician 50, 361-365, definition 7.",
        LEAST_FOR_A_MEAN,
    ),
    Term(
        "alpha",
        "Cronbach's alpha: how much exercises of a unit measure the same thing, at most 1, with its 95 % "
        "interval (Feldt). From 0.7 on points of single units may be compared; few exercises, or many that "
        "all solve, make it low.",
        "Cronbach, L. J. (1951), Psychometrika 16, 297-334; Feldt, L. S. (1965), Psychometrika 30, 357-370; "
        "least size: Yurdugül, H. (2008), Hacettepe University Journal of Education 35, 397-405.",
        LEAST_FOR_A_CORRELATION,
    ),
    Term(
        "rank correlation",
        "Spearman's: whether those with more of the one have more of the other, -1 to 1, with its 95 % "
        "interval. It is told of the time of submission and the points of a unit, and of the points of one "
        f"unit and the next; it does not say why. Below 0 those who hand in later have fewer points. {_WIDE}",
        "Spearman, C. (1904), American Journal of Psychology 15, 72-101; interval: Bonett, D. G. and Wright, "
        "T. A. (2000), Psychometrika 65, 23-28.",
        LEAST_FOR_A_CORRELATION,
    ),
    Term(
        "mistakes held",
        "Students whose answers on all graded cases were those of one known mistake, each counted once an "
        "exercise. Who made another mistake is not among them.",
    ),
    Term("pictures of a unit", "How answers ended, points, times of submission.", least=LEAST_DRAWN),
)
