"""The edits with which a function is right: its source changed in one place, played on recorded cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from stagewise.judge.asking import AskedCase
from stagewise.judge.edits import Edit, edits
from stagewise.judge.judging import Judged, judge

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Fit:
    """An edit that makes every case right: the lines that it is about (of the source, from 1), its kind by
    name, and its rank, see stagewise.judge.edits."""

    first: int
    last: int
    kind: str
    rank: int


class TimeUp(BaseException):
    """An edit has used up its time; no `except Exception` of a student's keeps it."""


def fits(
    source: str,
    functions: Functions,
    cases: Sequence[AskedCase],
    limit: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Iterator[Fit | None]:
    """Every edit of the source that makes all cases right, None for each one that does not.

    functions: the first one is that of the source, the others are its partners. The case that fails first is
    played first. Nothing is looked for among edits of a higher rank than one that fits. `limit()` surrounds
    the work on one edit, and may raise TimeUp.
    """
    name, function = next(iter(functions.items()))
    ordered = sorted(cases, key=lambda case: _is_right(judge(functions, (case,))))
    rank = None
    for edit in edits(source):
        if rank is not None and edit.rank > rank:
            return
        try:
            with limit():
                changed = _defined(edit, name, function)
                right = changed is not None and _all_right({**functions, name: changed}, ordered)
        except (TimeUp, RecursionError, MemoryError):
            right = False
        if right:
            rank = edit.rank
        yield Fit(edit.first, edit.last, edit.kind.name, edit.rank) if right else None


def _defined(edit: Edit, name: str, function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The function as the edit defines it, in a copy of its world; None when that is impossible."""
    world = dict(getattr(function, "__globals__", {}))
    try:
        exec(compile(edit.source, f"<{name}, edited>", "exec"), world)
    except Exception:  # a SyntaxError, or whatever a decorator or a default raises
        return None
    found = world.get(name)
    return found if callable(found) else None


def _all_right(functions: Functions, cases: Sequence[AskedCase]) -> bool:
    return all(_is_right(judge(functions, (case,))) for case in cases)


def _is_right(judged: Judged) -> bool:
    return all(row.credit == 1 for row in judged.rows)
