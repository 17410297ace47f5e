"""One page with the formula sheets, glossaries and readings of all units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from autograder.site.documents import Document
from autograder.site.texts import Text

_SECTION = re.compile(r"^## (?!\d).+?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{2,5} )", re.MULTILINE)
_INTRODUCTION = "# To look up\n\nFormulas, words and papers of each unit, in the units' order.\n"


def look_up(notebooks: Sequence[Mapping[str, Any]]) -> Document:
    """The page of these released notebooks, in their order."""
    text = Text()
    parts = [text.html(_INTRODUCTION)]
    for notebook in notebooks:
        told, sheets = notebook["metadata"]["stagewise"], list(_sheets(notebook["cells"]))
        if sheets:
            parts.append(text.html(f"## [{told['title']}]({told['unit']}.html)"))
            parts += [text.html(_HEADING.sub(r"#\1", sheet)) for sheet in sheets]
    return Document("look-up", "To look up", Markup("").join(parts), "\n".join(text.styles.rules()))


def _sheets(cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts of sections without a number, but for the one that shows the student's progress."""
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if cell["cell_type"] == "markdown":
            sections = _SECTION.findall(cell["source"])
            progress = after is not None and after["source"].strip() == "progress()"
            yield from (section.strip() for section in (sections[:-1] if progress else sections))
