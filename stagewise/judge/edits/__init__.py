"""Edits of one place of a function's source: what a slip of the pen would have changed, or its mending."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from stagewise.judge.edits import arithmetic, words
from stagewise.judge.edits.kinds import Change, Kind, Names
from stagewise.judge.edits.places import Mentions, Place, body_of, function_of, mentions, places
from stagewise.judge.edits.source import Replacement, Source
from stagewise.judge.edits.statements import Rewritten, rewritten_statements, swapped_entries

__all__ = ["Edit", "Kind", "edits", "statement_count"]

_ARITHMETIC = (arithmetic.changed_operators, arithmetic.brackets, arithmetic.dropped)
_SIGNS = (arithmetic.added_signs,)
_WORDS = (
    words.changed_constants,
    words.changed_comparisons,
    words.changed_calls,
    words.changed_names,
    words.added_words,
)
_ADDED = (arithmetic.added_factors, arithmetic.added_terms, arithmetic.wrapped)
_PARTS: dict[type[ast.operator], str] = {
    ast.Mult: "product",
    ast.Div: "product",
    ast.MatMult: "matrices",
    ast.Add: "sum",
    ast.Sub: "sum",
}
_NO_NUMBERS = {
    "range",
    "len",
    "get",
    "zeros",
    "ones",
    "reshape",
    "astype",
    "isinstance",
    "zeros_like",
    "ones_like",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: the lines that it is about (counted from 1), its kind, and the whole source with it.

    rank: 0 for something else at one place, 1 for a sign more and for statements, 2 for what is added.
    """

    first: int
    last: int
    kind: Kind
    source: str
    rank: int
    text: Source
    touched: tuple[int, int]

    @property
    def old(self) -> str:
        """The lines that it changes, in one."""
        return self.text.lines(*self.touched)

    @property
    def new(self) -> str:
        """The same lines with the edit."""
        more = self.source.count("\n") - self.text.text.count("\n")
        return Source(self.source).lines(self.touched[0], self.touched[1] + more)


def edits(source: str) -> Iterator[Edit]:
    """Every edit of the first function of a source, the likeliest first, always in the same order.

    The same change at every like place (an axis in mean and var) is one edit too. Each source comes once, and
    need not be Python. ValueError when the source defines no function, SyntaxError when it is none.
    """
    text = Source(textwrap.dedent(source))
    function = function_of(ast.parse(text.text))
    known = mentions(function)
    found = list(places(function))
    seen = {text.text}
    singles = [change for place in found for change in _changes(place, known)]
    ranked = chain(
        ((0, _applied(text, [one])) for one in singles),
        ((0, _applied(text, some)) for some in _alike(singles)),
        ((1, _applied(text, [one])) for place in found for one in _additions(place, known, _SIGNS)),
        ((1, one) for one in rewritten_statements(function, text, known)),
        ((2, _applied(text, [one])) for place in found for one in _additions(place, known, _ADDED)),
    )
    for rank, one in ranked:
        edit = _edit(text, one, rank)
        if edit.source not in seen:
            seen.add(edit.source)
            yield edit


def statement_count(source: str) -> int:
    """How many statements the first function of a source has, its docstring aside."""
    function = function_of(ast.parse(textwrap.dedent(source)))
    return sum(isinstance(node, ast.stmt) for one in body_of(function) for node in ast.walk(one))


_At = tuple[Place, Change]
_Rule = Callable[[ast.expr, Names], Iterator[Change]]


def _changes(place: Place, known: Mentions) -> Iterator[_At]:
    node = place.slot.get()
    names = known.at(node.lineno)
    for arithmetic_rule in _ARITHMETIC:
        yield from ((place, change) for change in arithmetic_rule(node, names))
    for rule in _WORDS:
        yield from ((place, change) for change in rule(place, names))
    yield from ((place, Change(Kind.ORDER, swapped)) for swapped in swapped_entries(node))


def _additions(place: Place, known: Mentions, rules: Sequence[_Rule]) -> Iterator[_At]:
    """What may be added where a number stands: to a sum no term (that is done around all of it), to a product
    no factor."""
    if not _holds_numbers(place):
        return
    node, within = place.slot.get(), _within(place.slot.parent)
    needless: dict[_Rule, bool] = {
        arithmetic.added_factors: within == "product",
        arithmetic.added_terms: within == "sum",
        arithmetic.added_signs: within in ("product", "matrices", "even")
        or (within == "sum" and place.slot.field == "right"),
    }
    for rule in rules:
        if not needless.get(rule):
            yield from ((place, change) for change in rule(node, known.at(node.lineno)))


def _within(parent: ast.AST) -> str:
    """What a node is a part of: a product, a sum, something that has the same value for its opposite."""
    if isinstance(parent, ast.Call) and words.called(parent) in ("abs", "square", "cos", "cosh"):
        return "even"
    if isinstance(parent, ast.BinOp):
        if isinstance(parent.op, ast.Pow) and ast.unparse(parent.right) == "2":
            return "even"
        return _PARTS.get(type(parent.op), "")
    return ""


def _holds_numbers(place: Place) -> bool:
    parent, field = place.slot.parent, place.slot.field
    if isinstance(parent, ast.Call):
        return field == "args" and words.called(parent) not in _NO_NUMBERS
    if isinstance(parent, ast.BinOp):
        return not (isinstance(parent.op, ast.Pow) and field == "right")
    if isinstance(parent, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return):
        return field == "value"
    if isinstance(parent, ast.Tuple):
        return isinstance(parent.ctx, ast.Load) and not isinstance(place.top.parent, ast.arguments | ast.For)
    if isinstance(parent, ast.UnaryOp):
        return not isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.IfExp) and field != "test"


def _alike(singles: Sequence[_At]) -> Iterator[list[_At]]:
    """The same change at all like places, where there are several."""
    groups: dict[tuple[object, ...], list[_At]] = {}
    for place, change in singles:
        if change.like is not None:
            groups.setdefault(change.like, []).append((place, change))
    return (group for group in groups.values() if len(group) > 1)


def _applied(text: Source, changes: Sequence[_At]) -> Rewritten:
    """The changes made, the outermost expressions of their statements written anew."""
    before = [(place.slot, place.slot.get()) for place, _ in changes]
    tops = {id(place.top.get()): (place.top, text.span(place.top.get())) for place, _ in changes}
    for (place, change), (slot, _) in zip(changes, before, strict=True):
        assert place.slot is slot
        slot.put(change.node)
    replacements: list[Replacement] = [(*span, ast.unparse(top.get())) for top, span in tops.values()]
    for slot, node in before:
        slot.put(node)
    nodes = [node for _, node in before]
    first, last = min(node.lineno for node in nodes), max(node.end_lineno for node in nodes)
    return Rewritten(changes[0][1].kind, tuple(replacements), first, last)


def _edit(text: Source, one: Rewritten, rank: int) -> Edit:
    starts, ends = zip(*((start, end) for start, end, _ in one.replacements), strict=True)
    touched = text.line_of(min(starts)), text.line_of(max(ends))
    return Edit(one.first, one.last, one.kind, text.replaced(one.replacements), rank, text, touched)
