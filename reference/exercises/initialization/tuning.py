"""One step of gradient descent through a stack of sigmoid layers with class scores on top."""

from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import network
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init


def by_recursion(layers: Any, x: Any, y: Any, learning_rate: Any) -> Any:
    """Each layer calls the one above it, and gets its gradient back."""

    def climb(level: int, a: Any) -> Any:
        layer = layers[level]
        z = a @ layer["w"] + layer["b"]
        if level == len(layers) - 1:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            loss = -np.log(p[np.arange(len(y)), y]).mean()
            dz, above = (p - np.eye(z.shape[1], dtype=z.dtype)[y]) / len(y), []
        else:
            out = init.sigmoid(z)
            loss, above, flow = climb(level + 1, out)
            dz = flow * out * (1 - out)
        tuned = {"w": layer["w"] - learning_rate * a.T @ dz, "b": layer["b"] - learning_rate * dz.sum(axis=0)}
        return loss, [tuned, *above], dz @ layer["w"].T

    loss, tuned, _ = climb(0, x)
    return float(loss), tuned


_SHARES = {
    "loss": 2.0,
    **{f"tuned[{k}]['w']": 2.0 for k in range(3)},
    **{f"tuned[{k}]['b']": 1.0 for k in range(3)},
}
_CALL = "loss, tuned = fine_tune_step(layers, x, y, learning_rate)"
_ask = asker(_CALL, _SHARES)
_other = asker(_CALL, {"loss": 2.0, "tuned": 6.0})
named = Notation(globals())
TUNE = exercise(
    init.fine_tune_step,
    (
        _ask("two hidden layers", network(6, (5, 4, 7, 3)), weight=2, visible=True, main=True),
        _other("no hidden layer", network(5, (4, 3)), visible=True, why="the scores come from x itself"),
        _other(
            "large scores", network(4, (3, 5, 4), size=400.0, shift=2000.0), visible=True, quiet=True
        ).because("scores of some thousands: exp must not overflow"),
        pure(network(3, (2, 3, 2, 3)), visible=True),
        _ask("two hidden layers of one size", network(8, (6, 5, 5, 4), rate=1.3), weight=2, main=True),
        _other("four hidden layers", network(5, (4, 6, 5, 3, 4, 3)), main=True),
        _other("one example", network(1, (5, 3, 4)), weight=0.5),
        takes_gaps(),
    ),
    named.wrongs("""
    last-layer-only: dz = dz @ layer["w"].T * a * (1 - a) => dz = 0 * (dz @ layer["w"].T)
        Only your last layer moves. Fine-tuning goes through all layers.
    changed-too-early:
        - dz = dz @ layer["w"].T * a * (1 - a)
        - w = layer["w"] - learning_rate * dw
        + w = layer["w"] - learning_rate * dw
        + dz = dz @ w.T * a * (1 - a)
        You change a layer's weights before the gradient goes down through them. All gradients are taken
        at the old parameters.
    slope-forgotten: dz @ layer["w"].T * a * (1 - a) => dz @ layer["w"].T
        On its way down your gradient skips the sigmoid: it should be multiplied by the slope.
    slope-of-the-wrong-thing: * a * (1 - a) => * sigmoid(a) * (1 - sigmoid(a))
        You take the sigmoid twice: the slope is s * (1 - s), and s is the output that you have already.
    tanh-slope: * a * (1 - a) => * (1 - a**2)
        Your slope is that of tanh.
    not-averaged: loss, dz = softmax_loss(scores, y) => loss, dz = softmax_loss(scores, y); dz = dz * len(y)
        Your gradient is that of the sum over the examples. The loss is a mean, and its gradient has the
        1/N.
    averaged-twice: a.T @ dz, np.sum(dz, axis=0) => a.T @ dz / len(x), np.mean(dz, axis=0)
        You divide by N twice. The gradient of the mean loss has its 1/N already; below it, gradients are
        added up over the examples.
    weights-averaged-twice: a.T @ dz, np.sum => a.T @ dz / len(x), np.sum
        Your dw is divided by N twice. The gradient of the mean loss has its 1/N already; below it, gradients
        are added up over the examples.
    bias-averaged: np.sum(dz, axis=0) => np.mean(dz, axis=0)
        Your bias gradients are means over the examples. A bias is added in each of them, so its gradients
        add.
    ascent:
        - w = layer["w"] - learning_rate * dw
        - b = layer["b"] - learning_rate * db
        + w = layer["w"] + learning_rate * dw
        + b = layer["b"] + learning_rate * db
        You add the gradient: the loss grows. Descent subtracts it.
    biases-not-trained: layer["b"] - learning_rate * db => layer["b"]
        Your biases stay where they were. They have gradients too.
    biases-not-used: outputs[-1] @ layer["w"] + layer["b"] => outputs[-1] @ layer["w"]
        The biases of your hidden layers are missing on the way up.
    rate-forgotten:
        - w = layer["w"] - learning_rate * dw
        - b = layer["b"] - learning_rate * db
        + w = layer["w"] - dw
        + b = layer["b"] - db
        Your step does not use learning_rate.
    sigmoid-on-the-scores: softmax_loss(scores, y) => softmax_loss(sigmoid(scores), y)
        Your last layer has a sigmoid too. The scores are the sums themselves.
    top-first: return loss, tuned[::-1] => return loss, tuned
        Your new layers are in the order of the way down: the last one comes first.
    loss-summed: return loss, tuned[::-1] => return loss * len(y), tuned[::-1]
        Your loss is the sum over the examples. The docstring takes the mean.
    loss-after-the-step:
        - return loss, tuned[::-1]
        + a = x
        + for layer in tuned[:0:-1]:
        +     a = sigmoid(a @ layer["w"] + layer["b"])
        + return softmax_loss(a @ tuned[0]["w"] + tuned[0]["b"], y)[0], tuned[::-1]
        Your loss is that of the new layers. The docstring returns the loss before the step.
    exp-overflows:
        - loss, dz = softmax_loss(scores, y)
        + p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        + loss = float(-np.mean(np.log(p[np.arange(len(y)), y])))
        + dz = (p - np.eye(p.shape[1], dtype=x.dtype)[y]) / len(y)
        For large scores exp is infinite, and infinity divided by infinity is NaN. Subtract the largest score
        of each row first: the probabilities stay the same.
    softmax-twice:
        - loss, dz = softmax_loss(scores, y)
        + p = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        + loss, dz = softmax_loss(p / np.sum(p, axis=1, keepdims=True), y)
        Your scores go through two softmaxes: cross_entropy takes the scores as they are.
    gradients-returned:
        - tuned.append({"w": w, "b": b})
        + tuned.append({"w": dw, "b": db})
        Your list holds the gradients. Asked are the layers after the step.
    sigmoid-on-the-input: outputs = [x] => outputs = [sigmoid(x)]
        x goes through a sigmoid first. It enters the first layer as it is.
    loss-of-the-mean-probability:
        - loss, dz = softmax_loss(scores, y)
        + loss, dz = softmax_loss(scores, y)
        + right = [softmax_loss(scores[n : n + 1], y[n : n + 1])[0] for n in range(len(y))]
        + loss = float(-np.log(np.mean(np.exp(np.negative(right)))))
        You average the probabilities and take the logarithm then. It is the logarithms that are averaged.
    """),
    named.rights("""
    by recursion: by by_recursion
    one-hot labels:
        - loss, dz = softmax_loss(scores, y)
        + loss, dz = softmax_loss(scores, y)
        + e = np.exp(scores - scores.max(axis=1, keepdims=True))
        + dz = (e / e.sum(axis=1, keepdims=True) - np.eye(scores.shape[1], dtype=x.dtype)[y]) / len(y)
    """),
)
EXERCISES = (TUNE,)
