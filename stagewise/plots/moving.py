"""Drawings whose lines grow, round after round: an SVG that animates itself, without script and kernel.

Where it cannot play (print, PDF), and for people who asked their system for less motion, the finished drawing
is shown.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np

from stagewise.plots.picture import DOTS_PER_INCH, Picture
from stagewise.plots.theme import style

if TYPE_CHECKING:
    from matplotlib.lines import Line2D

_POINTS_PER_INCH = 72
_REST = 0.25
"""The part of each round in which the finished drawing stands still."""


class Moving(Picture):
    """A Picture in which some lines are drawn over time, each led by a marker, round after round.

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

    def still(self) -> str:
        """Return the finished drawing as SVG."""
        settings = {**style(), "svg.hashsalt": "stagewise", "svg.fonttype": "path", "path.simplify": False}
        buffer = io.StringIO()
        with matplotlib.rc_context(settings):
            Picture.savefig(self, buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        return re.sub(r' d="[^"]*"', _to_the_hundredth, text[text.index("<svg") :])

    def svg(self) -> str:
        """Return the animated SVG."""
        return self._moving(self.still())

    def html(self) -> str:
        """Return an HTML picture that is never wider than its place: the animation, or the finished drawing
        where less motion is asked for. (In the SVG itself browsers do not look for that.)
        """
        width = round(self.get_size_inches()[0] * DOTS_PER_INCH)
        shape = f'width="{width}" style="max-width:100%;height:auto"'
        still = self.still()
        alt = html.escape(" ".join(self.words().split()) or "Lines that are drawn over time")
        moving = f'<img {shape} alt="{alt}" src="{_address(self._moving(still))}">'
        where = "(prefers-reduced-motion: reduce)"
        return f'<picture><source media="{where}" srcset="{_address(still)}">{moving}</picture>'

    def _moving(self, text: str) -> str:
        """The finished drawing with rules of style that move it."""
        rules = []
        for index, (line, _) in enumerate(self.walks):
            text, moves = self._in_motion(text, index, self._places(line))
            rules += moves
        style_sheet = f"<style>{''.join(rules)}</style>"
        return re.sub(r"<svg[^>]*>", lambda opening: opening[0] + style_sheet, text, count=1)

    def _places(self, line: Line2D) -> np.ndarray:
        """The points of a line in the SVG's coordinates, (T, 2)."""
        data = np.column_stack([np.asarray(values, dtype=float) for values in line.get_data()])
        assert line.axes is not None
        pixels = line.axes.transData.transform(data)
        places: np.ndarray = pixels * _POINTS_PER_INCH / self.get_dpi()
        places[:, 1] = self.get_size_inches()[1] * _POINTS_PER_INCH - places[:, 1]
        return places

    def _in_motion(self, text: str, index: int, places: np.ndarray) -> tuple[str, list[str]]:
        """The drawing with one walk prepared for its motion, and the rules of style that move it."""
        if len(places) < 2:
            return text, []
        way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
        here = np.minimum(self.moments, len(places) - 1)
        # The gap is longer than the line, so that no rounding shows a dot of the next dash at its end.
        dashed = f'<path stroke-dasharray="{way[-1]:.1f} {way[-1] + 1:.1f}"'
        text = _inside(text, f"walk-{index}", r"<path([^>]*)/>", rf"{dashed}\1/>")
        grow = [f"stroke-dashoffset:{left:.1f}px" for left in way[-1] - way[here]]
        ride = [f"transform:translate({x:.1f}px,{y:.1f}px)" for x, y in places[here] - places[-1]]
        grown, ridden = f"#walk-{index} path", f"#head-{index} use"
        return text, [self._animation(grown, f"g{index}", grow), self._animation(ridden, f"r{index}", ride)]

    def _animation(self, selector: str, name: str, states: Sequence[str]) -> str:
        """A rule that leads an element through these states at equal times, and lets it rest in the last."""
        at = np.linspace(0, 100 * (1 - _REST), len(states))
        frames = "".join(f"{percent:.4g}%{{{state}}}" for percent, state in zip(at, states, strict=True))
        seconds = self.seconds / (1 - _REST)
        return (
            f"{selector}{{animation:{name} {seconds:.4g}s linear infinite}}"
            f"@keyframes {name}{{{frames}100%{{{states[-1]}}}}}"
        )

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_()
        return {"text/html": self.html(), **data}, metadata


def _to_the_hundredth(path: re.Match[str]) -> str:
    """A path whose coordinates have two decimals; matplotlib's six would make the whole a quarter larger."""
    return re.sub(r"(\.\d\d)\d+", r"\1", path[0])


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _inside(text: str, group: str, pattern: str, replacement: str) -> str:
    """The text with the first match of `pattern` behind the opening tag of `group` replaced."""
    start = text.index(f'<g id="{group}">')
    return text[:start] + re.sub(pattern, replacement, text[start:], count=1)
