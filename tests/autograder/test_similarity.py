"""What is left of a function without names, order and formatting, and how much of it chance gives."""

import numpy as np
import pytest

from autograder.similarity.chance import FEW, MANY, compare
from autograder.similarity.fingerprints import LEAST, RUN, WINDOW, fingerprints
from autograder.similarity.tokens import UnreadableError, statements

PLAIN = """\
def step(x, dout):
    N = x.shape[0]
    mean = x.sum(axis=0, keepdims=True) / N
    for row in range(N):
        dout[row] = dout[row] * (x[row] - mean)
    return dout
"""


def marks(source):
    return set(fingerprints(statements(source)))


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("mean", "durchschnitt").replace("row", "i").replace("N", "anzahl"),
        PLAIN.replace("axis=0, keepdims=True", "keepdims=True, axis=0"),
        PLAIN.replace("dout[row] * (x[row] - mean)", "(x[row] - mean) * dout[row]"),
        PLAIN.replace("dout[row] = dout[row] * ", "dout[row] *= "),
        PLAIN.replace("    N = x.shape[0]\n", "").replace("    return", "    N = x.shape[0]\n    return"),
        PLAIN.replace("(x, dout):", '(x: "array", dout=None) -> float:\n    """Text."""\n    # remark'),
        PLAIN.replace("    return dout", "    result = dout\n    return result"),
        PLAIN.replace("x.sum(axis=0, keepdims=True) / N", "(\n        x.sum(axis=0,\n   keepdims=True) / N)"),
    ],
    ids=[
        "names",
        "keywords",
        "factors",
        "in place",
        "statements",
        "texts",
        "value with a name",
        "formatting",
    ],
)
def test_names_order_and_formatting_change_nothing(other):
    assert other != PLAIN
    assert marks(other) == marks(PLAIN)


@pytest.mark.parametrize(
    ("old", "new"), [("axis=0", "axis=1"), (".sum", ".mean"), ("[0]", "[1]"), ("- mean", "/ mean")]
)
def test_another_number_function_or_operation_is_another_function(old, new):
    assert marks(PLAIN.replace(old, new)) != marks(PLAIN)


def test_modules_under_other_names_are_the_same():
    assert marks("import numpy as n\ny = n.maximum(x, n.zeros(3))") == marks("y = np.maximum(x, np.zeros(3))")


def test_lines_of_a_cell_for_notebooks_alone_are_read():
    assert marks("%matplotlib inline\n" + PLAIN) > marks(PLAIN)


def test_what_python_warns_of_is_read_without_a_warning():
    assert len(statements('y = np.maximum(x, 0)\nprint("\\d", y)')) == 2


@pytest.mark.parametrize(
    "source",
    ["def f(:", "x = 1\x00", "(" * 500 + ")" * 500, "-" * 5000 + "1", "x = 1\n" * 5000, "\ud800"],
    ids=["syntax", "null", "brackets", "signs", "long", "surrogate"],
)
def test_what_cannot_be_read_is_refused(source):
    with pytest.raises(UnreadableError):
        statements(source)


def test_nothing_of_a_function_is_run(tmp_path):
    file = tmp_path / "made"
    source = f"open({str(file)!r}, 'w')\n!touch {file}\ndef f(x=open({str(file)!r}, 'w')): pass\n"
    assert marks(source)
    assert not file.exists()


def test_what_has_enough_tokens_in_common_shares_a_fingerprint():
    """The promise of winnowing: RUN + WINDOW - 1 tokens in a row are found, wherever they stand."""
    rng = np.random.default_rng(1)
    letters = [chr(ord("a") + n) for n in range(20)]

    def tokens(count):
        return [(letter, 1) for letter in rng.choice(letters, count)]

    for _ in range(200):
        common = tokens(RUN + WINDOW - 1)
        first, second = (
            [*tokens(rng.integers(0, 9)), *common, *tokens(rng.integers(0, 9))] for _ in range(2)
        )
        assert fingerprints([first]).keys() & fingerprints([second]).keys()


