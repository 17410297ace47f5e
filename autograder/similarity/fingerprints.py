"""Fingerprints of a function by winnowing: Schleimer, Wilkerson, Aiken 2003, "Winnowing: Local Algorithms for
Document Fingerprinting", over the tokens of each statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from autograder.similarity.tokens import Token

RUN, WINDOW = 6, 4
"""Tokens of a fingerprint, and how many in a row give one: RUN + WINDOW - 1 tokens in common are found."""
LEAST = 4
"""A statement of fewer tokens has no fingerprint; one of fewer than RUN is one as a whole."""

Fingerprints = dict[int, frozenset[int]]
"""Each fingerprint with the lines of the source (from 1) where it is."""


def fingerprints(statements: Iterable[Sequence[Token]]) -> Fingerprints:
    """The fingerprints of all statements together, whatever their order."""
    found: dict[int, set[int]] = {}
    for statement in statements:
        size = min(RUN, len(statement))
        if size < LEAST:
            continue
        runs = [statement[start : start + size] for start in range(len(statement) - size + 1)]
        hashes = [_hashed([token for token, _ in run]) for run in runs]
        for index in _winnowed(hashes):
            found.setdefault(hashes[index], set()).update(line for _, line in runs[index] if line)
    return {mark: frozenset(lines) for mark, lines in found.items()}


def _winnowed(hashes: Sequence[int]) -> set[int]:
    """The places of each window's least hash, the last of equal ones."""
    windows = range(max(len(hashes) - WINDOW + 1, 1))
    return {
        min(range(start, min(start + WINDOW, len(hashes))), key=lambda index: (hashes[index], -index))
        for start in windows
    }


def _hashed(tokens: Sequence[str]) -> int:
    """The same on every machine and every run."""
    return int.from_bytes(blake2b("\x1f".join(tokens).encode(), digest_size=7).digest())
