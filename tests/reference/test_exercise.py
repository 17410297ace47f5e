"""Definitions of exercises: what makes no sense stops at once and is named."""

import pytest

from reference.kit.exercise import Exercise, Unit, case, right, wrong
from tests.reference import toy


def inputs(rng):
    return {"x": rng.normal(size=3)}


def truth(x):
    return x


def partner(x):
    return x


def other(x):
    return x


def twice(x):
    return 2 * other(x)


def one(name="plain", script="y = truth(x)", compare="y", **options):
    return case(name, script, compare, inputs, **{"visible": True, **options})


def test_a_string_of_outputs_shares_equally_also_with_entries():
    defined = case("c", "f(p)", "p['running_mean'] p['running var']", inputs, updates=("p",))
    assert defined.shares == {"p['running_mean']": 1.0, "p['running var']": 1.0}


def test_the_toy_unit_finds_its_exercise_and_its_functions():
    exercise = toy.UNIT.exercise("center_backward")
    assert list(exercise.functions) == ["center_backward", "center_forward"]
    with pytest.raises(LookupError, match="unit toy has no exercise 'x'; it has: center_backward"):
        toy.UNIT.exercise("x")


@pytest.mark.parametrize(
    ("define", "said"),
    [
        (lambda: one(script="y = x"), "case 'plain': script line `y = x` is not a call"),
        (lambda: one(compare="z"), "'z' is compared, but no step assigns 'z'"),
        (lambda: one(compare="x"), "not among `updates`"),
        (lambda: one(compare="y + 1"), "case 'plain'"),
        (lambda: one(compare={"y": 0.0}), "must be positive"),
        (lambda: one(compare=""), "something must be compared"),
        (lambda: one(weight=0), "must be positive"),
        (lambda: one(visible=False, graded=False), "not graded must be visible"),
        (lambda: one(main=True, graded=False), "cannot be a gate"),
        (lambda: Exercise("truth", truth, (one(graded=False),)), "no case is graded"),
        (lambda: wrong("w", says=" ", change="a", into="b"), "tells the student nothing"),
        (lambda: wrong("w", says="s"), "neither a change nor a function"),
        (lambda: right("w", change="a", by=truth), "both a change and a function"),
        (lambda: Exercise("truth", truth, (one(visible=False),)), "no case is visible"),
        (lambda: Exercise("truth", truth, (one(), one())), "case 'plain' occurs twice"),
        (lambda: Exercise("f", truth, (one(),)), "neither the truth nor a partner"),
        (lambda: Exercise("truth", truth, (one(),), partners=(partner,)), r"no script calls \['partner'\]"),
        (lambda: Exercise("truth", truth, (one(), one("b", compare={"y": 2.0}))), "'y' has one share"),
        (
            lambda: Exercise("truth", truth, (one(),), (wrong("w", says="s", by=other),) * 2),
            "'w' occurs twice",
        ),
        (lambda: Unit("u", "U", (Exercise("truth", truth, (one(),)),) * 2), "exercise 'truth' occurs twice"),
    ],
)
def test_what_makes_no_sense_is_named(define, said):
    with pytest.raises(ValueError, match=said):
        define()


def test_a_change_that_no_longer_fits_names_the_misconception():
    broken = wrong("old-text", change="not there", into="x", says="s")
    exercise = Exercise("truth", truth, (one(),), (broken,))
    with pytest.raises(ValueError, match=r"truth, 'old-text': `change` must occur exactly once"):
        broken.functions(exercise)


def test_a_variant_may_replace_a_partner():
    exercise = Exercise("truth", truth, (one(script="a = partner(x)\ny = truth(a)"),), partners=(partner,))
    functions = right("r", of=partner, by=other).functions(exercise)
    assert functions["partner"] is other
    assert functions["truth"](3) == 3


def test_a_change_of_another_form_takes_the_place_of_the_truth():
    exercise = Exercise("truth", truth, (one(),))
    functions = wrong("w", of=other, change="return x", into="return x + 1", says="s").functions(exercise)
    assert functions["truth"](3) == 4


def test_a_change_of_what_the_truth_calls_leaves_the_truth_calling_it():
    exercise = Exercise("twice", twice, (one(script="y = twice(x)"),))
    functions = wrong("w", of=other, change="return x", into="return x + 1", says="s").functions(exercise)
    assert functions["twice"](3) == 8


def counts(x, kept=None):
    kept.append(x)
    return x


def test_what_a_run_leaves_in_a_changed_function_does_not_reach_the_next():
    """A default argument that all calls share is a mistake worth asking about, and must start afresh."""
    shared = wrong("shared", says="s", change="kept=None):", into="kept=[]):")
    exercise = Exercise("counts", counts, (case("c", "y = counts(x)", "y", inputs, visible=True),), (shared,))
    first, second = (shared.functions(exercise)["counts"] for _ in range(2))
    first(1)
    assert (first.__defaults__, second.__defaults__) == (([1],), ([],))