def test_a_statement_that_is_too_short_has_no_fingerprint():
    assert fingerprints([[("a", 1)] * (LEAST - 1)]) == {}
    assert len(fingerprints([[("a", 1)] * LEAST])) == 1


def test_fingerprints_tell_their_lines():
    found = fingerprints(statements(PLAIN))
    assert set().union(*found.values()) == {2, 3, 4, 5}


def dealt(rng, students, exercises, ways=12, size=8):
    """A class that wrote independently: each function is one of a few ways, with some marks of its own."""

    def function():
        chosen, places = rng.integers(0, ways, 2), rng.integers(0, 40, size)
        return frozenset((int(way), int(place)) for way in chosen for place in places)

    return {f"f{number}": [function() for _ in range(students)] for number in range(exercises)}


def test_a_pair_that_copied_is_found_and_no_other():
    of = dealt(np.random.default_rng(4), 40, 10)
    for functions in of.values():
        functions[17] = functions[3]
    listed = [pair for pair in compare(of).pairs if pair.expected < 0.1]
    assert [(pair.first, pair.second) for pair in listed] == [(3, 17)]
    assert set(listed[0].bits) == set(of)


def test_one_function_alone_is_explained_by_chance():
    """The class itself shows that two of its functions are alike: dealt anew, they still are."""
    of = dealt(np.random.default_rng(5), 40, 10)
    of["f3"][17] = of["f3"][3]
    assert (3, 17) not in [(one.first, one.second) for one in compare(of).pairs if one.expected < 0.1]


def test_as_many_pairs_as_expected_are_found_where_nobody_copied():
    """Over 40 classes, at two bounds: the stated number is the mean number, within its own chance."""
    counts = {0.5: 0, 2.0: 0}
    for seed in range(40):
        pairs = compare(dealt(np.random.default_rng(seed), 25, 8)).pairs
        for bound in counts:
            counts[bound] += sum(pair.expected < bound for pair in pairs)
    for bound, count in counts.items():
        assert 0.4 * bound * 40 < count < 1.6 * bound * 40


def test_the_same_class_gives_the_same_numbers():
    of = dealt(np.random.default_rng(6), 12, 4)
    assert compare(of, seed=3) == compare(of, seed=3)


@pytest.mark.parametrize(("size", "most"), [(20, FEW), (90, 9), (400, MANY)])
def test_what_many_have_in_common_counts_nothing(size, most):
    """More than a tenth of the class, more than five in a small one, more than thirty in a large one."""
    for sharing, pairs in ((most, most * (most - 1) // 2), (most + 1, 0)):
        functions = [frozenset({1 if student < sharing else 1000 + student}) for student in range(size)]
        assert len(compare({"f": functions}).pairs) == pairs


def test_a_pair_tells_which_fingerprints_count():
    functions = [frozenset({7, 1 if student < 2 else 10 + student}) for student in range(20)]
    (pair,) = compare({"f": functions}).pairs
    assert {exercise: set(marks) for exercise, marks in pair.bits.items()} == {"f": {1}}


def test_the_bits_of_a_fingerprint_are_those_of_its_rarity():
    functions = [frozenset({student if student > 1 else 0}) for student in range(16)]
    (pair,) = compare({"f": functions}).pairs
    assert (pair.first, pair.second, pair.total) == (0, 1, pytest.approx(3.0))  # two of sixteen


def test_what_comes_back_in_several_functions_counts_once():
    """A habit is one thing in common, where it is rarest."""
    habit = [frozenset({0}), frozenset({0}), *(frozenset({student}) for student in range(2, 16))]
    rarer = [*habit[:2], *[frozenset()] * 6, *habit[8:]]
    (pair,) = compare({"f": rarer, "g": habit, "h": habit}).pairs
    assert (set(pair.bits), pair.total) == ({"g"}, pytest.approx(3.0))


@pytest.mark.parametrize("functions", [[], [frozenset()], [frozenset(), frozenset({1})]], ids=len)
def test_a_class_of_few_has_no_pairs(functions):
    assert compare({"f": functions}).pairs == compare({}).pairs == ()
