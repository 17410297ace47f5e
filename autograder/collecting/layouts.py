"""How a download is laid out, and so whose each of its files is. Pure.

Which system wrote a download is decided on all its names together: what one student calls a file changes
nothing. Each name is then read from the side that the system wrote.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.collecting import plain
from autograder.collecting.files import is_zip
from autograder.collecting.owner import Named, Owner, Parts
from autograder.collecting.systems import (
    blackboard,
    brightspace,
    canvas,
    classroom,
    exchange,
    gradescope,
    ilias,
    moodle,
)

PLAIN = "plain folders"
_DEEPEST_WRAP = 3
_Reader = Callable[[Parts], Named | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The system that wrote a download (or PLAIN), how many folders are around all, who a file's owner is,
    and whether times of a zip's entries are those of submission.
    """

    system: str
    skipped: int
    reader: Callable[[Parts], Owner | None]
    writes_times: bool = False

    def owner(self, where: Sequence[str]) -> Owner | None:
        """The owner of the file at this place of the download; None when it is nobody's."""
        path = _normal(where)[self.skipped :]
        return self.reader(path) if path else None


def is_record(name: str) -> bool:
    """Whether a system writes files of this name that tell whose the others are."""
    return name == gradescope.METADATA or blackboard.is_receipt(name)


def layout_of(
    paths: Iterable[Sequence[str]],
    unit: str,
    stem: str,
    records: Mapping[tuple[str, ...], bytes] | None = None,
) -> Layout:
    """The layout of a download with these files; `stem` is its own name, `records` holds what systems
    wrote.
    """
    listed = [_normal(path) for path in paths]
    known = {_normal(path): raw for path, raw in (records or {}).items()}
    around = stem
    for level in range(_DEEPEST_WRAP + 1):
        below = [path[level:] for path in listed if len(path) > level]
        here = {path[-1]: raw for path, raw in known.items() if len(path) == level + 1}
        found = _system(below, unit, around, here, all_of_them=level > 0)
        if found is not None:
            system, read = found
            return Layout(system, level, _owner_by(read), writes_times=system == "ILIAS")
        folders = {path[0] for path in below if len(path) > 1}
        if len(folders) != 1 or any(len(path) == 1 and _is_book(path[0]) for path in below):
            break
        around = folders.pop()
        if is_zip(around):  # a student's, which may hold what looks like a download
            break
    return _plain(listed, unit, stem)


def _plain(paths: list[Parts], unit: str, stem: str) -> Layout:
    skipped = plain.unwrapped(paths, unit, stem)
    flat = plain.flat_folders([path[skipped:] for path in paths if len(path) > skipped], unit)

    def owner(path: Parts) -> Owner | None:
        if (path[0] if len(path) == 2 else "" if len(path) == 1 else None) in flat:
            return plain.by_file_name(path, unit) if _is_book(path[-1]) else None
        return plain.in_folder(path)

    return Layout(PLAIN, skipped, owner)


def _owner_by(read: _Reader) -> Callable[[Parts], Owner | None]:
    def owner(path: Parts) -> Owner | None:
        found = read(path)
        return found.owner if found else None

    return owner


def _system(
    paths: list[Parts], unit: str, around: str, records: Mapping[str, bytes], all_of_them: bool
) -> tuple[str, _Reader] | None:
    """The system that named most folders and notebooks here, at least half or `all_of_them`; of several the
    one whose part of the names ends first.
    """
    export = gradescope.reader(records[gradescope.METADATA]) if gradescope.METADATA in records else None
    if export is not None:
        return "Gradescope", export
    listed = {path[0]: path for path in paths}
    tops = {top: path for top, path in listed.items() if len(path) > 1 or _is_book(top)} or listed
    ranked = []
    for system, read in _readers(unit, around, records):
        ends = [found.end for path in tops.values() if (found := read(path)) is not None]
        if len(ends) == len(tops) if all_of_them else 2 * len(ends) >= max(1, len(tops)):
            ranked.append((-len(ends), sum(ends), system, read))
    if ranked:
        return min(ranked, key=lambda one: one[:2])[2:]
    folders = {path[0] for path in paths if len(path) > 1}
    if folders and folders == {path[0] for path in paths if ilias.named(path)}:
        return "ILIAS", ilias.named
    return None


def _is_book(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def _readers(unit: str, around: str, records: Mapping[str, bytes]) -> list[tuple[str, _Reader]]:
    return [
        ("Moodle", moodle.named),
        ("Blackboard", lambda path: blackboard.named(path, records)),
        ("Brightspace", brightspace.named),
        ("Canvas", canvas.named),
        ("nbgrader's exchange", exchange.named),
        ("GitHub Classroom", classroom.reader(around, unit)),
    ]


def _normal(path: Sequence[str]) -> Parts:
    return tuple(unicodedata.normalize("NFKC", name) for name in path)
