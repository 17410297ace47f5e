"""Pictures of one's own, as a text drawing or from a file, brought into the form of the course's data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_INK = {" ": 0.0, ".": 0.0, "+": 0.5, "#": 1.0}


def drawn(*drawings: str, side: int = 8, width: int | None = None) -> np.ndarray:
    """Return text drawings as pictures (N, side, side), paper 0, ink 1, float64.

    A drawing has a line for each row; "." and a blank are paper, "+" is pale ink, "#" is ink. It may have any
    size: what is drawn is cut out, enlarged or reduced to fill `side` rows or `width` columns (default: side;
    the course's digits fill 8 rows and hardly more than 6 columns), and centred. Raises ValueError for
    another character and for a drawing without ink.

    >>> drawn("##", "##", side=2).shape
    (2, 2, 2)
    >>> drawn('''
    ... .##.
    ... .##.
    ... .##.
    ... .##.
    ... ''', side=4)[0].tolist()[0]
    [0.0, 1.0, 1.0, 0.0]
    """
    return np.array([_fitted(_read(drawing), side, width) for drawing in drawings])


def photographed(path: str | Path, *, side: int = 8, width: int | None = None) -> np.ndarray:
    """Return the sign on a picture file (PNG, JPEG, …) as a picture (side, side), paper 0, ink 1, float64.

    The sign may be dark on light paper or light on dark; which it is, the border of the picture tells. What
    differs from the paper by less than a third of the darkest ink counts as paper. Raises FileNotFoundError
    for a missing file and ValueError for a picture of one colour.
    """
    from matplotlib.image import imread

    pixels = np.asarray(imread(path), dtype=float)
    grey = pixels[..., :3].mean(axis=-1) if pixels.ndim == 3 else pixels
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey - np.median(border))
    if not ink.max():
        raise ValueError(f"photographed needs a sign on paper of another colour: {path} has one colour.")
    ink /= ink.max()
    return _fitted(np.where(ink < 1 / 3, 0, ink), side, width)


def _read(drawing: str) -> np.ndarray:
    rows = drawing.splitlines()
    unknown = sorted(set("".join(rows)) - set(_INK))
    if unknown:
        raise ValueError(f'drawn knows "." or a blank, "+" and "#", not {unknown[0]!r}.')
    ink = np.zeros((len(rows), max(map(len, rows), default=0)))
    for row, line in enumerate(rows):
        ink[row, : len(line)] = [_INK[sign] for sign in line]
    if not ink.any():
        raise ValueError("drawn needs a drawing with ink in it: at least one #.")
    return ink


def _fitted(ink: np.ndarray, side: int, width: int | None) -> np.ndarray:
    """What is drawn, as large as fits into `side` rows and `width` columns, centred; its darkest place 1."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cells = max(cut.shape[0], cut.shape[1] * side / (width or side)) / side
    down, across = (_averaging(length, side, cells) for length in cut.shape)
    small = down @ cut @ across.T
    full: np.ndarray = small / small.max()
    return full


def _averaging(length: int, side: int, cells: float) -> np.ndarray:
    """(side, length): `side` means over `cells` places each, of a line of `length` places in the middle."""
    start = (length - side * cells) / 2
    edges, places = start + cells * np.arange(side + 1), np.arange(length)
    overlap = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    weights: np.ndarray = np.maximum(overlap, 0) / cells
    return weights
