"""The real digits as targets of transfer: careless photographs, or shuffled pixels without any shape."""

from __future__ import annotations

import numpy as np

from stagewise.data.distortion import CLEAN, FILL, SIDE, distorted, upscaling_matrix
from stagewise.data.handwriting import Digits, digits


def snapshots(*, seed: int = 0) -> Digits:
    """Return the 1,797 real digits as careless photographs: 1,197 to train on, 300 to validate, 300 to test.

    x_…: (N, 16, 16) float32 in [0, 1], paper 0, ink 1; y_…: (N,) int64 in 0..9. Every digit is upscaled from
    8x8 bilinearly and distorted once, by `stagewise.data.distortion`. The split is that of
    `digits(seed=seed)`, where source and licence (CC BY 4.0) are named too.
    """
    return _each_part(digits("unit", seed=seed, flat=False), np.random.default_rng([seed, 1]))


def snapshots_of(pictures: np.ndarray, count: int, *, seed: int = 0) -> np.ndarray:
    """Return `count` careless photographs of each picture (N, S, S), ink 0 to 1: (N * count, 16, 16) float32.

    Those of the first picture come first. They are distorted as the digits of `snapshots` are, each in its
    own way.

    >>> snapshots_of(np.ones((2, 8, 8)), 3).shape
    (6, 16, 16)
    """
    repeated = np.repeat(np.asarray(pictures, dtype=float), count, axis=0)
    return _photographed(repeated, np.random.default_rng([seed, 2]))


def shuffled(pictures: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Shuffle the pixels of pictures (N, H, W) in one order, the same for all: the information, no shapes.

    >>> shuffled(np.arange(8).reshape(2, 2, 2)).reshape(2, 4).tolist()
    [[2, 0, 1, 3], [6, 4, 5, 7]]
    """
    n, height, width = pictures.shape
    order = np.random.default_rng(seed).permutation(height * width)
    return pictures.reshape(n, -1)[:, order].reshape(pictures.shape)


def upscaled(pictures: np.ndarray) -> np.ndarray:
    """Upscale square pictures (N, S, S) to (N, 16, 16) float32, bilinearly between pixel centres.

    >>> upscaled(np.full((1, 8, 8), 0.5)).shape
    (1, 16, 16)
    """
    u = upscaling_matrix(pictures.shape[1], SIDE)
    return np.asarray(u @ pictures @ u.T, dtype=np.float32)


def _each_part(plain: Digits, rng: np.random.Generator) -> Digits:
    seen = {name: _photographed(getattr(plain, name), rng) for name in ("x_train", "x_val", "x_test")}
    return Digits(**seen, y_train=plain.y_train, y_val=plain.y_val, y_test=plain.y_test)


def _photographed(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    u = upscaling_matrix(pictures.shape[1], FILL)
    clean = np.zeros((len(pictures), CLEAN, CLEAN))
    edge = (CLEAN - FILL) // 2
    clean[:, edge : edge + FILL, edge : edge + FILL] = 255 * (u @ pictures @ u.T)
    return distorted(clean, rng)
