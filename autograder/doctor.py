"""What this machine can do for the course, and the remedy for what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.course import REPOSITORY, Course
from autograder.database import missing, named, opened, reading, told
from autograder.errors import CourseError, SandboxError
from autograder.finding import Finding as Finding
from autograder.isolation.confinement.level import BY_ITSELF, Level
from autograder.isolation.lacks import in_words
from autograder.isolation.levels import why_not
from autograder.isolation.remedies import remedy
from autograder.isolation.sandbox import CandidateTemplate
from autograder.nbgrader_settings import gaps
from autograder.seed import seed_of
from autograder.term.readiness import look_at
from autograder.terminal import shown

_LEAST_PYTHON = (3, 11)
_LEAST_MEMORY = 2 << 30
_LEAST_DISK = 1 << 30
_NEEDED = ("stagewise", "numpy", "nbgrader", "jupytext", "msgpack", "nh3", "rich", "jupyterlab")
_OPTIONAL = {
    "torch": 'for the transfer unit and the oracle: pip install -e ".[transfer]"',
    "scipy": 'for the class report: pip install -e ".[desk]"',
    "psycopg": 'for a gradebook in a PostgreSQL database: pip install -e ".[postgres]"',
    "distributed": 'for grading on a cluster: pip install -e ".[cluster]"',
    "playwright": 'for the browser tests: pip install -e ".[dev]"',
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_KERNEL = "nothing to install: it depends on the kernel, and isolation holds without it"
_GROUP = (
    "nothing to install: where the service manager delegates a control group to you (for example in "
    "systemd-run --user --scope -p Delegate=yes), it is used; the limits of each process hold without it"
)
_LAYERS = {
    "namespaces": ("own files, processes, users, host name; no network", True, _KERNEL),
    "gate": ("threads and files are counted by the template", True, _KERNEL),
    "rlimits": ("CPU time, address space, files, no core dumps", True, _KERNEL),
    "no-new-privileges": ("no capability, and no way to one", True, _KERNEL),
    "seccomp": ("system calls that no notebook needs are refused", False, _KERNEL),
    "landlock": ("writes in its own directories alone, executes nothing", False, _KERNEL),
    "cgroup-memory": ("memory of all processes together", False, _GROUP),
    "cgroup-pids": ("number of all threads together", False, _GROUP),
}


def examine_machine(course: Course) -> tuple[Finding, ...]:
    """Everything that grading this course depends on."""
    return (
        _python(),
        *_packages(),
        *_isolation(),
        _cores(),
        _memory(),
        _disk(course.root),
        _gradebook(course),
        *_nbgrader(course),
        _seed(course),
        _recordings(course),
        _browser(),
        *(() if course.root == REPOSITORY else look_at(course)),
    )


def show(findings: Sequence[Finding], console: Console) -> None:
    """A table, and below it what to do."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "what", "found"):
        table.add_column(title)
    for finding in findings:
        table.add_row(*map(shown, (_mark(finding), finding.what, finding.found)))
    console.print(table)
    for finding in findings:
        if not finding.good and finding.remedy:
            kind = "needed" if finding.needed else "optional"
            console.print(shown(f"{kind}: {finding.what}: {finding.remedy}"))
    if all(finding.good or not finding.needed for finding in findings):
        level = next((finding.found for finding in findings if finding.what == "isolation"), "")
        console.print(f"This machine can grade at the level of isolation {level.partition(':')[0]}.")


def _mark(finding: Finding) -> str:
    return "ok" if finding.good else "MISSING" if finding.needed else "-"


def _python() -> Finding:
    good = sys.version_info >= _LEAST_PYTHON
    remedy = "install Python 3.11 or newer and make the virtual environment with it"
    return Finding("Python", good, True, f"{platform.python_version()} ({sys.executable})", remedy)


