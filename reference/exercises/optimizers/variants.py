"""Other right ways to write a rule, made from itself, and mistakes that any rule with a state may have."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.exercises.optimizers.probes import Rule, ordinary
from reference.kit.drawn import each_array
from reference.kit.exercise import Alternative, Case, Exercise, Function, Misconception, right
from reference.kit.notation import wrongs
from reference.kit.variants import exercise, in_float32


def rule_exercise(
    rule: Rule,
    cases: Sequence[Case],
    mistakes: Sequence[Misconception],
    others: Sequence[Alternative],
    explained_pairs: Mapping[tuple[str, str], str] | None = None,
) -> Exercise:
    """The exercise of a rule with a state: what is asked of each of them, the mistakes that any of them may
    have and the usual other ways, besides what is given."""
    known = (*mistakes, *state_mistakes(rule.truth))
    ways = (*usual(rule.truth), *others)
    return exercise(rule.truth, (*ordinary(rule), *cases), known, ways, explained_pairs=explained_pairs)


def usual(rule: Function) -> tuple[Alternative, ...]:
    """The rule in float32, entry by entry, and in place on all that it is given."""
    return (
        right("in float32", by=in_float32(rule)),
        right("entry by entry", by=entry_by_entry(rule)),
        right("in place on w, the state and the config", by=in_place(rule)),
        right("a new config with all in it", by=with_new_config(rule)),
    )


def entry_by_entry(rule: Function) -> Function:
    """The rule in a loop over the entries, on single numbers."""

    def looped(w: Any, dw: Any, config: Any = None) -> Any:
        next_w = np.empty_like(w)
        merged: dict[str, Any] = dict(config or {})
        entries: dict[str, Any] = {}
        for place in np.ndindex(w.shape):
            here = each_array(config or {}, lambda array, at=place: array[at])  # type: ignore[misc]
            next_w[place], after = rule(w[place], dw[place], here)
            for key, value in after.items():
                if isinstance(value, np.ndarray | np.generic):
                    entries.setdefault(key, np.empty_like(w))[place] = value
                else:
                    merged[key] = value
        return next_w, {**merged, **entries}

    return looped


def in_place(rule: Function) -> Function:
    """The rule writing its results into w, into the arrays of the state and into the config of its caller."""

    def over(w: Any, dw: Any, config: Any = None) -> Any:
        config = {} if config is None else config
        next_w, after = rule(w, dw, dict(config))
        w[...] = next_w
        for key, value in after.items():
            if key in config and isinstance(value, np.ndarray):
                config[key][...] = value
            else:
                config[key] = value
        return w, config

    return over


def with_new_config(rule: Function) -> Function:
    """The rule with copies of everything, which leaves the caller's config as it is."""

    def apart(w: Any, dw: Any, config: Any = None) -> Any:
        return rule(w.copy(), dw.copy(), each_array(config or {}, np.copy))

    return apart


def under_another_name(rule: Function, key: str) -> Function:
    """The rule with that array of its state in an entry of another name."""

    def renamed(w: Any, dw: Any, config: Any = None) -> Any:
        given = dict(config or {})
        kept = {key: given.pop("own")} if "own" in given else {}
        next_w, after = rule(w, dw, {name: value for name, value in given.items() if name != key} | kept)
        own = after.pop(key)
        return next_w, {**given, **after, "own": own}

    return renamed


def _lines_of_config(rule: Function) -> tuple[str, str]:
    """The defaults of a rule's config, and the line that stores its state."""
    source = inspect.getsource(rule)
    defaults = source.partition("    config = {")[2].partition(", **(config or {})}")[0]
    return defaults, source.splitlines()[-2].strip()


def state_mistakes(rule: Function) -> tuple[Misconception, ...]:
    """What can go wrong with the config of any rule that has a state, made from its source: the line of its
    defaults, and the last line before the return, which stores the state."""
    settings, stored = _lines_of_config(rule)
    rate = settings.partition(",")[0].partition(": ")[2]
    other = "1e-3" if rate == "1e-2" else "1e-2"
    keys, values = re.findall(r'"(\w+)"', stored), stored.partition(" = ")[2].split(", ")
    state = ", ".join(f'"{key}": {value}' for key, value in zip(keys, values, strict=True))
    return wrongs(
        f"""
    another-default: "learning_rate": {rate} => "learning_rate": {other}
        @ANOTHER
    rate-fixed: config["learning_rate"] * => {rate} *
        Your learning rate is always the default one. Take the one that config holds.
    state-has-no-start: config.get("{keys[0]}", np.zeros_like(w)) => config["{keys[0]}"]
        The first call finds no state in its config, and your function takes it for granted. Where an entry
        is missing, start from the default of the docstring (config.get).
    state-not-stored: {stored} => pass
        After the step the entry "{keys[0]}" of your config is what it was before it, or missing, so that
        every step starts from the same memory. Store the new one under this very name.
    state-under-another-name: by under_another_name
        Your state goes by another name than "{keys[0]}", so that the one which is given is not seen, and who
        reads the config finds no new one. Take the name of the docstring.
    state-in-float64:
        config.get("{keys[0]}", np.zeros_like(w)) => config.get("{keys[0]}", np.zeros(w.shape))
        Your values are right, but float32 comes back as float64. np.zeros, for one, makes that if it is
        not told otherwise: np.zeros_like(w) has the dtype of w.
    settings-lost: {stored} => config = {{{state}}}
        The config that you return holds the new state, but no longer the settings: the next step falls back
        on the defaults. Keep all entries of the config.
    config-shared:
        - config = {{{settings}, **(config or {{}})}}
        + config = vars({rule.__name__}).setdefault("kept", {{}}) if config is None else config
        + config.update({{{settings}, **config}})
        @SHARED
    """,
        ANOTHER=ANOTHER,
        SHARED=SHARED,
        under_another_name=under_another_name(rule, keys[0]),
    )


ANOTHER = (
    "Where config has no learning rate, yours is not the default of the docstring. (With a rate in the "
    "config the step is right.)"
)
SHARED = (
    "A call without a config continues with the state of an earlier call. A dict in the def line "
    "(config={}) or a global one is made once, and all parameters share it: make a new one in each call."
)
