"""Where in a TOML text something stands; tomllib tells positions of errors alone. Pure."""

from __future__ import annotations

import bisect
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

Keys = tuple[str | int, ...]
"""The way to a value: names of tables and keys, numbers within lists of tables."""


def line_of(text: str, keys: Keys) -> int:
    """The line, from 1, on which the statement begins that first mentions these keys, in a sound text.

    A text is sound where a statement ends, and holds then what was stated until there.

    >>> line_of('seed = 1\\n\\n[units.a]\\ndue = [\\n1]\\n', ("units", "a", "due"))
    4
    """
    lines = text.splitlines(keepends=True)

    def sound(end: int) -> tuple[int, Mapping[str, Any]]:
        """The longest sound beginning of so many lines at most: its length, and what it says."""
        for shorter in range(end, 0, -1):
            try:
                return shorter, tomllib.loads("".join(lines[:shorter]))
            except tomllib.TOMLDecodeError:
                continue
        return 0, {}

    ends = range(len(lines) + 1)
    end = bisect.bisect_left(ends, True, key=lambda count: _holds(sound(count)[1], keys))
    return sound(max(end, 1) - 1)[0] + 1


def with_number(text: str, key: str, number: int) -> str:
    """The sound text with another number for a key of the top; its comment stays.

    >>> with_number("seed = 1  # drawn", "seed", 2), with_number("[a]", "seed", 2)
    ('seed = 2  # drawn', 'seed = 2\\n[a]')
    """
    if key not in tomllib.loads(text):
        return f"{key} = {number}\n{text}"
    lines = text.splitlines(keepends=True)
    at = line_of(text, (key,)) - 1
    lines[at] = re.sub(r"=\s*[^\s#]+", f"= {number}", lines[at], count=1)
    return "".join(lines)


def _holds(data: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        if isinstance(key, int):
            if not isinstance(data, list) or key >= len(data):
                return False
        elif not isinstance(data, Mapping) or key not in data:
            return False
        data = data[key]
    return True
