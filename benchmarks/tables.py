"""The numbers as tables for people."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.attacks import Outcomes
from benchmarks.budget import PARTS
from benchmarks.crowd import Crowd
from benchmarks.graders import LARGE, OURS, STOCK
from benchmarks.unit import Measured


def runs_table(measured: Measured) -> Table:
    """A line for each grader of one unit."""
    table = _table(
        measured.unit,
        *("N", "seconds", "per second with start-up", "times stock"),
        *("per second, steady", "times stock", "peak memory, MB"),
    )
    stock = measured.run_of(STOCK)
    for one in measured.runs:
        table.add_row(
            one.grader,
            str(one.submissions),
            f"{one.seconds:.1f}",
            f"{one.rate:.2f}",
            _times(one.rate, stock.rate if stock else None) if one.grader != LARGE else "-",
            _number(one.steady),
            _times(one.steady, stock.steady if stock else None),
            f"{one.peak_bytes / 1e6:.0f}",
        )
    return table


def rates_table(all_measured: Sequence[Measured]) -> Table:
    """A line for each unit: how fast stock and ours grade, the same points or not, memory, isolation."""
    table = _table(
        "per second (of N)",
        *(
            "stock, with start-up",
            "ours, with start-up",
            "stock, steady",
            "ours, steady",
            "steady, times stock",
        ),
        *("same points", "peak memory, MB", "isolated over bare: CPU", "on the clock"),
    )
    for one in all_measured:
        stock, ours, large = (one.run_of(grader) for grader in (STOCK, OURS, LARGE))
        table.add_row(
            one.unit,
            f"{stock.rate:.2f} ({stock.submissions})" if stock else "-",
            f"{ours.rate:.2f} ({ours.submissions})" if ours else "-",
            f"{_number(stock.steady)} ({stock.submissions})" if stock else "-",
            f"{_number(large.steady)} ({large.submissions})" if large else "-",
            _times(large.steady if large else None, (stock.steady or stock.rate) if stock else None),
            "NO" if one.different else "yes",
            f"{max((run.peak_bytes for run in (ours, large) if run), default=0) / 1e6:.0f}",
            f"{one.overhead.cpu_ratio:.2f}",
            f"{one.overhead.wall_ratio:.2f}",
        )
    return table


def waiting_table(all_measured: Sequence[Measured]) -> Table:
    """A line for each unit: what a student waits for, how soon a candidate is there, what isolation adds."""
    table = _table(
        "waiting",
        *("run all, s", "slowest cell, s", "check, ms", "slowest check, ms", "candidate starts, ms"),
        *("slowest start, ms", "isolated, CPU ms", "bare, CPU ms"),
    )
    for one in all_measured:
        slowest = max(one.check_ms, key=lambda name: one.check_ms[name])
        table.add_row(
            one.unit,
            f"{one.run_all.seconds:.1f}",
            f"{one.run_all.slowest_seconds:.1f}",
            f"{statistics.median(one.check_ms.values()):.1f}",
            f"{one.check_ms[slowest]:.1f} {slowest}",
            f"{statistics.median(one.candidate_start_ms):.1f}",
            f"{max(one.candidate_start_ms):.1f}",
            f"{one.overhead.isolated.cpu_ms:.0f}",
            f"{one.overhead.bare.cpu_ms:.0f}",
        )
    return table


def budget_table(all_measured: Sequence[Measured]) -> Table:
    """Milliseconds of each part of one submission, a column for each unit."""
    table = _table("one submission, ms", *(one.unit for one in all_measured))
    for part in PARTS:
        table.add_row(part, *(f"{one.budget_ms[part]:.1f}" for one in all_measured))
    table.add_row("all", *(f"{sum(one.budget_ms.values()):.1f}" for one in all_measured))
    return table


def attacks_table(found: Mapping[str, Outcomes]) -> Table:
    """A line for each attack, a column for each grader; "-" where it makes no sense."""
    table = _table("attack", *found, numbers=False)
    for name in next(iter(found.values())):
        table.add_row(name, *(outcomes.get(name, "-") for outcomes in found.values()))
    return table


def crowd_table(crowd: Crowd) -> Table:
    """The run at each tenth of the crowd."""
    table = _table("graded", "seconds", "per second since the line above", "memory, MB")
    for row in crowd.rows:
        table.add_row(str(row.graded), f"{row.seconds:.0f}", f"{row.rate:.2f}", f"{row.bytes / 1e6:.0f}")
    return table


def _table(*titles: str, numbers: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(titles[0], no_wrap=True)
    for title in titles[1:]:
        table.add_column(title, justify="right" if numbers else "left", overflow="fold")
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _times(value: float | None, base: float | None) -> str:
    return f"{value / base:.1f}" if value and base else "-"
