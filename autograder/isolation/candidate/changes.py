"""Finds out which arguments a call has written into, so that only those travel back."""

from typing import Any

import numpy as np

from .encode import Encoder


class Watch:
    """What mutable arguments looked like before a call."""

    def __init__(self, arguments: list[Any]) -> None:
        self._before = [(value, _look(value)) for value in arguments]

    def changes(self, encoder: Encoder) -> list[Any]:
        """Return [number, new contents] of every argument that looks different now."""
        found = []
        for number, (value, before) in enumerate(self._before):
            if not _same(before, _look(value)):
                if isinstance(value, np.ndarray) and (value.shape, value.dtype) != before[:2]:
                    raise ValueError("the shape or dtype of an argument was changed in place")
                found.append([number, encoder.again(value)])
        return found


def _look(value: Any) -> tuple[Any, ...]:
    """Return what would differ if `value` were changed; contents of a collection count by identity."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype, value.tobytes()
    if isinstance(value, dict):
        return tuple(part for item in value.items() for part in item)
    if isinstance(value, list | set):
        return tuple(value)
    return (value.detach().numpy().tobytes(),)


def _same(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    return len(before) == len(now) and all(
        a is b or (type(a) is type(b) and isinstance(a, bytes | tuple | np.dtype) and a == b)
        for a, b in zip(before, now, strict=True)
    )
