"""Edits of what is written in words: names, keys, numbers, axes, calls and their arguments, comparisons."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from stagewise.judge.edits.kinds import Change, Kind, Names, parsed
from stagewise.judge.edits.places import Place

_AKIN = (
    ("mean", "sum", "prod", "max", "cumsum"),
    ("max", "min", "argmax"),
    ("maximum", "minimum"),
    ("fmax", "fmin"),
    ("sqrt", "square", "abs"),
    ("exp", "expm1", "log", "sqrt"),
    ("log", "log1p", "log2", "log10"),
    ("var", "std"),
    ("zeros_like", "ones_like"),
    ("zeros", "ones"),
    ("rand", "randn", "random"),
    ("argmax", "argmin"),
    ("floor", "ceil", "round"),
    ("sin", "cos"),
    ("tanh", "exp"),
    ("any", "all"),
    ("dot", "multiply"),
    ("add", "subtract", "multiply"),
    ("train", "eval"),
    ("float32", "float64"),
)
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_REDUCTIONS = {"sum", "mean", "max", "min", "var", "std", "prod", "argmax", "argmin", "any", "all", "cumsum"}
_AXIS = ("axis", "dim")


def changed_names(place: Place, names: Names) -> Iterator[Change]:
    """Another of the function's names, or of its keys."""
    node = place.slot.get()
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names.local:
        for other in names.local:
            if other != node.id:
                yield Change(Kind.NAME, ast.Name(other, ast.Load()), ("name", node.id, other))
    if isinstance(node, ast.Constant) and node.value in names.keys:
        for other in names.keys:
            if other != node.value:
                yield Change(Kind.KEY, ast.Constant(other), ("key", node.value, other))


def changed_constants(place: Place, names: Names) -> Iterator[Change]:
    """Another number or axis, True for False, another text that the function mentions."""
    node = place.slot.get()
    if not isinstance(node, ast.Constant):
        return
    value: Any = node.value
    if type(value) is bool:
        kept = isinstance(place.path[-1], ast.keyword) and place.path[-1].arg == "keepdims"
        kind = Kind.KEEPDIMS if kept else Kind.CONDITION
        yield Change(kind, ast.Constant(not value), ("bool", kind, value))
    elif type(value) in (int, float) or (value is None and _is_axis(place)):
        axis = _is_axis(place)
        others = _other_axes(value) if axis else _other_numbers(value, names)
        kind = Kind.AXIS if axis else Kind.NUMBER
        for other in dict.fromkeys(others):
            if other != value:
                yield Change(kind, _number(other), (kind, value, other))


def _number(value: float | None) -> ast.expr:
    negative = value is not None and value < 0
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if negative and value else ast.Constant(value)


def _other_axes(value: float | None) -> tuple[int | None, ...]:
    return (1, 0, -1, None) if value == 0 else (0, 1, -1, 2)


def _other_numbers(value: float, names: Names) -> tuple[float, ...]:
    near: tuple[float, ...] = (value + 1, value - 1, -value, 0, 1, 2, 0.5)
    if type(value) is float:
        near = (1 - value, value * 10, value / 10, value * 2, value / 2, -value, 0, 1, 2)
    near = tuple(type(one)(f"{one:.12g}") for one in near)
    return (*near, *(one for one in names.numbers if type(one) is type(value)))


def _is_axis(place: Place) -> bool:
    """Whether a number names an axis: axis=0, np.sum(x, 0), x.shape[0]."""
    parent, node = place.path[-1], place.slot.get()
    if isinstance(parent, ast.Tuple | ast.UnaryOp) and len(place.path) > 1:
        parent = place.path[-2]
    if isinstance(parent, ast.keyword):
        return parent.arg in _AXIS
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.value, ast.Attribute) and parent.value.attr == "shape"
    reduced = isinstance(parent, ast.Call) and called(parent) in _REDUCTIONS
    return reduced and isinstance(parent, ast.Call) and node in parent.args


