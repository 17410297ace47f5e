"""Pictures that were changed at random, measured against the ones they were made from: a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stagewise.judge.compare import describe
from stagewise.judge.handed import OBSERVERS as HANDED
from stagewise.judge.handed import RETURNS_DATA, wrap

__all__ = ["OBSERVERS", "RETURNS_DATA", "wrap"]

_NEAR = 1e-4
_SEVERAL = 7
_LESS_CUT = {(0, np.inf): "1", (-np.inf, 1): "0", (-np.inf, np.inf): "0 and 1"}


def mirrored(out: Any, x: np.ndarray) -> np.ndarray:
    """1 for each picture that is the mirrored one of x, 0 for each other."""
    return _same(_like(out, x.shape, x.dtype), x[:, :, ::-1]).astype(float)


def faces(out: Any, x: np.ndarray) -> str:
    """What became of the pictures of x."""
    _like(out, x.shape, x.dtype)
    known = _same(out, x) | _same(out, x[:, :, ::-1])
    if known.all():
        return "each picture as it was, or mirrored"
    turned = known | _same(out, x[:, ::-1]) | _same(out, x[:, ::-1, ::-1])
    return "pictures upside down" if turned.all() else "pictures that were not there before"


def counted(x: np.ndarray, *several: Any) -> str:
    """Whether another number of the pictures of x is mirrored from call to call."""
    numbers = {int(mirrored(one, x).sum()) for one in several}
    return "differs from call to call" if len(numbers) > 1 else "the same in every call"


def tops(out: Any, x: np.ndarray, size: tuple[int, int], pad: int) -> np.ndarray:
    """The first row, in the padded picture, of each window; -1 where the window is nowhere in its picture."""
    return _corners(out, x, size, pad)[0]


def lefts(out: Any, x: np.ndarray, size: tuple[int, int], pad: int) -> np.ndarray:
    """The first column of each window, in the same way."""
    return _corners(out, x, size, pad)[1]


def windows(out: Any, x: np.ndarray, size: tuple[int, int], pad: int) -> str:
    """Whether there is a window of each picture."""
    found = _corners(out, x, size, pad)[0] >= 0
    return "a window of each picture" if found.all() else "something that is no window of its picture"


def both(down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """One number for each pair of whole numbers below 1000."""
    return np.asarray(1000 * down + across)


def inside(down: np.ndarray, across: np.ndarray, last: tuple[int, int]) -> np.ndarray:
    """0 for each row and each column that is the first or the last place, 1 for those between, (2 N,)."""
    between = [(one > 0) & (one < end) for one, end in zip((down, across), last, strict=True)]
    return np.concatenate(between).astype(float)


def contrasts(out: Any, x: np.ndarray) -> np.ndarray:
    """c - 1 of each picture, where out = m + c (x - m) + s."""
    return _fitted(out, x)[0] - 1


def shifts(out: Any, x: np.ndarray) -> np.ndarray:
    """s of each channel of each picture, (N C,)."""
    return _fitted(out, x)[1].ravel()


def jittered(out: Any, x: np.ndarray) -> str:
    """Whether out = m + c (x - m) + s with one c a picture and one s a channel, cut at 0 and 1."""
    c, s = _fitted(out, x)
    m, factor = _middle(x), c[:, None, None, None]
    whole = m + factor * (x - m) + s[:, None, None, :]
    if (np.abs(np.clip(whole, 0, 1) - out) <= _NEAR).all():
        return "m + c (x - m) + s, from 0 to 1"
    for bounds, beyond_which in _LESS_CUT.items():
        if (np.abs(np.clip(whole, *bounds) - out) <= _NEAR).all():
            return f"m + c (x - m) + s, beyond {beyond_which}"
    return "no m + c (x - m) + s, from 0 to 1"


def colours(out: Any, x: np.ndarray) -> str:
    """Whether the channels of a picture were moved apart."""
    apart = np.ptp(_fitted(out, x)[1], axis=1) > _NEAR
    return "one s for each channel" if apart.any() else "one s for a whole picture"


def beyond(numbers: np.ndarray, limit: float) -> int:
    """How many numbers are farther than that from 0, but for rounding."""
    return int(np.sum(~(np.abs(numbers) <= limit + _NEAR)))


def steps(boundaries: Any, end: int) -> str:
    """How boundaries go up, from 0 to `end`."""
    a = _whole(boundaries)
    if not a.size or a[0] != 0 or a[-1] != end:
        ends = f"{a[0]} to {a[-1]}" if a.size else "nothing"
        return f"from {ends}, and not from 0 to {end}"
    odd = sorted({int(step) for step in np.diff(a)} - {1, 2})
    return f"a step of {odd[0]}" if odd else "steps of 1 and 2"


def pairs(boundaries: Any) -> np.ndarray:
    """1 for each two steps, the first and the second, the third and the fourth, …, that are equal, else 0."""
    made = np.diff(_whole(boundaries))
    even = made[: len(made) - len(made) % 2].reshape(-1, 2)
    return np.asarray(even[:, 0] == even[:, 1], dtype=float)


def early(boundaries: Any) -> np.ndarray:
    """Of the first half of the steps, 1 for each step of 1, else 0."""
    made = np.diff(_whole(boundaries))
    return np.asarray(made[: len(made) // 2] == 1, dtype=float)


def pattern(boundaries: Any, end: int) -> str:
    """Whether some u makes these boundaries pseudorandom ones: only the fraction of alpha u matters."""
    a = _whole(boundaries)
    count = len(a) - 1
    cells = (np.arange(max(count, 1)) + 0.5) / max(count, 1)
    levels = np.ceil(end / max(count, 1) * np.arange(count + 1)[:, None] + cells)
    right = ((levels - levels[:1]) == a[:, None]).all(axis=0).any()
    return "ceil(alpha (i + u)) - ceil(alpha u)" if right else "no ceil(alpha (i + u)) - ceil(alpha u)"


def varied(*several: Any) -> str:
    """Whether arrays differ from call to call; of many calls, whether there are more than two of them."""
    known = {_whole(one).tobytes() for one in several}
    if len(known) == 2 and len(several) > _SEVERAL:
        return "only two, by turns"
    return "differ from call to call" if len(known) > 1 else "the same in every call"


def _whole(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.dtype.kind not in "iu" or value.ndim != 1:
        raise TypeError(f"asked for is a row of whole numbers, and here is {describe(value)}")
    return value


def _like(value: Any, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.shape != shape or value.dtype.kind != dtype.kind:
        raise TypeError(f"asked for are pictures {shape} of {dtype}, and here is {describe(value)}")
    return value


def _same(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of each picture whether both are equal."""
    equal: np.ndarray = (some == others).reshape(len(some), -1).all(axis=1)
    return equal


