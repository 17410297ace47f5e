"""Three layers, there and back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exercises.foundations.inputs import three_layers
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

NAMES = ("w1", "b1", "w2", "b2", "w3", "b3")
GRADS = {f'grads["{name}"]': 1.0 for name in NAMES}


def in_one_piece(x: Any, params: Any) -> Any:
    """Without affine_forward, and with a dict for a cache."""
    x = x.reshape(len(x), -1)
    h1 = np.maximum(x @ params["w1"] + params["b1"], 0)
    h2 = np.maximum(h1 @ params["w2"] + params["b2"], 0)
    return h2 @ params["w3"] + params["b3"], {"x": x, "h1": h1, "h2": h2, "params": params}


def back_in_one_piece(dscores: Any, cache: Any) -> Any:
    """From the cache of `in_one_piece`; the gate from the activated values."""
    x, h1, h2, params = (cache[name] for name in ("x", "h1", "h2", "params"))
    d2 = np.where(h2 > 0, dscores @ params["w3"].T, 0).astype(x.dtype)
    d1 = np.where(h1 > 0, d2 @ params["w2"].T, 0).astype(x.dtype)
    return {
        "w1": x.T @ d1,
        "b1": d1.sum(axis=0),
        "w2": h1.T @ d2,
        "b2": d2.sum(axis=0),
        "w3": h2.T @ dscores,
        "b3": dscores.sum(axis=0),
    }


def _between(activation: Callable[[Any], Any]) -> Any:
    """The forward pass with another activation between its layers."""

    def forward(x: Any, params: Any) -> Any:
        z1, _ = fo.affine_forward(x, params["w1"], params["b1"])
        z2, _ = fo.affine_forward(activation(z1), params["w2"], params["b2"])
        return fo.affine_forward(activation(z2), params["w3"], params["b3"])

    return forward


without_any_relu = _between(lambda z: z)
with_sigmoids = _between(fo.sigmoid)
with_tanh = _between(np.tanh)
with_absolute_values = _between(np.abs)
with_a_leak = _between(lambda z: np.where(z > 0, z, 0.01 * z))
with_the_negative = _between(lambda z: np.minimum(0, z))
with_a_cap = _between(lambda z: np.clip(z, 0, 6))


def without_biases(x: Any, params: Any) -> Any:
    """Only the weights."""
    weights: dict[str, Any] = {k: v if k[0] == "w" else 0 for k, v in params.items()}
    return fo.three_layer_forward(x, weights)


named = Notation(globals())
_scores = probes.asker("scores, cache = three_layer_forward(x, params)", "scores", takes="x params")
FORWARD = exercise(
    fo.three_layer_forward,
    (
        _scores("6 examples, 4-7-5-3", three_layers(6, (4,), (7, 5, 3)), weight=2, visible=True, main=True),
        _scores("pictures, 3 x 2", three_layers(5, (3, 2), (4, 7, 3)), visible=True).because(
            "each example is flattened, whatever its shape"
        ),
        keeps_dtype(three_layers(4, (5,), (6, 4, 3)), visible=True, why=probes.DTYPE),
        _scores("5 examples, 6-8-4-7", three_layers(5, (6,), (8, 4, 7)), weight=2, main=True),
        _scores("large numbers", three_layers(3, (4,), (5, 4, 3), size=40), visible=True, weight=0.5).because(
            "the ReLU has no upper end"
        ),
        _scores("one example", three_layers(1, (5,), (6, 7, 4)), weight=0.5, why="N = 1"),
        _scores("all sizes equal", three_layers(4, (4,), (4, 4, 4)), weight=0.5),
        takes_gaps(three_layers(4, (5,), (6, 3, 4)), why=probes.MEMORY),
    ),
    named.wrongs("""
    relu-on-the-scores: return scores, (cache1 => return np.maximum(0, scores), (cache1
        Your scores are never negative: there is a ReLU behind the last layer as well. Scores are logits and
        may have any sign.
        teach: Scores are logits and may be negative: cut off at 0, every class that is unlikely looks the
        same and gets no gradient.
    no-relu: by without_any_relu
        There is no ReLU between your layers, so the three are one affine layer in disguise.
    first-relu-missing: affine_forward(np.maximum(0, z1), => affine_forward(z1,
        The ReLU between the first and the second layer is missing.
    second-relu-missing: affine_forward(np.maximum(0, z2), => affine_forward(z2,
        The ReLU between the second and the third layer is missing.
    sigmoid-inside:
        - np.maximum(0, z1)
        + 1 / (1 + np.exp(-z1))
        Behind your first layer there is a sigmoid. Between the layers of this network stands a ReLU.
    sigmoids-inside: by with_sigmoids
        Between your layers there are sigmoids. Between the layers of this network stands a ReLU.
    tanh-inside: by with_tanh
        Between your layers there is a tanh. Between the layers of this network stands a ReLU.
    absolute-values-inside: by with_absolute_values
        Between your layers negative values become positive ones. A ReLU makes them 0.
    leaky: by with_a_leak
        Between your layers negative values pass in part, as with a leaky ReLU. Here they become 0.
    negative-side: by with_the_negative
        Between your layers only negative values pass. The ReLU lets the positive ones through.
    capped: by with_a_cap
        Between your layers no value is larger than 6. The ReLU has no upper end.
    softmax-at-the-end: return scores, (cache1 => return softmax(scores), (cache1
        Your rows add up to 1: there is a softmax behind the last layer. Scores are asked for, which the loss
        makes probabilities of.
    sigmoid-at-the-end: return scores, (cache1 => return sigmoid(scores), (cache1
        Your scores lie between 0 and 1: there is a sigmoid behind the last layer. Scores may be any numbers.
    inputs-rectified: affine_forward(x, => affine_forward(np.maximum(0, x),
        You apply a ReLU to the input as well. It stands behind the first layer and behind the second.
    no-biases: by without_biases
        None of your biases is added. Each layer has one for each of its units.
    last-bias-missing: params["w3"], params["b3"]) => params["w3"], 0)
        The bias of your last layer is not added.
    relu-of-the-negative: np.maximum(0, z1) => np.minimum(0, z1)
        Behind your first layer only negative values pass. The ReLU lets the positive ones through.
    hidden-bias-missing: affine_forward(x, params["w1"], params["b1"]) => affine_forward(x, params["w1"], 0)
        The bias of your first layer is not added.
    """),
    named.rights("""
    in one piece: by in_one_piece
    a mask: np.maximum(0, z1) => z1 * (z1 > 0)
    """),
)

_grads = probes.asker(
    "scores, cache = three_layer_forward(x, params)\ngrads = three_layer_backward(dscores, cache)", GRADS
)
REUSE = "every gradient from dscores, layer by layer"
BACKWARD = exercise(
    fo.three_layer_backward,
    (
        _grads("6 examples, 4-7-5-3", three_layers(6, (4,), (7, 5, 3)), weight=2, visible=True, main=True),
        _grads("pictures, 3 x 2", three_layers(5, (3, 2), (4, 7, 3)), visible=True),
        pure(three_layers(3, (4,), (5, 6, 3)), visible=True),
        keeps_dtype(three_layers(4, (5,), (6, 4, 3)), visible=True, why=probes.DTYPE),
        _grads("7 examples, 6-8-4-5", three_layers(7, (6,), (8, 4, 5)), weight=2, main=True),
        _grads("all sizes equal", three_layers(4, (4,), (4, 4, 4)), weight=0.5),
        _grads("tiny gradients", three_layers(5, (4,), (6, 5, 3), gradient=1e-7), weight=0.5).because(
            "a small gradient is no zero"
        ),
        _grads("one example", three_layers(1, (5,), (9, 7, 4)), weight=0.5, why="N = 1"),
        takes_gaps(three_layers(4, (5,), (6, 3, 4)), why=probes.MEMORY),
    ),
    named.wrongs("""
    gates-forgotten: dz2 = dh2 * (z2 > 0) => z1 = z2 = np.inf; dz2 = dh2 * (z2 > 0)
        Your gradient passes both ReLUs as if they were not there. Where a unit was off, nothing comes back.
    second-gate-forgotten: dz2 = dh2 * (z2 > 0) => dz2 = dh2
        Your gradient passes the second ReLU as if it were not there. Where a unit was off, nothing comes
        back.
    first-gate-forgotten: dz1 = dh1 * (z1 > 0) => dz1 = dh1
        Your gradient passes the first ReLU as if it were not there. Where a unit was off, nothing comes back.
    gate-of-the-gradient: dz2 = dh2 * (z2 > 0) => dz2 = np.maximum(0, dh2)
        You apply the ReLU to the gradient. What counts is where the unit itself was on, on the way there.
    gates-of-the-gradient:
        - dz2 = dh2 * (z2 > 0)
        - dh1, dw2, db2 = affine_backward(dz2, cache2)
        - dz1 = dh1 * (z1 > 0)
        + dz2 = np.maximum(0, dh2)
        + dh1, dw2, db2 = affine_backward(dz2, cache2)
        + dz1 = np.maximum(0, dh1)
        You apply the ReLU to the gradient. What counts is where the unit itself was on, on the way there.
    first-gate-of-the-gradient: dz1 = dh1 * (z1 > 0) => dz1 = np.maximum(0, dh1)
        At your first ReLU you look at the gradient. What counts is where the unit itself was on.
    gates-turned-round:
        - dz2 = dh2 * (z2 > 0)
        - dh1, dw2, db2 = affine_backward(dz2, cache2)
        - dz1 = dh1 * (z1 > 0)
        + dz2 = dh2 * (z2 <= 0)
        + dh1, dw2, db2 = affine_backward(dz2, cache2)
        + dz1 = dh1 * (z1 <= 0)
        At your ReLUs the gradient passes where the unit was off.
    values-for-the-gates:
        - dz2 = dh2 * (z2 > 0)
        - dh1, dw2, db2 = affine_backward(dz2, cache2)
        - dz1 = dh1 * (z1 > 0)
        + dz2 = dh2 * z2
        + dh1, dw2, db2 = affine_backward(dz2, cache2)
        + dz1 = dh1 * z1
        At your ReLUs you multiply by what came in. The slope of a ReLU is 1 or 0.
    relu-on-the-scores: affine_backward(dscores, cache3) => affine_backward(dscores * (dscores > 0), cache3)
        You treat the scores as if a ReLU stood behind them. The last layer has none, so dscores enters it as
        it is.
    gate-turned-round: dz1 = dh1 * (z1 > 0) => dz1 = dh1 * (z1 < 0)
        At your first ReLU the gradient passes where the unit was off.
    value-for-the-gate: dz2 = dh2 * (z2 > 0) => dz2 = dh2 * np.maximum(0, z2)
        At your second ReLU you multiply by its value. Its slope is 1 or 0.
    weights-from-before-the-relu:
        affine_backward(dscores, cache3) => affine_backward(dscores, (z2, cache3[1]))
        Your gradient of w3 is made of what enters the second ReLU. The third layer multiplies its weights by
        what comes out of it.
    updated-too-early: dz2 = dh2 * (z2 > 0) => dz2 = (dscores @ (cache3[1] - 0.1 * dw3).T) * (z2 > 0)
        The third layer's weights have moved before the gradient passes through them. All gradients belong to
        the same weights: first all of them, then the step.
        teach: All gradients are taken at one point in the space of weights: first all of them, then the step.
    divided-by-n: affine_backward(dscores, cache3) => affine_backward(dscores / len(dscores), cache3)
        All of your gradients are divided by N. The mean was taken by the loss: dscores has it already.
    names-mixed-up: "b1": db1, "w2": dw2, "b2": db2, => "b1": db2, "w2": dw2, "b2": db1,
        The gradients of b1 and b2 have changed places.
    """),
    named.rights("""
    in one piece, another cache: by back_in_one_piece with in_one_piece
    np.where: dz1 = dh1 * (z1 > 0) => dz1 = np.where(z1 > 0, dh1, np.zeros_like(dh1))
    """),
    partners=(fo.three_layer_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
