"""check(f): recorded answers, the session, progress."""
