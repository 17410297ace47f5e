"""Submitted files become notebooks that follow the plan, or a reason why not."""