def _packages() -> Iterator[Finding]:
    for name in _NEEDED:
        version = _version(name)
        yield Finding(name, version != "", True, version or "not there", 'pip install -e ".[instructor]"')
    for name, advice in _OPTIONAL.items():
        version = _version(name)
        yield Finding(name, version != "", False, version or "not there", advice)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _isolation() -> Iterator[Finding]:
    """The real thing: start a template at the best level, run a cell, and ask which layers hold."""
    path = shutil.which("bwrap")
    found = _output(["bwrap", "--version"]) if path else "not there"
    yield Finding("bubblewrap", path is not None, False, found)
    for level in BY_ITSELF:
        why = why_not(level)
        yield Finding(f"level {level.value}", not why, False, f"not here: {why}" if why else "possible")
    try:
        with CandidateTemplate.start() as template, template.new_candidate() as candidate:
            candidate.run_cell("1 + 1")
    except SandboxError as error:
        yield Finding("isolation", False, True, error.problem, error.remedy)
    else:
        best = template.level is Level.SANDBOX
        said = f"{template.level.value}: a cell ran in it"
        yield Finding("isolation", best, False, said, f"{in_words(template.level)}\n{remedy()}")
        yield from _layers(template.level, template.layers)


def _layers(level: Level, active: Sequence[str]) -> Iterator[Finding]:
    """What confines a candidate here, as one of them told."""
    other = "gate" if level is Level.SANDBOX else "namespaces"
    for name, (does, needed, advice) in _LAYERS.items():
        if name != other:
            good = name in active
            yield Finding(f"layer {name}", good, needed, does if good else "not active", advice)


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0))
    return Finding("cores", count > 1, False, str(count), "grading uses as many cores as it is given")


def _memory() -> Finding:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Finding(
        "memory", size >= _LEAST_MEMORY, False, f"{size / (1 << 30):.1f} GiB", "grade with fewer --jobs"
    )


def _disk(root: Path) -> Finding:
    place = next(path for path in (root, *root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    good = free >= _LEAST_DISK and os.access(place, os.W_OK)
    return Finding(
        "disk",
        good,
        True,
        f"{free / (1 << 30):.1f} GiB free at {place}",
        "make room, or name another --course",
    )


def _gradebook(course: Course) -> Finding:
    """The database that the course's configuration names; a file may not be there yet."""
    try:
        url = course.db_url
        engine = opened(url)
        if missing(url):
            return Finding("gradebook", True, True, f"{named(url)}, to be made by the build")
        with told(url, "used"), reading(engine) as db:
            db.exec_driver_sql("select 1")
        engine.dispose()
    except CourseError as error:
        return Finding("gradebook", False, True, error.problem, error.remedy)
    return Finding("gradebook", True, True, named(url))


def _seed(course: Course) -> Finding:
    try:
        return Finding("seed of hidden cases", True, True, str(seed_of(course)))
    except CourseError as error:
        return Finding("seed of hidden cases", False, True, error.problem, error.remedy)


def _nbgrader(course: Course) -> Iterator[Finding]:
    """Whether nbgrader's own commands and the form grader isolate, too."""
    found = gaps(course)
    for gap in found:
        yield Finding("nbgrader's settings", False, True, gap.problem, gap.remedy)
    if not found:
        yield Finding("nbgrader's settings", True, True, "name Stagewise's executor")


def _recordings(course: Course) -> Finding:
    """Without recorded answers the first cell of a student's notebook fails."""
    try:
        built = [unit for unit in course.units() if course.student(unit).exists()]
    except CourseError as error:
        return Finding("recorded answers", False, True, error.problem, error.remedy)
    lacking = [unit for unit in built if not (course.recording(unit) or _of_package(unit)).exists()]
    found = f"missing for {', '.join(lacking)}" if lacking else "there for every unit that was built"
    remedy = f"run: python -m autograder build {' '.join(lacking)}, and hand the unit out again"
    return Finding("recorded answers", not lacking, False, found, remedy)


def _of_package(unit: str) -> Path:
    return REPOSITORY / "stagewise" / "recorded" / f"{unit}.json"


def _browser() -> Finding:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    remedy = "for the browser tests only: sudo apt-get install chromium"
    return Finding("chromium", found is not None, False, found or "not there", remedy)


def _output(command: list[str], run: Callable[..., str] = subprocess.check_output) -> str:
    try:
        return run(command, text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
