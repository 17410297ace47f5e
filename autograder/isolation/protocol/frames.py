"""Frames on a socket: a length of four bytes, then so many bytes; both bounded in size and time."""

import socket
import struct
import time

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 20
_AHEAD = 1 << 16


class ChannelError(Exception):
    """The conversation cannot go on."""


class ClosedError(ChannelError):
    """The other side is gone."""


class DeadlineError(ChannelError):
    """The other side did not read or write in time."""


class FrameTooLargeError(ChannelError):
    """The other side announced a frame beyond the bound; nothing of it was read."""


def send_frame(sock: socket.socket, payload: bytes, deadline: float | None = None) -> None:
    """Send `payload`; `deadline` is a time of `time.monotonic`, None to wait as long as the socket does."""
    rest = memoryview(_HEADER.pack(len(payload)) + payload)
    try:
        while rest:
            _be_patient(sock, deadline)
            rest = rest[sock.send(rest[:_CHUNK]) :]
    except TimeoutError:
        raise DeadlineError from None
    except OSError as error:
        raise ClosedError(str(error)) from None


class Receiver:
    """Receives frames; those that arrive together cost one system call."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ahead = b""
        self._at = 0

    def frame(self, limit: int, deadline: float | None = None) -> bytes:
        """Return the next frame of at most `limit` bytes; memory grows only with what really arrives."""
        (size,) = _HEADER.unpack(self._take(_HEADER.size, deadline))
        if size > limit:
            raise FrameTooLargeError(f"a frame of {size} bytes, at most {limit} are allowed")
        return self._take(size, deadline)

    def _take(self, size: int, deadline: float | None) -> bytes:
        end = self._at + size
        if end > len(self._ahead):
            known = self._ahead[self._at :]
            self._ahead = known + _receive(self._sock, size - len(known), deadline, _AHEAD)
            self._at, end = 0, size
        part = self._ahead[self._at : end]
        self._at = end
        return part


def _receive(sock: socket.socket, size: int, deadline: float | None, ahead: int = 0) -> bytes:
    """Return `size` bytes, and at most `ahead` more if they are here."""
    parts: list[bytes] = []
    missing = size
    try:
        while missing > 0:
            _be_patient(sock, deadline)
            part = sock.recv(min(missing + ahead, _CHUNK))
            if not part:
                raise ClosedError("the other side closed the connection")
            parts.append(part)
            missing -= len(part)
    except TimeoutError:
        raise DeadlineError from None
    except OSError as error:
        raise ClosedError(str(error)) from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _be_patient(sock: socket.socket, deadline: float | None) -> None:
    """Have the socket wait until the deadline; without one, as long as it waits anyway."""
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
