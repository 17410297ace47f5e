"""Texts as the page shows them: sanitized HTML with formulas as MathML, which needs no script."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from autograder.examining.formulas import FormulaError, mathml
from autograder.examining.letters import seen, written_out
from autograder.examining.safe_html import rendered
from autograder.marking.alike import changes
from autograder.marking.answers import Text

_LONGEST_FORMULA = 2_000
_ENDS = {"same": ("", ""), "gone": ("<del>", "</del>"), "new": ("<ins>", "</ins>")}


def html_of(text: Text) -> str:
    """The text with its pictures; letter by letter where it cannot be shown otherwise."""
    try:
        return rendered(text.source, text.attachments, formula)
    except Exception:
        return written_out(text.source)


@lru_cache(maxsize=256)
def markdown(source: str) -> str:
    """A text of the course."""
    return html_of(Text(source, {}))


def formula(latex: str, block: bool) -> str:
    """A formula as MathML, its LaTeX as the title; as LaTeX where nobody can make sense of it."""
    written = escape(f"$${latex}$$" if block else f"${latex}$")
    if len(latex) > _LONGEST_FORMULA:
        return written
    try:
        drawn = mathml(latex, block)
    except FormulaError:
        return written
    return drawn.replace("<math", f'<math title="{written}"', 1)


def compared(first: str, other: str) -> str:
    """Another text word by word beside the first, as HTML: what is new, what is gone, what is the same."""
    parts = ((_ENDS[kind], escape(seen(words))) for kind, words in changes(first, other))
    return "".join(f"{begin}{words}{end}" for (begin, end), words in parts)
