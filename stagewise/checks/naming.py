"""By which name a function is asked for: check and examine find an exercise by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def name_of(function: Any, known: Collection[str], variables: Mapping[str, Any]) -> str:
    """The known name under which `function` stands among the variables, else its own; "" when it has none.

    A lambda, a partial, an object that can be called or what a decorator returned has another name than the
    variable that it was assigned to, or none.
    """
    own = getattr(function, "__name__", "")
    names = [name for name, value in variables.items() if value is function and name in known]
    return names[0] if names and own not in names else own if type(own) is str else ""
