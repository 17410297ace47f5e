"""Computational graphs: circles for operations, values forward above the arrows, gradients back below them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stagewise.plots.canvas import new_axes, styled
from stagewise.report import Status
from stagewise.theme import FAILED, INK, PASSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RADIUS = 0.3
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


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that flows from one node to another: its name, its gradient's name and its shape.

    above: where the value's name stands, as a shift from the middle of the arrow; the gradient's stands opposite.
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
    title: str = "",
    legend: bool = True,
) -> "Figure":
    """Draw the graph; `status` (stage -> Status) colours the stages that were checked and marks them ✓ ✗ ○."""
    status = status or {}
    figure, ax = new_axes(_size(nodes))
    places = {node.name: node for node in nodes}
    for edge in edges:
        _draw_edge(ax, edge, places[edge.source], places[edge.target])
    for node in nodes:
        _draw_node(ax, node, status)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.margins(0.01)
    if title:
        ax.set_title(title)
    if legend:
        _explain(ax, bool(status))
    return figure


def _size(nodes: Sequence[Node]) -> tuple[float, float]:
    width = max(node.x for node in nodes) - min(node.x for node in nodes) + 1.2
    height = max(node.y for node in nodes) - min(node.y for node in nodes) + 2.2
    return 1.02 * width, 1.02 * height


def _draw_node(ax: "Axes", node: Node, status: Mapping[str, Status]) -> None:
    from matplotlib.patches import Circle, Wedge

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
    for stage, start in ((node.forward, 0), (node.backward, 180)):
        found = status.get(stage)
        if found is not None:
            strong = found in (Status.FAILED, Status.ERROR)
            color = _COLORS[found]
            ax.add_patch(
                Wedge(
                    (node.x, node.y), _RADIUS, start, start + 180, color=color, alpha=0.75 if strong else 0.2
                )
            )
            side = 1 if start == 0 else -1
            ax.text(
                node.x + 0.33, node.y + side * 0.27, _MARKS[found], color=color, ha="center", va="center",
                fontsize=14 if strong else 11, fontweight="bold",
            )  # fmt: skip
    ax.add_patch(Circle((node.x, node.y), _RADIUS, fill=False, edgecolor=INK, lw=1.6))
    ax.text(node.x, node.y, node.operation, ha="center", va="center_baseline", fontsize=13, fontweight="bold")
    if node.caption:
        ax.text(node.x, node.y + _RADIUS + 0.07, node.caption, ha="center", va="bottom", fontsize=10)


def _draw_edge(ax: "Axes", edge: Edge, source: Node, target: Node) -> None:
    dx, dy = target.x - source.x, target.y - source.y
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    start, end = (source.x + ux * 0.36, source.y + uy * 0.36), (target.x - ux * 0.36, target.y - uy * 0.36)
    nx, ny = (-uy, ux) if ux >= 0 and abs(ux) > 1e-9 else (uy, -ux)
    gap = 0.045
    _arrow(ax, _moved(start, nx, ny, gap), _moved(end, nx, ny, gap), PASSED, "-")
    _arrow(ax, _moved(end, nx, ny, -gap), _moved(start, nx, ny, -gap), FAILED, (0, (4, 2)))
    middle = ((start[0] + end[0]) / 2 + edge.shift[0], (start[1] + end[1]) / 2 + edge.shift[1])
    _edge_label(ax, middle, nx, ny, edge.value + (f"\n{edge.shape}" if edge.shape else ""), PASSED)
    _edge_label(ax, middle, -nx, -ny, edge.gradient, FAILED)


def _moved(point: tuple[float, float], nx: float, ny: float, by: float) -> tuple[float, float]:
    return point[0] + nx * by, point[1] + ny * by


def _arrow(
    ax: "Axes", start: tuple[float, float], end: tuple[float, float], color: str, dash: object
) -> None:
    look = {"arrowstyle": "-|>", "color": color, "lw": 1.4, "linestyle": dash, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=look)


def _edge_label(ax: "Axes", middle: tuple[float, float], nx: float, ny: float, text: str, color: str) -> None:
    if not text:
        return
    across = "center" if abs(nx) < 0.3 else ("left" if nx > 0 else "right")
    along = "center" if abs(ny) < 0.3 else ("bottom" if ny > 0 else "top")
    x, y = _moved(middle, nx, ny, 0.1)
    ax.text(x, y, text, color=color, ha=across, va=along, fontsize=10.5, linespacing=1.05)


def _explain(ax: "Axes", checked: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=PASSED, linestyle="-", label="forward: values"),
        Line2D([], [], color=FAILED, linestyle=(0, (4, 2)), label="backward: gradients"),
    ]
    if checked:
        empty = {"color": "none", "markersize": 0}
        handles.append(
            Line2D(
                [],
                [],
                label="upper half: forward stage, lower half: backward.  ✓ passed  ✗ wrong  ○ unwritten",
                **empty,
            )
        )  # type: ignore[arg-type]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(handles))
