"""Grades and pages go back into the system that the submissions came from."""
