"""A course's own settings: course.toml, its dates in the gradebook, a new course's directory."""
