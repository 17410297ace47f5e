"""A candidate that speaks the protocol itself, maliciously: the examiner ends the conversation."""

import socket
import struct

import pytest

from autograder.isolation.case_questions import together
from autograder.isolation.conversation import CandidateGone
from autograder.isolation.limits import Limits
from autograder.isolation.link import Candidate
from autograder.isolation.protocol.codec import Tag, encode
from autograder.isolation.protocol.packing import pack
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase, Cases
from stagewise.judge.compare import Tolerance, describe
from stagewise.judge.script import RaisedElsewhere, parse

LIMITS = Limits(call_seconds=0.1, wall_factor=1.0, grace=0.1, frame_bytes=1 << 16)
LIST, DICT, OTHER = int(Tag.LIST), int(Tag.DICT), int(Tag.OTHER)


@pytest.fixture
def liar():
    """A conversation whose other side has said everything in advance: (candidate, say)."""
    conversation, theirs = socket.socketpair()
    exit_report, keepers = socket.socketpair()
    candidate = Candidate(conversation, exit_report, LIMITS, "sandbox")

    def say(*replies, raw=b""):
        for reply in replies:
            frame = pack(reply)
            theirs.sendall(struct.pack(">I", len(frame)) + frame)
        theirs.sendall(raw)
        return candidate

    yield say
    candidate.close()
    theirs.close()
    keepers.close()


NOT_ANSWERS = {
    "nothing": None,
    "a text": "ok",
    "an empty list": [],
    "no turn": ["found", "function"],
    "the next turn": [2, "found", "function"],
    "a true turn": [1.0, "found", "function"],
    "no kind": [1, 7],
    "an unknown kind": [1, "points", 2.0],
    "an answer to something else": [1, "cell", "ok", 1, [LIST], []],
    "the points": [1, "found", 2.0],
    "too few parts": [1, "found"],
    "too many parts": [1, "found", "function", []],
    "nothing and more": [1, "missing", "function"],
    "a value": [1, "value", 1.0, [], []],
    "a pickle": [1, "found", b"cos\nsystem\n(S'true'\ntR."],
}


@pytest.mark.parametrize("reply", NOT_ANSWERS.values(), ids=NOT_ANSWERS)
def test_what_is_no_answer_ends_the_conversation(liar, reply):
    """The check fails for a plain reason."""
    candidate = liar(reply)
    for _ in range(2):
        with pytest.raises(CandidateGone) as end:
            candidate.lookup("f")
        assert end.value.reason is Reason.PROTOCOL
        assert end.value.outline == "The code's process answered with something that is no answer"


@pytest.mark.parametrize("kind", ["word " * 999, "SUCCESS", "", "Function"])
def test_of_what_is_no_function_only_a_usual_type_is_told(liar, kind):
    """A type's name is the student's to choose."""
    assert liar([1, "found", kind]).lookup("f") == "object"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff\xff\xff\xff", Reason.FLOODED),
        (b"\x00\x01\x00\x01", Reason.FLOODED),
        (b"\x00\x00\x00\x08\x00", Reason.TIMEOUT),
        (b"\x00\x00", Reason.TIMEOUT),
        (b"", Reason.TIMEOUT),
        (b"\x00\x00\x00\x00", Reason.PROTOCOL),
        (b"\x00\x00\x00\x01\xc1", Reason.PROTOCOL),
        (b"\x00\x00\x00\x05\xdd\xff\xff\xff\xff", Reason.PROTOCOL),
        (b"\x00\x00\x10\x00" + b"\x91" * 4096, Reason.PROTOCOL),
    ],
)
def test_bytes_that_are_no_frame_end_the_conversation(liar, raw, reason):
    """Giant lengths, frames that never end, broken MessagePack: within the time that is allowed."""
    candidate = liar(raw=raw)
    with pytest.raises(CandidateGone) as end:
        candidate.lookup("f")
    assert end.value.reason is reason


