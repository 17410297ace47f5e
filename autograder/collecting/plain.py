"""Folders and files that no learning management system has named: <student>/…, <student>.zip, or one
notebook for each student in one folder. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from autograder.collecting.files import is_zip
from autograder.collecting.owner import Owner, Parts, is_id, safe_id

_BOOK = ".ipynb"
_OF_GRADESCOPE = re.compile(r"submission_\d+")
_ZIP = re.compile(r"\.zip$", re.IGNORECASE)
_COPY_MARK = re.compile(r"\(\d+\)|[ -]copy ?\d*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\b(copy|copie|kopie|copia|복사본|副本|コピー|of|von|de|final|version|v\d+|untitled\d*|solution|submission|"
    r"homework|hw\d*|assignment|exercise|lab|notebook|new|old|my|checkpoint|\d{1,3})\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]{2}|[^\W\d_]\d|\d{4}|[^\W\d_a-zA-Z]")


def in_folder(path: Parts) -> Owner | None:
    """The owner of a file in a student's folder or zip; None when it lies in none."""
    if len(path) < 2:
        return None
    name = _ZIP.sub("", path[0])
    return Owner(name, safe_id(name), name, guessed=_why_guessed(name))


def _why_guessed(name: str) -> str:
    if _OF_GRADESCOPE.fullmatch(name):
        return "it may be a number of Gradescope's, whose submission_metadata.yml is not there"
    return "" if is_id(name) else f"the id is made from the name {name!r}"


def by_file_name(path: Parts, unit: str) -> Owner | None:
    """The owner of a notebook by its own name, `Student One - unit.ipynb`; None when that names nobody."""
    person = person_in(path[-1], unit)
    if not person:
        return None
    return Owner(
        "/".join(path), safe_id(person), person, guessed="the student is who the file's own name says"
    )


def person_in(file: str, unit: str) -> str:
    """What a notebook's name holds beside the unit's and the marks of copies.

    >>> person_in("Student One - loss (1).ipynb", "loss"), person_in("loss-Copy1.ipynb", "loss")
    ('Student One', '')
    """
    stem = unicodedata.normalize("NFKC", file)[: -len(_BOOK)]
    words = r"[\s_-]*".join(map(re.escape, re.split(r"[_\s-]+", unit)))
    rest = re.sub(r"[_\s]+", " ", re.sub(words, " ", stem, flags=re.IGNORECASE))
    person = _COPY_MARK.sub(" ", rest).strip(" -.,")
    return person if _NAME.search(_NO_NAME.sub(" ", person)) else ""


def flat_folders(paths: Iterable[Parts], unit: str) -> frozenset[str]:
    """The folders (empty for none around) with one notebook for each student, to judge by their names."""
    listed = list(paths)
    tops = {path[0] for path in listed if len(path) > 1}
    books: dict[str, list[str]] = {}
    for path in listed:
        if len(path) <= 2 and path[-1].lower().endswith(_BOOK):
            books.setdefault("" if len(path) == 1 else path[0], []).append(path[-1])
    return frozenset(
        folder for folder, names in books.items() if _is_flat(folder, names, unit, alone=tops == {folder})
    )


def _is_flat(folder: str, names: list[str], unit: str, alone: bool) -> bool:
    people = [person_in(name, unit) for name in names]
    named = {person for person in people if person}
    if len(named) < 2 or 2 * len([person for person in people if person]) < len(people):
        return False
    if not folder or _spelt(folder) == _spelt(unit):
        return True
    return alone and all(_spelt(unit) in _spelt(name) for name in names)


def unwrapped(paths: Iterable[Parts], unit: str, stem: str) -> int:
    """How many folders around all students' folders to leave out: a zip (its name without .zip is `stem`)
    often holds one folder with all. Otherwise one folder, or one zip, around everything is a student's.
    """
    listed = list(paths)
    tops = {path[0] for path in listed}
    if len(tops) != 1 or any(map(is_zip, tops)):
        return 0
    folders = {path[1] for path in listed if len(path) > 2}
    return 1 if folders and unit not in folders and (len(folders) > 1 or tops == {stem}) else 0


def _spelt(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
