"""`python -m autograder`: see --help."""

import os
import sys

# Lanes are the parallelism; a BLAS with threads of its own in each would only make them wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from autograder.cli import main

if __name__ == "__main__":
    sys.exit(main())
