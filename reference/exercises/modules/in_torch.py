"""The unit's truth in torch: forward passes by torch's operations, gradients by its autograd."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from reference.exercises.modules import graphs
from reference.exercises.modules.inputs import network, residual, sequence, split, step
from reference.kit.drawn import Drawn
from reference.truth import modules as mo
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp
from stagewise.modules import MODULES

# Over 400 draws in either dtype the worst error, in units of the machine epsilon of the largest entry, was
# 8.3 for products of matrices and 29.1 for several steps. A GPU sums in another order: four times leaves
# room.
SUMS = Bound(34, "four times the worst that two products of matrices were seen to lose")
TIME = Bound(120, "four times the worst that six steps in time were seen to lose")
PARAMS = ("Wx", "Wh", "b")


def by_torch(kind: str, *values: Any) -> Any:
    """What a module makes of tensors."""
    if kind == "affine":
        x, w, b = values
        return functional.linear(x, w.T, b)
    if kind == "concat":
        return torch.cat(values, dim=1)
    made: dict[str, Any] = {"relu": torch.relu, "tanh": torch.tanh, "add": torch.add, "multiply": torch.mul}
    return made[kind](*values)


def whole(inputs: Any) -> Any:
    """Every value of the graph DEEP in torch, in the order in which the modules are run there."""
    values = dict(inputs)
    for name in ("z1", "h1", "z2", "h2", "product", "sum", "out"):
        kind, sources = graphs.DEEP[name]
        values[name] = by_torch(kind, *(values[one] for one in sources))
    return values


def drawn_graph(rng: np.random.Generator) -> Drawn:
    """The graph DEEP without what torch does not need."""
    given = network(graphs.DEEP, graphs.DEEP_SHAPES, ("out", "h1"))(rng)
    return {"inputs": given["inputs"], "dvalues": given["dvalues"]}


def graph_there(inputs: Any) -> Any:
    """Ours: all values by name."""
    values, _ = mo.graph_forward(graphs.DEEP, MODULES, inputs)
    return [values[name] for name in sorted(values)]


def graph_there_in_torch(inputs: Any) -> Any:
    values = whole(inputs)
    return [values[name] for name in sorted(values)]


def graph_back(inputs: Any, dvalues: Any) -> Any:
    """Ours: the gradients of the inputs by name."""
    _, cache = mo.graph_forward(graphs.DEEP, MODULES, inputs)
    grads = mo.graph_backward(dvalues, graphs.DEEP, MODULES, cache)
    return [grads[name] for name in sorted(inputs)]


def graph_back_in_torch(inputs: Any, dvalues: Any) -> Any:
    leaves = {name: one.clone().requires_grad_() for name, one in inputs.items()}
    values = whole(leaves)
    wanted = [leaves[name] for name in sorted(leaves)]
    return torch.autograd.grad(
        [values[name] for name in dvalues], wanted, grad_outputs=list(dvalues.values())
    )


def fast_forward(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    return x + functional.linear(torch.relu(functional.linear(x, w1.T, b1)), w2.T, b2)


def branched(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, merge: Any) -> Any:
    first, second = torch.relu(x @ w1 + b1), torch.relu(x @ w2 + b2)
    return first + second if merge == "add" else torch.cat([first, second], dim=1)


def one_step(x: Any, prev_h: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    return torch.tanh(torch.addmm(functional.linear(prev_h, Wh.T, b), x, Wx))


def in_time(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """torch's own recurrent layer, which has two biases and its weights transposed."""
    layer = nn.RNN(x.shape[2], len(b), batch_first=True).to(x)
    given = {
        "weight_ih_l0": Wx.T,
        "weight_hh_l0": Wh.T,
        "bias_ih_l0": b,
        "bias_hh_l0": torch.zeros_like(b),
    }
    return torch.func.functional_call(layer, given, (x, h0[None]))[0]


def any_split(rng: np.random.Generator) -> Drawn:
    return (split(5, 4, 3, 3, "add") if rng.random() < 0.5 else split(5, 4, 6, 3, "concat"))(rng)


ROWS = (
    Row("graph_forward", graph_there, graph_there_in_torch, drawn_graph, SUMS),
    Row("graph_backward", graph_back, graph_back_in_torch, drawn_graph, TIME),
    Row("residual_forward", there(mo.residual_forward), fast_forward, residual(5, 4, 7), SUMS),
    Row(
        "residual_backward",
        there_and_back(mo.residual_forward, mo.residual_backward),
        vjp(fast_forward, "dout"),
        residual(5, 4, 7),
        SUMS,
    ),
    Row("split_merge_forward", there(mo.split_merge_forward), branched, any_split, SUMS),
    Row(
        "split_merge_backward",
        there_and_back(mo.split_merge_forward, mo.split_merge_backward),
        vjp(branched, "dout"),
        any_split,
        SUMS,
    ),
    Row("rnn_step_forward", there(mo.rnn_step_forward), one_step, step(4, 3, 5), SUMS),
    Row(
        "rnn_step_backward",
        lambda x, prev_h, Wx, Wh, b, dnext_h: mo.rnn_step_backward(
            dnext_h, mo.rnn_step_forward(x, prev_h, Wx, Wh, b)[1]
        ),
        vjp(one_step, "dnext_h"),
        step(4, 3, 5),
        SUMS,
    ),
    Row("rnn_forward", there(mo.rnn_forward), in_time, sequence(3, 6, 4, 5), TIME),
    Row(
        "rnn_backward",
        lambda x, h0, Wx, Wh, b, dh: mo.rnn_backward(dh, mo.rnn_forward(x, h0, Wx, Wh, b)[1]),
        vjp(in_time, "dh"),
        sequence(3, 6, 4, 5),
        TIME,
    ),
)
