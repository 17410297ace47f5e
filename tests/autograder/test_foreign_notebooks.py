"""Notebooks as Colab, VS Code, Kaggle and older programs save them are taken in whole."""

import json
import re

import nbformat
import pytest

from autograder.errors import SubmissionError
from autograder.intake.reading import Intake, read_submission
from autograder.reasons import Reason
from tests.autograder.graded_toy import ANSWERS, cell, released, submitted, toy_plan

PLAN = toy_plan()
NAMES = [planned.grade_id for planned in PLAN.cells]
LOCKED = [planned for planned in PLAN.cells if planned.role in ("given", "check", "explore")]


def lose_marks(notebook):
    """What an editor leaves that knows neither nbgrader's metadata nor cell ids."""
    for one in notebook["cells"]:
        one["metadata"] = {}
        one.pop("id", None)


def in_colab(notebook):
    """Colab: ids in the metadata, nbformat 4.0, sources as lists; metadata it does not know stays."""
    notebook |= {"nbformat_minor": 0}
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }
    for number, one in enumerate(notebook["cells"]):
        one.pop("id")
        one["metadata"] |= {"id": f"D7YnThiqyc{number:02d}", "colab": {"base_uri": "https://localhost:8080/"}}
        one["source"] = one["source"].splitlines(keepends=True)
        if one["cell_type"] == "code":
            one["metadata"] |= {"outputId": "2f312523-b543-487c-9097-8a357b61939c"}
            one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["hello\n"]}]
            one["execution_count"] = number
    badge = '<a href="https://colab.research.google.com/github/x"><img src="colab-badge.svg"></a>'
    text = {
        "cell_type": "markdown",
        "metadata": {"id": "view-in-github", "colab_type": "text"},
        "source": [badge],
    }
    notebook["cells"].insert(0, text)


def in_colab_by_ids(notebook):
    """Colab after a paste into a fresh notebook: the ids, moved into the metadata, are all that is left."""
    for one in notebook["cells"]:
        one["metadata"] = {"id": one.pop("id")}
    notebook["nbformat_minor"] = 0


def in_vs_code(notebook):
    """VS Code: its own language ids in each cell, a full language_info, an untitled last cell."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.12.1)", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": "3.12.1",
        },
        "vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b"}},
    }
    for one in notebook["cells"]:
        one["metadata"]["vscode"] = {"languageId": "python" if one["cell_type"] == "code" else "markdown"}
    empty = {"cell_type": "code", "id": "#VSC-1b2c", "metadata": {}, "source": []}
    notebook["cells"].append(empty | {"execution_count": None, "outputs": []})


def in_kaggle(notebook):
    """Kaggle: guids and papermill times in each cell, and its own first cell."""
    notebook |= {"nbformat_minor": 4}
    notebook["metadata"] = {
        "kaggle": {"accelerator": "none", "dataSources": [], "isGpuEnabled": False, "language": "python"},
        "kernelspec": {"language": "python", "display_name": "Python 3", "name": "python3"},
        "papermill": {"default_parameters": {}, "duration": 6.4, "exception": None, "version": "2.6.0"},
    }
    guid = {
        "_uuid": "8f2839f25d086af736a60e9eeb907d3b93b6e0e5",
        "_cell_guid": "b1076dfc-b9ad-4769-8c92-a6c4dae69d19",
    }
    for one in notebook["cells"]:
        one.pop("id")
        one["metadata"] |= guid | {"trusted": True, "papermill": {"duration": 0.018, "status": "completed"}}
        one["metadata"] |= {"execution": {"iopub.execute_input": "2023-06-26T07:32:06.306488Z"}}
    first = {
        "cell_type": "code",
        "metadata": guid,
        "source": "import os\nfor root, _, files in os.walk('/kaggle/input'): pass",
    }
    notebook["cells"].insert(0, first | {"execution_count": 1, "outputs": []})


def earlier_minor(minor):
    def change(notebook):
        notebook["nbformat_minor"] = minor
        for one in notebook["cells"]:
            one.pop("id")

    return change


EDITORS = {
    "Colab": in_colab,
    "VS Code": in_vs_code,
    "Kaggle": in_kaggle,
    "nbformat 4.0": earlier_minor(0),
    "nbformat 4.2": earlier_minor(2),
    "nbformat 4.4": earlier_minor(4),
}


def taken_in(change, answers=ANSWERS) -> Intake:
    return read_submission(submitted(answers, change), PLAN)


def reasons(intake):
    return [(repair.reason, repair.cell) for repair in intake.repairs]


def is_sound(intake):
    """The plan's cells once each and in order, locked ones as planned, in valid nbformat 4."""
    nbformat.validate(nbformat.from_dict(intake.notebook))
    marked = [one["metadata"].get("nbgrader", {}).get("grade_id") for one in intake.notebook["cells"]]
    assert [name for name in marked if name] == NAMES
    for planned in LOCKED:
        assert cell(intake.notebook, planned.grade_id)["source"] == planned.source
    return True


