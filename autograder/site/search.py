"""The index that the search box reads: an entry for each section of each page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from autograder.site.texts import plain

Entry: TypeAlias = tuple[str, str, str, str]
"""A section's address, the title of its page, its heading, its text."""

_HEADING = re.compile(r'<h([123]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_CODE = re.compile(r'<div class="highlight.*?</div>', re.DOTALL)
_DEFINED = re.compile(r"\bdef (\w+)")


def entries(address: str, title: str, html: str) -> Iterator[Entry]:
    """The sections of a page; of code only the names of functions."""
    found = list(_HEADING.finditer(html))
    for here, after in zip(found, [*found[1:], None], strict=True):
        section = html[here.end() : after.start() if after else len(html)]
        text = plain(_CODE.sub(lambda code: " ".join(_DEFINED.findall(plain(code[0]))), section))
        yield f"{address}#{here[2]}", title, plain(here[3]), text


def as_json(found: Iterable[Entry]) -> str:
    """The index as the site's script reads it."""
    return json.dumps(list(found), ensure_ascii=False, separators=(",", ":"))
