"""What in a text is the course's own and what a student added, by whole cells and by lines. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_SHORT, _PIECE = 12, 24  # letters: a shorter text, or a shorter end of a line, may be anybody's
_MOST_LINES = 100  # that are compared: more than the course has in one text and a student would change
_ALIKE = 0.75


def without_course_texts(source: str, texts: tuple[str, ...]) -> str:
    """The source without the whole texts of the course that stand in it."""
    for text in texts:
        if len(text) >= _SHORT and text in source:
            before, _, behind = source.partition(text)
            if before[-1:] in ("", "\n") and behind[:1] in ("", "\n"):
                parts = (part.strip("\n") for part in (before, behind))
                source = "\n\n".join(part for part in parts if part.strip())
    return source


def is_students(source: str, texts: tuple[str, ...]) -> bool:
    """Whether some line is not the course's: neither one of its lines, nor a piece of one, nor one with a
    slip put right.
    """
    known = _lines(texts)
    lines = [line for line in (line.strip() for line in source.split("\n")) if line and line not in known]
    return len(lines) > _MOST_LINES or any(not _is_of(line, known) for line in lines)


@lru_cache(maxsize=64)
def _lines(texts: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The course's lines, with the words of each."""
    lines = (line.strip() for text in texts for line in text.split("\n"))
    return {line: _words(line) for line in lines if line}


def _words(line: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", line.lower()))


def _is_of(line: str, known: dict[str, frozenset[str]]) -> bool:
    if len(line) < _SHORT:
        return False
    words, long = _words(line), len(line) >= _PIECE
    return any(
        (long and (one.startswith(line) or one.endswith(line)))
        or (len(theirs) > 3 and len(words & theirs) >= _ALIKE * len(words | theirs))
        for one, theirs in known.items()
    )
