"""The independent students of the benchmark on similar functions write what their ways compute."""

import ast

import numpy as np
import pytest

from benchmarks.similarity import Rewriting, listed

SOURCE = """\
def f(x):
    mean = np.sum(x, axis=0) / 4
    spread = np.sqrt(np.mean((x - mean) ** 2, axis=0) + 1e-5)
    return (x - mean) / spread
"""
CHANGES = ("method", "power", "keepdims", "square", "reciprocal", "result", "split")


def rewritten(often):
    tree = Rewriting(np.random.default_rng(0), often).visit(ast.parse(SOURCE))
    return ast.unparse(ast.fix_missing_locations(tree))


def value(source, x):
    world = {"np": np}
    exec(source, world)
    return world["f"](x)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_writes_the_same_otherwise(change):
    x = np.random.default_rng(1).normal(size=(4, 3))
    source = rewritten({one: float(one == change) for one in CHANGES})
    assert source != ast.unparse(ast.parse(SOURCE))
    np.testing.assert_allclose(value(source, x), value(SOURCE, x), rtol=1e-12)


def test_of_a_class_copies_and_other_pairs_are_counted_apart():
    ways = {f"f{n}": [SOURCE.replace("4", str(4 + n + 10 * way)) for way in range(20)] for n in range(12)}
    copied, others = listed(ways, frozenset(), 30, seed=0, habits=False, share=1.0)
    assert copied >= 2
    assert others <= 1
    assert listed(ways, frozenset(), 30, seed=0, habits=False, share=0.0)[0] == 0
