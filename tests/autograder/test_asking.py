"""A candidate's functions are looked up by name and played in whole cases; what comes back is data."""

import numpy as np
import pytest

from autograder.isolation.conversation import CandidateGone
from autograder.isolation.limits import MIB, Limits
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance, describe
from stagewise.judge.grammar import output
from stagewise.judge.script import FailureKind, RaisedElsewhere, parse

TOY = Tolerance(1e-4, 1e-4, "a toy")


def case(script="y = f(x)", wanted=("y",), updates=(), **inputs):
    """A case of which these outputs are wanted."""
    shares = dict.fromkeys(wanted, 1.0)
    assert all(output(one).roots for one in shares)
    return AskedCase("toy", parse(script), inputs or {"x": 2.0}, {}, shares, 1.0, TOY, updates=updates)


@pytest.fixture
def played(candidate):
    """Run a cell, look its functions up and play one case with them."""

    def play(source, one=None, names=("f",), setting=""):
        assert candidate.run_cell(source).status == "ok"
        assert [candidate.lookup(name) for name in names] == [""] * len(names)
        (run,) = candidate.play(setting, names, [one or case()])
        return run

    return play


def test_a_name_that_is_not_there_is_a_key_error(candidate):
    """IPython's own names are not the student's."""
    for name in ("nothing", "In", "get_ipython"):
        with pytest.raises(KeyError):
            candidate.lookup(name)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("3", "int"), ("None", "NoneType"), ("np.ones(2)", "ndarray"), ("Word()", "object"), ("len", "")],
)
def test_what_is_no_function_is_told_by_its_type_if_that_is_a_usual_one(candidate, value, kind):
    """A class of the student's own could be called anything."""
    candidate.run_cell(f"import numpy as np\nclass Word: pass\nf = {value}")
    assert candidate.lookup("f") == kind


def test_variables_in_a_table_of_the_students_making_are_asked_in_time(template):
    limits = Limits(call_seconds=0.2, idle_seconds=0.2)
    for body in ("raise SystemExit", "while True: pass"):
        with template.new_candidate(limits) as candidate:
            candidate.run_cell(f"""
class Table(dict):
    def __getitem__(self, name):
        {body}
get_ipython().user_ns = Table(get_ipython().user_ns)
""")
            with pytest.raises(KeyError):
                candidate.lookup("f")


def test_a_function_that_was_looked_up_is_kept_whatever_becomes_of_the_name(candidate):
    candidate.run_cell("def f(x): return x + 1")
    candidate.lookup("f")
    candidate.run_cell("def f(x): return 0")
    assert candidate.play("", ["f"], [case()])[0].values["y"] == 3.0
    candidate.lookup("f")
    assert candidate.play("", ["f"], [case()])[0].values["y"] == 0


def test_data_comes_as_data_and_the_rest_by_what_it_is_called(played):
    """A dict of arrays is a dict of arrays; a function in it is a name."""
    result = "{'x': np.ones(2), 'f': len, 'n': Net()}"
    run = played(f"import numpy as np\nclass Net: pass\ndef f(x): return {result}")
    cache = run.values["y"]
    assert np.array_equal(cache["x"], np.ones(2))
    assert describe(cache["f"]) == "a function"
    assert describe(cache["n"]) == "an object of type Net"


def test_objects_go_from_call_to_call_and_stay_where_they_are(played):
    source = "class Net: pass\ndef f(x):\n    n = Net()\n    n.x = x\n    return n\ndef g(n): return n.x + 1"
    run = played(source, case("n = f(x)\ny = g(n)"), ("f", "g"))
    assert run.values["y"] == 3.0
    assert "n" not in run.values


def test_inputs_that_a_call_writes_into_are_told_and_fresh_for_the_next(played):
    source = "def f(x, config):\n    x += 1\n    config['new'] = [1]\n    return x.sum()"
    one = case("y = f(x, config)", ("y", "config['new']"), ("config",), x=np.zeros(3), config={"a": 1})
    run = played(source, one)
    assert run.values["y"] == 3.0
    assert run.values["config"] == {"a": 1, "new": [1]}
    assert run.changed == (("f", "x"),)


def test_arguments_arrive_in_their_order_in_memory(played):
    x = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[::-1, :, ::2]
    run = played("def f(x): return [list(x.shape), x.flags.c_contiguous, x.flags.f_contiguous]", case(x=x))
    assert run.values["y"] == [list(x.shape), x.flags.c_contiguous, x.flags.f_contiguous]


def test_an_exception_has_its_name_text_and_the_students_lines(played):
    source = """
class OwnError(Exception): pass
def f(x):
    return g(x)
def g(x):
    raise OwnError('no way')
"""
    failure = played(source).failure
    assert (failure.exception_name, str(failure.exception)) == ("OwnError", "no way")
    assert "return g(x)" in failure.exception.frames
    assert "raise OwnError" in failure.exception.frames
    for ours in ("answers.py", "performance.py", "clock.py", "script.py"):
        assert ours not in failure.exception.frames


def test_not_implemented_is_recognised(played):
    assert played("def f(x): raise NotImplementedError('later')").failure.kind is FailureKind.UNFINISHED


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "CandidateGone"])
def test_no_exception_of_a_student_is_an_exception_here(played, name):
    """Whatever it was there, it is told as text."""
    failure = played(f"class CandidateGone(BaseException): pass\ndef f(x): raise {name}('x')").failure
    assert type(failure.exception) is RaisedElsewhere
    assert failure.exception_name == name


