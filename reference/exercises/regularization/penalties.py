"""L2, L1 and their mixture, on the parameters of a network."""

from typing import Any

import numpy as np

from reference.kit.drawn import Drawn, in_float32
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import DTYPE, MEMORY, Ask, asker
from reference.kit.promises import pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import regularization as re

SHAPES = {"W1": (4, 3), "b1": (3,), "W2": (3, 5), "b2": (5,)}
NORMED = {
    "W1": (3, 4),
    "b1": (4,),
    "gamma1": (4,),
    "beta1": (4,),
    "W2": (4, 2),
    "b2": (2,),
    "W3": (2, 2),
    "b3": (2,),
}

# Whose name says what it is, and whose number of axes says something else.
ODD = {"W1": (3, 4), "b1": (1, 4), "W2": (4, 2), "scale": (2, 3), "W3": (2,), "b3": (1, 1)}
BY_NAME = "the name decides what a weight is, and not the number of axes"


def network(shapes: dict[str, tuple[int, ...]] = SHAPES, size: float = 1.0, **given: float) -> Inputs:
    """Parameters of which the last weights are the largest, biases among them, and what else is given."""

    def drawn(rng: np.random.Generator) -> Drawn:
        params = {name: size * rng.standard_normal(shape) for name, shape in shapes.items()}
        last = max(name for name in params if name[0] == "W")
        params[last] *= 2
        return {"params": params, **given}

    return drawn


def with_zeros(**given: float) -> Inputs:
    """Parameters of which some are 0, others tiny."""

    def drawn(rng: np.random.Generator) -> Drawn:
        params = network()(rng)["params"]
        params["W1"][::2] = 0.0
        params["W2"][1] *= 1e-9
        return {"params": params, **given}

    return drawn


def shares(shapes: dict[str, tuple[int, ...]]) -> dict[str, float]:
    """What is compared: the loss, and the gradient of each name."""
    return {"loss": 3.0, **{f"grads['{name}']": 2.0 if name[0] == "W" else 1.0 for name in shapes}}


def asking(call: str) -> tuple[Ask, Ask, Ask, Ask]:
    """Cases of two layers, of three with batch normalisation, of gradients alone, and of odd shapes."""
    script = f"loss, grads = {call}"
    alone = {output: share for output, share in shares(SHAPES).items() if output != "loss"}
    shown = (shares(SHAPES), shares(NORMED), alone, shares(ODD))
    one, normed, gradients, odd = (asker(script, outputs) for outputs in shown)
    return one, normed, gradients, odd


BIASES_GRAD = (
    "Your loss leaves the biases alone, but their gradient is not 0: they would be pulled to 0 all the same."
)
BIASES_LOSS = "Your loss counts biases, while their gradient is 0. Only weights are in the sum."
NO_BIASES = "Your grads have no entry for biases. They get an array of zeros, so that grads has every name."
REG_LOSS = "reg is missing in your loss: it is in the gradient alone."
REG_GRAD = "reg is missing in your gradient: it is in the loss alone."
WRITES = "Your function changes the weights of its caller. It computes a gradient; the step comes later."
MEAN = "You take a mean over the weights, and the docstring asks for their sum."
NUMBER = "Your gradient is one number for all entries of a matrix. Each weight has a derivative of its own."

named = Notation(globals())
# Whose weights count, and how layers are added up, is said in the same lines of all three.
WHICH_WEIGHTS = named.wrongs("""
biases-too: name.startswith("W") => name
    Your penalty holds biases (or gamma, beta), too. Only what begins with W is in the sum.
last-layer-left-out:
    - if name.startswith("W"):
    + if name.startswith("W") and name != max(n for n in params if n[0] == "W"):
    The last weights are missing, in loss and gradient. Those of every layer count, the last one's too.
    teach: A loop over hidden layers ends one too early: count the weight matrices, not the activations.
last-layer-only: loss = loss + reg => loss = reg
    Your loss is that of the last weights alone: each layer's is added to those before it.
by-axes: name.startswith("W") => values.ndim > 1
    In your function the number of axes decides what a weight is. The name does: a row of biases may have two
    axes, and the weights of a single output one.
all-but-b: name.startswith("W") => not name.startswith("b")
    Your penalty counts all that does not begin with b, gamma or a scale among it. Only what begins with W is
    in the sum.
two-layers: name.startswith("W") => name in ("W1", "W2")
    W1 and W2 are all that your penalty counts. A network may have more weights: go through all names.
number-for-zeros: grads[name] = np.zeros_like(values) => grads[name] = 0.0
    What is left alone has a number in your grads. An array of zeros belongs there, in the shape of the
    parameter.
""")
_l2, _l2_normed, _l2_grads, _l2_odd = asking("l2_penalty(params, reg)")


