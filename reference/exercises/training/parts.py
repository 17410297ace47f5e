"""The data in two parts, and both scaled with the statistics of the first."""

from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.chance import share
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import training as tr
from stagewise.judge.handed import generator

# The split.

SHARES = {
    "parts": 7.0,
    "below_fraction(val, half)": 2.0,
    "zero_fraction(drawn_again)": 2.0,
    "repeatable": 1.0,
}
_SPLIT = "x_train, y_train, x_val, y_val = train_validation_split(x, y, val_size, rng)"
_PARTED = f"""
    {_SPLIT}
    parts = parted(x_train, y_train, x_val, y_val, x, y)
"""


def examples(N: int, *shape: int, val_size: int, narrow: bool = False) -> Inputs:
    """x: (N, *shape) whose rows all differ, y: labels that all differ, and a generator."""

    def drawn(rng: np.random.Generator) -> Drawn:
        x = rng.permutation(N * int(np.prod(shape))).reshape(N, *shape) / 8
        return {
            "x": x.astype(np.float32) if narrow else x,
            "y": rng.permutation(N) + 100,
            "val_size": val_size,
            "rng": generator(int(rng.integers(1_000_000))),
        }

    return drawn


def _parts(name: str, inputs: Inputs, **options: Any) -> Case:
    return case(name, _PARTED, {"parts": SHARES["parts"]}, inputs, updates=("rng",), **options)


def _by_chance(name: str, N: int, val_size: int, **options: Any) -> Case:
    def drawn(rng: np.random.Generator) -> Drawn:
        given = examples(N, 2, val_size=val_size)(rng)
        return {**given, "twin": dict(given["rng"]), "half": np.array([N / 2])}

    outputs = ("below_fraction(val, half)", "zero_fraction(drawn_again)", "repeatable")
    return case(
        name,
        """
        _, _, x_val, _ = train_validation_split(x, y, val_size, rng)
        _, _, x_same, _ = train_validation_split(x, y, val_size, twin)
        _, _, x_again, _ = train_validation_split(x, y, val_size, rng)
        val = rows(x_val, x, 'x_val', val_size)
        again = rows(x_again, x, 'x_val', val_size)
        drawn_again = common(val, again)
        repeatable = repeated(x_val, x_same, x_again)
        """,
        {output: SHARES[output] for output in outputs},
        drawn,
        stated={
            "below_fraction(val, half)": share(0.5, val_size),
            "zero_fraction(drawn_again)": share(1 - val_size / N, val_size),
        },
        updates=("rng", "twin"),
        why="chance decides, and rng alone: an equal generator gives the same parts, a second call others",
        **options,
    )


def with_a_mask(x: Any, y: Any, val_size: int, rng: np.random.Generator) -> Any:
    """Both parts in their old order."""
    chosen = np.zeros(len(x), dtype=bool)
    chosen[rng.choice(len(x), size=val_size, replace=False)] = True
    return x[~chosen], y[~chosen], x[chosen], y[chosen]


def by_sorting(x: Any, y: Any, val_size: int, rng: np.random.Generator) -> Any:
    """The examples with the smallest random numbers."""
    order = np.argsort(rng.random(len(y)))
    split = len(y) - val_size
    return x[order[:split]], y[order[:split]], x[order[split:]], y[order[split:]]


