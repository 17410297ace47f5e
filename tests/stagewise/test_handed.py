"""Generators and functions are made of data where a function lives, and say what they were asked."""

import math

import numpy as np
import pytest

from stagewise.judge import handed
from stagewise.judge.handed import OBSERVERS, generator, wrap
from stagewise.modules import MODULES

X = np.arange(12.0).reshape(6, 2)
Y = np.arange(6) + 10


def test_a_generator_draws_what_its_seed_says_and_goes_on_from_there():
    rng, expected = generator(4), np.random.default_rng(4)
    draw = wrap(lambda rng: rng.random(3))
    assert [draw(rng).tolist() for _ in range(2)] == [expected.random(3).tolist() for _ in range(2)]


def test_arguments_that_describe_nothing_stay_what_they_are():
    given = {"learning_rate": (1e-3, 1.0)}
    assert wrap(lambda space, *, size: (space is given, size))(given, size=2) == (True, 2)


def test_an_objective_scores_and_keeps_what_it_was_asked():
    data = handed.objective({"rate": -2.0}, {"rate": 0.5}, {"rate": 1.0})
    scores = wrap(lambda evaluate: [evaluate({"rate": rate}) for rate in (0.01, 0.1, 10.0)])(data)
    assert scores[:2] == [1.0, 0.5]
    assert math.isnan(scores[2])
    assert data["asked"] == [{"rate": 0.01}, {"rate": 0.1}, {"rate": 10.0}]


def test_an_objective_that_is_asked_without_a_dict_says_what_it_takes():
    data = handed.objective({"rate": -2.0}, {"rate": 0.5})
    with pytest.raises(TypeError, match=r"evaluate takes one dict with the entries 'rate'.*a single number"):
        wrap(lambda evaluate: evaluate(0.1))(data)


def test_a_loss_grows_with_its_penalty_up_to_the_limit():
    loss_of = wrap(lambda loss_of: [loss_of(strength) for strength in (0, 0.5, 2.0)])
    assert loss_of(handed.loss_of_strength(2.25, 0.5, limit=1.0)) == [2.25, 2.5, math.inf]


def test_a_training_step_keeps_each_batch_that_differs_from_the_last_one():
    data = handed.training_step([2.0, 1.0])
    losses = wrap(lambda step: [step(X[:2], Y[:2]), step(X[:2], Y[:2]), step(X[1:3], Y[1:3])])(data)
    assert (losses, data["calls"], len(data["batches"])) == ([2.0, 1.0, 1.0], 3, 2)


def test_a_search_places_its_settings_in_the_space_that_it_is_given():
    data = handed.search([({"rate": [0.0, 0.5]}, [0.3, 0.4]), ({"rate": [1.0]}, [0.9])])
    space = {"rate": (0.01, 1.0)}
    first, second = wrap(lambda search: [search(space), search(space)])(data)
    assert [score for _, score in first] == [0.3, 0.4]
    assert [settings["rate"] for settings, _ in first] == pytest.approx([0.01, 0.1])
    assert second == [({"rate": 1.0}, 0.9)]
    assert data["asked"] == [space, space]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([0.1, 0.5, 1.0], "a float array of shape (3,), none outside"),
        ([0.1, -4.8], "a float array of shape (2,), from about -4.8 to about 0.1"),
        ([0.1, np.nan], "a float array of shape (2,), from about nan to about nan"),
        ([0.5, 0.5], "a float array of shape (2,), one number, repeated"),
        ([0.1, 0.1], "a float array of shape (2,), one number, repeated at an end"),
        ([5.0, 5.0], "a float array of shape (2,), one number, repeated and outside"),
        ([0.5], "a float array of shape (1,), none outside"),
        ([], "a float array of shape (0,), no numbers"),
    ],
)
def test_a_draw_is_told_by_its_form_and_its_range(numbers, told):
    assert OBSERVERS["drawn"](np.array(numbers), 0.1, 1.0) == told


