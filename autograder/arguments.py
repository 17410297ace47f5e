"""What commands take in common, and the kinds of values that they read from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course import REPOSITORY
from autograder.isolation.confinement.level import AUTO, ISOLATIONS

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def subcommand(commands: Subcommands, name: str, about: str, examples: str) -> argparse.ArgumentParser:
    """A command that explains itself and takes a course."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--course",
        type=Path,
        default=REPOSITORY,
        metavar="DIR",
        help="the course directory (default: %(default)s)",
    )
    return command


def workers(command: argparse.ArgumentParser) -> None:
    """Let the command say how many submissions are graded at once, or where."""
    group = command.add_mutually_exclusive_group()
    group.add_argument("--jobs", type=positive, metavar="N", help="submissions at once (default: all cores)")
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="grade on the workers of a Dask scheduler (tcp://HOST:8786), or of one made here (local:N)",
    )


def isolation(command: argparse.ArgumentParser) -> None:
    """Let the command say how far student code is kept away."""
    command.add_argument(
        "--isolation",
        choices=ISOLATIONS,
        default=AUTO,
        help="how far student code is kept away (default: the best level that this machine can do);"
        " `process` runs it without a sandbox and marks the results: for code that you trust",
    )


def timezone(text: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone such as Europe/Zurich") from None


def encoding(text: str) -> str:
    """The name of an encoding, if there is one of it."""
    try:
        b"a".decode(text)
    except (LookupError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no encoding such as cp949, cp1252 or gbk") from None
    return text


def whole(text: str) -> int:
    """A whole number from 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is not a whole number from 0")
    return number


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a positive number")
    return number
