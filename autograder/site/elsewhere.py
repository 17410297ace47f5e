"""The notebooks that the site hands out, and the buttons that open them at Colab and Binder.

Both fetch them from the branch of a public repository that holds the site. That repository need hold nothing
else: the package is installed from a wheel beside the notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from importlib.metadata import requires
from typing import Any

from packaging.requirements import Requirement

from autograder.errors import CourseError
from autograder.github import HOW, owner_and_name

BRANCH = "gh-pages"
FOLDER = "notebooks"
_PYTHON = "3.12"  # that of the notebooks in the browser, too
_FIRST_CELL = """\
# For places such as Colab, where the course's package is not installed yet. Elsewhere this does nothing.
import importlib.metadata
import importlib.util
import subprocess
import sys

if not all(importlib.util.find_spec(name) for name in {names!r}):
    package = {package!r}
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)
    loaded = sys.modules.get("matplotlib")
    if loaded and loaded.__version__ != importlib.metadata.version("matplotlib"):
        print("matplotlib was replaced by a newer one: restart the session (the menu Runtime), then run on.")
"""


def parts_of(repository: str) -> tuple[str, str]:
    """Owner and name of a GitHub repository; CourseError for any other address."""
    parts = owner_and_name(repository)
    if parts is None:
        raise CourseError(f"the repository {repository!r} is none that Colab and Binder open", HOW)
    return parts


def wheel_address(repository: str, wheel: str) -> str:
    """Where the wheel lies once the site is published."""
    owner, name = parts_of(repository)
    return f"https://raw.githubusercontent.com/{owner}/{name}/{BRANCH}/{FOLDER}/{wheel}"


def colab(repository: str, unit: str) -> str:
    """Where Colab opens a unit's notebook."""
    owner, name = parts_of(repository)
    return f"https://colab.research.google.com/github/{owner}/{name}/blob/{BRANCH}/{FOLDER}/{unit}.ipynb"


def binder(repository: str, unit: str) -> str:
    """Where Binder opens a unit's notebook, in JupyterLab."""
    owner, name = parts_of(repository)
    return f"https://mybinder.org/v2/gh/{owner}/{name}/{BRANCH}?urlpath=lab/tree/{FOLDER}/{unit}.ipynb"


def for_binder(repository: str, wheel: str) -> dict[str, str]:
    """The files in the folder binder/, by name, that Binder makes its image from.

    Without runtime.txt it takes a Python of its own choice, which may be older than the package allows
    (3.10 since repo2docker 2023.06).
    """
    requirements = f"stagewise @ {wheel_address(repository, wheel)}\n"
    return {"requirements.txt": requirements, "runtime.txt": f"python-{_PYTHON}\n"}


def with_installation(notebook: Mapping[str, Any], repository: str, wheel: str) -> dict[str, Any]:
    """A released notebook whose first cell installs the package where it is missing."""
    needs = tuple(notebook["metadata"]["stagewise"].get("needs", ()))
    extras = f"[{','.join(needs)}]" if needs else ""
    package = f"stagewise{extras} @ {wheel_address(repository, wheel)}"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "installation",
        "metadata": {},
        "outputs": [],
        "source": _FIRST_CELL.format(names=["stagewise", *_modules_of(needs)], package=package).rstrip("\n"),
    }
    changed: dict[str, Any] = deepcopy(dict(notebook))
    changed["cells"] = [cell, *changed["cells"]]
    return changed


def _modules_of(extras: Sequence[str]) -> list[str]:
    """What these extras of the package bring, by the names under which it is imported."""
    asked = map(Requirement, requires("stagewise") or ())
    return sorted(
        one.name
        for one in asked
        if one.marker is not None and any(one.marker.evaluate({"extra": extra}) for extra in extras)
    )
