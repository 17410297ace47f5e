"""Downloads as they are: names in old encodings, pictures, teams, times, rosters, and anything at all."""

import io
import json
import os
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.collecting import archives, collect, files
from autograder.collecting.choosing import Decision
from autograder.collecting.outcomes import Outcome
from autograder.collecting.people import enter
from autograder.collecting.record import load
from autograder.collecting.report import show
from autograder.collecting.roster import read_roster, roster_of
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.intake.files import read
from tests.autograder.collected import content, folder, gathered
from tests.autograder.graded_toy import ANSWERS, submitted, toy_plan
from tests.autograder.toy_unit import course_of

NOTEBOOK = submitted()
NEWER = submitted({**ANSWERS, "double": "def double(x):\n    return x + x"})


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "read_plan", lambda path: toy_plan())
    root = tmp_path / "course"
    root.mkdir()
    return course_of(root)


def zipped(path, contents, when=(2024, 5, 6, 7, 8, 10)):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, when), content)
    return path


def zipped_in(path, encoding, contents):
    """A zip whose names are in an old encoding, which it does not tell."""
    stand_ins = {
        f"{number:04d}".ljust(len(name.encode(encoding)), "#"): name for number, name in enumerate(contents)
    }
    zipped(path, {stand_in: contents[name] for stand_in, name in stand_ins.items()})
    raw = path.read_bytes()
    for stand_in, name in stand_ins.items():
        raw = raw.replace(stand_in.encode(), name.encode(encoding))
    path.write_bytes(raw)
    return path


def showing(*addresses):
    """A notebook whose written answer shows these pictures."""
    return submitted({**ANSWERS, "written-why": "Because.\n" + "\n".join(addresses)})


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp949", ("김철수", "이영희")),
        ("cp437", ("Jörg Müller", "José")),
        ("cp1252", ("Jörg Müller", "José")),
        ("gbk", ("王小明", "李华", "刘洋")),
        ("cp932", ("田中太郎", "鈴木花子")),
        ("utf-8", ("Jörg", "김철수")),
    ],
)
def test_names_in_old_encodings_are_read(course, tmp_path, encoding, names):
    contents = {
        f"{name}_{number}_assignsubmission_file_/toy.ipynb": NOTEBOOK for number, name in enumerate(names)
    }
    source = zipped_in(tmp_path / "moodle.zip", encoding, contents)
    ids = {name.replace(" ", "_") for name in names}
    assert gathered(course, source) == dict.fromkeys(ids, Outcome.COLLECTED)


def test_a_name_that_could_be_several_is_asked_about(course, tmp_path):
    contents = {"김철수/toy.ipynb": NOTEBOOK, "ada/toy.ipynb": NOTEBOOK}
    source = zipped_in(tmp_path / "class.zip", "cp949", contents)
    decisions = collect.collect(course, "toy", [source]).decisions
    assert [one.outcome for one in decisions] == [Outcome.UNCLEAR_NAME, Outcome.COLLECTED]
    assert "김철수/toy.ipynb (cp949)" in decisions[0].detail
    assert gathered(course, source, encoding="cp949") == {
        "김철수": Outcome.COLLECTED,
        "ada": Outcome.UNCHANGED,
    }
    assert content(course, "김철수") == NOTEBOOK


def test_whoever_handed_in_no_file_of_their_own_is_told(course, tmp_path):
    name = "HW_ada_attempt_2024-05-06-17-08-09"
    contents = {f"{name}.txt": b"Name: Ada (ada)", "HW_bob_attempt_2024-05-06-17-08-09_toy.ipynb": NOTEBOOK}
    found = gathered(course, folder(tmp_path / "bb", contents))
    assert found == {"ada": Outcome.NO_NOTEBOOK, "bob": Outcome.COLLECTED}
    empty = zipped(tmp_path / "none.zip", {}).read_bytes()
    (tmp_path / "dl" / "fay").mkdir(parents=True)
    folder(tmp_path / "dl", {"eve/all.zip": empty})
    plain = folder(tmp_path / "dl", {"cyd/timestamp.txt": b"2024-05-06 07:08:09", "dot/toy.ipynb": NEWER})
    assert gathered(course, plain) == {
        "cyd": Outcome.NO_NOTEBOOK,
        "dot": Outcome.COLLECTED,
        "all.zip": Outcome.NO_NOTEBOOK,
        "fay": Outcome.NO_NOTEBOOK,
    }


