"""Where reports and short messages go: rich in a notebook, text elsewhere, or to whoever asked for them."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from stagewise.judge.report import Report
from stagewise.show.plain import plain
from stagewise.show.render import to_html, to_text

Sink = Callable[[Report], None]


def notebook_shell() -> Any:
    """Return the running IPython shell if it can show HTML (a kernel), else None."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    if shell is None or type(shell).__name__ == "TerminalInteractiveShell":
        return None
    return shell


def write(text: str) -> None:
    """Print `text`; what the stream cannot encode as plain marks."""
    print(plain(text, getattr(sys.stdout, "encoding", None)))


def bundle(html: str, text: str) -> None:
    """Display `html` in a notebook; print `text` in a terminal or a plain program."""
    shell = notebook_shell()
    if shell is None:
        write(text)
    else:
        from IPython.display import display

        display({"text/html": html, "text/plain": text}, raw=True)


def to_reader(report: Report) -> None:
    """The usual sink: show the report to the person in front of the notebook or terminal."""
    bundle(to_html(report), to_text(report))


_sink: Sink = to_reader


def show(report: Report) -> None:
    """Hand `report` to the sink in use."""
    _sink(report)


def say(text: str, html: str = "") -> None:
    """Show a short message to the student; silent while reports go elsewhere (`use`)."""
    if _sink is not to_reader:
        return
    if html:
        bundle(html, text)
    else:
        write(text)


def use(sink: Sink) -> AbstractContextManager[Any]:
    """Send reports to `sink` from now on; as a `with` statement, only until its end.

    >>> reports = []
    >>> with use(reports.append):
    ...     pass
    """
    global _sink
    restore = ExitStack()
    restore.callback(_set, _sink)
    _sink = sink
    return restore


def _set(sink: Sink) -> None:
    global _sink
    _sink = sink
