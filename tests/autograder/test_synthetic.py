"""The synthetic class: the same for a seed, of every kind, its wrong students as wrong as is said."""

import ast
import json

import numpy as np
import pytest

import reference.kit.units
from autograder.course import REPOSITORY, Course
from autograder.intake.reading import read_submission
from autograder.synthetic.students import HONEST, KINDS, draw_class, draw_classes, hand_in, material
from autograder.synthetic.transcript import goes_with_the_rest, written
from autograder.synthetic.trouble import DAMAGES, TRICKS
from autograder.units.plan import read_plan
from autograder.units.prepare import prepare
from reference.judge.drawing import draw
from reference.judge.randomness import same_random_state
from stagewise.judge.judging import judge

UNITS = {unit: reference.kit.units.load(unit) for unit in Course(REPOSITORY).units()}
VARIANTS = [
    (unit, exercise, variant)
    for unit in UNITS.values()
    for exercise in unit.exercises
    for variant in (*exercise.misconceptions, *exercise.alternatives)
]


def told(unit, exercise, variant):
    """The version as a cell of the unit's notebook."""
    return written(variant, exercise, frozenset(one.name for one in unit.exercises))


TOLD = [version for version in VARIANTS if told(*version) is not None]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = Course(tmp_path_factory.mktemp("course"))
    prepare(made, ["batchnorm"])
    return made


def test_a_class_is_the_same_for_the_same_seed_and_another_for_another(course):
    one = draw_class(course, "batchnorm", 12, 5)
    assert draw_class(course, "batchnorm", 12, 5) == one
    assert draw_class(course, "batchnorm", 12, 6) != one


def test_a_class_has_students_of_every_kind(course):
    students = draw_class(course, "batchnorm", 30, 1)
    assert len(students) == 30
    assert {student.kind for student in students} == set(KINDS)
    assert {student.kind for student in draw_class(course, "batchnorm", 9, 1, HONEST)} == set(HONEST)


def test_what_was_handed_in_lies_where_grading_looks(course):
    students = draw_class(course, "batchnorm", 6, 2, HONEST)
    hand_in(course, students)
    plan = read_plan(course.instructor("batchnorm"))
    for student in students:
        raw = (course.submitted / student.name / "batchnorm" / "batchnorm.ipynb").read_bytes()
        assert read_submission(raw, plan).repairs == ()


@pytest.mark.parametrize(("unit", "exercise", "variant"), TOLD, ids=lambda one: getattr(one, "name", ""))
def test_a_version_as_text_behaves_as_the_version_does(unit, exercise, variant):
    text = told(unit, exercise, variant)
    assert text is not None
    world = {"np": np, **{one.name: one.truth for one in unit.exercises}}
    exec(compile(text, "<cell>", "exec"), world)
    functions = exercise.functions | {exercise.name: world[exercise.name]}
    cases = draw(exercise, 0)
    with same_random_state():
        expected = judge(variant.functions(exercise), cases).fraction
    with same_random_state():
        assert judge(functions, cases).fraction == pytest.approx(expected)


def test_most_versions_can_be_told_in_one_cell():
    assert len(TOLD) > 0.8 * len(VARIANTS)


def test_a_cell_has_no_annotations_of_the_reference():
    for version in TOLD:
        text = told(*version) or ""
        assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AnnAssign)]
        assert "Array" not in text
        assert "reference" not in text


@pytest.mark.parametrize(("way", "fits"), [("in float32", True), ("unit by unit", False)])
def test_another_way_that_asks_for_another_way_back_does_not_fit(way, fits):
    """The backward pass finds something else in the cache."""
    unit = UNITS["activations"]
    exercise = unit.exercise("maxout_forward")
    (variant,) = [one for one in exercise.alternatives if one.name == way]
    assert goes_with_the_rest(variant, exercise, unit) is fits


def test_a_class_is_spread_over_units_kind_by_kind():
    """Each student hands in one unit; no unit gets all the hostile ones."""
    students = draw_classes(Course(REPOSITORY), list(UNITS), 30, 1)
    assert len({student.name for student in students}) == 30
    assert {student.kind for student in students} == set(KINDS)
    for unit in UNITS:
        own = [student for student in students if student.unit == unit]
        assert 0 <= len(own) - 30 // len(UNITS) <= 1
        assert all(f"{unit}.ipynb" in name for student in own for name in student.files)
    for kind in ("damaged", "hostile"):
        places = [student.unit for student in students if student.kind == kind]
        assert len(places) == len(set(places)) > 1


def test_every_damage_changes_the_file(course):
    made = material(course, "batchnorm")
    whole = {"batchnorm.ipynb": json.dumps(made.released).encode()}
    for name, damage in DAMAGES.items():
        assert damage(dict(whole), np.random.default_rng(0)) != whole, name


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_every_trick_is_python_that_fits_any_exercise(trick):
    ast.parse(trick.replace("EXERCISE", "batchnorm_step1"))


def test_a_lambda_is_not_written_into_a_notebook_whatever_it_is_called(monkeypatch):
    exercise = reference.kit.units.load("activations").exercise("gelu_forward")
    (mistake,) = [one for one in exercise.misconceptions if one.name == "tanh-approximation"]
    monkeypatch.setattr(mistake.by, "__name__", "gelu_forward")
    assert written(mistake, exercise, {}) is None
