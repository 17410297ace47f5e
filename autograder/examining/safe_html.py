"""HTML that may be shown in a browser whose user has more rights than whoever wrote it.

The form grader and feedback pages render students' markdown and outputs with these filters instead of
nbconvert's own, which either let everything pass or escape headings and pictures too.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from pygments.token import STANDARD_TYPES

from autograder.examining.letters import UNSEEN, written_out

_LONGEST_MARKDOWN = 20_000  # some of its rules take the square of the length: two seconds for this much
_LONGEST_KEPT = 20_000
_LONGEST_STYLE = 1_000

_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
# Values that keep an element where it is: none is negative, none makes it smaller than what it holds.
_GAP = r"(?:0|auto|\d{1,2}(?:\.\d{1,3})?(?:px|em|ex|rem|%)?)"
_LENGTH = r"(?:0|auto|\d{1,3}(?:\.\d{1,3})?(?:px|em|ex|rem|%)?)"
_COLOR = r"(?:#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d., %]{1,40}\))"
_BORDER = rf"(?:none|0|\d{{1,2}}px (?:solid|dashed|dotted) {_COLOR})"
_SIDES = "(?:-(?:top|right|bottom|left))?"
_STYLE = re.compile(
    rf"(?:(?:margin|padding){_SIDES}:{_GAP}(?: {_GAP}){{0,3}}|border{_SIDES}:{_BORDER}"
    rf"|(?:color|background-color):{_COLOR}|border-radius:{_LENGTH}|border-collapse:[a-z]+"
    rf"|(?:max-)?width:{_LENGTH}"
    r"|font-(?:style|weight):[a-z0-9]+|font-family:[a-z, -]{1,80}|font-size:(?:[1-3]\dpx|\d{2,3}%)"
    r"|line-height:[12](?:\.\d+)?|text-align:[a-z]+|text-decoration:[a-z -]{1,40}"
    r"|vertical-align:(?:top|middle|bottom|baseline)|white-space:[a-z-]+|overflow-wrap:[a-z-]+|overflow-x:auto)",
    re.IGNORECASE,
)
_CLASSES = frozenset(STANDARD_TYPES.values()) | {"highlight", "hl-ipython3"} - {""}
_CODE_CLASSES = ("div", "span", "pre", "code")
_TAGS = nh3.ALLOWED_TAGS - {"area", "bdo", "map"}  # which write backwards, or lie over a picture
_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items() if tag in _TAGS}
for _tag in _TAGS:
    _ATTRIBUTES.setdefault(_tag, set()).update({"style", "title"})
for _tag in _CODE_CLASSES:
    _ATTRIBUTES[_tag].add("class")
_ATTRIBUTES["details"].add("open")
# MathML Core's elements that draw, without links, actions and foreign content.
_MATH_TAGS = frozenset(
    {
        *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mstyle", "mpadded", "mphantom"),
        *("mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "mover", "munder", "munderover"),
        *("mmultiscripts", "mprescripts", "mtable", "mtr", "mtd"),
    }
)
_MATH_ATTRIBUTES = {tag: {"displaystyle", "scriptlevel"} for tag in _MATH_TAGS} | {
    "math": {"display", "title"},
    "mo": {"stretchy", "fence", "form", "largeop", "movablelimits", "lspace", "rspace"},
    "mi": {"mathvariant"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mspace": {"width"},
}
# MathJax turns these commands into links, classes and ids, or loads code that does.
_COMMANDS = "href|style|class|cssId|require|bbox|mmlToken|data|html[A-Za-z]*"
_ACTIVE_MATH = re.compile(rf"\\(?=(?:{_COMMANDS})(?![A-Za-z]))")


def sanitize(html: str | bytes) -> str:
    """The HTML without scripts, handlers, frames, forms, ids, foreign pictures, active mathematics, control
    characters, or styles that lay one thing over another.
    """
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    return _sanitized(text) if len(text) > _LONGEST_KEPT else _kept(text)


def _sanitized(text: str, mathml: bool = False) -> str:
    clean = nh3.clean(
        text,
        tags=_TAGS | _MATH_TAGS if mathml else _TAGS,
        attributes=_ATTRIBUTES | _MATH_ATTRIBUTES if mathml else _ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return _ACTIVE_MATH.sub("⧵", UNSEEN.sub("", clean))


_kept = lru_cache(maxsize=1024)(_sanitized)  # reports, code and texts that a whole class has in common


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """A markdown text as sanitized HTML, with the pictures attached to its cell; formulas are left alone."""
    cell: Any = context.get("cell", {})
    return rendered(source, cell.get("attachments", {}))


def rendered(
    source: str, attached: dict[str, dict[str, str]], formulas: Callable[[str, bool], str] | None = None
) -> str:
    """A markdown text with these pictures as sanitized HTML; one that is too long for it letter by letter.

    `formulas` makes MathML of a formula's LaTeX (True: on lines of its own); without, LaTeX stays.
    """
    if len(source) > _LONGEST_MARKDOWN:
        return written_out(source)
    from nbconvert.filters.markdown_mistune import MarkdownWithMath  # grading needs none

    from autograder.examining.renderer import Renderer

    html = MarkdownWithMath(renderer=Renderer(attached, formulas)).render(source)
    return sanitize(html) if formulas is None else _sanitized(html, mathml=True)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "src":
        return value if _PICTURE.match(value) else None
    if name == "class":
        return " ".join(word for word in value.split() if word in _CLASSES) or None
    return _still(value) if name == "style" else value


def _still(style: str) -> str | None:
    """Of a style the declarations that move nothing; None when there are none."""
    parts = (":".join(map(str.strip, part.split(":"))) for part in style[:_LONGEST_STYLE].split(";"))
    return ";".join(part for part in parts if _STYLE.fullmatch(part)) or None
