"""The command line: it teaches, tells in words whose fault it is, and ends with a code for scripts."""

import csv
import json
import os
import subprocess
import sys

import pytest

from autograder import cli, commands
from autograder.errors import AuthorError, CourseError, SandboxError
from tests.autograder.graded_toy import submitted

COMMANDS = (
    "build",
    "grade",
    "scores",
    "feedback",
    "report",
    "publish",
    "handout",
    "site",
    "validate",
    "demo",
    "doctor",
)


@pytest.fixture
def graded(toy_course, monkeypatch):
    """The toy course with three submissions, known to the commands under its directory."""
    monkeypatch.setattr(cli, "Course", lambda root: toy_course)
    for student, content in {"ada": submitted(), "kim": submitted({}), "cut": b"{"}.items():
        path = toy_course.submitted / student / "toy" / "toy.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return toy_course


def test_grade_scores_and_feedback(graded, capsys):
    assert cli.main(["grade", "toy", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "cut: not-json:" in said
    assert "2 graded, 0 unchanged, 0 repaired before grading, 1 not gradable" in said

    assert cli.main(["grade", "toy", "--jobs", "1"]) == 1
    assert "0 graded, 2 unchanged, 0 repaired before grading, 1 not gradable" in capsys.readouterr().out

    assert cli.main(["grade", "toy", "ada", "kim", "--jobs", "1"]) == 0
    assert "0 graded, 2 unchanged" in capsys.readouterr().out

    assert cli.main(["scores", "toy", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert sum(row["points"] for row in rows if row["student"] == "ada") == 90.5

    assert cli.main(["scores", "toy", "ada", "--csv"]) == 0
    header = next(csv.reader(capsys.readouterr().out.splitlines()))
    assert header == ["student", "unit", "check", "points", "max", "reason", "diagnosis"]

    assert cli.main(["scores", "toy"]) == 0
    assert "90.5 / 100" in capsys.readouterr().out

    assert cli.main(["feedback", "toy", "ada"]) == 0
    assert "1 pages in" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_takes_a_course(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert "--course DIR" in capsys.readouterr().out


def test_the_help_teaches_by_examples(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert "python -m autograder grade batchnorm ada bob --force" in said
    assert all(command in said for command in COMMANDS)


def test_a_unit_that_there_is_not_is_told_with_those_that_there_are(capsys):
    assert cli.main(["grade", "batchnrm"]) == 1
    said = capsys.readouterr().err
    assert "'batchnrm'" in said
    assert "batchnorm" in said


@pytest.mark.parametrize(
    "error",
    [
        AuthorError("solutions/x.py", 7, "a check checks nothing", "name its exercise"),
        CourseError("the disk is full", "make room"),
        SandboxError("no bubblewrap", "install it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_are_three_lines_and_no_traceback(error, monkeypatch, capsys):
    def fail(*_):
        raise error

    monkeypatch.setattr(commands, "build", fail)
    assert cli.main(["build"]) == 1
    said = capsys.readouterr().err
    assert said.strip() == str(error)
    assert said.count("\n") == 3


def test_ctrl_c_is_told_in_one_line(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "grade", interrupt)
    assert cli.main(["grade", "batchnorm"]) == 130
    assert capsys.readouterr().err.startswith("Stopped. What was finished is kept")


def test_a_cluster_takes_the_place_of_jobs_and_needs_an_address(graded, capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "toy", "--jobs", "2", "--cluster", "local:2"])
    assert "not allowed with argument --jobs" in capsys.readouterr().err
    assert cli.main(["grade", "toy", "--cluster", "local:none"]) == 1
    assert "'local:none' is no address of a cluster" in capsys.readouterr().err


def test_jobs_must_be_a_number_above_zero(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "batchnorm", "--jobs", "0"])
    assert "not a positive number" in capsys.readouterr().err


def test_a_command_that_grades_starts_templates_before_it_imports_much():
    """They get ready beside it: what it imports before is waited for."""
    program = (
        "import sys, autograder.lean, autograder.cli, autograder.commands; "
        "print({'numpy', 'stagewise', 'sqlalchemy', 'nbformat'} & sys.modules.keys())"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"


@pytest.mark.parametrize(("encoding", "told"), [("ascii", "+ 1 <= \\u00e9\n"), ("utf-8", "✓ 1 ≤ é\n")])
def test_a_command_prints_plain_marks_where_a_console_lacks_ours(encoding, told):
    program = "from autograder.terminal import say_plainly; say_plainly(); print('✓ 1 ≤ é')"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    said = subprocess.check_output([sys.executable, "-c", program], env=environment)
    assert said.decode(encoding) == told


def test_a_site_without_its_library_says_how_to_get_it(tmp_path):
    lacking = (
        "import sys; sys.modules['math_core'] = None; from autograder import cli; "
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", lacking, "site", "--course", tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "the site needs the package math_core, which is not installed" in done.stderr
    assert 'pip install -e ".[site]"' in done.stderr
    assert list(tmp_path.iterdir()) == []
