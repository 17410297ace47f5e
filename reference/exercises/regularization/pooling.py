"""Fractional max pooling, there and back."""

from itertools import pairwise
from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import regularization as re

TIES = "of several equal maxima the first, row by row"
SUMS = "a place that is the maximum of several regions"


def pooled(
    N: int, C: int, rows: str, cols: str, overlapping: bool, beyond: int = 0, **options: Any
) -> Inputs:
    """x and dout for regions whose steps are the digits of `rows` and `cols`, with `beyond` rows and columns
    behind the last boundary. whole: small whole numbers, many of them equal; below: all less than 0."""
    a, b = (np.cumsum([0, *map(int, one)]) for one in (rows, cols))
    more = beyond + (1 if overlapping else 0)

    def drawn(rng: np.random.Generator) -> Drawn:
        shape = (N, int(a[-1]) + more, int(b[-1]) + more, C)
        x = rng.permutation(int(np.prod(shape))).reshape(shape) / 16 - np.prod(shape) / 32
        if options.get("whole"):
            x = rng.integers(0, 3, shape) / 2
        if options.get("below"):
            x = x - x.max() - 1
        param = {"rows": a, "cols": b, "overlapping": overlapping}
        return {"x": x, "pool_param": param, "dout": rng.standard_normal((N, len(rows), len(cols), C))}

    return drawn


def by_reduceat(x: Any, pool_param: Any) -> Any:
    """Rows first, then columns: the maximum of maxima."""
    a, b = (np.asarray(pool_param[name]) for name in ("rows", "cols"))
    more = int(pool_param["overlapping"])
    high = np.stack([x[:, s : e + more].max(axis=1) for s, e in pairwise(a)], axis=1)
    out = np.stack([high[:, :, s : e + more].max(axis=2) for s, e in pairwise(b)], axis=2)
    return out, (out, x, a, b, more)


def back_number_by_number(dout: Any, cache: Any) -> Any:
    """Each number of dout by itself, from the cache of `by_reduceat`."""
    out, x, a, b, more = cache
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(out.shape):
        region = x[n, a[i] : a[i + 1] + more, b[j] : b[j + 1] + more, c]
        r, s = np.argwhere(region == out[n, i, j, c])[0]
        dx[n, a[i] + r, b[j] + s, c] += dout[n, i, j, c]
    return dx


