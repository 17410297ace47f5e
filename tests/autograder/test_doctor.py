"""The doctor tells what a machine can do, and the remedy for what it cannot."""

import io

from rich.console import Console

from autograder import doctor
from autograder.course import Course
from autograder.doctor import Finding, examine_machine, show
from autograder.seed import SEED_FILE, keep_seed


def text_of(findings):
    console = Console(record=True, width=120, file=io.StringIO())
    show(findings, console)
    return console.export_text()


def test_this_machine_can_grade(tmp_path):
    findings = {finding.what: finding for finding in examine_machine(Course(tmp_path))}
    assert findings["sandbox"].good
    assert findings["nbgrader"].found.startswith("0.9")
    assert "This machine can grade in a sandbox." in text_of(tuple(findings.values()))


def test_without_bubblewrap_the_remedy_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    findings = {finding.what: finding for finding in examine_machine(Course(tmp_path))}
    assert not findings["bubblewrap"].good
    assert not findings["sandbox"].good
    said = text_of(tuple(findings.values()))
    assert "apt-get install bubblewrap" in said
    assert "This machine can grade" not in said


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "_NEEDED", ("no-such-package",))
    (first, *_) = doctor._packages()
    assert (first.good, first.needed) == (False, True)
    assert "pip install" in first.remedy


def test_a_remedy_is_told_letter_by_letter():
    """Brackets are no markup."""
    said = text_of([Finding("x", False, False, "[no]", 'pip install -e ".[cluster]"')])
    assert 'pip install -e ".[cluster]"' in said
    assert "[no]" in said


def test_what_is_optional_does_not_stop_grading():
    said = text_of([Finding("landlock", False, False, "no", "nothing to do")])
    assert "optional: landlock" in said
    assert "This machine can grade" in said


def test_the_seed_of_the_course_is_told(tmp_path):
    course = Course(tmp_path)
    keep_seed(course, 7)
    assert doctor._seed(course) == Finding("seed of hidden cases", True, True, "7")
    (tmp_path / SEED_FILE).write_text("sed = 8")
    unclear = doctor._seed(course)
    assert (unclear.good, unclear.needed) == (False, True)
    assert "--seed N" in unclear.remedy
