"""The exercises of unit 3: any stream is right, the rules are told apart, draws are never near their edge."""

import numpy as np
import pytest

from reference.exercises.initialization import inputs
from reference.judge.drawing import draw, draw_visible
from reference.judge.record import record_exercise
from reference.kit import units
from reference.truth import initialization as init
from stagewise.judge.explaining import recognise
from stagewise.judge.judging import judge

UNIT = units.load("initialization")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
DEVIATIONS = {
    "he-instead": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "one-over-fan-in": lambda fan_in, fan_out: np.sqrt(1 / fan_in),
    "one-not-two": lambda fan_in, fan_out: np.sqrt(1 / (fan_in + fan_out)),
    "variance-as-deviation": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "upside-down": lambda fan_in, fan_out: np.sqrt((fan_in + fan_out) / 2),
}
STREAMS = {
    "global": lambda seed, shape: np.random.RandomState(seed).standard_normal(shape),
    "default_rng": lambda seed, shape: np.random.default_rng(seed).standard_normal(shape),
    "float32": lambda seed, shape: np.random.default_rng(seed).standard_normal(shape, dtype=np.float32),
    "uniform": lambda seed, shape: np.random.default_rng(seed).uniform(-np.sqrt(3), np.sqrt(3), shape),
}


def drawing(deviation, stream):
    """A student's rule with that deviation, from that stream."""
    return lambda fan_in, fan_out, seed=None: (
        stream(seed, (fan_in, fan_out)) * np.float32(deviation(fan_in, fan_out))
    )


def test_the_unit_asks_all_of_it():
    assert list(EXERCISES) == [
        "zero_init",
        "constant_init",
        "symmetry",
        "small_random_init",
        "activation_statistics",
        "xavier_init",
        "he_init",
        "rbm_hidden",
        "rbm_visible",
        "cd1_gradient",
        "rbm_train",
        "pretrain_stack",
        "fine_tune_step",
    ]


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_every_stream_is_right_normal_or_uniform(stream):
    right = {"xavier_init": lambda m, n: np.sqrt(2 / (m + n)), "he_init": lambda m, n: np.sqrt(2 / m)}
    for name, deviation in right.items():
        for seed in range(5):
            cases = draw(EXERCISES[name], seed)
            assert judge({name: drawing(deviation, stream)}, cases).fraction == 1


@pytest.mark.parametrize("wrong", DEVIATIONS)
def test_a_rule_with_another_deviation_is_named_whatever_the_stream(wrong):
    """A student draws from another stream than the recorded mistake did."""
    exercise = EXERCISES["xavier_init"]
    known, cases = record_exercise(exercise, points=1.0).misconceptions, draw_visible(exercise)
    for _ in range(5):
        judged = judge({"xavier_init": drawing(DEVIATIONS[wrong], STREAMS["default_rng"])}, cases)
        assert recognise(judged, known).name == wrong


@pytest.mark.parametrize("seed", range(3))
def test_no_random_number_is_so_near_to_its_probability_that_rounding_decides(seed):
    drawn = inputs.training(9, 5, (4, 3), 3, rate=0.7, batch=4)(np.random.default_rng(seed))
    wide = init.pretrain_stack(*drawn.values())
    narrow = init.pretrain_stack(
        drawn["v"].astype(np.float32),
        [{name: one.astype(np.float32) for name, one in rbm.items()} for rbm in drawn["rbms"]],
        [u.astype(np.float32) for u in drawn["draws"]],
        drawn["learning_rate"],
        drawn["batch_size"],
    )
    for one, other in zip(wide, narrow, strict=True):
        np.testing.assert_allclose(one["w"], other["w"], rtol=0, atol=1e-5)


def test_large_sums_are_of_either_sign_in_both_directions():
    drawn = inputs.extreme(3, 5, 4)(np.random.default_rng(0))
    sums = drawn["v"] @ drawn["w"] + drawn["c"], drawn["h"] @ drawn["w"].T + drawn["b"]
    assert all(z.min() < -745 and z.max() > 745 for z in sums)


def test_a_stack_of_machines_is_trained_layer_by_layer():
    """Training the first machine alone and handing its probabilities up is the same."""
    drawn = inputs.training(6, 5, (4, 3), 2, rate=0.6, batch=3)(np.random.default_rng(4))
    first, second = init.pretrain_stack(*drawn.values())
    alone, errors = init.rbm_train(drawn["v"], drawn["rbms"][0], drawn["draws"][0], 0.6, 3)
    np.testing.assert_array_equal(first["w"], alone["w"])
    assert errors.shape == (2,)
    up = init.rbm_hidden(drawn["v"], alone["w"], alone["c"])
    again, _ = init.rbm_train(up, drawn["rbms"][1], drawn["draws"][1], 0.6, 3)
    np.testing.assert_array_equal(second["w"], again["w"])


CURVES = {
    "uniform": lambda rng, shape: rng.uniform(-np.sqrt(3), np.sqrt(3), shape),
    "Laplace": lambda rng, shape: rng.laplace(0, np.sqrt(0.5), shape),
    "exponential": lambda rng, shape: rng.exponential(1, shape) - 1,
    "Student's t": lambda rng, shape: rng.standard_t(5, shape) * np.sqrt(3 / 5),
    "two uniforms added": lambda rng, shape: np.sqrt(6) * (rng.random((2, *shape)).sum(axis=0) - 1),
    "two numbers": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
}


def small(curve):
    """small_random_init with numbers of that distribution, which has mean 0 and deviation 1."""
    return lambda fan_in, fan_out, scale=0.01, seed=None: (
        scale * curve(np.random.default_rng(seed), (fan_in, fan_out))
    )


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_weights_of_another_curve_are_not_normal(curve):
    exercise = EXERCISES["small_random_init"]
    for cases in (draw_visible(exercise), draw(exercise, 0)):
        assert judge({"small_random_init": small(curve)}, cases).fraction < 1


def test_normal_weights_of_any_stream_are():
    cases = draw(EXERCISES["small_random_init"], 0)
    normal = small(lambda rng, shape: rng.standard_normal(shape))
    assert {judge({"small_random_init": normal}, cases).fraction for _ in range(40)} == {1.0}


SAME = {
    "largest-with-its-sign": lambda dw, one, two: np.abs(one - two).max() <= 1e-6 * dw.max(),
    "mean-for-largest": lambda dw, one, two: np.abs(one - two).max() <= 1e-6 * np.abs(dw).mean(),
    "euclidean-distance": lambda dw, one, two: np.linalg.norm(one - two) <= 1e-6 * np.abs(dw).max(),
    "mean-distance": lambda dw, one, two: np.abs(one - two).mean() <= 1e-6 * np.abs(dw).max(),
    "np.allclose": lambda dw, one, two: np.allclose(one, two, atol=1e-6 * np.abs(dw).max()),
    "tolerance-by-column": lambda dw, one, two: np.abs(one - two).max() <= 1e-6 * np.abs(one).max(),
}


@pytest.mark.parametrize("name", SAME)
def test_ways_to_be_nearly_the_same_are_told_apart(name):
    """All of them count one column more or less in a few cases, and each has a sentence of its own."""

    def symmetry(dw):
        found = []
        for column in dw.T:
            if not any(SAME[name](dw, column, other) for other in found):
                found.append(column)
        return len(found)

    exercise = EXERCISES["symmetry"]
    judged = judge({"symmetry": symmetry}, draw_visible(exercise))
    assert recognise(judged, record_exercise(exercise, points=1.0).misconceptions).name == name
