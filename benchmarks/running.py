"""How long a student waits for "run all cells" of the solved notebook, experiments included."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient

from autograder.course import Course
from autograder.synthetic.students import solved
from benchmarks import AS_STARTED


@dataclass(frozen=True, slots=True)
class RunAll:
    """Seconds of the whole notebook in a kernel of its own, and of its slowest cell, with its first line."""

    seconds: float
    slowest_seconds: float
    slowest: str


def run_all(course: Course, unit: str) -> RunAll:
    """Execute the solved notebook as JupyterLab does; CellExecutionError when a cell fails."""
    notebook = nbformat.reads(json.dumps(solved(course, unit)), as_version=4)
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, AS_STARTED, clear=True):
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": folder}}
        )
        started = time.monotonic()
        client.execute(stderr=subprocess.DEVNULL)  # where a kernel warns of its own connection
        seconds = time.monotonic() - started
    took = {_first_line(cell): _seconds(cell) for cell in notebook.cells if cell.cell_type == "code"}
    slowest = max(took, key=lambda line: took[line])
    return RunAll(seconds, took[slowest], slowest)


def _first_line(cell: Any) -> str:
    return next((line for line in cell.source.splitlines() if line.strip()), "")[:60]


def _seconds(cell: Any) -> float:
    told = cell.metadata.get("execution", {})
    ends = [told.get(name) for name in ("iopub.execute_input", "shell.execute_reply")]
    if None in ends:
        return 0.0
    began, ended = (datetime.fromisoformat(str(end)) for end in ends)
    return (ended - began).total_seconds()
