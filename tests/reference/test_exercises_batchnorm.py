"""The exercises of unit 4: known mistakes are named, right ways pass, no probe is degenerate."""

import numpy as np
import pytest

from reference.exercises.batchnorm.inputs import batch, walk
from reference.judge.drawing import draw
from reference.kit import units
from reference.truth import batchnorm as bn
from stagewise.judge.judging import judge
from stagewise.judge.script import RAISED
from tests.closeness import assert_close
from tests.reference.variants import lowest

UNIT = units.load("batchnorm")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
NUMERIC = [name for name in EXERCISES if name != "name_faulty_step"]
SEEDS = (0, 1, 2)

every_exercise = pytest.mark.parametrize("exercise", UNIT.exercises, ids=EXERCISES)


def test_the_unit_asks_all_of_it():
    steps = [f"batchnorm_step{k}" for k in range(1, 10)]
    back = [f"batchnorm_backward_step{k}" for k in range(9, -1, -1)]
    layers = ["batchnorm_backward", "batchnorm_backward_alt"]
    rest = ["name_faulty_step", "repaired_forward", "layernorm_forward", "layernorm_backward"]
    assert list(EXERCISES) == [*steps, "batchnorm_forward", *back, *layers, *rest]


@every_exercise
def test_work_in_float32_and_with_loops_is_among_the_right_ways(exercise):
    names = {one.name for one in exercise.alternatives}
    assert "in float32" in names
    assert len(names) >= 4


@every_exercise
def test_right_work_in_float32_uses_less_than_half_of_the_tolerance(exercise):
    """What `COURSE` gives as the reason of its size, measured."""
    (narrow,) = [one for one in exercise.alternatives if one.name == "in float32"]
    for seed in range(5):
        rows = judge(narrow.functions(exercise), draw(exercise, seed)).rows
        assert max(row.error / row.allowed for row in rows) < 0.5


def scaled(value, factor):
    if isinstance(value, tuple | list):
        return type(value)(scaled(item, factor) for item in value)
    return value * factor if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize(("factor", "earns"), [(1.0005, 0.0), (0.9995, 0.0), (1 + 1e-6, 1.0)])
@pytest.mark.parametrize("name", NUMERIC)
def test_results_off_by_one_part_in_two_thousand_earn_nothing(name, factor, earns):
    """And results that differ by rounding earn everything. What bn_param holds is not scaled here."""
    exercise = EXERCISES[name]

    def off(*arguments):
        return scaled(exercise.truth(*arguments), factor)

    gates = {one.name for one in exercise.cases if one.main}
    for seed in SEEDS:
        judged = judge({**exercise.functions, name: off}, draw(exercise, seed))
        rows = [
            row
            for row in judged.rows
            if row.case in gates and row.output != RAISED and "param" not in row.output
        ]
        assert {row.credit for row in rows} == {earns}


@every_exercise
def test_each_output_is_gated_by_a_main_case(exercise):
    gated = {output for one in exercise.cases if one.main for output in one.shares}
    assert gated == {output for one in exercise.cases for output in one.shares}


@every_exercise
def test_no_probe_is_degenerate(exercise):
    """gamma is not 1, beta not 0, the upstream gradient not constant, N is not D unless a case says so."""
    for seed in SEEDS:
        for asked in draw(exercise, seed):
            given = asked.inputs
            if "gamma" in given:
                assert np.abs(np.abs(given["gamma"]) - 1).min() > 0.4
            if "beta" in given:
                assert np.abs(given["beta"]).min() > 0.4
            if "dout" in given:
                assert np.ptp(given["dout"]) > 1
            sizes = [v.shape for v in given.values() if isinstance(v, np.ndarray) and v.ndim == 2]
            assert all(N != D for N, D in sizes) or "as many examples as features" in asked.name


@every_exercise
def test_main_cases_expect_something(exercise):
    """No output of a main case is zero everywhere, so that nothing right is got by returning zeros."""
    for seed in SEEDS:
        for asked in draw(exercise, seed):
            values = [v for v in asked.expected.values() if isinstance(v, np.ndarray)]
            if asked.main:
                assert all(np.abs(value).max() > 1e-3 for value in values)


@every_exercise
def test_an_edge_costs_a_share_and_a_wrong_formula_more(exercise):
    """Shapes (1, D) and writing into arguments cost at most a quarter, a misplaced eps less than half."""
    for one in exercise.misconceptions:
        least = lowest(exercise, one)
        if one.name == "keepdims-shape" or one.name.startswith("writes-into"):
            assert least >= 0.75
        if one.name in ("eps-outside-sqrt", "eps-missing", "omits-eps", "float32-lost"):
            assert 0.5 < least < 1


