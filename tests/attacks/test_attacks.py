"""No attack earns more than it should, shows what it should not, or changes anything for anybody."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.catalogue import ATTACKS
from tests.attacks.field import HONEST, POINTS, SECRET, Attack, grade, submission

SECRETS = (SECRET, "classmate", "root:", "PYTHONPATH", "VIRTUAL_ENV")
ACTIVE = re.compile(r"<script|<iframe|<svg|<img[^>]*src|javascript:|application/|svg\+xml", re.IGNORECASE)


def displayed(notebook: dict[str, Any]) -> list[Any]:
    """All that cells show and a browser does not take for text."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    bundles = [dict(output.get("data", {})) for output in outputs]
    return [{kind: part for kind, part in bundle.items() if kind != "text/plain"} for bundle in bundles]


def state(course: Path) -> dict[str, bytes]:
    """Every file of the course."""
    return {str(path): path.read_bytes() for path in course.rglob("*") if path.is_file()}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_and_changes_nothing(attack, template, course):
    """Points are an honest judge's, no secret is shown, the course is as it was."""
    before = state(course)
    result = grade(submission(attack, course), template)
    assert [score.check for score in result.scores] == ["check-double"]
    assert result.points == attack.earns
    assert not [secret for secret in SECRETS if secret in result.shown]
    assert not ACTIVE.search(json.dumps(displayed(result.notebook)))
    assert "SUCCESS" not in result.shown
    assert len(result.shown) < 1_000_000
    assert state(course) == before


def test_after_all_attacks_an_honest_student_earns_everything(template, course):
    """On the same template."""
    result = grade(submission(Attack("honest", "", answer=HONEST), course), template)
    assert result.points == POINTS


def test_attacks_have_names_of_their_own():
    """A table is read by name."""
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
    assert all(attack.tries for attack in ATTACKS)