@pytest.mark.parametrize(
    "raised", ["E", "F", "type('a b(', (Exception,), {})", "type('E' * 10**5, (Exception,), {})"]
)
def test_an_exception_that_lies_about_itself_is_harmless(played, raised):
    """No text, a giant text, a name that is none or a book."""
    source = f"""
class E(Exception):
    def __str__(self): raise RuntimeError
class F(Exception):
    def __str__(self): return 'x' * 10**7
def f(x): raise {raised}
"""
    failure = played(source).failure
    assert len(str(failure.exception)) < 3000
    assert len(failure.message) < 3000
    assert failure.exception_name.isidentifier()
    assert len(failure.exception_name) <= 60


def test_warnings_of_numpy_are_told(played):
    run = played("import numpy as np\ndef f(x): return np.log(x)", case(x=np.zeros(2)))
    assert any("divide by zero" in text for text in run.warned)
    assert run.warners == ("f",)


def test_what_is_printed_in_a_call_is_dropped(played):
    """It belongs to no cell."""
    assert played("def f(x):\n    print('x' * 10**7)\n    return 1").values["y"] == 1


def test_a_named_tuple_can_be_unpacked(played):
    source = "from collections import namedtuple\nP = namedtuple('P', 'a b')\ndef f(x): return P(1, 2)"
    assert played(source, case("a, b = f(x)", ("a", "b"))).values["b"] == 2


@pytest.mark.parametrize(
    "expression",
    ["list(range(2_000_000))", "np.zeros(40_000_000)", "{i for i in range(10**5)}", "1 << 10**5"],
)
def test_results_that_cannot_be_sent_are_the_students_error(played, expression):
    """Too many items, too many bytes: the candidate goes on."""
    failure = played(f"import numpy as np\ndef f(x): return {expression}").failure
    assert failure.exception_name == "ValueError"
    assert "result" in str(failure.exception)


def test_a_result_that_contains_itself_is_the_students_error(played):
    """Looking through it does not end."""
    assert played("def f(x):\n    ring = []\n    ring.append(ring)\n    return ring").failure is not None


ENDLESS = "def f(x):\n    while x: pass\n    return 1"
SHORT = Limits(call_seconds=0.2, check_seconds=0.5)


def timed_out(candidate, *given):
    """Whether the calls with these arguments, cases of one check, ended with a time-out."""
    candidate.begin_check()
    candidate.lookup("f")
    runs = candidate.play("", ["f"], [case(x=x) for x in given])
    for run in runs:
        assert run.failure is None or run.failure.exception_name == "TimeoutError"
    return [run.failure is not None for run in runs]


def test_the_calls_of_a_check_end_with_its_time(template):
    """Of which each after the first that is stopped gets less; then nothing more is called, at once."""
    names = ["a", "b", "c", "d", "e", "f"]
    with template.new_candidate(SHORT) as candidate:
        candidate.run_cell("\n".join(f"def {name}(x):\n    while x: pass" for name in names))
        for name in names:
            candidate.lookup(name)
        runs = candidate.play("", names, [case(f"y = {name}(x)", x=True) for name in names])
        assert {run.failure.exception_name for run in runs} == {"TimeoutError"}
        assert candidate.timeouts == 4


def test_a_function_that_never_ends_is_called_only_once(template):
    """In all checks: only its own time is lost. Defined anew, it is another function."""
    with template.new_candidate(SHORT) as candidate:
        candidate.run_cell(ENDLESS)
        assert timed_out(candidate, True, True, False) == [True, True, True]
        assert candidate.timeouts == 1
        assert timed_out(candidate, False) == [True]
        assert candidate.timeouts == 0
        candidate.run_cell("def f(x): return 1")
        assert timed_out(candidate, True) == [False]


def test_a_function_that_ended_before_may_go_on_after_one_time_out(template):
    """It may fail with some arguments alone; a second time-out is its last."""
    with template.new_candidate(SHORT) as candidate:
        candidate.run_cell(ENDLESS)
        assert timed_out(candidate, False, True, False, True, False) == [False, True, False, True, True]
        assert candidate.timeouts == 2


def test_one_that_dies_in_a_call_is_gone(template):
    """Not an Exception, so that nothing that judges swallows it; and for good."""
    with template.new_candidate() as candidate:
        candidate.run_cell("import os\ndef f(x): os._exit(1)")
        candidate.lookup("f")
        for _ in range(2):
            with pytest.raises(CandidateGone) as end:
                candidate.play("", ["f"], [case()])
            assert end.value.reason is Reason.DIED
        assert not issubclass(CandidateGone, Exception)


def test_a_call_that_takes_all_memory_raises_there(template):
    """MemoryError, as a student knows it."""
    with template.new_candidate(Limits(memory_bytes=200 * MIB)) as candidate:
        candidate.run_cell("def f(x): return bytearray(10**9)")
        candidate.lookup("f")
        assert candidate.play("", ["f"], [case()])[0].failure.exception_name == "MemoryError"


SETTING = "stagewise.judge.setting"


def test_a_setting_is_put_around_functions_where_they_live(played):
    """Among the student's code: who replaces it has replaced it there."""
    source = f"import {SETTING}\n{SETTING}.wrap = lambda g: lambda x: g(x) + 100\ndef f(x): return x"
    assert played(source, setting=SETTING).values["y"] == 102.0


@pytest.mark.parametrize("body", ["raise SystemExit", "while True: pass"])
def test_a_setting_that_a_student_has_broken_fails_every_case_in_time(template, body):
    with template.new_candidate(Limits(call_seconds=0.2)) as candidate:
        candidate.run_cell(f"import {SETTING}\ndef f(x): return x\ndef bad(g):\n    {body}")
        candidate.run_cell(f"{SETTING}.wrap = bad")
        candidate.lookup("f")
        runs = candidate.play(SETTING, ["f"], [case()] * 3)
        assert [run.failure is None for run in runs] == [False] * 3
        assert candidate.in_order
