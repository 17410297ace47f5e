"""Which exercises passed their check, kept beside the notebook for the next session: for progress() alone.

A hidden file for each unit, `.<unit>.progress.json`: exercise -> a digest of the function's source. Grading
knows nothing of it; a file that is damaged or cannot be written is as good as none.
"""

import hashlib
import inspect
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from stagewise.show.display import notebook_shell

_LONGEST = 100_000  # letters of a file that is read


def keep(unit: str, exercise: str, function: object) -> None:
    """Keep that the exercise passed with this function; with None, that it did not."""
    place = _place(unit)
    before = _read(place)
    after = {name: digest for name, digest in before.items() if name != exercise}
    if function is not None and (digest := _digest(function)):
        after[exercise] = digest
    if place is not None and after != before:
        with suppress(OSError):
            # Never emptied in place: JupyterLite waits without end for an answer to that, in a browser.
            place.unlink(missing_ok=True)
            place.write_text(json.dumps(after, indent=1), encoding="utf-8")


def earlier(unit: str) -> Mapping[str, bool]:
    """Return exercise -> whether its function has another source than when its check passed."""
    world = getattr(notebook_shell(), "user_ns", {})
    return {
        exercise: exercise in world and _digest(world[exercise]) != digest
        for exercise, digest in _read(_place(unit)).items()
    }


def _place(unit: str) -> Path | None:
    """The file, beside the notebook; None where no student works in one."""
    shell = notebook_shell()
    if not hasattr(shell, "kernel") or os.environ.get("NBGRADER_EXECUTION"):
        return None
    return Path(shell.starting_dir) / f".{unit}.progress.json"


def _read(place: Path | None) -> Mapping[str, str]:
    with suppress(OSError, ValueError, RecursionError):
        if place is not None and place.stat().st_size <= _LONGEST:
            found: Any = json.loads(place.read_text(encoding="utf-8"))
            if isinstance(found, dict) and all(isinstance(digest, str) for digest in found.values()):
                return found
    return {}


def _digest(function: Any) -> str:
    try:
        source = inspect.getsource(inspect.unwrap(function))
    except (OSError, TypeError):
        return ""
    return hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:16]
