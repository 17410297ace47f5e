"""What grading runs and what it is worth, taken from the instructor's notebook, never from a submission."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import md5
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.units import regions
from autograder.units.calls import called, with_hidden_test


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """One cell of the course.

    `source` is what grading uses (hidden tests and marking schemes, no solutions), `released` what students
    received, `checksum` what nbgrader's gradebook holds; `metadata` is the graded notebook's. Ungraded cells
    have 0 points. `asks`: of a check cell the exercise, by its function's name, and the partners that it is
    judged with; a check is nothing more than that.
    """

    grade_id: str
    role: str
    cell_type: str
    source: str
    released: str
    points: float
    checksum: str
    cell_id: str
    metadata: Mapping[str, Any]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All cells of a unit that nbgrader knows, in order; `texts` are all of the course's Markdown as students
    received it and its code cells of comments alone, those that nbgrader does not know included, without the
    cells for answers.
    """

    unit: str
    title: str
    cells: tuple[PlannedCell, ...]
    texts: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The most that a submission can earn, written questions included."""
        return sum(cell.points for cell in self.cells)

    def cell(self, grade_id: str) -> PlannedCell:
        """The cell of this name; KeyError when the unit has none."""
        for cell in self.cells:
            if cell.grade_id == grade_id:
                return cell
        raise KeyError(grade_id)


def plan_of(notebook: Mapping[str, Any]) -> Plan:
    """The plan of an instructor's notebook (nbformat 4) that the build has made.

    CourseError for a check cell that is not as it makes them.
    """
    unit = notebook["metadata"]["stagewise"]
    cells = tuple(
        _planned(cell, unit["unit"]) for cell in notebook["cells"] if "nbgrader" in cell["metadata"]
    )
    return Plan(unit["unit"], unit["title"], cells, tuple(_texts(notebook["cells"])))


def read_plan(path: Path) -> Plan:
    """The plan of the instructor's notebook at `path`; read once as long as the file stays the same."""
    try:
        state = path.stat()
    except FileNotFoundError:
        unit = path.stem
        raise CourseError(f"{path} is missing", f"run python -m autograder build {unit}") from None
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _read(path: Path, mtime_ns: int, size: int) -> Plan:
    return plan_of(json.loads(path.read_bytes()))


def checksum_of(source: str, cell_type: str, marks: Mapping[str, Any]) -> str:
    """nbgrader.utils.compute_checksum for a cell with this source and these nbgrader metadata.

    It needs none of nbgrader's imports, which take longer than grading a submission.
    """
    grade, solution = marks["grade"], marks["solution"]
    locked = not solution and (grade or marks.get("locked", False))
    parts = [source, cell_type, str(grade), str(solution), str(locked), marks["grade_id"]]
    if grade:
        parts.append(str(float(marks["points"])))
    return md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _texts(cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for cell in cells:
        if not cell["metadata"].get("nbgrader", {}).get("solution"):
            text = _released(_text(cell)).strip()
            if cell["cell_type"] == "markdown" or _is_comment(text):
                yield text


def _is_comment(code: str) -> bool:
    return bool(code) and all(line.startswith("#") for line in code.split("\n") if line.strip())


def _text(cell: Mapping[str, Any]) -> str:
    """The cell's source, which may be a list of lines."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def _planned(cell: Mapping[str, Any], unit: str) -> PlannedCell:
    nbgrader = cell["metadata"]["nbgrader"]
    source = _without_solution(cell)
    checksum = checksum_of(source, cell["cell_type"], nbgrader)
    check = cell["metadata"]["stagewise"]["role"] == "check"
    return PlannedCell(
        grade_id=nbgrader["grade_id"],
        role=cell["metadata"]["stagewise"]["role"],
        cell_type=cell["cell_type"],
        source=source,
        released=_released(source),
        points=float(nbgrader.get("points", 0)),
        checksum=checksum,
        cell_id=cell["id"],
        metadata=_graded_metadata(cell, checksum),
        asks=_asked(source, unit, nbgrader) if check else (),
    )


def _asked(source: str, unit: str, marks: Mapping[str, Any]) -> tuple[str, ...]:
    """What a check cell asks for; students see only what `called` finds."""
    released = _released(source)
    names = called(released)
    if not names or source != with_hidden_test(released, unit, float(marks["points"])):
        raise CourseError(
            f"the check cell {marks['grade_id']} of {unit} is to be one call of check with its hidden test, "
            "and the instructor's notebook has something else there",
            f"change solutions/{unit}.py, not the notebook, and run python -m autograder build {unit}",
        )
    return names


def _without_solution(cell: Mapping[str, Any]) -> str:
    source = _text(cell)
    if not cell["metadata"]["nbgrader"]["solution"]:
        return source
    stub = regions.CODE_STUB if cell["cell_type"] == "code" else regions.TEXT_STUB
    return regions.replace(source, regions.SOLUTION, stub)


def _released(source: str) -> str:
    for region in (regions.HIDDEN_TESTS, regions.MARK_SCHEME):
        source = regions.replace(source, region)
    return source


def _graded_metadata(cell: Mapping[str, Any], checksum: str) -> dict[str, Any]:
    """The cell's metadata as nbgrader would write it on release, with the gradebook's checksum."""
    metadata: dict[str, Any] = {key: _plain(value) for key, value in cell["metadata"].items()}
    metadata["nbgrader"] |= {"cell_type": cell["cell_type"], "checksum": checksum}
    metadata["deletable"] = False
    if metadata["nbgrader"]["locked"]:
        metadata["editable"] = False
    return metadata


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value
