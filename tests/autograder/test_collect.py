"""Downloads of learning management systems become submissions; what is in them is never trusted."""

import csv
import io
import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from autograder import cli
from autograder.collecting import archives, collect
from autograder.collecting.choosing import Entry, Present, decide
from autograder.collecting.layouts import layout_of
from autograder.collecting.outcomes import Outcome
from autograder.collecting.owner import safe_id
from autograder.collecting.report import counted, show
from autograder.collecting.roster import read_roster, roster_of
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.intake.files import read
from autograder.reasons import Reason
from tests.autograder.collected import content, folder, gathered
from tests.autograder.graded_toy import ANSWERS, submitted, toy_plan
from tests.autograder.toy_unit import course_of

NOTEBOOK = submitted()
NEWER = submitted({**ANSWERS, "double": "def double(x):\n    return x + x"})
OTHER = submitted({}, lambda notebook: notebook.update(cells=[]))
MOODLE = "Jane Doe_1234567_assignsubmission_file_"


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "read_plan", lambda path: toy_plan())
    root = tmp_path / "course"
    root.mkdir()
    return course_of(root)


def zipped(path, files, when=(2024, 5, 6, 7, 8, 10)):
    """A zip of these files; a value may be a ZipInfo's changes and its content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), content, zipfile.ZIP_DEFLATED)
    return path


def zipped_bytes(files):
    return zipped(io.BytesIO(), files).getvalue()


def owner_of(path):
    """The owner of a file that is alone in its download."""
    return layout_of([path], "toy", "download").owner(path)


OWNERS = [
    (MOODLE, "Jane_Doe"),
    ("Jane Doe_1234567_assignsubmission_file", "Jane_Doe"),
    ("Jane Doe_1234567_assignsubmission_file_toy.ipynb", "Jane_Doe"),
    ("Anna_Maria O'Neil_12_assignsubmission_file_", "Anna_Maria_O_Neil"),
    ("Participant_77_assignsubmission_file_", "Participant_77"),
    ("doejane_12345_678910_toy-1.ipynb", "doejane_12345"),
    ("doejane_LATE_12345_678910_toy.ipynb", "doejane_12345"),
    ("doejane_late_12345_678910_toy.ipynb", "doejane_12345"),
    ("müllerjörg_12345_678910_week_1_2_toy.ipynb", "müllerjörg_12345"),
    ("anon_x7Kpq_678910_toy.ipynb", "anon_x7Kpq"),
    ("Homework 1_jdoe_attempt_2024-05-06-17-08-09_toy.ipynb", "jdoe"),
    ("39786-640693 - Jane Doe - Oct 10, 2025 1022 AM", "Jane_Doe"),
]


@pytest.mark.parametrize(("name", "student"), OWNERS)
def test_names_of_downloads_tell_the_student(name, student):
    assert owner_of((name, "toy.ipynb")).student == student
    if name.endswith(".ipynb"):
        assert owner_of((name,)).student == student


def test_a_late_marker_and_a_resubmission_are_told():
    late = owner_of(("doejane_LATE_12345_678910_toy-1.ipynb",))
    assert (late.late, late.order, late.key) == (True, 678910, owner_of(("x_12345_1_toy.ipynb",)).key)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Homework_jdoe_attempt_2024-05-06-17-08-09_toy.ipynb", datetime(2024, 5, 6, 17, 8, 9)),
        ("39786-640693 - Jane Doe - Oct 10, 2025 1022 PM", datetime(2025, 10, 10, 22, 22)),
        ("39786-640693 - Jane Doe - October 1, 2025 922 AM", datetime(2025, 10, 1, 9, 22)),
        ("Homework_jdoe_attempt_2024-99-99-17-08-09_toy.ipynb", None),
    ],
)
def test_times_in_names_are_read(name, told):
    assert owner_of((name, "toy.ipynb")).told == told


def test_a_notebook_in_no_folder_belongs_to_nobody():
    assert owner_of(("toy.ipynb",)) is None


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("..", ""),
        ("／etc", "etc"),
        ("Jose\u0301", "José"),
        ("a\0b\nc", "a_b_c"),
        ("x" * 500, "x" * 48),
        ("C:\\Windows", "C_Windows"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("\u202eevil", "evil"),
        ("ada@uni.edu", "ada@uni.edu"),
    ],
)
def test_a_student_id_is_one_harmless_name(name, student):
    assert safe_id(name) == student


def test_a_moodle_zip_is_collected(course, tmp_path):
    source = zipped(
        tmp_path / "moodle.zip",
        {
            f"{MOODLE}/toy.ipynb": NOTEBOOK,
            f"{MOODLE}/photo.png": b"png",
            "Bob Ray_7_assignsubmission_file_/sub/dir/Kopie von toy (1).ipynb": NEWER,
            "Bob Ray_7_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
        },
    )
    found = gathered(course, source)
    assert found["Jane_Doe"] is found["Bob_Ray"] is Outcome.COLLECTED
    assert content(course, "Jane_Doe") == NOTEBOOK
    assert content(course, "Bob_Ray") == NEWER
    assert sorted(path.name for path in (course.submitted / "Jane_Doe" / "toy").iterdir()) == ["toy.ipynb"]


def test_a_moodle_folder_is_collected(course, tmp_path):
    source = folder(tmp_path / "moodle", {f"{MOODLE}/toy.ipynb": NOTEBOOK, f"{MOODLE}/more/x.py": b""})
    assert gathered(course, source) == {"Jane_Doe": Outcome.COLLECTED}


def test_of_canvas_uploads_the_last_is_kept_and_the_other_said(course, tmp_path):
    files = {
        "doejane_LATE_12345_678911_toy-1.ipynb": NEWER,
        "doejane_LATE_12345_678910_toy.ipynb": NOTEBOOK,
    }
    decisions = collect.collect(course, "toy", [zipped(tmp_path / "submissions.zip", files)]).decisions
    assert [one.outcome for one in decisions] == [Outcome.COLLECTED, Outcome.EARLIER]
    assert "late" in decisions[0].detail
    assert content(course, "doejane_12345") == NEWER


def test_the_order_of_canvas_uploads_goes_before_the_times_in_its_zip():
    files = [
        Entry("s", (name,), owner_of((name,)), name, None, modified=datetime(2024, 5, day, tzinfo=UTC))
        for name, day in (("doejane_12345_11_toy.ipynb", 1), ("doejane_12345_9_toy-1.ipynb", 2))
    ]
    decisions = decide(files, "toy", lambda student: None)
    assert [one.entry.where for one in decisions] == [files[0].where, files[1].where]


def test_blackboard_tells_the_time_which_nbgrader_reads(course, tmp_path):
    name = "Homework 1_jdoe_attempt_2024-05-06-17-08-09"
    files = {f"{name}_toy.ipynb": NOTEBOOK, f"{name}.txt": b"Name: Jane Doe (jdoe)"}
    zone = timezone(timedelta(hours=2))
    assert gathered(course, folder(tmp_path / "bb", files), zone=zone) == {"jdoe": Outcome.COLLECTED}
    assert read(Assignment(course, "toy"), "jdoe").timestamp == datetime(2024, 5, 6, 15, 8, 9)


def test_several_attempts_in_brightspace_leave_the_last(course, tmp_path):
    files = {
        "Toys/39786-64 - Jane Doe - Oct 10, 2025 1022 AM/toy.ipynb": NEWER,
        "Toys/39786-64 - Jane Doe - Oct 9, 2025 1122 PM/toy.ipynb": NOTEBOOK,
        "Toys/index.html": b"",
    }
    assert (
        gathered(course, zipped(tmp_path / "Toys Download.zip", files), zone=UTC)["Jane_Doe"]
        is Outcome.EARLIER
    )
    assert content(course, "Jane_Doe") == NEWER
    assert read(Assignment(course, "toy"), "Jane_Doe").timestamp == datetime(2025, 10, 10, 10, 22)


def test_plain_folders_and_zips_of_students_are_collected(course, tmp_path):
    source = folder(
        tmp_path / "class",
        {
            "ada/whatever.ipynb": NOTEBOOK,
            "bob/toy/toy.ipynb": NOTEBOOK,
            "bob/toy/timestamp.txt": b"2024-05-06 07:08:09.123456 UTC",
            "cyd.zip": zipped_bytes({"homework/toy.ipynb": NOTEBOOK}),
            "dot/all.zip": zipped_bytes({"inner.zip": zipped_bytes({"toy.ipynb": NOTEBOOK})}),
        },
    )
    assert gathered(course, source) == dict.fromkeys(("ada", "bob", "cyd", "dot"), Outcome.COLLECTED)
    assert read(Assignment(course, "toy"), "bob").timestamp == datetime(2024, 5, 6, 7, 8, 9)
    assert gathered(course, source) == dict.fromkeys(("ada", "bob", "cyd", "dot"), Outcome.UNCHANGED)
    exact = course.submitted / "bob" / "toy" / "timestamp.txt"
    exact.write_text("2024-05-06 07:08:09.123456 UTC")
    assert gathered(course, source)["bob"] is Outcome.UNCHANGED
    exact.write_text("2024-05-06 07:08:08 UTC")
    assert gathered(course, source)["bob"] is Outcome.REPLACED


@pytest.mark.parametrize(
    ("paths", "skipped"),
    [
        (["class/ada/toy.ipynb", "class/bob/toy.ipynb"], 1),
        (["week1/ada/toy.ipynb"], 1),
        (["ada/toy.ipynb", "bob/toy.ipynb"], 0),
        (["ada/toy/toy.ipynb"], 0),
        (["ada/toy/toy.ipynb", "ada/tanh/tanh.ipynb"], 0),
        (["ada/toy.ipynb"], 0),
        (["all/doejane_12345_678910_toy.ipynb"], 1),
        ([f"{MOODLE}/a/toy.ipynb", f"{MOODLE}/b/toy.ipynb"], 0),
    ],
)
def test_a_folder_around_all_students_is_left_out(paths, skipped):
    assert layout_of([tuple(path.split("/")) for path in paths], "toy", "week1").skipped == skipped


def test_the_unit_is_recognised_by_contents_not_names(course, tmp_path):
    files = {
        "ada/toy.ipynb": OTHER,
        "ada/Untitled.ipynb": NOTEBOOK,
        "bob/toy.ipynb": OTHER,
        "cyd/essay.pdf": b"x",
    }
    decisions = collect.collect(course, "toy", [folder(tmp_path / "class", files)]).decisions
    assert {one.student: one.outcome for one in decisions} == {
        "ada": Outcome.COLLECTED,
        "bob": Outcome.NO_NOTEBOOK,
        "cyd": Outcome.NO_NOTEBOOK,
    }
    assert decisions[0].detail == "recognised by its contents"
    assert content(course, "ada") == NOTEBOOK


def test_a_damaged_notebook_is_collected_only_where_there_is_no_sound_one(course, tmp_path):
    files = {"ada/toy.ipynb": b"{", "bob/toy.ipynb": NOTEBOOK, "bob/toy-1.ipynb": b""}
    decisions = collect.collect(course, "toy", [folder(tmp_path / "class", files)]).decisions
    assert [(one.student, one.outcome) for one in decisions] == [
        ("ada", Outcome.COLLECTED),
        ("bob", Outcome.COLLECTED),
        ("bob", Outcome.EARLIER),
    ]
    assert decisions[0].detail == "cannot be graded: not-json"
    assert content(course, "bob") == NOTEBOOK


def test_two_people_of_one_name_are_told_apart_by_a_table(course, tmp_path):
    files = {
        f"{MOODLE}/toy.ipynb": NOTEBOOK,
        "Jane Doe_89_assignsubmission_file_/toy.ipynb": NEWER,
        "Bob Ray_9_assignsubmission_file_/toy.ipynb": NOTEBOOK,
    }
    source = zipped(tmp_path / "moodle.zip", files)
    assert gathered(course, source) == {"Jane_Doe": Outcome.SAME_NAME, "Bob_Ray": Outcome.COLLECTED}
    assert not (course.submitted / "Jane_Doe").exists()
    table = "id,first_name,last_name,moodle\njd1,Jane,Doe,1234567\njd2,Jane,Doe,89\n"
    roster = roster_of(csv.DictReader(io.StringIO(table)), "names.csv")
    decisions = collect.collect(course, "toy", [source], roster).decisions
    assert {one.student: one.outcome for one in decisions} == {
        "jd1": Outcome.COLLECTED,
        "jd2": Outcome.COLLECTED,
        "Bob Ray#9": Outcome.UNKNOWN,
    }
    assert content(course, "jd2") == NEWER


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("doejane_12345_678910_toy.ipynb", "ada"),
        ("doejane_99_678910_toy.ipynb", "ada"),
        ("someoneelse_12345_678910_toy.ipynb", "ada"),
        ("Jane Doe_12345_assignsubmission_file_", "ada"),
        ("Someone Else_12345_assignsubmission_file_", ""),
        ("HW_jane.doe@uni.edu_attempt_2024-05-06-17-08-09_toy.ipynb", "ada"),
        ("raybob_12345_678910_toy.ipynb", ""),
        ("ADA", "ada"),
        ("nobody", ""),
    ],
)
def test_a_table_finds_a_student_by_any_name_but_never_by_half(name, student):
    rows = [
        {
            "id": "ada",
            "first_name": "Jané",
            "last_name": "Doe",
            "email": "jane.doe@uni.edu",
            "lms_user_id": "12345",
        },
        {"id": "bob", "first_name": "Bob", "last_name": "Ray", "email": "", "lms_user_id": "777"},
    ]
    assert roster_of(rows, "names.csv").find(owner_of((name, "toy.ipynb"))) == student


def test_a_name_that_two_students_share_finds_nobody():
    rows = [{"id": "jd1", "name": "Jane Doe"}, {"id": "jd2", "name": "Doe, Jane", "also": "Jane Doe"}]
    assert roster_of(rows, "names.csv").find(owner_of(("Jane Doe_3_assignsubmission_file_", "x"))) == ""


@pytest.mark.parametrize("student", ["", "../x", "a b"])
def test_a_table_with_an_id_that_is_no_folder_is_refused(student):
    with pytest.raises(CourseError, match=r"line 2 of names\.csv"):
        roster_of([{"id": student, "email": "x"}], "names.csv")


def entry(where, when, problem=None):
    path = tuple(where.split("/"))
    return Entry("source", path, owner_of(path), where, problem, told=when)


@pytest.mark.parametrize(
    ("present", "force", "outcome"),
    [
        (None, False, Outcome.COLLECTED),
        (
            Present("ada/toy.ipynb", datetime(2024, 5, 6, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)),
            False,
            Outcome.UNCHANGED,
        ),
        (
            Present("x", datetime(2024, 5, 5, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)),
            False,
            Outcome.REPLACED,
        ),
        (Present("x", None, datetime(2024, 5, 5, tzinfo=UTC)), False, Outcome.REPLACED),
        (Present("x", None, datetime(2024, 5, 6, tzinfo=UTC)), False, Outcome.NOT_NEWER),
        (Present("x", None, datetime(2024, 5, 7, tzinfo=UTC)), False, Outcome.NOT_NEWER),
        (
            Present("x", datetime(2024, 5, 7, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)),
            False,
            Outcome.NOT_NEWER,
        ),
        (
            Present("x", datetime(2024, 5, 7, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)),
            True,
            Outcome.REPLACED,
        ),
    ],
)
def test_only_a_newer_file_replaces_what_is_there(present, force, outcome):
    when = datetime(2024, 5, 6, tzinfo=UTC)
    (decision,) = decide([entry("ada/toy.ipynb", when)], "toy", lambda student: present, force=force)
    assert decision.outcome is outcome


def test_a_file_without_a_time_replaces_nothing_by_itself():
    present = Present("x", None, datetime(1970, 1, 2, tzinfo=UTC))
    (decision,) = decide([entry("ada/toy.ipynb", None)], "toy", lambda student: present)
    assert decision.outcome is Outcome.NOT_NEWER


def test_a_replaced_notebook_does_not_keep_the_old_time(course, tmp_path):
    files = {"ada/toy.ipynb": NOTEBOOK, "ada/timestamp.txt": b"2024-05-06 07:08:09 UTC"}
    gathered(course, folder(tmp_path / "first", files))
    later = folder(tmp_path / "second", {"ada/toy.ipynb": NEWER})
    assert gathered(course, later) == {"ada": Outcome.REPLACED}
    assert read(Assignment(course, "toy"), "ada").timestamp is None


def test_an_older_download_does_not_replace_a_newer_one(course, tmp_path):
    new = zipped(tmp_path / "new.zip", {"ada/toy.ipynb": NEWER}, (2024, 5, 7, 1, 2, 4))
    old = zipped(tmp_path / "old.zip", {"ada/toy.ipynb": NOTEBOOK}, (2024, 5, 6, 1, 2, 4))
    assert gathered(course, new, zone=UTC) == {"ada": Outcome.COLLECTED}
    book = course.submitted / "ada" / "toy" / "toy.ipynb"
    assert datetime.fromtimestamp(book.stat().st_mtime, UTC) == datetime(2024, 5, 7, 1, 2, 4, tzinfo=UTC)
    assert gathered(course, old) == {"ada": Outcome.NOT_NEWER}
    assert content(course, "ada") == NEWER
    assert gathered(course, old, force=True) == {"ada": Outcome.REPLACED}


def hostile(archive):
    """Entries that must not be read, beside one that must."""
    archive.writestr("ada/toy.ipynb", NOTEBOOK)
    archive.writestr("../../evil/toy.ipynb", NOTEBOOK)
    archive.writestr("/abs/toy.ipynb", NOTEBOOK)
    archive.writestr("C:\\evil\\toy.ipynb", NOTEBOOK)
    link = zipfile.ZipInfo("bob/toy.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, "/etc/passwd")
    archive.writestr("cyd/bomb.ipynb", b"\0" * (archives.MAX_BYTES + 1), zipfile.ZIP_DEFLATED)
    archive.writestr("dot/broken.zip", b"PK\x03\x04 not a zip")


def test_hostile_entries_are_refused_and_the_others_collected(course, tmp_path):
    source = tmp_path / "class.zip"
    with zipfile.ZipFile(source, "w") as archive:
        hostile(archive)
    decisions = collect.collect(course, "toy", [source]).decisions
    outcomes = {one.file.removeprefix(f"{source}/"): one.outcome for one in decisions}
    assert outcomes == {
        "ada/toy.ipynb": Outcome.COLLECTED,
        "../../evil/toy.ipynb": Outcome.OUTSIDE,
        "abs/toy.ipynb": Outcome.OUTSIDE,
        "C:/evil/toy.ipynb": Outcome.OUTSIDE,
        "bob/toy.ipynb": Outcome.LINK,
        "cyd/bomb.ipynb": Outcome.TOO_LARGE,
        "dot/broken.zip": Outcome.DAMAGED,
    }
    assert sorted(path.name for path in course.submitted.iterdir()) == ["ada"]
    assert all(one.outcome.advice for one in decisions if one.outcome is not Outcome.COLLECTED)


def test_an_encrypted_entry_is_refused(course, tmp_path):
    raw = bytearray(zipped_bytes({"ada/toy.ipynb": NOTEBOOK}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    source = folder(tmp_path / "class", {"ada.zip": bytes(raw)})
    assert gathered(course, source) == {"toy.ipynb": Outcome.ENCRYPTED}


def test_zips_in_zips_end(course, tmp_path):
    raw = NOTEBOOK
    for depth in range(4):
        raw = zipped_bytes({"toy.ipynb" if depth == 0 else "inner.zip": raw})
    assert gathered(course, folder(tmp_path / "class", {"ada/all.zip": raw})) == {
        "inner.zip": Outcome.TOO_LARGE
    }


def test_a_zip_that_holds_itself_many_times_over_is_bounded(course, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_NESTED_BYTES", 3 * len(NOTEBOOK))
    raw = zipped_bytes({f"{number}.ipynb": NOTEBOOK for number in range(10)})
    found = collect.collect(course, "toy", [zipped(tmp_path / "class.zip", {"ada/all.zip": raw})]).decisions
    assert sum(1 for one in found if one.outcome is Outcome.TOO_LARGE) == 7
    assert content(course, "ada") == NOTEBOOK


def test_a_zip_of_very_many_entries_is_refused_before_they_are_listed(course, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_NESTED_ENTRIES", 5)
    raw = zipped_bytes({f"{number}.txt": b"" for number in range(6)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert gathered(course, folder(tmp_path / "class", {"ada/all.zip": raw})) == {
        "all.zip": Outcome.TOO_LARGE
    }


def test_a_cut_zip_is_damaged_and_the_others_are_collected(course, tmp_path):
    files = {"ada.zip": zipped_bytes({"toy.ipynb": NOTEBOOK})[:-30], "bob/toy.ipynb": NOTEBOOK}
    assert gathered(course, folder(tmp_path / "class", files)) == {
        "ada.zip": Outcome.DAMAGED,
        "bob": Outcome.COLLECTED,
    }


def test_links_in_a_folder_are_not_followed(course, tmp_path):
    source = folder(tmp_path / "class", {"ada/toy.ipynb": NOTEBOOK, "secret/toy.ipynb": NEWER})
    (source / "bob").mkdir()
    (source / "bob" / "toy.ipynb").symlink_to(source / "secret" / "toy.ipynb")
    (source / "cyd").symlink_to(source / "secret")
    os.mkfifo(source / "ada" / "pipe.ipynb")
    outcomes = {
        one.file.removeprefix(f"{source}/"): one.outcome
        for one in collect.collect(course, "toy", [source]).decisions
    }
    assert outcomes["bob/toy.ipynb"] is outcomes["cyd"] is Outcome.LINK
    assert outcomes["ada/pipe.ipynb"] is Outcome.DAMAGED
    assert outcomes["ada/toy.ipynb"] is Outcome.COLLECTED


def test_nothing_is_written_through_a_link_in_the_course(course, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    course.submitted.mkdir()
    (course.submitted / "ada").symlink_to(elsewhere)
    source = folder(tmp_path / "class", {"ada/toy.ipynb": NOTEBOOK, "bob/toy.ipynb": NOTEBOOK})
    assert gathered(course, source) == {"ada": Outcome.LINK, "bob": Outcome.COLLECTED}
    assert list(elsewhere.iterdir()) == []


def test_names_in_utf_8_without_the_flag_are_read(tmp_path):
    raw = zipped_bytes({"Jörg/toy.ipynb": NOTEBOOK}).replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    path = tmp_path / "class.zip"
    path.write_bytes(raw)
    assert [found.where for found in archives.walk(path)] == [("Jörg", "toy.ipynb")]


def test_junk_that_systems_add_is_left_out(course, tmp_path):
    files = {
        "ada/toy.ipynb": NOTEBOOK,
        "ada/.ipynb_checkpoints/toy-checkpoint.ipynb": NEWER,
        "__MACOSX/ada/._toy.ipynb": b"\0",
        ".DS_Store": b"\0",
    }
    assert gathered(course, zipped(tmp_path / "class.zip", files)) == {"ada": Outcome.COLLECTED}


def test_a_source_that_is_not_there_is_an_error_with_a_remedy(course, tmp_path):
    with pytest.raises(CourseError, match="name a zip"):
        collect.collect(course, "toy", [tmp_path / "nothing.zip"])


def test_a_notebook_in_no_folder_is_said(course, tmp_path):
    files = {"toy.ipynb": NOTEBOOK, "ada/toy.ipynb": NOTEBOOK}
    assert gathered(course, folder(tmp_path / "class", files)) == {
        "toy.ipynb": Outcome.NO_STUDENT,
        "ada": Outcome.COLLECTED,
    }


def test_the_table_says_what_a_person_must_do_and_names_cannot_steer_it(course, tmp_path):
    files = {"\x1b[31m[bold]x\x1b/toy.pdf": b"", "ada/toy.ipynb": NOTEBOOK}
    decisions = collect.collect(course, "toy", [folder(tmp_path / "class", files)]).decisions
    text = io.StringIO()
    show(decisions, Console(file=text, width=500))
    assert "\x1b" not in text.getvalue()
    assert "[bold]" in text.getvalue()
    assert Outcome.NO_NOTEBOOK.advice in text.getvalue()
    assert counted(decisions) == "1 collected, 0 replaced, 0 unchanged, 1 for you to look at"


def test_a_damaged_notebook_is_a_decision_without_reading_the_disk():
    """The plan is pure: a listing in, decisions out."""
    when = datetime(2024, 5, 6, tzinfo=UTC)
    files = [entry("ada/toy.ipynb", when, Reason.NOT_JSON), entry("ada/x.ipynb", when, Reason.WRONG_UNIT)]
    (decision,) = decide(files, "toy", lambda student: None)
    assert (decision.outcome, decision.detail) == (Outcome.COLLECTED, "cannot be graded: not-json")


def test_the_command_tells_what_was_collected_and_what_to_do(toy_course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: toy_course)
    names = tmp_path / "names.csv"
    names.write_text("id,first_name,last_name\njd,Jane,Doe\n")
    source = zipped(
        tmp_path / "moodle.zip", {f"{MOODLE}/x.ipynb": NOTEBOOK, "Bob_2_assignsubmission_file_/x": b""}
    )
    asked = ["collect", "toy", str(source), "--names", str(names), "--timezone", "Europe/Zurich"]
    assert cli.main(asked) == 1
    said = capsys.readouterr().out
    assert "1 collected, 0 replaced, 0 unchanged, 1 for you to look at" in said
    assert "unknown-student" in said
    assert content(toy_course, "jd") == NOTEBOOK


@pytest.mark.parametrize("zone", ["Nowhere/Else", "../etc", ""])
def test_a_time_zone_that_is_none_is_refused(zone, capsys):
    with pytest.raises(SystemExit):
        cli.main(["collect", "toy", "x.zip", "--timezone", zone])
    assert "Europe/Zurich" in capsys.readouterr().err


def test_a_table_that_is_not_there_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(CourseError, match="column id"):
        read_roster(tmp_path / "names.csv")


def test_two_students_of_one_name_are_told_with_their_ids_and_neither_is_given_the_other_s_work(course):
    folder(course.root / "in", {"Kim Lee_12_assignsubmission_file_/toy.ipynb": NOTEBOOK})
    same = [{"id": one, "first_name": "Kim", "last_name": "Lee"} for one in ("klee1", "klee2")]
    gathered_now = collect.collect(course, "toy", [course.root / "in"], roster_of(same, "class.csv"))
    (decision,) = gathered_now.decisions
    assert decision.outcome is Outcome.SAME_NAME
    assert decision.detail == "klee1 and klee2 are both called so"
    assert not course.submitted.exists()
