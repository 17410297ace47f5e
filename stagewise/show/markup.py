"""Pieces of HTML and text that are safe to show: everything escaped, bounded, free of control characters.

Styles stand inline, because what shows a report later (feedback pages, an untrusted notebook) may drop
<style>. Text is in the reader's own colour; colour is for marks and bars, which need less contrast.
"""

import html
import re

from stagewise.plots import theme

BLUE, ORANGE, GREY = theme.PASSED, theme.FAILED, theme.GREY
LINE = "1px solid rgba(128,128,128,.35)"
_CODE = "font-family:monospace;background-color:rgba(128,128,128,.15);padding:0 3px;border-radius:3px"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: object, longest: int = 500) -> str:
    """Return text without control characters (terminal escapes, writing direction), cut after `longest`."""
    shown = str(text)
    if not (shown.isascii() and shown.isprintable()):
        shown = _UNSEEN.sub("�", shown).encode("utf-8", "replace").decode("utf-8")
    return shown if len(shown) <= longest else shown[:longest].rstrip() + " …"


def escape(text: object, longest: int = 500) -> str:
    """Return `clean` text that no browser reads as markup."""
    return html.escape(clean(text, longest), quote=True)


def prose(text: object, longest: int = 500) -> str:
    """Return escaped text in which `code between backticks` is set as code."""
    return re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escape(text, longest))


def tag(name: str, content: str, style: str = "", **attributes: str) -> str:
    """Return <name style=…>content</name>; `content` is HTML already."""
    given = {"style": style, **attributes}
    listed = "".join(f' {key}="{value}"' for key, value in given.items() if value)
    return f"<{name}{listed}>{content}</{name}>"


def cell(content: str, style: str = "", kind: str = "td") -> str:
    """Return a cell of a table: left, top, a thin line above."""
    base = f"text-align:left;vertical-align:top;padding:4px 10px 4px 0;border:none;border-top:{LINE};"
    return tag(kind, content, base + style)


def heading(word: str) -> str:
    """Return a cell of a table's first row."""
    style = "font-weight:normal;border-top:none;white-space:nowrap;"
    return cell(escape(word), style, "th")


def row(*cells: str) -> str:
    """Return a row of a table without the stripes that notebooks draw."""
    return tag("tr", "".join(cells), "background-color:transparent")


def table(*rows: str) -> str:
    """Return a table in the reader's own colour of text."""
    style = "border-collapse:collapse;border:none;margin:6px 0;font-size:13px;color:inherit"
    return tag("table", tag("tbody", "".join(rows)), style)


def unfolding(words: str, content: str) -> str:
    """Return a line of words below which `content` (HTML) unfolds."""
    return tag("details", tag("summary", escape(words)) + content, "margin:4px 0")


def box(content: str, color: str) -> str:
    """Return a paragraph with a coloured bar at its left."""
    style = (
        f"border-left:4px solid {color};padding:6px 12px;margin:8px 0;background-color:rgba(128,128,128,.10)"
    )
    return tag("div", content, style)


def strong(content: str, color: str = "inherit") -> str:
    """Return bold text in a colour."""
    return tag("span", content, f"color:{color};font-weight:bold")


def block(*parts: str) -> str:
    """Return the whole: parts below each other, in the reader's colours and a readable width.

    Where the place is narrower than a table can be, it can be moved sideways; nothing is cut off.
    """
    style = (
        "font-family:sans-serif;font-size:14px;line-height:1.45;color:inherit;text-align:left;"
        "width:100%;max-width:960px;overflow-x:auto"
    )
    return tag("div", "".join(parts), style)


def preformatted(text: str, longest: int = 4000) -> str:
    """Return escaped text in its own lines."""
    style = (
        f"font-family:monospace;font-size:13px;white-space:pre-wrap;color:inherit;border:{LINE};padding:8px;"
        "margin:8px 0;background-color:transparent"
    )
    return tag("pre", escape(text, longest), style)
