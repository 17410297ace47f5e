"""What a right random answer may miss, and how seldom; what a case may state."""

import math

import numpy as np
import pytest

from reference.judge.drawing import draw, same_random_state
from reference.kit.chance import MISS, bounded_mean, centre, certain, share, spread
from reference.kit.exercise import Exercise, case


def missed(q, n, off):
    """The exact probability that a share of n draws is farther from q than off."""
    far = [k for k in range(n + 1) if abs(k / n - q) > off]
    ways = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in far]
    logs = [way + k * math.log(q) + (n - k) * math.log(1 - q) for way, k in zip(ways, far, strict=True)]
    return sum(map(math.exp, logs))


@pytest.mark.parametrize("q", [0.1, 0.4, 0.52, 0.85])
@pytest.mark.parametrize("n", [60, 3000])
def test_a_right_share_misses_with_a_probability_below_the_stated_one(q, n):
    found = share(q, n)
    off = found.tolerance.stol * q
    assert missed(q, n, off) <= MISS
    assert off < 10 * math.sqrt(q * (1 - q) / n) or n == 60  # and the bound is not wasteful


def test_a_mean_of_bounded_draws_uses_hoeffdings_bound():
    found = bounded_mean([0.2, 0.5], 10_000)
    off = found.tolerance.stol * 0.5
    assert 2 * 2 * math.exp(-2 * 10_000 * off**2) == pytest.approx(MISS)


def test_the_mean_of_normal_draws_misses_with_a_probability_below_the_stated_one():
    off = centre(0.3, 5000).tolerance.stol
    assert math.erfc(off / (0.3 / math.sqrt(5000)) / math.sqrt(2)) <= MISS
    assert off < 8 * 0.3 / math.sqrt(5000)  # and the bound is not wasteful


@pytest.mark.parametrize("n", [400, 9000])
def test_a_deviation_of_normal_or_uniform_draws_stays_far_within_what_is_allowed(n):
    rng = np.random.default_rng(n)
    off = spread(0.2, n).tolerance.stol
    for z in (rng.standard_normal((300, n)), rng.uniform(-np.sqrt(3), np.sqrt(3), (300, n))):
        away = np.abs(0.2 * z.std(axis=1) / 0.2 - 1)
        assert away.max() < off < 9 / math.sqrt(2 * n)  # nine standard deviations of a deviation


def test_what_is_certain_has_no_room():
    assert certain(1.0, 3000).tolerance.stol <= 1e-9


def test_the_same_random_state_leaves_the_stream_where_it_was():
    np.random.seed(3)
    expected = np.random.rand(4)
    np.random.seed(3)
    with same_random_state():
        first = np.random.rand(2)
    assert np.array_equal(np.random.rand(4), expected)
    with same_random_state():
        assert np.array_equal(np.random.rand(2), first)


def coin(x):
    return x * (np.random.rand(*x.shape) < 0.8)


def thrown(q, **more):
    stated = {"zero_fraction(out)": share(q, 3000)}
    draws = lambda rng: {"x": rng.uniform(1, 2, (50, 60))}  # noqa: E731
    return case("coins", "out = coin(x)", "zero_fraction(out)", draws, stated=stated, visible=True, **more)


def test_a_stated_quantity_is_expected_whatever_the_truths_own_run_gave():
    (asked,) = draw(Exercise("coin", coin, (thrown(0.2),)), 0)
    assert asked.expected == {"zero_fraction(out)": 0.2}
    assert set(asked.chances) == {"zero_fraction(out)"}


def test_a_truth_that_misses_what_is_stated_is_refused():
    with pytest.raises(ValueError, match=r"the truth's zero_fraction\(out\) is not what the case states"):
        draw(Exercise("coin", coin, (thrown(0.5),)), 0)


def test_only_quantities_that_are_compared_can_be_stated():
    with pytest.raises(ValueError, match="no quantity that is compared"):
        case("c", "out = coin(x)", "out", lambda rng: {}, stated={"out": share(0.5, 10)})
    with pytest.raises(ValueError, match="no step assigns 'y'"):
        case("c", "out = coin(x)", "zero_fraction(y)", lambda rng: {})
