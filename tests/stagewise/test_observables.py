"""Quantities measured on random answers, and how a case compares, tells and recognises them."""

import numpy as np
import pytest

from stagewise import observables as obs
from stagewise.checks.recording import ExerciseRecording, UnitRecording, dump, read
from stagewise.judge.asking import AskedCase, Chance
from stagewise.judge.compare import Tolerance
from stagewise.judge.explaining import recognise
from stagewise.judge.fingerprint import NEAR, RecordedMistake, chance_apart, observed_fingerprint
from stagewise.judge.grammar import output
from stagewise.judge.judging import judge
from stagewise.judge.observing import observe, quantity, told
from stagewise.judge.report import Status
from stagewise.judge.script import Failure, FailureKind, parse

RNG = np.random.default_rng(8)
X = RNG.choice([-1.0, 1.0], (40, 50)) * RNG.uniform(0.5, 2, (40, 50))
KEEP = 0.7
CASE = AskedCase(
    "a mask",
    parse("out = drop(x)"),
    {"x": X},
    {"zero_fraction(out)": 0.3, "survivor_scale(out, x)": 1 / KEEP, "row_patterns(out)": 40},
    {"zero_fraction(out)": 2.0, "survivor_scale(out, x)": 2.0, "row_patterns(out)": 1.0},
    1.0,
    Tolerance(1e-4, 2e-5, "the course's"),
    why="p is the probability to KEEP",
    chances={"zero_fraction(out)": Chance(Tolerance(0, 0.25, "chance"), 0.1)},
)


def drop(x):
    return x * (np.random.default_rng().random(x.shape) < KEEP) / KEEP


def dropped_too_often(x):
    return x * (np.random.default_rng().random(x.shape) > KEEP) / KEEP


def recording(*mistakes):
    known = []
    for f in mistakes:
        judged = judge({"drop": f}, [CASE])
        prints = (observed_fingerprint(judged.observed[0], CASE.chances),)
        known.append(RecordedMistake(f.__name__, "A sentence.", prints))
    return ExerciseRecording("drop", 1.0, (), (CASE,), tuple(known))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_that_differ_by_roundings_are_the_same_rows(dtype):
    """Products of matrices are rounded otherwise at their edges, by one processor and not by another."""
    a = np.tile(np.array([0.25, 0.75, 1e-9], dtype), (6, 1))
    a[4:] *= 1 + 2 * np.finfo(dtype).eps
    with pytest.raises(obs.Unobservable, match="all rows"):
        obs.differing(a)
    a[5] *= dtype(1.01)
    assert obs.differing(a) is a


def test_a_random_answer_is_right_whatever_its_mask():
    for _ in range(5):
        assert judge({"drop": drop}, [CASE]).fraction == 1


def test_a_wrong_share_is_told_in_words_and_numbers():
    row = judge({"drop": dropped_too_often}, [CASE]).rows[0]
    assert row.status is Status.FAILED
    assert row.message.startswith(
        "the share of zeros in out: expected 0.3, by chance from 0.225 to 0.375; got"
    )
    assert "KEEP" in row.message


@pytest.mark.parametrize(
    ("wanted", "expected", "said"),
    [
        ("zero_fraction(out)", 0.0, "by chance from 0 to 0.05;"),
        ("agreement(out, x)", 1.0, "by chance from 0.95 to 1;"),
        ("survivor_scale(out, x)", 0.0, "by chance from -0.05 to 0.05;"),
    ],
)
def test_a_share_is_never_told_to_be_less_than_nothing_or_more_than_all(wanted, expected, said):
    chance = Tolerance(rtol=0.0, stol=0.05, scale=1.0 - expected, reason="a toy")
    assert said in told(wanted, 0.5, expected, chance)


def test_rows_that_are_all_the_same_are_no_measure_of_many_masks():
    wanted, x = "row_mean(differing(mean), x)", np.zeros((3, 1))
    found = observe({"mean": np.ones((3, 2)), "x": x}, wanted)
    assert found.kind is FailureKind.UNFIT
    assert found.message.startswith("all rows of mean are the same")
    rows = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 5.0]])
    assert observe({"mean": rows, "x": x}, wanted).tolist() == [1.0, 3.0]
    assert observe({"mean": rows[:1], "x": x[:1]}, wanted).tolist() == [1.0, 2.0]


