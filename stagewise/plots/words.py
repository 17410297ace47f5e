"""What a figure shows, as text: for people who cannot see it, and for readers without pictures.

Titles, axes and their ranges, where each line begins, ends and has its extremes, bars, pictures, and what is
written in a drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_TOLD = 12
_MOST_PANELS = 12


def in_words(figure: Figure) -> str:
    """The figure's content in sentences, a line for each panel."""
    panels = [ax for ax in figure.axes if ax.get_visible()]
    title = figure.get_suptitle()
    lines = [f"{title}."] if title else []
    if len(panels) > _MOST_PANELS or all(_only_a_picture(ax) for ax in panels):
        lines.append(_pictures(panels))
    else:
        lines += [_panel(ax) for ax in panels]
    return "\n".join(line for line in lines if line)


def _only_a_picture(ax: Axes) -> bool:
    return bool(ax.images) and not ax.lines and not ax.containers


def _pictures(panels: Sequence[Axes]) -> str:
    shown = [ax for ax in panels if ax.images]
    titles = [_flat(ax.get_title()) for ax in shown if ax.get_title()]
    labels = f", labelled {'; '.join(titles)}" if titles else ""
    return f"{len(shown)} {'pictures' if len(shown) != 1 else 'picture'}{labels}." if shown else ""


def _panel(ax: Axes) -> str:
    told = [*_axes(ax), *_lines(ax), *_containers(ax), *_others(ax)]
    parts = [part for part in (_flat(ax.get_title()), "; ".join(told)) if part]
    return f"{': '.join(parts)}." if parts else ""


def _axes(ax: Axes) -> Iterator[str]:
    if not ax.axison:
        return
    for name, label, scale, ends in (
        ("x", ax.get_xlabel(), ax.get_xscale(), ax.get_xlim()),
        ("y", ax.get_ylabel(), ax.get_yscale(), ax.get_ylim()),
    ):
        if label:
            how = ", logarithmic" if scale == "log" else ""
            yield f"{name} axis: {_flat(label)}, {_number(ends[0])} to {_number(ends[1])}{how}"


def _lines(ax: Axes) -> Iterator[str]:
    for line in ax.lines:
        label = str(line.get_label())
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        if label.startswith("_") or not y.size:
            continue
        if label.endswith(": diverged"):
            yield f"{label} at {', '.join(map(_number, x))}"
        elif line.get_linestyle() == "None" and y.size > 1:
            yield f"{label}: {y.size} points"
        elif y.size == 2 and y[0] == y[1] and list(x) == [0, 1]:
            yield f"{label}: a level line at {_number(y[0])}"
        else:
            yield f"{label}: {_course(x, y)}"


def _course(x: np.ndarray, y: np.ndarray) -> str:
    """From where to where a line goes, and its extremes where they lie in between."""
    finite = np.isfinite(y)
    if not finite.any():
        return "no finite value"
    x, y = x[finite], y[finite]
    if len(y) == 1:
        return f"{_number(y[0])} at {_number(x[0])}"
    told = f"from {_number(y[0])} at {_number(x[0])} to {_number(y[-1])} at {_number(x[-1])}"
    low, high = int(y.argmin()), int(y.argmax())
    inside = [
        f"{word} {_number(y[place])} at {_number(x[place])}"
        for word, place in (("least", low), ("greatest", high))
        if y[place] not in (y[0], y[-1])
    ]
    return ", ".join([told, *inside])


def _containers(ax: Axes) -> Iterator[str]:
    from matplotlib.container import BarContainer, ErrorbarContainer

    for found in ax.containers:
        label = str(found.get_label())
        name = "" if label.startswith("_") else f"{label}: "
        if isinstance(found, ErrorbarContainer) and found.lines[0] is not None:
            yield name + _points(*(np.asarray(part, dtype=float) for part in found.lines[0].get_data()))
        elif isinstance(found, BarContainer) and found.patches:
            places = np.array([bar.get_x() + bar.get_width() / 2 for bar in found.patches])
            yield name + _bars(places, np.array([bar.get_height() for bar in found.patches]))


def _points(x: np.ndarray, y: np.ndarray) -> str:
    if len(x) > _MOST_TOLD:
        return _course(x, y)
    return ", ".join(f"{_number(b)} at {_number(a)}" for a, b in zip(x, y, strict=True))


def _bars(x: np.ndarray, heights: np.ndarray) -> str:
    if len(x) <= _MOST_TOLD:
        return f"bars: {_points(x, heights)}"
    filled = x[heights > 0]
    ends = f", filled from {_number(filled[0])} to {_number(filled[-1])}" if filled.size else ""
    return f"{len(x)} bars{ends}, the highest at {_number(x[heights.argmax()])}"


def _others(ax: Axes) -> Iterator[str]:
    from matplotlib.collections import PathCollection

    if ax.images:
        rows, columns = ax.images[0].get_array().shape[:2]  # type: ignore[union-attr]  # an image has data
        yield f"a picture of {columns} by {rows}"
    for collection in ax.collections:
        label = str(collection.get_label())
        if isinstance(collection, PathCollection) and label and not label.startswith("_"):
            yield f"{label}: {len(np.asarray(collection.get_offsets()))} points"
    words = [_flat(text.get_text()) for text in ax.texts if text.get_text().strip()]
    if words:
        yield f"in the drawing: {', '.join(words)}"


def _flat(text: Any) -> str:
    return " ".join(str(text).split()).rstrip(".")


def _number(value: float) -> str:
    return f"{value:.3g}"
