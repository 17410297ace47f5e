"""The whole forward pass: train mode, running statistics, test mode."""

from typing import Any

import numpy as np

from reference.exercises.batchnorm.forward_mistakes import MISTAKES
from reference.exercises.batchnorm.inputs import batch
from reference.exercises.batchnorm.variants import float32_layer
from reference.kit.drawn import Drawn, in_float32, strided
from reference.kit.exercise import Case, Inputs, case, right
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, raises, takes_gaps
from reference.kit.variants import exercise
from reference.truth import batchnorm as bn

TRAIN = {"out": 8.0, "bn_param['running_mean']": 3.0, "bn_param['running_var']": 3.0}


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
            "bn_param": {**made["bn_param"], "mode": "test"},
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
    return case(
        name,
        "test_out, _ = batchnorm_forward(x, gamma, beta, bn_param)",
        {"test_out": 8.0},
        inputs,
        **options,
    )


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
        testing(batch(8, 3, flat=True)),
        weight=1.5,
        visible=True,
        why="statistics of the past instead of the batch's own, and a variance smaller than eps",
    ),
    _train(
        "train, from given averages", training(batch(7, 5), started=True, momentum=0.6), weight=2, main=True
    ),
    _test("test, after three batches", testing(batch(6, 4)), weight=2, main=True),
    raises(ValueError, visible=True, mode="eval"),
    keeps_dtype(training(batch(6, 3)), visible=True),
    _train(
        "train, a nearly constant feature, from given averages",
        training(batch(5, 3, flat=True), started=True),
        weight=0.5,
        visible=True,
    ),
    _train("train, a large eps", training(batch(5, 3), 2, eps=0.5), 2, weight=0.5),
    _test("test, a large eps", testing(batch(5, 3), eps=0.5, momentum=0.7), weight=0.5, visible=True),
    _train("train, a large mean", training(batch(9, 4, offset=50.0), 2), 2, weight=0.5),
    _train("train, one feature", training(batch(6, 1), started=True), weight=0.5),
    _train("train, one example", training(batch(1, 5), started=True), weight=0.5, why="N = 1: out is beta"),
    _test("test, one example", one_example(testing(batch(6, 5))), weight=0.5),
    _test("test, float32", in_float32(testing(batch(6, 3))), weight=0.5, exact_dtype=True),
    takes_gaps(training(batch(7, 4), started=True)),
    _test("test, gaps in memory", strided(testing(batch(7, 4))), weight=0.5),
)

named = Notation(globals())


def with_numpy_functions(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Short, with np.mean and np.var, a running update in place, and a dict as the cache."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean = bn_param.setdefault("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    var = bn_param.setdefault("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if bn_param["mode"] not in ("train", "test"):
        raise ValueError(bn_param["mode"])
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
    in_training = {"train": True, "test": False}.get(bn_param["mode"])
    if in_training is None:
        raise ValueError(bn_param["mode"])
    for d in range(D):
        mean, var = running[0][d], running[1][d]
        if in_training:
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
    *named.rights("""
    loops over features and examples: by with_loops
    np.mean and np.var, in place on the running arrays, a dict as cache: by with_numpy_functions
    one-pass variance: batchnorm_step4(sq) => np.mean(x**2, axis=0) - mu**2
    in place on a copy: xmu = batchnorm_step2(x, mu) => xmu = x.copy(); xmu -= mu
    the running average as a step towards the new value:
        - running_mean = momentum * running_mean + (1 - momentum) * mu
        + running_mean = running_mean + (1 - momentum) * (mu - running_mean)
    a list as cache: cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps) => cache = [x, mu]
    test mode as one affine map:
        - out = gamma * running_xhat + beta
        + scale = gamma / np.sqrt(running_var + eps)
        + out = x * scale + (beta - running_mean * scale)
    """),
)

FORWARD = exercise(bn.batchnorm_forward, CASES, MISTAKES, OTHERS)
