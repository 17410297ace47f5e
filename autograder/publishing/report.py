"""What was published, told to the person who uploads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from autograder.publishing.findings import Odd
from autograder.publishing.publish import Published
from autograder.publishing.systems import SYSTEMS
from autograder.terminal import shown, some

_MOST_NAMES = 200


def show(published: Published, target: str, unit: str, console: Console) -> None:
    """Remarks, a line for everybody whom a person must look at, and where to upload what."""
    for remark in published.remarks:
        console.print(shown(remark))
    if published.odd:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("who", "what is wrong", "what to do"):
            table.add_column(heading, overflow="fold")
        for line in _lines(published.odd):
            table.add_row(*(shown(part.replace("\n", " ")) for part in line))
        console.print(table)
    system = SYSTEMS.get(target)
    console.print(shown(f"{published.grades} grades in {published.file}"))
    if system is not None:
        console.print(shown(f"  upload: {system.upload}"))
        if published.pages is not None:
            size = published.pages.stat().st_size / 1e6
            console.print(shown(f"{published.packed} pages in {published.pages} ({size:.1f} MB)"))
            console.print(shown(f"  upload: {system.upload_pages}"))
        elif system.page is None:
            console.print(shown(f"No zip of pages: {system.upload_pages}"))
        elif published.unpacked:
            console.print("No zip of pages: none of them can go into it.")
        else:
            console.print(f"No pages yet: run python -m autograder feedback {unit}, then publish again.")
    if published.odd:
        console.print(f"{len(published.odd)} for you to look at")


def _lines(odd: Sequence[Odd]) -> Iterator[tuple[str, str, str]]:
    """What to show of each: one line for all who have the same problem, and each advice once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in odd:
        alike.setdefault((one.problem, one.advice), []).append(one.who)
    said: set[str] = set()
    for (problem, advice), names in alike.items():
        yield some(names, _MOST_NAMES), problem, "" if advice in said else advice
        said.add(advice)
