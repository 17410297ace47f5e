"""Scripts: what may be written, and what playing one finds out about the functions that it calls."""

import warnings

import numpy as np
import pytest

from stagewise.judge.compare import Opaque
from stagewise.judge.script import FailureKind, MissingEntry, RaisedElsewhere, parse, pick, play


def played(script, inputs, updates=(), **functions):
    return play(parse(script), functions, inputs, updates)


def test_a_line_becomes_a_step():
    (step,) = parse("dx, _ = f(dout, cache[0], eps=1e-5, p=bn['eps'])")
    assert (step.targets, step.unpacks, step.function) == (("dx", "_"), True, "f")
    assert [(e.root, e.keys) for e in (step.entries[1], step.entries[0], step.entries[2])] == [
        ("cache", (0,)),
        ("dout", ()),
        ("bn", ("eps",)),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "x = y",
        "x = f(y + 1)",
        "x.a = f(y)",
        "x = y.f(1)",
        "import os",
        "x = f(g(y))",
        "x = f(*y)",
        "x = f(**y)",
        "a = b = f(x)",
        "x += f(y)",
        "a, a = f(x)",
        "x = f(y[z])",
        "for x in y: f(x)",
        "f(x); g(x)",
        "(",
        "",
        "f(y[1:2])",
    ],
)
def test_nothing_but_calls_of_functions_by_name_is_a_script(line):
    with pytest.raises(ValueError, match=r"write `targets|assigns twice|uses \*\*|is empty"):
        parse(line)


def test_the_error_names_the_line_and_the_remedy():
    with pytest.raises(ValueError, match=r"`b = a \+ 1`.*write `targets = function"):
        parse("a = f(x)\nb = a + 1")


def test_targets_feed_later_steps_and_literals_pass():
    run = played(
        "a = f(x, k=2)\nb, _ = g(a, (1, 2))", {"x": 3}, f=lambda x, k: x * k, g=lambda a, t: (a + t[1], 0)
    )
    assert (run.values["a"], run.values["b"], run.failure) == (6, 8, None)
    assert "_" not in run.values


def test_entries_of_inputs_are_passed_and_picked():
    run = played("a = f(p['k'][0])", {"p": {"k": [5, 6]}}, f=lambda k: k + 1)
    assert (run.values["a"], pick(run.values, "p['k'][1]")) == (6, 6)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("p['x']", "p has no entry 'x' (it has: 'eps')"),
        ("c[3]", "c has 2 entries, so there is no c[3]"),
        ("q['a']", "there is no 'q'"),
        ("o['a']", "o has no entries that could be looked up with ['a']"),
    ],
)
def test_a_missing_entry_is_told_in_words(wanted, said):
    values = {"p": {"eps": 1}, "c": (1, 2), "o": object()}
    with pytest.raises(MissingEntry) as told:
        pick(values, wanted)
    assert said == str(told.value)


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a.T,
        lambda a: a[::2],
        lambda a: a[:, ::3],
        lambda a: a[::-1, 1:],
        lambda a: np.asfortranarray(a),
    ],
)
def test_inputs_are_copied_with_their_order_in_memory(view):
    array = view(np.random.default_rng(0).normal(size=(6, 7)))
    seen = []
    played("a = f(x)", {"x": array}, f=seen.append)
    assert not np.shares_memory(array, seen[0])
    assert array.strides == seen[0].strides
    np.testing.assert_array_equal(array, seen[0], strict=True)


def scribble(x):
    x[...] = 7.0
    return x.sum()


def test_a_written_input_is_named_and_fresh_for_the_next_step():
    x = np.ones(3)
    run = played("a = f(x)\nb = g(x)", {"x": x}, f=scribble, g=np.sum)
    assert run.changed == (("f", "x"),)
    assert (run.values["a"], run.values["b"]) == (21.0, 3.0)
    np.testing.assert_array_equal(np.ones(3), x)


