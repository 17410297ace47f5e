"""Whatever a file holds, it becomes a notebook that follows the plan, or a reason with advice."""

import base64
import copy
import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.intake.reading import MAX_BYTES, MAX_PARTS, read_submission
from autograder.reasons import Reason
from autograder.site.elsewhere import with_installation
from tests.autograder.graded_toy import ANSWERS, cell, released, submitted, toy_plan

PLAN = toy_plan()
PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0" + bytes(24)
).decode()
WEBP = base64.b64encode(
    b"RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
).decode()
NAMES = [planned.grade_id for planned in PLAN.cells]


def taken_in(change=lambda notebook: None, answers=ANSWERS):
    return read_submission(submitted(answers, change), PLAN)


def names(notebook):
    return [one["metadata"].get("nbgrader", {}).get("grade_id", "") for one in notebook["cells"]]


def reasons(intake):
    return [(repair.reason, repair.cell) for repair in intake.repairs]


def test_a_sound_submission_is_not_repaired():
    intake = taken_in()
    assert reasons(intake) == []
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert cell(intake.notebook, "check-double")["source"] == PLAN.cell("check-double").source


def test_a_notebook_from_the_site_keeps_the_cell_that_installs_the_package_and_is_not_repaired():
    """In the candidate, where the package is, the cell does nothing."""
    notebook = json.loads(submitted()) | {"metadata": {"stagewise": {"unit": "toy", "needs": []}}}
    installing = with_installation(notebook, "https://github.com/owner/name", "stagewise-1-py3-none-any.whl")
    intake = read_submission(json.dumps(installing).encode(), PLAN)
    assert reasons(intake) == []
    assert "find_spec" in intake.notebook["cells"][0]["source"]
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]


def test_what_was_taken_in_can_be_taken_in_again():
    once = taken_in(lambda notebook: notebook["cells"].reverse())
    again = read_submission(json.dumps(once.notebook).encode(), PLAN)
    assert again.notebook == once.notebook
    assert again.repairs == ()


