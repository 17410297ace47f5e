"""Is a unit sound? Solutions earn everything, the released notebook nothing, tests catch every known mistake,
and the text is no longer than what is exercised bears.

Both notebooks are graded like submissions, in a scratch course; the solved one with its experiments.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

import reference.kit.units
from autograder.course import Assignment, Course
from autograder.grading.driver import Settings, grade
from autograder.grading.records import Record, described
from autograder.grading.templates import Templates
from autograder.seed import seed_of
from autograder.side_by_side import side_by_side
from autograder.units import percent, prose, regions
from autograder.units.build import Load, build
from autograder.units.percent import Role
from autograder.units.plan import read_plan
from autograder.whole_files import replace as replace_file
from reference.killmatrix import killmatrix

SOLVED, RELEASED = "solved", "released"
Report = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One question about a unit, and what speaks against a yes."""

    unit: str
    question: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems

    def __str__(self) -> str:
        head = f"{'ok  ' if self.ok else 'FAIL'} {self.unit}: {self.question}"
        return "\n".join([head, *(f"       {problem}" for problem in self.problems)])


def validate(
    course: Course,
    units: Sequence[str] | None = None,
    report: Report = lambda line: None,
    settings: Settings | None = None,
    load: Load = reference.kit.units.load,
) -> tuple[Finding, ...]:
    """The findings for these units (all when none is named); `report` receives each as text when it is known.

    Several units are looked at side by side, `settings.jobs` at a time, and reported as they get ready. The
    course itself is only read. Raises what build and grade raise, and CourseError when a process ended.
    """
    settings = settings or Settings()
    seed = seed_of(course) if settings.seed is None else settings.seed
    settings = replace(settings, explore=True, seed=seed)
    names = course.named(units)
    at_once = min(settings.jobs, len(names))
    share = replace(settings, jobs=max(1, settings.jobs // max(1, at_once)))
    found: dict[str, list[Finding]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="stagewise-") as folder:

        def findings(unit: str) -> Iterable[Finding]:
            return _findings(course, unit, share, load, Path(folder))

        longest_first = sorted(names, key=lambda unit: -course.unit_source(unit).stat().st_size)
        for finding in side_by_side(longest_first if at_once > 1 else names, findings, at_once):
            found[finding.unit].append(finding)
            report(str(finding))
    return tuple(finding for name in names for finding in found[name])


def table(findings: Iterable[Finding]) -> str:
    """All findings as text, with the problems below each and a count at the end."""
    listed = tuple(findings)
    bad = sum(not finding.ok for finding in listed)
    verdict = f"{bad} of {len(listed)} failed" if bad else f"all {len(listed)} hold"
    return "\n".join([*map(str, listed), verdict])


def _findings(course: Course, unit: str, settings: Settings, load: Load, place: Path) -> Iterable[Finding]:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        scratch = _built_aside(course, unit, Path(folder), load)
        yield Finding(unit, "what students receive is up to date", tuple(_outdated(course, scratch, unit)))
        yield Finding(unit, "the tests catch every known mistake", killmatrix(load(unit)).all_problems)
        records = _grade_both(scratch, unit, settings)
        solved = (*_lost_points(records[SOLVED]), *_failed_cells(scratch, unit))
        yield Finding(unit, "the solutions earn everything and every cell runs", solved)
        yield Finding(unit, "the released notebook earns nothing", tuple(_free_points(records[RELEASED])))
    yield _brevity(unit, prose.words_for_each_exercise(percent.read(course.unit_source(unit))))


def _brevity(unit: str, words: float) -> Finding:
    """How much a student of the unit reads for each exercise."""
    many = "say each thing once, or fold what is an aside (docs/writing-a-unit.md says what counts)"
    question = f"{words:.0f} words of open text for each exercise, of at most {prose.MOST}"
    return Finding(unit, question, (many,) if round(words) > prose.MOST else ())


def _built_aside(course: Course, unit: str, folder: Path, load: Load) -> Course:
    """The unit, built in a course of its own from the same sources, and beside the same recording: a build
    keeps what says the same, whatever this processor makes of the last digits."""
    scratch = Course(folder, course.solutions, folder / "recorded")
    if course.recorded is not None and course.recorded.is_dir():
        shutil.copytree(course.recorded, folder / "recorded")
    build(scratch, [unit], load=load)
    return scratch


def _outdated(course: Course, scratch: Course, unit: str) -> Iterable[str]:
    pairs = [(course.student(unit), scratch.student(unit))]
    if course.recorded is not None and scratch.recorded is not None:
        name = f"{unit}.json"
        pairs.append((course.recorded / name, scratch.recorded / name))
    for committed, built in pairs:
        if not committed.exists():
            yield f"{committed} is missing: run python -m autograder build {unit}"
        elif committed.read_bytes() != built.read_bytes():
            yield f"{committed} is out of date: run python -m autograder build {unit}"


def _grade_both(scratch: Course, unit: str, settings: Settings) -> dict[str, Record]:
    texts = {SOLVED: _solved(scratch, unit), RELEASED: scratch.student(unit).read_text()}
    for student, text in texts.items():
        replace_file(scratch.submitted / student / unit / f"{unit}.ipynb", text)
    ordinary = replace(settings, explore=False)  # an experiment beside unwritten exercises earns nothing
    with Templates(Assignment(scratch, unit), settings.isolation, lanes=1) as templates:
        done = (
            *grade(scratch, unit, [SOLVED], settings, templates=templates),
            *grade(scratch, unit, [RELEASED], ordinary, templates=templates),
        )
    return {one.record.student: one.record for one in done}


def _solved(scratch: Course, unit: str) -> str:
    """The released notebook with the solutions filled in, as a student who knows them would submit it."""
    released = json.loads(scratch.student(unit).read_text())
    instructor = nbformat.read(scratch.instructor(unit), as_version=4)
    solved = [cell for cell in instructor.cells if regions.has(cell.source, regions.SOLUTION)]
    solutions = {cell.id: cell.source for cell in solved}
    for cell in released["cells"]:
        cell["source"] = solutions.get(cell["id"], cell["source"])
    return json.dumps(released)


def _lost_points(record: Record) -> Iterable[str]:
    if record.detail:
        yield record.detail
    for check in record.checks:
        if check.points != check.max:
            why = check.diagnosis or check.evidence or check.detail or check.reason.value
            yield f"{check.check} earned {check.points:g} of {check.max:g}: {why}"


def _failed_cells(scratch: Course, unit: str) -> Iterable[str]:
    """Cells other than checks that raised in the graded notebook of the solutions."""
    checks = {cell.grade_id for cell in read_plan(scratch.instructor(unit)).cells if cell.role == Role.CHECK}
    graded = nbformat.read(Assignment(scratch, unit).graded(SOLVED), as_version=4)
    for number, cell in enumerate(graded.cells, 1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {number}")
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and name not in checks:
                yield f"{name} raises {output.ename}: {output.evalue}"


def _free_points(record: Record) -> Iterable[str]:
    if record.detail:
        yield record.detail
    for check in record.checks:
        if check.points:
            yield f"{check.check} gives {check.points:g} of {check.max:g} points for nothing"
    for said in described(record.repairs):
        yield f"as it is handed out, it is taken for an edited one: {said}"
