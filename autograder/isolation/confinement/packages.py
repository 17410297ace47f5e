"""Which installed packages a candidate may see: what the named distributions require, and nothing else."""

import csv
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.errors import SandboxError

COURSE = "stagewise"
_ALWAYS = (COURSE, "ipython", "msgpack")


@lru_cache
def visible(extras: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return {entry: its path} for a site-packages directory that holds the closure of the course's
    requirements.

    `extras` are those of the course ("transfer" brings torch). The course itself is its package directory
    alone: an editable install would show the whole clone. SandboxError names a distribution that is not
    installed.
    """
    entries: dict[str, Path] = {}
    for name in closure([f"{COURSE}[{','.join(extras)}]", *_ALWAYS[1:]]):
        if name != COURSE:
            entries.update(_top_level(_installed(name)))
    entries[COURSE] = Path(__file__).parents[3] / COURSE
    for part in ("candidate", "confinement", "protocol"):
        entries[f"isolation/{part}"] = Path(__file__).parents[1] / part
    return dict(sorted(entries.items()))


def closure(requirements: Iterable[str]) -> frozenset[str]:
    """Return the names of all distributions that the requirements ask for here, directly or not."""
    found: dict[str, set[str]] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras}
        new = extras - found.setdefault(name, set())
        found[name] |= new
        if new:
            waiting.extend(
                inner
                for inner in map(Requirement, _installed(name).requires or ())
                if any(inner.marker is None or inner.marker.evaluate({"extra": extra}) for extra in new)
            )
    return frozenset(found)


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise SandboxError(
            f"The package {name!r}, which a notebook needs, is not installed",
            f"install it into the environment that runs the grader: pip install {name}",
        ) from None


def _top_level(package: Distribution) -> dict[str, Path]:
    record = package.read_text("RECORD")
    if record is None:
        raise SandboxError(
            f"The installed package {package.name!r} has no record of its files",
            "install it with pip into the environment that runs the grader",
        )
    names = {row[0].split("/", 1)[0] for row in csv.reader(record.splitlines()) if row}
    places = {name: Path(str(package.locate_file(name))) for name in names - {"..", "__pycache__"}}
    return {name: place for name, place in places.items() if place.exists() and place.suffix != ".pth"}
