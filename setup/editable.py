"""An editable install of a clone brings the grader's settings into its environment; a wheel brings none.

The files under setup/environment/ go where nbgrader and IPython look for settings of an environment. pip
keeps them up to date, and takes them away again with the course.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EnvironmentSettings(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the files to what pip installs beside an editable package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is "editable" or "standard"."""
        place = Path(self.root) / "setup" / "environment"
        if version == "editable":
            files = {str(path): path.relative_to(place).as_posix() for path in place.rglob("*.py")}
            build_data["shared_data"] |= files
