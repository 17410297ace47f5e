"""Gradients by differences."""

from typing import Any

import numpy as np

from reference.kit import probes
from reference.kit.drawn import Drawn, in_float32
from reference.kit.exercise import Inputs, wrong
from reference.kit.notation import Notation
from reference.kit.promises import takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo
from stagewise.judge.handed import polynomial

CUT_OFF = (
    "Where x holds whole numbers, the step h is cut off when it is stored: an array of integers cannot hold "
    "it. Work on a copy in floats."
)
WHOLE = "x holds whole numbers, and steps of h must not be rounded away"


def slopes(name: str, *shape: int, h: float | None = None, whole: bool = False) -> Inputs:
    """f, a function of arrays of that shape, x, and h where it is given."""

    def drawn(rng: np.random.Generator) -> Drawn:
        a, c = rng.uniform(0.5, 2, (2, *shape)) * rng.choice([-1, 1], (2, *shape))
        x = rng.integers(-3, 4, shape) if whole else rng.uniform(-2, 2, shape)
        return {"f": polynomial(name, a, c), "x": x, **({} if h is None else {"h": h})}

    return drawn


def near_zero(size: int) -> Inputs:
    """A cubic near 0, whose slope by differences, a (3 x^2 + h^2), tells what h is."""

    def drawn(rng: np.random.Generator) -> Drawn:
        a = rng.uniform(0.5, 2, size) * rng.choice([-1, 1], size)
        return {"f": polynomial("cubic", a, np.zeros(size)), "x": rng.uniform(2e-5, 6e-5, size)}

    return drawn


def on_copies(f: Any, x: Any, h: Any = 1e-5) -> Any:
    """A new array for each value of f."""
    gradient = np.zeros(np.shape(x))
    for place in np.ndindex(gradient.shape):
        moved = np.zeros(gradient.shape)
        moved[place] = h
        gradient[place] = (f(x + moved) - f(x - moved)) / (2 * h)
    return gradient


def flattened(f: Any, x: Any, h: Any = 1e-5) -> Any:
    """One index over all entries."""
    work = x.astype(float)
    found = []
    for k in range(work.size):
        old = work.flat[k]
        work.flat[k] = old + h
        above = f(work)
        work.flat[k] = old - h
        found.append((above - f(work)) / (2 * h))
        work.flat[k] = old
    return np.array(found).reshape(x.shape)


def cut_off(f: Any, x: Any, h: Any = 1e-5) -> Any:
    """Moves the entries of x in its own dtype."""
    work, gradient = x.copy(), []
    for place in np.ndindex(x.shape):
        old = work[place]
        work[place] = old + h
        above = f(work)
        work[place] = old - h
        gradient.append((above - f(work)) / (2 * h))
        work[place] = old
    return np.array(gradient).reshape(x.shape)


