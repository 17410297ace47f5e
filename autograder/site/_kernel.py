"""What starts the kernel of a notebook in the browser.

The page begins it while JupyterLite still loads, and hands it over when asked for it. Python as it is after
its first start is kept by the browser for the next.
"""

import json
import re
from hashlib import sha256
from pathlib import Path

from autograder.errors import CourseError
from autograder.site._wheels import INDEX, PRELOADED

KERNEL = "@jupyterlite/pyodide-kernel-extension"
_HERE = Path(__file__).parent / "working"
_SCRIPTS = ("start.js", "memory.js", "keeping.js", "prepared.py")
_TOLD = ("early.js", "kernel.js")
_ASKED = re.compile(
    r"crossOriginIsolated\?new Worker\([^?]{1,80}:new Worker\(new URL\(\w+\.p\+\w+\.u\((\d+)\)"
)
"""Where JupyterLite makes a kernel's worker of one of its numbered files; the first is for isolated pages."""


def add_kernel(made: Path, pyodide: str) -> None:
    """Add what starts a kernel to JupyterLite, in `made`, where the wheels are, and tell the kernel of it.

    pyodide: its address. Raises CourseError where JupyterLite does not begin a kernel as it did.
    """
    scripts = {name: (_HERE / name).read_bytes() for name in (*_SCRIPTS, *_TOLD)}
    made_of = sha256(pyodide.encode() + (made / "wheels" / INDEX).read_bytes())
    for script in scripts.values():
        made_of.update(script)
    options: dict[str, object] = {
        "indexURL": pyodide,
        "siteURL": "./",
        "stamp": made_of.hexdigest()[:16],
        "packages": PRELOADED,
    }
    told = json.dumps({"worker": _worker(made), "options": options})
    for name, script in scripts.items():
        head = f"const KERNEL = {told};\n".encode() if name in _TOLD else b""
        (made / name).write_bytes(head + script)
    _configure(made / "jupyter-lite.json", options)


def _worker(made: Path) -> str:
    """JupyterLite's own script of a kernel's worker, a path in `made`."""
    folder = made / "extensions" / KERNEL / "static"
    numbers = [
        one for path in folder.glob("*.js") for one in _ASKED.findall(path.read_text(encoding="utf-8"))
    ]
    files = [path for number in numbers for path in folder.glob(f"{number}.*.js")]
    if len(files) != 1:
        raise CourseError(
            f"of JupyterLite's files {len(files)} make a kernel's worker in the way that is known, not one",
            'run: pip install -e ".[site]", and tell the course\'s authors which versions it installed',
        )
    return files[0].relative_to(made).as_posix()


def _configure(place: Path, options: dict[str, object]) -> None:
    """Tell the kernel to start Python with our script, and to ask no other place."""
    written = json.loads(place.read_bytes())
    plugins = written["jupyter-config-data"].setdefault("litePluginSettings", {})
    plugins[f"{KERNEL}:kernel"] |= {
        "pyodideUrl": "./start.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": options,
    }
    place.write_text(json.dumps(written, indent=1, sort_keys=True))
