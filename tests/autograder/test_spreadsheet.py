"""CSV that no spreadsheet runs, wherever it parts the cells, and from which ids and numbers come back."""

import csv
import io
import itertools
import random

import pytest

from autograder.spreadsheet import csv_text

STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20\u2212")
BEFORE = ("", "\r", "\n", "\t", " ", ";", ",", "; ", "ok;", "ok\t", '"', '";', ';"', "'", "\ufeff", "\u200b")
UNSEEN = ("\x00", "\u202e", "\x1b[31m", "\xa0", "\u2028")
PARTS = (*BEFORE, *STARTS, *UNSEEN, "1", "cmd|' /C calc'!A0", "a", '""')
FORMULAS = [f"{before}{start}1+1" for before, start in itertools.product(BEFORE, STARTS)]


def begins_formula(cell: str) -> bool:
    return cell.strip(" \t\r\n\xa0\ufeff\u200b\"'")[:1] in STARTS and not cell.lstrip(' "').startswith("'")


def cells(text: str) -> list[str]:
    """Whatever a reader may take for a cell: by each separator, quotes minded and not."""
    found = [cell for line in text.splitlines() for mark in ",;\t" for cell in line.split(mark)]
    for mark in ",;\t":
        found += [cell for row in csv.reader(io.StringIO(text), delimiter=mark) for cell in row]
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula(text):
    written = csv_text(["student", "points"], [[text, 1.5], ["s17", 2.0]])
    assert [cell for cell in cells(written) if begins_formula(cell)] == []
    assert len(written.splitlines()) == 3


def test_no_cell_of_random_pieces_begins_a_formula():
    chance = random.Random(17)
    for _ in range(3000):
        row = ["".join(chance.choices(PARTS, k=chance.randint(1, 8))) for _ in range(3)]
        written = csv_text(["a", "b", "c"], [row])
        assert [cell for cell in cells(written) if begins_formula(cell)] == [], row
        assert written.replace("\n", "").isprintable()


def test_ids_and_numbers_come_back():
    """Numbers without quotes, for which a spreadsheet would take them for texts; texts as they were."""
    rows = [["s17", 2.5, "it's 3 - 1, and so on", None], ["Müller, Ada", -1, 'a "word"', 7]]
    written = csv_text(["id", "points", "said", "more"], rows)
    assert written.splitlines()[1].startswith('"s17",2.5,')
    read = list(csv.reader(io.StringIO(written), quoting=csv.QUOTE_NONNUMERIC))
    assert read[1:] == [["s17", 2.5, "it's 3 - 1, and so on", ""], ["Müller, Ada", -1.0, 'a "word"', 7.0]]


def test_the_judge_of_cells_knows_a_formula():
    assert any(map(begins_formula, cells("a;=1\n")))
    assert begins_formula(' "=1')
    assert not begins_formula("'=1")
