"""A written answer is found where students write it, and the course's own text is never one."""

import base64
import json

import pytest

from autograder.intake import unplaced, written
from autograder.intake.reading import read_submission
from autograder.reasons import Reason
from autograder.units import percent
from autograder.units.assemble import assemble
from autograder.units.plan import plan_of
from tests.autograder.graded_toy import ANSWERS
from tests.autograder.toy_unit import SOURCE, course_of

CLOSING = "## At the end\n\nYou have doubled and doubled again, and know why two and two are four."
ROOM = "# your own double(x), once more"
MORE = f"""
# %% [markdown] role="written" name="how" points=0.5
# **How did you find out?** Say it in one sentence.
#
# ### BEGIN MARK SCHEME
# - 0.5 points: honesty.
# ### END MARK SCHEME

# %%
{ROOM}

# %% [markdown]
# {CLOSING.replace(chr(10), chr(10) + "# ")}
"""
STUB = "YOUR ANSWER HERE"
MINE = "Since $2 + 2$ is by definition the fourth number."
NOTE = "*(Written in another cell of the notebook, and put here before grading.)*"
FOUND = f"{NOTE}\n\n{MINE}"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """The toy unit with one more question and a closing text, which nbgrader does not know."""
    course = course_of(tmp_path_factory.mktemp("written"), SOURCE + MORE)
    return plan_of(assemble(percent.read(course.unit_source("toy"))))


def handed_out(plan):
    """The cells that students receive."""
    cells = [
        {
            "cell_type": one.cell_type,
            "id": one.cell_id,
            "metadata": dict(one.metadata),
            "source": one.released,
        }
        for one in plan.cells
    ]
    for one in cells:
        name = one["metadata"]["nbgrader"]["grade_id"]
        one["source"] = ANSWERS.get(name, one["source"]) if name != "written-why" else STUB
    return [*cells, text(ROOM, "code"), text(CLOSING)]


def text(source, kind="markdown"):
    return {"cell_type": kind, "metadata": {}, "source": source}


