"""Figures in words: what a reader without eyes for them is told."""

import numpy as np
import pytest

from stagewise import data, interactive, plots


def test_a_line_is_told_by_its_ends_and_extremes():
    figure = plots.curves({"run": [3.0, 0.5, 1.0]}, title="Going down")
    assert "Going down: " in figure.words()
    assert "run: from 3 at 0 to 1 at 2, least 0.5 at 1" in figure.words()


def test_axes_are_told_with_their_ranges_and_scales():
    figure = plots.curves({"run": [3.0, 0.5]}, xlabel="epoch", log="y", ylim=(0.1, 10))
    assert "y axis: loss, 0.1 to 10, logarithmic" in figure.words()
    assert "x axis: epoch" in figure.words()


def test_a_sweep_is_told_point_by_point_and_divergence_by_its_settings():
    runs = [[1.0, 2.0], [2.0, 3.0], [np.nan, 1.0]]
    words = plots.sweep([0.1, 1, 10], {"plain": runs}, xlabel="rate", ylabel="accuracy", chance=0.1).words()
    assert "plain: 1.5 at 0.1, 2.5 at 1" in words
    assert "plain: diverged at 10" in words
    assert "guessing (0.1): a level line at 0.1" in words


def test_pictures_are_counted_and_their_labels_told():
    words = plots.images(np.ones((3, 64)), [7, 2, 1], title="Digits").words()
    assert words == "Digits.\n3 pictures, labelled 7; 2; 1."


def test_points_of_classes_are_counted():
    x, y = data.spirals(20)
    words = plots.regions(lambda places: (places[:, 0] > 0).astype(int), x, y).words()
    assert "class 2: 20 points" in words


def test_a_histogram_is_told_by_where_it_lies():
    assert "bars, filled from " in plots.histograms({"one": np.arange(100)}).words()


def test_what_is_written_in_a_drawing_is_told():
    assert "normalise" in plots.batchnorm_graph(results={}).words()


def test_an_author_may_say_more():
    figure, ax = plots.new_axes()
    ax.set_title("Two hills")
    assert figure.describe("Two hills with a valley.").words() == "Two hills with a valley.\nTwo hills."


def test_the_words_go_with_the_picture():
    figure, ax = plots.new_axes()
    ax.set_title("Nothing")
    shown, metadata = figure._repr_mimebundle_()
    assert shown["text/plain"] == "Nothing."
    assert metadata["image/png"]["alt"] == "Nothing."


def test_a_picture_without_any_words_tells_its_size():
    figure, ax = plots.new_axes((4, 3))
    ax.set_axis_off()
    assert figure._repr_mimebundle_()[0]["text/plain"] == "<picture, 400 x 300>"


@pytest.fixture
def shown(monkeypatch):
    """What `explore` displays in a notebook, output by output."""
    outputs = []

    class Handle:
        def display(self, data, raw, metadata=None):
            outputs.append(data)

    monkeypatch.setattr(interactive, "notebook_shell", object)
    monkeypatch.setattr("IPython.display.DisplayHandle", Handle)
    return outputs


def test_an_experiment_shows_its_picture_in_words_folded(shown):
    interactive.explore(lambda: plots.curves({"a < b": [1.0, 2.0]}), caption="Slow")
    _, below = shown
    assert "<details><summary>The picture in words</summary>" in below["text/html"]
    assert "a &lt; b: from 1 at 0 to 2 at 1" in below["text/html"]
    assert below["text/plain"] == "Slow"


def test_an_experiment_that_shows_text_has_no_words_below(shown):
    interactive.explore(lambda: "done")
    assert shown == [{"text/plain": "done"}]
