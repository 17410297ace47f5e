"""Lanes answer one message at a time and are replaced when they die; children do not outlive their time."""

import os
import signal

import pytest

from autograder.grading.lanes import Answer, Lanes
from autograder.grading.processes import Process, ProcessDiedError


def louder(message):
    if message == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    return message.upper()


def begin(lane):
    return louder


def answers_of(lanes):
    found = []
    while lanes.busy:
        found += lanes.answers()
    return sorted(found, key=lambda answer: answer.label)


def test_every_message_is_answered_under_its_label():
    with Lanes(begin, 2) as lanes:
        lanes.send("a", b"one")
        lanes.send("b", b"two")
        assert lanes.free == 0
        assert answers_of(lanes) == [Answer("a", b"ONE"), Answer("b", b"TWO")]


def test_a_lane_that_dies_is_replaced_and_its_message_told():
    with Lanes(begin, 1) as lanes:
        (first,) = lanes.pids
        lanes.send("a", b"die")
        assert answers_of(lanes) == [Answer("a", None)]
        assert lanes.pids != (first,)
        lanes.send("b", b"go on")
        assert answers_of(lanes) == [Answer("b", b"GO ON")]


def where(lane):
    return lambda message: louder(message) and repr(sorted(PLACED)).encode()


PLACED: set[int] = set()


def place(pid, cores):
    PLACED.clear()
    PLACED.update(cores)


@pytest.fixture
def four_cores(monkeypatch):
    """A machine of four cores, on which lanes tell where they were put."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {2, 3, 5, 7})
    monkeypatch.setattr(os, "sched_setaffinity", place)


def _places(count, *messages):
    with Lanes(where, count) as lanes:
        for message in messages:
            lanes.send("x", message)
            answers_of(lanes)
        for number in range(count):
            lanes.send(str(number), b"where")
        return sorted(answer.content for answer in answers_of(lanes))


@pytest.mark.parametrize("messages", [[], [b"die", b"die"]], ids=["at first", "after deaths"])
def test_lanes_that_take_up_all_cores_have_one_each(four_cores, messages):
    assert _places(4, *messages) == [b"[2]", b"[3]", b"[5]", b"[7]"]
    assert _places(6, *messages) == [b"[2]", b"[2]", b"[3]", b"[3]", b"[5]", b"[7]"]


def test_fewer_lanes_go_where_there_is_room(four_cores):
    assert _places(3, b"die") == [b"[2, 3, 5, 7]"] * 3


def test_large_messages_travel_whole():
    with Lanes(begin, 1) as lanes:
        lanes.send("a", b"x" * 3_000_000)
        assert answers_of(lanes) == [Answer("a", b"X" * 3_000_000)]


def test_no_lane_is_left_at_the_end():
    with Lanes(begin, 2) as lanes:
        pids = lanes.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.fixture
def child():
    """A child that does what the given function says, closed at the end."""
    made = []

    def fork(answer):
        made.append(Process.forked(lambda: answer))
        return made[-1]

    yield fork
    for one in made:
        one.close()


def test_a_child_answers_one_message_after_another(child):
    asked = child(lambda message: message * 2_000_000)
    assert asked.ask(b"x", 10) == b"x" * 2_000_000
    assert asked.ask(b"yz", 10) == b"yz" * 2_000_000
    assert asked.ask(b"", 10) == b""


def test_what_a_child_does_to_its_memory_stays_there(child):
    things = []
    assert child(lambda message: things.append(1) or b"%d" % len(things)).ask(b"", 10) == b"1"
    assert things == []


def test_a_child_that_is_killed_or_ends_early_is_told(child):
    with pytest.raises(ProcessDiedError, match="without an answer"):
        child(lambda message: os.kill(os.getpid(), signal.SIGKILL) or b"").ask(b"", 10)
    ended = child(lambda message: os._exit(0))
    for _ in range(2):
        with pytest.raises(ProcessDiedError, match="without an answer"):
            ended.ask(b"", 10)


def test_an_exception_in_a_child_is_told_with_its_traceback_on_stderr(child, capfd):
    with pytest.raises(ProcessDiedError):
        child(lambda message: bytes(1 // 0)).ask(b"", 10)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_child_has_only_so_much_time(child):
    with pytest.raises(ProcessDiedError, match="too long"):
        child(lambda message: signal.pause() or b"").ask(b"", 0.05)


def test_a_closed_child_is_gone(child):
    asked = child(lambda message: b"%d" % os.getpid())
    pid = int(asked.ask(b"", 10))
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
