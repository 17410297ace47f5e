"""A part of an answer that is None although the call returned others that are right: it was left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from stagewise.judge.grammar import Entry, Step
from stagewise.judge.grammar import output as parsed
from stagewise.judge.script import MissingEntry, is_blank, pick


def blank_beside(
    steps: Sequence[Step], values: Mapping[str, Any], output: str, right: Collection[str]
) -> str:
    """The sentence about an output that is None beside right ones of the same call; "" where it is not None,
    or nothing else of that call is right.

    values: those after the steps, by name. right: the outputs that earn something.
    """
    wanted = parsed(output)
    name = _blank(values, wanted) if isinstance(wanted, Entry) else ""
    if not isinstance(wanted, Entry) or not name:
        return ""
    same_call = {target for step in steps if wanted.root in step.targets for target in step.targets}
    roots = frozenset[str]().union(*(parsed(one).roots for one in right))
    if roots.isdisjoint({wanted.root, *same_call}):
        return ""
    return f"{name} is None, and what belongs beside it is there: return it too"


def _blank(values: Mapping[str, Any], wanted: Entry) -> str:
    """What of an output is None: all that is called so, or the entry; "" when neither is."""
    if wanted.root not in values:
        return ""
    if is_blank(values[wanted.root]):
        return wanted.root
    try:
        return wanted.text if is_blank(pick(values, wanted)) else ""
    except MissingEntry:
        return ""
