"""Predicting a number, and counting parameters."""

from typing import Any

import numpy as np

from reference.exercises.foundations.inputs import predicted
from reference.kit import probes
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

OTHER_SHAPE = "(N, 1) against (N,) would broadcast to (N, N)"


def error_by_error(prediction: Any, y: Any) -> Any:
    """Entry by entry."""
    loss, dprediction = 0.0, np.empty_like(prediction)
    for k, (got, wanted) in enumerate(zip(prediction.ravel(), y.ravel(), strict=True)):
        loss += (got - wanted) ** 2 / len(prediction)
        dprediction.flat[k] = 2 * (got - wanted) / len(prediction)
    return loss, dprediction


def mean_of_all(prediction: Any, y: Any) -> Any:
    """The mean over everything, y as it comes."""
    off = prediction - y
    return np.mean(off**2), 2 * off / off.size


def broadcast_by_mistake(prediction: Any, y: Any) -> Any:
    """y as it comes."""
    off = prediction - y
    return np.sum(off**2) / len(off), 2 * off / len(off)


named = Notation(globals())
_mse = probes.asker("loss, dprediction = mse_loss(prediction, y)", {"loss": 1.0, "dprediction": 2.0})
MSE = exercise(
    fo.mse_loss,
    (
        _mse("6 examples, 3 outputs", predicted((6, 3)), weight=2, visible=True, main=True),
        _mse("prediction (5, 1) and y (5,)", predicted((5, 1), (5,)), visible=True, why=OTHER_SHAPE),
        keeps_dtype(predicted((4, 2)), visible=True, why=probes.DTYPE),
        _mse("5 examples, 4 outputs", predicted((5, 4)), weight=2, main=True),
        _mse("7 numbers", predicted((7,)), weight=0.5, visible=True, why="prediction and y are (N,)"),
        _mse("nearly right", predicted((4, 3), size=1e-6), weight=0.5, why="a small error is not none"),
        _mse("one example", predicted((1, 3)), weight=0.5, why="N = 1"),
        takes_gaps(predicted((4, 3)), why=probes.MEMORY),
    ),
    named.wrongs("""
    mean-over-outputs-too:
        - loss = np.sum(off * off) / len(off)
        - dprediction = 2 * off / len(off)
        + loss = np.mean(off * off)
        + dprediction = 2 * off / off.size
        You average over the outputs as well. They are added up; the mean is over the examples only.
    loss-over-outputs-too: loss = np.sum(off * off) / len(off) => loss = np.mean(off * off)
        Your loss is a mean over outputs and examples, your gradient is not. The outputs are added up.
    sum-not-mean: loss = np.sum(off * off) / len(off) => loss = np.sum(off * off)
        Your loss is a sum over the examples. It is their mean.
    half-of-it: loss = np.sum(off * off) / len(off) => loss = np.sum(off * off) / (2 * len(off))
        Your loss is half of what is asked for. Some books halve it; this formula does not.
    factor-two-missing: dprediction = 2 * off / len(off) => dprediction = off / len(off)
        Your gradient is half of what belongs to this loss: what does the derivative of a square have in
        front?
    gradient-not-averaged: dprediction = 2 * off / len(off) => dprediction = 2 * off
        Your gradient is that of the sum. The loss is a mean over N examples, and its gradient is divided.
    wrong-direction: dprediction = 2 * off / len(off) => dprediction = -2 * off / len(off)
        Your gradient has the other sign: where a prediction is too large, the loss grows with it.
    differences-not-squares:
        - loss = np.sum(off * off) / len(off)
        - dprediction = 2 * off / len(off)
        + loss = np.sum(off) / len(off)
        + dprediction = np.ones_like(off) / len(off)
        You add up the differences themselves, so that too large and too small cancel. Square each one first.
    absolute-errors:
        - loss = np.sum(off * off) / len(off)
        - dprediction = 2 * off / len(off)
        + loss = np.sum(np.abs(off)) / len(off)
        + dprediction = np.sign(off) / len(off)
        You add up absolute errors. Squares are asked for.
    root-taken: loss = np.sum(off * off) / len(off) => loss = np.sqrt(np.sum(off * off) / len(off))
        You take the root at the end. The mean squared error itself is asked for.
    mean-of-all: by mean_of_all
        Two things are left to do. You average over the outputs as well, which are added up. And where
        prediction is (N, 1) and y is (N,), the difference has N by N numbers: bring y into the shape of
        prediction.
    n-by-n: by broadcast_by_mistake
        Where prediction is (N, 1) and y is (N,), the difference is an array of N by N numbers, and nothing
        warns. Bring y into the shape of prediction first.
    """),
    named.rights("""
    error by error: by error_by_error
    a mean of sums: np.sum(off * off) / len(off) => np.mean(np.sum(off.reshape(len(off), -1) ** 2, axis=1))
    a product: np.sum(off * off) / len(off) => np.vdot(off, off) / len(off)
    """),
)