named = Notation(globals())
_out = asker("out, cache = fractional_max_pool_forward(x, pool_param)", "out", takes="x pool_param")
FORWARD = exercise(
    re.fractional_max_pool_forward,
    (
        _out("disjoint", pooled(2, 3, "1221", "211", False), weight=2, visible=True, main=True),
        _out("overlapping", pooled(3, 2, "212", "1122", True), weight=2, visible=True, main=True),
        _out(
            "rows behind the last boundary", pooled(2, 2, "12", "211", False, beyond=1), visible=True
        ).because("they belong to no region"),
        keeps_dtype(pooled(2, 2, "21", "12", True), visible=True),
        _out("disjoint, other steps", pooled(2, 2, "21122", "1211", False), weight=2, main=True),
        _out("overlapping, other steps", pooled(2, 3, "1121", "2212", True), weight=2, main=True),
        _out("less than 0", pooled(2, 2, "121", "21", True, below=True), weight=0.5).because(
            "the largest of negative numbers is negative"
        ),
        _out("one region, one picture", pooled(1, 1, "2", "2", False), weight=0.5, why="K = L = N = 1"),
        _out("regions of one number", pooled(2, 2, "111", "11", False), weight=0.5, why="all steps are 1"),
        takes_gaps(pooled(2, 2, "12", "21", True)),
    ),
    named.wrongs("""
    never-overlapping: more = 1 if pool_param["overlapping"] else 0 => more = 0
        Your regions never overlap: with "overlapping" the row and the column of the next boundary belong to a
        region, too.
    always-overlapping: more = 1 if pool_param["overlapping"] else 0 => more = 1
        Your regions always overlap. Disjoint ones end one row and one column before the next boundary.
    modes-swapped: 1 if pool_param["overlapping"] else 0 => 0 if pool_param["overlapping"] else 1
        Disjoint and overlapping are the wrong way round.
    overlapping-in-columns-only: rows[i] : rows[i + 1] + more => rows[i] : rows[i + 1]
        Your regions overlap in their columns alone. The row of the next boundary belongs to them, too.
    overlapping-backwards:
        - rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more
        + max(0, rows[i] - more) : rows[i + 1], max(0, cols[j] - more) : cols[j + 1]
        Your regions overlap at the other end: with "overlapping" a region goes on to the row and the column
        of its next boundary, and begins where it did.
    one-too-short:
        - more = 1 if pool_param["overlapping"] else 0
        + more = 0 if pool_param["overlapping"] else -1
        Your regions end one row and one column too early. A slice leaves its end out already.
    to-the-edge:
        - out = np.empty((len(x), len(rows) - 1, len(cols) - 1, x.shape[3]), x.dtype)
        + rows, cols = [*rows[:-1], x.shape[1] - more], [*cols[:-1], x.shape[2] - more]
        + out = np.empty((len(x), len(rows) - 1, len(cols) - 1, x.shape[3]), x.dtype)
        Your last regions go on to the edge of the picture. They end at the last boundary.
    channels-first: return out, (x, pool_param) => return np.moveaxis(out, 3, 1), (x, pool_param)
        Your channels are axis 1. Here they are the last axis, as in x.
    overlapping-in-rows-only: cols[j + 1] + more] => cols[j + 1]]
        Your regions overlap in their rows alone. The column of the next boundary belongs to them, too.
    mean: np.max(region, axis=(1, 2)) => np.mean(region, axis=(1, 2))
        You take the mean of each region. The largest number is meant.
    smallest: np.max(region, axis=(1, 2)) => np.min(region, axis=(1, 2))
        You take the smallest number of each region.
    all-channels: np.max(region, axis=(1, 2)) => np.max(region, axis=(1, 2, 3))[:, None]
        You take one maximum over all channels. Each channel has its own.
    all-pictures: np.max(region, axis=(1, 2)) => np.max(region, axis=(0, 1, 2))
        You take one maximum over all pictures. Each picture has its own.
    sizes-two:
        - rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more
        + rows[i] : rows[i] + 2, cols[j] : cols[j] + 2
        All your regions are 2 by 2. A region ends where the next boundary says.
    fixed-stride: rows[i] : rows[i + 1] + more, cols[j] => 2 * i : 2 * i + 2, cols[j]
        Your rows go in steps of 2. They begin at the boundaries.
    rows-and-columns-swapped: rows, cols = pool_param["rows"] => cols, rows = pool_param["rows"]
        "rows" and "cols" are swapped: axis 1 of x has the rows.
    starts-from-zero: np.max(region, axis=(1, 2)) => np.max(region, axis=(1, 2), initial=0)
        Your maximum begins at 0, so that a region of negative numbers gives 0.
    absolute-values: np.max(region, axis=(1, 2)) => np.max(np.abs(region), axis=(1, 2))
        You take the largest absolute value. The largest number is meant.
    last-region-missing: return out, (x, pool_param) => return out[:, :-1], (x, pool_param)
        The last row of regions is missing in your output. There is a region between any two boundaries.
    wide: len(cols) - 1, x.shape[3]), x.dtype) => len(cols) - 1, x.shape[3]))
        Your values are right, but float32 comes back as float64: np.zeros and np.empty make float64 unless
        they are told a dtype.
    """),
    named.rights("""
    rows, then columns: by by_reduceat
    a flat region: np.max(region, axis=(1, 2)) => region.reshape(len(x), -1, x.shape[3]).max(axis=1)
    """),
)