@pytest.mark.parametrize(
    "reply",
    [
        [1, "cell", "ok", 1, [LIST]],
        [1, "cell", "ok", 1, 7, []],
        [1, "cell", "won", 1, [LIST], []],
        [1, "cell", "ok", "1", [LIST], []],
        [1, "cell", "ok", 1, [99], []],
        [1, "cell", "ok", 1, [LIST], 7],
        [1, "found", "function"],
    ],
)
def test_a_cell_is_answered_as_a_cell_or_not_at_all(liar, reply):
    """Outputs are a list, its status one of three."""
    with pytest.raises(CandidateGone):
        liar(reply).run_cell("1")


@pytest.mark.parametrize("told", [[], [7], ["found"], ["found", 1.0], ["cell", "ok", 1, [LIST], []]])
def test_what_a_cell_defined_is_told_as_an_answer_or_not_at_all(liar, told):
    """What came along with the cell is looked at when it is looked up, and with the same suspicion."""
    candidate = liar([1, "cell", "ok", 1, [LIST], told])
    candidate.run_cell("def f(): ...", defines="f")
    with pytest.raises(CandidateGone) as end:
        candidate.lookup("f")
    assert end.value.reason is Reason.PROTOCOL


def test_what_a_cell_defined_is_known_until_the_next_question(liar):
    """A later cell may define it anew."""
    found = ["found", "function"]
    candidate = liar([1, "cell", "ok", 1, [LIST], found], [2, "cell", "ok", 2, [LIST], []], [3, "missing"])
    candidate.run_cell("def f(): ...", defines="f")
    assert candidate.lookup("f") == ""
    candidate.run_cell("del f")
    with pytest.raises(KeyError):
        candidate.lookup("f")


TOY = Tolerance(1e-4, 1e-4, "a toy")
CASE = AskedCase("a", parse("y = f(x)"), {"x": 2.0}, {"y": 4.0}, {"y": 1.0}, 1.0, TOY)
PLAYED = pack([encode({"y": 4.0}), [], [], [], 0, None])


@pytest.mark.parametrize(
    "reply",
    [
        [1, "played", PLAYED],
        [1, "played", []],
        [1, "played", [PLAYED, PLAYED]],
        [1, "played", [[encode({"y": 4.0}), [], [], [], 0, None]]],
        [1, "played", [b""]],
        [1, "played", [pack([encode({"y": 4.0}), [], [], [], 2, None])]],
        [1, "played", [pack([encode([4.0]), [], [], [], 0, None])]],
        [1, "played", [PLAYED], 0],
        [1, "played", [pack([encode({"y": 4.0}), [], [], [], -1, None])]],
        [1, "played", [pack([encode({"y": 4.0}), [], [], [], True, None])]],
        [1, "played", [pack([encode({"y": 4.0}), [], [], [], 0, None, 2.0])]],
        [1, "played", [pack([encode({3: 4.0}), [], [], [], 0, None])]],
        [1, "played", [pack([[14, 5], [], [], [], 0, None])]],
        [1, "played", [pack([encode({"y": 4.0}), [], "x", [], 0, None])]],
        [1, "played", [pack([encode({}), [], [], [], 0, "passed"])]],
        [1, "played", [pack([encode({}), [], [], [], 0, [0, "passed", "", None]])]],
        [1, "played", [pack([encode({}), [], [], [], 0, [1, "raised", "", None]])]],
        [2, "played", [PLAYED]],
    ],
)
def test_cases_are_answered_as_cases_or_not_at_all(liar, reply):
    """As many as were asked, each of the parts that it has."""
    candidate = liar(*[reply] * 3)
    candidate.begin_check()
    with pytest.raises(CandidateGone):
        candidate.play("", ["f"], (CASE,))


