"""What a cell prints and displays, kept as notebook outputs within a bound."""

import io
from pathlib import Path
from typing import Any

_MOST_OUTPUTS = 200
_LONGEST_ERROR_LINE = 2_000
_MOST_ERROR_LINES = 100
_SITE, _USUAL_SITE = str(Path(__file__).parents[2]), "/opt/site-packages"


class Outputs:
    """The outputs of the running cell; the first that goes beyond the bound is cut, with a note, and the rest
    dropped.
    """

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, bound: int) -> None:
        """Start a new cell that may show `bound` characters."""
        self._items: list[dict[str, Any]] = []
        self._bound = self._left = bound
        self._full = False
        self._clear_next = False

    def finish(self) -> list[dict[str, Any]]:
        """Return the cell's outputs in nbformat's shape and start with none again."""
        items = self._items
        for item in items:
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
        self.begin(0)
        return items

    def write(self, name: str, text: str) -> None:
        """Add text to the stream `name`."""
        if self._full or not text:
            return
        self._write(name, text[: self._left])
        if len(text) > self._left:
            self._cut()
        else:
            self._left -= len(text)

    def show(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """Add a display_data or execute_result, as a whole or not at all."""
        if self._full:
            return
        size = sum(len(part) if isinstance(part, str) else len(repr(part)) for part in data.values())
        if size > self._left:
            self._cut()
        else:
            self._left -= size
            self._add({"output_type": kind, "data": data, "metadata": {}, **more})

    def error(self, name: str, text: str, traceback: list[str]) -> None:
        """Add an error, which always fits."""
        lines = [_placed(line)[:_LONGEST_ERROR_LINE] for line in traceback[-_MOST_ERROR_LINES:]]
        short = {"ename": name[:_LONGEST_ERROR_LINE], "evalue": _placed(text)[:_LONGEST_ERROR_LINE]}
        self._items.append({"output_type": "error", **short, "traceback": lines})

    def clear(self, wait: bool) -> None:
        """Forget what was shown so far; with `wait`, when the next output comes."""
        self._clear_next = wait
        if not wait:
            self._items = []

    def _write(self, name: str, text: str) -> None:
        last = self._items[-1] if self._items and not self._clear_next else {}
        if last.get("name") == name:
            last["text"].append(text)
        else:
            self._add({"output_type": "stream", "name": name, "text": [text]})

    def _add(self, item: dict[str, Any]) -> None:
        if self._clear_next:
            self._items, self._clear_next = [], False
        self._items.append(item)
        if len(self._items) >= _MOST_OUTPUTS:
            self._cut()

    def _cut(self) -> None:
        if not self._full:
            self._full = True
            note = f"\n… what this cell showed after that was cut off (at most {self._bound} characters) …\n"
            self._items.append({"output_type": "stream", "name": "stderr", "text": [note]})


class Stream(io.TextIOBase):
    """A `sys.stdout` that writes into Outputs."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs = outputs
        self._name = name

    @property
    def name(self) -> str:
        """The stream's name, as files have one."""
        return f"<{self._name}>"

    def writable(self) -> bool:
        """Text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep `text`, as far as it fits."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self._name, text)
        return len(text)


def _placed(text: str) -> str:
    """Say of packages what bubblewrap makes of their place, wherever they are: the same on every run."""
    return text.replace(_SITE, _USUAL_SITE)
