"""Known mistakes of the whole forward pass, in train mode, in the running averages, and in test mode."""

from typing import Any

import numpy as np

from reference.kit.exercise import Function, Misconception
from reference.kit.notation import Notation
from reference.truth.batchnorm import batchnorm_forward


def _with_one(key: str, x: Any, gamma: Any, beta: Any, bn_param: Any) -> tuple[Any, Any]:
    """The answer where both averages begin as what stands under the key, and what becomes of them."""
    read = bn_param.get(key, np.zeros(x.shape[1], x.dtype))
    own = {**bn_param, "running_mean": read, "running_var": read}
    return batchnorm_forward(x, gamma, beta, own), own


def _under_one_key(key: str) -> Function:
    def forward(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
        answer, own = _with_one(key, x, gamma, beta, bn_param)
        bn_param[key] = own["running_var"]
        return answer

    return forward


def _for_both(key: str) -> Function:
    def forward(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
        answer, own = _with_one(key, x, gamma, beta, bn_param)
        bn_param["running_mean"] = bn_param["running_var"] = own[key]
        return answer

    return forward


ALL_UNDER_MEAN, ALL_UNDER_VAR = map(_under_one_key, ("running_mean", "running_var"))
MEAN_FOR_BOTH, VAR_FOR_BOTH = map(_for_both, ("running_mean", "running_var"))
ONE_KEY = "You read and store both running averages under one key. Each has a key of its own."

RUNNING = (
    "running_mean = momentum * running_mean + (1 - momentum) * mu\n"
    "running_var = momentum * running_var + (1 - momentum) * var"
)
named = Notation(globals())
BOTH = named.wrongs("""
variance-is-a-sum: batchnorm_step4(sq) => np.sum(sq, axis=0)
    Your variance adds up the squares but never divides by N.
    teach: A variance is a mean of squares: without 1/N it grows with the batch, and the output shrinks like
    one over the root of N.
normalise-with-ddof1: batchnorm_step4(sq) => np.sum(sq, axis=0) / (len(x) - 1)
    Your variance is divided by N - 1. Batch normalisation uses the biased one, divided by N, to normalise and
    for the running average.
var-not-centred: batchnorm_step4(sq) => np.mean(x**2, axis=0)
    Your variance is the mean of the squares of x. The squares of x - mu are meant.
var-is-mean-copy-paste: batchnorm_step4(sq) => np.mean(x, axis=0)
    Your variance is the mean once more: a line was copied and not changed.
wrong-axis:
    - mu = batchnorm_step1(x)
    - xmu = batchnorm_step2(x, mu)
    - sq = batchnorm_step3(xmu)
    - var = batchnorm_step4(sq)
    + mu = x.mean(axis=1, keepdims=True)
    + xmu = x - mu
    + var = x.var(axis=1, keepdims=True)
    You take mean and variance over the features of each example. Batch normalisation takes them over the
    examples, for each feature: look at the axis.
std-of-var: batchnorm_step5(var, eps) => np.std(var + eps)
    np.std measures how much the variances differ from each other. The root of each of them is meant.
eps-outside-sqrt: batchnorm_step5(var, eps) => np.sqrt(var) + eps
    In train mode your eps stands behind the root. It belongs under it: a feature that hardly varies shows the
    difference.
    teach: A feature with variance 0 shows the place of eps: under the root one divides by 0.003, behind it by
    0.00001.
eps-missing: batchnorm_step5(var, eps) => np.sqrt(var)
    In train mode your root does not use eps: a constant feature is divided by zero.
    teach: A constant feature is not rare, a border pixel is one: without eps its 0 / 0 spreads NaN through
    the network.
divide-by-variance: batchnorm_step5(var, eps) => var + eps
    In train mode you divide by the variance, without the root. The spread only becomes 1 if you divide by the
    standard deviation.
gamma-missing: batchnorm_step8(gamma, xhat) => xhat
    In train mode gamma is not used: the normalised values still have to be scaled.
beta-missing: batchnorm_step9(gammax, beta) => gammax
    In train mode beta is not used: the scaled values still have to be shifted.
momentum-reversed:
    - running_mean = momentum * running_mean + (1 - momentum) * mu
    - running_var = momentum * running_var + (1 - momentum) * var
    + running_mean = (1 - momentum) * running_mean + momentum * mu
    + running_var = (1 - momentum) * running_var + momentum * var
    Your momentum weighs the new value. Here it weighs the OLD one, and 1 - momentum the new one (PyTorch does
    it the other way round).
    teach: Momentum is the part of the old that stays, here 0.9; PyTorch calls the part of the new so: ask how
    many batches the average remembers.
last-batch-stats: @RUNNING => running_mean = mu; running_var = var
    Your running statistics are those of the last batch. They should be an average that forgets slowly.
running-never-updated: @RUNNING => pass
    Your running statistics never change: bn_param holds after training what it held before. Perhaps they are
    computed and then overwritten, or not stored.
running-not-stored: bn_param["running_mean"] = running_mean; bn_param["running_var"] = running_var => pass
    Your running statistics are computed but do not reach the caller: assigning to a local name does not
    change bn_param. Store them under their keys.
train-uses-running-stats:
    - cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    + out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    In train mode you normalise with the running statistics. They are for test mode; training uses those of
    the batch.
double-update:
    - running_var = momentum * running_var + (1 - momentum) * var
    + running_var = momentum * running_var + (1 - momentum) * var
    + running_mean = momentum * running_mean + (1 - momentum) * mu
    + running_var = momentum * running_var + (1 - momentum) * var
    Your running statistics are updated twice for each batch. Look for a second copy of these lines.
decay-missing:
    - running_mean = momentum * running_mean + (1 - momentum) * mu
    - running_var = momentum * running_var + (1 - momentum) * var
    + running_mean = running_mean + (1 - momentum) * mu
    + running_var = running_var + (1 - momentum) * var
    Your running statistics only grow: the old value is kept whole, without its factor momentum.
eps-hard-coded: bn_param.get("eps", 1e-5) => 1e-5
    Your eps is always 1e-5. Take the one from bn_param if there is one.
momentum-hard-coded: bn_param.get("momentum", 0.9) => 0.9
    Your momentum is always 0.9. Take the one from bn_param if there is one.
running-var-ddof-mismatch: (1 - momentum) * var => (1 - momentum) * np.var(x, axis=0, ddof=1)
    Your running_var averages the variance divided by N - 1. Here it averages the same variance that
    normalises, divided by N (PyTorch does otherwise). For one example, N - 1 is zero.
running-stores-std: (1 - momentum) * var => (1 - momentum) * sqrtvar
    Your running_var averages standard deviations. It is the variance that is averaged; the root is taken in
    test mode.
running-stores-root: (1 - momentum) * var => (1 - momentum) * np.sqrt(var)
    Your running_var averages standard deviations. It is the variance that is averaged; the root is taken in
    test mode.
running-stores-var+eps: (1 - momentum) * var => (1 - momentum) * (var + eps)
    Your running_var contains eps, and test mode adds it again. Average the variance alone.
    teach: eps is added where one divides and nowhere else: stored with the variance, it is counted twice at
    test time.
running-stats-of-xhat:
    - running_mean = momentum * running_mean + (1 - momentum) * mu
    - running_var = momentum * running_var + (1 - momentum) * var
    + running_mean = momentum * running_mean + (1 - momentum) * xhat.mean(axis=0)
    + running_var = momentum * running_var + (1 - momentum) * xhat.var(axis=0)
    Your running statistics are those of the normalised values, which are 0 and 1. Average mu and var of x.
keepdims-shape:
    - running_mean = momentum * running_mean + (1 - momentum) * mu
    - running_var = momentum * running_var + (1 - momentum) * var
    + running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0, keepdims=True)
    + running_var = momentum * running_var + (1 - momentum) * x.var(axis=0, keepdims=True)
    Your running statistics have the right values, but the shape (1, D), from keepdims. It should be (D,).
    teach: A shape is part of the answer: (1, D) broadcasts as (D,) does, until somebody saves it, loads it or
    adds it to a gradient.
test-uses-batch-stats:
    (x - running_mean) / np.sqrt(running_var + eps) => (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    In test mode you normalise with the batch's own mean and variance. It looks better than it is: use the
    running statistics.
    teach: A single example has mean itself and variance 0: ask what test mode answers for a batch of one.
test-updates-running:
    - out = gamma * running_xhat + beta
    + out = gamma * running_xhat + beta
    + running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
    + running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)
    Your test mode changes the running statistics. They belong to training: the update must stand inside the
    train branch.
test-forgets-affine: gamma * running_xhat + beta => running_xhat
    In test mode gamma and beta are not used. They are learned parameters and apply in both modes.
test-beta-sign: gamma * running_xhat + beta => gamma * running_xhat - beta
    In test mode you subtract beta. It is added in both modes.
test-eps-missing: np.sqrt(running_var + eps) => np.sqrt(running_var)
    In test mode your root does not use eps. Training did, and the two must agree.
    teach: Test mode is the same formula with remembered statistics, eps included: change where they come from
    and nothing else.
test-eps-outside-sqrt: np.sqrt(running_var + eps) => (np.sqrt(running_var) + eps)
    In test mode your eps stands behind the root. It belongs under it, as in training.
test-divides-by-variance: np.sqrt(running_var + eps) => (running_var + eps)
    In test mode you divide by the running variance, without the root.
    teach: A scale is undone by the standard deviation: multiply x by 10 in your head, and see which divisor
    gives the same output.
other-modes-pass: elif mode == "test" => elif mode
    A mode that is neither "train" nor "test" passes as one of them. Refuse it with a ValueError, so that a
    misspelt mode is noticed.
writes-into-x: xmu = batchnorm_step2(x, mu) => x -= mu; xmu = x
    Your values are right, but train mode changes the x of its caller. Make a new array instead of subtracting
    in place.
affine-forgotten: batchnorm_step9(gammax, beta) => xhat
    In train mode gamma and beta are not used: the normalised values still have to be scaled and shifted.
beta-sign: batchnorm_step9(gammax, beta) => gammax - beta
    In train mode you subtract beta. The shift is added.
beta-scaled: batchnorm_step9(gammax, beta) => gamma * (xhat + beta)
    In train mode beta is scaled as well: look at where your bracket closes. gamma multiplies xhat alone.
gamma-and-beta-swapped: batchnorm_step9(gammax, beta) => beta * xhat + gamma
    gamma and beta have changed places in train mode: gamma scales, beta shifts.
mean-alone-divided: batchnorm_step7(xmu, ivar) => x - mu * ivar
    In train mode the mean alone is divided by the standard deviation: x - mu needs a bracket of its own.
multiplied-by-std: batchnorm_step7(xmu, ivar) => xmu * sqrtvar
    In train mode you multiply by the standard deviation. Divide by it.
eps-behind-the-quotient: batchnorm_step7(xmu, ivar) => xmu / np.sqrt(var) + eps
    In train mode eps is added to the quotient: look at where your root ends. It belongs under it.
eps-squared: batchnorm_step5(var, eps) => np.sqrt(var + eps**2)
    In train mode you add eps squared under the root. It is eps itself that is added.
std-for-var: batchnorm_step4(sq) => np.std(x, axis=0)
    Your var holds standard deviations: np.std has taken the root already.
var-of-everything: batchnorm_step4(sq) => np.var(x)
    You get one variance for the whole batch. Each feature needs its own, so the axis must be named.
mean-of-everything: mu = batchnorm_step1(x) => mu = x.mean() + 0 * x[0]
    You get one mean for the whole batch. Each feature needs its own, so the axis must be named.
sum-for-the-mean: mu = batchnorm_step1(x) => mu = np.sum(x, axis=0)
    Your mean is a sum: it adds up the examples but never divides by their number N.
running-statistics-begin-at-ones:
    - running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    - running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    + running_mean = bn_param.get("running_mean", np.ones(D, dtype=x.dtype))
    + running_var = bn_param.get("running_var", np.ones(D, dtype=x.dtype))
    Without entries both of your running statistics begin at ones. Here they begin at zeros.
running_var-default-of-torch:
    - running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    + running_var = bn_param.get("running_var", np.ones(D, dtype=x.dtype))
    Without an entry your running_var begins at ones, as in PyTorch. Here it begins at zeros.
momentum-default-of-torch: bn_param.get("momentum", 0.9) => bn_param.get("momentum", 0.1)
    Without an entry your momentum is 0.1, as in PyTorch, where it weighs the new value. Here it is 0.9.
eps-default-missing: bn_param.get("eps", 1e-5) => bn_param.get("eps", 0)
    Without an entry in bn_param your eps is next to nothing. The default is 1e-5: a feature that hardly
    varies shows the difference.
test-gamma-missing: gamma * running_xhat + beta => running_xhat + beta
    In test mode gamma is not used. It applies in both modes.
test-beta-missing: gamma * running_xhat + beta => gamma * running_xhat
    In test mode beta is not used. It applies in both modes.
test-beta-scaled: gamma * running_xhat + beta => gamma * (running_xhat + beta)
    In test mode beta is scaled as well: look at where your bracket closes. gamma multiplies xhat alone.
test-mean-alone-divided: (x - running_mean) / np => x - running_mean / np
    In test mode the mean alone is divided by the standard deviation: x - running_mean needs a bracket of its
    own.
test-mean-added: (x - running_mean) => (x + running_mean)
    In test mode you add the running mean. It is subtracted.
test-mean-of-the-batch: (x - running_mean) => (x - x.mean(axis=0))
    In test mode you subtract the batch's own mean. Use the running one.
test-variance-of-the-batch: np.sqrt(running_var + eps) => np.sqrt(x.var(axis=0) + eps)
    In test mode you divide by the batch's own spread. Use the running variance.
one-key-for-both: bn_param["running_var"] = => bn_param["running_mean"] =
    You store both running averages under one key, so that the second takes the place of the first.
all-under-running_var: by ALL_UNDER_VAR
    @ONE_KEY
all-under-running_mean: by ALL_UNDER_MEAN
    @ONE_KEY
running_mean-for-both: by MEAN_FOR_BOTH
    You use the running mean in the place of the running variance, too.
running_var-for-both: by VAR_FOR_BOTH
    You use the running variance in the place of the running mean, too.
running-mean-turned-round: bn_param.get("running_mean" => -bn_param.get("running_mean"
    You change the sign of the running mean where you read it.
test-divides-by-running_var: np.sqrt(running_var + eps) => running_var
    In test mode you divide by the running variance itself, without root and eps.
""")

# Slips with one of the two running averages; the other one is right.
IN_ONE = """
running-{name}-in-training: {computed} => running_{name}
    In train mode you take the running {name} in place of the batch's own, so the batch is not normalised by
    itself, and the running one stays what it was.
momentum-reversed-in-{name}: {old} + {new} => (1 - momentum) * running_{name} + momentum * {value}
    In running_{name} your momentum weighs the new value. Here it weighs the OLD one, and 1 - momentum the new
    one.
weights-alike-in-{name}: {new} => momentum * {value}
    In running_{name} old and new value have the same weight, momentum. The new one's is 1 - momentum.
weights-turned-in-{name}: {old} => (1 - momentum) * running_{name}
    In running_{name} old and new value have the same weight, 1 - momentum. The old one's is momentum.
last-batch-in-{name}: {old} + {new} => {value}
    Your running_{name} is that of the last batch. It should be an average that forgets slowly.
never-updated-in-{name}: running_{name} = {old} + {new} => pass
    Your running_{name} never changes: update it like the other one, and store it under its key.
decay-missing-in-{name}: {old} => running_{name}
    Your running_{name} only grows: the old value is kept whole, without its factor momentum.
new-value-whole-in-{name}: {new} => {value}
    Your running_{name} takes the new value whole, without its factor 1 - momentum.
other-value-in-{name}: {new} => (1 - momentum) * {other}
    Your running_{name} averages the statistic of the other one: two lines are alike where they should not be.
not-stored-in-{name}: bn_param["running_{name}"] = running_{name} => pass
    Your running_{name} is computed but does not reach the caller. Store it under its key.
stored-under-the-key-of-{name}: "] = running_{name} => "] = running_{others}
    Under the key running_{name} you store the other running average.
"""


def _in_one(name: str, value: str, others: str, other: str, computed: str) -> tuple[Misconception, ...]:
    old, new = f"momentum * running_{name}", f"(1 - momentum) * {value}"
    words = {"name": name, "value": value, "others": others, "other": other, "computed": computed}
    return named.wrongs(IN_ONE.format(**words, old=old, new=new))


MISTAKES = (
    *BOTH,
    *_in_one("mean", "mu", "var", "var", "batchnorm_step1(x)"),
    *_in_one("var", "var", "mean", "mu", "batchnorm_step4(sq)"),
)
