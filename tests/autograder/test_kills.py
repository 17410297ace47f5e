"""Whatever is killed in a run: running the command again leaves what an undisturbed run leaves."""

import gc
import os
import shutil

import numpy as np
import pytest

import reference.kit.units
from autograder.course import Assignment
from autograder.grading import driver, records
from autograder.grading.driver import Settings, grade
from autograder.reports.feedback import feedback
from autograder.units import build, new_gradebook, release
from autograder.units.prepare import prepare
from tests.autograder import sabotage
from tests.autograder.sabotage import Lent, driver_strikes, examiner_strikes, once, run_of
from tests.autograder.toy_class import ENDS_ITSELF, REPAIRED, RIGHT, WRONG, class_in, hand_in
from tests.autograder.toy_outcome import names_in, outcome, rows_of
from tests.autograder.toy_unit import course_of, load

CLASS = {"ada": RIGHT, "bob": WRONG, "cut": b"{", "dan": REPAIRED, "eve": ENDS_ITSELF}
EXAMINED = ("ada", "bob", "dan", "eve")
BATCHES = (1, 32)
NEVER = 1 << 60


@pytest.fixture(scope="module", autouse=True)
def toy_is_known():
    """The graders know the toy unit, and the module's fixtures too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference.kit.units, "load", load)
        gc.collect()
        gc.freeze()  # or each of many forks would look through all that the tests have imported
        yield
        gc.unfreeze()


def run(course, templates, batch=1, disturb=lambda: None):
    """Grade the class in a forked child, as the command does in a process of its own; how that ended."""

    def work():
        driver._BATCH, driver._BATCH_SECONDS = batch, 1e5  # by number alone, so that calls can be counted
        sabotage.sent_are_noted(course.root.parent / "sent")
        disturb()
        grade(course, "toy", settings=Settings(jobs=1), templates=templates)

    return run_of(work)


def sent(course):
    """Who was sent to be graded since this was last asked."""
    place = course.root.parent / "sent"
    names = place.read_text().split() if place.exists() else []
    place.unlink(missing_ok=True)
    return names


def templates_are_noted():
    """The templates that this process takes from now on."""
    taken = []
    take = driver.Templates.take

    def noted(self, lane):
        taken.append(take(self, lane))
        return taken[-1]

    driver.Templates.take = noted
    return taken


@pytest.fixture(scope="module")
def undisturbed(built_toy, template, tmp_path_factory):
    """What an undisturbed run leaves, and how many calls the driver (by batch) and each examiner make."""
    calls = {}
    for batch in BATCHES:
        folder = tmp_path_factory.mktemp("undisturbed")
        course = class_in(folder / "course", built_toy, **CLASS)

        def counted(name, folder=folder):
            return lambda count: (folder / name).write_text(str(count))

        def disturb(counted=counted, batch=batch):
            driver_strikes(NEVER, bool, counted(f"driver-{batch}"))
            for student in EXAMINED:
                examiner_strikes(student, NEVER, bool, counted(student))

        assert run(course, Lent(template), batch, disturb) == 0
        calls |= {path.name: int(path.read_text()) for path in folder.glob("[!s]*") if path.is_file()}
    return outcome(course), calls


@pytest.mark.parametrize("seed", range(16))
def test_a_driver_that_is_killed_is_taken_up_where_it_was(seed, undisturbed, built_toy, template, tmp_path):
    expected, calls = undisturbed
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    batch = BATCHES[seed % 2]
    moment = int(np.random.default_rng(seed).integers(calls[f"driver-{batch}"]))

    def disturb():
        driver_strikes(moment, lambda: sabotage.kill(os.getpid()), int)

    assert run(course, Lent(template), batch, disturb) == -9
    finished = {record.student for record in records.load_all(Assignment(course, "toy"))}
    sent(course)
    assert run(course, Lent(template), batch) == 0
    again = sent(course)
    assert set(again) == set(CLASS) - finished
    assert len(again) == len(set(again)) + ("eve" in again)  # she ends her process: tried once more
    assert outcome(course) == expected


VICTIMS = {
    "examiner": lambda template: os.getpid(),
    "lane": lambda template: os.getppid(),
    "candidate": sabotage.candidate_of,
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("victim", VICTIMS)
def test_whatever_grades_may_be_killed(victim, seed, undisturbed, built_toy, template, tmp_path):
    expected, calls = undisturbed
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    rng = np.random.default_rng(seed)
    student = str(rng.choice(EXAMINED))
    moment = int(rng.integers(calls[student]))
    flag = tmp_path / "flag"

    def disturb():
        strike = once(flag, lambda: VICTIMS[victim](template))
        examiner_strikes(student, moment, strike, int)

    assert run(course, Lent(template), disturb=disturb) == 0
    assert flag.exists() or victim == "candidate"  # which may have ended before
    assert set(sent(course)) == set(CLASS)
    assert run(course, Lent(template)) == 0
    assert sent(course) == []
    assert outcome(course) == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_template_that_is_killed_is_replaced(seed, undisturbed, built_toy, tmp_path):
    """The only one of the run: whoever it takes with it is graded again with another."""
    expected, calls = undisturbed
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    student = EXAMINED[seed]
    moment = int(np.random.default_rng(seed).integers(calls[student]))

    def disturb():
        taken = templates_are_noted()
        strike = once(tmp_path / "flag", lambda: sabotage.below_bwrap(taken[-1]))
        examiner_strikes(student, moment, strike, int)

    assert run(course, None, disturb=disturb) == 0
    assert (tmp_path / "flag").exists()
    assert run(course, None) == 0
    assert outcome(course) == expected


def test_a_record_does_not_speak_for_the_notebook_of_a_later_submission(
    undisturbed, built_toy, template, tmp_path
):
    """Killed when the later notebook was stored, and then the earlier one is handed in again."""
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    assert run(course, Lent(template)) == 0
    hand_in(course, bob=RIGHT)

    def disturb():
        driver.GradebookWriter.write = lambda *_: sabotage.kill(os.getpid())

    assert run(course, Lent(template), disturb=disturb) == -9
    hand_in(course, bob=WRONG)
    sent(course)
    assert run(course, Lent(template)) == 0
    assert sent(course) == ["bob"]
    assert outcome(course) == undisturbed[0]


def test_nothing_outlives_a_driver_that_is_killed(undisturbed, built_toy, tmp_path):
    """Its template and what runs in the sandbox end with it."""
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    note = tmp_path / "template"

    def disturb():
        taken = templates_are_noted()

        def strike():
            note.write_text(str(sabotage.below_bwrap(taken[-1])))
            return sabotage.kill(int((tmp_path / "driver").read_text()))

        (tmp_path / "driver").write_text(str(os.getpid()))
        examiner_strikes("ada", undisturbed[1]["ada"] // 2, strike, int)

    assert run(course, None, disturb=disturb) == -9
    sabotage.wait_until(lambda: not sabotage.runs(int(note.read_text())))


def test_feedback_that_is_killed_is_written_again(undisturbed, built_toy, template, tmp_path):
    """At five moments, in the middle of one page or another; pages made from the same are the same."""
    course = class_in(tmp_path / "course", built_toy, **CLASS)
    assert run(course, Lent(template)) == 0
    assert run_of(lambda: feedback(course, "toy")) == 0
    expected = outcome(course)
    for page in range(len(CLASS)):
        shutil.rmtree(course.feedback)
        assert run_of(lambda page=page: feedback_dies(course, page)) == -9
        assert run_of(lambda: feedback(course, "toy")) == 0
        assert outcome(course) == expected


def feedback_dies(course, page):
    """Write feedback, and die before the page of this number is in its place."""
    left = [page]
    move = os.replace

    def struck(*places):
        if not left[0]:
            sabotage.kill(os.getpid())
        left[0] -= 1
        move(*places)

    os.replace = struck
    feedback(course, "toy")


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (build, "replace"),
        (new_gradebook, "newest_revision"),  # between two steps in which a gradebook is made
        (release, "serialize"),
        (build, "write_stamp"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_first_build_that_is_killed_is_made_again(module, step, built_toy, tmp_path):
    """Nor is there ever half a gradebook."""
    course = course_of(tmp_path / "course")

    def killed():
        setattr(module, step, lambda *_, **__: sabotage.kill(os.getpid()))
        prepare(course, ["toy"], load=load)

    assert run_of(killed) == -9
    assert run_of(lambda: prepare(course, ["toy"], load=load)) == 0
    assert rows_of(course) == rows_of(course_of(built_toy))
    assert names_in(course) == names_in(course_of(built_toy))
