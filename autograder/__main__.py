"""`python -m autograder`: see --help."""

import sys

import autograder.lean  # noqa: F401 (must come before all else)
from autograder.cli import main

if __name__ == "__main__":
    sys.exit(main())
