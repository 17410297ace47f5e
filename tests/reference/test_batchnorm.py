"""The truth keeps its conventions; that its numbers are right is test_verify's business."""

import numpy as np
import pytest
import torch

from reference.exercises.batchnorm.inputs import batch
from reference.truth import batchnorm as bn
from stagewise.gradients import gradient_check
from tests.closeness import assert_close


@pytest.fixture
def drawn():
    return batch(6, 4, offset=5.0)(np.random.default_rng(3))


def train(x, gamma, beta, eps=1e-5):
    return bn.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})


def test_the_output_has_the_mean_beta_and_the_spread_gamma(drawn):
    out, _ = train(drawn["x"], drawn["gamma"], drawn["beta"])
    assert_close(out.mean(axis=0), drawn["beta"], rtol=1e-9, stol=1e-9)
    assert_close(out.std(axis=0), np.abs(drawn["gamma"]), rtol=1e-2, stol=0)


def test_the_momentum_weighs_the_old_value_and_the_statistics_start_at_zero(drawn):
    param = {"mode": "train", "momentum": 0.75}
    first, second = drawn["x"], drawn["x"] + 1.0
    bn.batchnorm_forward(first, drawn["gamma"], drawn["beta"], param)
    assert_close(param["running_mean"], 0.25 * first.mean(axis=0), rtol=1e-12, stol=0)
    bn.batchnorm_forward(second, drawn["gamma"], drawn["beta"], param)
    expected = 0.75 * 0.25 * first.var(axis=0) + 0.25 * second.var(axis=0)
    assert_close(param["running_var"], expected, rtol=1e-12, stol=0)


def test_the_defaults_are_momentum_0_9_and_eps_1e_5(drawn):
    x = 1e-3 * (drawn["x"] - drawn["x"].mean(axis=0))
    param = {"mode": "train"}
    out, _ = bn.batchnorm_forward(x, np.ones(4), np.zeros(4), param)
    assert_close(param["running_var"], 0.1 * x.var(axis=0), rtol=1e-9, stol=0)
    assert_close(out, x / np.sqrt(x.var(axis=0) + 1e-5), rtol=1e-9, stol=1e-12)


def test_test_mode_uses_the_running_statistics_and_leaves_them_alone(drawn):
    mean, var = np.arange(4.0), np.arange(1.0, 5.0)
    param = {"mode": "test", "running_mean": mean.copy(), "running_var": var.copy(), "eps": 0.1}
    out, _ = bn.batchnorm_forward(drawn["x"], drawn["gamma"], drawn["beta"], param)
    expected = drawn["gamma"] * (drawn["x"] - mean) / np.sqrt(var + 0.1) + drawn["beta"]
    assert_close(out, expected, rtol=1e-12, stol=1e-12)
    assert_close(param["running_mean"], mean, rtol=0, stol=0)
    assert_close(param["running_var"], var, rtol=0, stol=0)


@pytest.mark.parametrize("mode", ["eval", "", None])
def test_another_mode_is_refused(drawn, mode):
    with pytest.raises(ValueError, match=f'Invalid forward batchnorm mode "{mode}"'):
        bn.batchnorm_forward(drawn["x"], drawn["gamma"], drawn["beta"], {"mode": mode})


def test_the_mode_must_be_given(drawn):
    with pytest.raises(KeyError, match="mode"):
        bn.batchnorm_forward(drawn["x"], drawn["gamma"], drawn["beta"], {})


def test_a_batch_of_one_gives_beta_and_no_gradient_for_x(drawn):
    x, dout = drawn["x"][:1], drawn["dout"][:1]
    out, cache = train(x, drawn["gamma"], drawn["beta"])
    dx, dgamma, dbeta = bn.batchnorm_backward(dout, cache)
    assert_close(out, drawn["beta"][None], rtol=0, stol=0)
    assert_close(dx, np.zeros((1, 4)), rtol=0, stol=0)
    assert_close((dgamma, dbeta), (np.zeros(4), dout[0]), rtol=0, stol=0)


def test_a_constant_feature_divides_by_the_root_of_eps(drawn):
    x = np.full((5, 2), 3.0)
    out, cache = train(x, np.ones(2), np.zeros(2), eps=1e-4)
    dx, _, _ = bn.batchnorm_backward(np.eye(5, 2), cache)
    assert_close(out, np.zeros((5, 2)), rtol=0, stol=0)
    assert_close(dx, 100 * (np.eye(5, 2) - 0.2), rtol=1e-12, stol=0)


def test_ten_steps_and_the_closed_form_agree(drawn):
    _, cache = train(drawn["x"], drawn["gamma"], drawn["beta"])
    staged, closed = (f(drawn["dout"], cache) for f in (bn.batchnorm_backward, bn.batchnorm_backward_alt))
    assert_close(closed, staged, rtol=1e-11, stol=1e-12)


