"""An unchanged submission is not executed again; whatever else its result depends on, when changed, is."""

import shutil
from dataclasses import replace

import pytest

from autograder.course import REPOSITORY
from autograder.grading import cache_key, driver, preparing
from autograder.grading.cache_key import cache_key_of, code_of
from autograder.grading.driver import Settings, grade
from autograder.isolation.limits import Limits
from autograder.units.prepare import prepare
from tests.autograder import sabotage
from tests.autograder.graded_toy import toy_plan
from tests.autograder.sabotage import Lent
from tests.autograder.toy_class import RIGHT, hand_in
from tests.autograder.toy_unit import SOURCE, load

SETTINGS = Settings(jobs=1)


@pytest.fixture
def executed(toy_course, template, tmp_path, monkeypatch):
    """Grade, and tell who was executed for it."""
    monkeypatch.setattr(driver, "question", driver.question)
    hand_in(toy_course, ada=RIGHT)
    place = tmp_path / "sent"
    sabotage.sent_are_noted(place)

    def run(**changed):
        place.write_text("")
        grade(toy_course, "toy", settings=replace(SETTINGS, **changed), templates=Lent(template))
        return place.read_text().split()

    assert run() == ["ada"]
    assert run() == []
    return run


@pytest.mark.parametrize(
    "changed", [{"limits": Limits(call_seconds=9.0)}, {"seed": 7}, {"explore": True}, {"force": True}]
)
def test_how_it_is_graded_counts(changed, executed):
    assert executed(**changed) == ["ada"]


def test_how_many_at_once_does_not_count(executed):
    assert executed(jobs=2) == []


def test_the_source_of_the_unit_counts(executed, toy_course):
    changed = SOURCE.replace("points=40.5", "points=41.5").replace("points=50", "points=49")
    toy_course.unit_source("toy").write_text(changed)
    prepare(toy_course, ["toy"], load=load)
    assert executed() == ["ada"]
    assert executed() == []


def test_the_code_of_the_course_counts(executed, monkeypatch):
    monkeypatch.setattr(preparing, "code_in_use", lambda: "another")
    assert executed() == ["ada"]


def test_versions_of_packages_count(executed, monkeypatch):
    monkeypatch.setattr(cache_key, "version", lambda name: "0.1")
    assert executed() == ["ada"]


def test_force_always_executes(executed):
    assert executed(force=True) == executed(force=True) == ["ada"]


def test_a_hidden_case_that_an_author_changes_is_code_of_the_course(tmp_path):
    assert REPOSITORY / "reference" in cache_key._PLACES
    copy = shutil.copytree(REPOSITORY / "reference", tmp_path / "reference")
    before = code_of([copy])
    assert before == code_of([REPOSITORY / "reference"])
    inputs = copy / "exercises" / "batchnorm" / "inputs.py"
    inputs.write_text(inputs.read_text() + "\nLARGE = 1e7\n")
    changed = code_of([copy])
    assert changed != before
    inputs.rename(inputs.with_name("drawn.py"))
    assert code_of([copy]) not in (before, changed)


@pytest.mark.parametrize("place", cache_key._PLACES, ids=lambda place: place.name)
def test_all_places_of_code_are_there(place):
    assert list(place.rglob("*.py"))


def test_what_python_compiled_does_not_count(tmp_path):
    (tmp_path / "a.py").write_text("a = 1")
    before = code_of([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"a")
    assert code_of([tmp_path]) == before


def test_the_cache_key_is_the_same_in_every_process():
    """No identity, no order of a set, no time in it."""
    plan = toy_plan()
    assert cache_key_of(plan, SETTINGS, 0, "code") == cache_key_of(plan, Settings(jobs=8), 0, "code")
