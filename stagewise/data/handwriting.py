"""1,797 handwritten digits, which ship with the package: shipped/digits.npz, its licence beside it."""

from dataclasses import dataclass
from importlib import resources
from typing import Literal

import numpy as np

TRAIN, VALIDATION, TEST = 1197, 300, 300


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Digits in three parts that share no example.

    x_…: (N, 64) or (N, 8, 8) float64; y_…: (N,) int64 in 0..9.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits(
    scaling: Literal["standard", "unit", "raw"] = "standard", *, seed: int = 0, flat: bool = True
) -> Digits:
    """Return the digits, shuffled by `seed`: 1,197 for training, 300 for validation, 300 for testing.

    Each example is an 8x8 grey picture as 64 float64 numbers (flat=False: 8 by 8); each label an int64 in
    0..9. scaling: "raw" leaves the ink as it is, 0 (none) to 16; "unit" divides by 16, into [0, 1];
    "standard" gives each pixel mean 0 and variance 1 on the training part (the other parts use the training
    part's statistics; the pixels that are always white stay 0). Raises ValueError for another scaling.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49 (its test set, of 13 people's hands). Licence: CC BY
    4.0. The pictures are unchanged.
    """
    if scaling not in ("standard", "unit", "raw"):
        raise ValueError(f'digits knows the scalings "standard", "unit" and "raw", got {scaling!r}.')
    ink, labels = originals()
    order = np.random.default_rng(seed).permutation(len(ink))
    ink, labels = _scaled(ink[order], scaling), labels[order]
    pictures = ink if flat else ink.reshape(-1, 8, 8)
    parts = (slice(0, TRAIN), slice(TRAIN, TRAIN + VALIDATION), slice(TRAIN + VALIDATION, None))
    return Digits(*(array[part] for part in parts for array in (pictures, labels)))


def standardised(pictures: np.ndarray) -> np.ndarray:
    """Return pictures of one's own (N, 8, 8), ink 0 to 1, as (N, 64) in the scaling of `digits("standard")`.

    With the statistics of its training part (seed 0), as a network has to be shown what it is to read.

    >>> bool(np.allclose(standardised(digits("unit", flat=False).x_val), digits().x_val))
    True
    """
    known = digits("raw").x_train
    return _centred(16 * np.asarray(pictures, dtype=float).reshape(-1, known.shape[1]), known)


def originals() -> tuple[np.ndarray, np.ndarray]:
    """All digits in the order of their source: ink (1797, 64) float64, 0 to 16; labels (1797,) int64."""
    with (
        resources.files("stagewise.data").joinpath("shipped", "digits.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return arrays["ink"].astype(np.float64), arrays["labels"].astype(np.int64)


def _scaled(ink: np.ndarray, scaling: str) -> np.ndarray:
    if scaling == "raw":
        return ink
    if scaling == "unit":
        return ink / 16
    return _centred(ink, ink[:TRAIN])


def _centred(ink: np.ndarray, known: np.ndarray) -> np.ndarray:
    """`ink` with the pixels' mean and standard deviation in `known`; a pixel that is constant there is 0."""
    mean, spread = known.mean(axis=0), known.std(axis=0)
    varies = spread > 0
    return np.where(varies, (ink - mean) / np.where(varies, spread, 1), 0.0)
