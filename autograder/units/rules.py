"""What a unit's source must satisfy beyond the form of its cells; a broken rule names file, line and remedy.

The rules compare the cells with each other and with the unit's exercises in `reference`.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import metadata

from IPython.core.inputtransformer2 import TransformerManager

from autograder.units import regions
from autograder.units.calls import called
from autograder.units.percent import Role, SourceCell, UnitSource
from autograder.units.scheme import SchemeError, criteria_of
from reference.kit.exercise import Exercise, Unit

TOTAL_POINTS = 100.0
_REGIONS = (regions.SOLUTION, regions.HIDDEN_TESTS, regions.MARK_SCHEME)
_ALLOWED = {Role.EXERCISE: (regions.SOLUTION,), Role.WRITTEN: (regions.SOLUTION, regions.MARK_SCHEME)}


@dataclass(frozen=True, slots=True)
class _Reading:
    """A unit read from its top: what is asked, and the cells seen so far that define or check an exercise."""

    source: UnitSource
    asked: Mapping[str, Exercise]
    defined: dict[str, SourceCell] = field(default_factory=dict)
    checked: dict[str, SourceCell] = field(default_factory=dict)


def require(source: UnitSource, unit: Unit) -> None:
    """Raise AuthorError for the first rule that the unit breaks, in the order of the file."""
    reading = _Reading(source, {exercise.name: exercise for exercise in unit.exercises})
    _require_extras(source)
    for cell in source.cells:
        _require_markers(source, cell)
        _require_syntax(source, cell)
        if cell.role is Role.EXERCISE:
            _require_exercise(reading, cell)
        elif cell.role is Role.CHECK:
            _require_check(reading, cell)
        elif cell.role is Role.WRITTEN:
            _require_scheme(source, cell)
    _require_whole(reading)
    _require_points(source)


def function_of(source: UnitSource, cell: SourceCell) -> str:
    """The exercise of an exercise cell: the name of the one function that it defines at top level."""
    functions = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        raise source.fault(
            cell.line,
            f"an exercise cell defines one function, this one defines {len(functions)}",
            "give each exercise a cell, and put helpers inside its function or into a given cell",
        )
    return functions[0].name


def call_of(source: UnitSource, cell: SourceCell) -> tuple[str, ...]:
    """The names in a check cell's one `check(exercise, *partners)`: the exercise first."""
    names = called(cell.source)
    if names:
        return names
    raise source.fault(
        cell.line,
        "a check cell holds one call of check with names of functions, this one holds something else",
        "write check(exercise) or check(exercise, partner) and put all else into another cell",
    )


def _require_extras(source: UnitSource) -> None:
    extras = metadata("stagewise").get_all("Provides-Extra") or []
    for needed in source.needs:
        if needed not in extras:
            raise source.fault(
                source.cells[0].line,
                f"the unit needs {needed!r}, which is no extra of the package stagewise",
                f"name one that there is: {', '.join(extras)}",
            )


def _require_markers(source: UnitSource, cell: SourceCell) -> None:
    for region in _REGIONS:
        if not regions.has(cell.source, region):
            continue
        if region not in _ALLOWED.get(cell.role, ()):
            raise source.fault(
                cell.line,
                f"a {region} marker in a cell with the role {cell.role.value!r}",
                "put solutions into exercise cells, marking schemes into written cells, and tests nowhere",
            )
        found = regions.problem(cell.source, region)
        if found is not None:
            remedy = f"pair each BEGIN {region} with one END {region}"
            raise source.fault(cell.line_of(found[0]), found[1], remedy)


def _require_syntax(source: UnitSource, cell: SourceCell) -> None:
    if cell.cell_type != "code":
        return
    python_only = cell.role in (Role.EXERCISE, Role.CHECK)
    try:
        ast.parse(cell.source if python_only else TransformerManager().transform_cell(cell.source))
    except SyntaxError as error:
        index = min((error.lineno or 1) - 1, cell.source.count("\n"))
        raise source.fault(cell.line_of(index), f"syntax error: {error.msg}", "correct the line") from None


