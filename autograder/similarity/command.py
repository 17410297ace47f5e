"""`python -m autograder similar`: a table and a page of pairs, or JSON; first of all what they are not."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.course import Assignment
from autograder.similarity.page import page
from autograder.similarity.similar import NOT_PROOF, as_data, similar
from autograder.terminal import json_text, shown
from autograder.whole_files import replace, told_whose_fault

FOLDER = "similar"


def run(assignment: Assignment, asked: Namespace, console: Console) -> int:
    """Do what was asked on the command line; raises CourseError."""
    found = similar(assignment)
    if asked.json:
        print(json_text(as_data(found)))
        return 0
    for sentence in (NOT_PROOF, *found.how):
        console.print(sentence, soft_wrap=True)
        console.print()
    table = Table("pair", "bits", "expected by chance", "functions", box=None, pad_edge=False)
    for one in found.listed:
        names = ", ".join(part.exercise for part in one.functions)
        table.add_row(shown(" and ".join(one.students)), f"{one.bits:.0f}", f"{one.expected:.3f}", names)
    console.print(table if found.listed else "No pair is more alike than chance gives.")
    place = page_of(assignment)
    with told_whose_fault(place):
        replace(place, page(found))
    console.print(f"Side by side: {place}", soft_wrap=True)
    return 0


def page_of(assignment: Assignment) -> Path:
    """Where the page of a unit is written."""
    return assignment.course.root / FOLDER / f"{assignment.unit}.html"
