"""What a grading says beside the one before it: which answers changed, what of the earlier one still holds.

Pure.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from autograder.grading.records import Record
from autograder.reasons import Reason


def news(record: Record, earlier: Record | None) -> frozenset[str] | None:
    """The graded cells whose answers are others than in an earlier record; None when nobody can say."""
    if earlier is None:
        return None
    if not earlier.answers:
        return frozenset() if earlier.digest == record.digest else None
    return frozenset(name for name, hashed in record.answers.items() if earlier.answers.get(name) != hashed)


def after(record: Record, earlier: Record | None, waiting: Container[str] = ()) -> Record:
    """The record with what an earlier one says that still holds; `waiting` names the cells that have a
    person's points and wait for that person again.

    Of a file that was refused that is the grade of before; of one that was graded, which cells have changed.
    """
    if earlier is None:
        return replace(record, changed={})
    if record.reason is not Reason.OK:
        return replace(record, checks=earlier.checks, answers=earlier.answers, changed=earlier.changed)
    # Points of a cell that does not wait are for the answer of last time, of one that does for an older one.
    before = {name: earlier.answers.get(name, "") for name in news(record, earlier) or ()}
    before |= {name: marked for name, marked in earlier.changed.items() if name in waiting}
    changed = {name: marked for name, marked in before.items() if record.answers.get(name) != marked}
    return replace(record, changed=changed)
