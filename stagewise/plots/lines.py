"""Curves over training and sweeps over a setting."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stagewise.plots.canvas import new_axes, styled
from stagewise.plots.theme import DASHES, INK, MARKERS, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def curves(
    series: Mapping[str, Any],
    *,
    xlabel: str = "step",
    ylabel: str = "loss",
    title: str = "",
    log: str = "",
    smooth: int = 1,
    ylim: tuple[float, float] | None = None,
    legend: str = "inside",
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw one line per run: how something went during training.

    series: label -> y (T,), or (x, y) both (T,), or y (R, T) for R repetitions, drawn as their mean in a
    band from the least to the greatest. smooth: moving average over that many steps. log: "", "x", "y" or
    "xy". legend: "inside" the axes, "below" the figure or "none". A run that reaches inf or NaN ends there in
    a cross and is called diverged.
    """
    ax = ax or new_axes()[1]
    ends, whole = [], True
    for index, (label, given) in enumerate(series.items()):
        x, runs = _as_runs(given, smooth)
        whole = whole and bool(np.all(x == np.round(x)))
        with np.errstate(invalid="ignore", over="ignore"):
            middle = runs.mean(axis=0)
        finite = _finite_length(middle)
        color = PALETTE[index % len(PALETTE)]
        if finite < len(middle):
            label = f"{label} (diverged)"
            ends.append((x[max(finite - 1, 0)], middle[finite - 1] if finite else np.inf, color))
        ax.plot(x[:finite], middle[:finite], color=color, linestyle=DASHES[index % len(DASHES)], label=label)
        if len(runs) > 1:
            band = runs[:, :finite]
            ax.fill_between(x[:finite], band.min(axis=0), band.max(axis=0), color=color, alpha=0.2, lw=0)
    figure = _finish(ax, xlabel, ylabel, title, log, ylim, legend)
    if whole and "x" not in log:
        ax.locator_params(axis="x", integer=True)
    _mark_ends(ax, ends)
    return figure


@styled
def sweep(
    x: Sequence[Any],
    series: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    log: str = "x",
    ylim: tuple[float, float] | None = None,
    chance: float | None = None,
    legend: str = "inside",
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw what came of each setting: a marker per value of `x`, a bar from the least to the greatest run.

    x: (V,) numbers, joined by lines, or words. series: label -> y (V,) or (V, R) for R repetitions. NaN is a
    run that diverged: it gets a cross at the bottom. chance: draws a dotted line at the value that guessing
    reaches. legend: "inside" the axes, "below" the figure or "none".
    """
    ax = ax or new_axes()[1]
    words = not all(isinstance(value, (int, float, np.number)) for value in x)
    places = np.arange(len(x)) if words else np.asarray(x, dtype=float)
    for index, (label, given) in enumerate(series.items()):
        runs = np.asarray(given, dtype=float).reshape(len(x), -1)
        _draw_runs(ax, places, runs, label, index, "none" if words else DASHES[index % len(DASHES)])
    if chance is not None:
        ax.axhline(chance, color=INK, linestyle=":", lw=1.5, label=f"guessing ({chance:g})")
    figure = _finish(ax, xlabel, ylabel, title, "" if words else log, ylim, legend)
    ax.set_xticks(places, [str(value) if words else f"{value:g}" for value in x])
    ax.set_xticks([], minor=True)
    return figure


def _draw_runs(
    ax: "Axes", places: np.ndarray, runs: np.ndarray, label: str, index: int, linestyle: Any
) -> None:
    """Draw one series: `runs` (V, R) as markers with bars, and a cross where one diverged."""
    color = PALETTE[index % len(PALETTE)]
    ok = np.isfinite(runs).all(axis=1)
    middle, low, high = runs[ok].mean(axis=1), runs[ok].min(axis=1), runs[ok].max(axis=1)
    ax.errorbar(
        places[ok], middle, yerr=np.maximum([middle - low, high - middle], 0), color=color, capsize=3,
        label=label, linestyle=linestyle, marker=MARKERS[index % len(MARKERS)],
    )  # fmt: skip
    lost = places[~ok]
    if lost.size:
        ax.plot(
            lost, np.full(lost.size, 0.03), "x", color=color, ms=9, mew=2.5, clip_on=False,
            transform=ax.get_xaxis_transform(), label=f"{label}: diverged",
        )  # fmt: skip


def _finish(
    ax: "Axes",
    xlabel: str,
    ylabel: str,
    title: str,
    log: str,
    ylim: tuple[float, float] | None,
    legend: str,
) -> "Figure":
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    if ylim:
        ax.set_ylim(*ylim)
    _explain(ax, legend)
    return ax.figure  # type: ignore[return-value]  # axes of the course are never inside a SubFigure


def _explain(ax: "Axes", legend: str) -> None:
    if legend not in ("inside", "below", "none"):
        raise ValueError(f'legend is "inside", "below" or "none", not {legend!r}.')
    handles, labels = ax.get_legend_handles_labels()
    if not labels or legend == "none":
        return
    runs_first = sorted(range(len(labels)), key=lambda i: labels[i].endswith(": diverged"))
    shown = [handles[i] for i in runs_first], [labels[i] for i in runs_first]
    if legend == "inside":
        ax.legend(*shown)
    else:
        columns = 3 if len(ax.figure.axes) == 1 else 5
        ax.figure.legend(*shown, loc="outside lower center", ncols=min(len(labels), columns))


def _as_runs(given: Any, smooth: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x (T,) and runs (R, T), smoothed."""
    if isinstance(given, tuple) and len(given) == 2:
        x, y = (np.asarray(part, dtype=float) for part in given)
    else:
        y = np.asarray(given, dtype=float)
        x = np.arange(y.shape[-1], dtype=float)
    return x, np.array([_moving_average(run, smooth) for run in np.atleast_2d(y)])


def _moving_average(run: np.ndarray, width: int) -> np.ndarray:
    """Average each entry with the up to width - 1 before it, up to the first inf or NaN."""
    if width <= 1 or run.size == 0:
        return run
    ends = range(1, _finite_length(run) + 1)
    averaged = [run[max(end - width, 0) : end].mean() for end in ends]
    return np.array(averaged + [np.nan] * (run.size - len(averaged)))


def _finite_length(run: np.ndarray) -> int:
    """Return how many entries come before the first inf or NaN."""
    bad = ~np.isfinite(run)
    return int(bad.argmax()) if bad.any() else run.size


def _mark_ends(ax: "Axes", ends: Sequence[tuple[float, float, str]]) -> None:
    """Cross where runs diverged, at the edge of the picture when that is beyond it."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high)
    for x, y, color in ends:
        ax.plot(x, min(max(y, low), high), "x", color=color, ms=10, mew=2.5, clip_on=False)
