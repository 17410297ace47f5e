"""The site's pages from their templates, with what all of them have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.reports.templating import environment
from stagewise import __version__

TEMPLATES = Path(__file__).with_name("templates")
_PROJECT = "Stagewise"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may load: the site's own files, and no style or script of its text."""


class Press:
    """Makes pages of a course that is called so; `page` takes a template's name and what it asks for."""

    def __init__(self, course: str) -> None:
        self._looks, self._course = environment(TEMPLATES), course

    def page(self, template: str, *, title: str, root: str, rules: str = "", **told: Any) -> str:
        """The page as HTML; `root` leads from it to the site's folder, as "../"; `rules` is the address of
        its own styles.
        """
        looks = self._looks.get_template(f"{template}.html.j2")
        told |= {"title": title, "course": self._course, "root": root, "rules": rules}
        return looks.render(policy=POLICY, version=__version__, **told)


def called(course: Course) -> str:
    """What the site calls the course."""
    return course.settings().title or _PROJECT


def assets() -> dict[str, bytes]:
    """The files that all pages use, by their address; and one that lets GitHub Pages show names with a _."""
    names = ("site.css", "site.js", "icon.svg")
    return {f"assets/{name}": (TEMPLATES / name).read_bytes() for name in names} | {".nojekyll": b""}
