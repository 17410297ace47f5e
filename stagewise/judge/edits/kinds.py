"""What an edit is about, in words that tell where to look and not what to write."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """The kind of thing that an edit changes."""

    SIGN = "a sign"
    OPERATOR = "an operator (+, -, *, /, **, @)"
    BRACKET = "where a bracket closes"
    SIDES = "which side an operand stands on"
    AXIS = "which axis"
    KEEPDIMS = "which axes are kept"
    NUMBER = "a number"
    COMPARISON = "a comparison"
    CONDITION = "a condition"
    NAME = "a name"
    KEY = "a key"
    CALL = "which function is called"
    ARGUMENTS = "the arguments of a call and their order"
    DTYPE = "a dtype"
    FACTOR = "a factor"
    TERM = "a term"
    UPDATE = "an entry or a counter that is never updated"
    ORDER = "the order of the lines"
    STATEMENT = "whether each line is needed"


@dataclass(frozen=True, slots=True)
class Change:
    """One expression to stand in the place of another: `like` is equal for the same change elsewhere, and
    None where there is no such thing."""

    kind: Kind
    node: ast.expr
    like: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What a function may use at a place: its own names that are bound there, those of them that hold an
    entry or a number, entries of dicts as they are written; the keys, numbers and modules it mentions."""

    local: tuple[str, ...]
    scalars: tuple[str, ...]
    entries: tuple[str, ...]
    keys: tuple[str, ...]
    numbers: tuple[float, ...]
    numpy: str

    def factors(self) -> list[ast.expr]:
        """What may be multiplied by: 2, names, entries, complements of single numbers."""
        complements = [f"(1 - {name})" for name in self.scalars]
        return [ast.Constant(2), *map(parsed, (*self.local, *self.entries, *complements))]

    def terms(self) -> list[ast.expr]:
        """What may be added: 1, names, entries."""
        return [ast.Constant(1), *map(parsed, (*self.local, *self.entries))]


@lru_cache(maxsize=1024)
def parsed(text: str) -> ast.expr:
    """The expression of a short text."""
    return ast.parse(text, mode="eval").body
