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

from ._capture import Outputs, Stream
from ._definitions import defines_only, looks_like_definitions

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
        self._usual_listeners: list[int] = []
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
        plain = looks_like_definitions(source) and self._listeners() == self._usual_listeners
        good = self._define(source) if plain else None
        if good is None:
            good = self.run_cell(source, store_history=True).success
        return "ok" if good else "error", self.running, self.outputs.finish()

    def _define(self, source: str) -> bool | None:
        """Run a cell that binds functions and loaded modules, and no more; tell whether it went well.

        None for any other cell. Most of a student's cells are such, and the rest of what `run_cell` does
        would find nothing to do.
        """
        place = self.compile.cache(source, self.running)
        try:
            code = compile(source, place, "exec", self.compile.flags, True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if not defines_only(code):
            return None
        self.execution_count = self.running + 1
        self.history_manager.input_hist_parsed.append(source)
        self.history_manager.input_hist_raw.append(source)
        try:
            exec(code, self.user_global_ns, self.user_ns)
        except Exception:  # a default value, an annotation or a part of a module that there is not
            self.showtraceback(running_compiled_code=True)
            return False
        return True

    def _listeners(self) -> list[int]:
        """Return how many look on while cells run, or change them before."""
        watching = (
            *self.events.callbacks.values(),
            self.ast_transformers,
            self.input_transformers_cleanup,
            self.input_transformers_post,
        )
        return [len(one) for one in watching]

    def listen_no_more(self) -> None:
        """Take those who listen now for the usual ones, to whom a definition says nothing."""
        self._usual_listeners = self._listeners()

    def should_run_async(self, raw_cell: str, **more: Any) -> bool:
        """Tell whether a cell waits for something at its top level, for which most lack the word."""
        if "await" not in raw_cell and "async" not in raw_cell:
            return False
        return bool(super().should_run_async(raw_cell, **more))

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


def show_inline(shell: CandidateShell) -> None:
    """Have figures shown in the notebook."""
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "inline")  # type: ignore[no-untyped-call]


def _texts(formats: dict[str, Any]) -> dict[str, Any]:
    """Return the formats with pictures as base64 text, as notebooks hold them."""
    return {
        kind: base64.b64encode(part).decode() if isinstance(part, bytes) else part
        for kind, part in formats.items()
    }


def _no_input(prompt: object = "") -> NoReturn:
    __tracebackhide__ = True
    raise EOFError("Nobody is at the keyboard while a notebook is graded.")
