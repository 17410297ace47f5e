"""What a grading says beside the one before it: which answers changed, what of the earlier one still holds.

Pure.
"""

from __future__ import annotations

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


def after(record: Record, earlier: Record | None) -> Record:
    """The record with what an earlier one says that still holds.

    Of a file that was refused that is the grade of before; of one that was graded, which cells have changed.
    """
    if earlier is None:
        return replace(record, changed=())
    if record.reason is not Reason.OK:
        return replace(record, checks=earlier.checks, answers=earlier.answers, changed=earlier.changed)
    changed = {*earlier.changed, *(news(record, earlier) or ())}
    return replace(record, changed=tuple(sorted(changed)))
