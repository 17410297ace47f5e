"""A new unit's three files: those of the guide to writing one, under another name."""

import re
from pathlib import Path

from autograder.course import REPOSITORY
from autograder.errors import CourseError
from autograder.whole_files import replace

GUIDE = REPOSITORY / "docs" / "writing-a-unit.md"
UNIT = "fitting"
_BLOCK = re.compile(r"^```python title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def files(unit: str, guide: str) -> dict[str, str]:
    """The files of the guide's unit by their path in the repository, with `unit` for its name."""

    def renamed(text: str) -> str:
        return re.sub(rf"\b{UNIT}\b", unit, text)

    return {renamed(path): renamed(text) for path, text in _BLOCK.findall(guide)}


def write(unit: str, root: Path = REPOSITORY) -> tuple[Path, ...]:
    """Write them into the repository at `root`; CourseError for a name that cannot be, or that is taken."""
    if not _NAME.fullmatch(unit):
        problem = f"a unit cannot be called {unit!r}"
        raise CourseError(problem, "use small letters, digits and underscores, a letter first")
    made = {root / path: text for path, text in files(unit, GUIDE.read_text(encoding="utf-8")).items()}
    taken = [place for path in made for place in (path, path.with_suffix("")) if place.exists()]
    if taken:
        raise CourseError(f"there is {taken[0]} already", "choose another name; nothing was written")
    for path, text in made.items():
        replace(path, text)
    return tuple(made)
