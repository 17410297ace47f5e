"""Modules and functions stay short enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("stagewise", "reference", "autograder")
LONGEST_MODULE, LONGEST_FUNCTION = 400, 40


def too_long(source: str) -> Iterator[str]:
    """What of a module's source is too long: the whole, or functions by their names."""
    if len(source.splitlines()) > LONGEST_MODULE:
        yield "the module"
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, functions) and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
            yield node.name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_and_no_function_is_too_long(package):
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in too_long(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_what_is_too_long_by_a_line_is_found():
    body = "    x = 1\n"
    assert list(too_long("def f():\n" + body * (LONGEST_FUNCTION - 1))) == []
    assert list(too_long("class C:\n  def f():\n" + body * LONGEST_FUNCTION)) == ["f"]
    assert list(too_long("x = 1\n" * LONGEST_MODULE)) == []
    assert list(too_long("x = 1\n" * (LONGEST_MODULE + 1))) == ["the module"]
