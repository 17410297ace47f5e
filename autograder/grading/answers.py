"""What a pool answered, believed as far as it speaks of the submission that it was asked about."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.grading.marking import Marked, Terms
from autograder.grading.pool import Answer
from autograder.grading.records import CheckScore, digest_of
from autograder.grading.worker import answered
from autograder.isolation.confinement.level import answers
from autograder.reasons import Reason


def read_answer(answer: Answer, raw: bytes, terms: Terms) -> Marked | None:
    """The graded submission, or None when there is none that can be used; raises SandboxError from afar.

    `raw` is the submission that the answer should be about.
    """
    if answer.content is None:
        return None
    try:
        marked = answered(answer.content)
    except ValueError:
        return None
    return marked if marked is not None and _speaks_of(marked, answer.label, raw, terms) else None


def _speaks_of(marked: Marked, student: str, raw: bytes, terms: Terms) -> bool:
    record = marked.record
    told = (record.student, record.unit, record.digest, record.cache_key)
    asked = (student, terms.plan.unit, digest_of(raw), terms.cache_key)
    isolated = answers(record.isolation, terms.isolation) or record.reason is not Reason.OK
    most = {cell.grade_id: cell.points for cell in terms.plan.cells if cell.role == "check"}
    return told == asked and isolated and all(_is_planned(check, most) for check in record.checks)


def _is_planned(check: CheckScore, most: Mapping[str, float]) -> bool:
    """Whether there is such a check, and its points are among those that it can give."""
    known = check.check in most and isinstance(check.points, (int, float))
    return known and 0 <= check.points <= most[check.check]
