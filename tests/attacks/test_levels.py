"""Attacks where candidates have no namespaces of their own: what holds and what is told to be open."""

from pathlib import Path

import pytest

from autograder.attacks.catalogue import ATTACKS
from autograder.attacks.judges import JUDGES
from autograder.attacks.judging import HONEST_STUDENT, attempt
from autograder.attacks.kernel import KERNEL
from autograder.attacks.machine import MACHINE
from autograder.attacks.others import OTHERS
from autograder.attacks.processes import PROCESSES
from autograder.isolation.confinement.level import Level
from autograder.isolation.lacks import LACKS, open_to
from autograder.isolation.levels import why_not
from autograder.isolation.sandbox import CandidateTemplate

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "honest-grading.md"
LOOKING = {"reading the source", "reading the gradebook", "writing the gradebook", "looking for secrets"}
OF_THE_MACHINE = (*KERNEL, *MACHINE, *OTHERS, *PROCESSES, *(one for one in JUDGES if one.name in LOOKING))


@pytest.fixture(scope="module", params=[Level.FLAT, Level.LANDLOCK])
def shared(request):
    """A template of each level whose candidates have no namespaces of their own."""
    if why_not(request.param):
        pytest.skip(why_not(request.param))
    with CandidateTemplate.start(isolation=request.param) as started:
        yield started


@pytest.mark.parametrize("attack", OF_THE_MACHINE, ids=lambda attack: attack.name)
def test_an_attack_holds_or_is_told_to_be_open(attack, shared, course):
    """And what is told to be open is: a table that says too much says nothing."""
    outcome = attempt(attack, shared, course)
    assert outcome.held == (attack.name not in open_to(shared.level)), outcome.flaws


def test_after_them_an_honest_student_earns_everything(shared, course):
    """On the same template."""
    assert attempt(HONEST_STUDENT, shared, course).held


def test_the_levels_are_told_in_one_table():
    """Each attack that succeeds somewhere has its row, with a mark at each level where it holds."""
    names = [name for lack in LACKS for name in lack.attacks]
    assert len(set(names)) == len(names)
    assert set(names) <= {attack.name for attack in ATTACKS}
    rows = {
        cells[0]: [cell == "open" for cell in cells[1:]]
        for line in GUIDE.read_text().splitlines()
        if line.startswith("| ") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
    }
    for place, level in enumerate(Level):
        assert {name for name, is_open in rows.items() if is_open[place]} == open_to(level)
