"""The page of pairs side by side: self-contained, without a script, what students wrote as plain text."""

from __future__ import annotations

from pathlib import Path

from autograder.reports.templating import environment
from autograder.similarity.similar import NOT_PROOF, Alike, Findings

_TEMPLATES = Path(__file__).with_name("templates")


def page(findings: Findings) -> str:
    """The page as HTML."""
    looks = environment(_TEMPLATES)
    looks.filters["sides"] = _sides
    css = (_TEMPLATES / "similar.css").read_text(encoding="utf-8")
    template = looks.get_template("similar.html.j2")
    return template.render(found=findings, not_proof=NOT_PROOF, css=css)


def _sides(alike: Alike) -> list[list[tuple[str, bool]]]:
    """Both functions as lines, each with whether it counts."""
    return [
        [(text, number in lines) for number, text in enumerate(source.split("\n"), 1)]
        for source, lines in zip(alike.sources, alike.lines, strict=True)
    ]
