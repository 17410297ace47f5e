"""Outputs of experiments as HTML: pictures become files with their text, styles become rules of the page."""

from __future__ import annotations

import hashlib
import html
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html

from autograder.examining.safe_html import sanitize
from autograder.reports.styles import Styles

_PICTURE = re.compile(r"<picture>.*?</picture>|<img [^>]*>", re.DOTALL)
_ADDRESS = re.compile(r'(src|srcset)="data:image/(svg\+xml|png);base64,([^"]*)"')
_ATTRIBUTE = re.compile(r'(alt|width|height)="([^"]*)"')
_WIDGET = "application/vnd.jupyter.widget-view+json"
_MOVED = '<p class="quiet">In the notebook, sliders change what stands here.</p>'


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's address, what it shows as text, and how much wider than high it is (1 where unknown)."""

    address: str
    words: str
    shape: float = 1.0


class Figures:
    """The pictures of one page: `files` by their name below `folder`; `styles` are those of the page."""

    def __init__(self, folder: str, styles: Styles) -> None:
        self.files: dict[str, bytes] = {}
        self.pictures: list[Picture] = []
        self._folder = folder
        self._styles = styles

    def shown(self, outputs: Sequence[Mapping[str, Any]]) -> Markup:
        """The outputs of a cell, one below the other."""
        return Markup("\n".join(part for output in outputs for part in self._output(output)))

    def _output(self, output: Mapping[str, Any]) -> Iterator[str]:
        if output["output_type"] == "stream":
            yield _terminal(output["text"])
            return
        data = output.get("data", {})
        if _WIDGET in data:
            yield _MOVED
        elif "text/html" in data:
            yield self._html(_joined(data["text/html"]))
        elif "image/png" in data:
            yield self._png(data, output.get("metadata", {}).get("image/png", {}))
        elif _joined(data.get("text/plain", "")).strip():
            yield _terminal(_joined(data["text/plain"]))

    def _png(self, data: Mapping[str, Any], told: Mapping[str, Any]) -> str:
        words = " ".join(str(told.get("alt") or _joined(data.get("text/plain", ""))).split())
        address = self._kept(b64decode(_joined(data["image/png"])), "png")
        shape = told["width"] / told["height"] if {"width", "height"} <= told.keys() else 1.0
        self.pictures.append(Picture(address, words, shape))
        size = "".join(f' {name}="{told[name]}"' for name in ("width", "height") if name in told)
        return f'<img src="{address}" alt="{html.escape(words)}"{size} loading="lazy">'

    def _html(self, text: str) -> str:
        """The HTML without what could act; its pictures are lifted out meanwhile."""
        pictures: list[str] = []

        def lifted(found: re.Match[str]) -> str:
            pictures.append(self._picture(found[0]))
            return f"PICTURE{len(pictures) - 1}ENDS"

        safe = self._styles.taken_from(Markup(sanitize(_PICTURE.sub(lifted, text))))
        return re.sub(r"PICTURE(\d+)ENDS", lambda found: pictures[int(found[1])], safe)

    def _picture(self, text: str) -> str:
        """A picture whose parts are files; the still one for those who asked for less motion."""
        kept = {name: self._kept(b64decode(data), kind[:3]) for name, kind, data in _ADDRESS.findall(text)}
        told = " ".join(f'{name}="{value}"' for name, value in _ATTRIBUTE.findall(text))
        image = f'<img src="{kept.get("src", "")}" {told} loading="lazy">'
        if "srcset" not in kept:
            return image
        still = f'<source media="(prefers-reduced-motion: reduce), print" srcset="{kept["srcset"]}">'
        return f"<picture>{still}{image}</picture>"

    def _kept(self, content: bytes, kind: str) -> str:
        name = f"{self._folder}/{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
        self.files[name] = content
        return name


def _terminal(text: Any) -> str:
    return f"<pre>{ansi2html(_joined(text).rstrip())}</pre>"


def _joined(text: str | Sequence[str]) -> str:
    """A text that the format may keep as lines."""
    return text if isinstance(text, str) else "".join(text)
