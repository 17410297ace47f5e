"""What curves say: the gap between two of them, and when to stop."""

import math
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import MEMORY, asker
from reference.kit.promises import default, keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import regularization as re

# The gap.


def two_curves(T: int, turn: int, rise: float = 0.5) -> Inputs:
    """A training loss that falls, and a validation loss that falls up to `turn` and rises."""

    def drawn(rng: np.random.Generator) -> Drawn:
        t = np.arange(T)
        train = 2.3 * np.exp(-t / 4) + 0.02 * rng.uniform(0, 1, T)
        val = 0.8 + 0.2 * np.abs(t - turn) * np.where(t > turn, rise, 1) + 0.04 * rng.uniform(0, 1, T)
        val[turn] = 0.75
        return {"train_losses": train, "val_losses": val}

    return drawn


def equal_least(T: int) -> Inputs:
    """Two curves of which the validation loss has its least value twice, and the gap elsewhere."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = two_curves(T, T // 3)(rng)
        given["val_losses"][T // 2] = given["val_losses"][T // 3]
        return given

    return drawn


def epoch_by_epoch(train_losses: Any, val_losses: Any) -> Any:
    """In a loop."""
    turn = 0
    for t in range(1, len(val_losses)):
        if val_losses[t] < val_losses[turn]:
            turn = t
    return np.array([b - a for a, b in zip(train_losses, val_losses, strict=True)]), turn


def with_a_bump(T: int, bump: int, turn: int) -> Inputs:
    """Two curves of which the validation loss also rises in one epoch, before it falls to its least value;
    the gap is largest in the last epoch."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = two_curves(T, turn)(rng)
        given["val_losses"][bump] += 0.35
        return given

    return drawn


def first_rise(train_losses: Any, val_losses: Any) -> Any:
    """The epoch before the first one that is worse."""
    rises = [t for t in range(1, len(val_losses)) if val_losses[t] > val_losses[t - 1]]
    return val_losses - train_losses, rises[0] - 1 if rises else len(val_losses) - 1


named = Notation(globals())
_gap = asker("gap, turn = overfitting_gap(train_losses, val_losses)", {"gap": 1.0, "turn": 1.0})
GAP = exercise(
    re.overfitting_gap,
    (
        _gap("20 epochs", two_curves(20, 8), weight=2, visible=True, main=True),
        _gap("12 epochs, never worse", two_curves(12, 11), visible=True, why="the last epoch is the best"),
        _gap(
            "the least loss twice", equal_least(15), visible=True, weight=0.5, why="the first one of equals"
        ),
        _gap("16 epochs with a bump", with_a_bump(16, 3, 9), visible=True, main=True).because(
            "a loss that goes up may come down again"
        ),
        keeps_dtype(two_curves(9, 4), exact_dtype=False),
        _gap("30 epochs", two_curves(30, 5, rise=0.1), weight=2, main=True),
        _gap("worse from the first epoch on", two_curves(10, 0), weight=0.5, why="turn = 0"),
        _gap("one epoch", two_curves(1, 0), weight=0.5, why="T = 1"),
        takes_gaps(two_curves(9, 4), why=MEMORY),
    ),
    named.wrongs("""
    wrong-way-round: val_losses - train_losses => train_losses - val_losses
        Your gap is negative where the network is worse on new examples. Validation minus training is meant.
    distance: val_losses - train_losses => np.abs(val_losses - train_losses)
        You take the absolute value. Where the validation loss is the smaller one, the gap is negative.
    ratio: val_losses - train_losses => val_losses / train_losses
        You divide. The gap is a difference.
    last-gap-only: gap = val_losses - train_losses => gap = (val_losses - train_losses)[-1]
        You return the gap of one epoch. One for each epoch is asked for.
    counted-from-one: int(np.argmin(val_losses)) => int(np.argmin(val_losses)) + 1
        Your epochs are counted from 1. The first one is 0, as an index.
    of-the-training-loss: np.argmin(val_losses) => np.argmin(train_losses)
        Your turn is where the training loss is least, which is mostly the last epoch. The validation loss
        decides.
    training-loss-twice:
        - gap = val_losses - train_losses
        - turn = int(np.argmin(val_losses))
        + gap = train_losses - train_losses
        + turn = int(np.argmin(train_losses))
        You use the training losses twice: your gap is 0, and your turn is where they are least.
    of-the-gap: np.argmin(val_losses) => np.argmin(gap)
        Your turn is where the gap is least. A small gap may be that of a network that knows nothing: the
        validation loss decides.
    of-the-largest-gap: np.argmin(val_losses) => np.argmax(gap)
        Your turn is where the gap is largest, which is mostly the last epoch. The validation loss decides.
    first-rise: by first_rise
        Your turn is the epoch before the validation loss first rises. It may come down again: the least of
        all losses is meant.
    largest-loss: np.argmin(val_losses) => np.argmax(val_losses)
        Your turn is where the validation loss is largest.
    last-of-equals: int(np.argmin(val_losses)) => len(val_losses) - 1 - int(np.argmin(val_losses[::-1]))
        Of equal losses you take the last. The first one is meant.
    the-loss-itself: int(np.argmin(val_losses)) => float(np.min(val_losses))
        You return the least loss. The epoch in which it came is asked for.
    writes-into-val: gap = val_losses - train_losses => val_losses -= train_losses; gap = val_losses
        Your function changes the val_losses of its caller.
    """),
    named.rights("""
    epoch by epoch: by epoch_by_epoch
    where it is least: int(np.argmin(val_losses)) => int(np.flatnonzero(val_losses == np.min(val_losses))[0])
    """),
)

