"""A look at the clock at every turn of a loop, for places where no timer interrupts: a browser, Windows.

Python tells of the turns from version 3.12 on. What never turns, such as one long call of NumPy, is not
stopped.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_NUMBERS = (4, 3)  # of tools, that no profiler, debugger or optimizer has for its own


def in_browser() -> bool:
    """Whether this Python runs in a web page."""
    return sys.platform == "emscripten"


def can_watch() -> bool:
    """Whether `watched` looks at all."""
    return _number() is not None


@contextmanager
def watched(look: Callable[[], Any]) -> Iterator[None]:
    """Call `look` at every turn of a loop, whosever it is; what it raises is raised there."""
    number = _number()
    if number is None:
        yield
        return
    monitoring = sys.monitoring  # type: ignore[attr-defined]
    turn = monitoring.events.JUMP
    monitoring.use_tool_id(number, "stagewise")
    monitoring.register_callback(number, turn, lambda *_: look())
    monitoring.set_events(number, turn)
    try:
        yield
    finally:
        monitoring.set_events(number, 0)
        monitoring.register_callback(number, turn, None)
        monitoring.free_tool_id(number)


def _number() -> int | None:
    """A tool's number that nobody uses."""
    monitoring = getattr(sys, "monitoring", None)
    free = (one for one in _NUMBERS if monitoring and monitoring.get_tool(one) is None)
    return next(free, None)
