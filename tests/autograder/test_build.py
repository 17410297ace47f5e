"""The build makes both notebooks and the recorded answers, twice the same, and keeps grades that exist."""

import json
import os
import shutil
import subprocess
import sysconfig
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook, MissingEntry

from autograder.errors import AuthorError, CourseError
from autograder.units.build import build
from autograder.units.prepare import prepare
from reference.kit.exercise import case
from reference.kit.notation import wrongs
from tests.autograder.toy_unit import SOURCE, TOY, course_of, load


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A built course, to copy: making a gradebook takes nbgrader a second."""
    course = course_of(tmp_path_factory.mktemp("built"))
    build(course, load=load)
    return course


@pytest.fixture
def course(built, tmp_path):
    shutil.copytree(built.root, tmp_path, dirs_exist_ok=True)
    return course_of(tmp_path)


@pytest.fixture
def fresh(tmp_path):
    return course_of(tmp_path)


def files_of(root):
    return {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def grade_somebody(course):
    with Gradebook(course.db_url) as gradebook, gradebook.db.no_autoflush:
        gradebook.add_student("ada")
        gradebook.add_submission("toy", "ada")
        gradebook.find_grade("check-double", "toy", "toy", "ada").auto_score = 40.5
        gradebook.db.commit()


def score_of_ada(course):
    with Gradebook(course.db_url) as gradebook:
        return gradebook.find_grade("check-double", "toy", "toy", "ada").auto_score


def source_cells(course):
    with Gradebook(course.db_url) as gradebook:
        return {cell.name: cell.source for cell in gradebook.find_notebook("toy", "toy").source_cells}


def test_a_build_makes_three_files_and_the_gradebook(fresh):
    course = fresh
    (built,) = build(course, load=load)
    made = {"source/toy/toy.ipynb", "assignments/toy/toy.ipynb", "recorded/toy.json"}
    assert {str(path.relative_to(course.root)) for path in built.changed} == made
    assert (built.unit, built.points, built.graded) == ("toy", 100, 0)
    names = {str(path.parent) for path in files_of(course.root)}
    assert names == {"source/toy", "source/.built", "assignments/toy", "recorded", "solutions", "."}


def test_students_receive_stubs_and_docstrings(course):
    released = course.student("toy").read_text()
    sources = ["".join(cell["source"]) for cell in json.loads(released)["cells"]]
    docstring = '    """Twice x, an array of any shape."""\n'
    assert f"def double(x):\n{docstring}    # YOUR CODE HERE\n    raise NotImplementedError()" in sources
    assert "check(quadruple, double)" in sources
    assert "YOUR ANSWER HERE" in sources
    assert "secret" not in released
    assert released == json.dumps(json.loads(released), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_instructor_keeps_the_solution(course):
    assert "secret_sum = x + x" in course.instructor("toy").read_text()


def test_recorded_answers_know_the_points(course):
    recorded = json.loads((course.recorded / "toy.json").read_text())
    assert {one["name"]: one["points"] for one in recorded["exercises"]} == {"double": 40.5, "quadruple": 50}


def test_building_twice_changes_no_byte(course):
    before = {name: data for name, data in files_of(course.root).items() if name.suffix != ".db"}
    times = {name: (course.root / name).stat().st_mtime_ns for name in before}
    (again,) = build(course, load=load)
    assert again.changed == ()
    assert {name: data for name, data in files_of(course.root).items() if name.suffix != ".db"} == before
    assert {name: (course.root / name).stat().st_mtime_ns for name in before} == times


def test_a_course_that_records_nothing_gets_notebooks_only(tmp_path):
    toy = course_of(tmp_path)
    other = type(toy)(tmp_path / "other", toy.solutions)
    other.root.mkdir()
    build(other, load=load)
    made = {str(path) for path in files_of(other.root)}
    assert made == {"source/toy/toy.ipynb", "source/.built/toy", "assignments/toy/toy.ipynb", "gradebook.db"}


def test_each_unit_is_reported_in_a_line(course):
    lines = []
    shutil.rmtree(course.release)
    course.instructor("toy").unlink()
    build(course, report=lines.append, load=load)
    build(course, report=lines.append, load=load)
    assert lines == [
        "toy: Toys that double, 100 points, 2 files changed",
        "toy: Toys that double, 100 points, nothing changed",
    ]


def test_a_mistake_changes_no_file(course):
    before = files_of(course.root / "assignments")
    course.unit_source("toy").write_text(SOURCE.replace("points=50", "points=51"))
    with pytest.raises(AuthorError):
        build(course, load=load)
    assert files_of(course.root / "assignments") == before
    assert not list(course.root.glob(".build-*"))


def test_a_unit_that_the_reference_does_not_know_is_an_author_error(course):
    (course.solutions / "other.py").write_text(SOURCE)
    with pytest.raises(AuthorError, match=r"no reference\.exercises\.other"):
        build(course, ["other"], load=load)


def test_an_unknown_unit_names_those_that_there_are(course):
    with pytest.raises(CourseError, match=r"no unit 'tyo'.*\nRemedy: name one of: toy"):
        build(course, ["tyo"], load=load)


def test_a_new_text_and_new_points_keep_the_grades(course):
    grade_somebody(course)
    source = SOURCE.replace("picture = double(1)", "picture = double(2)")
    source = source.replace("points=40.5", "points=41.5").replace("points=9.5", "points=8.5")
    source = source.replace("9.5 points:", "8.5 points:")
    course.unit_source("toy").write_text(source)
    (built,) = build(course, load=load)
    assert built.graded == 1
    assert "1 graded submissions kept, grade them again" in str(built)
    assert score_of_ada(course) == 40.5
    assert source_cells(course)["explore-doubling"] == "picture = double(2)"


def test_cells_that_nobody_is_graded_on_may_come_and_go_after_grading(course):
    grade_somebody(course)
    source = SOURCE.replace('role="explore" tags=["plot"]', 'role="given" name="new"')
    course.unit_source("toy").write_text(source)
    build(course, load=load)
    cells = source_cells(course)
    assert "given-new" in cells
    assert "explore-doubling" not in cells
    assert score_of_ada(course) == 40.5


def test_a_change_that_would_lose_grades_is_refused_and_says_what_to_do(course):
    grade_somebody(course)
    before = files_of(course.root / "assignments")
    course.unit_source("toy").write_text(SOURCE.replace('name="why"', 'name="how"'))
    with pytest.raises(CourseError) as caught:
        build(course, load=load)
    assert "the new version adds written-how, removes written-why" in caught.value.problem
    assert "nbgrader db assignment remove toy --force" in caught.value.remedy
    assert score_of_ada(course) == 40.5
    assert files_of(course.root / "assignments") == before


def test_without_grades_any_change_is_taken(course):
    course.unit_source("toy").write_text(SOURCE.replace('name="why"', 'name="how"'))
    build(course, load=load)
    with Gradebook(course.db_url) as gradebook, pytest.raises(MissingEntry):
        gradebook.find_grade_cell("written-why", "toy", "toy")


def test_a_damaged_gradebook_is_named_and_left_alone(course):
    course.gradebook.write_bytes(b"no database at all, but long enough to look like one" * 20)
    with pytest.raises(CourseError, match=r"gradebook\.db could not be used: .*\n.*put a backup"):
        build(course, load=load)
    assert course.gradebook.read_bytes().startswith(b"no database")


def test_nbgraders_own_command_makes_the_same_notebook(course):
    ours = course.student("toy").read_bytes()
    prepare(course, load=load)
    scripts = sysconfig.get_path("scripts")
    command = [f"{scripts}/nbgrader", "generate_assignment", "toy", "--force"]
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=course.root, env=environment, check=True, capture_output=True)
    assert course.student("toy").read_bytes() == ours
    assert prepare(course, load=load) == ()


def failing_where_nobody_looked(rng):
    return {"x": None}


def test_a_hidden_case_that_cannot_be_drawn_stops_the_build_where_it_was_written(fresh):
    """Grading would be too late to find out."""
    double, quadruple = TOY.exercises
    hidden = case("late", "y = double(x)", "y", failing_where_nobody_looked)
    broken = replace(TOY, exercises=(replace(double, cases=(*double.cases, hidden)), quadruple))
    with pytest.raises(AuthorError, match="double, case 'late': the truth fails in") as told:
        build(fresh, load=lambda name: broken)
    assert told.value.file == __file__


def test_a_mistake_that_no_longer_fits_the_truth_stops_the_build(fresh):
    double, quadruple = TOY.exercises
    (stale,) = wrongs("""
        stale: x - x => x
            You subtract.
    """)
    broken = replace(TOY, exercises=(replace(double, misconceptions=(stale,)), quadruple))
    with pytest.raises(AuthorError, match="'stale': `change` must occur exactly once") as told:
        build(fresh, load=lambda name: broken)
    assert (told.value.file, told.value.line) == (__file__, stale.place.line)


def test_a_package_that_the_exercises_need_and_that_is_missing_is_the_machines_fault(tmp_path):
    def lacking(name):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    with pytest.raises(CourseError, match=r"toy need what is not there: No module named 'torch'[\s\S]*pip"):
        build(course_of(tmp_path), load=lacking)


def test_a_truth_that_nothing_confirms_stops_the_build_by_name(fresh):
    unit = replace(TOY, beyond_torch={"double": "a toy"})
    with pytest.raises(AuthorError, match="the truth of quadruple is confirmed by nothing") as told:
        build(fresh, load=lambda name: unit)
    assert told.value.file == TOY.exercise("quadruple").cases[0].place.file
