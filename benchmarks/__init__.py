"""Side by side with other graders; `python -m benchmarks` shows all."""

import os

AS_STARTED = dict(os.environ)
"""The environment before `autograder.lean` changes it, in which other programs are timed."""
