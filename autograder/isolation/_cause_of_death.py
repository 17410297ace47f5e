"""How a candidate ended, read from its keeper's note, which the candidate cannot write."""

import re
import socket

from autograder.reasons import Reason

_NOTE = re.compile(rb"(exit|signal) (\d{1,3}) (\d{1,9})\n")
_SECONDS = 5.0
_KILLED_FOR_TIME = {9, 24}
_OUT_OF_MEMORY = 71


def cause_of_death(keeper: socket.socket, cpu_seconds: int) -> tuple[Reason, str]:
    """The reason, and a sentence unless all of `cpu_seconds` were used up."""
    keeper.settimeout(_SECONDS)
    try:
        note = _NOTE.fullmatch(keeper.recv(64))
    except OSError:
        note = None
    if note is None:
        return Reason.DIED, "The code's process ended"
    kind, code, cpu = note[1].decode(), int(note[2]), int(note[3])
    if kind == "exit":
        if code == _OUT_OF_MEMORY:
            return Reason.MEMORY, "The code's process ran out of memory"
        return Reason.DIED, f"The code's process ended with exit code {code}"
    if code in _KILLED_FOR_TIME and cpu >= cpu_seconds:
        return Reason.TIMEOUT, ""
    return Reason.DIED, f"The code's process was ended by signal {code}"
