"""begin and progress: the unit, its exercises, the last results of this session."""

import pytest

from stagewise import begin, check, progress
from stagewise.checks import session
from stagewise.checks.overview import progress_html
from stagewise.show import display


def test_begin_says_what_was_begun(recorded, capsys):
    begin("toy")
    assert capsys.readouterr().out.startswith("Toys that centre: 2 exercises. (stagewise ")


def test_begin_says_in_a_browser_how_a_cell_is_stopped(recorded, capsys, monkeypatch):
    monkeypatch.setattr(session, "in_browser", lambda: True)
    begin("toy")
    assert "Kernel > Restart Kernel" in capsys.readouterr().out


def test_begin_names_the_units_there_are(recorded):
    with pytest.raises(LookupError, match="the units are: toy"):
        begin("toys")


def test_progress_before_begin_says_what_to_do(recorded, capsys):
    progress()
    assert 'begin("…") with one of: toy' in capsys.readouterr().out


def test_progress_shows_last_results_and_is_honest_about_the_grade(recorded, toy, capsys):
    begin("toy")
    with display.use(lambda report: None):
        check(toy.center)
    progress()
    said = capsys.readouterr().out
    assert "1 of 2 exercises pass their visible checks (2 of 10 points)" in said
    assert "✓ center              2 points  visible checks passed" in said
    assert "· center_backward     8 points  not checked in this session" in said
    assert "The grade comes from further cases" in said


def test_last_result_counts(recorded, toy):
    def center(x):
        return x

    begin("toy")
    with display.use(lambda report: None):
        check(toy.center)
        check(center)
    assert session.last_reports()["center"].status.value == "failed"
    assert "not right yet" in progress_html(session.current(), session.last_results("toy"))
