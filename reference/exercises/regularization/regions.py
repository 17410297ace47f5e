"""Where the regions of fractional pooling begin."""

from typing import Any

import numpy as np

from reference.exercises.regularization.windows import ANOTHER, OWN, SETTING  # noqa: F401
from reference.kit.chance import share
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import raises
from reference.kit.variants import exercise
from reference.truth import regularization as re
from stagewise.judge.handed import generator

SHARES = {"told": 3.0, "kind_of": 3.0, "calls": 1.0, "zero_fraction(first)": 2.0, "zero_fraction(same)": 2.0}
_CALL = "a = pooling_boundaries(end, count, rng, kind)"


def line(end: int, count: int, kind: str, seed: int = 1) -> Inputs:
    """The arguments."""
    return lambda _: {"end": end, "count": count, "kind": kind, "rng": generator(seed)}


def _several(name: str, inputs: Inputs, calls: int, extra: str, outputs: str, **options: Any) -> Case:
    names = [f"a{number}" for number in range(1, calls)]
    others = "\n".join(f"{one} = pooling_boundaries(end, count, rng, kind)" for one in names)
    script = f"{_CALL}\n{others}\ntold = steps(a, end)\n{extra}\ncalls = varied(a, {', '.join(names)})"
    asked = {output: SHARES[output] for output in ("told", "calls", *outputs.split(", "))}
    return case(name, script, asked, inputs, updates=("rng",), **options)


