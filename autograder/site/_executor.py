"""What runs the cells of a notebook in the browser: a plugin of ours, in place of JupyterLab's."""

import json
from pathlib import Path
from shutil import copyfile

_NAME = "stagewise"
_SCRIPT = "executor.js"
_HERE = Path(__file__).parent / "working"
_JUPYTERLABS = "@jupyterlab/notebook-extension:cell-executor"


def add_executor(made: Path) -> None:
    """Add our plugin to JupyterLite, in `made`, and tell its notebooks to take that one."""
    folder = made / "extensions" / _NAME
    folder.mkdir()
    copyfile(_HERE / _SCRIPT, folder / _SCRIPT)
    place = made / "notebooks" / "jupyter-lite.json"
    written = json.loads(place.read_bytes())
    written["jupyter-config-data"] |= {
        "federated_extensions": [{"name": _NAME, "load": _SCRIPT, "extension": "./extension"}],
        "disabledExtensions": [_JUPYTERLABS],
    }
    place.write_text(json.dumps(written, indent=1, sort_keys=True))
