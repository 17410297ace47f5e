"""Bounds on memory and processor time: what overspends is stopped, what does not is left alone."""

import signal
import threading

import pytest

from autograder.bounds import OverspentError, bound_memory, spending
from autograder.grading.processes import Process
from autograder.isolation.limits import MIB


def work():
    while True:
        pass


def test_work_that_overspends_is_stopped_though_it_catches_exceptions():
    def stubborn():
        while True:
            try:
                work()
            except Exception:
                continue

    with pytest.raises(OverspentError), spending(0.05):
        stubborn()


def test_work_that_does_not_leaves_nothing_behind():
    before = signal.getsignal(signal.SIGPROF)
    with spending(60):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    assert signal.getsignal(signal.SIGPROF) is before


def test_in_another_thread_work_is_not_bounded():
    done = []

    def run():
        with spending(60):
            done.append(signal.getitimer(signal.ITIMER_PROF)[0])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [0.0]


def test_a_process_runs_out_of_memory_before_the_machine_does():
    """With an error, which is an answer."""

    def hoard(message: bytes) -> bytes:
        bound_memory(64 * MIB)
        small = bytearray(1 * MIB)
        try:
            bytearray(256 * MIB)
        except MemoryError:
            return b"refused" + small[:0]
        return b"given"

    child = Process.forked(lambda: hoard)
    try:
        assert child.ask(b"", 60.0) == b"refused"
    finally:
        child.close()
