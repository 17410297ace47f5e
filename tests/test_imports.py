"""Imports run one way: between the three packages, and among the modules of each."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("stagewise", "reference", "autograder")


def modules() -> dict[str, Path]:
    """Every module of the course by its name."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    names = ((".".join(path.relative_to(ROOT).with_suffix("").parts), path) for path in files)
    return {name.removesuffix(".__init__"): path for name, path in names}


def asked_for(source: str) -> Iterator[str]:
    """What a source imports when it is loaded, or for its types alone; what its functions import may wait."""
    loaded = [
        node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom | ast.If)
    ]
    for node in (one for statement in loaded for one in ast.walk(statement)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Which modules each module imports."""

    def module(name: str) -> str | None:
        return next((one for one in (name, name.rpartition(".")[0]) if one in sources), None)

    return {
        one: {found for name in asked_for(source) if (found := module(name))}
        for one, source in sources.items()
    }


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    return graph({name: path.read_text() for name, path in modules().items()})


def test_no_module_imports_itself_by_a_detour(imports):
    """Not even for its types: what both of two modules need stands in a third."""
    TopologicalSorter(imports).prepare()


def test_a_detour_for_types_is_found():
    circle = {"a": "from b import x", "b": "from typing import T\nif T:\n    from a import y"}
    with pytest.raises(CycleError):
        TopologicalSorter(graph(circle)).prepare()


def test_packages_import_one_way(imports):
    """`stagewise` asks for nothing of the graders' packages, `reference` for nothing of `autograder`."""
    rank = {package: number for number, package in enumerate(PACKAGES)}
    upward = [
        (one, other)
        for one, others in imports.items()
        for other in others
        if rank[one.partition(".")[0]] < rank[other.partition(".")[0]]
    ]
    assert upward == []


def test_no_package_imports_the_tests():
    """Nor the benchmarks, not even in a function or by a name in a text."""
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            asked = list(asked_of(node))
            assert not [one for one in asked if one.partition(".")[0] in ("tests", "benchmarks")], name


def asked_of(node: ast.AST) -> Iterator[str]:
    """The modules that a node names: an import's, or a text's that would be one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield str(node.module)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("tests."):
        yield node.value


@pytest.mark.parametrize("source", ["from tests.a import b", "def f():\n    import tests.a", "f('tests.a')"])
def test_an_import_of_the_tests_is_found(source):
    nodes = ast.walk(ast.parse(source))
    assert [one.partition(".")[0] for node in nodes for one in asked_of(node)] == ["tests"]
