"""The graders that are compared; each grades a copy of the same course in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.course import Course
from autograder.nbgrader_settings import UNISOLATED
from autograder.reports.sheets import read_sheets
from benchmarks import AS_STARTED
from benchmarks.pace import finished, steady
from benchmarks.processes import Memory, watched

STOCK, STOCK_EXPLORE = "stock nbgrader", "stock nbgrader, experiments too"
SEAM, OURS = "nbgrader autograde, isolated", "python -m autograder grade"
LARGE = "python -m autograder grade, large class"
STOCK_SETTINGS = """
from nbgrader.converters import Autograde

c = get_config()
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default_args[0]
"""
IN_PLAIN_KERNELS = {UNISOLATED: "1"}
"""Stock nbgrader has to be allowed, by name, to run code without isolation; that of a benchmark is ours."""


@dataclass(frozen=True, slots=True)
class Run:
    """One grader on one class: how many submissions in how many seconds, how many each second once it was
    under way (None for a class too small to tell), the memory, everyone's points.
    """

    grader: str
    submissions: int
    seconds: float
    steady: float | None
    peak_bytes: int
    points: dict[str, float]

    @property
    def rate(self) -> float:
        """Submissions per second, start-up included."""
        return self.submissions / self.seconds


def run(grader: str, course: Course, unit: str, count: int, workplace: Path) -> Run:
    """Let a grader grade the first `count` submissions of a copy of the course."""
    scratch = Course(workplace / unit / grader.replace(" ", "-").replace(",", ""), course.solutions)
    _copy(course, scratch, unit, count)
    if grader in (STOCK, STOCK_EXPLORE):
        with scratch.config_file.open("a") as file:
            file.write(STOCK_SETTINGS)
    if grader == STOCK:
        for path in scratch.submitted.glob(f"*/{unit}/{unit}.ipynb"):
            _strip_experiments(path)
    more = IN_PLAIN_KERNELS if grader in (STOCK, STOCK_EXPLORE) else {}
    seconds, memory = timed(command(grader, scratch, unit), scratch.root, more)
    points = {student: sheet.score for student, sheet in read_sheets(scratch, unit).items()}
    pace = steady(finished(scratch, unit))
    shutil.rmtree(scratch.root)
    return Run(grader, len(points), seconds, pace, memory.peak, points)


def command(grader: str, course: Course, unit: str) -> list[str]:
    """What somebody types who uses the grader."""
    if grader in (OURS, LARGE):
        return [sys.executable, "-m", "autograder", "grade", unit, "--course", str(course.root)]
    return [sys.executable, "-m", "nbgrader", "autograde", unit, "--log-level=ERROR"]


def timed(
    command: list[str], folder: Path, more: Mapping[str, str] = MappingProxyType({})
) -> tuple[float, Memory]:
    """Run a command in a folder, with `more` in its environment: its seconds, and the memory that it used;
    RuntimeError when it fails.
    """
    scripts = sysconfig.get_path("scripts")
    environment = {**AS_STARTED, "PATH": f"{scripts}{os.pathsep}{AS_STARTED.get('PATH', '')}", **more}
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        with watched(process.pid) as memory:
            said = process.communicate()[1]
        seconds = time.monotonic() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said[-2000:]}")
    return seconds, memory


def _copy(course: Course, scratch: Course, unit: str, count: int) -> None:
    for name in ("source", "assignments", "gradebook.db", "nbgrader_config.py"):
        place = course.root / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, _made(scratch.root) / name)
    for folder in sorted(course.submitted.glob(f"*/{unit}"))[:count]:
        shutil.copytree(folder, scratch.submitted / folder.parent.name / unit)


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
