"""Functions of a class that are alike beyond what the course explains: worth a look, and no proof."""
