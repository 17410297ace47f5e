"""Tables for spreadsheets, which take some cells for formulas and run them.

The one place that writes CSV. Which character parts cells depends on the language of the reader's system, so
a text must be harmless wherever a comma, a semicolon or a tab would part it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

Value = str | int | float | None

_FORMULA = re.compile(r"""((?:^|[,;|])[\s"',;|]*)(?=[=+\-@\u2212\uff0b\uff0d\uff1d\uff20])""")
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A header and lines that end in a newline. Texts are quoted, numbers are not."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(map(harmless, header))
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def harmless(text: str) -> str:
    """The text on one line, of visible characters, with an apostrophe before what would begin a formula.

    >>> harmless("=1+1"), harmless("s17"), harmless("wrong; =1+1"), harmless("a - b")
    ("'=1+1", 's17', "wrong; '=1+1", 'a - b')
    """
    if text.isascii() and text.isprintable():
        return _FORMULA.sub(r"\1'", text)
    return _FORMULA.sub(r"\1'", "".join(map(_visible, text)).strip())


def _visible(letter: str) -> str:
    """The character; a blank for what moves on (lines, tabs), nothing for what nobody sees."""
    if letter.isspace():
        return " "
    kind = unicodedata.category(letter)
    return "\ufffd" if kind == "Cs" else "" if kind in _DROPPED else letter
