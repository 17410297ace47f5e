"""A unit that a clone builds for one course alone works for the students of that course."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from autograder import doctor
from autograder.course import REPOSITORY, Course
from tests.autograder import toy_truth
from tests.autograder.toy_unit import SOURCE, course_of

EXERCISES = '''\
"""What the unit asks."""

from reference.kit.exercise import Exercise, Unit, case, wrong
from reference.truth.own import double, quadruple


def drawn(rng):
    return {"x": rng.normal(size=(3, 2))}


UNIT = Unit(
    "own",
    "Toys",
    (
        Exercise(
            "double",
            double,
            (case("plain", "y = double(x)", "y", drawn, visible=True, main=True),),
            (wrong("squares", change="x + x", into="x * x * 1.0", says="You square x."),),
        ),
        Exercise(
            "quadruple",
            quadruple,
            (case("plain", "y = double(x)\\nz = quadruple(y)", "z", drawn, visible=True, main=True),),
            (),
            partners=(double,),
        ),
    ),
    beyond_torch={"double": "a toy", "quadruple": "a toy"},
)
'''
STUDENT = """
import json, sys
for cell in json.load(open(sys.argv[1]))["cells"]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "code" and ("begin(" in source or source.startswith("check(double)")):
        exec("\\n".join(line for line in source.split("\\n") if not line.startswith("%")))
    elif source.startswith("def double"):
        double = lambda x: x * x * 1.0
        double.__name__ = "double"
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with a unit of its own, and a course beside it."""
    root = tmp_path_factory.mktemp("clone")
    for package in ("stagewise", "reference", "autograder", "setup"):
        shutil.copytree(REPOSITORY / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, root / name)
    (root / "solutions").mkdir()
    (root / "solutions" / "own.py").write_text(SOURCE.replace('begin("toy")', 'begin("own")'))
    shutil.copy(toy_truth.__file__, root / "reference" / "truth" / "own.py")
    (root / "reference" / "exercises" / "own.py").write_text(EXERCISES)
    (root / "course").mkdir()
    return root


def does(root, *arguments):
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "autograder", *arguments, "--course", str(root / "course")]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_checks_work_with_what_the_hand_out_holds(clone, tmp_path):
    assert "recorded answers are new, hand the unit out again" in does(clone, "build", "own")
    assert "nothing changed" in does(clone, "build", "own")
    (clone / "stagewise" / "recorded" / "own.json").unlink()
    does(clone, "handout", "own")
    with zipfile.ZipFile(clone / "course" / "stagewise-handout.zip") as archive:
        archive.extractall(tmp_path)
    home = tmp_path / "stagewise"
    (wheel,) = home.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-c", STUDENT, str(home / "own" / "own.ipynb")],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert "2 exercises" in done.stdout, done.stderr
    assert "You square x." in done.stdout


def test_a_unit_of_the_repository_is_recorded_by_its_own_build_alone(tmp_path):
    assert Course(tmp_path).recording("batchnorm") is None
    assert (
        Course(REPOSITORY).recording("batchnorm") == REPOSITORY / "stagewise" / "recorded" / "batchnorm.json"
    )
    assert Course(tmp_path).recording("own") == REPOSITORY / "stagewise" / "recorded" / "own.json"
    assert Course(tmp_path, tmp_path / "solutions").recording("own") is None


def test_the_doctor_tells_where_recorded_answers_are_missing(tmp_path):
    course = course_of(tmp_path)
    course.student("toy").parent.mkdir(parents=True)
    course.student("toy").write_text(json.dumps({}))
    finding = doctor._recordings(course)
    assert (finding.good, finding.needed) == (False, False)
    assert "build toy" in finding.remedy
    course.recorded.mkdir()
    (course.recorded / "toy.json").write_text("{}")
    assert doctor._recordings(course).good
