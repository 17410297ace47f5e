"""The cells with which a unit's notebooks open are run once, and no notebook can tell."""

import random

import numpy as np
import pytest

from autograder.course import REPOSITORY, Course
from autograder.grading.templates import needs_of
from autograder.isolation.sandbox import CandidateTemplate

HERE = "import os\nhere = os.getpid()"
IS_HERE = "print('here' in globals() and here == os.getpid())"  # process ids are a candidate's own
SEED = """\
import random
import numpy as np
own, pythons = np.random.default_rng, random.Random
print(random.random(), np.random.rand(), own().random(), own().random(), np.random.RandomState().rand())
print(pythons().random(), pythons().random())
random.seed()
np.random.seed()
print(random.random(), np.random.rand())"""


def started(*opening):
    return CandidateTemplate.start(opening=opening)


def printed(candidate, source, count=0):
    return "".join(output["text"] for output in candidate.run_cell(source, count=count).outputs)


@pytest.fixture(scope="module")
def template():
    with started(HERE, "second = 2\nprint('two')") as template:
        yield template


@pytest.fixture
def fresh(template):
    with template.new_candidate() as candidate:
        yield candidate


def test_a_notebook_that_opens_with_them_finds_them_done(fresh):
    assert fresh.run_cell(HERE, count=1).execution_count == 1
    second = fresh.run_cell("second = 2\nprint('two')", count=2)
    assert (second.status, second.execution_count) == ("ok", 2)
    assert second.outputs == ({"output_type": "stream", "name": "stdout", "text": "two\n"},)
    assert printed(fresh, IS_HERE) == "False\n"
    assert printed(fresh, "print(second, len(In))") == "2 5\n"


def test_a_notebook_that_opens_otherwise_starts_from_nothing(fresh):
    assert printed(fresh, "print('here' in globals(), 'second' in globals())", 1) == "False False\n"
    fresh.run_cell(HERE, count=2)
    assert printed(fresh, IS_HERE, 3) == "True\n"


def test_a_cell_in_between_finds_what_was_before_it(fresh):
    fresh.run_cell(HERE, count=1)
    assert printed(fresh, "print('here' in globals(), 'second' in globals(), len(In))", 2) == "True False 3\n"
    assert printed(fresh, "second = 2\nprint('two')", 3) == "two\n"


def test_a_name_is_not_there_before_its_cell(fresh):
    with pytest.raises(KeyError):
        fresh.lookup("second")


def test_one_that_comes_with_another_count_is_run(fresh):
    fresh.run_cell(HERE, count=2)
    assert printed(fresh, IS_HERE) == "True\n"


def test_an_error_in_one_is_shown_as_ever():
    with started("1 / 0") as opened, started() as other:
        found = []
        for template in (opened, other):
            with template.new_candidate() as candidate:
                found.append(candidate.run_cell("1 / 0", count=1))
        assert found[0].status == "error"
        assert found[0] == found[1]


def test_the_random_state_of_a_notebook_is_the_same():
    with started(SEED) as opened, started() as other:
        drawn = []
        for template in (opened, opened, other):
            with template.new_candidate() as candidate:
                drawn.append(printed(candidate, SEED, 1) + printed(candidate, SEED, 2))
        assert len(set(drawn)) == 1
        assert len(set(drawn[0].split())) == 18


def test_a_seed_means_what_it_means_elsewhere(fresh):
    fresh.run_cell("import random\nimport numpy as np")
    said = printed(fresh, "print(random.Random(5).random(), np.random.default_rng(5).random())")
    assert said == f"{random.Random(5).random()} {np.random.default_rng(5).random()}\n"


@pytest.mark.parametrize(
    "leaving",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
        "file = open(os.devnull)",
        "with open('notes.txt', 'w') as notes:\n    notes.write('x')",
        "print('x' * 100_000)",
    ],
    ids=["a thread", "an open file", "a file", "a flood"],
)
def test_what_would_not_all_be_in_a_fork_is_run_there(leaving):
    """And nothing of the first attempt is left in the names."""
    cell = f"import os\nonce_more = 'here' in globals()\n{leaving}\n{HERE}"
    with started(cell) as template, template.new_candidate() as candidate:
        candidate.run_cell(cell, count=1)
        assert printed(candidate, "print(once_more)") == "False\n"
        assert printed(candidate, IS_HERE) == "True\n"


def test_every_unit_opens_with_its_first_given_cells():
    course = Course(REPOSITORY)
    assert len(course.units()) >= 5
    for unit in course.units():
        first, *_ = needs_of(course.student(unit)).opening
        assert f'begin("{unit}")' in first
