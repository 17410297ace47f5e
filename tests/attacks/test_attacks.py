"""No attack earns more than it should, shows what it should not, or changes anything for anybody."""

import pytest

from autograder.attacks.catalogue import ATTACKS
from autograder.attacks.field import HONEST, SECRET, Attack
from autograder.attacks.judging import HONEST_STUDENT, attempt


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_and_changes_nothing(attack, template, course):
    """Points are an honest judge's, no secret is shown, the course is as it was."""
    assert attempt(attack, template, course).flaws == ()


def test_after_all_attacks_an_honest_student_earns_everything(template, course):
    """On the same template."""
    assert attempt(HONEST_STUDENT, template, course).flaws == ()


@pytest.mark.parametrize(
    ("attack", "flaw"),
    [
        (Attack("points", "", answer=HONEST), "earned 2"),
        (Attack("secret", "", cells=(f"print('{SECRET}')",)), "shows 'the-answer"),
        (Attack("own word", "", cells=("print('SUC' + 'CESS')",)), "got what"),
    ],
    ids=lambda value: value.name if isinstance(value, Attack) else "",
)
def test_an_attack_that_succeeds_is_noticed(attack, flaw, template, course):
    """Whoever judges the attacks is judged here."""
    outcome = attempt(attack, template, course)
    assert not outcome.held
    assert outcome.flaws[0].startswith(flaw)


def test_attacks_have_names_of_their_own():
    """A table is read by name."""
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
    assert all(attack.tries for attack in ATTACKS)
