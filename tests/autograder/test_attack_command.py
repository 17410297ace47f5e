"""`python -m autograder attack`: a table of attacks and how each failed, or what one got."""

import json

from autograder.attacks import catalogue
from autograder.attacks.field import HONEST, Attack
from autograder.cli import main
from tests.autograder import machines

NAMES = ["replaced np.testing", "edited check"]


def test_named_attacks_are_tried_and_told(capsys):
    """With what they try and how they are known to have failed; last comes an honest student."""
    assert main(["attack", "--json", *NAMES]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told] == [*NAMES, "honest student"]
    assert all(one["held"] and one["tries"] and one["ended"] for one in told)
    assert [one["points"] for one in told] == [0, 0, 2]
    assert "edited-cell-restored" in told[1]["ended"]


def test_an_attack_that_succeeds_is_told_and_fails_the_command(monkeypatch, capsys):
    """A grader that gives points away is found out."""
    monkeypatch.setattr(catalogue, "ATTACKS", (Attack("gift", "earns [honestly]", answer=HONEST),))
    assert main(["attack"]) == 1
    said = capsys.readouterr().out
    assert "BROKEN" in said
    assert "earned 2, not 0" in said
    assert "earns [honestly]" in said
    assert "1 of 2 held." in said


@machines.needs_landlock
def test_what_a_level_is_open_to_is_told_and_fails_nothing(capsys):
    """The same attack holds at a better level."""
    assert main(["attack", "--isolation", "landlock", "names of files", "network"]) == 0
    said = capsys.readouterr().out
    assert "open" in said
    assert "BROKEN" not in said
    assert "2 of 3 held." in said
    assert "docs/honest-grading.md" in said


def test_an_unknown_name_is_told_with_those_like_it(capsys):
    """Before anything is started."""
    assert main(["attack", "edited cheque"]) == 1
    assert "'edited check'" in capsys.readouterr().err
