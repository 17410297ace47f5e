"""The exercise early_stop."""

import numpy as np

from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from tests.sample.truth import early_stop


def curve(*steps, patience):
    """Losses that change by these steps, all scaled a little at random."""
    losses = 8 + np.cumsum([0.0, *steps])
    return lambda rng: {"losses": losses * rng.uniform(0.8, 1.2), "patience": patience}


def all_worse_ones(losses, patience):
    """The mistake of counting every epoch that is worse, also those before a new best one."""
    best = worse = 0
    for epoch in range(1, len(losses)):
        best, worse = (epoch, worse) if losses[epoch] < losses[best] else (best, worse + 1)
        if worse == patience:
            return epoch, best
    return len(losses) - 1, best


def by_argmin(losses, patience):
    """From the lowest loss of each beginning."""
    bests = [int(np.argmin(losses[: epoch + 1])) for epoch in range(len(losses))]
    stops = [epoch for epoch, best in enumerate(bests) if epoch - best >= patience]
    stop = stops[0] if stops else len(losses) - 1
    return stop, bests[stop]


ask = probes.asker("stop, best = early_stop(losses, patience)", {"stop": 1, "best": 1})
named = Notation(globals())
STOPPING = exercise(
    early_stop,
    (
        ask("a bump and a rise", curve(-1, 1, -2, -1, 1, 1, -0.5, 1, 1, patience=3), visible=True, main=True),
        ask("never", curve(-1, -1, 0.5, -1, -1, -1, patience=2), visible=True, why="the last epoch"),
        ask("two bumps", curve(1, -2, 1, -2, 1, -2, 1, 1, -9, patience=2), weight=2, main=True),
        ask("a plateau", curve(-1, 0, 0, 0, -1, patience=2), weight=0.5, why="equal is not better"),
        ask("patience of one", curve(-1, -1, 1, -5, patience=1), weight=0.5),
    ),
    named.wrongs("""
    one-too-late: epoch - best == patience => epoch - best > patience
        You wait one epoch too long: stop as soon as the best epoch is `patience` epochs ago.
    last-weights-kept: return epoch, best => return epoch, epoch
        You keep the weights of the epoch at which you stop. Those of the best epoch are kept.
    better-than-before: losses[epoch] < losses[best] => epoch and losses[epoch] < losses[epoch - 1]
        You compare with the epoch before. The best one so far is meant: a bump can be over and still high.
    never-reset: by all_worse_ones
        You count all epochs that were worse. A new best epoch starts the count again.
    """),
    named.rights("""
    by argmin: by by_argmin
    at least: epoch - best == patience => epoch >= best + patience
    """),
)
