"""Lanes answer one message at a time and are replaced when they die; children do not outlive their time."""

import os
import signal

import pytest

from autograder.grading.children import ChildDiedError, in_child
from autograder.grading.lanes import Answer, Lanes


def serve(connection, lane):
    while True:
        message = connection.recv_bytes()
        if message == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        connection.send_bytes(message.upper())


def answers_of(lanes):
    found = []
    while lanes.busy:
        found += lanes.answers()
    return sorted(found, key=lambda answer: answer.label)


def test_every_message_is_answered_under_its_label():
    with Lanes(serve, 2) as lanes:
        lanes.send("a", b"one")
        lanes.send("b", b"two")
        assert lanes.free == 0
        assert answers_of(lanes) == [Answer("a", b"ONE"), Answer("b", b"TWO")]


def test_a_lane_that_dies_is_replaced_and_its_message_told():
    with Lanes(serve, 1) as lanes:
        (first,) = lanes.pids
        lanes.send("a", b"die")
        assert answers_of(lanes) == [Answer("a", None)]
        assert lanes.pids != (first,)
        lanes.send("b", b"go on")
        assert answers_of(lanes) == [Answer("b", b"GO ON")]


def test_large_messages_travel_whole():
    with Lanes(serve, 1) as lanes:
        lanes.send("a", b"x" * 3_000_000)
        assert answers_of(lanes) == [Answer("a", b"X" * 3_000_000)]


def test_no_lane_is_left_at_the_end():
    with Lanes(serve, 2) as lanes:
        pids = lanes.pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_child_returns_bytes():
    assert in_child(lambda: b"x" * 2_000_000, 10) == b"x" * 2_000_000


def test_what_a_child_does_to_its_memory_stays_there():
    things = []
    in_child(lambda: things.append(1) or b"", 10)
    assert things == []


def test_a_child_that_is_killed_or_ends_early_is_told():
    with pytest.raises(ChildDiedError, match="without an answer"):
        in_child(lambda: os.kill(os.getpid(), signal.SIGKILL) or b"", 10)
    with pytest.raises(ChildDiedError, match="without an answer"):
        in_child(lambda: os._exit(0), 10)


def test_an_exception_in_a_child_is_told_with_its_traceback_on_stderr(capfd):
    with pytest.raises(ChildDiedError):
        in_child(lambda: bytes(1 // 0), 10)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_child_has_only_so_much_time():
    with pytest.raises(ChildDiedError, match="too long"):
        in_child(lambda: signal.pause() or b"", 0.05)
