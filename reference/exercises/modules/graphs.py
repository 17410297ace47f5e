"""Any graph of modules, there and back."""

from typing import Any

import numpy as np

from reference.exercises.modules.inputs import Parts, Shapes, network
from reference.kit import probes
from reference.kit.exercise import Case, Inputs
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import modules as mo
from stagewise.judge.script import RAISED
from stagewise.modules import MODULES

SETTING = "stagewise.judge.handed"
FORWARD_CALL = "values, cache = graph_forward(graph, modules, inputs)"
BACKWARD_CALL = f"{FORWARD_CALL}\ngrads = graph_backward(dvalues, graph, modules, cache)"

CHAIN: Parts = {
    "z": ("affine", ("x", "w", "b")),
    "h": ("relu", ("z",)),
    "out": ("affine", ("h", "v", "c")),
}
CHAIN_SHAPES: Shapes = {"x": (4, 3), "w": (3, 6), "b": (6,), "v": (6, 2), "c": (2,)}

JUMP: Parts = {
    "out": ("add", ("x", "y")),
    "y": ("affine", ("h", "v", "c")),
    "h": ("tanh", ("z",)),
    "z": ("affine", ("x", "w", "b")),
}
JUMP_SHAPES: Shapes = {"x": (5, 3), "w": (3, 4), "b": (4,), "v": (4, 3), "c": (3,)}

# `h` goes on at once and after two more modules: who passes it on too early has not heard of the long way.
UNEVEN: Parts = {
    "h": ("tanh", ("x",)),
    "y": ("relu", ("z",)),
    "out": ("concat", ("y", "h")),
    "z": ("affine", ("h", "w", "b")),
}
UNEVEN_SHAPES: Shapes = {"x": (4, 3), "w": (3, 5), "b": (5,)}

TWICE: Parts = {
    "z": ("affine", ("x", "w", "b")),
    "h": ("multiply", ("z", "z")),
    "out": ("multiply", ("h", "z")),
}
TWICE_SHAPES: Shapes = {"x": (3, 4), "w": (4, 2), "b": (2,)}

STEPS: Parts = {
    f"{part}{t}": one
    for t in (1, 2, 3)
    for part, one in {
        "a": ("affine", (f"x{t}", "w", "b")),
        "r": ("affine", (f"h{t - 1}", "v", "c")),
        "s": ("add", (f"a{t}", f"r{t}")),
        "h": ("tanh", (f"s{t}",)),
    }.items()
}
STEPS_SHAPES: Shapes = {
    **{f"x{t}": (2, 3) for t in (1, 2, 3)},
    "h0": (2, 4),
    "w": (3, 4),
    "b": (4,),
    "v": (4, 4),
    "c": (4,),
}

SUMS: Parts = {
    "out": ("add", ("s", "p")),
    "p": ("multiply", ("a", "s")),
    "s": ("add", ("a", "b")),
    "a": ("tanh", ("x",)),
    "b": ("relu", ("y",)),
}
SUMS_SHAPES: Shapes = {"x": (3, 4), "y": (3, 4)}

ASIDE: Parts = {
    "side": ("relu", ("z",)),
    "far": ("tanh", ("side",)),
    "z": ("affine", ("x", "w", "b")),
    "out": ("tanh", ("z",)),
}
CIRCLE: Parts = {"z": ("add", ("x", "h")), "h": ("relu", ("z",)), "y": ("tanh", ("x",))}
NOWHERE: Parts = {"z": ("add", ("x", "lost")), "h": ("relu", ("z",))}
NAMED = {"first": "affine", "affine": "tanh", "join": "add"}
NAMES: Parts = {
    "out": ("join", ("h", "g")),
    "z": ("first", ("x", "w", "b")),
    "h": ("affine", ("z",)),
    "g": ("affine", ("h",)),
}
DEEP: Parts = {
    "z1": ("affine", ("x", "w1", "b1")),
    "out": ("concat", ("h1", "sum")),
    "sum": ("add", ("product", "h1")),
    "h2": ("tanh", ("z2",)),
    "product": ("multiply", ("h2", "h1")),
    "z2": ("affine", ("h1", "w2", "b2")),
    "h1": ("relu", ("z1",)),
}
DEEP_SHAPES: Shapes = {"x": (6, 4), "w1": (4, 5), "b1": (5,), "w2": (5, 5), "b2": (5,)}
SMALL: Shapes = {"x": (3, 4), "w": (4, 2), "b": (2,)}


def _forth(name: str, graph: Parts, shapes: Shapes, **options: Any) -> Case:
    """A case that compares all that the modules make, and one of the inputs."""
    kinds = options.pop("kinds", {})
    made = {f'values["{one}"]': 1.0 for one in (*graph, next(iter(shapes)))}
    ask = probes.asker(FORWARD_CALL, made, takes="graph modules inputs")
    return ask(name, network(graph, shapes, (), **kinds), **options)