def test_an_encoding_that_does_not_fit_is_said(course, tmp_path):
    source = zipped_in(tmp_path / "class.zip", "cp1252", {"Jörg/toy.ipynb": NOTEBOOK})
    (decision,) = collect.collect(course, "toy", [source], encoding="utf-8").decisions
    assert (decision.outcome, decision.detail) == (Outcome.UNCLEAR_NAME, "its name is not in utf-8")


def test_nothing_is_written_over_what_is_no_file(course, tmp_path):
    (course.submitted / "ada" / "toy" / "toy.ipynb").mkdir(parents=True)
    (course.submitted / "bob").mkdir()
    (course.submitted / "bob" / "toy").write_bytes(b"a file")
    contents = {"ada/toy.ipynb": NOTEBOOK, "bob/toy.ipynb": NOTEBOOK, "cyd/toy.ipynb": NOTEBOOK}
    found = gathered(course, folder(tmp_path / "dl", contents))
    assert found == {"ada": Outcome.DAMAGED, "bob": Outcome.DAMAGED, "cyd": Outcome.COLLECTED}


def test_very_many_refusals_do_not_flood_the_terminal():
    refused = [Decision(Outcome.OUTSIDE, "", f"../{number}") for number in range(1000)]
    text = io.StringIO()
    show(refused, Console(file=text, width=200))
    assert text.getvalue().count("outside") < 250
    assert "and 800 more: outside" in text.getvalue()


@pytest.mark.parametrize(("spoilt", "found"), [(False, "김철수"), (True, "x")])
def test_a_unicode_path_counts_with_its_checksum(tmp_path, spoilt, found):
    name = b"x/toy.ipynb"
    field = struct.pack("<BL", 1, zlib.crc32(name) + spoilt) + "김철수/toy.ipynb".encode()
    info = zipfile.ZipInfo(name.decode())
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(info, NOTEBOOK)
    assert [one.where[0] for one in archives.walk(tmp_path / "class.zip")] == [found]


def test_a_time_in_an_upload_does_not_date_it(course, tmp_path):
    note = b"2020-01-01 00:00:00 UTC"
    inner = zipped(
        tmp_path / "inner.zip", {"toy/toy.ipynb": NOTEBOOK, "toy/timestamp.txt": note}
    ).read_bytes()
    source = folder(
        tmp_path / "blackboard",
        {
            "HW_ada_attempt_2024-05-06-17-08-09_homework.zip": inner,
            "HW_bob_attempt_2024-05-06-17-08-09_toy.ipynb": NEWER,
            "HW_bob_attempt_2024-05-06-17-08-09_timestamp.txt": note,
        },
    )
    assert gathered(course, source, zone=UTC) == dict.fromkeys(("ada", "bob"), Outcome.COLLECTED)
    for student in ("ada", "bob"):
        assert read(Assignment(course, "toy"), student).timestamp == datetime(2024, 5, 6, 17, 8, 9)


@pytest.mark.parametrize(
    "name", ["Jane Doe_12_assignsubmission_file_", "doejane_12_34_all.zip", "Doe, Jane 1.1.2025"]
)
def test_nor_where_the_system_tells_no_time(course, tmp_path, name):
    contents = {"toy.ipynb": NOTEBOOK, "timestamp.txt": b"2020-01-01 00:00:00 UTC"}
    if name.endswith(".zip"):
        source = folder(tmp_path / "dl", {name: zipped(tmp_path / "inner.zip", contents).read_bytes()})
    else:
        source = folder(tmp_path / "dl", {f"{name}/{file}": raw for file, raw in contents.items()})
    (decision,) = collect.collect(course, "toy", [source]).decisions
    assert read(Assignment(course, "toy"), decision.student).timestamp is None


