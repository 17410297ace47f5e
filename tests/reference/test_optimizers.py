"""The rules keep their conventions; that their numbers are torch's is test_verify's business."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.truth import optimizers as opt
from tests.closeness import assert_close

RULES = (opt.sgd, opt.sgd_momentum, opt.nesterov_momentum, opt.adagrad, opt.rmsprop, opt.adam, opt.adamw)


def walk(rule, w, gradients, config=None):
    for dw in gradients:
        w, config = rule(w, dw, config)
    return w, config


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize(
    ("rule", "defaults"),
    [
        (opt.sgd, {"learning_rate": 1e-2}),
        (opt.sgd_momentum, {"learning_rate": 1e-2, "momentum": 0.9}),
        (opt.nesterov_momentum, {"learning_rate": 1e-2, "momentum": 0.9}),
        (opt.adagrad, {"learning_rate": 1e-2, "epsilon": 1e-8}),
        (opt.rmsprop, {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}),
        (opt.adam, {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        (
            opt.adamw,
            {"learning_rate": 1e-3, "weight_decay": 1e-2, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        ),
    ],
)
def test_no_config_an_empty_one_and_the_defaults_are_the_same(rule, defaults, rng):
    w, dw = rng.normal(size=(2, 3, 2))
    for config in (None, {}, defaults):
        next_w, after = rule(w, dw, config)
        assert_close(next_w, rule(w, dw)[0], rtol=0, stol=0)
        assert {key: after[key] for key in defaults} == defaults


@pytest.mark.parametrize("rule", RULES)
def test_arguments_stay_as_they_are_and_nothing_is_shared(rule, rng):
    w, dw, other = rng.normal(size=(3, 4))
    _, given_config = rule(w, dw, {"learning_rate": 0.1})
    before = {key: np.copy(value) for key, value in given_config.items()}
    w_before, dw_before = w.copy(), dw.copy()
    rule(w, dw, given_config)
    rule(other, dw)
    assert_close((w, dw), (w_before, dw_before), rtol=0, stol=0)
    assert given_config.keys() == before.keys()
    assert all(np.array_equal(given_config[key], before[key]) for key in before)


@pytest.mark.parametrize("rule", RULES)
def test_float32_stays_float32(rule, rng):
    w, dws = rng.normal(size=4).astype(np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    next_w, config = walk(rule, w, dws)
    kept = [next_w, *(value for value in config.values() if isinstance(value, np.ndarray))]
    assert {array.dtype.name for array in kept} == {"float32"}


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=20, deadline=None)
@given(start=st.floats(-2, 2), rate=st.floats(1e-3, 1e-2))
def test_every_rule_goes_downhill_on_a_parabola(rule, start, rate):
    w, config = np.array([start]), {"learning_rate": rate, "weight_decay": 0.0}
    losses = []
    for _ in range(3):
        losses.append(float(w[0] ** 2))
        w, config = rule(w, 2 * w, config)
    assert all(later <= earlier + 3 * rate for earlier, later in itertools.pairwise(losses))


def test_both_forms_of_momentum_agree_at_a_constant_rate_and_part_under_decay(rng):
    """The table of conversions says 7e-17 against 1.65 after 20 steps with the rate times 0.8 each."""
    gradients = rng.normal(size=(20, 5))

    def apart(decay):
        w = np.zeros(5)
        config = {"learning_rate": 0.5, "momentum": 0.9}
        theirs = torch.nn.Parameter(torch.zeros(5, dtype=torch.float64))
        optimizer = torch.optim.SGD([theirs], lr=0.5, momentum=0.9)
        for dw in gradients:
            w, config = opt.sgd_momentum(w, dw, config)
            theirs.grad = torch.from_numpy(dw)
            optimizer.step()
            config["learning_rate"] *= decay
            optimizer.param_groups[0]["lr"] *= decay
        return np.abs(w - theirs.detach().numpy()).max()

    assert apart(1.0) < 1e-14
    assert apart(0.8) > 0.5


def test_nesterov_is_momentum_with_the_gradient_taken_ahead(rng):
    """In the variable without the look ahead: the gradient at w + mu v, then a step of plain momentum."""
    curvature, rate, mu = np.array([1.0, 8.0]), 0.05, 0.8
    plain, v = rng.normal(size=2), np.zeros(2)
    ahead, config = plain.copy(), {"learning_rate": rate, "momentum": mu}
    for _ in range(30):
        v = mu * v - rate * curvature * (plain + mu * v)
        plain = plain + v
        ahead, config = opt.nesterov_momentum(ahead, curvature * ahead, config)
        assert_close(ahead, plain + mu * v, rtol=1e-11, stol=1e-12)


def test_adagrads_steps_shrink_like_one_over_the_root_and_rmsprops_do_not():
    ones = np.ones((400, 1))
    paths = {rule: [np.zeros(1)] for rule in (opt.adagrad, opt.rmsprop)}
    for rule, path in paths.items():
        config = {"learning_rate": 0.1}
        for dw in ones:
            after, config = rule(path[-1], dw, config)
            path.append(after)
    steps = {rule: -np.diff(np.array(path)[:, 0]) for rule, path in paths.items()}
    assert_close(steps[opt.adagrad], 0.1 / np.sqrt(np.arange(1, 401)), rtol=1e-6, stol=0)
    assert_close(steps[opt.rmsprop][-1], 0.1, rtol=0.01, stol=0)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient():
    w, _ = opt.adam(np.zeros(4), np.array([1e-3, -0.1, 20.0, -1e4]), {"learning_rate": 0.25})
    assert_close(w, np.array([-0.25, 0.25, -0.25, 0.25]), rtol=1e-4, stol=0)


def test_adams_averages_of_a_constant_gradient_are_corrected_to_it_at_every_t():
    config = None
    for t in range(1, 12):
        _, config = opt.adam(np.zeros(1), np.array([3.0]), config)
        assert config["t"] == t
        assert_close(config["m"] / (1 - 0.9**t), np.array([3.0]), rtol=1e-12, stol=0)
        assert_close(config["v"] / (1 - 0.999**t), np.array([9.0]), rtol=1e-10, stol=0)


def test_adamw_without_decay_is_adam_and_its_decay_does_not_depend_on_the_gradient(rng):
    w, dw = rng.normal(size=(2, 6))
    plain, _ = opt.adam(w, dw, {"learning_rate": 0.1})
    without, _ = opt.adamw(w, dw, {"learning_rate": 0.1, "weight_decay": 0.0})
    decayed, after = opt.adamw(w, dw, {"learning_rate": 0.1, "weight_decay": 0.5})
    assert_close(without, plain, rtol=0, stol=0)
    assert_close(plain - decayed, 0.1 * 0.5 * w, rtol=1e-12, stol=1e-12)
    assert_close(after["m"], 0.1 * dw, rtol=1e-12, stol=0)


@pytest.mark.parametrize(
    ("step", "rate"), [(0, 1.0), (9, 1.0), (10, 0.5), (19, 0.5), (20, 0.25), (35, 0.125)]
)
def test_step_decay_has_whole_stairs(step, rate):
    assert opt.step_decay(1.0, step, 10, 0.5) == rate


def test_cosine_decay_is_flat_at_both_ends_and_stays_at_the_last_rate():
    rates = [opt.cosine_decay(2.0, step, 100, 0.1) for step in range(130)]
    assert rates[0] == 2.0
    assert rates[100:] == [0.1] * 30
    assert math.isclose(rates[50], 1.05)
    assert all(a >= b for a, b in itertools.pairwise(rates))
    assert rates[0] - rates[1] < 0.001 < rates[50] - rates[51]


def test_warm_up_is_never_zero_and_ends_at_the_base_rate():
    assert [opt.linear_warmup(1.0, step, 4) for step in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    assert opt.linear_warmup(0.3, 0, 0) == 0.3


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), max_norm=st.floats(0.01, 100))
def test_clipping_keeps_the_direction_and_bounds_the_length(seed, max_norm):
    drawn = np.random.default_rng(seed)
    grads = {name: drawn.normal(size=shape) for name, shape in (("W", (3, 2)), ("b", (2,)))}
    clipped, norm = opt.clip_gradient_norm(grads, max_norm)
    before = np.concatenate([g.ravel() for g in grads.values()])
    after = np.concatenate([g.ravel() for g in clipped.values()])
    assert math.isclose(norm, np.linalg.norm(before), rel_tol=1e-12)
    assert np.linalg.norm(after) <= max_norm * (1 + 1e-12)
    assert_close(after * norm, before * np.linalg.norm(after), rtol=1e-9, stol=1e-12)


def test_clipping_agrees_with_torch_up_to_its_small_number(rng):
    grads = {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}
    clipped, norm = opt.clip_gradient_norm(grads, 0.5)
    parameters = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads.values()]
    for parameter, g in zip(parameters, grads.values(), strict=True):
        parameter.grad = torch.from_numpy(g.copy())
    assert math.isclose(float(torch.nn.utils.clip_grad_norm_(parameters, 0.5)), norm, rel_tol=1e-12)
    for parameter, g in zip(parameters, clipped.values(), strict=True):
        assert_close(parameter.grad.numpy(), g, rtol=1e-6, stol=1e-9)
