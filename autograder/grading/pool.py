"""A pool: whoever answers the messages of a run, lanes on this machine or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for the message with the label `label`; None when whoever had it died of it."""

    label: str
    content: bytes | None


class WorkerPool(Protocol):
    """What a run needs of those who grade. Each message that was sent is answered once."""

    @property
    def free(self) -> int:
        """How many messages may be sent now."""

    @property
    def busy(self) -> int:
        """How many messages are not answered yet."""

    @property
    def working(self) -> Collection[str]:
        """Labels of the messages that somebody works on now."""

    @property
    def alone(self) -> int:
        """How many messages can be worked on without one disturbing another: the number of machines."""

    def send(self, label: str, message: bytes) -> None:
        """Give somebody free a message."""

    def answers(self, seconds: float) -> Iterable[Answer]:
        """Answers that have come, after waiting up to `seconds` for one."""
