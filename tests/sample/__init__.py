"""A small unit in three exercises: what every generic test of a unit runs on besides the course's own."""

from pathlib import Path

SOLUTIONS = Path(__file__).parent / "solutions"
