"""A class is graded in the real sandbox: each ends with points or a reason, and nothing is lost."""

import json
import os
from contextlib import closing
from dataclasses import replace

import pytest

from autograder.collecting import record
from autograder.course import Assignment
from autograder.errors import CourseError, SandboxError
from autograder.grading import driver as grading
from autograder.grading import records
from autograder.grading import worker as grading_worker
from autograder.grading.driver import Settings, grade
from autograder.grading.processes import Process, ProcessDiedError
from autograder.grading.worker import question
from autograder.isolation import levels
from autograder.isolation.confinement.level import AUTO
from autograder.isolation.levels import chosen
from autograder.isolation.limits import Limits
from autograder.reasons import Reason
from tests.autograder.asked import value
from tests.autograder.graded_toy import ANSWERS, cell, submitted
from tests.autograder.sabotage import Lent, first
from tests.autograder.toy_class import ENDLESS, ENDS_ITSELF, RIGHT, WRONG, hand_in
from tests.autograder.toy_outcome import outcome, points

SEED = {
    "cell_type": "code",
    "id": "luck",
    "metadata": {},
    "execution_count": None,
    "outputs": [],
    "source": [
        "import random\n",
        "import numpy as np\n",
        "luck = [random.random(), float(np.random.rand()), hash('a'), list(set('abcdef'))]\n",
        "luck",
    ],
}
WAIT = "import time\ntime.sleep(60)"
HASTY = Limits(cell_seconds=0.3, call_seconds=0.3, check_seconds=0.6, grace=0.5)
QUICK = Settings(jobs=1, limits=Limits(cell_seconds=2.0, call_seconds=0.5, check_seconds=1.0))


def graded(course, *students, settings=QUICK):
    return {done.record.student: done for done in grade(course, "toy", students, settings)}


def test_a_class_ends_with_points_or_reasons(toy_course):
    hand_in(
        toy_course,
        ada=RIGHT,
        bob=WRONG,
        cut=RIGHT[:300],
        eve=ENDS_ITSELF,
        kim=submitted({}),
    )
    link = toy_course.submitted / "lin" / "toy" / "toy.ipynb"
    link.parent.mkdir(parents=True)
    link.symlink_to(toy_course.submitted / "ada" / "toy" / "toy.ipynb")
    (toy_course.submitted / "max" / "toy").mkdir(parents=True)
    renamed = toy_course.submitted / "ren" / "toy" / "Copy of toy.ipynb"
    renamed.parent.mkdir(parents=True)
    renamed.write_bytes(RIGHT)
    (toy_course.submitted / "bad\nname").mkdir()
    (toy_course.submitted / "bad\nname" / "toy").symlink_to("/etc")

    told = {name: done.record for name, done in graded(toy_course).items()}

    assert {name: record.reason for name, record in told.items()} == {
        "ada": Reason.OK,
        "bad\nname": Reason.BAD_NAME,
        "bob": Reason.OK,
        "cut": Reason.NOT_JSON,
        "eve": Reason.OK,
        "kim": Reason.OK,
        "lin": Reason.SYMLINK,
        "max": Reason.MISSING_FILE,
        "ren": Reason.OK,
    }
    assert {name: record.points for name, record in told.items() if record.reason is Reason.OK} == {
        "ada": 90.5,
        "bob": 0.0,
        "eve": 0.0,
        "kim": 0.0,
        "ren": 90.5,
    }
    assert told["bob"].checks[0].misconception == "squares"
    assert [check.reason for check in told["eve"].checks] == [Reason.DIED, Reason.DIED]
    assert told["kim"].unanswered == ("double", "quadruple", "written-why")
    scores = points(toy_course)
    assert (scores["ada"], scores["cut"]) == (90.5, 0)
    assert "bad\nname" not in scores
    assert not (toy_course.autograded / "cut").exists()
    page = toy_course.autograded / "ada" / "toy" / "toy.ipynb"
    assert page.stat().st_mode & 0o777 == 0o444
    assert cell(json.loads(page.read_text()), "check-double")["outputs"][-1]["data"]["text/plain"] == "40.5"


def test_a_folder_of_the_course_goes_before_a_students_file_of_that_name(toy_course):
    (toy_course.source / "toy" / "images").mkdir()
    (toy_course.source / "toy" / "images" / "net.txt").write_text("drawn")
    hand_in(toy_course, ada=RIGHT)
    (toy_course.submitted / "ada" / "toy" / "images").write_text("mine")
    graded(toy_course)
    assert (toy_course.autograded / "ada" / "toy" / "images" / "net.txt").read_text() == "drawn"


def test_what_is_unchanged_is_not_graded_again(toy_course):
    hand_in(toy_course, ada=RIGHT, bob=WRONG, cut=b"{")
    graded(toy_course)
    hand_in(toy_course, bob=RIGHT)
    assert {name for name, done in graded(toy_course).items() if done.graded} == {"bob"}
    assert {name for name, done in graded(toy_course).items() if done.graded} == set()
    forced = replace(QUICK, force=True)
    assert {name for name, done in graded(toy_course, "ada", settings=forced).items() if done.graded} == {
        "ada"
    }
    other_seed = replace(QUICK, seed=7)
    assert all(done.graded for done in graded(toy_course, settings=other_seed).values())


