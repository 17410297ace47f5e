"""A figure that shows itself: crisp, independent of pyplot and its list of open figures."""

import io
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from stagewise.plots.theme import style
from stagewise.plots.words import in_words

DOTS_PER_INCH = 100


class Picture(Figure):
    """A matplotlib Figure in the course's style whose picture appears when it is the last line of a cell.

    With it goes a text for those who cannot see it: `words()`.
    """

    _told = ""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save as matplotlib does, with the course's style."""
        with matplotlib.rc_context(style()):
            super().savefig(fname, **kwargs)

    def png(self) -> bytes:
        """Return the picture as PNG bytes at twice the resolution it is shown at."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=2 * DOTS_PER_INCH)
        return buffer.getvalue()

    def describe(self, text: str) -> "Picture":
        """Say what the picture shows, in front of what is read off it; returns the picture."""
        self._told = text
        return self

    def words(self) -> str:
        """What the picture shows, as text: what `describe` was told, and titles, axes, lines and bars."""
        return "\n".join(part for part in (self._told, in_words(self)) if part)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        width, height = (round(inches * DOTS_PER_INCH) for inches in self.get_size_inches())
        words = self.words()
        data = {"image/png": self.png(), "text/plain": words or f"<picture, {width} x {height}>"}
        return data, {"image/png": {"width": width, "height": height, "alt": words}}
