"""Whether this machine isolates at a level: what a template and a candidate do first, and nothing more."""

import os
import sys

from ..confinement import confine, gate
from ..confinement.level import Level
from ._rooms import Room, Rooms

_TMP_BYTES = 1 << 20


def main(level: str, home: str) -> None:
    """Confine this process as a template, and a fork as a candidate; the exit code is 0 if both went well.

    What did not is said on stderr.
    """
    try:
        rooms = Rooms(Level(level), home)
        room = rooms.new()
        child = confine.ProcessNamespaces().fork() if rooms.level is Level.SANDBOX else os.fork()
        if child == 0:
            _confined(rooms.level, room)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        rooms.leave(room)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0 if status == 0 else 1)


def _confined(level: Level, room: Room) -> None:
    try:
        if level is Level.SANDBOX:
            confine.new_namespaces()
            confine.private_files(_TMP_BYTES)
        elif level.shares_namespaces:
            confine.forbid_new_privileges()
            gate.install()
        confine.give_up_privileges(room.writable, room.readable, level.shares_namespaces)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