def test_a_mistake_is_recognised_by_another_run_of_it():
    recorded = recording(dropped_too_often)
    for _ in range(5):
        judged = judge({"drop": dropped_too_often}, [CASE])
        assert recognise(judged, recorded.misconceptions).name == "dropped_too_often"
    other = judge({"drop": lambda x: x * (np.random.default_rng().random(x.shape) < 0.5) / KEEP}, [CASE])
    assert recognise(other, recorded.misconceptions) is None


def test_a_recording_keeps_what_chance_may_do():
    unit = UnitRecording("u", "U", {"drop": recording(dropped_too_often)})
    text = dump(unit)
    assert dump(read(text)) == text
    assert read(text).exercises["drop"].cases[0].chances == CASE.chances


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (None, Status.UNFINISHED, "out is still None"),
        ([1.0, 2.0], Status.FAILED, "out should be an array of floats, and is a list of 2"),
        (3.0, Status.FAILED, "out should be an array of floats, and is a single number"),
        (np.array(["a"]), Status.FAILED, "out should be an array of floats"),
    ],
)
def test_what_cannot_be_measured_is_said(answer, status, said):
    for row in judge({"drop": lambda x: answer}, [CASE]).rows:
        assert row.status is status
        assert said in row.message


def test_shapes_that_should_be_alike_are_named():
    rows = judge({"drop": lambda x: x[:, :3]}, [CASE]).rows
    assert rows[1].message.startswith("out has shape (40, 3) and x has shape (40, 50), not the same")
    assert rows[0].status is Status.FAILED


def test_an_exception_of_the_function_takes_the_place_of_every_quantity():
    judged = judge({"drop": lambda x: 1 / 0}, [CASE])
    assert {row.status for row in judged.rows} == {Status.ERROR}


def test_quantities_nest_and_unknown_ones_are_refused():
    values = {"dx": np.array([2.0, 0.0]), "dout": np.array([1.0, 5.0]), "x": np.array([3.0, 1.0]),
              "out": np.array([6.0, 0.0])}  # fmt: skip
    assert observe(values, "survivor_scale(dx, fitting(dout, x, out))") == 1
    assert output("agreement(dx, fitting(dout, x, out))").roots == {"dx", "dout", "x", "out"}
    assert quantity("out") is None
    with pytest.raises(ValueError, match="no quantity 'mean'; there are: zero_fraction"):
        quantity("zero_fraction(mean(out))")
    with pytest.raises(ValueError, match="without keywords"):
        output("zero_fraction(a=out)")


@pytest.mark.parametrize(("kept", "said"), [(400, "hardly any entry is 0"), (4, "nearly all entries are 0")])
def test_what_lost_nothing_or_everything_is_no_measure_of_a_way_back(kept, said):
    """Two identities fit each other; so do two functions that return zeros. Few entries may be like that."""
    out = np.where(np.arange(400) < kept, 2.0, 0.0)
    found = observe({"dx": out, "out": out}, "agreement(dx, thinned(out))")
    assert found.kind is FailureKind.UNFIT
    assert found.message.startswith(f"in out, {said}; mend the forward pass first")
    assert observe({"out": np.ones((9, 9))}, "zero_fraction(thinned(out))") == 0
    assert observe({"out": np.eye(11)}, "zero_fraction(thinned(out))") == pytest.approx(10 / 11)


def test_the_farthest_factor_is_shown_and_nan_where_nothing_survives():
    b = np.ones(9)
    assert obs.survivor_scale(np.array([2.0] * 8 + [2.01]), b) == 2.01
    assert np.isnan(obs.survivor_scale(np.array([2.0] * 8 + [2.5]), b))
    with pytest.raises(obs.Unobservable, match="there is no factor"):
        obs.survivor_scale(np.zeros(9), b)
    assert np.isnan(obs.survivor_scale(np.array([2.0] * 8 + [np.nan]), b))


def test_the_weights_of_a_linear_layer_are_found_there_and_back():
    w, b = RNG.normal(size=(50, 6)), RNG.normal(size=6)
    x, dout = RNG.normal(size=(60, 50)), RNG.normal(size=(60, 6))
    w[::3] = 0
    out = x @ w + b
    assert obs.one_matrix(x, out, b)
    assert not obs.one_matrix(x, out * (RNG.random(out.shape) < 0.9), b)
    np.testing.assert_allclose(obs.weights(x, out, b), w, atol=1e-10)
    np.testing.assert_allclose(obs.weights_back(dout, dout @ w.T), w, atol=1e-10)
    assert obs.zero_fraction(obs.weights(x, out, b)) == obs.zero_fraction(w) >= np.mean(w == 0)
    ours = obs.fitting_dw(x, np.ones_like(w), b, out, dout)
    np.testing.assert_allclose(ours, (x.T @ dout) * w, atol=1e-9)


