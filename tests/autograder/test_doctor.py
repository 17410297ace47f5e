"""The doctor tells what a machine can do, and the remedy for what it cannot."""

import io

import pytest
from rich.console import Console

from autograder import doctor
from autograder.course import Course
from autograder.doctor import Finding, examine_machine, show
from autograder.errors import SandboxError
from autograder.isolation import levels
from autograder.isolation.confinement.level import Level
from autograder.isolation.levels import why_not
from autograder.isolation.sandbox import CandidateTemplate
from autograder.seed import keep_seed
from autograder.term.settings import SETTINGS_FILE
from tests.autograder import machines


def text_of(findings):
    console = Console(record=True, width=120, file=io.StringIO())
    show(findings, console)
    return console.export_text()


def test_this_machine_can_grade(tmp_path):
    findings = {finding.what: finding for finding in examine_machine(Course(tmp_path))}
    level = findings["isolation"].found.split(":")[0]
    assert findings[f"level {level}"].found == "possible"
    assert findings["nbgrader"].found.startswith("0.9")
    assert f"This machine can grade at the level of isolation {level}." in text_of(tuple(findings.values()))


@pytest.fixture
def bare(monkeypatch):
    """A machine that is looked at anew, and has no programs."""
    monkeypatch.setenv("PATH", "")
    why_not.cache_clear()
    yield
    why_not.cache_clear()


@machines.needs_landlock
def test_without_bubblewrap_the_next_level_and_the_way_up_are_told(bare, tmp_path):
    findings = {finding.what: finding for finding in doctor._isolation()}
    assert not findings["bubblewrap"].good
    assert findings["level sandbox"].found == "not here: bubblewrap (bwrap) is not installed"
    assert findings["isolation"].found.startswith("landlock: ")
    assert not findings["isolation"].needed
    said = text_of(tuple(findings.values()))
    assert "apt-get install bubblewrap" in said
    assert "The level of isolation is `landlock`" in said
    assert "layer gate" in said
    assert "This machine can grade at the level of isolation landlock." in said


def test_with_no_level_at_all_grading_stops_with_the_same_text(bare, monkeypatch):
    monkeypatch.setattr(levels, "BY_ITSELF", (Level.SANDBOX,))
    findings = {finding.what: finding for finding in doctor._isolation()}
    assert (findings["isolation"].good, findings["isolation"].needed) == (False, True)
    with pytest.raises(SandboxError) as told:
        CandidateTemplate.start()
    assert (told.value.problem, told.value.remedy) == (
        findings["isolation"].found,
        findings["isolation"].remedy,
    )
    assert "This machine can grade" not in text_of(tuple(findings.values()))


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
    (tmp_path / SETTINGS_FILE).write_text("sed = 8")
    unclear = doctor._seed(course)
    assert (unclear.good, unclear.needed) == (False, True)
    assert unclear.remedy == "write seed"
