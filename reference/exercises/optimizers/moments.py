"""Adam and AdamW."""

import math
from typing import Any

import numpy as np

from reference.exercises.optimizers.adaptive import FIXED, MISSING, UPHILL
from reference.exercises.optimizers.probes import (
    Rule,
    either_sign,
    epsilon_cases,
    fresh,
    ordinary,
    positive,
    probe,
    started,
)
from reference.exercises.optimizers.variants import ANOTHER, SHARED, rule_exercise, usual
from reference.kit.exercise import Misconception
from reference.kit.notation import Notation
from reference.kit.variants import exercise
from reference.truth import optimizers as opt

_STATE = {"m": either_sign(0.3, 0.9), "v": positive(0.3, 1.0)}

ADAM_RULE = Rule(
    opt.adam,
    {"learning_rate": 0.35, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-8},
    _STATE,
    counts=True,
    rate=1e-3,
)
ADAMW_RULE = Rule(
    opt.adamw,
    {"learning_rate": 0.35, "weight_decay": 0.3, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-8},
    _STATE,
    counts=True,
    rate=1e-3,
)


# The known mistakes of Adam that do not concern its config alone.
AVERAGES = "m = beta1 * m + (1 - beta1) * dw\nv = beta2 * v + (1 - beta2) * dw**2"
CORRECTED = "m_hat = m / (1 - beta1**t)\nv_hat = v / (1 - beta2**t)"
DECAYED = (
    'decay = config["learning_rate"] * config["weight_decay"] * w\n'
    "next_w, config = adam(w, dw, config)\n"
    "next_w = next_w - decay"
)
named = Notation(globals(), of=opt.adam, MISSING=MISSING, FIXED=FIXED, UPHILL=UPHILL)
OF_ADAM: tuple[Misconception, ...] = named.wrongs("""
no-bias-correction: m_hat / (np.sqrt(v_hat) + config["epsilon"]) => m / (np.sqrt(v) + config["epsilon"])
    Your step uses m and v as they are stored. Both start at zero and are too small at first: divide each by
    its correction, and use the corrected values in the step.
    teach: An average that begins at 0 is too small at first: after t steps its weights add up to 1 - beta^t,
    so divide by that.
only-m-corrected: m_hat / (np.sqrt(v_hat) => m_hat / (np.sqrt(v)
    You correct m but not v: v starts at zero as well.
only-v-corrected: m_hat / (np.sqrt(v_hat) => m / (np.sqrt(v_hat)
    You correct v but not m: m starts at zero as well.
beta-not-power:
    m_hat = m / (1 - beta1**t); v_hat = v / (1 - beta2**t) => m_hat = m / (1 - beta1); v_hat = v / (1 - beta2)
    Your corrections use beta1 and beta2 themselves. Their power t is meant: that is right at t = 1 only, and
    the correction should fade as t grows.
    teach: The weights of the past add up to 1 - beta^t, which goes to 1: tabulate the correction at t = 1, 10
    and 1000.
beta-squared: @CORRECTED => m_hat = m / (1 - beta1**2); v_hat = v / (1 - beta2**2)
    Your corrections use the square of beta1 and beta2. The power is the number of the step, t.
t-late: @CORRECTED => m_hat = m / (1 - beta1 ** (t - 1)); v_hat = v / (1 - beta2 ** (t - 1))
    Your t is one too small where you use it: add 1 to it first. (At the first step yours is 0, and the
    correction divides by zero.)
    teach: Steps are counted from 1, and counted before use: at t = 0 the correction would divide by 0.
t-never-counted: config.get("t", 0) + 1 => config.get("t", 0)
    Your t stays what it was: add 1 to it in each step, before you use it. (At the first step it is 0, and the
    correction divides by zero.)
t-starts-at-one: config.get("t", 0) + 1 => config.get("t", 1) + 1
    Without a t in the config you start to count at 1, so that the first step has t = 2. A missing t means 0:
    no step was done yet. (Some older handouts have 1.)
t-twice: config.get("t", 0) + 1 => config.get("t", 0) + 2
    Your t grows by 2 in each step. Look for a second place that adds 1.
t-not-stored: config["m"], config["v"], config["t"] = m, v, t => config["m"], config["v"] = m, v
    You add 1 to t but do not store it: every step takes itself for the same one, and the correction never
    fades.
    teach: A counter that is raised in a function and not stored counts nobody's steps: print t over three
    calls.
stores-corrected-moments: m, v, => m_hat, v_hat,
    You store the corrected moments. The averages go on from the uncorrected m and v; the corrected ones are
    for this step only.
m-v-swapped:
    - m = beta1 * m + (1 - beta1) * dw
    - v = beta2 * v + (1 - beta2) * dw**2
    - m_hat = m / (1 - beta1**t)
    - v_hat = v / (1 - beta2**t)
    + v = beta1 * v + (1 - beta1) * dw
    + m = beta2 * m + (1 - beta2) * dw**2
    + m_hat = v / (1 - beta1**t)
    + v_hat = m / (1 - beta2**t)
    Your m averages the squares and your v the gradients. From a fresh start that walks the same way; a state
    that comes from elsewhere is mixed up. m is the average of the gradients, v that of their squares.
betas-swapped: @AVERAGES => m = beta2 * m + (1 - beta2) * dw; v = beta1 * v + (1 - beta1) * dw**2
    Your betas are exchanged: beta1 belongs to m, the average of the gradients, and beta2 to v, the average of
    their squares.
beta1-for-both: v = beta2 * v + (1 - beta2) * dw**2 => v = beta1 * v + (1 - beta1) * dw**2
    Your v is averaged with beta1. It has beta2 of its own.
betas-swapped-throughout: config["beta1"], config["beta2"] => config["beta2"], config["beta1"]
    Your betas are exchanged, in averages and corrections: beta1 belongs to m, the average of the gradients,
    and beta2 to v, the average of their squares.
beta1-throughout: config["beta1"], config["beta2"] => config["beta1"], config["beta1"]
    beta1 serves both of your averages, and their corrections. v has beta2.
gradient-for-m: * m_hat / => * dw /
    Your step goes along dw itself. It goes along the corrected m, the average of the gradients.
squares-of-m: (1 - beta2) * dw**2 => (1 - beta2) * m**2
    Your v averages the squares of m. It averages those of the gradient.
moments-not-stored: config["m"], config["v"], config["t"] = m, v, t => config["t"] = t
    You store t, but neither m nor v, so that every step starts from the same averages.
v-corrected-with-beta1: v / (1 - beta2**t) => v / (1 - beta1**t)
    You correct v with beta1. Each average is corrected with the beta that it was made with.
times-t: @CORRECTED => m_hat = m / (1 - beta1 * t); v_hat = v / (1 - beta2 * t)
    You multiply beta by t. A power is meant.
ascent: w - config["learning_rate"] => w + config["learning_rate"]
    @UPHILL
square-missing: (1 - beta2) * dw**2 => (1 - beta2) * dw
    Your v averages the gradients, in which plus and minus cancel. It averages their squares.
gradient-not-squared: (1 - beta2) * dw**2 => (1 - beta2) * np.abs(dw)
    Your v averages absolute values. It averages the squares of the gradient.
betas-reversed: @AVERAGES => m = (1 - beta1) * m + beta1 * dw; v = (1 - beta2) * v + beta2 * dw**2
    Your betas weigh the new gradient. They weigh the OLD averages, and 1 - beta the new value.
betas-fixed: beta1, beta2 = config["beta1"], config["beta2"] => beta1, beta2 = 0.9, 0.999
    Your betas are always 0.9 and 0.999. Take those that config holds.
no-sqrt: np.sqrt(v_hat) => v_hat
    You divide by v_hat itself. It averages squares: its root has the size of a gradient.
eps-inside: (np.sqrt(v_hat) + config["epsilon"]) => np.sqrt(v_hat + config["epsilon"])
    Your epsilon stands under the root. That is a variant in use, and next to gradients of ordinary size
    nothing changes; here it stands behind the root, and gradients of about 1e-8 show the difference.
    teach: Under the root 1e-8 acts as 1e-4: at a gradient of 1e-8 the step is 5,000 times smaller.
eps-hat:
    - m_hat / (np.sqrt(v_hat) + config["epsilon"])
    + (np.sqrt(1 - beta2**t) / (1 - beta1**t)) * m / (np.sqrt(v) + config["epsilon"])
    Your rule is the variant with the corrections drawn into the learning rate (the paper's alpha form, where
    epsilon is called epsilon-hat). It agrees where gradients are much larger than epsilon. Here epsilon is
    added to the root of the CORRECTED v.
eps-missing: (np.sqrt(v_hat) + config["epsilon"]) => np.sqrt(v_hat)
    @MISSING
eps-fixed: (np.sqrt(v_hat) + config["epsilon"]) => (np.sqrt(v_hat) + 1e-8)
    @FIXED
""")


