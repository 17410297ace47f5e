"""The one invariant of intake, held against 2,000 notebooks to which anything may have happened: a notebook
that follows the plan, or a reason and a remedy; never another exception, and never without end.
"""

import copy
import json
import signal

import nbformat
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.grading.marking import serialized
from autograder.intake.reading import MAX_CELLS, MAX_SOURCE, read_submission
from autograder.intake.repair import Repair
from autograder.reasons import Reason
from tests.autograder.graded_toy import ANSWERS, submitted, toy_plan

# A notebook is a large argument to print; what went wrong with it must not be lost behind a warning of that.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

CPU_SECONDS = 20
PLAN = toy_plan()
BEFORE = repr(PLAN)
NAMES = [planned.grade_id for planned in PLAN.cells]
LOCKED = {
    planned.grade_id: planned for planned in PLAN.cells if planned.role in ("given", "check", "explore")
}
OTHERS = (
    "",
    "x",
    "check-sigmoid",
    "batchnorm_forward",
    "double ",
    "\ud800",
    "x" * 300,
    "../double",
    "check-\n",
)


@pytest.fixture(autouse=True, scope="module")
def end():
    """An intake that never ends is interrupted; processor time, so that a busy machine changes nothing."""

    def stop(number, frame):
        raise TimeoutError(f"one intake took more than {CPU_SECONDS} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    yield
    signal.signal(signal.SIGVTALRM, before)


def taken_in(raw):
    """The intake, or the refusal, of these bytes."""
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        return read_submission(raw, PLAN)
    except SubmissionError as refusal:
        return refusal
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def holds(raw):
    """The invariant."""
    outcome = taken_in(raw)
    assert repr(PLAN) == BEFORE
    if isinstance(outcome, SubmissionError):
        assert isinstance(outcome.reason, Reason)
        assert outcome.remedy
        assert len(str(outcome).encode()) < 2000
        return
    notebook = outcome.notebook
    nbformat.validate(nbformat.from_dict(notebook))
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    marks = {}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name is None:
            assert cell["metadata"] == {}
        else:
            assert marks.setdefault(name, cell) is cell, f"{name} occurs twice"
    assert list(marks) == NAMES
    for name, cell in marks.items():
        planned = PLAN.cell(name)
        assert (cell["cell_type"], cell["metadata"]) == (planned.cell_type, planned.metadata)
        assert name not in LOCKED or cell["source"] == planned.source
    for repair in outcome.repairs:
        assert isinstance(repair, Repair)
        assert isinstance(repair.reason, Reason)
        assert len(repair.cell.encode()) < 1000
    if len(notebook["cells"]) <= MAX_CELLS:
        again = read_submission(serialized(notebook), PLAN)
        assert again.notebook == notebook, "taking it in once more changes it"


def nested(depth, value):
    for _ in range(depth):
        value = [value] if depth % 2 else {"a": value}
    return value


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
JUNK = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 3, 4, 5, 10**30, 0.5, float("nan"), float("inf"), "", [], {}, "code"]
    ),
    ANY_TEXT,
    st.builds(nested, st.integers(1, 60), ANY_TEXT),
    st.lists(ANY_TEXT, max_size=2),
    st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=2),
)


def places(value, found=None):
    """Every container in a JSON value with every key of it."""
    found = [] if found is None else found
    for key in value if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], dict | list):
            places(value[key], found)
    return found


def delete(draw, notebook, cells, here):
    del cells[here]


def duplicate(draw, notebook, cells, here):
    cells.insert(draw(st.integers(0, len(cells))), copy.deepcopy(cells[here]))


def move(draw, notebook, cells, here):
    cells.insert(draw(st.integers(0, len(cells) - 1)), cells.pop(here))


def shuffle(draw, notebook, cells, here):
    cells[:] = draw(st.permutations(cells))


def retype(draw, notebook, cells, here):
    cells[here]["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw", "heading", "", "CODE"]))


def merge(draw, notebook, cells, here):
    first, second = cells[here], cells.pop((here + 1) % len(cells))
    if draw(st.booleans()):
        first["metadata"] = second["metadata"]
    first["source"] += "\n\n" + second["source"]


def split(draw, notebook, cells, here):
    place = draw(st.integers(0, len(cells[here]["source"])))
    second = copy.deepcopy(cells[here])
    cells[here]["source"], second["source"] = second["source"][:place], second["source"][place:]
    cells.insert(here + 1, second)


def rename(draw, notebook, cells, here):
    name = draw(st.sampled_from([*NAMES, *OTHERS]))
    cells[here]["metadata"] = {"nbgrader": {"grade_id": name, "grade": True, "points": 1e9}}


def change_id(draw, notebook, cells, here):
    cells[here]["id"] = draw(st.sampled_from([planned.cell_id for planned in PLAN.cells] + list(OTHERS)))


def lose_marks(draw, notebook, cells, here):
    for cell in cells:
        cell["metadata"] = {}
        cell.pop("id", None)


def type_in(draw, notebook, cells, here):
    cells[here]["source"] += draw(
        st.sampled_from(
            ["\ndef double(x): 1", "\nimport os", "\nquadruple = 3", "\x00\ud8ff\r", 'begin("tanh")', "%%x"]
        )
    )


