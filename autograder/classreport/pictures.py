"""The pictures of a report: how answers ended, points of a class, time against points, the heat map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from autograder.classreport.exercises import OUTCOMES, Exercise
from autograder.classreport.report import ClassReport, Following, UnitReport, shares_of_all
from autograder.classreport.svg import inline
from autograder.examining.letters import seen
from stagewise.plots.canvas import new_axes, styled
from stagewise.plots.theme import INK, PASSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_DRAWN = 10
_COLORS = {
    "right": "#0072B2",
    "partly": "#56B4E9",
    "wrong": "#D55E00",
    "unfinished": "#a0a0a0",
    "error": "#E69F00",
}
_MOST_NAMED, _LONGEST_NAME = 40, 24


@styled
def endings(unit: UnitReport) -> Markup:
    """How the answers to each exercise ended, as bars in per cent."""
    exercises = _settled(unit)
    figure, axes = new_axes((8.6, 1.4 + 0.3 * len(exercises)))
    names = [one.name for one in exercises]
    left = np.zeros(len(exercises))
    for outcome in OUTCOMES:
        parts = np.array([100 * one.outcomes[outcome] / one.answers for one in exercises])
        axes.barh(
            names,
            parts,
            left=left,
            height=0.75,
            color=_COLORS[outcome],
            label=outcome,
        )
        left += parts
    axes.margins(y=0.5 / len(exercises))
    axes.invert_yaxis()
    axes.set(xlim=(0, 100), xlabel="per cent of the answers")
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside upper center", ncols=len(OUTCOMES))
    words = f"Bars: how the answers to the {len(names)} exercises ended. The table has the numbers."
    return inline(figure, f"endings-{unit.results.unit}", words)


@styled
def points(unit: UnitReport) -> Markup:
    """How many students have how many points, with the median."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = new_axes((4.2, 3.0))
    axes.bar(np.arange(5, 100, 10), unit.tenths, width=9.4, color=_COLORS["right"])
    if unit.median.value is not None:
        axes.axvline(unit.median.value, color=_COLORS["wrong"], linestyle="--", label="median")
        axes.legend(loc="upper left")
    axes.set(xlabel="points, per cent", ylabel="students", xlim=(0, 100), xticks=range(0, 101, 20))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", visible=False)
    words = ", ".join(
        f"{10 * place} to {10 * place + 10}: {count}" for place, count in enumerate(unit.tenths)
    )
    return inline(figure, f"points-{unit.results.unit}", f"Bars: students by points in per cent. {words}.")


def answered(unit: UnitReport) -> int:
    """How many exercises have answers, all of them with points."""
    return len(_settled(unit))


def _settled(unit: UnitReport) -> list[Exercise]:
    return [one for one in unit.exercises if one.answers and not one.waiting]


def timed(unit: UnitReport) -> int:
    """Of how many students time and points are known."""
    return int(_timed(unit).sum())


def _timed(unit: UnitReport) -> np.ndarray:
    known: np.ndarray = np.isfinite(unit.results.handed_in) & np.isfinite(unit.results.totals)
    return known


@styled
def times(unit: UnitReport) -> Markup:
    """When students handed in, and their points."""
    results, known = unit.results, _timed(unit)
    figure, axes = new_axes((4.2, 3.0))
    axes.plot(
        results.handed_in[known],
        results.totals[known],
        linestyle="none",
        marker="o",
        markersize=3.5 if known.sum() < 200 else 2.2,
        markeredgewidth=0,
        alpha=0.7,
        color=PASSED,
        label="students",
    )
    since = "the due date" if results.due else "the first submission"
    if results.due:
        axes.axvline(0, color=_COLORS["wrong"], linestyle="--", label="_due")
    axes.set(xlabel=f"handed in, days after {since}", ylabel="points, per cent", ylim=(-4, 104))
    words = f"{known.sum()} points: days after {since} at which a student handed in, and per cent earned."
    return inline(figure, f"times-{unit.results.unit}", words)


@styled
def heat_map(report: ClassReport) -> Markup:
    """All students against all exercises: the share of the points, the best students on top."""
    from matplotlib.colors import ListedColormap

    shares = shares_of_all(report.results)
    order = _best_first(shares)
    units = report.results.units
    height = min(12.0, max(2.4, 0.2 * len(order) if len(order) <= _MOST_NAMED else 0.01 * len(order)))
    figure, axes = new_axes((10.0, height + 1.1))
    colors = ListedColormap(_viridis())
    shown = axes.imshow(shares[order], aspect="auto", interpolation="none", cmap=colors, vmin=0, vmax=1)
    ends = np.cumsum([0, *(len(unit.items) for unit in units)])
    for end in ends[1:-1]:
        axes.axvline(end - 0.5, color=INK, linewidth=1.2)
    axes.set_xticks((ends[:-1] + ends[1:] - 1) / 2, [unit.unit for unit in units], rotation=30, ha="right")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    _name_rows(axes, [report.results.students[place] for place in order])
    bar = figure.colorbar(shown, ax=axes, fraction=0.03, pad=0.01)
    bar.set_label("share of the points")
    bar.outline.set_visible(False)
    words = (
        f"{len(order)} students (rows, those with most points on top) against {shares.shape[1]} exercises of "
        f"{len(units)} units (columns): the share of the points. Gaps were not handed in or not marked."
    )
    return inline(figure, "heat-map", words)


def _best_first(shares: np.ndarray) -> np.ndarray:
    """The rows by their mean share, highest first; those with nothing last."""
    known = np.isfinite(shares)
    counts = known.sum(axis=1)
    means = np.where(known, shares, 0.0).sum(axis=1) / np.maximum(counts, 1)
    return np.argsort(np.where(counts > 0, -means, np.inf), kind="stable")


def _name_rows(axes: Axes, students: Sequence[str]) -> None:
    if len(students) <= _MOST_NAMED:
        names = [seen(student)[:_LONGEST_NAME] for student in students]
        axes.set_yticks(range(len(students)), names, parse_math=False)
    else:
        axes.set_yticks([])
        axes.set_ylabel(f"{len(students)} students, best on top")


def _viridis() -> np.ndarray:
    """Matplotlib's viridis without its darkest part, which a dark page would swallow."""
    from matplotlib import colormaps

    found: np.ndarray = colormaps["viridis"](np.linspace(0.12, 1, 64))
    return found


@styled
def correlations(following: Sequence[Following]) -> Markup:
    """Rank correlations of neighbouring units with their intervals."""
    told = [one for one in following if one.correlation.value is not None]
    figure, axes = new_axes((7.2, 1.0 + 0.34 * len(told)))
    values = np.array([one.correlation.value for one in told])
    ends = np.array([(one.correlation.low, one.correlation.high) for one in told]).T
    axes.errorbar(
        values,
        [f"{one.unit} and {one.next}" for one in told],
        xerr=np.abs(ends - values),
        fmt="o",
        color=_COLORS["right"],
        capsize=3,
    )
    axes.axvline(0, color=INK, linewidth=1)
    axes.invert_yaxis()
    axes.set(xlim=(-1, 1), xlabel="rank correlation of the points, with its 95 % interval")
    words = "Rank correlations of neighbouring units with their intervals. The table has the numbers."
    return inline(figure, "correlations", words)
