"""Three measurements: saturated entries, dead units, and how the gradient fades from layer to layer."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.variants import exercise
from reference.truth import activations as act

Drawn = dict[str, Any]


def saturated_by_counting(x: Any, limit: Any = 5.0) -> Any:
    """Counts entries in a loop."""
    count = 0
    for value in x.ravel():
        count += value < -limit or value > limit
    return count / x.size


def dead_by_counting(out: Any) -> Any:
    """Looks at one unit after another."""
    dead = 0
    for unit in out.T:
        dead += all(value == 0 for value in unit)
    return dead / out.shape[1]


def norms_example_by_example(dout: Any, layers: Any) -> Any:
    """The products as sums over examples."""
    norms: list[Any] = []
    for layer in layers[::-1]:
        dz = dout * layer["slope"]
        dw = sum(np.outer(row, back) for row, back in zip(layer["x"], dz, strict=True))
        norms.insert(0, np.linalg.norm(dw))
        dout = np.stack([layer["w"] @ back for back in dz])
    return np.array(norms)


def _spread(*shape: int, spread: float = 5.0, lean: float = 0.0, **constants: Any) -> Callable[..., Drawn]:
    """x: about a third of it beyond 5 on either side; `lean` moves it to one side."""
    return lambda rng: {"x": lean + spread * rng.standard_normal(shape), **constants}


def _at_the_limit(rng: np.random.Generator) -> Drawn:
    x = rng.uniform(-4, 4, (4, 5))
    x[0, :3], x[1, :2], x[2, 0] = 5.0, -5.0, 5.5
    return {"x": x}


def units(N: int, H: int, dead: int, weak: int = 0, dark: int = 0) -> Callable[..., Drawn]:
    """ReLU outputs (N, H): `dead` units are always 0, `weak` ones fire a little for one example only, and the
    second example, if it is `dark`, makes none fire. One of the others, if there is room for it, fires for
    one example only, neither the first nor the last."""

    def drawn(rng: np.random.Generator) -> Drawn:
        out = np.maximum(0, rng.standard_normal((N, H)))
        order = rng.permutation(H)
        out[:, order[: dead + weak]] = 0
        out[N // 2, order[dead : dead + weak]] = 1e-9
        alive = order[dead + weak :]
        if len(alive) > 1 and 2 + dark < N:
            out[:, alive[0]] = 0
        first = min(1 + dark, N - 1)
        fires = rng.integers(first, max(N - 1, first + 1), len(alive))
        out[fires, alive] = rng.uniform(0.1, 2, len(alive))
        out[:, order[-1]] += 0.1
        out[1 : 1 + dark] = 0
        return {"out": out}

    return drawn


def stack(N: int, sizes: tuple[int, ...], gradient: float = 1.0) -> Callable[..., Drawn]:
    """dout and the layers of a stack with these sizes, from the input on; slopes between 0 and 1."""

    def drawn(rng: np.random.Generator) -> Drawn:
        layers = [
            {
                "x": rng.standard_normal((N, before)),
                "w": rng.standard_normal((before, after)),
                "slope": rng.uniform(0, 1, (N, after)),
            }
            for before, after in pairwise(sizes)
        ]
        return {"dout": gradient * rng.standard_normal((N, sizes[-1])), "layers": layers}

    return drawn


_saturated = asker("fraction = saturated_fraction(x)", "fraction")
_with_limit = asker("fraction = saturated_fraction(x, limit)", "fraction")
_dead = asker("fraction = dead_fraction(out)", "fraction")
_norms = asker("norms = gradient_norms(dout, layers)", "norms")

named = Notation(globals())
EXERCISES = (
    exercise(
        act.saturated_fraction,
        (
            _saturated("6 examples, 9 units", _spread(6, 9), weight=2, visible=True, main=True),
            _with_limit("limit = 2.5", _spread(5, 7, spread=2.0, limit=2.5), visible=True),
            _saturated(
                "exactly at the limit", _at_the_limit, weight=0.5, visible=True, why="5 itself is safe"
            ),
            _saturated("leaning to one side", _spread(8, 11, lean=3.0), weight=2, main=True),
            _saturated("three axes", _spread(3, 4, 5), weight=0.5, visible=True, why="any shape"),
            _saturated("one axis", _spread(40), weight=0.5),
            _saturated("nothing saturated", _spread(4, 5, spread=0.5), weight=0.5),
        ),
        named.wrongs("""
        count-not-share: float(np.mean(outside)) => np.sum(outside)
            You return how many entries are saturated. Asked is their share of all entries.
        positive-side-only: np.abs(x) > limit => x > limit
            You look at one end only. The curve is flat on the far left too.
        inside-instead: np.abs(x) > limit => np.abs(x) <= limit
            You measure the share inside the safe zone. Asked is the share outside.
        limit-ignored: np.abs(x) > limit => np.abs(x) > 5
            Your limit is always 5. It is an argument.
        boundary-counted: np.abs(x) > limit => np.abs(x) >= limit
            You count entries exactly at the limit. The safe zone includes its ends.
        one-per-unit: float(np.mean(outside)) => np.mean(outside, axis=0)
            You return one share for each unit. Asked is a single number for all entries.
        percent: float(np.mean(outside)) => 100 * float(np.mean(outside))
            You return percent. A share lies between 0 and 1.
        divided-by-N: float(np.mean(outside)) => float(np.sum(outside) / len(x))
            You divide by the number of rows. The share is of all entries, rows times columns.
        """),
        named.rights("""
        by counting: by saturated_by_counting
        count_nonzero: float(np.mean(outside)) => np.count_nonzero(outside) / x.size
        two ends: np.abs(x) > limit => (x < -limit) | (x > limit)
        """),
    ),
    exercise(
        act.dead_fraction,
        (
            _dead("8 examples, 10 units", units(8, 10, dead=3, dark=1), weight=2, visible=True, main=True),
            _dead("a unit that fires weakly", units(12, 8, dead=2, weak=2), visible=True).because(
                "1e-9 for one example only: weak, but alive"
            ),
            _dead("one example", units(1, 6, dead=2), weight=0.5, visible=True, why="N = 1"),
            _dead("12 examples, 7 units", units(12, 7, dead=2, dark=1), weight=2, main=True),
            _dead("none dead", units(5, 6, dead=0), weight=0.5),
            _dead("almost all dead", units(4, 9, dead=8), weight=0.5),
        ),
        named.wrongs("""
        share-of-zeros: dead = np.all(out == 0, axis=0) => dead = out == 0
            You measure the share of zeros. A unit that is 0 for some examples is only quiet; a dead one is 0
            for all of them.
        any-instead-of-all: np.all(out == 0, axis=0) => np.any(out == 0, axis=0)
            You count a unit as dead when it is 0 for a single example. Dead means: for every one.
        wrong-axis: np.all(out == 0, axis=0) => np.all(out == 0, axis=1)
            You look for examples that make all units 0. A unit is a column.
        count-not-share: float(np.mean(dead)) => np.sum(dead)
            You return how many units are dead. Asked is their share.
        alive-instead: float(np.mean(dead)) => float(1 - np.mean(dead))
            You return the share of units that are alive.
        divided-by-N: float(np.mean(dead)) => float(np.sum(dead) / len(out))
            You divide by the number of examples. The share is of the H units.
        percent: float(np.mean(dead)) => 100 * float(np.mean(dead))
            You return percent. A share lies between 0 and 1.
        one-example-only: np.all(out == 0, axis=0) => out[0] == 0
            You look at the first example only. A unit that is 0 there may fire for another one.
        hardly-ever-counted-as-dead: np.all(out == 0, axis=0) => np.mean(out == 0, axis=0) > 0.9
            A unit that is 0 for most examples counts as dead with you. As long as it fires for one, a
            gradient flows.
        weak-counted-as-dead: np.all(out == 0, axis=0) => np.all(np.isclose(out, 0), axis=0)
            You count a unit as dead when its outputs are close to 0. As long as one is above 0 a gradient
            flows: compare with 0 itself.
        """),
        named.rights("""
        by counting: by dead_by_counting
        by the maximum: np.all(out == 0, axis=0) => np.max(out, axis=0) == 0
        by the sum: np.all(out == 0, axis=0) => out.sum(axis=0) == 0
        """),
    ),
    exercise(
        act.gradient_norms,
        (
            _norms("three layers", stack(6, (4, 4, 4, 4)), weight=2, visible=True, main=True),
            _norms("one layer", stack(5, (3, 4)), weight=0.5, visible=True),
            _norms("four layers of other sizes", stack(5, (4, 7, 3, 6, 2)), weight=2, main=True),
            _norms("nine layers", stack(8, (5,) * 10)),
            _norms("tiny gradients", stack(4, (3, 5, 4), gradient=1e-9), weight=0.5, why="no absolute floor"),
            _norms("one example", stack(1, (3, 4, 2)), weight=0.5),
        ),
        named.wrongs("""
        last-layer-first: return norms => return norms[::-1].copy()
            Your order is backwards: you walk from the last layer to the first, but the first layer's norm
            comes first.
        slope-forgotten: dz = dout * layer["slope"] => dz = dout
            Your gradient skips the activations. On its way through each of them it is multiplied by the
            slope.
        upstream-not-carried: dout = dz @ layer["w"].T => dout = dout @ layer["w"].T
            You pass dout through the weights without the slope. What enters the matrix on the way back is dz.
        same-upstream-everywhere: dout = dz @ layer["w"].T => dout = dout
            Every layer gets the same dout in your code. Each one must get the gradient of what left it: dz @
            w.T of the layer behind it.
        weights-not-transposed: dz @ layer["w"].T => dz @ layer["w"]
            On the way back the weights are transposed. Square matrices hide this, others raise an error.
        from-the-first-layer-on: reversed(range(len(layers))) => range(len(layers))
            You walk from the first layer to the last. The gradient comes in behind the last one and goes back
            from there.
        divided-by-N: dw = layer["x"].T @ dz => dw = layer["x"].T @ dz / len(dz)
            Your dw is divided by the number of examples. It is the sum over them: the loss has averaged
            already, if it wanted to.
        norm-of-dh: np.sqrt(np.sum(dw**2)) => np.sqrt(np.sum(dout**2))
            You measure the gradient of what leaves a layer. Asked is the gradient of the weights, dw.
        norm-of-dz: np.sqrt(np.sum(dw**2)) => np.sqrt(np.sum(dz**2))
            You measure the gradient of z. Asked is the gradient of the weights, dw.
        norm-squared: np.sqrt(np.sum(dw**2)) => np.sum(dw**2)
            You return the sum of the squares. A length is the root of it.
        largest-singular-value: np.sqrt(np.sum(dw**2)) => np.linalg.norm(dw, 2)
            With a second argument of 2, np.linalg.norm gives the largest singular value of a matrix. Asked is
            the root of the sum of the squares.
        root-mean-square: np.sqrt(np.sum(dw**2)) => np.sqrt(np.mean(dw**2))
            You average the squares. The norm is the root of their sum.
        sum-of-sizes: np.sqrt(np.sum(dw**2)) => np.sum(np.abs(dw))
            You add up absolute values. The norm is the root of the sum of the squares.
        mean-size: np.sqrt(np.sum(dw**2)) => np.mean(np.abs(dw))
            You average absolute values. The norm is the root of the sum of the squares.
        """),
        named.rights("""
        example by example: by norms_example_by_example
        np.linalg.norm: np.sqrt(np.sum(dw**2)) => np.linalg.norm(dw)
        """),
    ),
)