def grow(draw, notebook, cells, here):
    size = draw(st.sampled_from([10_000, MAX_SOURCE, MAX_SOURCE + 1]))
    cells[here]["source"] = draw(st.sampled_from(["x", "\n", "def ", "async\n", "double\n", " "])) * (
        size // 6
    )


def split_lines(draw, notebook, cells, here):
    cells[here]["source"] = [
        *cells[here]["source"].splitlines(keepends=True),
        *draw(st.lists(JUNK, max_size=1)),
    ]


def replace_anything(draw, notebook, cells, here):
    found = places(notebook)
    holder, key = found[draw(st.integers(0, len(found) - 1))]
    holder[key] = draw(JUNK)


def remove_anything(draw, notebook, cells, here):
    found = places(notebook)
    holder, key = found[draw(st.integers(0, len(found) - 1))]
    del holder[key]


def as_version_3(draw, notebook, cells, here):
    sheet = [{**cell, "input": cell["source"]} for cell in cells]
    notebook.pop("cells")
    notebook |= {"nbformat": draw(st.sampled_from([1, 2, 3, "3", None])), "worksheets": [{"cells": sheet}]}


CHANGES = (
    delete, duplicate, move, shuffle, retype, merge, split, rename, change_id, lose_marks, type_in, grow,
    split_lines, replace_anything, remove_anything, as_version_3,
)  # fmt: skip


def encoded(draw, text):
    """The file's bytes in some encoding, cut or with a few bytes changed."""
    raw = text.encode(
        draw(
            st.sampled_from(
                ["utf-8"] * 8 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp037"]
            )
        ),
        "surrogatepass" if draw(st.booleans()) else "replace",
    )
    if draw(st.integers(0, 9)) == 7:
        raw = raw[: draw(st.integers(0, len(raw)))]
    if draw(st.integers(0, 9)) == 7:
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(max_size=4)) + raw[place + draw(st.integers(0, 3)) :]
    return raw


@st.composite
def notebooks(draw):
    """The bytes of a submission to which several things happened."""
    notebook = json.loads(submitted(ANSWERS))
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=5)):
        try:
            cells = notebook["cells"]
            change(draw, notebook, cells, draw(st.integers(0, len(cells) - 1)))
        except (KeyError, TypeError, AttributeError, IndexError):
            continue  # an earlier change left nothing that this one could be done to
    try:
        return encoded(draw, json.dumps(notebook, ensure_ascii=draw(st.booleans())))
    except UnicodeEncodeError:
        assume(False)


@settings(max_examples=2000, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(notebooks())
def test_whatever_happened_to_a_notebook_it_is_taken_in_or_refused_with_a_reason(raw):
    holds(raw)


def with_cells(cells, **more):
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more}).encode()


def code(source, **more):
    return {"cell_type": "code", "metadata": {}, "source": source, **more}


LARGE = {
    "as many cells as are allowed": with_cells([code("def double(x): pass")] * MAX_CELLS),
    "more cells than are allowed": with_cells([code("def double(x): pass")] * (MAX_CELLS + 1)),
    "all claim one name": with_cells([code("x", metadata={"nbgrader": {"grade_id": "double"}})] * MAX_CELLS),
    "blank lines behind names": with_cells([code(("double" + "\n" * 500) * 1900)] * 40),
    "half definitions": with_cells([code("async \n" * 140_000), code("def double " + " " * 900_000)]),
    "one long line": with_cells([code("double=" + "x" * (MAX_SOURCE - 10))] * 40),
    "a million short lines": with_cells([code([" "] * 500_000), code("def double(x): pass")]),
    "base64 without end": with_cells([code("def double(x): pass"), {"cell_type": "markdown", "source": "",
        "attachments": {"a.png": {"image/png": "A " * 5_000_000 + "!"}}}]),
    "deep lists": b'{"cells": ' + b"[" * 900 + b"]" * 900 + b', "nbformat": 4}',
    "deep in metadata": with_cells([code("def double(x): pass")], metadata=nested(800, 1)),
    "deep nbformat 3": json.dumps(
        {"nbformat": 3, "worksheets": [{"cells": [code("", x=nested(800, 1))]}]}
    ).encode(),
    "deeper than Python goes": b'{"a":' * 200_000,
    "many worksheets": json.dumps({"nbformat": 3, "worksheets": [{"cells": []}] * 100_000}).encode(),
    "a number without end": b'{"nbformat": ' + b"1" * 4000 + b', "cells": []}',
}  # fmt: skip


@pytest.mark.parametrize("raw", LARGE.values(), ids=LARGE)
def test_large_and_deep_files_end_with_a_notebook_or_a_reason(raw):
    holds(raw)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.binary(max_size=200) | JUNK.map(lambda value: json.dumps(value).encode()))
def test_bytes_that_are_no_notebook_are_refused(raw):
    assert isinstance(taken_in(raw), SubmissionError)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1", "cp1252", "cp037"]
)
def test_other_encodings_end_with_a_notebook_or_a_reason(encoding):
    holds(json.dumps(json.loads(submitted())).encode(encoding))


def test_an_answer_in_two_cells_as_long_as_cells_may_be_fits_into_one():
    notebook = json.loads(submitted())
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    place = names.index("written-why")
    long = "word " * (MAX_SOURCE // 5)
    notebook["cells"][place]["source"] = long
    notebook["cells"].insert(place + 1, {"cell_type": "markdown", "metadata": {}, "source": long})
    holds(json.dumps(notebook).encode())
