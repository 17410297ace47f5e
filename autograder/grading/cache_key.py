"""What a result depends on besides the submission, as one hash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.course import REPOSITORY
from autograder.grading.records import RECORD_VERSION
from autograder.grading.settings import Settings
from autograder.isolation.confinement.level import Level
from autograder.units.plan import Plan

# What asks, what judges, and what runs beside the student's code. All of it: units use parts of one another.
_CODE = (
    "reference",
    "stagewise",
    "autograder/examining",
    "autograder/grading",
    "autograder/intake",
    "autograder/isolation",
)
_KINDS = (".py", ".npz", ".safetensors")  # recorded answers follow from these
_PLACES = tuple(REPOSITORY.joinpath(*part.split("/")) for part in _CODE)
_PACKAGES = ("stagewise", "numpy", "ipython", "matplotlib", "torch")


def cache_key_of(plan: Plan, settings: Settings, seed: int, code: str) -> str:
    """The hash of the plan, limits, seed, the course's `code` and the versions of packages; and whether code
    ran in a sandbox, at whatever level.
    """
    cells = [(cell.grade_id, cell.role, cell.cell_type, cell.source, cell.points) for cell in plan.cells]
    how = [repr(settings.limits), settings.isolation == Level.PROCESS, settings.explore, seed]
    versions = [version_of(name) for name in _PACKAGES]
    text = json.dumps([plan.unit, cells, plan.texts, RECORD_VERSION, how, code, versions])
    return sha256(text.encode()).hexdigest()


@cache
def code_in_use() -> str:
    """The hash of the code that this process runs, as it was when first asked."""
    return code_of(_PLACES)


def code_of(places: Sequence[Path]) -> str:
    """The hash of the code and the data in these directories."""
    found = sha256()
    for place in places:
        for path in sorted(path for path in place.rglob("*") if path.suffix in _KINDS):
            content = path.read_bytes()
            found.update(f"{path.relative_to(place)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def version_of(name: str) -> str:
    """The installed version of a package, "none" where it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