def test_ilias_writes_the_times_of_submission_into_its_zip(course, tmp_path):
    source = zipped(tmp_path / "ilias.zip", {"HW/Doe_Jane_jdoe_4711/Late Submission - toy.ipynb": NOTEBOOK})
    collected = collect.collect(course, "toy", [source], zone=UTC)
    assert read(Assignment(course, "toy"), "jdoe").timestamp == datetime(2024, 5, 6, 7, 8, 10)
    assert "late" in collected.decisions[0].detail
    assert any("ILIAS" in remark for remark in collected.remarks)
    assert any("zone UTC" in remark for remark in collected.remarks)


def test_a_zip_in_the_zip_of_ilias_came_when_it_was_entered(course, tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"toy.ipynb": NOTEBOOK}, (2020, 1, 1, 0, 0, 0)).read_bytes()
    contents = {
        "HW/Doe_Jane_jdoe_4711/all.zip": inner,
        "HW/Ray_Bob_bray_4712/deep.zip": zipped(tmp_path / "deep.zip", {"all.zip": inner}).read_bytes(),
    }
    gathered(course, zipped(tmp_path / "ilias.zip", contents, (2024, 6, 7, 8, 9, 10)), zone=UTC)
    for student in ("jdoe", "bray"):
        assert read(Assignment(course, "toy"), student).timestamp == datetime(2024, 6, 7, 8, 9, 10)


def test_what_is_taken_for_the_whole_and_what_for_a_students_is_said(course, tmp_path):
    inner = zipped(tmp_path / "x.zip", {"Jane Doe_17_assignsubmission_file_/toy.ipynb": NOTEBOOK})
    lonely = folder(tmp_path / "dl", {"eve.zip": inner.read_bytes()})
    collected = collect.collect(course, "toy", [lonely])
    assert [one.student for one in collected.decisions] == ["eve"]
    assert any("eve.zip is taken for a student's zip" in remark for remark in collected.remarks)
    wrapped = folder(tmp_path / "all", {"bob/Jane Doe_17_assignsubmission_file_/toy.ipynb": NEWER})
    assert any("all within bob" in remark for remark in collect.collect(course, "toy", [wrapped]).remarks)


@pytest.mark.parametrize("called", ["leeann_501_9999", "leeann_501"])
@pytest.mark.parametrize("table", [None, [{"id": "ann", "name": "leeann", "lms_user_id": "501"}]])
def test_who_is_called_like_another_ones_entry_in_canvas_takes_no_place(course, tmp_path, called, table):
    contents = {"leeann_501_9001_toy.ipynb": NOTEBOOK, f"{called}_502_9002_toy.ipynb": NEWER}
    source = zipped(tmp_path / "canvas.zip", contents)
    roster = roster_of(table, "names.csv") if table else None
    student = "ann" if table else "leeann_501"
    doubtful = f"{called}_502_9002_toy.ipynb"
    assert gathered(course, source, roster=roster) == {student: Outcome.COLLECTED, doubtful: Outcome.DOUBTFUL}
    assert content(course, student) == NOTEBOOK
    alone = zipped(tmp_path / "alone.zip", {"leeann_501_9001_3_toy.ipynb": NOTEBOOK})
    assert gathered(course, alone, roster=roster) == {student: Outcome.UNCHANGED}
    both = {"leeann_501_9001_toy.ipynb": NOTEBOOK, "leeann_501_9002_3_plot.png": b"x"}
    (one,) = collect.collect(course, "toy", [zipped(tmp_path / "both.zip", both)], roster).decisions
    assert "3_plot.png" in one.detail


def test_what_the_download_told_is_kept(course, tmp_path):
    source = zipped(tmp_path / "canvas.zip", {"doejane_LATE_12_34_toy.ipynb": NOTEBOOK})
    remarks = collect.collect(course, "toy", [source]).remarks
    kept = load(course, "toy")["doejane_12"]
    assert (kept["system"], kept["number"], kept["late"], kept["submitted"]) == ("Canvas", "12", True, None)
    assert any("does not tell when" in remark for remark in remarks)
    assert any("late" in remark and "doejane_12" in remark for remark in remarks)
    collect.collect(course, "toy", [zipped(tmp_path / "more.zip", {"raybob_13_35_toy.ipynb": NEWER})])
    assert sorted(load(course, "toy")) == ["doejane_12", "raybob_13"]


