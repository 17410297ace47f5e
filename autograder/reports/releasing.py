"""What nbgrader's release_feedback reads beside each page, also of what did not come over its exchange.

It stops at the first page without them, and then nobody gets one.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from autograder.whole_files import replace

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"


def complete(page_folder: Path, graded: Path) -> None:
    """Put both files beside a page: those that came with the submission, or else no time and a new secret.

    The secret names the page in the exchange, where nobody can guess it; what is there stays.
    """
    for name, otherwise in ((TIMESTAMP, ""), (SECRET, secrets.token_hex(16))):
        given = graded / name
        if given.is_file():
            replace(page_folder / name, given.read_bytes())
        elif not (page_folder / name).exists():
            replace(page_folder / name, otherwise)
