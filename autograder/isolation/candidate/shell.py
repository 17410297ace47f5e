"""An IPython shell without history, threads or keyboard; what a cell shows comes back as notebook outputs."""

import ast
import base64
import builtins
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from .capture import Outputs, Stream

_QUIET = Config(
    {
        "HistoryManager": {"enabled": False},
        "InteractiveShell": {"colors": "nocolor", "enable_tip": False},  # colors cost 20 ms an error
        "Completer": {"use_jedi": False},
    }
)


class _ResultHook(DisplayHook):  # type: ignore[misc]
    """Shows the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """A notebook shows the count itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Keep the value in all its formats."""
        self.shell.outputs.show("execute_result", _texts(format_dict), execution_count=self.shell.running)

    def log_output(self, format_dict: Any) -> None:
        """Nothing is logged."""

    def finish_displayhook(self) -> None:
        """Nothing was opened."""
        self._is_active = False


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Shows what `display` is given."""

    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:
        """Keep one displayed object in all its formats."""
        self.shell.outputs.show("display_data", _texts(data))

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown."""
        self.shell.outputs.clear(wait)


class CandidateShell(InteractiveShell):  # type: ignore[misc]
    """Runs a student's cells; create one in the template, use it in the fork."""

    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)

    def __init__(self) -> None:
        self.outputs = Outputs()
        self.running = 0
        super().__init__(config=_QUIET)
        type(self)._instance = self
        InteractiveShell._instance = self
        builtins.input = _no_input
        self.begin(0)

    def begin(self, bound: int) -> None:
        """Have what is printed and displayed from now on, at most `bound` characters, go into new outputs."""
        self.outputs.begin(bound)
        sys.stdout = Stream(self.outputs, "stdout")
        sys.stderr = Stream(self.outputs, "stderr")

    def run(self, source: str, bound: int) -> tuple[str, int, list[dict[str, Any]]]:
        """Run a cell that may show `bound` characters: ("ok" or "error", its count, its outputs)."""
        self.begin(bound)
        self.running = self.execution_count
        result = self.run_cell(source, store_history=True)
        return "ok" if result.success else "error", self.running, self.outputs.finish()

    def transform_cell(self, raw_cell: str) -> str:
        """Turn what only a notebook understands into Python; most cells are Python, and stay as they are."""
        if raw_cell[:1].isspace():
            return str(super().transform_cell(raw_cell))
        try:
            ast.parse(raw_cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return str(super().transform_cell(raw_cell))
        return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"

    def _tee(self, channel: str) -> AbstractContextManager[None]:
        """IPython would keep all that is printed a second time, without bound."""
        return nullcontext()

    def ask_exit(self) -> None:
        """Go on: `exit()` in a cell ends nothing."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = "(its message could not be made into text)"
        self.outputs.error(etype.__name__, text, [str(line) for line in stb])

    def enable_matplotlib(self, gui: Any = None) -> tuple[str, str]:
        """Do nothing more: figures are always shown in the notebook."""
        return "inline", "inline"

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show anything in."""

    def system(self, cmd: str) -> None:
        """Refuse to start a program."""
        self.outputs.write("stderr", "Programs cannot be started while a notebook is graded.\n")

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> NoReturn:
        """Refuse to start a program."""
        raise PermissionError("Programs cannot be started while a notebook is graded.")


def warm_up(shell: CandidateShell) -> None:
    """Do what is slow the first time, so that forks find it done, and have figures shown inline."""
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "inline")  # type: ignore[no-untyped-call]
    shell.run("import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.title('$x$')\nplt.show()", 1 << 20)
    shell.run("def f(x):\n    return 1 / x\nf(0)", 1 << 20)
    shell.reset()


def _texts(formats: dict[str, Any]) -> dict[str, Any]:
    """Return the formats with pictures as base64 text, as notebooks hold them."""
    return {
        kind: base64.b64encode(part).decode() if isinstance(part, bytes) else part
        for kind, part in formats.items()
    }


def _no_input(prompt: object = "") -> NoReturn:
    __tracebackhide__ = True
    raise EOFError("Nobody is at the keyboard while a notebook is graded.")
