"""`new` writes the unit of the guide under another name, which is built, graded and held to the tests."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from autograder.course import REPOSITORY
from autograder.errors import CourseError
from autograder.units import skeleton

WANTED = ("solutions/{}.py", "reference/truth/{}.py", "reference/exercises/{}.py")
ANSWER = """
def squared_error(y, t):
    return np.sum((y - t) ** 2) / len(y), (y - t) / len(y)
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone in which `new` has written the unit `plain`."""
    root = tmp_path_factory.mktemp("clone")
    for package in ("stagewise", "reference", "autograder", "setup", "docs"):
        shutil.copytree(REPOSITORY / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, root / name)
    does(root, "autograder", "new", "plain")
    return root


def does(root, module, *arguments):
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_has_three_files_and_its_unit_another_name():
    made = skeleton.files("plain", skeleton.GUIDE.read_text(encoding="utf-8"))
    assert sorted(made) == sorted(path.format("plain") for path in WANTED)
    assert not any(skeleton.UNIT in text for text in made.values())
    assert 'begin("plain")' in made["solutions/plain.py"]


def test_the_definition_of_its_exercise_is_short():
    text = skeleton.GUIDE.read_text(encoding="utf-8")
    made = skeleton.files("plain", text)["reference/exercises/plain.py"]
    assert len(made.splitlines()) <= 80


@pytest.mark.parametrize("name", ["Plain", "2nd", "a-b", "", "../x", "x.y"])
def test_a_name_that_cannot_be_is_refused(tmp_path, name):
    with pytest.raises(CourseError, match="cannot be called"):
        skeleton.write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", [*WANTED, "reference/exercises/{}"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_written(tmp_path, taken):
    place = tmp_path / taken.format("plain")
    place.parent.mkdir(parents=True)
    place.mkdir() if not place.suffix else place.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CourseError, match="already"):
        skeleton.write("plain", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_its_truth_holds_and_its_mistakes_are_killed(clone):
    pytest.importorskip("torch")
    assert "2 of 2 within their bounds" in does(clone, "reference.verify", "plain")
    assert "5 misconceptions killed and named, 0 problems" in does(clone, "reference.killmatrix", "plain")


def test_it_is_built_and_graded(clone):
    course = clone / "course"
    course.mkdir()
    does(clone, "autograder", "build", "plain", "--course", str(course))
    assert "nothing changed" in does(clone, "autograder", "build", "plain", "--course", str(course))
    notebook = json.loads((course / "assignments" / "plain" / "plain.ipynb").read_text())
    (cell,) = [one for one in notebook["cells"] if "def squared_error" in "".join(one["source"])]
    assert "off = y - t" not in "".join(cell["source"])
    cell["source"] = ANSWER
    place = course / "submitted" / "ada" / "plain" / "plain.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(notebook))
    does(clone, "autograder", "grade", "plain", "--course", str(course))
    told, written = json.loads(
        does(clone, "autograder", "scores", "plain", "--json", "--course", str(course))
    )
    assert (told["points"], written["reason"]) == (60.0, "unanswered")
    assert told["diagnosis"].startswith("Your loss is twice too large")
