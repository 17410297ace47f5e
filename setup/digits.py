"""Make stagewise/data/shipped/digits.npz from the copy that scikit-learn has: `python setup/digits.py`."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

PLACE = Path(__file__).parents[1] / "stagewise" / "data" / "shipped" / "digits.npz"

ink, labels = load_digits(return_X_y=True)
np.savez_compressed(PLACE, ink=ink.astype(np.uint8), labels=labels.astype(np.uint8))
print(f"{PLACE}: {len(ink)} digits, {PLACE.stat().st_size} bytes")
