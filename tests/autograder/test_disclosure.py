"""What students are told of graded cases: what is wrong, where and how far off, and no number of them."""

import json
import re

import numpy as np
import pytest

from autograder.attacks.field import EXAMINED, WRONG_RULE, Attack, code, grade, submission
from autograder.examining.disclosure import disclosed, disclosed_outputs, evidence, kept, place
from reference.judge.drawing import draw
from reference.judge.examine import examined, set_seed
from reference.kit import units
from stagewise.judge.compare import Tolerance, compare
from stagewise.judge.judging import judge
from stagewise.judge.outline import outlined_exception
from stagewise.judge.report import Report, Row, Status
from stagewise.show.render import to_html, to_text

CLOSE = Tolerance(1e-4, 1e-5, "")
ARRAY = np.linspace(0.1234567, 0.7654321, 6).reshape(2, 3)
SECRETS = ("8.76543", "876543", "0.123457", "0.765432", "Inputs_", "secret")
SOURCES = {1: "import numpy as np", 3: "def f(x):\n    return x.secret\nf(1)"}
_FLOAT = re.compile(r"\d\.\d|\de[+-]?\d")
_OURS = re.compile(r" \(this case probes: .*\)$|\['bn\d\.0'\]")  # with a point: a layer in a block


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ARRAY + 8.76543, ARRAY),
        (np.where(ARRAY > 0.5, 876543.0, np.nan), ARRAY),
        (np.zeros((876543, 0)), ARRAY),
        (np.zeros((1,) * 30), ARRAY),
        (np.full((2, 3), "secret"), ARRAY),
        (np.zeros((2, 3), [("secret", "f8")]), ARRAY),
        ([0.0] * 876543, ARRAY),
        ("secret", ARRAY),
        ({"secret": 1}, ARRAY),
        (type("Inputs_8", (), {})(), ARRAY),
        (8.76543, 0.1234567),
        (876543, 2),
        (np.array([876543, 1]), np.array([1, 123457])),
        ("secret", "float32"),
        ([876543.0], [0.1234567]),
        ([1.0] * 99, [0.1234567]),
        ({"y": 8.76543}, {"y": 0.1234567}),
        ({"secret": 1}, {"y": 0.1234567}),
        ({"stands_for": "secret"}, {"y": 0.1234567}),
        (ARRAY > 0.5, ARRAY),
    ],
)
def test_an_outline_holds_nothing_of_the_answer(got, expected):
    found = compare(got, expected, CLOSE)
    assert found.message
    assert found.outline
    assert not any(secret in found.outline for secret in SECRETS)
    assert not re.search(r"\(1, 1, 1, 1, 1|\b99\b", found.outline)


def test_an_outline_says_how_much_is_wrong_where_and_in_what_way():
    off = ARRAY.copy()
    off[1, 2] = 7.0
    assert compare(off, ARRAY, CLOSE).outline == "1 of 6 entries is off; worst at [1, 2]"
    assert compare(ARRAY.T, ARRAY, CLOSE).outline.endswith("got shape (3, 2) (that is its transpose)")
    assert compare(None, ARRAY, CLOSE).outline.endswith("got nothing (None)")
    assert compare(ARRAY * np.inf, ARRAY, CLOSE).outline.startswith("6 of 6 entries are NaN or infinite")


@pytest.mark.parametrize("unit", units.names())
def test_no_known_mistake_is_told_a_number_of_a_graded_case(unit):
    """One of each exercise; the instructor can read the numbers."""
    told = 0
    for exercise in units.load(unit).exercises:
        mistake = exercise.misconceptions[0]
        functions = mistake.functions(exercise)
        with np.errstate(all="ignore"):
            judged = judge(functions, draw(exercise, 0))
        report = Report(unit, exercise.name, "examine", judged.rows, Status.FAILED, notes=judged.notes)
        shown = disclosed(report, {})
        for row in shown.rows:
            assert not _FLOAT.search(_OURS.sub("", row.message)), (exercise.name, row)
            assert row.error is None or row.error in (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0) or row.error < 1e-4
            assert row.message or row.credit == 1
        told += bool(_FLOAT.search(evidence(report)))
    assert told


def test_what_is_not_written_leaves_nothing_to_keep():
    """Most records of a class that has begun would hold little else."""
    row = Row("case", "y", Status.UNFINISHED, message="f is not written yet", outline="not written yet")
    assert evidence(Report("u", "f", "examine", (row,), Status.UNFINISHED)) == ""


