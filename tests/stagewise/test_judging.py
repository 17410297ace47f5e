"""Judging: credits, shares, gates and side flaws."""

from dataclasses import replace

import numpy as np
import pytest

from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.judging import judge
from stagewise.judge.report import Status, overall
from stagewise.judge.script import RAISED, parse

TOLERANCE = Tolerance(1e-4, 2e-5, "as in the course")
X = np.random.default_rng(1).normal(size=(4, 3))


def asked(name="plain", script="a, b = f(x)", x=X, weight=1.0, shares=None, **options):
    expected = {"a": x.sum(axis=0), "b": 2 * x}
    shares = shares or {"a": 1.0, "b": 1.0}
    return AskedCase(name, parse(script), {"x": x}, expected, shares, weight, TOLERANCE, **options)


def truth(x):
    return x.sum(axis=0), 2 * x


def test_right_work_earns_all_and_says_nothing():
    judged = judge({"f": truth}, [asked(), asked("second", x=10 * X)])
    assert (judged.fraction, judged.notes) == (1.0, ())
    assert {(Status.PASSED, "", 1.0)} == {(r.status, r.message, r.credit) for r in judged.rows}


def test_outputs_earn_by_share():
    judged = judge({"f": lambda x: (x.sum(axis=0), x)}, [asked(shares={"a": 3.0, "b": 1.0})])
    assert judged.fraction == 0.75


def test_cases_earn_by_weight():
    cases = [asked(weight=3), asked("negative", x=-abs(X))]
    assert judge({"f": lambda x: truth(x) if x.max() > 0 else (0, 0)}, cases).fraction == 0.75


def test_a_main_case_gates_its_output_only():
    def f(x):
        return x.sum(axis=0) + (x is None or x.shape == X.shape), 2 * x

    cases = [asked(main=True), asked("other", x=X[:2]), asked("third", x=X[:1])]
    assert judge({"f": f}, cases).fraction == 0.5
    assert judge({"f": f}, [asked(), *cases[1:]]).fraction > 0.5


def _beside(name, expected, output):
    """A case that asks for one more output, which is no value."""
    return replace(asked(name), expected={output: expected}, shares={output: 1.0})


@pytest.mark.parametrize(("right", "fraction"), [(0, 0.0), (1, 2 / 3)])
def test_an_exception_earns_only_beside_a_right_value(right, fraction):
    def f(x):
        if right and x.max() < 100:
            return x.sum(axis=0), x
        raise ValueError("whatever is asked")

    cases = [asked(main=True), replace(_beside("refused", "ValueError", RAISED), inputs={"x": 1000 + X})]
    judged = judge({"f": f}, cases)
    assert judged.rows[-1].credit == 1
    assert judged.fraction == fraction


@pytest.mark.parametrize(("right", "fraction"), [(0, 0.0), (1, 2 / 3)])
def test_a_dtype_earns_only_beside_a_right_value(right, fraction):
    cases = [asked(main=True), _beside("dtype", "float64", "dtype_name(b)")]
    judged = judge({"f": lambda x: (right * x.sum(axis=0) + (1 - right) * 9, x)}, cases)
    assert judged.rows[-1].credit == 1
    assert judged.fraction == fraction


def test_an_exercise_that_asks_for_no_values_is_earned_without_them():
    assert judge({"f": truth}, [_beside("dtype", "float64", "dtype_name(b)")]).fraction == 1


def test_a_shape_that_broadcasts_costs_a_quarter_and_is_named():
    judged = judge({"f": lambda x: (x.sum(axis=0, keepdims=True), 2 * x)}, [asked(main=True)])
    assert judged.fraction == (0.75 + 1) / 2
    assert judged.notes == ("a: the values are right, but the shape is (1, 3); expected shape (3,)",)


def test_right_values_in_another_shape_are_told_only_where_no_case_has_wrong_ones():
    """A sum that was not taken shows nowhere in a case of one example."""
    cases = [asked(), asked("one example", x=X[:1])]
    judged = judge({"f": lambda x: (x, 2 * x)}, cases)
    assert judged.notes == ()
    assert "the shape is (1, 3)" in judged.rows[2].message


def test_a_written_input_costs_a_quarter_and_is_named():
    def f(x):
        total = x.sum(axis=0)
        x *= 2
        return total, x

    judged = judge({"f": f}, [asked()])
    assert judged.fraction == 0.75
    assert judged.notes == ("x was changed by your function; work on a copy of it",)
    assert tuple(seen.sides for seen in judged.observed) == ({("changed", "x")},)


