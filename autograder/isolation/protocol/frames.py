"""Frames on a socket: a length of four bytes, then so many bytes; both bounded in size and time."""

import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

LARGEST = (1 << 32) - 1

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 20
_AHEAD = 1 << 16
_Asked = TypeVar("_Asked")
_Done = TypeVar("_Done")


class ChannelError(Exception):
    """The conversation cannot go on."""


class ClosedError(ChannelError):
    """The other side is gone."""


class DeadlineError(ChannelError):
    """The other side did not read or write in time."""


class FrameTooLargeError(ChannelError):
    """The other side announced a frame beyond the bound; nothing of it was read."""


class Channel:
    """One end of a stream socket: frames, each sent and received whole.

    A `deadline` is a time of `time.monotonic`; None waits as long as the socket does. Frames that arrive
    together cost one system call.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ahead = b""
        self._at = 0

    def fileno(self) -> int:
        """The socket's descriptor, by which to wait for the next question or answer."""
        return self._sock.fileno()

    def send(self, payload: bytes, deadline: float | None = None) -> None:
        """Send a frame."""
        rest = memoryview(_HEADER.pack(len(payload)) + payload)
        while rest:
            rest = rest[self._patiently(deadline, self._sock.send, rest[:_CHUNK]) :]

    def receive(self, limit: int = LARGEST, deadline: float | None = None) -> bytes:
        """Return the next frame of at most `limit` bytes; memory grows only with what really arrives."""
        (size,) = _HEADER.unpack(self._take(_HEADER.size, deadline))
        if size > limit:
            raise FrameTooLargeError(f"a frame of {size} bytes, at most {limit} are allowed")
        return self._take(size, deadline)

    def close(self) -> None:
        """Close the socket, which the other side takes as the end."""
        self._sock.close()

    def _take(self, size: int, deadline: float | None) -> bytes:
        end = self._at + size
        if end > len(self._ahead):
            parts = [self._ahead[self._at :]]
            missing = size - len(parts[0])
            while missing > 0:
                part = self._patiently(deadline, self._sock.recv, min(missing + _AHEAD, _CHUNK))
                if not part:
                    raise ClosedError("the other side closed the connection")
                parts.append(part)
                missing -= len(part)
            self._ahead = b"".join(parts)
            self._at, end = 0, size
        part = self._ahead[self._at : end]
        self._at = end
        return part

    def _patiently(self, deadline: float | None, work: Callable[[_Asked], _Done], asked: _Asked) -> _Done:
        """What the socket does, which waits until the deadline."""
        try:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._sock.settimeout(left)
            return work(asked)
        except TimeoutError:
            raise DeadlineError from None
        except OSError as error:
            raise ClosedError(str(error)) from None
