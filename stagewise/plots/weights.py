"""The weights of neurons as pictures, in the shape of what they look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stagewise.plots.canvas import panels, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def weights(
    w: np.ndarray,
    shape: Sequence[int],
    labels: Sequence[Any] | None = None,
    *,
    columns: int = 6,
    title: str = "",
) -> "Figure":
    """Draw each neuron's weights as a picture: positive ones violet, negative ones orange, 0 white.

    w: (D, M), a column for each neuron. shape: of what it looks at, (H, W) or (H, W, 3); colours are
    averaged. labels: M texts above. All pictures have one scale, which a bar explains.
    """
    pictures = np.asarray(w, dtype=float).T.reshape(-1, *shape)
    if pictures.ndim == 4:
        pictures = pictures.mean(axis=-1)
    columns = min(columns, len(pictures))
    most = float(np.abs(pictures).max()) or 1.0
    width = 7.2 / columns if columns > 1 else 5.0
    figure, axes = panels(columns, -(-len(pictures) // columns), size=(width, min(width, 3.6)))
    for ax in axes:
        ax.set_axis_off()
    for index, (ax, picture) in enumerate(zip(axes, pictures, strict=False)):
        drawn = ax.imshow(picture, cmap="PuOr", vmin=-most, vmax=most)
        if labels is not None:
            ax.set_title(str(labels[index]), fontsize=11)
    figure.colorbar(drawn, ax=axes, shrink=0.7, label="weight")
    if title:
        figure.suptitle(title, fontweight="bold", fontsize=12)
    return figure.describe(_told(pictures, labels))


def _told(pictures: np.ndarray, labels: Sequence[Any] | None) -> str:
    """Where each neuron's largest and smallest weights lie."""
    lines = []
    for index, picture in enumerate(pictures):
        name = f"neuron {index + 1}" if labels is None else " ".join(str(labels[index]).split())
        ends = ((value, np.unravel_index(find(picture), picture.shape)) for value, find in _ENDS)
        told = ", ".join(f"{word} at row {row}, column {column}" for word, (row, column) in ends)
        lines.append(f"{name}: {told}")
    return "Weights as pictures. " + "; ".join(lines) + "."


_ENDS = (("most positive", np.argmax), ("most negative", np.argmin))