def test_an_unknown_layout_is_said_with_the_ids_that_are_guessed(course, tmp_path):
    source = folder(tmp_path / "dl", {"Doe, Jane (12)/toy.ipynb": NOTEBOOK, "ada/toy.ipynb": NEWER})
    collected = collect.collect(course, "toy", [source])
    assert "--names" in collected.remarks[0]
    assert "'Doe, Jane (12)'" in next(
        one.detail for one in collected.decisions if one.student == "Doe_Jane_12"
    )


def test_one_notebook_for_each_student_in_a_folder(course, tmp_path):
    contents = {
        "Toy/Student One - toy.ipynb": NOTEBOOK,
        "Toy/Student Two - toy.ipynb": NEWER,
        "Toy/Student Three - toy.ipynb": NOTEBOOK,
    }
    decisions = collect.collect(course, "toy", [folder(tmp_path / "dl", contents)]).decisions
    assert [one.outcome for one in decisions] == [Outcome.COLLECTED] * 3
    assert content(course, "Student_Two") == NEWER
    assert sum("the same content as" in one.detail for one in decisions) == 1


def test_two_files_that_claim_one_student_are_nobodys(course, tmp_path):
    contents = {"Ray - toy.ipynb": NOTEBOOK, "Ray - toy (1).ipynb": NEWER, "Lee - toy.ipynb": NEWER}
    found = gathered(course, folder(tmp_path / "dl", contents))
    assert found == {"Ray": Outcome.SAME_NAME, "Lee": Outcome.COLLECTED}
    roster = roster_of([{"id": "ray"}, {"id": "lee"}], "names.csv")
    assert gathered(course, tmp_path / "dl", roster=roster)["ray"] is Outcome.SAME_NAME


def test_equal_files_of_one_student_are_listed(course, tmp_path):
    contents = {"ada/toy.ipynb": NOTEBOOK, "ada/toy-1.ipynb": NOTEBOOK}
    decisions = collect.collect(course, "toy", [folder(tmp_path / "dl", contents)]).decisions
    assert [one.outcome for one in decisions] == [Outcome.COLLECTED, Outcome.EARLIER]
    assert "same content" in decisions[1].detail


def test_typed_text_is_told_as_its_owners(course, tmp_path):
    contents = {
        "Jane Doe_1_assignsubmission_file_/toy.ipynb": NOTEBOOK,
        "Jane Doe_1_assignsubmission_onlinetext_/onlinetext.html": b"<p>x</p>",
        "Bob Ray_2_assignsubmission_onlinetext_/onlinetext.html": b"<p>y</p>",
    }
    decisions = collect.collect(course, "toy", [zipped(tmp_path / "moodle.zip", contents)]).decisions
    told = {one.student: (one.outcome, one.detail) for one in decisions}
    assert told["Bob_Ray"][0] is Outcome.ONLINE_TEXT
    assert told["Jane_Doe"][0] is Outcome.COLLECTED
    assert "onlinetext.html" in told["Jane_Doe"][1]


def test_pictures_that_a_text_shows_come_along(course, tmp_path):
    book = showing(
        "![a](plot.png)", "![b](<img/my plot.PNG>)", '<img alt="c" src="%C3%BC.jpg">', "![d](gone.png)"
    )
    contents = {
        "ada/toy.ipynb": book,
        "ada/plot.png": b"1",
        "ada/img/my plot.PNG": b"2",
        "ada/ü.jpg": b"3",
        "ada/data.csv": b"4",
    }
    (decision,) = collect.collect(course, "toy", [folder(tmp_path / "dl", contents)]).decisions
    place = course.submitted / "ada" / "toy"
    assert (place / "plot.png").read_bytes() == b"1"
    assert (place / "img" / "my plot.PNG").read_bytes() == b"2"
    assert (place / "ü.jpg").read_bytes() == b"3"
    assert not (place / "data.csv").exists()
    (place / "plot.png").unlink()
    assert gathered(course, tmp_path / "dl") == {"ada": Outcome.UNCHANGED}
    assert (place / "plot.png").read_bytes() == b"1"
    assert "data.csv" in decision.detail
    assert "gone.png" in decision.detail
    gathered(course, folder(tmp_path / "later", {"ada/toy.ipynb": NOTEBOOK}), force=True)
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == ["toy.ipynb"]


