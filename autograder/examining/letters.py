"""Letters that nobody sees and that do something: turn writing round, steer a terminal."""

import re
from html import escape

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """A text with a mark in the place of each of them."""
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def written_out(text: str) -> str:
    """A text as HTML that shows it letter by letter."""
    return f"<pre>{escape(seen(text))}</pre>"
