"""Known mistakes and other right ways as text: what is changed into what, and a sentence, in a few lines.

    named = Notation(naive_sigmoid, WRITES_INTO_DW=WRITES_INTO_DW)
    named.wrongs('''
    alpha-missing: alpha * np.expm1(x) => np.expm1(x)
        Your negative side tends to -1. It must tend to -alpha.
    writes-into-dw:
        - next_w = w - rate * dw
        + dw *= rate
        + next_w = w - dw
        @WRITES_INTO_DW
    overflow-warns: by naive_sigmoid
        Your values are right, but NumPy warns of an overflow.
    ''')

An entry begins at the left margin: a name, a colon and, on the same line, what is changed and into what. What
does not fit there stands below it, line by line, behind `-` and `+`. `by f` puts the function f in the place
of the exercise's, and `by f with g` a backward pass f that reads the cache of the forward pass g. The
sentence follows, indented, in as many lines as it needs; `@NAME` stands for one that is handed in, as the
functions are. Right ways have no sentence, and their names may have blanks.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from reference.kit.exercise import Alternative, Function, Misconception, right, wrong
from reference.kit.places import DefinitionError, Place, here, of_text
from reference.kit.variants import right_pair, wrong_pair

_ARROW = " => "
_FORM = (
    "write `name: what is changed => into what`, `name: by function`, or lines behind `-` and `+` below it"
)
_BY = re.compile(r"by (\w+)(?: with (\w+))?")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: where it stands, its name, the change or the functions' names, and the sentence; empty where
    there is none."""

    place: Place
    name: str
    change: str
    into: str
    by: str
    partner: str
    says: str


class Notation:
    """Texts of variants, and what their entries may name: `functions` by their own names, and `named`."""

    def __init__(
        self, *functions: Function, of: Function | None = None, **named: str | Function | None
    ) -> None:
        """`of` is the function whose source is changed (default: the exercise's truth)."""
        self._of = of
        self._named = {**{function.__name__: function for function in functions}, **named}

    def wrongs(self, text: str) -> tuple[Misconception, ...]:
        """The known mistakes listed in `text`; DefinitionError with file and line for an entry that has no
        change or no sentence, or that names what was not handed in."""
        return tuple(self._wrong(one) for one in _entries(text))

    def rights(self, text: str) -> tuple[Alternative, ...]:
        """The other right ways listed in `text`; DefinitionError with file and line for an entry that has no
        change, that has a sentence, or that names what was not handed in."""
        return tuple(self._right(one) for one in _entries(text))

    def _wrong(self, one: _Entry) -> Misconception:
        says = self._sentence(one)
        by = self._function(one, one.by)
        if one.partner:
            forward = self._function(one, one.partner)
            return wrong_pair(one.name, forward=forward, backward=by, says=says, place=one.place)
        return wrong(
            one.name, of=self._of, change=one.change, into=one.into, by=by, says=says, place=one.place
        )

    def _right(self, one: _Entry) -> Alternative:
        if one.says:
            raise DefinitionError(one.place, f"{one.name!r} has a sentence", "leave it out of a right way")
        by = self._function(one, one.by)
        if one.partner:
            forward = self._function(one, one.partner)
            return right_pair(one.name, forward=forward, backward=by, place=one.place)
        return right(one.name, of=self._of, change=one.change, into=one.into, by=by, place=one.place)

    def _sentence(self, one: _Entry) -> str:
        if not one.says.startswith("@"):
            return one.says
        found = self._named.get(one.says[1:])
        if isinstance(found, str):
            return found
        problem = f"{one.name!r} says {one.says}, and no sentence is handed in by that name"
        raise DefinitionError(one.place, problem, f"add {one.says[1:]}=… to the call")

    def _function(self, one: _Entry, name: str) -> Function | None:
        if not name:
            return None
        found = self._named.get(name)
        if callable(found):
            return found
        problem = f"{one.name!r} is made by {name}, and no function is handed in by that name"
        raise DefinitionError(one.place, problem, f"add {name} to the call of Notation")


def wrongs(
    text: str, *, of: Function | None = None, **named: str | Function | None
) -> tuple[Misconception, ...]:
    """The known mistakes listed in `text`, see `Notation.wrongs`."""
    return Notation(of=of, **named).wrongs(text)


def rights(
    text: str, *, of: Function | None = None, **named: str | Function | None
) -> tuple[Alternative, ...]:
    """The other right ways listed in `text`, see `Notation.rights`."""
    return Notation(of=of, **named).rights(text)


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
    code = list(takewhile(_is_code, lines))
    says = lines[len(code) :]
    if any(map(_is_code, says)):
        raise DefinitionError(place, f"{name!r} has code behind its sentence", "put the code first")
    made = _BY.fullmatch(rest.strip())
    by, partner = (made[1], made[2] or "") if made else ("", "")
    change, arrow, into = rest.partition(_ARROW)
    ways = [bool(arrow), bool(code), bool(made)]
    if ways.count(True) != 1 or (rest.strip() and not arrow and not made):
        raise DefinitionError(place, f"{name!r} does not say what is changed into what", _FORM)
    if not arrow:
        change, into = _behind("-", code), _behind("+", code)
    said = " ".join(map(str.strip, says))
    return _Entry(place, name.strip(), change.strip("\n "), into.strip("\n "), by, partner, said)


def _is_code(line: str) -> bool:
    return line.startswith(("- ", "+ ")) or line in ("-", "+")


def _behind(sign: str, lines: list[str]) -> str:
    return textwrap.dedent("\n".join(line[2:] for line in lines if line[0] == sign))