# When to stop.


def curve(*losses: float, patience: int = 3, min_delta: float = 0.0, noise: float = 0.0) -> Inputs:
    """Losses, each a little different in every draw."""

    def drawn(rng: np.random.Generator) -> Drawn:
        given = np.array(losses) + noise * rng.uniform(-1, 1, len(losses))
        return {"losses": given, "patience": patience, "min_delta": min_delta}

    return drawn


FALLS = (23.0, 15.0, 10.0, 8.0, 9.0, 8.5, 9.5, 9.0, 9.5, 4.0, 3.0)
_BACK = (1.0, 1.2, 1.1, 0.9, 1.0, 1.1, 0.8, 1.0, 1.0, 1.0)
_STAYS = (1.5, 1.0, 0.75, 0.75, 0.75, 0.75, 0.75)
SLOWLY = (2.0, 1.0, 0.95, 0.91, 0.87, 0.86, 0.5)
_NEARLY = (2.0, 0.5, 0.43, 0.51, 0.42, 0.47, 0.5, 0.52, 0.2)
_LOST = (1.0, math.nan, 0.5, math.nan, math.nan, math.nan, 0.25)
_LOST_FIRST = (math.nan, math.nan, 0.5, 0.75, 0.25, 0.5)


def with_a_counter(losses: Any, patience: int, min_delta: float = 0.0) -> Any:
    """A counter that is set back."""
    least, best, waited, stop = float("inf"), -1, 0, len(losses) - 1
    for t in range(len(losses)):
        if losses[t] + min_delta < least:
            least, best, waited = losses[t], t, 0
        else:
            waited += 1
        if waited == patience:
            stop = t
            break
    return stop, best


def counting_all(losses: Any, patience: int, min_delta: float = 0.0) -> Any:
    """A counter that is never set back."""
    least, best, waited = float("inf"), -1, 0
    for t, loss in enumerate(losses):
        if loss < least - min_delta:
            least, best = loss, t
        else:
            waited += 1
        if waited >= patience:
            break
    return t, best