named = Notation(globals())
SPLIT = handed(
    tr.train_validation_split,
    (
        _parts(
            "40 examples, 10 for validation", examples(40, 3, val_size=10), weight=2, visible=True, main=True
        ),
        _by_chance("twice with one generator", 400, 200, weight=2, visible=True, main=True),
        _parts("pictures", examples(30, 4, 4, val_size=12), visible=True, weight=0.5, why="x of any shape"),
        _parts("one for validation", examples(9, 2, val_size=1), weight=0.5, why="val_size = 1"),
        _parts(
            "one for training", examples(9, 2, val_size=8, narrow=True), weight=0.5, why="val_size = N - 1"
        ),
        _by_chance("twice with another generator", 600, 240),
        _parts("300 examples", examples(300, 2, val_size=90), weight=2, main=True),
    ),
    named.wrongs("""
    shuffled-apart:
        - val, train = order[:val_size], order[val_size:]
        + val, train, y = order[:val_size], order[val_size:], rng.permutation(y)
        Labels of both of your parts belong to other examples. x and y have to be taken in the same order.
        teach: One permutation for both arrays: shuffle names and telephone numbers apart, and ask whom you
        call.
    training-shuffled-apart: return x[train], y[train], => return x[train], rng.permutation(y[train]),
        Labels of your training part belong to other examples. x and y have to be taken in the same order.
    validation-shuffled-apart: x[val], y[val] => x[val], rng.permutation(y[val])
        Labels of your validation part belong to other examples. x and y have to be taken in the same order.
    a-share:
        - val, train = order[:val_size], order[val_size:]
        + size = int(val_size * len(y))
        + val, train = order[:size], order[size:]
        You take val_size for a share of the examples. It is their number.
    first-rows: rng.permutation(len(y)) => np.array(range(len(y)))
        Your validation part is always the first rows. If the data are sorted (by class, by day, by person),
        it is of another kind than the rest: choose at random.
    last-rows: rng.permutation(len(y)) => np.array(range(len(y)))[::-1]
        Your validation part is always the last rows. If the data are sorted (by class, by day, by person), it
        is of another kind than the rest: choose at random.
    with-replacement:
        - val, train = order[:val_size], order[val_size:]
        + val = rng.choice(len(x), size=val_size)
        + train = np.setdiff1d(order, val)
        Some examples occur twice in your validation part: you draw with replacement, as rng.integers and
        rng.choice do if they are not told otherwise.
    training-keeps-all: order[:val_size], order[val_size:] => order[:val_size], order
        Your training part still holds the examples of the validation part, so the network will have seen
        them. That is the leak that a split is made against.
    sizes-swapped: val, train = order[:val_size], => train, val = order[:val_size],
        Your training part has val_size examples, and the validation part has the rest. It is the other way
        round: val_size examples are for validation, and the training part comes first.
    another-order: return x[train], y[train], x[val], y[val] => return x[train], x[val], y[train], y[val]
        Your results come in the order x_train, x_val, y_train, y_val. That order is in use elsewhere; here it
        is x_train, y_train, x_val, y_val.
    parts-drawn-apart:
        order[:val_size], order[val_size:] => order[:val_size], rng.permutation(order)[val_size:]
        Your two parts are drawn apart from each other, so that some examples are in both and others in none.
        What is not drawn for one part is the other.
    one-lost: order[:val_size], order[val_size:] => order[:val_size], order[val_size + 1 :]
        One example is in neither of your parts: look at where the second one begins.
    one-in-both: order[:val_size], order[val_size:] => order[:val_size], order[val_size - 1 :]
        One example is in both of your parts: look at where the second one begins.
    own-generator: rng.permutation => np.random.default_rng(0).permutation
        Every call of yours parts the data in the same way: nothing is drawn, or from a generator of your own
        with a fixed seed, or from a copy of rng. Draw from the rng that is handed in.
    another-stream: rng.permutation => np.random.permutation
        You draw from another stream than the rng that is handed in, so nobody can repeat your split with it.
    shuffles-in-place: order = rng.permutation(len(y)) => rng.shuffle(x); order = np.array(range(len(y)))
        Your function shuffles the x of its caller in place, and y no longer fits it. Index with an order
        instead, which makes new arrays.
    """),
    named.rights("""
    a mask: by with_a_mask
    random numbers, sorted: by by_sorting
    """),
)

# Centred and scaled.


