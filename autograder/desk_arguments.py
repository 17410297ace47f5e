"""The commands of an instructor's desk, for what was graded: what each takes on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.arguments import Subcommands, positive, subcommand, whole


def add_desk(commands: Subcommands) -> None:
    """Add the commands that tell, mark and give back."""
    _add_scores(commands)
    _add_mark(commands)
    _add_feedback(commands)
    _add_publish(commands)
    _add_report(commands)
    _add_similar(commands)


def _add_scores(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "scores",
        "tell the points of a unit, with reasons and diagnoses",
        "JSON and CSV have one entry for each check: student, unit, check, points, max, reason, diagnosis;\n"
        "with a due date in course.toml also due, seconds_late, extension. A penalty is an entry of its own.",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("students", nargs="*", metavar="STUDENT", help="default: all")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list")
    form.add_argument("--csv", action="store_true", help="a table for spreadsheets")


def _add_mark(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "mark",
        "mark written answers in a page of this machine, one question for all students",
        "The page has the marking scheme as buttons, answers that are alike together, and a key for\n"
        "everything. Marks go into nbgrader's gradebook at once. Ctrl-C ends it.\n\n"
        "examples:\n  python -m autograder mark batchnorm --anonymous\n"
        "  python -m autograder mark batchnorm --sample 30 --marker bob\n"
        "                                                  a second marker, whose marks count nowhere\n"
        "  python -m autograder mark batchnorm --agreement how far both agree (Cohen's kappa)",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("--port", type=whole, default=0, metavar="N", help="default: a free one")
    command.add_argument("--anonymous", action="store_true", help="show no names of students")
    command.add_argument("--marker", default="first", metavar="NAME", help="who marks (default: %(default)s)")
    other = command.add_mutually_exclusive_group()
    other.add_argument(
        "--sample",
        type=positive,
        metavar="N",
        help="mark N answers of each question once more, without seeing the marks that count",
    )
    other.add_argument("--agreement", action="store_true", help="tell how far second markers agree, and end")


def _add_feedback(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "feedback",
        "write a page for each graded student into feedback/",
        "The pages are those of nbgrader generate_feedback, with a summary on top and without hidden tests.",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("students", nargs="*", metavar="STUDENT", help="default: all")
    command.add_argument("--jobs", type=positive, metavar="N", help="pages at once (default: all cores)")


def _add_publish(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "publish",
        "fill the file of grades that a learning management system imports, and pack the pages for it",
        "The file that the system exported is the template: its ids and columns stay, grades go into one of\n"
        "them. Students are found by ids. Who has no row is listed, and so are rows of nobody here: the\n"
        "exit code is then 1. The files are written to published/UNIT in the course.\n\n"
        "examples:\n  python -m autograder publish batchnorm --to canvas --template gradebook.csv\n"
        "  python -m autograder publish batchnorm --to moodle --template worksheet.csv\n"
        "  python -m autograder publish batchnorm --to blackboard --template gc.xls --column 'Homework 3'\n"
        "  python -m autograder publish batchnorm --to csv",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument(
        "--to",
        required=True,
        choices=("canvas", "moodle", "brightspace", "blackboard", "gradescope", "csv"),
        help="the system; csv is a plain table of one's own",
    )
    command.add_argument("--template", type=Path, metavar="FILE", help="the file that the system exported")
    command.add_argument(
        "--column",
        default="",
        metavar="NAME",
        help="the column to fill, by its heading or number (default: the one called as the unit is)",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="where to write (default: published/UNIT)")
    _matching(command)
    command.add_argument(
        "--scale", action="store_true", help="multiply points so that the most is what the system has"
    )
    command.add_argument(
        "--with-unmarked",
        action="store_true",
        help="publish although written answers wait for a mark; they count 0 until then",
    )


def _matching(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--names",
        type=Path,
        metavar="CSV",
        help="a table of students as collect reads it: column id, and in others what the system calls them "
        "(default: roster.csv of the course, where there is one)",
    )
    command.add_argument(
        "--by-name",
        action="store_true",
        help="where no id decides, take full names that nobody else has (for Brightspace, usually)",
    )


def _add_report(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "report",
        "tell what a class has understood: hard exercises, mistakes held, reliability, what waits",
        "One HTML page that needs nothing beside it, for the instructor alone: it names students and what\n"
        "hidden tests look for. It is written to report.html in the course directory. Nothing is executed.\n"
        "Each number is explained on the page, with its source and the least class size.\n\n"
        "examples:\n  python -m autograder report\n"
        "  python -m autograder report batchnorm --anonymous --to lecture.html\n"
        "  python -m autograder report --csv > exercises.csv",
    )
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    command.add_argument(
        "--anonymous", action="store_true", help="numbers, drawn anew each time, in the place of names"
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--to", type=Path, metavar="FILE", help="the page (default: report.html in the course)")
    form.add_argument("--json", action="store_true", help="print all numbers as JSON, and write no page")
    form.add_argument("--csv", action="store_true", help="print a line for each exercise, and write no page")


def _add_similar(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "similar",
        "find functions of two students that are more alike than the course and chance explain",
        "No proof of anything: pairs to read side by side, in similar/UNIT.html of the course, each\n"
        "with the number of such pairs that chance gives. Students' code is read and never run.\n"
        "docs/instructors.md says how it is computed.",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("--json", action="store_true", help="a JSON object, and no page")
