"""What runs inside the sandbox with a student's code: nothing here knows an answer."""
