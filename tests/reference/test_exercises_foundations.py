"""The exercises of unit 1: what students publish is told by name, and what is right passes."""

import inspect

import numpy as np
import pytest

from reference.exercises.foundations import UNIT
from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw
from reference.truth import foundations as fo
from stagewise.judge.judging import judge

SEED = 4


def judged(name, function, *partners):
    functions = {name: function, **{partner.__name__: partner for partner in partners}}
    return judge(functions, draw(UNIT.exercise(name), SEED))


def diagnosed(name, function, *partners):
    exercise = UNIT.exercise(name)
    found = diagnose(judged(name, function, *partners), exercise, SEED)
    return found.name if found else ""


def test_every_function_of_the_unit_is_asked():
    written = {name for name, value in vars(fo).items() if inspect.isfunction(value)}
    assert {exercise.name for exercise in UNIT.exercises} == written


def textbook_softmax_loss(z, y):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        loss = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    return loss, p / len(y)


def test_the_commonest_softmax_loss_is_right_until_a_mistake_is_confident():
    assert diagnosed("softmax_loss", textbook_softmax_loss) == "log-of-zero"
    assert 0.5 < judged("softmax_loss", textbook_softmax_loss).fraction < 1


def rectified_scores(x, params):
    scores, cache = fo.three_layer_forward(x, params)
    return np.maximum(0, scores), cache


def test_a_relu_on_the_scores_is_seen():
    assert diagnosed("three_layer_forward", rectified_scores) == "relu-on-the-scores"


def early_update(dscores, cache):
    cache1, z1, cache2, z2, (h2, w3) = cache
    dh2, dw3, db3 = fo.affine_backward(dscores, (h2, w3))
    dh2 = dscores @ (w3 - 0.1 * dw3).T
    dh1, dw2, db2 = fo.affine_backward(dh2 * (z2 > 0), cache2)
    _, dw1, db1 = fo.affine_backward(dh1 * (z1 > 0), cache1)
    return {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}


def test_weights_that_move_before_the_gradient_has_passed_are_seen():
    found = diagnosed("three_layer_backward", early_update, fo.three_layer_forward)
    assert found == "updated-too-early"


def truncating(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        old = x[place]
        x[place] = old + h
        above = f(x)
        x[place] = old - h
        gradient[place] = (above - f(x)) / (2 * h)
        x[place] = old
    return gradient


def test_whole_numbers_that_cut_the_step_off_are_seen():
    assert diagnosed("numerical_gradient", truncating) == "only-the-slopes-are-floats"


def test_a_function_that_takes_a_function_is_given_one():
    seen = []

    def curious(f, x, h=1e-5):
        seen.append(callable(f))
        return fo.numerical_gradient(f, x, h)

    assert judged("numerical_gradient", curious).fraction == 1
    assert all(seen)


def columns(x, y, batch_size, seed=None):
    """Several labels are flattened away."""
    return [(x, y.reshape(-1)) for x, y in fo.minibatches(x, y, batch_size, seed)]


def test_labels_in_several_columns_stay_together():
    assert judged("minibatches", columns).fraction < 1


def test_batches_may_be_yielded_and_shuffled_in_any_way():
    def yielded(x, y, batch_size, seed=None):
        order = sorted(range(len(x)), key=np.random.default_rng(seed).random(len(x)).__getitem__)
        for start in range(0, len(x), batch_size):
            yield x[order[start : start + batch_size]], y[order[start : start + batch_size]]

    assert judged("minibatches", yielded).fraction == 1


@pytest.mark.parametrize("seed", range(5))
def test_no_drawn_order_is_taken_for_the_old_one(seed):
    cases = draw(UNIT.exercise("minibatches"), seed)
    assert judge({"minibatches": fo.minibatches}, cases).fraction == 1


def test_answers_in_another_shape_than_the_logits_are_asked_for():
    def broadcasting(z, y):
        losses = np.logaddexp(0, z) - z * y
        return np.mean(losses), (fo.sigmoid(z) - y) / len(z)

    assert diagnosed("logistic_loss", broadcasting) == "n-by-n"


def without_zero(z):
    a = np.zeros_like(z)
    a[z > 0] = 1 / (1 + np.exp(-z[z > 0]))
    a[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return a


def clipped_loss(z, y):
    y, a = y.reshape(z.shape), np.clip(fo.sigmoid(z), 1e-8, 1 - 1e-8)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (fo.sigmoid(z) - y) / len(z)


def sloping(z, y):
    a = fo.sigmoid(z)
    return fo.multilabel_loss(z, y)[0], (a - y) * a * (1 - a) / len(z)


def over_the_labels(z, y):
    loss, dz = fo.multilabel_loss(z, y)
    return loss * len(z) / z.shape[1], dz


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("sigmoid", lambda z: 1 / (1 + np.exp(-np.abs(z))), "absolute-value"),
        ("sigmoid", without_zero, "zero-left-out"),
        ("logistic_loss", clipped_loss, "clipped-at-1e-08"),
        ("multilabel_loss", sloping, "one-slope-too-many"),
        ("multilabel_loss", over_the_labels, "mean-over-labels-only"),
    ],
)
def test_what_students_write_is_told_as_what_it_is(name, function, told):
    assert diagnosed(name, function) == told
    assert judged(name, function).fraction < 1


def test_rows_of_another_dtype_are_not_said_to_be_labels():
    """Rows that are none of x are told as labels only where they are labels."""

    def narrowed(x, y, batch_size, seed=None):
        return [(some.astype(np.float32), labels) for some, labels in fo.minibatches(x, y, batch_size, seed)]

    def turned(x, y, batch_size, seed=None):
        return [(labels, some) for some, labels in fo.minibatches(x, y, batch_size, seed)]

    assert (diagnosed("minibatches", narrowed), diagnosed("minibatches", turned)) == ("", "labels-first")
