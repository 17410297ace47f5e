"""The documentation: the guides in docs/, and what belongs to the project, as pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from autograder.course import REPOSITORY
from autograder.site.texts import Text, linked, plain

_GUIDES = (
    "students", "course", "instructors", "site", "writing-a-unit", "honest-grading", "jupyterhub", "ci",
    "clusters",
    "architecture",
)  # fmt: skip
_PROJECT = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


@dataclass(frozen=True, slots=True)
class Document:
    """A page of documentation: its name, its title, its text as HTML, and the rules of its styles."""

    name: str
    title: str
    html: Markup
    rules: str = ""


def files() -> dict[str, Path]:
    """The documents by the name of their page, those for students first."""
    guides = {path.stem: path for path in sorted((REPOSITORY / "docs").glob("*.md"))}
    first = {stem: guides[stem] for stem in _GUIDES if stem in guides}
    project = {Path(name).stem.lower(): REPOSITORY / name for name in _PROJECT}
    return first | guides | project


def documents(found: Mapping[str, Path]) -> tuple[Document, ...]:
    """The pages of these files; links between them lead to pages, links to other files nowhere."""
    pages = {path.name: f"{name}.html" for name, path in found.items()}
    return tuple(_document(name, path.read_text(encoding="utf-8"), pages) for name, path in found.items())


def _document(name: str, source: str, pages: Mapping[str, str]) -> Document:
    text = Text(linked(pages))
    html = text.html(source)
    title = next((plain(one.html) for one in text.headings if one.level == 1), name)
    return Document(name, title, html, "\n".join(text.styles.rules()))


def pictures() -> dict[str, bytes]:
    """The pictures that documents show, by their address beside them."""
    folder = REPOSITORY / "docs" / "pictures"
    return {f"pictures/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
