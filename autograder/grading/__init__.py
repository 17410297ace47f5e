"""Many submissions graded at once, each in isolation, nothing lost."""
