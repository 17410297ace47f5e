"""Puts the site's pages together; what they are made of comes in, files by their address come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course import Course
from autograder.site import documents, elsewhere, search
from autograder.site.api import api
from autograder.site.documents import Document
from autograder.site.facts import COURSE_PAGE, Facts, facts, ordered
from autograder.site.look_up import look_up
from autograder.site.notebooks import released
from autograder.site.pages import Press, assets
from autograder.site.reading import Reading, reading
from autograder.site.solved_run import Outputs

WORK = "work"
"""The folder of the working edition."""
_WORK = "Work"


@dataclass(frozen=True, slots=True)
class Place:
    """A button: where a unit is opened; `inside` the site, or elsewhere."""

    name: str
    address: str
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the site: what is said of it, its notebook, its page, and where it is worked in."""

    facts: Facts
    notebook: Mapping[str, Any]
    reading: Reading
    places: tuple[Place, ...]

    @property
    def works(self) -> bool:
        """Whether the site itself opens it to be worked in."""
        return any(place.name == _WORK for place in self.places)


def units_of(
    course: Course, outputs: Mapping[str, Outputs], repository: str = "", work: bool = False
) -> tuple[Unit, ...]:
    """The units whose outputs are given, in the course's order; raises AuthorError and CourseError.

    repository, work: whether there are buttons for Colab and Binder, and for the working edition.
    """
    page = COURSE_PAGE.read_text(encoding="utf-8")
    names = ordered(course, [name for name in outputs if name not in course.page_names()], page)
    return tuple(_unit(course, name, page, outputs, repository, work) for name in names)


def pages_of(course: Course, outputs: Mapping[str, Outputs], work: bool = False) -> tuple[Unit, ...]:
    """The pages whose outputs are given: notebooks of the same kind, which nothing is asked in.

    They read the units' notebooks, so there are no buttons for places that open one notebook alone.
    """
    names = [name for name in course.page_names() if name in outputs]
    return tuple(_unit(course, name, "", outputs, "", work) for name in names)


def _unit(
    course: Course, name: str, page: str, outputs: Mapping[str, Outputs], repository: str, work: bool
) -> Unit:
    notebook = released(course, name)
    told = facts(notebook, page)
    places = _places(told, repository, work)
    return Unit(told, notebook, reading(course, name, notebook, outputs[name]), places)


def _places(told: Facts, repository: str, work: bool) -> tuple[Place, ...]:
    places = []
    if work and not told.needs:
        places.append(Place(_WORK, f"{WORK}/index.html#{told.unit}", inside=True))
    places += [Place("Notebook", f"{elsewhere.FOLDER}/{told.unit}.ipynb", inside=True)]
    if repository:
        places.append(Place("Colab", elsewhere.colab(repository, told.unit)))
    if repository and not told.needs:  # Binder's machines are too small for PyTorch
        places.append(Place("Binder", elsewhere.binder(repository, told.unit)))
    return tuple(places)


def site_files(title: str, units: Sequence[Unit], pages: Sequence[Unit] = ()) -> dict[str, bytes]:
    """Every file of the landing page, the reading edition and the documentation, by its address.

    title: what the course is called.
    """
    press = Press(title)
    shown = (*units, *pages)
    sheets = look_up([unit.notebook for unit in units])
    documented = (*documents.documents(documents.files()), api())
    texts = {
        "index.html": press.page("landing", title=title, root="", units=units, pages=pages),
        "docs/index.html": press.page("contents", title="Documentation", root="../", documents=documented),
        "assets/search.json": search.as_json(_index(shown, documented)),
    }
    for number, unit in enumerate(shown):
        before, after = (shown[at].facts if 0 <= at < len(shown) else None for at in (number - 1, number + 1))
        texts |= _unit_page(press, unit, unit in pages, before, after)
    listed = [(unit.facts.unit, unit.facts.title) for unit in shown]
    texts |= _document_page(press, "read", sheets, listed)
    for document in documented:
        texts |= _document_page(press, "docs", document, [(one.name, one.title) for one in documented])
    pictures = {f"read/{name}": data for unit in shown for name, data in unit.reading.pictures.items()}
    pictures |= {f"docs/{name}": data for name, data in documents.pictures().items()}
    return assets() | pictures | {name: text.encode() for name, text in texts.items()}


def _index(units: Sequence[Unit], documented: Sequence[Document]) -> Iterator[search.Entry]:
    for unit in units:
        body = "".join(part.body for part in unit.reading.parts)
        yield from search.entries(f"read/{unit.facts.unit}.html", unit.facts.title, body)
    for document in documented:
        yield from search.entries(f"docs/{document.name}.html", document.title, document.html)


def _unit_page(
    press: Press, unit: Unit, ending: bool, before: Facts | None, after: Facts | None
) -> dict[str, str]:
    told, name = unit.reading, unit.facts.unit
    page = press.page(
        "unit",
        title=unit.facts.title,
        root="../",
        rules=f"{name}.css" if told.rules else "",
        sections=[one for one in told.headings if one.level == 2],
        places=unit.places,
        ending=ending,
        parts=told.parts,
        before=before,
        after=after,
    )
    return {f"read/{name}.html": page} | ({f"read/{name}.css": told.rules} if told.rules else {})


def _document_page(
    press: Press, folder: str, document: Document, listed: Sequence[tuple[str, str]]
) -> dict[str, str]:
    page = press.page(
        "document",
        title=document.title,
        root="../",
        rules=f"{document.name}.css" if document.rules else "",
        here=document.name,
        listed=listed,
        body=document.html,
    )
    rules = {f"{folder}/{document.name}.css": document.rules} if document.rules else {}
    return {f"{folder}/{document.name}.html": page} | rules