def runs(intake):
    """What the submission's code cells define in the end, the course's own cells left out."""
    skipped = {planned.grade_id for planned in LOCKED}
    space = {"check": lambda *functions: None}
    for one in intake.notebook["cells"]:
        if one["cell_type"] == "code" and one["metadata"].get("nbgrader", {}).get("grade_id") not in skipped:
            exec(
                "\n".join(line for line in one["source"].split("\n") if not line.startswith(("%", "begin("))),
                space,
            )
    return space


@pytest.mark.parametrize("editor", EDITORS)
def test_a_notebook_that_kept_its_marks_needs_no_repair(editor):
    intake = taken_in(EDITORS[editor])
    assert is_sound(intake)
    assert reasons(intake) == []
    for name, answer in ANSWERS.items():
        assert cell(intake.notebook, name)["source"] == answer


@pytest.mark.parametrize("editor", EDITORS)
def test_a_notebook_that_lost_its_marks_is_recognised_by_its_contents(editor):
    def change(notebook):
        lose_marks(notebook)
        for one in notebook["cells"]:
            one["id"] = "x"
        EDITORS[editor](notebook)

    intake = taken_in(change, ANSWERS | {"written-why": released_text("written-why") + "\n\nTwo and two."})
    assert is_sound(intake)
    assert {reason for reason, _ in reasons(intake)} == {Reason.CELL_IDENTIFIED}
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert cell(intake.notebook, "written-why")["source"].endswith("Two and two.")


def released_text(name):
    return cell(released(), name)["source"]


def test_ids_that_colab_keeps_in_the_metadata_are_enough():
    intake = taken_in(in_colab_by_ids)
    assert is_sound(intake)
    assert cell(intake.notebook, "written-why")["source"] == ANSWERS["written-why"]
    assert {reason for reason, _ in reasons(intake)} == {Reason.CELL_IDENTIFIED}


def test_an_answer_right_behind_its_question_is_that_answer():
    intake = taken_in(lose_marks)
    assert cell(intake.notebook, "written-why")["source"] == ANSWERS["written-why"]
    assert (Reason.CELL_IDENTIFIED, "written-why") in reasons(intake)


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats_keep_what_was_written(version):
    old = nbformat.convert(nbformat.from_dict(json.loads(submitted())), version)
    intake = read_submission(json.dumps(old).encode(), PLAN)
    assert is_sound(intake)
    assert runs(intake)["quadruple"](1) == 4


def test_nbformat_3_without_any_marks_is_recognised():
    def change(notebook):
        lose_marks(notebook)
        notebook["nbformat_minor"] = 4

    old = nbformat.convert(nbformat.from_dict(json.loads(submitted(change=change))), 3)
    intake = read_submission(json.dumps(old).encode(), PLAN)
    assert is_sound(intake)
    assert (Reason.CELL_IDENTIFIED, "quadruple") in reasons(intake)


def test_names_that_another_tool_made_up_do_not_hide_an_exercise():
    def rename(notebook):
        for number, one in enumerate(notebook["cells"]):
            one["id"] = f"cell-{number}"
            one["metadata"] = {"nbgrader": {"grade_id": f"cell-{number:016x}", "grade": False}}

    intake = taken_in(rename)
    assert is_sound(intake)
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]


def merge(notebook, *names, keep):
    """Merge cells into the place of the first; the result has the metadata of `keep`, as editors do it."""
    cells = [cell(notebook, name) for name in names]
    kept = cell(notebook, keep)
    merged = {**cells[0], "metadata": kept["metadata"], "id": kept["id"]}
    merged["source"] = "\n\n".join(one["source"] for one in cells)
    notebook["cells"][notebook["cells"].index(cells[0])] = merged
    for one in cells[1:]:
        notebook["cells"].remove(one)


