"""Making figures and axes in the course's style."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stagewise.plots.picture import Picture

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Make `draw` use the course's style without changing matplotlib's settings for anyone else."""

    @functools.wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib

        from stagewise.plots.theme import quiet, style

        quiet()
        with matplotlib.rc_context(style()):
            return draw(*args, **kwargs)

    return in_style


@styled
def panels(
    columns: int,
    rows: int = 1,
    *,
    size: tuple[float, float] = (5.0, 3.4),
    sharex: bool = False,
    sharey: bool = False,
) -> tuple["Picture", list["Axes"]]:
    """Return a figure and its axes, row by row; `size` is the width and height of one panel in inches."""
    from stagewise.plots.picture import Picture

    figure = Picture(figsize=(columns * size[0], rows * size[1]), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey)
    return figure, list(axes.flat)


def new_axes(size: tuple[float, float] = (6.4, 3.8)) -> tuple["Picture", "Axes"]:
    """Return a figure of `size` inches and its only axes, for a drawing of your own."""
    figure, (axes,) = panels(1, size=size)
    return figure, axes
