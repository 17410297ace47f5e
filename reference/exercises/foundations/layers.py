"""Pictures as rows, and the affine layer, there and back."""

from typing import Any

import numpy as np

from reference.exercises.foundations.inputs import affine, pictures
from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo

AXES = "each example is flattened, whatever its shape"


def picture_by_picture(images: Any) -> Any:
    """Each picture flattened by itself."""
    return np.stack([image.flatten() for image in images])


def neuron_by_neuron(x: Any, w: Any, b: Any) -> Any:
    """Each number of the output by itself; the cache has all arguments."""
    out = np.empty((len(x), len(b)), dtype=x.dtype)
    for n, m in np.ndindex(out.shape):
        out[n, m] = np.dot(x[n].ravel(), w[:, m]) + b[m]
    return out, (x, w, b)


def back_example_by_example(dout: Any, cache: Any) -> Any:
    """Sums over examples in a loop, from the cache of `neuron_by_neuron`."""
    x, w, b = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n in range(len(x)):
        dx[n] = (w @ dout[n]).reshape(x[n].shape)
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return dx, dw, db


named = Notation(globals())
_rows = probes.asker("x = flatten_images(images)", "x")
FLATTEN = exercise(
    fo.flatten_images,
    (
        _rows("5 pictures, 4 x 3 x 2", pictures(5, 4, 3, 2), weight=2, visible=True, main=True),
        _rows("6 grey pictures, 3 x 5", pictures(6, 3, 5), visible=True),
        _rows(
            "whole numbers", pictures(4, 2, 3, 3, whole=True), visible=True, weight=0.5, exact_dtype=True
        ).because("bytes stay bytes: only the shape changes"),
        _rows("7 pictures, 2 x 5 x 3", pictures(7, 2, 5, 3), weight=2, main=True),
        _rows("one picture", pictures(1, 4, 5, 3), weight=0.5, why="N = 1"),
        _rows("rows already", pictures(4, 6), weight=0.5, why="(N, D) stays (N, D)"),
        _rows("four axes of a picture", pictures(3, 2, 3, 2, 2), weight=0.5, why=AXES),
        keeps_dtype(pictures(4, 3, 2), why=probes.DTYPE),
        takes_gaps(pictures(4, 3, 2, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
    pictures-mixed: images.reshape(len(images), -1) => images.reshape(-1, len(images)).T
        Your rows mix the pictures: a reshape cuts the numbers in the order in which they lie in memory, and a
        transpose afterwards does not bring a picture back together. Keep the first axis first.
    all-in-one: images.reshape(len(images), -1) => images.reshape(-1)
        All pictures are in one long row. Each picture is a row of its own.
    columns: images.reshape(len(images), -1) => images.reshape(len(images), -1).T
        Your pictures are columns. In this course examples are rows: (N, D).
    channels-first:
        - images.reshape(len(images), -1)
        + np.stack([np.moveaxis(image, -1, 0).ravel() for image in images])
        Your rows have all of the first colour in front, then all of the next one. The order of
        images.ravel() is asked for: the numbers of one pixel stand together.
    fortran-order: reshape(len(images), -1) => reshape(len(images), -1, order="F")
        Within a row your numbers run down the columns of the picture first. The order of images.ravel() is
        asked for: the last axis changes fastest.
    colours-averaged: images.reshape(len(images), -1) => images.mean(axis=-1).reshape(len(images), -1)
        You average over the last axis, the colours of a pixel. All numbers of a picture are kept.
    scaled-too: images.reshape(len(images), -1) => images.reshape(len(images), -1) / 255
        You divide by 255 as well. Here only the shape changes.
    """),
    named.rights("""
    picture by picture: by picture_by_picture
    the product of the sizes: reshape(len(images), -1) => reshape(images.shape[0], np.prod(images.shape[1:]))
    """),
)

_out = probes.asker("out, cache = affine_forward(x, w, b)", "out", takes="x w b")
FORWARD = exercise(
    fo.affine_forward,
    (
        _out("6 examples, 4 inputs, 3 units", affine(6, (4,), 3), weight=2, visible=True, main=True),
        _out("pictures, 2 x 3 x 2", affine(4, (2, 3, 2), 5), visible=True, why=AXES),
        keeps_dtype(affine(4, (5,), 3), visible=True, why=probes.DTYPE),
        _out("5 examples, 7 inputs, 2 units", affine(5, (7,), 2), weight=2, main=True),
        _out("one neuron", affine(6, (5,), 1), weight=0.5, why="M = 1: out is (N, 1)"),
        _out("one example, a picture", affine(1, (3, 2), 4), weight=0.5, why="N = 1"),
        _out("as many examples as inputs and units", affine(4, (4,), 4), weight=0.5, visible=True),
        takes_gaps(affine(5, (3, 2), 4), why=probes.MEMORY),
    ),
    named.wrongs("""
    bias-missing: -1) @ w + b => -1) @ w
        The bias is missing: your output is 0 for an input of zeros, where it should be b.
    bias-subtracted: -1) @ w + b => -1) @ w - b
        You subtract the bias. It is added.
    bias-in-the-weights: -1) @ w + b => -1) @ (w + b)
        You add b to the weights, so that it is multiplied by the inputs. It is added once, after the product.
    not-flattened: x.reshape(len(x), -1) @ w => x @ w
        You multiply x as it comes. Where an example has several axes it has to become one row first.
    pictures-mixed: x.reshape(len(x), -1) @ w => x.reshape(-1, len(x)).T @ w
        Your rows mix the examples: keep the first axis first when you reshape x.
    weights-transposed: -1) @ w + b => -1) @ w.T + b
        You transpose w. It has shape (D, M): one column for each unit.
    biases-averaged: -1) @ w + b => -1) @ w + np.mean(b)
        Every unit gets the same bias, the mean of all. Each unit has a bias of its own.
    a-relu-too: x.reshape(len(x), -1) @ w + b => np.maximum(0, x.reshape(len(x), -1) @ w + b)
        Your output is never negative: there is an activation in your affine layer. What comes behind the
        layer is no part of it.
    """),
    named.rights("""
    neuron by neuron: by neuron_by_neuron
    einsum: x.reshape(len(x), -1) @ w + b => np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b
    a column of ones:
        - out = x.reshape(len(x), -1) @ w + b
        + ones = np.ones((len(x), 1), x.dtype)
        + out = np.hstack([x.reshape(len(x), -1), ones]) @ np.vstack([w, b])
    """),
)

_back = probes.asker(
    "out, cache = affine_forward(x, w, b)\ndx, dw, db = affine_backward(dout, cache)",
    {"dx": 1.0, "dw": 1.0, "db": 1.0},
)
BACKWARD = exercise(
    fo.affine_backward,
    (
        _back("6 examples, 4 inputs, 3 units", affine(6, (4,), 3), weight=2, visible=True, main=True),
        _back("pictures, 2 x 3 x 2", affine(4, (2, 3, 2), 5), visible=True, why="dx has the shape of x"),
        pure(affine(3, (5,), 2), visible=True),
        keeps_dtype(affine(4, (5,), 3), visible=True, why=probes.DTYPE),
        _back("5 examples, 7 inputs, 2 units", affine(5, (7,), 2), weight=2, main=True),
        _back("tiny gradients", affine(4, (3,), 5, gradient=1e-7), weight=0.5, why="a small one is no zero"),
        _back("one example, a picture", affine(1, (3, 2), 4), weight=0.5, why="N = 1"),
        _back("one neuron", affine(6, (5,), 1), weight=0.5, why="M = 1"),
        takes_gaps(affine(5, (3, 2), 4), why=probes.MEMORY),
    ),
    named.wrongs("""
    db-averaged: np.sum(dout, axis=0) => np.mean(dout, axis=0)
        Your db is a mean over the examples. b is added to each of them, so what comes back from them adds up.
    db-over-the-units: np.sum(dout, axis=0) => np.sum(dout, axis=1)
        Your db has a number for each example. There is one bias for each unit: add up the other axis.
    db-not-summed: np.sum(dout, axis=0) => dout
        Your db has a row for each example. All examples use the same b: add their rows up.
    db-keeps-the-axis: np.sum(dout, axis=0) => np.sum(dout, axis=0, keepdims=True)
        Your db has shape (1, M). It has the shape of b, (M,).
        teach: A gradient has the shape of what it belongs to: (1, M) broadcasts as (M,) does, until a step
        turns b itself into a row.
    dw-averaged: x.reshape(len(x), -1).T @ dout => x.reshape(len(x), -1).T @ dout / len(x)
        Your dw is divided by N. The mean was taken by the loss, and dout has it already: the layer only adds.
    dw-without-dout: .T @ dout => .T @ np.ones_like(dout)
        Your dw does not depend on dout. By the chain rule it is what comes from above, times the inputs.
    dw-transposed: x.reshape(len(x), -1).T @ dout => dout.T @ x.reshape(len(x), -1)
        Your dw has shape (M, D). A gradient has the shape of what it belongs to: (D, M).
    dx-not-reshaped: (dout @ w.T).reshape(x.shape) => dout @ w.T
        Your dx is flat. It has the shape in which x came.
    dx-by-w: (dout @ w.T) => (dout @ w)
        On the way back the weights are transposed: (N, M) times (M, D).
    writes-into-dout: db = np.sum(dout, axis=0) => db = np.sum(dout, axis=0); dout /= 2
        Your function changes the dout of its caller, who may still need it. Make a new array.
    spoils-the-cache: db = np.sum(dout, axis=0) => db = np.sum(dout, axis=0); w -= 0.1 * dw
        A first call is right, but the function changes what its cache holds: a second call on it answers
        something else. A backward pass only computes gradients; the step comes later.
    """),
    named.rights("""
    example by example, another cache: by back_example_by_example with neuron_by_neuron
    einsum:
        - dw = x.reshape(len(x), -1).T @ dout
        + dw = np.einsum("nd,nm->dm", x.reshape(len(x), -1), dout)
    ones for the sum: np.sum(dout, axis=0) => np.ones(len(dout), dout.dtype) @ dout
    """),
    partners=(fo.affine_forward,),
)
