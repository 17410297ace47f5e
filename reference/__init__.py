"""Ground truth of the course: what every exercise asks, in NumPy, checked against torch."""