def test_a_row_is_needed_for_each_example():
    values = {"mean": np.tile([[0.25, 0.75]], (6, 1)), "x": np.ones((6, 4)), "passes": np.ones((3, 2))}
    assert observe(values, "row_mean(mean, x)").tolist() == [0.25, 0.75]
    assert observe(values, "mean_square(mean, x)").tolist() == [0.0625, 0.5625]
    found = observe(values, "mean_square(passes, x)")
    assert found.message == "passes has shape (3, 2), expected 6 rows, one for each row of x"


def test_two_matrices_of_weights_are_told_apart_in_words():
    wanted = "agreement(weights(x, out, b), weights(x, again, b))"
    sentence = told(wanted, 1.0, 0.5, None)
    assert "used for out and" in sentence
    assert "used for again are" in sentence


def test_what_cannot_be_solved_is_no_crash():
    values = {"x": np.ones((4, 2)), "b": np.ones(3), "out": np.full((4, 3), np.nan)}
    assert observe(values, "weights(x, out, b)").kind is FailureKind.UNFIT
    values["out"] = np.ones((4, 5))
    found = observe(values, "zero_fraction(weights(x, out, b))")
    assert found.message == "out has shape (4, 5), expected (4, 3)"


def test_two_runs_are_one_function_when_chance_explains_the_difference():
    assert chance_apart(0.5, 0.52, 0.1) == pytest.approx(0.2 * NEAR)
    assert chance_apart(0.5, 0.7, 0.1) is None
    assert chance_apart(float("nan"), 0.5, 0.1) is None
    assert chance_apart(Failure("f()", FailureKind.UNFIT, "no"), 0.5, 0.1) is None
    assert chance_apart(np.array([0.5, 0.1]), [0.5, 0.15], 0.1) == pytest.approx(0.5 * NEAR)
    assert chance_apart(np.array([0.5, 0.1, 0.2]), [0.5, 0.15], 0.1) is None


def test_random_matrices_are_measured_by_their_spread_and_by_which_entries_are_equal():
    w = np.random.default_rng(1).normal(0.1, 2, (30, 40))
    values = {"w": w, "again": w.copy(), "zeros": np.zeros((3, 4)), "column": np.tile(w[:, :1], 40)}
    assert observe(values, "deviation(varied(w))") == w.std()
    assert observe(values, "mean_of(varied(w))") == w.mean()
    assert observe(values, "shape_name(varied(w))") == "(30, 40)"
    assert observe(values, "same_share(varied(w), again)") == 1
    for name in ("zeros", "column"):
        found = observe(values, f"mean_of(varied({name}))")
        assert found.kind is FailureKind.UNFIT
        assert found.message.startswith(f"many entries of {name} are the same number")
    found = observe(values, "same_share(w, zeros)")
    assert found.message == "w has shape (30, 40) and zeros has shape (3, 4), not the same"


def test_a_quantity_that_a_mistake_changes_by_chance_may_be_right_in_a_run_of_it():
    """Beside another flaw the mistake is told by what it changes always."""
    w = np.random.default_rng(1).normal(size=(30, 40))
    case = AskedCase(
        "weights",
        parse("w, seed = draw()"),
        {},
        {"deviation(w)": 0.5, "mean_of(w)": 0.0, "seed": 1},
        {"deviation(w)": 1.0, "mean_of(w)": 1.0, "seed": 1.0},
        1.0,
        Tolerance(1e-4, 2e-5, "the course's"),
        chances={
            "deviation(w)": Chance(Tolerance(0, 0.1, "chance"), 100.0),
            "mean_of(w)": Chance(Tolerance(0, 0.1, "chance", scale=1.0), 100.0),
        },
    )
    prints = {"deviation(w)": {"about": 1.0, "within": 0.1}, "mean_of(w)": {"anything": True}}
    unscaled = RecordedMistake("unscaled", "A sentence.", ({"outputs": prints},))
    judged = judge({"draw": lambda: (w, 2)}, [case])
    assert [row.output for row in judged.rows if row.credit == 0] == ["deviation(w)", "seed"]
    assert recognise(judged, [unscaled]).name == "unscaled"


@pytest.mark.parametrize("wanted", ["zero_fraction(out)", "below_fraction(out, edge)"])
def test_a_share_of_nothing_cannot_be_measured(wanted):
    found = observe({"out": np.array([]), "edge": np.array([0.5])}, wanted)
    assert (found.kind, found.message) == (FailureKind.UNFIT, "out has no entries")
