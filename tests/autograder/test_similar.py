"""`similar`: pairs of a graded class without what the course explains, and that they are no proof."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.cli import parser
from autograder.collecting import record as collected
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.records import Record, save
from autograder.similarity import command
from autograder.similarity.gathering import gather
from autograder.similarity.page import page
from autograder.similarity.similar import NOT_PROOF, similar
from reference.kit.exercise import right
from tests.autograder.graded_toy import ANSWERS, submitted
from tests.autograder.toy_unit import TOY

OWN = """\
def double(x):
    total_{n} = np.zeros_like(x) + {n}
    for index_{n} in range({n}, len(x), {n} + 2):
        total_{n}[index_{n}] = np.where(x[index_{n}] > {n}, x[index_{n}] ** {n}, {n} - x[index_{n}])
    return np.clip(total_{n}, {n}, None) - {n} * x
"""
OTHER = """\
def quadruple(x):
    total_{n} = {{key: double(value) + {n} for key, value in enumerate(x[::{n}])}}
    while len(total_{n}) < {n}:
        total_{n}[len(total_{n}) * {n}] = np.tile(x, ({n}, 1)).reshape(-1, {n})
    return np.stack(list(total_{n}.values()), axis=-{n}) if x.size % {n} else double(double(x))
"""


def own(n, tag=""):
    """Functions as nobody else writes them, with other names where `tag` says so."""
    source = {"double": OWN.format(n=n), "quadruple": OTHER.format(n=n)}
    return {name: text.replace("total_", f"total{tag}_") for name, text in source.items()}


@pytest.fixture
def hand_in(toy_course):
    """Puts graded notebooks with their records into a course."""
    assignment = Assignment(toy_course, "toy")

    def put(**students):
        for student, answers in students.items():
            content = submitted(answers)
            path = assignment.graded(student)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            save(assignment, Record(student, "toy", digest(answers), "", "sandbox"))
        return assignment

    return put


def digest(answers):
    return json.dumps(answers)


@pytest.fixture
def copied(hand_in):
    """Fourteen students who wrote alone, and two with the same under other names, in another order."""
    return hand_in(**{f"s{n:02}": own(n) for n in range(2, 16)}, zed=own(7, "_of_zed"))


def test_two_who_have_the_same_are_listed_and_nobody_else(copied):
    found = similar(copied)
    assert [one.students for one in found.listed] == [("s07", "zed")]
    assert {part.exercise for part in found.listed[0].functions} == {"double", "quadruple"}
    assert found.listed[0].expected < 0.1
    assert all(len(lines) >= 3 for part in found.listed[0].functions for lines in part.lines)


def test_what_the_course_gives_and_the_ways_that_it_knows_count_nothing(hand_in):
    """The stub, the solution; a mistake does, since two who share a rare one may have shared more."""
    squares = {"double": "def double(x):\n    return x * x * 1.0"}
    stub = {"double": "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"}
    found = gather(hand_in(ada=ANSWERS, bob=squares, cem=stub, dan={}))
    assert found.students == ("ada", "bob", "cem", "dan")
    assert found.functions["double"]["ada"].marks == found.functions["quadruple"]["ada"].marks == {}
    assert found.functions["double"]["bob"].marks
    assert "dan" not in found.functions["double"]


def test_another_right_way_that_the_unit_knows_counts_nothing(hand_in, monkeypatch):
    another = right("squares", change="x + x", into="x * x * 1.0")
    known = replace(TOY, exercises=(replace(TOY.exercises[0], alternatives=(another,), misconceptions=()),))
    assignment = hand_in(ada={"double": "def double(x):\n    return x * x * 1.0"})
    monkeypatch.setattr("reference.kit.units.load", lambda name: known)
    assert gather(assignment).functions["double"]["ada"].marks == {}


def test_members_of_a_team_count_once(hand_in):
    assignment = hand_in(ada=own(3), bob=own(3), cem=own(4))
    told = {name: {"digest": digest(own(3)), "team": "x"} for name in ("ada", "bob")}
    collected.keep(assignment.course, "toy", told)
    found = gather(assignment)
    assert (found.students, found.teams) == (("ada", "cem"), 1)


def test_a_cell_that_is_no_python_is_counted_and_left_out(hand_in):
    found = gather(hand_in(ada={"double": "def double(x:"}, bob=own(3)))
    assert found.unreadable == 1
    assert list(found.functions["double"]) == ["bob"]
    assert "1 cells are no Python" in " ".join(similar(hand_in()).how)


def test_without_graded_notebooks_the_remedy_is_told(hand_in):
    with pytest.raises(CourseError, match="autograder grade toy"):
        similar(hand_in())


def test_no_code_of_a_student_is_run(hand_in, tmp_path):
    file = tmp_path / "made"
    similar(hand_in(ada={"double": f"def double(x=open({str(file)!r}, 'w')):\n    return x"}, bob=own(2)))
    assert not file.exists()


def test_the_page_says_first_what_it_is_not_and_shows_both_functions(copied):
    html = page(similar(copied))
    assert html.index(NOT_PROOF.split(".")[0]) < html.index("s07 and zed")
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert "<script" not in html
    assert "total_of_zed_7" in html
    assert html.count('class="counts"') > 5


def test_what_students_wrote_is_text_on_the_page(copied, hand_in):
    evil = {
        name: text.replace("np.clip", "'</pre><script>alert(1)</script>' or np.clip")
        for name, text in own(7).items()
    }
    html = page(similar(hand_in(s07=evil, zed=evil)))
    assert "<script" not in html
    assert "&lt;/pre&gt;&lt;script&gt;alert(1)" in html


def run(assignment, *words):
    out = Console(file=io.StringIO(), width=200)
    code = command.run(assignment, parser().parse_args(["similar", "toy", *words]), out)
    return code, out.file.getvalue()


def test_the_command_says_first_what_it_is_not_and_writes_the_page(copied):
    code, said = run(copied)
    assert code == 0
    assert said.startswith("This is no proof of anything.")
    assert "s07 and zed" in said
    assert "dealt out anew" in said
    assert command.page_of(copied).read_text() == page(similar(copied))


def test_a_class_without_such_pairs_is_told_so(hand_in):
    _, said = run(hand_in(**{f"s{n:02}": own(n) for n in range(2, 8)}))
    assert "No pair is more alike than chance gives." in said


def test_a_class_that_has_nothing_in_common_but_the_course_is_told_so(hand_in):
    _, said = run(hand_in(ada=ANSWERS, bob=ANSWERS))
    assert "No two functions have anything in common that counts." in said


def test_json_has_the_same(copied, capsys):
    run(copied, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["not_proof"] == NOT_PROOF
    assert [pair["students"] for pair in told["pairs"]] == [["s07", "zed"]]
    assert not command.page_of(copied).exists()