def _corners(out: Any, x: np.ndarray, size: tuple[int, int], pad: int) -> tuple[np.ndarray, np.ndarray]:
    _like(out, (len(x), *size, *x.shape[3:]), x.dtype)
    around = np.zeros((x.ndim, 2), int)
    around[1:3] = pad
    padded = np.pad(x, around)
    down, across = np.full(len(x), -1.0), np.full(len(x), -1.0)
    for top in range(padded.shape[1] - size[0] + 1):
        for left in range(padded.shape[2] - size[1] + 1):
            here = _same(out, padded[:, top : top + size[0], left : left + size[1]])
            down[here], across[here] = top, left
    return down, across


def _fitted(out: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """c: (N,) and s: (N, C), from the numbers that were not cut; NaN where all were."""
    inside = (_like(out, x.shape, x.dtype) > 0) & (out < 1)
    counts = inside.sum(axis=(1, 2), keepdims=True)
    with np.errstate(all="ignore"):
        flat = [np.where(inside, a, 0).astype(np.float64) for a in (x, out)]
        means = [a.sum(axis=(1, 2), keepdims=True) / counts for a in flat]
        off_x, off_out = (np.where(inside, a - mean, 0) for a, mean in zip(flat, means, strict=True))
        c = np.nansum(off_x * off_out, axis=(1, 2, 3)) / np.nansum(off_x**2, axis=(1, 2, 3))
        factor = c[:, None, None, None]
        s = means[1] - factor * means[0] - (1 - factor) * _middle(x)
    return c, s[:, 0, 0]


def _middle(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.mean(x, axis=(1, 2, 3), keepdims=True, dtype=np.float64))


OBSERVERS: dict[str, Callable[..., Any]] = HANDED | {
    one.__name__: one
    for one in (
        *(mirrored, faces, counted, tops, lefts, windows, both, inside),
        *(contrasts, shifts, jittered, colours, beyond, steps, pairs, early, pattern, varied),
    )
}