def test_pictures_of_canvas_lie_beside_those_of_others(course, tmp_path):
    book = showing("![a](plot.png)")
    contents = {
        "doejane_1_10_toy.ipynb": book,
        "doejane_1_11_plot.png": b"hers",
        "raybob_2_12_plot.png": b"his",
        "raybob_2_13_toy.ipynb": NOTEBOOK,
    }
    gathered(course, zipped(tmp_path / "canvas.zip", contents))
    assert (course.submitted / "doejane_1" / "toy" / "plot.png").read_bytes() == b"hers"
    assert not (course.submitted / "raybob_2" / "toy" / "plot.png").exists()


@pytest.mark.parametrize(
    "address",
    [
        "../../secret.png",
        "/etc/passwd.png",
        "https://example.org/x.png",
        "file:///etc/x.png",
        "toy.ipynb",
        "timestamp.txt",
        ".hidden.png",
        "a/b/c/d/e.png",
        "x" * 101 + ".png",
        "x.py",
    ],
)
def test_what_is_no_picture_beside_the_notebook_stays(course, tmp_path, address):
    book = showing(f"![x]({address})")
    contents = {"bob/toy.ipynb": NEWER, "secret.png": b"s", "ada/week/toy.ipynb": book}
    if not address.startswith((".", "/", "h", "f", "t")):
        contents[f"ada/week/{address}"] = b"x"
    gathered(course, folder(tmp_path / "dl", contents))
    assert [path.name for path in (course.submitted / "ada" / "toy").iterdir()] == ["toy.ipynb"]


def test_pictures_are_few_and_small(course, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "MAX_PICTURE_BYTES", 3)
    names = [f"{number}.png" for number in range(30)]
    contents = {f"ada/{name}": b"ok" for name in names} | {"ada/0.png": b"too large"}
    contents["ada/toy.ipynb"] = showing(*(f"![x]({name})" for name in names))
    gathered(course, folder(tmp_path / "dl", contents))
    place = course.submitted / "ada" / "toy"
    assert sorted(path.name for path in place.iterdir()) == sorted(["toy.ipynb", *names[1:20]])


def test_a_picture_gives_way_to_a_folder_of_its_name(course, tmp_path):
    (course.submitted / "ada" / "toy" / "plot.png").mkdir(parents=True)
    contents = {"ada/toy.ipynb": showing("![a](plot.png)"), "ada/plot.png": b"1"}
    assert gathered(course, folder(tmp_path / "dl", contents)) == {"ada": Outcome.COLLECTED}


def test_a_picture_is_not_written_through_a_link(course, tmp_path):
    place = course.submitted / "ada" / "toy"
    place.mkdir(parents=True)
    (place / "plot.png").symlink_to(tmp_path / "elsewhere.png")
    contents = {"ada/toy.ipynb": showing("![a](plot.png)"), "ada/plot.png": b"1"}
    gathered(course, folder(tmp_path / "dl", contents))
    assert not (tmp_path / "elsewhere.png").exists()


ROSTER = """\
id,first_name,last_name,email,lms_user_id,team
jd,Jane,Doe,jane@uni.edu,12,Group 1
br,Bob,Ray,bob@uni.edu,13,Group 1
cl,Cyd,Lee,cyd@uni.edu,14,
"""


def roster_in(tmp_path, text=ROSTER, encoding="utf-8"):
    path = tmp_path / "names.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def test_a_teams_work_is_given_to_each_member(course, tmp_path):
    contents = {
        "Group 1_55_assignsubmission_file_/toy.ipynb": showing("![a](plot.png)"),
        "Group 1_55_assignsubmission_file_/plot.png": b"1",
        "Group 2_56_assignsubmission_file_/toy.ipynb": NEWER,
    }
    source = zipped(tmp_path / "moodle.zip", contents)
    assert gathered(course, source) == {"Group 1#55": Outcome.TEAM, "Group 2#56": Outcome.TEAM}
    assert not course.submitted.exists()
    found = gathered(course, source, roster=roster_in(tmp_path))
    assert found == {"jd": Outcome.COLLECTED, "br": Outcome.COLLECTED, "Group 2#56": Outcome.TEAM}
    assert content(course, "jd") == content(course, "br")
    for student in ("jd", "br"):
        assert (course.submitted / student / "toy" / "plot.png").read_bytes() == b"1"
        assert load(course, "toy")[student]["team"] == "Group 1"


