"""Before the first step: the loss that chance gives, and two questions to a new network."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exercises.training.handing import handed
from reference.kit.drawn import Drawn
from reference.kit.exercise import Case, Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.variants import exercise
from reference.truth import training as tr
from stagewise.judge.handed import loss_of_strength


def classes(C: int) -> Inputs:
    """A number of classes."""
    return lambda rng: {"num_classes": C}


def of_equal_scores(num_classes: int) -> float:
    """The cross-entropy of equal scores, by softmax."""
    scores = np.zeros(num_classes)
    probabilities = np.exp(scores) / np.exp(scores).sum()
    return float(-np.log(probabilities[0]))


_expect = asker("loss = expected_initial_loss(num_classes)", "loss")
named = Notation(globals())
EXPECTED = exercise(
    tr.expected_initial_loss,
    (
        _expect("ten classes", classes(10), weight=2, visible=True, main=True),
        _expect("two classes", classes(2), visible=True),
        _expect("a thousand classes", classes(1000), main=True),
        _expect("three classes", classes(3), weight=0.5),
        _expect("300,000 classes", classes(300_000), weight=0.5),
    ),
    named.wrongs("""
    decimal-logarithm: math.log(num_classes) => math.log10(num_classes)
        Your logarithm has the base 10. The cross-entropy takes the natural one, ln: np.log or math.log.
    binary-logarithm: math.log(num_classes) => math.log2(num_classes)
        Your logarithm has the base 2. The cross-entropy takes the natural one, ln: np.log or math.log.
    sign: math.log(num_classes) => math.log(1 / num_classes)
        Your loss is negative: ln(1 / C) is less than 0, and the cross-entropy is minus that.
    probability: math.log(num_classes) => 1 / num_classes
        You return the probability of each class. The loss is minus its logarithm.
    number-of-classes: math.log(num_classes) => num_classes
        You return C itself. The loss is a logarithm of the probability 1 / C.
    ten-classes-always: math.log(num_classes) => math.log(10)
        You return ln 10 whatever the number of classes.
    weighted-by-probability: math.log(num_classes) => math.log(num_classes) / num_classes
        You multiply the logarithm by 1 / C. The cross-entropy of an example is the whole minus logarithm of
        the probability of its class.
    one-class-more: math.log(num_classes) => math.log(num_classes + 1)
        You return ln(C + 1). The number inside the logarithm is C.
    small-number-inside: math.log(num_classes) => -math.log(1 / num_classes + 1e-8)
        You add a small number to the probability, inside the logarithm. 1 / C is never 0, and with many
        classes it is not large beside that number.
        hidden: it takes very many classes
    all-classes-summed: math.log(num_classes) => -num_classes * math.log(1 / num_classes)
        You add up -ln(1 / C) over all classes. The cross-entropy counts the right class alone.
    """),
    named.rights("""
    by softmax of equal scores: by of_equal_scores
    by np.log: math.log(num_classes) => -np.log(1 / num_classes)
    """),
)

# Two questions.


def asked_of(plain: float, slope: float, C: int, limit: float = math.inf, **given: float) -> Inputs:
    """A loss that is `plain` without a penalty, grows by `slope` per strength, and is infinite above a
    limit."""
    return lambda rng: {"loss_of": loss_of_strength(plain, slope, limit), "num_classes": C, **given}


def near_chance(C: int, off: float, slope: float, **given: float) -> Inputs:
    """A loss that is `off` above ln C."""
    return asked_of(math.log(C) + off, slope, C, **given)


def _near(low: float, high: float, C: int) -> Callable[[np.random.Generator], Drawn]:
    def drawn(rng: np.random.Generator) -> Drawn:
        off = float(rng.choice([-1, 1]) * rng.uniform(low, high))
        return near_chance(C, off, 0.3)(rng)

    return drawn


def _asking(script: str) -> Callable[..., Case]:
    shares = {"found['chance']": 2.0, "found['penalty']": 2.0}
    return asker(f"found = {script}", shares)


_check = _asking("check_initial_loss(loss_of, num_classes)")
_check_with = _asking("check_initial_loss(loss_of, num_classes, reg, tolerance)")


def with_a_list(loss_of: Any, num_classes: int, reg: float = 1.0, tolerance: float = 0.1) -> dict[str, bool]:
    """The questions one after the other, on finite numbers."""
    found = {"chance": False, "penalty": False}
    losses = [float(loss_of(strength)) for strength in (0.0, reg)]
    expected = -math.log(1 / num_classes)
    if expected - tolerance <= losses[0] <= expected + tolerance:
        found["chance"] = True
    if all(map(math.isfinite, losses)) and losses[1] - losses[0] > 0:
        found["penalty"] = True
    return found


_STRICTER = {"reg": 0.01, "tolerance": 0.02}
CHECK = handed(
    tr.check_initial_loss,
    (
        _check("ten classes, a good start", near_chance(10, 0.03, 0.4, limit=1.0), visible=True, main=True),
        _check("a loss too high", near_chance(10, 0.17, 0.4), visible=True, main=True),
        _check(
            "a loss too low", near_chance(10, -0.5, 0.4), visible=True, why="as good as chance, not better"
        ),
        _check("a penalty that adds nothing", near_chance(10, 0.02, 0.0), visible=True, main=True),
        _check("four classes", near_chance(4, 0.05, 0.2), visible=True),
        _check("NaN", asked_of(math.nan, 0.4, 10), visible=True, why="a comparison with NaN is False"),
        _check(
            "an infinite penalty",
            near_chance(10, 0.02, 0.4, limit=0.5),
            visible=True,
            why="loss_of(reg) < infinity",
        ),
        _check_with(
            "a strength of 0.01, a tolerance of 0.02",
            near_chance(4, 0.05, 3.0, limit=0.1, **_STRICTER),
            visible=True,
            why="reg and tolerance are those that are given",
        ),
        _check("a loss of log10 C", asked_of(1.02, 0.4, 10), visible=True, weight=0.5, why="ln is not log10"),
        _check("a loss of log2 C", asked_of(3.3, 0.4, 10), visible=True, weight=0.5, why="ln is not log2"),
        _check("a loss of 1 / C", asked_of(0.11, 0.4, 10), visible=True, weight=0.5),
        _check("a loss of -ln C", asked_of(-2.3, 0.4, 10), visible=True, weight=0.5),
        _check("two classes", near_chance(2, 0.085, 0.2), visible=True, weight=0.5).because(
            "the tolerance is a distance, whatever ln C is"
        ),
        _check_with(
            "a strength of 0.00001",
            near_chance(10, 0.02, 400.0, limit=1e-4, reg=1e-5, tolerance=0.1),
            visible=True,
            weight=0.5,
            why="reg and tolerance are those that are given",
        ),
        _check("a penalty with the wrong sign", near_chance(5, 0.01, -0.2), visible=True, weight=0.5),
        _check_with(
            "four classes, a tolerance of 0.5",
            near_chance(4, 0.3, 0.1, reg=1.0, tolerance=0.5),
            visible=True,
            weight=0.5,
            why="reg and tolerance are those that are given",
        ),
        _check_with(
            "just at the tolerance", asked_of(0.25, 0.4, 1, reg=1.0, tolerance=0.25), weight=0.5
        ).because("at most the tolerance; ln 1 is 0"),
        _check_with(
            "a tolerance of 0.00001", near_chance(10, 2e-5, 0.4, reg=1.0, tolerance=1e-5), weight=0.5
        ).because("reg and tolerance are those that are given"),
        _check("within the tolerance", _near(0.02, 0.09, 7), main=True, why="seven classes"),
        _check("outside of the tolerance", _near(0.11, 0.2, 7), why="seven classes"),
        _check("an infinite loss", asked_of(math.inf, 0.1, 3), weight=0.5),
        _check_with(
            "a tolerance of 0.5",
            near_chance(20, 0.3, 0.001, reg=10.0, tolerance=0.5),
            weight=0.5,
            why="reg and tolerance are those that are given",
        ),
    ),
    named.wrongs("""
    too-high-only: abs(plain - expected) => plain - expected
        You call any loss below ln C right. A loss far below it, before anything was learned, says that the
        answer leaks in, or that something is not counted: ask for the distance.
    too-low-only: abs(plain - expected) => expected - plain
        You call any loss above ln C right. Ask for the distance from ln C, on both sides.
    tolerance-fixed: <= tolerance => <= 0.1
        Your tolerance is always 0.1. It is an argument.
    tolerance-relative: <= tolerance => <= tolerance * expected
        You multiply the tolerance by ln C. It is an absolute distance.
    strength-fixed: loss_of(0), loss_of(reg) => loss_of(0), loss_of(1.0)
        You always ask for the strength 1. It is the argument reg.
    chance-with-penalty: abs(plain - => abs(penalised -
        You compare the loss with its penalty to ln C. The penalty has nothing to do with chance: take
        loss_of(0).
    strengths-swapped: loss_of(0), loss_of(reg) => loss_of(reg), loss_of(0)
        Your two losses have changed places: the one without a penalty is loss_of(0).
    small-strength-fixed: loss_of(0), loss_of(reg) => loss_of(0), loss_of(1e-3)
        You always ask for the strength 0.001. It is the argument reg.
    below-the-tolerance: abs(plain - expected) <= tolerance => abs(plain - expected) < tolerance
        You call a loss wrong that is off by just the tolerance. At most the tolerance is meant.
        hidden: a visible case of that one number would point at it
    twice-the-tolerance: <= tolerance => <= 2 * tolerance
        You allow twice the tolerance.
    penalty-reversed: plain < penalised < math.inf => penalised < plain
        You ask whether the loss is smaller with its penalty. It must be larger.
    any-change: plain < penalised < math.inf => 0 < abs(penalised - plain) < math.inf
        You ask whether the penalty changes the loss. It must make the loss larger.
    any-change-whatever: plain < penalised < math.inf => plain != penalised
        You ask whether the two losses differ. The one with the penalty must be the larger one, and finite;
        and NaN differs from everything.
    finite-is-enough: plain < penalised < math.inf => math.isfinite(penalised)
        You ask only whether the loss with its penalty is finite. It must be larger than without, too.
    penalty-not-strict: plain < penalised < math.inf => plain <= penalised < math.inf
        You accept a penalty that adds nothing. The loss must be larger with it.
    infinity-accepted: plain < penalised < math.inf => plain < penalised
        You accept an infinite loss. A penalty that overflows is no penalty.
    not-larger: bool(chance) => not abs(plain - expected) > tolerance
        You call a loss right that is NaN: a comparison with NaN is False, and you ask for its opposite. Ask
        whether the distance is at most the tolerance.
    names-exchanged:
        - return {"chance": bool(chance), "penalty": bool(penalty)}
        + return {"chance": bool(penalty), "penalty": bool(chance)}
        Each of your answers stands under the name of the other one.
    opposite:
        - return {"chance": bool(chance), "penalty": bool(penalty)}
        + return {"chance": not chance, "penalty": not penalty}
        True means that the loss is as it should be. You return the opposite.
    ten-classes-always: expected_initial_loss(num_classes) => math.log(10)
        You compare with ln 10 whatever the number of classes.
    decimal-logarithm: expected_initial_loss(num_classes) => math.log10(num_classes)
        You compare with a logarithm of base 10. ln is the natural one.
    binary-logarithm: expected_initial_loss(num_classes) => math.log2(num_classes)
        You compare with a logarithm of base 2. ln is the natural one.
    compared-with-the-probability: expected_initial_loss(num_classes) => 1 / num_classes
        You compare the loss with the probability 1 / C. It is to be near minus its logarithm.
    logarithm-of-the-probability: expected_initial_loss(num_classes) => -math.log(num_classes)
        You compare the loss with ln(1 / C), which is negative. Chance gives ln C.
    """),
    named.rights("""
    step by step: by with_a_list
    by np.isclose:
        - chance = abs(plain - expected) <= tolerance
        + chance = np.isclose(plain, np.log(num_classes), rtol=0, atol=tolerance)
    """),
)
EXERCISES = (EXPECTED, CHECK)
