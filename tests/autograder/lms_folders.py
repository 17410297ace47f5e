"""Downloads drawn from a seed: every layout, and hostile names wherever students choose them.

`python -m tests.autograder.lms_folders --folders 500` holds the invariant against many and says what it saw.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.collecting import collect
from autograder.collecting.outcomes import Outcome
from autograder.collecting.roster import roster_of
from autograder.course import Assignment, Course
from autograder.intake.files import read
from tests.autograder.graded_toy import submitted, toy_plan

_TAKEN = (Outcome.COLLECTED, Outcome.REPLACED, Outcome.UNCHANGED)
_NOTE = b"2001-01-01 00:00:00 UTC"
_FIRST = ("Ada", "Bob", "Cyd", "Dot", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lou")
_LAST = ("Byron", "Ray", "Lee", "Smith-Jones", "O'Neil", "van Dam", "Müller", "김", "Nguyễn", "de la Cruz")


@dataclass(frozen=True)
class Person:
    """A student as the systems know them."""

    number: int
    name: str

    @property
    def login(self) -> str:
        """The id in a system that has logins."""
        return f"s{self.number}"


@dataclass
class Download:
    """Files by name, and what must come of them: each student's notebook, and when it was handed in."""

    system: str
    files: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, tuple[bytes, datetime | None]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def notebook(person: Person, attempt: int) -> bytes:
    """A notebook that nobody else has."""
    return submitted({"double": f"def double(x):\n    return 2 * x  # {person.number} {attempt}"})


def hostile_name(draw: random.Random, people: list[Person]) -> str:
    """What a student may call a file to be taken for another one, or for nobody."""
    other = draw.choice(people)
    shown = f"{other.name}"
    return draw.choice(
        (
            "toy.ipynb",
            "Untitled (1).ipynb",
            f"x_{other.login}_attempt_2031-12-24-00-00-00.ipynb",
            f"{other.login}_attempt_2031-12-24-00-00-00_toy.ipynb",
            f"doe_{other.number}_99999999_toy.ipynb",
            f"doe_LATE_{other.number}_99999999_toy.ipynb",
            f"{other.number}_99999999_toy.ipynb",
            f"{shown}_{other.number}_assignsubmission_file_toy.ipynb",
            f"{other.number}-1 - {shown} - Dec 24, 2031 1022 AM.ipynb",
            f"{other.number}-1 - {shown} - Dec 24, 2031 1022 AM - toy.ipynb",
            f"{other.login}+toy+2031-12-24 00:00:00 UTC.ipynb",
            f"Doe_Jane_{other.login}_{other.number}.ipynb",
            f"{shown} - toy.ipynb",
            f"Group 1_{other.number}_assignsubmission_file_.ipynb",
            "Late Submission - toy.ipynb",
            "x" * draw.randint(100, 180) + ".ipynb",
            "\u202etoy.ipynb",
            "a\tb.ipynb",
            "[1].ipynb",
            "-rf.ipynb",
        )
    )


def _inside(draw: random.Random, people: list[Person], book: bytes) -> dict[str, bytes]:
    """What a student uploads where folders are kept: the notebook somewhere, and a forged time beside it."""
    name = hostile_name(draw, people)
    place = draw.choice(
        ("", "", "homework/", f"{hostile_name(draw, people)}/", f"{draw.choice(people).login}/toy/")
    )
    files = {f"{place}{name}": book}
    if draw.random() < 0.5:
        files[f"{place}timestamp.txt"] = _NOTE
    if draw.random() < 0.2:
        files[f"{place}submission_metadata.yml"] = b"submission_1:\n  :submitters: []\n"
    if draw.random() < 0.3:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for inner, content in files.items():
                archive.writestr(inner, content)
        return {f"{name.removesuffix('.ipynb')}.zip": packed.getvalue()}
    return files


