"""Exercise cells that say `from_truth=true`: the build puts the truth's lines where the solution goes.

Such a cell holds the def line, the docstring that students see, and what they are given of the body. A cell
that is nothing but `def f(x): ...` has the truth's docstring as well.
"""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import reference.kit.units
from autograder.errors import AuthorError
from autograder.units import percent, regions
from autograder.units.percent import Role, SourceCell, UnitSource
from reference.kit.exercise import Unit


def read(path: Path, load: Callable[[str], Unit] = reference.kit.units.load) -> UnitSource:
    """The unit in the file at `path`, its solutions complete; AuthorError for what cannot be meant."""
    return completed(percent.read(path), load)


def completed(source: UnitSource, load: Callable[[str], Unit]) -> UnitSource:
    """The unit with the solutions of those cells; `load` finds its definition. AuthorError with the line of a
    cell that cannot be completed."""
    if not any(cell.from_truth for cell in source.cells):
        return source
    try:
        unit = load(source.unit)
    except LookupError:
        line = next(cell.line for cell in source.cells if cell.from_truth)
        problem = f"there is no reference.exercises.{source.unit}, whose truth the cell asks for"
        raise source.fault(line, problem, "write it, or write the solution into the cell") from None
    cells = (_completed(source, cell, unit) if cell.from_truth else cell for cell in source.cells)
    return replace(source, cells=tuple(cells))


def _completed(source: UnitSource, cell: SourceCell, unit: Unit) -> SourceCell:
    own = _function(source, cell)
    try:
        truth = unit.exercise(own.name).truth
    except LookupError as error:
        raise source.fault(cell.line, str(error), "correct the name, or ask the exercise there") from None
    lines = textwrap.dedent(inspect.getsource(truth)).splitlines()
    (model,) = ast.parse("\n".join(lines)).body
    assert isinstance(model, ast.FunctionDef)
    if _arguments(own) != _arguments(model):
        problem = f"{own.name} takes ({_arguments(own)}), and the truth takes ({_arguments(model)})"
        raise source.fault(cell.line, problem, "give both the same arguments and defaults")
    docstring, body = _parts(lines, model)
    written = cell.source.rstrip().splitlines()
    if ast.get_docstring(own) is None:
        written, given = [written[0].removesuffix("...").rstrip(), *docstring], []
    else:
        given = written[own.body[0].end_lineno :]
    if given != body[: len(given)]:
        raise _not_the_beginning(source, cell, given, body, len(written) - len(given))
    marked = [f"    ### BEGIN {regions.SOLUTION}", *body[len(given) :], f"    ### END {regions.SOLUTION}"]
    return replace(cell, source="\n".join([*written, *marked]))


def _function(source: UnitSource, cell: SourceCell) -> ast.FunctionDef:
    """The function of the cell; AuthorError unless the cell is it, with a docstring or with `...` alone."""
    problem = None
    if cell.role is not Role.EXERCISE:
        problem = f"a cell with the role {cell.role.value!r} takes nothing from the truth"
    elif regions.has(cell.source, regions.SOLUTION):
        problem = "the cell takes its solution from the truth, and has one of its own"
    if problem is not None:
        raise source.fault(cell.line, problem, "remove from_truth=true, or the solution")
    try:
        body = ast.parse(cell.source).body
    except SyntaxError as error:
        raise source.fault(
            cell.line_of((error.lineno or 1) - 1), f"syntax error: {error.msg}", "correct the line"
        ) from None
    match body:
        case [ast.FunctionDef() as function] if ast.get_docstring(function) is not None:
            return function
        case [ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=value))]) as function] if value is ...:
            return function
    raise source.fault(
        cell.line,
        "a cell that takes its solution from the truth is one function with a docstring, and this one is not",
        "write the def line, the docstring and what students are given, or `def f(x): ...` alone",
    )


def _arguments(function: ast.FunctionDef) -> str:
    """As in its def line, without annotations."""
    bare = copy.deepcopy(function.args)
    for argument in ast.walk(bare):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(bare)


def _parts(lines: list[str], function: ast.FunctionDef) -> tuple[list[str], list[str]]:
    """The docstring of a truth and the lines below it, these without annotations of what they assign."""
    told = function.body[0]
    start, end = told.lineno - 1, told.end_lineno or 0
    if ast.get_docstring(function) is None:
        start = end = told.lineno - 1
    plain = list(lines)
    for node in ast.walk(function):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            line = plain[node.lineno - 1].encode()
            target, annotation = node.target.end_col_offset or 0, node.annotation.end_col_offset or 0
            plain[node.lineno - 1] = (line[:target] + line[annotation:]).decode()
    return lines[start:end], plain[end:]


def _not_the_beginning(
    source: UnitSource, cell: SourceCell, given: list[str], body: list[str], above: int
) -> AuthorError:
    off = next((k for k, line in enumerate(given) if k >= len(body) or line != body[k]), 0)
    return source.fault(
        cell.line_of(above + off),
        f"the line {given[off].strip()!r} below the docstring is not the truth's",
        "give students the first lines of the truth, or write the solution into the cell",
    )
