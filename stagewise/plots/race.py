"""Walks over a loss surface of two parameters, as a picture and as a moving one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stagewise.data.landscapes import Landscape
from stagewise.plots.canvas import new_axes, styled
from stagewise.plots.theme import INK, MARKERS, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from stagewise.plots.moving import Moving

Walks = Mapping[str, np.ndarray]


@styled
def walks(
    landscape: Landscape,
    paths: Walks,
    *,
    title: str = "",
    legend: bool | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the landscape's contour lines and, over them, where each path (T, 2) led.

    A path ends in a marker. A star marks the lowest point. A path that leaves the window or reaches NaN ends
    at the border of the picture. legend: names the paths on the right (default: if there are several).
    """
    legend = len(paths) > 1 if legend is None else legend
    if ax is None:
        picture, ax = new_axes((7.8 if legend else 6.4, 4.0))
        picture.describe("\n".join(_in_words(landscape, paths)))
    lines, heads = _prepare(ax, landscape, paths, title)
    for line, head, path in zip(lines, heads, paths.values(), strict=True):
        _put(line, head, np.asarray(path, dtype=float))
    if legend:
        ax.legend(handles=heads, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    figure: Figure = ax.figure  # type: ignore[assignment]  # axes of the course are never in a SubFigure
    return figure


@styled
def race(
    runs: Mapping[str, tuple[Landscape, Walks]],
    *,
    moments: int = 60,
    seconds: float = 8.0,
    columns: int = 2,
    size: tuple[float, float] = (4.4, 2.9),
) -> "Moving":
    """Show several races at once, one panel per title: the paths grow, and then rest at their ends.

    runs: title -> (landscape, {label: path (T, 2)}); the labels are the same in every panel. The first steps,
    where most happens, pass more slowly than the last ones.
    """
    from stagewise.plots.moving import Moving

    rows = -(-len(runs) // columns)
    figure = Moving(figsize=(columns * size[0], rows * size[1] + 0.4), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    walkers: list[tuple[Line2D, Line2D]] = []
    longest = 1
    for ax, (title, (landscape, paths)) in zip(axes, runs.items(), strict=False):
        lines, heads = _prepare(ax, landscape, paths, title)
        for line, head, path in zip(lines, heads, paths.values(), strict=True):
            _put(line, head, np.asarray(path, dtype=float))
        walkers += zip(lines, heads, strict=True)
        longest = max(longest, *(len(path) for path in paths.values()))
    for ax in axes[len(runs) :]:
        ax.set_visible(False)
    shown = walkers[: len(walkers) // len(runs)]
    figure.legend(handles=[head for _, head in shown], loc="outside lower center", ncols=6, columnspacing=1.2)
    figure.describe(
        "\n".join(
            f"{title}: {line}"
            for title, (landscape, paths) in runs.items()
            for line in _in_words(landscape, paths)
        )
    )
    passed = np.linspace(0, (longest - 1) ** 0.5, moments) ** 2
    figure.grow(walkers, passed.round().astype(int), seconds)
    return figure


def _in_words(landscape: Landscape, paths: Walks) -> list[str]:
    """Each walk as a sentence: how many steps, from where to where, and what became of the loss."""
    told = []
    for label, path in paths.items():
        path = np.asarray(path, dtype=float)
        with np.errstate(all="ignore"):
            first, last = (
                f"({w[0]:.2g}, {w[1]:.2g}) at loss {float(landscape.loss(w)):.2g}" for w in path[[0, -1]]
            )
        told.append(f"{label}, {len(path) - 1} steps: from {first} to {last}.")
    return told


def _prepare(
    ax: "Axes", landscape: Landscape, paths: Sequence[str] | Walks, title: str
) -> tuple[list["Line2D"], list["Line2D"]]:
    """Draw the contour lines; return a line and a head for each path, both still empty."""
    left, right, bottom, top = landscape.window
    x, y = np.meshgrid(np.linspace(left, right, 121), np.linspace(bottom, top, 91))
    height = landscape.loss(np.stack([x, y], axis=-1))
    levels = height.min() + (height.max() - height.min()) * np.linspace(0.02, 1, 14) ** 2
    ax.contour(x, y, height, levels=levels, colors=INK, alpha=0.45, linewidths=0.8, linestyles="solid")
    ax.plot(*landscape.goal, "*", color=INK, ms=13, mew=0)
    ax.set(xlim=(left, right), ylim=(bottom, top), title=title, xlabel="$w_1$", ylabel="$w_2$")
    ax.grid(False)
    lines, heads = [], []
    for index, label in enumerate(paths):
        color = PALETTE[index % len(PALETTE)]
        lines += ax.plot([], [], "-", color=color, lw=1.6, alpha=0.9)
        heads += ax.plot([], [], MARKERS[index % len(MARKERS)], color=color, ms=7, label=label)
    return lines, heads


def _put(line: "Line2D", head: "Line2D", path: np.ndarray) -> None:
    finite = np.isfinite(path).all(axis=1) & (np.abs(path) < 1e6).all(axis=1)
    path = path[: len(path) if finite.all() else int(np.argmin(finite))]
    line.set_data(*path.T)
    head.set_data(*path[-1:].T)
