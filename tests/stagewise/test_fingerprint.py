"""Fingerprints: alike answers match, others do not, and the answer is not in them."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.explaining import recognise
from stagewise.judge.fingerprint import RecordedMistake, apart, fingerprint, observed_fingerprint
from stagewise.judge.judging import judge
from stagewise.judge.script import Failure, FailureKind, parse

X = np.random.default_rng(2).normal(size=(5, 4))
NAN = np.where(X > 1, np.nan, X)
KEY = Failure("f(x)", FailureKind.RAISED, "", KeyError("a"))


def matches(wanted, value):
    return apart(wanted, value) is not None


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (X, X.copy(order="F")),
        (X, X.astype(np.float32)),
        (NAN, NAN.copy()),
        (2.5, np.float64(2.5)),
        ((1.0, X), [1.0, X]),
        ({"w": X}, {"w": X}),
        ("adam", "adam"),
        (True, np.True_),
        (KEY, KEY),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_the_same_answer_matches(value, same):
    assert apart(json.loads(json.dumps(fingerprint(value), allow_nan=False)), same) is not None


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (X, X * 1.0005),
        (X, X[::-1]),
        (X, X.T),
        (X, -X),
        (X, NAN),
        (X, X[:, None, :2]),
        (X, X * (1 + 1e-8)),
        (X.astype(np.float32), X * 1.0005),
        (KEY, Failure("f(x)", FailureKind.RAISED, "", KeyError("b"))),
        (KEY, Failure("g(x)", FailureKind.RAISED, "", KeyError("a"))),
        (X, None),
        (X, object()),
        (2.5, 2.6),
        (np.ones(3), np.ones(3, int)),
        ({"w": X}, {"v": X}),
        ((X,), (X, X)),
        ("adam", "sgd"),
        (True, False),
        (True, 1),
        (KEY, X),
        (KEY, Failure("f(x)", FailureKind.RAISED, "", ValueError("a"))),
        (np.inf * X, -np.inf * X),
        (0.0, 1e-300),
    ],
)
def test_another_answer_does_not(value, other):
    assert apart(fingerprint(value), other) is None


def test_every_single_entry_counts():
    for place in np.ndindex(X.shape):
        other = X.copy()
        other[place] += 0.01
        assert apart(fingerprint(X), other) is None


def test_an_object_of_unknown_type_matches_nothing():
    thing = object()
    assert apart(fingerprint(thing), thing) is None


def test_huge_answers_have_a_finite_fingerprint():
    assert json.dumps(fingerprint(np.full(50, 1.7e308)), allow_nan=False)


def test_no_entry_of_an_array_is_in_its_fingerprint():
    text = json.dumps(fingerprint(X))
    assert not any(repr(entry)[:8] in text for entry in X.ravel().tolist())


CASE = AskedCase(
    "plain",
    parse("a, b = f(x)"),
    {"x": X},
    {"a": X.sum(0), "b": 2 * X},
    {"a": 1.0, "b": 1.0},
    1.0,
    Tolerance(1e-4, 2e-5, "as in the course"),
)


def sums_everything(x):
    return x.sum(), 2 * x


def never_doubles(x):
    return x.sum(0), x


def keeps_dimension(x):
    return x.sum(0, keepdims=True), 2 * x


def recorded(mistake):
    judged = judge({"f": mistake}, [CASE])
    prints = tuple(map(observed_fingerprint, judged.observed))
    return RecordedMistake(mistake.__name__, "Because.", prints)


MISTAKES = [recorded(one) for one in (sums_everything, never_doubles, keeps_dimension)]


def recognised(f):
    found = recognise(judge({"f": f}, [CASE]), MISTAKES)
    return found.name if found else None


@pytest.mark.parametrize("mistake", [sums_everything, never_doubles, keeps_dimension])
def test_a_mistake_is_recognised_by_its_answers_also_in_float32(mistake):
    assert mistake.__name__ == recognised(mistake)
    assert mistake.__name__ == recognised(lambda x: mistake(x.astype(np.float32)))


def test_a_mistake_beside_a_side_flaw_is_recognised():
    assert recognised(lambda x: (x.sum(0, keepdims=True), x)) == "never_doubles"


def test_a_mistake_in_one_output_beside_another_unknown_one_is_recognised():
    assert recognised(lambda x: (x.sum(0) + 3, x)) == "never_doubles"


@pytest.mark.parametrize(
    ("script", "setting"),
    [
        ("found = f(x)", ""),
        ("sums, doubled = f(x)\nfound = both(sums, doubled)", "tests.stagewise.looking"),
    ],
    ids=["entries of a dict", "what observers say"],
)
def test_parts_of_one_answer_are_explained_together(script, setting, monkeypatch):
    looking = SimpleNamespace(wrap=lambda f: f, OBSERVERS={"both": lambda a, b: {"a": a, "b": b}})
    monkeypatch.setitem(sys.modules, "tests.stagewise.looking", looking)
    outputs = {"found['a']": X.sum(0), "found['b']": 2 * X}
    one = replace(
        CASE, steps=parse(script), expected=outputs, shares=dict.fromkeys(outputs, 1.0), setting=setting
    )

    def told(a, b):
        f = (lambda x: (a, b)) if setting else (lambda x: {"a": a, "b": b})
        return judge({"f": f}, [one])

    prints = tuple(map(observed_fingerprint, told(X.sum(0), X).observed))
    known = RecordedMistake("never doubles", "Because.", prints)
    assert recognise(told(X.sum(0), X), [known]) is known
    assert recognise(told(X.sum(0) + 3, X), [known]) is None


def test_another_output_that_holds_but_rounding_may_be_the_reason():
    assert recognised(lambda x: (0 * x.sum(0), x)) is None
    assert recognised(lambda x: (1e-16 * x.sum(0), x)) is None
    assert recognised(lambda x: (1e-3 * x.sum(0), x)) == "never_doubles"


def test_of_two_mistakes_at_once_the_one_that_explains_more_is_told():
    three = AskedCase(
        "three", parse("a, b, c = f(x)"), {"x": X}, {"a": X.sum(0), "b": 2 * X, "c": 3 * X},
        {"a": 1.0, "b": 1.0, "c": 1.0}, 1.0, Tolerance(1e-4, 2e-5, "as in the course"),
    )  # fmt: skip

    def known(mistake, says):
        judged = judge({"f": mistake}, [three])
        prints = tuple(map(observed_fingerprint, judged.observed))
        return RecordedMistake(says, "Because.", prints)

    little = known(lambda x: (x.sum(), 2 * x, 3 * x), "little")
    much = known(lambda x: (x.sum(0), x, x), "much")
    seen = judge({"f": lambda x: (x.sum(), x, x)}, [three])
    assert recognise(seen, [little, much]).name == recognise(seen, [much, little]).name == "much"


def test_right_and_unknown_answers_are_not_recognised():
    assert recognised(lambda x: (x.sum(0), 2 * x)) is None
    assert recognised(lambda x: (x.sum(0), 3 * x)) is None
    assert recognised(lambda x: None) is None


def test_a_written_input_alone_is_not_taken_for_another_mistake():
    def f(x):
        answer = x.sum(0), 2 * x
        x[...] = 0
        return answer

    assert recognised(f) is None
