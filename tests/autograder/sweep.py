"""The invariant of grading, held against as many trees of files as are asked for.

`python -m tests.autograder.sweep --trees 2000` takes minutes; the suite holds a small part of it. Whatever is
handed in, the run goes on: each student has a result or a reason, the others' are the same to the byte, and
a second run finds nothing to do again but what cannot be read.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import reference.kit.units
from autograder.course import Assignment, Course
from autograder.grading import records
from autograder.grading.driver import Settings, grade
from autograder.grading.records import Record
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from autograder.units.prepare import prepare
from tests.autograder import trees
from tests.autograder.toy_class import RIGHT, WRONG, hand_in
from tests.autograder.toy_unit import course_of, load

CLASS = {"ada": RIGHT, "moe": WRONG}
LIMITS = Limits(cell_seconds=2.0, call_seconds=2.0, check_seconds=4.0)
_AT_ONCE = 50


def planted(course: Course, seeds: range) -> dict[str, str]:
    """A class with one tree for each seed, and what happened to each by the student's name."""
    hand_in(course, **CLASS)
    return {
        f"s{seed:05}": trees.plant(random.Random(seed), course.submitted, f"s{seed:05}") for seed in seeds
    }


def graded(course: Course) -> dict[str, Record]:
    """What a run tells, by student."""
    done = grade(course, trees.UNIT, (), Settings(jobs=2, limits=LIMITS))
    return {one.record.student: replace(one.record, timings={}) for one in done}


def honest(course: Course) -> dict[str, tuple[Record | None, bytes]]:
    """What the sound students of the class have."""
    found = {}
    for name in CLASS:
        record = records.load(Assignment(course, trees.UNIT), name)
        page = course.autograded / name / trees.UNIT / trees.NOTEBOOK
        found[name] = record and replace(record, timings={}), page.read_bytes()
    return found


def broken(course: Course, quiet: Mapping[str, object], victims: Mapping[str, str]) -> list[str]:
    """What does not hold of a class in which `victims` handed in; `quiet` is that of one without them."""
    first, second = graded(course), graded(course)
    present = {name for name in victims if name in first}
    absent = victims.keys() - present
    told = [f"{name}: left out ({victims[name]})" for name in sorted(absent) if _is_submission(course, name)]
    for name in sorted(present):
        record = first[name]
        known = record.reason is Reason.OK or (record.remedy and record.reason is not Reason.CHECK_BROKEN)
        if not known:
            told.append(f"{name}: {record.reason}, {record.detail} ({victims[name]})")
        if second.get(name) != record:
            told.append(f"{name}: another result in a second run ({victims[name]})")
    return told if honest(course) == quiet else [*told, "somebody else's result is another one"]


def _is_submission(course: Course, name: str) -> bool:
    """Whether there is something of the unit's: an empty folder, or a link to one, is nobody's submission."""
    return os.path.lexists(course.submitted / name / trees.UNIT)


@contextmanager
def courses() -> Iterator[Path]:
    """A place for courses with the toy unit, in memory where there is room for it."""
    memory = Path("/dev/shm")
    before, reference.kit.units.load = reference.kit.units.load, load
    root = Path(tempfile.mkdtemp(prefix="stagewise-", dir=memory if memory.is_dir() else None))
    try:
        yield root
    finally:
        reference.kit.units.load = before
        trees.uproot(root)


def main(arguments: list[str] | None = None) -> int:
    """Plant and grade one class of trees after another; 0 when the invariant held."""
    parser = argparse.ArgumentParser(prog="python -m tests.autograder.sweep", description=main.__doc__)
    parser.add_argument("--trees", type=int, default=2000, metavar="N", help="default: %(default)s")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="SEED", help="default: 0")
    asked = parser.parse_args(arguments)
    told: list[str] = []
    with courses() as root:
        quiet = _quiet(root)
        for first in range(asked.first, asked.first + asked.trees, _AT_ONCE):
            seeds = range(first, min(first + _AT_ONCE, asked.first + asked.trees))
            began = time.monotonic()
            told += _one_class(root / str(first), quiet, seeds)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            print(
                f"{seeds.stop - asked.first} trees, {time.monotonic() - began:.0f} s, {memory:.0f} MB",
                flush=True,
            )
    for line in told:
        print(line)
    print("held" if not told else f"{len(told)} did not hold")
    return 1 if told else 0


def _quiet(root: Path) -> dict[str, tuple[Record | None, bytes]]:
    course = course_of(root / "quiet")
    prepare(course, [trees.UNIT], load=load)
    hand_in(course, **CLASS)
    graded(course)
    return honest(course)


def _one_class(root: Path, quiet: Mapping[str, object], seeds: range) -> list[str]:
    course = course_of(root)
    prepare(course, [trees.UNIT], load=load)
    victims = planted(course, seeds)
    told = broken(course, quiet, victims)
    kinds = Counter(record.reason.value for record in records.load_all(Assignment(course, trees.UNIT)))
    print(dict(sorted(kinds.items())))
    trees.uproot(root)
    return told


if __name__ == "__main__":
    sys.exit(main())
