"""What a candidate may read where there is no file system of its own: the same, as a list for Landlock."""

import os
import sysconfig
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from autograder.isolation.confinement.bubblewrap import shown, site_directories


def readable(entries: Mapping[str, Path], hidden: Iterable[Path]) -> list[str]:
    """Return files and directories: Python, its libraries and `entries`, without what lies in `hidden`."""
    covered = {place.resolve() for place in (*site_directories(), *hidden)}
    system = {place.resolve() for place in shown()}
    parts = (part for place in system for part in _outside(place, covered))
    return sorted({*map(str, parts), *(str(place.resolve()) for place in entries.values())})


def listed() -> list[str]:
    """Return directories whose names may be read, so that modules are found in them."""
    return [os.path.realpath(sysconfig.get_path("stdlib"))]


def _outside(place: Path, covered: Collection[Path]) -> Iterator[Path]:
    """Yield what there is in `place` but not in `covered`, in as few places as possible."""
    if any(place.is_relative_to(other) for other in covered):
        return
    if not any(other.is_relative_to(place) for other in covered):
        yield place
        return
    for part in place.iterdir():
        if not part.is_symlink():
            yield from _outside(part, covered)
        elif part.is_file() and not any(part.resolve().is_relative_to(other) for other in covered):
            yield part.resolve()
