"""Ground truth of the course: what every exercise asks, in NumPy, checked against torch."""

# Imported eagerly: the function must win over the module of the same name.
from reference.examine import examine as examine
