"""A course of one's own: whole or not there at all, and `doctor` says what it lacks."""

import re
import shutil
import tomllib
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from nbgrader.api import Gradebook

from autograder import cli
from autograder.config import CONFIG_TEXT
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.nbgrader_settings import gaps
from autograder.term import directory, readiness
from autograder.term.directory import new_course
from autograder.term.readiness import look_at
from autograder.term.reading import settings_in
from autograder.term.settings import SETTINGS_FILE
from autograder.term.template import course_text, weekly

# nbgrader's add_submission makes SQLAlchemy warn of an object outside the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

ROSTER = "id;first_name;last_name\nada;Ada;Löfgren\nbob;Bob;O'Neil\n"
UNITS = ("foundations", "activations", "batchnorm")


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    file = tmp_path_factory.mktemp("told") / "class.csv"
    file.write_bytes(ROSTER.encode("cp1252"))
    return file


@pytest.fixture
def no_gradebook(monkeypatch):
    """nbgrader takes seconds to make one."""
    monkeypatch.setattr(directory, "make_gradebook", lambda url: None)


def said(root, capsys, *more):
    """The exit code of new-course, and all that it said."""
    code = cli.main(["new-course", str(root), *more])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_a_new_course_holds_all_that_the_commands_need(tmp_path, roster, capsys):
    root = tmp_path / "deep" / "networks"
    arguments = ["--units", *UNITS, "--roster", str(roster), "--seed", "5"]
    code, told = said(root, capsys, *arguments, "--timezone", "Europe/Zurich", "--start", "2026-09-07")
    assert code == 0
    assert "doctor --course" in told
    assert sorted(path.name for path in root.iterdir()) == [
        *(SETTINGS_FILE, "downloads", "gradebook.db", "nbgrader_config.py", "roster.csv", "submitted"),
    ]
    course = Course(root)
    assert (course.units(), course.settings().seed) == (UNITS, 5)
    due = datetime(2026, 9, 28, 21, 59, 59, tzinfo=UTC)
    assert course.settings().unit("batchnorm").due == due
    assert course.config_file.read_text() == CONFIG_TEXT
    assert gaps(course) == ()
    with Gradebook(course.db_url) as book:
        assert {(one.id, one.last_name) for one in book.students} == {("ada", "Löfgren"), ("bob", "O'Neil")}


def test_without_a_wish_all_units_are_taught_in_the_order_of_the_page_on_a_seed_of_its_own(
    tmp_path, no_gradebook
):
    one, other = (new_course(tmp_path / name)[0].parent for name in ("one", "other"))
    assert Course(one).units() == Course(other).units()
    assert Course(one).units()[:2] == ("foundations", "activations")
    assert set(Course(one).units()) == set(Course(REPOSITORY).units())
    assert Course(one).settings().seed != Course(other).settings().seed


def test_what_comes_next_can_be_typed_where_the_command_was(tmp_path, no_gradebook, capsys):
    place = tmp_path / "below" / "course"
    place.parent.mkdir()
    told = "".join(said(place, capsys, "--units", "dropout")[1].split())  # lines are as long as a terminal
    assert f"next:read{place / 'course.toml'},then" in told


def test_an_empty_directory_is_taken_and_one_with_anything_in_it_is_not(tmp_path, no_gradebook, capsys):
    empty, full, file = tmp_path / "empty", tmp_path / "full", tmp_path / "file"
    empty.mkdir()
    full.mkdir()
    (full / "x").touch()
    file.touch()
    assert said(empty, capsys, "--units", "dropout")[0] == 0
    for place, problem in ((full, "is not empty"), (file, "is no directory"), (empty, "is not empty")):
        code, told = said(place, capsys, "--units", "dropout")
        assert code == 1
        assert problem in told
        assert "nothing was written" in told
    assert [path.name for path in full.iterdir()] == ["x"]


