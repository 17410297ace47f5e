# mypy: ignore-errors
# It runs in the browser, where Pyodide's packages are.
"""What is run in Python before the browser keeps it: everything that first cells need is imported."""

import gc
import os

import pyodide_kernel  # before what looks for its shell (ipywidgets) or its backend (matplotlib)

# isort: split
import ipywidgets  # noqa: F401 - imported for the cells that do so next
import matplotlib.pyplot  # noqa: F401
import numpy  # noqa: F401
import piplite.piplite  # noqa: F401

import stagewise  # noqa: F401


def begin_here():
    """Let the shell have begun in the folder of the first cell: before, the notebook's is not there."""
    shell.starting_dir = os.getcwd()
    shell.events.unregister("pre_execute", begin_here)


shell = pyodide_kernel.ipython_shell
shell.events.register("pre_execute", begin_here)
gc.collect()
