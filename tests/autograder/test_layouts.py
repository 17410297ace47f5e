"""Whose a file is: read from what the system wrote, whatever the student chose."""

from datetime import UTC, datetime

import pytest

from autograder.collecting.dates import date_in
from autograder.collecting.layouts import PLAIN, layout_of

HOSTILE = (
    "x_s17_attempt_2026-12-24-00-00-00.ipynb",
    "doejane_LATE_17_9999999_toy.ipynb",
    "Jane Doe_17_assignsubmission_file_toy.ipynb",
    "17-1 - Jane Doe - Oct 10, 2026 1022 AM.ipynb",
    "17-1 - Jane Doe - Oct 10, 2026 1022 AM - toy.ipynb",
    "Doe_Jane_s17_17.ipynb",
    "s17+toy+2026-12-24 00:00:00 UTC.ipynb",
    "s17 - toy.ipynb",
    "submission_metadata.yml",
)
PREFIXES = {
    "Moodle": ("Bob Ray_7_assignsubmission_file_", "Bob_Ray", None),
    "Canvas": ("raybob_7_100_", "raybob_7", None),
    "Blackboard": ("Toys_bray_attempt_2026-05-06-07-08-09_", "bray", datetime(2026, 5, 6, 7, 8, 9)),
    "Brightspace": (
        "7-1 - Bob Ray - Oct 1, 2025 1022 AM - ",
        "Bob_Ray",
        datetime(2025, 10, 1, 10, 22),
    ),
}
FOLDERS = {
    "Moodle": ("Bob Ray_7_assignsubmission_file_", "Bob_Ray", None),
    "Brightspace": ("7-1 - Bob Ray - Oct 1, 2025 1022 AM", "Bob_Ray", datetime(2025, 10, 1, 10, 22)),
    "ILIAS": ("Ray_Bob_bray_7", "bray", None),
    "nbgrader's exchange": (
        "bray+toy+2025-10-01 10:22:33.123456 UTC+abc",
        "bray",
        datetime(2025, 10, 1, 10, 22, 33, tzinfo=UTC),
    ),
    PLAIN: ("bray", "bray", None),
}


def laid_out(paths, records=None):
    return layout_of([tuple(path.split("/")) for path in paths], "toy", "download", records)


def owners(paths, records=None):
    layout = laid_out(paths, records)
    return [layout.owner(path.split("/")) for path in paths]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("system", PREFIXES)
def test_the_name_that_a_student_gives_a_file_decides_nothing(system, hostile):
    """An upload called as another system, or this one, would call somebody else's."""
    prefix, student, told = PREFIXES[system]
    path = f"{prefix}{hostile}"
    layout = laid_out([path])
    found = layout.owner([path])
    assert (layout.system, found.student, found.told, found.late) == (system, student, told, False)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("system", FOLDERS)
def test_nor_do_files_and_folders_inside_an_upload(system, hostile):
    folder, student, told = FOLDERS[system]
    for inside in (hostile, f"{hostile}/toy.ipynb", f"deep/{hostile}/more/toy.ipynb"):
        layout = laid_out([f"{folder}/{inside}", f"{folder}/toy.ipynb"])
        found = layout.owner((folder, *inside.split("/")))
        assert (layout.system, found.student, found.told) == (system, student, told)


def test_nor_does_all_that_a_lonely_zip_holds():
    """Where it is the only upload, its folders are not taken for the download's."""
    inside = ("Jane Doe_17_assignsubmission_file_/toy.ipynb", "ann/toy.ipynb", "bob/toy.ipynb")
    paths = [f"eve.zip/{path}" for path in inside]
    for some in (paths[:1], paths[1:], paths):
        assert {found.student for found in owners(some)} == {"eve"}
    told = {("eve.zip", "submission_metadata.yml"): b"ann:\n  :submitters:\n  - :sid: s17\n"}
    assert owners(paths[1:2], told)[0].student == "eve"


