"""A candidate that speaks the protocol itself, maliciously: the examiner ends the conversation."""

import socket
import struct

import numpy as np
import pytest

from autograder.isolation.candidate.encode import Encoder
from autograder.isolation.candidate.wire import Tag, pack
from autograder.isolation.limits import Limits
from autograder.isolation.link import Candidate, CandidateGone
from autograder.isolation.performances import together
from autograder.isolation.student_errors import CandidateError
from autograder.reasons import Reason
from stagewise.judge.asking import AskedCase
from stagewise.judge.compare import Tolerance
from stagewise.judge.script import parse

LIMITS = Limits(call_seconds=0.1, wall_factor=1.0, grace=0.1, frame_bytes=1 << 16)
LIST, AGAIN = int(Tag.LIST), int(Tag.AGAIN)


@pytest.fixture
def liar():
    """A conversation whose other side has said everything in advance: (candidate, say)."""
    conversation, theirs = socket.socketpair()
    obituary, keepers = socket.socketpair()
    candidate = Candidate(conversation, obituary, LIMITS, "sandbox")

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


def tree(value):
    """A value as the protocol has it."""
    return Encoder(lambda _: 0).encode(value)


NOT_ANSWERS = {
    "nothing": None,
    "a text": "ok",
    "an empty list": [],
    "no turn": ["value", 1.0, [], []],
    "the next turn": [2, "value", 1.0, [], []],
    "a true turn": [1.0, "value", 1.0, [], []],
    "no kind": [1, 7],
    "an unknown kind": [1, "points", 2.0],
    "an answer to something else": [1, "cell", "ok", 1, [LIST], []],
    "too few parts": [1, "value", 1.0],
    "too many parts": [1, "value", 1.0, [], [], []],
    "changes that are no list": [1, "value", 1.0, {}.__class__.__name__, []],
    "a change without a number": [1, "value", 1.0, [["x"]], []],
    "a change of nothing": [1, "value", 1.0, [[99, tree(1)]], []],
    "a change of the number before": [1, "value", 1.0, [[-1, tree([1])]], []],
    "a result as a change": [1, "value", tree([1]), [[6, tree([2])]], []],
    "an array that becomes a list": [1, "value", 1.0, [[1, tree([1.0])]], []],
    "an array that grows": [1, "value", 1.0, [[1, tree(np.zeros(9))]], []],
    "an array of another dtype": [1, "value", 1.0, [[1, tree(np.zeros(2, np.float32))]], []],
    "a dict that becomes a list": [1, "value", 1.0, [[2, tree([1])]], []],
    "an argument that holds itself": [1, "value", 1.0, [[3, [LIST, [AGAIN, 3]]]], []],
    "arguments that hold each other": [
        1,
        "value",
        1.0,
        [[3, [LIST, [AGAIN, 4]]], [4, [LIST, [AGAIN, 3]]]],
        [],
    ],
    "arguments that explode": [
        1,
        "value",
        1.0,
        [[3, [LIST, *[0] * 5000]], [4, [LIST, *[[AGAIN, 3]] * 5000]]],
        [],
    ],
    "a result that is its argument's part": [1, "value", [LIST, [AGAIN, 3]], [[3, [LIST, [AGAIN, 6]]]], []],
    "an exception that is a number": [1, "raised", 1, "text", "trace", []],
    "a pickle": [1, "value", [99, b"cos\nsystem\n(S'true'\ntR."], [], []],
}


@pytest.mark.parametrize("reply", NOT_ANSWERS.values(), ids=NOT_ANSWERS)
def test_what_is_no_answer_ends_the_conversation(liar, reply):
    """The check fails for a plain reason; nothing of ours explodes or holds itself."""
    candidate = liar(reply)
    arguments = [np.zeros(2), {"a": 1}, [1], [2]]
    for _ in range(2):
        with pytest.raises(CandidateGone) as end:
            candidate.call(0, arguments, {})
        assert end.value.reason is Reason.PROTOCOL
    assert repr(arguments).count("...") == 0


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
        candidate.call(0, [], {})
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
        [1, "value", 1.0, [], []],
    ],
)
def test_a_cell_is_answered_as_a_cell_or_not_at_all(liar, reply):
    """Outputs are a list, its status one of three."""
    with pytest.raises(CandidateGone):
        liar(reply).run_cell("1")


