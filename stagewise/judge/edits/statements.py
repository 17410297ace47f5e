"""Edits of whole statements: left out, in another order or block, with another condition, counters and
entries updated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from stagewise.judge.edits.kinds import Kind
from stagewise.judge.edits.places import Mentions, blocks, body_of, reads_and_writes
from stagewise.judge.edits.source import Replacement, Source

_FAR = 3


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Passages replaced, and the lines that this is about."""

    kind: Kind
    replacements: tuple[Replacement, ...]
    first: int
    last: int


def rewritten_statements(function: ast.FunctionDef, source: Source, known: Mentions) -> Iterator[Rewritten]:
    """Every edit of statements, block by block."""
    body = body_of(function)
    if not body:
        return
    for block in blocks(body):
        for statement in block:
            yield from _alone(statement, source)
        yield from _reordered(block, source)
        yield from _moved_across(block, source)
    yield from _updated(body, source, known)


def _alone(statement: ast.stmt, source: Source) -> Iterator[Rewritten]:
    yield _rewritten(Kind.STATEMENT, statement, "pass", source)
    if isinstance(statement, ast.If):
        yield from _conditions(statement, source)
    elif isinstance(statement, ast.AugAssign):
        target, value = ast.unparse(statement.target), ast.unparse(statement.value)
        for sign in ("=", "+=", "-=", "*=", "/="):
            yield _rewritten(Kind.OPERATOR, statement, f"{target} {sign} {value}", source)
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        if not isinstance(statement.targets[0], ast.Tuple):
            text = f"{ast.unparse(statement.targets[0])} += {ast.unparse(statement.value)}"
            yield _rewritten(Kind.OPERATOR, statement, text, source)
    elif isinstance(statement, ast.Raise) and isinstance(statement.exc, ast.Call):
        yield _rewritten(Kind.STATEMENT, statement.exc.func, "KeyError", source)


def _conditions(statement: ast.If, source: Source) -> Iterator[Rewritten]:
    for text in ("True", "False", f"not ({ast.unparse(statement.test)})"):
        yield _rewritten(Kind.CONDITION, statement.test, text, source)
    if statement.orelse:
        start, end = source.span(statement.body[-1])[1], source.span(statement)[1]
        last = statement.body[-1].end_lineno or statement.lineno
        yield Rewritten(Kind.CONDITION, ((start, end, ""),), last + 1, statement.end_lineno or last)


def _rewritten(kind: Kind, node: ast.stmt | ast.expr, text: str, source: Source) -> Rewritten:
    return Rewritten(kind, ((*source.span(node), text),), node.lineno, node.end_lineno or node.lineno)


def _reordered(block: list[ast.stmt], source: Source) -> Iterator[Rewritten]:
    """A statement up to three places earlier or later, where that makes a difference."""
    for far in range(1, _FAR + 1):
        for first in range(len(block) - far):
            run = block[first : first + far + 1]
            orders = [[*run[1:], run[0]], [run[-1], *run[:-1]]]
            for order in orders[: 1 if far == 1 else 2]:
                mover = run[0] if order[-1] is run[0] else run[-1]
                if any(_depend(mover, other) for other in run if other is not mover):
                    texts = [source.of(one) for one in order]
                    spans = [source.span(one) for one in run]
                    changed = tuple((*span, text) for span, text in zip(spans, texts, strict=True))
                    last = run[-1].end_lineno or run[-1].lineno
                    yield Rewritten(Kind.ORDER, changed, run[0].lineno, last)


def _depend(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether the order of two statements matters."""
    (reads, writes), (others_reads, others_writes) = reads_and_writes(one), reads_and_writes(other)
    leaves = any(isinstance(node, ast.Return | ast.Raise) for s in (one, other) for node in ast.walk(s))
    acts = all(isinstance(s, ast.Expr) or _draws(s) for s in (one, other))
    return leaves or acts or bool(writes & (others_reads | others_writes) or reads & others_writes)


def _draws(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "random" for node in ast.walk(statement))


def _moved_across(block: list[ast.stmt], source: Source) -> Iterator[Rewritten]:
    """The last statement of an inner block after it, or what follows an inner block as its last."""
    for statement, following in zip(block, [*block[1:], None], strict=True):
        inner = getattr(statement, "orelse", None) or getattr(statement, "body", None)
        if not isinstance(inner, list) or isinstance(statement, ast.FunctionDef):
            continue
        last = inner[-1]
        if last.col_offset <= statement.col_offset:  # an elif
            continue
        end = source.span(statement)[1]
        if last.lineno == last.end_lineno and not isinstance(last, ast.Pass):
            outside = "\n" + " " * statement.col_offset + source.of(last)
            stays = (*source.span(last), "pass")
            changed = (stays, (end, end, outside))
            yield Rewritten(Kind.ORDER, changed, last.lineno, last.lineno)
        if following is not None and following.lineno == following.end_lineno:
            inside = "\n" + " " * last.col_offset + source.of(following)
            changed = ((end, end, inside), (*source.span(following), "pass"))
            yield Rewritten(Kind.ORDER, changed, following.lineno, following.lineno)


def _updated(body: list[ast.stmt], source: Source, known: Mentions) -> Iterator[Rewritten]:
    """A counter that counts, an entry that is stored."""
    statements = [one for block in blocks(body) for one in block]
    for one in statements:
        names = known.at(one.lineno)
        for counter in (*names.entries, *names.scalars):
            lasts = isinstance(one, ast.Return) and "[" in counter
            if lasts or counter.partition("[")[0] in reads_and_writes(one)[0]:
                yield _inserted(f"{counter} += 1", one, source)
    stored = {ast.unparse(node) for one in statements for node in ast.walk(one)
              if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)}  # fmt: skip
    last = body[-1]
    names = known.at(last.lineno)
    for root in dict.fromkeys(entry.partition("[")[0] for entry in names.entries):
        for entry in [f"{root}[{key!r}]" for key in names.keys]:
            for name in names.local if entry not in stored else ():
                if name != root:
                    yield _inserted(f"{entry} = {name}", last, source)


def _inserted(text: str, statement: ast.stmt, source: Source) -> Rewritten:
    before = source.span(statement)[0]
    indented = f"{text}\n{' ' * statement.col_offset}"
    line = statement.lineno
    return Rewritten(Kind.UPDATE, ((before, before, indented),), line, line)


def swapped_entries(node: ast.expr) -> Iterator[ast.expr]:
    """A tuple with two neighbours swapped."""
    if isinstance(node, ast.Tuple):
        for one, other in pairwise(range(len(node.elts))):
            if ast.unparse(node.elts[one]) == ast.unparse(node.elts[other]):
                continue
            entries = list(node.elts)
            entries[one], entries[other] = entries[other], entries[one]
            yield ast.Tuple(entries, node.ctx)
