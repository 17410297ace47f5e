"""Sentences about a wrong function that another one calls: the same in a check and in a grade."""

from __future__ import annotations

from collections.abc import Sequence

ONCE = "what is wrong there costs its points there, and a slip costs points once"


def wrong_below(names: Sequence[str]) -> str:
    """That functions which this one calls are wrong.

    >>> wrong_below(["adam"])
    'Your adam is wrong, and this function calls it: mend that first'
    """
    if len(names) == 1:
        return f"Your {names[0]} is wrong, and this function calls it: mend that first"
    return f"Your {' and '.join(names)} are wrong, and this function calls them: mend those first"


def judged_once(names: Sequence[str]) -> str:
    """What a check says of the grade of a function that calls these wrong ones."""
    return f"In the grade it is judged with your own {' and '.join(names)}: {ONCE}"