def adam_with_corrected_epsilon(w: Any, dw: Any, config: Any = None) -> Any:
    """The form with the corrections in the learning rate and in epsilon: again the textbook's."""
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
    b1, b2, t = config["beta1"], config["beta2"], config.get("t", 0) + 1
    m = b1 * config.get("m", 0.0) + (1 - b1) * dw
    v = b2 * config.get("v", 0.0) + (1 - b2) * dw * dw
    correction = math.sqrt(1 - b2**t)
    alpha = config["learning_rate"] * correction / (1 - b1**t)
    config.update(m=m, v=v, t=t)
    return w - alpha * m / (np.sqrt(v) + config["epsilon"] * correction), config


def adam_by_corrections(w: Any, dw: Any, config: Any = None) -> Any:
    """Both averages as steps towards the new value."""
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
    m, v = (config.get(key, np.zeros_like(w)).copy() for key in ("m", "v"))
    config["t"] = config.get("t", 0) + 1
    m += (1 - config["beta1"]) * (dw - m)
    v += (1 - config["beta2"]) * (np.square(dw) - v)
    config["m"], config["v"] = m, v
    mean = m / (1 - config["beta1"] ** config["t"])
    size = (v / (1 - config["beta2"] ** config["t"])) ** 0.5
    return w - config["learning_rate"] * (mean / (config["epsilon"] + size)), config


