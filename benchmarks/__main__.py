"""`python -m benchmarks`: every unit graded by stock nbgrader and by ours, in turn; the numbers are kept."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

import autograder.lean  # noqa: F401 (must come before all else)
import reference.kit.units
from autograder.course import REPOSITORY, Course
from benchmarks import otter, tables
from benchmarks.attacks import HELD, OURS, compared
from benchmarks.classreport import reported
from benchmarks.crowd import crowd
from benchmarks.results import Conditions
from benchmarks.troubled import troubled
from benchmarks.unit import Measured, Sizes, measure

_WHOLE, _FEW = 40, 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure units, and attacks on graders; 0 when everybody got the same points everywhere and we held."""
    asked = _parser().parse_args(arguments)
    conditions = Conditions.now(sys.argv[1:] if arguments is None else arguments)
    console = Console(highlight=False, width=120)
    if asked.crowd:
        return _crowd(asked, conditions, console)
    if asked.troubled:
        return _troubled(asked, conditions, console)
    if asked.report:
        return _reported(asked, conditions, console)
    with tempfile.TemporaryDirectory(prefix="stagewise-bench-") as folder:
        measured = _units(asked, Path(folder), conditions, console)
        well = _attacks(asked, Path(folder), conditions, console) if asked.attacks else True
    for table in (tables.budget_table, tables.waiting_table, tables.rates_table):
        console.print(table(measured))
        console.print()
    different = [f"{one.unit}: {who}" for one in measured for who in one.different]
    console.print(f"same points from all graders: {'yes' if not different else 'NO'}")
    for who in different:
        console.print(who)
    console.print(f"load average before: {conditions.load_before:.1f}")
    return 0 if well and not different else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    add = parser.add_argument
    whole = f"default: {_WHOLE} of the longest unit, {_FEW} of others"
    add("--students", type=int, metavar="N", help=f"submissions ({whole})")
    add("--stock", type=int, metavar="N", help="of these for stock nbgrader (default: all)")
    add(
        "--explore",
        type=int,
        default=1,
        metavar="N",
        help="of the longest unit with experiments (default: 1)",
    )
    add("--overhead", type=int, default=12, metavar="N", help="with and without isolation (default: 12)")
    add("--large", type=int, default=120, metavar="N", help="a large class (default: 120)")
    add("--seed", type=int, default=1, metavar="N", help="of the classes (default: 1)")
    add("--no-attacks", dest="attacks", action="store_false", help="leave the attacks on graders out")
    python = sys.executable if otter.installed() else None
    add("--otter", default=python, metavar="PYTHON", help="a Python with otter-grader, to be attacked too")
    add(
        "--crowd",
        type=int,
        metavar="N",
        help="grade N submissions in one run and nothing else; takes about 0.6 MB of disk for each meanwhile",
    )
    add(
        "--troubled",
        type=int,
        metavar="N",
        help="grade N submissions, half of them damaged or hostile, beside N honest ones, and nothing else",
    )
    add("--report", type=int, metavar="N", help="report on a drawn class of N in all units, and nothing else")
    return parser


def _units(
    asked: argparse.Namespace, folder: Path, conditions: Conditions, console: Console
) -> list[Measured]:
    units = Course(REPOSITORY).named(asked.units)
    longest = max(units, key=lambda unit: len(reference.kit.units.load(unit).exercises))
    found = []
    for unit in units:
        sizes = _sizes(asked, unit == longest)
        found.append(measure(unit, sizes, folder, console.print))
        console.print(tables.runs_table(found[-1]))
        console.print(f"kept in {conditions.keep_unit(found[-1])}\n")
    return found


def _sizes(asked: argparse.Namespace, longest: bool) -> Sizes:
    students = asked.students or (_WHOLE if longest else _FEW)
    return Sizes(
        students=students,
        stock=students if asked.stock is None else min(asked.stock, students),
        explore=min(asked.explore, students) if longest else 0,
        overhead=min(asked.overhead, students),
        budget=min(10, students - 1),
        large=asked.large,
        seed=asked.seed,
    )


def _attacks(asked: argparse.Namespace, folder: Path, conditions: Conditions, console: Console) -> bool:
    """Whether ours held."""
    found = compared(folder, asked.otter, console.print)
    console.print(tables.attacks_table(found))
    console.print(f"kept in {conditions.keep('attacks', {'outcomes': found})}\n")
    return all(outcome == HELD for outcome in found[OURS].values())


def _troubled(asked: argparse.Namespace, conditions: Conditions, console: Console) -> int:
    found = troubled(
        asked.units[0] if asked.units else "batchnorm", asked.troubled, asked.seed, console.print
    )
    console.print(
        f"{found.submissions} honest submissions of {found.unit}: {found.honest_seconds:.1f} s; with "
        f"{found.troubled} damaged or hostile ones in their place: {found.seconds:.1f} s, at most "
        f"{found.most_seconds:.0f} s, since {found.used_up} used their time up"
    )
    console.print(f"honest ones with other points beside them: {', '.join(found.changed) or 'none'}")
    console.print(f"kept in {conditions.keep('troubled', asdict(found))}")
    return 1 if found.changed or found.seconds > found.most_seconds else 0


def _reported(asked: argparse.Namespace, conditions: Conditions, console: Console) -> int:
    found = reported(asked.report, asked.seed, console.print)
    console.print(
        f"report on {found.students} students, {found.units} units, {found.exercises} exercises: "
        f"{found.seconds:.1f} s ({found.cpu_seconds:.1f} s of processor time), peak memory "
        f"{found.peak_bytes / 1e6:.0f} MB, page {found.page_bytes / 1e6:.2f} MB"
    )
    console.print(f"kept in {conditions.keep('report', asdict(found))}")
    return 0


def _crowd(asked: argparse.Namespace, conditions: Conditions, console: Console) -> int:
    unit = asked.units[0] if asked.units else "batchnorm"
    found = crowd(unit, asked.crowd, asked.seed, console.print)
    hundred, thousand = (min(number, found.submissions) for number in (100, 1000))
    console.print(tables.crowd_table(found))
    console.print(
        f"{found.submissions} submissions of {found.unit} in {found.seconds:.0f} s, the first after "
        f"{found.first_after:.1f} s"
    )
    for told, rate in (
        (f"first {hundred:,}", found.first_hundred),
        (f"first {thousand:,}", found.first_thousand),
        (f"last {thousand:,}", found.last_thousand),
    ):
        console.print(f"per second, {told}: {rate:.2f}")
    console.print(
        f"last {thousand:,} over first {thousand:,}: {found.last_thousand / found.first_thousand:.3f}"
    )
    console.print(f"peak memory: {found.peak_bytes / 1e6:.0f} MB, disk: {found.disk_bytes / 1e9:.1f} GB")
    console.print(f"notebooks whose copies got other points: {found.unequal}")
    console.print(f"kept in {conditions.keep('crowd', asdict(found))}")
    return 1 if found.unequal or found.submissions != asked.crowd else 0


if __name__ == "__main__":
    sys.exit(main())
