"""Attacks the grader itself: the catalogue, each attack a notebook, through the real pipeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.attacks import catalogue
from autograder.attacks.field import Attack
from autograder.attacks.judging import HONEST_STUDENT, Outcome, attempt, plant
from autograder.errors import CourseError
from autograder.isolation.confinement.level import AUTO
from autograder.isolation.sandbox import CandidateTemplate


def attack(
    names: Sequence[str] = (),
    told: Callable[[Outcome, int], None] = lambda one, total: None,
    isolation: str = AUTO,
) -> list[Outcome]:
    """Try the named attacks, by default all, and then an honest student, at a level of isolation; the
    outcomes, each of which is also given to `told` with how many there are.

    CourseError for an unknown name, SandboxError if this machine cannot isolate so.
    """
    chosen = [*_chosen(catalogue.ATTACKS, names), HONEST_STUDENT]
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="stagewise-attack-") as place,
        CandidateTemplate.start(isolation=isolation) as template,
    ):
        course = plant(Path(place))
        for one in chosen:
            outcomes.append(attempt(one, template, course))
            told(outcomes[-1], len(chosen))
    return outcomes


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """A table: each attack, what it tries, and how it is known to have failed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "attack", "what it tries", "outcome"):
        table.add_column(title, overflow="fold")
    for one in outcomes:
        ended = one.ended if one.held else "; ".join(one.flaws)
        mark = "held" if one.held else "open" if one.is_open else "BROKEN"
        table.add_row(mark, *map(Text, (one.name, one.tries, ended)))
    console.print(table)
    held = sum(one.held for one in outcomes)
    console.print(f"{held} of {len(outcomes)} held.")
    if not all(one.held for one in outcomes if one.expected):
        console.print("What is open is what this level of isolation does not hold (docs/honest-grading.md).")


def as_json(outcomes: Sequence[Outcome]) -> str:
    """A list with an entry for each attack: name, tries, points, held, flaws, ended, is_open."""
    return json.dumps([asdict(one) | {"held": one.held} for one in outcomes], indent=1, ensure_ascii=False)


def _chosen(attacks: Sequence[Attack], names: Sequence[str]) -> list[Attack]:
    known = {one.name: one for one in attacks}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 3, 0.4) or sorted(known)[:3]
            raise CourseError(
                f"No attack is called {name!r}",
                f"give one of the catalogue's names, for example {', '.join(map(repr, near))}",
            )
    return [known[name] for name in names] or list(attacks)
