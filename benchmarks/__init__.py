"""How fast grading is, side by side with stock nbgrader on the same submissions."""
