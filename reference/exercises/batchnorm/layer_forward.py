"""The whole forward pass: train mode, running statistics, test mode."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference import batchnorm as bn
from reference.drawn import Drawn, in_float32, strided
from reference.exercise import Case, Exercise, Inputs, case, right, wrong
from reference.exercises.batchnorm.inputs import batch
from reference.exercises.batchnorm.variants import float32_layer

TRAIN = {"out": 4.0, "bn_param['running_mean']": 1.5, "bn_param['running_var']": 1.5}
TEST = {"test_out": 3.0, "test_param['running_mean']": 0.5, "test_param['running_var']": 0.5}


def training(drawn: Inputs, batches: int = 1, *, started: bool = False, **param: float) -> Inputs:
    """Batches x1, x2, ..., gamma, beta and a bn_param in train mode, with running statistics if started.

    Each batch has other means and spreads, so that an average cannot be mistaken for its last term.
    """

    def inputs(rng: np.random.Generator) -> Drawn:
        first = drawn(rng)
        x, D = first["x"], first["x"].shape[1]
        bn_param: Drawn = {"mode": "train", **param}
        if started:
            bn_param |= {"running_mean": rng.uniform(-2, 2, D), "running_var": rng.uniform(1, 4, D)}
        shifted = {f"x{k + 1}": x * (1 + 0.3 * k) + 0.7 * k * x.std(axis=0) for k in range(batches)}
        return {**shifted, "gamma": first["gamma"], "beta": first["beta"], "bn_param": bn_param}

    return inputs


def testing(drawn: Inputs, **param: float) -> Inputs:
    """A batch for test mode, with the running statistics after three training batches of the same source."""

    def inputs(rng: np.random.Generator) -> Drawn:
        made = training(drawn, 4, started=False, **param)(rng)
        for k in (1, 2, 3):
            bn.batchnorm_forward(made[f"x{k}"], made["gamma"], made["beta"], made["bn_param"])
        return {
            "x": made["x4"],
            "gamma": made["gamma"],
            "beta": made["beta"],
            "test_param": {**made["bn_param"], "mode": "test"},
        }

    return inputs


def one_example(inputs: Inputs) -> Inputs:
    """The same in test mode with one example alone."""
    return lambda rng: {name: v[:1] if name == "x" else v for name, v in inputs(rng).items()}


def _train(name: str, inputs: Inputs, batches: int = 1, **options: Any) -> Case:
    lines = [f"_, _ = batchnorm_forward(x{k}, gamma, beta, bn_param)" for k in range(1, batches)]
    script = "\n".join([*lines, f"out, cache = batchnorm_forward(x{batches}, gamma, beta, bn_param)"])
    return case(name, script, TRAIN, inputs, updates=("bn_param",), **options)


def _test(name: str, inputs: Inputs, **options: Any) -> Case:
    script = "test_out, _ = batchnorm_forward(x, gamma, beta, test_param)"
    return case(name, script, TEST, inputs, updates=("test_param",), **options)


CASES = (
    _train("train, first batch", training(batch(6, 4)), weight=2, visible=True, main=True),
    _train(
        "train, three batches with a nearly constant feature",
        training(batch(8, 3, flat=True), 3, momentum=0.75, eps=1e-2),
        3,
        weight=1.5,
        visible=True,
        why="running averages over several batches, and a variance smaller than eps",
    ),
    _test(
        "test, after three batches with a nearly constant feature",
        testing(batch(8, 3, flat=True), eps=1e-2),
        weight=1.5,
        visible=True,
        why="statistics of the past instead of the batch's own, and a variance smaller than eps",
    ),
    _train(
        "train, from given averages",
        training(batch(7, 5), started=True, momentum=0.6),
        weight=2,
        main=True,
    ),
    _test("test, after three batches", testing(batch(6, 4)), weight=2, main=True),
    _train("train, a nearly constant feature", training(batch(5, 3, flat=True)), weight=0.5),
    _test("test, a nearly constant feature", testing(batch(5, 3, flat=True)), weight=0.5),
    _train("train, a large eps", training(batch(5, 3), 2, eps=0.5), 2, weight=0.5),
    _train("train, a large mean", training(batch(9, 4, offset=50.0), 2), 2, weight=0.5),
    _train("train, one feature", training(batch(6, 1), started=True), weight=0.5),
    _train("train, one example", training(batch(1, 5), started=True), weight=0.5, why="N = 1: out is beta"),
    _test("test, one example", one_example(testing(batch(6, 5))), weight=0.5),
    _train("train, float32", in_float32(training(batch(6, 3), started=True)), weight=0.5, exact_dtype=True),
    _test("test, float32", in_float32(testing(batch(6, 3))), weight=0.5, exact_dtype=True),
    _train("train, gaps in memory", strided(training(batch(7, 4), started=True)), weight=0.5),
    _test("test, gaps in memory", strided(testing(batch(7, 4))), weight=0.5),
)

MISTAKES = (
    wrong(
        "variance-is-a-sum",
        change="batchnorm_step4(sq)",
        into="np.sum(sq, axis=0)",
        says="Your variance adds up the squares but never divides by N.",
    ),
    wrong(
        "normalise-with-ddof1",
        change="batchnorm_step4(sq)",
        into="np.sum(sq, axis=0) / (len(x) - 1)",
        says="Your variance is divided by N - 1. Batch normalisation uses the biased one, divided by N, to "
        "normalise "
        "and for the running average.",
    ),
    wrong(
        "var-not-centred",
        change="batchnorm_step4(sq)",
        into="np.mean(x**2, axis=0)",
        says="Your variance is the mean of the squares of x. The squares of x - mu are meant.",
    ),
    wrong(
        "var-is-mean-copy-paste",
        change="batchnorm_step4(sq)",
        into="np.mean(x, axis=0)",
        says="Your variance is the mean once more: a line was copied and not changed.",
    ),
    wrong(
        "wrong-axis",
        change="""
            mu = batchnorm_step1(x)
            xmu = batchnorm_step2(x, mu)
            sq = batchnorm_step3(xmu)
            var = batchnorm_step4(sq)
        """,
        into="""
            mu = x.mean(axis=1, keepdims=True)
            xmu = x - mu
            var = x.var(axis=1, keepdims=True)
        """,
        says="You take mean and variance over the features of each example. Batch normalisation takes them "
        "over the "
        "examples, for each feature: look at the axis.",
    ),
    wrong(
        "std-of-var",
        change="batchnorm_step5(var, eps)",
        into="np.std(var + eps)",
        says="np.std measures how much the variances differ from each other. The root of each of them is "
        "meant.",
    ),
    wrong(
        "eps-outside-sqrt",
        change="batchnorm_step5(var, eps)",
        into="np.sqrt(var) + eps",
        says="In train mode your eps stands behind the root. It belongs under it: a feature that hardly "
        "varies shows "
        "the difference.",
    ),
    wrong(
        "eps-missing",
        change="batchnorm_step5(var, eps)",
        into="np.sqrt(var)",
        says="In train mode your root does not use eps: a constant feature is divided by zero.",
    ),
    wrong(
        "divide-by-variance",
        change="batchnorm_step5(var, eps)",
        into="var + eps",
        says="In train mode you divide by the variance, without the root. The spread only becomes 1 if you "
        "divide by "
        "the standard deviation.",
    ),
    wrong(
        "gamma-missing",
        change="batchnorm_step8(gamma, xhat)",
        into="xhat",
        says="In train mode gamma is not used: the normalised values still have to be scaled.",
    ),
    wrong(
        "beta-missing",
        change="batchnorm_step9(gammax, beta)",
        into="gammax",
        says="In train mode beta is not used: the scaled values still have to be shifted.",
    ),
    wrong(
        "momentum-reversed",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="""
            running_mean = (1 - momentum) * running_mean + momentum * mu
            running_var = (1 - momentum) * running_var + momentum * var
        """,
        says="Your momentum weighs the new value. Here it weighs the OLD one, and 1 - momentum the new one "
        "(PyTorch "
        "does it the other way round).",
    ),
    wrong(
        "last-batch-stats",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="""
            running_mean = mu
            running_var = var
        """,
        says="Your running statistics are those of the last batch. They should be an average that forgets "
        "slowly.",
    ),
    wrong(
        "running-never-updated",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="pass",
        says="Your running statistics never change: bn_param holds after training what it held before. "
        "Perhaps they "
        "are computed and then overwritten, or not stored.",
    ),
    wrong(
        "running-not-stored",
        change="""
            bn_param["running_mean"] = running_mean
            bn_param["running_var"] = running_var
        """,
        into="pass",
        says="Your running statistics are computed but do not reach the caller: assigning to a local name "
        "does not "
        "change bn_param. Store them under their keys.",
    ),
    wrong(
        "train-uses-running-stats",
        change="cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)",
        into="out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta",
        says="In train mode you normalise with the running statistics. They are for test mode; training "
        "uses those of "
        "the batch.",
    ),
    wrong(
        "double-update",
        change="running_var = momentum * running_var + (1 - momentum) * var",
        into="""
            running_var = momentum * running_var + (1 - momentum) * var
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        says="Your running statistics are updated twice for each batch. Look for a second copy of these "
        "lines.",
    ),
    wrong(
        "decay-missing",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="""
            running_mean = running_mean + (1 - momentum) * mu
            running_var = running_var + (1 - momentum) * var
        """,
        says="Your running statistics only grow: the old value is kept whole, without its factor momentum.",
    ),
    wrong(
        "momentum-hard-coded",
        change='bn_param.get("momentum", 0.9)',
        into="0.9",
        says="Your momentum is always 0.9. Take the one from bn_param if there is one.",
    ),
    wrong(
        "running-var-ddof-mismatch",
        change="(1 - momentum) * var",
        into="(1 - momentum) * np.var(x, axis=0, ddof=1)",
        says="Your running_var averages the variance divided by N - 1. Here it averages the same variance "
        "that "
        "normalises, divided by N (PyTorch does otherwise). For one example, N - 1 is zero.",
    ),
    wrong(
        "running-stores-std",
        change="(1 - momentum) * var",
        into="(1 - momentum) * sqrtvar",
        says="Your running_var averages standard deviations. It is the variance that is averaged; the root "
        "is taken "
        "in test mode.",
    ),
    wrong(
        "running-stores-var+eps",
        change="(1 - momentum) * var",
        into="(1 - momentum) * (var + eps)",
        says="Your running_var contains eps, and test mode adds it again. Average the variance alone.",
    ),
    wrong(
        "running-stats-of-xhat",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="""
            running_mean = momentum * running_mean + (1 - momentum) * xhat.mean(axis=0)
            running_var = momentum * running_var + (1 - momentum) * xhat.var(axis=0)
        """,
        says="Your running statistics are those of the normalised values, which are 0 and 1. Average mu "
        "and var of x.",
    ),
    wrong(
        "keepdims-shape",
        change="""
            running_mean = momentum * running_mean + (1 - momentum) * mu
            running_var = momentum * running_var + (1 - momentum) * var
        """,
        into="""
            running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0, keepdims=True)
            running_var = momentum * running_var + (1 - momentum) * x.var(axis=0, keepdims=True)
        """,
        says="Your running statistics have the right values, but the shape (1, D), from keepdims. It "
        "should be (D,).",
    ),
    wrong(
        "test-uses-batch-stats",
        change="(x - running_mean) / np.sqrt(running_var + eps)",
        into="(x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)",
        says="In test mode you normalise with the batch's own mean and variance. It looks better than it "
        "is: use the "
        "running statistics.",
    ),
    wrong(
        "test-updates-running",
        change="out = gamma * running_xhat + beta",
        into="""
            out = gamma * running_xhat + beta
            running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
            running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)
        """,
        says="Your test mode changes the running statistics. They belong to training: the update must "
        "stand inside "
        "the train branch.",
    ),
    wrong(
        "test-forgets-affine",
        change="gamma * running_xhat + beta",
        into="running_xhat",
        says="In test mode gamma and beta are not used. They are learned parameters and apply in both modes.",
    ),
    wrong(
        "test-beta-sign",
        change="gamma * running_xhat + beta",
        into="gamma * running_xhat - beta",
        says="In test mode you subtract beta. It is added in both modes.",
    ),
    wrong(
        "test-eps-missing",
        change="np.sqrt(running_var + eps)",
        into="np.sqrt(running_var)",
        says="In test mode your root does not use eps. Training did, and the two must agree.",
    ),
    wrong(
        "test-eps-outside-sqrt",
        change="np.sqrt(running_var + eps)",
        into="(np.sqrt(running_var) + eps)",
        says="In test mode your eps stands behind the root. It belongs under it, as in training.",
    ),
    wrong(
        "test-divides-by-variance",
        change="np.sqrt(running_var + eps)",
        into="(running_var + eps)",
        says="In test mode you divide by the running variance, without the root.",
    ),
    wrong(
        "writes-into-x",
        change="mu = batchnorm_step1(x)\nxmu = batchnorm_step2(x, mu)",
        into="mu = batchnorm_step1(x)\nx -= mu\nxmu = x",
        says="Your values are right, but train mode changes the x of its caller. Make a new array instead "
        "of "
        "subtracting in place.",
    ),
)


