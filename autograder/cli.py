"""The commands: what is asked on the command line, done by the other modules, told in words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder.arguments import (
    Subcommands,
    encoding,
    isolation,
    positive,
    subcommand,
    timezone,
    whole,
    workers,
)
from autograder.course import REPOSITORY, Course
from autograder.desk_arguments import add_desk
from autograder.errors import AuthorError, CourseError, SandboxError, SubmissionError
from autograder.term.arguments import add_new_course
from autograder.terminal import say_plainly, shown

FAILED, INTERRUPTED = 1, 130
PLAIN_WIDTH = 120

_ABOUT = """\
Build, grade and report a Stagewise course.

A course is a directory: submitted/<student>/<unit>/<unit>.ipynb goes in; autograded/, feedback/ and
nbgrader's gradebook.db come out. By default it is this repository. Student code runs in a sandbox,
hidden tests outside it.
"""
_EXAMPLES = """\
examples:
  python -m autograder demo                       see a class of 30 graded in all units, from nothing
  python -m autograder build                      make assignments/ from solutions/
  python -m autograder collect batchnorm submissions.zip
                                                  put a download of Moodle or Canvas into submitted/
  python -m autograder grade batchnorm            grade what is new or changed in submitted/
  python -m autograder grade batchnorm ada bob --force
                                                  grade these two again
  python -m autograder scores batchnorm --csv     points, reasons and diagnoses for a spreadsheet
  python -m autograder mark batchnorm             mark written answers in the browser
  python -m autograder similar batchnorm          functions of two students that are alike
  python -m autograder feedback batchnorm         write a page for each student into feedback/
  python -m autograder publish batchnorm --to moodle --template worksheet.csv
                                                  grades and pages back into Moodle
  python -m autograder report                     a page on what the class has understood, for the instructor
  python -m autograder new-course networks        a directory for a course of your own
  python -m autograder doctor                     what this machine lacks, and the remedy
  python -m autograder attack                     try to cheat the grader, in all the ways that are known

