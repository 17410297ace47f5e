"""The exercises of unit 8: no generator's stream decides, and doing nothing earns nothing."""

import numpy as np
import pytest

from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw, draw_visible
from reference.kit import units
from reference.truth import training as tr
from stagewise.judge.judging import judge

UNIT = units.load("training")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
SEEDS = range(8)


def test_the_unit_asks_every_function_of_the_course():
    asked = {"preprocess", "expected_initial_loss", "check_initial_loss", "overfit_tiny_batch"}
    asked |= {"diagnose_learning_rate", "log_uniform", "random_search", "grid_search", "coarse_to_fine"}
    assert asked | {"train_validation_split", "best_of"} == set(EXERCISES)


def test_the_counted_mistakes_of_published_work_are_known_by_name():
    known = {(name, one.name) for name, exercise in EXERCISES.items() for one in exercise.misconceptions}
    assert {
        ("preprocess", "own-statistics"),
        ("preprocess", "writes-into-x"),
        ("train_validation_split", "shuffled-apart"),
        ("log_uniform", "linear"),
        ("random_search", "linear"),
        ("diagnose_learning_rate", "ends-alone"),
        ("diagnose_learning_rate", "nan-unnoticed"),
        ("best_of", "nan-is-first"),
    } <= known


def by_integers(x, y, val_size, rng):
    """Rows drawn one by one until there are enough."""
    chosen = []
    while len(chosen) < val_size:
        row = int(rng.integers(len(x)))
        if row not in chosen:
            chosen.append(row)
    rest = [row for row in range(len(x)) if row not in chosen]
    return x[rest], y[rest], x[chosen], y[chosen]


def by_shuffling(x, y, val_size, rng):
    """A list of rows, shuffled."""
    rows = list(range(len(x)))
    rng.shuffle(rows)
    return x[rows[val_size:]], y[rows[val_size:]], x[rows[:val_size]], y[rows[:val_size]]


@pytest.mark.parametrize("split", [by_integers, by_shuffling])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_to_draw_rows_is_right(split, seed):
    cases = draw(EXERCISES["train_validation_split"], seed)
    assert judge({"train_validation_split": split}, cases).fraction == 1


