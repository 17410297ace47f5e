"""The checker checked: what must pass passes, and every guard has a mutant that it rejects."""

import numpy as np
import pytest

from stagewise.judge.compare import Flaw, Opaque, Tolerance, compare
from tests.closeness import assert_close

COURSE = Tolerance(1e-4, 2e-5, "as in the course")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


def flaw(got, expected, tolerance=COURSE, **options):
    return compare(got, expected, tolerance, **options).flaw


class LyingArray(np.ndarray):
    def __sub__(self, other):
        return np.zeros(self.shape)

    __eq__ = lambda self, other: True  # type: ignore[assignment]  # noqa: E731


class AlwaysEqual:
    dtype, shape, ndim = X.dtype, X.shape, 2
    __array_priority__ = 1e9
    __eq__ = lambda self, other: True  # type: ignore[assignment]  # noqa: E731
    __hash__ = None  # type: ignore[assignment]

    def __array__(self, *_, **__):
        raise AssertionError("was converted")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (X, X),
        (X.astype(np.float32), X),
        (X.copy(order="F"), X),
        (1.0, np.float64(1)),
        (np.float32(1), 1.0),
        (np.array(1.0), 1.0),
        (1.0, np.array(1.0)),
        (0, 0.0),
        (3, np.int64(3)),
        (True, np.True_),
        ("he", "he"),
        (None, None),
        (np.array([1, 2], np.int32), np.array([1, 2])),
        (np.array([np.nan, np.inf, -np.inf, 1]),) * 2,
        (np.zeros((0, 3)),) * 2,
        ((1.0, X), [1.0, X]),
        ({"w": X, "more": 1}, {"w": X}),
        (b"a", b"a"),
        (np.array([1 + 2j]),) * 2,
        (np.zeros(3),) * 2,
    ],
)
def test_right_values_pass(got, expected):
    assert Flaw.NONE is flaw(got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "found"),
    [
        (None, X, Flaw.TYPE),
        (print, X, Flaw.TYPE),
        (X.tolist(), X, Flaw.BROADCAST),
        (list(X), X, Flaw.BROADCAST),
        ([[*X[0]], [*X[1][:2]]], X, Flaw.TYPE),
        ("1.0", 1.0, Flaw.TYPE),
        (X.view(LyingArray), X, Flaw.TYPE),
        (AlwaysEqual(), X, Flaw.TYPE),
        (np.ma.array(X), X, Flaw.TYPE),
        (AlwaysEqual(), "he", Flaw.TYPE),
        (AlwaysEqual(), None, Flaw.TYPE),
        (X.astype(object), X, Flaw.TYPE),
        (Opaque(), 1.0, Flaw.TYPE),
        ({}, {"w": X}, Flaw.TYPE),
        ((X,), X, Flaw.TYPE),
        (1, None, Flaw.TYPE),
        (X.T, X, Flaw.SHAPE),
        (X.mean(), X, Flaw.SHAPE),
        (X[:1], X, Flaw.SHAPE),
        (X[None], X[0], Flaw.SHAPE),
        (np.ones(3), np.ones((4, 3)), Flaw.SHAPE),
        ((1.0,), (1.0, 2.0), Flaw.SHAPE),
        (X.ravel(), X, Flaw.SHAPE),
        (X[:1], X[0], Flaw.BROADCAST),
        (X[0], X[:1], Flaw.BROADCAST),
        (np.ones((1, 1)), 1.0, Flaw.BROADCAST),
        (2 * X[:1], X[0], Flaw.VALUE),
        ((X[:1],), (X[0],), Flaw.BROADCAST),
        (np.ones(3, int), np.ones(3), Flaw.DTYPE),
        (np.ones(3, bool), np.ones(3), Flaw.DTYPE),
        (1.0, 1, Flaw.DTYPE),
        (np.ones(3), np.ones(3, int), Flaw.DTYPE),
        (1, True, Flaw.DTYPE),
        (True, 1.0, Flaw.DTYPE),
        (np.ones(3, complex), np.ones(3), Flaw.DTYPE),
        (np.array([1, np.nan]), np.ones(2), Flaw.NAN),
        (np.array([np.inf, 1]), np.ones(2), Flaw.NAN),
        (np.ones(2), np.array([1, np.nan]), Flaw.NAN),
        (np.array([-np.inf]), np.array([np.inf]), Flaw.NAN),
        (np.array([np.nan]), np.array([np.inf]), Flaw.NAN),
        (float("nan"), 0.0, Flaw.NAN),
        (np.full(3, np.nan), np.zeros(3), Flaw.NAN),
        (X * 1.0005, X, Flaw.VALUE),
        (-X, X, Flaw.VALUE),
        (X * 1.0005e-9, X * 1e-9, Flaw.VALUE),
        (np.zeros((4, 3)), X * 1e-12, Flaw.VALUE),
        (np.full(3, 1e-30), np.zeros(3), Flaw.VALUE),
        ("she", "he", Flaw.VALUE),
        (4, 3, Flaw.VALUE),
        (False, True, Flaw.VALUE),
        (np.array([1, 3]), np.array([1, 2]), Flaw.VALUE),
        ({"w": X + 1}, {"w": X}, Flaw.VALUE),
    ],
)
def test_every_guard_rejects_its_mutant(got, expected, found):
    comparison = compare(got, expected, COURSE)
    assert found is comparison.flaw
    assert comparison.message


