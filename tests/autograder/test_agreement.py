"""Two markers: the second sees a sample without the first marks, and how far both agree is told."""

import io

import numpy as np
import pytest
from rich.console import Console

from autograder.cli import parser
from autograder.errors import CourseError
from autograder.marking import command
from autograder.marking.agreement import (
    Agreement,
    agreements,
    interval_of,
    scale_of,
    told,
    weighted_kappa,
)
from autograder.marking.sample import drawn
from autograder.reports.scores import scores
from tests.autograder.written_class import WHY, answer, desk_for, give, shown, write

TEXTS = {f"s{number:02}": f"Reason {number}: {'because ' * number}" for number in range(8)}


@pytest.fixture
def graded(toy_course):
    return answer(toy_course, **TEXTS)


def test_a_second_marker_sees_a_sample_without_the_first_marks(graded):
    first = desk_for(graded)
    for student in TEXTS:
        give(first, student, 9.5, comment="Fine.")
    told = desk_for(graded, name="bob", sample=3).question(WHY)
    answers = [one for group in told["groups"] for one in group]
    assert len(answers) == 3
    assert {(one["state"], one["points"], one["comment"]) for one in answers} == {("waiting", None, "")}
    assert told["comments"] == []
    assert told["counts"] == {"waiting": 3, "marked": 0, "blank": 0, "lost": 0}


def test_the_marks_of_a_second_marker_count_nowhere(graded):
    desk = desk_for(graded, name="bob", sample=8)
    give(desk, "s00", 9.5, comment="Fine.")
    assert shown(desk)["s00"]["points"] == 9.5
    assert shown(desk_for(graded))["s00"]["state"] == "waiting"
    (row,) = [row for row in scores(graded.course, "toy", ["s00"]) if row.check == WHY]
    assert (row.points, row.reason) == (0.0, "waiting")


def test_the_sample_is_the_same_on_every_run_and_another_for_each_seed(graded):
    samples = [set(shown(desk_for(graded, name="bob", sample=4))) for _ in range(2)]
    assert samples[0] == samples[1] == drawn(TEXTS, WHY, 0, 4)
    assert len({frozenset(drawn(TEXTS, WHY, seed, 4)) for seed in range(20)}) > 10


def test_one_student_more_changes_at_most_one_of_a_sample():
    students = [f"s{number}" for number in range(40)]
    for late in ("x", "y", "z"):
        before, after = (drawn(all, WHY, 0, 10) for all in (students, [*students, late]))
        assert len(before - after) <= 1


def test_what_both_marked_is_compared_and_what_changed_since_is_not(graded):
    first, second = desk_for(graded), desk_for(graded, name="bob", sample=8)
    for student, points, theirs in (("s00", 0, 0), ("s01", 5, 4.5), ("s02", 9.5, 9.5), ("s03", 2, 2)):
        give(first, student, points, ticks={"0": 1})
        give(second, student, theirs, ticks={"0": 0.5} if student == "s03" else {"0": 1})
    give(second, "s04", 1)  # not marked by the first
    write(graded.course, s00="Now it says something else.")
    (found,) = agreements(graded)
    assert (found.marker, found.step) == ("bob", 0.5)
    assert sorted(found.pairs) == [(2.0, 2.0), (5.0, 4.5), (9.5, 9.5)]
    assert (found.same, round(found.difference, 6)) == (2, round(-0.5 / 3, 6))
    assert found.criteria == ((1, 0.0, 3),)


def test_nobody_is_compared_with_oneself(graded):
    give(desk_for(graded, name="bob"), "s00", 5)
    give(desk_for(graded, name="bob", sample=8), "s00", 5)
    (found,) = agreements(graded)
    assert found.pairs == ()


def test_kappa_is_that_of_the_definition():
    """Observed over expected squared distance, counted pair by pair (Cohen 1968)."""
    rng = np.random.default_rng(5)
    first = rng.integers(0, 11, 50) / 2
    second = np.clip(first + rng.integers(-2, 3, 50) / 2, 0, 5)
    observed = np.mean((first - second) ** 2)
    expected = np.mean([(a - b) ** 2 for a in first for b in second])
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert weighted_kappa(pairs, scale_of(pairs)) == pytest.approx(1 - observed / expected, abs=1e-9)


def test_kappa_of_an_example_from_the_literature():
    """Cohen's example of two raters and 50 yes or no decisions as Wikipedia has it: 20, 5, 10, 15; 0.4."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert weighted_kappa(pairs, 1) == pytest.approx(0.4)


@pytest.mark.parametrize("pairs", [[], [(2, 2)], [(2, 2), (2, 2)]])
def test_where_all_marks_are_the_same_kappa_is_not_defined(pairs):
    assert weighted_kappa(pairs, 1) is None


def test_the_interval_holds_kappa_and_narrows_with_more_answers():
    rng = np.random.default_rng(2)

    def marked(count):
        first = rng.integers(0, 6, count)
        second = np.clip(first + rng.integers(-1, 2, count), 0, 5)
        return list(zip(first.tolist(), second.tolist(), strict=True))

    few, many = marked(20), marked(400)
    widths = []
    for pairs in (few, many):
        low, high = interval_of(pairs)
        assert low <= weighted_kappa(pairs, 1) <= high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


@pytest.mark.parametrize(
    ("pairs", "step"), [([(1, 2)], 1.0), ([(0.5, 2)], 0.5), ([(0.75, 0)], 0.25), ([(9.5, 0.3)], 0.1)]
)
def test_the_scale_is_the_coarsest_that_holds_all_points(pairs, step):
    assert scale_of(pairs) == step


def test_kappa_is_told_with_the_size_of_the_sample():
    found = [Agreement(WHY, "bob", ((1.0, 1.0), (0.0, 0.5)), 0.5, 0.75, (0.1, 1.0), ((1, None, 2),))]
    text = "\n".join(told(found))
    assert "written-why, second marker bob: 2 answers marked by both" in text
    assert "Cohen's kappa 0.75, 95 % interval 0.10 to 1.00" in text
    assert "the same points: 1 of 2; second minus first: +0.25" in text
    assert "criterion 1: kappa not defined" in text
    assert "Fewer than 30 answers" in text
    assert "--sample N --marker NAME" in "".join(told([]))


def run(assignment, *words):
    out = Console(file=io.StringIO(), width=200)
    code = command.run(assignment, parser().parse_args(["mark", "toy", *words]), out)
    return code, out.file.getvalue()


def test_the_command_tells_the_agreement(graded):
    give(desk_for(graded), "s00", 5)
    give(desk_for(graded, name="bob", sample=8), "s00", 5)
    assert run(graded, "--agreement") == (0, "".join(f"{line}\n" for line in told(agreements(graded))))


def test_a_second_marker_without_a_name_is_refused(graded):
    with pytest.raises(CourseError, match="--marker NAME"):
        run(graded, "--sample", "3")


def test_the_command_tells_the_address_and_what_waits_and_ends_with_ctrl_c(graded, monkeypatch):
    def interrupted(server):
        give(desk_for(graded), "s00", 5)
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.marking.server._Server.serve_forever", interrupted)
    code, said = run(graded)
    assert code == 0
    assert "http://127.0.0.1:" in said
    assert (
        said.index("written-why: 8 of 8 wait") < said.index("http") < said.index("written-why: 7 of 8 wait")
    )


def test_without_the_extra_the_remedy_is_told(graded, monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r'pip install -e "\.\[desk\]"'):
        run(graded)
