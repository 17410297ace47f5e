"""How a program is started that is to be a template: its command line and files, at each level."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.isolation.confinement.bubblewrap import SITE, command_line, environment, executable
from autograder.isolation.confinement.level import Level
from autograder.isolation.confinement.packages import visible
from autograder.isolation.confinement.readable import listed, readable

_CLONE = Path(__file__).resolve().parents[2]
_HOME = "home"
"""Apart from the packages, whose places Python would else tell as `~`."""
_LISTS = "readable.json"  # as isolation.candidate._rooms reads it


@dataclass(frozen=True, slots=True)
class Start:
    """What comes before the program, where it finds packages, and its own directory if it needs one."""

    command: tuple[str, ...]
    site: str
    home: str
    directory: tempfile.TemporaryDirectory[str] | None

    def run(self, program: str, enter: Any = list, **more: Any) -> subprocess.Popen[bytes]:
        """Start Python with a program that can import `isolation`; `enter` may change the command line."""
        text = f"import sys; sys.path.insert(0, {self.site!r}); {program}"
        return subprocess.Popen(
            enter([*self.command, executable(), "-s", "-S", "-P", "-B", "-c", text]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=None if self.directory is None else self._environment(),
            **more,
        )

    def _environment(self) -> dict[str, str]:
        home = f"{self.home}/{_HOME}"
        return environment(home) | {"TMPDIR": home}

    def close(self) -> None:
        """Remove the directory."""
        if self.directory is not None:
            self.directory.cleanup()


def start_at(level: Level, extras: Sequence[str] = (), hidden: Sequence[Path] = ()) -> Start:
    """How to start at this level; `extras` of the course say which packages there are, `hidden` what to
    cover.
    """
    entries = visible(tuple(extras))
    covered = [_CLONE, *(place.resolve() for place in hidden)]
    if level in (Level.SANDBOX, Level.FLAT):
        command = command_line(entries, covered, os.geteuid() == 0, nested=level is Level.SANDBOX)
        return Start(tuple(command), SITE, "/tmp", None)
    directory = tempfile.TemporaryDirectory(prefix="stagewise-")
    Path(directory.name, _HOME).mkdir()
    site = _linked(entries, Path(directory.name))
    if level is Level.LANDLOCK:
        lists = {"files": [*readable(entries, covered), site], "names": listed()}
        Path(directory.name, _LISTS).write_text(json.dumps(lists))
    return Start((), site, directory.name, directory)


def _linked(entries: Mapping[str, Path], directory: Path) -> str:
    """Make a site-packages directory of links, so that without bubblewrap too the same packages are found."""
    site = directory / "site-packages"
    site.mkdir()
    for name, place in entries.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).symlink_to(place.resolve())
    return str(site)
