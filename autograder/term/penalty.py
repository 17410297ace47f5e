"""What lateness costs, and spans of time, as an instructor writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import ceil

HOW_SPANS = 'a number and a unit of time, as "15 min", "2 h", "1 day" or "1 week"'
HOW_PENALTIES = (
    '"10 % per day", "10 % per day, at most 50 %", "2 points per hour", a list of steps as '
    '["10 % after 0 h", "50 % after 2 days"], or "none"'
)
_SECONDS = {"min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400}
_SECONDS |= {"w": 604_800, "week": 604_800}
_NUMBER = r"(\d+(?:\.\d+)?)"
_AMOUNT = rf"{_NUMBER} ?(%|points?)"
_SPAN = re.compile(rf"{_NUMBER} ?([a-z]+?)s?")
_RATE = re.compile(rf"{_AMOUNT} (?:per|a|each) ([a-z]+)(?:, at most {_AMOUNT})?")
_STEP = re.compile(rf"{_AMOUNT} after (.+)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A share of what the submission earned, in percent, or a number of points."""

    number: float
    percent: bool

    def of(self, score: float) -> float:
        """The points that this is of a score."""
        return score * self.number / 100 if self.percent else self.number

    def __str__(self) -> str:
        unit = " %" if self.percent else " point" if self.number == 1 else " points"
        return f"{self.number:g}{unit}"


@dataclass(frozen=True, slots=True)
class Rate:
    """So much for each span that has begun, up to a limit."""

    amount: Amount
    every: str
    most: Amount | None = None

    def points(self, score: float, late: timedelta) -> float:
        """What is taken off a score that came so late."""
        begun = ceil(late / timedelta(seconds=_SECONDS[self.every]))
        limit = score if self.most is None else self.most.of(score)
        return min(self.amount.of(score) * begun, limit, score)

    def __str__(self) -> str:
        limit = f", at most {self.most}" if self.most else ""
        return f"{self.amount} per {self.every}{limit}"


@dataclass(frozen=True, slots=True)
class Steps:
    """Of several amounts the one whose time was passed last; `after` counts from the due date."""

    steps: tuple[tuple[timedelta, Amount], ...]

    def points(self, score: float, late: timedelta) -> float:
        """What is taken off a score that came so late."""
        passed = [amount for after, amount in self.steps if late > after]
        return min(passed[-1].of(score), score) if passed else 0.0

    def __str__(self) -> str:
        return ", ".join(f"{amount} after {spelt_out(after)}" for after, amount in self.steps)


Penalty = Rate | Steps


def span(text: str) -> timedelta:
    """The span of time that a text tells; ValueError for others.

    >>> span("15 min"), span("1.5 h"), span("2 days")
    (datetime.timedelta(seconds=900), datetime.timedelta(seconds=5400), datetime.timedelta(days=2))
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None or found[2] not in _SECONDS:
        raise ValueError(f"{text!r} is no span of time")
    try:
        return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
    except OverflowError:
        raise ValueError(f"{text!r} is too long") from None


def penalty(told: str | Sequence[str]) -> Penalty | None:
    """The penalty that a text or a list of steps tells, None for "none"; ValueError for others.

    >>> penalty("10 % per day, at most 50 %").points(80.0, timedelta(hours=30))
    16.0
    """
    if not isinstance(told, str):
        return _steps(told)
    if told.strip() == "none":
        return None
    found = _RATE.fullmatch(told.strip())
    if found is None or found[3] not in _SECONDS:
        raise ValueError(f"{told!r} is no penalty")
    most = _amount(found[4], found[5]) if found[4] else None
    return Rate(_amount(found[1], found[2]), found[3], most)


def spelt_out(time: timedelta) -> str:
    """Days, hours and minutes, seconds rounded up.

    >>> spelt_out(timedelta(days=1, hours=2, seconds=1)), spelt_out(timedelta())
    ('1 d 2 h 1 min', '0 min')
    """
    minutes = ceil(time.total_seconds() / 60)
    parts = {"d": minutes // 1440, "h": minutes // 60 % 24, "min": minutes % 60}
    return " ".join(f"{count} {unit}" for unit, count in parts.items() if count) or "0 min"


def _steps(told: Sequence[str]) -> Steps:
    steps = []
    for one in told:
        found = _STEP.fullmatch(one.strip())
        if found is None:
            raise ValueError(f"{one!r} is no step")
        steps.append((span(found[3]), _amount(found[1], found[2])))
    if not steps:
        raise ValueError("the list is empty")
    if any(later <= sooner for (sooner, _), (later, _) in pairwise(steps)):
        raise ValueError("each step is to come after the one before it")
    return Steps(tuple(steps))


def _amount(number: str, unit: str) -> Amount:
    amount = Amount(float(number), unit == "%")
    if amount.percent and amount.number > 100:
        raise ValueError(f"{amount} are more than everything")
    return amount
