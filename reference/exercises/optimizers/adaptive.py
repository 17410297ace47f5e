"""Rules that divide by the size of past gradients: AdaGrad and RMSProp."""

from typing import Any

import numpy as np

from reference.exercises.optimizers.probes import Rule, epsilon_cases, positive
from reference.exercises.optimizers.variants import rule_exercise
from reference.kit.notation import Notation
from reference.truth import optimizers as opt

MISSING = (
    "There is no epsilon in your denominator (or it stands outside the brackets): an entry whose gradients "
    "have all been 0 is divided by zero. A pixel that is always white makes such entries."
)
UPHILL = "You walk up the gradient. The step is subtracted."
FIXED = "Your epsilon is always 1e-8. Take the one that config holds."

named = Notation(globals())
# Slips in the step, which both rules take alike.
IN_THE_STEP = named.wrongs("""
no-sqrt: (np.sqrt(cache) + config["epsilon"]) => (cache + config["epsilon"])
    You divide by the cache itself. Its entries are squares of gradients: divide by their root, so that
    the step does not depend on the unit in which the loss is measured.
eps-inside: (np.sqrt(cache) + config["epsilon"]) => np.sqrt(cache + config["epsilon"])
    Your epsilon stands under the root. That is a variant in use (and next to gradients of ordinary size
    nothing changes), but here it stands behind the root: gradients of about 1e-8 show the difference.
    teach: Under the root 1e-8 acts as 1e-4: at a gradient of 1e-8 the step is 5,000 times smaller.
eps-missing: (np.sqrt(cache) + config["epsilon"]) => np.sqrt(cache)
    @MISSING
eps-fixed: (np.sqrt(cache) + config["epsilon"]) => (np.sqrt(cache) + 1e-8)
    @FIXED
eps-behind-the-fraction:
    - (np.sqrt(cache) + config["epsilon"])
    + np.sqrt(cache) + config["epsilon"]
    Your epsilon is added to the step, since the brackets around the denominator are missing. It belongs to
    the root.
root-stored: config["cache"] = cache => config["cache"] = np.sqrt(cache)
    You store the root of the cache. The next step goes on from the squares; the root is for the division.
stale-cache: np.sqrt(cache) => np.sqrt(config.get("cache", np.zeros_like(w)))
    Your step divides by the cache from before the update. Put the new gradient into the cache first, then
    divide.
ascent: w - config["learning_rate"] => w + config["learning_rate"]
    @UPHILL
""")

ADAGRAD_RULE = Rule(opt.adagrad, {"learning_rate": 0.35, "epsilon": 1e-8}, {"cache": positive(0.5, 4.0)})
RMSPROP_RULE = Rule(
    opt.rmsprop, {"learning_rate": 0.35, "decay_rate": 0.8, "epsilon": 1e-8}, {"cache": positive(0.5, 4.0)}
)


def adagrad_by_powers(w: Any, dw: Any, config: Any = None) -> Any:
    """AdaGrad with a power and np.maximum: rounding aside, the same."""
    config = {"learning_rate": 1e-2, "epsilon": 1e-8, **(config or {})}
    config["cache"] = np.square(dw) + config.get("cache", 0.0)
    scale = config["learning_rate"] / (np.power(config["cache"], 0.5) + config["epsilon"])
    return w + -scale * dw, config


