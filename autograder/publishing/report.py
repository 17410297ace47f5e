"""What was published, told to the person who uploads it."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from autograder.publishing.publish import Published
from autograder.publishing.systems import SYSTEMS
from autograder.terminal import shown

_MOST_LINES = 200


def show(published: Published, target: str, unit: str, console: Console) -> None:
    """Remarks, a line for everybody whom a person must look at, and where to upload what."""
    for remark in published.remarks:
        console.print(shown(remark))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("who", no_wrap=True)
    table.add_column("what is wrong", overflow="fold")
    table.add_column("what to do")
    said: set[str] = set()
    for odd in published.odd[:_MOST_LINES]:
        advice = "" if odd.advice in said else odd.advice
        said.add(odd.advice)
        table.add_row(*(shown(part.replace("\n", " ")) for part in (odd.who, odd.problem, advice)))
    if published.odd:
        console.print(table)
    if len(published.odd) > _MOST_LINES:
        console.print(f"and {len(published.odd) - _MOST_LINES:,} more")
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
        else:
            console.print(f"No pages yet: run python -m autograder feedback {unit}, then publish again.")
    if published.odd:
        console.print(f"{len(published.odd)} for you to look at")
