"""Experiments that draw a picture, with sliders where a notebook's front end can move them.

The picture is an output of its own, so it stays in a saved, exported or printed notebook when the sliders
are gone. What it shows stands below it in words, folded, for those who cannot see it.
"""

import html
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from stagewise.checks.watching import in_browser
from stagewise.judge.student_traceback import describe, student_frames
from stagewise.show.display import notebook_shell, write
from stagewise.show.markup import clean

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slider:
    """A control with a few values to choose from."""

    values: tuple[Any, ...]
    start: Any
    label: str


def slider(values: Sequence[Any], *, start: Any = None, label: str = "") -> Slider:
    """Return a control over `values` (numbers or words) that stands at `start` (default: the first).

    Raises ValueError when there are no values or `start` is not among them.
    """
    if not values:
        raise ValueError("slider needs at least one value to choose from.")
    first = values[0] if start is None else start
    if first not in values:
        raise ValueError(f"slider cannot start at {first!r}: it is not among {list(values)}.")
    return Slider(tuple(values), first, label)


def counted(items: Collection[T], name: str) -> Iterator[T]:
    """Yield `items`; in a notebook a line says how many of them are done, until all are.

    For an experiment that takes more than a few seconds. name: what the items are, in the plural.

    >>> [2 * rate for rate in counted((0.1, 1.0), "rates")]
    [0.2, 2.0]
    """
    if notebook_shell() is None:
        yield from items
        return
    from IPython.display import DisplayHandle

    line, length, shown = DisplayHandle(), len(items), False
    try:
        for done, item in enumerate(items, start=1):
            yield item
            # It comes with the first result: a function that is not written yet leaves only its message.
            if done < length:
                show = line.update if shown else line.display
                show({"text/plain": _count(done, length, name)}, raw=True)
                shown = True
    finally:  # also where a loop ends early
        if shown:
            line.update({"text/plain": ""}, raw=True)


def _count(done: int, length: int, name: str) -> str:
    filled = round(20 * done / length)
    return f"{'▪' * filled}{'·' * (20 - filled)} {done} of {length} {name}"


def here(usual: T, *, browser: T) -> T:
    """Return `usual`, or `browser` where Python runs in a web page, three to five times slower.

    For an experiment that would take more than a minute there: fewer starts, or fewer steps.

    >>> here((1, 2), browser=(1,))
    (1, 2)
    """
    return browser if in_browser() else usual


def explore(draw: Callable[..., Any], *, caption: str = "", **controls: Slider) -> None:
    """Show what `draw` returns (a Figure or text) for the controls' starting values; sliders redraw it.

    draw: called with one keyword argument per control. Its exceptions do not stop the notebook: a function
    that is not written yet is named, anything else is shown with the student's own lines. caption: stands
    below, before the values.
    """
    shell = notebook_shell()
    values = {name: control.start for name, control in controls.items()}
    if shell is None:
        write(f"{shown_or_told(draw, values)[0]['text/plain']}\n{_told(caption, controls, values)}")
        return
    from IPython.display import DisplayHandle

    picture, words = DisplayHandle(), DisplayHandle()
    if controls and hasattr(shell, "kernel"):
        _show_sliders(controls, partial(_redraw, draw, caption, controls, picture, words))
    data, metadata = shown_or_told(draw, values)
    picture.display(data, raw=True, metadata=metadata)
    if caption or controls or "image/png" in data:
        words.display(_below(data, _told(caption, controls, values)), raw=True)


def _show_sliders(controls: dict[str, Slider], redraw: Callable[[dict[str, Any]], None]) -> None:
    import ipywidgets
    from IPython.display import display

    shown = {name: _widget(name, control) for name, control in controls.items()}
    for widget in shown.values():
        widget.observe(lambda _: redraw({name: one.value for name, one in shown.items()}), names="value")
    display(ipywidgets.VBox(list(shown.values())))


def _widget(name: str, control: Slider) -> Any:
    import ipywidgets

    return ipywidgets.SelectionSlider(
        options=[(_shown(value), value) for value in control.values],
        value=control.start,
        description=control.label or name,
        continuous_update=False,
        style={"description_width": "10em"},
        layout={"width": "32em"},
    )


def _redraw(
    draw: Callable[..., Any],
    caption: str,
    controls: dict[str, Slider],
    picture: Any,
    words: Any,
    values: dict[str, Any],
) -> None:
    words.update({"text/plain": "computing …"}, raw=True)
    data, metadata = shown_or_told(draw, values)
    picture.update(data, raw=True, metadata=metadata)
    words.update(_below(data, _told(caption, controls, values)), raw=True)


def _below(data: dict[str, Any], told: str) -> dict[str, str]:
    """What stands below a picture: caption and values, and folded what the picture shows, in words."""
    if "image/png" not in data:
        return {"text/plain": told}
    shown = data["text/plain"]
    lines = "<br>".join(html.escape(line) for line in shown.splitlines())
    folded = f"<details><summary>The picture in words</summary>{lines}</details>"
    first = f"<pre>{html.escape(told)}</pre>" if told else ""
    return {"text/html": first + folded, "text/plain": told or "(the picture in words stands above)"}


def shown_or_told(draw: Callable[..., Any], values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what to display and its metadata; what `draw` raised is told, not raised."""
    from threadpoolctl import threadpool_limits

    try:
        # For matrices as small as the course's a second thread only waits.
        with threadpool_limits(limits=1, user_api="blas"):
            drawn = draw(**values)
    except NotImplementedError as unwritten:
        frames = student_frames(unwritten.__traceback__)
        name = frames[-1][2] if frames else "a function"
        return {"text/plain": f"○ This experiment needs {name}, which is not written yet."}, {}
    except Exception as error:
        return {"text/plain": f"✗ This experiment stopped.\n{clean(describe(error), 4000)}"}, {}
    if hasattr(drawn, "_repr_mimebundle_"):
        data, metadata = drawn._repr_mimebundle_()
        return data, metadata
    return {"text/plain": "" if drawn is None else str(drawn)}, {}


def _told(caption: str, controls: dict[str, Slider], values: dict[str, Any]) -> str:
    settings = ", ".join(
        f"{controls[name].label or name} = {_shown(value)}" for name, value in values.items()
    )
    return "  ".join(part for part in (caption, settings) if part)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
