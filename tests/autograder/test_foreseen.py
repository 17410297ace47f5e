"""Right answers are judged before any student's, and a student's that are told alike get the same report."""

import functools
import json

import numpy as np
import pytest

from autograder.examining.examiner import Examiner
from autograder.examining.foreseen import RightCandidate
from autograder.isolation.candidate import plain_trees
from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.encode import Encoder
from autograder.isolation.candidate.wire import UnsendableError, pack, unpack
from autograder.isolation.performances import questions
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason
from autograder.units.plan import PlannedCell
from reference.judge.drawing import draw
from reference.kit import units
from stagewise.judge.copying import copied

NAME = "batchnorm_step1"


def check(name=NAME):
    source = f'examine({name}, unit="batchnorm", points=2)'
    return PlannedCell(f"check-{name}", "check", "code", source, source, 2.0, "", "c", {})


@pytest.fixture
def examiner_of():
    """An examiner of a candidate, to which the course's `examine` is known."""

    def made(candidate):
        examiner = Examiner(candidate, "batchnorm")
        given = "from reference import examine"
        examiner.run_given(PlannedCell("given", "given", "code", given, given, 0.0, "", "g", {}))
        return examiner

    return made


@pytest.fixture
def foreseen(examiner_of):
    """The result of the right answers, judged in this process."""
    return examiner_of(RightCandidate("batchnorm", "sandbox")).run_check(check())


def solved(candidate, source):
    candidate.run_cell("import numpy as np")
    candidate.run_cell(source, defines=NAME)
    return candidate


def test_right_answers_earn_everything_before_anybody_gave_one(foreseen):
    assert (foreseen.points, foreseen.reason.value) == (2.0, "ok")


def test_the_same_answer_of_a_student_has_the_same_outputs(candidate, examiner_of, foreseen):
    """In the very same bytes: it was shown once."""
    found = examiner_of(solved(candidate, f"def {NAME}(x):\n    return x.mean(axis=0)")).run_check(check())
    assert json.dumps(found.outputs) == json.dumps(foreseen.outputs)
    assert found.outputs[0]["data"]["text/html"] is foreseen.outputs[0]["data"]["text/html"]


def test_an_answer_that_is_right_in_other_bytes_is_judged_for_itself(candidate, examiner_of, foreseen):
    """It earns the same, with the error that it has."""
    source = f"def {NAME}(x):\n    return (x * (1 / x.shape[0])).sum(axis=0)"
    found = examiner_of(solved(candidate, source)).run_check(check())
    assert found.points == 2.0
    assert found.outputs[0]["data"]["text/html"] is not foreseen.outputs[0]["data"]["text/html"]


def test_a_wrong_answer_earns_nothing_of_what_was_foreseen(candidate, examiner_of, foreseen):
    found = examiner_of(solved(candidate, f"def {NAME}(x):\n    return x.sum(axis=0)")).run_check(check())
    assert found.points < 1.0
    assert found.misconception


def test_answers_in_a_setting_are_foreseen_and_what_our_own_steps_see_in_them():
    """The very same report: nothing is judged twice, and observers do not look again."""
    source = """
import copy, torch
def evaluate(model, batches, device="cpu"):
    twin = copy.deepcopy(model).eval()
    return float(torch.cat([twin(x).argmax(dim=1) == y for x, y in batches]).double().mean())
"""
    examine = 'examine(evaluate, unit="transfer", points=2)'
    given = "from reference import examine"
    found = []
    with CandidateTemplate.start(["transfer"]) as template, template.new_candidate() as candidate:
        candidate.run_cell(source, defines="evaluate")
        for one in (RightCandidate("transfer", "sandbox"), candidate):
            examiner = Examiner(one, "transfer")
            examiner.run_given(PlannedCell("given", "given", "code", given, given, 0.0, "", "g", {}))
            cell = PlannedCell("check-evaluate", "check", "code", examine, examine, 2.0, "", "c", {})
            found.append(examiner.run_check(cell))
    assert [one.points for one in found] == [2.0, 2.0]
    first, second = (one.outputs[0]["data"]["text/html"] for one in found)
    assert first is second


@pytest.mark.parametrize(
    "more",
    [
        "{}(np.ones((2, 1)))[0]",
        "{0}({0}, x={0})",
        "{}[0]",
        "{}.rate",
        "sum({})",
        "len({})",
        "{}.beside('os', 'nice')",
    ],
)
def test_what_is_more_than_cases_is_not_foreseen(more, examiner_of):
    """The check then simply fails here; it is judged when a student's comes."""
    examiner = examiner_of(RightCandidate("batchnorm", "sandbox"))
    source = f"float({more.format(NAME)})"
    given = PlannedCell("check-x", "check", "code", f"import numpy as np\n{source}", source, 2.0, "", "c", {})
    found = examiner.run_check(given)
    assert (found.points, found.reason) == (0.0, Reason.DIED)


@pytest.mark.parametrize("unit", units.names())
def test_the_short_way_reads_and_writes_what_the_long_one_does(unit):
    """All inputs of all cases, and all expected values, in the same bytes."""
    for exercise in units.load(unit).exercises:
        cases = draw(exercise, 0)
        for question in questions(cases):
            for case, (_, tree) in zip(question.cases, unpack(question.packed), strict=True):
                long, short = Decoder(id).decode(tree), copied(plain_trees.read(tree))
                assert pack(Encoder(id).encode(short)) == pack(Encoder(id).encode(long))
                values = {"all": case.inputs, **case.expected}
                assert pack(plain_trees.written(values, id)) == pack(Encoder(id).encode(values))


def _nested(depth):
    return 1.0 if depth == 0 else {"deeper": (_nested(depth - 1), None)}


@pytest.mark.parametrize(
    "value",
    [
        (np.arange(3.0), (2, "axis", None), {"mean": np.float32(0.5)}),
        (1,) * 200,
        [np.arange(3.0)] * 2,
        [0.5, "x" * 70_000, ["β", 3]],
        (np.arange(3.0),) * 2,
        {"twice": (SHARED := np.arange(3.0), SHARED), "again": SHARED},
        _nested(3),
        _nested(15),
    ],
    ids=[
        "a cache",
        "a long tuple",
        "a list",
        "names",
        "an array twice",
        "one everywhere",
        "nested",
        "nested deep",
    ],
)
def test_the_short_way_writes_what_the_long_one_does(value):
    values = {"cache": value, "out": np.eye(2)}
    assert pack(plain_trees.written(values, id)) == pack(Encoder(id).encode(values))


@pytest.mark.parametrize("through", [lambda ring: (ring,), lambda ring: [ring], lambda ring: {"again": ring}])
def test_what_is_too_deep_or_too_much_or_contains_itself_is_refused_on_both_ways(through):
    ring = {}
    ring["itself"] = through(ring)
    crowd = functools.reduce(lambda inner, _: (inner,) * 90, range(5), ())
    for value in (ring, _nested(60), crowd):
        with pytest.raises(UnsendableError):
            plain_trees.written({"cache": value}, id)
