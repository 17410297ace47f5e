"""A course that holds the toy unit, built once for all tests that grade in one."""

import shutil

import pytest

import reference.kit.units
from autograder.units.prepare import prepare
from tests.autograder.toy_unit import course_of, load


@pytest.fixture(scope="session")
def built_toy(tmp_path_factory):
    """The directory of a course in which the toy unit was built; to be copied, not changed."""
    root = tmp_path_factory.mktemp("toy")
    prepare(course_of(root), ["toy"], load=load)
    return root


@pytest.fixture
def toy_course(built_toy, tmp_path, monkeypatch):
    """A fresh course with the toy unit, which the graders know too."""
    monkeypatch.setattr(reference.kit.units, "load", load)
    root = tmp_path / "course"
    shutil.copytree(built_toy, root)
    return course_of(root)