def _require_exercise(reading: _Reading, cell: SourceCell) -> None:
    source = reading.source
    name = function_of(source, cell)
    if name in reading.defined:
        problem = f"{name!r} has an exercise cell already, line {reading.defined[name].line}"
        raise source.fault(cell.line, problem, "rename or remove one")
    if name not in reading.asked:
        raise source.fault(
            cell.line,
            f"reference.exercises.{source.unit} asks no exercise {name!r}",
            f"define it there, or write a name that it asks: {', '.join(reading.asked) or 'there is none'}",
        )
    if not regions.has(cell.source, regions.SOLUTION):
        raise source.fault(
            cell.line,
            f"the exercise {name!r} has no solution",
            "put the lines that students write between '### BEGIN SOLUTION' and '### END SOLUTION'",
        )
    if not _keeps_promise(cell, name):
        raise source.fault(
            cell.line,
            f"without its solution, the cell does not define {name!r} with a docstring",
            "keep the def line and the docstring in front of '### BEGIN SOLUTION'",
        )
    reading.defined[name] = cell


def _keeps_promise(cell: SourceCell, name: str) -> bool:
    """Whether what students receive is Python that defines the function and tells its conventions."""
    released = regions.replace(cell.source, regions.SOLUTION, regions.CODE_STUB)
    try:
        body = ast.parse(released).body
    except SyntaxError:
        return False
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions] == [name] and bool(ast.get_docstring(functions[0]))


def _require_check(reading: _Reading, cell: SourceCell) -> None:
    source = reading.source
    names = call_of(source, cell)
    name = names[0]
    if name in reading.checked:
        problem = f"{name!r} has a check cell already, line {reading.checked[name].line}"
        raise source.fault(cell.line, problem, "remove one")
    for used in names:
        if used not in reading.defined:
            raise source.fault(
                cell.line,
                f"no exercise cell before this check defines {used!r}",
                "correct the name, or move the check behind the exercise",
            )
    partners = [partner.__name__ for partner in reading.asked[name].partners]
    if sorted(names[1:]) != sorted(partners):
        raise source.fault(
            cell.line,
            f"the partners of {name!r} in reference.exercises.{source.unit} are others than the check's",
            f"write check({', '.join((name, *partners))}), or correct the partners there",
        )
    reading.checked[name] = cell


def _require_scheme(source: UnitSource, cell: SourceCell) -> None:
    scheme = regions.inside(cell.source, regions.MARK_SCHEME)
    if not scheme.strip():
        raise source.fault(
            cell.line,
            "the written question has no marking scheme",
            "say between '### BEGIN MARK SCHEME' and '### END MARK SCHEME' what earns the points",
        )
    try:
        criteria_of(scheme, cell.points)
    except SchemeError as problem:
        lines = cell.source.split("\n")
        begin = next(index for index, line in enumerate(lines) if f"BEGIN {regions.MARK_SCHEME}" in line)
        line = cell.line_of(begin + 1 + problem.index)
        raise source.fault(line, problem.problem, problem.remedy) from None


def _require_whole(reading: _Reading) -> None:
    source = reading.source
    for name, cell in reading.defined.items():
        if name not in reading.checked:
            raise source.fault(
                cell.line, f"no check cell checks {name!r}", f"add a cell with check({name}) behind it"
            )
    for name in reading.asked:
        if name not in reading.defined:
            raise source.fault(
                1,
                f"reference.exercises.{source.unit} asks {name!r}, but no exercise cell defines it",
                "write its exercise and check cells, or remove it there",
            )


def _require_points(source: UnitSource) -> None:
    total = sum(cell.points for cell in source.cells)
    if abs(total - TOTAL_POINTS) > 1e-9:
        line = max((cell.line for cell in source.cells if cell.points), default=1)
        remedy = f"spread {TOTAL_POINTS:g} points over its checks and written questions"
        raise source.fault(line, f"the points of the unit add up to {total:g}", remedy)
