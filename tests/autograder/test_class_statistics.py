"""The statistics of a report equal those of independent implementations, and are NaN where not defined."""

from fractions import Fraction
from itertools import permutations
from math import fsum, isnan, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from autograder.classreport import estimates, statistics
from tests.autograder.class_results import drawn_unit

CLOSE = 1e-9
DRAWN = drawn_unit(80, 7, 3)
POINTS, TOTALS = DRAWN.points, DRAWN.points.sum(axis=1)


def moment(x, y):
    """The sum of products of deviations, as fractions."""
    x, y = ([Fraction(float(value)) for value in values] for values in (x, y))
    return sum((a - sum(x) / len(x)) * (b - sum(y) / len(y)) for a, b in zip(x, y, strict=True))


def pearson(x, y):
    return float(moment(x, y)) / sqrt(moment(x, x) * moment(y, y))


def ranks(values):
    """Each value's mean place among all, from 1."""
    return [
        Fraction(2 * sum(other < one for other in values) + sum(other == one for other in values) + 1, 2)
        for one in values
    ]


def test_an_items_correlation_with_the_rest_equals_that_of_exact_fractions():
    rests = statistics.rest_totals(POINTS)
    for item in range(POINTS.shape[1]):
        others = [fsum(row) - row[item] for row in POINTS.tolist()]
        found = statistics.correlation(POINTS[:, item], rests[:, item])
        assert found == pytest.approx(pearson(POINTS[:, item], others), abs=CLOSE)


def test_alpha_equals_that_of_exact_fractions():
    """By the other formula: K / (K - 1) times the share of covariances in the variance of the total."""
    items = POINTS.T.tolist()
    between = sum(moment(a, b) for i, a in enumerate(items) for j, b in enumerate(items) if i != j)
    expected = Fraction(len(items), len(items) - 1) * between / moment(TOTALS, TOTALS)
    assert statistics.cronbach_alpha(POINTS) == pytest.approx(float(expected), abs=CLOSE)


def test_feldts_interval_cuts_off_a_fortieth_of_f_on_either_side():
    """The density of F, integrated, where 1 - alpha lies that many times from 1 - the ends."""
    alpha, students, items = 0.8, 35, 6
    n, m = students - 1, (students - 1) * (items - 1)

    def density(x):
        logs = 0.5 * n * np.log(n * x) + 0.5 * m * np.log(m) - 0.5 * (n + m) * np.log(n * x + m)
        return np.exp(logs - np.log(x) - betaln(n / 2, m / 2))

    low, high = statistics.feldt_interval(alpha, students, items)
    for end, expected in ((low, 0.975), (high, 0.025)):
        below, _ = quad(density, 0, (1 - end) / (1 - alpha), epsabs=1e-12, epsrel=1e-12)
        assert below == pytest.approx(expected, abs=CLOSE)


def test_spearmans_correlation_equals_that_of_exact_ranks_with_ties():
    x, y = POINTS[:, 0], TOTALS
    assert statistics.spearman(x, y) == pytest.approx(pearson(ranks(x), ranks(y)), abs=CLOSE)


def test_its_interval_is_bonetts_and_wrights():
    rho, students = 0.62, 45
    z = 0.5 * np.log((1 + rho) / (1 - rho))
    margin = NormalDist().inv_cdf(0.975) * sqrt((1 + rho * rho / 2) / (students - 3))
    ends = [(np.exp(2 * one) - 1) / (np.exp(2 * one) + 1) for one in (z - margin, z + margin)]
    assert statistics.spearman_interval(rho, students) == pytest.approx(ends, abs=CLOSE)


def test_upper_and_lower_equal_the_mean_over_all_orders_of_those_who_tie():
    shares = np.array([1.0, 0.5, 0.0, 1.0, 0.0, 0.25])
    totals = np.array([3.0, 2.0, 2.0, 2.0, 1.0, 1.0])
    found = []
    for order in permutations(range(6)):
        worst = sorted(order, key=lambda place: totals[place])
        found.append(shares[worst[-2:]].mean() - shares[worst[:2]].mean())
    assert statistics.upper_lower(shares, totals, 2 / 6) == pytest.approx(np.mean(found), abs=CLOSE)


