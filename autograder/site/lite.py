"""The working edition: JupyterLite with the notebooks of the units that NumPy is enough for.

A kernel in the browser is Pyodide, which a page takes from its public address or from a copy in the folder.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile, copytree, move, rmtree
from tempfile import TemporaryDirectory
from typing import Any

import jupyter_server
from jupyter_core.paths import jupyter_path
from rich.console import Console

import reference.kit.units
from autograder.course import Course
from autograder.errors import CourseError
from autograder.site._door import add_pages
from autograder.site._executor import add_executor
from autograder.site._kernel import KERNEL, add_kernel
from autograder.site._wheels import needed_of, write_wheels
from autograder.site.building import WORK
from autograder.site.elsewhere import colab
from autograder.site.notebooks import pages_beside, released_text
from autograder.site.pages import called
from autograder.units.build import Load
from autograder.units.prepare import prepare

PYODIDE = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/"
_EXTENSIONS = (KERNEL, "@jupyter-widgets/jupyterlab-manager")
_APPS = ("notebooks", "tree")
_META = "stagewise"
_REMEDY = 'run: pip install -e ".[site]"'
_SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},  # seconds
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},  # so that the page can be searched
}
_LOCK = "pyodide-lock.json"
_CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", _LOCK)


def refuse_what_is_missing(pyodide: str | None) -> None:
    """Raise what `build` raises before it does anything: CourseError for what is not there."""
    _address(pyodide or PYODIDE)
    _extensions()


def build(
    course: Course,
    out: Path,
    units: Sequence[str],
    pyodide: str | None = None,
    console: Console | None = None,
    repository: str = "",
    load: Load = reference.kit.units.load,
) -> None:
    """Write the working edition of these units (all when none is named) into out/work, in place of what was
    there. The course's pages are in that of all units.

    pyodide: an address that ends in a slash, or a folder with Pyodide's files, of which those in use are
    copied; by default Pyodide's public address. repository: where the site will be published, for a link to
    Colab. Raises CourseError where something is not installed or Pyodide is not there, and as `prepare`.
    """
    pyodide = pyodide or PYODIDE
    address, extensions = _address(pyodide), _extensions()
    prepare(course, units, load=load)
    named = course.named(units)
    pages = pages_beside(course, named)
    released = {name: _released(course, name) for name in (*named, *pages)}
    notebooks = {unit: notebook for unit, notebook in released.items() if _in_browser(notebook)}
    # All files bear one date, so that the same course makes the same site.
    published = max(int(course.student(unit).stat().st_mtime) for unit in named)
    with TemporaryDirectory() as place:
        made = Path(place) / "out"
        _run_jupyterlite(Path(place), made, notebooks, extensions, published)
        copytree(Path(jupyter_server.__file__).parent / "static" / "favicons", made / "static" / "favicons")
        _add_python(made, pyodide, extensions[KERNEL])
        add_executor(made)
        listed = [_listed(notebook, name in pages, repository) for name, notebook in released.items()]
        add_pages(made, called(course), listed, address)
        rmtree(out / WORK, ignore_errors=True)
        out.mkdir(parents=True, exist_ok=True)
        move(made, out / WORK)
    if console is not None:
        console.print(f"working edition: {len(notebooks)} notebooks in {out / WORK}")


def _released(course: Course, name: str) -> dict[str, Any]:
    """The released notebook, which says which release it is: in a browser it may meet the next one."""
    text = released_text(course, name)
    notebook: dict[str, Any] = json.loads(text)
    about = {"unit": name, "title": name, "needs": []} | notebook["metadata"].get(_META, {})
    notebook["metadata"][_META] = about | {"release": sha256(text.encode()).hexdigest()[:16]}
    return notebook


def _listed(notebook: Mapping[str, Any], is_page: bool, repository: str) -> dict[str, Any]:
    """What the page of the notebooks says of one, and where else it opens."""
    about = dict(notebook["metadata"][_META])
    return about | {"colab": colab(repository, about["unit"]) if repository else "", "is_page": is_page}


def _in_browser(notebook: Mapping[str, Any]) -> bool:
    """Whether a notebook asks for nothing that browsers lack: of PyTorch there is no build for them."""
    return not notebook["metadata"][_META]["needs"]


def _extensions() -> dict[str, Path]:
    """Where the front end's extensions lie; CourseError where one is not installed."""
    places = [Path(folder) for folder in jupyter_path("labextensions")]
    found = {
        name: place / name for name in _EXTENSIONS for place in reversed(places) if (place / name).is_dir()
    }
    if find_spec("jupyterlite_core") is None or len(found) < len(_EXTENSIONS):
        raise CourseError("the working edition needs JupyterLite, which is not installed", _REMEDY)
    return found


def _run_jupyterlite(
    place: Path,
    made: Path,
    notebooks: Mapping[str, dict[str, Any]],
    extensions: Mapping[str, Path],
    published: int,
) -> None:
    contents = place / "contents"
    contents.mkdir()
    for unit, notebook in notebooks.items():
        (contents / f"{unit}.ipynb").write_text(json.dumps(notebook, indent=1, sort_keys=True))
    settings = {
        "lite_dir": str(place),
        "output_dir": str(made),
        "contents": [str(contents)],
        "apps": _APPS,
        "federated_extensions": [str(folder) for folder in extensions.values()],
        "ignore_sys_prefix": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "source_date_epoch": published,
    }
    (place / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": settings}))
    (place / "overrides.json").write_text(json.dumps(_SETTINGS))
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise CourseError(f"JupyterLite could not be built: {last}", _REMEDY)


def _address(pyodide: str) -> str:
    """Where the pages find Pyodide: the address that is given, or beside them where a folder is."""
    if "://" in pyodide:
        return pyodide if pyodide.endswith("/") else f"{pyodide}/"
    if not (Path(pyodide) / _LOCK).is_file():
        raise CourseError(
            f"{pyodide} is no folder with Pyodide's files: {_LOCK} is not there",
            f"name the folder of an unpacked release of Pyodide, or an address such as {PYODIDE}",
        )
    return "./pyodide/"


def _add_python(made: Path, pyodide: str, extension: Path) -> None:
    """Add what a kernel loads, and what starts it. extension: JupyterLite's for such kernels."""
    write_wheels(made / "wheels", extension / "static" / "pypi")
    if "://" not in pyodide:
        _copy_pyodide(Path(pyodide), made)
    add_kernel(made, _address(pyodide))


def _copy_pyodide(source: Path, made: Path) -> None:
    """Copy what kernels load of Pyodide's files."""
    (made / "pyodide").mkdir()
    packages = needed_of(json.loads((source / _LOCK).read_bytes())["packages"], made / "wheels")
    for name in (*_CORE, *packages):
        copyfile(source / name, made / "pyodide" / name)
