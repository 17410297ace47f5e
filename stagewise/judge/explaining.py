"""Which known mistake explains wrong answers, given how far each mistake's answers are from those seen.

First everything must agree: values, shapes, inputs written into, exceptions. Then the values alone: a known
mistake beside a side flaw. Then each wrong output by itself: two mistakes at once, of which
the one that explains more is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from stagewise.judge.report import Row, Status


class Known(Protocol):
    """A known mistake: the outputs whose values it gets wrong (not those that it only shapes awkwardly)."""

    @property
    def wrong_outputs(self) -> frozenset[str]: ...


K = TypeVar("K", bound=Known)
# (mistake, strict, only one output or "" for all) -> relative error, None when the answers differ
Distance = Callable[[K, bool, str], float | None]
_ROUNDINGS = 1e-5  # nearer than this is as near as can be: work in float32 on one processor or another


def explanation(rows: Sequence[Row], known: Sequence[K], distance: Distance[K]) -> K | None:
    """The nearest mistake that fits, or None; right answers need no explanation."""
    if all(row.credit == 1 for row in rows):
        return None
    in_values = [one for one in known if one.wrong_outputs]
    return (
        _nearest((one, distance(one, True, "")) for one in known)
        or _nearest((one, distance(one, False, "")) for one in in_values)
        or _of_one_output(rows, in_values, distance)
    )


def wrong_outputs(rows: Iterable[Row]) -> frozenset[str]:
    """The outputs that earned nothing in some case."""
    return frozenset(row.output for row in rows if row.credit == 0)


def _of_one_output(rows: Sequence[Row], known: Sequence[K], distance: Distance[K]) -> K | None:
    """The mistake that claims no output that is right and, each by itself, explains most of the wrong ones;
    of equals the one that claims the least beside those, then the one that explains the first of them, then
    the nearest.

    An exception that comes also where the mistake answers has another reason than the mistake.
    """
    raised = {row.output for row in rows if row.status is Status.ERROR}
    wrong = list(dict.fromkeys(row.output for row in rows if row.credit == 0))
    found = []
    for number, one in enumerate(known):
        if not one.wrong_outputs <= set(wrong):
            continue
        apart = [(place, distance(one, False, output)) for place, output in enumerate(wrong)
                 if output in one.wrong_outputs]  # fmt: skip
        fitting = [(place, away) for place, away in apart if away is not None]
        elsewhere = raised - one.wrong_outputs and all(wrong[place] in raised for place, _ in fitting)
        if fitting and not elsewhere:
            place, away = fitting[0]
            found.append((-len(fitting), len(apart), place, _rounded(away), number, one))
    return min(found)[-1] if found else None


def _nearest(found: Iterable[tuple[K, float | None]]) -> K | None:
    """Of all that fit the nearest, then the first: two mistakes may differ by less than the tolerance."""
    fitting = [(_rounded(away), number, one) for number, (one, away) in enumerate(found) if away is not None]
    return min(fitting)[2] if fitting else None


def _rounded(away: float) -> float:
    return away if away > _ROUNDINGS else 0.0
