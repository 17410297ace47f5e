"""Imported first by programs that grade: keeps a second of start-up away.

jsonschema, which nbformat imports, compiles the grammar of all URIs when the optional rfc3987-syntax is
installed. No notebook's schema asks for that check.
"""

import os
import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# Lanes are the parallelism; a BLAS with threads of its own in each would only make them wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
