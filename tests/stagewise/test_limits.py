"""A check ends although the function does not, and shows the beginning of what the function prints."""

import signal
import threading
import traceback

import pytest

from stagewise import check
from stagewise.checks import limits, watching
from stagewise.judge.report import Status
from stagewise.show.render import to_html, to_text
from tests.stagewise.cells import define

timed = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    monkeypatch.setattr(limits, "_TICK", 0.01)


@timed
@pytest.mark.parametrize("loop", ["while True: n += 1", "import time\n    while True: time.sleep(0.001)"])
def test_a_loop_without_an_end_is_stopped_and_shown(reports, impatient, loop):
    check(define(f"def center(x):\n    n = 0\n    {loop}"))
    (report,) = reports
    assert report.status is Status.ERROR
    said = to_text(report)
    assert said.startswith("✗ center was stopped (worth 2 points).")
    assert "Is there a loop that never ends?" in " ".join(said.replace("|", "").split())
    assert "while True" in said
    assert "stagewise" not in said
    assert "<table" not in to_html(report)


@timed
def test_what_was_set_before_is_set_afterwards(reports):
    before = signal.getsignal(signal.SIGALRM)
    check(define("def center(x): return x"))
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@timed
def test_the_timer_of_somebody_else_is_left_alone(reports):
    signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        check(define("def center(x): return x"))
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 900
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.mark.skipif(not watching.can_watch(), reason="Python tells of turns from version 3.12 on")
def test_without_a_timer_a_loop_without_an_end_is_stopped_where_it_turns(reports, impatient, monkeypatch):
    monkeypatch.setattr(limits, "_can_stop", lambda: False)
    check(define("def center(x):\n    n = 0\n    while True: n += 1"))
    (report,) = reports
    assert report.status is Status.ERROR
    assert "Is there a loop that never ends?" in " ".join(to_text(report).replace("|", "").split())
    assert "while True" in to_text(report)
    assert "stagewise" not in to_text(report)


def test_a_check_in_another_thread_works_without_a_timer(reports, toy):
    other = threading.Thread(target=check, args=(toy.center,))
    other.start()
    other.join()
    assert reports[0].status is Status.PASSED


@pytest.mark.parametrize(("stream", "text"), [("out", "y" * 99), ("err", "y" * 99), ("out", "")])
def test_the_beginning_of_what_is_printed_is_shown(reports, capsys, stream, text):
    body = f"[print('{text}', file=sys.std{stream}) for _ in range(1000)]"
    check(define(f"import sys\ndef center(x):\n    {body}\n    return x - x.mean(axis=0)"))
    said = getattr(capsys.readouterr(), stream)
    assert len(said) < limits.MOST_PRINTED + 100
    assert 10 < said.count(f"{text}\n") <= 42
    assert said.count("of what is printed") == 1
    assert reports[0].status is Status.PASSED


def test_what_is_printed_in_few_words_is_shown_as_it_is(reports, capsys):
    check(define("def center(x):\n    print(x.shape, flush=True)\n    return x - x.mean(axis=0)"))
    assert capsys.readouterr().out == "(4, 3)\n(1, 3)\n(4, 3)\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [("print(x)", True), ("pass", False), ("print(x); raise NotImplementedError", False)],
    ids=["printed", "nothing", "unwritten"],
)
def test_what_is_printed_and_not_returned_is_told(reports, capsys, body, told):
    check(define(f"def center(x):\n    {body}"))
    assert ("only `return` hands it back" in to_text(reports[0])) is told


def test_an_interrupt_passes_without_frames_of_ours(reports):
    function = define("def center(x):\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt) as stopped:
        check(function)
    frames = [frame for frame, _ in traceback.walk_tb(stopped.tb)][1:]
    assert [frame.f_code.co_name for frame in frames] == ["check", "center"]


def test_ipython_shows_the_lines_of_the_student_alone(reports, shell, capsys):
    shell.user_ns["check"] = check
    shell.run_line_magic("colors", "nocolor")
    shell.run_cell("def center(x):\n    raise KeyboardInterrupt\ncheck(center)")
    said = capsys.readouterr().out
    assert "----> 2     raise KeyboardInterrupt" in said
    assert "checking.py" not in said
