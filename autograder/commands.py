"""What each command does, for `autograder.cli`: (course, what was asked, where to print) to an exit code.

Each imports what it needs and no more: a command that grades should begin at once.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.settings import Settings
from autograder.grading.templates import Templates, ahead_of
from autograder.isolation.lacks import told_of
from autograder.progress import Steps
from autograder.reasons import Reason
from autograder.seed import keep_seed
from autograder.terminal import shown

if TYPE_CHECKING:
    from autograder.collecting.roster import Roster
    from autograder.grading.driver import Done


def build(course: Course, asked: Namespace, console: Console) -> int:
    """Build units, and the pages; tells what changed."""
    from autograder.term.dates import enter_dates
    from autograder.units.build import build as build_units
    from autograder.units.pages import build_pages
    from autograder.units.prepare import write_settings

    write_settings(course)
    build_units(course, asked.units, console.print)
    build_pages(course, console.print)
    for unit in course.named(asked.units):
        enter_dates(Assignment(course, unit))
    return 0


def new_course(course: Course, asked: Namespace, console: Console) -> int:
    """Make a course's directory; tells what is in it, and what to do next."""
    from autograder.term.directory import new_course as make

    for path in make(course.root, asked.units, asked.roster, asked.seed, asked.timezone, asked.start):
        console.print(shown(str(path)))
    console.print(shown(f"next: read {course.root / 'course.toml'}, then ask what is missing:"))
    console.print(shown(f"python -m autograder doctor --course {course.root}"))
    return 0


def new(course: Course, asked: Namespace, console: Console) -> int:
    """Write a new unit's files; tells which, and what to do next."""
    from autograder.course import REPOSITORY
    from autograder.units.skeleton import write

    for path in write(asked.unit):
        console.print(str(path.relative_to(REPOSITORY)))
    console.print(f"next: python -m autograder build {asked.unit}, then validate {asked.unit}")
    return 0


def collect(course: Course, asked: Namespace, console: Console) -> int:
    """Collect submissions; 1 when a person must look at some file."""
    from autograder.collecting.collect import collect as collect_from
    from autograder.collecting.people import enter
    from autograder.collecting.report import counted, show
    from autograder.units.prepare import prepare

    course.named([asked.unit])
    roster, zone = _roster(course, asked.names), asked.timezone or course.settings().timezone
    prepare(course, [asked.unit], console.print)
    if roster is not None:
        enter(course.db_url, asked.unit, roster)
    with Steps(f"Collecting {asked.unit}", console) as steps:
        collected = collect_from(
            course,
            asked.unit,
            asked.sources,
            roster,
            zone,
            asked.force,
            asked.encoding,
            lambda: steps.step(None),
        )
    show(collected.decisions, console, collected.remarks)
    console.print(counted(collected.decisions))
    return 1 if any(decision.outcome.advice for decision in collected.decisions) else 0


def grade(course: Course, asked: Namespace, console: Console) -> int:
    """Grade a unit; 1 when some submission could not be graded."""
    started = time.monotonic()
    course.named([asked.unit])
    settings = settings_of(asked)
    anew = asked.seed is not None and keep_seed(course, asked.seed)
    if anew:
        console.print(
            f"Hidden cases are drawn from seed {asked.seed} from now on: all that was graded on others is "
            "graded anew, in this run or when it is asked for."
        )
    assignment = Assignment(course, asked.unit)
    count = ahead_of(assignment, asked.students, replace(settings, force=settings.force or anew))
    with Templates(assignment, settings.isolation, count) as templates:
        from autograder.grading.driver import grade as grade_unit  # while the templates start

        with Steps(f"Grading {asked.unit}", console) as steps:
            done = grade_unit(
                course,
                asked.unit,
                asked.students,
                settings,
                lambda one, total: steps.step(total, refusal(one)),
                templates,
                steps.slow,
            )
    console.print(f"{counted(done)}, in {time.monotonic() - started:.1f} s")
    for said in told_of(one.record.isolation for one in done if one.graded):
        console.print(said)
    odd = [one.record.student for one in done if "[" in one.record.student]
    if odd:
        console.print(shown(f"nbgrader's own commands find nothing of {', '.join(odd)}, since brackets are"))
        console.print("patterns to them: use these here, or rename the folders below submitted/.")
    console.print(f"Points and reasons:  python -m autograder scores {asked.unit}{_same_course(course)}")
    return 1 if any(refusal(one) for one in done) else 0


