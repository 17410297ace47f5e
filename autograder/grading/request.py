"""The companion's program: `python -m autograder.grading.request DESCRIPTOR REQUEST` grades what comes over a
socket.
"""

from __future__ import annotations

import json
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.course import Assignment, Course
from autograder.errors import CourseError, SandboxError
from autograder.grading.processes import serve
from autograder.grading.settings import Settings
from autograder.grading.templates import Templates
from autograder.isolation.confinement.confine import die_with_parent
from autograder.isolation.confinement.level import AUTO
from autograder.isolation.limits import Limits
from autograder.isolation.protocol.frames import Channel, ClosedError

REFUSED = b"!"
"""What stands before the problem and the remedy, in the place of the cache key."""


@dataclass(frozen=True, slots=True)
class GradingRequest:
    """What there is to grade and how; all of it plain, because it travels on a command line."""

    root: str
    unit: str
    isolation: str = AUTO
    explore: bool = False
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def assignment(self) -> Assignment:
        """What is graded."""
        return Assignment(Course(Path(self.root)), self.unit)

    def written(self) -> str:
        """The request as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> GradingRequest:
        """The request that `written` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(**fields["limits"])})


def main(descriptor: str, text: str) -> None:
    """Tell the cache key of what will be graded, or why nothing can be; serve one until the channel
    closes.
    """
    die_with_parent()
    channel = Channel(socket.socket(fileno=int(descriptor)))
    with suppress(ClosedError, KeyboardInterrupt):
        try:
            _serve(channel, GradingRequest.read(text))
        except (CourseError, SandboxError) as fault:
            channel.send(REFUSED + json.dumps([fault.problem, fault.remedy]).encode())


def _serve(channel: Channel, request: GradingRequest) -> None:
    assignment = request.assignment
    with Templates(assignment, request.isolation, lanes=1) as templates:
        from autograder.grading.preparing import new_worker
        from autograder.grading.worker import reply

        settings = Settings(
            jobs=1,
            isolation=request.isolation,
            explore=request.explore,
            seed=request.seed,
            limits=request.limits,
        )
        worker = new_worker(assignment, settings)
        channel.send(worker.terms.cache_key.encode())
        serve(channel, partial(reply, worker, lambda: templates.take(0)))


if __name__ == "__main__":
    main(*sys.argv[1:])
