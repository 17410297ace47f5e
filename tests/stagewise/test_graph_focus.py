"""A graph that is drawn for one step puts that step in front."""

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from stagewise.plots import batchnorm_graph


def strong_words(figure: Figure) -> set[str]:
    """What is written at the arrows that are not faint, without shapes."""
    words = (text for text in figure.axes[0].texts if not isinstance(text, Annotation))
    return {text.get_text().split()[0] for text in words if text.get_alpha() == 1}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (9, {"gammax", "dgammax", "out", "dout", "(D,)", "dbeta"}),
        (7, {"xmu", "dxmu1", "ivar", "divar", "xhat", "dxhat"}),
        (3, {"xmu", "dxmu2", "sq", "dsq"}),
        (0, {"x", "dx1", "dx2"}),
    ],
)
def test_only_the_arrows_at_the_focus_are_strong(step: int, expected: set[str]) -> None:
    assert strong_words(batchnorm_graph(focus=step, results={})) == expected


def test_the_focus_is_ringed_and_without_one_nothing_is() -> None:
    rings = [
        patch for patch in batchnorm_graph(focus=4, results={}).axes[0].patches if patch.get_gid() == "focus"
    ]
    assert len(rings) == 1
    unfocused = batchnorm_graph(results={})
    assert not [patch for patch in unfocused.axes[0].patches if patch.get_gid() == "focus"]
    assert "dmu" in strong_words(unfocused)
