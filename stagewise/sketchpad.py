"""Paper to draw a digit on, in a notebook: squares that ink appears on when they are clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stagewise.data.drawing import drawn
from stagewise.interactive import shown_or_told
from stagewise.show.display import notebook_shell, write

SIDE = 12
DIGITS_FILL = 6  # of 8 columns, as those of the course do
EMPTY, INK = "white", "black"


def sketchpad(read: Callable[[np.ndarray], Any]) -> None:
    """Show paper of 12 by 12 squares, and below it what `read` makes of the drawing.

    read: called with the picture, (8, 8) float64, paper 0, ink 1, as `stagewise.data.drawn` gives it; returns
    a Figure or text. Its exceptions do not stop the notebook. Without a front end a sentence stands there.
    """
    shell = notebook_shell()
    if shell is None or not hasattr(shell, "kernel"):
        write("Here is paper to draw on, in JupyterLab.\n")
        return
    from IPython.display import DisplayHandle, display

    answer = DisplayHandle()
    squares = _squares()
    display(_paper(squares, lambda: _answered(read, squares, answer)))
    answer.display({"text/plain": "Click squares to draw a digit, then Read."}, raw=True)


def drawing(colours: list[str]) -> str:
    """The squares' colours, row by row, as text: # for ink, . for paper.

    >>> drawing(["black", "white", "white", "black"])
    '#.\\n.#'
    """
    side = round(len(colours) ** 0.5)
    marks = ["#" if colour == INK else "." for colour in colours]
    return "\n".join("".join(marks[start : start + side]) for start in range(0, len(marks), side))


def _squares() -> list[Any]:
    import ipywidgets

    squares = []
    for number in range(SIDE * SIDE):
        where = f"row {number // SIDE + 1}, column {number % SIDE + 1}"
        layout = {"width": "24px", "height": "24px", "margin": "0px", "border": "1px solid #999"}
        square = ipywidgets.Button(tooltip=where, layout=layout, style={"button_color": EMPTY})
        square.on_click(_turn)
        squares.append(square)
    return squares


def _turn(square: Any) -> None:
    square.style.button_color = EMPTY if square.style.button_color == INK else INK


def _paper(squares: list[Any], answer: Callable[[], None]) -> Any:
    import ipywidgets

    read, clear = ipywidgets.Button(description="Read"), ipywidgets.Button(description="Clear")
    read.on_click(lambda _: answer())

    def cleared(_: Any) -> None:
        for square in squares:
            square.style.button_color = EMPTY

    clear.on_click(cleared)
    grid = ipywidgets.GridBox(squares, layout={"grid_template_columns": f"repeat({SIDE}, 24px)"})
    return ipywidgets.VBox([grid, ipywidgets.HBox([read, clear])])


def _answered(read: Callable[[np.ndarray], Any], squares: list[Any], answer: Any) -> None:
    text = drawing([square.style.button_color for square in squares])
    data, metadata = shown_or_told(lambda: read(drawn(text, width=DIGITS_FILL)[0]), {})
    answer.update(data, raw=True, metadata=metadata)
