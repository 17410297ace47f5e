"""The course's own texts as HTML that needs no script: formulas become MathML, headings get addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from autograder.examining.formulas import mathml
from autograder.examining.renderer import Renderer, highlighted
from autograder.reports.styles import Styles

_LONG = 30
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its level (1 to 6), its address on the page, its HTML."""

    level: int
    anchor: str
    html: str


class Text(Renderer):
    """Renders the markdown of one page: several texts, whose headings have different addresses.

    `styles` are what the page says in style attributes, which its policy forbids; they become rules.
    """

    def __init__(self, links: Callable[[str], str | None] = lambda target: target) -> None:
        super().__init__({}, _drawn)
        self.headings: list[Heading] = []
        self.styles = Styles()
        self._links = links
        self._counts: Counter[str] = Counter()
        self._markdown = MarkdownWithMath(renderer=self)

    def html(self, source: str) -> Markup:
        """A markdown text as HTML, its styles gone into rules; raises FormulaError."""
        return self.styles.taken_from(Markup(self._markdown.render(source)))

    def heading(self, text: str, level: int, **attributes: object) -> str:
        """A heading with an address of its own."""
        stem = slug(text)
        self._counts[stem] += 1
        anchor = stem if self._counts[stem] == 1 else f"{stem}-{self._counts[stem]}"
        self.headings.append(Heading(level, anchor, text))
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def table(self, text: str) -> str:
        """A table that scrolls where the page is narrower."""
        return f'<div class="wide"><table>\n{text}</table></div>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link to where the page's own map leads; the text alone where it leads nowhere."""
        target = self._links(url)
        return text if target is None else str(super().link(text, target, title))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code in colors where it is Python."""
        if (info or "").split()[:1] == ["python"]:
            return highlighted(code)
        return f"<pre><code>{self.escape_html(code)}</code></pre>\n"


def _drawn(latex: str, block: bool) -> str:
    """A formula; one that is long scrolls where the page is narrower."""
    drawn = mathml(latex, block)
    kind = "formula" if block else "long" if len(latex) > _LONG else ""
    return f'<span class="{kind}">{drawn}</span>' if kind else drawn


def slug(html: str) -> str:
    """A heading's address: its words in small letters with hyphens.

    >>> slug("3 Few <em>weights</em>: L1")
    '3-few-weights-l1'
    """
    return "-".join(re.findall(r"[a-z0-9]+", plain(html).lower())) or "part"


def plain(html: str) -> str:
    """What an HTML says, without its tags and formulas, in one line."""
    bare = re.sub(r"<math.*?</math>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(_TAG.sub(" ", bare)).split())


def linked(pages: Mapping[str, str]) -> Callable[[str], str | None]:
    """A map for links of documents: files of `pages` lead to their page, other files nowhere."""

    def target(url: str) -> str | None:
        if re.match(r"(?:https?:|mailto:|#)", url):
            return url
        name, mark, anchor = url.partition("#")
        page = pages.get(name.rpartition("/")[2])
        return None if page is None else page + mark + anchor

    return target