@pytest.mark.parametrize(
    "drawn",
    [
        lambda low, high, size, rng: low * np.power(high / low, rng.random(size)),
        lambda low, high, size, rng: 2.0 ** rng.uniform(np.log2(low), np.log2(high), (size,)),
        lambda low, high, size, rng: np.array([tr.log_uniform(low, high, 1, rng)[0] for _ in range(size)]),
        lambda low, high, size, rng: high / (high / low) ** rng.beta(1, 1, size),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_to_draw_in_decades_is_right(drawn, seed):
    assert judge({"log_uniform": drawn}, draw(EXERCISES["log_uniform"], seed)).fraction == 1


@pytest.mark.parametrize("verdict", ["good", "too low", "too high", "diverged", "", None])
def test_one_verdict_for_every_curve_earns_nothing(verdict):
    cases = draw(EXERCISES["diagnose_learning_rate"], 0)
    assert judge({"diagnose_learning_rate": lambda losses: verdict}, cases).fraction == 0


NOTHING = {
    "train_validation_split": lambda x, y, val_size, rng: (x, y, x, y),
    "preprocess": lambda x_train, x_val: (x_train, x_val),
    "expected_initial_loss": lambda num_classes: 2.302585,
    "overfit_tiny_batch": lambda step, x, y, size=10, steps=200, target=0.01: (True, []),
    "log_uniform": lambda low, high, size, rng: np.full(size, low),
    "random_search": lambda evaluate, space, trials, rng: [],
    "grid_search": lambda evaluate, grid: [],
    "best_of": lambda results: results[0],
    "coarse_to_fine": lambda search, space, rounds, shrink=0.5: (None, []),
}


@pytest.mark.parametrize("name", NOTHING)
def test_doing_nothing_earns_nothing(name):
    assert judge({name: NOTHING[name]}, draw(EXERCISES[name], 0)).fraction <= 0.05


@pytest.mark.parametrize("answer", [True, False])
def test_the_same_answer_to_both_questions_earns_nothing(answer):
    found = {"chance": answer, "penalty": answer}
    cases = draw(EXERCISES["check_initial_loss"], 0)
    assert judge({"check_initial_loss": lambda *given, **named: dict(found)}, cases).fraction == 0


def keeping_its_form(results):
    """A search that returns something else than a list of pairs (settings, score)."""

    def random_search(evaluate, space, trials, rng):
        return results(tr.random_search(evaluate, space, trials, rng))

    return random_search


@pytest.mark.parametrize(
    "results",
    [
        lambda pairs: [(str(settings), score) for settings, score in pairs],
        lambda pairs: dict(enumerate(pairs)),
    ],
)
def test_no_function_of_ours_is_named_where_an_answer_has_another_form(results):
    judged = judge({"random_search": keeping_its_form(results)}, draw(EXERCISES["random_search"], 0))
    assert {row.message.partition(" (this case")[0][:10] for row in judged.rows} == {"asked for "}
    assert not any("raised" in row.message + row.outline for row in judged.rows)
    assert judged.failure is None


def test_an_answer_that_is_always_no_is_told_no_logarithm():
    """Each logarithm is near some loss, so that always no is none of them."""

    def check_initial_loss(loss_of, num_classes, reg=1.0, tolerance=0.1):
        return {**tr.check_initial_loss(loss_of, num_classes, reg, tolerance), "chance": False}

    judged = judge({"check_initial_loss": check_initial_loss}, draw(EXERCISES["check_initial_loss"], 0))
    assert judged.fraction < 1
    assert diagnose(judged, EXERCISES["check_initial_loss"], 0) is None


def test_the_ends_of_a_range_may_be_an_array():
    def coarse_to_fine(search, space, rounds, shrink=0.5):
        ranges, found, history = dict(space), [], []
        for _ in range(rounds):
            results = search(ranges)
            history.append((ranges, results))
            best = tr.best_of(found := [*found, *results])
            half = np.array([-0.5, 0.5])
            ranges = {
                name: best[0][name] * (high / low) ** (shrink * half) for name, (low, high) in ranges.items()
            }
        return best, history

    assert judge({"coarse_to_fine": coarse_to_fine}, draw(EXERCISES["coarse_to_fine"], 0)).fraction == 1


@pytest.mark.parametrize(
    "best", [lambda found: max(found, key=lambda pair: pair[1]), lambda found: tr.best_of(found[::-1])]
)
def test_the_best_of_all_rounds_is_that_of_best_of(best):
    """Neither NaN, nor the last one of equals."""

    def coarse_to_fine(search, space, rounds, shrink=0.5):
        ranges, found, history = dict(space), [], []
        for _ in range(rounds):
            results = search(ranges)
            history.append((ranges, results))
            found = [*found, *results]
            ranges = tr.narrower(ranges, best(found)[0], shrink)
        return best(found), history

    assert judge({"coarse_to_fine": coarse_to_fine}, draw(EXERCISES["coarse_to_fine"], 0)).fraction < 1


def test_a_score_that_is_half_a_thousandth_off_is_not_that_of_its_settings():
    def nearly(evaluate, space, trials, rng):
        return [(one, score * 1.0005) for one, score in tr.random_search(evaluate, space, trials, rng)]

    rows = judge({"random_search": nearly}, draw(EXERCISES["random_search"], 0)).rows
    assert {row.credit for row in rows if row.output == "record"} == {0.0}


@pytest.mark.parametrize("name", ["train_validation_split", "log_uniform", "random_search"])
def test_the_same_generator_draws_the_visible_cases_each_time(name):
    exercise = EXERCISES[name]
    once, again = draw_visible(exercise), draw_visible.__wrapped__(exercise)
    assert [case.inputs["rng"] for case in once] == [case.inputs["rng"] for case in again]
