"""`python -m benchmarks`: one class graded by stock nbgrader and by ours, in turn; the numbers are kept."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.course import Course
from autograder.synthetic.students import HONEST, draw_class, hand_in
from autograder.units.prepare import prepare
from benchmarks.budget import budget, candidate_starts, check_times
from benchmarks.graders import LARGE, OURS, SEAM, STOCK, STOCK_EXPLORE, Run, run

RESULTS = Path(__file__).with_name("results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; 0 when everybody got the same points from all graders."""
    asked = _parser().parse_args(arguments)
    console = Console(highlight=False, width=120)
    with tempfile.TemporaryDirectory(prefix="stagewise-bench-") as folder:
        course = Course(Path(folder) / "course")
        course.root.mkdir()
        prepare(course, [asked.unit], console.print)
        _enroll(course, asked.unit, asked.students, asked.seed)
        runs = _compare(course, asked, Path(folder), console)
        parts = budget(course, asked.unit, min(10, asked.students - 1))
    starts, checks = candidate_starts(50), check_times(asked.unit)
    console.print(_runs_table(runs))
    different = _different(runs)
    console.print(f"same points from all graders: {'yes' if not different else f'NO: {different}'}")
    console.print(_budget_table(parts))
    console.print(
        f"a candidate starts in {statistics.median(starts):.1f} ms (slowest of 50: {max(starts):.1f})"
    )
    slowest = max(checks, key=lambda name: checks[name])
    console.print(
        f"check takes {statistics.median(checks.values()):.1f} ms (slowest: {slowest}, {checks[slowest]:.1f})"
    )
    path = _keep(asked, runs, parts, starts, checks)
    console.print(f"kept in {path}")
    return 1 if different else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("unit", nargs="?", default="batchnorm")
    parser.add_argument("--students", type=int, default=40, metavar="N", help="submissions (default: 40)")
    parser.add_argument("--stock", type=int, metavar="N", help="of these for stock nbgrader (default: all)")
    parser.add_argument(
        "--explore", type=int, default=4, metavar="N", help="with its experiments (default: 4)"
    )
    parser.add_argument("--large", type=int, default=200, metavar="N", help="a large class (default: 200)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the class (default: 1)")
    return parser


def _compare(course: Course, asked: argparse.Namespace, folder: Path, console: Console) -> list[Run]:
    counts = {
        STOCK: asked.students if asked.stock is None else asked.stock,
        STOCK_EXPLORE: asked.explore,
        SEAM: asked.students,
        OURS: asked.students,
    }
    runs = []
    for grader, count in counts.items():
        if count:
            runs.append(run(grader, course, asked.unit, count, folder))
            console.print(f"{grader}: {runs[-1].submissions} submissions in {runs[-1].seconds:.1f} s")
    if asked.large:
        crowd = Course(folder / "crowd")
        crowd.root.mkdir()
        prepare(crowd, [asked.unit])
        _enroll(crowd, asked.unit, asked.large, asked.seed + 1)
        runs.append(run(LARGE, crowd, asked.unit, asked.large, folder))
        console.print(f"{LARGE}: {runs[-1].submissions} submissions in {runs[-1].seconds:.1f} s")
    return runs


def _enroll(course: Course, unit: str, count: int, seed: int) -> None:
    hand_in(course, unit, draw_class(course, unit, count, seed, HONEST))


def _runs_table(runs: Sequence[Run]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("grader", "submissions", "seconds", "per second", "times stock", "peak memory, MB"):
        table.add_column(title, justify="left" if title == "grader" else "right")
    stock = next((one.rate for one in runs if one.grader == STOCK), None)
    for one in runs:
        times = f"{one.rate / stock:.1f}" if stock else "-"
        memory = f"{one.peak_bytes / 1e6:.0f}"
        table.add_row(
            one.grader, str(one.submissions), f"{one.seconds:.1f}", f"{one.rate:.2f}", times, memory
        )
    return table


def _budget_table(parts: dict[str, float]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title="one submission", title_justify="left")
    table.add_column("part")
    table.add_column("ms", justify="right")
    for part, milliseconds in parts.items():
        table.add_row(part, f"{milliseconds:.1f}")
    table.add_row("all", f"{sum(parts.values()):.1f}")
    return table


def _different(runs: Sequence[Run]) -> str:
    """Students whose points are not the same everywhere."""
    odd = []
    same = [one for one in runs if one.grader != LARGE]
    for student in sorted({name for one in same for name in one.points}):
        found = {one.grader: round(one.points[student], 6) for one in same if student in one.points}
        if len(set(found.values())) > 1:
            odd.append(f"{student} {found}")
    return "; ".join(odd)


def _keep(
    asked: argparse.Namespace,
    runs: Sequence[Run],
    parts: dict[str, float],
    starts: Sequence[float],
    checks: dict[str, float],
) -> Path:
    told: dict[str, Any] = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "unit": asked.unit,
        "runs": [{**asdict(one), "rate": one.rate} for one in runs],
        "budget_ms": parts,
        "candidate_start_ms": {"median": statistics.median(starts), "worst": max(starts)},
        "check_ms": checks,
    }
    path = RESULTS / f"{asked.unit}.json"
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
