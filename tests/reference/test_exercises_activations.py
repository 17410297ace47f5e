"""The exercises of unit 2: known mistakes are named, right ways pass, no probe is degenerate."""

import numpy as np
import pytest

from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw, draw_visible
from reference.judge.examine import examined
from reference.killmatrix import killmatrix
from reference.kit import units
from reference.kit.exercise import Unit
from reference.kit.patching import patched
from reference.truth import activations as act
from stagewise.judge.judging import judge
from tests.reference.variants import lowest

UNIT = units.load("activations")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
PAIRS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout", "silu", "gelu")
KINKED = ("relu_backward", "leaky_relu_backward", "elu_backward")
EXACT = [name for name in EXERCISES if not name.startswith("gelu")]
SEEDS = (0, 1, 2)

every_exercise = pytest.mark.parametrize("exercise", UNIT.exercises, ids=EXERCISES)


def test_the_unit_asks_all_of_it():
    both = [f"{name}_{way}" for name in PAIRS for way in ("forward", "backward")]
    assert list(EXERCISES) == [*both, "saturated_fraction", "dead_fraction", "gradient_norms"]


@every_exercise
def test_work_in_float32_and_with_loops_is_among_the_right_ways(exercise):
    names = {one.name for one in exercise.alternatives}
    assert "in float32" in names
    assert names & {"entry by entry", "unit by unit", "by counting", "example by example"}


@every_exercise
def test_right_work_in_float32_uses_less_than_half_of_the_tolerance(exercise):
    (narrow,) = [one for one in exercise.alternatives if one.name == "in float32"]
    for seed in range(5):
        rows = judge(narrow.functions(exercise), draw(exercise, seed)).rows
        assert max(row.error / row.allowed for row in rows) < 0.5


def scaled(value, factor):
    """An answer off by a factor, what a forward pass caches excepted."""
    if isinstance(value, tuple):
        return tuple(part * factor if isinstance(part, np.ndarray) else part for part in value)
    return value * factor


@pytest.mark.parametrize(("factor", "earns"), [(1.0005, 0.0), (0.9995, 0.0), (1 + 1e-6, 1.0)])
@pytest.mark.parametrize("name", EXACT)
def test_results_off_by_one_part_in_two_thousand_earn_nothing(name, factor, earns):
    """And results that differ by rounding earn everything."""
    exercise = EXERCISES[name]

    def off(*arguments):
        return scaled(exercise.truth(*arguments), factor)

    gates = {one.name for one in exercise.cases if one.main}
    for seed in SEEDS:
        rows = judge({**exercise.functions, name: off}, draw(exercise, seed)).rows
        assert {row.credit for row in rows if row.case in gates} == {earns}


@pytest.mark.parametrize("name", ["gelu_forward", "gelu_backward"])
def test_the_tanh_form_of_gelu_costs_the_exact_case_only(name):
    """The main cases leave room for it; its own case and the visible check name it."""
    matrix = killmatrix(Unit("gelu", "GELU alone", (EXERCISES[name],)), SEEDS)
    (found,) = [one for one in matrix.entries if one.variant == "tanh-approximation"]
    assert found.diagnosed == ("tanh-approximation",)
    assert found.visible == "tanh-approximation"
    assert 0.8 < found.lowest <= found.highest < 0.9


@every_exercise
def test_each_output_is_gated_by_a_main_case(exercise):
    gated = {output for one in exercise.cases if one.main for output in one.shares}
    assert gated == {output for one in exercise.cases for output in one.shares}


@every_exercise
def test_no_probe_is_degenerate(exercise):
    """Upstream gradients vary, inputs have both signs, and no entry is near a kink unless a case says so."""
    for seed in SEEDS:
        for asked in draw(exercise, seed):
            given = asked.inputs
            if "dout" in given and asked.name != "one example":
                assert np.ptp(given["dout"]) > 0.5 * np.abs(given["dout"]).max() > 0
            if "x" in given and "layers" not in given and not exercise.name.startswith("maxout"):
                assert given["x"].min() < 0 < given["x"].max()
            if exercise.name in KINKED and asked.name != "x = 0":
                assert np.abs(given["x"]).min() > 1e-7


@pytest.mark.parametrize("name", ["maxout_forward", "maxout_backward"])
def test_no_two_pieces_of_maxout_tie_and_each_wins_somewhere(name):
    for seed in SEEDS:
        for asked in draw(EXERCISES[name], seed):
            x, w, b = (asked.inputs[key].astype(float) for key in ("x", "w", "b"))
            z = np.sort(x @ w + b[:, None], axis=0)
            if len(w) > 1:
                assert (z[-1] - z[-2]).min() > 1e-4
            if asked.main:
                assert set(np.argmax(x @ w + b[:, None], axis=0).flat) == set(range(len(w)))