_stop = asker("stop, best = early_stopping(losses, patience, min_delta)", {"stop": 2.0, "best": 2.0})
named = Notation(globals())
STOPPING = exercise(
    re.early_stopping,
    (
        _stop("a curve that turns", curve(*FALLS, noise=0.1), weight=2, visible=True, main=True).because(
            "patience = 3, and a better loss that comes too late"
        ),
        _stop("a curve that comes back in time", curve(*_BACK, noise=0.01), visible=True, main=True).because(
            "each improvement begins the count anew"
        ),
        _stop("a curve that falls", curve(2.0, 1.5, 1.25, 1.0, noise=0.05), visible=True, main=True).because(
            "never stopped: T - 1"
        ),
        _stop(
            "better by less than min_delta", curve(*_NEARLY, min_delta=0.1, noise=0.002), visible=True
        ).because("min_delta is an absolute amount"),
        _stop("a plateau", curve(*_STAYS), visible=True, why="an equal loss is no improvement"),
        _stop("min_delta = 0.1", curve(*SLOWLY, min_delta=0.1, noise=0.002), visible=True).because(
            "compared with the loss of the last improvement"
        ),
        _stop(
            "NaN",
            curve(*_LOST),
            visible=True,
            why="NaN is no improvement, and the network is not lost for good",
        ),
        _stop("two NaN in front", curve(math.nan, math.nan, 2.0, 1.0, patience=2), visible=True).because(
            "best is -1 before the first improvement"
        ),
        default("min_delta", curve(*_BACK, noise=0.01), visible=True),
        _stop("NaN at first", curve(*_LOST_FIRST, patience=4), why="best is -1 before the first improvement"),
        _stop("NaN from the beginning", curve(*[math.nan] * 5, patience=3), visible=True, weight=0.5).because(
            "best is -1"
        ),
        _stop("patience = 1", curve(1.0, 0.8, 0.9, 0.7, patience=1, noise=0.01), weight=0.5).because(
            "the first epoch without improvement"
        ),
        _stop(
            "another curve that comes back in time",
            curve(0.9, 1.2, 0.6, 0.7, 0.65, 0.5, 0.6, 0.8, 0.7, 0.4, noise=0.01),
            weight=2,
            main=True,
        ),
        _stop(
            "patience = 5",
            curve(2.0, 1.0, *[1.1] * 4, 0.9, *[1.0] * 6, 0.1, patience=5, noise=0.01),
            main=True,
        ),
        _stop(
            "worse by less than min_delta", curve(1.0, 0.5, 0.55, 0.45, 0.52, 0.1, min_delta=0.1, noise=0.002)
        ).because("the least loss must be undercut by more than min_delta"),
        _stop(
            "in the last epoch", curve(1.0, 0.8, 0.9, 0.9, 0.9, noise=0.01), weight=0.5, why="stop = T - 1"
        ),
        _stop("one epoch", curve(0.7), weight=0.5, why="T = 1"),
        _stop("an infinite loss", curve(math.inf, 2.0, 1.0, 3.0, 3.0, 3.0), weight=0.5).because(
            "infinity is no improvement"
        ),
    ),
    named.wrongs("""
    equal-improves: if loss < least - min_delta: => if loss <= least - min_delta:
        An equal loss counts as an improvement, so that a plateau is never left.
        teach: An improvement is less, not as little: draw a plateau and ask when training on it should end.
    nan-improves: if loss < least - min_delta: => if not loss >= least - min_delta:
        NaN counts as an improvement: a comparison with NaN is False, and you ask for its opposite.
        teach: Every comparison with NaN is False, and "not worse" is then True: ask for "better" instead.
    sign-of-delta: least - min_delta => least + min_delta
        A loss that is worse by less than min_delta counts as an improvement: the sign of min_delta is wrong.
    delta-ignored: if loss < least - min_delta: => if loss < least:
        min_delta is not used: a tiny improvement is enough.
    delta-relative: least - min_delta => least * (1 - min_delta) if least < np.inf else least
        Your min_delta is a share of the loss. It is an absolute amount.
    least-moves-on:
        - if t - best >= patience:
        + if loss < least:
        +     least = loss
        + if t - best >= patience:
        You compare with the least loss so far, also where it was no improvement. A curve that falls slowly
        and steadily would then be stopped: compare with the loss of the last improvement.
    compared-with-the-last:
        - if t - best >= patience:
        + least = loss
        + if t - best >= patience:
        You compare with the loss of the epoch before. A loss that goes down after it went up need not be an
        improvement.
    one-too-late: t - best >= patience => t - best > patience
        You stop one epoch too late: after `patience` epochs without improvement.
    one-too-early: t - best >= patience => t - best >= patience - 1
        You stop one epoch too early: after `patience` epochs without improvement.
    never-set-back: by counting_all
        You count all epochs without improvement. Each improvement sets the counter back to 0.
    improvement-is-larger:
        - best, least = -1, np.inf
        - for t, loss in enumerate(losses):
        -     if loss < least - min_delta:
        + best, least = -1, -np.inf
        + for t, loss in enumerate(losses):
        +     if loss > least + min_delta:
        A larger loss counts as an improvement, as for an accuracy. Losses are better the smaller they are.
    best-of-all: return t, best => return t, int(np.nanargmin(losses)) if not np.isnan(losses).all() else -1
        Your best may lie behind `stop`. Whoever stops does not know what would have come.
    best-is-the-least: return t, best => return t, int(np.nanargmin([*losses[: t + 1], np.inf]))
        Your best is the epoch of the least loss so far. A loss that is less by min_delta or less is no
        improvement, and best is the last improvement.
    best-of-the-whole-curve: return t, best => return t, int(np.argmin(losses))
        Your best is where the whole curve is least (for np.argmin, where it is NaN). Whoever stops does not
        know what would have come: best is the last improvement.
    stop-behind-the-least:
        - return t, best
        + lowest = int(np.argmin(losses))
        + return min(lowest + patience, len(losses) - 1), lowest
        You look for the least loss of the whole curve and count from there. The rule sees one loss after the
        other, and stops before a better one that comes too late.
    one-behind-the-end: return t, best => return t if t - best >= patience else len(losses), best
        Where the curve ends before patience does, your stop lies behind its last epoch. There it is T - 1.
    asked-before-it-is-seen:
        - if loss < least - min_delta:
        -     best, least = t, loss
        - if t - best >= patience:
        -     break
        + if t - best >= patience:
        +     break
        + if loss < least - min_delta:
        +     best, least = t, loss
        You ask whether patience is at an end before you have looked at the loss of this epoch: an
        improvement in the last moment comes too late.
    any-change: if loss < least - min_delta: => if abs(loss - least) > min_delta:
        A change to the worse counts as an improvement: you compare the distance of both losses.
    nan-stops: if loss < least => if np.isnan(loss): break; if loss < least
        You stop at the first NaN. It is no improvement, and patience says how long to wait.
    none-found-is-zero: best, least = -1, np.inf => best, least = 0, np.inf
        Before the first improvement your best is 0. It is -1 there, and the epochs without one count from
        the beginning.
    first-is-best: best, least = -1, np.inf => best, least = 0, losses[0]
        You begin with the first loss as the best one. If it is NaN, no comparison with it is ever True: begin
        with -1 and infinity.
    stop-is-best: return t, best => return best, best
        You return the best epoch for `stop`. Stopping comes `patience` epochs later.
    results-swapped: return t, best => return best, t
        Your results are swapped: stop comes first, then best.
    loss-for-epoch: return t, best => return t, float(least)
        You return the best loss. Its epoch is asked for.
    counted-from-one: return t, best => return t + 1, best + 1
        Your epochs are counted from 1. The first one is 0.
    goes-to-the-end: break => pass
        You never stop: the loop goes to the end of the curve.
    """),
    named.rights("""
    a counter: by with_a_counter
    the difference: loss < least - min_delta => least - loss > min_delta
    """),
)
