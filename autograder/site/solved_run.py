"""A unit's experiments, run with the course's own solutions: the outputs that the reading edition shows.

Executed once: what it gave is kept beside the instructor's notebook until something changes on which it
depends.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.units import regions
from autograder.whole_files import replace

Outputs: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""A cell's outputs (nbformat 4) by its id."""
Run: TypeAlias = Callable[[Course, str], Outputs]

_SECONDS = 600
_SHOWN = ("given", "explore", "plain")
_DEPENDS_ON = ("numpy", "matplotlib", "ipython", "ipywidgets", "ipykernel")


def solved_run(course: Course, unit: str) -> Outputs:
    """What the unit's solved notebook shows, but for its checks and progress; raises CourseError.

    Kept from the last time where nothing changed: notebook, the package stagewise, versions of libraries.
    """
    text = course.instructor(unit).read_text(encoding="utf-8")
    place, key = course.source / ".site" / f"{unit}.json", _key(text)
    kept = _read(place)
    if kept.get("key") == key:
        return dict(kept["outputs"])
    outputs = _executed(unit, nbformat.reads(text, as_version=4))
    replace(place, json.dumps({"key": key, "outputs": outputs}))
    return outputs


def _key(notebook: str) -> str:
    digest = hashlib.sha256(notebook.encode())
    for path in (Path(__file__), *sorted((REPOSITORY / "stagewise").rglob("*.*"))):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return " ".join([digest.hexdigest(), *map(version, _DEPENDS_ON)])


def _read(place: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(place.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _executed(unit: str, notebook: Any) -> dict[str, Any]:
    for cell in notebook.cells:
        cell.source = regions.replace(cell.source, regions.HIDDEN_TESTS)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            startup_timeout=_SECONDS,
            timeout=_SECONDS,
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(stderr=subprocess.DEVNULL)  # where a kernel warns of its own connection
        except CellExecutionError as problem:
            raise CourseError(
                f"the solved notebook of {unit} stops with {problem.ename}: {problem.evalue}",
                f"see what it needs: python -m autograder validate {unit}",
            ) from None
    return {cell.id: cell.outputs for cell in notebook.cells if _is_shown(cell)}


def _is_shown(cell: Any) -> bool:
    """Whether a cell's outputs tell of an experiment, and not of who solved the exercises."""
    role = cell.metadata.get("stagewise", {}).get("role", "")
    return cell.cell_type == "code" and role in _SHOWN and cell.source.strip() != "progress()"
