"""Each call has its own time, although the timers run on from call to call."""

import signal
from signal import ITIMER_PROF, ITIMER_REAL, SIGALRM, SIGPROF
from time import process_time

import pytest

from autograder.isolation.candidate import clock
from autograder.isolation.candidate.clock import TimeIsUp, at_most, called, watched


@pytest.fixture(autouse=True)
def handlers():
    """Whoever listened before listens again."""
    before = {number: signal.getsignal(number) for number in (SIGALRM, SIGPROF)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def set_to(monkeypatch):
    """What the timers were set to, in order; they do not run."""
    told = []
    monkeypatch.setattr(clock, "setitimer", lambda timer, *seconds: told.append((timer, seconds[0])))
    return told


@pytest.fixture
def times(monkeypatch):
    """Both clocks, to be set."""
    now = {"cpu": 0.0, "wall": 0.0}
    monkeypatch.setattr(clock, "process_time", lambda: now["cpu"])
    monkeypatch.setattr(clock, "monotonic", lambda: now["wall"])
    return now


def burn(seconds):
    end = process_time() + seconds
    while process_time() < end:
        pass
    return "done"


def call(function, *arguments, cpu=1.0, wall=3.0):
    return called(function, arguments, {}, cpu, wall)


def test_many_calls_may_together_take_longer_than_one_may():
    with watched(0.05, 10.0):
        assert [call(burn, 0.02, cpu=0.05, wall=10.0) for _ in range(6)] == ["done"] * 6
        with pytest.raises(TimeIsUp, match="stopped after 0 seconds"):
            call(burn, 60.0, cpu=0.05, wall=10.0)


def test_the_body_of_at_most_is_stopped_by_either_clock():
    for cpu, wall in ((0.02, 60.0), (60.0, 0.02)):
        with pytest.raises(TimeIsUp), at_most(cpu, wall):
            burn(60.0)
    assert [signal.getitimer(timer)[0] for timer in (ITIMER_PROF, ITIMER_REAL)] == [0.0, 0.0]


def test_calls_of_one_length_set_the_timers_once(set_to):
    with watched(1.0, 3.0):
        for _ in range(3):
            call(int)
        assert set_to == [(ITIMER_PROF, 1.0), (ITIMER_REAL, 3.0)]
    assert set_to[2:] == [(ITIMER_PROF, 0.0), (ITIMER_REAL, 0.0)]


def test_a_call_that_has_less_time_sets_them_anew(set_to):
    with watched(1.0, 3.0):
        call(int, cpu=0.25, wall=0.75)
        assert set_to[2:] == [(ITIMER_PROF, 0.25), (ITIMER_REAL, 0.75)]


def test_a_ring_between_calls_stops_nothing_and_the_next_call_has_all_its_time(set_to):
    with watched(1.0, 3.0):
        clock._ring(SIGPROF, None)
        assert len(set_to) == 2
        call(int)
        assert set_to[2:] == [(ITIMER_PROF, 1.0), (ITIMER_REAL, 3.0)]


@pytest.mark.parametrize(
    ("number", "used", "left"),
    [
        (SIGPROF, {"cpu": 0.75, "wall": 9.0}, (ITIMER_PROF, 0.25)),
        (SIGALRM, {"cpu": 9.0, "wall": 2.0}, (ITIMER_REAL, 1.0)),
        (SIGPROF, {"cpu": 1.0 - 1e-9}, (ITIMER_PROF, clock._SOONEST)),
    ],
)
def test_a_ring_in_a_call_with_time_left_comes_again_when_it_is_over(set_to, times, number, used, left):
    """Never set to nothing, which would be for ever."""

    def work():
        times.update(used)
        clock._ring(number, None)
        return "done"

    with watched(1.0, 3.0):
        assert call(work) == "done"
        assert set_to[2:] == [left]


@pytest.mark.parametrize(("number", "used"), [(SIGPROF, {"cpu": 1.0}), (SIGALRM, {"wall": 3.5})])
def test_a_ring_in_a_call_without_time_left_ends_it(set_to, times, number, used):
    def work():
        times.update(used)
        clock._ring(number, None)

    with watched(1.0, 3.0), pytest.raises(TimeIsUp, match="stopped after 1 seconds"):
        call(work)


@pytest.mark.parametrize("busy", [True, False])
def test_a_call_that_does_next_to_nothing_ends_long_before_its_time(set_to, times, busy):
    """One that works a twentieth of the time goes on: it is the machine that has no more for it."""

    def work():
        for seconds in (2.0, 4.0, 6.0):
            times.update(wall=seconds, cpu=times["cpu"] + (0.2 if busy else 0.05))
            clock._ring(SIGALRM, None)
        return "done"

    with watched(10.0, 30.0, 2.0):
        if busy:
            assert call(work, cpu=10.0, wall=30.0) == "done"
            assert set_to[1:] == [(ITIMER_REAL, 2.0)] * 4
        else:
            with pytest.raises(TimeIsUp, match="only waited"):
                call(work, cpu=10.0, wall=30.0)
