"""What a candidate claims of a played case is bounded, and refused when it cannot be one."""

import pytest

from autograder.isolation.case_questions import Claim, believed, questions
from autograder.isolation.protocol.packing import ProtocolError
from stagewise.judge.asking import AskedCase, Cases
from stagewise.judge.compare import Tolerance
from stagewise.judge.script import FailureKind, parse, raised_by

CASE = AskedCase(
    name="plain",
    steps=parse("y = f(x)"),
    inputs={"x": 2.0},
    expected={"y": 4.0},
    shares={"y": 1.0},
    weight=1.0,
    tolerance=Tolerance(rtol=1e-4, stol=2e-5, reason="a toy"),
)


def claim(**parts):
    return Claim(
        **{"values": {"y": 4.0}, "changed": [], "warned": [], "warners": [], "failure": None} | parts
    )


def test_a_claim_becomes_the_run_of_its_case():
    run = believed(CASE, claim(changed=[["f", "x"]], warned=["w" * 900], warners=["f", "g"]), {"f": 0})
    assert run.values == {"x": 2.0, "y": 4.0}
    assert run.changed == (("f", "x"),)
    assert [len(text) for text in run.warned] == [500]
    assert run.warners == ("f",)


def test_a_claim_cannot_replace_an_input_that_the_case_leaves_alone():
    assert believed(CASE, claim(values={"x": 9.0, "y": 4.0}), {"f": 0}).values["x"] == 2.0


def test_a_failure_names_the_exception_of_the_student_and_keeps_their_frames():
    told = ["KeyError", "'mode'", "Cell In[3], line 2\nKeyError: 'mode'"]
    run = believed(CASE, claim(failure=[0, "raised", "", told]), {"f": 0})
    assert raised_by(run) == "KeyError"
    failure = run.failure
    assert failure.kind is FailureKind.RAISED
    assert "f raised RaisedElsewhere" not in failure.message
    assert failure.exception_name == "KeyError"
    assert failure.exception.frames == "Cell In[3], line 2\n"


@pytest.mark.parametrize(
    "parts",
    [
        {"changed": [["g", "x"]]},
        {"changed": [["f"]]},
        {"changed": [[[], "x"]]},
        {"changed": [["f", "elsewhere"]]},
        {"warned": [1]},
        {"warners": [[]]},
        {"values": {3: 1}},
        {"failure": [7, "raised", "", None]},
        {"failure": [0, "passed", "", None]},
        {"failure": [0, "unfit", "", None]},
        {"failure": [0, "raised", "", ["KeyError", 3, ""]]},
        {"failure": []},
    ],
)
def test_a_claim_that_cannot_be_one_is_refused(parts):
    with pytest.raises(ProtocolError):
        believed(CASE, claim(**parts), {"f": 0})


def test_a_case_travels_without_its_answers():
    (question,) = questions((CASE,))
    assert b"y = f(x)" in question.packed
    assert b"plain" not in question.packed
    assert question.calls == 1


def test_cases_that_a_class_is_asked_are_packed_once_and_others_each_time():
    cases = Cases((CASE, CASE))
    assert questions(cases) is questions(cases)
    assert questions(list(cases)) is not questions(list(cases))


def test_runs_are_remembered_by_their_whole_message_and_few_of_them():
    (question,) = questions([CASE])
    runs = [believed(CASE, claim(), {"f": 0})]
    told = question.remembered(b"one", runs)
    assert question.runs == {b"one": told}
    assert told.message == b"one"
    for number in range(100):
        question.remembered(b"%d" % number, runs)
    assert len(question.runs) <= 16
    assert question.remembered(b"x" * (1 << 21), runs).message not in question.runs