def test_upper_and_lower_are_27_per_cent_each():
    totals = np.arange(100.0)
    shares = (totals >= 73).astype(float)
    assert statistics.upper_lower(shares, totals) == 1.0
    shares[[72, 27]] = 1.0, 1.0
    assert statistics.upper_lower(shares, totals) == 1.0
    shares[26] = 1.0
    assert statistics.upper_lower(shares, totals) == pytest.approx(1 - 1 / 27, abs=CLOSE)


def test_numbers_are_those_of_pingouin():
    """Version 0.7.0: `cronbach_alpha(data=DataFrame(points))`, whose interval has three decimals, and
    `corr(points[:, 0], points[:, 1:].sum(axis=1), method="spearman")`, for ten students and four items.
    """
    answers = "2431 5544 1221 4453 3333 5445 2122 4534 3242 1112"
    points = np.array([[float(one) for one in row] for row in answers.split()])
    alpha = statistics.cronbach_alpha(points)
    assert alpha == pytest.approx(0.9075681437490483, abs=CLOSE)
    assert np.round(statistics.feldt_interval(alpha, 10, 4), 3).tolist() == [0.757, 0.974]
    rest = statistics.rest_totals(points)[:, 0]
    assert statistics.spearman(points[:, 0], rest) == pytest.approx(0.9719673332444922, abs=CLOSE)


def test_quartiles_lie_between_the_values_on_either_side():
    assert statistics.quartiles(np.array([4.0, 1.0, 3.0, 2.0])) == (1.75, 2.5, 3.25)


def test_every_student_is_in_one_tenth_extra_credit_included():
    assert statistics.tenths([0, 9.9, 10, 55, 100, 104]) == (2, 1, 0, 0, 0, 1, 0, 0, 0, 2)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [0.3, 0.1 + 0.2, 0.3], [2.0]])
def test_what_has_no_spread_has_no_correlation(values):
    """Not even where sums of binary fractions differ in the last digit."""
    varying = np.arange(float(len(values)))
    assert isnan(statistics.correlation(np.array(values), varying))
    assert isnan(statistics.spearman(varying, np.array(values)))


@pytest.mark.parametrize("points", [np.ones((5, 3)), np.ones((1, 3)), np.arange(4.0).reshape(4, 1)])
def test_alpha_takes_two_students_two_items_and_some_spread(points):
    assert isnan(statistics.cronbach_alpha(points))


def test_a_perfect_rank_correlation_has_no_width():
    assert statistics.spearman_interval(1.0, 50) == (1.0, 1.0)


def test_gaps_are_left_out_of_every_number():
    gaps, kept = DRAWN.shares.copy(), np.arange(80) >= 8
    gaps[~kept, 0] = np.nan
    assert estimates.mean(gaps[:, 0]) == estimates.mean(gaps[kept, 0])
    assert estimates.item_total(gaps[:, 0], TOTALS) == estimates.item_total(gaps[kept, 0], TOTALS[kept])
    assert estimates.upper_lower(gaps[:, 0], TOTALS) == estimates.upper_lower(gaps[kept, 0], TOTALS[kept])
    assert estimates.alpha(gaps) == estimates.alpha(gaps[kept])


@pytest.mark.parametrize(
    ("estimate", "least"),
    [
        (lambda n: estimates.mean(TOTALS[:n]), 5),
        (lambda n: estimates.median(TOTALS[:n]), 5),
        (lambda n: estimates.item_total(POINTS[:n, 0], TOTALS[:n]), 30),
        (lambda n: estimates.alpha(POINTS[:n]), 30),
        (lambda n: estimates.rank_correlation(POINTS[:n, 0], TOTALS[:n]), 30),
        (lambda n: estimates.upper_lower(POINTS[:n, 0], TOTALS[:n]), 40),
    ],
)
def test_below_a_class_size_there_is_a_reason_in_place_of_a_number(estimate, least):
    told = estimate(least - 1)
    assert (told.value, told.why) == (None, f"too few: {least - 1} of {least}")
    assert estimate(least).value is not None
    assert estimate(0).why == f"too few: 0 of {least}"


def test_what_has_no_spread_says_so():
    same = np.ones(50)
    for told in (
        estimates.item_total(same, TOTALS[:50]),
        estimates.upper_lower(POINTS[:50, 0], same),
        estimates.alpha(np.ones((50, 3))),
        estimates.rank_correlation(same, TOTALS[:50]),
    ):
        assert (told.value, told.why) == (None, "no spread")
    assert estimates.alpha(np.arange(50.0).reshape(50, 1)).why == "it takes two exercises"
