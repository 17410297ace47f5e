"""A unit's text is read as cells with roles and lines; a mistake stops with file, line and remedy."""

import pytest

from autograder.errors import AuthorError
from autograder.units import percent
from autograder.units.percent import Role
from tests.autograder.toy_unit import SOURCE

TITLE = "# %% [markdown]\n# # Title\n\n"


def parse(text):
    return percent.parse(text, "solutions/toy.py")


def fault(text):
    with pytest.raises(AuthorError) as caught:
        parse(TITLE + text)
    return caught.value


def test_cells_know_role_type_points_and_the_line_of_their_marker():
    unit = parse(SOURCE)
    lines = SOURCE.splitlines()
    roles = "plain given plain exercise check explore plain exercise check written"
    assert " ".join(cell.role.value for cell in unit.cells) == roles
    assert all(lines[cell.line - 1].startswith("# %%") for cell in unit.cells)
    assert [cell.points for cell in unit.cells if cell.points] == [40.5, 50.0, 9.5]
    assert [cell.cell_type for cell in unit.cells if cell.role is Role.WRITTEN] == ["markdown"]


def test_the_unit_is_named_after_its_file_and_titled_by_its_first_text_cell():
    unit = parse(SOURCE)
    assert (unit.unit, unit.title) == ("toy", "Toys that double")


def test_line_of_finds_a_source_line_in_the_file():
    cell = next(cell for cell in parse(SOURCE).cells if cell.role is Role.EXERCISE)
    index = cell.source.split("\n").index("    secret_sum = x + x")
    assert SOURCE.splitlines()[cell.line_of(index) - 1] == "    secret_sum = x + x"


def test_a_header_of_jupytext_is_no_cell():
    header = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation: {}\n# ---\n\n"
    assert parse(header + SOURCE).cells[0].line == 7


def test_magics_and_tags_are_kept():
    cells = parse(SOURCE).cells
    assert "%matplotlib inline" in cells[1].source.splitlines()
    assert cells[5].tags == ("plot",)


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('# %% role="chekc"\nx', 4, "unknown role 'chekc'", "the roles are given, exercise, check, explore"),
        ('# %% role="check" point=1\nx', 4, "unknown option 'point'", "the options are role, points"),
        ('# %% role="check"\nx', 4, "the check cell has no points", "points=2"),
        ('# %% [markdown] role="written"\n# x', 4, "the written cell has no points", "points=2"),
        ('# %% role="check" points=0\nx', 4, "points=0", "a number above 0"),
        ('# %% role="check" points=-1\nx', 4, "points=-1", "a number above 0"),
        ('# %% role="check" points="2"\nx', 4, "points='2'", "a number above 0"),
        ('# %% role="check" points=true\nx', 4, "points=True", "a number above 0"),
        ('# %% role="check" points=NaN\nx', 4, "points=", "a number above 0"),
        ('# %% role="explore" points=2\nx', 4, "the explore cell has points", "move them to a check"),
        ('# %% role="written" points=2\nx', 4, "code cell cannot have the role 'written'", "markdown cell"),
        ('# %% [markdown] role="given"\n# x', 4, "markdown cell cannot have the role 'given'", "code cell"),
        ('# %% role="given" needs=["transfer"]\nx', 4, "a cell says what it needs", "in its first cell"),
        ('# %% role="check" points=2 folded=true\nx', 4, "the check cell is folded", "given and explore"),
        ('# %% role="given" folded="yes"\nx', 4, "folded='yes'", "write folded=true"),
        ('# %% role="given" name="Two words"\nx', 4, "the name 'Two words'", "digits and hyphens"),
    ],
)
def test_a_mistake_in_a_marker_names_its_line_and_its_remedy(text, line, problem, remedy):
    error = fault(text)
    assert (error.file, error.line) == ("solutions/toy.py", line)
    assert problem in error.problem
    assert remedy in error.remedy


def test_the_first_cell_says_what_the_unit_needs():
    assert parse(SOURCE).needs == ()
    assert parse(SOURCE.replace("# %% [markdown]", '# %% [markdown] needs=["transfer"]', 1)).needs == (
        "transfer",
    )
    with pytest.raises(AuthorError, match=r"needs is a list of names, as in needs=\["):
        parse(SOURCE.replace("# %% [markdown]", '# %% [markdown] needs="transfer"', 1))


def test_a_unit_without_title_is_an_error():
    with pytest.raises(AuthorError, match="no title"):
        parse("# %% [markdown]\n# Text only.\n")
    with pytest.raises(AuthorError, match="no title"):
        parse("# %%\nx = 1\n")


def test_text_before_the_first_marker_is_an_error():
    with pytest.raises(AuthorError, match="begin a cell"):
        parse("import os\n\n" + SOURCE)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(AuthorError, match="there is no such file"):
        percent.read(tmp_path / "gone.py")


def test_the_message_says_where_what_and_what_to_do():
    error = fault('# %% role="check"\nx')
    assert str(error).splitlines() == [
        "Building solutions/toy.py, line 4:",
        "the check cell has no points.",
        "Remedy: add them, as in points=2.",
    ]
