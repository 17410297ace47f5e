"""The words in which an author defines exercises."""
