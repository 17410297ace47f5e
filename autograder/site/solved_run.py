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
from autograder.units.pages import page
from autograder.whole_files import replace

Outputs: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""A cell's outputs (nbformat 4) by its id."""
Run: TypeAlias = Callable[[Course, str], Outputs]

_SECONDS = 600
_SHOWN = ("given", "explore", "plain")
_DEPENDS_ON = ("numpy", "matplotlib", "ipython", "ipywidgets", "ipykernel")


def solved_run(course: Course, name: str) -> Outputs:
    """What a unit's solved notebook shows, but for its checks and progress; or a page beside the solved
    notebooks of all units. Raises CourseError.

    Kept from the last time where nothing changed: notebooks, the package stagewise, versions of libraries.
    """
    is_page = name in course.page_names()
    beside = {unit: _solved(course, unit) for unit in course.units()} if is_page else {}
    text = page(course, name) if is_page else _solved(course, name)
    place, key = course.source / ".site" / f"{name}.json", _key([text, *beside.values()])
    kept = _read(place)
    if kept.get("key") == key:
        return dict(kept["outputs"])
    outputs = _executed(name, nbformat.reads(text, as_version=4), beside)
    replace(place, json.dumps({"key": key, "outputs": outputs}))
    return outputs


def _solved(course: Course, unit: str) -> str:
    return course.instructor(unit).read_text(encoding="utf-8")


def _key(notebooks: Sequence[str]) -> str:
    digest = hashlib.sha256("".join(notebooks).encode())
    for path in (Path(__file__), *sorted((REPOSITORY / "stagewise").rglob("*.*"))):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return " ".join([digest.hexdigest(), *map(version, _DEPENDS_ON)])


def _read(place: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(place.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _executed(name: str, notebook: Any, beside: Mapping[str, str]) -> dict[str, Any]:
    """The outputs of a notebook, run in a folder with these others by their unit."""
    for cell in notebook.cells:
        cell.source = regions.replace(cell.source, regions.HIDDEN_TESTS)
    with tempfile.TemporaryDirectory() as folder:
        for unit, text in beside.items():
            (Path(folder) / f"{unit}.ipynb").write_text(text, encoding="utf-8")
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
                f"the solved notebook of {name} stops with {problem.ename}: {problem.evalue}",
                f"see what it needs: python -m autograder validate {name}",
            ) from None
    return {cell.id: cell.outputs for cell in notebook.cells if _is_shown(cell)}


def _is_shown(cell: Any) -> bool:
    """Whether a cell's outputs tell of an experiment, and not of who solved the exercises."""
    role = cell.metadata.get("stagewise", {}).get("role", "")
    return cell.cell_type == "code" and role in _SHOWN and cell.source.strip() != "progress()"