@pytest.mark.parametrize(("number", "where"), [(0.5, "not outside"), (5.0, "outside")])
def test_a_draw_of_one_number_is_told_from_an_array_and_by_its_range(number, where):
    assert OBSERVERS["drawn"](number, 0.1, 1.0) == f"a single number, no array, {where}"


def test_neighbours_are_close_by_chance_and_never_on_a_grid():
    rng = np.random.default_rng(0)
    close = OBSERVERS["close_neighbours"]
    assert abs(close(10 ** rng.uniform(-3, 0, 3000)).mean() - (1 - math.exp(-0.5))) < 0.05
    assert close(rng.permutation(np.geomspace(1e-3, 1.0, 3000))).mean() < 0.01
    assert close(np.array([0.5])).size == 0


@pytest.mark.parametrize(
    ("same", "later", "told"),
    [
        ([1.0, 2.0], [3.0, 4.0], "an equal generator draws the same, a second call others"),
        ([1.0, 2.5], [3.0, 4.0], "an equal generator draws others, a second call others"),
        ([1.0, 2.0], [1.0, 2.0], "an equal generator draws the same, a second call the same"),
    ],
)
def test_draws_are_compared_with_that_of_an_equal_generator_and_a_later_one(same, later, told):
    assert OBSERVERS["repeated"](np.array([1.0, 2.0]), np.array(same), np.array(later)) == told


@pytest.mark.parametrize("numbers", [[2.0, 2.0], [1.0, np.nan], []])
def test_what_is_no_draw_is_not_compared(numbers):
    assert OBSERVERS["repeated"](*3 * [np.array(numbers)]) == "not several numbers"


def parted(train, val, train_labels=None, val_labels=None):
    y_train = Y[train] if train_labels is None else np.array(train_labels)
    y_val = Y[val] if val_labels is None else np.array(val_labels)
    return OBSERVERS["parted"](X[train], y_train, X[val], y_val, X, Y)


@pytest.mark.parametrize(
    ("train", "val", "told"),
    [
        ([0, 1, 2, 3], [5, 4], "2 examples for validation, the rest for training, each once"),
        ([0, 1, 2, 3], [3, 5], "2 examples for validation, the rest for training, in both parts, missing"),
        (
            [0, 1, 2, 3, 4, 5],
            [4, 5],
            "2 examples for validation, more than the rest for training, in both parts, "
            "all of the validation part",
        ),
        ([0, 1, 2], [4, 5], "2 examples for validation, fewer for training, missing"),
        (
            [0, 1, 2, 3, 4],
            [5, 5],
            "2 examples for validation, more than the rest for training, twice in a part",
        ),
    ],
)
def test_what_became_of_the_rows_is_told(train, val, told):
    assert parted(train, val) == f"{told}; labels their own and their own"


def test_rows_that_are_not_of_x_are_told():
    told = OBSERVERS["parted"](X[:4] + 1, Y[:4], X[4:], Y[4:], X, Y)
    assert told == "examples that are not rows of x"
    with pytest.raises(TypeError, match="x_val should be an array of rows of x, and is a list of 2"):
        OBSERVERS["parted"](X[:4], Y[:4], [4, 5], Y[4:], X, Y)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ([15, 14], "of other examples"),
        ([14, 99], "that are not in y"),
        ([14], "in an integer array of shape (1,)"),
    ],
)
def test_labels_are_those_of_their_rows_or_it_is_said_how_not(labels, told):
    assert parted([0, 1, 2, 3], [4, 5], val_labels=labels).endswith(f"labels their own and {told}")


def test_rows_are_found_whatever_their_order():
    assert OBSERVERS["rows"](X[[4, 0]], X, "x_val").tolist() == [4, 0]
    assert OBSERVERS["rows"](X[[4, 0]] + 1, X, "x_val").tolist() == [-1, -1]
    with pytest.raises(TypeError, match="x_val should have 3 examples, and has 2"):
        OBSERVERS["rows"](X[[4, 0]], X, "x_val", 3)


