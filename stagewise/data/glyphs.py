"""Letters in the fonts that matplotlib ships, each distorted at random: the source of transfer learning."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stagewise.data.distortion import CLEAN, FILL, distorted

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Oblique",
    "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic",
    "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta",
    "cmr10", "cmb10", "cmss10", "cmtt10", "cmti10", "cmmi10",
)  # fmt: skip
BRUSHES = (0, 3, 5)  # pixels by which the strokes of a clean picture are thickened


class Glyphs(NamedTuple):
    """x: (N, 16, 16) float32 in [0, 1], paper 0, ink 1. y: (N,) int64 in 0..25, the place in the alphabet."""

    x: np.ndarray
    y: np.ndarray


def glyphs(n: int, *, seed: int = 0) -> Glyphs:
    """Draw n letters, upper and lower case under one label, in random fonts and strokes, and distort each.

    x: (n, 16, 16) float32 in [0, 1]; y: (n,) int64 in 0..25, each letter equally often (give or take one).
    The same seed gives the same letters. `stagewise.data.distortion` says how they are distorted. A
    lower-case l and a capital I look alike in some fonts, so nobody can name every one.

    Fonts: DejaVu (Bitstream Vera licence), STIX (STIX font licence) and Computer Modern (BaKoMa licence), all
    part of matplotlib and free to draw with. The pictures carry the licence of this package.
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % len(LETTERS))
    font, case, brush = (rng.integers(0, count, n) for count in (len(FONTS), 2, len(BRUSHES)))
    return Glyphs(distorted(_clean()[font, case, y, brush], rng), y.astype(np.int64))


@lru_cache(maxsize=1)
def _clean() -> np.ndarray:
    """Clean pictures (fonts, 2 cases, 26 letters, brushes, 48, 48) uint8: 6 MB, drawn once in 0.4 s."""
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    folder = Path(get_data_path()) / "fonts" / "ttf"
    drawn = np.zeros((len(FONTS), 2, len(LETTERS), len(BRUSHES), CLEAN, CLEAN), dtype=np.uint8)
    for f, name in enumerate(FONTS):
        font = FT2Font(str(folder / f"{name}.ttf"))
        font.set_size(48, 72)
        for case, alphabet in enumerate((LETTERS, LETTERS.lower())):
            for k, letter in enumerate(alphabet):
                font.set_text(letter, 0)
                font.draw_glyphs_to_bitmap(antialiased=True)
                drawn[f, case, k] = _in_strokes(np.asarray(font.get_image()))
    drawn.flags.writeable = False
    return drawn


def _in_strokes(bitmap: np.ndarray) -> list[np.ndarray]:
    """One letter, its longer side brought to FILL, in the middle of a clean picture, once for each brush."""
    from PIL import Image, ImageFilter

    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    cropped = bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = FILL / max(cropped.shape)
    height, width = (max(1, round(side * scale)) for side in cropped.shape)
    letter = Image.fromarray(np.ascontiguousarray(cropped)).resize((width, height), Image.Resampling.BILINEAR)
    page = Image.new("L", (CLEAN, CLEAN), 0)
    page.paste(letter, ((CLEAN - width) // 2, (CLEAN - height) // 2))
    return [np.asarray(page.filter(ImageFilter.MaxFilter(brush)) if brush else page) for brush in BRUSHES]
