"""The nine steps of batch normalisation as a computational graph, coloured by what was checked."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stagewise.judge.report import Report, Status
from stagewise.plots.graph import Edge, Node, graph

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _step(number: int, x: float, y: float, operation: str, caption: str, below: bool = False) -> Node:
    name = f"step{number}"
    return Node(name, x, y, operation, f"{number}: {caption}", name, f"backward_{name}", below)


_TOP = 2.0
_BOTTOM = -1.6
NODES = (
    Node("x", 0, 0),
    _step(1, 1.3, _TOP, "mean", "mean"),
    _step(2, 2.7, 0, "−", "centre", below=True),
    _step(3, 4.0, _TOP, "( )²", "square"),
    _step(4, 5.7, _TOP, "mean", "variance"),
    _step(5, 7.4, _TOP, "√", "add ε, root"),
    _step(6, 9.2, _TOP, "1/", "inverse"),
    _step(7, 10.5, 0, "×", "normalise", below=True),
    _step(8, 12.3, 0, "×", "scale"),
    _step(9, 14.4, 0, "+", "shift"),
    Node("out", 16.0, 0),
    Node("gamma", 12.3, _BOTTOM, caption="γ"),
    Node("beta", 14.4, _BOTTOM, caption="β"),
)
EDGES = (
    Edge("x", "step1", "x", "dx2", "(N, D)"),
    Edge("x", "step2", "x", "dx1", "(N, D)"),
    Edge("step1", "step2", "mu", "dmu", "(D,)"),
    Edge("step2", "step3", "xmu", "dxmu2", "(N, D)"),
    Edge("step2", "step7", "xmu (N, D)", "dxmu1"),
    Edge("step3", "step4", "sq", "dsq", "(N, D)"),
    Edge("step4", "step5", "var", "dvar", "(D,)"),
    Edge("step5", "step6", "sqrtvar", "dsqrtvar", "(D,)"),
    Edge("step6", "step7", "ivar", "divar", "(D,)"),
    Edge("step7", "step8", "xhat", "dxhat", "(N, D)"),
    Edge("step8", "step9", "gammax", "dgammax", "(N, D)"),
    Edge("step9", "out", "out", "dout", "(N, D)"),
    Edge("gamma", "step8", "(D,)", "dgamma"),
    Edge("beta", "step9", "(D,)", "dbeta"),
)


def batchnorm_graph(
    *,
    highlight: str | Iterable[str] = (),
    focus: int | None = None,
    results: Mapping[str, Report | Status] | None = None,
    values: Mapping[str, Any] | None = None,
    title: str = "Batch normalisation: nine steps forward, ten back",
) -> "Figure":
    """Draw the graph; stages that were checked are coloured by their last result.

    highlight: stages to colour as failing, "step4" or "backward_step4". focus: a step's number, 0 to 9 (0 is
    the input); it is ringed and all else steps back. results: exercise -> report or status (default: the
    checks of this session; {} colours nothing); an exercise belongs to step k when its name ends in step<k>,
    and to the way back when its name has "backward" in it. values: name -> array; its shape and range stand
    at the arrow.
    """
    if results is None:
        from stagewise.checks.session import last_reports

        results = last_reports()
    status = {stage: found for name, found in map(_stage_of, results.items()) if (stage := name)}
    failing = [highlight] if isinstance(highlight, str) else list(highlight)
    status |= dict.fromkeys(failing, Status.FAILED)
    ringed = {None: "", 0: "x"}.get(focus, f"step{focus}")
    edges = [_measured(edge, values or {}) for edge in EDGES]
    return graph(NODES, edges, status=status, focus=ringed, title=title)


def _stage_of(item: tuple[str, Report | Status]) -> tuple[str, Status]:
    """Return the stage that an exercise computes ("" for none) and its status."""
    exercise, found = item
    number = re.search(r"step_?(\d+)$", exercise)
    stage = f"{'backward_' if 'backward' in exercise else ''}step{number[1]}" if number else ""
    return stage, found.status if isinstance(found, Report) else found


def _measured(edge: Edge, values: Mapping[str, Any]) -> Edge:
    name = edge.value.split()[0]
    if name not in values:
        return edge
    array = np.asarray(values[name])
    told = f"{array.shape}\n{array.min():.2g} … {array.max():.2g}" if array.size else str(array.shape)
    return Edge(edge.source, edge.target, name, edge.gradient, told, edge.shift)
