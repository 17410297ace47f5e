"""Experiments with sliders: a picture without a front end, calm words when something is missing."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from stagewise import interactive
from stagewise.interactive import slider


def test_starts_where_it_is_told(capsys):
    interactive.explore(
        lambda rate: f"rate {rate}", rate=slider([0.1, 1.0], start=1.0, label="learning rate")
    )
    assert capsys.readouterr().out == "rate 1.0\nlearning rate = 1\n"


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
