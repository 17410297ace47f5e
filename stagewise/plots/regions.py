"""Which class a classifier gives to each point of the plane."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from stagewise.plots.canvas import new_axes, styled
from stagewise.plots.theme import INK, MARKERS, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def regions(
    classify: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    *,
    title: str = "",
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the regions of a classifier of the plane, and labelled points on them.

    classify: points (M, 2) -> classes (M,), whole numbers from 0. x: (N, 2), y: (N,): the points and their
    classes. Each class has a colour and a marker; lines are where the class changes.
    """
    ax = ax or new_axes((4.4, 4.0))[1]
    (left, right), (low, high) = (_widened(x[:, axis]) for axis in (0, 1))
    across, up = np.meshgrid(np.linspace(left, right, 160), np.linspace(low, high, 160))
    classes = np.asarray(classify(np.column_stack([across.ravel(), up.ravel()]))).reshape(across.shape)
    for label in np.unique(y):
        color = PALETTE[label % len(PALETTE)]
        here = (classes == label).astype(float)
        ax.contourf(across, up, here, levels=[0.5, 1.5], colors=[color], alpha=0.25)
        if here.any() and not here.all():
            ax.contour(across, up, here, levels=[0.5], colors=[INK], linewidths=1)
        mine = y == label
        ax.plot(
            *x[mine].T,
            MARKERS[label % len(MARKERS)],
            color=color,
            ms=4,
            mec=INK,
            mew=0.3,
            label=f"class {label}",
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title)
    ax.set_aspect("equal")
    figure: Any = ax.figure
    return figure  # type: ignore[no-any-return]


def _widened(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * (high - low)
    return low - margin, high + margin