@every_exercise
def test_a_sentence_is_short_and_shows_no_code(exercise):
    for one in exercise.misconceptions:
        assert one.says.endswith(".")
        assert len(one.says.split()) <= 45, one.says
        assert not any(mark in one.says for mark in ("axis=", "/=", "**", "[:", " = ", "{"))


def test_mistakes_carry_the_names_that_the_collection_gives_them():
    names = {one.name for exercise in UNIT.exercises for one in exercise.misconceptions}
    collected = """
        momentum-reversed last-batch-stats running-var-ddof-mismatch normalise-with-ddof1
        running-stores-std running-stores-var+eps running-never-updated double-update
        running-stats-of-xhat decay-missing keepdims-shape eps-outside-sqrt eps-missing
        divide-by-variance std-of-var var-is-mean-copy-paste var-not-centred wrong-axis
        test-uses-batch-stats test-updates-running test-forgets-affine test-beta-sign
        constant-statistics no-mean-path no-variance-path var-without-1/N mean-without-1/N
        factor-2-missing dvar-sign dvar-power gamma-missing sum-without-axis scalar-dmu-mean
        dgamma-averaged dbeta-averaged diagonal-Jacobian cache-unpacked-wrong-order
        batch-axis gamma-factored-out dgamma-wrong-axis
    """
    assert set(collected.split()) <= names


def test_test_mode_comes_after_several_training_batches():
    """The given statistics are neither those of the start nor those of the last batch."""
    for asked in draw(EXERCISES["batchnorm_forward"], 0):
        if "test_out" in asked.shares:
            param = asked.inputs["bn_param"]
            assert np.abs(param["running_mean"]).max() > 0.05
            assert (
                param["running_var"].max() < 0.9 * asked.inputs["x"].var(axis=0).max()
                or len(asked.inputs["x"]) == 1
            )


def test_the_steps_are_asked_about_the_same_graph_forward_and_backward():
    """Multiplying out the walk: the sum of dout * out changes as dx says."""
    values = walk(**batch(6, 4)(np.random.default_rng(0)))
    _, cache = bn.batchnorm_forward(values["x"], values["gamma"], values["beta"], {"mode": "train"})
    expected = bn.batchnorm_backward(values["dout"], cache)
    assert_close((values["dx"], values["dgamma"], values["dbeta"]), expected, rtol=0, stol=0)


def test_the_sum_of_dxmu2_that_may_be_left_out_really_is_zero_in_every_probe():
    for asked in draw(EXERCISES["batchnorm_backward_step2"], 0):
        left_out = np.abs(asked.inputs["dxmu2"].sum(axis=0)).max()
        assert left_out <= 1e-5 * np.abs(asked.expected["dmu"]).max()


def test_a_wrong_forward_pass_does_not_pass_as_a_partner():
    """The assembled backward pass is asked on the student's own cache."""
    exercise = EXERCISES["batchnorm_backward"]

    def sum_of_squares(x, gamma, beta, bn_param):
        out, (xhat, _, xmu, ivar, sqrtvar, var, eps) = bn.batchnorm_forward(x, gamma, beta, bn_param)
        return out, (xhat / 2, gamma, xmu, ivar / 2, sqrtvar * 2, var * 4, eps)

    judged = judge({**exercise.functions, "batchnorm_forward": sum_of_squares}, draw(exercise, 0))
    assert judged.fraction < 0.3


@pytest.mark.parametrize("cache", ["tuple", "none", "generator"])
def test_the_cache_of_the_forward_pass_is_nobodys_business(cache):
    exercise = EXERCISES["batchnorm_forward"]
    made = {"tuple": lambda: (), "none": lambda: None, "generator": lambda: (k for k in range(3))}[cache]

    def forward(*arguments):
        return bn.batchnorm_forward(*arguments)[0], made()

    assert judge({exercise.name: forward}, draw(exercise, 0)).fraction == 1


@pytest.mark.parametrize("name", ["batchnorm_backward", "batchnorm_backward_alt", "layernorm_backward"])
def test_the_largest_batch_is_too_large_for_difference_quotients(name):
    """They take a forward pass for each entry of x: 48,000 of 0.2 ms, where a call may take 5 seconds."""
    gates = [asked for asked in draw(EXERCISES[name], 0) if asked.main]
    assert max(asked.inputs["x"].size for asked in gates) >= 48_000


@every_exercise
@pytest.mark.parametrize("factor", [0, 1])
def test_doing_nothing_earns_nothing(exercise, factor):
    """Zeros, and the first argument handed on as each result: step 9 really hands on its dgammax."""
    count = len(exercise.cases[0].steps[-1].targets)

    def idle(first, *_):
        handed_on = scaled(first, factor)
        return handed_on if count == 1 else (handed_on,) * count

    earned = judge({**exercise.functions, exercise.name: idle}, draw(exercise, 0)).fraction
    assert earned == (0.25 if exercise.name == "batchnorm_backward_step9" and factor else 0)