def test_a_partner_that_writes_into_an_input_is_not_held_against_the_judged_function():
    def partner(x):
        x += 1
        return x - 1

    case = asked(script="y = partner(x)\na, b = f(x)")
    assert judge({"f": truth, "partner": partner}, [case]).fraction == 1.0
    assert judge({"partner": partner, "f": truth}, [case]).fraction == 0.75


def test_side_flaws_add_up():
    def f(x):
        total, twice = x.sum(axis=0), 2 * x
        x[0] = 0
        return total[None], twice

    assert judge({"f": f}, [asked()]).fraction == (0.75**2 + 0.75) / 2


def test_a_warning_costs_only_where_quiet_is_asked():
    def f(x):
        np.log(np.zeros(1))
        return truth(x)

    assert judge({"f": f}, [asked()]).fraction == 1.0
    judged = judge({"f": f}, [asked(quiet=True)])
    assert judged.fraction == 0.75
    assert "without a warning" in judged.notes[0]


def test_a_warning_of_a_partner_costs_nothing():
    def partner(x):
        np.log(np.zeros(1))
        return x

    case = asked(script="x2 = g(x)\na, b = f(x2)", quiet=True)
    assert judge({"f": truth, "g": partner}, [case]).fraction == 1.0
    assert judge({"g": partner, "f": truth}, [case]).fraction == 0.75


def test_nan_earns_nothing():
    assert judge({"f": lambda x: (x.sum(axis=0) * np.nan, x * np.nan)}, [asked()]).fraction == 0.0


def test_a_failed_row_says_what_the_case_probes():
    rows = judge({"f": lambda x: truth(x + 1)}, [asked(why="a large mean")]).rows
    assert rows[0].message.endswith("(this case probes: a large mean)")


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ((None, None), Status.UNFINISHED),
        (None, Status.UNFINISHED),
        ((1, 2, 3), Status.FAILED),
        ((X, X), Status.FAILED),
    ],
)
def test_results_that_are_no_answer(result, status):
    judged = judge({"f": lambda x: result}, [asked()])
    assert (0.0, status) == (judged.fraction, overall(judged.rows))


@pytest.mark.parametrize(
    ("result", "left_out"), [((None, 2 * X), "a"), ((X.sum(axis=0), None), "b"), ((X.sum(axis=0), ...), "b")]
)
def test_one_result_that_is_none_beside_right_ones_is_named(result, left_out):
    judged = judge({"f": lambda x: result}, [asked()])
    said = f"{left_out} is None, and what belongs beside it is there: return it too"
    rows = {row.output: (row.status, row.message, row.outline) for row in judged.rows}
    assert rows[left_out] == (Status.FAILED, said, said)
    assert judged.notes == (said,)


@pytest.mark.parametrize("result", [(None, X), (None, None)])
def test_none_beside_what_is_wrong_as_well_is_not_written_yet(result):
    """The stubs of other courses return None and what is to become the other result."""
    rows = {row.output: row for row in judge({"f": lambda x: result}, [asked()]).rows}
    assert rows["a"].status is Status.UNFINISHED
    assert "not written yet" in rows["a"].message


@pytest.mark.parametrize(
    ("result", "said"), [({"a": 1.0, "b": None}, "out['b'] is None"), (None, "out['b'] is still None")]
)
def test_an_entry_that_is_none_is_named_where_others_are_right(result, said):
    right = {"out['a']": 1.0, "out['b']": 2.0}
    shares = dict.fromkeys(right, 1.0)
    case = AskedCase("plain", parse("out = f(x)"), {"x": X}, right, shares, 1.0, TOLERANCE)
    rows = {row.output: row for row in judge({"f": lambda x: result}, [case]).rows}
    assert rows["out['b']"].message.startswith(said)


def test_a_later_call_that_is_not_written_is_not_none_beside_the_first_one():
    steps = "a, b = f(x)\nc = g(x)"
    judged = judge(
        {"f": truth, "g": lambda x: None},
        [replace(asked(script=steps), expected={"a": X.sum(axis=0), "c": 1.0}, shares={"a": 1.0, "c": 1.0})],
    )
    assert judged.rows[1].status is Status.UNFINISHED


def test_an_exception_is_told_and_kept():
    def f(x):
        raise KeyError("mode")

    judged = judge({"f": f}, [asked()])
    assert (judged.fraction, judged.rows[0].status, judged.rows[0].message) == (
        0.0,
        Status.ERROR,
        "f raised KeyError: 'mode'",
    )
    assert KeyError is type(judged.failure.exception)


