"""Split and merge."""

from typing import Any

import numpy as np

from reference.exercises.modules.inputs import split
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, raises, takes_gaps
from reference.kit.variants import exercise
from reference.truth import modules as mo


def in_one_product(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, merge: Any) -> Any:
    """One wide layer; the merge is a choice of its columns."""
    if merge not in ("add", "concat"):
        raise ValueError(merge)
    both = np.maximum(0, x @ np.hstack([w1, w2]) + np.hstack([b1, b2]))
    width = w1.shape[1]
    out = both if merge == "concat" else both[:, :width] + both[:, width:]
    return out.copy(), {"x": x, "both": both, "width": width, "w": np.hstack([w1, w2]), "merge": merge}


def back_in_one_product(dout: Any, cache: Any) -> Any:
    """From the cache of in_one_product."""
    x, both, width, w = (cache[name] for name in ("x", "both", "width", "w"))
    dboth = np.hstack([dout, dout]) if cache["merge"] == "add" else dout
    dz = np.where(both > 0, dboth, np.zeros_like(dboth))
    dw, db = x.T @ dz, np.sum(dz, axis=0)
    return dz @ w.T, dw[:, :width], db[:width], dw[:, width:], db[width:]


named = Notation(globals())
GIVEN = "x w1 b1 w2 b2 merge"
_out = probes.asker("out, cache = split_merge_forward(x, w1, b1, w2, b2, merge)", "out", takes=GIVEN)
FORWARD = exercise(
    mo.split_merge_forward,
    (
        _out("add", split(5, 4, 6, 6, "add"), weight=2, visible=True, main=True),
        _out("concat", split(5, 4, 6, 3, "concat"), weight=2, visible=True, main=True),
        _out("one example", split(1, 5, 6, 7, "concat"), visible=True, weight=0.5, why="N = 1"),
        raises(ValueError, visible=True, merge="multiply"),
        keeps_dtype(split(4, 3, 5, 2, "concat"), visible=True, why=probes.DTYPE),
        _out("add, other sizes", split(7, 3, 5, 5, "add"), weight=2, main=True),
        _out("concat, other sizes", split(6, 5, 2, 8, "concat"), weight=2, main=True),
        _out("as many units as features", split(4, 4, 4, 4, "concat"), weight=0.5),
        takes_gaps(split(4, 5, 3, 2, "concat"), why=probes.MEMORY),
    ),
    named.wrongs("""
    relu-behind-the-merge:
        - first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
        - if merge == "add":
        -     out = first + second
        + first, second = x @ w1 + b1, x @ w2 + b2
        + if merge == "add":
        +     out = np.maximum(0, first + second)
        Your ReLU stands behind the merge. Each branch has its own, before they meet.
    relu-at-the-end:
        - first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
        + first, second = x @ w1 + b1, x @ w2 + b2
        + if merge == "add":
        +     first, second = np.maximum(0, first + second), 0
        + first, second = np.maximum(0, first), np.maximum(0, second)
        Your ReLU stands behind the merge. Each branch has its own, before they meet: with "add" that is not
        the same.
    no-relu:
        - first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
        + first, second = x @ w1 + b1, x @ w2 + b2
        Neither of your branches has a ReLU.
    sigmoids:
        - first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
        + first, second = 1 / (1 + np.exp(-(x @ w1 + b1))), 1 / (1 + np.exp(-(x @ w2 + b2)))
        Your branches end in a sigmoid. A ReLU is asked for.
    larger-one: out = first + second => out = np.maximum(first, second)
        With "add" you take the larger of both. The branches are added up.
    first-only: out = first + second => out = first
        With "add" your output is the first branch alone.
    averaged: out = first + second => out = (first + second) / 2
        With "add" you take a mean. The branches are added up.
    one-above-the-other: [first, second], axis=1 => [first, second], axis=0
        With "concat" you put the examples of the second branch below those of the first. Each example keeps
        its row, which becomes longer.
    other-order: [first, second], axis=1 => [second, first], axis=1
        With "concat" your second branch stands on the left.
    interleaved:
        - out = np.concatenate([first, second], axis=1)
        + order = np.argsort(np.r_[np.arange(first.shape[1]), np.arange(second.shape[1])], kind="stable")
        + out = np.concatenate([first, second], axis=1)[:, order]
        With "concat" your columns alternate between the branches. All of the first come before all of the
        second.
    second-without-relu: np.maximum(0, x @ w2 + b2) => x @ w2 + b2
        Your second branch has no ReLU.
    other-input:
        - first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, x @ w2 + b2)
        + first, second = np.maximum(0, x @ w1 + b1), np.maximum(0, np.maximum(0, x) @ w2 + b2)
        Your second branch reads something else than x. Both branches have the same input.
    other-merges-accepted: elif merge == "concat": => elif merge:
        Any other word counts as "concat" in your function. It is a ValueError.
    always-added: if merge == "add": => if merge:
        You add the branches whatever merge says.
    concat-refused: elif merge == "concat": => elif merge != "concat":
        You refuse "concat", which is one of the two ways to merge.
    add-refused: if merge == "add": => if merge != "add":
        You refuse "add", which is one of the two ways to merge, and you add the branches for any other word.
    multiplied: out = first + second => out = first * second
        With "add" you multiply the branches.
    second-bias-missing: x @ w2 + b2 => x @ w2
        The bias of your second branch is missing.
    """),
    named.rights("""
    in one product, another cache: by in_one_product
    np.hstack: np.concatenate([first, second], axis=1) => np.hstack([first, second])
    """),
)

