"""The names of check cells: the examiner's own first, then builtins, then whatever the student defined."""

import ast
import builtins
from typing import Any, Protocol

from autograder.isolation.limits import Limits
from autograder.reasons import Reason


class Subject(Protocol):
    """Whose functions a check is about: what `autograder.isolation.link.Candidate` is to an examiner.

    `told`: whether values of the student's came back since the check began.
    """

    isolation: str
    limits: Limits
    timeouts: int
    told: bool

    def begin_check(self, part: str = "") -> None: ...
    def give_up(self, reason: Reason, detail: str) -> None: ...
    def lookup(self, name: str) -> Any: ...


class Namespace(dict[str, Any]):
    """Globals for check and `given` cells; a name that neither they nor builtins define is the candidate's.

    `asked` are the names that were found there, with what came back; `reserved` names are never asked for:
    they are those that a `given` cell defines, even if it failed here before it came to that.
    """

    def __init__(self, candidate: Subject) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.asked: dict[str, Any] = {}
        self.reserved: set[str] = set()
        self._candidate = candidate

    def __missing__(self, name: str) -> Any:
        if name.startswith("_") or name in self.reserved or hasattr(builtins, name):
            raise KeyError(name)
        value = self.asked[name] = self._candidate.lookup(name)
        return value


def parsed(source: str, place: str) -> ast.Module:
    """Return the tree of a cell; lines that only a notebook understands (`%matplotlib inline`) do nothing."""
    try:
        return ast.parse(source, place)
    except SyntaxError:
        lines = ["" if line.startswith(("%", "!")) else line for line in source.split("\n")]
        return ast.parse("\n".join(lines), place)


def defined(tree: ast.Module) -> frozenset[str]:
    """Return the names that a cell's own statements bind: not those inside its functions and classes.

    >>> sorted(defined(ast.parse("import numpy as np, os.path\\nfor i in x: a, b = f(c)\\ndef g(y): z = y")))
    ['a', 'b', 'g', 'i', 'np', 'os']
    """
    names: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.split(".")[0])
        if not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(names)