def test_a_gradient_off_by_a_twentieth_of_a_percent_in_one_entry_fails():
    expected = np.linspace(1, 2, 1000)
    got = expected.copy()
    got[17] *= 1.0005
    assert Flaw.VALUE is flaw(got, expected)


def test_slack_does_not_grow_with_the_array():
    expected = np.ones(10_000)
    got = expected.copy()
    got[5] += 5e-4
    assert Flaw.VALUE is flaw(got, expected)


def test_float32_work_passes_where_small_entries_are_cancellation_noise():
    x = RNG.normal(5, 1, (50, 4))
    right = x - x.mean(0)
    single = x.astype(np.float32) - x.astype(np.float32).mean(0)
    assert Flaw.NONE is flaw(single, right)


def test_scale_lets_noise_pass_where_the_answer_is_zero():
    noise = np.array([1e-17, -1e-18])
    assert Flaw.VALUE is flaw(noise, np.zeros(2))
    assert Flaw.NONE is flaw(noise, np.zeros(2), Tolerance(1e-4, 2e-5, "cancels", scale=1.0))
    assert Flaw.VALUE is flaw(noise + 1e-4, np.zeros(2), Tolerance(1e-4, 2e-5, "cancels", scale=1.0))


def test_the_very_dtype_is_asked_for_only_where_it_matters():
    single = X.astype(np.float32)
    assert Flaw.NONE is flaw(X, single)
    assert Flaw.DTYPE is flaw(X, single, exact_dtype=True)
    assert Flaw.NONE is flaw(1.0, np.float32(1), exact_dtype=True)


def test_error_is_zero_when_exact_and_below_rtol_exactly_when_passing():
    assert compare(X, X, COURSE).error == 0.0
    for factor in (1 + 5e-5, 1 + 1e-4, 1 + 3e-4):
        found = compare(X * factor, X, COURSE)
        assert (found.flaw is Flaw.NONE) == (found.error <= COURSE.rtol)


def test_the_message_says_how_far_and_where():
    expected = np.arange(1.0, 7).reshape(2, 3)
    got = expected.copy()
    got[1, 0] = 5.0
    said = compare(got, expected, Tolerance(1e-4, 0, "plain")).message
    assert (
        said
        == "1 of 6 entries is off, relative error 2.5e-01 (allowed 1e-04); worst at [1, 0]: expected 4, got 5"
    )


@pytest.mark.parametrize("seed", range(5))
def test_of_entries_that_are_as_far_off_the_first_is_told_whatever_the_roundings(seed):
    """A wrong factor puts them all off by the same ratio, and each processor rounds another one up."""
    rounded = 1 + 4e-16 * np.random.default_rng(seed).choice([-1, 0, 1], (3, 4))
    said = compare(3 * np.full((3, 4), 0.1) * rounded, np.full((3, 4), 0.1), COURSE).message
    assert (
        said == "12 of 12 entries are off, relative error 1.7e+00 (allowed 1e-04); "
        "worst at [0, 0]: expected 0.1, got 0.3"
    )


