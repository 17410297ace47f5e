"""Builds assignments, grades submissions in isolation, writes feedback and reports."""
