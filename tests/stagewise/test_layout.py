"""JSON in lines that a person can compare: short things whole, long ones entry by entry."""

import json

import pytest

from stagewise.checks.layout import WIDTH, lay_out


def test_what_fits_stands_on_one_line_with_sorted_keys():
    assert lay_out({"b": [1, {"c": None}], "a": 0.5}) == '{"a":0.5,"b":[1,{"c":null}]}\n'


def test_what_is_too_wide_is_broken_up_once_and_its_parts_are_whole():
    row = {"name": "x" * 60, "data": [1.0, 2.0]}
    lines = lay_out({"rows": [row, row]}).splitlines()
    assert [len(line) - len(line.lstrip()) for line in lines] == [0, 1, 2, 2, 1, 0]
    assert json.loads(lines[2].rstrip(",")) == row


def test_a_list_of_numbers_is_never_broken():
    text = lay_out({"data": list(range(1000)), "shape": [1000]})
    assert len(text.splitlines()) == 4
    assert max(map(len, text.splitlines())) > WIDTH


@pytest.mark.parametrize(
    "data", [[], {}, [[], {}], {"a": [{"b": list(range(99))}] * 3}, "text", 1, [[0.1] * 50] * 2]
)
def test_it_is_the_same_data(data):
    assert json.loads(lay_out(data)) == data
    assert lay_out(data) == lay_out(json.loads(lay_out(data)))


def test_nan_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        lay_out([float("nan")])
