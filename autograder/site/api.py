"""The names that a notebook may import from the package stagewise, from its docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pkgutil import iter_modules
from textwrap import dedent
from types import ModuleType
from typing import Any

from markupsafe import Markup

import stagewise
from autograder.site.documents import Document

_CODE = re.compile(r"`([^`]+)`")
_WRITTEN = re.compile(r"'([^']*)'|(?:\b[a-z_]+\.)+(?=[A-Z])")
_TITLE = "The package stagewise"
_INTRODUCTION = (
    "What notebooks import. Shapes: N examples, D features, C classes, H hidden units, T time steps; rows "
    "are examples."
)


def api() -> Document:
    """The page of the package's root and of every module that stands beside it."""
    parts = [f'<h1 id="top">{_TITLE}</h1>\n<p>{_INTRODUCTION}</p>']
    for module in _modules():
        parts += _module(module)
    return Document("api", _TITLE, Markup("\n".join(parts)))


def _modules() -> Iterator[ModuleType]:
    """The package, its modules, and those of its packages that say which of their names are for notebooks."""
    yield stagewise
    for found in iter_modules(stagewise.__path__, "stagewise."):
        module = import_module(found.name)
        if not found.ispkg or hasattr(module, "__all__"):
            yield module


def _module(module: ModuleType) -> Iterator[str]:
    yield f'<h2 id="{module.__name__}">{escape(module.__name__)}</h2>'
    yield _told(module)
    for name, value in _public(module):
        yield f'<h3 id="{module.__name__}.{name}"><code>{escape(name)}</code></h3>'
        yield f"<pre><code>{escape(name + _signature(value))}</code></pre>"
        yield _told(value)


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions and classes by their names: those that the module lists, or else those that it defines."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    for name in names:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            yield name, value


def _signature(value: Any) -> str:
    """The arguments, with types as they are written in the source."""
    try:
        return _WRITTEN.sub(r"\1", str(inspect.signature(value)))
    except ValueError:
        return ""


def _told(value: Any) -> str:
    """The docstring: paragraphs, and as it is laid out what is indented or an example."""
    blocks = re.split(r"\n{2,}", inspect.getdoc(value) or "")
    return f'<div class="docstring">{"".join(map(_block, blocks))}</div>' if any(blocks) else ""


def _block(text: str) -> str:
    if text.startswith((" ", ">>>")):
        return f"<pre><code>{escape(dedent(text))}</code></pre>"
    marked = _CODE.sub(r"<code>\1</code>", escape(text))
    return f"<p>{marked}</p>"
