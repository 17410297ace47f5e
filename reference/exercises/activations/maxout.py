"""Maxout, there and back: the largest of K affine maps. No two of them are ever equal in a case."""

from typing import Any

import numpy as np

from reference.exercises.activations.inputs import pieces
from reference.exercises.activations.smooth import UPSTREAM
from reference.kit import probes
from reference.kit.exercise import Case
from reference.kit.notation import Notation
from reference.kit.promises import Promise, keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise, in_float32
from reference.truth import activations as act

MANY = "by the formulas a matter of milliseconds; differences through maxout_forward run out of time"


def unit_by_unit(x: Any, w: Any, b: Any) -> Any:
    """Loops over examples, units and pieces."""
    (N, _), (K, _, H) = x.shape, w.shape
    out, winner = np.empty((N, H), dtype=x.dtype), np.empty((N, H), dtype=int)
    for n in range(N):
        for h in range(H):
            z = [x[n] @ w[k, :, h] + b[k, h] for k in range(K)]
            winner[n, h] = int(np.argmax(z))
            out[n, h] = z[winner[n, h]]
    return out, {"x": x, "w": w, "winner": winner}


def back_unit_by_unit(dout: Any, cache: Any) -> Any:
    """The backward pass of `unit_by_unit`."""
    x, w = cache["x"], cache["w"]
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[:, 0, :])
    for n, h in np.ndindex(dout.shape):
        k = cache["winner"][n, h]
        dx[n] += dout[n, h] * w[k, :, h]
        dw[k, :, h] += dout[n, h] * x[n]
        db[k, h] += dout[n, h]
    return dx, dw, db


def with_all_maps(x: Any, w: Any, b: Any) -> Any:
    """Keeps what every map gave and marks the winners on the way back."""
    z = np.stack([x @ w[k] + b[k] for k in range(len(w))])
    return z.max(axis=0), (x, w, z)


def back_with_all_maps(dout: Any, cache: Any) -> Any:
    """The backward pass of `with_all_maps`."""
    x, w, z = cache
    dz = [dout * (z[k] == z.max(axis=0)) for k in range(len(w))]
    dx = sum(dz[k] @ w[k].T for k in range(len(w)))
    return dx, np.stack([x.T @ one for one in dz]), np.stack([one.sum(axis=0) for one in dz])


def _cases(ask: probes.Ask, *more: Case | Promise) -> tuple[Case | Promise, ...]:
    return (
        ask("6 examples, 3 pieces", pieces(6, 4, 3, 5), weight=2, visible=True, main=True),
        ask("all biases low", pieces(5, 3, 2, 4, offset=-6.0), visible=True, why="the largest is negative"),
        keeps_dtype(pieces(5, 4, 3, 2), visible=True, why=probes.DTYPE),
        ask("7 examples, 4 pieces", pieces(7, 3, 4, 6), weight=2, main=True),
        ask("2 pieces", pieces(4, 5, 2, 3)),
        ask("one piece", pieces(6, 3, 1, 4), weight=0.5, why="K = 1: nothing but the affine map"),
        ask("one example", pieces(1, 4, 3, 5), weight=0.5),
        ask("one unit", pieces(6, 4, 3, 1), weight=0.5),
        *more,
        takes_gaps(pieces(5, 4, 3, 3), why=probes.MEMORY),
    )


_there = probes.asker("out, cache = maxout_forward(x, w, b)", "out", takes="x w b")
_back = probes.asker(
    "out, cache = maxout_forward(x, w, b)\ndx, dw, db = maxout_backward(dout, cache)",
    {"dx": 2.0, "dw": 2.0, "db": 1.0},
)

