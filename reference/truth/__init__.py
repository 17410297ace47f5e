"""The ground truth in NumPy, one module for each unit, and torch as its oracle."""
