"""Stagewise: the student's package of the course.

    from stagewise import begin, check, hint, progress

`stagewise.data`, `.plots`, `.gradients` and `.interactive` hold what the experiments use.
"""

from stagewise.checks.checking import check
from stagewise.checks.hinting import hint
from stagewise.checks.session import begin, progress

__version__ = "0.2.0"
__all__ = ["__version__", "begin", "check", "hint", "progress"]
