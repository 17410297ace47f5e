"""A unit small enough to read: centring the columns of a matrix, there and back."""

import numpy as np

from reference.kit.exercise import Exercise, Unit, case, right, wrong

SHIFT = 0.0


def column_mean(x):
    """The mean of each column: total / len(x)."""
    total = x.sum(axis=0)
    return total / len(x)


def center_forward(x, scale):
    mu = column_mean(x)
    out = (x - mu) * scale + SHIFT
    cache = (x - mu, scale)
    return out, cache


def center_backward(dout, cache):
    xmu, scale = cache
    dscale = (dout * xmu).sum(axis=0)
    dxmu = dout * scale
    dx = dxmu - dxmu.mean(axis=0)
    return dx, dscale


def dict_cache_forward(x, scale):
    xmu = x - np.mean(x, axis=0)
    return xmu * scale, {"xmu": xmu, "scale": scale}


def overwriting_backward(dout, cache):
    xmu, scale = cache
    dscale = (dout * xmu).sum(axis=0)
    dout *= scale
    return dout - dout.mean(axis=0), dscale


def loop_backward(dout, cache):
    xmu, scale = cache
    dx = np.zeros_like(dout)
    for j in range(dout.shape[1]):
        dx[:, j] = (dout[:, j] - sum(dout[:, j]) / len(dout)) * scale[j]
    return dx, np.einsum("nd,nd->d", dout, xmu)


def single_backward(dout, cache):
    dx, dscale = center_backward(dout.astype(np.float32), tuple(a.astype(np.float32) for a in cache))
    return dx.astype(dout.dtype), dscale.astype(dout.dtype)


def probe(n, d, dtype=np.float64, scale=1.0):
    def inputs(rng):
        x, dout = rng.normal(3, 2, (n, d)), rng.normal(size=(n, d)) * scale
        drawn = {"x": x, "scale": rng.normal(1, 0.5, d), "dout": dout}
        return {name: value.astype(dtype) for name, value in drawn.items()}

    return inputs


def strided(rng):
    return {name: np.repeat(value, 2, axis=0)[::2] for name, value in probe(4, 3)(rng).items()}


ASSEMBLED = "out, cache = center_forward(x, scale)\ndx, dscale = center_backward(dout, cache)"
COMPARE = {"dx": 2.0, "dscale": 1.0}

BACKWARD = Exercise(
    name="center_backward",
    truth=center_backward,
    partners=(center_forward,),
    cases=(
        case("small", ASSEMBLED, COMPARE, probe(4, 3), weight=2, visible=True, main=True, why="every entry"),
        case("tall", ASSEMBLED, COMPARE, probe(9, 2), why="more rows than columns"),
        case("one column", ASSEMBLED, COMPARE, probe(5, 1), why="one feature"),
        case("tiny gradients", ASSEMBLED, COMPARE, probe(4, 3, scale=1e-9), why="no absolute floor"),
        case(
            "float32", ASSEMBLED, COMPARE, probe(4, 3, np.float32), exact_dtype=True, why="the dtype is kept"
        ),
        case("steps", ASSEMBLED, COMPARE, strided, why="arrays with gaps"),
    ),
    misconceptions=(
        wrong(
            "no-mean-path", change="dxmu - dxmu.mean(axis=0)", into="dxmu", says="The mean depends on x too."
        ),
        wrong(
            "scale-forgotten", change="dxmu = dout * scale", into="dxmu = dout", says="dxmu lacks the scale."
        ),
        wrong(
            "sum-without-axis",
            change="dscale = (dout * xmu).sum(axis=0)",
            into="dscale = (dout * xmu).sum()",
            says="dscale adds up all columns.",
        ),
        wrong(
            "kept-dimension",
            change="(dout * xmu).sum(axis=0)",
            into="(dout * xmu).sum(axis=0, keepdims=True)",
            says="dscale has a row too many around it.",
        ),
        wrong("dout-overwritten", by=overwriting_backward, says="Your function writes into dout."),
        wrong(
            "mean-never-divided",
            of=column_mean,
            change="total / len(x)",
            into="total",
            says="The mean is a sum.",
        ),
    ),
    alternatives=(
        right("loops", by=loop_backward),
        right("single-precision", by=single_backward),
        right(
            "two-lines",
            change="dx = dxmu - dxmu.mean(axis=0)\nreturn dx, dscale",
            into="n = len(dout)\nreturn dxmu - dxmu.sum(axis=0) / n, dscale",
        ),
    ),
)

UNIT = Unit("toy", "A toy", (BACKWARD,))
