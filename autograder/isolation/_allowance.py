"""The time that one candidate has: for each call, each check and all together, and which part used how much.

After a first time-out the limits are a fraction of what they were: a loop that never ends costs seconds, and
what comes after it is still judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from autograder.isolation.limits import Limits

_SOME = 1.0
_PACE = 0.1
"""Of its wall time a candidate's own clock may stop it this much early or late."""


class Allowance:
    """What is left, as seconds of CPU time of a cell, a call, or all stopped calls of a check together.

    `begun` hears which part (an exercise, or a cell) comes next. The time on the clock counts from now on.
    """

    def __init__(self, limits: Limits, begun: Callable[[str], None] = lambda part: None) -> None:
        self.cell, self.call, self.check = limits.cell_seconds, limits.call_seconds, limits.check_seconds
        self.check_ends = float("inf")
        self._limits, self._begun = limits, begun
        self._used: defaultdict[str, float] = defaultdict(float)
        self._part, self._since = "", monotonic()
        self._ends = self._since + limits.wall_seconds
        self._shortened = False

    def begin(self, part: str) -> None:
        """From now on the time is used by `part`."""
        now = monotonic()
        self._used[self._part] += now - self._since
        self._part, self._since = part, now
        self._begun(part)

    def begin_check(self, part: str) -> None:
        """The calls of a check have its time together."""
        self.begin(part)
        share = self._limits.after_timeout if self._shortened else 1.0
        self.check = self._limits.check_seconds * share
        self.check_ends = self._since + self.check * self._limits.wall_factor

    def timed_out(self) -> None:
        """A cell or a call was stopped: the check has less left, and what comes is stopped earlier."""
        self.check -= min(self.call, self.check)
        if not self._shortened:
            self._shortened, share = True, self._limits.after_timeout
            self.cell, self.call = self.cell * share, self.call * share
            self.check = min(self.check, self._limits.check_seconds * share)

    def wall(self, seconds: float) -> float:
        """On the clock, how long something with so many seconds of CPU time may take."""
        return min(seconds * self._limits.wall_factor, max(0.0, self._ends - monotonic()))

    @property
    def ends(self) -> float:
        """When all time on the clock is over."""
        return self._ends

    @property
    def is_over(self) -> bool:
        """Whether the time on the clock is used up."""
        return monotonic() >= self._ends - _PACE

    def used_up(self, what: str) -> str:
        """A sentence for when a budget is: which, and by which part most of it. It tells no number that the
        code could choose.
        """
        self.begin(self._part)
        part, seconds = max(self._used.items(), key=lambda used: used[1])
        most = f", most of it in {part}" if part and seconds >= _SOME else ""
        return f"The notebook as a whole used up its {what}{most}"
