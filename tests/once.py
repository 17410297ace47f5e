"""What several files need is made once in a run of the tests, by the worker that needs it first."""

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

Make = Callable[[Path], object]


class Once:
    """Folders of one run, each filled when it is first asked for; in `place`, which all its workers see."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __call__(self, name: str, make: Make) -> Path:
        """The folder of that name, to be read and not changed; whoever else asks for it waits meanwhile."""
        made = self._place / f"once-{name}"
        with (self._place / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                aside = tempfile.mkdtemp(dir=self._place)
                make(Path(aside))
                os.rename(aside, made)
        return made