def by_norms(params: Any, reg: float) -> Any:
    """The squared norms of flat matrices."""
    names = [name for name in params if name[0] == "W"]
    loss = sum(0.5 * reg * np.linalg.norm(params[name].ravel()) ** 2 for name in names)
    return loss, {name: params[name] * (reg if name in names else 0) for name in params}


L2 = exercise(
    re.l2_penalty,
    (
        _l2("two layers, reg = 0.7", network(reg=0.7), weight=2, visible=True, main=True),
        _l2_normed(
            "three layers with batch normalisation", network(NORMED, reg=3.0), visible=True, main=True
        ).because("gamma and beta are left alone, as biases are"),
        _l2_odd("weights of one output", network(ODD, reg=0.5), visible=True, why=BY_NAME),
        pure(visible=True),
        _l2_grads("float32", in_float32(network(reg=0.3)), visible=True, exact_dtype=True).because(DTYPE),
        _l2("two layers, reg = 0.04", network(reg=0.04), weight=2, main=True),
        _l2("tiny weights", network(size=1e-6, reg=2.0), weight=0.5, why="a small penalty is no zero"),
        _l2("reg = 0", network(reg=0.0), weight=0.5, why="no penalty"),
        takes_gaps(why=MEMORY),
    ),
    (
        *WHICH_WEIGHTS,
        *named.wrongs("""
    half-missing: reg / 2 * np.sum => reg * np.sum
        Your loss is twice too large for your gradient: here it is reg/2 times the sum of squares.
    no-half-at-all:
        - loss = loss + reg / 2 * np.sum(values**2)
        - grads[name] = reg * values
        + loss = loss + reg * np.sum(values**2)
        + grads[name] = 2 * reg * values
        Your loss and gradient are both twice too large: they fit the convention reg * sum of w^2, and here
        it is reg/2.
    gradient-doubled: grads[name] = reg * values => grads[name] = 2 * reg * values
        Your gradient is twice too large: the 2 of the derivative meets the 1/2 of the loss.
    gradient-halved: grads[name] = reg * values => grads[name] = reg / 2 * values
        Your gradient is half of what it should be: the derivative of w^2 brings a factor 2.
    norm-not-squared: np.sum(values**2) => np.sqrt(np.sum(values**2))
        Your loss takes the root of the sum of squares, the norm. The sum itself is meant.
        teach: The penalty is the sum of squares, whose slope is w: the norm pulls at all weights with one
        force, however small they are.
    sum-squared: np.sum(values**2) => np.sum(values) ** 2
        You square the sum of the weights. Each weight is squared first, then they are added.
    absolute-values: np.sum(values**2) => np.sum(np.abs(values))
        Your loss adds up |w|, which is the L1 penalty. L2 adds up squares.
    mean-not-sum: np.sum(values**2) => np.mean(values**2)
        @MEAN
    reg-squared: reg / 2 * np.sum(values**2) => np.sum((reg * values) ** 2) / 2
        reg is squared in your loss. Only the weights are.
    biases-in-the-gradient: grads[name] = np.zeros_like(values) => grads[name] = reg * values
        @BIASES_GRAD
        teach: Loss and gradient leave out the same things: a numerical gradient with biases that are not 0
        shows the difference.
    biases-in-the-loss:
        - grads[name] = np.zeros_like(values)
        + grads[name] = np.zeros_like(values)
        + loss = loss + (name[0] != "W") * reg / 2 * np.sum(values**2)
        @BIASES_LOSS
    biases-instead: if name.startswith("W"): => if not name.startswith("W"):
        Your penalty is on everything but the weights. It is the other way round: only what begins with W is
        in the sum.
    biases-without-entry: grads[name] = np.zeros_like(values) => pass
        @NO_BIASES
    reg-missing-in-loss: reg / 2 * np.sum => 1 / 2 * np.sum
        @REG_LOSS
    reg-missing-in-gradient: grads[name] = reg * values => grads[name] = values.copy()
        @REG_GRAD
    gradient-is-a-number:
        - grads[name] = reg * values
        + grads[name] = np.full_like(values, reg * np.sum(values))
        @NUMBER
    writes-into-params: grads[name] = reg * values => values *= reg; grads[name] = values
        @WRITES
    loss-subtracted: loss = loss + reg => loss = loss - reg
        Your loss is negative. A penalty makes the loss larger.
    """),
    ),
    named.rights("""
    squared norms: by by_norms
    dot products: np.sum(values**2) => np.dot(values.ravel(), values.ravel())
    """),
)

