"""A crowd: thousands of submissions in one run, to see that memory stays flat and the pace stays the same."""

from __future__ import annotations

import json
import os
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course
from autograder.reports.sheets import read_sheets
from autograder.synthetic.students import HONEST, Student, draw_class, hand_in
from autograder.units.prepare import prepare
from benchmarks.graders import OURS, command, timed
from benchmarks.pace import between, finished

_DISTINCT = 200
_ROWS = 10
_NAME = "@student@"


@dataclass(frozen=True, slots=True)
class Row:
    """The run at one moment: submissions graded, their rate since the row before, memory at that time."""

    seconds: float
    graded: int
    rate: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """A run of `submissions`, of which `distinct` were drawn; rates are submissions per second, `first_after`
    the seconds until the first was through. `unequal` counts notebooks of which not all copies got the same
    points.
    """

    unit: str
    submissions: int
    distinct: int
    seconds: float
    first_after: float
    first_hundred: float
    first_thousand: float
    last_thousand: float
    peak_bytes: int
    disk_bytes: int
    unequal: int
    rows: tuple[Row, ...]


def crowd(unit: str, count: int, seed: int, told: Callable[[str], None]) -> Crowd:
    """Hand in `count` submissions in a scratch course, grade them in one run, and look at how it went."""
    with tempfile.TemporaryDirectory(prefix="stagewise-crowd-") as folder:
        course = Course(Path(folder))
        prepare(course, [unit])
        drawn = draw_class(course, unit, min(count, _DISTINCT), seed, HONEST)
        for student in signed(drawn, count):
            hand_in(course, [student])
        told(f"{count} submissions of {unit}, made from {len(drawn)}, were handed in; now they are graded")
        started = time.time()
        seconds, memory = timed(command(OURS, course, unit), course.root)
        times = [time - started for time in finished(course, unit)]
        points = {name: sheet.score for name, sheet in read_sheets(course, unit).items()}
        thousand = min(1000, count)
        return Crowd(
            unit=unit,
            submissions=len(times),
            distinct=len(drawn),
            seconds=seconds,
            first_after=times[0],
            first_hundred=between(times, 0, min(100, count) - 1),
            first_thousand=between(times, 0, thousand - 1),
            last_thousand=between(times, len(times) - thousand, len(times) - 1),
            peak_bytes=memory.peak,
            disk_bytes=_size(course.root),
            unequal=_unequal(points, len(drawn)),
            rows=tuple(_rows(times, memory.samples)),
        )


def signed(drawn: Sequence[Student], count: int) -> Iterator[Student]:
    """The drawn notebooks again and again, each with another student's name in a cell of its own and on top
    of every answer, so that no two files and no two answers are the same text.
    """
    templates = [{name: _with_name(raw) for name, raw in student.files.items()} for student in drawn]
    digits = len(str(count))
    for number in range(count):
        place, name = number % len(drawn), f"student{number + 1:0{digits}}"
        files = {file: raw.replace(_NAME.encode(), name.encode()) for file, raw in templates[place].items()}
        yield replace(drawn[place], name=name, files=files)


def _with_name(raw: bytes) -> bytes:
    """The notebook with a placeholder wherever a student's name will stand."""
    notebook = json.loads(raw)
    for cell in notebook["cells"]:
        if cell["metadata"].get("stagewise", {}).get("role") == "exercise":
            cell["source"] = f"# {_NAME}\n{''.join(cell['source'])}"
    own: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "signature",
        "metadata": {},
        "outputs": [],
        "source": f"author = '{_NAME}'  # handed in by {_NAME}",
    }
    notebook["cells"].insert(1, own)
    return json.dumps(notebook, indent=1).encode()


def _unequal(points: dict[str, float], distinct: int) -> int:
    """Of how many drawn notebooks the copies did not all get the same points."""
    by_notebook: dict[int, set[float]] = {}
    for number, name in enumerate(sorted(points)):
        by_notebook.setdefault(number % distinct, set()).add(round(points[name], 6))
    return sum(len(found) > 1 for found in by_notebook.values())


def _rows(times: Sequence[float], samples: Sequence[tuple[float, int]]) -> Iterator[Row]:
    """Moments at each tenth of the class, with the memory sampled last before each."""
    before, moment = 0, 0.0
    for part in range(1, _ROWS + 1):
        graded = len(times) * part // _ROWS
        if graded == before:
            continue
        now = times[graded - 1]
        seen = bisect_right(samples, (now, 1 << 62))
        yield Row(now, graded, (graded - before) / (now - moment), samples[seen - 1][1] if seen else 0)
        before, moment = graded, now


def _size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(
        os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names
    )
