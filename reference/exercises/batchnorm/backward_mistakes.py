"""Known mistakes of the whole backward passes: most are slips in one of the three paths from out to x.

Those of both layers are one text: the examples of batch normalisation are features in layer normalisation.
"""

from reference.exercises.batchnorm import backward_forms as forms
from reference.kit.exercise import Function, Misconception
from reference.kit.notation import Notation
from reference.kit.patching import patched
from reference.truth import batchnorm as bn

SENTENCES = {
    "NO_UPSTREAM": "A local gradient stands alone on the way through the variance. The chain rule "
    "multiplies it by the gradient from above: look at steps 6 and 5.",
    "NOT_SUMMED": "A sum over the {examples} is missing on the way to your dx. Each ivar and each mu "
    "was used many times, and gradients of several uses add up.",
    "ONE_NUMBER": "Your dgamma or dbeta is one number: the sum runs over the features as well. Name the "
    "axis.",
    "POWER": "The path through the variance is off by a power of the standard deviation. With xmu in "
    "steps 7 and 3, steps 6 and 5 together divide by its third power; the closed form has xhat twice.",
    "NO_GAMMA": "gamma is missing on one of the paths to your dx: all three start from dxhat, which has "
    "gamma in it.",
    "IVAR": "On one path to your dx the standard deviation is missing or counts wrongly: straight back, "
    "and on to the mean, dxhat is divided by it once (step 7).",
    "TWICE_N": "On one of the paths 1/{N} counts twice: a mean was taken where a sum belongs, and then "
    "divided by {N}.",
    "NO_SUM_OF_ALL": "A sum on the way to your dx runs over the {features} as well. Each {feature} has "
    "its own: name the axis.",
    "OTHER_AXIS": "Your dgamma or dbeta sums over the features. Each has one entry per feature and sums "
    "over the examples.",
    "WITH_GAMMA": "Your dgamma or dbeta comes from dxhat, in which gamma counts already. Start from dout.",
    "INTO_CACHE": "Your values are right, but the function changes what the cache holds: a second call "
    "on the same cache answers otherwise. Make a new array.",
}
PATHS = """
constant-statistics: straight + through_variance + through_mean => straight
    Your dx treats mean and variance as constants. Both were computed from x, so two more paths lead back to
    it.
    teach: Mean and variance are functions of x: draw the graph and count the ways from x to the output; there
    are three.
no-mean-path: straight + through_variance + through_mean => straight + through_variance
    The path through the mean is missing in your dx, or cancels: look at steps 2 to 0.
no-variance-path: straight + through_variance + through_mean => straight + through_mean
    The path through the variance is missing in your dx, or cancels: look at steps 3 and 2.
var-without-1/{N}: dvar / N => dvar
    On the way through the variance a factor 1/{N} is missing: look at step 4.
mean-without-1/{N}: dmu / N => dmu
    On the way through the mean a factor 1/{N} is missing: look at step 1.
sums-for-means: N = {count} => N = 1
    On both ways, through the variance and through the mean, a factor 1/{N} is missing: look at steps 4 and 1.
factor-2-missing: 2 * xmu => xmu
    The path through the variance is half of what it should be: look for the 2 of the square in step 3.
half-missing: -0.5 => -1
    The path through the variance is twice what it should be: look for the 1/2 of the root in step 5.
dvar-sign: -0.5 => 0.5
    The path through the variance has the wrong sign: steps 6 and 5 have one minus, not none and not two,
    and step 2 adds.
dmu-sign: -np.sum(straight, **over) => np.sum(straight, **over)
    The path through the mean has the wrong sign: step 2 subtracted the mean.
dvar-power: ivar**3 => ivar**1.5
    @POWER
dvar-power-0: * ivar**3 => * 1
    @POWER
dvar-power-1: ivar**3 => ivar
    @POWER
dvar-power-2: ivar**3 => ivar**2
    @POWER
dvar-power-4: ivar**3 => ivar**4
    @POWER
dvar-power-5: ivar**3 => ivar**5
    @POWER
dvar-divided: ivar**3 => ivar**-3
    @POWER
gamma-missing: dxhat = dout * gamma => dxhat = dout
    gamma is missing in your dx: look at step 8.
gamma-missing-through-variance: np.sum(dxhat * xmu => np.sum(dout * xmu
    @NO_GAMMA
gamma-missing-through-mean: -np.sum(straight, **over) => -np.sum(dout * ivar, **over)
    @NO_GAMMA
gamma-missing-straight: dx = straight => dx = dout * ivar
    @NO_GAMMA
gamma-twice: return dx, dgamma => return gamma * dx, dgamma
    gamma counts twice in your dx. It multiplies once, in step 8.
ivar-missing: return dx, dgamma => return dx / ivar, dgamma
    The whole of your dx still has to be divided by the standard deviation.
ivar-missing-straight: dx = straight => dx = dxhat
    @IVAR
ivar-missing-through-mean: -np.sum(straight, **over) => -np.sum(dxhat, **over)
    @IVAR
ivar-missing-in-step-7: dxhat * ivar => dxhat
    @IVAR
ivar-twice-straight: dx = straight => dx = straight * ivar
    @IVAR
ivar-twice-through-mean: -np.sum(straight, **over) => -np.sum(straight * ivar, **over)
    @IVAR
multiplied-straight: dx = straight => dx = dxhat / ivar
    @IVAR
multiplied-in-step-7: dxhat * ivar => dxhat / ivar
    @IVAR
std-multiplied: return dx, dgamma => return dx / ivar**2, dgamma
    The whole of your dx is multiplied by the standard deviation, and should be divided by it.
divide-by-variance: return dx, dgamma => return ivar * dx, dgamma
    The whole of your dx is divided by the standard deviation once too often.
divided-by-{N}: return dx, dgamma => return dx / N, dgamma
    The whole of your dx is divided by {N} once too often.
multiplied-by-{N}: return dx, dgamma => return dx * N, dgamma
    The whole of your dx is {N} times too large: a factor 1/{N} is missing in front.
straight-without-{N}: dx = straight => dx = straight / N
    The path straight back is divided by {N}. Only mean and variance are means over the {examples}.
factor-for-the-first-only:
    straight + through_variance + through_mean => straight + (through_variance + through_mean) / {front}
    The factor in front multiplies the first term alone. It stands in front of all three.
sum-without-axis: np.sum(dxhat * xmu, **over) => np.sum(dxhat * xmu)
    @NO_SUM_OF_ALL
scalar-dvar: -0.5 * np.sum(dxhat * xmu, **over) * ivar**3 => -0.5 * np.sum(dxhat * xmu * ivar**3)
    @NO_SUM_OF_ALL
dmu-without-axis: -np.sum(straight, **over) => -np.sum(straight)
    @NO_SUM_OF_ALL
scalar-dmu-mean: through_mean = dmu / N => through_mean = np.mean(dmu) / N
    Your dmu is averaged over the {features}. Each {feature} keeps its own entry: look at step 1.
1/{N}-twice-through-variance: np.sum(dxhat * xmu => np.mean(dxhat * xmu
    @TWICE_N
1/{N}-twice-through-mean: -np.sum(straight => -np.mean(straight
    @TWICE_N
divided-by-{D}: {count} => {other}
    You divide by the number of {features}. Mean and variance ran over the {examples}.
divided-by-{D}-through-variance: dvar / N => dvar / {other}
    You divide by the number of {features} on the way through the variance. It ran over the {examples}.
divided-by-{D}-through-mean: dmu / N => dmu / {other}
    You divide by the number of {features} on the way through the mean. It ran over the {examples}.
divar-not-summed: np.sum(dxhat * xmu, **over) => dxhat * xmu
    @NOT_SUMMED
dmu-not-summed: through_mean = dmu / N => through_mean = -(straight + through_variance) / N
    @NOT_SUMMED
xmu-missing-in-step-7: np.sum(dxhat * xmu, **over) => np.sum(dxhat, **over)
    The path through the variance starts without xmu: ivar multiplied it in step 7, so it is a factor there.
divar-forgotten: -0.5 * np.sum(dxhat * xmu, **over) * ivar**3 => -0.5 * ivar**3
    @NO_UPSTREAM
dsqrtvar-forgotten: -0.5 * np.sum(dxhat * xmu, **over) * ivar**3 => 0.5 * ivar
    @NO_UPSTREAM
xhat-missing: 2 * xmu * dvar => 2 / ivar * dvar
    The path through the variance ends without xhat (or xmu): each entry has its own share, look at step 3.
diagonal-Jacobian: straight + through_variance + through_mean => straight * (1 - 1 / N - xhat**2 / N)
    Your dx asks how each entry of x changes its own output. It changes those of all others that share
    its mean and variance, too.
dgamma-uses-xmu: dgamma = np.sum(dout * xhat => dgamma = np.sum(dout * xmu
    Your dgamma uses the values before the normalisation. gamma was multiplied by xhat.
dgamma-with-gamma: dgamma = np.sum(dout * xhat => dgamma = np.sum(gamma * dout * xhat
    @WITH_GAMMA
dbeta-with-gamma: dbeta = np.sum(dout, => dbeta = np.sum(gamma * dout,
    @WITH_GAMMA
dgamma-averaged: dgamma = np.sum => dgamma = np.mean
    Your dgamma is a mean over the examples. Gradients of several uses add up.
dbeta-averaged: dbeta = np.sum => dbeta = np.mean
    Your dbeta is a mean over the examples. Gradients of several uses add up.
dgamma-without-axis: dgamma = np.sum(dout * xhat, axis=0) => dgamma = np.sum(dout * xhat)
    @ONE_NUMBER
dbeta-without-axis: dbeta = np.sum(dout, axis=0) => dbeta = np.sum(dout)
    @ONE_NUMBER
gradients-without-axis: return dx, dgamma, dbeta => return dx, np.sum(dout * xhat), np.sum(dout)
    Your dgamma and dbeta are one number each: their sums run over the features as well. Name the axis.
gradients-over-the-wrong-axis:
    return dx, dgamma, dbeta => return dx, np.sum(dout * xhat, axis=1), np.sum(dout, axis=1)
    Your dgamma and dbeta sum over the features. Each has one entry per feature and sums over the examples.
gradients-averaged: return dx, dgamma, dbeta => return dx, dgamma / len(dout), dbeta / len(dout)
    Your dgamma and dbeta are means over the examples. Gradients of several uses add up.
dgamma-wrong-axis: dgamma = np.sum(dout * xhat, axis=0) => dgamma = np.sum(dout * xhat, axis=1)
    @OTHER_AXIS
dbeta-wrong-axis: dbeta = np.sum(dout, axis=0) => dbeta = np.sum(dout, axis=1)
    @OTHER_AXIS
dgamma-and-dbeta-swapped: return dx, dgamma, dbeta => return dx, dbeta, dgamma
    dgamma and dbeta have changed places in what you return.
keepdims-shape: return dx, dgamma, dbeta => return dx, dgamma[None], dbeta[None]
    Your values are right, but dgamma and dbeta have the shape (1, D), from keepdims. A gradient has the shape
    of what it belongs to: (D,).
float32-lost: dvar / N => dvar * np.ones(dout.shape) / N
    Your values are right, but float32 comes back as float64. np.ones, for one, makes float64 rows unless it
    is told the dtype.
writes-into-dout: dxhat = dout * gamma => dxhat = dout; dxhat *= gamma
    Your function changes dout, which belongs to the caller: the layer behind still needs it. Make a new array
    instead of multiplying in place.
writes-into-xhat: return dx, dgamma, dbeta => xhat *= gamma; return dx, dgamma, dbeta
    @INTO_CACHE
"""
# What the statistics run over (N of them), the others (D), and what all terms of dx are multiplied by.
BATCH = {
    "N": "N",
    "examples": "examples",
    "count": "len(dout)",
    "D": "D",
    "features": "features",
    "feature": "feature",
    "other": "dout.shape[1]",
    "front": "(ivar * gamma)",
}
ROW = {
    "N": "D",
    "examples": "features",
    "count": "dout.shape[1]",
    "D": "N",
    "features": "examples",
    "feature": "example",
    "other": "len(dout)",
    "front": "ivar",
}


