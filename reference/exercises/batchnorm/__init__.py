"""Unit 4, batch normalisation: what is asked."""

from reference.exercises.batchnorm.in_torch import oracle_rows as oracle_rows
