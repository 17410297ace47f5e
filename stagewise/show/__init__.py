"""A report as HTML and as text."""
