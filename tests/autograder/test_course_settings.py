"""course.toml says what a course wants; each mistake in it is told with its line and the remedy."""

from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.course import Course
from autograder.errors import CourseError
from autograder.seed import keep_seed, seed_of
from autograder.term.penalty import penalty, span
from autograder.term.positions import line_of
from autograder.term.reading import settings_in
from autograder.term.settings import SETTINGS_FILE, CourseSettings, UnitSettings

UNITS = ("activations", "batchnorm", "dropout")
WHOLE = """\
# A course.
seed = 7  # drawn once
timezone = "Europe/Zurich"
order = [
    "batchnorm",
    "activations",
]
grace = "15 min"
penalty = "10 % per day, at most 50 %"

[units.batchnorm]
due = 2026-10-12
points = 50

[units.activations]
due = 2026-11-02T18:00:00+09:00
penalty = "none"
counts = false

[[extensions]]
student = "ada"
unit = "batchnorm"
until = 2026-10-19T12:00:00
why = "ill"
"""


def settings(text):
    return settings_in(text.encode(), SETTINGS_FILE, UNITS)


def test_all_that_a_course_can_say_is_read():
    found = settings(WHOLE)
    rate = penalty("10 % per day, at most 50 %")
    assert (found.seed, str(found.timezone), found.order) == (
        7,
        "Europe/Zurich",
        ("batchnorm", "activations"),
    )
    due = datetime(2026, 10, 12, 21, 59, 59, tzinfo=UTC)
    grace = timedelta(minutes=15)
    assert found.unit("batchnorm") == UnitSettings(due, grace, rate, True, 50.0)
    assert found.unit("activations") == UnitSettings(datetime(2026, 11, 2, 9, tzinfo=UTC), grace, None, False)
    assert found.unit("dropout") == UnitSettings(grace=grace, penalty=rate)
    (one,) = found.extensions_of("batchnorm").values()
    assert (one.student, one.until, one.why) == ("ada", datetime(2026, 10, 19, 10, tzinfo=UTC), "ill")
    assert found.extensions_of("activations") == {}


def test_an_empty_file_says_what_no_file_says(tmp_path):
    course = Course(tmp_path)
    assert course.settings() == settings("") == CourseSettings()


def changed(old, new):
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


