"""The marking scheme of a written question: what earns which points, as criteria that can be counted.

A scheme is a list, one item for each part of the question. An item is the part's letter, if there are parts,
and its criteria; each begins with its points, and what stands behind it up to the next belongs to it:

    - (a) 1 point: the mean scales with $a$. 1 point: the factor cancels, so the output is the same.
    - (b) 2 × 0.5 points: a remedy, of the first two named. "More data" is none.

In front of the list may be a heading in bold. The points of all criteria add up to those of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose

_HEADING = re.compile(r"\*\*[^*]+\*\*")
_ITEM = re.compile(r"- +(?:\(([a-z])\) +)?(.*)")
_CRITERION = re.compile(
    r"(?:^|(?<=[.,;)\"”$] ))(?:(?P<times>\d+) [×x] )?(?P<points>\d+(?:\.\d+)?) points?(?:: | for )"
)
_FORM = "write items like '- (a) 1 point: what earns it. 1 point: what earns another.'"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What earns `points` (above 0) in part `part` ("a", "b", …; "" where the question has no parts).

    `text` is Markdown on one line.
    """

    part: str
    points: float
    text: str


class SchemeError(ValueError):
    """A marking scheme that cannot be read: the index of the line (from 0), what is wrong, and the remedy."""

    def __init__(self, index: int, problem: str, remedy: str) -> None:
        super().__init__(index, problem, remedy)
        self.index, self.problem, self.remedy = index, problem, remedy


def criteria_of(scheme: str, points: float) -> tuple[Criterion, ...]:
    """The criteria of the Markdown of a scheme for a question worth `points`; raises SchemeError.

    >>> [(one.part, one.points, one.text) for one in criteria_of("- (a) 1 point: yes. 2 points: why.", 3)]
    [('a', 1.0, 'yes.'), ('a', 2.0, 'why.')]
    """
    items = list(_items(scheme.split("\n")))
    if not items:
        raise SchemeError(0, "the marking scheme has no criteria", _FORM)
    _require_letters([(index, part) for index, part, _ in items])
    found = tuple(one for index, part, text in items for one in _criteria(index, part, text))
    total = sum(one.points for one in found)
    if not isclose(total, points, abs_tol=1e-9):
        raise SchemeError(
            0,
            f"the criteria of the scheme add up to {total:g} points, the question is worth {points:g}",
            f"let them add up; {_FORM}",
        )
    return found


def _items(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """For each item the index of its line, its part and its text on one line."""
    current: tuple[int, str, list[str]] | None = None
    for index, line in enumerate(lines):
        start = _ITEM.fullmatch(line)
        if start:
            if current is not None:
                yield (*current[:2], " ".join(current[2]))
            current = (index, start[1] or "", [start[2].strip()])
        elif current is not None and line.startswith("  "):
            current[2].append(line.strip())
        elif line.strip() and not (current is None and _HEADING.fullmatch(line.strip())):
            raise SchemeError(index, f"the marking scheme says {line.strip()!r} outside its items", _FORM)
    if current is not None:
        yield (*current[:2], " ".join(current[2]))


def _require_letters(items: Sequence[tuple[int, str]]) -> None:
    """The parts are (a), (b), … in this order, or there are none."""
    lettered = any(part for _, part in items)
    for number, (index, part) in enumerate(items):
        expected = chr(ord("a") + number) if lettered else ""
        if part != expected:
            given = f"({part})" if part else "no letter"
            wanted = f"({expected})" if expected else "no letter"
            raise SchemeError(
                index,
                f"an item of the marking scheme has {given} where {wanted} is due",
                "give each part of the question one item, in their order",
            )


def _criteria(index: int, part: str, text: str) -> Iterator[Criterion]:
    starts = list(_CRITERION.finditer(text))
    if not starts or starts[0].start():
        raise SchemeError(index, f"an item of the marking scheme begins with {text[:40]!r}", _FORM)
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        points, said = float(start["points"]), text[start.end() : end].strip(" ,")
        if not points or not said:
            raise SchemeError(index, f"{start[0].strip()!r} says no points or not what earns them", _FORM)
        yield from [Criterion(part, points, said)] * int(start["times"] or 1)
