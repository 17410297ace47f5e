"""A version of a reference function as the text of a notebook cell: what a student who thinks so would have
written.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Collection
from types import FunctionType, ModuleType
from typing import Any

from reference.judge.drawing import draw
from reference.kit.exercise import Alternative, Exercise, Misconception, Unit, Variant
from reference.kit.patching import replaced_once
from stagewise.judge.judging import judge

Function = Callable[..., Any]


def written(variant: Variant, exercise: Exercise, taken: Collection[str]) -> str | None:
    """The cell's source, with the helpers that it needs; None when this version cannot be told in one cell.

    `taken` are the functions that other cells of the notebook define.
    """
    if type(variant) not in (Alternative, Misconception):
        return None  # a kind of its own, which changes more than one function
    old = home = variant.by or variant.of or exercise.truth
    changed: dict[str, str] = {}
    if variant.by is not None:
        main = _plain_source(old)
    elif variant.replaced(exercise) is exercise.truth:
        main = _patched(old, variant)
    elif old.__name__ not in taken and isinstance(old, FunctionType):
        home = exercise.truth
        main = _plain_source(home)
        changed = {old.__name__: _patched(old, variant) or ""}
    else:
        return None
    if not main:
        return None
    tree = _renamed(ast.parse(main), exercise.name)
    parts = _with_helpers(tree, _globals(home), {exercise.name, *taken}, changed)
    return None if parts is None else "\n\n\n".join(parts)


def goes_with_the_rest(variant: Variant, exercise: Exercise, unit: Unit) -> bool:
    """Whether the exercises that call this one still earn everything when it is in this version.

    A forward pass that keeps something else for the way back asks for a backward pass of its own.
    """
    version = variant.functions(exercise)[exercise.name]
    callers = (one for one in unit.exercises if exercise.truth in one.partners)
    return all(
        judge(one.functions | {exercise.name: version}, draw(one, 0)).fraction == 1.0 for one in callers
    )


def _plain_source(function: Function) -> str | None:
    """Source of a plain function; None for a lambda, and for one that was made inside another and needs what
    was there.
    """
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    if function.__code__.co_name == "<lambda>":  # whatever name it was given since
        return None
    return textwrap.dedent(inspect.getsource(function))


def _patched(function: Function, variant: Variant) -> str | None:
    source = _plain_source(function)
    return source and replaced_once(_without_docstring(source), variant.change, variant.into)


def _without_docstring(source: str) -> str:
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.FunctionDef)
    if ast.get_docstring(body) is None or len(body.body) == 1:
        return source
    lines = source.splitlines()
    first, last = body.body[0].lineno, body.body[0].end_lineno
    return "\n".join(lines[: first - 1] + lines[last:]) + "\n"


def _renamed(tree: ast.Module, name: str) -> ast.Module:
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.name = name
    return tree


def _with_helpers(
    tree: ast.Module, world: dict[str, Any], known: set[str], changed: dict[str, str]
) -> list[str] | None:
    """The functions that the tree calls, each before its caller, and the tree itself, all without
    annotations.
    """
    parts: list[str] = []
    for name in _free_names(tree):
        if name in known or name not in world:
            continue
        known.add(name)
        value = world[name]
        if isinstance(value, FunctionType) and value.__globals__ is world:
            source = changed.get(name) or _plain_source(value)
            inner = source and _with_helpers(ast.parse(source), world, known, changed)
        else:
            inner = _statement(name, value)
        if not inner:
            return None
        parts += inner
    return [*parts, ast.unparse(_Bare().visit(tree))]


def _statement(name: str, value: Any) -> list[str] | None:
    """How a notebook gets at something that is no function of the module."""
    if isinstance(value, ModuleType) and not value.__name__.startswith("reference"):
        return [f"import {value.__name__} as {name}"]
    if isinstance(value, int | float | str | tuple):
        return [f"{name} = {value!r}"]
    return None


def _free_names(tree: ast.Module) -> list[str]:
    bare = _Bare().visit(ast.parse(ast.unparse(tree)))
    names = (
        node.id for node in ast.walk(bare) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    return list(dict.fromkeys(names))


def _globals(function: Function) -> dict[str, Any]:
    assert isinstance(function, FunctionType)
    return function.__globals__


class _Bare(ast.NodeTransformer):
    """Takes annotations out: their names exist in the reference's module only."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        for argument in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs):
            argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)