BAD = {
    "no such unit": (["--units", "batchnrm"], "there is no unit 'batchnrm'"),
    "a unit twice": (["--units", "dropout", "dropout"], "a unit is named twice"),
    "a start without a zone": (["--start", "2026-09-07"], "--timezone Europe/Zurich"),
    "no such roster": (["--roster", "/no/such.csv"], "could not be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wish_that_cannot_be_is_told_and_nothing_is_written(case, tmp_path, capsys):
    arguments, problem = BAD[case]
    code, told = said(tmp_path / "course", capsys, *arguments)
    assert code == 1
    assert problem in told
    assert list(tmp_path.iterdir()) == []


ROSTERS = {
    "an id twice": ("id,first_name\nada,A\nbob,B\nAda,C\n", r"lines 2 and 4 .* same id 'Ada'"),
    "a row without an id": ("id,first_name\nada,A\n,B\n", "line 3 .* has the id ''"),
    "an id that can be no folder": ("id\n../x\n", "line 2 .* has the id '../x'"),
    "no column of ids": ("first_name,email\nAda,a@b\n", "has no column id, but first_name, email"),
    "nobody": ("id,first_name\n", "lists nobody"),
    "nothing": ("", "lists nobody"),
}


@pytest.mark.parametrize("case", ROSTERS)
def test_a_roster_that_cannot_be_used_is_told_and_nothing_is_written(case, tmp_path, capsys):
    text, problem = ROSTERS[case]
    file = tmp_path / "class.csv"
    file.write_text(text)
    code, told = said(tmp_path / "course", capsys, "--units", "dropout", "--roster", str(file))
    assert code == 1
    assert re.search(problem, " ".join(told.split()))
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_roster_is_read_in_the_usual_encodings_and_separators(encoding, separator, tmp_path):
    file = tmp_path / "class.csv"
    file.write_bytes(ROSTER.replace(";", separator).encode(encoding))
    people = directory.read_roster(file).people
    assert people["ada"] == {"first_name": "Ada", "last_name": "Löfgren"}


def test_what_goes_wrong_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def full(url):
        raise OSError(28, "No space left on device", url)

    monkeypatch.setattr(directory, "make_gradebook", full)
    with pytest.raises(CourseError, match="No space left"):
        new_course(tmp_path / "course")
    assert list(tmp_path.iterdir()) == []


def uncommented(text):
    """The file with every setting in it set."""
    return re.sub(r"^# (\w+ = |\[\[)", r"\1", text, flags=re.MULTILINE)


def test_every_setting_that_the_file_explains_is_one_that_is_read():
    text = uncommented(course_text(3, None, UNITS, {}))
    settings = settings_in(text.encode(), SETTINGS_FILE, UNITS)
    assert tomllib.loads(text)["units"]["foundations"].keys() == {
        "due",
        "grace",
        "penalty",
        "points",
        "counts",
    }
    assert (str(settings.timezone), settings.unit("foundations").points) == ("Europe/Zurich", 50.0)
    assert len(settings.extensions) == 1
    assert settings.repository == "https://github.com/OWNER/NAME"
    assert "due" not in course_text(3, None, UNITS, {}).replace("# due", "").replace("`due`", "")


NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory, roster):
    root = tmp_path_factory.mktemp("made")
    new_course(root, UNITS, roster, 1, ZoneInfo("UTC"), date(2026, 9, 7))
    return root


@pytest.fixture
def course(tmp_path, made):
    return Course(shutil.copytree(made, tmp_path / "course"))


def lacks(course, now=NOW):
    return {one.what: (one.found, one.remedy) for one in look_at(course, now) if not one.good}


def changed(course, *pairs):
    file = course.root / SETTINGS_FILE
    text = file.read_text()
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text)


def test_a_course_that_is_ready_but_for_its_builds_lacks_nothing_else(course):
    assert lacks(course).keys() == {"built"}
    assert "foundations, activations, batchnorm" in lacks(course)["built"][0]
    (dates,) = [one.found for one in look_at(course, NOW) if one.what == "due dates"]
    assert dates == "3 set; next foundations, 2026-09-14 23:59 (UTC)"


def test_a_mistake_in_the_settings_stops_the_term(course):
    changed(course, ("seed = 1", "seed = x"))
    (found,) = look_at(course, NOW)
    assert (found.what, found.good, found.needed) == (SETTINGS_FILE, False, True)


def test_two_rules_for_lateness_are_told(course):
    changed(course, ('# penalty = "10 %', 'penalty = "10 %'))
    course.config_file.write_text(
        CONFIG_TEXT + 'get_config().AssignLatePenalties.plugin_class = "mine.Own"\n'
    )
    assert "keep one of the two" in lacks(course)[SETTINGS_FILE][1]


def test_dates_that_look_like_a_mistake_are_told(course):
    due = weekly(UNITS, date(2026, 9, 7))
    changed(course, (f"due = {due['activations']}", "# none"))
    assert lacks(course)["due dates"][0] == "none for activations"
    changed(course, (f"due = {due['batchnorm']}", f"due = {due['foundations'] - timedelta(days=1)}"))
    assert lacks(course)["order of dates"][0] == "due is batchnorm before foundations"
    late = NOW + timedelta(days=13)
    assert lacks(course, late)["dates in the past"][0] == "nobody handed in batchnorm"
    with Gradebook(course.db_url) as book:
        book.add_assignment("batchnorm")
        book.add_submission("batchnorm", "ada")
    assert "dates in the past" not in lacks(course, late)


def test_who_left_who_is_new_and_who_is_unknown_are_told_by_name(course):
    course.roster.write_text("id\nbob\neve\n")
    found, remedy = lacks(course)["roster"]
    assert found == "2 students; in the gradebook and not on it: ada; not in the gradebook yet: eve"
    assert "keeps what was graded" in remedy
    extension = "[[extensions]]\nstudent = 'adda'\nunit = 'foundations'\nuntil = 2026-10-01\n"
    file = course.root / SETTINGS_FILE
    file.write_text(file.read_text() + extension)
    assert lacks(course)["extensions"][0] == "1, of which for students whom the gradebook does not know: adda"
    course.roster.write_text("id\nbob\nbob\n")
    assert "same id" in lacks(course)["roster"][0]


def test_a_disk_that_a_term_would_fill_is_told_before(course, monkeypatch):
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda place: SimpleNamespace(free=7_000_000))
    assert lacks(course)["room for the term"][0] == "0.0 GB for 6 submissions, 0.0 GB free"
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda place: SimpleNamespace(free=8_000_000))
    assert "room for the term" not in lacks(course)


def test_a_course_without_settings_roster_or_gradebook_is_told_how_to_come_by_them(tmp_path):
    found = lacks(Course(tmp_path))
    assert found["roster"][0] == "0 students in the gradebook"
    assert "new-course" in found[SETTINGS_FILE][1]
    assert {"due dates", "built"} <= found.keys()


def test_doctor_looks_at_a_course_that_is_named(course, capsys):
    cli.main(["doctor", "--course", str(course.root)])
    told = capsys.readouterr().out
    assert "optional: built: python -m autograder build --course" in told
