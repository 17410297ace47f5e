"""Students' markdown and code as HTML: a picture that is missing is told, and no letter hides."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer

from autograder.examining.letters import seen, written_out

_ATTACHED = "attachment:"
_LONGEST_CODE = 100_000
_LONGEST_KEPT = 20_000
_COLORLESS = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')  # names, brackets and blanks: half of all
_highlight = Highlight2HTML(pygments_lexer="ipython3")


def highlighted(source: str, language: str | None = None, metadata: Any = None) -> str:
    """Code in colors, as nbconvert's filter of that name; too much of it without."""
    if len(source) > _LONGEST_CODE:
        return written_out(source)
    return _kept(source) if len(source) <= _LONGEST_KEPT else _colored(source)


def _colored(source: str) -> str:
    return _COLORLESS.sub(r"\1", _highlight(seen(source)))


_kept = lru_cache(maxsize=2048)(_colored)


class Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's, without links beside headings; a picture that is not there ends no page.

    `formulas` makes HTML of a formula's LaTeX and whether it stands on lines of its own; without, the LaTeX
    stays for a script of the page.
    """

    def __init__(
        self, attached: dict[str, dict[str, str]], formulas: Callable[[str, bool], str] | None = None
    ) -> None:
        super().__init__(escape=False, attachments=attached, exclude_anchor_links=True)
        self._formulas = formulas

    def block_math(self, body: str) -> str:
        """A formula on lines of its own."""
        return self._formulas(body, True) if self._formulas else str(super().block_math(body))

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return self._formulas(body, False) if self._formulas else str(super().inline_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        """An environment such as align."""
        if self._formulas is None:
            return str(super().latex_environment(name, body))
        return self._formulas(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The picture, or a sentence in its place."""
        name = url.removeprefix(_ATTACHED)
        if name == url:
            return str(super().image(text, url, title))
        for known in (name, unquote(name)):
            if self.attachments.get(known):
                return str(super().image(text, _ATTACHED + known, title))
        return f"<em>(The picture {self.escape_html(name)} is not in the notebook.)</em>"

    def block_mermaidjs(self, code: str) -> str:
        """A diagram's text: drawing it takes a script."""
        return f"<pre>{self.escape_html(code.strip())}</pre>"