def at(cells, name):
    return next(
        index
        for index, one in enumerate(cells)
        if one["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def taken_in(plan, cells):
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return read_submission(json.dumps(notebook).encode(), plan)


def answer(intake, name="written-why"):
    return intake.notebook["cells"][at(intake.notebook["cells"], name)]["source"]


def found(intake):
    return [repair.cell for repair in intake.repairs if repair.reason is Reason.ANSWER_FOUND]


def below(cells, *new):
    place = at(cells, "written-why") + 1
    cells[place:place] = new


def in_a_copy(cells):
    copy = dict(cells[at(cells, "written-why")], source=MINE, id="copy")
    below(cells, copy)


def in_a_copy_at_the_end(cells):
    cells.append(dict(cells[at(cells, "written-why")], source=MINE, id="copy"))


def between_question_and_answer(cells):
    cells.insert(at(cells, "written-why"), text(MINE))


def after_scratch_code(cells):
    below(cells, text("1 + 1", "code"), text(""), text(MINE))


def in_the_question(cells):
    cells[at(cells, "question-why")]["source"] += f"\n\n{MINE}"


def in_the_question_without_a_cell(cells):
    in_the_question(cells)
    del cells[at(cells, "written-why")]


def raw_without_a_cell(cells):
    cells[at(cells, "written-why")] = text(MINE, "raw")


def without_question_and_cell(cells):
    cells[at(cells, "written-why")] = text(MINE)
    del cells[at(cells, "question-why")]


ELSEWHERE = {
    "below": lambda cells: below(cells, text(MINE)),
    "raw": lambda cells: below(cells, text(MINE, "raw")),
    "code": lambda cells: below(cells, text(MINE, "code")),
    "after scratch": after_scratch_code,
    "a copy": in_a_copy,
    "a copy far away": in_a_copy_at_the_end,
    "above": between_question_and_answer,
    "in the question": in_the_question,
    "in the question, cell deleted": in_the_question_without_a_cell,
    "raw, cell deleted": raw_without_a_cell,
    "question and cell deleted": without_question_and_cell,
}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_an_answer_in_another_cell_is_shown_in_its_own_with_a_note(plan, place):
    cells = handed_out(plan)
    ELSEWHERE[place](cells)
    intake = taken_in(plan, cells)
    assert answer(intake) == FOUND
    assert found(intake) == ["written-why"]
    assert answer(intake, "written-how") == STUB
    again = read_submission(json.dumps(intake.notebook).encode(), plan)
    assert [one["source"] for one in again.notebook["cells"]] == [
        one["source"] for one in intake.notebook["cells"]
    ]
    assert again.repairs == ()


@pytest.mark.parametrize("typed", ['# {}\n"""{}"""', '"""{}\nwith a reason\nreturn of it"""', "'{}'\n'{}'"])
def test_strings_that_nothing_is_done_with_are_an_answer(plan, typed):
    cells = handed_out(plan)
    source = typed.format("It is so by definition", "and by no theorem")
    below(cells, text(source, "code"))
    assert answer(taken_in(plan, cells)).endswith(source)
    below(cells := handed_out(plan), text(f"print({source.splitlines()[-1]!r})", "code"))
    assert NOTE not in answer(taken_in(plan, cells))


def test_an_answer_that_goes_on_in_other_cells_is_told_as_one(plan):
    cells = handed_out(plan)
    cells[at(cells, "written-why")]["source"] = MINE
    below(cells, text("- (b) and more"), text("# not shown\nx = 3", "code"), text("- (c) at last"))
    assert answer(taken_in(plan, cells)) == f"{MINE}\n\n{NOTE}\n\n- (b) and more\n\n- (c) at last"


def test_parts_of_the_question_that_are_quoted_stay_in_an_answer(plan):
    cells = handed_out(plan)
    quoted = f"**Why is twice two four?**\n{MINE} No doubt."
    below(cells, text(quoted))
    assert answer(taken_in(plan, cells)).endswith(f"{MINE} No doubt.")


def last_merged_with_the_closing_text(cells):
    cells[at(cells, "written-how")]["source"] = f"I asked.\n\n{CLOSING}"
    cells.pop()


def closing_text_that_begins_with_the_answer(cells):
    del cells[at(cells, "written-how")]
    cells[-1]["source"] = f"I asked.\n\n{CLOSING}"


@pytest.mark.parametrize(
    "change", [last_merged_with_the_closing_text, closing_text_that_begins_with_the_answer]
)
def test_an_answer_merged_with_the_courses_text_is_told_without_it(plan, change):
    cells = handed_out(plan)
    change(cells)
    assert answer(taken_in(plan, cells), "written-how").removeprefix(f"{NOTE}\n\n") == "I asked."


def no_last_answer(cells):
    del cells[at(cells, "written-how")]


def no_answer_and_no_question(cells):
    no_last_answer(cells)
    del cells[at(cells, "question-how")]


def no_first_answer(cells):
    del cells[at(cells, "written-why")]


def closing_text_in_two(cells):
    no_last_answer(cells)
    cells[-1:] = [text(CLOSING[:60]), text(CLOSING[60:])]


def closing_text_with_a_slip_put_right(cells):
    no_last_answer(cells)
    cells[-1]["source"] = CLOSING.replace("doubled again", "doubled it again")


def closing_text_above(cells):
    cells.insert(at(cells, "written-why"), cells.pop())


def stub_and_closing_text(cells):
    cells[at(cells, "written-how")]["source"] = f"{STUB}\n\n{CLOSING}"
    cells.pop()


def emptied(cells):
    cells[at(cells, "written-why")]["source"] = " \n"


def only_blanks_changed(cells):
    cells[at(cells, "written-why")]["source"] = f"{STUB}  \n\n"


def scratch_code(cells):
    below(cells, text("y = double(3)\nprint(y)", "code"), text("", "raw"), text("%timeit double(3)", "code"))


def unmarked(cells):
    for one in cells:
        one["metadata"], one["id"] = {}, "x"


EMPTY = [
    no_last_answer,
    no_answer_and_no_question,
    no_first_answer,
    closing_text_in_two,
    closing_text_with_a_slip_put_right,
    closing_text_above,
    stub_and_closing_text,
    emptied,
    only_blanks_changed,
    scratch_code,
    unmarked,
]


@pytest.mark.parametrize("change", EMPTY)
def test_what_the_course_wrote_is_no_answer(plan, change):
    cells = handed_out(plan)
    change(cells)
    intake = taken_in(plan, cells)
    assert [answer(intake, name) for name in ("written-why", "written-how")] == [STUB, STUB]
    assert found(intake) == shown(intake) == []


def test_without_marks_each_answer_stays_with_its_question(plan):
    """The first answer was typed over its stub, the second below it."""
    cells = handed_out(plan)
    cells[at(cells, "written-why")]["source"] = MINE
    cells[at(cells, "written-how")]["source"] = f"{STUB}\n\nI asked."
    unmarked(cells)
    intake = taken_in(plan, cells)
    assert answer(intake) == MINE
    assert answer(intake, "written-how") == f"{STUB}\n\nI asked."


def gif(content):
    return base64.b64encode(b"GIF89a" + content).decode()


def test_pictures_come_with_the_answer(plan):
    cells = handed_out(plan)
    own = at(cells, "written-why")
    cells[own] |= {"source": "![a](attachment:p.gif)", "attachments": {"p.gif": {"image/gif": gif(b"one")}}}
    below(cells, text("![b](attachment:p.gif)") | {"attachments": {"p.gif": {"image/gif": gif(b"two")}}})
    intake = taken_in(plan, cells)
    assert answer(intake).endswith("![b](attachment:again-p.gif)")
    kept = intake.notebook["cells"][at(intake.notebook["cells"], "written-why")]["attachments"]
    assert [one["image/gif"] for one in kept.values()] == [gif(b"one"), gif(b"two")]


def test_thousands_of_cells_that_resemble_the_course_are_not_all_compared(plan, monkeypatch):
    """To compare texts takes time, which a student could have us waste."""
    asked = []
    monkeypatch.setattr(written, "is_students", lambda source, texts: asked.append(source))
    cells = handed_out(plan)
    no_answer_and_no_question(cells)
    cells += [text(f"## At the {number} end of all ends") for number in range(3000)]
    cells += [
        dict(text(str(number)), metadata=cells[at(cells, "written-why")]["metadata"]) for number in range(900)
    ]
    taken_in(plan, cells)
    assert len(asked) < 500


def own_cell_at_the_end(cells):
    cells.append(text(MINE))


def own_cell_behind_much_code(cells):
    cells += [text(f"y = double({number})", "code") for number in range(100)]
    cells.append(text(MINE))


def code_cell_at_the_end(cells):
    cells.append(text(f"# {MINE}", "code"))


def own_cell_above_the_first_exercise(cells):
    cells.insert(1, text(MINE))


def over_another_question(cells):
    cells[at(cells, "question-how")]["source"] = MINE


AWAY = [
    own_cell_at_the_end,
    own_cell_behind_much_code,
    code_cell_at_the_end,
    own_cell_above_the_first_exercise,
    over_another_question,
]


def shown(intake):
    return [repair.cell for repair in intake.repairs if repair.reason is Reason.TEXTS_SHOWN]


@pytest.mark.parametrize("change", AWAY)
def test_a_text_that_belongs_to_no_question_is_shown_where_an_answer_is_missing(plan, change):
    cells = handed_out(plan)
    cells[at(cells, "written-how")]["source"] = "I asked."
    change(cells)
    intake = taken_in(plan, cells)
    assert answer(intake).startswith(unplaced.NOTE)
    assert MINE in answer(intake)
    assert shown(intake) == ["written-why"]
    assert answer(intake, "written-how") == "I asked."
    again = read_submission(json.dumps(intake.notebook).encode(), plan)
    assert again.notebook["cells"] == intake.notebook["cells"]
    assert again.repairs == ()


@pytest.mark.parametrize("change", AWAY)
def test_nothing_is_shown_where_every_question_is_answered(plan, change):
    cells = handed_out(plan)
    for name in ("written-why", "written-how"):
        cells[at(cells, name)]["source"] = "I asked."
    change(cells)
    intake = taken_in(plan, cells)
    assert [answer(intake, name) for name in ("written-why", "written-how")] == ["I asked."] * 2
    assert shown(intake) == []


@pytest.mark.parametrize("own", [["long " * 2000], ["one", "two " * 2000, "three"], ["a line"] * 900])
def test_of_many_texts_a_part_is_shown_and_that_there_are_more(plan, own):
    cells = [*handed_out(plan), *map(text, own)]
    found = answer(taken_in(plan, cells))
    assert found.endswith(unplaced.MORE)
    assert own[0][:4000] in found
    assert len(found) < 6000
