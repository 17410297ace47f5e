"""What students may rely on: names, and an import that costs next to nothing."""

import subprocess
import sys
import tomllib
from pathlib import Path

import stagewise
from stagewise import data, plots


def test_public_names_are_pinned():
    assert stagewise.__all__ == ["__version__", "begin", "check", "progress"]
    assert set(plots.__all__) == {
        "INK", "PALETTE", "Edge", "Node", "bands", "batchnorm_graph", "curves", "graph", "histograms",
        "images", "new_axes", "panels", "race", "regions", "sweep", "thinned", "walks",
    }  # fmt: skip
    assert {"Digits", "digits", "minibatches", "spirals"} <= set(data.__all__)


def test_version_is_that_of_the_distribution():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert stagewise.__version__ == project["project"]["version"]


def test_import_loads_nothing_heavy():
    heavy = "matplotlib", "sklearn", "ipywidgets", "IPython", "torch"
    script = (
        "import sys; from stagewise import begin, check, progress, data, plots, gradients, interactive; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
