"""The checker of gradients is checked: what it must find, what it must let pass, what it says."""

import doctest

import numpy as np
import pytest

from stagewise import gradients
from stagewise.gradients import Verdict, gradient_check, numerical_gradient, relative_error


def smooth(x):
    """A function with all kinds of curvature; its gradient is cos(x) + 3 x^2."""
    return np.sin(x) + x**3


def slope(x):
    return np.cos(x) + 3 * x**2


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(gradients).failed == 0


def test_an_array_valued_function_needs_and_uses_its_upstream_gradient(rng):
    x, df = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    assert relative_error(numerical_gradient(smooth, x, df), df * slope(x)) < 1e-8


def test_a_scalar_function_and_a_zero_dimensional_array_work():
    assert numerical_gradient(lambda x: float(x**2), np.array(3.0)) == pytest.approx(6.0, rel=1e-9)


def test_central_differences_are_a_thousand_times_better_than_forward_ones(rng):
    x, h = rng.normal(size=(5, 3)), 1e-5
    forward = (smooth(x + h) - smooth(x)) / h
    central = numerical_gradient(smooth, x, np.ones_like(x), h)
    assert relative_error(central, slope(x)) < 1e-3 * relative_error(forward, slope(x))


def test_a_forward_difference_does_not_pass_for_a_gradient(rng):
    x, h = rng.normal(size=(5, 3)), 1e-5
    forward = (smooth(x + h) - smooth(x)) / h
    assert not gradient_check(smooth, x, forward, np.ones_like(x)).right


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e6])
def test_a_gradient_wrong_by_one_part_in_two_thousand_is_called_wrong_at_every_scale(rng, scale):
    x, df = rng.normal(size=(4, 3)), scale * rng.normal(size=(4, 3))
    assert gradient_check(smooth, x, df * slope(x), df).verdict is Verdict.RIGHT
    assert gradient_check(smooth, x, 1.0005 * df * slope(x), df).verdict is Verdict.WRONG


def test_one_wrong_entry_is_found_and_named(rng):
    x, df = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    gradient = df * slope(x)
    gradient[2, 1] *= 1.0005
    found = gradient_check(smooth, x, gradient, df)
    assert (found.index, found.verdict) == ((2, 1), Verdict.WRONG)
    assert "worst at [2, 1]: measured" in str(found)


def test_nan_is_the_worst_entry(rng):
    x = rng.normal(size=(4,))
    gradient = slope(x)
    gradient[3] = np.nan
    assert gradient_check(smooth, x, gradient, np.ones(4)).verdict is Verdict.WRONG
    assert gradient_check(smooth, x, gradient, np.ones(4)).index == (3,)


def test_an_error_between_the_bounds_is_doubtful(rng):
    x = rng.normal(size=(4,))
    assert gradient_check(smooth, x, slope(x) * (1 + 2e-6), np.ones(4)).verdict is Verdict.DOUBTFUL


def test_a_gradient_that_is_zero_by_construction_proves_nothing(rng):
    """The sum of a normalised batch does not depend on x: any formula giving zeros would pass."""

    def total(x):
        return ((x - x.mean(axis=0)) / x.std(axis=0)).sum()

    found = gradient_check(total, rng.normal(size=(5, 3)), np.zeros((5, 3)))
    assert found.verdict is Verdict.EMPTY
    assert "random upstream gradient" in str(found)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_step_suits_the_dtype(rng, dtype):
    x = rng.normal(size=(6, 3)).astype(dtype)
    assert gradient_check(smooth, x, slope(x), np.ones_like(x)).right


def test_a_float64_step_in_float32_fails_and_the_message_says_why(rng):
    x = rng.normal(size=(6, 3)).astype(np.float32)
    found = gradient_check(smooth, x, slope(x), np.ones_like(x), h=1e-5)
    assert not found.right
    assert "Repeat with x in float64" in str(found)


def test_x_is_restored_even_when_f_raises(rng):
    x = rng.normal(size=(3, 2))
    before = x.copy()
    numerical_gradient(smooth, x, np.ones_like(x))
    np.testing.assert_array_equal(x, before)

    def broken(x):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        numerical_gradient(broken, x)
    np.testing.assert_array_equal(x, before)


def test_a_parameter_that_f_reaches_by_itself_is_perturbed_too(rng):
    """f may ignore its argument and read the same array elsewhere, as a model's loss does."""
    w = rng.normal(size=(2, 2))
    assert relative_error(numerical_gradient(lambda _: (w**2).sum(), w), 2 * w) < 1e-8


def test_f_may_return_its_own_buffer_again(rng):
    x, buffer = rng.normal(size=(3,)), np.empty(3)

    def reusing(x):
        buffer[:] = x**2
        return buffer

    assert relative_error(numerical_gradient(reusing, x, np.ones(3)), 2 * x) < 1e-8


def test_a_view_with_strides_is_perturbed_in_place(rng):
    x = rng.normal(size=(4, 6))[:, ::2]
    assert relative_error(numerical_gradient(smooth, x, np.ones_like(x)), slope(x)) < 1e-8


def test_relative_error_has_no_absolute_floor():
    assert relative_error(np.array([1e-12]), np.array([2e-12])) == pytest.approx(1 / 3)


def test_relative_error_does_not_take_the_noise_of_a_tiny_entry_for_a_mistake():
    assert relative_error(np.array([1.0, 1e-14]), np.array([1.0, -1e-14])) < 1e-10


def test_relative_error_of_equal_zeros_and_of_nothing_is_zero():
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
    assert relative_error(np.zeros((0, 3)), np.zeros((0, 3))) == 0.0


@pytest.mark.parametrize(
    ("f", "x", "df", "error", "words"),
    [
        (smooth, np.arange(3), None, TypeError, "not int64: x = np.array"),
        (smooth, [1.0], None, TypeError, "not list"),
        (smooth, np.ones(3), None, ValueError, "Give df"),
        (smooth, np.ones(3), np.ones((3, 1)), ValueError, "df has shape \\(3, 1\\)"),
        (lambda x: (x, None), np.ones(3), None, TypeError, "forward\\(x, ...\\)\\[0\\]"),
        (np.sum, np.full(3, 1e20), None, ValueError, "give a larger h"),
    ],
)
def test_misuse_is_explained(f, x, df, error, words):
    with pytest.raises(error, match=words):
        numerical_gradient(f, x, df)


def test_nothing_to_check_is_an_error():
    with pytest.raises(ValueError, match="no entry"):
        gradient_check(np.sum, np.zeros((0, 2)), np.zeros((0, 2)))


def test_shapes_must_be_equal():
    with pytest.raises(ValueError, match="shapes \\(3,\\) and \\(1, 3\\)"):
        relative_error(np.zeros(3), np.zeros((1, 3)))


def test_a_function_that_is_random_is_called_that():
    """Dropout without a seed: every call of f draws another mask."""
    x = np.array([1.0, 2.0, 3.0])
    stream = np.random.default_rng(2)
    found = gradient_check(lambda x: (x * (stream.random(3) < 0.5)).sum(), x, np.ones(3))
    assert found.verdict is Verdict.RANDOM
    assert "seed" in str(found)
