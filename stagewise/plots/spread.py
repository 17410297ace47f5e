"""How values are spread: bands over training, histograms side by side."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stagewise.plots.canvas import panels, styled
from stagewise.plots.theme import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEVELS = (5, 25, 50, 75, 95)


@styled
def bands(
    series: Mapping[str, Any],
    *,
    x: Sequence[float] | None = None,
    xlabel: str = "step",
    ylabel: str = "value",
    title: str = "",
    ylim: tuple[float, float] | None = None,
    axes: "Sequence[Axes] | None" = None,
) -> "Figure":
    """Draw how the distribution of some values moves during training, one panel per label on a shared scale.

    series: label -> (T, M), the M values seen at each of T moments. The line is the median; half of the
    values lie in the dark band, nine tenths in the light one.
    """
    axes = axes or panels(len(series), size=(4.6, 3.6), sharey=True)[1]
    for index, (ax, (label, values)) in enumerate(zip(axes, series.items(), strict=True)):
        levels = np.percentile(np.asarray(values, dtype=float), _LEVELS, axis=1)
        places = np.arange(levels.shape[1]) if x is None else np.asarray(x)
        color = PALETTE[index % len(PALETTE)]
        ax.fill_between(places, levels[0], levels[4], color=color, alpha=0.22, lw=0, label="9 of 10 values")
        ax.fill_between(
            places, levels[1], levels[3], color=color, alpha=0.45, lw=0, label="half of the values"
        )
        ax.plot(places, levels[2], color=color, linestyle="-", label="median")
        ax.set(xlabel=xlabel, title=label)
        if ylim:
            ax.set_ylim(*ylim)
    axes[0].set_ylabel(ylabel)
    figure = _titled(axes, title)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@styled
def histograms(
    series: Mapping[str, Any],
    *,
    bins: int = 40,
    xlabel: str = "value",
    title: str = "",
    limits: tuple[float, float] | None = None,
    columns: int = 5,
) -> "Figure":
    """Draw one histogram per label on a shared horizontal scale, its mean and std written above.

    series: label -> values of any shape. limits: ends of the scale (default: all finite values fit); values
    beyond them are counted in the outermost bars.
    """
    flat = {label: np.ravel(np.asarray(values, dtype=float)) for label, values in series.items()}
    flat = {label: values[np.isfinite(values)] for label, values in flat.items()}
    low, high = limits or _common_limits(list(flat.values()))
    columns = min(columns, len(flat))
    rows = -(-len(flat) // columns)
    axes = panels(columns, rows, size=(max(2.3, 9.5 / columns), 2.6), sharex=True)[1]
    for index, (ax, (label, values)) in enumerate(zip(axes, flat.items(), strict=False)):
        ax.hist(np.clip(values, low, high), bins=bins, range=(low, high), color=PALETTE[0], alpha=0.85)
        told = f"mean {values.mean():.2g}, std {values.std():.2g}" if values.size else "no finite value"
        ax.set_title(f"{label}\n{told}", fontsize=10)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        if index >= len(flat) - columns:
            ax.set_xlabel(xlabel)
            ax.tick_params(labelbottom=True)
    for ax in axes[len(flat) :]:
        ax.set_visible(False)
    return _titled(axes, title)


@styled
def images(
    pictures: np.ndarray, labels: Sequence[Any] | None = None, *, columns: int = 10, title: str = ""
) -> "Figure":
    """Draw small pictures in a grid, each with its label above.

    pictures: grey ones, (N, H, W) or square ones as rows, (N, H * H), of which the greatest value is drawn
    black and the least white; or coloured ones, (N, H, W, 3), from 0 to 1.
    """
    pictures = np.asarray(pictures, dtype=float)
    if pictures.ndim == 2:
        side = round(pictures.shape[1] ** 0.5)
        pictures = pictures.reshape(-1, side, side)
    columns = min(columns, len(pictures))
    axes = panels(columns, -(-len(pictures) // columns), size=(0.95, 1.15 if labels is not None else 0.95))[1]
    for ax in axes:
        ax.set_axis_off()
    for index, (ax, picture) in enumerate(zip(axes, pictures, strict=False)):
        ax.imshow(picture, cmap="gray_r", interpolation="nearest")
        if labels is not None:
            ax.set_title(str(labels[index]), fontsize=11)
    return _titled(axes, title)


def _common_limits(series: list[np.ndarray]) -> tuple[float, float]:
    values = np.concatenate(series) if series else np.zeros(0)
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _titled(axes: "Sequence[Axes]", title: str) -> "Figure":
    figure = axes[0].figure
    if title:
        figure.suptitle(title, fontweight="bold", fontsize=12)
    return figure  # type: ignore[return-value]  # axes of the course are never inside a SubFigure
