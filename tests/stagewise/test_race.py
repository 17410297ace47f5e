"""Races: a drawing that moves without script, is light, and says the same when it stands still."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from stagewise import data, plots

SVG = "{http://www.w3.org/2000/svg}"


def paths(steps=120):
    turn = np.linspace(0, 3, steps)
    return {
        "one": np.column_stack([turn - 2, np.sin(turn)]),
        "other": np.column_stack([turn - 2, np.cos(turn)]),
    }


@pytest.fixture(scope="module")
def drawn():
    return plots.race(
        {"A ravine": (data.ravine(), paths()), "A saddle": (data.saddle(), paths(40))}, moments=12
    )


@pytest.fixture(scope="module")
def svg(drawn):
    return ElementTree.fromstring(drawn.svg())


def test_every_path_grows_and_its_head_rides_along(svg):
    animated = [(one.tag, one.find(f"{SVG}animate") is not None) for one in svg.iter() if len(one)]
    grown = [one for one in svg.iter(f"{SVG}animate") if one.get("attributeName") == "stroke-dashoffset"]
    ridden = [one for one in svg.iter(f"{SVG}animate") if one.get("attributeName") in "xy"]
    assert (len(grown), len(ridden)) == (4, 8)
    assert sum(found for _, found in animated) == 8


def test_a_line_is_hidden_at_first_and_whole_at_the_end(svg):
    for path in svg.iter(f"{SVG}path"):
        animation = path.find(f"{SVG}animate")
        if animation is not None:
            left = [float(value) for value in animation.get("values").split(";")]
            assert left[0] == float(path.get("stroke-dasharray").split()[0])
            assert left[-1] == 0
            assert left == sorted(left, reverse=True)


def test_heads_move_where_the_lines_are_drawn(svg):
    """The animation's places are those that matplotlib gives the same points."""
    for use in svg.iter(f"{SVG}use"):
        for animation in use.iter(f"{SVG}animate"):
            last = float(animation.get("values").split(";")[-1])
            assert last == pytest.approx(float(use.get(animation.get("attributeName"))), abs=0.1)


def test_it_holds_no_script_and_is_light(drawn):
    text = drawn.svg()
    assert not re.search(r"<script|\son\w+=|javascript:", text)
    assert len(text) + len(drawn.png()) < 1_000_000


def test_the_bundle_has_a_still_picture_for_viewers_that_cannot_play(drawn):
    bundle, metadata = drawn._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert bundle["image/svg+xml"].startswith("<svg")
    assert metadata["image/png"]["width"] > 500


def test_a_path_that_leaves_for_infinity_ends_at_its_last_number():
    lost = np.array([[-4.0, 0.8], [1.0, 2.0], [np.nan, np.inf], [0.0, 0.0]])
    figure = plots.walks(data.ravine(), {"lost": lost, "at once": lost[2:]})
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    assert [len(line.get_xdata()) for line in lines] == [2, 0]
    assert plots.race({"A ravine": (data.ravine(), {"lost": lost, "at once": lost[2:]})}).svg()


def test_axes_are_labelled_and_every_path_is_named():
    figure = plots.walks(data.saddle(), paths(), title="A saddle")
    assert figure.axes[0].get_xlabel() == "$w_1$"
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["one", "other"]
