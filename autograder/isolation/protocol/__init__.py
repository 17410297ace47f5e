"""What the examiner and a candidate say to each other: used on both sides, by neither side alone."""
