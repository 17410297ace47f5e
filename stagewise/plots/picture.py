"""A figure that shows itself: crisp, transparent, independent of pyplot and its list of open figures."""

import io
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from stagewise.plots.theme import style

DOTS_PER_INCH = 100


class Picture(Figure):
    """A matplotlib Figure in the course's style whose picture appears when it is the last line of a cell."""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save as matplotlib does, with the course's style and a transparent background."""
        with matplotlib.rc_context(style()):
            super().savefig(fname, **{"facecolor": "none", **kwargs})

    def png(self) -> bytes:
        """Return the picture as PNG bytes at twice the resolution it is shown at."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=2 * DOTS_PER_INCH)
        return buffer.getvalue()

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        width, height = (round(inches * DOTS_PER_INCH) for inches in self.get_size_inches())
        data = {"image/png": self.png(), "text/plain": f"<picture, {width} x {height}>"}
        return data, {"image/png": {"width": width, "height": height}}