def _sizes(*sizes: int) -> Inputs:
    return lambda rng: {"sizes": list(sizes)}


_count = probes.asker("count = count_parameters(sizes)", "count")


def by_building(sizes: Any) -> Any:
    """Makes the arrays and asks for their sizes."""
    total = 0
    for layer in range(len(sizes) - 1):
        total += np.ones((sizes[layer], sizes[layer + 1])).size + np.ones(sizes[layer + 1]).size
    return total


COUNT = exercise(
    fo.count_parameters,
    (
        _count("64 to 50 to 30 to 10", _sizes(64, 50, 30, 10), weight=2, visible=True, main=True),
        _count("12,288 to 1", _sizes(12288, 1), visible=True, why="one neuron on a picture"),
        _count("12,288 to 3", _sizes(12288, 3), visible=True, weight=0.5, why="three neurons"),
        _count("7 to 11 to 5", _sizes(7, 11, 5), weight=2, main=True),
        _count("five layers", _sizes(9, 4, 12, 3, 8, 6), weight=0.5),
        _count("1 to 1", _sizes(1, 1), weight=0.5),
    ),
    named.wrongs("""
    biases-forgotten: sizes[layer] + sizes[layer] => sizes[layer]
        You count the weights alone. Every unit has a bias, too.
    one-bias-for-each-input: sizes[layer] + sizes[layer] => sizes[layer] + sizes[layer - 1]
        You count a bias for each input of a layer. It is the units of the layer that have one.
    one-bias-for-each-layer: sizes[layer] + sizes[layer] => sizes[layer] + 1
        You count one bias for each layer. Each unit has its own.
    last-layer-forgotten: range(1, len(sizes)) => range(1, len(sizes) - 1)
        You leave out the last layer. A layer leads from each number of the list to the next one.
    first-layer-forgotten: range(1, len(sizes)) => range(2, len(sizes))
        You leave out the layer that reads the input. It is usually the largest.
    first-layer-only: return count => return sizes[0] * sizes[1] + sizes[1]
        You count the first layer alone. A return inside the loop does this, for one.
    last-layer-only: count += sizes => count = sizes
        You keep the count of the last layer alone. The layers are added up.
    inputs-have-biases: return count => return count + sizes[0]
        You count a bias for each input of the network as well. Only units have one.
    units-counted: sizes[layer - 1] * sizes[layer] + sizes[layer] => sizes[layer]
        You count the units. Each of them has as many weights as it has inputs, and a bias.
    no-bias-at-the-end: return count => return count - sizes[-1]
        The biases of the last layer are missing. Its units are neurons like all others.
    """),
    named.rights("""
    by building the arrays: by by_building
    one more input: sizes[layer - 1] * sizes[layer] + sizes[layer] => (sizes[layer - 1] + 1) * sizes[layer]
    """),
)