def counted(done: Sequence[Done]) -> str:
    """How many submissions came to which end; each is counted once, but for those that were repaired."""
    told = [one for one in done if not refusal(one)]
    graded = [one for one in told if one.graded]
    repaired = [one for one in graded if one.record.repairs]
    return (
        f"{len(graded)} graded, {len(told) - len(graded)} unchanged, {len(repaired)} repaired before "
        f"grading, {len(done) - len(told)} not gradable"
    )


def settings_of(asked: Namespace) -> Settings:
    """How to grade, as asked on the command line; what was not asked is as usual."""
    given = {
        name: value for name, value in vars(asked).items() if name in Settings.__slots__ and value is not None
    }
    if asked.command == "demo":
        given.pop("seed", None)
    return Settings(**given)


def refusal(done: Done) -> str:
    """A line for a submission that could not be graded, empty for others."""
    record = done.record
    if record.reason is Reason.OK:
        return ""
    return f"{record.student}: {record.reason.value}: {record.detail}; remedy: {record.remedy}"


def scores(course: Course, asked: Namespace, console: Console) -> int:
    """Print scores."""
    from autograder.reports import scores as tables
    from autograder.term.summary import summary

    course.named([asked.unit])
    rows = tables.scores(course, asked.unit, asked.students)
    if asked.json:
        print(tables.as_json(rows))
    elif asked.csv:
        print(tables.as_csv(rows), end="")
    else:
        for said in summary(course, asked.unit):
            console.print(said)
        tables.show(rows, console)
    return 0


def mark(course: Course, asked: Namespace, console: Console) -> int:
    """Serve the page for marking written answers until Ctrl-C, or tell how far two markers agree."""
    from autograder.marking import command

    course.named([asked.unit])
    return command.run(Assignment(course, asked.unit), asked, console)


def similar(course: Course, asked: Namespace, console: Console) -> int:
    """Tell which students' functions are more alike than chance gives."""
    from autograder.similarity import command

    course.named([asked.unit])
    return command.run(Assignment(course, asked.unit), asked, console)


def feedback(course: Course, asked: Namespace, console: Console) -> int:
    """Write feedback pages."""
    from autograder.reports import feedback as pages

    course.named([asked.unit])
    with Steps(f"Feedback on {asked.unit}", console) as steps:
        written = pages.feedback(
            course, asked.unit, asked.students, jobs=asked.jobs, on_done=lambda _, total: steps.step(total)
        )
    console.print(f"{len(written)} pages in {course.feedback}")
    return 0


def publish(course: Course, asked: Namespace, console: Console) -> int:
    """Fill a system's file of grades; 1 when a person must look at somebody."""
    from autograder.publishing.publish import Asked
    from autograder.publishing.publish import publish as publish_unit
    from autograder.publishing.report import show as show_published

    course.named([asked.unit])
    wanted = Asked(
        asked.to,
        asked.template,
        asked.out,
        _roster(course, asked.names),
        asked.column,
        asked.scale,
        asked.with_unmarked,
        asked.by_name,
    )
    with Steps(f"Publishing {asked.unit}", console) as steps:
        published = publish_unit(course, asked.unit, wanted, lambda total: steps.step(total))
    show_published(published, asked.to, asked.unit, console)
    return 1 if published.odd else 0


