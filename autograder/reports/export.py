"""nbgrader's table of grades, without the units that were built and that nobody has handed in."""

from __future__ import annotations

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.plugins import CsvExportPlugin

_NONE = "-"  # no assignment's name, for which the plugin would take all


class HandedIn(CsvExportPlugin):  # type: ignore[misc]
    """For `nbgrader export`: a unit counts once somebody has handed it in, or when it is named."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the table; units that are left out are told."""
        if not self.assignment:
            query = gradebook.db.query(Assignment.name)
            handed_in = {name for (name,) in query.join(SubmittedAssignment).distinct()}
            waiting = sorted(name for (name,) in query if name not in handed_in)
            if waiting:
                self.log.warning(
                    "Nobody has handed in %s: left out, unless it is named with --assignment",
                    ", ".join(waiting),
                )
            self.assignment: list[str] = sorted(handed_in) or [_NONE]
        super().export(gradebook)
