"""Edits of arithmetic: operators, signs, brackets, sides, dropped and added terms and factors."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stagewise.judge.edits.kinds import Change, Kind, Names

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.MatMult, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
}
_WRAPPERS = ("sqrt", "abs", "exp", "log")
_SUMS, _PRODUCTS = (ast.Add, ast.Sub), (ast.Mult, ast.Div)
_PLAIN = (ast.Name, ast.Call, ast.BinOp, ast.Subscript, ast.UnaryOp, ast.Attribute)


def changed_operators(node: ast.expr, names: Names) -> Iterator[Change]:
    """Another operator, sides swapped, a sign more or less."""
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            kind = Kind.SIGN if isinstance(node.op, _SUMS) and issubclass(other, _SUMS) else Kind.OPERATOR
            yield Change(kind, ast.BinOp(node.left, other(), node.right))
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield Change(Kind.SIDES, ast.BinOp(node.right, node.op, node.left))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        negated = isinstance(node.op, ast.Not)
        yield Change(Kind.CONDITION if negated else Kind.SIGN, node.operand)


def dropped(node: ast.expr, names: Names) -> Iterator[Change]:
    """One side of an operation alone."""
    if isinstance(node, ast.BinOp):
        kind = Kind.TERM if isinstance(node.op, _SUMS) else Kind.FACTOR
        yield Change(kind, node.left)
        yield Change(kind, node.right)


def brackets(node: ast.expr, names: Names) -> Iterator[Change]:
    """The same text with a bracket that closes (or opens) elsewhere."""
    if isinstance(node, ast.BinOp):
        for closed in (*_pushed_right(node.left, node.op, node.right), *_pushed_left(node)):
            yield Change(Kind.BRACKET, closed)
        if isinstance(node.left, ast.UnaryOp) and isinstance(node.op, _SUMS):
            inner = ast.BinOp(node.left.operand, node.op, node.right)
            yield Change(Kind.BRACKET, ast.UnaryOp(node.left.op, inner))
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.BinOp):
        one = node.operand
        if isinstance(one.op, _SUMS):
            yield Change(Kind.BRACKET, ast.BinOp(ast.UnaryOp(node.op, one.left), one.op, one.right))
    if isinstance(node, ast.Call) and len(node.args) >= 1 and isinstance(node.args[0], ast.BinOp):
        one = node.args[0]
        yield Change(Kind.BRACKET, ast.BinOp(_called_with(node, one.left), one.op, one.right))
        yield Change(Kind.BRACKET, ast.BinOp(one.left, one.op, _called_with(node, one.right)))


def _pushed_right(left: ast.expr, op: ast.operator, right: ast.expr, depth: int = 2) -> Iterator[ast.expr]:
    """`(a + b) * c` as `a + (b * c)`, `f(a) * c` as `f(a * c)`."""
    if isinstance(left, ast.Call) and left.args and not isinstance(left.args[0], ast.Starred):
        yield _called_with(left, ast.BinOp(left.args[0], op, right))
    if isinstance(left, ast.BinOp):
        if not _same_value(left.op, op):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        if depth > 1:
            for inner in _pushed_right(left.right, op, right, depth - 1):
                yield ast.BinOp(left.left, left.op, inner)


def _pushed_left(node: ast.BinOp) -> Iterator[ast.expr]:
    """`a * (b + c)` as `(a * b) + c`."""
    right = node.right
    if isinstance(right, ast.BinOp) and not _same_value(node.op, right.op):
        yield ast.BinOp(ast.BinOp(node.left, node.op, right.left), right.op, right.right)
    if isinstance(right, ast.Call) and right.args and not isinstance(right.args[0], ast.Starred):
        yield _called_with(right, ast.BinOp(node.left, node.op, right.args[0]))


def _same_value(inner: ast.operator, outer: ast.operator) -> bool:
    """Whether (a inner b) outer c is a inner (b outer c)."""
    firsts = {ast.Add: _SUMS, ast.Mult: _PRODUCTS, ast.MatMult: (ast.MatMult,)}
    return isinstance(outer, firsts.get(type(inner), ()))


def _called_with(call: ast.Call, first: ast.expr) -> ast.Call:
    return ast.Call(call.func, [first, *call.args[1:]], call.keywords)


def added_signs(node: ast.expr, names: Names) -> Iterator[Change]:
    """The opposite."""
    if isinstance(node, _PLAIN) and not isinstance(node, ast.UnaryOp):
        yield Change(Kind.SIGN, ast.UnaryOp(ast.USub(), node))


def added_factors(node: ast.expr, names: Names) -> Iterator[Change]:
    """A factor or a divisor more: 2, one of the function's names or entries, N; a square; a complement."""
    if not isinstance(node, _PLAIN):
        return
    yield Change(Kind.FACTOR, ast.BinOp(node, ast.Pow(), ast.Constant(2)))
    yield Change(Kind.TERM, ast.BinOp(ast.Constant(1), ast.Sub(), node))
    for factor in names.factors():
        for op in (ast.Mult(), ast.Div()):
            yield Change(Kind.FACTOR, ast.BinOp(node, op, factor))


def added_terms(node: ast.expr, names: Names) -> Iterator[Change]:
    """A term more: one of the function's names or entries, 1."""
    if not isinstance(node, _PLAIN):
        return
    for term in names.terms():
        for op in (ast.Add(), ast.Sub()):
            yield Change(Kind.TERM, ast.BinOp(node, op, term))


def wrapped(node: ast.expr, names: Names) -> Iterator[Change]:
    """The root, the square, the exponential of it."""
    if names.numpy and isinstance(node, _PLAIN):
        for name in _WRAPPERS:
            function = ast.Attribute(ast.Name(names.numpy, ast.Load()), name, ast.Load())
            yield Change(Kind.CALL, ast.Call(function, [node], []))
