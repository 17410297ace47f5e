"""Modules and how they are joined: any graph of them, a fast forward, split and merge, a network with memory.

A module is a pair: `out, cache = forward(*inputs)` and `backward(dout, cache)`, a gradient for each input in
their order. Sources: Rumelhart, Hinton and Williams 1986 (Nature 323) for the way back through time; Elman
1990 (Cognitive Science 14) for the recurrent step; Szegedy and others 2014 (arXiv 1409.4842) for branches
that are concatenated; He and others 2016 (arXiv 1603.05027) for a fast forward that nothing stands in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Cache = Any
Graph = Mapping[str, tuple[str, Sequence[str]]]
Modules = Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]]


def graph_forward(
    graph: Graph, modules: Modules, inputs: Mapping[str, Array]
) -> tuple[dict[str, Array], Cache]:
    """Run modules, each when the values that it reads are there.

    graph: a dict, name -> (kind, sources). The value `name` is what the module `kind` makes of the values of
    its sources, a sequence of names, in that order. The graph may list its names in any order.
    modules: a dict, kind -> (forward, backward); out, cache = forward(*values of the sources).
    inputs: a dict, name -> array; inputs and parameters, which no module makes.
    Returns values, a dict with every array by its name, those of inputs too, and the cache. None of the
    arguments is changed. ValueError where names are left that cannot be made: their sources wait for each
    other, or are nowhere.
    """
    values, cache = dict(inputs), {}
    waiting = dict(graph)
    while waiting:
        ready = [name for name, (_, sources) in waiting.items() if all(one in values for one in sources)]
        if not ready:
            raise ValueError(f"cannot be made: {', '.join(waiting)}")
        for name in ready:
            kind, sources = waiting.pop(name)
            values[name], cache[name] = modules[kind][0](*[values[one] for one in sources])
    return values, cache


def graph_backward(
    dvalues: Mapping[str, Array], graph: Graph, modules: Modules, cache: Cache
) -> dict[str, Array]:
    """The gradient of every value that the outputs depend on.

    dvalues: a dict, name -> gradient of the loss by that value, as far as it does not come through the graph:
    of one output, or of several values, also such as other modules read.
    graph, modules: as in graph_forward; gradients = backward(dout, cache), a tuple with one for each source.
    Returns grads, a dict: name -> gradient, for the names in dvalues and all that they depend on, inputs too.
    What comes back to a value along several ways is added up. A module on which no output depends is not run.
    None of the arguments is changed.
    """
    grads = dict(dvalues)
    for name in reversed(cache):
        if name in grads:
            kind, sources = graph[name]
            back = modules[kind][1](grads[name], cache[name])
            for source, gradient in zip(sources, back, strict=True):
                grads[source] = grads[source] + gradient if source in grads else gradient
    return grads


def residual_forward(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple[Array, Cache]:
    """out = x + affine2(relu(affine1(x))): x jumps over two modules. Nothing comes behind the sum.

    x: (N, D), w1: (D, H), b1: (H,), w2: (H, D), b2: (D,). Returns out: (N, D) and the cache.
    """
    h = np.maximum(0, x @ w1 + b1)
    out = x + (h @ w2 + b2)
    return out, (x, h, w1, w2)


def residual_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """The gradients of residual_forward. dout: (N, D). Returns dx: (N, D), dw1: (D, H), db1: (H,),
    dw2: (H, D), db2: (D,)."""
    x, h, w1, w2 = cache
    dz = dout @ w2.T * (h > 0)
    dx = dout + dz @ w1.T
    return dx, x.T @ dz, np.sum(dz, axis=0), h.T @ dout, np.sum(dout, axis=0)


def split_merge_forward(
    x: Array, w1: Array, b1: Array, w2: Array, b2: Array, merge: str
) -> tuple[Array, Cache]:
    """Two branches of one input, first = relu(x w1 + b1) and second = relu(x w2 + b2), and their merge.

    x: (N, D), w1: (D, H1), b1: (H1,), w2: (D, H2), b2: (H2,).
        merge "add":    out = first + second, (N, H1), for H1 = H2
        merge "concat": out = first and right of it second, (N, H1 + H2)
    Returns out and the cache. ValueError for another merge.
    """
    first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
    if merge == "add":
        out = first + second
    elif merge == "concat":
        out = np.concatenate([first, second], axis=1)
    else:
        raise ValueError(f'merge is "add" or "concat", not {merge!r}')
    return out, (x, first, second, w1, w2, merge)


def split_merge_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """The gradients of split_merge_forward. dout: the shape of its out. Returns dx, dw1, db1, dw2, db2 in the
    shapes of x, w1, b1, w2, b2."""
    x, first, second, w1, w2, merge = cache
    dfirst, dsecond = (dout, dout) if merge == "add" else np.split(dout, [first.shape[1]], axis=1)
    dz1, dz2 = dfirst * (first > 0), dsecond * (second > 0)
    dx = dz1 @ w1.T + dz2 @ w2.T
    return dx, x.T @ dz1, np.sum(dz1, axis=0), x.T @ dz2, np.sum(dz2, axis=0)


def rnn_step_forward(x: Array, prev_h: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """next_h = tanh(x Wx + prev_h Wh + b).

    x: (N, D), prev_h: (N, H), Wx: (D, H), Wh: (H, H), b: (H,). Returns next_h: (N, H) and the cache.
    """
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """The gradients of rnn_step_forward. dnext_h: (N, H). Returns dx: (N, D), dprev_h: (N, H), dWx: (D, H),
    dWh: (H, H), db: (H,)."""
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, np.sum(dz, axis=0)


def rnn_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """T steps in a row with the same Wx, Wh and b: h[:, t] = tanh(x[:, t] Wx + h[:, t - 1] Wh + b), and h0 in
    the place of h[:, -1] at t = 0.

    x: (N, T, D) with T at least 1, h0: (N, H), Wx: (D, H), Wh: (H, H), b: (H,). Returns h: (N, T, H), without
    h0, and the cache.
    """
    h, states, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.stack(states, axis=1), caches


def rnn_backward(dh: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array]:
    """The gradients of rnn_forward. dh: (N, T, H), the gradient of the loss by each h[:, t] as far as it does
    not come through later steps. Returns dx: (N, T, D), dh0: (N, H), dWx: (D, H), dWh: (H, H), db: (H,)."""
    dx: list[Array] = []
    dWx: Any = 0
    dWh: Any = 0
    db: Any = 0
    flow = np.zeros_like(dh[:, 0])
    for t in reversed(range(dh.shape[1])):
        dx_t, flow, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + flow, cache[t])
        dx.insert(0, dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.stack(dx, axis=1), flow, dWx, dWh, db
