"""nbgrader's settings for every course that this environment grades, whatever the course's file lacks."""

from autograder.config import isolate

isolate(get_config())  # noqa: F821 (nbgrader defines get_config)