def test_what_was_delivered_before_a_failure_counts():
    def g(x):
        raise ValueError

    expected = {"a": 2 * X, "b": X}
    case = AskedCase(
        "two", parse("a = f(x)\nb = g(a)"), {"x": X}, expected, {"a": 1.0, "b": 1.0}, 1.0, TOLERANCE
    )
    assert [row.credit for row in judge({"g": g, "f": lambda x: 2 * x}, [case]).rows] == [1.0, 0.0]


def test_an_updated_entry_is_compared_and_missing_is_told():
    def f(p):
        p["mean"] = p["mean"] * 0.5

    def forgetful(p):
        del p["mean"]

    case = AskedCase(
        "update",
        parse("f(p)"),
        {"p": {"mean": 4.0}},
        {"p['mean']": 2.0},
        {"p['mean']": 1.0},
        1.0,
        TOLERANCE,
        updates=("p",),
    )
    assert judge({"f": f}, [case]).fraction == 1.0
    judged = judge({"f": forgetful}, [case])
    assert (judged.fraction, judged.rows[0].message) == (0.0, "p has no entry 'mean' (it has: nothing)")


def test_an_update_cut_short_by_a_failure_does_not_count():
    def f(p):
        p["mean"] = 2.0
        raise ValueError("too late")

    case = AskedCase(
        "update",
        parse("f(p)"),
        {"p": {"mean": 4.0}},
        {"p['mean']": 2.0},
        {"p['mean']": 1.0},
        1.0,
        TOLERANCE,
        updates=("p",),
    )
    assert judge({"f": f}, [case]).fraction == 0.0


def test_one_case_cannot_spoil_the_next():
    def f(x):
        result = truth(x)
        x[...] = np.nan
        return result

    judged = judge({"f": f}, [asked(), asked("again")])
    assert [row.credit for row in judged.rows] == [0.75] * 4
    assert np.isfinite(X).all()


def test_entries_of_nothing_are_not_written_yet():
    """A function that returns None has no entries; that is a missing return, not a mistake of the look-up."""
    output = "out['a']"
    case = AskedCase("plain", parse("out = f(x)"), {"x": X}, {output: 1.0}, {output: 1.0}, 1.0, TOLERANCE)
    judged = judge({"f": lambda x: None}, [case])
    assert judged.rows[0].status is Status.UNFINISHED
    assert "a return is missing" in judged.rows[0].message


def test_what_a_later_case_writes_into_an_earlier_answer_does_not_count():
    """A function that returns one buffer each time is judged by what it held when it was returned."""
    buffer = np.zeros(2)

    def f(x):
        buffer[...] = 2 * x
        return buffer

    inputs = [np.array([1.0, 2.0]), np.array([3.0, 5.0])]
    cases = [
        AskedCase(name, parse("out = f(x)"), {"x": x}, {"out": 2 * x}, {"out": 1.0}, 1.0, TOLERANCE)
        for name, x in zip(("first", "second"), inputs, strict=True)
    ]
    assert judge({"f": f}, cases).fraction == 1


@pytest.mark.parametrize(("places", "fraction"), [(6, 0.875), (2, 0.5)])
def test_rounded_numbers_are_told_whether_they_are_near_enough_or_not(places, fraction):
    def f(x):
        return np.round(x.sum(axis=0), places), 2 * x

    judged = judge({"f": f}, [asked()])
    assert judged.fraction == fraction
    assert judged.notes == ("a: the values are right, but they are rounded: return them as they come",)


def test_what_was_not_rounded_is_not_said_to_be():
    """Work in float32, numbers without decimals, and another rounding error."""
    for work in (lambda a: a.astype(np.float32).astype(np.float64), lambda a: a * (1 + 1e-15)):
        assert judge({"f": lambda x, work=work: (work(x.sum(axis=0)), 2 * x)}, [asked()]).fraction == 1
    tiny = asked(x=np.full((1, 2), 1e-12))
    assert "rounded" not in " ".join(judge({"f": lambda x: (0 * x[0], 2 * x)}, [tiny]).notes)


def test_a_warning_is_told_after_what_is_wrong_in_value():
    def f(x):
        np.exp(x + 1000)
        return np.round(x.sum(axis=0), 2), 2 * x

    told = judge({"f": f}, [asked("calm", quiet=True)]).notes
    assert ["rounded" in told[0], "overflow" in told[1]] == [True, True]