@pytest.mark.parametrize("name", ["x", "gamma", "beta"])
@pytest.mark.parametrize("layer", ["batchnorm", "layernorm"])
def test_the_gradients_are_those_that_can_be_measured(drawn, layer, name):
    """Without torch: NumPy's own central differences."""
    forward, back = getattr(bn, f"{layer}_forward"), getattr(bn, f"{layer}_backward")
    arguments = {key: drawn[key] for key in ("x", "gamma", "beta")}
    _, cache = forward(*arguments.values(), {"mode": "train"})
    gradient = dict(zip(arguments, back(drawn["dout"], cache), strict=True))[name]

    def f(value):
        return forward(*{**arguments, name: value}.values(), {"mode": "train"})[0]

    assert gradient_check(f, arguments[name], gradient, drawn["dout"]).right


def test_float32_stays_float32(drawn):
    x, gamma, beta, dout = (drawn[name].astype(np.float32) for name in ("x", "gamma", "beta", "dout"))
    param = {"mode": "train"}
    out, cache = bn.batchnorm_forward(x, gamma, beta, param)
    tested, _ = bn.batchnorm_forward(x, gamma, beta, {**param, "mode": "test"})
    made = [out, tested, param["running_mean"], param["running_var"]]
    made += [*bn.batchnorm_backward(dout, cache), *bn.batchnorm_backward_alt(dout, cache)]
    normalised, cache = bn.layernorm_forward(x, gamma, beta, {})
    made += [normalised, *bn.layernorm_backward(dout, cache)]
    assert {array.dtype.name for array in made} == {"float32"}


def test_layer_normalisation_is_batch_normalisation_of_the_transposed(drawn):
    plain, _ = bn.layernorm_forward(drawn["x"], np.ones(4), np.zeros(4), {"eps": 1e-3})
    turned, _ = train(drawn["x"].T, np.ones(6), np.zeros(6), eps=1e-3)
    assert_close(plain, turned.T, rtol=1e-11, stol=1e-12)


def test_the_published_pair_fails_a_gradient_check_in_dx_alone(drawn):
    """dgamma and dbeta do not pass through the variance, so they tell where the fault is not."""
    arguments = {key: drawn[key] for key in ("x", "gamma", "beta")}
    _, cache = bn.published_forward(**arguments, eps=1e-5)
    gradients = dict(zip(arguments, bn.published_backward(drawn["dout"], cache), strict=True))

    def right(name):
        def f(value):
            return bn.published_forward(**{**arguments, name: value}, eps=1e-5)[0]

        return gradient_check(f, arguments[name], gradients[name], drawn["dout"]).right

    assert {name: right(name) for name in arguments} == {"x": False, "gamma": True, "beta": True}


def test_the_repaired_pair_agrees_with_the_right_layer(drawn):
    arguments = {key: drawn[key] for key in ("x", "gamma", "beta")}
    out, cache = bn.repaired_forward(**arguments, eps=1e-5)
    right_out, right_cache = train(**arguments)
    assert_close(out, right_out, rtol=1e-12, stol=1e-12)
    got = bn.published_backward(drawn["dout"], cache)
    assert_close(got, bn.batchnorm_backward(drawn["dout"], right_cache), rtol=1e-11, stol=1e-12)


@pytest.mark.parametrize(("forward", "step"), [(bn.published_forward, 4), (bn.repaired_forward, 0)])
def test_the_faulty_step_is_named(drawn, forward, step):
    arguments = {key: drawn[key] for key in ("x", "gamma", "beta", "eps")}
    _, (stages, _, _) = forward(**arguments)
    assert bn.name_faulty_step(**arguments, stages=stages) == step


@pytest.mark.parametrize("step", range(1, 10))
def test_a_fault_in_any_step_is_named_also_when_the_later_ones_are_right(drawn, step):
    arguments = {key: drawn[key] for key in ("x", "gamma", "beta", "eps")}
    stages = bn.batchnorm_stages(**arguments)
    stages[step - 1] = stages[step - 1] * 1.001
    assert bn.name_faulty_step(**arguments, stages=stages) == step


def test_the_conversions_are_those_of_torch(drawn):
    """After several batches, torch.nn.BatchNorm1d holds what the conversions say."""
    momentum, batches = 0.8, [drawn["x"] + k for k in range(3)]
    theirs = torch.nn.BatchNorm1d(4, momentum=bn.torch_momentum(momentum), dtype=torch.float64)
    ours = {"mode": "train", "momentum": momentum}
    for x in batches:
        theirs(torch.from_numpy(x))
        bn.batchnorm_forward(x, np.ones(4), np.zeros(4), ours)
    assert_close(theirs.running_mean.numpy(), ours["running_mean"], rtol=1e-12, stol=0)
    converted = bn.torch_running_var(ours["running_var"], N=6, momentum=momentum, batches=3)
    assert_close(theirs.running_var.numpy(), converted, rtol=1e-12, stol=0)


def test_the_unbiased_variance_is_that_of_numpy_and_needs_two_examples(drawn):
    x = drawn["x"]
    assert_close(bn.unbiased_variance(x.var(axis=0), 6), x.var(axis=0, ddof=1), rtol=1e-12, stol=0)
    with pytest.raises(ValueError, match="at least two examples"):
        bn.unbiased_variance(np.zeros(4), 1)
