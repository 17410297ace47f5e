"""Whole cases asked of a candidate at once: their scripts and inputs out, what is claimed of each back.

A case of a hundred calls costs one question. What comes back is not trusted in anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autograder.isolation.protocol.codec import encode
from autograder.isolation.protocol.packing import ProtocolError, pack
from stagewise.judge.asking import AskedCase, Cases
from stagewise.judge.grammar import output
from stagewise.judge.playing import Told
from stagewise.judge.script import (
    Failure,
    FailureKind,
    MissingEntry,
    Played,
    RaisedElsewhere,
    Step,
    type_name,
)
from stagewise.judge.student_traceback import headline

_MOST_BYTES = 1 << 22
"""Of a question; more cases go into the next one."""
_MOST_KNOWN, _MOST_RUNS, _LONGEST_KNOWN = 1024, 16, 1 << 20
_PLAYED = pack("played")
_HEADS = {0xDC: 3, 0xDD: 5}  # bytes before the items of a long list, by its first one; of a short one 1
_MOST_WARNINGS, _LONGEST_WARNING, _LONGEST_MESSAGE = 100, 500, 2_000
_LONGEST_NAME, _LONGEST_TRACE = 60, 6_000


@dataclass(frozen=True, slots=True)
class Question:
    """Cases that are asked together, packed without their answers; `calls` are the most that one makes.

    `runs` are those that were believed before, by the message that told of them.
    """

    cases: tuple[AskedCase, ...]
    packed: bytes
    calls: int
    runs: dict[bytes, Told] = field(default_factory=dict)

    def remembered(self, message: bytes, runs: Iterable[Played]) -> Told:
        """The runs, known from now on by their message; they hold nothing that is one candidate's own."""
        found = Told(runs)
        found.message = message
        if len(self.runs) < _MOST_RUNS and len(message) <= _LONGEST_KNOWN:
            self.runs[message] = found
        return found


@dataclass(frozen=True, slots=True)
class Claim:
    """What a candidate says of a case: its parts have the right types, and nothing more is known of them."""

    values: dict[Any, Any]
    changed: list[Any]
    warned: list[Any]
    warners: list[Any]
    failure: list[Any] | None


def questions(cases: Sequence[AskedCase]) -> tuple[Question, ...]:
    """The cases in questions; those that a whole class is asked are packed once."""
    return _known_questions(cases) if isinstance(cases, Cases) else _questions(cases)


def _questions(cases: Sequence[AskedCase]) -> tuple[Question, ...]:
    return tuple(_batched(cases))


_known_questions = lru_cache(_MOST_KNOWN)(_questions)


def _batched(cases: Sequence[AskedCase]) -> Iterator[Question]:
    batch: list[tuple[AskedCase, bytes]] = []
    size = 0
    for case in cases:
        packed = _packed(case)
        if batch and size + len(packed) > _MOST_BYTES:
            yield _question(batch)
            batch, size = [], 0
        batch.append((case, packed))
        size += len(packed)
    if batch:
        yield _question(batch)


def _question(batch: Sequence[tuple[AskedCase, bytes]]) -> Question:
    cases = tuple(case for case, _ in batch)
    return Question(cases, _listed([packed for _, packed in batch]), max(len(case.steps) for case in cases))


def _listed(packed: Sequence[bytes]) -> bytes:
    """A list of what was packed by itself, as if packed together."""
    return pack([None] * len(packed))[: -len(packed)] + b"".join(packed)


def _packed(case: AskedCase) -> bytes:
    roots = sorted({root for wanted in case.shares for root in output(wanted).roots})
    wanted = [root for root in roots if root not in case.inputs or root in case.updates]
    script = ["\n".join(step.text for step in case.steps), list(case.updates), wanted]
    return pack([script, encode(case.inputs)])


def together(answers: Sequence[bytes]) -> bytes:
    """The message of these answers to all cases of a question."""
    return b"".join(map(pack, answers))


def told_in(frame: bytes, head: bytes) -> bytes:
    """A frame's part of the message: its answers without their number, which depends on how busy it is there.

    head: how a frame begins that answers the question. What is no such frame is a part by itself.
    """
    begins = len(head) + len(_PLAYED)
    if len(frame) == begins or not frame.startswith(head + _PLAYED):
        return frame
    return frame[begins + _HEADS.get(frame[begins], 1) :]


def believed(case: AskedCase, claim: Claim, named: Collection[str]) -> Played:
    """The run of a case as the candidate claims it; ProtocolError for what cannot be one."""
    called = {step.function for step in case.steps}.intersection(named)
    changed = [tuple(pair) for pair in claim.changed if type(pair) is list]
    spoken = [*claim.warned, *claim.warners, *claim.values, *(part for pair in changed for part in pair)]
    if any(type(text) is not str for text in spoken):
        raise ProtocolError("a name that is none")
    if any(len(pair) != 2 or pair[0] not in called or pair[1] not in case.inputs for pair in changed):
        raise ProtocolError("a change of something else than an input")
    fixed = {name: value for name, value in case.inputs.items() if name not in case.updates}
    return Played(
        values={**case.inputs, **claim.values, **fixed},
        changed=tuple(dict.fromkeys(changed)),
        warned=tuple(text[:_LONGEST_WARNING] for text in claim.warned[:_MOST_WARNINGS]),
        failure=None if claim.failure is None else _failure(case.steps, claim.failure),
        warners=tuple(dict.fromkeys(name for name in claim.warners if name in called)),
    )


def _failure(steps: Sequence[Step], claim: list[Any]) -> Failure:
    match claim:
        case [int(number), str(kind), str(message), raised] if 0 <= number < len(steps):
            step = steps[number]
        case _:
            raise ProtocolError("a failure of no step")
    if kind not in ("raised", "unfinished", "wrong count"):
        raise ProtocolError("a failure of no known kind")
    exception = _exception(raised)
    message = message or (
        f"{step.function} raised {type_name(exception)}: {exception}" if exception else "it failed"
    )
    return Failure(step.text, FailureKind(kind), message[:_LONGEST_MESSAGE], exception)


def _exception(raised: Any) -> BaseException | None:
    match raised:
        case None:
            return None
        case ["MissingEntry", str(text), str()]:
            return MissingEntry(text[:_LONGEST_MESSAGE])
        case [str(name), str(text), str(trace)]:
            known = name if name.isidentifier() and len(name) <= _LONGEST_NAME else "Exception"
            found = RaisedElsewhere(known, text[:_LONGEST_MESSAGE])
            frames = trace[:_LONGEST_TRACE].removesuffix(headline(found))
            return RaisedElsewhere(found.type_name, found.text, frames)
        case _:
            raise ProtocolError("an exception that is none")
