"""The pure Python packages that a kernel in the browser needs beside Pyodide's own, as wheels with an index.

The index, packages.json, has an entry for each in the form of Pyodide's lock file, and names what of
Pyodide's own packages nothing here uses.
"""

import json
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path
from shutil import copy
from typing import Any

from autograder.errors import CourseError
from autograder.units.handout import build_wheel

INDEX = "packages.json"
_DEPENDS = {
    "comm": ("traitlets",),
    "ipywidgets": ("comm", "ipython", "traitlets"),
    "ipykernel": (),
    "piplite": ("micropip",),
    "pyodide-kernel": ("ipykernel", "ipython", "comm"),
    "stagewise": ("numpy", "matplotlib", "ipython", "ipywidgets", "threadpoolctl"),
}
_INSTALLED = ("comm", "ipywidgets")
_OF_THE_KERNEL = ("ipykernel", "piplite", "pyodide_kernel")
# Of Pyodide's packages: those without which cells run, names are completed and figures are drawn (5 MB).
_NEEDLESS = ("fonttools", "jedi", "matplotlib-pyodide", "openssl", "parso", "pytz", "ssl")
PRELOADED = ("micropip", "ssl", "sqlite3", "jedi", *_OF_THE_KERNEL, "comm", "ipython", "stagewise")
"""What the kernel would otherwise install one by one, and the course; start.js leaves the needless out."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_wheels(folder: Path, of_kernel: Path) -> None:
    """Write all wheels and their index. of_kernel: where the kernel's extension keeps its own.

    Raises CourseError where a package is not installed or the course's wheel cannot be built.
    """
    folder.mkdir(parents=True)
    build_wheel(folder)
    for name in _INSTALLED:
        _packed(name, folder)
    for name in _OF_THE_KERNEL:
        copy(next(of_kernel.glob(f"{name}-*.whl")), folder)
    packages = dict(map(_entry, sorted(folder.glob("*.whl"))))
    index = {"packages": packages, "needless": _NEEDLESS}
    (folder / INDEX).write_text(json.dumps(index, indent=1, sort_keys=True))


def needed_of(packages: Mapping[str, Mapping[str, Any]], wheels: Path) -> list[str]:
    """The files of Pyodide's packages, in the words of its lock, that are loaded with these wheels."""
    ours = json.loads((wheels / INDEX).read_bytes())["packages"]
    known = {_plain(name): entry for name, entry in packages.items()} | ours
    found: dict[str, str] = {}
    asked = [_plain(name) for name in PRELOADED]
    while asked:
        name = asked.pop()
        if name not in found and name not in _NEEDLESS:
            found[name] = known[name]["file_name"]
            asked += [_plain(other) for other in known[name]["depends"]]
    return sorted(file for name, file in found.items() if name not in ours)


def _plain(name: str) -> str:
    return name.replace("_", "-")


def _packed(name: str, folder: Path) -> None:
    """An installed pure Python package as a wheel, the same bytes every time."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        raise CourseError(f"{name} is not installed", 'run: pip install -e ".[site]"') from None
    with zipfile.ZipFile(folder / f"{name}-{installed.version}-py3-none-any.whl", "w") as wheel:
        for file in _files(installed.files or ()):
            entry = zipfile.ZipInfo(file.as_posix(), _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, Path(str(file.locate())).read_bytes())


def _files(listed: Iterable[PackagePath]) -> list[PackagePath]:
    """What a wheel holds: not what the installation added, nor what lies outside the packages' folder."""
    added = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
    kept = (file for file in listed if file.name not in added and file.suffix != ".pyc")
    return sorted((file for file in kept if ".." not in file.parts), key=str)


def _entry(wheel: Path) -> tuple[str, dict[str, object]]:
    """A wheel's name and its entry, as in Pyodide's lock file."""
    module, version = wheel.name.split("-")[:2]
    name = _plain(module)
    return name, {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "sha256": sha256(wheel.read_bytes()).hexdigest(),
        "depends": list(_DEPENDS[name]),
        "imports": [module],
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }
