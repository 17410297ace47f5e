"""Random starts: what is compared is the deviation of the weights, their mean, and which of them are equal.

fan_in is far from fan_out, so that He's rule, Xavier's, 1 / fan_in and their slips have deviations that a
matrix of ten thousand entries tells apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.kit.chance import centre, certain, share, spread
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, case
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import initialization as init

_DEVIATION, _MEAN, _SHAPE = "deviation(varied(w))", "mean_of(varied(w))", "shape_name(varied(w))"
_SAME, _OTHER = "same_share(varied(one), same)", "same_share(varied(one), other)"
SHARES = {_DEVIATION: 7.0, _MEAN: 1.5, _SHAPE: 1.5, _SAME: 1.0, _OTHER: 1.0}


def _nothing(_: np.random.Generator) -> Drawn:
    return {}


@dataclass(frozen=True)
class Rule:
    """A rule as its cases need it. before: what a call names in front of the seed; std: what the deviation
    should be, for fan_in and fan_out."""

    name: str
    std: Callable[[int, int], float]
    why: str
    before: str = ""

    def weights(
        self, fan_in: int, fan_out: int, before: str = "", std: float | None = None, **options: Any
    ) -> Case:
        """The weights of one call."""
        n, wanted = fan_in * fan_out, std if std is not None else self.std(fan_in, fan_out)
        stated = {_DEVIATION: spread(wanted, n), _MEAN: centre(wanted, n)}
        asked = {output: SHARES[output] for output in (_DEVIATION, _MEAN, _SHAPE)}
        call = f"{self.name}({fan_in}, {fan_out}{before or self.before})"
        title = f"{fan_in} in, {fan_out} out{f', scale{before}' if before else ''}".replace("scale,", "scale")
        return case(title, f"w = {call}", asked, _nothing, stated=stated, **{"why": self.why, **options})

    def seeds(self, first: str, second: str, **options: Any) -> Case:
        """Two calls with the seed `first`, and one with `second`; "" is no seed."""
        start, n = f"{self.name}(20, 30{self.before}", 600
        calls = {"one": first, "same": first, "other": second}
        lines = [f"{name} = {start}{', ' if seed else ''}{seed})" for name, seed in calls.items()]
        stated = {_SAME: certain(1.0, n, loose=0.01), _OTHER: certain(0.0, n, loose=0.01)}
        asked = {output: SHARES[output] for output in stated}
        title = f"seed {first} twice, then {f'seed {second}' if second else 'no seed'}"
        return case(title, "\n".join(lines), asked, _nothing, stated=stated, **options)

    def unseeded(self, **options: Any) -> Case:
        """Two calls without a seed."""
        lines = f"one = {self.name}(20, 30{self.before})\nother = {self.name}(20, 30{self.before})"
        stated = {_OTHER: certain(0.0, 600, loose=0.01)}
        return case("no seed, twice", lines, {_OTHER: SHARES[_OTHER]}, _nothing, stated=stated, **options)

    def about_seeds(self) -> tuple[Case, ...]:
        """What every rule promises of its seed."""
        same = "the same seed gives the same weights, another one other weights"
        return (
            self.seeds("5", "6", visible=True, main=True, why=same),
            self.seeds("0", "1", visible=True, why="0 is a seed like any other"),
            self.unseeded(visible=True, main=True, why="without a seed each call draws other weights"),
            self.seeds("231", "", weight=0.5, why="a call without a seed draws afresh"),
        )

    def of_sizes(self) -> tuple[Case, ...]:
        """What is asked of a rule whose deviation depends on the sizes."""
        return (
            self.weights(60, 240, visible=True, main=True, weight=2),
            self.weights(300, 40, visible=True, main=True),
            self.weights(3, 3000, visible=True, weight=0.5),
            *self.about_seeds(),
            self.weights(120, 500, main=True, weight=2),
            self.weights(400, 100),
            self.weights(90, 110, weight=0.5),
        )


SEEDED = "if seed is not None:\n    np.random.seed(seed)"
named = Notation(globals())
ALL = """
    positive-only: np.random.randn(fan_in, fan_out) => np.random.rand(fan_in, fan_out)
        All of your weights are positive: np.random.rand and rng.random draw between 0 and 1. Normal
        numbers have mean 0.
        teach: Weights of one sign make all units of a layer agree: draw the histogram of rand beside that of
        normal numbers.
    absolute-values: np.random.randn(fan_in, fan_out) => np.abs(np.random.randn(fan_in, fan_out))
        Your weights have the mean and the spread of absolute values. Half of all normal numbers are
        negative: that is how they have mean 0.
    one-column-for-all: np.random.randn(fan_in, fan_out) => np.tile(np.random.randn(fan_in, 1), fan_out)
        Many of your weights are equal, as no two of so many continuous random numbers are. Draw a number for
        each entry, of a kind that can take any value.
    one-axis: np.random.randn(fan_in, fan_out) => np.random.randn(fan_in * fan_out)
        Your weights are one long row of numbers. A layer needs a matrix: (fan_in, fan_out).
    transposed: np.random.randn(fan_in, fan_out) => np.random.randn(fan_out, fan_in)
        Your matrix is transposed. A row for each input, a column for each unit: (fan_in, fan_out).
    cut-at-two-deviations:
        - w@HINT = @FACTOR * np.random.randn(fan_in, fan_out)
        + z = np.random.randn(fan_in, fan_out)
        + while (far := np.abs(z) > 2).any():
        +     z[far] = np.random.randn(far.sum())
        + w = @FACTOR * z
        Your deviation is too small: that is how it comes where numbers beyond two deviations are drawn again
        or cut off.
    seed-ignored: np.random.seed(seed) => pass
        Two calls with the same seed give different weights. Your seed is not used.
    always-one-seed: @SEEDED => np.random.seed(42)
        Your function seeds with a number of its own: whatever the seed, and without one, the weights are the
        same.
    seed-zero-ignored: if seed is not None: => if seed:
        A seed of 0 is ignored: `if seed` takes 0 for False. Ask whether there is a seed.
    always-the-same: @SEEDED => np.random.seed(seed or 0)
        Every call of yours without a seed gives the same weights, so all layers of one size would start
        alike. Seed only if there is a seed.
    number-not-weights: return w => return float(np.std(w))
        You return one number. Asked are the weights, (fan_in, fan_out) of them.
