"""Cells become a notebook that nbgrader accepts; names and ids stay where the source stays."""

import json

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.errors import AuthorError
from autograder.units import percent
from autograder.units.assemble import assemble, names, serialize
from tests.autograder.toy_unit import SOURCE


def notebook_of(source=SOURCE):
    return assemble(percent.parse(source, "solutions/toy.py"))


def name_of(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell_of(notebook, grade_id):
    return next(cell for cell in notebook.cells if name_of(cell) == grade_id)


def test_the_notebook_is_valid_for_nbformat_and_nbgrader():
    notebook = notebook_of()
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.stagewise == {"unit": "toy", "title": "Toys that double"}


def test_the_notebook_says_what_its_unit_needs():
    source = SOURCE.replace("# %% [markdown]", '# %% [markdown] needs=["transfer"]', 1)
    assert notebook_of(source).metadata.stagewise.needs == ["transfer"]


def test_a_folded_cell_opens_with_its_code_hidden_and_no_other_cell_does():
    source = SOURCE.replace('role="explore"', 'role="explore" folded=true', 1)
    hidden = {name_of(cell): cell.metadata.get("jupyter") for cell in notebook_of(source).cells}
    assert hidden["explore-doubling"] == {"source_hidden": True}
    assert [name for name, said in hidden.items() if said] == ["explore-doubling"]


def test_every_role_gets_its_nbgrader_metadata():
    found = {}
    for cell in notebook_of().cells:
        nbgrader = cell.metadata.get("nbgrader")
        if nbgrader:
            flags = " ".join(flag for flag in ("grade", "solution", "locked", "task") if nbgrader[flag])
            found[nbgrader["grade_id"]] = (cell.metadata.stagewise.role, flags, nbgrader.get("points"))
    assert found == {
        "given-toys-that-double": ("given", "locked", None),
        "double": ("exercise", "solution", None),
        "check-double": ("check", "grade locked", 40.5),
        "explore-doubling": ("explore", "locked", None),
        "quadruple": ("exercise", "solution", None),
        "check-quadruple": ("check", "grade locked", 50),
        "question-why": ("given", "locked", None),
        "written-why": ("written", "grade solution", 9.5),
    }


def test_a_check_gets_a_hidden_region_with_the_same_functions_and_the_points():
    assert cell_of(notebook_of(), "check-quadruple").source == (
        "check(quadruple, double)\n"
        "### BEGIN HIDDEN TESTS\n"
        "from reference import examine\n"
        'examine(quadruple, double, unit="toy", points=50)\n'
        "### END HIDDEN TESTS"
    )


def test_a_written_cell_becomes_a_question_with_its_scheme_and_a_cell_for_the_answer():
    notebook = notebook_of()
    assert cell_of(notebook, "question-why").source.splitlines() == [
        "**Why is twice two four?**",
        "### BEGIN MARK SCHEME",
        "- 9.5 points: the secret reason.",
        "### END MARK SCHEME",
    ]
    answer = "### BEGIN SOLUTION\nBecause the secret model answer says so.\n### END SOLUTION"
    assert cell_of(notebook, "written-why").source == answer


def test_a_written_cell_without_a_model_answer_invites_one():
    start = SOURCE.index("# ### BEGIN SOLUTION")
    end = SOURCE.index("# ### BEGIN MARK SCHEME")
    assert cell_of(notebook_of(SOURCE[:start] + SOURCE[end:]), "written-why").source == "YOUR ANSWER HERE"


def test_the_same_source_gives_the_same_text():
    text = serialize(notebook_of())
    assert text == serialize(notebook_of())
    assert text.endswith("\n}\n")
    assert json.loads(text)["cells"][0]["id"]


def test_cell_ids_are_unique():
    ids = [cell.id for cell in notebook_of().cells]
    assert len(set(ids)) == len(ids)


def test_a_new_cell_under_another_heading_moves_no_other_name():
    heading = "# %% [markdown]\n# ## Doubling"
    new = SOURCE.replace(heading, f'# %% role="given"\nx = 1\n\n{heading}')
    before = set(names(percent.parse(SOURCE, "toy.py")))
    after = set(names(percent.parse(new, "toy.py")))
    assert after - before == {"given-toys-that-double-2"}
    assert before <= after


def test_two_cells_of_one_name_are_an_error():
    source = SOURCE.replace('tags=["plot"]', 'name="same"') + '\n# %% role="explore" name="same"\nx = 1\n'
    with pytest.raises(AuthorError, match="two cells are called 'explore-same'"):
        notebook_of(source)