def test_a_dict_entry_written_deep_inside_is_found():
    def f(p):
        p["inner"]["w"][1] = 0.0

    run = played("f(p)", {"p": {"inner": {"w": np.ones(2)}}}, f=f)
    assert run.changed == (("f", "p"),)


def test_added_and_replaced_entries_count_as_writing():
    assert played("f(p)", {"p": {}}, f=lambda p: p.update(n=1)).changed == (("f", "p"),)
    assert played("f(p)", {"p": {"n": 1}}, f=lambda p: p.update(n=1.0)).changed == (("f", "p"),)


def test_updates_may_change_and_stay_changed():
    def f(p):
        p["n"] = p["n"] + 1

    run = played("f(p)\nf(p)", {"p": {"n": 0}}, updates=("p",), f=f)
    assert (run.changed, run.values["p"]) == ((), {"n": 2})


def test_an_untouched_nan_is_not_a_write():
    assert played("a = f(x)", {"x": np.array([np.nan, 1.0]), "y": float("nan")}, f=np.sum).changed == ()


def test_writing_in_a_failing_step_is_found_too():
    def f(x):
        x[0] = 9
        raise RuntimeError("after the deed")

    assert played("f(x)", {"x": np.zeros(2)}, f=f).changed == (("f", "x"),)


def test_a_target_keeps_what_its_step_delivered():
    run = played("a = f()\nb = g(a)", {}, f=lambda: np.ones(2), g=scribble)
    np.testing.assert_array_equal(np.ones(2), run.values["a"])


def test_a_proxy_that_replaces_an_argument_by_value_is_found():
    """A proxy of another process copies back: equal values are no write, other values are."""

    def proxy(p):
        p["w"] = p["w"].copy()

    assert played("f(p)", {"p": {"w": np.ones(2)}}, f=proxy).changed == ()


@pytest.mark.parametrize("result", [None, ...])
def test_nothing_to_unpack_is_unfinished(result):
    run = played("a, b = f()", {}, f=lambda: result)
    assert FailureKind.UNFINISHED is run.failure.kind


@pytest.mark.parametrize("raised", [NotImplementedError(), RaisedElsewhere("NotImplementedError", "")])
def test_not_implemented_is_unfinished_wherever_it_was_raised(raised):
    def f():
        raise raised

    failure = played("a = f()", {}, f=f).failure
    assert (failure.kind, failure.message) == (FailureKind.UNFINISHED, "f is not written yet")


def test_a_step_that_stumbles_over_an_unfinished_one_is_unfinished():
    run = played("a, c = f()\nb = g(c)", {}, f=lambda: (None, None), g=lambda c: c[0])
    assert (run.failure.kind, run.failure.message) == (FailureKind.UNFINISHED, "c is still None")


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ((1, 2, 3), "f returned 3 values, expected 2 values: out, cache"),
        ([1], "f returned 1 value, expected 2 values: out, cache"),
        (
            np.ones((2, 3)),
            "f returned a float array of shape (2, 3), expected 2 values: out, cache "
            "(return them with commas)",
        ),
        (
            Opaque(),
            "f returned an object that is neither a number nor an array, expected 2 values: out, cache "
            "(return them with commas)",
        ),
    ],
)
def test_a_wrong_count_is_told(result, said):
    failure = played("out, cache = f()", {}, f=lambda: result).failure
    assert (FailureKind.WRONG_COUNT, said) == (failure.kind, failure.message)


@pytest.mark.parametrize("raised", [KeyError("mode"), SystemExit(3), RaisedElsewhere("KeyError", "'mode'")])
def test_what_a_function_raises_ends_the_script_and_is_kept(raised):
    def f():
        raise raised

    failure = played("a = f()\nb = f()", {}, f=f).failure
    assert (FailureKind.RAISED, raised, "a = f()") == (failure.kind, failure.exception, failure.step)


