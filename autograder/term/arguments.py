"""What the command line asks before a course is made."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from autograder.arguments import Subcommands, timezone, whole

_ABOUT = "make the directory of a course of your own, with all that the other commands need"
_MORE = """\
Written are course.toml, in which everything that can be set is explained, nbgrader_config.py, submitted/,
downloads/ and the gradebook, with the class where --roster names it. The directory has to be new or empty.

examples:
  python -m autograder new-course networks
  python -m autograder new-course networks --roster class.csv --timezone Europe/Zurich --start 2026-09-07
  python -m autograder new-course networks --units activations batchnorm optimizers

Then read networks/course.toml, and ask what is missing:
  python -m autograder doctor --course networks
docs/term.md goes through a whole term."""


def add_new_course(commands: Subcommands) -> None:
    """The command new-course; its DIR is the course that it makes."""
    command = commands.add_parser(
        "new-course",
        help=_ABOUT,
        description=f"{_ABOUT[0].upper()}{_ABOUT[1:]}.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("course", type=Path, metavar="DIR", help="the directory, which is not there yet")
    command.add_argument(
        "--units",
        nargs="+",
        default=[],
        metavar="UNIT",
        help="in their order (default: all, as in docs/course.md)",
    )
    command.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class, a table with a column id as collect --names takes it; kept as roster.csv",
    )
    command.add_argument(
        "--seed", type=whole, metavar="N", help="of the hidden cases (default: a number drawn now)"
    )
    command.add_argument("--timezone", type=timezone, metavar="NAME", help="of all dates, as Europe/Zurich")
    command.add_argument(
        "--start",
        type=_date,
        metavar="DATE",
        help="the first unit is due a week after it, the second two weeks after it, and so on",
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-09-07") from None
