"""A bound on processor time: what overspends is stopped, what does not is left alone."""

import signal
import threading

import pytest

from autograder.examining.spending import OverspentError, spending


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
