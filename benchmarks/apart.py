"""Measurements in processes of their own, so that none carries what another one imported."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks import AS_STARTED


def apart(module: str, *arguments: object) -> Any:
    """What the program `module` prints, which is JSON; CalledProcessError when it fails."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return json.loads(subprocess.run(command, env=AS_STARTED, stdout=subprocess.PIPE, check=True).stdout)