def test_a_report_without_outlines_says_no_more_than_that_something_is_wrong():
    """Whoever makes rows and forgets them tells too little, not too much."""
    row = Row("case", "y", Status.FAILED, 0.5, 1e-4, "expected 4, got 2")
    shown = disclosed(Report("u", "f", "examine", (row,), Status.FAILED), {})
    assert "expected 4" not in to_text(shown) + to_html(shown)
    assert "not what was expected" in to_text(shown)


@pytest.mark.parametrize(
    ("error", "credit", "told"),
    [
        (3.4e-13, 1.0, None),
        (1.7e-4, 0.0, 1e-3),
        (0.25, 0.0, 1.0),
        (1.0000001, 0.0, 1.0),
        (876.0, 0.0, 10.0),
        (3e-5, 0.0, None),
    ],
)
def test_the_error_is_told_to_a_power_of_ten(error, credit, told):
    """A right answer could carry a number in how it is rounded."""
    row = Row("case", "y", Status.FAILED, error, 1e-4, "", credit)
    (shown,) = disclosed(Report("u", "f", "examine", (row,), Status.FAILED), {}).rows
    assert shown.error == told


@pytest.mark.parametrize(
    ("traceback", "told"),
    [
        (
            "Cell In[3], line 3\n    f(1)\nCell In[3], line 2, in f\n    forged",
            "Cell In[3], line 2\n    return x.secret",
        ),
        ("Cell In[3], line 999\n", ""),
        ("Cell In[2], line 1\n", ""),
        ("home.py, line 2, in word", ""),
        ("Cell In[876543], line 1\nCell In[1], line 1", "Cell In[1], line 1\n    import numpy as np"),
    ],
)
def test_a_place_is_quoted_from_the_notebook_itself(traceback, told):
    assert place(traceback, SOURCES) == told


def test_an_exceptions_type_is_told_if_it_is_familiar_and_its_text_by_its_kind():
    assert outlined_exception("KeyError", "'8.76543'") == "KeyError"
    assert outlined_exception("Inputs_8", "division by zero") == "an exception of its own"
    said = outlined_exception("IndexError", "index 876543 is out of bounds for axis 0 with size 8")
    assert said == "IndexError: no such index"


def test_of_a_cell_after_a_check_its_error_is_told_and_that_there_was_more():
    error = {
        "output_type": "error",
        "ename": "TypeError",
        "evalue": "'secret' object is not callable",
        "traceback": ["secret", "Cell In[3], line 2, in f(x)\n----> 2 secret"],
    }
    printed = {"output_type": "stream", "name": "stdout", "text": "secret"}
    note, told = disclosed_outputs([printed, error, error], SOURCES)
    assert "for the instructor" in note["text"]
    assert "secret" not in note["text"]
    assert told == {
        "output_type": "error",
        "ename": "TypeError",
        "evalue": "something of the wrong type",
        "traceback": ["Cell In[3], line 2\n    return x.secret", "TypeError: something of the wrong type"],
    }
    assert kept([printed, error]).count("secret") == 4
    assert disclosed_outputs([], SOURCES) == []


def test_cells_show_all_until_the_first_check(template):
    """They have seen nothing yet; what comes after is in the record."""

    def more(cells):
        cells.append(code("print('later', 6 * 7)"))
        cells.append(code("1 / 0"))

    attack = Attack("", "", cells=("print('early', 6 * 7)",), answer=WRONG_RULE, change=more, examined=True)
    result = grade(submission(attack, "/nowhere"), template, EXAMINED)
    assert "early 42" in result.shown
    assert "later 42" not in result.shown
    assert "ZeroDivisionError: division by zero" in result.shown
    assert "    1 / 0" in result.shown
    assert next(iter(result.withheld.values())) == "later 42\n"
    (score,) = result.scores
    numbers = re.findall(r"expected ([-+.e\d]{5,})", score.evidence)
    assert len(numbers) > 3
    assert not any(number in result.shown for number in numbers)
    assert "relative error" in json.dumps(result.shown)


def test_a_slip_of_a_partner_tells_no_number():
    """Two judgements are one report then."""
    set_seed(0)
    exercise = units.load("batchnorm").exercise("batchnorm_forward")
    functions = exercise.misconceptions[0].functions(exercise)
    report = examined(*functions.values(), unit="batchnorm", points=4.0)
    assert _FLOAT.search(to_text(report))
    text = to_text(disclosed(report, {}))
    assert "expected" not in re.sub(r"expected (shape|a|dtype) ", "", text)
