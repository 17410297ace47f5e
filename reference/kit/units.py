"""The units of the course: every module of reference.exercises defines one as UNIT; nothing is registered."""

from __future__ import annotations

import importlib
import pkgutil

import reference.exercises
from reference.kit.exercise import Unit


def names() -> tuple[str, ...]:
    """The names of all units, sorted."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(reference.exercises.__path__)))


def load(name: str) -> Unit:
    """The unit of that name; LookupError names those that there are."""
    try:
        module = importlib.import_module(f"reference.exercises.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"reference.exercises.{name}":
            raise
        raise LookupError(f"there is no unit {name!r}; the units are: {', '.join(names())}") from None
    unit: Unit = module.UNIT
    return unit