def _refused(name: str, graph: Parts, **options: Any) -> Case:
    ask = probes.asker(FORWARD_CALL, {RAISED: 1.0}, takes="graph modules inputs")
    given = network(graph, {"x": (2, 3)}, outputs=())
    return ask(name, given, refusal="ValueError", main=True, weight=0.5, **options)


def _in_depth(graph: Any, modules: Any, inputs: Any, *, notices: bool) -> Any:
    values, cache, begun = dict(inputs), {}, set()

    def make(name: Any) -> None:
        if name in values:
            return
        if notices and (name not in graph or name in begun):
            raise ValueError(name)
        begun.add(name)
        kind, sources = graph[name]
        for one in sources:
            make(one)
        values[name], cache[name] = modules[kind][0](*(values[one] for one in sources))

    for name in graph:
        make(name)
    return values, cache


def in_depth(graph: Any, modules: Any, inputs: Any) -> Any:
    """Each value asks for its sources first."""
    return _in_depth(graph, modules, inputs, notices=True)


def round_in_a_circle(graph: Any, modules: Any, inputs: Any) -> Any:
    """Each value asks for its sources first, for ever where they wait for each other."""
    return _in_depth(graph, modules, inputs, notices=False)


def in_rounds(graph: Any, modules: Any, inputs: Any) -> Any:
    """One module at a time; the cache is a list."""
    values, tape = {**inputs}, list[Any]()
    while len(tape) < len(graph):
        for name, (kind, sources) in graph.items():
            if name not in values and all(one in values for one in sources):
                values[name], kept = modules[kind][0](*(values[one] for one in sources))
                tape.append((name, kept))
                break
        else:
            raise ValueError("a circle")
    return values, tape


def by_the_courses_names(graph: Any, modules: Any, inputs: Any) -> Any:
    """A kind is what the course calls so."""
    return mo.graph_forward(graph, MODULES, inputs)


def by_counting(dvalues: Any, graph: Any, modules: Any, cache: Any) -> Any:
    """A value passes its gradient on when all that read it have answered; reads the cache of in_rounds."""
    kept, needed = dict(cache), set()
    for name, _ in reversed(cache):
        if name in dvalues or name in needed:
            needed |= {name, *graph[name][1]}
    grads = {name: gradient.copy() for name, gradient in dvalues.items()}
    waiting = [name for name in graph if name in needed]
    while waiting:
        open_sources = {one for name in waiting for one in graph[name][1]}
        name = next(name for name in waiting if name not in open_sources)
        waiting.remove(name)
        kind, sources = graph[name]
        for one, part in zip(sources, modules[kind][1](grads[name], kept[name]), strict=True):
            grads[one] = grads.get(one, np.zeros_like(part)) + part
    return grads


def as_listed(graph: Any, modules: Any, inputs: Any) -> Any:
    """In the order of the dict."""
    values, cache = dict(inputs), {}
    for name, (kind, sources) in graph.items():
        values[name], cache[name] = modules[kind][0](*[values[one] for one in sources])
    return values, cache


def averaged_over_ways(dvalues: Any, graph: Any, modules: Any, cache: Any) -> Any:
    """All that arrives at a value is collected, and its mean is passed on."""
    parts = {name: [gradient] for name, gradient in dvalues.items()}
    for name in reversed(cache):
        if name in parts:
            kind, sources = graph[name]
            back = modules[kind][1](sum(parts[name]) / len(parts[name]), cache[name])
            for one, part in zip(sources, back, strict=True):
                parts.setdefault(one, []).append(part)
    return {name: sum(found) / len(found) for name, found in parts.items()}


def at_once(dvalues: Any, graph: Any, modules: Any, cache: Any) -> Any:
    """Each part that arrives is passed on, and only the last one of a value counts on the way down."""
    grads, queue = dict(dvalues), list(dvalues)
    done = set()
    while queue:
        name = queue.pop(0)
        if name not in graph or name in done:
            continue
        done.add(name)
        kind, sources = graph[name]
        for one, part in zip(sources, modules[kind][1](grads[name], cache[name]), strict=True):
            grads[one] = grads[one] + part if one in grads else part
            queue.append(one)
    return grads


