"""A page's inline styles as rules that are written once: reports repeat a few styles a thousand times."""

import re
from collections.abc import Iterable

from markupsafe import Markup

# Of sanitized HTML, in which no text holds a `<` and no attribute a quotation mark.
_STYLED = re.compile(r'(<[a-z0-9]+(?: (?!style=)[a-z]+="[^"]*")*) style="([^"<>{}\\]*)"')


class Styles:
    """The styles of one page, numbered in the order in which they occur."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def taken_from(self, html: Markup) -> Markup:
        """The HTML with a number in the place of each style."""
        return Markup(_STYLED.sub(lambda found: self._numbered(found[1], found[2]), html))

    def rules(self) -> Iterable[str]:
        """The rules; they win over those for kinds of elements, as styles do."""
        return (f'main [data-s="{n}"][data-s]{{{style}}}' for style, n in self._numbers.items())

    def _numbered(self, before: str, style: str) -> str:
        number = self._numbers.setdefault(style, len(self._numbers))
        return f'{before} data-s="{number}"'
