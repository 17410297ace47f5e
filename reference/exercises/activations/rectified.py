"""ReLU and leaky ReLU, there and back. At x = 0 every slope between those of the two sides is right."""

from typing import Any

import numpy as np

from reference.exercises.activations.pairs import back, there
from reference.exercises.activations.smooth import ONE_TRUTH, UPSTREAM
from reference.kit.notation import Notation
from reference.kit.patching import patched
from reference.truth import activations as act

ALIAS = (
    "Your values are right, but your function overwrites the gradient of its caller, which a network with a "
    "shortcut needs once more. (`dx = dout` makes a second name, not a copy.)"
)
OF_DOUT = (
    "You ask where dout is positive. The forward pass decided by the sign of x, and the gradient goes back "
    "where x went through."
)


def leaky_by_max(x: Any, a: Any = 0.01) -> Any:
    """Two halves added."""
    return np.maximum(x, 0) + a * np.minimum(x, 0), [x, a]


named = Notation(
    globals(),
    UPSTREAM=UPSTREAM,
    ONE_TRUTH=ONE_TRUTH,
    from_a_mask_back=lambda dout, mask: dout * mask,
    from_a_mask_there=lambda x: (np.maximum(0, x), x > 0),
)
EXERCISES = (
    there(
        act.relu_forward,
        named.wrongs("""
        np.max-for-np.maximum: np.maximum(0, x) => np.max(0, x)
            np.max(0, x) looks for the largest entry of 0 along the axis x, and x is no axis. The larger of
            two numbers, entry by entry, is np.maximum.
        largest-of-each-column: np.maximum(0, x) => np.max(x, 0)
            np.max(x, 0) takes the largest entry of each column: its second argument is an axis. The larger of
            two numbers, entry by entry, is np.maximum.
        one-largest-entry: np.maximum(0, x) => np.max(x)
            You return the largest entry of the whole array. The larger of two numbers, entry by entry, is
            np.maximum.
        positive-entries-alone: np.maximum(0, x) => x[x > 0]
            You return the positive entries alone, in a row. The others belong there as well, as zeros.
        max-for-np.maximum: np.maximum(0, x) => max(0, x)
            @ONE_TRUTH
        minimum-instead: np.maximum(0, x) => np.minimum(0, x)
            You keep the negative numbers and lose the positive ones.
        absolute-value: np.maximum(0, x) => np.abs(x)
            Your function folds the negative side up. ReLU makes it 0.
        step-instead: np.maximum(0, x) => (x > 0).astype(x.dtype)
            You return 1 where x is positive. That is the slope; the value there is x itself.
        mask-instead: np.maximum(0, x) => (x > 0)
            You return True where x is positive. That is a condition; the value there is x itself.
        leaks: np.maximum(0, x) => np.where(x > 0, x, 0.01 * x)
            Your negative side leaks: that is another activation. ReLU makes it 0.
        smooth-instead: np.maximum(0, x) => np.logaddexp(0, x)
            Your curve is the softplus, log(1 + exp(x)), which bends smoothly. ReLU has a kink at 0.
        capped-at-one: np.maximum(0, x) => np.clip(x, 0, 1)
            You cap the output at 1. ReLU has no upper end.
        flipped: np.maximum(0, x) => np.maximum(0, -x)
            You give back the negative numbers without their sign. ReLU lets the positive ones through.
        writes-into-x: out = np.maximum(0, x) => x[x < 0] = 0; out = x.copy()
            Your values are right, but the function overwrites the x of its caller. Make a new array.
        """),
        named.rights("""
        masked: np.maximum(0, x) => x * (x > 0)
        np.where: np.maximum(0, x) => np.where(x < 0, 0, x)
        half the sum: np.maximum(0, x) => (x + np.abs(x)) / 2
        caches a mask: return out, x => return out, x > 0
        """),
    ),
    back(
        act.relu_backward,
        act.relu_forward,
        named.wrongs("""
        mask-from-dout: (x > 0) => (dout > 0)
            @OF_DOUT
            teach: What passes back is decided by what passed forward: draw one open gate, and let a negative
            gradient go through it.
        in-place-alias: dx: Array = dout * (x > 0) => dx = dout; dx[x <= 0] = 0
            @ALIAS
            teach: An assignment gives an array a second name: show dx = dout, change dx and print dout, then
            draw a shortcut that needs dout once more.
        upstream-forgotten: dout * (x > 0) => (x > 0).astype(dout.dtype)
            @UPSTREAM
        mask-alone: dout * (x > 0) => (x > 0)
            You return True and False, the slope alone. The chain rule multiplies it by the gradient from
            above, dout.
        times-x: (x > 0) => x
            You multiply by x. The chain rule needs the slope of ReLU, which is 0 or 1.
        sign-for-slope: (x > 0) => np.sign(x)
            Your slope is -1 where x is negative: np.sign has three values. The slope there is 0.
        x-where-shut: dout * (x > 0) => np.where(x > 0, dout, x)
            Where x is negative you return x itself. The gradient is 0 there.
        one-where-shut: dout * (x > 0) => np.where(x > 0, dout, 1)
            Where x is negative you return 1. The gradient is 0 there.
        value-for-slope: (x > 0) => np.maximum(0, x)
            You multiply by the output of ReLU. The chain rule needs its slope, which is 0 or 1.
        wrong-side: (x > 0) => (x < 0)
            You let the gradient pass where x was negative. There the output was 0, whatever x was.
        passes-everything: dout * (x > 0) => dout.copy()
            Your gradient passes everywhere. Where x was negative the output did not depend on it.
        """),
        named.rights("""
        slope 1 at zero: x > 0 => x >= 0
        slope 1/2 at zero: (x > 0) => ((np.sign(x) + 1) / 2)
        np.where: dout * (x > 0) => np.where(x > 0, dout, 0)
        in place on a copy: dx: Array = dout * (x > 0) => dx = dout.copy(); dx[x < 0] = 0
        from a mask: by from_a_mask_back with from_a_mask_there
        """),
        kink=patched(act.relu_backward, change="x > 0", into="x >= 0"),
    ),
    there(
        act.leaky_relu_forward,
        named.wrongs("""
        slope-on-wrong-side: np.where(x > 0, x, a * x) => np.where(x > 0, a * x, x)
            Your factor a is on the positive side. Positive numbers pass as they are.
        max-trick: np.where(x > 0, x, a * x) => np.maximum(a * x, x)
            The larger of a * x and x is the leaky ReLU only as long as a is at most 1. For a larger a it
            picks the wrong one on both sides: decide by the sign of x.
        smaller-of-two: np.where(x > 0, x, a * x) => np.minimum(a * x, x)
            The smaller of a * x and x is the leaky ReLU only for an a of at least 1. Decide by the sign of x.
        added-to-relu: np.where(x > 0, x, a * x) => np.maximum(0, x) + a * x
            Your positive side has the slope 1 + a: a * x is added there, too. It belongs to the negative side
            alone.
        divided: np.where(x > 0, x, a * x) => np.where(x > 0, x, x / a)
            You divide by a on the negative side. It is multiplied.
        if-for-where: np.where(x > 0, x, a * x) => x if x > 0 else a * x
            @ONE_TRUTH
        no-leak: np.where(x > 0, x, a * x) => np.maximum(0, x)
            Nothing leaks: your negative side is 0. There the output is a * x.
        slope-ignored: np.where(x > 0, x, a * x) => np.where(x > 0, x, 0.01 * x)
            Your slope is always 0.01. It must be the argument a.
        leaks-upwards: np.where(x > 0, x, a * x) => np.where(x > 0, x, -a * x)
            Your negative side rises to the left. a * x is negative there.
        shifted-not-scaled: np.where(x > 0, x, a * x) => np.where(x > 0, x, a)
            Your negative side is the constant a. It is a line with slope a.
        float32-lost: np.where(x > 0, x, a * x) => x * np.where(x > 0, 1, a)
            Your values are right, but float32 comes back as float64. np.where(..., 1, a), for one, makes
            a float64 array of two numbers: let np.where choose between arrays instead.
        """),
        named.rights("""
        two halves: by leaky_by_max
        a factor: np.where(x > 0, x, a * x) => x * np.where(x > 0, 1, a).astype(x.dtype)
        """),
        constant=("a", 0.1, 2.5),
    ),
    back(
        act.leaky_relu_backward,
        act.leaky_relu_forward,
        named.wrongs("""
        slope-missing-backward: np.where(x > 0, dout, a * dout) => dout * (x > 0)
            On the negative side your gradient is 0. The forward pass leaks a * x there, so a share of the
            gradient must come back.
        slope-on-wrong-side: np.where(x > 0, dout, a * dout) => np.where(x > 0, a * dout, dout)
            Your factor a is on the positive side, where the slope is 1.
        mask-from-dout: np.where(x > 0, dout, a * dout) => np.where(dout > 0, dout, a * dout)
            @OF_DOUT
        upstream-forgotten: np.where(x > 0, dout, a * dout) => np.where(x > 0, 1, a).astype(dout.dtype)
            @UPSTREAM
        upstream-forgotten-on-the-left: a * dout) => a)
            On the negative side you return the slope alone. It is multiplied by dout there, too.
        value-on-the-left: a * dout) => a * x)
            On the negative side you return the value of the forward pass. The gradient there is a * dout.
        value-on-both-sides: np.where(x > 0, dout, a * dout) => dout * np.where(x > 0, x, a * x)
            You multiply by the output of the forward pass. The chain rule needs its slope, 1 or a.
        slope-everywhere: np.where(x > 0, dout, a * dout) => a * dout
            Your slope is a on both sides. On the positive side it is 1.
        passes-everything: np.where(x > 0, dout, a * dout) => dout.copy()
            Your gradient passes everywhere as it is. Where x was negative the slope is a.
        divided: a * dout) => dout / a)
            You divide by a on the negative side. It is multiplied.
        leaks-upwards: a * dout) => -a * dout)
            Your slope on the negative side is -a. The line a * x has the slope a.
        value-for-slope: a * dout) => a * x * dout)
            On the negative side you multiply by the value a * x. The slope there is a alone.
        slope-ignored: a * dout) => 0.01 * dout)
            Your slope is always 0.01. The forward pass used the argument a: keep it in the cache.
        float32-lost: np.where(x > 0, dout, a * dout) => dout * np.where(x > 0, 1, a)
            Your values are right, but float32 comes back as float64. np.where(..., 1, a), for one, makes
            a float64 array of two numbers: let np.where choose between arrays instead.
        in-place-alias: dx = np.where(x > 0, dout, a * dout) => dx = dout; dx[x <= 0] *= a
            @ALIAS
        """),
        named.rights("""
        slope 1 at zero: x > 0 => x >= 0
        in two parts: np.where(x > 0, dout, a * dout) => dout * (x > 0) + a * dout * (x <= 0)
        in place on a copy: dx = np.where(x > 0, dout, a * dout) => dx = dout.copy(); dx[x < 0] *= a
        """),
        constant=("a", 0.1, 2.5),
        kink=patched(act.leaky_relu_backward, change="x > 0", into="x >= 0"),
    ),
)