def _uploads(
    draw: random.Random,
    download: Download,
    people: list[Person],
    prefix: Callable[[Person, int, datetime], str],
    student: Callable[[Person], str],
    *,
    tells: bool,
    keeps: bool,
    attempts: int = 2,
) -> None:
    """One or more uploads of each person, of which the last counts."""
    for person in people:
        start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(40_000))
        for attempt in range(draw.randint(1, attempts)):
            when = start + timedelta(hours=attempt)
            book = notebook(person, attempt)
            before = prefix(person, attempt, when)
            inner = _inside(draw, people, book) if keeps else {hostile_name(draw, people): book}
            download.files |= {f"{before}{name}": content for name, content in inner.items()}
            download.expected[student(person)] = book, when if tells else None
        download.people[student(person)] = person


def moodle(draw: random.Random, download: Download, people: list[Person]) -> None:
    flat = draw.random() < 0.4
    end = "" if flat else draw.choice(("/",))

    def before(person: Person, attempt: int, when: datetime) -> str:
        return f"{person.name}_{person.number}_assignsubmission_file_{end}"

    _uploads(draw, download, people, before, _by_name, tells=False, keeps=not flat, attempts=1)


def canvas(draw: random.Random, download: Download, people: list[Person]) -> None:
    def before(person: Person, attempt: int, when: datetime) -> str:
        late = draw.choice(("", "LATE_"))
        return f"{_word(person)}_{late}{person.number}_{5000 + person.number * 10 + attempt}_"

    _uploads(
        draw, download, people, before, lambda one: f"{_word(one)}_{one.number}", tells=False, keeps=False
    )
    for student, person in download.people.items():  # a third number may end a name: then it is a guess
        own = [name for name in download.files if name.startswith(f"{_word(person)}_")]
        certain = [name for name in own if not re.search(rf"_{person.number}_\d+_\d+_", name)]
        if certain:
            download.expected[student] = download.files[certain[-1]], None


def blackboard(draw: random.Random, download: Download, people: list[Person]) -> None:
    def before(person: Person, attempt: int, when: datetime) -> str:
        return f"Week 1_{person.login}_attempt_{when:%Y-%m-%d-%H-%M-%S}_"

    _uploads(draw, download, people, before, lambda one: one.login, tells=True, keeps=False)


def brightspace(draw: random.Random, download: Download, people: list[Person]) -> None:
    flat, around = draw.random() < 0.3, draw.choice(("", "Week 1/"))

    def before(person: Person, attempt: int, when: datetime) -> str:
        date = f"{when:%b} {when.day}, {when.year} {when:%I%M %p}"
        return f"{around}{person.number}-77 - {person.name} - {date}{' - ' if flat else '/'}"

    _uploads(draw, download, people, before, _by_name, tells=True, keeps=not flat)
    download.files[f"{around}index.html"] = b"<html>"


def ilias(draw: random.Random, download: Download, people: list[Person]) -> None:
    def before(person: Person, attempt: int, when: datetime) -> str:
        first, _, last = person.name.partition(" ")
        return f"Week 1/Submissions/{last}_{first}_{person.login}_{person.number}/"

    _uploads(draw, download, people, before, lambda one: one.login, tells=False, keeps=True, attempts=1)


def gradescope(draw: random.Random, download: Download, people: list[Person]) -> None:
    told: list[str] = []

    def before(person: Person, attempt: int, when: datetime) -> str:
        told.append(
            f"submission_{person.number}:\n  :submitters:\n"
            f"  - :name: {person.name!r}\n    :sid: {person.login}\n"
            f"  :created_at: {when:%Y-%m-%d %H:%M:%S}.123456 Z\n"
        )
        return f"assignment_1_export/submission_{person.number}/"

    _uploads(draw, download, people, before, lambda one: one.login, tells=True, keeps=True, attempts=1)
    download.files["assignment_1_export/submission_metadata.yml"] = "".join(told).encode()


def github_classroom(draw: random.Random, download: Download, people: list[Person]) -> None:
    def before(person: Person, attempt: int, when: datetime) -> str:
        return f"toy-submissions/toy-{person.login}/"

    _uploads(draw, download, people, before, lambda one: one.login, tells=False, keeps=True, attempts=1)


def exchange(draw: random.Random, download: Download, people: list[Person]) -> None:
    def before(person: Person, attempt: int, when: datetime) -> str:
        return f"{person.login}+toy+{when:%Y-%m-%d %H:%M:%S.%f} UTC+{attempt}/"

    _uploads(draw, download, people, before, lambda one: one.login, tells=True, keeps=True)


