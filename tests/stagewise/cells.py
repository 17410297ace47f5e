"""Functions as a notebook's cells define them."""

import linecache

import numpy as np


def define(source: str, name: str = "center", **world):
    """A function as a notebook's cell defines it."""
    file = f"<ipython-input-{abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    cell = {"np": np, **world}
    exec(compile(source, file, "exec"), cell)
    return cell[name]
