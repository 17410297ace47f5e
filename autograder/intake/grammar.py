"""Whether what stands in a code cell is code by Python's grammar, or text. Pure."""

from __future__ import annotations

import ast
import re
import warnings

_BEGINS_CODE = re.compile(
    r"^(?:[%!?@]|(?:def|class|import|while|return|with|assert|del)\b|from .* import|for .* in )"
)


def is_code(source: str) -> bool:
    """Whether it could run: it can be parsed, and returns from nothing but functions."""
    plain = "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not _returns(tree)


def _returns(tree: ast.Module) -> bool:
    """Whether a `return` stands outside functions; expressions, which may be deep, are not looked into."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def is_prose(source: str) -> bool:
    """Whether what stands in a code cell is text: comments alone, or words that are no code."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    if lines and all(line.startswith("#") for line in lines):
        return re.search(r"\w", source) is not None
    words = re.findall(r"[^\W\d_]+", source)
    if len(words) > 1 and _is_strings(source):
        return True
    if len(words) < 2 or any(_BEGINS_CODE.match(line) for line in lines):
        return False
    return not is_code(source)


def _is_strings(source: str) -> bool:
    """Whether it holds strings that nothing is done with, and comments."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    values = [node.value for node in body if isinstance(node, ast.Expr)]
    return len(values) == len(body) > 0 and all(
        isinstance(value, ast.Constant) and isinstance(value.value, str) for value in values
    )
