"""What a student's cell showed, made safe for an instructor's browser: validated, bounded, without script.

Every byte comes from the candidate. What is not of a known kind is dropped; nothing here raises.
"""

import re
from collections.abc import Sequence
from typing import Any

from autograder.examining.markdown import harmless
from autograder.examining.pictures import KINDS, picture
from autograder.examining.safe_html import sanitize

_MOST_OUTPUTS = 250
_MOST_CHARACTERS = 2_000_000
_LONGEST_TEXT = 1_200_000
_LONGEST_HTML = 200_000
_MOST_TAGS = 10_000
_LONGEST_LINE = 4_000
_MOST_LINES = 200
_MOST_COUNTED = 1 << 31

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;]{0,40}m|\[[0-?]{0,40}[ -/]{0,40}[@-~]|"
    r"[\]PX^_][^\x07\x1b]{0,4000}(?:\x07|\x1b\\)?|[ -/]{0,9}[0-~])?"
)
_COLOR = re.compile(r"\x1b\[[0-9;]{0,40}m")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Return those of a cell's outputs that can be shown, as nbformat has them."""
    kept: list[dict[str, Any]] = []
    left = _MOST_CHARACTERS
    for output in list(outputs)[:_MOST_OUTPUTS]:
        safe = _output(output)
        if safe is not None:
            left -= _size(safe)
            if left < 0:
                kept.append(_stream("stderr", "… the rest of what this cell showed was left out …\n"))
                break
            kept.append(safe)
    return kept


def plain(text: Any, longest: int = _LONGEST_TEXT, *, colors: bool = True) -> str:
    """Return text of which a terminal or browser shows every character; colors stay, other escapes go.

    Each escape character is part of a match, so none is left that the text behind it could make one of.
    """
    if type(text) is not str:
        return ""
    text = text[:longest].replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPE.sub(lambda found: found[0] if colors and _COLOR.fullmatch(found[0]) else "", text)
    return _UNSEEN.sub("", text)


def _output(output: Any) -> dict[str, Any] | None:
    if type(output) is not dict:
        return None
    kind = _word(output.get("output_type"))
    if kind == "stream":
        name = "stderr" if _word(output.get("name")) == "stderr" else "stdout"
        return _stream(name, plain(output.get("text")))
    if kind == "error":
        return _error(output)
    if kind in ("display_data", "execute_result"):
        data = _bundle(output.get("data"))
        count = output.get("execution_count")
        counted = {"execution_count": count if type(count) is int and 0 <= count <= _MOST_COUNTED else None}
        shown = {"output_type": kind, "data": data, "metadata": {}}
        return None if not data else shown | (counted if kind == "execute_result" else {})
    return None


def _word(value: Any) -> str:
    """The value if it is a text; an array would compare itself entry by entry."""
    return value if type(value) is str else ""


def _stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _error(output: dict[Any, Any]) -> dict[str, Any]:
    lines = output.get("traceback")
    lines = lines[:_MOST_LINES] if type(lines) is list else []
    return {
        "output_type": "error",
        "ename": plain(output.get("ename"), _LONGEST_LINE, colors=False),
        "evalue": plain(output.get("evalue"), _LONGEST_LINE, colors=False),
        "traceback": [plain(line, _LONGEST_LINE) for line in lines],
    }


def _bundle(data: Any) -> dict[str, str]:
    """Return the parts of a display that are text, mathematics, markdown, HTML or pictures."""
    if type(data) is not dict:
        return {}
    found: dict[str, str | None] = {kind: picture(kind, data.get(kind)) for kind in KINDS}
    if type(data.get("text/plain")) is str:
        found["text/plain"] = plain(data["text/plain"])
    for kind in ("text/latex", "text/markdown"):
        if type(data.get(kind)) is str:
            found[kind] = harmless(data[kind])
    found["text/html"] = _html(data.get("text/html"))
    return {kind: part for kind, part in found.items() if part is not None}


def _html(text: Any) -> str | None:
    if type(text) is not str or len(text) > _LONGEST_HTML or text.count("<") > _MOST_TAGS:
        return None
    return sanitize(plain(text, colors=False))


def _size(output: dict[str, Any]) -> int:
    parts = output.get("data", output).values()
    return sum(len("".join(part)) for part in parts if isinstance(part, str | list))
