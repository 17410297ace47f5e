"""How fast feedback pages of a graded unit are made, and how large they are: `python -m benchmarks.pages`.

The class is that of `python -m autograder demo UNIT --students 200 --course DIR`.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

from autograder.course import Course
from autograder.reports.feedback import feedback


def measured(course: Course, unit: str) -> str:
    """Pages a second, on the clock and of processor time, and the kilobytes of a page."""
    began, before = time.perf_counter(), _processor_seconds()
    pages = feedback(course, unit)
    seconds, busy = time.perf_counter() - began, _processor_seconds() - before
    sizes = sorted(page.stat().st_size / 1000 for page in pages)
    return (
        f"{unit}: {len(pages)} pages, {len(pages) / seconds:.1f} a second, {len(pages) / busy:.1f} a second "
        f"of one processor; {sizes[len(sizes) // 2]:.0f} kB in the middle, {sizes[-1]:.0f} kB at most"
    )


def _processor_seconds() -> float:
    """What this process and those that it has waited for have taken."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    asked.add_argument("units", nargs="+", metavar="UNIT")
    asked.add_argument("--course", type=Path, required=True, metavar="DIR", help="where it was graded")
    options = asked.parse_args()
    for each in options.units:
        print(measured(Course(options.course), each))
