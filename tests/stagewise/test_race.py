"""Races: a drawing that moves without script, is light, and says the same when it stands still."""

import base64
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


def element(svg, group, kind):
    """The one of this kind in a group."""
    found = next(one for one in svg.iter(f"{SVG}g") if one.get("id") == group)
    return next(found.iter(f"{SVG}{kind}"))


def states(svg, name, pattern):
    """What the frames of an animation say, in their order, and when each comes, in percent."""
    (rules,) = [one.text for one in svg.findall(f"{SVG}style")]
    frames = re.search(rf"@keyframes {name}{{(.*?}})}}", rules)[1]
    found = re.findall(rf"([\d.]+)%{{{pattern}}}", frames)
    return [tuple(map(float, values)) for _, *values in found], [float(at) for at, *_ in found]


def test_every_path_grows_and_its_head_rides_along_for_ever(svg):
    (rules,) = [one.text for one in svg.findall(f"{SVG}style")]
    moved = re.findall(r"#(walk|head)-(\d) (path|use){animation:(\w+) ([\d.]+)s linear infinite}", rules)
    assert {(kind, element, name) for kind, _, element, name, _ in moved} == {
        *(("walk", "path", f"g{index}") for index in range(4)),
        *(("head", "use", f"r{index}") for index in range(4)),
    }
    assert {seconds for *_, seconds in moved} == {"10.67"}  # eight, and a quarter of each round to rest


@pytest.mark.parametrize("index", range(4))
def test_a_line_is_hidden_at_first_and_whole_in_the_rest_at_the_end(svg, index):
    left, when = states(svg, f"g{index}", r"stroke-dashoffset:([\d.]+)px")
    dashes = element(svg, f"walk-{index}", "path").get("stroke-dasharray")
    dash, gap = map(float, dashes.split())
    assert left[0] == (dash,)
    assert gap > dash + 0.5
    assert left[-2:] == [(0,), (0,)]
    assert left == sorted(left, reverse=True)
    assert (when[0], when[-2], when[-1]) == (0, 75, 100)


@pytest.mark.parametrize("index", range(4))
def test_heads_move_where_the_lines_are_drawn(svg, index):
    """They start at the first point that matplotlib gives the line, and end at its last."""
    moved, _ = states(svg, f"r{index}", r"transform:translate\(([-\d.]+)px,([-\d.]+)px\)")
    head = element(svg, f"head-{index}", "use")
    points = re.findall(r"[ML] ([\d.]+) ([\d.]+)", element(svg, f"walk-{index}", "path").get("d"))
    place = np.array([float(head.get("x")), float(head.get("y"))])
    assert place + moved[0] == pytest.approx([float(number) for number in points[0]], abs=0.2)
    assert moved[-1] == (0, 0)


def test_it_holds_no_script_and_is_light(drawn):
    text = drawn.svg()
    assert not re.search(r"<script|\son\w+=|javascript:", text)
    assert len(text) + len(drawn.png()) < 1_000_000


def test_the_bundle_has_a_still_picture_for_viewers_that_cannot_play(drawn):
    bundle, metadata = drawn._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["width"] > 500


def test_it_is_a_picture_that_is_never_wider_than_its_place(drawn, svg):
    html = drawn._repr_mimebundle_()[0]["text/html"]
    address = 'data:image/svg\\+xml;base64,([^" ]+)'
    still, width, style, data = re.fullmatch(
        rf'<picture><source media="\(prefers-reduced-motion: reduce\)" srcset="{address}">'
        rf'<img width="(\d+)" style="([^"]*)" alt="[^"]+" src="{address}"></picture>',
        html,
    ).groups()
    assert int(width) == round(100 * drawn.get_size_inches()[0])
    assert style == "max-width:100%;height:auto"
    assert not re.search(b"animation|keyframes|dash", base64.b64decode(still))
    assert ElementTree.fromstring(base64.b64decode(data)).get("viewBox") == svg.get("viewBox")


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


def test_a_race_says_in_words_where_each_walk_led():
    landscape = data.ravine(25.0)
    walks = {"slow": np.array([[-4.0, 0.8], [-2.0, 0.0]]), "fast": np.array([[-4.0, 0.8], [0.0, 0.0]])}
    told = plots.race({"A ravine": (landscape, walks)}).words().splitlines()
    assert told[0] == "A ravine: slow, 1 steps: from (-4, 0.8) at loss 16 to (-2, 0) at loss 2."
    assert told[1] == "A ravine: fast, 1 steps: from (-4, 0.8) at loss 16 to (0, 0) at loss 0."
    assert plots.walks(landscape, walks).words().startswith("slow, 1 steps: from (-4, 0.8)")
