"""A check says when it judges the function of a former cell, and which names no cell has defined."""

import pytest

from stagewise import begin, check
from stagewise.checks import cells
from stagewise.checks.cells import overtaken, undefined
from stagewise.show.render import to_text

FIRST = "def center(x):\n    return x - x.mean(axis=0)"


def run(shell, *sources):
    """The value of `center` after these cells."""
    for source in sources:
        shell.run_cell(source, store_history=True)
    return shell.user_ns["center"]


@pytest.mark.parametrize("broken", ["def center(x):\n    return x -", "1 / 0\n" + FIRST])
def test_a_cell_that_failed_after_the_definition_is_named(shell, broken, capsys):
    first = shell.execution_count
    told = overtaken(run(shell, FIRST, "x = 1", broken))
    assert f"the `center` of Cell In[{first}]. Cell In[{first + 2}], which was run later, has a def" in told


@pytest.mark.parametrize(
    "later",
    [
        FIRST + "  # again",
        FIRST,
        FIRST + "\n1 / 0",
        "text = 'def center(x)'",
        "def centers(x):",
        "other = 1 +",
    ],
)
def test_nothing_is_said_of_the_last_definition(shell, later, capsys):
    assert overtaken(run(shell, FIRST, later)) == ""


def test_nothing_is_said_where_it_is_not_known(shell, toy):
    assert overtaken(toy.center) == ""
    kept = run(shell, FIRST)
    run(shell, "def center(x): return x", "def center(x): return")
    assert overtaken(kept) == ""
    assert overtaken(len) == ""


def test_a_check_that_passes_says_it_in_a_box(shell, reports, capsys):
    check(run(shell, FIRST, "def center(x) return x"))
    assert "Take care: What was checked is the `center` of" in to_text(reports[0])


def test_a_check_with_a_known_mistake_says_it_too(shell, reports, capsys):
    check(run(shell, "def center(x): return x", "def center(x) return x"))
    assert reports[0].misconception == "no-mean"
    assert "What was checked" in reports[0].notes[0]


def error(shell, source):
    return shell.run_cell(source, store_history=True).error_in_exec


def test_a_name_that_no_cell_defined_is_told(shell, capsys):
    assert "No cell that was run in this session defines `helper`. " in undefined(error(shell, "helper(1)"))


@pytest.mark.parametrize(
    "source",
    [
        "helper = 1",
        "def helper(): 1 / 0",
        "import numpy as helper",
        "for other, helper in (): pass",
        "class helper: pass",
        "def helper(:",
        "if 0: helper = 1",
    ],
)
def test_a_name_of_a_cell_that_failed_is_not(shell, source, capsys):
    shell.run_cell(f"1 / 0\n{source}", store_history=True)
    assert undefined(error(shell, "helper(1)")) == ""


@pytest.mark.parametrize("source", ["1 / 0", "def f():\n    y += 1\nf()", "'a' + 1", "1"])
def test_other_errors_are_not_about_names(shell, source, capsys):
    assert undefined(error(shell, source)) == ""


def test_a_check_tells_a_missing_helper(shell, reports, capsys):
    check(run(shell, "def center(x): return helper(x)"))
    assert "defines `helper`" in reports[0].notes[1]


def test_a_kernel_says_it_below_the_cell_once(shell, recorded, capsys, monkeypatch):
    shell.kernel = None
    monkeypatch.setattr("stagewise.plots.theme.apply", lambda: None)
    try:
        begin("toy")
        begin("toy")
        capsys.readouterr()
        shell.run_cell("check(center_backward)")
        assert capsys.readouterr().out.count("Run All Above Selected Cell") == 1
    finally:
        shell.events.unregister("post_run_cell", cells._tell)
