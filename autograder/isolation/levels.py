"""Which level of isolation grading uses: the best that this machine can do, or the one that was asked for."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

from autograder.errors import SandboxError
from autograder.isolation._starting import start_at
from autograder.isolation.confinement.level import AUTO, BY_ITSELF, Level
from autograder.isolation.remedies import remedy

_TRIAL_SECONDS = 60.0


def chosen(isolation: str) -> Level:
    """The level to grade at. SandboxError, with the way up, where the machine cannot do what was asked."""
    levels = BY_ITSELF if isolation == AUTO else (Level(isolation),)
    found = next((level for level in levels if not why_not(level)), None)
    if found is not None:
        return found
    said = "; ".join(f"{level.value}: {why_not(level)}" for level in levels)
    raise SandboxError(f"This machine cannot isolate a candidate ({said})", remedy())


@cache
def why_not(level: Level) -> str:
    """Why this machine cannot isolate at that level, found out once by trying it; empty if it can."""
    if level is Level.PROCESS:
        return ""
    if level in (Level.SANDBOX, Level.FLAT) and shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    start = start_at(level)
    try:
        trial = start.run(
            f"from isolation.candidate.trial import main; main({level.value!r}, {start.home!r})",
            stderr=subprocess.PIPE,
        )
        _, said = trial.communicate(timeout=_TRIAL_SECONDS)
    except subprocess.TimeoutExpired:
        trial.kill()
        trial.communicate()
        return "trying it took too long"
    finally:
        start.close()
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return "" if trial.returncode == 0 else " | ".join(lines[-2:]) or "it did not say why"
