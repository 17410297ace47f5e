"""Kills a process of a run at a moment that is counted in Python's own calls, so that it can be repeated.

A run is a forked child of the test. The moment is the n-th call that the driver makes (to kill the driver) or
that an examiner makes on its first try (to kill itself, its lane, its candidate or the candidates' template).
"""

import os
import signal
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from autograder.grading import driver, worker

CALLS = ("call", "c_call")


class Lent:
    """A template that outlives the run, in the place of the run's own: starting one takes seconds."""

    def __init__(self, template):
        self._template = template

    def ready(self):
        """It is."""
        return (self._template,)

    def take(self, lane):
        """The same for every lane."""
        return self._template

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def run_of(work):
    """How a forked child that does `work` ended: its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@contextmanager
def after(calls, strike):
    """Inside, `strike` is called at the n-th call, and at each later one until it returns True.

    Yields a list with the number of calls so far.
    """
    seen = [0]

    def count(frame, event, argument):
        if event in CALLS:
            seen[0] += 1
            if seen[0] > calls and strike():
                sys.setprofile(None)

    sys.setprofile(count)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def kill(pid):
    """Kill it as the kernel does when memory runs out."""
    os.kill(pid, signal.SIGKILL)
    return True


def driver_strikes(calls, strike, count):
    """Once submissions are being graded, the driver's n-th call is `strike`'s; `count` hears of all calls."""
    go_on = driver._Run.all

    def struck(self, *rest):
        with after(calls, strike) as seen:
            go_on(self, *rest)
        count(seen[0])

    driver._Run.all = struck


def examiner_strikes(student, calls, strike, count):
    """While `student` is examined for the first time, the n-th call is `strike`'s; `count` hears of all."""
    mark = worker.mark

    def struck(name, *rest):
        if name != student:
            return mark(name, *rest)
        with after(calls, strike) as seen:
            marked = mark(name, *rest)
        count(seen[0])
        return marked

    worker.mark = struck


def once(flag, victim):
    """A strike at what `victim` finds, as soon as it finds something; one in all processes of a run."""

    def strike():
        if flag.exists():
            return True
        pid = victim()
        return bool(pid) and first(flag) and kill(pid)

    return strike


def first(flag):
    """Whether this is the first call with this flag, in any process."""
    try:
        os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def sent_are_noted(place):
    """Each submission that is sent to a lane is a line of the file."""
    ask = driver.question

    def noted(student, raw, **more):
        with place.open("a") as file:
            file.write(f"{student}\n")
        return ask(student, raw, **more)

    driver.question = noted


def candidate_of(template):
    """The candidate that the template has now, or 0."""
    below = children(below_bwrap(template))
    return below[0] if below else 0


def below_bwrap(template):
    """The template itself, below the processes that make its sandbox."""
    pid = template._process.pid
    while b"bwrap" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]:
        below = children(pid)
        if not below:
            return pid
        pid = below[0]
    return pid


def children(pid):
    """Its children's process ids."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition):
    """Wait for something that other processes do; AssertionError when it does not come."""
    end = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < end
        os.sched_yield()


def runs(pid):
    """Whether there is such a process that has not ended."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
