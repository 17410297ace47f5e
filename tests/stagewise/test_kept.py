"""progress() after a restart: what passed earlier is told as that, whatever became of the file."""

import json

import pytest

from stagewise import begin, check, progress
from stagewise.checks import session
from stagewise.checks.overview import progress_html
from stagewise.show import display
from tests.stagewise.cells import define

RIGHT = "def center(x): return x - x.mean(axis=0)"
EARLIER = "✓ center              2 points  passed in an earlier session"


@pytest.fixture
def notebook(shell, recorded, monkeypatch, tmp_path):
    """A shell like a kernel's in an empty folder; returns where the file lies."""
    shell.kernel, shell.starting_dir = None, str(tmp_path / "notebook")
    (tmp_path / "notebook").mkdir()
    monkeypatch.setattr(session, "_apply_style", lambda: None)
    monkeypatch.setattr(session, "watch_names", lambda: None)
    yield tmp_path / "notebook" / ".toy.progress.json"
    del shell.kernel


def checked(source):
    begin("toy")
    with display.use(lambda report: None):
        check(define(source))


def after_restart(capsys, shell, **defined):
    session.forget()
    shell.user_ns.update(defined)
    begin("toy")
    capsys.readouterr()
    progress()
    return capsys.readouterr().out


def test_what_passed_is_told_after_a_restart(notebook, shell, capsys):
    checked(RIGHT)
    said = after_restart(capsys, shell)
    assert f"{EARLIER}\n" in said
    assert "0 of 2 exercises" in said
    assert "(0 of 10 points); 1 more passed in an earlier session (2 points)." in said
    assert "width:20%" in progress_html(session.current(), session.last_results("toy"))


def test_the_same_function_defined_again_changes_nothing(notebook, shell, capsys):
    checked(RIGHT)
    assert f"{EARLIER}\n" in after_restart(capsys, shell, center=define(RIGHT))


@pytest.mark.parametrize("now", [define("def center(x): return x"), 3], ids=["another", "no function"])
def test_another_function_is_not_told_to_pass(notebook, shell, capsys, now):
    checked(RIGHT)
    said = after_restart(capsys, shell, center=now)
    assert "· center              2 points  passed in an earlier session, changed since\n" in said
    assert "(0 of 10 points)." in said


def test_a_check_of_this_session_counts_more(notebook, shell, capsys):
    checked(RIGHT)
    session.forget()
    checked("def center(x): return x")
    assert "earlier session" not in after_restart(capsys, shell)
    assert json.loads(notebook.read_text()) == {}


def test_the_file_is_written_anew_and_never_emptied(notebook, shell):
    checked(RIGHT)
    other = notebook.with_name("other")
    other.hardlink_to(notebook)
    checked("def center(x): return x")
    assert list(json.loads(other.read_text())) == ["center"]
    assert json.loads(notebook.read_text()) == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"center": 1}', "[" * 50_000, '{"center": "' + "a" * 200_000 + '"}', "\xff", "null"],
)
def test_a_damaged_file_is_as_good_as_none(notebook, shell, capsys, text):
    notebook.write_bytes(text.encode("latin-1"))
    assert "center              2 points  not checked in this session" in after_restart(capsys, shell)
    checked(RIGHT)
    assert EARLIER in after_restart(capsys, shell)


def test_a_file_that_cannot_be_written_is_done_without(notebook, shell, capsys):
    notebook.mkdir()
    checked(RIGHT)
    assert session.last_reports("toy")["center"].status.value == "passed"
    assert "not checked in this session" in after_restart(capsys, shell)


@pytest.mark.parametrize("execution", ["validate", "autograde"])
def test_nbgrader_leaves_no_file(notebook, monkeypatch, execution):
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    checked(RIGHT)
    assert not notebook.exists()


def test_a_program_leaves_no_file(recorded, toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with display.use(lambda report: None):
        check(toy.center)
    assert [path.name for path in tmp_path.iterdir()] == ["toy.json"]