def test_in_ilias_a_team_hands_in_by_one_of_them(course, tmp_path):
    source = folder(tmp_path / "HW", {"Team 4/Doe_Jane_jd_12/toy.ipynb": NOTEBOOK})
    (alone,) = collect.collect(course, "toy", [source]).decisions
    assert (alone.student, alone.outcome) == ("jd", Outcome.COLLECTED)
    assert "column team" in alone.detail
    found = gathered(course, source, roster=roster_in(tmp_path))
    assert found == {"jd": Outcome.UNCHANGED, "br": Outcome.COLLECTED}


def test_a_group_of_another_kind_is_no_team(course, tmp_path):
    """A column group may hold sections of the course: it counts only where a download names it."""
    source = folder(tmp_path / "HW", {"Team 4/Doe_Jane_jd_12/toy.ipynb": NOTEBOOK})
    roster = roster_in(tmp_path, "id,group\njd,Monday\nbr,Monday\n")
    assert gathered(course, source, roster=roster) == {"jd": Outcome.COLLECTED}
    named = folder(tmp_path / "dl", {"Monday_5_assignsubmission_file_/toy.ipynb": NEWER})
    assert gathered(course, named, roster=roster, force=True)["br"] is Outcome.COLLECTED


def test_gradescopes_groups_need_no_table(course, tmp_path):
    told = b"""\
submission_1:
  :submitters:
  - :name: Ada
    :sid: s1
  - :name: Bob
    :sid: s2
  :created_at: 2024-05-06 17:08:09.5 Z
"""
    source = folder(tmp_path / "ex", {"submission_1/toy.ipynb": NOTEBOOK, "submission_metadata.yml": told})
    assert gathered(course, source) == dict.fromkeys(("s1", "s2"), Outcome.COLLECTED)
    assert read(Assignment(course, "toy"), "s2").timestamp == datetime(2024, 5, 6, 17, 8, 9)


def test_of_a_flat_folder_with_names_the_table_finds_students(course, tmp_path):
    contents = {"Jane Doe - toy.ipynb": NOTEBOOK, "Lee, Cyd - toy.ipynb": NEWER}
    found = gathered(course, folder(tmp_path / "dl", contents), roster=roster_in(tmp_path))
    assert found == dict.fromkeys(("jd", "cl"), Outcome.COLLECTED)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_rosters_in_other_encodings_and_with_other_separators(tmp_path, separator, encoding):
    text = "ID,First_Name,Last_Name\njm,Jörg,Müller\n\n".replace(",", separator)
    roster = roster_in(tmp_path, text, encoding)
    assert roster.people == {"jm": {"first_name": "Jörg", "last_name": "Müller"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,x\nada,1\nbob,2\nAda,3\n", "lines 2 and 4"),
        ("id,x\nada,1\n,2\n", "line 3"),
        ("name,x\nada,1\n", "no column id, but name, x"),
        ("id,x\nada,1\n-rf,2\n", "line 3"),
        ("id,x\nada[1],1\n", "line 2"),
    ],
)
def test_a_roster_with_ids_that_are_missing_or_twice_there_is_refused(tmp_path, text, said):
    with pytest.raises(CourseError, match=said):
        roster_in(tmp_path, text)


def test_a_roster_in_an_encoding_that_is_not_certain_is_refused(tmp_path):
    with pytest.raises(CourseError, match="encoding that it does not tell"):
        roster_in(tmp_path, "id,first_name\nkc,김철수\n", "cp949")


def test_the_roster_enters_names_into_the_gradebook(built_toy_course, tmp_path):
    course = built_toy_course
    roster = roster_in(tmp_path)
    with Gradebook(course.db_url) as book:
        book.add_student("cl", first_name="Cyd", email="old@uni.edu")
    for _ in range(2):
        enter(course.db_url, "toy", roster)
    with Gradebook(course.db_url) as book:
        jane, cyd = book.find_student("jd"), book.find_student("cl")
        assert (jane.first_name, jane.last_name, jane.email, jane.lms_user_id) == (
            "Jane",
            "Doe",
            "jane@uni.edu",
            "12",
        )
        assert (cyd.last_name, cyd.email) == ("Lee", "cyd@uni.edu")
    enter(course.db_url, "toy", roster_of([{"id": "jd", "email": ""}], "names.csv"))
    with Gradebook(course.db_url) as book:
        assert book.find_student("jd").email == "jane@uni.edu"


