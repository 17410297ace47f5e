"""Known mistakes and other right ways as text: what is changed into what, and a sentence, in a few lines.

    named = Notation(globals())
    named.wrongs('''
    alpha-missing: alpha * np.expm1(x) => np.expm1(x)
        Your negative side tends to -1. It must tend to -alpha.
    writes-into-dw: next_w = w - rate * dw => dw *= rate; next_w = w - dw
        @WRITES_INTO_DW
    never-updated: @UPDATES => pass
        Your averages never change.
    step-in-place:
        - next_w = w - rate * dw
        + if rate:
        +     w -= rate * dw
        + next_w = w
        Your function changes the w of its caller.
    overflow-warns: by naive_sigmoid
        Your values are right, but NumPy warns of an overflow.
    ''')

An entry begins at the left margin: a name, a colon, what is changed and into what, on the same line or on
the next one; `; ` parts whole lines. What does not fit so stands below, line by line, behind `-` and `+`.
`by f` puts the function f in the place of the exercise's, and `by f with g` a backward pass f that reads the
cache of the forward pass g. The sentence follows, indented, in as many lines as it needs. `@NAME` stands for
a sentence, or a passage of the source, that has this name among those that are handed in, as the functions
have. A line `hidden: …` below the sentence says why no visible case shows the mistake, a line `teach: …` what
an instructor can say of it in a lecture. Right ways have no sentence, and their names may have blanks.
"""

from __future__ import annotations

import re
import textwrap
from collections import ChainMap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from reference.kit.exercise import Alternative, Function, Misconception, right, wrong
from reference.kit.places import DefinitionError, Place, here, of_text
from reference.kit.variants import right_pair, wrong_pair

_ARROW = " => "
_FORM = (
    "write `name: what is changed => into what`, `name: by function`, or lines behind `-` and `+` below it"
)
_BY = re.compile(r"by ([\w.]+)(?: with ([\w.]+))?")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: where it stands, its name, the change or the functions' names, the sentences; empty where
    there is none."""

    place: Place
    name: str
    change: str
    into: str
    by: str
    partner: str
    says: str
    hidden: str
    teach: str


class Notation:
    """Texts of variants, and the functions and texts that their entries may name: those of a module are its
    `globals()`."""

    def __init__(
        self, names: dict[str, Any], /, *, of: Function | None = None, **more: str | Function | None
    ) -> None:
        """`more` are further names; `of` is the function whose source is changed (default: the exercise's
        truth)."""
        self._names: ChainMap[str, Any] = ChainMap(dict(more), names)
        self._of = of

    def wrongs(self, text: str) -> tuple[Misconception, ...]:
        """The known mistakes listed in `text`; DefinitionError with file and line for an entry that has no
        change or no sentence, or that names what is not there."""
        return tuple(self._wrong(one) for one in _entries(text))

    def rights(self, text: str) -> tuple[Alternative, ...]:
        """The other right ways listed in `text`; DefinitionError with file and line for an entry that has no
        change, that has a sentence, or that names what is not there."""
        return tuple(self._right(one) for one in _entries(text))

    def _wrong(self, one: _Entry) -> Misconception:
        says, by, change = self._text(one, one.says), self._function(one, one.by), self._text(one, one.change)
        if one.partner:
            forward = self._function(one, one.partner)
            return wrong_pair(
                one.name, forward=forward, backward=by, says=says, teach=one.teach, place=one.place
            )
        return wrong(
            one.name,
            of=self._of,
            change=change,
            into=one.into,
            by=by,
            says=says,
            hidden_only=one.hidden,
            teach=one.teach,
            place=one.place,
        )

    def _right(self, one: _Entry) -> Alternative:
        if one.says:
            raise DefinitionError(one.place, f"{one.name!r} has a sentence", "leave it out of a right way")
        by, change = self._function(one, one.by), self._text(one, one.change)
        if one.partner:
            forward = self._function(one, one.partner)
            return right_pair(one.name, forward=forward, backward=by, place=one.place)
        return right(one.name, of=self._of, change=change, into=one.into, by=by, place=one.place)

    def _text(self, one: _Entry, text: str) -> str:
        if not text.startswith("@"):
            return text
        found = self._names.get(text[1:])
        if isinstance(found, str):
            return found
        raise DefinitionError(
            one.place, f"{one.name!r} has {text}, and no text has that name", f"define {text[1:]}"
        )

    def _function(self, one: _Entry, name: str) -> Function | None:
        module, _, inner = name.rpartition(".")
        found = getattr(self._names.get(module), inner, None) if module else self._names.get(inner)
        if callable(found) or not name:
            return found
        problem = f"{one.name!r} is made by {name}, and no function has that name"
        raise DefinitionError(
            one.place, problem, f"define {name}, in the module or in what Notation is given"
        )


def wrongs(
    text: str, *, of: Function | None = None, **names: str | Function | None
) -> tuple[Misconception, ...]:
    """The known mistakes listed in `text`, see `Notation.wrongs`."""
    return Notation({}, of=of, **names).wrongs(text)


def rights(
    text: str, *, of: Function | None = None, **names: str | Function | None
) -> tuple[Alternative, ...]:
    """The other right ways listed in `text`, see `Notation.rights`."""
    return Notation({}, of=of, **names).rights(text)


def _entries(text: str) -> Iterator[_Entry]:
    top = of_text(text, here())
    lines = textwrap.dedent(text).splitlines()
    starts = [number for number, line in enumerate(lines) if line[:1].strip()]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _entry(top.below(start), lines[start], textwrap.dedent("\n".join(lines[start + 1 : end])))


def _entry(place: Place, first: str, below: str) -> _Entry:
    name, colon, rest = first.partition(":")
    if not colon:
        raise DefinitionError(place, f"{first!r} has no colon behind a name", _FORM)
    lines = [line for line in below.splitlines() if line.strip()]
    if not rest.strip() and lines and _ARROW in lines[0] and not _is_code(lines[0]):
        rest, lines = lines[0], lines[1:]
    code = list(takewhile(_is_code, lines))
    says = lines[len(code) :]
    if any(map(_is_code, says)):
        raise DefinitionError(place, f"{name!r} has code behind its sentence", "put the code first")
    made = _BY.fullmatch(rest.strip())
    by, partner = (made[1], made[2] or "") if made else ("", "")
    change, arrow, into = rest.replace("; ", "\n").partition(_ARROW)
    ways = [bool(arrow), bool(code), bool(made)]
    if ways.count(True) != 1 or (rest.strip() and not arrow and not made):
        raise DefinitionError(place, f"{name!r} does not say what is changed into what", _FORM)
    if not arrow:
        change, into = _behind("-", code), _behind("+", code)
    sentences = _sentences(map(str.strip, says))
    return _Entry(place, name.strip(), change.strip("\n "), into.strip("\n "), by, partner, *sentences)


def _sentences(lines: Iterable[str]) -> tuple[str, str, str]:
    """The sentence for the student, and those behind `hidden:` and `teach:`."""
    parts: dict[str, list[str]] = {"": [], "hidden": [], "teach": []}
    kind = ""
    for line in lines:
        word, colon, rest = line.partition(": ")
        if colon and word in ("hidden", "teach"):
            kind, line = word, rest
        parts[kind].append(line)
    says, hidden, teach = (" ".join(part) for part in parts.values())
    return says, hidden, teach


def _is_code(line: str) -> bool:
    return line.startswith(("- ", "+ ")) or line in ("-", "+")


def _behind(sign: str, lines: list[str]) -> str:
    return textwrap.dedent("\n".join(line[2:] for line in lines if line[0] == sign))
