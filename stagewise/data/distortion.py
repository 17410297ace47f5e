"""Clean pictures, seen as in a careless photograph: turned, sheared, bent, blurred, pale, noisy."""

from __future__ import annotations

import numpy as np

SIDE = 16  # of the pictures that come out
CLEAN = 48  # of the clean pictures that go in
FILL = 36  # the part in the middle of a clean picture that fills the picture when nothing is distorted


def distorted(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Distort each of the clean pictures (N, 48, 48), ink 0 to 255: (N, 16, 16) float32 in [0, 1].

    Turned by up to 15 degrees, sheared by up to a quarter, scaled by 0.85 to 1.1 along each side, shifted by
    up to one pixel, bent by a smooth random field, blurred or not, contrast 0.7 to 1, noise of 0.05 on each
    pixel.
    """
    pictures = [_distorted(clean[start : start + 2048], rng) for start in range(0, len(clean), 2048)]
    return np.concatenate(pictures) if pictures else np.zeros((0, SIDE, SIDE), np.float32)


def upscaling_matrix(small: int, large: int) -> np.ndarray:
    """(large, small) weights U of bilinear interpolation between pixel centres, as in U @ picture @ U.T.

    >>> upscaling_matrix(2, 4).tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    """
    place = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    weights: np.ndarray = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(small)))
    return weights


def _distorted(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = len(clean)
    rows, columns = _places(n, rng)
    fine = _bilinear(clean, rows, columns) / 255
    ink = fine.reshape(n, SIDE, 2, SIDE, 2).mean(axis=(2, 4))
    more, less = rng.uniform(0, 1, (2, n, 1, 1))
    blurred = _blurred(ink)
    blurred = (1 - more) * blurred + more * _blurred(blurred)
    ink = (1 - less) * ink + less * blurred
    ink = ink * rng.uniform(0.7, 1.0, (n, 1, 1)) + rng.normal(0, 0.05, ink.shape)
    return np.asarray(np.clip(ink, 0, 1), dtype=np.float32)


def _places(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where each of the (2 SIDE)² half-pixels looks in its clean picture: rows and columns, (n, 32, 32)."""
    fine = 2 * SIDE
    line = (np.arange(fine) + 0.5) / fine * 2 - 1
    spread = upscaling_matrix(4, fine)
    bend_v, bend_u = spread @ rng.normal(0, 0.08, (2, n, 4, 4)) @ spread.T
    shift_v, shift_u = rng.uniform(-1, 1, (2, n, 1, 1)) * 2 / SIDE
    v, u = line[:, None] + shift_v + bend_v, line + shift_u + bend_u
    angle, shear = np.radians(rng.uniform(-15, 15, (n, 1, 1))), rng.uniform(-0.25, 0.25, (n, 1, 1))
    down, across = rng.uniform(0.85, 1.1, (2, n, 1, 1))
    turned_v = (np.sin(angle) * u + np.cos(angle) * v) / down
    turned_u = (np.cos(angle) * u - np.sin(angle) * v) / across + shear * turned_v
    middle = (CLEAN - 1) / 2
    return middle + FILL / 2 * turned_v, middle + FILL / 2 * turned_u


def _bilinear(pictures: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values of square pictures (N, M, M) between their pixel centres, at places (N, H, W); 0 outside."""
    last = pictures.shape[1] - 1
    inside = (rows >= 0) & (rows <= last) & (columns >= 0) & (columns <= last)
    top = np.clip(rows.astype(np.intp), 0, last - 1)
    left = np.clip(columns.astype(np.intp), 0, last - 1)
    down, right = rows - top, columns - left
    n = np.arange(len(pictures))[:, None, None]
    upper = pictures[n, top, left] * (1 - right) + pictures[n, top, left + 1] * right
    lower = pictures[n, top + 1, left] * (1 - right) + pictures[n, top + 1, left + 1] * right
    values: np.ndarray = (upper * (1 - down) + lower * down) * inside
    return values


def _blurred(x: np.ndarray) -> np.ndarray:
    """Pictures (N, H, W) smoothed with the weights (1, 2, 1)/4 along both sides."""
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    wide = (wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]) / 4
    smooth: np.ndarray = (wide[:, :, :-2] + 2 * wide[:, :, 1:-1] + wide[:, :, 2:]) / 4
    return smooth