ZONELESS = 'timezone = "Europe/Zurich"\n'
DUE = "due = 2026-10-12\n"
MISTAKES = {
    "a repository elsewhere": (
        'repository = "https://gitlab.com/a/b"',
        1,
        "none that Colab opens",
        "https://github.com/OWNER/NAME",
    ),
    "a title that is no text": ("title = 5", 1, "title is 5", 'title = "Neural networks'),
    "a key that is no setting": (changed("grace =", "grase ="), 8, "no setting grase", "write grace"),
    "a key of a unit": (changed("points = 50", "weight = 50"), 13, "no setting weight", "counts or points"),
    "a key of an extension": (changed("why =", "reason ="), 24, "no setting reason", "until or why"),
    "a unit": (changed("[units.batchnorm]", "[units.batchnrm]"), 11, "'batchnrm'", "write batchnorm"),
    "a unit in order": (changed('"activations",\n', '"x",\n'), 4, "no unit 'x'", "name one of: activations"),
    "a unit outside order": (
        changed("[units.activations]", "[units.dropout]"),
        15,
        "dropout is not in order",
        "add it",
    ),
    "a list of units": ('units = ["dropout"]', 1, "units is a list", "order = "),
    "units twice": ('order = ["dropout", "dropout"]', 1, "names a unit twice", "once"),
    "no unit": ("order = []", 1, "order is empty", "once"),
    "a unit that is no table": ("units.dropout = 3", 1, "units.dropout is 3", "[units.dropout]"),
    "a seed": (changed("seed = 7", "seed = -1"), 2, "seed is -1", "--seed N"),
    "a seed in words": (changed("seed = 7", 'seed = "7"'), 2, "seed is '7'", "--seed N"),
    "a zone": (changed("Europe/Zurich", "Europe/Zürich"), 3, "no time zone", '"Europe/Zurich"'),
    "a date in quotes": (changed(DUE, 'due = "12 October"\n'), 12, "'12 October'", "without quotes"),
    "a time alone": (changed(DUE, "due = 12:00:00\n"), 12, "due is 12:00:00", "write a date"),
    "a date without a zone": (changed(ZONELESS, ""), 11, "tells no time zone", "timezone = "),
    "a year": (changed(DUE, "due = 0226-10-12\n"), 12, "no date of a course", "write a date"),
    "an hour that is left out": (
        changed(DUE, "due = 2026-03-29T02:30:00\n"),
        12,
        "twice or never",
        "+02:00",
    ),
    "an hour that comes twice": (
        changed(DUE, "due = 2026-10-25T02:30:00\n"),
        12,
        "twice or never",
        "+02:00",
    ),
    "a span": (changed('"15 min"', '"15"'), 8, "'15' is no span of time", '"15 min"'),
    "a penalty": (changed("per day,", "daily,"), 9, "no penalty", '"10 % per day"'),
    "a penalty of numbers": (changed('penalty = "none"', "penalty = [1]"), 17, "no list of texts", "steps"),
    "more than all": (changed("most 50", "most 150"), 9, "150 % are more than everything", "write"),
    "steps in disorder": (
        changed('penalty = "none"', 'penalty = ["10 % after 2 d", "50 % after 1 d"]'),
        17,
        "come after",
        "steps",
    ),
    "no steps": (changed('penalty = "none"', "penalty = []"), 17, "empty", "steps"),
    "counting": (changed("counts = false", 'counts = "no"'), 18, "counts is 'no'", "true or false"),
    "no points": (changed("points = 50", "points = 0"), 13, "points is 0", "above 0"),
    "points without end": (changed("points = 50", "points = inf"), 13, "points is inf", "above 0"),
    "yes for points": (changed("points = 50", "points = true"), 13, "points is True", "points = 50"),
    "an extension without an end": (changed("until = 2026-10-19T12:00:00\n", ""), 20, "no until", "write"),
    "an extension into the past": (changed("10-19T12", "10-02T12"), 23, "before the unit is due", "later"),
    "an extension of no date": (changed(DUE, ""), 22, "has no due date", "[units.batchnorm]"),
    "an extension twice": (
        WHOLE + WHOLE[WHOLE.index("[[ext") :],
        25,
        "extension in batchnorm already",
        "one",
    ),
    "an extension in brackets": ("extensions = [1]", 1, "an extension is 1", "[[extensions]]"),
    "no TOML": (changed("points = 50", "points = "), 13, "no TOML", "quotes"),
}


def test_the_title_of_the_site_is_read():
    assert settings("").title == ""
    assert settings('title = "Networks"').title == "Networks"


def test_the_repository_of_the_site_is_read():
    assert settings("").repository == ""
    assert settings('repository = "https://github.com/a/b"').repository == "https://github.com/a/b"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_file_line_and_remedy(name):
    text, line, problem, remedy = MISTAKES[name]
    with pytest.raises(CourseError) as told:
        settings(text)
    assert told.value.problem.startswith(SETTINGS_FILE)
    assert f"line {line}" in told.value.problem
    assert problem in told.value.problem
    assert remedy in told.value.remedy


def test_a_file_in_another_encoding_is_told_with_the_line():
    with pytest.raises(CourseError, match=r"course\.toml, line 2, is not in UTF-8"):
        settings_in("seed = 1\n# für".encode("latin-1"), SETTINGS_FILE, UNITS)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / SETTINGS_FILE).mkdir()
    with pytest.raises(CourseError, match=r"course\.toml could not be read"):
        Course(tmp_path).settings()


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ('a = """\n[b]\n"""\n[b]\nc = 1', ("b",), 4),
        ("a.b = {c = 1}\n\n# c\na.d = [\n1,\n2]", ("a", "d"), 4),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), 4),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1), 3),
    ],
)
def test_lines_are_found_however_a_text_is_laid_out(text, keys, line):
    assert line_of(text, keys) == line


def test_assignments_that_the_course_has_without_a_source_have_dates_too(tmp_path):
    """Those that stock nbgrader made in source/."""
    (tmp_path / "source" / "project").mkdir(parents=True)
    (tmp_path / SETTINGS_FILE).write_text('order = ["dropout"]\n[units.project]\ncounts = false\n')
    assert not Course(tmp_path).settings().unit("project").counts
    (tmp_path / SETTINGS_FILE).write_text('order = ["dropout", "project"]\n')
    with pytest.raises(CourseError, match="line 1: project has no source in solutions/"):
        Course(tmp_path).units()


