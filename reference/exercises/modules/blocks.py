"""A fast forward over two modules."""

from typing import Any

import numpy as np

from reference.exercises.modules.inputs import residual
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import modules as mo


def one_by_one(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    """Example by example; the cache holds what enters the ReLU."""
    z = np.stack([row @ w1 for row in x]) + b1
    out = np.stack([np.where(row > 0, row, np.zeros_like(row)) @ w2 for row in z])
    return out + b2 + x, {"x": x, "z": z, "w1": w1, "w2": w2}


def back_one_by_one(dout: Any, cache: Any) -> Any:
    """From the cache of one_by_one, example by example."""
    x, z, w1, w2 = (cache[name] for name in ("x", "z", "w1", "w2"))
    dz = np.where(z > 0, dout @ w2.T, np.zeros_like(z))
    h = np.maximum(z, 0)
    dw1 = sum(np.outer(a, b) for a, b in zip(x, dz, strict=True))
    dw2 = sum(np.outer(a, b) for a, b in zip(h, dout, strict=True))
    return np.stack([w1 @ row for row in dz]) + dout, dw1, sum(dz), dw2, sum(dout)


named = Notation(globals())
_out = probes.asker("out, cache = residual_forward(x, w1, b1, w2, b2)", "out", takes="x w1 b1 w2 b2")
FORWARD = exercise(
    mo.residual_forward,
    (
        _out("5 examples, 4 features, 7 units", residual(5, 4, 7), weight=2, visible=True, main=True),
        _out("one example", residual(1, 6, 9), visible=True, weight=0.5, why="N = 1"),
        keeps_dtype(residual(4, 3, 5), visible=True, why=probes.DTYPE),
        _out("7 examples, 5 features, 3 units", residual(7, 5, 3), weight=2, main=True),
        _out("as many units as features", residual(3, 4, 4), weight=0.5),
        takes_gaps(residual(4, 5, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
    no-fast-forward: out = x + (h @ w2 + b2) => out = h @ w2 + b2
        Your output is that of the two modules alone. x itself is added: it jumps over both.
    relu-behind-the-sum: out = x + (h @ w2 + b2) => out = np.maximum(0, x + (h @ w2 + b2))
        There is a ReLU behind your sum. Here nothing comes behind it, so that x arrives as it is.
    relu-before-the-sum: out = x + (h @ w2 + b2) => out = x + np.maximum(0, h @ w2 + b2)
        There is a second ReLU, behind the second affine map. Then a block could only add to x.
    no-relu: h = np.maximum(0, x @ w1 + b1) => h = x @ w1 + b1
        There is no ReLU between your affine maps, so the two are one affine map in disguise.
    relu-of-x: out = x + (h => out = np.maximum(0, x) + (h
        You add only what is positive in x. All of x jumps over the modules.
    subtracted: out = x + (h => out = x - (h
        You subtract the modules' output from x. It is a sum.
    second-bias-missing: (h @ w2 + b2) => (h @ w2)
        The bias of your second module is missing.
    first-bias-missing: x @ w1 + b1) => x @ w1)
        The bias of your first module is missing.
    averaged: out = x + (h @ w2 + b2) => out = (x + (h @ w2 + b2)) / 2
        You take the mean of both ways. It is their sum.
    x-twice: out = x + (h => out = 2 * x + (h
        You add x twice.
    sigmoid-inside: np.maximum(0, x @ w1 + b1) => 1 / (1 + np.exp(-(x @ w1 + b1)))
        Between your affine maps there is a sigmoid. A ReLU is asked for.
    multiplied: out = x + (h @ w2 + b2) => out = x * (h @ w2) + b2
        You multiply x and what the modules make. They are added.
    writes-into-x: out = x + (h @ w2 + b2) => x += h @ w2 + b2; out = x
        Your values are right, but the function adds into the x of its caller. Make a new array.
    """),
    named.rights("""
    one by one, another cache: by one_by_one
    a mask: h = np.maximum(0, x @ w1 + b1) => z = x @ w1 + b1; h = z * (z > 0)
    """),
)

_grads = probes.asker(
    "out, cache = residual_forward(x, w1, b1, w2, b2)\n"
    "dx, dw1, db1, dw2, db2 = residual_backward(dout, cache)",
    {"dx": 2.0, "dw1": 1.0, "db1": 1.0, "dw2": 1.0, "db2": 1.0},
)
BACKWARD = exercise(
    mo.residual_backward,
    (
        _grads("5 examples, 4 features, 7 units", residual(5, 4, 7), weight=2, visible=True, main=True),
        _grads("one example", residual(1, 6, 9), visible=True, weight=0.5, why="N = 1"),
        pure(residual(3, 5, 4), visible=True),
        keeps_dtype(residual(4, 3, 5), visible=True, why=probes.DTYPE),
        _grads("7 examples, 5 features, 3 units", residual(7, 5, 3), weight=2, main=True),
        _grads("as many units as features", residual(3, 4, 4), weight=0.5),
        _grads("tiny gradients", residual(4, 3, 6, gradient=1e-7), weight=0.5, why="a small one is no zero"),
        takes_gaps(residual(4, 5, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
    no-fast-forward: dx = dout + dz @ w1.T => dx = dz @ w1.T
        Your dx comes through the modules alone. x acts along two ways, and both bring a gradient back.
    fast-forward-only: dx = dout + dz @ w1.T => dx = dout.copy()
        Your dx is dout itself. That is the gradient along the fast forward; another one comes through the
        modules.
    averaged: dx = dout + dz @ w1.T => dx = (dout + dz @ w1.T) / 2
        You take the mean of both ways. Where two ways meet, gradients add up.
    gate-forgotten: dz = dout @ w2.T * (h > 0) => dz = dout @ w2.T
        Your gradient passes the ReLU as if it were not there. Where a unit was off, nothing comes back.
    gate-closed: * (h > 0) => * (h < 0)
        Nothing comes back through your ReLU: its output is never below 0, and that is what your gate asks
        for.
    gate-of-the-gradient: dout @ w2.T * (h > 0) => np.maximum(0, dout @ w2.T)
        You apply the ReLU to the gradient. What counts is where the unit itself was on, on the way there.
    value-for-the-gate: * (h > 0) => * h
        You multiply by the value of the ReLU. Its slope is 1 or 0.
    db2-from-the-branch: np.sum(dout, axis=0) => np.sum(dz @ w1.T, axis=0)
        Your db2 is not the sum of what comes back to the second module. That is dout: a sum hands it on as it
        is.
    x-for-dout: dx = dout + dz => dx = x + dz
        You add x to what comes through the modules. The jump hands back dout: its slope is 1, and dout comes
        from above.
    one-for-dout: dx = dout + dz => dx = 1 + dz
        You add 1 to what comes through the modules. That is the slope of the jump; by the chain rule dout is
        multiplied by it.
    jump-multiplied: dx = dout + dz @ w1.T => dx = dout * (dz @ w1.T)
        You multiply what comes along both ways. Where two ways meet, gradients add up.
    jump-gated: dx = dout + dz @ w1.T => dx = dout * (x > 0) + dz @ w1.T
        You let dout jump back only where x is positive. No ReLU stands in the jump.
    weights-averaged:
        - return dx, x.T @ dz, np.sum(dz, axis=0), h.T @ dout, np.sum(dout, axis=0)
        + return dx, x.T @ dz / len(x), np.sum(dz, axis=0), h.T @ dout / len(x), np.sum(dout, axis=0)
        Your dw1 and dw2 are divided by N. They are sums over the examples.
    all-averaged:
        - return dx, x.T @ dz, np.sum(dz, axis=0), h.T @ dout, np.sum(dout, axis=0)
        + N = len(x)
        + return dx, x.T @ dz / N, np.mean(dz, axis=0), h.T @ dout / N, np.mean(dout, axis=0)
        The gradients of your weights and biases are divided by N. They are sums over the examples.
    gradient-halved: dz = dout @ w2.T * (h > 0) => dz = dout / 2 @ w2.T * (h > 0)
        You give the modules half of dout. A sum hands all of it to both of its sides.
    db1-averaged: np.sum(dz, axis=0) => np.mean(dz, axis=0)
        Your db1 is a mean over the examples. b1 is added to each of them, so what comes back adds up.
    both-db-averaged:
        - np.sum(dz, axis=0), h.T @ dout, np.sum(dout, axis=0)
        + np.mean(dz, axis=0), h.T @ dout, np.mean(dout, axis=0)
        Your db1 and db2 are means over the examples. What comes back from them adds up.
    db-keeps-the-axis: np.sum(dz, axis=0), h.T => np.sum(dz, axis=0, keepdims=True), h.T
        Your db1 has shape (1, H). It has the shape of b1, (H,).
    dw2-by-x: h.T @ dout => np.maximum(0, x @ w1).T @ dout
        Your dw2 does not use what entered the second module: the output of the ReLU with its bias.
    adds-into-dout: dx = dout + dz @ w1.T => dout += dz @ w1.T; dx = dout
        You add into the dout of your caller, before db2 and dw2 are taken from it. Make a new array.
    """),
    named.rights("""
    one by one, another cache: by back_one_by_one with one_by_one
    np.where: dz = dout @ w2.T * (h > 0) => dz = np.where(h > 0, dout @ w2.T, np.zeros_like(h))
    """),
    partners=(mo.residual_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
