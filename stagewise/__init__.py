"""Stagewise: the student's package of the course."""
