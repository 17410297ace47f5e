"""What else of a student's notebook is there beside the functions of a check, and what calls what in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, Protocol


class Notebook(Protocol):
    """The functions of a notebook by name."""

    def function(self, name: str) -> Callable[..., Any] | None:
        """The function of that name, or a proxy of it; None where there is none."""

    def named_by(self, name: str) -> frozenset[str]:
        """The names that stand in the function of that name, and in those of the notebook that it calls."""


class Here:
    """A notebook whose functions are in this process, by their names in `variables`."""

    def __init__(self, variables: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._variables = variables

    def function(self, name: str) -> Callable[..., Any] | None:
        """The function of that name; None where there is none."""
        found = self._variables.get(name)
        return found if callable(found) else None

    def named_by(self, name: str) -> frozenset[str]:
        """The names in its code, and in that of the functions which it names."""
        return closed(name, self._names)

    def _names(self, name: str) -> frozenset[str]:
        found = self._variables.get(name)
        return frozenset(names_in(found.__code__)) if type(found) is FunctionType else frozenset()


def closed(name: str, names: Callable[[str], frozenset[str]]) -> frozenset[str]:
    """All names that `name` comes to, where `names` tells those that stand in one function."""
    found, left = set[str](), [name]
    while left:
        for one in names(left.pop()) - found:
            found.add(one)
            left.append(one)
    return frozenset(found)


def names_in(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes that code uses, functions within it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from names_in(constant)
