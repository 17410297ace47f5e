"""Messages as MessagePack: arrays of plain values, nothing else, bounded before they are all there."""

from collections.abc import Callable
from typing import Any

import msgpack

HEAVIEST = 1_000_000
"""Items that a message, or what is read from it, may hold."""


class ProtocolError(Exception):
    """What arrived is not a message of this protocol."""


def pack(tree: Any) -> bytes:
    """Return `tree` as bytes; characters that UTF-8 cannot hold become question marks."""
    packed: bytes = msgpack.packb(tree, use_bin_type=True, unicode_errors="replace")
    return packed


def unpack(frame: bytes) -> Any:
    """Return the tree in `frame`; ProtocolError for anything but arrays of plain values.

    A byte can stand for a list, which takes sixty: in a long frame they are counted before all are there.
    """
    try:
        return msgpack.unpackb(
            frame,
            raw=False,
            max_array_len=min(len(frame), HEAVIEST),
            max_map_len=0,
            max_ext_len=0,
            list_hook=_counter() if len(frame) > HEAVIEST else None,
        )
    except ProtocolError:
        raise
    except Exception as error:  # the library's own errors share no base class
        raise ProtocolError(f"not MessagePack: {type(error).__name__}") from None


def _counter() -> Callable[[list[Any]], list[Any]]:
    """What hands every finished list on, until they hold too much together."""
    left = HEAVIEST

    def counted(items: list[Any]) -> list[Any]:
        nonlocal left
        left -= 1 + len(items)
        if left < 0:
            raise ProtocolError("a value with too many items")
        return items

    return counted
