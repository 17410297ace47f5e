"""The script that runs the whole course in a browser writes what it measured into the guide."""

import pytest

from tests.browser.whole_course import GUIDE, with_row

TABLE = "| | all cells |\n| --- | --: |\n| one | 1 s |\n| two | 2 s |\n"


def test_a_row_takes_the_place_of_the_one_of_its_unit():
    assert with_row(TABLE, "| one | 3 s |") == TABLE.replace("1 s", "3 s")


def test_a_unit_without_a_row_is_told():
    with pytest.raises(ValueError, match="not one row 'three' in the table"):
        with_row(TABLE, "| three | 3 s |")


def test_the_guide_has_a_row_for_each():
    text = GUIDE.read_text(encoding="utf-8")
    assert with_row(text, "| finale | 1 s |") != text