def with_numpy_functions(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Short, with np.mean and np.var, a running update in place, and a dict as the cache."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean = bn_param.setdefault("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    var = bn_param.setdefault("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if bn_param["mode"] == "test":
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, {}
    mu, sigma2 = np.mean(x, axis=0), np.var(x, axis=0)
    mean *= momentum
    mean += (1 - momentum) * mu
    var *= momentum
    var += (1 - momentum) * sigma2
    xhat = (x - mu) / np.sqrt(sigma2 + eps)
    return gamma * xhat + beta, {"xhat": xhat, "std": np.sqrt(sigma2 + eps), "gamma": gamma}


def with_loops(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """One feature after the other; no cache but the inputs."""
    out = np.empty_like(x)
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    N, D = x.shape
    running = [bn_param.get(name, np.zeros(D, x.dtype)).copy() for name in ("running_mean", "running_var")]
    for d in range(D):
        mean, var = running[0][d], running[1][d]
        if bn_param["mode"] == "train":
            mean = sum(x[i, d] for i in range(N)) / N
            var = sum((x[i, d] - mean) ** 2 for i in range(N)) / N
            running[0][d] = momentum * running[0][d] + (1 - momentum) * mean
            running[1][d] = momentum * running[1][d] + (1 - momentum) * var
        for i in range(N):
            out[i, d] = gamma[d] * (x[i, d] - mean) / (var + eps) ** 0.5 + beta[d]
    bn_param["running_mean"], bn_param["running_var"] = running
    return out, (x, gamma, eps)


OTHERS = (
    right("in float32", by=float32_layer(bn.batchnorm_forward)),
    right("loops over features and examples", by=with_loops),
    right("np.mean and np.var, in place on the running arrays, a dict as cache", by=with_numpy_functions),
    right("one-pass variance", change="batchnorm_step4(sq)", into="np.mean(x**2, axis=0) - mu**2"),
    right(
        "in place on a copy",
        change="xmu = batchnorm_step2(x, mu)",
        into="xmu = x.copy()\nxmu -= mu",
    ),
    right(
        "the running average as a step towards the new value",
        change="running_mean = momentum * running_mean + (1 - momentum) * mu",
        into="running_mean = running_mean + (1 - momentum) * (mu - running_mean)",
    ),
    right(
        "a list as cache",
        change="cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)",
        into="cache = [x, mu]",
    ),
    right(
        "test mode as one affine map",
        change="out = gamma * running_xhat + beta",
        into="""
            scale = gamma / np.sqrt(running_var + eps)
            out = x * scale + (beta - running_mean * scale)
        """,
    ),
)

FORWARD = Exercise(
    name="batchnorm_forward",
    truth=bn.batchnorm_forward,
    cases=CASES,
    misconceptions=MISTAKES,
    alternatives=OTHERS,
)
