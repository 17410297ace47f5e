"""Makes the whole site aside, and moves it into place when it is whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console

import reference.kit.units
from autograder.course import Course
from autograder.errors import CourseError
from autograder.progress import Steps
from autograder.site import elsewhere, lite
from autograder.site.building import pages_of, site_files, units_of
from autograder.site.facts import COURSE_PAGE, ordered
from autograder.site.notebooks import pages_beside, released, released_text
from autograder.site.pages import called
from autograder.site.solved_run import Outputs, Run, solved_run
from autograder.units.build import Load
from autograder.units.handout import build_wheel
from autograder.units.prepare import prepare
from autograder.whole_files import replace, told_whose_fault

_A_SITE_HAS = "assets/search.json"


def make_site(
    course: Course,
    out: Path,
    units: Sequence[str] = (),
    *,
    repository: str = "",
    work: bool = True,
    pyodide: str | None = None,
    load: Load = reference.kit.units.load,
    run: Run = solved_run,
    console: Console,
) -> Path:
    """Write the site of these units (all when none is named) to `out`, in place of the one that was there.
    The course's pages are in that of all units.

    repository: where it will be published, for Colab's and Binder's buttons; none when empty. work: with the
    working edition, which takes Pyodide from `pyodide`, see autograder.site.lite. Raises AuthorError for a
    formula that cannot be drawn, CourseError where `out` holds something else, where an experiment stops, or
    where the disk refuses.
    """
    _refuse(out, repository, work, pyodide)
    named = ordered(course, course.named(units), COURSE_PAGE.read_text(encoding="utf-8"))
    prepare(course, named, console.print, load)
    pages = pages_beside(course, named)
    outputs = _experiments(course, (*pages, *named), run, console)  # a page takes longest
    with told_whose_fault(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as aside:
            made = Path(aside) / "site"
            shown = units_of(course, outputs, repository, work)
            _write(site_files(called(course), shown, pages_of(course, outputs, work)), made)
            _write_notebooks(course, named, pages, repository, made)
            if work:
                lite.build(course, made, named, pyodide, repository=repository, load=load)
            if out.exists():
                os.rename(out, Path(aside) / "before")
            os.rename(made, out)
    return out


def _refuse(out: Path, repository: str, work: bool, pyodide: str | None) -> None:
    """Stop before anything is made where the site could not be."""
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / _A_SITE_HAS).exists()):
        raise CourseError(f"{out} holds something else than a site", "name another folder, or empty this one")
    if repository:
        elsewhere.parts_of(repository)
    if work:
        lite.refuse_what_is_missing(pyodide)


def _experiments(course: Course, units: Sequence[str], run: Run, console: Console) -> dict[str, Outputs]:
    """Run the units' solved notebooks, as many at once as there are processors."""
    found: dict[str, Outputs] = {}
    with (
        Steps("Running experiments", console) as steps,
        ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads,
    ):
        waiting = {threads.submit(run, course, unit): unit for unit in units}
        try:
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                steps.step(len(units))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return found


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        replace(folder / name, content)


def _write_notebooks(
    course: Course, units: Sequence[str], pages: Sequence[str], repository: str, made: Path
) -> None:
    """The released notebooks; for other places with the package, and units with a cell that installs it."""
    folder = made / elsewhere.FOLDER
    folder.mkdir()
    for page in pages:
        replace(folder / f"{page}.ipynb", released_text(course, page))
    if not repository:
        for unit in units:
            (folder / f"{unit}.ipynb").write_bytes(course.student(unit).read_bytes())
        return
    wheel = build_wheel(folder).name
    for unit in units:
        notebook = elsewhere.with_installation(released(course, unit), repository, wheel)
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / f"{unit}.ipynb").write_text(f"{text}\n", encoding="utf-8")
    binder = made / "binder"
    binder.mkdir()
    for name, text in elsewhere.for_binder(repository, wheel).items():
        (binder / name).write_text(text)
