"""Whoever is slow is known while it lasts: whose submission, and which exercise."""

import io
from contextlib import closing

import pytest
from rich.console import Console

from autograder.grading.board import Board, Slow, Watch
from autograder.grading.driver import Settings, grade
from autograder.grading.processes import Process
from autograder.isolation.limits import Limits
from autograder.progress import Steps
from tests.autograder.toy_class import RIGHT, hand_in


def test_a_fork_writes_on_the_board_of_its_parent():
    board = Board()
    with closing(Process.forked(lambda: lambda _: board.note(3, "s17", "step_decay") or b"")) as lane:
        lane.ask(b"")
    board.note(4, "s18", "x" * 1000)
    assert board.part_of("s17") == "step_decay"
    assert set(board.part_of("s18")) == {"x"}
    assert board.part_of("s1") == ""


def test_those_who_take_long_are_told_and_that_nobody_does_any_more():
    now, board, told = [0.0], Board(), []
    watch = Watch(board, told.append, lambda: now[0])
    board.note(0, "s17", "step_decay")
    for seconds, working in ((0, ["s17"]), (3, ["s17", "s18"]), (6, ["s17", "s18"]), (7, ["s18"]), (7, [])):
        now[0] = float(seconds)
        watch.look(working)
    assert told == [[Slow("s17", "step_decay", 6.0)], []]


def test_a_try_begins_anew_for_who_was_not_at_work_between():
    now, told = [0.0], []
    watch = Watch(Board(), told.append, lambda: now[0])
    for seconds, working in ((0, ["s17"]), (3, []), (6, ["s17"]), (9, ["s17"])):
        now[0] = float(seconds)
        watch.look(working)
    assert told == []


def test_lanes_note_the_exercise(toy_course, monkeypatch):
    hand_in(toy_course, s17=RIGHT)
    noted = []
    monkeypatch.setattr("autograder.grading.driver.Board", lambda: noted.append(Board()) or noted[-1])
    grade(toy_course, "toy", settings=Settings(jobs=1, limits=Limits()))
    assert noted[0].part_of("s17") == "quadruple"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_slow_submission_is_named_on_one_line(terminal):
    """Elsewhere than on a terminal once, on a line of its own."""
    console = Console(width=60, file=io.StringIO(), force_terminal=terminal)
    with Steps("Grading toy", console) as steps:
        for seconds in (5.0, 6.0, 7.0):
            steps.slow([Slow("[b]s17\x1b", "step_decay", seconds)])
            console.file.write("|")
        steps.slow([])
    said = console.file.getvalue()
    assert "slow: [b]s17? (step_decay," in said
    assert said.count("s17") == (3 if terminal else 1)
    assert "\x1b]" not in said