@pytest.mark.parametrize("keep", ["double", "check-double"])
@pytest.mark.parametrize("marked", [True, False])
def test_an_exercise_merged_with_its_check_is_graded(keep, marked):
    def change(notebook):
        merge(notebook, "double", "check-double", keep=keep)
        if not marked:
            lose_marks(notebook)

    intake = taken_in(change)
    assert is_sound(intake)
    assert ANSWERS["double"] in cell(intake.notebook, "double")["source"]
    assert (Reason.MISSING_CELL_RESTORED, "check-double") in reasons(intake)


def test_an_exercise_merged_into_a_given_cell_is_graded():
    given = NAMES[0]
    intake = taken_in(lambda notebook: merge(notebook, given, "double", keep=given))
    assert is_sound(intake)
    assert ANSWERS["double"] in cell(intake.notebook, "double")["source"]
    assert reasons(intake) == [(Reason.CELL_IDENTIFIED, "double"), (Reason.MISSING_CELL_RESTORED, given)]


def test_an_answer_typed_over_a_copy_of_its_check_is_graded():
    def change(notebook):
        copied = {**cell(notebook, "check-double"), "source": ANSWERS["double"]}
        notebook["cells"].remove(cell(notebook, "double"))
        notebook["cells"].append(copied)

    intake = taken_in(change)
    assert is_sound(intake)
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert dict(reasons(intake)).keys() == {Reason.CELL_IDENTIFIED, Reason.REORDERED_CELLS_RESTORED}


def test_an_exercise_whose_cell_went_to_another_is_handed_out_again():
    """The cell of the second exercise defines only the first: that one it is, and the second is a stub."""

    def change(notebook):
        notebook["cells"].remove(cell(notebook, "double"))
        cell(notebook, "quadruple")["source"] = "double = 3"
        spare = {**cell(notebook, "check-double"), "source": "double == 3"}
        notebook["cells"].append(spare)

    intake = taken_in(change)
    assert is_sound(intake)
    assert cell(intake.notebook, "double")["source"] == "double = 3"
    assert cell(intake.notebook, "quadruple")["source"] == PLAN.cell("quadruple").source
    assert (Reason.DUPLICATE_CELL_DROPPED, "check-double") in reasons(intake)


def test_exercises_merged_into_the_last_of_them_run_before_the_first_check():
    intake = taken_in(lambda notebook: merge(notebook, "double", "quadruple", keep="quadruple"))
    assert is_sound(intake)
    assert "def double" in cell(intake.notebook, "double")["source"]
    assert "def" not in cell(intake.notebook, "quadruple")["source"]
    assert runs(intake)["quadruple"](1) == 4


def test_everything_merged_into_one_cell_is_graded():
    def change(notebook):
        sources = [one["source"] for one in notebook["cells"] if one["cell_type"] == "code"]
        notebook["cells"] = [{"cell_type": "code", "metadata": {}, "source": "\n\n".join(sources)}]

    intake = taken_in(change)
    assert is_sound(intake)
    assert "def quadruple" in cell(intake.notebook, "double")["source"]
    assert Reason.MISSING_CELL_RESTORED in dict(reasons(intake))


def test_a_helper_split_off_its_exercise_still_runs_before_it():
    def change(notebook):
        answer = cell(notebook, "double")
        helper = {**answer, "source": "def twice(x):\n    return x + x"}
        answer["source"] = "def double(x):\n    return twice(x)"
        notebook["cells"].insert(notebook["cells"].index(answer), helper)

    intake = taken_in(change)
    assert is_sound(intake)
    assert (Reason.DUPLICATE_CELL_DROPPED, "double") in reasons(intake)
    assert runs(intake)["double"](2) == 4


SPLIT = "def double(x):\n    y = x\n    return 2 * y"


def split(notebook, *places, marked):
    """Split the cell of the first exercise before these lines, as editors do: with its marks, or without."""
    answer = cell(notebook, "double")
    lines = SPLIT.split("\n")
    parts = [lines[start:end] for start, end in zip((0, *places), (*places, None), strict=True)]
    answer["source"] = "\n".join(parts[0])
    metadata = answer["metadata"] if marked else {}
    others = [
        {**answer, "metadata": metadata, "id": f"part-{number}", "source": "\n".join(part)}
        for number, part in enumerate(parts[1:])
    ]
    place = notebook["cells"].index(answer) + 1
    notebook["cells"][place:place] = others


