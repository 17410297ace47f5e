"""Tables that people save in whatever encoding their program has: the text, and how to save it again.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.intake.encodings import read_text

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Text:
    """What a file says, the encoding it is in, and the mark that tells it (empty for most)."""

    content: str
    encoding: str
    mark: bytes = b""


def decoded(raw: bytes, name: str, remedy: str) -> Text:
    """The text of a file, in UTF-8, UTF-16 or the one older encoding that makes sense; CourseError with this
    remedy where there is none.

    >>> decoded(b"\\xef\\xbb\\xbfid", "names.csv", "save it again")
    Text(content='id', encoding='utf-8', mark=b'\\xef\\xbb\\xbf')
    """
    mark = next((mark for mark in _MARKS if raw.startswith(mark)), b"")
    if mark:
        try:
            return Text(raw[len(mark) :].decode(_MARKS[mark]), _MARKS[mark], mark)
        except UnicodeDecodeError:
            raise CourseError(f"{name} is no {_MARKS[mark]}, though it begins as such", remedy) from None
    found = read_text(raw)
    if found is None:
        raise CourseError(f"{name} is in an encoding that it does not tell", remedy)
    return Text(*found)
