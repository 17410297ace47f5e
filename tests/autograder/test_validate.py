"""Validation names what is wrong with a unit; the units of the course are sound."""

import json
import os
import shutil

import nbformat
import pytest

from autograder import validate as validating
from autograder.course import REPOSITORY, Course
from autograder.errors import AuthorError, CourseError
from autograder.grading.records import CheckScore, Record
from autograder.grading.settings import Settings
from autograder.intake.repair import Repair
from autograder.reasons import Reason
from autograder.side_by_side import side_by_side
from autograder.units.build import build
from autograder.validate import Finding, table, validate
from stagewise.checks.layout import lay_out
from tests.autograder.toy_unit import course_of, load

COURSE = Course(REPOSITORY)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    course = course_of(tmp_path_factory.mktemp("built"))
    build(course, load=load)
    return course


@pytest.fixture
def course(built, tmp_path):
    shutil.copytree(built.root, tmp_path, dirs_exist_ok=True)
    return course_of(tmp_path)


def record(*checks, **other):
    return Record("ada", "toy", "digest", "cache_key", "sandbox", checks=checks, **other)


@pytest.mark.parametrize("unit", COURSE.units())
def test_a_unit_of_the_course_is_sound(unit, killed, monkeypatch):
    """Its kill matrix is asked for, with the seeds that it has unless told otherwise: the one of this run."""
    lines, asked = [], []
    monkeypatch.setattr(validating, "killmatrix", lambda unit: asked.append(unit.name) or killed(unit))
    findings = validate(COURSE, [unit], report=lines.append)
    assert [str(finding) for finding in findings if not finding.ok] == []
    assert lines == [f"ok   {unit}: {finding.question}" for finding in findings]
    assert len(findings) == 5
    assert asked == [unit]


def test_a_wordy_unit_is_told_its_words_and_what_to_do():
    assert validating._brevity("toy", 600.4).ok
    finding = validating._brevity("toy", 700.6)
    assert finding.question == "701 words of open text for each exercise, of at most 600"
    assert "fold what is an aside" in finding.problems[0]


def test_a_built_unit_is_up_to_date(built, course):
    assert list(validating._outdated(course, built, "toy")) == []


@pytest.mark.parametrize("name", ["assignments/toy/toy.ipynb", "recorded/toy.json"])
def test_a_file_that_differs_or_lacks_names_the_build(built, course, name):
    file = course.root / name
    file.write_text(file.read_text() + " ")
    (problem,) = validating._outdated(course, built, "toy")
    assert problem == f"{file} is out of date: run python -m autograder build toy"
    file.unlink()
    (problem,) = validating._outdated(course, built, "toy")
    assert problem == f"{file} is missing: run python -m autograder build toy"


@pytest.mark.parametrize(("off", "stale"), [(1e-13, []), (1e-3, ["toy.json"])])
def test_a_rounding_of_another_processor_is_not_out_of_date(course, tmp_path_factory, off, stale):
    recording = course.recorded / "toy.json"
    data = json.loads(recording.read_text())
    data["exercises"][0]["cases"][0]["outputs"][0][2]["data"][0] *= 1 + off
    recording.write_text(lay_out(data))
    scratch = validating._built_aside(course, "toy", tmp_path_factory.mktemp("aside"), load)
    found = [problem.split(" is out of date")[0] for problem in validating._outdated(course, scratch, "toy")]
    assert found == [str(course.recorded / name) for name in stale]


def test_the_solved_notebook_is_the_released_one_with_its_solutions(course):
    solved = json.loads(validating._solved(course, "toy"))
    released = json.loads(course.student("toy").read_text())
    nbformat.validate(solved)
    changed = [
        cell["metadata"]["nbgrader"]["grade_id"]
        for cell, other in zip(solved["cells"], released["cells"], strict=True)
        if "".join(cell["source"]) != "".join(other["source"])
    ]
    assert changed == ["double", "quadruple", "written-why"]
    assert not [cell for cell in solved["cells"] if "HIDDEN TESTS" in "".join(cell["source"])]