def test_a_graded_notebook_that_was_removed_is_made_again(toy_course):
    hand_in(toy_course, ada=RIGHT)
    graded(toy_course)
    (toy_course.autograded / "ada" / "toy" / "toy.ipynb").unlink()
    assert graded(toy_course)["ada"].graded


def test_a_resubmission_that_cannot_be_read_leaves_the_earlier_grade(toy_course):
    hand_in(toy_course, ada=RIGHT)
    graded(toy_course)
    before = (toy_course.autograded / "ada" / "toy" / "toy.ipynb").read_bytes()
    hand_in(toy_course, ada=b"\0\0")
    record = graded(toy_course)["ada"].record
    assert record.reason is Reason.EMPTY_FILE
    assert record.points == 90.5
    assert points(toy_course)["ada"] == 90.5
    assert (toy_course.autograded / "ada" / "toy" / "toy.ipynb").read_bytes() == before


def test_other_files_are_kept_beside_the_notebook_and_links_are_not_followed(toy_course):
    hand_in(toy_course, ada=RIGHT)
    folder = toy_course.submitted / "ada" / "toy"
    (folder / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC\n")
    (folder / "data").mkdir()
    (folder / "data" / "points.csv").write_text("1,2\n")
    (folder / "gradebook.db").symlink_to(toy_course.gradebook)
    (folder / "all").symlink_to(toy_course.root)
    graded(toy_course)
    out = toy_course.autograded / "ada" / "toy"
    kept = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert kept == ["data/points.csv", "timestamp.txt", "toy.ipynb"]
    (folder / "data" / "points.csv").unlink()
    hand_in(toy_course, ada=WRONG)
    graded(toy_course)
    assert sorted(path.name for path in out.rglob("*")) == ["timestamp.txt", "toy.ipynb"]


def test_the_number_of_jobs_changes_nothing(toy_course, template):
    """Nor does who is graded beside whom, those who take all the time they get included."""
    hand_in(
        toy_course,
        ada=RIGHT,
        bob=WRONG,
        cut=b"{",
        eve=ENDS_ITSELF,
        kim=submitted({}),
        luc=submitted(change=lambda notebook: notebook["cells"].append(SEED)),
        zoe=ENDLESS,
    )
    outcomes = []
    for jobs in (1, 2, 8):
        settings = replace(QUICK, jobs=jobs, force=True)
        grade(toy_course, "toy", settings=settings, templates=Lent(template))
        outcomes.append(outcome(toy_course))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_the_same_notebook_has_the_same_random_state_in_every_template(template, bare_template):
    """Otherwise an answer that draws at random would earn what the template's start happens to give it."""
    drawn = []
    for one in (template, template, bare_template):
        with one.new_candidate() as candidate:
            candidate.run_cell("".join(SEED["source"]))
            drawn.append(value(candidate, "luck"))
    assert drawn[0] == drawn[1] == drawn[2]


def test_what_runs_out_of_time_is_tried_once_more_alone(toy_course, monkeypatch):
    asked = []
    monkeypatch.setattr(
        grading, "question", lambda name, *more, **how: asked.append(name) or question(name, *more, **how)
    )
    hand_in(toy_course, ada=RIGHT, zoe=ENDLESS)
    told = graded(toy_course)
    assert sorted(asked) == ["ada", "zoe", "zoe"]
    assert asked[-1] == "zoe"
    assert told["zoe"].record.stopped
    assert told["ada"].record.points == 90.5


def test_what_runs_out_of_time_on_the_first_try_alone_loses_nothing(toy_course, tmp_path, monkeypatch):
    """Its process is stopped, as if the machine had no time for it, until the first try is over."""
    mark = grading_worker.mark

    def stalled(student, raw, terms, fresh):
        def stopped():
            candidate = fresh()
            if student == "ada" and first(tmp_path / "flag"):
                run_cell = candidate.run_cell
                candidate.run_cell = lambda source, **more: run_cell(f"{WAIT}\n{source}", **more)
            return candidate

        return mark(student, raw, terms, stopped)

    monkeypatch.setattr(grading_worker, "mark", stalled)
    hand_in(toy_course, ada=RIGHT, bob=WRONG)
    told = graded(toy_course, settings=replace(QUICK, limits=HASTY))
    assert (tmp_path / "flag").exists()
    assert told["ada"].record.points == 90.5
    assert not told["ada"].record.stopped


def test_time_that_the_machine_takes_is_not_the_students(toy_course, monkeypatch):
    """Longer on the clock than is allowed of CPU time, and not even tried again."""
    asked = []
    monkeypatch.setattr(
        grading, "question", lambda name, *more, **how: asked.append(name) or question(name, *more, **how)
    )
    slow = f"import time\ntime.sleep({1.2 * HASTY.cell_seconds})\n{ANSWERS['double']}"
    hand_in(toy_course, ada=submitted(ANSWERS | {"double": slow}))
    limits = replace(HASTY, wall_factor=100.0)
    assert graded(toy_course, settings=replace(QUICK, limits=limits))["ada"].record.points == 90.5
    assert asked == ["ada"]


@pytest.mark.parametrize("killed_after", [1, 3])
def test_a_run_that_was_killed_goes_on_where_it_was(toy_course, tmp_path, killed_after):
    files = {"ada": RIGHT, "bob": WRONG, "cut": b"{", "kim": submitted({})}
    hand_in(toy_course, **files)

    def killed(_):
        seen = []
        grade(
            toy_course,
            "toy",
            settings=QUICK,
            on_done=lambda done, total: seen.append(done) or len(seen) < killed_after or os._exit(0),
        )

    with closing(Process.forked(lambda: killed)) as run, pytest.raises(ProcessDiedError):
        run.ask(b"")
    again = graded(toy_course)
    assert {name: done.record.points for name, done in again.items()} == {
        "ada": 90.5,
        "bob": 0.0,
        "cut": 0,
        "kim": 0.0,
    }
    left = outcome(toy_course)
    graded(toy_course, settings=replace(QUICK, force=True))
    assert outcome(toy_course) == left


def test_ctrl_c_keeps_what_was_finished(toy_course):
    hand_in(toy_course, ada=RIGHT, bob=WRONG)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(toy_course, "toy", settings=replace(QUICK, jobs=1), on_done=interrupt)
    again = graded(toy_course)
    assert {name: done.record.points for name, done in again.items()} == {"ada": 90.5, "bob": 0.0}
    assert sum(done.graded for done in again.values()) < 2


def test_a_record_tells_which_layers_held_the_code(toy_course):
    hand_in(toy_course, ada=RIGHT)
    graded(toy_course)
    (record,) = records.load_all(Assignment(toy_course, "toy"))
    assert record.isolation == chosen(AUTO)
    assert {"rlimits", "no-new-privileges"} <= set(record.layers)


def test_without_a_sandbox_it_must_be_asked_for_by_name_and_is_marked(toy_course, monkeypatch):
    hand_in(toy_course, ada=RIGHT)
    record = graded(toy_course, settings=replace(QUICK, isolation="process"))["ada"].record
    assert (record.isolation, record.points) == ("process", 90.5)
    page = json.loads((toy_course.autograded / "ada" / "toy" / "toy.ipynb").read_text())
    assert page["metadata"]["stagewise"]["isolation"] == "process"
    monkeypatch.setattr(levels, "why_not", lambda level: "" if level == "process" else "not here")
    with pytest.raises(SandboxError, match="landlock: not here"):
        graded(toy_course, settings=replace(QUICK, force=True))


def test_what_the_disk_refuses_is_one_clear_error_and_nothing_is_half_written(toy_course):
    hand_in(toy_course, ada=RIGHT)
    toy_course.autograded.write_text("a file where a directory should be")
    with pytest.raises(CourseError, match="could not be written"):
        graded(toy_course)
    assert points(toy_course) == {}
    toy_course.autograded.unlink()
    assert graded(toy_course)["ada"].record.points == 90.5


def test_the_submitted_directory_must_be_there_and_hold_those_asked_for(toy_course):
    with pytest.raises(CourseError, match="submitted"):
        graded(toy_course)
    hand_in(toy_course, ada=RIGHT)
    with pytest.raises(CourseError, match=r"\.\./ada"):
        graded(toy_course, "../ada")


def test_an_answer_earns_the_same_beside_any_neighbour(toy_course):
    hand_in(toy_course, **{f"s{number}": submitted(ANSWERS) for number in range(4)}, bad=ENDLESS)
    told = graded(toy_course)
    assert {done.record.points for name, done in told.items() if name != "bad"} == {90.5}


def test_a_teams_work_is_graded_once_for_all_members(toy_course, monkeypatch):
    asked = []
    monkeypatch.setattr(
        grading, "question", lambda name, *more, **how: asked.append(name) or question(name, *more, **how)
    )
    work = {"team": "Group 1", "digest": records.digest_of(RIGHT)}
    record.keep(toy_course, "toy", {"ada": work, "cyd": work, "dot": work, "eve": work})
    hand_in(toy_course, ada=RIGHT, bob=WRONG, cyd=RIGHT, dot=RIGHT, kim=WRONG)
    told = graded(toy_course)
    assert asked == ["ada", "bob", "kim"]
    assert [told[name].record.points for name in ("ada", "bob", "cyd", "dot")] == [90.5, 0.0, 90.5, 90.5]
    assert all(told[name].record.student == name for name in told)
    graded_books = (toy_course.autograded / name / "toy" / "toy.ipynb" for name in ("ada", "cyd", "dot"))
    assert len({book.read_bytes() for book in graded_books}) == 1
    hand_in(toy_course, eve=RIGHT)
    assert graded(toy_course)["eve"].record.points == 90.5
    assert asked == ["ada", "bob", "kim"]
    assert not any(done.graded for done in graded(toy_course).values())
