"""Plots: labelled, legible whatever is behind them, without a trace in matplotlib's settings."""

import io

import matplotlib
import numpy as np
import pytest

from stagewise import plots
from stagewise.judge.report import Status
from stagewise.plots import theme

T = np.arange(50.0)
GRADIENTS = ["dx1", "dx2", "dmu", "dxmu1", "dxmu2", "dsq", "dvar", "dsqrtvar", "divar", "dxhat", "dgammax"]
GRADIENTS += ["dout", "dgamma", "dbeta"]


def luminance(color):
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_text_has_contrast_with_the_ground_of_plots():
    assert all(contrast(color, theme.GROUND) >= 4.5 for color in (theme.INK, theme.PASSED, theme.FAILED))


@pytest.mark.parametrize("background", ["#ffffff", "#111111"])
def test_marks_of_reports_have_contrast_on_both_backgrounds(background):
    assert all(contrast(color, background) >= 3 for color in (theme.GREY, theme.PASSED, theme.FAILED))


def test_first_colours_differ_without_colour_vision():
    grey = [luminance(color) for color in theme.PALETTE[:2]]
    assert abs(grey[0] - grey[1]) > 0.05
    assert len(set(theme.DASHES)) == len(set(theme.MARKERS)) == len(theme.PALETTE)


def all_plots():
    return {
        "curves": plots.curves({"a": T, "b": np.stack([T, T + 1])}, title="Loss"),
        "sweep": plots.sweep([2, 4], {"a": [0.1, 0.2]}, xlabel="batch size", ylabel="accuracy", chance=0.1),
        "bands": plots.bands({"a": np.outer(T, T), "b": np.outer(T, T)}),
        "histograms": plots.histograms({"a": T, "b": T}),
        "images": plots.images(np.outer(np.arange(3), np.ones(64)), ["x", "y", "z"], title="Digits"),
        "thinned": plots.thinned({"units": [[1, 1], [1, 0, 1]], "weights": [np.eye(2), np.ones((2, 3))]}),
        "graph": plots.batchnorm_graph(results={}),
        "regions": plots.regions(lambda p: (p[:, 0] > 0).astype(int), np.eye(2) - 0.4, np.array([1, 0])),
    }


@pytest.mark.parametrize("name", list(all_plots()))
def test_picture_brings_its_ground_and_leaves_settings_alone(name):
    before = dict(matplotlib.rcParams)
    figure = all_plots()[name]
    data, metadata = figure._repr_mimebundle_()
    picture = matplotlib.image.imread(io.BytesIO(data["image/png"]))
    assert picture[0, 0] == pytest.approx(matplotlib.colors.to_rgba(theme.GROUND), abs=1 / 255)
    assert metadata["image/png"]["width"] == (picture.shape[1] + 1) // 2
    assert dict(matplotlib.rcParams) == before


def test_axes_are_labelled():
    for name in ("curves", "sweep", "bands"):
        axes = all_plots()[name].axes
        assert axes[0].get_xlabel()
        assert axes[0].get_ylabel()


def test_diverged_run_ends_and_says_so():
    run = np.where(T < 20, T, np.nan)
    (axes,) = plots.curves({"wild": run, "tame": T / 10}, ylim=(0, 4)).axes
    line, _, cross = axes.get_lines()
    assert line.get_label() == "wild (diverged)"
    assert len(line.get_xdata()) == 20
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (19, 4)


def test_run_that_never_was_finite_draws():
    (axes,) = plots.curves({"wild": np.full(5, np.inf)}).axes
    assert axes.get_legend_handles_labels()[1] == ["wild (diverged)"]


def test_smoothing_averages_backwards_only():
    (axes,) = plots.curves({"a": [0.0, 2.0, 4.0, 6.0]}, smooth=2).axes
    assert np.array_equal(axes.get_lines()[0].get_ydata(), [0, 1, 3, 5])


def test_repetitions_are_a_mean_in_a_band():
    (axes,) = plots.curves({"a": np.array([[0.0, 1.0], [2.0, 3.0]])}).axes
    assert np.array_equal(axes.get_lines()[0].get_ydata(), [1, 2])
    assert len(axes.collections) == 1