def report(course: Course, asked: Namespace, console: Console) -> int:
    """Write the report on a class, or print its numbers."""
    from autograder.classreport import forms, making, tables

    units = course.named(asked.units)
    if asked.json or asked.csv:
        found = making.class_report(course, units, anonymous=asked.anonymous)
        print(forms.as_csv(found) if asked.csv else forms.as_json(found, making.now()) + "\n", end="")
        return 0
    with Steps("Reading what was graded", console) as steps:
        found = making.class_report(
            course, units, anonymous=asked.anonymous, on_unit=lambda _: steps.step(len(units))
        )
    place = asked.to or course.root / making.PAGE
    with Steps("Drawing the page", console) as steps:
        making.write_page(
            found,
            course,
            place,
            anonymous=asked.anonymous,
            on_unit=lambda _: steps.step(len(found.units)),
        )
    console.print(tables.units_table(found))
    console.print(tables.mistakes_table(found))
    console.print(f"For instructors alone: {place}")
    return 0


def handout(course: Course, asked: Namespace, console: Console) -> int:
    """Pack the zip for students."""
    from autograder.units import handout as handouts

    console.print(str(handouts.handout(course, asked.units, report=console.print)))
    return 0


def site(course: Course, asked: Namespace, console: Console) -> int:
    """Make the site; tells where it is and how large."""
    try:
        from autograder.site.making import make_site
    except ModuleNotFoundError as lack:
        raise CourseError(
            f"the site needs the package {lack.name}, which is not installed", 'run: pip install -e ".[site]"'
        ) from None

    started = time.monotonic()
    out = make_site(
        course,
        asked.out or course.root / "site",
        asked.units,
        repository=asked.repository or course.settings().repository,
        work=not asked.without_work,
        pyodide=asked.pyodide,
        console=console,
    )
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    console.print(f"{out}: {len(files)} files, {size:.1f} MB, in {time.monotonic() - started:.0f} s")
    console.print(f"To look at it:  python -m http.server --directory {out}")
    return 0


def validate(course: Course, asked: Namespace, console: Console) -> int:
    """Hold solutions, released notebooks and known mistakes against the checks."""
    from autograder import validate as validation

    findings = validation.validate(course, asked.units, console.print, settings_of(asked))
    return 0 if all(finding.ok for finding in findings) else 1


def demo(course: Course, asked: Namespace, console: Console) -> int:
    """Grade a synthetic class and tell what came of it."""
    from autograder.synthetic import demo as demos
    from autograder.units.prepare import prepare

    units = course.named(asked.units)
    course.root.mkdir(parents=True, exist_ok=True)
    prepare(course, units, console.print)
    demos.demo(course, units, asked.students, asked.seed, settings_of(asked), console)
    return 0


def doctor(course: Course, asked: Namespace, console: Console) -> int:
    """Tell what this machine can do; 1 when grading in a sandbox is not among it."""
    from autograder.doctor import examine_machine
    from autograder.doctor import show as show_machine

    findings = examine_machine(course)
    show_machine(findings, console)
    return 0 if all(finding.good or not finding.needed for finding in findings) else 1


def attack(course: Course, asked: Namespace, console: Console) -> int:
    """Try the attacks; 1 when one succeeded that the level of isolation should hold."""
    from autograder.attacks import run as attacks

    if asked.json:
        outcomes = attacks.attack(asked.names, isolation=asked.isolation)
        print(attacks.as_json(outcomes))
    else:
        with Steps("Attacking", console) as steps:
            outcomes = attacks.attack(asked.names, lambda _, total: steps.step(total), asked.isolation)
        attacks.show(outcomes, console)
    return 0 if all(outcome.expected for outcome in outcomes) else 1


def _roster(course: Course, names: Path | None) -> Roster | None:
    """The table that was asked for, or else the course's own, if it has one."""
    from autograder.collecting.roster import read_roster

    place = names or (course.roster if course.roster.exists() else None)
    return None if place is None else read_roster(place)


def _same_course(course: Course) -> str:
    from autograder.course import REPOSITORY

    return "" if course.root == REPOSITORY else f" --course {course.root}"