_back = asker(
    "out, cache = fractional_max_pool_forward(x, pool_param)\ndx = fractional_max_pool_backward(dout, cache)",
    "dx",
)
BACKWARD = exercise(
    re.fractional_max_pool_backward,
    (
        _back("overlapping", pooled(2, 2, "1212", "221", True), weight=2, visible=True, main=True).because(
            SUMS
        ),
        _back("disjoint", pooled(2, 3, "121", "2121", False), weight=2, visible=True, main=True),
        _back("equal maxima", pooled(2, 2, "22", "212", True, whole=True), visible=True, why=TIES),
        _back(
            "a row in no region", pooled(2, 2, "12", "211", False, beyond=1), visible=True, weight=0.5
        ).because("its gradient is 0"),
        pure(visible=True),
        keeps_dtype(pooled(2, 2, "21", "12", True), visible=True),
        _back("overlapping, other steps", pooled(3, 2, "2112", "11221", True), weight=2, main=True),
        _back("equal maxima, disjoint", pooled(3, 2, "2212", "221", False, whole=True), why=TIES),
        _back("many numbers", pooled(3, 4, "12" * 9, "21" * 8 + "2", True), main=True).because(
            "differences through your forward pass would take too long"
        ),
        _back("one region, one picture", pooled(1, 1, "2", "1", False), weight=0.5, why="K = L = N = 1"),
        takes_gaps(pooled(2, 2, "12", "21", True)),
    ),
    named.wrongs(
        """
    assigned-not-added: c] += dout[:, i, j] => c] = dout[:, i, j]
        Where one place is the maximum of several regions, only the last one counts. What comes from them is
        added.
    all-equal-maxima:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + most = region == region.max(axis=(1, 2), keepdims=True)
        + here = dx[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more]
        + here += most * dout[:, i : i + 1, j : j + 1]
        Where several numbers of a region are the largest, each of yours gets the whole gradient. One of them
        gets it: the first, row by row.
    shared-among-equals:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + most = region == region.max(axis=(1, 2), keepdims=True)
        + most = most / most.sum(axis=(1, 2), keepdims=True)
        + here = dx[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more]
        + here += (most * dout[:, i : i + 1, j : j + 1]).astype(x.dtype)
        You share the gradient out among equal maxima. Here the first one, row by row, gets all of it.
    last-of-equals:
        - first = region.reshape(len(x), -1, x.shape[3]).argmax(axis=1)
        + flat = region.reshape(len(x), -1, x.shape[3])
        + first = flat.shape[1] - 1 - flat[:, ::-1].argmax(axis=1)
        Of several equal maxima the last one gets your gradient. The first is meant, row by row.
    columns-first:
        - first = region.reshape(len(x), -1, x.shape[3]).argmax(axis=1)
        - down, right = np.divmod(first, region.shape[2])
        + first = region.swapaxes(1, 2).reshape(len(x), -1, x.shape[3]).argmax(axis=1)
        + right, down = np.divmod(first, region.shape[1])
        Of several equal maxima yours is the first one column by column. Row by row is meant.
    one-place-for-all-channels:
        - first = region.reshape(len(x), -1, x.shape[3]).argmax(axis=1)
        + first = region.reshape(len(x), -1).argmax(axis=1)[:, None] // x.shape[3]
        You look for one maximum over all channels, and give all their gradients to its place. Each channel
        has its own.
    smallest: .argmax(axis=1) => .argmin(axis=1)
        Your gradient goes to the smallest number of each region.
    always-overlapping: more = 1 if pool_param["overlapping"] else 0 => more = 1
        On the way back your regions always overlap. Disjoint ones end before the next boundary.
    assigned-to-all-equal-maxima:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + most = region == region.max(axis=(1, 2), keepdims=True)
        + here = most * dout[:, i : i + 1, j : j + 1]
        + dx[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more] = here
        Each region of yours overwrites what the regions before it gave to its places. What comes from several
        regions is added. (And of several equal maxima only the first, row by row, gets a gradient.)
    every-place:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + dx[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more] += dout[:, i : i + 1, j : j + 1]
        Every place of a region gets your gradient. Only the maximum changed the output.
    like-a-mean:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + here = dx[:, rows[i] : rows[i + 1] + more, cols[j] : cols[j + 1] + more]
        + here += dout[:, i : i + 1, j : j + 1] / (region.shape[1] * region.shape[2])
        You spread the gradient evenly over a region, as a mean does. Only the maximum changed the output.
    offset-forgotten: rows[i] + down, cols[j] + right => down, right
        Your place is counted within the region. In x the region begins at its boundaries.
    row-offset-forgotten: rows[i] + down => down
        Your row is counted within the region. In x the region begins at row a_i.
    taken-apart-by-height: np.divmod(first, region.shape[2]) => np.divmod(first, region.shape[1])
        A flat place is row times *width* plus column: you take it apart with the height.
    never-overlapping: more = 1 if pool_param["overlapping"] else 0 => more = 0
        On the way back your regions do not overlap, although they did on the way there.
    times-the-maximum: += dout[:, i, j] => += dout[:, i, j] * region.max(axis=(1, 2))
        You multiply by the maximum. The derivative of the maximum by the number that is it is 1.
    ones-come-back: += dout[:, i, j] => += np.ones_like(dout[:, i, j])
        Your dx does not depend on dout.
    spoils-the-cache: dx: Array = np.zeros_like(x) => dx = np.zeros_like(x); dout *= 0.5
        Your function changes the dout of its caller.
    """
    ),
    named.rights("""
    number by number, another cache: by back_number_by_number with by_reduceat
    np.add.at:
        - dx[n, rows[i] + down, cols[j] + right, c] += dout[:, i, j]
        + np.add.at(dx, (n, rows[i] + down, cols[j] + right, c), dout[:, i, j])
    """),
    partners=(re.fractional_max_pool_forward,),
)
EXERCISES = (FORWARD, BACKWARD)