named = Notation(
    globals(),
    UPSTREAM=UPSTREAM,
    narrow_there=in_float32(act.maxout_forward),
    narrow_back=in_float32(act.maxout_backward),
)
EXERCISES = (
    exercise(
        act.maxout_forward,
        _cases(_there),
        named.wrongs("""
        sum-of-the-pieces: out = np.max(z, axis=0) => out = np.sum(z, axis=0)
            You add the K maps up, which is one affine map again. Maxout takes the largest of them.
        mean-of-the-pieces: out = np.max(z, axis=0) => out = np.mean(z, axis=0)
            You average the K maps. Maxout takes the largest of them.
        bias-forgotten: np.einsum("nd,kdh->knh", x, w) + b[:, None, :] => np.einsum("nd,kdh->knh", x, w)
            Your maps have no bias. Each piece k adds its own b[k].
        bias-not-aligned: z = np.einsum("nd,kdh->knh", x, w) + b[:, None, :] => z = x @ w + b
            Shapes: x @ w is (K, N, H) and b is (K, H), so their rows do not belong together. Go through the
            pieces one by one, or give b an axis of length 1 for the examples.
        bias-after-the-maximum:
            - out = np.max(z, axis=0)
            + out = np.max(np.einsum("nd,kdh->knh", x, w), axis=0) + np.max(b, axis=0)
            You take the maximum before the bias is added. The bias decides, too, which piece wins.
        bias-of-the-winner:
            - winner = np.argmax(z, axis=0)
            - out = np.max(z, axis=0)
            + z = np.einsum("nd,kdh->knh", x, w)
            + winner = np.argmax(z, axis=0)
            + out = np.max(z, axis=0) + np.take_along_axis(b, winner, axis=0)
            You take the maximum before the bias is added. The bias decides, too, which piece wins.
        bias-subtracted: x, w) + b[:, None, :] => x, w) - b[:, None, :]
            Your biases have the wrong sign.
        two-pieces-only: out = np.max(z, axis=0) => out = np.maximum(z[0], z[-1])
            Only two of the K pieces compete in your maximum.
        first-two-pieces-only: out = np.max(z, axis=0) => out = np.maximum(z[0], z[1])
            Only two of the K pieces compete in your maximum.
        last-piece-only: out = np.max(z, axis=0) => out = z[-1]
            Your out is what the last piece gives, larger or not: each round of a loop overwrites it, for one.
            Maxout takes the largest of all K.
        smallest-of-the-pieces: out = np.max(z, axis=0) => out = np.min(z, axis=0)
            You take the smallest of the K maps. Maxout takes the largest.
        winner-not-value: out = np.max(z, axis=0) => out = winner
            You return which piece won, as np.argmax tells. Asked is its value, as np.max does.
        reshaped-not-transposed:
            - z = np.einsum("nd,kdh->knh", x, w) + b[:, None, :]
            + flat = x @ w.reshape(x.shape[1], -1)
            + z = flat.reshape(len(x), *b.shape).swapaxes(0, 1) + b[:, None, :]
            Your reshape of w mixes its pieces: it keeps the numbers in their order and cuts them into other
            rows. Move the axis K behind D first.
        one-number-for-each-piece: out = np.max(z, axis=0) => out = np.max(z, axis=2)
            Your maximum runs over the H units. It must run over the K pieces, which are the first axis of z.
        maximum-over-examples: out = np.max(z, axis=0) => out = np.max(z, axis=1)
            Your maximum runs over the N examples. It must run over the K pieces, which are the first axis of
            z.
        rectified-too: out = np.max(z, axis=0) => out = np.maximum(0, np.max(z, axis=0))
            You cut off at 0. Maxout has no ReLU inside: the largest map may be negative.
        largest-by-size: out = np.max(z, axis=0) => out = np.max(np.abs(z), axis=0)
            You compare absolute values. The largest number wins, sign included.
        maximum-over-units: out = np.max(z, axis=0) => out = np.max(z, axis=2).T
            Your maximum runs over the H units and leaves one number for each piece. It must run over the K
            pieces and leave one number for each unit.
        """),
        named.rights("""
        unit by unit: by unit_by_unit
        with a loop over the pieces: by with_all_maps
        as one product: z = np.einsum("nd,kdh->knh", x, w) + b[:, None, :] => z = x @ w + b[:, None]
        """),
    ),
    exercise(
        act.maxout_backward,
        _cases(
            _back,
            pure(pieces(4, 3, 2, 5), visible=True),
            _back("200,000 weights: too many for differences", pieces(3, 1000, 5, 40), main=True, why=MANY),
            _back("tiny gradients", pieces(6, 4, 3, 2, gradient=1e-7), weight=0.5),
        ),
        named.wrongs("""
        all-pieces-get-it: dz = dout * won => dz = dout * np.ones_like(won)
            All K pieces receive the gradient in your code. Only the one that won made the output.
        shared-by-all: dz = dout * won => dz = dout * np.ones_like(won) / K
            You share the gradient among the pieces. That is the way back of a mean; a maximum gives all of it
            to the winner.
        losers-get-it: winner == np.arange(K)[:, None, None] => winner != np.arange(K)[:, None, None]
            The pieces that lost receive your gradient. It belongs to the winner.
        upstream-forgotten: dz = dout * won => dz = won.astype(dout.dtype)
            @UPSTREAM
        dx-from-the-first-piece: dx = np.einsum("knh,kdh->nd", dz, w) => dx = dz[0] @ w[0].T
            Your dx uses the first piece only. x went into all K maps, so its gradients add up over the
            pieces.
        dx-overwritten: dx = np.einsum("knh,kdh->nd", dz, w) => dx = dz[-1] @ w[-1].T
            Your dx holds only what came back through the last piece: each round of the loop overwrites it. x
            went into all K maps, so add up.
        dw-averaged: dw = np.einsum("nd,knh->kdh", x, dz) => dw = np.einsum("nd,knh->kdh", x, dz) / len(x)
            Your dw is divided by N. The loss has averaged already, if it wanted to: gradients of several uses
            add up.
        averaged:
            - dw = np.einsum("nd,knh->kdh", x, dz)
            - db = np.sum(dz, axis=1)
            + dw = np.einsum("nd,knh->kdh", x, dz) / len(x)
            + db = np.mean(dz, axis=1)
            Your dw and db are divided by N. The loss has averaged already, if it wanted to: gradients of
            several uses add up.
        dx-averaged: dx = np.einsum("knh,kdh->nd", dz, w) => dx = np.einsum("knh,kdh->nd", dz, w) / K
            Your dx is divided by the number of pieces. What comes back through them adds up.
        dx-not-added-up: dx = np.einsum("knh,kdh->nd", dz, w) => dx = np.einsum("knh,kdh->knd", dz, w)
            Your dx keeps the K pieces apart. x went into all of them, so add up over the first axis.
        db-over-units-too:
            - db = np.sum(dz, axis=1)
            + db = np.sum(dz, axis=(1, 2))[:, None] * np.ones((1, dz.shape[2]), dz.dtype)
            Your db is one number for each piece: the sum runs over the units, too. Add up over the examples
            only.
        db-averaged: db = np.sum(dz, axis=1) => db = np.mean(dz, axis=1)
            Your db is a mean over the examples. b was used for each of them, and gradients add up.
        db-for-all-pieces: db = np.sum(dz, axis=1) => db = np.sum(dout, axis=0) * np.ones((K, 1))
            Your db is the same for all pieces. A piece's bias gets gradient only where the piece won.
        """),
        named.rights("""
        in float32: by narrow_back with narrow_there
        unit by unit: by back_unit_by_unit with unit_by_unit
        all maps in the cache: by back_with_all_maps with with_all_maps
        """),
        partners=(act.maxout_forward,),
    ),
)