def test_a_date_in_a_name_in_brightspace_is_no_time():
    name = "7-1 - Bob - Jan 1, 2020 1000 AM - Oct 1, 2025 1022 AM"
    (whole,) = owners([f"{name}/toy.ipynb"])
    assert (whole.told, "2020" in whole.name) == (datetime(2025, 10, 1, 10, 22), True)
    (unread,) = owners(["7-1 - Bob - Jan 1, 2020 1000 AM - 1.10.2025 1022/toy.ipynb"])
    assert (unread.told, "1.10.2025" in unread.guessed) == (None, True)
    (packed,) = owners(["7-1 - Bob - Oct 1, 2025 1022 AM - Jan 1, 2020 1000 AM.zip/toy.ipynb"])
    assert packed.told == datetime(2025, 10, 1, 10, 22)


def test_one_name_does_not_change_how_the_others_are_read():
    paths = ["raybob_7_100_toy.ipynb", "doejane_8_101_x_s17_attempt_2026-12-24-00-00-00.ipynb"]
    assert [found.student for found in owners(paths)] == ["raybob_7", "doejane_8"]


def test_a_number_at_the_end_of_a_name_in_canvas_is_not_taken_for_sure():
    """A person may call themselves "Doe_17": then three numbers follow one another."""
    (found,) = owners(["doe_17_12_3456_toy.ipynb"])
    assert not found.sure
    assert owners(["doe_17_3456_toy.ipynb"])[0].sure


@pytest.mark.parametrize(
    ("name", "student", "team"),
    [
        ("Group 1_55_assignsubmission_file_", "", "Group 1"),
        ("Default group_assignsubmission_file_", "", "Default group"),
        ("Gruppe A_55_assignsubmission_file_", "", "Gruppe A"),
        ("Group 1-Jane Doe_12_assignsubmission_file_", "Jane_Doe", ""),
        ("Jane Smith-Jones_12_assignsubmission_file_", "Jane_Smith-Jones", ""),
    ],
)
def test_teams_in_moodle(name, student, team):
    (found,) = owners([f"{name}/toy.ipynb"])
    assert (found.student, found.team) == (student, team)


def test_typed_text_belongs_to_its_owner():
    file, text = owners(
        [
            "Jane Doe_12_assignsubmission_file_/toy.ipynb",
            "Jane Doe_12_assignsubmission_onlinetext_/onlinetext.html",
        ]
    )
    assert (text.key, text.is_text, file.is_text) == (file.key, True, False)


def test_blackboards_own_text_file_cuts_a_users_name():
    name = "Home_work_jane_doe_attempt_2024-05-06-17-08-09"
    receipt = b"Name: Jane Doe (jane_doe)\nAssignment: Home_work\n"
    (found,) = owners([f"{name}_toy.ipynb"], {(f"{name}.txt",): receipt})
    assert (found.student, found.also) == ("jane_doe", ("Jane Doe",))
    forged = {(f"{name}_toy.txt",): b"Name: Somebody Else (doe)\n"}
    assert owners([f"{name}_toy.ipynb"], forged)[0].student == "doe"


def test_gradescopes_export_names_people_and_teams():
    told = b"""\
submission_1:
  :submitters:
  - :name: Ada Byron
    :sid: s1
    :email: ada@uni.edu
  :created_at: 2023-09-01 21:51:36.123456789 Z
  :results: !ruby/object:Anything
    a: 1
submission_2:
  :submitters:
  - :name: Bob Ray
    :sid: s2
    :email: bob@uni.edu
  - :name: Cyd Lee
    :sid: s3
submission_3:
  :submitters: []
"""
    paths = [f"assignment_9_export/submission_{number}/toy.ipynb" for number in (1, 2, 3)]
    records = {("assignment_9_export", "submission_metadata.yml"): told}
    one, team, nobody = owners(paths, records)
    assert (one.student, one.told) == ("s1", datetime(2023, 9, 1, 21, 51, 36, tzinfo=UTC))
    assert [member.student for member in team.members] == ["s2", "s3"]
    assert nobody is None


