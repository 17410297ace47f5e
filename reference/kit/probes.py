"""Cases that many exercises ask: how each is called, what it weighs, and why it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reference.kit.drawn import only
from reference.kit.exercise import Case, Inputs, case

Ask = Callable[..., Case]

DTYPE = "what comes in float32 goes out in float32"
MEMORY = "arrays that are a part of a larger one"
FLAT = "a variance smaller than eps"


def asker(script: str, compare: str | Mapping[str, float], *, takes: str = "", **shared: Any) -> Ask:
    """`case` with a script, outputs and options that many cases share; called with a name and inputs.

    takes: which of the drawn values the script uses, separated by spaces (default: all of them).
    """

    def ask(name: str, inputs: Inputs, **options: Any) -> Case:
        given = only(takes, inputs) if takes else inputs
        return case(name, script, compare, given, **{**shared, **options})

    return ask
