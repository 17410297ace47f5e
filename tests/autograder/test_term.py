"""The calendar of a term: every line of docs/term.md is run, in its order, on a small class."""

import csv
import os
import re
import shlex
import subprocess
import sysconfig
import zipfile
from socketserver import BaseServer

from nbgrader.api import Grade, Gradebook

from autograder import cli, commands
from autograder.course import REPOSITORY, Course
from autograder.synthetic.students import draw_class
from autograder.term.settings import SETTINGS_FILE
from autograder.units.handout import ZIP_NAME
from tests.autograder.lms_exports import Person, brightspace
from tests.autograder.sabotage import Lent

PAGE = (REPOSITORY / "docs" / "term.md").read_text(encoding="utf-8")
CLASS = "id,first_name,last_name\nada,Ada,Byron\nbob,Bob,O'Neil\n"
CAME = {"Ada Byron": "Sep 22, 2026 1022 AM", "Bob O'Neil": "Sep 10, 2026 1022 AM"}
PEOPLE = [Person(1, "Ada", "Byron"), Person(2, "Bob", "O'Neil")]
ITEM = "batchnorm Points Grade <Numeric MaxPoints:100 Weight:10>"
UNITS = ("batchnorm", "optimizers")
ILL = """
[[extensions]]
student = "ada"
unit = "batchnorm"
until = 2026-09-30
why = "ill"
"""
_LOOP = re.compile(r"^for (\w+) in (.+); do\n(.*?)^done\n", re.MULTILINE | re.DOTALL)


def lines_of(block):
    """The commands of a block; a loop as what it stands for."""
    spread = _LOOP.sub(
        lambda loop: "".join(loop[3].replace(f"${loop[1]}", each) for each in loop[2].split()), block
    )
    return [line.strip() for line in spread.splitlines()]


BLOCKS = [lines_of(block) for block in re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]


def run(line, capsys):
    """What a line says; it has to go well."""
    start = "python -m autograder "
    if line.startswith(start):
        code = cli.main(shlex.split(line.removeprefix(start)))
        told = capsys.readouterr()
        said = told.out + told.err
    else:
        path = f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", line], env={**os.environ, "PATH": path}, capture_output=True, text=True
        )
        code, said = done.returncode, done.stdout + done.stderr
    assert code == 0, f"{line}\n{said}"
    return said


def download(course):
    """What Brightspace gives of both units: two students, of whom ada came late in the first."""
    for unit in UNITS:
        drawn = draw_class(course, unit, 12, 1)
        books = [next(iter(one.files.values())) for one in drawn if one.kind in ("right", "mistaken")]
        with zipfile.ZipFile(course.root / "downloads" / f"{unit}.zip", "w") as archive:
            for (name, when), book in zip(CAME.items(), books, strict=False):
                archive.writestr(f"39786-64069{len(name)} - {name} - {when}/answers.ipynb", book)


def mark(course):
    """What a person does in the page of `mark`: full marks for every answer that waits."""
    with Gradebook(course.db_url) as book:
        for grade in book.db.query(Grade).filter(Grade.needs_manual_grade):
            grade.manual_score, grade.needs_manual_grade = grade.max_score, False
        book.db.commit()


def stopped(server, poll_interval=0.5):
    """Ctrl-C, at once."""
    raise KeyboardInterrupt


def wish(course, *pairs, more=""):
    """Change course.toml as the page says that one may."""
    file = course.root / SETTINGS_FILE
    text = file.read_text()
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text + more)


def test_every_line_of_the_calendar_does_what_the_page_says(tmp_path, monkeypatch, template, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands, "Templates", lambda *_: Lent(template))
    (tmp_path / "class.csv").write_text(CLASS)
    monkeypatch.setattr(BaseServer, "serve_forever", stopped)
    before, ready, hand_out, week, marked, lecture, ill, end, told = BLOCKS
    course = Course(tmp_path / "networks")

    said = [run(line, capsys) for line in before]
    assert "course.toml" in said[1]
    wish(course, ('# penalty = "10 %', 'penalty = "10 %'))
    said = [run(line, capsys) for line in ready]
    assert "to be built: batchnorm, optimizers" in said[0]
    assert "next batchnorm, 2026-09-14 23:59 (Europe/Zurich)" in said[0] or "dates in the past" in said[0]
    [run(line, capsys) for line in hand_out]
    assert (course.root / ZIP_NAME).exists()

    download(course)
    said = [run(line, capsys) for line in week]
    assert "2 graded" in said[1]
    assert "Due 2026-09-14 23:59 (Europe/Zurich)." in said[2]
    assert "handed in 7 d 10 h 23 min late" in said[2]
    mark(course)
    (course.root / "downloads" / "grades.csv").write_bytes(brightspace(PEOPLE, item=ITEM))
    said = [run(line, capsys) for line in marked]
    assert "wait" in said[0]
    assert "0 graded, 2 unchanged" in said[1]
    (filled,) = (course.root / "published" / "batchnorm").glob("*.csv")
    assert [row["Last Name"] for row in csv.DictReader(filled.read_text().splitlines()) if row[ITEM]] == [
        *("Byron", "O'Neil")
    ]
    page = course.feedback / "ada" / "batchnorm" / "batchnorm.html"
    assert "points were taken off" in page.read_text()

    [run(line, capsys) for line in lecture]
    assert "batchnorm" in (course.root / "report.html").read_text()
    assert (course.root / "similar" / "batchnorm.html").exists()

    wish(course, more=ILL)
    said = [run(line, capsys) for line in ill]
    assert "0 graded, 2 unchanged" in said[1]
    assert "points were taken off" not in page.read_text()

    said = [run(line, capsys) for line in end]
    assert [("2 unchanged" in one, "2 graded" in one) for one in said[1::3]] == [(True, False), (False, True)]
    [run(line, capsys) for line in told]
    rows = list(csv.DictReader((course.root / "grades.csv").read_text().splitlines()))
    assert {(row["assignment"], row["student_id"]) for row in rows} == {
        (unit, student) for unit in UNITS for student in ("ada", "bob")
    }
    late = {(row["assignment"], row["student_id"]) for row in rows if float(row["late_submission_penalty"])}
    assert late == {("optimizers", "ada")}


def test_every_command_of_a_term_is_in_the_calendar():
    """A command that is added is found a place there, or is named here as one for other times."""
    other_times = {"new", "validate", "demo", "attack", "site"}
    shown = {line.split()[3] for block in BLOCKS for line in block if line.startswith("python -m")}
    (subcommands,) = (one for one in cli.parser()._actions if isinstance(one.choices, dict))
    assert set(subcommands.choices) - other_times == shown
