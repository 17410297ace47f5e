"""A walk through the data in batches: judged by what all right walks have in common."""

from typing import Any

import numpy as np

from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs, case
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import foundations as fo


def labelled(N: int, size: int, *shape: int, labels: int = 0, seed: int | None = 3) -> Inputs:
    """x: (N, *shape), all rows different, y: (N,) or (N, labels), batch_size and seed."""

    def drawn(rng: np.random.Generator) -> Drawn:
        x = rng.standard_normal((N, *shape))
        y = np.arange(N) if not labels else np.arange(N * labels).reshape(N, labels)
        return {"x": x, "y": y, "batch_size": size, "seed": seed}

    return drawn


def yielded(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """A generator, shuffled in the older way."""
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    for some in np.split(order, range(batch_size, len(x), batch_size)):
        yield x[some], y[some]


def shuffled_first(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """Both arrays in the new order, then slices of them."""
    order = np.argsort(np.random.default_rng(seed).random(len(x)))
    x, y = x[order], y[order]
    count = -(-len(x) // batch_size)
    return [(x[k * batch_size :][:batch_size], y[k * batch_size :][:batch_size]) for k in range(count)]


def shuffled_apart(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """x and y each in an order of its own."""
    rng = np.random.default_rng(seed)
    return slices(x[rng.permutation(len(x))], y[rng.permutation(len(y))], batch_size)


def slices(x: Any, y: Any, batch_size: int) -> Any:
    """Consecutive batches of both."""
    return [(x[k : k + batch_size], y[k : k + batch_size]) for k in range(0, len(x), batch_size)]


def with_replacement(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """Each batch drawn by itself."""
    rng, batches = np.random.default_rng(seed), []
    for start in range(0, len(x), batch_size):
        chosen = rng.integers(0, len(x), min(batch_size, len(x) - start))
        batches.append((x[chosen], y[chosen]))
    return batches


def in_new_orders(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """A new order of all rows for each batch."""
    rng, batches = np.random.default_rng(seed), []
    for start in range(0, len(x), batch_size):
        chosen = rng.permutation(len(x))[start : start + batch_size]
        batches.append((x[chosen], y[chosen]))
    return batches


def last_from_the_unshuffled(x: Any, y: Any, batch_size: Any, seed: Any = None) -> Any:
    """The remainder cut from the arrays as they came."""
    batches = fo.minibatches(x, y, batch_size, seed)
    rest = len(x) % batch_size
    return [*batches[:-1], (x[-rest:], y[-rest:])] if rest else batches


REPLACED = (
    "Some of your examples occur more than once, and others not at all. An epoch goes through one order of "
    "all examples, and each of them stands in it once."
)
named = Notation(globals())
_CALL = "batches = minibatches(x, y, batch_size, seed)"
_COUNTED = {"sizes": 2.0, "seen": 3.0, "pairs": 3.0, "order": 2.0, "rows": 1.0}
_walk = probes.asker(
    f"{_CALL}\nsizes = batch_sizes(batches)\nseen = visits(batches, x)\npairs = pairing(batches, x, y)\n"
    "order = ordering(batches, x)\nrows = whole_rows(batches, x)",
    _COUNTED,
)
_twice = probes.asker(
    f"{_CALL}\nothers = minibatches(x, y, batch_size, seed)\nsame = likeness(batches, others, x)", "same"
)


def _twice_without_a_seed(rng: np.random.Generator) -> Drawn:
    drawn = labelled(40, 8, 3)(rng)
    return {name: drawn[name] for name in ("x", "y", "batch_size")}


def _with_two_seeds(rng: np.random.Generator) -> Drawn:
    return {**labelled(40, 8, 3)(rng), "another": 4}


_UNSEEDED = (
    "batches = minibatches(x, y, batch_size)\nothers = minibatches(x, y, batch_size)\n"
    "same = likeness(batches, others, x)"
)
_OTHER = f"{_CALL}\nothers = minibatches(x, y, batch_size, another)\nsame = likeness(batches, others, x)"
MINIBATCHES = exercise(
    fo.minibatches,
    (
        _walk("42 examples in batches of 8", labelled(42, 8, 3), weight=2, visible=True, main=True),
        _walk("more than there are", labelled(20, 50, 4), visible=True, weight=0.5).because(
            "a batch_size larger than N: one batch with all examples"
        ),
        _walk("20 examples in batches of 5", labelled(20, 5, 3), visible=True, weight=0.5).because(
            "N is a multiple of batch_size: no empty batch at the end"
        ),
        _walk("pictures, three labels each", labelled(30, 7, 2, 3, labels=3), visible=True, weight=0.5),
        _twice("the same seed", labelled(40, 8, 3), visible=True, main=True).because(
            "the same seed, the same order"
        ),
        case("no seed", _UNSEEDED, "same", _twice_without_a_seed, visible=True, weight=0.5).because(
            "without a seed each call draws another order"
        ),
        _walk("45 examples in batches of 9", labelled(45, 9, 5), weight=2, main=True),
        case("another seed", _OTHER, "same", _with_two_seeds, visible=True, weight=0.5).because(
            "another seed, another order"
        ),
        _twice("seed = 0", labelled(40, 6, 3, seed=0), visible=True, weight=0.5).because(
            "0 is a seed like any other"
        ),
        _walk("batches of one", labelled(23, 1, 2), weight=0.5),
    ),
    named.wrongs("""
        pairs-lost: by shuffled_apart
            Rows of x come with labels of other rows. Draw one order and use it for both arrays.
            teach: One permutation for both arrays: shuffle names and telephone numbers apart, and ask whom
            you call.
        labels-shuffled-alone: append((x[chosen], => append((x[start : start + batch_size],
            Your labels are shuffled, and the rows of x are not. Draw one order and use it for both arrays.
        labels-first: append((x[chosen], y[chosen])) => append((y[chosen], x[chosen]))
            Your batches have the labels in front. Each is a pair (x, y).
        not-shuffled: np.random.default_rng(seed).permutation(len(x)) => np.array(range(len(x)))
            Your examples come in the order in which they lie. Each epoch needs a random order.
        last-batch-dropped: range(0, len(x), batch_size) => range(0, len(x) - batch_size + 1, batch_size)
            What is left at the end is missing: the last batch may be smaller than the others.
        last-full-batch-dropped-too: range(0, len(x), batch_size) => range(0, len(x) - batch_size, batch_size)
            The last batch is missing, also where it is full: your starts end too early.
        an-empty-batch-at-the-end: range(0, len(x), batch_size) => range(0, len(x) + 1, batch_size)
            Where N is a multiple of batch_size, your last batch is empty. The number of batches is N divided
            by batch_size, rounded up.
        always-one-batch-more: range(0, len(x), batch_size) => range(0, len(x) + batch_size, batch_size)
            Your last batch is empty: the starts go on beyond the last example.
        first-batch-only: return batches => return batches[:1]
            Only the first batch is returned. A return inside the loop does this, for one.
        filled-up-to-the-size:
            - batches.append((x[chosen], y[chosen]))
            + chosen = np.resize(chosen, batch_size)
            + batches.append((x[chosen], y[chosen]))
            You fill the last batch up with examples that have been there. Each example occurs once an epoch.
        last-batch-filled-up:
            - batches.append((x[chosen], y[chosen]))
            + chosen = np.resize(np.concatenate([chosen, order]), min(batch_size, len(x)))
            + batches.append((x[chosen], y[chosen]))
            You fill the last batch up with examples that have been there. Each example occurs once an epoch.
        with-replacement: by with_replacement
            @REPLACED
        a-new-order-for-each-batch: by in_new_orders
            @REPLACED
        last-from-the-unshuffled: by last_from_the_unshuffled
            Your last batch is cut from the arrays as they came, not from the shuffled ones: some examples are
            missing, and some occur twice.
        backwards: np.random.default_rng(seed).permutation(len(x)) => np.arange(len(x))[::-1]
            Your examples come backwards. Each epoch needs a random order.
        batches-shuffled-within:
            - chosen = order[start : start + batch_size]
            + chosen = start + np.argsort(order[start : start + batch_size])
            You shuffle within each batch: its rows lie beside each other in x. One order of all examples is
            drawn first, and cut into batches then.
        seed-ignored: default_rng(seed) => default_rng()
            Two calls with the same seed give different orders: the seed is not used.
        always-the-same-seed: default_rng(seed) => default_rng(1 if seed is None else seed)
            Without a seed all of your calls give the same order. None should draw another one each time.
        seed-zero-ignored: default_rng(seed) => default_rng(seed or None)
            A seed of 0 is ignored, since 0 counts as False. Ask whether the seed is None.
        one-seed-for-all: default_rng(seed) => default_rng(5)
            All of your calls give the same order, whatever the seed is, and without one. The argument seed
            belongs into the generator.
        labels-not-cut: batches.append((x[chosen], y[chosen])) => batches.append((x[chosen], y[order]))
            Each of your batches has all labels. It needs those of its own rows.
        """),
    named.rights("""
        a generator: by yielded
        both arrays shuffled first: by shuffled_first
        """),
    setting="stagewise.judge.walks",
)
