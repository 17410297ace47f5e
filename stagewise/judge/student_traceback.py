"""Tracebacks with the student's own frames only: no line of the course, of NumPy or of IPython in between."""

import linecache
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from stagewise.judge.script import RaisedElsewhere, type_name

_LONGEST_MESSAGE = 600
_LONGEST_LINE = 160
_FRAMES_AT_EACH_END = 4

_OTHERS = tuple(
    str(Path(place).resolve()) + os.sep
    for place in (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), Path(__file__).parents[1])
)
_INSTALLED = {"site-packages", "dist-packages"}


def describe(error: BaseException) -> str:
    """Return where in the student's code `error` came from: a block per frame, then type and message.

    What was raised in another process (RaisedElsewhere) brings its frames as text. Never raises, whatever the
    exception's own `__str__` does.
    """
    if type(error) is RaisedElsewhere:
        return "\n".join(part for part in (error.frames.rstrip(), headline(error)) if part)
    blocks = [_frame_text(*frame) for frame in student_frames(error.__traceback__)]
    if len(blocks) > 2 * _FRAMES_AT_EACH_END:
        left_out = len(blocks) - 2 * _FRAMES_AT_EACH_END
        blocks[_FRAMES_AT_EACH_END:-_FRAMES_AT_EACH_END] = [f"… {left_out} more calls …"]
    return "\n".join([*blocks, headline(error)])


def headline(error: BaseException) -> str:
    """Return "Type: message", bounded, for any exception."""
    try:
        text = str(error)
    except Exception:
        text = "(its message could not be made into text)"
    if len(text) > _LONGEST_MESSAGE:
        text = text[:_LONGEST_MESSAGE] + " …"
    name = type_name(error)
    return f"{name}: {text}" if text else name


def student_frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    """Return (file, line, function) of each frame of `trace` that is the student's, outermost first."""
    return [
        (frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(trace)
        if is_students(frame.f_code.co_filename)
    ]


def students_only(trace: TracebackType | None) -> TracebackType | None:
    """Return `trace` without the frames that are not the student's."""
    kept = None
    for one in reversed(list(_links(trace))):
        if is_students(one.tb_frame.f_code.co_filename):
            kept = TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def _links(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def is_students(filename: str) -> bool:
    """Tell whether the student wrote the code in `filename`: a notebook's cell or a file of their own."""
    if filename.startswith("<"):
        return filename.startswith("<ipython-input") or bool(linecache.getline(filename, 1))
    place = Path(filename).resolve()
    parts = (*Path(filename).parts, *place.parts)  # packages may be links to where they were installed
    return _INSTALLED.isdisjoint(parts) and not str(place).startswith(_OTHERS)


def place_name(filename: str) -> str:
    """Return what a student calls that place: "Cell In[3]", or the file's name."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    named = getattr(getattr(shell, "compile", None), "format_code_name", lambda name: None)(filename)
    return " ".join(named) if named else Path(filename).name


def _frame_text(filename: str, line: int, function: str) -> str:
    inside = "" if function == "<module>" else f", in {function}"
    source = linecache.getline(filename, line).strip()[:_LONGEST_LINE]
    where = f"{place_name(filename)}, line {line}{inside}"
    return f"{where}\n    {source}" if source else where
