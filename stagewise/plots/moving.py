"""Drawings whose lines grow: an SVG that animates itself, without script and without a kernel.

Where it cannot play (print, PDF, a notebook that is not trusted), the finished drawing is shown.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np

from stagewise.plots.picture import Picture
from stagewise.plots.theme import style

if TYPE_CHECKING:
    from matplotlib.lines import Line2D

_POINTS_PER_INCH = 72


class Moving(Picture):
    """A Picture in which some lines are drawn over time, each led by a marker; it plays once.

    `grow` names them. Everything else is as in a Picture: savefig and png() give the finished drawing.
    """

    walks: list[tuple[Line2D, Line2D]]
    seconds: float = 8.0
    moments: np.ndarray

    def grow(self, walks: Sequence[tuple[Line2D, Line2D]], moments: np.ndarray, seconds: float = 8.0) -> None:
        """Let each line grow, its marker at its end, so that at equal times it has come to the point number
        `moments` (T,) (whole numbers from 0; a shorter line then stays at its last point)."""
        self.walks, self.moments, self.seconds = list(walks), np.asarray(moments), seconds
        for index, (line, head) in enumerate(self.walks):
            line.set_gid(f"walk-{index}")
            head.set_gid(f"head-{index}")

    def svg(self) -> str:
        """Return the animated SVG."""
        settings = {**style(), "svg.hashsalt": "stagewise", "svg.fonttype": "path", "path.simplify": False}
        buffer = io.StringIO()
        with matplotlib.rc_context(settings):
            Picture.savefig(self, buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        text = text[text.index("<svg") :]
        for index, (line, _) in enumerate(self.walks):
            text = self._in_motion(text, index, self._places(line))
        return text

    def _places(self, line: Line2D) -> np.ndarray:
        """The points of a line in the SVG's coordinates, (T, 2)."""
        data = np.column_stack([np.asarray(values, dtype=float) for values in line.get_data()])
        assert line.axes is not None
        pixels = line.axes.transData.transform(data)
        places: np.ndarray = pixels * _POINTS_PER_INCH / self.get_dpi()
        places[:, 1] = self.get_size_inches()[1] * _POINTS_PER_INCH - places[:, 1]
        return places

    def _in_motion(self, text: str, index: int, places: np.ndarray) -> str:
        if len(places) < 2:
            return text
        way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
        here = np.minimum(self.moments, len(places) - 1)
        grow = self._animation("stroke-dashoffset", way[-1] - way[here])
        dashed = f'<path stroke-dasharray="{way[-1]:.1f} {way[-1]:.1f}"'
        text = _inside(text, f"walk-{index}", r"<path([^>]*)/>", rf"{dashed}\1>{grow}</path>")
        ride = self._animation("x", places[here, 0]) + self._animation("y", places[here, 1])
        return _inside(text, f"head-{index}", r"<use([^>]*)/>", rf"<use\1>{ride}</use>")

    def _animation(self, attribute: str, values: np.ndarray) -> str:
        listed = ";".join(f"{value:.1f}" for value in values)
        return (
            f'<animate attributeName="{attribute}" values="{listed}" dur="{self.seconds:g}s" fill="freeze"/>'
        )

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_()
        return {"image/svg+xml": self.svg(), **data}, metadata


def _inside(text: str, group: str, pattern: str, replacement: str) -> str:
    """The text with the first match of `pattern` behind the opening tag of `group` replaced."""
    start = text.index(f'<g id="{group}">')
    return text[:start] + re.sub(pattern, replacement, text[start:], count=1)
