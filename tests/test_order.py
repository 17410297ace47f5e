"""A run of all tests begins with the longest files, and is told not to choose an order of its own."""

from pathlib import Path
from types import SimpleNamespace

from tests.order import LONGEST, longest_first

ROOT = Path(__file__).parents[1]


def test_the_longest_come_first_and_the_others_stay_as_they_were():
    found = [
        "tests/b.py::one",
        f"tests/{LONGEST[1]}::one[x::y]",
        "tests/a.py::one",
        f"tests/{LONGEST[0]}::one",
    ]
    ordered = longest_first([SimpleNamespace(nodeid=name) for name in found])
    assert [item.nodeid for item in ordered] == [found[3], found[1], found[0], found[2]]


def test_what_is_called_long_is_there():
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []


def test_make_test_keeps_this_order():
    """Left alone, pytest-xdist begins with the files of the most tests, and the long ones have few."""
    assert "--dist loadfile --no-loadscope-reorder\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
