"""The published version: name the faulty step of any nine results, and repair the forward pass."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exercises.batchnorm.inputs import batch
from reference.kit import probes
from reference.kit.drawn import Drawn, in_float32, only
from reference.kit.exercise import Case, Inputs, case
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import batchnorm as bn

BATCH = "x gamma beta eps"
Stages = list[np.ndarray]
Spoil = Callable[[Stages, Drawn], Stages]


def nine(drawn: Inputs, spoil: Spoil) -> Inputs:
    """A batch and the nine results of an implementation with a fault."""

    def inputs(rng: np.random.Generator) -> Drawn:
        taken = only(BATCH, drawn)(rng)
        return {**taken, "stages": spoil(bn.batchnorm_stages(**taken), taken)}

    return inputs


def published(_: Stages, given: Drawn) -> Stages:
    """Those of the published version: wrong from step 4 on."""
    stages: Stages = bn.published_forward(**given)[1][0]
    return stages


def from_step(step: int, fault: Callable[[np.ndarray], np.ndarray]) -> Spoil:
    """The result of one step is changed, and the later ones are computed from it."""

    def spoil(stages: Stages, given: Drawn) -> Stages:
        got = [*stages[: step - 1], fault(stages[step - 1])]
        x, gamma, beta, eps = given["x"], given["gamma"], given["beta"], given["eps"]
        later: tuple[Callable[[], np.ndarray], ...] = (
            lambda: bn.batchnorm_step1(x),
            lambda: bn.batchnorm_step2(x, got[0]),
            lambda: bn.batchnorm_step3(got[1]),
            lambda: bn.batchnorm_step4(got[2]),
            lambda: bn.batchnorm_step5(got[3], eps),
            lambda: bn.batchnorm_step6(got[4]),
            lambda: bn.batchnorm_step7(got[1], got[5]),
            lambda: bn.batchnorm_step8(gamma, got[6]),
            lambda: bn.batchnorm_step9(got[7], beta),
        )
        for compute in later[step:]:
            got.append(compute())
        return got

    return spoil


def in_one_step(step: int, fault: Callable[[np.ndarray], np.ndarray]) -> Spoil:
    """The result of one step alone is changed, and the later ones are right."""
    return lambda stages, _: [fault(s) if k == step else s for k, s in enumerate(stages, start=1)]


def rounded_otherwise(stages: Stages, given: Drawn) -> Stages:
    """Right results of another order of computing: they differ in the last digits."""
    order = np.random.default_rng(0).permutation(len(given["x"]))
    other = bn.batchnorm_stages(given["x"][order] * 3 / 3, given["gamma"], given["beta"], given["eps"])
    back = np.argsort(order)
    return [s[back] if s.ndim == 2 else s for s in other]


def _shrunk(array: np.ndarray) -> np.ndarray:
    return array * 0.9


def _lowered(array: np.ndarray) -> np.ndarray:
    """Every entry too small."""
    lowered: np.ndarray = array - 0.2 * np.abs(array).max()
    return lowered


def _raised(array: np.ndarray) -> np.ndarray:
    """Every entry too large."""
    raised: np.ndarray = array + 0.2 * np.abs(array).max()
    return raised


def _reordered(array: np.ndarray) -> np.ndarray:
    """The right rows in another order: neither the mean nor the steps that sum over rows notice."""
    return array[::-1]


def _one_entry(share: float) -> Callable[[np.ndarray], np.ndarray]:
    """One entry too small by that share of the largest."""

    def spoiled(array: np.ndarray) -> np.ndarray:
        lowered = array.copy()
        lowered.flat[-1] -= share * np.abs(array).max()
        return lowered

    return spoiled


def _all_a_little(array: np.ndarray) -> np.ndarray:
    """Every entry off by less than the limit, 1e-4 of the largest."""
    off: np.ndarray = array + 0.8e-4 * np.abs(array).max()
    return off


def _named(name: str, drawn: Inputs, spoil: Spoil, **options: Any) -> Case:
    script = "step = name_faulty_step(x, gamma, beta, eps, stages)"
    return case(name, script, "step", nine(drawn, spoil), **options)


NAME_CASES = (
    _named("the published version", batch(6, 4), published, weight=2, visible=True, main=True),
    _named("nine right results", batch(5, 3, eps=0.1), rounded_otherwise, visible=True, why="no fault: 0"),
    _named("a fault in step 7", batch(5, 7), from_step(7, _lowered), visible=True),
    _named("a fault in step 1", batch(7, 3), from_step(1, _raised), main=True),
    _named("a fault in step 9", batch(8, 3), from_step(9, _raised), visible=True, main=True),
    _named("the right rows in another order", batch(6, 3), from_step(3, _reordered), visible=True),
    _named("1.5e-4 of the largest, once", batch(6, 4), in_one_step(9, _one_entry(1.5e-4)), visible=True),
    _named("0.8e-4 of the largest, everywhere", batch(7, 3), in_one_step(9, _all_a_little), visible=True),
    _named("a variance of 1e-12", batch(6, 4, spread=1e-6), in_one_step(4, _shrunk), visible=True),
    _named("a fault in step 2", batch(6, 5), from_step(2, _one_entry(0.2)), visible=True),
    _named("a fault in step 5 alone", batch(4, 6), in_one_step(5, _shrunk), weight=0.5),
    _named("a fault in step 8", batch(9, 2), from_step(8, _one_entry(0.2)), weight=0.5),
    _named("a fault in step 6", batch(5, 4), from_step(6, _lowered), weight=0.5, visible=True),
    _named("float32", in_float32(batch(6, 3)), from_step(6, _shrunk), weight=0.5),
    _named("a mean of -50", batch(6, 3, offset=-50.0), rounded_otherwise, weight=0.5, why="no fault: 0"),
    _named("one example", batch(1, 4), lambda stages, _: stages, weight=0.5, why="zeros, and no fault: 0"),
)


def last_difference(x: Any, gamma: Any, beta: Any, eps: Any, stages: Any) -> Any:
    """Keeps the last step that differs."""
    found = 0
    for number, (got, right_one) in enumerate(
        zip(stages, bn.batchnorm_stages(x, gamma, beta, eps), strict=True), start=1
    ):
        if np.max(np.abs(got - right_one)) > 1e-4 * np.max(np.abs(right_one)):
            found = number
    return found


def in_a_while_loop(x: Any, gamma: Any, beta: Any, eps: Any, stages: Any) -> Any:
    """Maximum norms, and a NumPy integer as the answer."""
    expected = bn.batchnorm_stages(x, gamma, beta, eps)
    k = 0
    while k < 9 and _largest(stages[k] - expected[k]) <= 1e-4 * _largest(expected[k]):
        k += 1
    return np.int64(0 if k == 9 else k + 1)


def _largest(array: np.ndarray) -> Any:
    return np.linalg.norm(array.ravel(), np.inf)


def each_from_the_one_before(x: Any, gamma: Any, beta: Any, eps: Any, stages: Any) -> Any:
    """Computes each step from the results given for the steps before, so that nothing is inherited."""
    mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out = stages
    pairs = [
        (mu, bn.batchnorm_step1(x)),
        (xmu, bn.batchnorm_step2(x, mu)),
        (sq, bn.batchnorm_step3(xmu)),
        (var, bn.batchnorm_step4(sq)),
        (sqrtvar, bn.batchnorm_step5(var, eps)),
        (ivar, bn.batchnorm_step6(sqrtvar)),
        (xhat, bn.batchnorm_step7(xmu, ivar)),
        (gammax, bn.batchnorm_step8(gamma, xhat)),
        (out, bn.batchnorm_step9(gammax, beta)),
    ]
    for number, (got, expected) in enumerate(pairs, start=1):
        if np.abs(got - expected).max() > 1e-4 * np.abs(expected).max():
            return number
    return 0


def in_float32_throughout(x: Any, gamma: Any, beta: Any, eps: Any, stages: Any) -> Any:
    """Computes its own nine results in float32."""
    x, gamma, beta = (array.astype(np.float32) for array in (x, gamma, beta))
    expected = bn.batchnorm_stages(x, gamma, beta, eps)
    for number, (got, right_one) in enumerate(zip(stages, expected, strict=True), start=1):
        if np.max(np.abs(got - right_one)) > 1e-4 * np.max(np.abs(right_one)):
            return number
    return 0


named = Notation(globals())
NAME = exercise(
    bn.name_faulty_step,
    NAME_CASES,
    named.wrongs("""
    last-not-first: by last_difference
        You name the last step that differs. All steps after a fault inherit it: the first one is the culprit.
    index-not-number: start=1 => start=0
        You return the place in the list, which starts at 0. Steps are numbered from 1.
    step-always-named: return 0 => return 9
        You name a step even if all nine results are right. Then the answer is 0.
    exact-comparison: np.max(np.abs(got - right)) > 1e-4 * np.max(np.abs(right)): => np.any(got != right):
        You ask for equality to the last digit. Two right ways to compute differ by rounding: compare the
        difference with the size of the numbers.
    absolute-tolerance:
        - if np.max(np.abs(got - right)) > 1e-4 * np.max(np.abs(right)):
        + if not np.allclose(got, right):
        np.allclose holds each entry against itself and adds 1e-8: it sees a fault where none is, and none in
        tiny numbers. Compare with the largest right value.
    limit-too-large: > 1e-4 => > 1e-3
        You let a difference pass that is larger than 1e-4 of the largest right value: look at your limit, and
        whether one wrong entry can drown in a norm, a mean or a sum.
    limit-too-small: > 1e-4 => > 1e-5
        You name a difference that is smaller than 1e-4 of the largest right value: look at your limit, and
        whether many small differences add up.
    ninth-not-seen: zip(stages, expected, strict=True) => zip(stages[:8], expected)
        You do not look at the last of the nine results, out: a fault in step 9 passes.
    eps-of-its-own: batchnorm_stages(x, gamma, beta, eps) => batchnorm_stages(x, gamma, beta, 1e-5)
        Your own steps do not use the eps that was given, so right results look wrong from step 5 on.
    sign-of-the-difference: np.max(np.abs(got - right)) => np.max(got - right)
        Your differences have a sign, so a result that is too small passes. Take the absolute value first.
    means-compared: np.max(np.abs(got - right)) => abs(np.mean(got) - np.mean(right))
        You compare one number of each array, its mean. Arrays can differ and have the same mean: compare
        entry by entry.
    always-the-published-fault: return number => return 4
        You return 4 for every fault. The function should find the step by itself, wherever the fault is.
    """),
    named.rights("""
    in float32: by in_float32_throughout
    a while loop, maximum norms, a NumPy integer: by in_a_while_loop
    each step from the results before it: by each_from_the_one_before
    np.any:
        - if np.max(np.abs(got - right)) > 1e-4 * np.max(np.abs(right)):
        + if np.any(np.abs(got - right) > 1e-4 * np.max(np.abs(right))):
    """),
)


_repaired = probes.asker(
    "out, cache = repaired_forward(x, gamma, beta, eps)", {"out": 3.0, "cache": 1.0}, takes=BATCH
)
REPAIR_CASES = (
    _repaired("6 examples, 4 features", batch(6, 4), weight=2, visible=True, main=True),
    _repaired("a nearly constant feature", batch(8, 3, flat=True), visible=True, why=probes.FLAT),
    _repaired("5 examples, 7 features", batch(5, 7), weight=2, main=True),
    _repaired("16 examples, 3 features", batch(16, 3)),
    _repaired("a large eps", batch(6, 3, eps=0.5), weight=0.5),
    _repaired("one feature", batch(6, 1), weight=0.5),
    _repaired("one example", batch(1, 5), weight=0.5, why="N = 1: out is beta"),
    keeps_dtype(batch(7, 3)),
    takes_gaps(batch(7, 4)),
)


def repaired_with_own_steps(x: Any, gamma: Any, beta: Any, eps: Any) -> Any:
    """By calling the nine functions, with a tuple as the list."""
    stages = tuple(bn.batchnorm_stages(x, gamma, beta, eps))
    return stages[-1], [stages, gamma, eps]


def repaired_with_loops(x: Any, gamma: Any, beta: Any, eps: Any) -> Any:
    """One feature after the other."""
    columns = [
        bn.batchnorm_stages(x[:, d : d + 1], gamma[d : d + 1], beta[d : d + 1], eps)
        for d in range(x.shape[1])
    ]
    stages = [np.concatenate(parts, axis=-1) for parts in zip(*columns, strict=True)]
    return stages[-1], (stages, gamma, eps)


REPAIRED = exercise(
    bn.repaired_forward,
    REPAIR_CASES,
    named.wrongs("""
    not-repaired: var = np.sum(sq, axis=0) / N => var = np.sum(sq, axis=0)
        The fault is still there: your outputs shrink as the batch grows. Look for an average that lost its
        divisor.
    normalise-with-ddof1: var = np.sum(sq, axis=0) / N => var = np.sum(sq, axis=0) / (N - 1)
        You found the step, but divide by N - 1. The batch itself is meant: the divisor is N.
    divided-by-D: var = np.sum(sq, axis=0) / N => var = np.sum(sq, axis=0) / x.shape[1]
        You found the step, but divide by the number of features. The sum runs over the examples.
    repaired-in-the-root:
        - var = np.sum(sq, axis=0) / N
        - sqrtvar = np.sqrt(var + eps)
        + var = np.sum(sq, axis=0)
        + sqrtvar = np.sqrt(var / N + eps)
        Your output is right, but var in the cache is still the sum: you repaired one step too late, and
        published_backward reads var.
    repaired-in-the-squares:
        sq = xmu**2; var = np.sum(sq, axis=0) / N => sq = xmu**2 / N; var = np.sum(sq, axis=0)
        Your output is right, but sq in the cache is not the square: you repaired one step too early. Each
        step should do what its name says.
    output-rescaled:
        xhat = xmu * ivar => ivar = 1 / np.sqrt(np.sum(sq, axis=0) + eps); xhat = xmu * ivar * np.sqrt(N)
        You make up for the fault by scaling with the root of N afterwards. Then eps is scaled too, and a
        feature that hardly varies comes out wrong. Repair the step itself.
    """),
    named.rights("""
    its own nine functions: by repaired_with_own_steps
    a loop over features: by repaired_with_loops
    np.mean: var = np.sum(sq, axis=0) / N => var = np.mean(sq, axis=0)
    the factor in front: var = np.sum(sq, axis=0) / N => var = 1.0 / N * np.sum(sq, axis=0)
    """),
)