def plain_folders(draw: random.Random, download: Download, people: list[Person]) -> None:
    for person in people:
        book = notebook(person, 0)
        inner = _inside(draw, people, book)
        inner = {name: raw for name, raw in inner.items() if not name.endswith("timestamp.txt")}
        download.files |= {f"{person.login}/{name}": raw for name, raw in inner.items()}
        download.expected[person.login] = book, None
        download.people[person.login] = person


LAYOUTS = (
    *(moodle, canvas, blackboard, brightspace, ilias, gradescope, github_classroom, exchange, plain_folders),
)


def drawn(seed: int) -> Download:
    """The download of this seed."""
    draw = random.Random(seed)
    layout = LAYOUTS[seed % len(LAYOUTS)]
    download = Download(layout.__name__)
    count = draw.randint(2, 8)
    firsts = draw.sample(_FIRST, count)
    people = [
        Person(draw.randrange(10, 99) * 100 + place, f"{first} {draw.choice(_LAST)}")
        for place, first in enumerate(firsts)
    ]
    layout(draw, download, people)
    return download


def holds(seed: int, folder: Path) -> Counter[str]:
    """The invariant on one download: everybody has what they handed in, at the time that the system tells,
    and nobody else has anything. Returns how many files met which outcome.
    """
    download = drawn(seed)
    source = _written(download, folder, as_zip=seed % 2 == 0 or download.system == "ilias")
    course = Course(folder / "course")
    course.root.mkdir()
    roster = roster_of(map(_row, download.people.values()), "names.csv") if seed % 5 < 2 else None
    due = {
        student if roster is None else f"r{download.people[student].number}": handed_in
        for student, handed_in in download.expected.items()
    }
    decisions = collect.collect(course, "toy", [source], roster, UTC).decisions
    taken = [one.student for one in decisions if one.outcome in _TAKEN]
    assert sorted(taken) == sorted(due), (seed, download.system, taken, list(due))
    for student, (book, when) in due.items():
        submission = read(Assignment(course, "toy"), student)
        assert submission.raw == book, f"seed {seed}: {student} has another notebook"
        if download.system != "ilias":  # which tells the times of its zip
            expected = _as_told(download.system, when)
            assert submission.timestamp == expected, f"seed {seed}: {student} at {submission.timestamp}"
    present = {path.name for path in course.submitted.iterdir()}
    assert present == set(due), f"seed {seed}: {present ^ set(due)}"
    return Counter(one.outcome.value for one in decisions)


def _row(person: Person) -> dict[str, str | None]:
    """A row of the roster, with an id that no system has."""
    first, _, last = person.name.partition(" ")
    return {
        "id": f"r{person.number}",
        "first_name": first,
        "last_name": last,
        "lms_user_id": str(person.number),
        "login": person.login,
    }


def _as_told(system: str, when: datetime | None) -> datetime | None:
    """The time as the system tells it, which may leave out seconds."""
    if when is None:
        return None
    return when.replace(tzinfo=None, microsecond=0, second=0 if system == "brightspace" else when.second)


def _written(download: Download, folder: Path, as_zip: bool) -> Path:
    if as_zip:
        path = folder / "download.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, raw in download.files.items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 5, 6, 7, 8, 10)), raw)
        return path
    root = folder / "download"
    for name, raw in download.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return root


def _by_name(person: Person) -> str:
    from autograder.collecting.owner import safe_id

    return safe_id(person.name)


def _word(person: Person) -> str:
    return "".join(letter for letter in person.name.casefold() if letter.isalnum())


def main() -> None:
    """Hold the invariant against many downloads."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folders", type=int, default=500, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    asked = parser.parse_args()
    collect.read_plan = lambda path: toy_plan()  # type: ignore[assignment]
    seen: Counter[str] = Counter()
    for seed in range(asked.first, asked.first + asked.folders):
        with tempfile.TemporaryDirectory() as folder:
            seen += holds(seed, Path(folder))
    print(f"{asked.folders} downloads of {len(LAYOUTS)} layouts: {dict(seen)}")


if __name__ == "__main__":
    main()
