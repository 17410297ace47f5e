"""The course on the machine that grades, which attacks try to read and to change."""

from pathlib import Path

import pytest

from autograder.attacks.judging import plant


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a solution and other people's points in it."""
    return plant(tmp_path)
