"""Experiments with sliders: a picture without a front end, calm words when something is missing."""

import sys

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from stagewise import interactive
from stagewise.interactive import slider


def test_starts_where_it_is_told(capsys):
    interactive.explore(
        lambda rate: f"rate {rate}", rate=slider([0.1, 1.0], start=1.0, label="learning rate")
    )
    assert capsys.readouterr().out == "rate 1.0\nlearning rate = 1\n"


def test_in_a_browser_an_experiment_may_be_shorter(monkeypatch):
    assert interactive.here(16, browser=8) == 16
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert interactive.here(16, browser=8) == 8


def test_unwritten_function_is_named(capsys):
    def my_layer():
        raise NotImplementedError

    interactive.explore(lambda: my_layer())
    assert "needs my_layer, which is not written yet" in capsys.readouterr().out


def test_exception_does_not_stop_the_notebook(capsys):
    interactive.explore(lambda: 1 / 0)
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_small_matrices_are_multiplied_in_one_thread(capsys):
    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    with threadpool_limits(limits=2, user_api="blas"):
        interactive.explore(lambda: set(threads()))
        assert set(threads()) == {2}
    assert capsys.readouterr().out.strip() == "{1}"


@pytest.mark.parametrize("wrong", [{"values": []}, {"values": [1, 2], "start": 3}])
def test_slider_refuses_nonsense(wrong):
    with pytest.raises(ValueError, match="slider"):
        slider(**wrong)


def test_counts_in_silence_without_a_notebook(capsys):
    assert list(interactive.counted(("a", "b"), "letters")) == ["a", "b"]
    assert capsys.readouterr().out == ""


@pytest.fixture
def lines(monkeypatch):
    """What is displayed and updated in a notebook."""
    shown = []

    class Handle:
        def display(self, data, raw):
            shown.append(("display", data["text/plain"]))

        def update(self, data, raw):
            shown.append(("update", data["text/plain"]))

    monkeypatch.setattr(interactive, "notebook_shell", object)
    monkeypatch.setattr("IPython.display.DisplayHandle", Handle)
    return shown


def test_count_goes_away_where_a_loop_ends_early(lines):
    for number in interactive.counted([1, 2, 3, 4], "networks"):
        if number == 3:
            break
    assert lines[-1] == ("update", "")
    assert len(lines) == 3


def test_count_grows_on_one_line_and_goes_away(lines):
    assert list(interactive.counted([1, 2, 3, 4], "networks")) == [1, 2, 3, 4]
    assert lines == [
        ("display", "▪" * 5 + "·" * 15 + " 1 of 4 networks"),
        ("update", "▪" * 10 + "·" * 10 + " 2 of 4 networks"),
        ("update", "▪" * 15 + "·" * 5 + " 3 of 4 networks"),
        ("update", ""),
    ]


def test_count_says_nothing_before_the_first_result(monkeypatch):
    monkeypatch.setattr(interactive, "notebook_shell", object)
    monkeypatch.setattr("IPython.display.DisplayHandle.display", lambda *_, **__: pytest.fail("displayed"))
    assert next(interactive.counted([1, 2], "networks")) == 1
