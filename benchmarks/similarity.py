"""How many pairs `similar` lists in classes that copied nothing, and how many copies it finds:
`python -m benchmarks.similarity [UNIT [CLASSES [STUDENTS]]]`.

Each student's function is one of the ways, right or wrong, that the unit knows, rewritten at random: with
other forms of the same operation, and values that get a name. With habits, a student does each of that as
often in all functions as in one.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from autograder.course import Assignment, Course
from autograder.similarity.chance import compare
from autograder.similarity.fingerprints import fingerprints
from autograder.similarity.gathering import explained
from autograder.similarity.similar import LISTED
from autograder.similarity.tokens import statements
from autograder.synthetic.students import material
from autograder.synthetic.transcript import written
from autograder.units.plan import read_plan
from autograder.units.prepare import prepare

COPIES = 3
_HABITS = ("method", "power", "keepdims", "square", "reciprocal", "result", "split")
_USUAL = 0.25
_REDUCING = ("sum", "mean", "max", "min")

Ways = Mapping[str, Sequence[str]]
Generator = np.random.Generator


class Rewriting(ast.NodeTransformer):
    """Rewrites a function, each change with its own probability."""

    def __init__(self, rng: Generator, often: Mapping[str, float]) -> None:
        self._rng, self._often = rng, often

    def _does(self, change: str) -> bool:
        return bool(self._rng.random() < self._often[change])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """np.sum(x) or x.sum(), np.sqrt(x) or x ** 0.5, axes kept."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id="np"), attr=name) if name in _REDUCING and node.args:
                if self._does("method"):
                    return ast.Call(ast.Attribute(node.args[0], name), node.args[1:], node.keywords)
            case ast.Attribute(value=ast.Name(id="np"), attr="sqrt") if self._does("power"):
                return ast.BinOp(node.args[0], ast.Pow(), ast.Constant(0.5))
        if [one.arg for one in node.keywords] == ["axis"] and self._does("keepdims"):
            node.keywords.append(ast.keyword("keepdims", ast.Constant(True)))
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """x ** 2 or x * x, a / b or 1 / b * a."""
        self.generic_visit(node)
        match node:
            case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=2)) if self._does("square"):
                return ast.BinOp(node.left, ast.Mult(), node.left)
            case ast.BinOp(op=ast.Div()) if self._does("reciprocal"):
                one = ast.BinOp(ast.Constant(1.0), ast.Div(), node.right)
                return ast.BinOp(one, ast.Mult(), node.left)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """The left side of an operation with a name of its own."""
        self.generic_visit(node)
        if not isinstance(node.value, ast.BinOp) or not self._does("split"):
            return node
        first = ast.Assign([ast.Name("part", ast.Store())], node.value.left)
        rest = ast.BinOp(ast.Name("part", ast.Load()), node.value.op, node.value.right)
        return [first, ast.Assign(node.targets, rest)]

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        """What is returned with a name of its own."""
        self.generic_visit(node)
        if node.value is None or not self._does("result"):
            return node
        return [
            ast.Assign([ast.Name("out", ast.Store())], node.value),
            ast.Return(ast.Name("out", ast.Load())),
        ]


def ways_of(course: Course, unit: str) -> Ways:
    """Every way to write each exercise of a built unit."""
    made = material(course, unit)
    return {
        exercise.name: [made.solutions[exercise.name]]
        + [
            source
            for variant in (*exercise.alternatives, *exercise.misconceptions)
            if (source := written(variant, exercise, made.solutions.keys()))
        ]
        for exercise in made.unit.exercises
    }


def student(ways: Ways, rng: Generator, habits: bool) -> dict[str, str]:
    """Somebody who wrote alone."""
    often = {name: rng.random() ** 2 if habits else _USUAL for name in _HABITS}
    found = {}
    for exercise, sources in ways.items():
        tree = Rewriting(rng, often).visit(ast.parse(sources[int(rng.integers(len(sources)))]))
        found[exercise] = ast.unparse(ast.fix_missing_locations(tree))
    return found


def listed(
    ways: Ways, known: frozenset[int], count: int, seed: int, habits: bool, share: float
) -> tuple[int, int]:
    """How many pairs of a class are listed: of COPIES that copied this share of their work, and others."""
    rng = np.random.default_rng([seed, count])
    members = [student(ways, rng, habits) for _ in range(count)]
    for pair in range(COPIES if share else 0):
        for exercise in ways:
            if rng.random() < share:
                members[2 * pair + 1][exercise] = members[2 * pair][exercise]
    marks = {
        exercise: [fingerprints(statements(member[exercise])).keys() - known for member in members]
        for exercise in ways
    }
    found = [pair for pair in compare(marks, seed).pairs if pair.expected < LISTED]
    copied = [one for one in found if one.first // 2 == one.second // 2 < (COPIES if share else 0)]
    return len(copied), len(found) - len(copied)


def measured(unit: str, classes: int, count: int, told: Callable[[str], None]) -> None:
    """Tell of classes of every kind."""
    with tempfile.TemporaryDirectory(prefix="stagewise-similar-") as folder:
        course = Course(Path(folder))
        prepare(course, [unit])
        assignment = Assignment(course, unit)
        known = explained(assignment, read_plan(assignment.instructor))
        ways = ways_of(course, unit)
    for habits in (False, True):
        for share in (0.0, 1.0, 0.5):
            found = [listed(ways, known, count, seed, habits, share) for seed in range(classes)]
            copied, others = map(sum, zip(*found, strict=True))
            told(
                f"{'strong habits' if habits else 'no habits'}, {COPIES if share else 0} pairs copied "
                f"{share:.0%}: of {classes * COPIES if share else 0} copies {copied} were listed, and "
                f"{others} other pairs in {classes} classes of {count}"
            )


def main(unit: str = "batchnorm", classes: str = "60", count: str = "60") -> int:
    """Print what was found."""
    measured(unit, int(classes), int(count), lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
