"""`python -m autograder mark`: the page until Ctrl-C, or the agreement of two markers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from importlib.util import find_spec

from rich.console import Console

from autograder.course import Assignment
from autograder.errors import CourseError


def run(assignment: Assignment, asked: Namespace, console: Console) -> int:
    """Do what was asked on the command line; raises CourseError."""
    missing = [name for name in ("math_core", "sklearn") if find_spec(name) is None]
    if missing:
        raise CourseError(
            f"marking needs {', '.join(missing)}, which is not installed", 'run: pip install -e ".[desk]"'
        )
    if asked.agreement:
        from autograder.marking.agreement import agreements, told

        for line in told(agreements(assignment)):
            console.print(line)
        return 0
    return _serve(assignment, asked, console)


def _serve(assignment: Assignment, asked: Namespace, console: Console) -> int:
    from autograder.marking.desk import FIRST, Desk, Marker
    from autograder.marking.server import served

    if asked.sample and asked.marker == FIRST:
        raise CourseError("a second marker has no name", "say who marks the sample: --marker NAME")
    desk = Desk(assignment, Marker(asked.marker, asked.sample or 0, asked.anonymous))
    tell_counts(desk.counts(), console)
    with served(desk, asked.port) as (server, address):
        console.print(
            f"Open this address in a browser on this machine; Ctrl-C ends it:\n{address}", soft_wrap=True
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print()
    tell_counts(desk.counts(), console)
    return 0


def tell_counts(counts: Mapping[str, Mapping[str, int]], console: Console) -> None:
    """A line for each question: how many answers wait, and what became of the others."""
    for name, count in counts.items():
        more = [f"{count[kind]} {said}" for kind, said in _MORE.items() if count[kind]]
        whole = count["waiting"] + count["marked"]
        console.print("; ".join([f"{name}: {count['waiting']} of {whole} wait", *more]))


_MORE = {"blank": "left blank (0 points)", "lost": "without a notebook that could be graded"}
