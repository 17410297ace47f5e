"""Progress is told to a person, and what a submission says of itself is a line of it, nothing more."""

import io
import json

import pytest
from rich.console import Console

from autograder import progress
from autograder.errors import SubmissionError
from autograder.intake.reading import read_submission
from autograder.progress import Steps
from tests.autograder.graded_toy import toy_plan

NAMES = ["check-[/b]", "check-[red]", "check-\x1b]0;title\x07\x1b[2J"]


def told(note, *, terminal):
    console = Console(width=200, file=io.StringIO(), force_terminal=terminal)
    with Steps("Grading toy", console) as steps:
        steps.step(1, note)
    return console.file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_foreign_check_is_told_letter_by_letter(name, terminal):
    """A closing tag in it ended the run of the whole class; a code for the terminal would be obeyed."""
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}}, "source": ""}
    with pytest.raises(SubmissionError) as refusal:
        read_submission(json.dumps({"cells": [cell], "nbformat": 4}).encode(), toy_plan())
    said = told(refusal.value.detail, terminal=terminal)
    assert "".join(letter if letter.isprintable() else "?" for letter in name) in said
    assert "\x1b]0" not in said
    assert "\x1b[2J" not in said


@pytest.mark.parametrize("terminal", [True, False])
def test_steps_are_counted_where_nobody_knows_how_many_there_are(terminal, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_SECONDS", -1.0)
    console = Console(width=200, file=io.StringIO(), force_terminal=terminal)
    with Steps("Collecting toy", console) as steps:
        steps.step(None)
        steps.step(None)
    said = console.file.getvalue()
    assert ("2/?" if terminal else "Collecting toy: 2\n") in said
