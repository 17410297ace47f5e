"""What systems export for a class: gradebooks and worksheets in their real forms, downloads of its work."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass

TITLE, POSSIBLE = "Toys that double", 100


@dataclass(frozen=True)
class Person:
    """A student as an institution and its systems know them."""

    number: int
    first: str
    last: str

    @property
    def name(self):
        return f"{self.first} {self.last}"

    @property
    def login(self):
        return f"u{self.number}"

    @property
    def sis(self):
        return f"S{self.number:06d}"

    @property
    def email(self):
        return f"{self.login}@example.org"

    @property
    def word(self):
        """The name as Canvas writes it in downloads."""
        return "".join(letter for letter in f"{self.last}{self.first}".casefold() if letter.isalnum())


def canvas(people, old="", separator=",", possible=POSSIBLE, newline="\r\n"):
    """Canvas's gradebook of three assignments, the second of which is ours (number 502)."""
    names = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    names += ["Essay, first (501)", f"{TITLE} (502)", "Quiz (503)", "Current Score", "Final Score"]
    rows = [
        names,
        [""] * 5 + ["", "Manual Posting", "", "", ""],
        ["    Points Possible", "", "", "", "", "10.00", f"{possible:.2f}", "5.00"] + ["(read only)"] * 2,
    ]
    for one in people:
        own = [f"{one.last}, {one.first}", one.number, one.sis, one.login, "Week, 1 and Week 2"]
        rows.append([*own, "7.50", old, "", "75.00", "50.00"])
    rows.append(["Student, Test", 9_999_999, "", "c4ca4238a0b9", "Week 1", "", "", "", "", ""])
    return _text(rows, separator, newline).encode()


def moodle(people, old="", most="100.00", changeable="Yes", mark=b""):
    """Moodle's grading worksheet, as it is with feedback comments, one of which has two lines."""
    names = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
    names += [
        "Grade can be changed",
        "Last modified (submission)",
        "Last modified (grade)",
        "Feedback comments",
    ]
    rows = [names]
    for one in people:
        rows.append(
            [
                *(f"Participant {one.number}", one.name, one.email, "Submitted for grading", old, most),
                *(changeable, "Tuesday, 3 March 2026, 10:04 AM", "-", 'He said "no",\nthen left'),
            ]
        )
    return mark + _text(rows, ",", "\n").encode()


def brightspace(people, old="", item=f"{TITLE} Points Grade <Numeric MaxPoints:100 Weight:10>"):
    """Brightspace's export with both keys."""
    names = ["OrgDefinedId", "Username", "Last Name", "First Name", "Quiz Points Grade", item]
    rows = [[*names, "End-of-Line Indicator"]]
    rows += [[f"#{one.sis}", f"#{one.login}", one.last, one.first, "3", old, "#"] for one in people]
    return _text(rows, ",", "\r\n").encode()


def blackboard(people, old=""):
    """Blackboard's download: tabs, UTF-16 with its mark, all in quotes."""
    names = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"]
    names += ["Total [Total Pts: up to 110 Score] |11", f"{TITLE} [Total Pts: 100 Score] |1281892"]
    rows = [names]
    rows += [[one.last, one.first, one.login, one.sis, "", "Yes", "5", old] for one in people]
    text = io.StringIO()
    csv.writer(text, dialect="excel-tab", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return b"\xff\xfe" + text.getvalue().encode("utf-16-le")


def gradescope(people, old=""):
    """Gradescope's scores of one assignment."""
    names = ["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status"]
    rows = [[*names, "Submission ID"]]
    rows += [
        [one.first, one.last, one.sis, one.email, "", old, "100.0", "Graded", 7000 + one.number]
        for one in people
    ]
    return _text(rows, ",", "\n").encode()


def canvas_download(books):
    """Canvas's zip of these notebooks by person; of every second one the file came late."""
    return _zip(
        {
            f"{one.word}_{'LATE_' if at % 2 else ''}{one.number}_{file_of(one)}_my toy.ipynb": book
            for at, (one, book) in enumerate(books.items())
        }
    )


def file_of(person):
    """The number of the person's file in Canvas."""
    return 5_000_000 + person.number


def moodle_download(books):
    """Moodle's zip of these notebooks by person, in folders."""
    return _zip(
        {
            f"{one.name.replace('_', ' ')}_{one.number}_assignsubmission_file_/toy.ipynb": book
            for one, book in books.items()
        }
    )


def _text(rows, separator, newline):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=newline).writerows(rows)
    return text.getvalue()


def _zip(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 6, 7, 8, 10)), content)
    return packed.getvalue()
