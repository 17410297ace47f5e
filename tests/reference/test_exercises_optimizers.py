"""The exercises of unit 7: sound over seeds, fair to every right way, and as strict as they should be."""

import inspect

import numpy as np
import pytest

from reference.exercises.optimizers import UNIT
from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw
from stagewise.judge.judging import judge

SEED = 4
RULES = ("sgd", "sgd_momentum", "nesterov_momentum", "adagrad", "rmsprop", "adam", "adamw")


def judged(name, function, seed=SEED):
    return judge({name: function}, draw(UNIT.exercise(name), seed))


def diagnosed(name, function, seed=SEED):
    exercise = UNIT.exercise(name)
    found = diagnose(judged(name, function, seed), exercise, seed)
    return found.name if found else ""


def variant(name, misconception):
    exercise = UNIT.exercise(name)
    found = next(one for one in exercise.misconceptions if one.name == misconception)
    return found.functions(exercise)[name]


def test_every_function_of_the_unit_is_asked():
    from reference.truth import optimizers

    written = {name for name, value in vars(optimizers).items() if inspect.isfunction(value)}
    assert {exercise.name for exercise in UNIT.exercises} == written


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        ("no-bias-correction", 0.207207),
        ("t-late", 0.0015218),
        ("beta-not-power", 0.0320643),
        ("beta-squared", 0.0146),
        ("only-m-corrected", 0.68),
        ("only-v-corrected", 0.0177),
        ("t-twice", 1.02e-3),
    ],
)
def test_the_mistakes_are_those_that_students_publish(mistake, error):
    """The errors that CS231n's Adam cell prints for them, as found in published notebooks."""
    w, dw = np.linspace(-0.4, 0.6, 20).reshape(4, 5), np.linspace(-0.6, 0.4, 20).reshape(4, 5)
    m, v = np.linspace(0.6, 0.9, 20).reshape(4, 5), np.linspace(0.7, 0.5, 20).reshape(4, 5)
    config = {"learning_rate": 1e-2, "m": m, "v": v, "t": 5}
    right, _ = UNIT.exercise("adam").truth(w, dw, config)
    wrong, _ = variant("adam", mistake)(w, dw, config)
    found = np.max(np.abs(right - wrong) / np.maximum(1e-8, np.abs(right) + np.abs(wrong)))
    assert found == pytest.approx(error, rel=0.01)


def epsilon_hat(w, dw, config=None):
    """Adam as CS231n's own solution has it."""
    config = {} if config is None else config
    for key, value in (("learning_rate", 1e-3), ("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8)):
        config.setdefault(key, value)
    b1, b2 = config["beta1"], config["beta2"]
    config["t"] = config.get("t", 0) + 1
    config["m"] = b1 * config.get("m", np.zeros_like(w)) + (1 - b1) * dw
    config["v"] = b2 * config.get("v", np.zeros_like(w)) + (1 - b2) * dw * dw
    rate = config["learning_rate"] * np.sqrt(1 - b2 ** config["t"]) / (1 - b1 ** config["t"])
    w -= rate * config["m"] / (np.sqrt(config["v"]) + config["epsilon"])
    return w, config


def test_epsilon_in_another_place_costs_little_and_is_named():
    found = judged("adam", epsilon_hat)
    assert 0.95 < found.fraction < 1
    assert {row.case for row in found.rows if row.credit < 1} == {
        "a tiny gradient: where epsilon stands", "a tiny gradient and another epsilon",
    }  # fmt: skip
    assert diagnosed("adam", epsilon_hat) == "eps-hat"


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("variation", ["eps-inside", "eps-missing"])
def test_epsilon_never_costs_more_than_a_tenth(name, variation):
    assert 0.9 < judged(name, variant(name, variation)).fraction < 1


@pytest.mark.parametrize("name", RULES)
def test_w_may_be_updated_in_place_and_dw_may_not(name):
    truth = UNIT.exercise(name).truth

    def in_place(w, dw, config=None):
        w[...], config = truth(w, dw, config)
        return w, config

    def spoils_dw(w, dw, config=None):
        result = truth(w, dw, config)
        dw *= 2
        return result

    assert judged(name, in_place).fraction == 1
    spoilt = judged(name, spoils_dw)
    assert spoilt.fraction == pytest.approx(0.75, abs=0.02)
    assert any(note.startswith("dw was changed by your function") for note in spoilt.notes)


@pytest.mark.parametrize("name", RULES[1:])
def test_a_dict_in_the_def_line_is_noticed_and_named(name):
    truth = UNIT.exercise(name).truth

    def shared(w, dw, config={}):  # noqa: B006 - the mistake itself
        next_w, after = truth(w, dw, config)
        config.update(after)
        return next_w, config

    assert diagnosed(name, shared) == "config-shared"


@pytest.mark.parametrize("name", RULES)
def test_the_state_may_live_in_the_callers_dict_or_in_a_new_one(name):
    truth = UNIT.exercise(name).truth

    def updates_the_dict(w, dw, config=None):
        config = {} if config is None else config
        next_w, after = truth(w, dw, config)
        config.update(after)
        return next_w, config

    assert judged(name, updates_the_dict).fraction == 1


@pytest.mark.parametrize("name", RULES[1:])
def test_a_rule_that_forgets_after_each_call_is_found_by_the_cases_of_many_steps(name):
    found = judged(name, variant(name, "t-not-stored" if name == "adamw" else "state-not-stored"))
    failed = {row.case for row in found.rows if row.output == "next_w" and row.credit == 0}
    assert {"two steps, an empty config", "ten steps, some settings given"} <= failed
    assert "one step from a given state" not in failed


def test_bias_correction_is_seen_at_t_1_2_and_10():
    """Each of three mistakes that are right at some t is caught at another."""
    cases = {
        "t = 1": "the first step, no config",
        "t = 2": "two steps, an empty config",
        "t = 10": "ten steps, some settings given",
    }

    def right_at(mistake):
        rows = judged("adam", variant("adam", mistake)).rows
        passed = {row.case for row in rows if row.output == "next_w" and row.credit == 1}
        return {t for t, case in cases.items() if case in passed}

    assert right_at("beta-not-power") == {"t = 1"}
    assert right_at("t-not-stored") == {"t = 1"}
    assert right_at("beta-squared") == set()
    assert right_at("t-starts-at-one") == set()


def test_a_mistake_in_adam_that_adamw_calls_is_named_there_too():
    assert diagnosed("adamw", variant("adamw", "t-late")) == "t-late"


def test_a_hair_off_is_off():
    """A step that is 0.05 % too long fails in every rule."""
    for name in RULES:
        truth = UNIT.exercise(name).truth

        def longer(w, dw, config=None, truth=truth):
            next_w, config = truth(w, dw, config)
            return w + 1.0005 * (next_w - w), config

        assert judged(name, longer).fraction < 0.5, name