def called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def changed_comparisons(place: Place, names: Names) -> Iterator[Change]:
    """Another comparison, and for or, one condition alone, the branches of `a if b else c` swapped."""
    node = place.slot.get()
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _COMPARED.get(type(node.ops[0]), ()):
            yield Change(Kind.COMPARISON, ast.Compare(node.left, [other()], node.comparators))
    elif isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Change(Kind.CONDITION, ast.BoolOp(other_op, node.values))
        for number in range(len(node.values)):
            rest = [*node.values[:number], *node.values[number + 1 :]]
            yield Change(Kind.CONDITION, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    elif isinstance(node, ast.IfExp):
        yield Change(Kind.CONDITION, ast.IfExp(node.test, node.orelse, node.body))
        yield Change(Kind.CONDITION, node.body)
        yield Change(Kind.CONDITION, node.orelse)


def changed_calls(place: Place, names: Names) -> Iterator[Change]:
    """A function akin to the one called, the argument alone, arguments swapped or left out, `.T` more or
    less."""
    node = place.slot.get()
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        for other in dict.fromkeys(one for group in _AKIN if node.attr in group for one in group):
            kind = Kind.DTYPE if other.startswith("float") else Kind.CALL
            if other != node.attr:
                renamed = ast.Attribute(node.value, other, node.ctx)
                yield Change(kind, renamed, ("call", node.attr, other))
        if node.attr == "T":
            yield Change(Kind.AXIS, node.value)
    if isinstance(node, ast.Name) and node.id in ("max", "min", "any", "all", "sum"):
        for other in {"max": ("min",), "min": ("max",), "any": ("all",), "all": ("any",)}.get(node.id, ()):
            yield Change(Kind.CALL, ast.Name(other, ast.Load()), ("call", node.id, other))
    if isinstance(node, ast.Call):
        yield from _without_call(node)
        yield from _changed_arguments(node)


def _without_call(node: ast.Call) -> Iterator[Change]:
    kind = Kind.DTYPE if called(node) == "astype" else Kind.CALL
    plain = [one for one in node.args if not isinstance(one, ast.Starred)]
    method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value)
    if isinstance(node.func, ast.Attribute) and method:
        yield Change(kind, node.func.value)
    elif plain:
        yield Change(kind, plain[0])


def _is_module(node: ast.expr) -> bool:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ("np", "numpy", "math", "torch", "F", "nn")


def _changed_arguments(node: ast.Call) -> Iterator[Change]:
    for number in range(len(node.args) - 1):
        swapped = list(node.args)
        swapped[number], swapped[number + 1] = swapped[number + 1], swapped[number]
        yield Change(Kind.ARGUMENTS, ast.Call(node.func, swapped, node.keywords))
    if len(node.args) > 1:
        for number in range(len(node.args)):
            fewer = [*node.args[:number], *node.args[number + 1 :]]
            kind = Kind.AXIS if number and called(node) in _REDUCTIONS else Kind.ARGUMENTS
            yield Change(kind, ast.Call(node.func, fewer, node.keywords))
    for number, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            rest = [*node.keywords[:number], *node.keywords[number + 1 :]]
            kinds = {"axis": Kind.AXIS, "dim": Kind.AXIS, "keepdims": Kind.KEEPDIMS, "dtype": Kind.DTYPE}
            kind = kinds.get(keyword.arg, Kind.ARGUMENTS)
            like = ("without", keyword.arg, ast.unparse(keyword.value))
            yield Change(kind, ast.Call(node.func, node.args, rest), like)


def added_words(place: Place, names: Names) -> Iterator[Change]:
    """An axis, keepdims, a transpose, one more or less in an index or a range."""
    node = place.slot.get()
    if isinstance(node, ast.Call) and called(node) in _REDUCTIONS:
        given = {keyword.arg for keyword in node.keywords}
        alone = len(node.args) < 2 if _is_function(node) else not node.args
        for keyword in ("axis=0", "axis=1", "axis=-1", "keepdims=True"):
            name, _, value = keyword.partition("=")
            if name not in given and (alone or name == "keepdims"):
                more = [*node.keywords, ast.keyword(name, parsed(value))]
                kind = Kind.AXIS if name == "axis" else Kind.KEEPDIMS
                yield Change(kind, ast.Call(node.func, node.args, more), ("with", keyword))
    if not isinstance(node, ast.Name | ast.BinOp | ast.Call | ast.Subscript):
        return
    parent = place.path[-1]
    if (isinstance(parent, ast.Call) and called(parent) == "range") or isinstance(parent, ast.Slice):
        for op in (ast.Add(), ast.Sub()):
            yield Change(Kind.NUMBER, ast.BinOp(node, op, ast.Constant(1)))
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        yield Change(Kind.AXIS, ast.Attribute(node, "T", ast.Load()))


def _is_function(node: ast.Call) -> bool:
    return not isinstance(node.func, ast.Attribute) or _is_module(node.func.value)
