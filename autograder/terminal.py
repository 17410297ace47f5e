"""What others wrote, in an instructor's terminal: shown letter by letter, and steering nothing."""

import codecs
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from rich.text import Text

_STEERING = re.compile(r"[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_PLAINLY = "autograder.plain"


def say_plainly() -> None:
    """Let stdout and stderr of a command put plain marks where their encoding lacks a letter.

    Who knows the marks brings NumPy along, and is imported for the first such letter: a command that grades
    starts its templates before it imports that much.
    """
    codecs.register_error(_PLAINLY, _in_plain_marks)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_PLAINLY)


def _in_plain_marks(error: UnicodeError) -> tuple[str | bytes, int]:
    from stagewise.show.plain import PLAIN

    return codecs.lookup_error(PLAIN)(error)


def shown(text: str) -> Text:
    r"""The text without markup; letters that cannot be printed, line ends aside, are question marks.

    >>> shown("[bold] \x1b[2J").plain
    '[bold] ?[2J'
    """
    return Text("".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text))


def some(names: Sequence[str], most: int = 10) -> str:
    """These names, and how many more where they are too many.

    >>> some(["ada", "bob", "cem"], most=2)
    'ada, bob and 1 more'
    """
    said = ", ".join(names[:most])
    return said if len(names) <= most else f"{said} and {len(names) - most} more"


def json_text(value: Any) -> str:
    r"""The value as JSON for people to read; letters that steer a terminal or turn writing round are escaped.

    >>> print(json_text("é\x9b2J\u202e"))
    "é\u009b2J\u202e"
    """
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