Each command tells more:  python -m autograder grade --help
nbgrader's own commands (nbgrader autograde, export, the form grader) work in the same directory.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m autograder",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_build(commands)
    _add_collect(commands)
    _add_grade(commands)
    add_desk(commands)
    _add_handout(commands)
    _add_site(commands)
    _add_validate(commands)
    _add_new(commands)
    _add_demo(commands)
    add_new_course(commands)
    subcommand(
        commands,
        "doctor",
        "say what this machine can do, what a course lacks, and the remedy for what is missing",
        "With --course also: course.toml, the roster, dates that are missing or look wrong, units to build.",
    )
    _add_attack(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all went well, 1 when not, 130 after Ctrl-C."""
    say_plainly()
    asked = parser().parse_args(arguments)
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        from autograder import commands
        from autograder.nbgrader_settings import gaps

        run, course = getattr(commands, asked.command.replace("-", "_")), Course(asked.course)
        code: int = run(
            course,
            asked,
            Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH),
        )
        if asked.command != "doctor":  # whose table tells them
            for gap in gaps(course):
                errors.print(shown(str(gap)))
    except (AuthorError, CourseError, SandboxError, SubmissionError) as problem:
        errors.print(shown(str(problem)))
        return FAILED
    except KeyboardInterrupt:
        errors.print("Stopped. What was finished is kept; run the command again to go on.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output (`| head`) has seen enough
        sys.stdout = None
        return FAILED
    return code


def _add_new(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "new",
        "write the three files of a new unit, small and complete",
        "They stand in the clone: solutions/, reference/truth/ and reference/exercises/.\n"
        "docs/writing-a-unit.md explains them. A name that is taken is refused.",
    )
    command.add_argument("unit", metavar="UNIT")


def _add_build(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "build",
        "make notebooks and recorded answers from the sources in solutions/, and the pages from pages/",
        "Pages, in which nothing is asked, are made whichever units are named.\n"
        "Building twice changes nothing. A mistake in a source is told with file, line and remedy.",
    )
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")


def _add_collect(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "collect",
        "put notebooks from downloaded zips and folders into submitted/",
        "Downloads of Moodle, Canvas, Blackboard, Brightspace, ILIAS, Gradescope, GitHub Classroom and\n"
        "nbgrader's exchange, folders <student>/<any name>.ipynb, and zips of students in any of these. A\n"
        "notebook is recognised by its contents; the newest of a student is taken.\n\n"
        "examples:\n  python -m autograder collect batchnorm submissions.zip\n"
        "  python -m autograder collect batchnorm downloads/ --names students.csv",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="a zip or a folder")
    command.add_argument(
        "--names",
        type=Path,
        metavar="CSV",
        help="a table of students as nbgrader imports it: column id, and in others what downloads call them, "
        "team for those who hand in together; names and addresses go into the gradebook "
        "(default: roster.csv of the course, where there is one)",
    )
    command.add_argument(
        "--timezone",
        type=timezone,
        metavar="NAME",
        help="of times in downloads (default: course.toml's, or else this machine's)",
    )
    command.add_argument(
        "--encoding", type=encoding, metavar="NAME", help="of names in zips that tell none, as cp949"
    )
    command.add_argument("--force", action="store_true", help="replace what is as new, too")


def _add_grade(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "grade",
        "grade the submissions of a unit",
        "Unchanged submissions are skipped: a run that was stopped goes on where it was. A file that cannot\n"
        "be graded gets a reason code; the others are untouched, and an earlier grade stays.\n\n"
        "examples:\n  python -m autograder grade batchnorm\n"
        "  python -m autograder grade batchnorm ada --force\n"
        "  python -m autograder grade batchnorm --cluster tcp://10.0.0.7:8786",
    )
    command.add_argument("unit", metavar="UNIT")
    command.add_argument("students", nargs="*", metavar="STUDENT", help="default: all")
    workers(command)
    command.add_argument("--force", action="store_true", help="grade unchanged submissions as well")
    command.add_argument("--explore", action="store_true", help="run the experiments too, for their pictures")
    command.add_argument(
        "--seed",
        type=whole,
        metavar="N",
        help="seed of the hidden cases, kept in the course for all later grading (default: the course's)",
    )
    isolation(command)


def _add_handout(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "handout",
        "pack notebooks and the student's package into a zip for students",
        "A student with nothing but Python gets going from it: the README inside has the two lines.",
    )
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")


def _add_site(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "site",
        "make the course's web site: units to read and to work in, documentation",
        "A folder that any web server can hold. Experiments run once with the course's own solutions, which\n"
        "are not shown; only what changed runs again.\n\n"
        "examples:\n  python -m autograder site\n  python -m autograder site --without-work batchnorm\n"
        "  python -m autograder site --repository https://github.com/OWNER/NAME",
    )
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    command.add_argument("--out", type=Path, metavar="DIR", help="default: site/ in the course directory")
    command.add_argument(
        "--repository",
        default="",
        metavar="URL",
        help="the public repository on GitHub that the site is published from: units get buttons that open "
        "them at Colab and Binder (default: what course.toml says)",
    )
    work = command.add_mutually_exclusive_group()
    work.add_argument(
        "--without-work", action="store_true", help="leave out the notebooks that run in the browser"
    )
    work.add_argument(
        "--pyodide",
        metavar="URL",
        help="where the browser finds Pyodide, Python for web pages: an address, or a folder of which the "
        "site gets a copy (default: its public address)",
    )


def _add_validate(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "validate",
        "see that solutions earn everything, untouched notebooks nothing, and known mistakes fail (for CI)",
        "The exit code is not 0 when something does not hold.",
    )
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    isolation(command)


def _add_demo(commands: Subcommands) -> None:
    command = subcommand(
        commands,
        "demo",
        "grade a synthetic class: right, wrong, unfinished, damaged and hostile notebooks",
        "The class is drawn from a seed and spread over the units. It lies in demo/ unless --course says\n"
        "otherwise.\n\n"
        "examples:\n  python -m autograder demo\n"
        "  python -m autograder demo batchnorm --students 12",
    )
    command.set_defaults(course=REPOSITORY / "demo")
    command.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    command.add_argument("--students", type=positive, default=30, metavar="N", help="default: %(default)s")
    command.add_argument(
        "--seed", type=int, default=4, metavar="N", help="of the class (default: %(default)s)"
    )
    workers(command)
    isolation(command)


def _add_attack(commands: Subcommands) -> None:
    about = "try to cheat the grader, and say how each attempt failed"
    command = commands.add_parser(
        "attack",
        help=about,
        description=f"{about[0].upper()}{about[1:]}. Nothing of any course is touched: there is one for it.",
        epilog="The exit code is not 0 when an attack succeeds that the level should hold. The catalogue is "
        "in autograder/attacks/.",
    )
    command.set_defaults(course=REPOSITORY)
    command.add_argument("names", nargs="*", metavar="NAME", help="of attacks (default: all)")
    command.add_argument("--json", action="store_true", help="a JSON list")
    isolation(command)