@pytest.fixture
def built_toy_course(toy_course):
    return toy_course


def anything(root):
    """A folder with all that a file system can hold."""
    folder(
        root,
        {
            "ada/toy.ipynb": NOTEBOOK,
            "bob/toy.ipynb": json.dumps({"nbformat": "#", "cells": [{}]})
            .encode()
            .replace(b'"#"', b"[" * 990 + b"]" * 990),
            "cyd/" + "x" * 249 + ".ipynb": NEWER,
            "dot/all.tar.gz": b"\x1f\x8b",
            "eve/all.7z": b"7z",
            "fay/\n\x1b[2J\t.ipynb": NEWER,
            "gus/toy.ipynb/inner.txt": b"a folder named as a notebook",
            "-rf/toy.ipynb": NEWER,
        },
    )
    os.makedirs(os.fsencode(root) + b"/\xff\xfe")
    (root / os.fsdecode(b"\xff\xfe") / "toy.ipynb").write_bytes(NEWER)
    (root / "hal").symlink_to(root)
    os.mkfifo(root / "ada" / "pipe.zip")
    script = "import os\nfor _ in range(1300):\n os.mkdir('d'); os.chdir('d')"
    subprocess.run(["python3", "-c", script], cwd=root / "ada", check=True)
    return root


def test_anything_in_a_folder_ends_with_an_outcome(course, tmp_path):
    root = anything(tmp_path / "dl")
    try:
        decisions = collect.collect(course, "toy", [root]).decisions
    finally:
        subprocess.run(["rm", "-rf", root / "ada" / "d"], check=True)
    told = {one.file.removeprefix(f"{root}/"): one.outcome for one in decisions}
    assert told["ada/toy.ipynb"] is Outcome.COLLECTED
    assert told["bob/toy.ipynb"] is Outcome.NO_NOTEBOOK
    assert told["cyd/" + "x" * 249 + ".ipynb"] is Outcome.COLLECTED
    assert told["dot/all.tar.gz"] is told["eve/all.7z"] is Outcome.UNSUPPORTED
    assert told["fay/\n\x1b[2J\t.ipynb"] is Outcome.COLLECTED
    assert told["gus/toy.ipynb/inner.txt"] is Outcome.NO_NOTEBOOK
    assert told["-rf/toy.ipynb"] is Outcome.COLLECTED
    assert told["hal"] is Outcome.LINK
    assert told["ada/pipe.zip"] is Outcome.DAMAGED
    assert told["ada/" + "/".join("d" * files.DEEPEST_FOLDER)] is Outcome.TOO_LARGE
    assert sorted(path.name for path in course.submitted.iterdir()) == ["ada", "cyd", "fay", "rf"]


@pytest.mark.parametrize("place", range(0, 400, 17))
def test_a_zip_damaged_anywhere_raises_nothing(course, tmp_path, place):
    source = zipped(tmp_path / "class.zip", {"ada/toy.ipynb": b"{}", "bob/toy.ipynb": b"{}"})
    raw = bytearray(source.read_bytes())
    raw[place % len(raw)] ^= 0xFF
    source.write_bytes(raw)
    collect.collect(course, "toy", [source])


@pytest.mark.parametrize("name", ["class.tar.gz", "class.7z", "toy.ipynb", "empty.zip"])
def test_a_source_that_is_no_zip_is_told(course, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    (decision,) = collect.collect(course, "toy", [path]).decisions
    assert decision.outcome in (Outcome.UNSUPPORTED, Outcome.DAMAGED)


def test_ids_that_differ_in_capitals_only_are_not_mixed(course, tmp_path):
    contents = {"Ada/toy.ipynb": NOTEBOOK, "ada/toy.ipynb": NEWER}
    assert gathered(course, zipped(tmp_path / "class.zip", contents)) == {"Ada": Outcome.SAME_NAME}
