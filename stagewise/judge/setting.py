"""What surrounds a unit's functions when they are judged: how its objects travel as data, and who looks on.

A setting is a module of this package. Its `wrap(function)` is put around each function where the function
lives, which may be another process; its OBSERVERS are our own, for scripts to call on what came back;
RETURNS_DATA says whether what a function returns is data already, and travels as it is.
A proxy of a function that lives elsewhere has `placed_in(setting)`, its like in that setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def placed(functions: Mapping[str, Callable[..., Any]], setting: str) -> dict[str, Callable[..., Any]]:
    """The functions by name, wrapped as the setting says (a module's name or ""), and its observers."""
    if not setting:
        return dict(functions)
    wrapped = {name: _placed(function, setting) for name, function in functions.items()}
    return {**wrapped, **import_module(setting).OBSERVERS}


def observers(setting: str) -> frozenset[str]:
    """The names of the setting's observers."""
    return frozenset(import_module(setting).OBSERVERS) if setting else frozenset()


def returns_data(setting: str) -> bool:
    """Whether what functions return travels as it is in that setting."""
    return not setting or bool(import_module(setting).RETURNS_DATA)


def _placed(function: Callable[..., Any], setting: str) -> Any:
    elsewhere = getattr(type(function), "placed_in", None)
    return elsewhere(function, setting) if elsewhere else import_module(setting).wrap(function)