_l1, _l1_normed, _l1_grads, _l1_odd = asking("l1_penalty(params, reg)")


def entry_by_entry(params: Any, reg: float) -> Any:
    """A sign for each entry, in a loop."""
    loss, grads = 0.0, {name: np.zeros_like(values) for name, values in params.items()}
    for name in params:
        for place in np.ndindex(params[name].shape if name[0] == "W" else (0,)):
            w = params[name][place]
            loss += reg * abs(w)
            grads[name][place] = reg * (int(w > 0) - int(w < 0))
    return loss, grads


L1 = exercise(
    re.l1_penalty,
    (
        _l1("two layers, reg = 0.7", network(reg=0.7), weight=2, visible=True, main=True),
        _l1_odd("weights of one output", network(ODD, reg=0.5), visible=True, why=BY_NAME),
        _l1("weights of 0 among them", with_zeros(reg=0.4), visible=True, why="the slope at w = 0 is 0"),
        pure(),
        _l1_grads("float32", in_float32(network(reg=0.3)), visible=True, exact_dtype=True).because(DTYPE),
        _l1("two layers, reg = 0.04", network(reg=0.04), weight=2, main=True),
        _l1_normed("three layers with batch normalisation", network(NORMED, reg=3.0), main=True).because(
            "gamma and beta are left alone, as biases are"
        ),
        _l1("tiny weights", network(size=1e-6, reg=2.0), weight=0.5, why="their slope is as large as any"),
        takes_gaps(why=MEMORY),
    ),
    (
        *WHICH_WEIGHTS,
        *named.wrongs("""
    euclidean-norm: np.sum(np.abs(values)) => np.sqrt(np.sum(values**2))
        Your value is the Euclidean norm, and your gradient that of |w|. Value and gradient must belong
        together: add up |w|.
    squares: np.sum(np.abs(values)) => np.sum(values**2) / 2
        Your value is the L2 penalty. L1 adds up |w|.
    sum-without-absolute: np.sum(np.abs(values)) => np.sum(values)
        You add up the weights with their signs, so that they cancel. |w| is meant.
    absolute-of-the-sum: np.sum(np.abs(values)) => np.abs(np.sum(values))
        You take the absolute value of the sum. Each weight's is taken first.
    gradient-of-l2: grads[name] = reg * np.sign(values) => grads[name] = reg * values
        Your gradient grows with the weight, as L2's does. The slope of |w| does not depend on its size.
    gradient-always-positive: grads[name] = reg * np.sign(values) => grads[name] = np.full_like(values, reg)
        Your gradient has one sign. To the left of 0, |w| falls.
    sign-reversed: grads[name] = reg * np.sign(values) => grads[name] = -reg * np.sign(values)
        Your gradient has the wrong sign: to the right of 0, |w| rises.
    absolute-values-as-gradient: reg * np.sign(values) => reg * np.abs(values)
        Your gradient is reg |w|, the value itself. The slope of |w| is 1 or -1.
    minus-one-at-zero: np.sign(values) => np.where(values > 0, 1, -1).astype(values.dtype)
        At w = 0 your slope is -1. There it is taken to be 0, so that a weight of 0 is left alone.
    nan-at-zero: np.sign(values) => values / np.abs(values)
        You divide by |w|, and at w = 0 that is 0 / 0, which is NaN. The slope there is taken to be 0.
    largest-column: np.sum(np.abs(values)) => np.linalg.norm(values, 1)
        np.linalg.norm of a matrix, with 1, is the largest sum of a column. All entries are added.
    biases-without-entry: grads[name] = np.zeros_like(values) => pass
        @NO_BIASES
    slope-one-at-zero: np.sign(values) => np.where(values >= 0, 1, -1).astype(values.dtype)
        At w = 0 your slope is 1. There it is taken to be 0, so that a weight of 0 is left alone.
    divided-by-the-size: np.sign(values) => values / (np.abs(values) + np.asarray(1e-3, values.dtype))
        Your slope is w / (|w| + a little), which is too small for tiny weights. It has the size 1 for each
        weight that is not 0.
    half-too-much: loss + reg * np.sum => loss + reg / 2 * np.sum
        You halve the sum. The 1/2 belongs to the squares of L2, where it meets the 2 of the derivative.
    mean-not-sum: np.sum(np.abs(values)) => np.mean(np.abs(values))
        @MEAN
    biases-in-the-gradient: grads[name] = np.zeros_like(values) => grads[name] = reg * np.sign(values)
        @BIASES_GRAD
    reg-missing-in-loss: loss + reg * np.sum => loss + np.sum
        @REG_LOSS
    reg-missing-in-gradient: grads[name] = reg * np.sign(values) => grads[name] = np.sign(values)
        @REG_GRAD
    """),
    ),
    named.rights("""
    entry by entry: by entry_by_entry
    two comparisons: np.sign(values) => ((values > 0) * np.ones_like(values) - (values < 0))
    """),
)

