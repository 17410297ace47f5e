"""The companion's program: `python -m autograder.grading.errand DESCRIPTOR ERRAND` grades what comes over a
socket.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.course import Course
from autograder.errors import CourseError, SandboxError
from autograder.grading.children import die_with_parent
from autograder.grading.settings import Settings
from autograder.grading.templates import Templates
from autograder.isolation.limits import Limits

REFUSED = b"!"
"""What stands before the problem and the remedy, in the place of the basis."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What there is to grade and how; all of it plain, because it travels on a command line."""

    root: str
    unit: str
    isolation: str = "sandbox"
    explore: bool = False
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)

    def written(self) -> str:
        """The errand as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Errand:
        """The errand that `written` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(**fields["limits"])})


def main(descriptor: str, text: str) -> None:
    """Tell the basis of what will be graded, or why nothing can be, and serve one errand until the connection
    closes.
    """
    die_with_parent()
    connection = Connection(int(descriptor))
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        try:
            _serve(connection, Errand.read(text))
        except (CourseError, SandboxError) as fault:
            connection.send_bytes(REFUSED + json.dumps([fault.problem, fault.remedy]).encode())


def _serve(connection: Connection, errand: Errand) -> None:
    course = Course(Path(errand.root))
    with Templates(course, errand.unit, errand.isolation, lanes=1) as templates:
        from autograder.grading.sharing import new_worker
        from autograder.grading.worker import serve

        settings = Settings(
            jobs=1,
            isolation=errand.isolation,
            explore=errand.explore,
            seed=errand.seed,
            limits=errand.limits,
        )
        worker = new_worker(course, errand.unit, settings)
        connection.send_bytes(worker.terms.basis.encode())
        serve(worker, connection, lambda: templates.take(0))


if __name__ == "__main__":
    main(*sys.argv[1:])
