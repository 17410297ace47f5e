"""A course is a directory; a fresh one is made ready, quickly and only where something is missing."""

import shutil
from importlib import import_module

import pytest

from autograder.config import CONFIG_TEXT
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.units.build import build
from autograder.units.prepare import prepare
from tests.autograder.toy_unit import SOURCE, course_of, load


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A course that is ready, to copy: making a gradebook takes nbgrader a second."""
    course = course_of(tmp_path_factory.mktemp("ready"))
    prepare(course, load=load)
    return course


@pytest.fixture
def course(ready, tmp_path):
    shutil.copytree(ready.root, tmp_path, dirs_exist_ok=True)
    return course_of(tmp_path)


@pytest.fixture
def fresh(tmp_path):
    return course_of(tmp_path)


def built_units(course):
    return [built.unit for built in prepare(course, load=load)]


def test_the_repository_is_a_course_with_recorded_answers():
    course = Course(REPOSITORY)
    assert course.recorded == REPOSITORY / "stagewise" / "recorded"
    assert course.student("batchnorm") == REPOSITORY / "assignments" / "batchnorm" / "batchnorm.ipynb"


def test_another_directory_takes_its_units_from_the_repository_and_records_nothing(tmp_path):
    course = Course(tmp_path)
    assert course.units() == Course(REPOSITORY).units()
    assert course.recorded is None


def test_units_are_the_sources_that_there_are(fresh):
    course = fresh
    (course.solutions / "_draft.py").write_text("")
    (course.solutions / "abc.py").write_text("")
    assert course.units() == ("abc", "toy")
    assert course.named(None) == course.named([]) == ("abc", "toy")
    assert course.named(["toy"]) == ("toy",)


def test_an_unknown_unit_is_an_error(course):
    with pytest.raises(CourseError, match="name one of: toy"):
        course.named(["toys"])


def test_nbgrader_finds_the_course_in_its_config(course):
    config = course.config()
    assert config.CourseDirectory.root == str(course.root)
    assert course.release.name == config.CourseDirectory.release_directory


def test_a_fresh_directory_is_made_ready(fresh):
    course = fresh
    assert built_units(course) == ["toy"]
    assert course.config_file.read_text() == CONFIG_TEXT
    assert course.student("toy").exists()
    assert course.instructor("toy").exists()
    assert course.gradebook.exists()


def test_a_ready_directory_is_not_built_again(course, monkeypatch):
    module = import_module("autograder.units.build")
    monkeypatch.setattr(module, "build", lambda *args: pytest.fail("built"))
    assert prepare(course, load=load) == ()


@pytest.mark.parametrize("missing", ["gradebook.db", "source/toy/toy.ipynb", "assignments/toy/toy.ipynb"])
def test_what_is_missing_is_made_again(course, missing):
    (course.root / missing).unlink()
    assert built_units(course) == ["toy"]
    assert (course.root / missing).exists()


@pytest.mark.parametrize("damaged", ["source/toy/toy.ipynb", "assignments/toy/toy.ipynb", "gradebook.db"])
def test_what_was_damaged_is_made_again(course, damaged):
    good = course.student("toy").read_bytes()
    (course.root / damaged).write_bytes(b"")
    assert built_units(course) == ["toy"]
    assert course.student("toy").read_bytes() == good


def test_a_changed_source_is_built(course):
    course.unit_source("toy").write_text(SOURCE + "\n# %% [markdown]\n# More.\n")
    assert built_units(course) == ["toy"]
    assert built_units(course) == []


def test_a_config_file_of_ones_own_is_kept(course):
    course.config_file.write_text("c = get_config()\n")
    prepare(course, load=load)
    assert course.config_file.read_text() == "c = get_config()\n"


def test_a_course_that_was_built_by_hand_is_ready(course):
    course.config_file.unlink()
    build(course, load=load)
    assert built_units(course) == []


def test_a_directory_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(CourseError, match="is no directory"):
        prepare(Course(tmp_path / "gone"))
