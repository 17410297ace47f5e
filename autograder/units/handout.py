"""The zip that students receive: notebooks, pages, the stagewise wheel, a README that starts JupyterLab.

The same content gives the same bytes.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import reference.kit.units
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.grading.templates import needs_of
from autograder.units.build import Load, Report
from autograder.units.pages import page
from autograder.units.prepare import prepare
from autograder.whole_files import replace

ZIP_NAME = "stagewise-handout.zip"
_FOLDER = "stagewise"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_BUILD_WHEEL = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
_README = """\
Stagewise: {titles}

You need Python 3.11 or newer. Open a terminal in this folder and run two lines. The first one downloads about
100 MB and fills 0.4 GB of disk: one to five minutes. It is needed once, the second whenever you want to work.

macOS and Linux:

    python3 -m venv .venv && .venv/bin/python -m pip install "./{wheel}[lab]"
    .venv/bin/python -m jupyter lab

Windows:

    py -m pip install "./{wheel}[lab]"
    py -m jupyter lab

Then open, on the left:

{notebooks}
{pages}{pytorch}
Write your answers where a cell says YOUR CODE HERE or YOUR ANSWER HERE, and run the check below it as often
as you like. Hand in the notebook file itself, under the name that it has.

(On Windows, to keep the packages apart from others: run "py -m venv .venv" and ".venv\\Scripts\\activate"
first, and write "python" instead of "py" in all lines.)
"""
_PAGES = """
When you have worked through all units, open what the course ends with (nothing is asked there):

{pages}
"""
# Plain `pip install torch` brings gigabytes for graphics cards on Linux: this index of PyTorch's does not.
_PYTORCH = """
PyTorch is needed for {titles} alone. Install it before you open that notebook, once; it fills 0.9 GB more.

macOS and Linux:

    .venv/bin/python -m pip install torch --index-url https://download.pytorch.org/whl/cpu
    .venv/bin/python -m pip install "./{wheel}[transfer]"

Windows:

    py -m pip install torch --index-url https://download.pytorch.org/whl/cpu
    py -m pip install "./{wheel}[transfer]"
"""


@dataclass(frozen=True, slots=True)
class Handout:
    """A zip that was written, and the names of the files in it."""

    path: Path
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {len(self.files)} files, {self.path.stat().st_size / 1e6:.1f} MB"


def handout(
    course: Course,
    units: Sequence[str] | None = None,
    to: Path | None = None,
    load: Load = reference.kit.units.load,
    report: Report = lambda line: None,
) -> Handout:
    """Write the zip for these units (all when none is named) to `to`, by default into the course's directory.
    The pages are in every zip.

    Builds the notebooks that need it, and `report`s a line of each. Raises AuthorError and CourseError.
    """
    path = Path(to) if to is not None else course.root / ZIP_NAME
    path = path / ZIP_NAME if path.is_dir() else path
    prepare(course, units, report, load)
    notebooks = {unit: course.student(unit).read_text() for unit in course.named(units)}
    needs = {unit: needs_of(course.instructor(unit)) for unit in notebooks}
    with_torch = [unit for unit, need in needs.items() if need is not None and "transfer" in need.extras]
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        pages = {name: page(course, name) for name in course.page_names()}
        files = _files(notebooks, with_torch, wheel.name, wheel.read_bytes(), pages)
        archive = Path(folder) / ZIP_NAME
        _write_zip(archive, files)
        replace(path, archive.read_bytes())
    return Handout(path, tuple(sorted(files)))


def build_wheel(folder: Path) -> Path:
    """Build the students' package in the repository and put its wheel into `folder`."""
    command = [sys.executable, "-c", _BUILD_WHEEL, str(folder.resolve())]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise CourseError(
            f"the stagewise wheel could not be built: {last}",
            'install what building needs: pip install -e ".[instructor]"',
        )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _files(
    notebooks: Mapping[str, str],
    with_torch: Sequence[str],
    wheel: str,
    content: bytes,
    pages: Mapping[str, str],
) -> dict[str, bytes]:
    """The files of the zip by name; the README says what units that use PyTorch need besides."""
    readme = _README.format(
        titles=", ".join(notebooks),
        wheel=wheel,
        notebooks=_listed(notebooks),
        pages=_PAGES.format(pages=_listed(pages)) if pages else "",
        pytorch=_PYTORCH.format(titles=" and ".join(with_torch), wheel=wheel) if with_torch else "",
    )
    files = {f"{name}/{name}.ipynb": text.encode() for name, text in (*notebooks.items(), *pages.items())}
    files |= {"README.txt": readme.encode(), wheel: content}
    return {f"{_FOLDER}/{name}": data for name, data in files.items()}


def _listed(notebooks: Iterable[str]) -> str:
    return "\n".join(f"    {name}/{name}.ipynb" for name in notebooks)


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the permissions below are read on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
