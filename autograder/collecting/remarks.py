"""What to say of a download as a whole: its layout, whose clock its times are, what it does not tell.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from autograder.collecting.choosing import Decision
from autograder.collecting.files import is_zip
from autograder.collecting.layouts import PLAIN
from autograder.collecting.listing import Listing
from autograder.collecting.outcomes import Outcome

_TAKEN = (Outcome.COLLECTED, Outcome.REPLACED, Outcome.UNCHANGED)
_TO_NAME = "Say who they are with --names, or put them into folders <student>/<unit>.ipynb."


def remarks_on(
    listings: Mapping[str, Listing], decisions: Sequence[Decision], zone: tzinfo | None
) -> tuple[str, ...]:
    """A sentence or two for each source, and one for times that are in no zone."""
    remarks = [_on(source, listing, decisions) for source, listing in listings.items()]
    if any(listing.assumed_zone for listing in listings.values()):
        told = str(zone) if zone is not None else f"{datetime.now().astimezone().tzname()}, this machine's"
        remarks.append(f"Times are taken for those of the zone {told}; --timezone NAME says another.")
    late = sorted(
        {one.student for one in decisions if one.entry and one.entry.owner and one.entry.owner.late}
    )
    if late:
        remarks.append(
            f"Marked late by the system: {', '.join(late[:20])}{' and more' if len(late) > 20 else ''}."
        )
    return tuple(remarks)


def _on(source: str, listing: Listing, decisions: Sequence[Decision]) -> str:
    layout = listing.layout
    taken = [
        one.entry for one in decisions if one.outcome in _TAKEN and one.entry and one.entry.source == source
    ]
    around = "/".join(taken[0].where[: layout.skipped]) if taken else ""
    said = [f"{source}: laid out as {layout.system}{f', all within {around}' if around else ''}."]
    if layout.system == PLAIN:
        guessed = any(entry.owner and entry.owner.guessed for entry in taken)
        said = [f"{source}: {_unknown(guessed)}"]
        if around:
            said.append(f"All lies within {around}, which is taken for no student.")
    zips = {one.where[0] for one in taken if is_zip(one.where[0])}
    if len(zips) == 1 and all(one.where[0] in zips for one in taken):
        said.append(f"{zips.pop()} is taken for a student's zip: name a download itself.")
    if taken and not any(entry.told for entry in taken):
        said.append("It does not tell when anything was handed in: no lateness is charged.")
    elif any(entry.told is None for entry in taken):
        said.append("It does not tell of all files when they were handed in.")
    return " ".join(said)


def _unknown(guessed: bool) -> str:
    if not guessed:
        return "plain folders, whose names are taken for the students' ids."
    return f"a layout that is not known here; ids are made from names of folders and files. {_TO_NAME}"