@pytest.mark.parametrize("slope", [0.0, 0.25, 0.5, 1.0])
def test_any_slope_of_relu_at_zero_is_right(slope):
    def backward(dout, cache):
        return dout * np.where(cache == 0, slope, cache > 0).astype(dout.dtype)

    exercise = EXERCISES["relu_backward"]
    functions = {"relu_backward": backward, "relu_forward": act.relu_forward}
    assert all(judge(functions, draw(exercise, seed)).fraction == 1 for seed in SEEDS)


@pytest.mark.parametrize("slope", [-0.5, 1.5, np.nan])
def test_no_other_slope_of_relu_at_zero_is(slope):
    def backward(dout, cache):
        return dout * np.where(cache == 0, slope, cache > 0).astype(dout.dtype)

    exercise = EXERCISES["relu_backward"]
    functions = {"relu_backward": backward, "relu_forward": act.relu_forward}
    rows = judge(functions, draw(exercise, 0)).rows
    assert [row.case for row in rows if row.credit == 0] == ["x = 0"]


@pytest.mark.parametrize("name", KINKED)
def test_a_mistake_is_named_whatever_slope_was_taken_at_zero(name):
    """The known mistakes take the left slope; a student who takes the right one is told the same."""
    exercise = EXERCISES[name]
    (known,) = [one for one in exercise.misconceptions if one.name == "in-place-alias"]
    there = "x" if "out" not in known.into.split("<=")[0] else "out"
    other = patched(exercise.truth, known.change, known.into.replace(f"{there} <= 0", f"{there} < 0"))
    functions = {**exercise.functions, name: other}
    for seed in SEEDS:
        found = diagnose(judge(functions, draw(exercise, seed)), exercise, seed)
        assert found is not None
        assert (found.name, found.says) == (known.name, known.says)


@pytest.mark.parametrize("name", [n for n in EXERCISES if n.endswith("ward") and "maxout" not in n])
def test_a_warning_costs_less_than_a_tenth(name):
    for one in EXERCISES[name].misconceptions:
        if one.name in ("overflow-warns", "both-branches-evaluated"):
            assert 0.9 < lowest(EXERCISES[name], one) < 1


@pytest.mark.parametrize("name", EXERCISES)
def test_writing_into_an_argument_costs_a_quarter(name):
    for one in EXERCISES[name].misconceptions:
        if one.name.startswith("writes-into") or one.name == "in-place-alias":
            assert lowest(EXERCISES[name], one) == 0.75


@pytest.mark.parametrize("alive", [np.std, lambda out, axis: out[0], lambda out, axis: out[-1]])
def test_a_unit_is_dead_only_if_it_is_0_for_every_example(alive):
    """Not where its outputs are merely equal, nor where it is 0 for the first or the last one."""

    def dead(out):
        return np.mean(alive(out, axis=0) == 0)

    exercise = EXERCISES["dead_fraction"]
    for seed in SEEDS:
        assert judge({"dead_fraction": dead}, draw(exercise, seed)).fraction < 1
    assert judge({"dead_fraction": dead}, draw_visible(exercise)).fraction < 1


@pytest.mark.parametrize("name", ["sigmoid_forward", "elu_backward", "saturated_fraction"])
def test_a_check_shows_that_arrays_may_have_any_number_of_axes(name):
    exercise = EXERCISES[name]

    def of_two_axes(x, *others):
        _, _ = x.shape
        return exercise.truth(x, *others)

    judged = judge({**exercise.functions, name: of_two_axes}, draw_visible(exercise))
    assert 0 < judged.fraction < 1


def test_of_a_cache_in_the_place_of_the_result_no_more_is_told_than_was_compared():
    """What stands in the place of the cache may be anything."""

    def sigmoid_forward(x):
        return x, act.sigmoid_forward(x)[0]

    report = examined(sigmoid_forward, unit="activations", points=1, variables={})
    assert report.diagnosis == "Your out is right, but at another place among the results: return out, cache."


def test_a_mean_over_the_examples_is_not_called_right_where_there_is_one():
    def sigmoid_backward(dout, cache):
        return np.sum(act.sigmoid_backward(dout, cache), axis=0)

    report = examined(sigmoid_backward, act.sigmoid_forward, unit="activations", points=1, variables={})
    assert not any("values are right" in said for said in (report.diagnosis, *report.notes))
