"""A recurrent step, and a whole sequence of them."""

from typing import Any

import numpy as np

from reference.exercises.modules.inputs import sequence, step
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import modules as mo


def stacked(x: Any, prev_h: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """One product of x beside prev_h; the cache holds what enters tanh."""
    z = np.hstack([x, prev_h]) @ np.vstack([Wx, Wh]) + b
    return np.tanh(z), {"both": np.hstack([x, prev_h]), "W": np.vstack([Wx, Wh]), "z": z, "D": x.shape[1]}


def back_stacked(dnext_h: Any, cache: Any) -> Any:
    """From the cache of stacked; the slope as 1 / cosh^2."""
    D, dz = cache["D"], dnext_h / np.cosh(cache["z"]) ** 2
    dboth, dW = dz @ cache["W"].T, cache["both"].T @ dz
    return dboth[:, :D], dboth[:, D:], dW[:D], dW[D:], dz.sum(axis=0)


named = Notation(globals())
_next = probes.asker(
    "next_h, cache = rnn_step_forward(x, prev_h, Wx, Wh, b)", "next_h", takes="x prev_h Wx Wh b"
)
STEP_FORWARD = exercise(
    mo.rnn_step_forward,
    (
        _next("4 examples, 3 features, 5 units", step(4, 3, 5), weight=2, visible=True, main=True),
        _next("one example", step(1, 5, 2), visible=True, weight=0.5, why="N = 1"),
        keeps_dtype(step(3, 2, 4), visible=True, why=probes.DTYPE),
        _next("6 examples, 7 features, 2 units", step(6, 7, 2), weight=2, main=True),
        _next("as many units as features", step(3, 4, 4), weight=0.5),
        _next("large inputs", step(3, 4, 5, size=1000.0), weight=0.5, why="tanh ends at -1 and 1"),
        takes_gaps(step(4, 5, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
    memory-missing: x @ Wx + prev_h @ Wh + b => x @ Wx + b
        Your step does not read prev_h: it has no memory.
    input-missing: x @ Wx + prev_h @ Wh + b => prev_h @ Wh + b
        Your step does not read x.
    bias-missing: prev_h @ Wh + b) => prev_h @ Wh)
        The bias is missing.
    no-tanh: np.tanh(x @ Wx + prev_h @ Wh + b) => x @ Wx + prev_h @ Wh + b
        There is no tanh in your step, so a sequence of steps is one linear map, which grows or shrinks.
    sigmoid:
        - np.tanh(x @ Wx + prev_h @ Wh + b)
        + 1 / (1 + np.exp(-np.clip(x @ Wx + prev_h @ Wh + b, -50, 50)))
        Your step ends in a sigmoid: its values lie between 0 and 1. Here tanh is asked for.
    relu: np.tanh(x @ Wx + prev_h @ Wh + b) => np.maximum(0, x @ Wx + prev_h @ Wh + b)
        Your step ends in a ReLU. Here tanh is asked for.
    tanh-twice: np.tanh(x @ Wx + prev_h @ Wh + b) => np.tanh(np.tanh(x @ Wx + prev_h @ Wh + b))
        You take tanh twice.
    state-kept-too: np.tanh(x @ Wx + prev_h @ Wh + b) => prev_h + np.tanh(x @ Wx + prev_h @ Wh + b)
        You add the state before to the new one. It acts through Wh alone.
    tanh-of-the-parts:
        - next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
        + next_h = np.tanh(np.tanh(x @ Wx) + np.tanh(prev_h @ Wh) + b)
        You take tanh of the parts as well. It is taken once, of their sum.
    bias-outside: np.tanh(x @ Wx + prev_h @ Wh + b) => np.tanh(x @ Wx + prev_h @ Wh) + b
        You add the bias behind tanh. It belongs to what enters tanh.
    wh-transposed: prev_h @ Wh => prev_h @ Wh.T
        You transpose Wh. It leads from the units before, its rows, to those of now, its columns.
    memory-outside: np.tanh(x @ Wx + prev_h @ Wh + b) => np.tanh(x @ Wx + b) + prev_h @ Wh
        You add the memory behind tanh. It belongs to what enters tanh.
    writes-into-prev-h:
        - next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
        + next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
        + prev_h[...] = next_h
        Your values are right, but you write them into prev_h, which your caller still needs.
    """),
    named.rights("""
    stacked, another cache: by stacked
    np.dot: x @ Wx + prev_h @ Wh => np.dot(x, Wx) + np.dot(prev_h, Wh)
    """),
)

_step_back = probes.asker(
    "next_h, cache = rnn_step_forward(x, prev_h, Wx, Wh, b)\n"
    "dx, dprev_h, dWx, dWh, db = rnn_step_backward(dnext_h, cache)",
    "dx dprev_h dWx dWh db",
)
STEP_BACKWARD = exercise(
    mo.rnn_step_backward,
    (
        _step_back("4 examples, 3 features, 5 units", step(4, 3, 5), weight=2, visible=True, main=True),
        _step_back("one example", step(1, 5, 2), visible=True, weight=0.5, why="N = 1"),
        pure(step(3, 4, 2), visible=True),
        keeps_dtype(step(3, 2, 4), visible=True, why=probes.DTYPE),
        _step_back("6 examples, 7 features, 2 units", step(6, 7, 2), weight=2, main=True),
        _step_back("as many units as features", step(3, 4, 4), weight=0.5),
        _step_back("tiny gradients", step(4, 3, 6, gradient=1e-7), weight=0.5, why="a small one is no zero"),
        takes_gaps(step(4, 5, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
    slope-missing: dz = dnext_h * (1 - next_h**2) => dz = dnext_h.copy()
        Your gradient passes tanh as if its slope were 1.
    slope-of-the-input: (1 - next_h**2) => (1 - prev_h**2)
        The slope of your tanh is taken from the state before. It belongs to the state that this step made.
    slope-of-sigmoid: (1 - next_h**2) => next_h * (1 - next_h)
        You use the slope of a sigmoid. The step ends in tanh.
    square-missing: (1 - next_h**2) => (1 - next_h)
        The slope of tanh is 1 minus the square of its value; your square is missing.
    tanh-taken-twice: (1 - next_h**2) => (1 - np.tanh(next_h) ** 2)
        You take tanh of next_h, which has been through tanh already: its square is all that the slope needs.
    tanh-of-the-state-before: (1 - next_h**2) => (1 - np.tanh(prev_h) ** 2)
        The slope of your tanh is taken at the state before. It belongs to what the step made, next_h.
    slope-of-the-gradient: (1 - next_h**2) => (1 - dnext_h**2)
        The slope of your tanh is made of the gradient that comes back. It belongs to what the step made,
        next_h.
    brackets-missing: dnext_h * (1 - next_h**2) => dnext_h * 1 - next_h**2
        Brackets are missing: dnext_h is multiplied by the whole slope, 1 minus the square.
    square-for-the-slope: (1 - next_h**2) => next_h**2
        You multiply by the square of next_h. The slope of tanh is 1 minus that.
    sum-for-the-difference: (1 - next_h**2) => (1 + next_h**2)
        You add the square of next_h to 1. The slope of tanh is their difference.
    square-of-the-difference: (1 - next_h**2) => (1 - next_h) ** 2
        You square the difference. It is next_h that is squared, and then taken away from 1.
    gate-for-the-slope: (1 - next_h**2) => (next_h > 0)
        Your slope is 1 or 0, as that of a ReLU. The step ends in tanh.
    dx-without-the-slope: return dz @ Wx.T => return dnext_h @ Wx.T
        Your dx leaves the slope of tanh out.
    dprev-without-the-slope: dz @ Wh.T => dnext_h @ Wh.T
        Your dprev_h leaves the slope of tanh out.
    weights-without-the-slope: x.T @ dz, prev_h.T @ dz => x.T @ dnext_h, prev_h.T @ dnext_h
        Your dWx and dWh leave the slope of tanh out.
    db-without-the-slope: np.sum(dz, axis=0) => np.sum(dnext_h, axis=0)
        Your db leaves the slope of tanh out.
    weights-averaged: x.T @ dz, prev_h.T @ dz => x.T @ dz / len(x), prev_h.T @ dz / len(x)
        Your dWx and dWh are divided by N. They are sums over the examples.
    wh-not-transposed: dz @ Wh.T => dz @ Wh
        Your dprev_h goes through Wh in the wrong direction. The shapes fit either way, so nothing warns you:
        on the way back the matrix is transposed.
    dwh-by-the-new-state: prev_h.T @ dz => next_h.T @ dz
        Your dWh is taken with the state that the step made. Wh multiplied the one before.
    dwh-transposed: prev_h.T @ dz => dz.T @ prev_h
        Your dWh is transposed: rows belong to the units before.
    db-averaged: np.sum(dz, axis=0) => np.mean(dz, axis=0)
        Your db is a mean over the examples. What comes back from them adds up.
    db-keeps-the-axis: np.sum(dz, axis=0) => np.sum(dz, axis=0, keepdims=True)
        Your db has shape (1, H). It has the shape of b, (H,).
        teach: A gradient has the shape of what it belongs to: (1, H) broadcasts as (H,) does, until a step
        turns b itself into a row.
    writes-into-dnext-h: dz = dnext_h * (1 - next_h**2) => dnext_h *= 1 - next_h**2; dz = dnext_h
        Your values are right, but you change the dnext_h of your caller. Make a new array.
    """),
    named.rights("""
    stacked, another cache: by back_stacked with stacked
    einsum: x.T @ dz, prev_h.T @ dz => np.einsum("nd,nh->dh", x, dz), np.einsum("nk,nh->kh", prev_h, dz)
    """),
    partners=(mo.rnn_step_forward,),
)


def into_one_array(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """The products with x in front; the cache is what was given and the states."""
    N, T, _ = x.shape
    h, first = np.empty((N, T, len(b)), x.dtype), x @ Wx + b
    for t in range(T):
        h[:, t] = np.tanh(first[:, t] + (h0 if t == 0 else h[:, t - 1]) @ Wh)
    return h, {"x": x, "before": np.concatenate([h0[:, None], h[:, :-1]], axis=1), "h": h, "Wx": Wx, "Wh": Wh}


def back_from_one_array(dh: Any, cache: Any) -> Any:
    """From the cache of into_one_array; the weights' gradients in one product each at the end."""
    dz, flow = np.empty_like(dh), np.zeros_like(dh[:, 0])
    for t in range(dh.shape[1] - 1, -1, -1):
        dz[:, t] = (dh[:, t] + flow) * (1 - cache["h"][:, t] ** 2)
        flow = dz[:, t] @ cache["Wh"].T
    dWx = np.einsum("ntd,nth->dh", cache["x"], dz)
    dWh = np.einsum("ntk,nth->kh", cache["before"], dz)
    return dz @ cache["Wx"].T, flow, dWx, dWh, dz.sum(axis=(0, 1))


def from_the_end(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """The last step first; each state stands where its input stood."""
    h, caches = mo.rnn_forward(x[:, ::-1], h0, Wx, Wh, b)
    return h[:, ::-1], caches


_states = probes.asker("h, cache = rnn_forward(x, h0, Wx, Wh, b)", "h", takes="x h0 Wx Wh b")
FORWARD = exercise(
    mo.rnn_forward,
    (
        _states("3 sequences of 4 steps", sequence(3, 4, 2, 5), weight=2, visible=True, main=True),
        _states("one step", sequence(2, 1, 3, 4), visible=True, weight=0.5, why="T = 1"),
        keeps_dtype(sequence(2, 3, 4, 5), visible=True, why=probes.DTYPE),
        _states("2 sequences of 6 steps", sequence(2, 6, 5, 3), weight=2, main=True),
        _states("all sizes equal", sequence(3, 3, 3, 3), weight=0.5),
        _states("one sequence", sequence(1, 5, 2, 3), weight=0.5, why="N = 1"),
        takes_gaps(sequence(3, 4, 5, 2), why=probes.MEMORY),
    ),
    named.wrongs("""
    h0-in-every-step: rnn_step_forward(x[:, t], h, Wx => rnn_step_forward(x[:, t], h0, Wx
        Each of your steps begins at h0. A step begins where the last one ended.
    h0-ignored: h, states, caches = h0, [], [] => h, states, caches = np.zeros_like(h0), [], []
        Your sequence begins with a state of zeros. It begins with h0.
    first-step-without-input:
        - rnn_step_forward(x[:, t], h,
        + rnn_step_forward(x[:, t] if t else 0 * x[:, 0], h,
        Your first step does not read x.
    input-of-the-step-before: rnn_step_forward(x[:, t], h => rnn_step_forward(x[:, t - 1], h
        Your step t reads the input of step t - 1.
    first-input-always: rnn_step_forward(x[:, t], h => rnn_step_forward(x[:, 0], h
        Every step reads the first input.
    backwards: for t in range(x.shape[1]): => for t in reversed(range(x.shape[1])):
        You go through the sequence from its end.
    states-before-the-steps:
        - h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        - states.append(h)
        + states.append(h)
        + h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        Your h holds the state before each step: h0 in front, and the last one is missing. Asked for are those
        that the steps made.
    from-the-end: by from_the_end
        You go through the sequence from its end.
    time-in-front: np.stack(states, axis=1) => np.stack(states, axis=0)
        Your h has shape (T, N, H). Examples come first, then time.
    with-h0:
        - return np.stack(states, axis=1), caches
        + return np.stack([h0, *states], axis=1), caches
        Your h holds h0 as well: T + 1 states. Asked for are the T that were made.
    last-state-only: return np.stack(states, axis=1), caches => return h, caches
        You return the last state alone. Asked for are all T.
    writes-into-h0:
        - h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        - states.append(h)
        + after, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        + h[...] = after
        + states.append(after)
        Your values are right, but you keep the state in the h0 of your caller.
    """),
    named.rights("""
    into one array, another cache: by into_one_array
    np.swapaxes: np.stack(states, axis=1) => np.swapaxes(np.stack(states), 0, 1)
    """),
)


def parked(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """h0 stands at h[:, -1] while steps keep views of h."""
    h = np.zeros((*x.shape[:2], len(b)), x.dtype)
    h[:, -1] = h0
    caches = []
    for t in range(x.shape[1]):
        after, (_, _, *rest) = mo.rnn_step_forward(x[:, t], h[:, t - 1], Wx, Wh, b)
        caches.append((x[:, t], h[:, t - 1], *rest))
        h[:, t] = after
    return h, caches


_back = probes.asker(
    "h, cache = rnn_forward(x, h0, Wx, Wh, b)\ndx, dh0, dWx, dWh, db = rnn_backward(dh, cache)",
    {"dx": 2.0, "dh0": 1.0, "dWx": 1.0, "dWh": 2.0, "db": 1.0},
)
BACKWARD = exercise(
    mo.rnn_backward,
    (
        _back("3 sequences of 4 steps", sequence(3, 4, 2, 5), weight=2, visible=True, main=True),
        _back("one step", sequence(2, 1, 3, 4), visible=True, weight=0.5, why="T = 1"),
        pure(sequence(2, 3, 4, 2), visible=True),
        keeps_dtype(sequence(2, 3, 4, 5), visible=True, why=probes.DTYPE),
        _back("2 sequences of 6 steps", sequence(2, 6, 5, 3), weight=2, main=True),
        _back("all sizes equal", sequence(3, 3, 3, 3), weight=0.5),
        _back("one sequence", sequence(1, 5, 2, 3), weight=0.5, why="N = 1"),
        _back("tiny gradients", sequence(2, 3, 4, 5, gradient=1e-7), weight=0.5).because(
            "a small one is no zero"
        ),
        takes_gaps(sequence(3, 4, 5, 2), why=probes.MEMORY),
    ),
    named.wrongs("""
    no-way-through-time: rnn_step_backward(dh[:, t] + flow, => rnn_step_backward(dh[:, t],
        Each of your steps gets its own dh alone. Its state also acts on the steps that follow, and their
        gradient comes back to it.
    last-step-only:
        - rnn_step_backward(dh[:, t] + flow,
        + rnn_step_backward(dh[:, t] if t == dh.shape[1] - 1 else flow,
        You begin with dh at the last step and drop that of all others. The loss may read every state.
    last-weights-only:
        - dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
        + dWx, dWh, db = dWx_t, dWh_t, db_t
        Your dWx, dWh and db are those of one step. All steps share the same weights, so what comes back from
        them adds up.
    weights-averaged:
        - return np.stack(dx, axis=1), flow, dWx, dWh, db
        + return np.stack(dx, axis=1), flow, dWx / len(dx), dWh / len(dx), db / len(dx)
        Your dWx, dWh and db are means over the steps. They add up.
    dwh-of-one-step: dWh + dWh_t, db => dWh_t, db
        Your dWh is that of one step. Wh acts in all of them.
    first-to-last: in reversed(range(dh.shape[1])): => in range(dh.shape[1]):
        You go from the first step to the last. The way back begins at the end.
    dh0-missing: np.stack(dx, axis=1), flow, => np.stack(dx, axis=1), np.zeros_like(flow),
        Your dh0 is 0. What is left when the first step has gone back belongs to h0.
    ways-averaged: dh[:, t] + flow => (dh[:, t] + flow) / 2
        You take the mean of a step's own dh and of what comes back from later steps. They add up.
    flow-added-up:
        - dx_t, flow, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + flow, cache[t])
        + dx_t, back, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + flow, cache[t])
        + flow = flow + back
        You keep adding up what comes back from later steps. A step hands back all of it: that replaces what
        came before.
    dx-in-reverse: dx.insert(0, dx_t) => dx.append(dx_t)
        Your dx has its steps in reverse: the last one was computed first.
    dh0-from-the-outside: axis=1), flow, => axis=1), flow + dh[:, 0],
        Your dh0 holds dh of the first step once more. h0 is the state before that step.
    time-in-front: np.stack(dx, axis=1) => np.stack(dx, axis=0)
        Your dx has shape (T, N, D). Examples come first, then time.
    views-overwritten: by mo.rnn_backward with parked
        Your cache holds parts of an array that a later step overwrites, such as an h0 that stands in h until
        the last state comes. Forward is right, and dWh is not. Keep what the step has read.
    writes-into-dh:
        - dx_t, flow, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + flow, cache[t])
        + dh[:, t] += flow
        + dx_t, flow, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t], cache[t])
        You add into the dh of your caller. Make a new array.
    """),
    named.rights("""
    from one array, another cache: by back_from_one_array with into_one_array
    a new list in each step: dx.insert(0, dx_t) => dx = [dx_t, *dx]
    """),
    partners=(mo.rnn_forward,),
)
EXERCISES = (STEP_FORWARD, STEP_BACKWARD, FORWARD, BACKWARD)