named = Notation(globals())
FORWARD = exercise(
    mo.graph_forward,
    (
        _forth("three modules in a row", CHAIN, CHAIN_SHAPES, weight=2, visible=True, main=True),
        _forth("a fast forward, listed from its end", JUMP, JUMP_SHAPES, visible=True, main=True).because(
            "a graph may list its names in any order"
        ),
        _forth("a value on two ways", UNEVEN, UNEVEN_SHAPES, visible=True),
        _forth("modules by other names", NAMES, SMALL, visible=True, kinds=NAMED).because(
            "what a kind means, `modules` says"
        ),
        _refused("a circle", CIRCLE, visible=True, why="two values wait for each other: ValueError"),
        _refused("a source that is nowhere", NOWHERE, visible=True, why="a source is missing: ValueError"),
        keeps_dtype(network(CHAIN, CHAIN_SHAPES), visible=True, why=probes.DTYPE),
        _forth("seven modules", DEEP, DEEP_SHAPES, weight=2, main=True),
        _forth("one source twice", TWICE, TWICE_SHAPES, weight=0.5),
        _forth("the same weights three times", STEPS, STEPS_SHAPES, weight=0.5),
        takes_gaps(network(CHAIN, CHAIN_SHAPES), why=probes.MEMORY),
    ),
    named.wrongs("""
    as-listed: by as_listed
        You run the modules in the order of the dict. A graph may list them in any order: run each one when
        all of its sources are there.
    inputs-left-out:
        - return values, cache
        + return {name: values[name] for name in graph}, cache
        Your values hold only what modules made. The inputs belong to them too.
    last-value-only:
        - return values, cache
        + return values[name], cache
        You return one array. Asked for is a dict with all values by their names.
    sources-in-reverse: for one in sources]) => for one in reversed(sources)])
        You hand over the sources from the last to the first. Their order is that of the graph.
    sources-sorted: for one in sources]) => for one in sorted(sources)])
        You sort the sources by name. Their order is that of the graph.
    circle-accepted: raise ValueError(f"cannot be made: {', '.join(waiting)}") => break
        You stop in silence where nothing can go on. Names are left then: that is a ValueError.
    circle-endless: by round_in_a_circle
        Where values wait for each other, your function calls itself until Python stops it, and a source that
        is nowhere is a KeyError. Both are asked to be a ValueError.
    names-of-the-course: by by_the_courses_names
        You take the modules from the notebook. What a kind means, the argument modules says.
    nothing-runs: while waiting: => while cache:
        Your values hold the inputs and nothing else: no module was run.
    graph-returned: return values, cache => return graph, cache
        You return the graph where the values belong.
    empties-the-graph: waiting = dict(graph) => waiting = graph
        You take names out of the graph of your caller, which is empty afterwards. Work on a copy.
    writes-into-inputs: values, cache = dict(inputs), {} => values, cache = inputs, {}
        You put values into the dict of your caller. Begin with a copy of it.
    writes-into-modules:
        - values[name], cache[name] = modules[kind][0](*[values[one] for one in sources])
        + values[name], cache[name] = modules[kind][0](*[values[one] for one in sources])
        + modules[name] = cache[name]
        Your values are right, but you put something into the dict of modules, which your caller still needs.
    backward-runs-forward: modules[kind][0](*[ => modules[kind][1](*[
        You call the second function of the pair. Forward comes first.
    """),
    named.rights("""
    in depth: by in_depth
    one at a time, another cache: by in_rounds
    """),
    setting=SETTING,
)


def _back(name: str, graph: Parts, shapes: Shapes, *outputs: str, **options: Any) -> Case:
    """A case that compares the gradients of the inputs, or of `only` some values."""
    kinds, only = options.pop("kinds", {}), options.pop("only", tuple(shapes))
    shares = {f'grads["{one}"]': 1.0 for one in only}
    given = network(graph, shapes, outputs or ("out",), options.pop("gradient", 1.0), **kinds)
    return probes.asker(BACKWARD_CALL, shares)(name, given, **options)


def _named(name: str, given: Inputs, **options: Any) -> Case:
    ask = probes.asker(f"{BACKWARD_CALL}\nlisted = names(grads)", {"listed": 1.0})
    return ask(name, given, **options)


