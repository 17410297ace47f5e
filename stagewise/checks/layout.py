"""JSON for files that people compare: a line holds what fits on it, and what does not is broken up."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 140


def lay_out(data: Any) -> str:
    """Strict JSON with sorted keys and floats by repr; the same text for the same data.

    A list or dict that has others inside and is wider than WIDTH takes a line for each entry, indented by 1.
    """
    return _broken_up(data, "\n") + "\n"


def _broken_up(data: Any, margin: str) -> str:
    text = json.dumps(data, sort_keys=True, allow_nan=False, separators=(",", ":"))
    if len(text) + len(margin) <= WIDTH or not _nests(data):
        return text
    deeper = margin + " "
    if isinstance(data, dict):
        lines = [f"{json.dumps(key)}:{_broken_up(data[key], deeper)}" for key in sorted(data)]
        return "{" + deeper + f",{deeper}".join(lines) + margin + "}"
    return "[" + deeper + f",{deeper}".join(_broken_up(item, deeper) for item in data) + margin + "]"


def _nests(data: Any) -> bool:
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(isinstance(item, dict | list) for item in inside)