def counting_after_use(w: Any, dw: Any, config: Any = None) -> Any:
    """Adam with the number of this step in the config, 1 where it is missing."""
    given = {**(config or {})}
    next_w, after = opt.adam(w, dw, {**given, "t": given.get("t", 1) - 1})
    return next_w, {**after, "t": after["t"] + 1}


named = Notation(globals(), ANOTHER=ANOTHER, SHARED=SHARED)
ADAM = rule_exercise(
    ADAM_RULE,
    (
        *epsilon_cases(ADAM_RULE),
        probe(ADAM_RULE, "a t but no moments", fresh(ADAM_RULE, (4,), 2, {"t": 2}), 2, weight=0.5),
    ),
    (
        *OF_ADAM,
        *named.wrongs("""
        t-from-one: by counting_after_use
            You start to count at 1 and add 1 after use. From a fresh start that comes out right, but the t of
            a config is the number of steps done before this one: add 1 first.
        """),
    ),
    named.rights("""
    the alpha form, with epsilon corrected along: by adam_with_corrected_epsilon
    steps towards the new values: by adam_by_corrections
    """),
    explained_pairs={("t-never-counted", "t-late"): "a first step divides by zero in both"},
)


def adamw_with_settings_taken_for_granted(w: Any, dw: Any, config: Any = None) -> Any:
    """AdamW that looks for all of Adam's settings in the config."""
    for key in ("beta1", "beta2", "epsilon"):
        (config or {})[key]
    return opt.adamw(w, dw, config)


