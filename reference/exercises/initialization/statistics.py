"""Mean and standard deviation of what the layers of a stack put out."""

from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import stack
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import raises, takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init


def in_loops(x: Any, weights: Any, activation: Any) -> Any:
    """Example by example, with the mean of the squares."""
    known: dict[str, Any] = {"tanh": np.tanh, "relu": lambda z: z * (z > 0)}
    if activation not in known:
        raise ValueError(activation)
    act = known[activation]
    rows, found = list(x), []
    for w in weights:
        rows = [act(row @ w) for row in rows]
        mean = sum(row.sum() for row in rows) / (len(rows) * w.shape[1])
        square = sum((row**2).sum() for row in rows) / (len(rows) * w.shape[1])
        found.append((mean, np.sqrt(square - mean**2)))
    return np.array([mean for mean, _ in found]), np.array([std for _, std in found])


_ask = asker("mean, std = activation_statistics(x, weights, activation)", {"mean": 1, "std": 1.5})
named = Notation(globals())
STATISTICS = exercise(
    init.activation_statistics,
    (
        _ask("tanh, 3 layers", stack(6, (5, 8, 4, 7), "tanh", 1.5), weight=2, visible=True, main=True),
        _ask("relu, 4 layers", stack(5, (6, 4, 9, 5, 3), "relu", 1.4), weight=2, visible=True, main=True),
        _ask("tanh, small weights, square", stack(4, (5, 5, 5, 5), "tanh", 0.02), visible=True).because(
            "small numbers are measured as they are"
        ),
        raises(ValueError, visible=True, activation="sigmoid"),
        _ask("relu, other sizes", stack(12, (10, 20, 15, 30, 8, 4), "relu", 1.4), weight=2, main=True),
        _ask("tanh, ten layers", stack(20, (12,) * 11, "tanh", 1.2), main=True),
        _ask("tanh, one layer", stack(7, (3, 5), "tanh"), weight=0.5),
        _ask("relu, one example", stack(1, (4, 9, 7), "relu", 1.4), weight=0.5),
        takes_gaps(),
    ),
    named.wrongs("""
    always-from-the-input: z = h @ w => z = x @ w
        Each of your layers is fed x. All but the first should get what left the layer before them.
    last-layer-linear:
        - h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        + h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
        + if w is weights[-1]:
        +     h = z
        Your last layer has no activation. The docstring asks for one behind every matrix.
    before-the-activation:
        - means.append(np.mean(h))
        - stds.append(np.std(h))
        + means.append(np.mean(z))
        + stds.append(np.std(z))
        You measure the sums before the activation. Measure what leaves it.
    activation-missing: np.tanh(z) if activation == "tanh" else np.maximum(z, 0) => z
        Nothing is bent in your stack: the activation is missing.
    always-tanh: np.tanh(z) if activation == "tanh" else np.maximum(z, 0) => np.tanh(z)
        Your activation is always tanh. Which one it is is an argument.
    swapped-activations: if activation == "tanh" else => if activation == "relu" else
        You use ReLU for "tanh" and tanh for "relu".
    variance-not-root: np.std(h) => np.var(h)
        Your std is the variance. The standard deviation is its root.
    divided-by-one-less: np.std(h) => np.std(h, ddof=1)
        Your std divides by one less than the number of entries. The docstring's is a mean over all of
        them, as np.std takes it by itself.
    about-zero: np.std(h) => np.sqrt(np.mean(h**2))
        Your std is the distance from 0. The standard deviation is the distance from the mean.
    mean-of-sizes: np.mean(h) => np.mean(np.abs(h))
        Your mean is that of the sizes, without signs.
    std-over-the-units: np.std(h) => np.mean(np.std(h, axis=1))
        Your std is taken for each example and then averaged. It is one of all N * H entries.
    std-over-the-examples: np.std(h) => np.mean(np.std(h, axis=0))
        Your std is taken for each unit and then averaged. It is one of all N * H entries.
    input-counted: h, means, stds = x, [], [] => h, means, stds = x, [np.mean(x)], [np.std(x)]
        Your lists begin with x itself. The first entry belongs to the first layer.
    names-refused: activation not in ("tanh", "relu") => activation in ("tanh", "relu")
        You refuse the two names that exist and take all others: the condition is the wrong way round.
    other-names-taken: if activation not in ("tanh", "relu"): => if activation is None:
        A name that does not exist is taken for one of the two. The docstring asks for a ValueError.
    """),
    named.rights("""
    example by example: by in_loops
    by np.where: np.maximum(z, 0) => np.where(z > 0, z, 0)
    """),
)
EXERCISES = (STATISTICS,)