def test_the_students_own_cells_stay_behind_the_cell_they_followed():
    intake = taken_in()
    assert names(intake.notebook)[3:6] == ["explore-doubling", "", "quadruple"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b" \n\0", Reason.EMPTY_FILE),
        (b"not json", Reason.NOT_JSON),
        (submitted()[:-40], Reason.NOT_JSON),
        (b"\x89PNG\r\n\x1a\n\xff\xff", Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b'{"cells": ' + b"9" * 5000 + b"}", Reason.NOT_JSON),
        (b"[1, 2]", Reason.NOT_A_NOTEBOOK),
        (b'{"a": 1}', Reason.NOT_A_NOTEBOOK),
        (b'{"cells": 3, "nbformat": 4}', Reason.NOT_A_NOTEBOOK),
        (b'{"worksheets": [{"cells": 3}], "nbformat": 3}', Reason.NOT_A_NOTEBOOK),
        (b'{"cells": [], "nbformat": 7}', Reason.UNKNOWN_FORMAT),
        (b'{"cells": [], "nbformat": 4}', Reason.WRONG_UNIT),
        (b" " * (MAX_BYTES + 1), Reason.TOO_LARGE),
        (b'{"cells": [' + b"[]," * (MAX_PARTS // 2) + b"[]]}", Reason.TOO_LARGE),
        (b"[{}," * (MAX_PARTS // 3 + 1), Reason.TOO_LARGE),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else str(value[:12]),
)
def test_a_file_that_is_no_notebook_of_the_unit_has_a_reason_and_a_remedy(raw, reason):
    with pytest.raises(SubmissionError) as caught:
        read_submission(raw, PLAN)
    assert caught.value.reason is reason
    assert caught.value.remedy
    assert str(caught.value).count("\n") == 2


def test_a_large_notebook_of_pictures_is_read():
    """Many bytes are few parts."""
    pictures = [{"output_type": "display_data", "data": {"image/png": "A" * 4_000_000}, "metadata": {}}] * 3

    def draw(notebook):
        cell(notebook, "double")["outputs"] = pictures

    assert taken_in(draw).notebook["cells"]


def test_the_notebook_of_another_unit_is_named():
    def rename(notebook):
        for one in notebook["cells"]:
            marks = one["metadata"].get("nbgrader", {})
            if "grade_id" in marks:
                marks["grade_id"] = (
                    marks["grade_id"].replace("double", "sigmoid").replace("quadruple", "tanh")
                )
            one["source"] = one["source"].replace("double", "sigmoid").replace("quadruple", "tanh")
            one["id"] = one["id"][::-1]

    with pytest.raises(SubmissionError, match="check-sigmoid") as caught:
        taken_in(rename)
    assert caught.value.reason is Reason.WRONG_UNIT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_unicode_encodings_are_read(encoding):
    raw = json.dumps(json.loads(submitted()), ensure_ascii=False).encode(encoding)
    assert [repair.reason for repair in read_submission(raw, PLAN).repairs] == [Reason.ENCODING_CONVERTED]


@pytest.mark.parametrize("version", [2, 3])
def test_older_formats_are_converted(version):
    notebook = nbformat.from_dict(json.loads(submitted()))
    old = nbformat.convert(notebook, version)
    intake = read_submission(json.dumps(old).encode(), PLAN)
    assert (Reason.NBFORMAT_CONVERTED, f"nbformat {version}") in reasons(intake)
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]


def test_cells_without_ids_are_nbformat_4_0():
    def strip(notebook):
        notebook["nbformat_minor"] = 0
        for one in notebook["cells"]:
            del one["id"]

    assert reasons(taken_in(strip)) == []


def test_an_edited_locked_cell_is_the_courses_again():
    intake = taken_in(lambda notebook: cell(notebook, "check-double").update(source="pass"))
    assert reasons(intake) == [(Reason.EDITED_CELL_RESTORED, "check-double")]
    assert cell(intake.notebook, "check-double")["source"] == PLAN.cell("check-double").source


def test_blanks_and_line_ends_that_an_editor_changed_are_no_edit():
    def touch(notebook):
        one = cell(notebook, "given-toys-that-double")
        one["source"] = one["source"].replace("\n", " \r\n") + "\r\n"

    assert reasons(taken_in(touch)) == []


def test_changed_points_and_roles_are_the_courses_again():
    def cheat(notebook):
        cell(notebook, "check-double")["metadata"]["nbgrader"] |= {
            "points": 1000,
            "grade": False,
            "solution": True,
        }
        cell(notebook, "check-double")["metadata"]["stagewise"] = {"role": "plain"}

    intake = taken_in(cheat)
    assert cell(intake.notebook, "check-double")["metadata"] == PLAN.cell("check-double").metadata


@pytest.mark.parametrize("name", NAMES)
def test_a_deleted_cell_comes_back_in_its_place(name):
    intake = taken_in(lambda notebook: notebook["cells"].remove(cell(notebook, name)))
    assert reasons(intake) == [(Reason.MISSING_CELL_RESTORED, name)]
    assert [one for one in names(intake.notebook) if one] == NAMES
    assert cell(intake.notebook, name)["source"] == PLAN.cell(name).source


@pytest.mark.parametrize("name", NAMES)
def test_a_retyped_cell_has_its_type_again(name):
    wrong = "code" if PLAN.cell(name).cell_type == "markdown" else "markdown"
    intake = taken_in(lambda notebook: cell(notebook, name).update(cell_type=wrong))
    assert (Reason.RETYPED_CELL_RESTORED, name) in reasons(intake)
    assert cell(intake.notebook, name)["cell_type"] == PLAN.cell(name).cell_type
    if name in ANSWERS:
        assert cell(intake.notebook, name)["source"] == ANSWERS[name]


def test_a_copy_of_a_locked_cell_is_dropped():
    intake = taken_in(
        lambda notebook: notebook["cells"].append(copy.deepcopy(cell(notebook, "check-double")))
    )
    assert reasons(intake) == [(Reason.DUPLICATE_CELL_DROPPED, "check-double")]
    assert len(intake.notebook["cells"]) == len(released()["cells"])


def test_both_copies_of_an_exercise_run_and_the_first_keeps_its_name():
    def split(notebook):
        first = cell(notebook, "double")
        second = copy.deepcopy(first)
        first["source"], second["source"] = "first = 1", ANSWERS["double"]
        notebook["cells"].insert(notebook["cells"].index(first) + 1, second)

    intake = taken_in(split)
    place = names(intake.notebook).index("double")
    sources = [one["source"] for one in intake.notebook["cells"][place : place + 2]]
    assert sources == ["first = 1", ANSWERS["double"]]
    assert names(intake.notebook)[place + 1] == ""


def test_cells_out_of_order_are_in_the_courses_order_again():
    def shuffle(notebook):
        check = cell(notebook, "check-double")
        notebook["cells"].remove(check)
        notebook["cells"].insert(0, check)

    intake = taken_in(shuffle)
    assert reasons(intake) == [(Reason.REORDERED_CELLS_RESTORED, "check-double")]
    assert [one for one in names(intake.notebook) if one] == NAMES


def test_cells_that_lost_all_metadata_and_ids_are_recognised():
    def strip(notebook):
        for one in notebook["cells"]:
            one["metadata"] = {}
            one.pop("id")

    intake = taken_in(strip)
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert cell(intake.notebook, "quadruple")["source"] == ANSWERS["quadruple"]
    assert (Reason.CELL_IDENTIFIED, "double") in reasons(intake)
    assert (Reason.CELL_IDENTIFIED, "written-why") in reasons(intake)
    assert Reason.MISSING_CELL_RESTORED not in dict(reasons(intake))


def test_an_answer_merged_into_another_cell_is_not_undone_by_a_stub():
    def merge(notebook):
        cell(notebook, "double")["source"] += "\n\n" + ANSWERS["quadruple"]
        notebook["cells"].remove(cell(notebook, "quadruple"))

    intake = taken_in(merge)
    assert "def" not in cell(intake.notebook, "quadruple")["source"]
    assert reasons(intake) == [(Reason.MISSING_CELL_RESTORED, "quadruple")]


def test_a_damaged_cell_is_left_out_and_the_others_stay():
    intake = taken_in(lambda notebook: notebook["cells"].insert(1, {"source": 3}))
    assert reasons(intake) == [(Reason.DAMAGED_CELL, "cell 2")]


def test_pictures_of_written_answers_stay_and_other_attachments_go():
    def paste(notebook):
        cell(notebook, "written-why")["attachments"] = {
            "a.png": {"image/png": PNG},
            "d.webp": {"image/webp": WEBP},
            "called-png.png": {"image/png": WEBP},
            "e.png": {"image/png": "aGk="},
            "b.html": {"text/html": "<script>"},
            "c.svg": {"image/svg+xml": "<svg onload=''>"},
        }

    webp = {"image/webp": WEBP}
    assert cell(taken_in(paste).notebook, "written-why")["attachments"] == {
        "a.png": {"image/png": PNG},
        "d.webp": webp,
        "called-png.png": webp,
    }


def test_text_that_cannot_be_saved_is_cleaned():
    intake = taken_in(answers={"double": "x = '\ud800\0'"})
    assert cell(intake.notebook, "double")["source"] == "x = '?'"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("cell_type", "metadata", "source", "id", "attachments", "outputs", "nbgrader", "grade_id")


@st.composite
def damages(draw):
    """The bytes of a submission to which a few random things happened."""
    notebook = json.loads(submitted())
    cells = notebook["cells"]
    for _ in range(draw(st.integers(1, 6))):
        if not cells:
            break
        here, there = draw(st.integers(0, len(cells) - 1)), draw(st.integers(0, len(cells) - 1))
        what = draw(st.sampled_from(("drop", "copy", "move", "field", "replace", "whole", "cut")))
        if what == "drop":
            del cells[here]
        elif what == "copy":
            cells.insert(there, copy.deepcopy(cells[here]))
        elif what == "move":
            cells.insert(there, cells.pop(here))
        elif what == "replace":
            cells[here] = draw(JSON)
        elif what == "whole":
            notebook[draw(st.sampled_from(("metadata", "nbformat", "nbformat_minor", "cells")))] = draw(JSON)
        elif what == "cut":
            return json.dumps(notebook).encode()[: draw(st.integers(0, 5000))]
        elif isinstance(cells[here], dict):
            cells[here][draw(st.sampled_from(FIELDS))] = draw(JSON)
        if not isinstance(notebook["cells"], list):
            break
    return json.dumps(notebook).encode()


@settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(damages())
def test_a_damaged_notebook_is_repaired_or_refused_and_never_an_exception(raw):
    try:
        intake = read_submission(raw, PLAN)
    except SubmissionError:
        return
    nbformat.validate(nbformat.from_dict(intake.notebook))
    assert [one for one in names(intake.notebook) if one] == NAMES
    for planned in PLAN.cells:
        if planned.role in ("given", "check", "explore"):
            assert cell(intake.notebook, planned.grade_id)["source"] == planned.source


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bytes_are_refused_and_never_an_exception(raw):
    with pytest.raises(SubmissionError):
        read_submission(raw, PLAN)