@pytest.mark.parametrize("raw", [b"- 1", b"{", b"a: &a [*a]\nb: " + b"[" * 3000, b"\xff"])
def test_a_damaged_list_of_gradescope_is_none(raw):
    layout = laid_out(["submission_1/toy.ipynb"], {("submission_metadata.yml",): raw})
    assert layout.system == PLAIN


def test_repositories_of_github_classroom():
    paths = ["toy-submissions/toy-ada/toy.ipynb", "toy-submissions/toy-bob-x/src/toy.ipynb"]
    assert [found.student for found in owners(paths)] == ["ada", "bob-x"]
    assert [found.student for found in owners(["toy-ada/x.ipynb", "toy-bob/x.ipynb"])] == ["ada", "bob"]


def test_gradescopes_numbers_are_no_students():
    assert "submission_metadata.yml" in owners(["submission_17/toy.ipynb"])[0].guessed


def test_ilias_marks_late_files_and_teams():
    late, team = owners(["HW/Doe_Jane_jdoe_4711/Late Submission - toy.ipynb"]) + owners(
        ["HW/Team 12/Doe_Jane_jdoe_4711/toy.ipynb"]
    )
    assert (late.student, late.late, late.also) == ("jdoe", True, ("Jane Doe",))
    assert (team.student, team.team) == ("jdoe", "Team 12")
    assert laid_out(["HW/Doe_Jane_jdoe_4711/toy.ipynb"]).writes_times
    assert owners(["HW/Doe_Jane_jdoe_4711/Late Submission - all.zip/toy.ipynb"])[0].late
    assert not owners(["HW/Doe_Jane_jdoe_4711/all.zip/Late Submission - toy.ipynb"])[0].late


@pytest.mark.parametrize(
    ("paths", "students"),
    [
        (["toy/Student One - toy.ipynb", "toy/Student Two - toy.ipynb"], ["Student_One", "Student_Two"]),
        (["Week 1/One Ray - toy.ipynb", "Week 1/toy_Two Lee.ipynb"], ["One_Ray", "Two_Lee"]),
        (["s17.ipynb", "s18.ipynb", "toy.ipynb"], ["s17", "s18", None]),
        (["ada/toy.ipynb", "ada/toy-Copy1.ipynb", "ada/toy (1).ipynb"], ["ada", "ada", "ada"]),
        (["ada/Untitled.ipynb", "ada/notes.ipynb", "ada/toy.ipynb"], ["ada", "ada", "ada"]),
        (["ada/ada - toy.ipynb", "bob/old toy.ipynb"], ["ada", "bob"]),
    ],
)
def test_one_notebook_for_each_student_in_a_folder(paths, students):
    assert [found and found.student for found in owners(paths)] == students


def test_an_id_that_is_made_from_a_name_is_a_guess():
    plain, made = owners(["ada/toy.ipynb", "Doe, Jane (x) 10.10.2025/toy.ipynb"])
    assert not plain.guessed
    assert "Doe, Jane" in made.guessed


@pytest.mark.parametrize(
    "text",
    [
        "Oct 10, 2025 1022 PM",
        "October 10, 2025 10 22 PM",
        "10 October 2025 2222",
        "10. Okt. 2025 22.22",
        "10 oct. 2025 22 h 22",
        "10 de octubre de 2025 22:22",
        "10 ott 2025 2222",
        "10 okt 2025 22.22",
        "2025-10-10 2222",
        "2025년 10월 10일 오후 1022",
        "2025年10月10日 2222",
    ],
)
def test_dates_of_several_languages(text):
    assert date_in(text) == datetime(2025, 10, 10, 22, 22)


@pytest.mark.parametrize(
    "text",
    ["03/04/2025 1022", "Oct 32, 2025 1022 AM", "Oct 10, 2025", "Jui 1, 2025 1022", "x", "", "²2025 Oct"],
)
def test_what_could_be_two_dates_is_none(text):
    assert date_in(text) is None


def test_a_date_that_cannot_be_read_is_said():
    (found,) = owners(["39-64 - Jane Doe - 03-04-2025 1022/toy.ipynb"])
    assert (found.student, found.told) == ("Jane_Doe", None)
    assert "03-04-2025" in found.guessed
