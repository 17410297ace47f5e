"""Pictures from a student's notebook: kept if they are what they say and of a bearable size."""

import binascii
import re
from base64 import b64decode
from typing import Any

_MOST_BYTES = 4 << 20
_MOST_PIXELS = 40_000_000
_MAGIC = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL),
}

KINDS = tuple(_MAGIC)


def picture(kind: str, data: Any, most: int = _MOST_BYTES) -> str | None:
    """Return the base64 text of a picture of at most so many bytes without white space, None if it is no
    picture of that kind.
    """
    if kind not in _MAGIC or type(data) is not str or len(data) > 2 * most:
        return None
    text = "".join(data.split())
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) > most or not _MAGIC[kind].match(content):
        return None
    return None if kind == "image/png" and not _bearable(content) else text


def _bearable(png: bytes) -> bool:
    if len(png) < 33 or png[12:16] != b"IHDR":
        return False
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return 0 < width * height <= _MOST_PIXELS
