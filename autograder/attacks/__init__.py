"""Attacks on the grader: their catalogue, the field on which they take place, and what came of them."""
