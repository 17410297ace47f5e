"""A report's shortest form, for a terminal: the units, and the mistakes that most students hold."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
from rich.console import JustifyMethod
from rich.table import Table

from autograder.classreport.report import ClassReport, UnitReport
from autograder.terminal import shown

_MOST_LINES = 5


def units_table(report: ClassReport) -> Table:
    """A line for each unit: how many were graded; lowest, median and highest points in per cent."""
    numbers = ("handed in", "graded", "lowest %", "median %", "highest %")
    table = plain_table("unit", *numbers, right=numbers)
    for unit in report.units:
        results = unit.results
        table.add_row(results.unit, str(results.submissions), str(len(results.students)), *_spread(unit))
    return table


def _spread(unit: UnitReport) -> list[str]:
    totals = unit.results.totals[np.isfinite(unit.results.totals)]
    if not totals.size:
        return ["-", "-", "-"]
    return [f"{value:.0f}" for value in (totals.min(), np.median(totals), totals.max())]


def mistakes_table(report: ClassReport) -> Table:
    """The misconceptions that most students hold: how many, where, and the sentence that they are told."""
    table = plain_table("students", "unit", "exercise", "misconception held most", right=("students",))
    for one in report.mistakes[:_MOST_LINES]:
        table.add_row(str(one.students), one.unit, one.function, shown(one.says))
    return table


def plain_table(*titles: str, right: Container[str]) -> Table:
    """A table without lines, whose last column alone is wrapped; columns in `right` hold numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        justify: JustifyMethod = "right" if title in right else "left"
        table.add_column(title, justify=justify, no_wrap=title != titles[-1])
    return table
