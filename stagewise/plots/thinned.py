"""Small networks drawn as circles and lines, some of their units or connections away."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stagewise.plots.canvas import panels, styled
from stagewise.plots.theme import INK, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GAP = 0.42


@styled
def thinned(networks: Mapping[str, Sequence[np.ndarray]], *, columns: int = 4, title: str = "") -> "Figure":
    """Draw one network per title. Kept units are filled, dropped ones crossed out, with their lines away.

    networks: title -> what is kept, 1 or 0. Either a vector for each layer: its units; or a matrix for each
    pair of layers, (units before, units behind): its connections, all units being there.
    """
    columns = min(columns, len(networks))
    figure, axes = panels(columns, -(-len(networks) // columns), size=(9.6 / columns, 2.7))
    for ax in axes:
        ax.set_axis_off()
    for ax, (name, kept) in zip(axes, networks.items(), strict=False):
        _draw(ax, [np.asarray(one, dtype=float) for one in kept])
        ax.set_title(name, fontsize=11)
    if title:
        figure.suptitle(title, fontweight="bold", fontsize=12)
    return figure


def _draw(ax: "Axes", kept: list[np.ndarray]) -> None:
    by_unit = kept[0].ndim == 1
    units = kept if by_unit else [np.ones(len(kept[0])), *(np.ones(one.shape[1]) for one in kept)]
    lines = [np.outer(a, b) for a, b in itertools.pairwise(kept)] if by_unit else kept
    for layer, between in enumerate(lines):
        for i, j in zip(*np.nonzero(between), strict=True):
            ends = [_height(i, units[layer]), _height(j, units[layer + 1])]
            ax.plot([layer, layer + 1], ends, color=INK, lw=1.0, alpha=0.7, linestyle="-", zorder=1)
    for layer, one in enumerate(units):
        for i, alive in enumerate(one):
            _unit(ax, layer, _height(i, one), bool(alive))
    ax.set_xlim(-0.4, len(units) - 0.6)
    tallest = max(len(one) for one in units) * _GAP / 2 + 0.05
    ax.set_ylim(-tallest, tallest)


def _height(index: int, units: np.ndarray) -> float:
    return _GAP * ((len(units) - 1) / 2 - index)


def _unit(ax: "Axes", x: float, y: float, alive: bool) -> None:
    face = PALETTE[0] if alive else "none"
    ax.scatter([x], [y], s=130, facecolor=face, edgecolor=PALETTE[0] if alive else INK, lw=1.4, zorder=3)
    if not alive:
        ax.scatter([x], [y], s=60, marker="x", color=INK, lw=1.6, zorder=4)