"""


SCALED = """
    bound-for-deviation: np.random.randn(fan_in, fan_out) => np.random.uniform(-1, 1, (fan_in, fan_out))
        Your deviation is too small, about by the root of 3: that is how it comes where it is the bound of
        uniform weights. Uniform numbers between -r and r have the deviation r / sqrt(3).
    uniform-from-zero:
        np.random.randn(fan_in, fan_out) => np.random.uniform(0, 3**0.5, (fan_in, fan_out))
        All of your weights are positive: they are uniform between 0 and the bound. The interval begins at
        minus the bound.
    small-instead: std * np.random => 0.01 * np.random
        Your deviation is 0.01 for all sizes. This rule depends on the sizes.
    scale-missing: std * np.random => np.random
        Your weights have deviation 1: they are not scaled.
    deviation-as-mean: std * np.random.randn(fan_in, fan_out) => np.random.normal(std, 1, (fan_in, fan_out))
        Your deviation has become the mean of the weights: the first argument of `normal` is the mean.
"""


def _mistakes(text: str, assigned: str = "w", factor: str = "scale") -> tuple[Any, ...]:
    shared = ALL.replace("w@HINT", assigned).replace("@FACTOR", factor)
    return (*named.wrongs(text), *named.wrongs(shared))


def _scaled_mistakes(text: str) -> tuple[Any, ...]:
    return (*_mistakes(text, "w: Array", "std"), *named.wrongs(SCALED))


def with_generator(std: Callable[..., float]) -> Callable[..., Any]:
    """Another stream."""

    def drawn(fan_in: Any, fan_out: Any, *more: Any) -> Any:
        scale, seed = _scale_and_seed(std, fan_in, fan_out, more)
        return np.random.default_rng(seed).normal(0.0, scale, size=(fan_in, fan_out))

    return drawn


def uniform(std: Callable[..., float]) -> Callable[..., Any]:
    """Uniform numbers with that deviation."""

    def drawn(fan_in: Any, fan_out: Any, *more: Any) -> Any:
        scale, seed = _scale_and_seed(std, fan_in, fan_out, more)
        bound = np.sqrt(3) * scale
        return np.random.default_rng(seed).uniform(-bound, bound, (fan_in, fan_out))

    return drawn


def _scale_and_seed(std: Any, fan_in: int, fan_out: int, more: Any) -> tuple[float, Any]:
    given = [*more, None, None]
    if std is given_scale:
        return (0.01 if given[0] is None else given[0]), given[1]
    return std(fan_in, fan_out), given[0]


def given_scale(fan_in: int, fan_out: int) -> float:
    """The default of `small_random_init`."""
    return 0.01


def xavier_std(fan_in: int, fan_out: int) -> float:
    """Glorot and Bengio's."""
    return float(np.sqrt(2 / (fan_in + fan_out)))


