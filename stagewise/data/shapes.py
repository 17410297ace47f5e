"""Drawn pictures of circles, squares and triangles: is there one, which ones, which one, how large."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

KINDS = ("circle", "square", "triangle")
SIDE = 64
Task = Literal["binary", "labels", "class", "size"]

_TASKS = ("binary", "labels", "class", "size")
_USUAL, _WIDE = (17.0, 25.0), (8.0, 28.0)
_STROKE = 1.5  # half the width of a line, in pixels
_PIECE = 100  # pictures drawn at once


class Shapes(NamedTuple):
    """x: (N, 64, 64, 3) uint8 in 0..255, red, green, blue; y: what the task asks, see `shapes`."""

    x: np.ndarray
    y: np.ndarray


def shapes(n: int, task: Task = "labels", *, seed: int = 0) -> Shapes:
    """Draw n pictures of outlines in random colours on a dark, noisy ground.

    x: (n, 64, 64, 3) uint8 in 0..255. Each outline lies up to 3 pixels off the middle, turned a little.
    y by task, the kinds in the order of KINDS:
        "binary": (n,) int64, 1 where there is a circle; squares and triangles come and go as in "labels"
        "labels": (n, 3) int64, 1 for each kind that is there; each is there with probability 1/2
        "class":  (n,) int64 in 0..2, the only kind that is there
        "size":   (n,) float64, the radius in pixels, 8 to 28, of the circle that is there
    The same seed gives the same pictures. ValueError for another task. The pictures are made on the spot, and
    carry the licence of this package.
    """
    if task not in _TASKS:
        raise ValueError(f"shapes knows the tasks {', '.join(_TASKS)}, got {task!r}.")
    rng = np.random.default_rng([seed, _TASKS.index(task) // 2 + 2 * (task == "size")])
    present = _present(n, task, rng)
    radius = rng.uniform(*(_WIDE if task == "size" else _USUAL), (n, len(KINDS)))
    x = np.empty((n, SIDE, SIDE, 3), dtype=np.uint8)
    for start in range(0, n, _PIECE):
        some = slice(start, start + _PIECE)
        x[some] = _drawn(present[some], radius[some], rng)
    answers = {
        "binary": present[:, 0].astype(np.int64),
        "labels": present.astype(np.int64),
        "class": present.argmax(axis=1),
        "size": radius[:, 0],
    }
    return Shapes(x, answers[task])


def _present(n: int, task: str, rng: np.random.Generator) -> np.ndarray:
    """Which kinds are there: (n, 3) booleans."""
    if task == "size":
        return np.tile([True, False, False], (n, 1))
    if task == "class":
        only: np.ndarray = np.eye(len(KINDS), dtype=bool)[rng.permutation(np.arange(n) % len(KINDS))]
        return only
    return rng.random((n, len(KINDS))) < 0.5


def _drawn(present: np.ndarray, radius: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pictures of these kinds in these sizes, (N, 64, 64, 3) uint8."""
    n, kinds = present.shape
    picture = rng.uniform(20, 80, (n, 1, 1, 3)) + rng.normal(0, 14, (n, SIDE, SIDE, 3))
    middle = (SIDE - 1) / 2 + rng.uniform(-3, 3, (n, kinds, 2))
    angle = rng.uniform(-0.15, 0.15, (n, kinds))
    colour = rng.uniform(120, 255, (n, kinds, 3))
    for kind in rng.permutation(kinds):
        away = _distance(kind, middle[:, kind], angle[:, kind], radius[:, kind])
        ink = np.clip(_STROKE + 0.5 - np.abs(away), 0, 1) * present[:, kind, None, None]
        picture += ink[..., None] * (colour[:, kind, None, None] - picture)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _distance(kind: int, middle: np.ndarray, angle: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Of each pixel from the outline, in pixels, negative inside: (N, 64, 64)."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    v, u = rows - middle[:, 0, None, None], columns - middle[:, 1, None, None]
    c, s, r = (part[:, None, None] for part in (np.cos(angle), np.sin(angle), radius))
    across, down = c * u + s * v, c * v - s * u
    if KINDS[kind] == "circle":
        found = np.hypot(across, down) - r
    elif KINDS[kind] == "square":
        found = np.maximum(np.abs(across), np.abs(down)) - 0.85 * r
    else:
        slanted = np.abs(across) * np.sin(np.pi / 3) - down * np.cos(np.pi / 3)
        found = np.maximum(down, slanted) - 0.6 * r
    distances: np.ndarray = found
    return distances