@pytest.mark.parametrize("noise", [3.9e-17, -5.2e-17])
def test_what_is_left_of_cancelling_is_told_as_that(noise):
    said = compare(np.array([0.3, noise]), np.array([0.3, 0.2]), COURSE).message
    assert said.endswith("worst at [1]: expected 0.2, got 0")


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (X.T, X, "expected shape (4, 3), got shape (3, 4) (that is its transpose)"),
        (1.0, X, "expected shape (4, 3), got a single number"),
        (None, X, "expected a float array of shape (4, 3), got nothing (None)"),
        (len, X, "expected a float array of shape (4, 3), got a function"),
        ([1.0], X, "expected a float array of shape (4, 3), got a list of 1"),
        (X[:1], X[0], "the values are right, but the shape is (1, 3); expected shape (3,)"),
        (
            np.ones(3, int),
            np.ones(3),
            "the values are right, but they are whole numbers (dtype int64); expected floats",
        ),
        (
            np.array([1, np.nan]),
            np.ones(2),
            "1 of 2 entries is NaN or infinite where a number belongs; the first at [1]: expected 1, got nan",
        ),
        ({}, {"w": 1.0}, "the dict has no entry 'w'"),
        ({"w": 2}, {"w": 1}, "entry ['w']: the number is wrong: expected 1, got 2"),
        ("sgd", "adam", "expected 'adam', got 'sgd'"),
        (
            X.view(LyingArray),
            X,
            "expected a float array of shape (4, 3), got an array of the special type LyingArray "
            "(a plain array is needed: np.array(...))",
        ),
    ],
)
def test_messages_say_what_was_expected_and_what_came(got, expected, said):
    assert said == compare(got, expected, COURSE).message


def test_a_stand_in_is_called_what_it_stands_for():
    class Stand(Opaque):
        stands_for = "a generator"

    assert compare(Stand(), 1.0, COURSE).message == "expected a single number, got a generator"


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        ({"stands_for": "a tensor"}, 1.0, "expected a single number, got a tensor"),
        ({"stands_for": "b"}, {"stands_for": "a"}, "expected a, got b"),
        ({"w": 1.0}, {"stands_for": "a model", "w": 1.0}, "expected a model, got a dict of 1"),
        ({"stands_for": 3}, 1.0, "expected a single number, got a dict of 1"),
    ],
)
def test_the_description_of_an_object_is_called_what_it_describes(got, expected, said):
    assert compare(got, expected, COURSE).message == said


def test_huge_numbers_do_not_overflow_into_passing():
    assert Flaw.VALUE is flaw(np.array([1.7e308]), np.array([-1.7e308]))


def test_what_cannot_be_compared_is_never_right():
    assert Flaw.TYPE is flaw(len, len)
    assert Flaw.TYPE is flaw({1}, {1})


def test_assert_close_wants_its_tolerance_by_name_and_tells_what_is_wrong():
    assert_close(1.0, 1.0, rtol=0, stol=0)
    with pytest.raises(AssertionError, match="relative error"):
        assert_close(1.01, 1.0, rtol=1e-3, stol=0)
    with pytest.raises(AssertionError, match="expected shape"):
        assert_close(1.0, np.ones((2, 2)), rtol=1, stol=1)
    with pytest.raises(TypeError):
        assert_close(1.0, 1.0, 1e-4, 1e-4)


def test_a_list_of_the_right_numbers_is_no_array_but_nearly():
    wanted = np.array([1.0, 2.0, 3.0])
    tolerance = Tolerance(1e-4, 2e-5, "as in the course")
    found = compare([1.0, np.float64(2.0), 3], wanted, tolerance)
    assert found.flaw is Flaw.BROADCAST
    assert found.message == (
        "the values are right, but they come in a list of 3; expected an array: np.array(...)"
    )
    assert compare([1.0, 2.5, 3.0], wanted, tolerance).flaw is Flaw.VALUE
    for other in ([1.0, 2.0], [1.0, 2.0, None], [1.0, 2.0, "3"], [[1.0], [2.0], [3.0]]):
        assert compare(other, wanted, tolerance).flaw is Flaw.TYPE


def test_a_pair_of_numbers_may_be_an_array():
    """10 ** (c + w * np.array([-1, 1])) gives both ends of a range at once."""
    assert compare(np.array([0.1, 10.0]), (0.1, 10.0), COURSE).flaw is Flaw.NONE
    assert compare(np.array([0.1, 11.0]), (0.1, 10.0), COURSE).flaw is Flaw.VALUE
    assert compare(np.array([0.1, 10.0, 3.0]), (0.1, 10.0), COURSE).flaw is Flaw.SHAPE
    assert compare(np.array([0.1, 10.0]), [0.1, 10.0], COURSE).flaw is Flaw.TYPE
    assert compare(np.array([0.1, 10.0]), (0.1, {"a": 10.0}), COURSE).flaw is Flaw.TYPE


def test_a_share_that_chance_leaves_near_what_is_stated_is_not_said_to_be_rounded():
    """1,320 of 2,400 places are 0.55; stated is 0.545, and a right share may be 0.08 off."""
    assert compare(0.55, 0.545, Tolerance(0.0, 0.15, "chance")).flaw is Flaw.NONE
