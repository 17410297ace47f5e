"""A student's markdown made harmless in source, before any browser of an instructor sees it.

Plain tags without attributes, links and mathematics stay as they are (`a < b` too); any other tag is shown as
the text that it is, and what could run a script is cut. Rendering sanitizes once more (safe_html).
"""

import html
import re

from autograder.examining.letters import UNSEEN

_LONGEST = 200_000
_TAGS = (
    "b|i|u|s|em|strong|sub|sup|small|mark|br|hr|p|code|pre|kbd|blockquote|center|span|div|details|summary|"
    "table|thead|tbody|tr|td|th|ul|ol|li|dl|dt|dd|h[1-6]"
)
_HARMLESS = re.compile(rf"</?(?:{_TAGS})\s*/?>|<https?://[^\s<>\"']*>|<[\w.+-]+@[\w.-]+>", re.IGNORECASE)
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_SCRIPT = re.compile(r"((?:java|vb|live)script)\s*:", re.IGNORECASE)
_ACTIVE_MATH = re.compile(
    r"\\(?=(?:href|style|class|cssId|require|data|mmlToken|bbox|html[A-Za-z]*)(?![A-Za-z]))"
)
_NOT_IN_LINKS = re.compile(r"[\s\\\x00-\x20\u200b]+")


def harmless(source: str) -> str:
    """Return a markdown text that cannot run anything; one that hides a script is shown as code.

    >>> harmless("$a<b$ <script>alert(1)</script> <b>bold</b>")
    '$a< b$ < script>alert(1)< /script> <b>bold</b>'
    """
    text = UNSEEN.sub("", source[:_LONGEST])
    text = _OPENING.sub(lambda found: _tag(text, found.start()), text)
    text = _ACTIVE_MATH.sub("⧵", text)
    text = _SCRIPT.sub("\\1\u200b:", text)
    return _fenced(text) if _hides_script(text) else text


def _tag(text: str, position: int) -> str:
    return "<" if _HARMLESS.match(text, position) else "< "


def _hides_script(text: str) -> bool:
    """Tell whether a link would be a script once entities, escapes and white space are gone from it."""
    bare = _NOT_IN_LINKS.sub("", html.unescape(html.unescape(text.replace("\u200b:", ""))))
    return _SCRIPT.search(bare) is not None


def _fenced(text: str) -> str:
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=2))
    return f"{fence}text\n{text}\n{fence}\n"
