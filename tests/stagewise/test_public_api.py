"""What students may rely on: names, and an import that costs next to nothing."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import stagewise
from stagewise import data, plots


def test_public_names_are_pinned():
    assert stagewise.__all__ == ["__version__", "begin", "check", "hint", "progress"]
    assert set(plots.__all__) == {
        "INK", "PALETTE", "Edge", "Node", "bands", "batchnorm_graph", "curves", "graph", "histograms",
        "images", "new_axes", "panels", "race", "regions", "sweep", "thinned", "walks",
        "weights",
    }  # fmt: skip
    assert {"Digits", "digits", "minibatches", "spirals"} <= set(data.__all__)


def test_the_version_is_written_once_and_told_to_users():
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "stagewise/__init__.py"
    assert f"## [{stagewise.__version__}]" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {stagewise.__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    named = re.findall(r"stagewise-([\d.]+)-py3", (root / "docs" / "students.md").read_text(encoding="utf-8"))
    assert set(named) == {stagewise.__version__}


def test_import_loads_nothing_heavy():
    heavy = "matplotlib", "sklearn", "ipywidgets", "IPython", "torch"
    script = (
        "import sys; from stagewise import begin, check, hint, progress; "
        "from stagewise import data, plots, gradients, interactive; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