def test_both_kinds_of_raising_read_alike():
    def here():
        raise KeyError("mode")

    def there():
        raise RaisedElsewhere("KeyError", "'mode'", frames="line 3")

    said = [played("a = f()", {}, f=f).failure for f in (here, there)]
    assert [failure.message for failure in said] == ["f raised KeyError: 'mode'"] * 2
    assert [failure.exception_name for failure in said] == ["KeyError"] * 2


def test_an_exception_that_cannot_be_shown_is_an_exception_all_the_same():
    class SpitefulError(Exception):
        def __str__(self):
            raise ValueError

    def f():
        raise SpitefulError

    assert "cannot be shown" in played("a = f()", {}, f=f).failure.message


def test_an_interruption_passes():
    def f():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        played("a = f()", {}, f=f)


def test_after_a_failure_earlier_targets_remain_and_stale_ones_do_not():
    def g(w):
        raise ValueError("second step")

    run = played("a = f(w)\nw = f(w)\nw = g(w)", {"w": 1}, f=lambda w: w + 1, g=g)
    assert (run.values["a"], run.values["w"]) == (2, 1)


def test_warnings_are_kept_and_never_raised():
    def f(x):
        warnings.warn("never mind", DeprecationWarning, stacklevel=1)
        return np.exp(x), 1 / np.zeros(1)

    with np.errstate(all="raise"):
        run = played("a = f(x)", {"x": np.array([1e4])}, f=f)
    assert run.failure is None
    assert [text.split()[0] for text in run.warned] == ["overflow", "divide"]


def test_a_warning_is_laid_at_the_door_of_the_function_that_was_called():
    run = played("a = f(x)\nb = g(a)", {"x": np.array([1e4])}, f=np.exp, g=lambda a: a + 1)
    assert run.warners == ("f",)


class Hostile:
    """Answers every question with an exception."""

    def __eq__(self, other):
        raise AssertionError("was asked whether it is equal")

    __hash__ = __iter__ = __len__ = __bool__ = __getattr__ = __getitem__ = __deepcopy__ = __eq__  # type: ignore[assignment]


def test_results_of_unknown_type_are_passed_on_and_never_asked():
    hostile = Hostile()
    run = played("a, c = f()\nb = g(c)", {}, f=lambda: (1, hostile), g=lambda c: c is hostile)
    assert run.values["b"] is True


def holding(config):
    config["m"] = config
    return config


@pytest.mark.parametrize("updates", [(), ("config",)])
def test_data_that_hold_themselves_are_told(updates):
    run = played("config = f(config)", {"config": {"k": [1]}}, updates, f=holding)
    assert run.failure.kind is FailureKind.RAISED
    assert run.failure.message.startswith(
        "f leaves data that hold themselves, or are nested too deep: a list"
    )
    assert run.values["config"] == {"k": [1]}


def test_an_input_to_be_changed_that_holds_itself_is_told_too():
    run = played("a = f(config)", {"config": {"k": [1]}}, ("config",), f=lambda c: [holding(c), 1][1])
    assert run.failure.message.startswith("f leaves data that hold themselves")
    assert run.values == {"config": {"k": [1]}, "a": 1}


@pytest.mark.parametrize(("levels", "fails"), [(39, False), (40, True)])
def test_data_may_be_nested_as_deep_as_may_travel(levels, fails):
    deep = 0
    for _ in range(levels):
        deep = [deep]
    run = played("a = f()", {}, f=lambda: deep)
    assert (run.failure is not None) == fails


def test_none_beside_something_computed_may_be_meant():
    """A cache that holds nothing is no sign of unwritten work; nothing but None is."""
    steps = parse("out, cache = forward(x)\ndx = backward(cache)")

    def backward(cache):
        return cache * 2.0

    partly = play(steps, {"forward": lambda x: (x, None), "backward": backward}, {"x": 1.0})
    assert partly.failure.kind is FailureKind.RAISED
    assert "TypeError" in partly.failure.message
    wholly = play(steps, {"forward": lambda x: (None, None), "backward": backward}, {"x": 1.0})
    assert wholly.failure.kind is FailureKind.UNFINISHED
    assert wholly.failure.message == "cache is still None"
