"""Known mistakes and other right ways as text: what is changed into what, and a sentence, in a few lines.

    wrongs('''
        alpha-missing: alpha * np.expm1(x) => np.expm1(x)
            Your negative side tends to -1. It must tend to -alpha.
        writes-into-dw:
            - next_w = w - rate * dw
            + dw *= rate
            + next_w = w - dw
            @WRITES_INTO_DW
    ''', WRITES_INTO_DW=WRITES_INTO_DW)

An entry begins at the left margin: a name, a colon and, on the same line, what is changed and into what. What
does not fit there stands below it, line by line, behind `-` and `+`. The sentence follows, indented, in as
many lines as it needs; `@NAME` stands for a sentence that is handed in by that name. Right ways have no
sentence, and their names may have blanks.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from reference.kit.exercise import Alternative, Function, Misconception, right, wrong
from reference.kit.places import DefinitionError, Place, here, of_text

_ARROW = " => "
_FORM = "write `name: what is changed => into what`, or lines behind `-` and `+` below the name"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: where it stands, its name, the change and the sentence, empty where there is none."""

    place: Place
    name: str
    change: str
    into: str
    says: str


def wrongs(text: str, *, of: Function | None = None, **sentences: str) -> tuple[Misconception, ...]:
    """The known mistakes listed in `text`, changes of `of` (default: the exercise's truth).

    Raises DefinitionError with file and line for an entry without a change or a sentence.
    """
    return tuple(
        wrong(one.name, of=of, change=one.change, into=one.into, says=_said(one, sentences), place=one.place)
        for one in _entries(text)
    )


def rights(text: str, *, of: Function | None = None) -> tuple[Alternative, ...]:
    """The other right ways listed in `text`, changes of `of` (default: the exercise's truth).

    Raises DefinitionError with file and line for an entry without a change, or with a sentence.
    """
    found = tuple(_entries(text))
    for one in found:
        if one.says:
            raise DefinitionError(one.place, f"{one.name!r} has a sentence", "leave it out of a right way")
    return tuple(right(one.name, of=of, change=one.change, into=one.into, place=one.place) for one in found)


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
    change, arrow, into = rest.partition(_ARROW)
    if bool(arrow) == bool(code) or (rest.strip() and not arrow):
        raise DefinitionError(place, f"{name!r} does not say what is changed into what", _FORM)
    if code:
        change, into = _behind("-", code), _behind("+", code)
    return _Entry(place, name.strip(), change.strip("\n "), into.strip("\n "), " ".join(map(str.strip, says)))


def _is_code(line: str) -> bool:
    return line.startswith(("- ", "+ ")) or line in ("-", "+")


def _behind(sign: str, lines: list[str]) -> str:
    return textwrap.dedent("\n".join(line[2:] for line in lines if line[0] == sign))


def _said(entry: _Entry, sentences: dict[str, str]) -> str:
    if not entry.says.startswith("@"):
        return entry.says
    try:
        return sentences[entry.says[1:]]
    except KeyError:
        problem = f"{entry.name!r} says {entry.says}, and no sentence is handed in by that name"
        raise DefinitionError(entry.place, problem, f"add {entry.says[1:]}=… to the call") from None
