"""What a piece of work may take of this process: memory and processor time."""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_AGAIN_SECONDS = 1.0
_STATM, _DATA = Path("/proc/self/statm"), 5


class OverspentError(BaseException):
    """The work took more processor time than it may.

    Not an Exception, so that no code that judges answers takes it for one.
    """


def bound_memory(more: int) -> None:
    """Let this process allocate so many bytes more: what others sent then ends the work on it with an error,
    where the kernel would end processes of its choice.
    """
    pages = int(_STATM.read_text().split()[_DATA])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = pages * resource.getpagesize() + more
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


@contextmanager
def spending(seconds: float) -> Iterator[None]:
    """Raise OverspentError in the block when it has taken so many seconds of this process's processor time,
    and again each second, should it go on.

    Python hears signals in its main thread alone: in any other the block is not bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = False

    def stop(number: int, frame: FrameType | None) -> None:
        if not over:
            raise OverspentError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