@pytest.mark.parametrize("places", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize("marked", [True, False])
def test_an_exercise_split_inside_its_function_is_one_cell_again(places, marked):
    intake = taken_in(lambda notebook: split(notebook, *places, marked=marked))
    assert is_sound(intake)
    assert cell(intake.notebook, "double")["source"] == SPLIT
    assert (Reason.SPLIT_CELL_JOINED, "double") in reasons(intake)
    assert len(intake.notebook["cells"]) == len(taken_in(lambda notebook: None).notebook["cells"])


def test_a_function_whose_loop_was_split_off_is_whole_again():
    """Both halves could be parsed; the second one returns from nothing."""

    def change(notebook):
        answer = cell(notebook, "double")
        half = {**answer, "metadata": {}, "source": "    for value in [x]:\n        return value + value"}
        answer["source"] = "%%time\ndef double(x):\n    pass"
        notebook["cells"].insert(notebook["cells"].index(answer) + 1, half)

    source = cell(taken_in(change).notebook, "double")["source"]
    assert source.startswith("%%time\ndef double")
    assert source.endswith("return value + value")


@pytest.mark.parametrize(
    "source",
    [
        "    print(double(2))",
        "return 4",
        "    return (",
        "",
        "    return 4" + " " * 60_000,
        "   " + "-" * 40_000 + "1",
        "    y = 1" + " + 1" * 4_000,
        "    return '\\d'\n  x",
    ],
    ids=lambda source: source[:12],
)
def test_a_cell_behind_an_exercise_that_is_no_half_of_it_stays_alone(source):
    """It runs by itself, begins at the margin, is broken, empty, or too long to be looked at."""

    def change(notebook):
        place = notebook["cells"].index(cell(notebook, "double")) + 1
        notebook["cells"].insert(place, {**notebook["cells"][place - 1], "metadata": {}, "source": source})

    intake = taken_in(change)
    assert is_sound(intake)
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert Reason.SPLIT_CELL_JOINED not in dict(reasons(intake))


@pytest.mark.parametrize("name", ["check-double", NAMES[0]])
def test_a_helper_written_into_a_locked_cell_is_kept_in_a_cell_of_its_own(name):
    def change(notebook):
        cell(notebook, name)["source"] += "\n\ndef twice(x):\n    return x + x"
        cell(notebook, "quadruple")["source"] = "def quadruple(x):\n    return twice(twice(x))"

    intake = taken_in(change)
    assert is_sound(intake)
    assert reasons(intake) == [(Reason.EDITED_CELL_RESTORED, name)]
    assert runs(intake)["quadruple"](1) == 4


def test_a_helper_typed_over_a_copied_check_is_kept():
    def change(notebook):
        copied = {**cell(notebook, "check-double"), "source": "def twice(x):\n    return x + x"}
        notebook["cells"].insert(3, copied)
        cell(notebook, "quadruple")["source"] = "def quadruple(x):\n    return twice(twice(x))"

    intake = taken_in(change)
    assert is_sound(intake)
    assert runs(intake)["quadruple"](1) == 4


def test_an_exercise_turned_into_text_is_code_again():
    def change(notebook):
        lose_marks(notebook)
        for one in notebook["cells"]:
            if "def double" in one["source"]:
                one["cell_type"] = "markdown"

    intake = taken_in(change)
    assert is_sound(intake)
    assert (Reason.RETYPED_CELL_RESTORED, "double") in reasons(intake)
    assert runs(intake)["double"](2) == 4


def test_a_notebook_without_marks_that_begins_another_unit_is_refused():
    """Functions of one name occur in several units; one of them does not make it this unit's notebook."""

    def change(notebook):
        lose_marks(notebook)
        for one in notebook["cells"]:
            one["source"] = re.sub('begin\\("toy"\\)', 'begin("tanh")', one["source"])
            one["source"] = one["source"].replace("quadruple", "tanh").replace("check(double)", "check(sinh)")

    with pytest.raises(SubmissionError, match="tanh") as caught:
        taken_in(change)
    assert caught.value.reason is Reason.WRONG_UNIT


def test_what_a_file_says_of_itself_is_cut_short_in_messages():
    def change(notebook):
        notebook["nbformat"] = "4 \ud800" + "9" * 10_000

    intake = taken_in(change)
    (repair,) = intake.repairs
    assert repair.reason is Reason.NBFORMAT_CONVERTED
    assert len(repair.cell.encode()) < 300


def test_foreign_names_in_a_refusal_are_cut_short():
    def change(notebook):
        notebook["cells"] = [
            {
                "cell_type": "code",
                "metadata": {"nbgrader": {"grade_id": "check-\ud800" + "x" * 9999}},
                "source": "",
            }
        ]

    with pytest.raises(SubmissionError) as caught:
        taken_in(change)
    assert len(str(caught.value).encode()) < 1000
