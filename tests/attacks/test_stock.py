"""What an attack is worth: the same cells on stock nbgrader, in a scratch course and one kernel."""

import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from autograder.attacks.catalogue import ATTACKS
from autograder.attacks.field import CHECK, GIVEN, PLAN, POINTS, SECRET, WRONG

LAST = "no-op run_code"  # nothing can be taken back after it
STOCK = sorted((attack for attack in ATTACKS if attack.stock), key=lambda attack: attack.name == LAST)
LOOKING = {"reading the source": SECRET, "reading the gradebook": "classmate"}
CHANGING = "writing the gradebook"


def check_cell(name):
    """The check cell as nbgrader's autograde has it: hidden tests and all."""
    (planned,) = [cell for cell in PLAN.cells if cell.role == "check"]
    cell = new_code_cell(CHECK)
    cell.metadata = nbformat.from_dict(dict(planned.metadata))
    cell.metadata.nbgrader.grade_id = name
    return cell


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """All attacks that work on stock, one after the other, each taken back before the next."""
    course = tmp_path_factory.mktemp("stock")
    (course / "source" / "doubling").mkdir(parents=True)
    (course / "source" / "doubling" / "doubling.ipynb").write_text(SECRET)
    base = sqlite3.connect(course / "gradebook.db")
    with base:
        base.execute("create table t (student text, points real)")
        base.execute("insert into t values ('classmate', 1.5)")
    base.close()
    place = course / "autograded" / "student" / "doubling"
    place.mkdir(parents=True)
    cells = [new_code_cell(GIVEN)]
    for attack in STOCK:
        sources = [source.replace("{course}", "/nowhere") for source in (*attack.cells, attack.answer)]
        cells += [new_code_cell(source, metadata={"attack": attack.name}) for source in sources]
        cells += [check_cell(attack.name), new_code_cell(attack.undo)]
        cells += [new_code_cell(WRONG), check_cell(f"control-{attack.name}")]
    notebook = new_notebook(cells=cells)
    Execute(kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(place)}})
    return course, notebook


def outputs_of(notebook, name):
    """All text that an attack's own cells show."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("attack") == name]
    return "".join(str(cell.outputs) for cell in cells)


@pytest.mark.parametrize(
    "name", [attack.name for attack in STOCK if attack.name not in {*LOOKING, CHANGING}], ids=str
)
def test_an_attack_earns_full_marks_on_stock_nbgrader(executed, name):
    """So what our autograder withstands is real."""
    _, notebook = executed
    (check,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    assert determine_grade(check) == (POINTS, POINTS), check.outputs


@pytest.mark.parametrize("name", [attack.name for attack in STOCK if attack.name != LAST])
def test_the_wrong_answer_alone_earns_nothing_there(executed, name):
    """The attack made the difference: once it is taken back, the check works."""
    (check,) = [
        c for c in executed[1].cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"control-{name}"
    ]
    assert determine_grade(check) == (0, POINTS)


@pytest.mark.parametrize("name", LOOKING)
def test_secrets_can_be_read_on_stock_nbgrader(executed, name):
    """The instructor's notebook and the gradebook of the whole class."""
    assert LOOKING[name] in outputs_of(executed[1], name)


def test_the_gradebook_can_be_written_on_stock_nbgrader(executed):
    """Everybody's points were changed by one student's cell."""
    base = sqlite3.connect(executed[0] / "gradebook.db")
    assert base.execute("select points from t").fetchall() == [(1000.0,)]
    base.close()
