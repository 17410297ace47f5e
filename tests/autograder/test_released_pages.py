"""A page is a notebook without anything to grade, in the release and in every hand-out."""

import json

import pytest

from autograder.errors import AuthorError
from autograder.units.handout import handout
from autograder.units.pages import build_pages, page
from tests.autograder.leaks import texts_of_zip
from tests.autograder.toy_unit import course_of, load

TEXT = "# %% [markdown]\n# # The end\n\n# %%\nprint(1)\n"


@pytest.fixture
def course(tmp_path):
    made = course_of(tmp_path)
    made.pages.mkdir(parents=True, exist_ok=True)
    (made.pages / "ending.py").write_text(TEXT, encoding="utf-8")
    return made


def test_no_cell_of_a_page_is_known_to_nbgrader(course):
    cells = json.loads(page(course, "ending"))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code"]
    assert not any("nbgrader" in cell["metadata"] for cell in cells)


def test_building_twice_changes_nothing(course):
    told = []
    build_pages(course, told.append)
    build_pages(course, told.append)
    assert told == ["ending: a page, 1 file changed", "ending: a page, nothing changed"]
    assert course.student("ending").read_text(encoding="utf-8") == page(course, "ending")


def test_a_page_is_no_unit(course):
    assert course.units() == ("toy",)
    assert course.page_names() == ("ending",)


def test_a_page_that_asks_for_something_stops_the_build(course):
    (course.pages / "ending.py").write_text(TEXT.replace("# %%\n", '# %% role="given"\n'), encoding="utf-8")
    with pytest.raises(AuthorError, match=r"ending\.py, line 4.*\n?.*this cell has the role 'given'"):
        page(course, "ending")


def test_a_page_with_the_name_of_a_unit_stops_the_build(course):
    (course.pages / "toy.py").write_text(TEXT, encoding="utf-8")
    with pytest.raises(AuthorError, match="'toy' is a unit, too"):
        page(course, "toy")


def test_the_handout_holds_the_page_and_its_readme_tells_when_to_open_it(course):
    files = texts_of_zip(handout(course, ["toy"], load=load).path)
    assert files["stagewise/ending/ending.ipynb"] == page(course, "ending")
    told = files["stagewise/README.txt"]
    assert told.index("toy/toy.ipynb") < told.index("When you have worked through all units")
    assert told.index("all units") < told.index("    ending/ending.ipynb")