_grads = probes.asker(
    "out, cache = split_merge_forward(x, w1, b1, w2, b2, merge)\n"
    "dx, dw1, db1, dw2, db2 = split_merge_backward(dout, cache)",
    {"dx": 2.0, "dw1": 1.0, "db1": 1.0, "dw2": 1.0, "db2": 1.0},
)
BACKWARD = exercise(
    mo.split_merge_backward,
    (
        _grads("add", split(5, 4, 6, 6, "add"), weight=2, visible=True, main=True),
        _grads("concat", split(5, 4, 6, 3, "concat"), weight=2, visible=True, main=True),
        _grads("one example", split(1, 5, 6, 7, "concat"), visible=True, weight=0.5, why="N = 1"),
        pure(split(3, 4, 5, 2, "concat"), visible=True),
        keeps_dtype(split(7, 3, 5, 2, "concat"), visible=True, why=probes.DTYPE),
        _grads("add, other sizes", split(7, 3, 5, 5, "add"), weight=2, main=True),
        _grads("concat, other sizes", split(6, 5, 2, 8, "concat"), weight=2, main=True),
        _grads("concat of equal branches", split(4, 3, 5, 5, "concat"), weight=0.5),
        _grads("tiny gradients", split(4, 3, 6, 2, "concat", gradient=1e-7), weight=0.5).because(
            "a small one is no zero"
        ),
        takes_gaps(split(4, 5, 3, 2, "concat"), why=probes.MEMORY),
    ),
    named.wrongs("""
    first-branch-only: dx = dz1 @ w1.T + dz2 @ w2.T => dx = dz1 @ w1.T
        Your dx comes through the first branch alone. x acts along two ways, and both bring a gradient back.
    second-branch-only: dx = dz1 @ w1.T + dz2 @ w2.T => dx = dz2 @ w2.T
        Your dx comes through the second branch alone. x acts along two ways, and both bring a gradient back.
    dx-averaged: dx = dz1 @ w1.T + dz2 @ w2.T => dx = (dz1 @ w1.T + dz2 @ w2.T) / 2
        Your dx is a mean of both ways. Where two ways meet, gradients add up.
    both-get-all-columns: else np.split(dout, [first.shape[1]], axis=1) => else (dout, dout)
        With "concat" you hand all of dout to both branches. Each gets back the columns that it filled.
    examples-divided: np.split(dout, [first.shape[1]], axis=1) => np.split(dout, [first.shape[1]])
        With "concat" you cut dout between its rows, as np.split does where no axis is named, so that each
        branch gets some of the examples. Each gets back the columns that it filled.
    cut-in-half: np.split(dout, [first.shape[1]], axis=1) => np.split(dout, 2, axis=1)
        With "concat" you cut dout in the middle. The first branch filled H1 columns, the second H2.
    gates-swapped:
        - dz1, dz2 = dfirst * (first > 0), dsecond * (second > 0)
        + dz1, dz2 = dfirst * (second > 0), dsecond * (first > 0)
        Each of your branches has the gate of the other one.
    gates-of-the-gradient:
        - dz1, dz2 = dfirst * (first > 0), dsecond * (second > 0)
        + dz1, dz2 = np.maximum(0, dfirst), np.maximum(0, dsecond)
        You apply the ReLUs to the gradients. What counts is where the unit itself was on, on the way there.
    weights-averaged:
        - return dx, x.T @ dz1, np.sum(dz1, axis=0), x.T @ dz2, np.sum(dz2, axis=0)
        + return dx, x.T @ dz1 / len(x), np.sum(dz1, axis=0), x.T @ dz2 / len(x), np.sum(dz2, axis=0)
        Your dw1 and dw2 are divided by N. They are sums over the examples.
    branches-returned-in-reverse:
        - return dx, x.T @ dz1, np.sum(dz1, axis=0), x.T @ dz2, np.sum(dz2, axis=0)
        + return dx, x.T @ dz2, np.sum(dz2, axis=0), x.T @ dz1, np.sum(dz1, axis=0)
        Your gradients of the second branch stand in front of those of the first.
    sum-shares-out: (dout, dout) => (dout / 2, dout / 2)
        With "add" you give each branch half of dout. A sum has the slope 1 in either part.
    split-in-the-middle: np.split(dout, [first.shape[1]], axis=1) => (dout[:, :1], dout[:, 1:])
        With "concat" you cut dout at the wrong column. Each branch gets back the columns that it filled.
    branches-swapped:
        - np.split(dout, [first.shape[1]], axis=1)
        + (dout[:, second.shape[1] :], dout[:, : second.shape[1]])
        With "concat" your branches get each other's columns. The first filled those on the left.
    gates-forgotten: dz1, dz2 = dfirst * (first > 0), dsecond * (second > 0) => dz1, dz2 = dfirst, dsecond
        Your gradient passes both ReLUs as if they were not there. Where a unit was off, nothing comes back.
    gate-of-the-sum: dsecond * (second > 0) => dsecond * (first[:, :1] + second > 0)
        The gate of your second branch is not its own. A unit's ReLU lets through where this unit was on.
    first-gate-closed: dfirst * (first > 0) => dfirst * (first < 0)
        Nothing comes back through your first branch: a ReLU's output is never below 0, and that is what its
        gate asks for.
    second-gate-closed: dsecond * (second > 0) => dsecond * (second < 0)
        Nothing comes back through your second branch: a ReLU's output is never below 0, and that is what its
        gate asks for.
    second-gate-forgotten: dsecond * (second > 0) => dsecond
        Your second branch has no gate on the way back. Where a unit was off, nothing comes back.
    db2-averaged: x.T @ dz2, np.sum(dz2, axis=0) => x.T @ dz2, np.mean(dz2, axis=0)
        Your db2 is a mean over the examples. What comes back from them adds up.
    both-db-averaged:
        - np.sum(dz1, axis=0), x.T @ dz2, np.sum(dz2, axis=0)
        + np.mean(dz1, axis=0), x.T @ dz2, np.mean(dz2, axis=0)
        Your db1 and db2 are means over the examples. What comes back from them adds up.
    db-keeps-the-axis: np.sum(dz1, axis=0), x.T @ dz2 => np.sum(dz1, axis=0, keepdims=True), x.T @ dz2
        Your db1 has shape (1, H1). It has the shape of b1, (H1,).
    gates-in-place:
        - dz1, dz2 = dfirst * (first > 0), dsecond * (second > 0)
        + dfirst *= first > 0
        + dsecond *= second > 0
        + dz1, dz2 = dfirst, dsecond
        You write into dout. With "add" both branches read the same array: the gate of the first closes the
        second as well, and your caller's dout is changed.
    """),
    named.rights("""
    in one product, another cache: by back_in_one_product with in_one_product
    slices: np.split(dout, [first.shape[1]], axis=1) => (dout[:, : first.shape[1]], dout[:, first.shape[1] :])
    """),
    partners=(mo.split_merge_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