def test_scores_are_held_against_their_settings():
    data = handed.objective({"rate": -2.0}, {"rate": 0.5})
    results = [({"rate": 0.1}, 0.5), ({"rate": 0.01}, 1.0), ({"rate": 1.0}, -1.0)]
    wrap(lambda evaluate: [evaluate(settings) for settings, _ in results])(data)
    scored = OBSERVERS["scored"]
    assert scored(results, data) == "each score is that of its settings"
    assert scored(results[::-1], data) == "the results are in another order than they were tried"
    by_score = sorted(results, key=lambda pair: -pair[1])
    assert scored(by_score, data) == "the results are in the order of their scores"
    more = [({**one, "more": 1.0}, score) for one, score in results]
    assert scored(more, data) == "settings are not those that were tried"
    assert scored([], data) == "no results"
    assert scored(results[:1], data) == "3 calls of evaluate for 1 results"
    assert scored([({"rate": 0.1}, 0.25)], data) == "a score is not that of its settings"


def test_rises_are_of_numbers_two_by_two():
    rises = OBSERVERS["rises"]
    assert rises(np.array([1.0, 2.0, 5.0, 3.0, 0.0])).tolist() == [1, 0]
    assert rises(np.arange(8.0)).tolist() == [1] * 4
    share = rises(np.random.default_rng(0).random(20_000)).mean()
    assert 0.47 < share < 0.53


def test_pairs_of_something_else_are_described_inside():
    with pytest.raises(TypeError, match=r"begins with a tuple of 2 \(a str and a single number\)"):
        OBSERVERS["counted"]([("rate 0.1", 0.5)])


def test_results_that_are_no_pairs_are_described():
    with pytest.raises(TypeError, match="a list of 2, which begins with a single number"):
        OBSERVERS["column"]([0.5, 0.25], "rate")


def test_an_error_calls_a_function_by_its_own_name():
    data = handed.objective({"rate": -2.0}, {"rate": 0.5})
    with pytest.raises(TypeError, match=r"^evaluate\(\) takes 1 positional argument but 2 were given"):
        wrap(lambda evaluate: evaluate(0.1, 0.2))(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [("quadratic", 3 + 4 + 0.5 - 2), ("cubic", 3 - 8 + 0.5 - 2), ("coupled", (3 - 2) ** 2 + 0.5 - 2)],
)
def test_a_polynomial_takes_arrays(name, value):
    described = handed.polynomial(name, np.array([3.0, 1.0]), np.array([0.5, 1.0]))
    assert handed.wrap(lambda f, x: f(x))(described, np.array([1.0, -2.0])) == value


def test_modules_are_those_of_the_package_under_the_names_that_are_given():
    data = handed.modules(plus="add", add="multiply")
    assert wrap(
        lambda modules: {
            kind: one is MODULES[name]
            for (kind, one), name in zip(modules.items(), ("add", "multiply"), strict=True)
        }
    )(data) == {
        "plus": True,
        "add": True,
    }
    assert data == handed.modules(plus="add", add="multiply")


def test_a_change_in_the_dict_of_modules_shows_in_its_description():
    data = handed.modules(plus="add")
    wrap(lambda modules: modules.update(out=(1, 2)))(data)
    assert data != handed.modules(plus="add")


def test_the_names_in_a_dict_are_listed_in_their_order():
    assert OBSERVERS["names"]({"b": 1, "a": 2}) == "a, b"
    with pytest.raises(TypeError, match="asked for is a dict of names"):
        OBSERVERS["names"]([1])


def test_numbers_that_differ_by_a_rounding_are_one():
    numbers = np.array([0.1, 0.1 * (1 + 2e-16), 0.1 * (1 + 1e-12), -0.0, 0.0, np.nan, np.inf])
    assert handed.distinct(numbers) == 5
