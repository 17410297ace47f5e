"""What a check does to a student's object happens in the candidate, and its arguments come back changed."""

import copy
import pickle

import numpy as np
import pytest

from autograder.isolation.handles import Handle
from autograder.isolation.limits import MIB, Limits
from autograder.isolation.link import CandidateGone
from autograder.isolation.student_errors import CandidateError
from autograder.reasons import Reason


@pytest.fixture
def student(candidate):
    """Run a cell and look names up."""

    def define(source, *names):
        assert candidate.run_cell(source).status == "ok"
        return [candidate.lookup(name) for name in names]

    return define


def test_data_comes_as_data_and_the_rest_as_handles(student):
    """A dict of arrays is a dict of arrays; a function in it is a handle."""
    (cache,) = student("import numpy as np\ncache = {'x': np.ones(2), 'f': len}", "cache")
    assert isinstance(cache["f"], Handle)
    assert np.array_equal(cache["x"], np.ones(2))
    assert cache["f"]([1, 2]) == 2


def test_a_name_that_is_not_there_is_a_key_error(candidate):
    """So that Python makes a NameError of it; IPython's own names are not the student's."""
    for name in ("nothing", "In", "get_ipython"):
        with pytest.raises(KeyError):
            candidate.lookup(name)


def test_a_handle_has_the_name_that_was_asked_for(student):
    """Not the one that the function has."""
    (handle,) = student("def f(): pass\nf.__name__ = 'batchnorm_forward'\ng = f", "g")
    assert handle.__name__ == "g"


def test_arguments_written_into_are_written_into_here(student):
    """Arrays, lists, dicts, sets, and entries of them; identity is kept."""
    source = """
def change(x, config, items, seen):
    x += 1
    config['running_mean'][...] = 7
    config['new'] = [x]
    items.append(x)
    del items[0]
    seen.add(3)
"""
    (change,) = student(source, "change")
    x, mean = np.zeros(3), np.zeros(2)
    config, items, seen = {"running_mean": mean}, [0, "a"], {1}
    assert change(x, config, items, seen) is None
    assert np.array_equal(x, np.ones(3))
    assert np.array_equal(mean, np.full(2, 7.0))
    assert config["running_mean"] is mean
    assert config["new"][0] is x
    assert items[0] == "a"
    assert items[1] is x
    assert seen == {1, 3}


def test_a_result_that_is_an_argument_is_that_argument(student):
    """`f(x) is x` as in one process."""
    (f,) = student("def f(x, d): return x, d['a'], x + 0", "f")
    x, d = np.zeros(2), {"a": [1]}
    same, inner, other = f(x, d)
    assert same is x
    assert inner is d["a"]
    assert other is not x


def test_what_was_not_changed_is_not_sent_back(student):
    """An untouched argument keeps its bits, NaN included."""
    (f,) = student("def f(x): return x.sum()", "f")
    x = np.array([np.nan, 1.0])
    x.flags.writeable = False
    assert np.isnan(f(x))


def test_arguments_arrive_in_their_order_in_memory(student):
    """A transposed array is a transposed array, a gap is a gap, read-only is read-only."""
    (f,) = student("def f(x): return x.flags.c_contiguous, x.flags.f_contiguous, x.flags.writeable", "f")
    x = np.zeros((4, 6))
    assert f(x.T) == (False, True, True)
    assert f(x[:, ::2]) == (False, False, True)
    x.flags.writeable = False
    assert f(x) == (True, False, False)


def test_changes_through_a_view_of_ours_reach_the_base(student):
    """In place means in the memory of the examiner's array."""
    (f,) = student("def f(x): x[...] = 5", "f")
    base = np.zeros((3, 4))
    f(base[:, ::2])
    assert np.array_equal(base, [[5, 0, 5, 0]] * 3)