def said(words: dict[str, str]) -> dict[str, str]:
    """The sentences that several mistakes share, by name."""
    return {name: sentence.format(**words) for name, sentence in SENTENCES.items()}


def on_paths(form: Function, words: dict[str, str]) -> tuple[Misconception, ...]:
    """Slips in `form`, whose statistics run over what the words say."""
    return Notation(said(words), of=form).wrongs(PATHS.format(**words))


x_in_step_7 = patched(forms.backward_from_an_object, "xmu * -0.5", "cache.x * -0.5")
x_in_step_3 = patched(forms.backward_from_an_object, "dvar * 2 * xmu", "dvar * 2 * cache.x")
x_for_xhat = patched(forms.backward_from_an_object, "np.sum(dout * xmu / std", "np.sum(dout * cache.x")
x_in_both = patched(forms.backward_from_an_object, "cache.x - cache.mean", "cache.x")
OMITS_EPS = (
    "Your backward pass forgets eps, which stood under the root in the forward pass. A feature that "
    "hardly varies shows the difference."
)
NOT_CENTRED = (
    "On the way through the variance your dx uses x itself. It is xmu that was squared in step 3 and "
    "scaled in step 7."
)
BATCHNORM = (
    *on_paths(forms.along_paths, BATCH),
    *Notation(globals(), of=forms.along_paths, **said(BATCH)).wrongs("""
factor-and-1/N-for-the-first-only:
    straight + through_variance + through_mean => straight - dbeta - xhat * dgamma
    The factor in front multiplies the first term alone. It stands in front of all three.
mean-product-of-everything: 2 * xmu * dvar / N => -gamma * ivar * xhat * np.sum(dout * xhat) / N
    @NO_SUM_OF_ALL
sum-of-everything: through_mean = dmu / N => through_mean = -gamma * ivar * np.sum(dout) / N
    @NO_SUM_OF_ALL
mean-of-everything: through_mean = dmu / N => through_mean = -gamma * ivar * np.mean(dout)
    You subtract one mean from everything. Each feature has its own: name the axis.
cache-unpacked-wrong-order: xmu, ivar, *_ => xmu, _, ivar, *_
    Two values of the cache have changed places: ivar and sqrtvar. Unpack in the order in which you packed.
omits-eps-in-front: return dx, dgamma => return dx / ivar / np.sqrt(cache[5]), dgamma
    @OMITS_EPS
omits-eps: ivar**3 => ivar**2 / np.sqrt(cache[5])
    @OMITS_EPS
omits-eps-in-dvar: ivar**3 => cache[5] ** -1.5
    @OMITS_EPS
omits-eps-everywhere: N = len(dout) => N = len(dout); ivar = 1 / np.sqrt(cache[5])
    @OMITS_EPS
eps-of-its-own: N = len(dout) => N = len(dout); ivar = 1 / np.sqrt(cache[5] + 1e-5)
    Your backward pass uses an eps of 1e-5 whatever the forward pass used. Keep the one from bn_param in the
    cache.
writes-into-xmu: through_variance = 2 * xmu * dvar / N => xmu *= 2 * dvar / N; through_variance = xmu
    @INTO_CACHE
x-for-xmu-in-step-7: by x_in_step_7 with forms.forward_keeping_an_object
    @NOT_CENTRED
x-for-xmu-in-step-3: by x_in_step_3 with forms.forward_keeping_an_object
    @NOT_CENTRED
x-for-xmu-in-both: by x_in_both with forms.forward_keeping_an_object
    @NOT_CENTRED
dgamma-uses-x: by x_for_xhat with forms.forward_keeping_an_object
    Your dgamma uses x itself. gamma was multiplied by xhat.
    teach: The gradient of a factor is what it was multiplied by: point at the product in the graph, gamma
    times xhat.
fits-no-eps: by forms.back_without_eps with forms.forward_without_eps
    Your backward pass fits a forward pass that has no eps. Mend that one, keep the root with eps in the
    cache, and both are right.
"""),
)
LAYERNORM = on_paths(forms.along_rows, ROW)
# Slips in dgamma and dbeta of the closed form, where dx is made of them.
IN_CLOSED_FORM = Notation({}, of=bn.batchnorm_backward_alt).wrongs("""
dbeta-without-axis-and-dx: dbeta = np.sum(dout, axis=0) => dbeta = np.sum(dout)
    Your dbeta is one number, and dx is made of it: the sum runs over the features as well. Name the axis.
dgamma-without-axis-and-dx: dgamma = np.sum(dout * xhat, axis=0) => dgamma = np.sum(dout * xhat)
    Your dgamma is one number, and dx is made of it: the sum runs over the features as well. Name the axis.
both-without-axis-and-dx:
    - dbeta = np.sum(dout, axis=0)
    - dgamma = np.sum(dout * xhat, axis=0)
    + dbeta = np.sum(dout)
    + dgamma = np.sum(dout * xhat)
    Your dgamma and dbeta are one number each, and dx is made of them: the sums run over the features as well.
    Name the axis.
dbeta-averaged-and-dx: dbeta = np.sum => dbeta = np.mean
    Your dbeta is a mean over the examples, and dx, which is made of it, divides by N once more.
dgamma-averaged-and-dx: dgamma = np.sum => dgamma = np.mean
    Your dgamma is a mean over the examples, and dx, which is made of it, divides by N once more.
both-averaged-and-dx:
    - dbeta = np.sum(dout, axis=0)
    - dgamma = np.sum(dout * xhat, axis=0)
    + dbeta = np.mean(dout, axis=0)
    + dgamma = np.mean(dout * xhat, axis=0)
    Your dgamma and dbeta are means over the examples, and dx, which is made of them, divides by N once more.
dbeta-sign-and-dx: dbeta = np.sum(dout => dbeta = np.sum(-dout
    Your dbeta has the wrong sign, and so has the part of dx that is made of it.
dgamma-sign-and-dx: dgamma = np.sum(dout => dgamma = np.sum(-dout
    Your dgamma has the wrong sign, and so has the part of dx that is made of it.
dgamma-not-summed-and-dx: dgamma = np.sum(dout * xhat, axis=0) => dgamma = dout * xhat
    Your dgamma has a row for each example: the sum over the examples is missing. dx is made of it.
dgamma-uses-ivar-and-dx: np.sum(dout * xhat => np.sum(dout * ivar
    Your dgamma multiplies dout by ivar. gamma was multiplied by xhat. dx is made of it.
""")