WAYS = "what comes back along several ways is added up"
ALL = (*JUMP_SHAPES, *JUMP)
MAIN: dict[str, Any] = {"weight": 2, "visible": True, "main": True}
NEEDED = tuple(name for name in (*SMALL, *ASIDE) if name not in ("side", "far"))
BACKWARD = exercise(
    mo.graph_backward,
    (
        _back("three modules in a row", CHAIN, CHAIN_SHAPES, weight=2, visible=True, main=True),
        _back("a fast forward, listed from its end", JUMP, JUMP_SHAPES, only=ALL, **MAIN),
        _back("ways of different length", UNEVEN, UNEVEN_SHAPES, visible=True, why=WAYS),
        _back("one source twice", TWICE, TWICE_SHAPES, visible=True, why=WAYS),
        _back("sums of sums", SUMS, SUMS_SHAPES, visible=True).because(
            "a sum hands the same array to both sides: adding in place changes both"
        ),
        _back("gradients at two places", DEEP, DEEP_SHAPES, "out", "h1", visible=True).because(
            "dvalues may name a value that other modules read"
        ),
        _back("a module aside", ASIDE, SMALL, only=NEEDED, visible=True).because(
            "what no output depends on gets no gradient"
        ),
        _named("the names of a module aside", network(ASIDE, SMALL), visible=True, main=True, weight=0.5),
        _back("modules by other names", NAMES, SMALL, kinds=NAMED, weight=0.5),
        pure(network(JUMP, JUMP_SHAPES), visible=True),
        keeps_dtype(network(CHAIN, CHAIN_SHAPES), visible=True, why=probes.DTYPE),
        _back("seven modules", DEEP, DEEP_SHAPES, weight=2, main=True),
        _back("the same weights three times", STEPS, STEPS_SHAPES, "h3", "h2", "h1", weight=2, why=WAYS),
        _back("tiny gradients", DEEP, DEEP_SHAPES, gradient=1e-7, weight=0.5, why="a small one is no zero"),
        takes_gaps(network(CHAIN, CHAIN_SHAPES), why=probes.MEMORY),
    ),
    named.wrongs("""
    overwritten: grads[source] + gradient if source in grads else gradient => gradient
        Where two ways meet, your last gradient replaces the first. A value that acts along two ways gets the
        sum of both.
        teach: Where a value is used twice its gradients add up: differentiate x times x on the board as a
        product of two uses.
    first-way-only: grads[source] + gradient if source in grads else gradient => grads.get(source, gradient)
        Where two ways meet, you keep what came first. A value that acts along two ways gets the sum of both.
    averaged: grads[source] + gradient if source in grads => (grads[source] + gradient) / 2 if source in grads
        Where two ways meet, you take a mean. By the chain rule the ways add up.
    averaged-over-all-ways: by averaged_over_ways
        Where several ways meet, you take the mean of what comes along them. By the chain rule the ways add
        up.
    ways-multiplied: grads[source] + gradient if => grads[source] * gradient if
        Where two ways meet, you multiply. By the chain rule the ways add up.
    inputs-only: return grads => return {name: one for name, one in grads.items() if name not in graph}
        You return the gradients of the inputs alone. Those of the values that modules made belong to
        them too.
    outputs-left-out: return grads => return {name: one for name, one in grads.items() if name not in dvalues}
        You leave the names in dvalues out. They have gradients too.
    added-in-place:
        - grads[source] = grads[source] + gradient if source in grads else gradient
        + if source in grads:
        +     grads[source] += gradient
        + else:
        +     grads[source] = gradient
        You add into an array that belongs to somebody else: the backward pass of a sum hands one array to
        both sides, and it may be your caller's. Make a new array where two ways meet.
    order-of-the-graph: in reversed(cache): => in reversed(graph):
        You go back in the reverse order of the dict. A module may go back only when all that read its value
        have done so: the reverse of the order in which they ran.
    forward-order: in reversed(cache): => in cache:
        You go through the modules from first to last. On the way back a module comes after all those that
        read its value.
    passed-on-too-early: by at_once
        You pass a gradient on as soon as a first part of it has arrived. Wait until all modules that read
        the value have answered.
    given-gradient-lost: if source in grads else gradient => if source in grads.keys() - dvalues else gradient
        Where dvalues names a value that other modules read, you replace what was given. It is added to what
        comes through the graph.
    ones-for-dvalues:
        - grads = dict(dvalues)
        + grads = {name: np.ones_like(one) for name, one in dvalues.items()}
        You begin with ones. The gradient with which you begin is given, in dvalues.
    one-output-only:
        - grads = dict(dvalues)
        + grads = dict(list(dvalues.items())[:1])
        You begin with the first entry of dvalues alone. There may be several.
    sources-in-reverse: in zip(sources, back, => in zip(reversed(sources), back,
        You give the gradients to the sources from the last to the first. They come in the order of the
        sources.
    modules-aside-run: if name in grads: => if name in grads or grads.setdefault(name, 0.0) == 0:
        You give a gradient also to values on which no output depends. Those have none.
    stumbles-aside: if name in grads: => if grads is not dvalues:
        A module on which no output depends has no gradient to go back with. Leave it out.
    writes-into-dvalues: grads = dict(dvalues) => grads = dvalues
        You put gradients into the dict of your caller. Begin with a copy of it.
    """),
    named.rights("""
    by counting, another cache: by by_counting with in_rounds
    a zero to begin with:
        - grads[source] = grads[source] + gradient if source in grads else gradient
        + grads[source] = grads.get(source, 0) + gradient
    """),
    partners=(mo.graph_forward,),
    setting=SETTING,
)
EXERCISES = (FORWARD, BACKWARD)
