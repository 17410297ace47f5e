"""Downloads as folders, and what collecting the toy unit makes of them."""

from autograder.collecting import collect


def folder(root, files):
    """A folder with these files: {path below it: content}."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def gathered(course, *sources, **options):
    """What became of the files: {student: outcome}, with refused files by their last name."""
    decisions = collect.collect(course, "toy", sources, **options).decisions
    return {one.student or one.file.rsplit("/", 1)[-1]: one.outcome for one in decisions}


def content(course, student):
    """The submission that a student has now."""
    return (course.submitted / student / "toy" / "toy.ipynb").read_bytes()
