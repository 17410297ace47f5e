"""A recorded unit small enough to read, for the tests of what students see."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stagewise.checks.recording import ExerciseRecording, UnitRecording
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.fingerprint import RecordedMistake, observed_fingerprint
from stagewise.judge.grammar import parse
from stagewise.judge.judging import judge
from stagewise.judge.script import pick, play

TOLERANCE = Tolerance(1e-4, 2e-5, "the course's")
Functions = dict[str, Callable[..., Any]]


def center(x):
    return x - x.mean(axis=0)


def center_forward(x, scale):
    return center(x) * scale, (x, scale)


def center_backward(dout, cache):
    x, scale = cache
    return center(dout * scale), (dout * center(x)).sum(axis=0)


RIGHT: Functions = {f.__name__: f for f in (center, center_forward, center_backward)}


def case(name: str, script: str, outputs: Sequence[str], inputs: dict[str, Any], **options: Any) -> AskedCase:
    """A case whose expected values are those of the right functions."""
    steps = parse(script)
    values = play(steps, RIGHT, inputs).values
    expected = {output: pick(values, output) for output in outputs}
    return AskedCase(name, steps, inputs, expected, dict.fromkeys(outputs, 1.0), 1.0, TOLERANCE, **options)


def mistake(
    name: str, says: str, cases: Sequence[AskedCase], **functions: Callable[..., Any]
) -> RecordedMistake:
    """What is recorded of wrong functions."""
    observed = judge(functions, cases).observed
    return RecordedMistake(name, says, tuple(observed_fingerprint(seen) for seen in observed))


def unit(name: str = "toy", points: float = 2) -> UnitRecording:
    """The unit: `center`, and `center_backward` that needs the student's own `center_forward`."""
    rng = np.random.default_rng(0)
    x, scale, dout = rng.normal(3, 1, (4, 3)), rng.normal(size=3), rng.normal(size=(4, 3))
    single = (
        case("basic", "out = center(x)", ["out"], {"x": x}, main=True),
        case("one example", "out = center(x)", ["out"], {"x": x[:1]}, why="N = 1"),
        case("far away", "out = center(x)", ["out"], {"x": 100 * x}),
    )
    script = "out, cache = center_forward(x, scale)\ndx, dscale = center_backward(dout, cache)"
    both = (case("basic", script, ["dx", "dscale"], {"x": x, "scale": scale, "dout": dout}),)
    lazy = mistake("no-mean", "Your `center` subtracts nothing at all.", single, center=lambda x: x)
    exercises = (
        ExerciseRecording("center", points, (), single, (lazy,)),
        ExerciseRecording("center_backward", 8, ("center_forward",), both, ()),
    )
    return UnitRecording(name, "Toys that centre", {one.name: one for one in exercises})
