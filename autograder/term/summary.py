"""What course.toml asks of a unit, in a few sentences for the instructor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from autograder.course import Course
from autograder.term.penalty import spelt_out
from autograder.term.settings import UnitSettings
from autograder.units.plan import read_plan


def summary(course: Course, unit: str) -> tuple[str, ...]:
    """When the unit is due and what lateness costs, what it is worth, whether it counts; nothing of what is
    as usual. CourseError for a mistake in course.toml.
    """
    settings = course.settings()
    return tuple(_sentences(course, unit, settings.unit(unit), settings.timezone))


def in_zone(moment: datetime, zone: tzinfo | None) -> str:
    """The moment on the clocks of the zone, UTC where there is none.

    >>> in_zone(datetime(2026, 10, 12, 21, 59, tzinfo=UTC), None)
    '2026-10-12 21:59 (UTC)'
    """
    return f"{moment.astimezone(zone or UTC):%Y-%m-%d %H:%M} ({zone or UTC})"


def _sentences(course: Course, unit: str, settings: UnitSettings, zone: tzinfo | None) -> Iterator[str]:
    if settings.due is not None:
        grace = f", {spelt_out(settings.grace)} of grace" if settings.grace else ""
        yield f"Due {in_zone(settings.due, zone)}{grace}."
        if settings.penalty is not None and settings.counts:
            yield f"Lateness costs {settings.penalty}."
    if settings.points is not None:
        source = read_plan(course.instructor(unit)).points
        yield f"Worth {settings.points:g} points (its source has {source:g})."
    if not settings.counts:
        yield "This unit does not count."
