"""The oracle is torch's own arithmetic, and its comparison notices what it should."""

import inspect

import numpy as np
import pytest
import torch

from reference.kit import units
from reference.kit.exercise import Unit
from reference.kit.places import DefinitionError
from reference.truth import batchnorm as bn
from reference.truth import oracle
from reference.truth.oracle import Bound, Row, error, vjp
from tests.reference import toy

BOUND = Bound(10, "a test")


def draw(rng):
    return {"x": rng.standard_normal((4, 3)), "dout": rng.standard_normal((4, 3)), "eps": 0.5}


def row(truth, by, inputs=draw):
    return Row("a row", truth, by, inputs, BOUND)


def measure(a_row, dtype="float64"):
    return error(a_row, dtype=dtype, ours="cpu", device="cpu", seed=1)


def test_each_side_is_called_with_the_inputs_it_names():
    assert measure(row(lambda x, eps: x * eps, lambda eps, x: eps * x)) == 0.0


def test_inputs_come_in_the_dtype_asked_for():
    seen = []

    def by(x):
        seen.append(x.dtype)
        return x

    measure(row(lambda x: x, by), "float32")
    measure(row(lambda x: x, by), "float64")
    assert seen == [torch.float32, torch.float64]


def test_an_error_is_relative_to_the_largest_entry():
    assert measure(row(lambda x: x + 1e-3 * np.abs(x).max(), lambda x: x)) == pytest.approx(1e-3)


@pytest.mark.parametrize(
    "truth",
    [
        lambda x: x[:1],
        lambda x: (x, x),
        lambda x: x.astype(np.float32),
        lambda x: x * np.nan,
        lambda x: x.sum(axis=0, keepdims=True),
    ],
    ids=["shape", "count", "dtype", "nan", "keepdims"],
)
def test_what_cannot_be_compared_is_infinitely_wrong(truth):
    assert measure(row(truth, lambda x: x)) == np.inf


def test_something_where_nothing_is_expected_is_infinitely_wrong():
    assert measure(row(lambda x: x * 1e-300, lambda x: x * 0)) == np.inf
    assert measure(row(lambda x: x * 0, lambda x: x * 0)) == 0.0


def test_a_vector_jacobian_product_gives_a_gradient_for_each_array_argument():
    by = vjp(lambda x, eps: torch.sqrt(x**2 + eps), "dout")
    assert measure(row(lambda x, eps, dout: dout * x / np.sqrt(x**2 + eps), by)) < 1e-15


def test_a_value_used_twice_gets_the_sum_of_its_gradients():
    by = vjp(lambda x: (x * 2, x * 3), "dout dout")
    assert measure(row(lambda dout: 5 * dout, by)) < 1e-15


def test_the_same_seed_draws_the_same_inputs_and_another_seed_others():
    seen = []
    a_row = row(lambda x: seen.append(x.sum()) or x, lambda x: x)
    for seed in (1, 1, 2):
        error(a_row, dtype="float64", ours="cpu", device="cpu", seed=seed)
    assert seen[0] == seen[1] != seen[2]


def test_the_bound_grows_with_the_machine_epsilon():
    assert BOUND.of("float64") == pytest.approx(2.2e-15, rel=0.01)
    assert BOUND.of("float32") == pytest.approx(1.2e-6, rel=0.01)


def test_every_function_of_the_truth_has_a_row():
    """All but the three that return no numbers of their own to differentiate or compare."""
    named = {part for one in oracle.rows("batchnorm") for part in one.name.replace(",", "").split()}
    functions = {
        name for name, f in inspect.getmembers(bn, inspect.isfunction) if f.__module__ == bn.__name__
    }
    untested = {
        "name_faulty_step",
        "batchnorm_stages",
        "torch_momentum",
        "unbiased_variance",
        "torch_running_var",
    }
    assert functions - named == untested


def unit(**more):
    return Unit("toy", "A toy", toy.UNIT.exercises, **more)


def a_row_for(name):
    return lambda: (Row(f"another, {name}", np.sin, torch.sin, draw, BOUND),)


def test_a_truth_is_confirmed_by_a_row_or_the_unit_says_why_not():
    assert len(oracle.confirmed(unit(oracle=a_row_for("center_backward")))) == 1
    assert oracle.confirmed(unit(beyond_torch={"center_backward": "a toy"})) == ()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "center_backward is confirmed by nothing"),
        ({"beyond_torch": {"center_backward": " "}}, "center_backward is confirmed by nothing"),
        ({"oracle": a_row_for("center_backward_alt")}, "center_backward is confirmed by nothing"),
        (
            {"oracle": a_row_for("center_backward"), "beyond_torch": {"center_backward": "a toy"}},
            "center_backward is confirmed by a row, and said to be beyond torch",
        ),
    ],
)
def test_a_truth_that_nothing_or_both_speak_for_is_told_by_name_and_place(more, told):
    with pytest.raises(DefinitionError, match=told) as found:
        oracle.confirmed(unit(**more))
    assert found.value.place == toy.BACKWARD.cases[0].place


def test_a_pass_there_and_one_back_are_called_with_what_they_name():
    def forward(x, eps):
        return x * eps, x

    def backward(dout, cache):
        return dout * cache

    assert measure(row(oracle.there(forward), lambda x, eps: x * eps)) == 0.0
    assert measure(row(oracle.there_and_back(forward, backward), lambda dout, x: dout * x)) == 0.0


@pytest.mark.parametrize("name", units.names())
def test_every_truth_of_every_unit_is_confirmed(name):
    assert all(one.bound.why for one in oracle.rows(name))


def test_rows_are_found_by_unit():
    assert oracle.all_rows(["batchnorm"]).keys() == {"batchnorm"}


def test_a_truth_in_torch_computes_on_both_devices_and_one_in_numpy_on_the_cpu():
    in_numpy, in_torch = row(lambda x: x, lambda x: x), row(lambda x, device: x, lambda x: x)
    assert oracle.places(in_numpy, "cuda") == [("cpu", "cpu"), ("cpu", "cuda")]
    assert oracle.places(in_torch, "cuda") == [
        ("cpu", "cpu"),
        ("cpu", "cuda"),
        ("cuda", "cpu"),
        ("cuda", "cuda"),
    ]
    assert oracle.places(in_torch, "cpu") == [("cpu", "cpu")]


def test_the_truth_is_told_where_to_compute():
    seen = []
    a_row = row(lambda x, device: seen.append(device) or x, lambda x: x.cpu())
    error(a_row, dtype="float64", ours="cuda", device="cpu", seed=1)
    assert seen == ["cuda"]


@pytest.mark.parametrize("name", units.names())
def test_every_oracle_computes_where_its_inputs_are(name):
    """A tensor that is made on the CPU beside inputs elsewhere is an error there, as it is on a GPU."""
    for one in oracle.rows(name):
        drawn = oracle._to_torch(one.inputs(np.random.default_rng(1)), "meta")
        try:
            oracle._call(one.oracle, drawn)
        except Exception as failed:
            pytest.fail(f"{one.name}: {failed}")
