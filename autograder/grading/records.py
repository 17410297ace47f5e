"""What grading keeps of each submission: scores with reasons, repairs, and what they were computed from.

Records lie in autograded/.stagewise/<unit>/, where neither nbgrader nor a student finds them. A record is
written last: that it is there says that everything else of the submission is in place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.intake.repair import Repair
from autograder.reasons import Reason
from autograder.whole_files import replace

RECORD_VERSION = 1
DOUBTFUL = (Reason.TIMEOUT, Reason.DIED)
_NOT_THE_STUDENTS = (Reason.ENVIRONMENT, Reason.CHECK_BROKEN)
_REASONS = {reason.value: reason for reason in Reason}


@dataclass(frozen=True, slots=True)
class CheckScore:
    """Points of one check (0 to `max`) and why; `diagnosis` is a sentence for the student or "".

    `evidence` is for the instructor alone: the numbers that were expected, and what the student's code
    answered or raised.
    """

    check: str
    points: float
    max: float
    reason: Reason
    diagnosis: str = ""
    misconception: str = ""
    detail: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One graded submission; `reason` is OK, or the code of the SubmissionError that `detail` and `remedy`
    tell of.

    `digest` is of the submitted file, `cache_key` of all else that the result depends on. `stopped`: a cell
    of the student's ran out of time, or its process ended. `unanswered` names the cells that came back as
    released; `answers` tells by a hash what each graded cell was about, `changed` names the cells for which
    that is another than before, with the hash of what a person's points are for ("" when nobody knows);
    `withheld` is what cells showed that students are not told, by their counts, for the instructor alone;
    `isolation` is the level at which code ran, "" where none did, `layers` are those that held it.
    """

    student: str
    unit: str
    digest: str
    cache_key: str
    isolation: str
    reason: Reason = Reason.OK
    detail: str = ""
    remedy: str = ""
    checks: tuple[CheckScore, ...] = ()
    stopped: bool = False
    repairs: tuple[Repair, ...] = ()
    unanswered: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    version: int = RECORD_VERSION

    @property
    def points(self) -> float:
        """Sum of the points of all checks."""
        return sum(check.points for check in self.checks)

    @property
    def is_final(self) -> bool:
        """Whether it tells of the submission; a failure to grade it does not, and is no reason to skip it."""
        return self.reason not in _NOT_THE_STUDENTS

    @property
    def in_doubt(self) -> bool:
        """Whether load or the machine may have ended something: it is graded once more, alone, before that
        counts.
        """
        return self.stopped or not self.is_final or any(check.reason in DOUBTFUL for check in self.checks)


def digest_of(raw: bytes) -> str:
    """A submission's identity: the hash of its bytes."""
    return sha256(raw).hexdigest()


def reason_of(code: str) -> Reason:
    """The reason with this code; KeyError when there is none."""
    return _REASONS[code]


def dump(record: Record) -> bytes:
    """The record as JSON; the name of a folder that is no text, which orjson refuses, is kept as well."""
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(asdict(record), sort_keys=True).encode()


def parse(raw: bytes) -> Record:
    """The record in `raw`; ValueError when it is none of this version."""
    try:
        data: dict[str, Any] = json.loads(raw)
        if data["version"] != RECORD_VERSION:
            raise ValueError(f"record version {data['version']}")
        data["reason"] = reason_of(data["reason"])
        data["checks"] = tuple(
            CheckScore(**{**one, "reason": reason_of(one["reason"])}) for one in data["checks"]
        )
        data["repairs"] = tuple(Repair(reason_of(one["reason"]), one["cell"]) for one in data["repairs"])
        for name in ("unanswered", "layers"):
            data[name] = tuple(data.get(name, ()))
        changed = data.get("changed", {})
        data["changed"] = changed if isinstance(changed, dict) else dict.fromkeys(changed, "")
        return Record(**data)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a record: {problem!r}") from None


def refusal(student: str, unit: str, raw: bytes, problem: SubmissionError, cache_key: str = "") -> Record:
    """The record of a submission that cannot be graded: the reason, and what a person must do."""
    return Record(
        student=student,
        unit=unit,
        digest=digest_of(raw),
        cache_key=cache_key,
        isolation="",
        reason=problem.reason,
        detail=problem.detail,
        remedy=problem.remedy,
    )


def save(assignment: Assignment, record: Record) -> None:
    """Write the record; what it speaks of must be in place."""
    replace(_place(assignment, record.student), dump(record))


def load(assignment: Assignment, student: str) -> Record | None:
    """The record of a student's submission, or None when there is none that can be used."""
    return _read(_place(assignment, student))


def load_all(assignment: Assignment) -> tuple[Record, ...]:
    """All records of a unit, in the order of the students' names."""
    found = (_read(path) for path in assignment.records.glob("*.json"))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.student))


def _read(path: Path) -> Record | None:
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError):
        return None


def _place(assignment: Assignment, student: str) -> Path:
    fits = len(student.encode("utf-8", "replace")) < 200 and student.isprintable() and "/" not in student
    name = student if fits else f"{digest_of(student.encode('utf-8', 'replace'))[:32]}.odd"
    return assignment.records / f"{name}.json"


def described(repairs: Iterable[Repair]) -> list[str]:
    """Repairs as sentences: what was done and in which cells."""
    cells: dict[Reason, list[str]] = {}
    for repair in repairs:
        cells.setdefault(repair.reason, []).append(repair.cell)
    return [f"{reason.advice} ({', '.join(names)})" for reason, names in cells.items()]
