"""The graders that are compared; each grades a copy of the same course in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.reports.sheets import read_sheets
from benchmarks.memory import watched

STOCK, STOCK_EXPLORE = "stock nbgrader", "stock nbgrader, experiments too"
SEAM, OURS = "nbgrader autograde, isolated", "python -m autograder grade"
LARGE = "python -m autograder grade, large class"
_STOCK_CONFIG = """
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.Autograde.autograde_preprocessors[0] = "nbgrader.preprocessors.Execute"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One grader on one class: how many submissions in how many seconds, the memory, everyone's points."""

    grader: str
    submissions: int
    seconds: float
    peak_bytes: int
    points: dict[str, float]

    @property
    def rate(self) -> float:
        """Submissions per second, start-up included."""
        return self.submissions / self.seconds


def run(grader: str, course: Course, unit: str, count: int, workplace: Path) -> Run:
    """Let a grader grade the first `count` submissions of a copy of the course."""
    scratch = Course(workplace / grader.replace(" ", "-").replace(",", ""), course.solutions)
    _copy(course, scratch, unit, count)
    if grader in (STOCK, STOCK_EXPLORE):
        with scratch.config_file.open("a") as file:
            file.write("\nc = get_config()" + _STOCK_CONFIG)
    if grader == STOCK:
        for path in scratch.submitted.glob(f"*/{unit}/{unit}.ipynb"):
            _strip_experiments(path)
    seconds, peak = _timed(_command(grader, scratch, unit), scratch.root)
    points = {student: sheet.score for student, sheet in read_sheets(scratch, unit).items()}
    return Run(grader, len(points), seconds, peak, points)


def _command(grader: str, course: Course, unit: str) -> list[str]:
    if grader in (OURS, LARGE):
        return [sys.executable, "-m", "autograder", "grade", unit, "--course", str(course.root)]
    return [sys.executable, "-m", "nbgrader", "autograde", unit, "--log-level=ERROR"]


def _copy(course: Course, scratch: Course, unit: str, count: int) -> None:
    for name in ("source", "assignments", "gradebook.db", "nbgrader_config.py"):
        place = course.root / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, _made(scratch.root) / name)
    for folder in sorted(course.submitted.iterdir())[:count]:
        shutil.copytree(folder / unit, scratch.submitted / folder.name / unit)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _strip_experiments(path: Path) -> None:
    """Without these cells stock nbgrader executes what we execute, and no more."""
    notebook: dict[str, Any] = json.loads(path.read_bytes())
    notebook["cells"] = [
        cell for cell in notebook["cells"] if cell["metadata"].get("stagewise", {}).get("role") != "explore"
    ]
    path.write_text(json.dumps(notebook))


def _timed(command: list[str], folder: Path) -> tuple[float, int]:
    scripts = sysconfig.get_path("scripts")
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        with watched(process.pid) as peak:
            said = process.communicate()[1]
        seconds = time.monotonic() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said[-2000:]}")
    return seconds, peak.bytes