_net, _net_normed, _net_grads, _net_odd = asking("elastic_net_penalty(params, reg, ratio)")


def in_two_parts(params: Any, reg: float, ratio: float) -> Any:
    """Both penalties, each with its share of reg."""
    one, of_one = re.l1_penalty(params, ratio * reg)
    two, of_two = re.l2_penalty(params, (1 - ratio) * reg)
    return one + two, {name: of_one[name] + of_two[name] for name in params}


ELASTIC = exercise(
    re.elastic_net_penalty,
    (
        _net("ratio = 0.3", network(reg=0.7, ratio=0.3), weight=2, visible=True, main=True),
        _net_odd("weights of one output", network(ODD, reg=0.5, ratio=0.4), visible=True, why=BY_NAME),
        _net("all L2", network(reg=0.5, ratio=0.0), visible=True, weight=0.5, why="ratio = 0"),
        _net("all L1", network(reg=0.5, ratio=1.0), visible=True, weight=0.5, why="ratio = 1"),
        pure(),
        _net_grads(
            "float32", in_float32(network(reg=0.3, ratio=0.6)), visible=True, exact_dtype=True
        ).because(DTYPE),
        _net("ratio = 0.85", network(reg=0.04, ratio=0.85), weight=2, main=True),
        _net_normed(
            "three layers with batch normalisation", network(NORMED, reg=3.0, ratio=0.4), main=True
        ).because("gamma and beta are left alone, as biases are"),
        _net("weights of 0", with_zeros(reg=0.4, ratio=0.6), weight=0.5, why="the slope at w = 0 is 0"),
        takes_gaps(why=MEMORY),
    ),
    (
        *WHICH_WEIGHTS,
        *named.wrongs("""
    ratio-on-the-other-part: loss, grads = 0.0, {} => loss, grads, ratio = 0.0, {}, 1 - ratio
        Your ratio stands at the squares. It is the share of L1: at ratio = 1 only |w| is left.
    ratio-on-the-other-part-of-the-value:
        - reg * (ratio * size + (1 - ratio) / 2 * square)
        + reg * ((1 - ratio) * size + ratio / 2 * square)
        In your value the ratio stands at the squares. It is the share of L1, as in your gradient.
    ratio-on-the-other-part-of-the-gradient:
        - reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + reg * ((1 - ratio) * np.sign(values) + ratio * values)
        In your gradient the ratio stands at the L2 part. It is the share of L1, as in your value.
    no-ratio-at-all:
        - loss = loss + reg * (ratio * size + (1 - ratio) / 2 * square)
        - grads[name] = reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + loss = loss + reg * (size + square / 2)
        + grads[name] = reg * (np.sign(values) + values)
        Your ratio is not used: both penalties have all of reg. It shares reg out between them.
    no-ratio-in-the-gradient:
        - reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + reg * (np.sign(values) + values)
        Your ratio is not used in the gradient, where both parts have all of reg.
    half-of-the-ratio: (1 - ratio) / 2 * square => (1 - ratio / 2) * square
        In your value the 1/2 halves the ratio alone: (1 - ratio) wants its brackets, and then the half.
    two-minus-the-ratio:
        - loss = loss + reg * (ratio * size + (1 - ratio) / 2 * square)
        - grads[name] = reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + loss = loss + reg * (ratio * size + (2 - ratio) / 2 * square)
        + grads[name] = reg * (ratio * np.sign(values) + (2 - ratio) * values)
        Your L2 part has the share 2 - ratio, in the value and in the gradient. Both shares together are 1.
    slope-always-positive: ratio * np.sign(values) => ratio
        The L1 part of your gradient has one sign. To the left of 0, |w| falls.
    reg-missing:
        - loss = loss + reg * (ratio * size + (1 - ratio) / 2 * square)
        - grads[name] = reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + loss = loss + ratio * size + (1 - ratio) / 2 * square
        + grads[name] = ratio * np.sign(values) + (1 - ratio) * values
        reg is missing, in value and gradient.
    reg-missing-in-gradient: reg * (ratio * np.sign => (ratio * np.sign
        @REG_GRAD
    half-missing: (1 - ratio) / 2 * square => (1 - ratio) * square
        The squares in your value lack their 1/2.
    half-on-both:
        - reg * (ratio * size + (1 - ratio) / 2 * square)
        + reg / 2 * (ratio * size + (1 - ratio) * square)
        Your 1/2 stands before both sums. It belongs to the squares alone.
    half-in-the-gradient: (1 - ratio) * values => (1 - ratio) / 2 * values
        The L2 part of your gradient is half of what it should be: the derivative of w^2 brings a factor 2.
    not-shared-out: (ratio * size + (1 - ratio) / 2 * square) => (ratio * size + square / 2)
        The squares in your value have all of reg. Their share is 1 - ratio.
    gradient-not-shared-out: + (1 - ratio) * values => + values
        The L2 part of your gradient has all of reg. Its share is 1 - ratio.
    reg-on-one-part:
        - reg * (ratio * size + (1 - ratio) / 2 * square)
        + reg * ratio * size + (1 - ratio) / 2 * square
        reg multiplies only the first sum of your value. It multiplies both.
    reg-on-one-part-of-the-gradient:
        - reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + reg * ratio * np.sign(values) + (1 - ratio) * values
        reg multiplies only the first part of your gradient. It multiplies both.
    norm-not-squared: np.sum(values**2) => np.sqrt(np.sum(values**2))
        Your value takes the root of the sum of squares. The sum itself is meant.
    """),
    ),
    named.rights("""
    both penalties: by in_two_parts
    multiplied out:
        - reg * (ratio * np.sign(values) + (1 - ratio) * values)
        + reg * ratio * np.sign(values) + reg * values - reg * ratio * values
    """),
)
EXERCISES = (L2, L1, ELASTIC)