def test_the_answers_to_all_cases_of_a_question_have_one_bound(liar):
    """The examiner keeps them all until the check is judged."""
    large = pack([encode({"y": b"x" * (LIMITS.frame_bytes // 3)}), [], [], [], 0, None])
    candidate = liar(*[[1, "played", [large]]] * 3)
    candidate.begin_check()
    with pytest.raises(CandidateGone) as end:
        candidate.play("", ["f"], (CASE,) * 3)
    assert end.value.reason is Reason.FLOODED


def test_answers_that_hold_nothing_do_not_go_on_for_ever(liar):
    """Each came in time, and the time of the check ends all the same."""
    candidate = liar(*[[1, "played", []]] * 100)
    candidate._allowance.check_ends = 0.0
    with pytest.raises(CandidateGone) as end:
        candidate.play("", ["f"], (CASE,))
    assert end.value.reason is Reason.TIMEOUT


def test_an_answer_is_known_by_all_that_it_tells_whatever_the_turn(liar):
    """The same told again is the same run; with one byte changed it is another."""
    other = pack([encode({"y": 5.0}), [], [], [], 0, None])
    candidate = liar([1, "played", [PLAYED]], [2, "played", [PLAYED]], [3, "played", [other]])
    candidate.begin_check()
    cases = Cases((CASE,))
    first, second, third = (candidate.play("", ["f"], cases) for _ in range(3))
    assert first is second
    assert third[0].values["y"] == 5.0


def test_answers_are_known_however_many_of_them_travel_together(liar):
    """A busy machine sends them one by one, and they say the same."""
    alone, both = [PLAYED], [PLAYED, PLAYED]
    replies = ([1, "played", both], [2, "played", alone], [2, "played", alone], [3, "played", alone * 20])
    candidate = liar(*replies)
    candidate.begin_check()
    cases, more = Cases((CASE,) * 2), (CASE,) * 20
    first, second = (candidate.play("", ["f"], cases) for _ in range(2))
    assert first is second
    assert candidate.play("", ["f"], more).message == together(alone * 20)


def test_an_answer_with_a_timeout_in_it_is_known_to_nobody(liar):
    """Another's time is something else."""
    late = pack([encode({}), [], [], [], 1, [0, "raised", "", ["TimeoutError", "late", ""]]])
    candidate = liar(*[[turn, "played", [late]] for turn in (1, 2)])
    candidate.begin_check()
    cases = Cases((CASE,))
    first, second = (candidate.play("", ["f"], cases) for _ in range(2))
    assert first is not second
    assert first.message == b""
    assert candidate.timeouts == 2


def test_an_object_is_what_it_is_called_and_nothing_more(liar):
    """No number of it comes back to anybody, so what is told alike is judged alike."""
    told = pack([[DICT, "y", [OTHER, "a network"]], [], [], [], 0, None])
    candidate = liar(*[[turn, "played", [told]] for turn in (1, 2)])
    candidate.begin_check()
    cases = Cases((CASE,))
    first, second = (candidate.play("", ["f"], cases) for _ in range(2))
    assert first is second
    assert describe(first[0].values["y"]) == "a network"


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "CandidateGone", "a b", "", "x" * 10**4, "é"]
)
def test_exceptions_are_told_whatever_they_are_called(liar, name):
    """A short name and short texts."""
    told = pack([encode({}), [], [], [], 0, [0, "raised", "", [name, "t" * 10**4, "w" * 10**4]]])
    candidate = liar([1, "played", [told]])
    candidate.begin_check()
    (run,) = candidate.play("", ["f"], [CASE])
    assert type(run.failure.exception) is RaisedElsewhere
    assert run.failure.exception_name.isidentifier()
    assert len(run.failure.exception_name) <= 60
    assert len(str(run.failure.exception)) < 3000
    assert len(run.failure.exception.frames) <= 6000


def test_warnings_are_texts_and_few(liar):
    """However many a candidate sends."""
    told = pack([encode({"y": 4.0}), [], [f"{n % 7}" * 600 for n in range(101)], [], 0, None])
    candidate = liar([1, "played", [told]])
    candidate.begin_check()
    (run,) = candidate.play("", ["f"], [CASE])
    assert len(run.warned) <= 100
    assert max(map(len, run.warned)) <= 500