def test_changes_before_an_exception_come_back(student):
    """In one process they would be there too."""
    (f,) = student("def f(x):\n    x += 1\n    raise ValueError('late')", "f")
    x = np.zeros(2)
    with pytest.raises(ValueError, match="late"):
        f(x)
    assert np.array_equal(x, np.ones(2))


def test_handles_are_indexed_iterated_measured_asked(student):
    """And passed back as what they stand for."""
    source = """
class Net:
    depth = 3
    def __len__(self): return 2
    def __getitem__(self, key): return {'w': 1.5}[key]
    def __iter__(self): return iter([1, self])
    def forward(self, x): return x * self.depth
net = Net()
def is_net(x): return x is net
"""
    net, is_net = student(source, "net", "is_net")
    assert (len(net), net["w"], net.depth, net.forward(2)) == (2, 1.5, 3, 6)
    first, second = net
    assert first == 1
    assert is_net(second)
    assert is_net(net)
    with pytest.raises(KeyError):
        net["nothing"]
    with pytest.raises(AttributeError):
        net.nothing  # noqa: B018 - asking is the test


def test_private_attributes_are_not_asked_for(student):
    """`__class__` and such are the handle's own."""
    (f,) = student("def f(): pass", "f")
    with pytest.raises(AttributeError):
        f.__globals__  # noqa: B018 - asking is the test
    assert type(f) is Handle


def test_handles_are_not_copied_pickled_or_compared(student):
    """A copy is the same handle; nothing is asked of the candidate."""
    f, g = student("def f(): pass\ng = f", "f", "g")
    assert copy.deepcopy([f])[0] is f
    assert copy.copy(f) is f
    assert f != g
    assert bool(f)
    with pytest.raises(TypeError):
        pickle.dumps(f)


def test_an_exception_has_its_name_text_and_the_students_lines(student):
    """As text; the type is the builtin one where it is one."""
    source = """
class OwnError(Exception): pass
def f(x):
    return g(x)
def g(x):
    raise OwnError('no ' + x)
"""
    (f,) = student(source, "f")
    with pytest.raises(CandidateError) as caught:
        f("way")
    assert (type(caught.value).__name__, str(caught.value)) == ("OwnError", "no way")
    told = caught.value.student_traceback
    assert "return g(x)" in told
    assert "raise OwnError" in told
    assert "answers.py" not in told


def test_not_implemented_is_recognised(student):
    """An unfinished exercise."""
    (f,) = student("def f(): raise NotImplementedError('later')", "f")
    with pytest.raises(NotImplementedError, match="later"):
        f()


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "CandidateGone"])
def test_no_exception_of_a_student_is_a_base_exception_here(student, name):
    """Whatever it was there, it cannot end the examiner."""
    (f,) = student(f"class CandidateGone(BaseException): pass\ndef f(): raise {name}('x')", "f")
    with pytest.raises(CandidateError) as caught:
        f()
    assert isinstance(caught.value, Exception)
    assert not isinstance(caught.value, CandidateGone)


def test_an_exception_that_lies_about_itself_is_harmless(student):
    """No text, a giant text, a name that is none."""
    source = """
class E(Exception):
    def __str__(self): raise RuntimeError
class F(Exception):
    def __str__(self): return 'x' * 10**7
def f(): raise E
def g(): raise F
def h(): raise type('a b(', (Exception,), {})
"""
    for function in student(source, "f", "g", "h"):
        with pytest.raises(CandidateError) as caught:
            function()
        assert len(str(caught.value)) < 3000
        assert type(caught.value).__name__.isidentifier()


def test_warnings_of_numpy_are_warned_again_here(student):
    """A case that must be quiet can find out."""
    (f,) = student("import numpy as np\ndef f(x): return np.log(x)", "f")
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        f(np.zeros(2))


def test_what_is_printed_in_a_call_is_dropped(student):
    """It belongs to no cell."""
    (f,) = student("def f():\n    print('x' * 10**7)\n    return 1", "f")
    assert f() == 1


