"""Marking written answers by hand: one question for all students, in a page of this machine."""