def test_another_seed_changes_one_number_and_nothing_else(tmp_path):
    file = tmp_path / SETTINGS_FILE
    file.write_text('# mine\nseed = 7 # drawn once\n\norder = ["batchnorm"]\n')
    assert keep_seed(Course(tmp_path), 12)
    assert file.read_text() == '# mine\nseed = 12 # drawn once\n\norder = ["batchnorm"]\n'
    file.write_text('# mine\norder = ["batchnorm"]\n')
    assert keep_seed(Course(tmp_path), 12)
    assert seed_of(Course(tmp_path)) == 12
    assert Course(tmp_path).units() == ("batchnorm",)
    assert "# mine" in file.read_text()


def test_a_course_has_the_units_that_it_chooses_in_their_order(tmp_path):
    (tmp_path / SETTINGS_FILE).write_text('order = ["dropout", "batchnorm"]\n')
    course = Course(tmp_path)
    assert course.named(None) == course.units() == ("dropout", "batchnorm")
    with pytest.raises(CourseError, match=r"optimizers is not among those that .*course\.toml chooses"):
        course.named(["optimizers"])


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "late", "points"),
    [
        ("10 % per day", timedelta(seconds=1), 8.0),
        ("10 % per day", DAY, 8.0),
        ("10 % a day", DAY + timedelta(seconds=1), 16.0),
        ("10 % per day, at most 50 %", 9 * DAY, 40.0),
        ("10 % per day, at most 20 points", 9 * DAY, 20.0),
        ("10 % per day", 11 * DAY, 80.0),
        ("2.5 points per hour", timedelta(hours=3), 7.5),
        ("1 point each week", 8 * DAY, 2.0),
        ("100 points per day", DAY, 80.0),
        (["10 % after 0 h", "50 % after 2 days"], timedelta(minutes=1), 8.0),
        (["10 % after 0 h", "50 % after 2 days"], 2 * DAY, 8.0),
        (["10 % after 0 h", "50 % after 2 days"], 2 * DAY + timedelta(seconds=1), 40.0),
        (["50 % after 1 d"], DAY, 0.0),
        (["90 points after 1 d"], 2 * DAY, 80.0),
    ],
)
def test_lateness_costs_what_the_words_say(told, late, points):
    assert penalty(told).points(80.0, late) == pytest.approx(points)


def test_what_is_told_of_a_penalty_is_read_as_the_same():
    for told in ("10 % per day, at most 20 points", "1 point per week", "2.5 points per h"):
        assert penalty(str(penalty(told))) == penalty(told)
    assert str(penalty(["10 % after 0 h", "50 % after 2 days"])) == "10 % after 0 min, 50 % after 2 d"


@pytest.mark.parametrize("text", ["", "1", "min", "-1 h", "1 month", "1e3 h", "99999999999 weeks"])
def test_what_is_no_span_of_time_is_refused(text):
    with pytest.raises(ValueError, match="is"):
        span(text)


VALUES = [
    *(
        "1",
        "-1",
        "0.5",
        "nan",
        "inf",
        "true",
        '""',
        '"batchnorm"',
        '"none"',
        '"1 h"',
        '"Europe"',
        '"../x"',
        "[]",
    ),
    *("[[]]", "[1]", '["dropout"]', '["5 % after 1 h"]', "{}", "{a = 1}", "12:00:00", "2026-10-25T02:30:00"),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-10-12"),
    *('"10 % per day"', "9999999999999999999", "[{}]", '"Europe/Zurich"', "[{unit = 1}]", '"\\u0000"'),
]
PLACES = ["", "[units.batchnorm]", "[[extensions]]", "[units.dropout]", "[units]", "[[units]]", "[grace]"]
NAMES = [
    *("seed", "timezone", "order", "grace", "penalty", "units", "extensions", "repository", "title"),
    *("due", "counts", "points", "student", "unit", "until", "why", "odd"),
]
lines = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map(" = ".join)
files = st.lists(st.one_of(lines, st.sampled_from(PLACES)), max_size=8).map("\n".join)


@given(files)
@example("timezone = 'Europe/Zurich'\n[units.dropout]\ndue = 0001-01-01")
@example("timezone = 'Etc/GMT+12'\n[units.dropout]\ndue = 9999-12-31")
@hypothesis.settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_whatever_stands_in_the_file_is_settings_or_one_error_about_it(text):
    told = ""
    try:
        settings(text)
    except CourseError as error:
        told = str(error)
    assert not told or (SETTINGS_FILE in told and "Remedy: " in told)