def _at_random(name: str, end: int, count: int, seed: int, **options: Any) -> Case:
    """Shares of a random order, which wanders less than independent draws do. Of pairs so few are counted as
    an exchange of two steps, which changes up to two of them, allows."""
    ones, twos = 2 * count - end, end - count
    equal = (ones * (ones - 1) + twos * (twos - 1)) / (count * (count - 1))
    return _several(
        name,
        line(end, count, "random", seed),
        2,
        "first = early(a)\nsame = pairs(a)",
        "zero_fraction(first), zero_fraction(same)",
        stated={
            "zero_fraction(first)": share(twos / count, count // 2),
            "zero_fraction(same)": share(1 - equal, count // 10),
        },
        why="every order of the steps is equally likely",
        **options,
    )


def _patterned(name: str, end: int, count: int, seed: int, **options: Any) -> Case:
    """Eleven calls: with 127 patterns and more there are but two of them with a probability below 10^-12."""
    drawn = line(end, count, "pseudorandom", seed)
    return _several(name, drawn, 11, "kind_of = pattern(a, end)", "kind_of", **options)


_whole = asker(_CALL, {"a": 2.0}, updates=("rng",))


def by_choice(end: int, count: int, rng: np.random.Generator, kind: str) -> Any:
    """Places of the twos chosen; floors instead of ceilings, which another u turns into them."""
    if kind not in ("random", "pseudorandom"):
        raise ValueError(kind)
    a, u = [0], rng.uniform(0, end / count)
    twos = set(rng.choice(count, end - count, replace=False).tolist())
    for i in range(count):
        a.append(a[-1] + 1 + (i in twos))
    if kind == "pseudorandom":
        a = [int(np.floor(end / count * i + u) - np.floor(u)) for i in range(count + 1)]
    return np.array(a)


def _tossed(rng: np.random.Generator, ones: int, twos: int) -> list[int]:
    """Steps by a coin, as long as there are both."""
    steps: list[int] = []
    while ones and twos:
        steps.append(int(rng.integers(1, 3)))
        ones, twos = ones - (steps[-1] == 1), twos - (steps[-1] == 2)
    return steps + [1] * ones + [2] * twos


named = Notation(globals())
BOUNDARIES = exercise(
    re.pooling_boundaries,
    (
        _patterned(
            "200 rows, 127 regions, pseudorandom",
            200,
            127,
            1,
            weight=2,
            visible=True,
            main=True,
            why="alpha = 200 / 127",
        ),
        _at_random("1,300 rows, 1,000 regions, random", 1300, 1000, 2, weight=2, visible=True, main=True),
        _whole(
            "as many regions as rows", line(6, 6, "random"), visible=True, main=True, why="all steps are 1"
        ),
        _whole("twice as many rows", line(14, 7, "pseudorandom"), visible=True, why="all steps are 2"),
        raises(ValueError, line(12, 8, "random"), visible=True, kind="disjoint"),
        case(
            "twice with one generator",
            f"{_CALL}\nb = pooling_boundaries(end, count, twin, kind)\nc = {_CALL[4:]}\n"
            "repeatable = repeated(a, b, c)",
            {"repeatable": 2.0},
            main=True,
            inputs=lambda rng: {**line(70, 53, "random")(rng), "twin": generator(1)},
            visible=True,
            updates=("rng", "twin"),
            why="rng alone decides: an equal generator gives the same boundaries, a second call others",
        ),
        _at_random("1,600 rows, 1,000 regions, random", 1600, 1000, 4, weight=2, main=True),
        _patterned("230 rows, 131 regions, pseudorandom", 230, 131, 5, weight=2, main=True),
        _whole("one region of two rows", line(2, 1, "random"), weight=0.5, why="count = 1"),
    ),
    named.wrongs(
        """
    counted-from-one:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + return np.concatenate([[1], 1 + np.cumsum(rng.permutation(steps))])
        Your random boundaries begin at 1, as the paper counts. Here they begin at 0.
    zero-missing:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + return np.cumsum(rng.permutation(steps))
        The first boundary, 0, is missing: there are count + 1 boundaries.
    ones-and-twos-swapped: np.repeat([1, 2], [2 => np.repeat([2, 1], [2
        You have as many steps of 2 as there should be steps of 1, and the other way round. With n twos the
        sum is count + n, and it must be `end`.
    not-shuffled: rng.permutation(steps) => steps
        Your steps of 1 all come first. Their order is drawn at random.
    one-step-moves: rng.permutation(steps) => np.roll(steps, rng.integers(count))
        Your steps are turned around as on a ring: ones stand together, and twos. Every order must be equally
        likely.
    coins:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + return np.concatenate([[0], np.cumsum(rng.integers(1, 3, count))])
        You toss a coin for each step, so the last boundary is not `end`. How many steps are 2 is known; only
        their order is random.
    coins-until-one-is-used-up:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + left, tossed = {1: 2 * count - end, 2: end - count}, []
        + while len(tossed) < count:
        +     step = int(rng.integers(1, 3))
        +     tossed.append(step if left[step] else 3 - step)
        +     left[tossed[-1]] -= 1
        + return np.concatenate([[0], np.cumsum(np.array(tossed, dtype=int))])
        You toss a coin for each step until there are no ones or no twos left, so the rest at the end are all
        alike. Draw the order of all steps at once: every order must be equally likely.
    end-forced:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + return np.concatenate([[0], np.cumsum(rng.integers(1, 3, count))[:-1], [end]])
        You toss a coin for each step and put `end` behind them, so the last step has any size.
    boundaries-drawn:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + return np.concatenate([[0], np.sort(rng.permutation(end - 1)[: count - 1] + 1), [end]])
        You draw the boundaries themselves, so that steps of 3 and more occur. Each step is 1 or 2.
    steps-returned: np.cumsum(rng.permutation(steps)) => rng.permutation(steps)
        You return the steps. The boundaries are their sums.
    alpha-inverted: alpha, u = end / count => alpha, u = count / end
        Your alpha is count / end, below 1. It is the mean height of a region: end / count.
    alpha-whole: alpha, u = end / count => alpha, u = end // count
        Your alpha is a whole number: // cuts off what comes behind the point. It is end / count.
    alpha-one: alpha, u = end / count => alpha, u = 1.0
        Your pseudorandom boundaries rise by 1 each, as with an alpha of 1. It is end / count.
    u-whole: u = end / count, rng.random() => u = end / count, rng.integers(2)
        Your u is 0 or 1, so there are but two sets of boundaries. It is any number between them, equally
        likely.
    last-missing: (raised - raised[0]).astype(int) => (raised - raised[0]).astype(int)[:-1]
        Your last pseudorandom boundary is missing: `count` regions have count + 1 boundaries.
    not-shifted: (raised - raised[0]).astype(int) => raised.astype(int)
        Your pseudorandom boundaries begin at ceil(alpha u). That is subtracted, so that they begin at 0.
    rounded-once: np.ceil(alpha * (np.arange(count + 1) + u)) => np.ceil(alpha * np.arange(count + 1) + u * 0)
        Every call gives the same boundaries: u is 0 or missing, or makes no difference where it stands.
    u-for-each: rng.random() => rng.random(count + 1)
        You draw a u for each boundary. One u for all of them makes the pattern even.
    step-rounded:
        - raised = np.ceil(alpha * (np.arange(count + 1) + u))
        + raised = np.arange(count + 1) * np.ceil(alpha) + u * 0
        You round alpha before it is multiplied, so that all steps are 2 and the last boundary is not `end`.
    floats: (raised - raised[0]).astype(int) => raised - raised[0]
        Your pseudorandom boundaries are floats, with which nothing can be cut out. Make them whole numbers.
    kinds-swapped:
        - if kind == "random":
        + kind = {"random": "pseudorandom", "pseudorandom": "random"}.get(kind, kind)
        + if kind == "random":
        "random" and "pseudorandom" are swapped.
    other-kinds-taken: if kind == "pseudorandom": => if kind != "random":
        Any other word is taken for "pseudorandom", so a typing error would go unseen. The docstring asks
        for a ValueError.
    other-kinds-answered: raise ValueError(f'kind is "random" or "pseudorandom", not {kind!r}') => return 0
        For any other word your function returns something. The docstring asks for a ValueError: `raise` it.
    other-exception: raise ValueError(f' => raise AssertionError(f'
        Any other word ends in an exception, but another one than the docstring asks for: `raise ValueError`.
    own-generator: if kind == "random": => rng = np.random.default_rng(0); if kind == "random":
        @OWN
    another-stream: if kind == "random": => rng = np.random; if kind == "random":
        @ANOTHER
    """
    ),
    named.rights("""
    twos chosen, floors: by by_choice
    random u of another size: alpha, u = end / count, rng.random() => alpha, u = end / count, 7 * rng.random()
    shuffled in place:
        - return np.concatenate([[0], np.cumsum(rng.permutation(steps))])
        + rng.shuffle(steps)
        + return np.cumsum([0, *steps])
    """),
    setting=SETTING,
)
