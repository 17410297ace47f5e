"""Of an experiment grading runs the statements that make what other cells name, in any unit, and no more."""

import ast

import pytest

from autograder.course import REPOSITORY, Course
from autograder.grading.bindings import defined
from autograder.grading.experiments import names_read, needed
from autograder.units.assemble import assemble
from autograder.units.from_truth import read
from autograder.units.plan import plan_of

COURSE = Course(REPOSITORY)
CELLS = {
    "first": "import math\nSEEDS = (1, 2)\nheavy = train(SEEDS)\nshow(heavy)",
    "second": "def helper(x):\n    return scale(x) * math.pi\ninteractive.explore(lambda: helper(3))",
    "third": "def scale(x):\n    return SEEDS[0] * x\nclass Net:\n    size = SEEDS",
}
MADE = {
    "a function and what it uses": ("helper(1)", "import math|SEEDS = (1, 2)|def helper|def scale"),
    "a value": ("x = SEEDS", "SEEDS = (1, 2)"),
    "a class": ("Net()", "SEEDS = (1, 2)|class Net"),
    "what the work computes": ("heavy.loss", "SEEDS = (1, 2)|heavy = train(SEEDS)|show(heavy)"),
    "inside a function": ("def f():\n    def g():\n        return SEEDS\n    return g", "SEEDS = (1, 2)"),
    "as a default": ("def f(x, seeds=SEEDS):\n    return x", "SEEDS = (1, 2)"),
    "declared global": ("def f():\n    global SEEDS\n    return SEEDS", "SEEDS = (1, 2)"),
    "beside a magic": ("%time SEEDS", "SEEDS = (1, 2)"),
}
LEFT = {
    "an argument of that name": "def f(SEEDS, heavy):\n    return SEEDS + heavy",
    "a local variable": "def f():\n    heavy = 3\n    return heavy",
    "an attribute": "x.heavy + x['heavy']",
    "a comment and a text": "# heavy\n'heavy'",
    "a loop in a comprehension": "[heavy for heavy in range(3)]",
}
CHANGED = {
    "an attribute": "net.head = 3",
    "an entry": "net['head'] = 3",
    "part of a part": "net.layers[0].size += 1",
    "a method": "net.freeze()",
    "a method of a part": "net.to('cpu').layers[0].freeze()",
    "an argument": "train(net, steps=3)",
    "an argument by name": "train(model=net.layers)",
    "a loop": "for layer in range(3):\n    net.add(layer)",
    "a deletion": "del net.head",
}
KEPT = {
    "a value taken from it": "size = len(net)",
    "a call of a call": "show(len(net))",
    "a function that uses it": "def size():\n    net.freeze()",
}


def made(source, cells=CELLS):
    """First lines of the statements that are run when the notebook's other cell is `source`."""
    run = "\n".join(needed(cells, [source]).values())
    return "|".join(
        ast.unparse(node).split("\n")[0].split("(x")[0].rstrip(":") for node in ast.parse(run).body
    )


@pytest.mark.parametrize(("source", "expected"), MADE.values(), ids=MADE)
def test_what_another_cell_names_is_made(source, expected):
    assert made(source) == expected


@pytest.mark.parametrize("source", LEFT.values(), ids=LEFT)
def test_what_only_looks_like_it_is_not(source):
    assert needed(CELLS, [source]) == {}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_what_changes_a_value_is_run_with_it(change):
    run = needed({"a": "net = Net()", "b": change}, ["net"])
    assert run == {"a": "net = Net()", "b": ast.unparse(ast.parse(change))}


@pytest.mark.parametrize("other", KEPT.values(), ids=KEPT)
def test_what_only_looks_at_a_value_is_not(other):
    assert made("net", {"a": "net = Net()", "b": other}) == "net = Net()"


def test_a_function_that_is_shown_is_not_what_shows_it():
    assert made("curve", {"a": "def curve(x):\n    return x\nexplore(curve)"}) == "def curve"


def test_a_name_that_is_bound_twice_is_bound_in_both_places():
    cells = {"a": "SEEDS = (1,)", "b": "def f():\n    return 1", "c": "SEEDS = (2,)"}
    assert needed(cells, ["SEEDS"]) == {"a": "SEEDS = (1,)", "c": "SEEDS = (2,)"}


def test_a_decorator_and_a_lone_magic_do_no_harm():
    cells = {"a": "%matplotlib inline\nimport functools\n@functools.cache\ndef slow():\n    return 3"}
    assert needed(cells, ["slow()"]) == {"a": "import functools\n@functools.cache\ndef slow():\n    return 3"}


@pytest.mark.parametrize(
    "source", ["(" * 5_000, "x = \0", "\ud800 = SEEDS", "SEEDS\n" * 20_000, "-" * 45_000 + "1"]
)
def test_whatever_a_student_hands_in_is_looked_through(source):
    """What cannot be read as Python counts with every word in it."""
    assert ("SEEDS" in names_read(source)) is ("SEEDS" in source)
    needed(CELLS, [source])


@pytest.mark.parametrize("unit", COURSE.units())
def test_every_name_that_an_experiment_of_the_course_defines_can_be_made(unit):
    """All that it reads in turn is made there, given, an exercise, or Python's."""
    plan = plan_of(assemble(read(COURSE.unit_source(unit))))
    experiments = {cell.grade_id: cell.source for cell in plan.cells if cell.role == "explore"}
    names = set().union(*(defined(ast.parse(source)) for source in experiments.values()))
    elsewhere = set().union(
        *(
            defined(ast.parse(c.source))
            for c in plan.cells
            if c.role in ("given", "exercise") and c.cell_type == "code"
        )
    )
    for name in sorted(names):
        run = "\n".join(needed(experiments, [name]).values())
        bound = defined(ast.parse(run))
        assert name in bound
        assert not (names_read(run) & (names | elsewhere)) - bound - elsewhere
