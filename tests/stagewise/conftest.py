"""A toy unit on disk, a fresh session, and the reports that checks show."""

import importlib.util
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from stagewise.checks import recording, session
from stagewise.show import display

_spec = importlib.util.spec_from_file_location("toy_unit", Path(__file__).with_name("toy_unit.py"))
toy_unit = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(toy_unit)


@pytest.fixture
def toy():
    """The module that made the recorded unit."""
    return toy_unit


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A folder of recordings with the unit `toy`; the session starts fresh."""
    (tmp_path / "toy.json").write_text(recording.dump(toy_unit.unit()), encoding="utf-8")
    monkeypatch.setattr(recording, "folder", lambda: tmp_path)
    recording.load.cache_clear()
    session.forget()
    yield tmp_path
    recording.load.cache_clear()
    session.forget()


@pytest.fixture
def reports(recorded):
    """The reports that checks show, in order."""
    shown = []
    with display.use(shown.append):
        yield shown


@pytest.fixture
def shell():
    """A shell like a notebook's, gone after the test."""
    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()
    made.restore_sys_module_state()