def test_points_that_the_solution_loses_are_named_with_the_reason():
    good = CheckScore("check-double", 40.5, 40.5, Reason.OK)
    bad = CheckScore("check-quadruple", 12.5, 50, Reason.PARTIAL, diagnosis="You double only once.")
    assert list(validating._lost_points(record(good, bad))) == [
        "check-quadruple earned 12.5 of 50: You double only once."
    ]


def test_points_that_the_released_notebook_gets_are_named():
    free = CheckScore("check-double", 1, 40.5, Reason.PARTIAL)
    none = CheckScore("check-quadruple", 0, 50, Reason.UNFINISHED)
    assert list(validating._free_points(record(free, none))) == [
        "check-double gives 1 of 40.5 points for nothing"
    ]


def test_a_released_notebook_that_is_taken_for_an_edited_one_is_named():
    repairs = (Repair(Reason.TEXTS_SHOWN, "written-why"),)
    (said,) = validating._free_points(record(repairs=repairs))
    assert Reason.TEXTS_SHOWN.advice in said
    assert "written-why" in said


def test_a_notebook_that_cannot_be_graded_is_a_problem_of_both():
    broken = record(reason=Reason.NOT_JSON, detail="the file is not JSON")
    assert list(validating._lost_points(broken)) == ["the file is not JSON"]
    assert list(validating._free_points(broken)) == ["the file is not JSON"]


def test_a_cell_of_the_solution_that_raises_is_named(course):
    graded = nbformat.read(course.student("toy"), as_version=4)
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    for cell in graded.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in ("explore-doubling", "check-double"):
            cell.outputs = [error]
    path = course.autograded / "solved" / "toy" / "toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(graded, path)
    assert list(validating._failed_cells(course, "toy")) == ["explore-doubling raises ValueError: no"]


def test_the_table_lists_problems_and_counts():
    findings = [Finding("toy", "is it so", ()), Finding("toy", "is it not", ("here", "there"))]
    assert table(findings).splitlines() == [
        "ok   toy: is it so",
        "FAIL toy: is it not",
        "       here",
        "       there",
        "1 of 2 failed",
    ]
    assert table(findings[:1]).splitlines()[-1] == "all 1 hold"


def told_by(work, units, at_once):
    return list(side_by_side(units, work, at_once))


@pytest.mark.parametrize("at_once", [1, 2])
def test_units_are_looked_at_side_by_side_and_told_in_their_order(monkeypatch, at_once):
    """Each in a process of its own where there is more than one at a time."""

    def findings(course, unit, settings, load, place):
        yield Finding(unit, str(os.getpid()), ())
        yield Finding(unit, str(settings.jobs), ("odd",))

    monkeypatch.setattr(validating, "_findings", findings)
    units, lines = COURSE.units(), list[str]()
    found = validate(COURSE, report=lines.append, settings=Settings(jobs=at_once))
    assert [finding.unit for finding in found] == [unit for unit in units for _ in range(2)]
    assert sorted(lines) == sorted(map(str, found))
    processes = {int(finding.question) for finding in found if finding.ok}
    assert len(processes) == at_once
    assert (os.getpid() in processes) == (at_once == 1)
    assert {finding.question for finding in found if not finding.ok} == {"1"}


def test_a_mistake_in_one_of_several_units_is_raised_as_it_is():
    def work(unit):
        if unit == "bad":
            raise AuthorError("bad.py", 3, "it is wrong", "mend it")
        return [unit]

    with pytest.raises(AuthorError, match="line 3:\nit is wrong"):
        told_by(work, ["bad", "good", "better", "best"], 2)


def test_a_process_that_ends_says_which_unit_it_was_at():
    def work(unit):
        return [unit] if unit == "good" else os._exit(3)

    with pytest.raises(CourseError, match="worked on ill ended without a result"):
        told_by(work, ["ill", "good"], 2)
