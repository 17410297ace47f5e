"""The look of every plot: on its own ground in light and dark themes, legible without colour vision."""

import logging
from typing import Any

from stagewise.checks.watching import in_browser

# Okabe and Ito's colours without black, which is near that of text, and yellow, too pale for the ground.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")

# Text should have a contrast of 4.5 : 1, and no colour has it with both white and #111: a plot therefore
# brings its ground along.
GROUND = "#f7f7f5"
INK = "#4d4d4d"
# What reports mark with, which have no ground of their own: at least 3 : 1 with white and #111.
GREY = "#797979"
PASSED = "#1a72b1"
FAILED = "#b75300"


def quiet() -> None:
    """Keep matplotlib from saying in red that a new page in a browser has no cache of fonts."""
    if in_browser():
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def style() -> dict[str, Any]:
    """Return the course's matplotlib settings (rcParams)."""
    from cycler import cycler

    return {
        "figure.facecolor": GROUND,
        "figure.edgecolor": "none",
        "savefig.facecolor": GROUND,
        "figure.constrained_layout.w_pad": 0.12,  # inches, between the ground's edge and what is drawn
        "figure.constrained_layout.h_pad": 0.1,
        "axes.facecolor": "none",
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.labelsize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=PALETTE) + cycler(linestyle=DASHES),
        "grid.color": "#80808040",
        "grid.linewidth": 0.8,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 10,
        "ytick.labelsize": 10,
        "font.size": 11,
        "legend.frameon": False,
        "legend.fontsize": 10,
        "legend.handlelength": 2.6,
        "lines.linewidth": 1.9,
        "image.cmap": "gray",
    }


_settled: dict[str, Any] = {}
"""The settings as matplotlib keeps them: it takes a millisecond to look at each."""


def apply() -> None:
    """Give the course's look to every plot made from now on."""
    quiet()
    from matplotlib import rcParams

    if not _settled or any(rcParams[name] != value for name, value in _settled.items()):
        rcParams.update(style())
        _settled.update({name: rcParams[name] for name in style()})