def he_std(fan_in: int, fan_out: int) -> float:
    """He's."""
    return float(np.sqrt(2 / fan_in))


RIGHT = Notation(
    globals(),
    small_generator=with_generator(given_scale),
    xavier_generator=with_generator(xavier_std),
    xavier_uniform=uniform(xavier_std),
    he_generator=with_generator(he_std),
    he_uniform=uniform(he_std),
)
_HALF, _FAR = "below_fraction(varied(w), half)", "below_fraction(varied(w), far)"


def _normal(n_in: int, n_out: int, scale: float, **options: Any) -> Case:
    """Asks for the normal curve by two shares: of what is below minus a half and minus two deviations."""
    n, edges = n_in * n_out, {"half": np.array([-0.5 * scale]), "far": np.array([-2.0 * scale])}
    stated = {_HALF: share(0.308537539, n), _FAR: share(0.022750132, n)}
    call = f"w = small_random_init({n_in}, {n_out}, {scale})"
    why = "a normal curve: half is minus 1/2, far is minus 2 deviations"
    return case(
        "the curve", call, {_HALF: 1.0, _FAR: 1.0}, lambda _: edges, stated=stated, why=why, **options
    )


_small = Rule("small_random_init", given_scale, "the deviation is `scale`, whatever the sizes", ", 0.01")
SMALL = exercise(
    init.small_random_init,
    (
        _small.weights(60, 200, ", 0.3", 0.3, visible=True, main=True, weight=2),
        case(
            "scale not given",
            "w = small_random_init(120, 80)",
            {output: SHARES[output] for output in (_DEVIATION, _MEAN, _SHAPE)},
            _nothing,
            stated={_DEVIATION: spread(0.01, 9600), _MEAN: centre(0.01, 9600)},
            visible=True,
            why="the default: 0.01",
        ),
        _normal(300, 200, 0.5, visible=True, main=True),
        *_small.about_seeds(),
        _small.weights(300, 40, ", 0.05", 0.05, main=True, weight=2),
        _small.weights(1, 9000, ", 2.5", 2.5, weight=0.5),
    ),
    _mistakes("""
    scale-missing: scale * np.random => np.random
        Your weights have deviation 1: they are not multiplied by `scale`.
    uniform-instead:
        - np.random.randn(fan_in, fan_out)
        + np.random.uniform(-(3**0.5), 3**0.5, (fan_in, fan_out))
        Your weights are uniform: their mean and deviation are right, and none is farther than 1.7 deviations
        from 0. Asked are normal ones.
    laplace-instead: np.random.randn(fan_in, fan_out) => np.random.laplace(0, 0.5**0.5, (fan_in, fan_out))
        Your weights are those of a Laplace distribution, pointed and with heavy tails: their mean and
        deviation are right. Asked are normal ones.
    half-width: np.random.randn(fan_in, fan_out) => (np.random.rand(fan_in, fan_out) - 0.5)
        Your weights lie between minus and plus half of `scale`, for which the deviation is 0.29 times
        `scale`. Draw normal numbers.
    scale-ignored: scale * np.random => 0.01 * np.random
        Your deviation is always 0.01. It is an argument, `scale`.
    scale-is-a-variance: scale * np.random => np.sqrt(scale) * np.random
        Your variance is `scale`. It is the standard deviation that should be: no root here.
    scale-as-mean:
        scale * np.random.randn(fan_in, fan_out) => np.random.normal(scale, 1, (fan_in, fan_out))
        Your `scale` is the mean of the weights, and their deviation is 1: the first argument of `normal` is
        the mean.
    scale-squared: scale * np.random => scale**2 * np.random
        Your deviation is the square of `scale`.
    divided-by-root-of-fan-in: scale * np.random => scale / np.sqrt(fan_in) * np.random
        You divide by the root of fan_in. That is another rule; this one is the same for all sizes.
    bound-for-deviation: np.random.randn(fan_in, fan_out) => np.random.uniform(-1, 1, (fan_in, fan_out))
        Your deviation is too small, about by the root of 3: that is how it comes where `scale` is the
        bound of uniform weights.
    """),
    RIGHT.rights("""
    default_rng: by small_generator
    one at a time: np.random.randn(fan_in, fan_out) => np.random.normal(0, 1, (fan_in, fan_out))
    RandomState: np.random.randn(fan_in, fan_out) => np.random.RandomState(seed).randn(fan_in, fan_out)
    """),
)
_xavier = Rule("xavier_init", xavier_std, "the spread of Xavier's rule, for sizes that differ")
XAVIER = exercise(
    init.xavier_init,
    _xavier.of_sizes(),
    _scaled_mistakes("""
    he-instead: (fan_in + fan_out) => fan_in
        This is He's rule, 2 / fan_in. Xavier's variance counts both the inputs and the outputs.
        teach: Two rules, two questions: Xavier keeps signal and gradient and counts both fans, He makes up
        for the half that ReLU cuts off.
    one-over-fan-in: 2 / (fan_in + fan_out) => 1 / fan_in
        Your variance is 1 / fan_in, which looks after the way forward only. Xavier's is a compromise with
        the way back, and counts fan_out too.
    one-not-two: 2 / (fan_in + fan_out) => 1 / (fan_in + fan_out)
        Your variance is half of what it should be: a mean of fan_in and fan_out has a 2 in it, and so has
        one divided by that mean.
    variance-as-deviation: np.sqrt(2 / (fan_in + fan_out)) => 2 / (fan_in + fan_out)
        You multiply by the variance. Multiply by its root, the standard deviation.
    fan-out-only: (fan_in + fan_out) => fan_out
        Your variance knows fan_out only. Both sizes belong in it.
    fan-out-never-used:
        - std = np.sqrt(2 / (fan_in + fan_out))
        - w: Array = std * np.random.randn(fan_in, fan_out)
        + std = np.sqrt(2 / (fan_in + fan_in))
        + w: Array = std * np.random.randn(fan_in, fan_in)
        Your function never uses fan_out: neither in the variance nor in the shape.
    product-of-fans: (fan_in + fan_out) => (fan_in * fan_out)
        You multiply fan_in and fan_out. They should be added.
    bracket-missing: 2 / (fan_in + fan_out) => 2 / fan_in + fan_out
        A bracket is missing: Python divides before it adds.
    bracket-missing-other: 2 / (fan_in + fan_out) => 2 / fan_out + fan_in
        A bracket is missing: Python divides before it adds.
    upside-down: 2 / (fan_in + fan_out) => (fan_in + fan_out) / 2
        Your fraction is upside down: more inputs call for smaller weights.
    six-for-normal: 2 / (fan_in + fan_out) => 6 / (fan_in + fan_out)
        Your variance is about three times too large: that is how it comes where the 6 of the bound of uniform
        weights stands in it. The variance itself has a 2.
    gain-squared: np.sqrt(2 / (fan_in + fan_out)) => 2 / np.sqrt(fan_in + fan_out)
        Your variance is twice what it should be: that is how it comes where the 2 stands outside of the root,
        or where 2 is divided by the mean of the sizes.
    root-of-two-alone: np.sqrt(2 / (fan_in + fan_out)) => np.sqrt(2) / (fan_in + fan_out)
        Your root reaches the 2 only. It is the root of the whole variance.
    one-over-fan-out: 2 / (fan_in + fan_out) => 1 / fan_out
        Your variance is 1 / fan_out, which looks after the way back only. Xavier's is a compromise with the
        way forward, and counts fan_in too.
    mean-of-variances: 2 / (fan_in + fan_out) => (1 / fan_in + 1 / fan_out) / 2
        You average 1 / fan_in and 1 / fan_out. It is the sizes that are averaged: one divided by their mean.
    """),
    RIGHT.rights("""
    default_rng: by xavier_generator
    uniform: by xavier_uniform
    by the mean of the fans: np.sqrt(2 / (fan_in + fan_out)) => 1 / np.sqrt((fan_in + fan_out) / 2)
    """),
)
_he = Rule("he_init", he_std, "the spread with which ReLU keeps the mean square, forward")
HE = exercise(
    init.he_init,
    _he.of_sizes(),
    _scaled_mistakes("""
    xavier-instead: 2 / fan_in => 2 / (fan_in + fan_out)
        This is Xavier's rule, which counts inputs and outputs. He's counts the inputs only.
    one-over-fan-in: 2 / fan_in => 1 / fan_in
        Your variance is 1 / fan_in: right for a layer that lets everything through. ReLU keeps half of
        the mean square, and He's rule makes up for that.
    fan-out-for-fan-in: 2 / fan_in => 2 / fan_out
        You divide by the number of units. A sum has as many terms as there are inputs: fan_in, the number
        of rows here.
        teach: The variance of a sum grows with its number of terms: count the arrows into one unit, and that
        is fan_in.
    variance-as-deviation: np.sqrt(2 / fan_in) => 2 / fan_in
        You multiply by the variance. Multiply by its root, the standard deviation.
    fan-in-never-used:
        - std = np.sqrt(2 / fan_in)
        - w: Array = std * np.random.randn(fan_in, fan_out)
        + std = np.sqrt(2 / fan_out)
        + w: Array = std * np.random.randn(fan_out, fan_out)
        Your function never uses fan_in: neither in the variance nor in the shape.
    product-of-fans: 2 / fan_in => 2 / (fan_in * fan_out)
        You divide by the number of all weights. A unit's sum has fan_in terms.
    gain-squared: np.sqrt(2 / fan_in) => 2 / np.sqrt(fan_in)
        The 2 stands outside of your root. It is the variance that is 2 / fan_in.
    half-instead-of-two: 2 / fan_in => 1 / (2 * fan_in)
        Your variance is a quarter of what it should be: that is how it comes where the 2 divides instead of
        multiplying. ReLU loses a half, so the variance has to be doubled.
    root-of-two-alone: np.sqrt(2 / fan_in) => np.sqrt(2) / fan_in
        Your root reaches the 2 only. It is the root of the whole variance.
    six-for-normal: 2 / fan_in => 6 / fan_in
        Your variance is about three times too large: that is how it comes where the 6 of the bound of uniform
        weights stands in it. The variance itself has a 2.
    mean-of-the-sizes: 2 / fan_in => 4 / (fan_in + fan_out)
        You divide by the mean of both sizes, as Xavier's rule does. He's counts the inputs only.
    upside-down: 2 / fan_in => fan_in / 2
        Your fraction is upside down: more inputs call for smaller weights.
    """),
    RIGHT.rights("""
    default_rng: by he_generator
    uniform: by he_uniform
    root of a quotient: np.sqrt(2 / fan_in) => np.sqrt(2) / np.sqrt(fan_in)
    """),
)
EXERCISES = (SMALL, XAVIER, HE)
