"""Words in the open are counted; what is folded, formulas, code and what instructors alone see are not."""

import pytest

from autograder.units import prose
from autograder.units.percent import parse

UNIT = """\
# %% [markdown]
# # Lines
# Three words here.

# %% role="exercise"
def f(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION

# %% role="check" points=40
check(f)

# %% role="exercise"
def g(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION

# %% role="check" points=50
check(g)

# %% [markdown] role="written" name="why" points=10
# **Why not?**
#
# ### BEGIN SOLUTION
# Because of this.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 10 points: this.
# ### END MARK SCHEME
"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# A heading\n\nand *two* words", 5),
        ("It's a second-year student's 3 lines", 5),
        ("above\n\n| a | table |\n| :-- | --: |\n| of | four |\n\nbelow", 2),
        ("half of $x_i + \\text{size}$ and\n$$\n\\sum_i x_i\n$$\nnothing", 4),
        ("run `check(f)` again", 2),
        ("a block\n\n    for x in y:\n        pass\n\nends", 3),
        ("- an item\n  goes on", 4),
        ("before\n```python\nx = y\n```\nafter", 2),
        ("see [their paper](https://example.org/abs/12), too", 4),
        ("open<details><summary>Hint</summary>\n\nfolded\n</details>\n<b>open</b>", 2),
    ],
)
def test_words_in_the_open_are_counted(text, count):
    assert prose.words(text) == count


def test_a_unit_counts_what_students_receive_for_each_check():
    assert prose.words_for_each_exercise(parse(UNIT, "lines.py")) == (1 + 3 + 2) / 2


def test_a_unit_without_checks_counts_all_its_words():
    assert prose.words_for_each_exercise(parse("# %% [markdown]\n# # One title\n", "page.py")) == 2