def two_parts(N: int, M: int, *shape: int, size: float = 1.0, constant: bool = False) -> Inputs:
    """x_train and x_val with another mean and spread; constant: the first feature is 3 in all of x_train."""

    def drawn(rng: np.random.Generator) -> Drawn:
        center, spread = rng.uniform(1, 5, shape), rng.uniform(0.5, 3, shape)
        train = center + spread * rng.standard_normal((N, *shape))
        val = 1.5 * center + 2 * spread * rng.standard_normal((M, *shape))
        if constant:
            train[:, 0] = 3.0
            val[:, 0] = rng.uniform(4, 6, M)
        return {"x_train": size * train, "x_val": size * val}

    return drawn


def whole_numbers(N: int, M: int, D: int) -> Inputs:
    """Both parts as pictures come, in uint8."""

    def drawn(rng: np.random.Generator) -> Drawn:
        part = {"x_train": rng.integers(0, 256, (N, D)), "x_val": rng.integers(0, 200, (M, D))}
        return {name: x.astype(np.uint8) for name, x in part.items()}

    return drawn


def feature_by_feature(x_train: Any, x_val: Any) -> Any:
    """One feature after the other."""
    train, val = (np.array(x, dtype=np.result_type(x, np.float32)) for x in (x_train, x_val))
    for place in np.ndindex(x_train.shape[1:]):
        here = (slice(None), *place)
        center, spread = train[here].mean(), train[here].std()
        val[here] = (val[here] - center) / (spread or 1)
        train[here] = (train[here] - center) / (spread or 1)
    return train, val


def of_the_validation_part(_: Any, x_val: Any) -> Any:
    """Twice the validation part, by its own statistics."""
    mu, sigma = np.mean(x_val, axis=0), np.std(x_val, axis=0)
    val = (x_val - mu) / np.where(sigma > 0, sigma, np.ones_like(sigma))
    return val, val.copy()


