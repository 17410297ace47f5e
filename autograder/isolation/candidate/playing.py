"""Whole cases played in the candidate: scripts of calls of the student's functions, with all they need.

What a case answers is data and claims; nothing is judged here.
"""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from stagewise.judge.grammar import parse
from stagewise.judge.script import Failure, MissingEntry, Played, RaisedElsewhere, play

from ..protocol.codec import UnsendableError, encode
from ._traces import describe
from .clock import TimeIsUp, allow_idle, called

_LONGEST_TEXT, _LONGEST_TRACE = 2_000, 6_000
_MOST_WARNINGS = 100


class Tally:
    """What is known of one function's calls: whether any has ended by itself, and how many were stopped."""

    def __init__(self, function: object) -> None:
        self.function = function
        self.ended, self.stopped = False, 0

    @property
    def is_hopeless(self) -> bool:
        """Whether it is called no more: no call has ended by itself, or a second one had to be stopped."""
        return self.stopped > self.ended


class Tallies:
    """Of all functions of a notebook: one that never ends uses up its time once, not in each case and check
    that calls it.

    A function is known by being the same one, for what it says of its equality or hash is the student's.
    """

    def __init__(self) -> None:
        self._known: list[Tally] = []

    def of(self, function: object) -> Tally:
        """The function's own; a function that is defined anew begins anew."""
        for tally in self._known:
            if tally.function is function:
                return tally
        self._known.append(Tally(function))
        return self._known[-1]


class Budget:
    """The time that the calls of one check may take: each a few seconds, and all that are stopped together.

    `wall` bounds the time on the clock of all calls. `later` is what each, together and idle at most have
    after the first that is stopped.
    """

    def __init__(
        self,
        each: float,
        together: float,
        wall: float,
        factor: float,
        later: tuple[float, float, float] = (math.inf, math.inf, math.inf),
    ) -> None:
        self.timeouts = 0
        self._later = later
        self._each, self._left, self._factor = each, together, factor
        self._end = time.monotonic() + wall

    def limited(self, function: Callable[..., Any], tally: Tally) -> Callable[..., Any]:
        """The function with this budget and with what is known of it; whatever it raises, its time's end too,
        comes as RaisedElsewhere.
        """

        def limited(*arguments: Any, **keywords: Any) -> Any:
            if tally.is_hopeless:
                raise RaisedElsewhere("TimeoutError", "not called again: it was stopped before")
            seconds = min(self._each, self._left)
            if seconds <= 0 or time.monotonic() > self._end:
                raise RaisedElsewhere("TimeoutError", "not called: this check's time was used up before")
            try:
                result = called(function, arguments, keywords, seconds, seconds * self._factor)
            except TimeIsUp as error:
                tally.stopped += 1
                self._stopped(seconds)
                raise RaisedElsewhere("TimeoutError", str(error), describe(error)) from None
            except BaseException as error:
                tally.ended = True
                raise RaisedElsewhere(type(error).__name__, text_of(error), describe(error)) from None
            tally.ended = True
            return result

        return limited

    def _stopped(self, seconds: float) -> None:
        each, together, idle = self._later
        self.timeouts += 1
        self._each, self._left = min(self._each, each), min(self._left - seconds, together)
        allow_idle(idle)


def perform(
    script: list[Any],
    inputs: dict[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    budget: Budget,
    heard: list[warnings.WarningMessage],
) -> list[Any]:
    """Play one case, and return what the examiner learns of it.

    `script` is its text, the inputs it may change, and the names whose values are wanted. `functions` are
    limited by `budget`, which knows how often time was up; `heard` are the warnings of whoever is listening.
    """
    text, updates, wanted = script
    steps, before = parse(text), budget.timeouts
    run = play(steps, functions, inputs, updates, heard)
    try:
        tree = encode({name: run.values[name] for name in wanted if name in run.values})
        failure = None if run.failure is None else _told(run.failure, [step.text for step in steps])
    except UnsendableError as error:
        tree = encode({})
        failure = [len(steps) - 1, "raised", "", ["ValueError", f"the result holds {error}", ""]]
    return [tree, *_claims(run), budget.timeouts - before, failure]


def failed(error: BaseException) -> list[Any]:
    """The answer for a case that could not even be played, since the student changed what playing needs."""
    told = [type(error).__name__, text_of(error), describe(error)[:_LONGEST_TRACE]]
    return [encode({}), [], [], [], 0, [0, "raised", "", told]]


def text_of(error: BaseException) -> str:
    """The message of an exception of any make, bounded."""
    try:
        return str(error)[:_LONGEST_TEXT]
    except BaseException:
        return "(its message could not be made into text)"


def _claims(run: Played) -> list[list[Any]]:
    return [[list(pair) for pair in run.changed], [*run.warned[:_MOST_WARNINGS]], list(run.warners)]


def _told(failure: Failure, steps: list[str]) -> list[Any]:
    raised = failure.exception
    told = None
    if type(raised) is RaisedElsewhere:
        told = [raised.type_name, raised.text[:_LONGEST_TEXT], raised.frames[:_LONGEST_TRACE]]
    elif raised is not None:
        kind = MissingEntry if isinstance(raised, MissingEntry) else type(raised)
        told = [kind.__name__, text_of(raised), ""]
    return [steps.index(failure.step), failure.kind.value, failure.message[:_LONGEST_TEXT], told]
