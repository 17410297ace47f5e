"""Computational graphs: circles for operations, values above the arrows, gradients below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stagewise.judge.report import Status
from stagewise.plots.canvas import new_axes, styled
from stagewise.plots.theme import FAILED, INK, PASSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCHES = 0.72  # of a unit of length in the drawing
_RADIUS = 0.42
_CLEAR = 0.5
_FAINT = 0.25  # the strength of arrows away from the focus
_COLORS = {Status.PASSED: PASSED, Status.FAILED: FAILED, Status.ERROR: FAILED, Status.UNFINISHED: INK}
_MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "✗", Status.UNFINISHED: "○"}


@dataclass(frozen=True, slots=True)
class Node:
    """An operation (or, with `operation=""`, an input or output) at a place of the drawing.

    forward, backward: the stages computed here; they colour the upper and the lower half of the circle.
    """

    name: str
    x: float
    y: float
    operation: str = ""
    caption: str = ""
    forward: str = ""
    backward: str = ""
    caption_below: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that flows from one node to another: its name, its gradient's name and its shape.

    above: where the value's name stands, as a shift from the middle of the arrow; the gradient's stands
    opposite.
    """

    source: str
    target: str
    value: str
    gradient: str
    shape: str = ""
    shift: tuple[float, float] = (0.0, 0.0)


@styled
def graph(
    nodes: Sequence[Node],
    edges: Iterable[Edge],
    *,
    status: Mapping[str, Status] | None = None,
    focus: str = "",
    title: str = "",
    legend: bool = True,
) -> "Figure":
    """Draw the graph; `status` (stage -> Status) colours the stages that were checked and marks them ✓ ✗ ○.

    focus: the name of a node; it is ringed, and arrows that do not touch it become faint.
    """
    status = status or {}
    figure, ax = new_axes(_size(nodes))
    places = {node.name: node for node in nodes}
    for edge in edges:
        strength = 1.0 if focus in ("", edge.source, edge.target) else _FAINT
        _draw_edge(ax, edge, places[edge.source], places[edge.target], strength)
    for node in nodes:
        _draw_node(ax, node, status)
    if focus:
        _draw_ring(ax, places[focus])
    xs, ys = [node.x for node in nodes], [node.y for node in nodes]
    ax.set(xlim=(min(xs) - 0.5, max(xs) + 0.5), ylim=(min(ys) - 0.3, max(ys) + 0.85), aspect="equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    if legend:
        _explain(ax, bool(status))
    return figure


def _size(nodes: Sequence[Node]) -> tuple[float, float]:
    xs, ys = [node.x for node in nodes], [node.y for node in nodes]
    return _INCHES * (max(xs) - min(xs) + 1), _INCHES * (max(ys) - min(ys) + 1.15) + 0.8


def _draw_node(ax: "Axes", node: Node, status: Mapping[str, Status]) -> None:
    from matplotlib.patches import Circle

    if not node.operation:
        ax.text(
            node.x,
            node.y,
            node.caption or node.name,
            ha="center",
            va="center",
            fontsize=15,
            fontweight="bold",
        )
        return
    for stage, side in ((node.forward, 1), (node.backward, -1)):
        found = status.get(stage)
        if found is not None:
            color, wrong = _COLORS[found], found in (Status.FAILED, Status.ERROR)
            _fill_cap(ax, node, side, color, 0.9 if wrong else 0.2)
            mark: dict[str, Any] = {
                "color": "white" if wrong else color,
                "fontsize": 10,
                "fontweight": "bold",
            }
            ax.text(node.x, node.y + side * 0.26, _MARKS[found], ha="center", va="center", **mark)
    ax.add_patch(Circle((node.x, node.y), _RADIUS, fill=False, edgecolor=INK, lw=1.6))
    size = 13 if len(node.operation) < 3 else 10
    ax.text(node.x, node.y, node.operation, ha="center", va="center", fontsize=size, fontweight="bold")
    if node.caption:
        side = -1 if node.caption_below else 1
        y = node.y + side * (_RADIUS + 0.08)
        ax.text(
            node.x, y, node.caption, ha="center", va="top" if node.caption_below else "bottom", fontsize=10
        )


def _draw_ring(ax: "Axes", node: Node) -> None:
    from matplotlib.patches import Circle

    ring = Circle((node.x, node.y), _RADIUS, fill=False, edgecolor=FAILED, lw=4, clip_on=False, gid="focus")
    ax.add_patch(ring)


def _fill_cap(ax: "Axes", node: Node, side: int, color: str, alpha: float) -> None:
    """Colour the circle above (side 1) or below (side -1) the operation's sign."""
    from matplotlib.patches import Circle, Rectangle

    cap = Circle((node.x, node.y), _RADIUS, color=color, alpha=alpha, lw=0)
    ax.add_patch(cap)
    edge = node.y + side * 0.12
    bottom = edge if side > 0 else edge - _RADIUS
    cap.set_clip_path(Rectangle((node.x - _RADIUS, bottom), 2 * _RADIUS, _RADIUS, transform=ax.transData))


def _draw_edge(ax: "Axes", edge: Edge, source: Node, target: Node, strength: float) -> None:
    dx, dy = target.x - source.x, target.y - source.y
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    start, end = (
        (source.x + ux * _CLEAR, source.y + uy * _CLEAR),
        (target.x - ux * _CLEAR, target.y - uy * _CLEAR),
    )
    nx, ny = (-uy, ux) if ux >= 0 and abs(ux) > 1e-9 else (uy, -ux)
    gap = 0.05
    _arrow(ax, _moved(start, nx, ny, gap), _moved(end, nx, ny, gap), PASSED, "-", strength)
    _arrow(ax, _moved(end, nx, ny, -gap), _moved(start, nx, ny, -gap), FAILED, (0, (4, 2)), strength)
    middle = ((start[0] + end[0]) / 2 + edge.shift[0], (start[1] + end[1]) / 2 + edge.shift[1])
    _edge_label(ax, middle, nx, ny, edge.value + (f"\n{edge.shape}" if edge.shape else ""), PASSED, strength)
    _edge_label(ax, middle, -nx, -ny, edge.gradient, FAILED, strength)


def _moved(point: tuple[float, float], nx: float, ny: float, by: float) -> tuple[float, float]:
    return point[0] + nx * by, point[1] + ny * by


def _arrow(
    ax: "Axes",
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
    dash: object,
    strength: float,
) -> None:
    look = {
        "arrowstyle": "-|>",
        "color": color,
        "alpha": strength,
        "lw": 1.4,
        "linestyle": dash,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", xy=end, xytext=start, arrowprops=look)


def _edge_label(
    ax: "Axes", middle: tuple[float, float], nx: float, ny: float, text: str, color: str, strength: float
) -> None:
    if not text:
        return
    across = "center" if abs(nx) < 0.3 else ("left" if nx > 0 else "right")
    along = "center" if abs(ny) < 0.3 else ("bottom" if ny > 0 else "top")
    x, y = _moved(middle, nx, ny, 0.1)
    ax.text(x, y, text, color=color, alpha=strength, ha=across, va=along, fontsize=10.5, linespacing=1.05)


def _explain(ax: "Axes", checked: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=PASSED, linestyle="-", label="forward: values"),
        Line2D([], [], color=FAILED, linestyle=(0, (4, 2)), label="backward: gradients"),
    ]
    if checked:
        told = "circles: upper half forward, lower half backward; ✓ right, ✗ wrong, ○ not written"
        handles.append(Line2D([], [], color="none", label=told))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(handles))