_ask = asker("train, val = preprocess(x_train, x_val)", {"train": 2, "val": 3})
PREPROCESS = exercise(
    tr.preprocess,
    (
        _ask("12 and 7 examples, 5 features", two_parts(12, 7, 5), weight=2, visible=True, main=True),
        _ask(
            "a feature without spread",
            two_parts(8, 6, 4, constant=True),
            visible=True,
            why="where sigma is 0, out = x - mu",
        ),
        _ask(
            "pictures", two_parts(6, 5, 3, 4), visible=True, weight=0.5, why="a feature is a place: (N, 3, 4)"
        ),
        _ask(
            "whole numbers", whole_numbers(9, 6, 5), visible=True, weight=0.5, why="uint8, as pictures come"
        ),
        keeps_dtype(two_parts(7, 5, 3), visible=True),
        pure(two_parts(5, 4, 3)),
        _ask("20 and 30 examples, 3 features", two_parts(20, 30, 3), weight=2, main=True),
        _ask("one validation example", two_parts(10, 1, 4), weight=0.5, why="M = 1"),
        _ask("tiny numbers", two_parts(9, 6, 4, size=1e-7), weight=0.5, why="a small sigma is not none"),
        _ask("one training example", two_parts(1, 5, 4), weight=0.5, why="every sigma is 0"),
        takes_gaps(two_parts(6, 5, 3)),
    ),
    named.wrongs("""
    own-statistics:
        (x_val - mu) / scale => (x_val - np.mean(x_val, axis=0)) / (np.std(x_val, axis=0) + 1e-30)
        You scale the validation part with its own mean and spread. Both parts must be measured by one rule,
        that of the training part: a single new example has no spread of its own.
        teach: The test set stands for examples that come one at a time: ask for the mean and spread of a
        single one.
    own-mean: (x_val - mu) / scale => (x_val - np.mean(x_val, axis=0)) / scale
        You centre the validation part at its own mean. It takes the mu of the training part.
    own-spread: (x_val - mu) / scale => (x_val - mu) / (np.std(x_val, axis=0) + 1e-30)
        You divide the validation part by its own standard deviation. It takes the sigma of the training part.
    validation-statistics:
        - mu = np.mean(x_train, axis=0)
        - sigma = np.std(x_train, axis=0)
        + mu = np.mean(x_val, axis=0)
        + sigma = np.std(x_val, axis=0)
        Your mu and sigma are those of the validation part, for both parts. It is the training part that
        makes the rule.
    validation-mean: np.mean(x_train, axis=0) => np.mean(x_val, axis=0)
        Your mu is the mean of the validation part, for both parts. It is the training part that makes the
        rule.
    validation-spread: np.std(x_train, axis=0) => np.std(x_val, axis=0)
        Your sigma is that of the validation part, for both parts. It is the training part that makes the
        rule.
    validation-alone: by of_the_validation_part
        Everything in your results comes from x_val: the training part is not used at all.
    all-data:
        - mu = np.mean(x_train, axis=0)
        - sigma = np.std(x_train, axis=0)
        + mu = np.mean(np.concatenate([x_train, x_val]), axis=0)
        + sigma = np.std(np.concatenate([x_train, x_val]), axis=0)
        Your mu and sigma are those of both parts together. The validation part stands for data that nobody
        has seen: it must not help to set the scale.
    validation-untouched: (x_val - mu) / scale => x_val * np.ones_like(scale)
        Your validation part comes back as it was. It goes through the same formula as the training part.
    divides-by-n-1: np.std(x_train, axis=0) => np.std(x_train, axis=0, ddof=min(1, len(x_train) - 1))
        Your sigma divides by N - 1. The standard deviation of the N rows at hand is meant, as np.std takes it
        by itself.
    variance: np.std(x_train, axis=0) => np.var(x_train, axis=0)
        You divide by the variance. The standard deviation is its root.
    one-for-all:
        - mu = np.mean(x_train, axis=0)
        - sigma = np.std(x_train, axis=0)
        + mu = np.mean(x_train)
        + sigma = np.std(x_train)
        You take one mean and one standard deviation of all numbers. Each feature has its own: take them over
        the rows.
    one-spread: np.std(x_train, axis=0) => np.std(x_train)
        There is one standard deviation of all your numbers. Each feature has its own, as it has its own mean.
    not-centred:
        - return (x_train - mu) / scale, (x_val - mu) / scale
        + return x_train / scale, x_val / scale
        Your features are scaled but not centred: mu is not subtracted.
    not-scaled: np.where(sigma > 0, sigma, np.ones_like(sigma)) => np.ones_like(sigma)
        Your features are centred, but not divided by sigma.
    no-guard: np.where(sigma > 0, sigma, np.ones_like(sigma)) => sigma
        Where a feature has no spread you divide by zero. Such a feature is centred and no more.
    flat-becomes-zero:
        - return (x_train - mu) / scale,
        + x_val = np.where(sigma > 0, x_val, mu); return (x_train - mu) / scale,
        Where a feature has no spread you return 0, whatever x is. Such a feature is centred: out = x - mu.
    flat-untouched:
        - mu = np.mean(x_train, axis=0)
        + mu = np.where(np.std(x_train, axis=0) > 0, np.mean(x_train, axis=0), 0 * x_train[0])
        Where a feature has no spread you leave it as it was. Such a feature is centred: out = x - mu.
    root-of-sigma: np.std(x_train, axis=0) => np.sqrt(np.std(x_train, axis=0))
        You take the root of the standard deviation, which is a root already.
    mean-alone-divided:
        return (x_train - mu) / scale, (x_val - mu) / scale => return x_train - mu / scale, x_val - mu / scale
        The mean alone is divided by the standard deviation: x - mu needs a bracket of its own.
    one-mean: np.mean(x_train, axis=0) => np.mean(x_train)
        There is one mean of all your numbers. Each feature has its own, as it has its own standard deviation.
    one-for-each-example:
        - mu = np.mean(x_train, axis=0)
        - sigma = np.std(x_train, axis=0)
        - scale = np.where(sigma > 0, sigma, np.ones_like(sigma))
        - return (x_train - mu) / scale, (x_val - mu) / scale
        + mu, sigma = np.mean(x_train, axis=1, keepdims=True), np.std(x_train, axis=1, keepdims=True)
        + center, spread = np.mean(x_val, axis=1, keepdims=True), np.std(x_val, axis=1, keepdims=True)
        + return (x_train - mu) / sigma, (x_val - center) / spread
        You take mean and standard deviation of each example over its features. Each feature has its own, over
        the examples: the other axis.
    from-0-to-1:
        - mu = np.mean(x_train, axis=0)
        - sigma = np.std(x_train, axis=0)
        + mu = np.min(x_train, axis=0)
        + sigma = np.max(x_train, axis=0) - mu
        You scale with the least and the greatest value of each feature. Its mean and standard deviation are
        meant.
    divided-by-255: return (x_train - mu) / scale, (x_val - mu) / scale => return x_train / 255, x_val / 255
        You divide by 255. Each feature is centred at its mean and divided by its standard deviation.
    mean-of-all-data: np.mean(x_train, axis=0) => np.mean(np.concatenate([x_train, x_val]), axis=0)
        Your mu is the mean of both parts together. The validation part stands for data that nobody has seen:
        it must not help to set the rule.
    features-last-only:
        np.mean(x_train, axis=0) => np.mean(x_train, axis=tuple(range(x_train.ndim - 1))) + 0 * x_train[0]
        Your means run over all axes but the last one. A feature is a place of the picture: take them over the
        rows.
    small-sigma-is-none: np.where(sigma > 0, => np.where(sigma > 1e-6,
        You take a small sigma for none. Where the numbers of a feature are tiny, its sigma is, too.
        hidden: it takes tiny numbers
    small-guard: np.where(sigma > 0, sigma, np.ones_like(sigma)) => sigma + np.asarray(1e-8, sigma.dtype)
        Where a feature has no spread in the training part you divide by a small number, and another value in
        the validation part becomes enormous: out = x - mu there.
    small-guard-under-the-root:
        np.where(sigma > 0, sigma, np.ones_like(sigma)) => np.sqrt(sigma**2 + np.asarray(1e-8, sigma.dtype))
        Where a feature has no spread in the training part you divide by the root of a small number, and
        another value in the validation part becomes enormous: out = x - mu there.
    eps-under-the-root:
        np.where(sigma > 0, sigma, np.ones_like(sigma)) => np.sqrt(sigma**2 + np.asarray(1e-5, sigma.dtype))
        Under your root stands an eps, as in batch normalisation. Here there is none: where sigma is 0,
        out = x - mu, and everywhere else sigma is what it is.
    writes-into-x:
        - return (x_train - mu) / scale, (x_val - mu) / scale
        + np.subtract(x_train, mu, out=x_train, casting="unsafe")
        + return x_train / scale, (x_val - mu) / scale
        Your function centres the x_train of its caller in place. Make a new array.
    wraps-around: (x_val - mu) / scale => (x_val - mu.astype(x_val.dtype)) / scale
        Your mean is cut to a whole number where x holds whole numbers, and uint8 wraps around below 0. Let
        the mean be a float.
    """),
    named.rights("""
    feature by feature: by feature_by_feature
    in one go:
        - return (x_train - mu) / scale, (x_val - mu) / scale
        + both = (np.concatenate([x_train, x_val]) - mu) / scale
        + return both[: len(x_train)], both[len(x_train) :]
    the variance by hand:
        np.std(x_train, axis=0) => np.sqrt(np.mean((x_train - mu) ** 2, axis=0))
    """),
)
EXERCISES = (SPLIT, PREPROCESS)
