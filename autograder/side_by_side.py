"""The same work for several names, of units say, side by side in forks of this process."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from autograder.errors import AuthorError, CourseError, SandboxError, SubmissionError
from autograder.grading.lanes import Lanes

_Result = TypeVar("_Result")
_OURS = (AuthorError, CourseError, SandboxError, SubmissionError)


def side_by_side(
    names: Sequence[str], work: Callable[[str], Iterable[_Result]], at_once: int
) -> Iterator[_Result]:
    """What `work` makes of each name, in the order in which they get ready; here when it is one `at_once`.

    After a failure nothing is begun, and it is raised when what is under way has ended, so that nothing is
    left behind. CourseError when a process ended without a result.
    """
    if min(at_once, len(names)) < 2:
        for name in names:
            yield from work(name)
        return
    waiting, failure = deque(names), None
    with Lanes(lambda lane: lambda message: _told(message.decode(), work), min(at_once, len(names))) as lanes:
        while waiting or lanes.busy:
            while waiting and lanes.free:
                lanes.send(waiting[0], waiting.popleft().encode())
            for answer in lanes.answers():
                told = _ended(answer.label) if answer.content is None else pickle.loads(answer.content)
                if isinstance(told, Exception):
                    failure = failure or told
                    waiting.clear()
                else:
                    yield from told
    if failure is not None:
        raise failure


def _told(name: str, work: Callable[[str], Iterable[_Result]]) -> bytes:
    """The results for a name, or the failure of ours that took their place, for the process that asked."""
    try:
        return pickle.dumps(list(work(name)))
    except _OURS as failure:
        return pickle.dumps(failure)


def _ended(name: str) -> CourseError:
    problem = f"the process that worked on {name} ended without a result"
    return CourseError(problem, "run the command again; if it happens again, report it with what was printed")
