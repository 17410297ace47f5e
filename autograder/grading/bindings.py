"""The names that cells bind at their top."""

import ast


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