def one_axis_only(f: Any, x: Any, h: Any = 1e-5) -> Any:
    """Whole rows are moved at once."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for row in range(len(x)):
        move = np.zeros(x.shape)
        move[row] = h
        gradient[row] = (f(x + move) - f(x - move)) / (2 * h)
    return gradient


def all_at_once(f: Any, x: Any, h: Any = 1e-5) -> Any:
    """Every entry moves by h."""
    return np.full(np.shape(x), (f(x + h) - f(x - h)) / (2 * h))


DEFAULT = "Where h is not given, your step is not 1e-5: the default stands in the signature."
named = Notation(globals())
_slope = probes.asker("gradient = numerical_gradient(f, x, h)", "gradient")
_usual = probes.asker("gradient = numerical_gradient(f, x)", "gradient")
NUMERICAL = exercise(
    fo.numerical_gradient,
    (
        _usual("a quadratic of 5 numbers", slopes("quadratic", 5), weight=2, visible=True, main=True),
        _slope("coupled entries, h = 0.1", slopes("coupled", 3, 4, h=0.1), visible=True, main=True),
        _slope("a cubic, h = 0.1", slopes("cubic", 4, h=0.1), visible=True).because(
            "differences to both sides: the same h to the right and to the left"
        ),
        _usual("whole numbers", slopes("quadratic", 4, whole=True), visible=True, why=WHOLE),
        _usual(
            "numbers in float32",
            in_float32(slopes("quadratic", 4)),
            visible=True,
            weight=0.5,
            exact_dtype=True,
            why="gradient is float64: in float32 a step of 1e-5 is hardly more than rounding",
        ),
        _usual("near 0, where h shows", near_zero(4), visible=True, weight=0.5).because(
            "h not given: 1e-5. Near 0 the slope of a cubic is so small that h can be seen in it"
        ),
        _usual("a matrix, another function", slopes("cubic", 4, 3), weight=2, main=True),
        _slope("three axes, h = 0.01", slopes("coupled", 2, 3, 2, h=0.01), weight=0.5),
        _slope("one number, h = 0.5", slopes("cubic", 1, h=0.5), weight=0.5),
        takes_gaps(slopes("cubic", 4, 3), why=probes.MEMORY),
    ),
    named.wrongs("""
        forward-difference:
            - below = f(x)
            - x[place] = middle
            - gradient[place] = (above - below) / (2 * h)
            + x[place] = middle
            + gradient[place] = (above - f(x)) / h
            You take the difference to the right alone. Its error grows with h; the one to both sides is asked
            for, whose error grows with the square of h only.
        divided-by-h: (above - below) / (2 * h) => (above - below) / h
            Your gradient is twice too large: how far apart are the two places where you look at f?
        divided-by-2: (above - below) / (2 * h) => (above - below) / 2
            You divide by 2 but not by h. A slope is a difference of heights by the way between them.
        brackets-missing: (above - below) / (2 * h) => (above - below) / 2 * h
            Python divides and multiplies from left to right: you divide by 2 and then multiply by h. Brackets
            are missing.
        below-minus-above: (above - below) / (2 * h) => (below - above) / (2 * h)
            Your gradient has the other sign: which of the two values is to the right?
        never-put-back:
            - x[place] = middle
            - gradient[place] = (above - below) / (2 * h)
            + gradient[place] = (above - below) / (2 * h)
            An entry stays moved while the next ones are measured. Put each back before you go on.
        whole-numbers-cut: x = np.array(x, dtype=np.float64) => x = np.array(x)
            @CUT_OFF
            teach: An array keeps its type: add 1e-5 to an entry of an array of integers, print it, and ask
            what the difference quotient is now.
        only-the-slopes-are-floats: by cut_off
            @CUT_OFF
        all-at-once: by all_at_once
            You move all entries together. Each slope is measured by moving one entry and leaving the others.
        rows-at-once: by one_axis_only
            You move a whole row at a time. Each entry is moved by itself, in arrays of any shape.
        h-ignored: x = np.array(x, dtype=np.float64) => x = np.array(x, dtype=np.float64); h = 1e-5
            The h that is handed in makes no difference: your step is tiny all the same. h is an argument.
        backward-difference:
            - above = f(x)
            - x[place] = middle - h
            - below = f(x)
            - x[place] = middle
            - gradient[place] = (above - below) / (2 * h)
            + x[place] = middle - h
            + below = f(x)
            + x[place] = middle
            + gradient[place] = (f(x) - below) / h
            You take the difference to the left alone. Its error grows with h; the one to both sides is asked
            for, whose error grows with the square of h only.
        not-far-enough-back: x[place] = middle - h => x[place] = middle
            Your second value of f is that at x itself, so you divide by twice the way between your places.
            From x[i] + h it is 2 h to the left.
        half-steps:
            - x[place] = middle + h
            - above = f(x)
            - x[place] = middle - h
            + x[place] = middle + h / 2
            + above = f(x)
            + x[place] = middle - h / 2
            You move by half of h to each side and divide by 2 h: a slope is a difference of heights by the
            way between them.
        h-in-one-place: (above - below) / (2 * h) => (above - below) / 2e-5
            You move by h and divide by twice 1e-5, whatever h is.
        sum-for-the-difference: (above - below) => (above + below)
            You add the two values of f. A slope is made of their difference.
        first-entry-only:
            - gradient[place] = (above - below) / (2 * h)
            + gradient[place] = (above - below) / (2 * h) * (not any(place))
            Only the first entry of your gradient is computed. A return inside the loop does this, for one.
        without-the-sign: (above - below) / => abs(above - below) /
            None of your slopes is negative. Where f falls, its slope is below 0.
        """)
    + tuple(
        wrong(
            f"default-{h:.0e}",
            change="gradient = np.zeros_like(x)",
            into=f"gradient = np.zeros_like(x); h = {h} if h == 1e-5 else h",
            says=DEFAULT,
        )
        for h in (1e-3, 1e-4, 1e-6, 1e-7, 1e-8)
    ),
    named.rights("""
        on copies: by on_copies
        one index: by flattened
        """),
    setting="stagewise.judge.handed",
)
