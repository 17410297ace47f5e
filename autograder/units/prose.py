"""How much a student reads: the words of a unit's text that stand in the open, for each graded exercise.

Counted are the text cells as students receive them: headings, paragraphs, lists and questions. Not counted
are foldings, tables, formulas, code (blocks and names in it), addresses of links, model answers and schemes.
"""

import re

from autograder.units import regions
from autograder.units.percent import Role, UnitSource

MOST = 600

_UNCOUNTED = (
    re.compile(r"<details\b.*?</details>", re.DOTALL),
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),
    re.compile(r"(?<=\n\n)(?: {4}.*(?:\n|\Z))+"),
    re.compile(r"^\|.*$", re.MULTILINE),
    re.compile(r"`[^`]+`"),
    re.compile(r"\$\$.+?\$\$", re.DOTALL),
    re.compile(r"\$[^$]+\$"),
    re.compile(r"(?<=\])\([^()]*\)"),
    re.compile(r"<[^<>]+>"),
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def words(text: str) -> int:
    """How many words the Markdown of one cell has in the open."""
    for kind in (regions.SOLUTION, regions.MARK_SCHEME):
        text = regions.replace(text, kind)
    for uncounted in _UNCOUNTED:
        text = uncounted.sub(" ", text)
    return len(_WORD.findall(text))


def words_for_each_exercise(source: UnitSource) -> float:
    """Open words of the unit for each of its checks; all of them where it has none."""
    checks = sum(cell.role is Role.CHECK for cell in source.cells)
    return sum(words(cell.source) for cell in source.cells if cell.cell_type == "markdown") / max(1, checks)
