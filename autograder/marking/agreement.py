"""How far two markers agree: Cohen's kappa over the answers that both marked.

For points kappa is weighted by the square of the distance (Cohen 1968, "Weighted kappa"), so that half a
point apart weighs little; for a criterion it is the plain one (Cohen 1960).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import fmean

import numpy as np

from autograder.course import Assignment
from autograder.marking.answers import Answer, Reader
from autograder.marking.kept import Kept, Sheaf, second_markers
from autograder.marking.questions import Question, read_questions
from autograder.reports.sheets import in_words

FEW = 30
_SAMPLES = 2_000
_STEPS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.01)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of a second marker and the marks that count, for one question; `pairs` are (points that count, points
    of the second marker) of each answer that both marked as it is now.

    `step` is the coarsest scale on which all points lie. `criteria` has for each criterion, where both ticked
    some, its number (from 1), kappa and how many answers that rests on. A kappa is None where it is not
    defined: all marks are the same. `interval` holds 95 % of the kappas of samples drawn from the pairs
    (percentile bootstrap, Efron 1979).
    """

    question: str
    marker: str
    pairs: tuple[tuple[float, float], ...]
    step: float
    kappa: float | None
    interval: tuple[float, float] | None = None
    criteria: tuple[tuple[int, float | None, int], ...] = ()

    @property
    def same(self) -> int:
        """How many answers have the same points from both."""
        return sum(abs(first - second) < 1e-9 for first, second in self.pairs)

    @property
    def difference(self) -> float:
        """The mean of the second marker's points minus those that count."""
        return fmean(second - first for first, second in self.pairs)


def agreements(assignment: Assignment) -> list[Agreement]:
    """Of each second marker for each question, as of now; raises CourseError."""
    reader, first = Reader(assignment), Sheaf(assignment)
    found = []
    for question in read_questions(assignment.course, assignment.unit):
        answers = reader.answers(question.name).given
        ours = first.read(question.name)
        for marker in second_markers(assignment):
            theirs = Sheaf(assignment, marker).read(question.name)
            found.append(_agreement(question, marker, answers, ours, theirs))
    return found


def weighted_kappa(pairs: Sequence[tuple[float, float]], step: float) -> float | None:
    """Kappa of pairs of points that lie on multiples of `step`, weighted by the square of their distance.

    >>> weighted_kappa([(0, 0), (1, 1), (2, 2), (2, 1)], step=1)
    0.8
    """
    whole = [tuple(round(points / step) for points in pair) for pair in pairs]
    scale = list(range(min(map(min, whole), default=0), max(map(max, whole), default=0) + 1))
    return _kappa(whole, scale, "quadratic")


def interval_of(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """What 95 % of the kappas of 2,000 samples lie between, each drawn from the pairs with replacement.

    With these weights kappa is 1 - E[(a - b)²] / (var a + var b + (mean a - mean b)²), whatever the step.
    """
    drawn = np.random.default_rng(0).integers(len(pairs), size=(_SAMPLES, len(pairs)))
    a, b = np.moveaxis(np.asarray(pairs)[drawn], 2, 0)
    apart = np.square(a.mean(axis=1) - b.mean(axis=1))
    by_chance = a.var(axis=1) + b.var(axis=1) + apart
    kappas = 1 - np.square(a - b).mean(axis=1)[by_chance > 0] / by_chance[by_chance > 0]
    low, high = np.percentile(kappas, [2.5, 97.5])
    return float(low), float(high)


def scale_of(pairs: Iterable[tuple[float, float]]) -> float:
    """The coarsest of our steps on which all points lie.

    >>> scale_of([(1, 2.5), (0, 0)])
    0.5
    """
    points = [one for pair in pairs for one in pair]
    return next(
        (step for step in _STEPS if all(abs(one / step - round(one / step)) < 1e-6 for one in points)),
        _STEPS[-1],
    )


def told(found: Sequence[Agreement]) -> Iterator[str]:
    """Lines for people."""
    if not found:
        yield "No second marker has marked anything: python -m autograder mark UNIT --sample N --marker NAME"
    for one in found:
        size = len(one.pairs)
        yield f"{one.question}, second marker {one.marker}: {size} answers marked by both"
        if not size:
            continue
        between = (
            "" if one.interval is None else f", 95 % interval {one.interval[0]:.2f} to {one.interval[1]:.2f}"
        )
        yield (
            f"  Cohen's kappa {_said(one.kappa)}{between} (weighted by the square of the distance, "
            f"in steps of {in_words(one.step)} points)"
        )
        yield (
            f"  the same points: {one.same} of {size}; second minus first: {one.difference:+.2f} points on "
            "average"
        )
        for number, kappa, count in one.criteria:
            yield f"  criterion {number}: kappa {_said(kappa)} ({count} answers)"
        if size < FEW:
            yield f"  Fewer than {FEW} answers: this says little; the interval is too narrow as well."


def _agreement(
    question: Question,
    marker: str,
    answers: Iterable[Answer],
    ours: dict[str, Kept],
    theirs: dict[str, Kept],
) -> Agreement:
    """Only what both marked as it is now, and not twice by the same person."""
    pairs, ticked = [], []
    for answer in answers:
        first, second = ours.get(answer.student), theirs.get(answer.student)
        points = answer.mark.manual
        if points is None or answer.mark.waiting or second is None or second.digest != answer.text.digest:
            continue
        if first is not None and first.marker == marker:
            continue
        pairs.append((points, second.points))
        if first is not None and first.points == points and first.ticks and second.ticks:
            ticked.append((first, second))
    step = scale_of(pairs)
    criteria = tuple(_criterion(index, ticked) for index in range(len(question.criteria))) if ticked else ()
    kappa = weighted_kappa(pairs, step)
    interval = None if kappa is None else interval_of(pairs)
    return Agreement(question.name, marker, tuple(pairs), step, kappa, interval, criteria)


def _criterion(index: int, ticked: Sequence[tuple[Kept, Kept]]) -> tuple[int, float | None, int]:
    halves = [tuple(round(2 * one.ticks.get(str(index), 0)) for one in pair) for pair in ticked]
    return index + 1, _kappa(halves, [0, 1, 2], None), len(halves)


def _kappa(pairs: Sequence[tuple[int, ...]], scale: Sequence[int], weights: str | None) -> float | None:
    """scikit-learn's kappa; None where all marks are the same, so that chance explains everything."""
    if len({mark for pair in pairs for mark in pair}) < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    kappa = float(cohen_kappa_score(first, second, labels=scale, weights=weights))
    return None if isnan(kappa) else round(kappa, 12)


def _said(kappa: float | None) -> str:
    return "not defined (all marks are the same)" if kappa is None else f"{kappa:.2f}"
