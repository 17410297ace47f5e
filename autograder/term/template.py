"""The text of a new course's course.toml: what is set, and all that could be, explained. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

_HEAD = """\
# Settings of this course. docs/instructors.md explains them; python -m autograder doctor --course DIR
# says what is missing. Of a line that begins with # nothing is read.

# Hidden cases are drawn from this number, which students should not know. To change it, and grade anew:
# python -m autograder grade UNIT --seed N
seed = {seed}

# The time zone of all dates below that tell none, and of times in downloads.
{timezone}

# The units of the course, in order; it has no others.
order = [
{order}
]

# Lateness up to this costs nothing. What more costs, of what was earned: so much for each hour, day or week
# that has begun; or so many points ("2 points per hour"); or steps (["10 % after 0 h", "50 % after 2 days"]).
# Both hold for every unit that says nothing else.
# grace = "15 min"
# penalty = "10 % per day, at most 50 %"

# The public repository from which the course's site is published (docs/site.md): its units then get buttons
# that open them at Colab and Binder. And what the site calls the course, in place of Stagewise.
# repository = "https://github.com/OWNER/NAME"
# title = "Neural networks, autumn 2026"

# Of each unit: `due`, a day (its end) or a time (2026-10-12T18:00:00); `grace` and `penalty` where they are
# others ("none" for no penalty); `points`, the most that it is worth, where that is another number than in
# its source (shares stay as they are); `counts = false` for a unit that is for practice.
"""
_UNIT = """
[units.{unit}]
{due}
"""
_MORE = """\
# grace = "1 h"
# penalty = "none"
# points = 50
# counts = false
"""
_EXTENSIONS = """
# Another date for one student, as often as needed:
# [[extensions]]
# student = "ada"
# unit = "{unit}"
# until = {until}
# why = "ill"
"""
_ANY_MONDAY = date(2026, 9, 7)
_WEEK = timedelta(days=7)


def weekly(units: Iterable[str], start: date) -> dict[str, date]:
    """A due date for each unit: one week after the start, two weeks after it, and so on.

    >>> weekly(["a", "b"], date(2026, 9, 7))
    {'a': datetime.date(2026, 9, 14), 'b': datetime.date(2026, 9, 21)}
    """
    return {unit: start + number * _WEEK for number, unit in enumerate(units, 1)}


def course_text(seed: int, timezone: str | None, units: Sequence[str], due: Mapping[str, date]) -> str:
    """The whole file. What is not set stands there as a comment that needs its # taken away."""
    zone = f'timezone = "{timezone}"' if timezone else '# timezone = "Europe/Zurich"'
    order = "\n".join(f'    "{unit}",' for unit in units)
    usual = weekly(units, _ANY_MONDAY)
    tables = [
        _UNIT.format(unit=unit, due=f"due = {due[unit]}" if unit in due else f"# due = {usual[unit]}")
        for unit in units
    ]
    tables[0] += _MORE
    until = (due or usual)[units[0]] + _WEEK
    extensions = _EXTENSIONS.format(unit=units[0], until=until)
    return "".join([_HEAD.format(seed=seed, timezone=zone, order=order), *tables, extensions])
