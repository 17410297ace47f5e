"""A student's notebook beside the functions of a check: what its cells define, and proxies of it."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from autograder.examining.functions import StudentFunction
from autograder.examining.known_answers import Subject
from stagewise.judge.notebooks import closed

_LONGEST = 100_000


class StudentNotebook:
    """The functions of a candidate by name, and by its cells, in their order, which of them name which."""

    def __init__(self, subject: Subject, sources: Mapping[int, str]) -> None:
        self._subject, self._sources = subject, sources

    def function(self, name: str) -> Callable[..., Any] | None:
        """A proxy of the function of that name; None where there is none."""
        try:
            kind = self._subject.lookup(name)
        except KeyError:
            return None
        found: Any = None if kind else StudentFunction(self._subject, name)
        return found  # type: ignore[no-any-return]

    def named_by(self, name: str) -> frozenset[str]:
        """The names that stand in the function, and in those of the cells that it names."""
        return closed(name, self._names)

    def _names(self, name: str) -> frozenset[str]:
        defined = [found for text in self._sources.values() for one, found in _defined(text) if one == name]
        return defined[-1] if defined else frozenset()


@lru_cache(maxsize=512)
def _defined(source: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """What a cell defines at its top level, each with the names that stand in it, comments and texts apart.

    A student's source is never given to Python's parser here, which a deep enough one can end.
    """
    if len(source) > _LONGEST:
        return ()
    try:
        words = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return ()
    return tuple(_definition(statement) for statement in _statements(words) if _defines(statement))


def _statements(words: list[tokenize.TokenInfo]) -> Iterator[list[str]]:
    """The statements at the top level: their words, the names and signs in their order."""
    depth, ended, found = 0, False, list[str]()
    for word in words:
        depth += (word.type == tokenize.INDENT) - (word.type == tokenize.DEDENT)
        ended |= word.type == tokenize.NEWLINE
        if word.type in (tokenize.NAME, tokenize.OP):
            if depth == 0 and ended and found:
                yield found
                found = []
            ended = False
            found.append(word.string)
    if found:
        yield found


def _defines(statement: list[str]) -> bool:
    return len(statement) > 2 and (statement[0] in ("def", "class") or statement[1] == "=")


def _definition(statement: list[str]) -> tuple[str, frozenset[str]]:
    name, inner = (statement[0], statement[2:]) if statement[1] == "=" else (statement[1], statement[2:])
    return name, frozenset(word for word in inner if word.isidentifier())