def adamw_as_shrinking(w: Any, dw: Any, config: Any = None) -> Any:
    """AdamW as PyTorch writes it: shrink w first, then take Adam's step from there."""
    config = {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})}
    shrunk = w * (1 - config["learning_rate"] * config["weight_decay"])
    return opt.adam(shrunk, dw, config)


_TAKEN = (
    "no-bias-correction", "only-m-corrected", "only-v-corrected", "beta-not-power", "t-late", "t-not-stored",
    "betas-swapped", "betas-fixed", "eps-inside", "eps-hat", "eps-missing", "eps-fixed"
)  # fmt: skip

ADAMW = exercise(
    opt.adamw,
    (
        *ordinary(ADAMW_RULE),
        *epsilon_cases(ADAMW_RULE),
        probe(
            ADAMW_RULE,
            "no decay",
            started(ADAMW_RULE, (3, 2), 2, weight_decay=0.0),
            2,
            weight=0.5,
            why="without decay, it is Adam",
        ),
    ),
    (
        *named.wrongs("""
        L2-as-AdamW: @DECAYED => next_w, config = adam(w, dw + config["weight_decay"] * w, config)
            You add the decay to the gradient, so that it passes through both moments and is divided by the
            size of the gradients. That is L2 regularisation in Adam. AdamW takes the decay past the moments.
            teach: A penalty in the gradient is divided by the size of the gradients like everything else
            there: weights with large gradients hardly decay.
        decay-missing: next_w = next_w - decay => pass
            Your rule is Adam: the weights do not decay.
        decay-grows: next_w = next_w - decay => next_w = next_w + decay
            Your weights grow: the decay is subtracted.
        decay-without-the-rate: config["learning_rate"] * config["weight_decay"] => config["weight_decay"]
            Your decay is not multiplied by the learning rate. (The paper has a form without it; here, as in
            PyTorch, the decay follows the learning rate.)
        decay-of-the-new-w:
            - next_w = next_w - decay
            + next_w = next_w - config["learning_rate"] * config["weight_decay"] * next_w
            Your decay takes its share of the parameter after Adam's step. It is a share of the old w. (If
            your adam works in place, w is already the new one when it returns: compute the decay before.)
        decay-in-m-only:
            - decay = config["learning_rate"] * config["weight_decay"] * w
            - next_w, config = adam(w, dw, config)
            - next_w = next_w - decay
            + next_w, config = adam(w, dw, config)
            + scale = np.sqrt(config["v"] / (1 - config["beta2"] ** config["t"])) + config["epsilon"]
            + next_w = next_w - config["learning_rate"] * config["weight_decay"] * w / scale
            Your decay is divided by the root of v together with m. It stands outside of the fraction: every
            weight decays by the same share.
        """),
        *(one for one in OF_ADAM if one.name in _TAKEN),
        *named.wrongs("""
        settings-taken-for-granted: by adamw_with_settings_taken_for_granted
            Your function takes beta1, beta2 and epsilon for granted. Where config has none they have Adam's
            defaults.
        half-the-decay: next_w = next_w - decay => next_w = next_w - decay / 2
            Your decay is half of what it should be: the derivative of a penalty is no part of this formula.
        another-default: "learning_rate": 1e-3 => "learning_rate": 1e-2
            @ANOTHER
        config-shared:
            - config = {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})}
            - decay = config["learning_rate"] * config["weight_decay"] * w
            - next_w, config = adam(w, dw, config)
            + config = vars(adamw).setdefault("kept", {}) if config is None else config
            + config.update({"learning_rate": 1e-3, "weight_decay": 1e-2, **config})
            + decay = config["learning_rate"] * config["weight_decay"] * w
            + next_w, after = adam(w, dw, config)
            + config.update(after)
            @SHARED
        """),
    ),
    (
        *usual(opt.adamw),
        *named.rights("""
        w shrinks first: by adamw_as_shrinking
        """),
    ),
)