def test_a_named_tuple_can_be_unpacked(student):
    """As in one process."""
    (f,) = student(
        "from collections import namedtuple\nP = namedtuple('P', 'a b')\ndef f(): return P(1, 2)", "f"
    )
    assert f() == (1, 2)


@pytest.mark.parametrize(
    "expression",
    [
        "list(range(2_000_000))",
        "[x] * 2 if x.append(x) else x",
        "np.zeros(40_000_000)",
        "{i for i in range(10**5)}",
    ],
)
def test_results_that_cannot_be_sent_are_the_students_error(student, expression):
    """Too many items, a cycle, too many bytes: the candidate goes on."""
    (f,) = student(f"import numpy as np\ndef f(x): return {expression}", "f")
    with pytest.raises(ValueError, match=r"result|self"):
        f([])
    assert f.__name__ == "f"


def test_only_data_and_own_handles_can_be_arguments(student, template):
    """The author of a check reads which argument it was."""
    (f,) = student("def f(x): return x", "f")
    with pytest.raises(TypeError, match="which cannot be sent"):
        f(object())
    with template.new_candidate() as other:
        other.run_cell("def g(): pass")
        with pytest.raises(TypeError, match="which cannot be sent"):
            f(other.lookup("g"))


def test_changing_the_shape_of_an_argument_is_the_students_error(student):
    """It cannot be done to ours in place."""
    (f,) = student("def f(x): x.shape = (4,)", "f")
    with pytest.raises(ValueError, match="shape"):
        f(np.zeros((2, 2)))


def test_a_call_that_never_ends_is_that_calls_failure(template):
    """Until the check's time is used up, of which later calls get less each; then nothing more is called, at
    once.
    """
    with template.new_candidate(Limits(call_seconds=0.2, check_seconds=0.5)) as candidate:
        candidate.run_cell("def f(x):\n    while x: pass\n    return 1")
        f = candidate.lookup("f")
        for _ in range(6):
            with pytest.raises(TimeoutError):
                f(True)
        assert candidate.timeouts == 4
        candidate.begin_check()
        assert f(False) == 1


def test_one_that_dies_in_a_call_is_gone(template):
    """Not an Exception, so that nothing that judges swallows it; and for good."""
    with template.new_candidate() as candidate:
        candidate.run_cell("import os\ndef f(): os._exit(1)")
        f = candidate.lookup("f")
        for _ in range(2):
            with pytest.raises(CandidateGone) as end:
                f()
            assert end.value.reason is Reason.DIED
        assert not issubclass(CandidateGone, Exception)


def test_a_call_that_takes_all_memory_raises_there(template):
    """MemoryError, as a student knows it."""
    with template.new_candidate(Limits(memory_bytes=200 * MIB)) as candidate:
        candidate.run_cell("def f(): return bytearray(10**9)")
        with pytest.raises(MemoryError):
            candidate.lookup("f")()


def test_tensors_are_changed_in_place_too():
    """Where the course has torch; the candidate's packages come from the extra."""
    torch = pytest.importorskip("torch")
    from autograder.isolation.sandbox import CandidateTemplate

    with CandidateTemplate.start(["transfer"]) as template, template.new_candidate() as candidate:
        candidate.run_cell("import torch\ndef f(x):\n    x.add_(1)\n    return x * 2")
        x = torch.zeros(3)
        result = candidate.lookup("f")(x)
        assert torch.equal(result, torch.full((3,), 2.0))
        assert torch.equal(x, torch.ones(3))


def test_the_course_is_there_beside_a_students_object(student):
    """A function of the course's package can be called with the student's objects where they live."""
    (f,) = student("def f(x): return x + 1", "f")
    placed = f.beside("stagewise.judge.setting", "placed")
    assert placed({"f": f}, "")["f"](1) == 2


def test_nothing_but_the_course_is_beside(student):
    """Other modules are not asked for."""
    (f,) = student("def f(x): return x + 1", "f")
    with pytest.raises(KeyError):
        f.beside("os", "getcwd")