@pytest.mark.parametrize("told", [[], [7], ["value"], ["value", 1.0], ["cell", "ok", 1, [LIST], []]])
def test_what_a_cell_defined_is_told_as_an_answer_or_not_at_all(liar, told):
    """What came along with the cell is looked at when it is looked up, and with the same suspicion."""
    candidate = liar([1, "cell", "ok", 1, [LIST], told])
    candidate.run_cell("def f(): ...", defines="f")
    with pytest.raises(CandidateGone) as end:
        candidate.lookup("f")
    assert end.value.reason is Reason.PROTOCOL


def test_what_a_cell_defined_is_known_until_the_next_question(liar):
    """A later cell may define it anew."""
    handle = ["value", [int(Tag.HANDLE), 7], [], []]
    candidate = liar([1, "cell", "ok", 1, [LIST], handle], [2, "cell", "ok", 2, [LIST], []], [3, "missing"])
    candidate.run_cell("def f(): ...", defines="f")
    assert candidate.lookup("f")._number == 7
    candidate.run_cell("del f")
    with pytest.raises(KeyError):
        candidate.lookup("f")


TOY = Tolerance(1e-4, 1e-4, "a toy")
CASE = AskedCase("a", parse("y = f(x)"), {"x": 2.0}, {"y": 4.0}, {"y": 1.0}, 1.0, TOY)
PLAYED = pack([tree({"y": 4.0}), [], [], [], 0, None])


@pytest.mark.parametrize(
    "reply",
    [
        [1, "played", PLAYED],
        [1, "played", []],
        [1, "played", [PLAYED, PLAYED]],
        [1, "played", [[tree({"y": 4.0}), [], [], [], 0, None]]],
        [1, "played", [b""]],
        [1, "played", [pack([tree({"y": 4.0}), [], [], [], 2, None])]],
        [1, "played", [pack([tree([4.0]), [], [], [], 0, None])]],
        [1, "played", [PLAYED], 0],
        [1, "played", [pack([tree({"y": 4.0}), [], [], [], -1, None])]],
        [1, "played", [pack([tree({"y": 4.0}), [], [], [], True, None])]],
        [1, "played", [pack([tree({"y": 4.0}), [], [], [], 0, None, 2.0])]],
        [1, "played", [pack([tree({3: 4.0}), [], [], [], 0, None])]],
        [1, "played", [pack([[AGAIN, 5], [], [], [], 0, None])]],
        [1, "played", [pack([tree({"y": 4.0}), [], "x", [], 0, None])]],
        [1, "played", [pack([tree({}), [], [], [], 0, "passed"])]],
        [1, "played", [pack([tree({}), [], [], [], 0, [0, "passed", "", None]])]],
        [1, "played", [pack([tree({}), [], [], [], 0, [1, "raised", "", None]])]],
        [2, "played", [PLAYED]],
    ],
)
def test_cases_are_answered_as_cases_or_not_at_all(liar, reply):
    """As many as were asked, each of the parts that it has."""
    candidate = liar(*[reply] * 3)
    candidate.begin_check()
    with pytest.raises(CandidateGone):
        candidate.play({"f": 0}, (CASE,))


