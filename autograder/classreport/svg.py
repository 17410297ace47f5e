"""A matplotlib figure as SVG inside a page, in the page's own colour and font: on paper and dark screens."""

from __future__ import annotations

import io
import re
import warnings
from html import escape

import matplotlib
from markupsafe import Markup

from stagewise.plots.picture import DOTS_PER_INCH, Picture
from stagewise.plots.theme import INK

_SPARED = re.compile(
    r' id="[A-Za-z0-9.]+_\d+"'  # names of groups, which every figure has
    r"|<metadata>.*?</metadata>|<style.*?</style>"  # a style would be the whole page's
    r"|font-family: [^;\"]*; ",
    re.DOTALL,
)
_PLACES = re.compile(r' (?:d|x|y)="[^"]*"')
_DIGITS = re.compile(r"(\.\d\d)\d+")
_OPENING = re.compile(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>')


def inline(figure: Picture, name: str, words: str) -> Markup:
    """The figure as an `<svg>` that is never wider than its place, with `words` for those who do not see it.

    `name` must be another for each figure of a page: what an SVG refers to inside is named after it.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's fonts have it: text stays text
        figure.savefig(buffer, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = _SPARED.sub("", text[text.index("<svg") :]).replace(INK, "currentColor")
    text = _PLACES.sub(lambda place: _DIGITS.sub(r"\1", place[0]), text)
    width = round(figure.get_size_inches()[0] * DOTS_PER_INCH)
    shown = f'role="img" aria-label="{escape(words)}" style="max-width:{width}px"'
    return Markup(_OPENING.sub(lambda found: f"<svg {found[1]} {shown}>", text, count=1))
