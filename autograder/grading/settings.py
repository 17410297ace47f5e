"""How a class is graded; apart from the driver, so that a command can look at it before it imports that."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from autograder.isolation.confinement.level import AUTO
from autograder.isolation.limits import Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """How many at once, whether unchanged ones again, how isolated, whether with experiments, with which
    limits and seed (None: the course's); `cluster` is where, when not on this machine's lanes
    (autograder.cluster).
    """

    jobs: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    force: bool = False
    isolation: str = AUTO
    explore: bool = False
    limits: Limits = field(default_factory=Limits)
    seed: int | None = None
    cluster: str = ""