def test_the_answers_to_all_cases_of_a_question_have_one_bound(liar):
    """The examiner keeps them all until the check is judged."""
    large = pack([tree({"y": b"x" * (LIMITS.frame_bytes // 3)}), [], [], [], 0, None])
    candidate = liar(*[[1, "played", [large]]] * 3)
    candidate.begin_check()
    with pytest.raises(CandidateGone) as end:
        candidate.play({"f": 0}, (CASE,) * 3)
    assert end.value.reason is Reason.FLOODED


def test_answers_that_hold_nothing_do_not_go_on_for_ever(liar):
    """Each came in time, and the time of the check ends all the same."""
    candidate = liar(*[[1, "played", []]] * 100)
    candidate._allowance.check_ends = 0.0
    with pytest.raises(CandidateGone) as end:
        candidate.play({"f": 0}, (CASE,))
    assert end.value.reason is Reason.TIMEOUT


def test_an_answer_is_known_by_all_that_it_tells_whatever_the_turn(liar):
    """The same told again is the same run; with one byte changed it is another."""
    other = pack([tree({"y": 5.0}), [], [], [], 0, None])
    candidate = liar([1, "played", [PLAYED]], [2, "played", [PLAYED]], [3, "played", [other]])
    candidate.begin_check()
    cases = (CASE,)
    first, second, third = (candidate.play({"f": 0}, cases) for _ in range(3))
    assert first is second
    assert third[0].values["y"] == 5.0


def test_answers_are_known_however_many_of_them_travel_together(liar):
    """A busy machine sends them one by one, and they say the same."""
    alone, both = [PLAYED], [PLAYED, PLAYED]
    replies = ([1, "played", both], [2, "played", alone], [2, "played", alone], [3, "played", alone * 20])
    candidate = liar(*replies)
    candidate.begin_check()
    cases, more = (CASE,) * 2, (CASE,) * 20
    first, second = (candidate.play({"f": 0}, cases) for _ in range(2))
    assert first is second
    assert candidate.play({"f": 0}, more).message == together(alone * 20)


def test_an_answer_with_a_handle_or_a_timeout_in_it_is_known_to_nobody(liar):
    """It is one candidate's own: another's handle of that number, or another's time, is something else."""
    handle = pack([[int(Tag.DICT), "y", [int(Tag.HANDLE), 7]], [], [], [], 0, None])
    late = pack([tree({}), [], [], [], 1, [0, "raised", "", ["TimeoutError", "late", ""]]])
    replies = [[turn, "played", [handle if turn < 3 else late]] for turn in (1, 2, 3, 4)]
    candidate = liar(*replies)
    candidate.begin_check()
    cases = (CASE,)
    first, second, third = (candidate.play({"f": 0}, cases) for _ in range(3))
    assert first is not second
    assert (first.message, third.message) == (b"", b"")
    assert candidate.timeouts == 1


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "CandidateGone", "a b", "", "x" * 10**4, "é"]
)
def test_exceptions_are_exceptions_whatever_they_are_called(liar, name):
    """A name from a closed list, or a name only."""
    with pytest.raises(CandidateError) as caught:
        liar([1, "raised", name, "t" * 10**4, "trace", []]).call(0, [], {})
    assert len(str(caught.value)) < 3000


def test_an_array_that_we_keep_read_only_stays_as_it_is(liar):
    """A change of it is not written."""
    x = np.zeros(2)
    x.flags.writeable = False
    assert liar([1, "value", 1.0, [[1, tree(np.ones(2))]], []]).call(0, [x], {}) == 1.0
    assert np.array_equal(x, np.zeros(2))


def test_a_handle_of_any_number_is_a_handle(liar):
    """It means something to the candidate alone."""
    handle = liar([1, "value", [int(Tag.HANDLE), 2**32 - 1], [], []]).call(0, [], {}, "f")
    assert handle.__name__ == "f"
    assert handle._number == 2**32 - 1


def test_warnings_are_texts_and_few(liar):
    """However many a candidate sends."""
    with pytest.warns(RuntimeWarning) as caught:
        liar([1, "value", 1.0, [], [["x"] * 50, "y" * 10**4, *range(1000)]]).call(0, [], {})
    assert len(caught) <= 100
    assert max(len(str(one.message)) for one in caught) <= 500
