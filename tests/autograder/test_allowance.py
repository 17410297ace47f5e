"""The time of a submission as a whole: bounded, named when it is used up, short after a first time-out."""

import pytest

from autograder.isolation import _allowance as allowance
from autograder.isolation._allowance import Allowance
from autograder.isolation.conversation import CandidateGone
from autograder.isolation.limits import Limits
from autograder.reasons import Reason

LIMITS = Limits(cell_seconds=8.0, call_seconds=4.0, check_seconds=6.0, after_timeout=0.25, wall_seconds=30.0)


@pytest.fixture
def now(monkeypatch):
    """The clock, to be set."""
    time = {"now": 100.0}
    monkeypatch.setattr(allowance, "monotonic", lambda: time["now"])
    return time


def test_two_tries_take_at_most_a_minute_of_cpu_time_and_ninety_seconds():
    limits = Limits()
    assert 2 * limits.cpu_seconds <= 60
    assert 2 * (limits.wall_seconds + limits.grace + limits.judging_seconds) <= 90


def test_after_a_time_out_all_limits_are_shorter_and_once_only(now):
    left = Allowance(LIMITS)
    left.begin_check("double")
    left.timed_out()
    assert (left.cell, left.call, left.check) == (2.0, 1.0, 1.5)
    left.timed_out()
    assert (left.call, left.check) == (1.0, 0.5)
    left.timed_out()
    assert left.check == 0.0
    left.begin_check("quadruple")
    assert min(left.call, left.check) == 1.0


def test_a_check_has_its_time_on_the_clock_too(now):
    left = Allowance(LIMITS)
    left.begin_check("double")
    assert left.call == 4.0
    assert left.check_ends == now["now"] + 18.0


def test_nothing_may_take_longer_than_there_is_left(now):
    left = Allowance(LIMITS)
    assert left.wall(4.0) == 12.0
    now["now"] += 25.0
    assert left.wall(4.0) == 5.0
    assert not left.is_over
    now["now"] += 10.0
    assert left.wall(4.0) == 0.0
    assert left.is_over


def test_the_part_that_used_most_is_named(now):
    left = Allowance(LIMITS)
    for part, seconds in (("double", 2.0), ("quadruple", 20.0), ("double", 9.0)):
        left.begin(part)
        now["now"] += seconds
    said = left.used_up("30 seconds on the clock")
    assert said == "The notebook as a whole used up its 30 seconds on the clock, most of it in quadruple"


def test_a_notebook_that_used_up_its_time_is_told_which_and_where(template):
    said = r"used up its 1 seconds on the clock, most of it in double"
    with template.new_candidate(Limits(wall_seconds=1.0)) as candidate:
        source = "import time\nfor _ in range(100): time.sleep(0.1)"
        assert candidate.run_cell(source, defines="double").status == "timeout"
        for _ in range(2):
            with pytest.raises(CandidateGone, match=said) as end:
                candidate.run_cell("1", defines="quadruple")
            assert end.value.reason is Reason.TIMEOUT


def test_code_that_only_waits_is_stopped_long_before_its_time(template):
    limits = Limits(cell_seconds=50.0, idle_seconds=0.3)
    with template.new_candidate(limits) as candidate:
        result = candidate.run_cell("import time\ntime.sleep(1000)")
        assert result.status == "timeout"
        assert "only waited" in result.outputs[-1]["evalue"]
        assert candidate.run_cell("1").status == "ok"


def test_a_try_that_does_not_count_ends_with_its_first_time_out(template):
    with template.new_candidate(Limits(cell_seconds=0.1), last=False) as candidate:
        with pytest.raises(CandidateGone) as end:
            candidate.run_cell("while True: pass")
        assert end.value.reason is Reason.TIMEOUT
        assert not candidate.in_order


def test_each_part_is_told_as_it_begins(template):
    told = []
    with template.new_candidate(begun=told.append) as candidate:
        candidate.run_cell("1", count=3)
        candidate.run_cell("def f(): pass", count=4, defines="f")
        candidate.begin_check("f")
    assert told == ["cell 3", "f", "f"]
