"""Text for consoles whose encoding lacks some letters (cp949, cp1252, ASCII): plain marks in their place."""

import codecs
import json
import sys

PLAIN = "stagewise.plain"  # the name of the error handler, for `errors=`
_IN_ASCII = '+ x o * ~ . # * ? - - - x <= >= ^2 ^3 " " " \' \' -> ...'
_MARKS = dict(zip("✓✗○●≈·▪•�–—−×≤≥²³“”„‘’→…", _IN_ASCII.split(), strict=True))


def plain(text: str, encoding: str | None) -> str:
    r"""Return `text` as a stream of that encoding can take it; None takes all.

    >>> plain("✓ 1 ≤ 2 …", "ascii")
    '+ 1 <= 2 ...'
    """
    return text.encode(encoding, PLAIN).decode(encoding) if encoding else text


def say_plainly() -> None:
    """Let stdout and stderr of a command put plain marks where their encoding lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_MARKS.get(letter) or json.dumps(letter)[1:-1] for letter in lacking), error.end


codecs.register_error(PLAIN, _replaced)
