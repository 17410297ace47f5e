"""Consoles that cannot encode the marks of a table get plain ones; nothing that is printed fails."""

import argparse
import io
import os
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from autograder import cli
from reference import killmatrix, verify
from stagewise import check
from stagewise.show import display
from stagewise.show.plain import PLAIN

narrow = pytest.mark.parametrize("encoding", ["ascii", "cp949", "cp1252", "latin-1", "cp437", "shift_jis"])


def said(encoding, act):
    """What `act` leaves on a stdout of that encoding."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    with redirect_stdout(stream):
        act()
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@narrow
def test_a_check_is_shown(recorded, toy, encoding):
    def center(x):
        return x + float("nan")

    assert said(encoding, lambda: check(toy.center)).startswith("+ center: all 3 visible cases are right")
    assert said(encoding, lambda: check(center)).startswith("x center: 0 of 3 visible cases right")


@narrow
def test_every_mark_of_ours_has_a_plain_one(encoding):
    marks = "✓✗○●≈·▪•�…–—−×≤≥²³“”„‘’→"
    assert "\\" not in said(encoding, lambda: display.write(marks))


def test_other_letters_are_told_by_number():
    letters = "é 김 \U0001f600 \ud800"
    assert said("ascii", lambda: display.write(letters)) == "\\u00e9 \\uae40 \\ud83d\\ude00 \\ud800\n"


def test_a_console_that_has_the_marks_gets_them():
    assert said("utf-8", lambda: display.write("✓ 1 ≤ 2 \ud800")) == "✓ 1 ≤ 2 \\ud800\n"
    stream = io.StringIO()  # has no encoding
    with redirect_stdout(stream):
        display.write("✓")
    assert stream.getvalue() == "✓\n"


def test_what_cannot_be_read_stays_an_error():
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", PLAIN)


def test_a_program_on_an_ascii_console():
    program = "from reference.truth.activations import relu_forward as f; import stagewise as s; s.check(f)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (run.returncode, run.stdout[:14]) == (0, "+ relu_forward"), run.stderr


@pytest.mark.parametrize("command", [verify, killmatrix, cli])
def test_a_command_prints_what_an_author_wrote(command, monkeypatch):
    def print_and_end(*_):
        print("✓ σ ≤ 1")
        sys.exit()

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", print_and_end)

    def run():
        with pytest.raises(SystemExit):
            command.main([])

    assert said("ascii", run) == "+ \\u03c3 <= 1\n"
