"""Files that are replaced whole: a reader, or a crash, never finds half of one."""

import os
from pathlib import Path


def replace(path: Path, data: str | bytes) -> bool:
    """Write the file whole or not at all; returns whether it held something else before.

    A file that would not change is not touched, so that its time of change stays true.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(content)
    os.replace(aside, path)
    return True
