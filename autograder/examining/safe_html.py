"""HTML that may be shown in a browser whose user has more rights than whoever wrote it.

The form grader and feedback pages render students' markdown and outputs with these filters instead of
nbconvert's own, which either let everything pass or escape headings and pictures too.
"""

import re
from typing import Any

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context

_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_STYLES = {
    *(f"{box}{side}" for box in ("margin", "padding", "border") for side in _SIDES),
    *("border-collapse", "border-radius", "color", "background-color", "opacity", "display"),
    *("font-family", "font-size", "font-style", "font-weight", "line-height", "letter-spacing"),
    *("text-align", "text-decoration", "vertical-align", "white-space", "overflow-wrap", "overflow-x"),
    *("width", "max-width", "min-width", "height", "max-height"),
}
_CODE_CLASSES = ("div", "span", "pre", "code")
_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
for _tag in nh3.ALLOWED_TAGS:
    _ATTRIBUTES.setdefault(_tag, set()).update({"style", "title"})
for _tag in _CODE_CLASSES:
    _ATTRIBUTES[_tag].add("class")
_ATTRIBUTES["details"].add("open")
# MathJax turns these commands into links, classes and ids, or loads code that does.
_COMMANDS = "href|style|class|cssId|require|bbox|mmlToken|data|html[A-Za-z]*"
_ACTIVE_MATH = re.compile(rf"\\(?=(?:{_COMMANDS})(?![A-Za-z]))")


def sanitize(html: str | bytes) -> str:
    """The HTML without scripts, handlers, frames, forms, ids, foreign pictures, active mathematics."""
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    clean = nh3.clean(
        text,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return _ACTIVE_MATH.sub("⧵", clean)


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """A markdown text as sanitized HTML, with the pictures attached to its cell; formulas are left alone."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath  # grading needs none

    cell: Any = context.get("cell", {})
    renderer = IPythonRenderer(
        escape=False, attachments=cell.get("attachments", {}), exclude_anchor_links=True
    )
    return sanitize(MarkdownWithMath(renderer=renderer).render(source))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "src":
        return value if _PICTURE.match(value) else None
    return value
