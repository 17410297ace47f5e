"""A right backward pass beside a forward pass that is wrong in a detail, with a cache of its own form."""

import numpy as np
import pytest

from reference.judge.drawing import draw
from reference.judge.examine import examined
from reference.kit import units
from stagewise.judge.judging import judge

TOLD = "It is judged by your own {}, as its gradient: a slip costs points once"
EPS = {
    "none": lambda param: 0.0,
    "1e-10": lambda param: 1e-10,
    "always 1e-5": lambda param: 1e-5,
    "another default": lambda param: param.get("eps", 1e-3),
}


def forward_with(eps_of, axis=0):
    """A right pass but for its eps; a dict is its cache."""

    def forward(x, gamma, beta, param):
        mu, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
        with np.errstate(all="ignore"):
            std = np.sqrt(var + np.asarray(eps_of(param), x.dtype))
            xhat = (x - mu) / std
        return gamma * xhat + beta, {"xhat": xhat, "std": std, "gamma": gamma, "axis": axis}

    return forward


def backward(dout, cache, whole=1.0):
    """Its gradient; whole: the factor of the path through the variance."""
    xhat, axis = cache["xhat"], cache["axis"]
    over = {"axis": axis, "keepdims": True}
    with np.errstate(all="ignore"):
        dxhat = dout * cache["gamma"]
        through = xhat * np.mean(dxhat * xhat, **over)
        dx = (dxhat - np.mean(dxhat, **over) - np.asarray(whole, dout.dtype) * through) / cache["std"]
    return dx, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)


def half_of_the_variance(dout, cache):
    return backward(dout, cache, whole=0.5)


def pair(name, there, back):
    there.__name__ = name.replace("backward", "forward").removesuffix("_alt")

    def backward_pass(dout, cache):
        return back(dout, cache)

    backward_pass.__name__ = name
    return backward_pass, there


def report_of(name, there, back):
    return examined(*pair(name, there, back), unit="batchnorm", points=8)


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("name", ["batchnorm_backward", "batchnorm_backward_alt"])
def test_another_eps_in_the_forward_pass_costs_nothing_on_the_way_back(name, eps):
    report = report_of(name, forward_with(EPS[eps]), backward)
    assert report.points == 8
    assert report.notes[-1] == TOLD.format("batchnorm_forward")


def test_so_it_is_for_examples_instead_of_features():
    report = report_of("layernorm_backward", forward_with(lambda param: 1e-10, axis=1), backward)
    assert (report.points, report.notes[-1]) == (8, TOLD.format("layernorm_forward"))


@pytest.mark.parametrize("eps", EPS)
def test_a_mistake_of_the_way_back_costs_there_what_it_costs_alone(eps):
    exercise = units.load("batchnorm").exercise("batchnorm_backward")
    right = pair(
        "batchnorm_backward", forward_with(lambda param: param.get("eps", 1e-5)), half_of_the_variance
    )
    alone = judge({one.__name__: one for one in right}, draw(exercise, 0)).fraction
    assert alone < 0.5
    assert report_of("batchnorm_backward", forward_with(EPS[eps]), half_of_the_variance).points <= 8 * alone


NOTHING = {
    "the batch as it is": (lambda x, gamma, beta, param: (x, None), lambda dout, cache: (dout, *sums(dout))),
    "zeros": (lambda x, gamma, beta, param: (0 * x, None), lambda dout, cache: (0 * dout, *sums(0 * dout))),
    "x - mean": (
        lambda x, gamma, beta, param: (gamma * (x - x.mean(axis=0)) + beta, gamma),
        lambda dout, cache: (cache * (dout - dout.mean(axis=0)), *sums(dout)),
    ),
}


def sums(dout):
    return dout.sum(axis=0), dout.sum(axis=0)


@pytest.mark.parametrize("name", NOTHING)
def test_the_gradient_of_a_pass_that_is_wrong_altogether_earns_no_more(name):
    """Or a forward pass that does nothing would make the way back easy."""
    report = report_of("batchnorm_backward", *NOTHING[name])
    assert report.points <= 1
    assert not any("as its gradient" in note for note in report.notes)


def test_a_forward_pass_that_answers_otherwise_each_time_has_no_gradient():
    noise = np.random.default_rng(0)

    def forward(x, gamma, beta, param):
        out, cache = forward_with(lambda param: 1e-10)(x, gamma, beta, param)
        return out * (1 + 1e-3 * noise.standard_normal(out.shape)).astype(x.dtype), cache

    assert report_of("batchnorm_backward", forward, backward).points < 8