def test_sweep_marks_diverged_settings():
    figure = plots.sweep([0.1, 1, 10], {"sgd": [0.5, 0.6, np.nan]}, xlabel="rate", ylabel="accuracy")
    assert "sgd: diverged" in texts(figure)
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["0.1", "1", "10"]


def test_sweep_over_words():
    figure = plots.sweep(["none", "batchnorm"], {"accuracy": [0.5, 0.6]}, xlabel="layer", ylabel="accuracy")
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["none", "batchnorm"]


def test_panels_take_plots():
    figure, axes = plots.panels(2)
    assert plots.curves({"a": T}, ax=axes[1]) is figure
    assert axes[1].get_lines()
    assert not axes[0].get_lines()


def test_graph_names_every_value_and_gradient():
    said = " ".join(texts(plots.batchnorm_graph(results={})))
    for name in ["mu", "xmu", "sq", "var", "sqrtvar", "ivar", "xhat", "gammax", "out"]:
        assert name in said
    for name in GRADIENTS:
        assert name in said


def test_graph_marks_what_was_checked():
    results = {
        "batchnorm_step1": Status.PASSED,
        "batchnorm_backward_step4": Status.FAILED,
        "layernorm": Status.FAILED,
    }
    said = texts(plots.batchnorm_graph(results=results))
    assert (said.count("✓"), said.count("✗")) == (1, 1)


def test_graph_highlights_a_stage():
    assert texts(plots.batchnorm_graph(highlight="step4", results={})).count("✗") == 1


def test_graph_measures_values():
    said = texts(plots.batchnorm_graph(results={}, values={"mu": np.array([1.0, 2.5])}))
    assert "mu\n(2,)\n1 … 2.5" in said


def test_regions_ask_for_the_whole_plane_around_the_points():
    asked = []

    def classify(points):
        asked.append(points)
        return (points[:, 0] > 0.5).astype(int)

    figure = plots.regions(classify, np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([0, 1]), title="Half")
    low, high = asked[0].min(axis=0), asked[0].max(axis=0)
    assert (low < 0).all()
    assert (high > [1, 2]).all()
    assert "Half" in texts(figure)


def test_a_class_that_is_nowhere_draws_no_line():
    plots.regions(lambda p: np.zeros(len(p), dtype=int), np.eye(2), np.array([0, 1]))


def test_a_legend_stands_where_it_is_told():
    inside, below, none = (plots.curves({"a": T}, legend=place) for place in ("inside", "below", "none"))
    assert [bool(figure.axes[0].get_legend()) for figure in (inside, below, none)] == [True, False, False]
    assert [len(figure.legends) for figure in (inside, below, none)] == [0, 1, 0]
    with pytest.raises(ValueError, match="legend"):
        plots.curves({"a": T}, legend="left")


def test_whole_steps_have_whole_ticks():
    ticks = plots.curves({"a": np.arange(20.0)}).axes[0].get_xticks()
    assert np.array_equal(ticks, np.round(ticks))


def test_weights_are_pictures_on_one_scale_around_zero():
    w = np.zeros((12, 2))
    w[3, 0], w[7, 1] = 2.0, -5.0
    figure = plots.weights(w, (3, 4), ["one", "other"], columns=2)
    pictures = [ax.images[0] for ax in figure.axes if ax.images]
    assert [picture.get_clim() for picture in pictures[:2]] == [(-5, 5), (-5, 5)]
    assert np.asarray(pictures[0].get_array())[0, 3] == 2
    assert "one: most positive at row 0, column 3" in figure.words()
    assert "other: most positive at row 0, column 0, most negative at row 1, column 3" in figure.words()


def test_colours_of_weights_are_averaged():
    w = np.arange(12.0).reshape(12, 1)
    figure = plots.weights(w, (2, 2, 3))
    assert np.asarray(figure.axes[0].images[0].get_array()).tolist() == [[1, 4], [7, 10]]
