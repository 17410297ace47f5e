"""A marker marks a class with the keyboard alone, and nothing that a student wrote runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from autograder.course import Assignment
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.marking.desk import Desk, Marker
from autograder.marking.server import served
from autograder.reports.sheets import read_sheets
from autograder.units.prepare import prepare
from tests.autograder.graded_toy import submitted
from tests.autograder.toy_unit import SOURCE, course_of, load

WHY = "written-why"
SCHEME = "# - 9.5 points: the secret reason."
PARTS = "# - (a) 5 points: $\\frac{4}{2}$ is two.\n# - (b) 4.5 points: the secret reason."
SAME = "Because two and two are four, as one counts who takes twice two for $\\frac{8}{2}$ and no more."
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script> It is so.'


@pytest.fixture
def marked(tmp_path: Path) -> Iterator[tuple[str, Assignment]]:
    """The address of a page on which ada, bob and dan answered alike and mallory attacks."""
    course = course_of(tmp_path, SOURCE.replace(SCHEME, PARTS))
    prepare(course, ["toy"], load=load)
    assignment = Assignment(course, "toy")
    texts = {"ada": SAME, "bob": SAME.upper(), "dan": SAME.replace("no more", "not more"), "mallory": ATTACK}
    with GradebookWriter(course.db_url, "toy") as book:
        scores = {"check-double": 40.5, "check-quadruple": 50.0, WHY: None}
        book.write([Entry(student, None, scores) for student in texts])
    for student, text in texts.items():
        path = assignment.graded(student)
        path.parent.mkdir(parents=True)
        path.write_bytes(submitted({WHY: text}))
    with served(Desk(assignment, Marker())) as (server, address):
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield address, assignment
        server.shutdown()
        thread.join()


def test_a_class_is_marked_with_the_keyboard_alone(tab: Page, marked: tuple[str, Assignment]) -> None:
    """A group, one of it otherwise, a comment that is used again, half a criterion, a mark taken back."""
    address, assignment = marked
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(address)
    press = tab.keyboard.press
    expect(tab.locator(".group").first).to_contain_text("3 alike")
    expect(tab.locator("#scope")).to_contain_text("For 3 answers")
    expect(tab.locator(".group").first.locator("mfrac").first).to_be_visible()  # drawn without a script

    press("1")
    expect(tab.locator("#points")).to_have_value("5")
    press("c")
    tab.keyboard.type("Name the reason.")
    press("Escape")
    press("Enter")
    expect(tab.locator("#status")).to_contain_text("Marked: 3 answers.")
    expect(tab.locator("#questions .count")).to_have_text("1 of 4 wait")
    assert _entered(assignment) == {"ada": 5.0, "bob": 5.0, "dan": 5.0, "mallory": None}

    expect(tab.locator("[aria-current=true]")).to_contain_text("mallory")  # the next that waits
    press("Shift+Digit2")
    expect(tab.locator(".criterion[aria-pressed=mixed]")).to_contain_text("half")
    press("r")
    press("1")
    expect(tab.locator("#comment")).to_have_value("Name the reason.")
    press("Enter")
    expect(tab.locator("#status")).to_have_text("Marked: 1 answer. Nothing waits any more.")
    assert _entered(assignment)["mallory"] == 2.25

    press("k")
    press("g")
    press("j")
    press("j")
    current = tab.locator("[aria-current=true]")
    expect(current).to_contain_text("not more")
    press("p")
    tab.keyboard.type("9,5")
    press("Enter")
    expect(current).to_contain_text("9.5 points")
    press("g")
    press("0")
    expect(tab.locator("#scope")).to_contain_text("For 2 answers that are alike (1 more, marked alone, stay)")
    press("Enter")
    expect(tab.locator("#status")).to_contain_text("Marked: 2 answers.")
    assert _entered(assignment) == {"ada": 0.0, "bob": 0.0, "dan": 9.5, "mallory": 2.25}

    press("u")
    expect(tab.locator("#status")).to_contain_text("Taken back: 2 answers.")
    expect(tab.locator("#questions .count")).to_have_text("2 of 4 wait")
    sheets = read_sheets(assignment.course, "toy")
    assert sheets["mallory"].comments == {WHY: "Name the reason."}
    assert tab.evaluate("window.attacked") is None
    assert said == []


def _entered(assignment: Assignment) -> dict[str, float | None]:
    sheets = read_sheets(assignment.course, "toy")
    return {student: sheet.marks[WHY].manual for student, sheet in sheets.items()}
