"""A function against expected answers: cases, scripts, playing, comparing, outcomes."""
