"""The look of every plot: legible on white and on JupyterLab's dark background, and without colour vision."""

from typing import Any

# Okabe and Ito's colours without black and yellow, which vanish on one of the two backgrounds.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")

# The grey whose contrast with white equals that with #111 (4.3 : 1): the best that one colour can do.
INK = "#797979"
PASSED = "#1f7fc4"
FAILED = "#c65a00"


def style() -> dict[str, Any]:
    """Return the course's matplotlib settings (rcParams)."""
    from cycler import cycler

    return {
        "figure.facecolor": "none",
        "figure.edgecolor": "none",
        "savefig.facecolor": "none",
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
    from matplotlib import rcParams

    if not _settled or any(rcParams[name] != value for name, value in _settled.items()):
        rcParams.update(style())
        _settled.update({name: rcParams[name] for name in style()})