ADAGRAD = rule_exercise(
    ADAGRAD_RULE,
    epsilon_cases(ADAGRAD_RULE),
    IN_THE_STEP
    + named.wrongs("""
    no-memory: cache + dw**2 => dw**2
        Your cache holds the last square only, so every entry takes steps of the same length. AdaGrad adds
        up the squares of all steps.
    memory-fades-slowly: cache + dw**2 => 0.99 * cache + 0.01 * dw**2
        Your cache is an average that fades, as in RMSProp. AdaGrad's cache is the plain sum of all
        squares.
    one-number-for-all:
        - cache = config.get("cache", np.zeros_like(w))
        - cache = cache + dw**2
        + cache = config.get("cache", 0.0)
        + cache = cache + np.sum(dw**2)
        Your cache is one number, the sum over all entries. Each entry of w keeps its own sum.
    memory-fades: cache + dw**2 => 0.9 * cache + 0.1 * dw**2
        Your cache is an average that fades, as in RMSProp. AdaGrad's cache is the plain sum of all
        squares.
    square-missing: cache + dw**2 => cache + dw
        Your cache adds up the gradients, in which plus and minus cancel. It adds up their squares.
    not-squared: cache + dw**2 => cache + np.abs(dw)
        Your cache adds up absolute values. It adds up squares.
    one-rate-for-all: cache + dw**2 => cache + np.sum(dw**2)
        You add up the squares of all entries, so that the whole parameter has one common rate. Each entry
        of w keeps its own sum.
    """),
    named.rights("""
    a power instead of a root: by adagrad_by_powers
    """),
)


def rmsprop_by_corrections(w: Any, dw: Any, config: Any = None) -> Any:
    """RMSProp with the average as a step towards the new square."""
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}
    cache = config.get("cache", np.zeros_like(w)).copy()
    cache += (1 - config["decay_rate"]) * (dw * dw - cache)
    config["cache"] = cache
    return w - config["learning_rate"] * (dw / (config["epsilon"] + cache**0.5)), config


RMSPROP = rule_exercise(
    RMSPROP_RULE,
    epsilon_cases(RMSPROP_RULE),
    IN_THE_STEP
    + named.wrongs("""
    decay-reversed: rho * cache + (1 - rho) * dw**2 => (1 - rho) * cache + rho * dw**2
        Your decay_rate weighs the new square. It weighs the OLD cache, and 1 - decay_rate the new square.
        teach: A decay rate is the part of the past that stays: at 0.99 the memory is about a hundred steps
        long, the other way round one step.
    adagrad-sum: rho * cache + (1 - rho) * dw**2 => cache + dw**2
        Your cache is AdaGrad's sum, which only grows. RMSProp's is a weighted average of the old cache
        and the new square, so that it forgets.
    new-square-whole: (1 - rho) * dw**2 => dw**2
        You add the new square whole. It enters with the weight 1 - decay_rate, so that the two weights
        add up to 1.
    square-missing: (1 - rho) * dw**2 => (1 - rho) * dw
        Your cache averages the gradients, in which plus and minus cancel. It averages their squares.
    not-squared: (1 - rho) * dw**2 => (1 - rho) * np.abs(dw)
        Your cache averages absolute values. It averages squares.
    one-rate-for-all: (1 - rho) * dw**2 => (1 - rho) * np.mean(dw**2)
        You average the squares over all entries, so that the whole parameter has one common rate. Each
        entry of w keeps its own average.
    another-decay: "decay_rate": 0.99 => "decay_rate": 0.9
        Where config has no decay rate, yours is not the default of the docstring.
    starts-from-the-square: config.get("cache", np.zeros_like(w)) => config.get("cache", dw**2)
        Without a cache yours starts from the square of the first gradient. The default is zeros.
    starts-from-ones: config.get("cache", np.zeros_like(w)) => config.get("cache", np.ones_like(w))
        Without a cache yours starts from ones. The default is zeros.
    corrected-as-at-first: np.sqrt(cache) => np.sqrt(cache / (1 - rho))
        You divide the cache by 1 - decay_rate before the root. A correction is Adam's; RMSProp takes the
        cache as it is.
    decay-rate-fixed: rho = config["decay_rate"] => rho = 0.99
        Your decay rate is always 0.99. Take the one that config holds.
    bias-corrected: np.sqrt(cache) => np.sqrt(cache / (1 - rho ** (1 if "cache" not in config else 2)))
        You divide the cache by 1 - decay_rate^t before the root. That correction is Adam's; RMSProp takes
        the cache as it is.
    """),
    named.rights("""
    a step towards the new square: by rmsprop_by_corrections
    """),
)
