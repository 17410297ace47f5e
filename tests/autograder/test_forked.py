"""A program that is called in a fork says and ends as one of its own would, and leaves this process alone."""

import atexit
import os
import subprocess
import sys
import warnings

import pytest

from tests.autograder.forked import forked

HOME = {"HOME": "/nowhere", "PATH": "/usr/bin:/bin"}


def test_it_has_its_own_folder_arguments_and_variables_and_all_it_says_is_heard(tmp_path):
    before = os.getcwd(), dict(os.environ), sys.argv, sys.stdout

    def main():
        print(os.getcwd(), *sys.argv, *sorted(os.environ.items()))
        print("aside", file=sys.stderr)
        subprocess.run(["echo", "from another program"], check=True)
        atexit.register(print, "at its end")

    code, said = forked(main, ["it", "--loud"], tmp_path, HOME)
    assert code == 0
    first = f"{tmp_path} it --loud ('HOME', '/nowhere') ('PATH', '/usr/bin:/bin')"
    assert said.splitlines() == [first, "aside", "from another program", "at its end"]
    assert before == (os.getcwd(), dict(os.environ), sys.argv, sys.stdout)


@pytest.mark.parametrize(
    ("end", "code"), [(SystemExit(3), 3), (SystemExit(), 0), (ValueError("a fault"), 1)], ids=repr
)
def test_it_ends_as_a_program_does(tmp_path, end, code):
    def main():
        raise end

    ended, said = forked(main, ["it"], tmp_path, HOME)
    assert ended == code
    assert ("ValueError: a fault" in said) == (type(end) is ValueError)


def test_a_warning_is_no_error_there(tmp_path):
    assert forked(lambda: warnings.warn("careful", stacklevel=1), ["it"], tmp_path, HOME) == (0, "")
