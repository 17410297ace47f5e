"""Progress for people: a bar on a terminal, plain lines elsewhere. No thread, because the grader forks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from autograder.terminal import shown

if TYPE_CHECKING:
    from autograder.grading.board import Slow

_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 10.0


class _Title(ProgressColumn):
    """What runs, and who is slow, cut where the line ends."""

    def render(self, task: Task) -> Text:
        """The description, which may hold what students wrote, without markup."""
        return shown(task.description)


class Steps:
    """Counts steps of a known number of them; use as a context manager."""

    def __init__(self, title: str, console: Console) -> None:
        self._title, self._console = title, console
        self._bar: Progress | None = None
        self._count = 0
        self._named: set[str] = set()
        self._shown = time.monotonic()

    def __enter__(self) -> Steps:
        if self._console.is_terminal:
            columns = (
                _Title(table_column=Column(no_wrap=True, overflow="ellipsis")),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self._console, auto_refresh=False)
            self._bar.start()
            self._bar.add_task(self._title, total=None)
        else:
            self._console.print(f"{self._title} …")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.refresh()
            self._bar.stop()

    def slow(self, submissions: Sequence[Slow]) -> None:
        """Name those that take long while they do; where nothing can be drawn over, each once."""
        if self._bar is not None:
            said = f"; slow: {', '.join(map(str, submissions))}" if submissions else ""
            self._bar.update(self._bar.task_ids[0], description=f"{self._title}{said}", refresh=True)
            return
        for one in submissions:
            if one.student not in self._named:
                self._named.add(one.student)
                self._console.print(shown(f"slow: {one}"))

    def step(self, total: int | None, note: str = "") -> None:
        """One step of `total` (None: nobody knows) is done; a `note` is printed as a line of its own."""
        self._count += 1
        if note:
            self._console.print(shown(note))
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._count, total=total)
            if now - self._shown > _REDRAW_SECONDS or self._count == total:
                self._bar.refresh()
                self._shown = now
        elif now - self._shown > _LINE_SECONDS:
            of_all = "" if total is None else f" of {total}"
            self._console.print(f"{self._title}: {self._count}{of_all}")
            self._shown = now
