"""What a notebook leaves to chance: the same on every run of the same notebook.

The generators that all code shares start from one state. Those that are made without a seed, which would ask
the system for one, start from states that follow from it.
"""

import random
import sys
from typing import Any

_entropy = random.Random()
_usual_seed = random.Random.seed


def start() -> None:
    """Begin at the one state."""
    _usual_seed(_entropy, 0)
    random.Random.seed = _seed  # type: ignore[method-assign]  # Python has no other place to say it
    random.seed = random._inst.seed
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.bit_generator.randbits = _entropy.getrandbits
        numpy.random.seed(0)


def state() -> Any:
    """Where chance is, for `go_on` in a fork: Python starts one of its generators anew there."""
    return random.getstate()


def go_on(state: Any) -> None:
    """Go on where `state` was told."""
    random.setstate(state)


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """Initialise internal state from a seed; None stands for a seed that no other call gets."""
    _usual_seed(self, _entropy.getrandbits(128) if a is None else a, version)
