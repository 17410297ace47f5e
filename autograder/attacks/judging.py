"""What came of an attack, and how it is known to have failed: for the tests and for the command alike."""

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.attacks.field import HONEST, POINTS, SECRET, Aftermath, Attack, grade, plan_for, submission
from autograder.grading.records import CheckScore
from autograder.isolation.lacks import open_to
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason

SECRETS = (SECRET, "classmate", "root:", "PYTHONPATH", "VIRTUAL_ENV", "STAGEWISE_SECRET")
WON = "SUCCESS"
"""What a cell prints that got what it should not get."""
ACTIVE = re.compile(r"<script|<iframe|<svg|<img[^>]*src|javascript:|application/|svg\+xml", re.IGNORECASE)
MOST_SHOWN = 1_000_000
HONEST_STUDENT = Attack(
    "honest student", "does the exercise, after all the attacks", answer=HONEST, earns=POINTS
)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attack: `flaws` is what it got and should not have got, `ended` how it is known to have failed.

    `is_open`: the level of isolation says that it does not keep this one off.
    """

    name: str
    tries: str
    points: float
    flaws: tuple[str, ...]
    ended: str
    is_open: bool = False

    @property
    def held(self) -> bool:
        """Whether the grader withstood."""
        return not self.flaws

    @property
    def expected(self) -> bool:
        """Whether it is as the level of isolation says."""
        return self.held or self.is_open


def plant(root: Path) -> Path:
    """Make a course with a solution and other people's points in it, which attacks try to read and change."""
    source = root / "source" / "doubling" / "doubling.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(SECRET)
    base = sqlite3.connect(root / "gradebook.db")
    with base:
        base.execute("create table t (student text, points real)")
        base.execute("insert into t values ('classmate', 1.5)")
    base.close()
    return root


def attempt(attack: Attack, template: CandidateTemplate, course: Path) -> Outcome:
    """Grade the submission with the attack in it as any other, and look at what came of it."""
    before = _state(course)
    result = grade(submission(attack, course), template, plan_for(attack))
    flaws = (*_flaws(attack, result), *(["changed the course"] if _state(course) != before else []))
    is_open = attack.name in open_to(template.level)
    return Outcome(attack.name, attack.tries, result.points, flaws, _ended(result), is_open)


def _flaws(attack: Attack, result: Aftermath) -> list[str]:
    checks = [score.check for score in result.scores]
    shown = json.dumps(_displayed(result.notebook))
    found = [
        (checks != [plan_for(attack).cells[-1].grade_id], f"was graded by {checks}"),
        (result.points != attack.earns, f"earned {result.points:g}, not {attack.earns:g}"),
        (ACTIVE.search(shown) is not None, "shows what a browser would run"),
        (Reason.CHECK_BROKEN in [score.reason for score in result.scores], "passes for the course's mistake"),
        ("\\u001b[2J" in result.shown, "steers a terminal"),
        (WON in _told_by_code(result), "got what its own code tells of"),
        (len(result.shown) >= MOST_SHOWN, f"shows {len(result.shown)} characters"),
        *((secret in result.shown, f"shows {secret!r}") for secret in SECRETS),
    ]
    return [flaw for is_so, flaw in found if is_so]


def _told_by_code(result: Aftermath) -> str:
    """Return all that cells showed but tracebacks, which quote the attack's source when its time is up."""
    outputs = [output for cell in result.notebook["cells"] for output in cell.get("outputs", ())]
    return json.dumps([{**output, "traceback": []} for output in outputs])


def _ended(result: Aftermath) -> str:
    """Say what stopped it: a repair, what the system refused, or the verdict on the answer."""
    verdict = f"{result.points:g} of {POINTS:g}: {', '.join(score.reason.value for score in result.scores)}"
    whys = [*(repair.value for repair in result.repairs), *_said(result.notebook)]
    whys += [line for score in result.scores for line in _told(score)]
    first = " ".join(next(filter(None, whys), "").split("\n")[0].split(". ")[0].split())
    return f"{verdict}; {first[:_LONGEST]}" if first else verdict


def _said(notebook: dict[str, Any]) -> list[str]:
    """Return the errors of the student's own cells, then the last line that each has printed."""
    cells = [cell for cell in notebook["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    errors = [f"{one['ename']}: {one['evalue']}" for one in outputs if one["output_type"] == "error"]
    printed = [one["text"].strip() for one in outputs if one["output_type"] == "stream"]
    return errors + [text.splitlines()[-1] for text in printed if text]


def _told(score: CheckScore) -> list[str]:
    """Return the line that matters: of an error the last; a wrong answer needs no more words."""
    lines = score.detail.strip().splitlines()
    return [] if score.reason is Reason.WRONG else lines[-1:]


def _displayed(notebook: dict[str, Any]) -> list[Any]:
    """Return all that cells show and a browser does not take for text."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    bundles = [dict(output.get("data", {})) for output in outputs]
    return [{kind: part for kind, part in bundle.items() if kind != "text/plain"} for bundle in bundles]


def _state(course: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in course.rglob("*") if path.is_file()}
