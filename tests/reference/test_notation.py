"""Mistakes as text: read as they are meant, and a slip of the author's is told with file and line."""

from pathlib import Path

import pytest

from reference.kit import notation
from reference.kit.exercise import case, right, wrong
from reference.kit.notation import Notation, rights, wrongs
from reference.kit.places import DefinitionError

WRITES = "Your function changes dw."


def line_of(mark):
    """Where this file has `mark` at the end of a line."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (found,) = (number for number, line in enumerate(lines, 1) if line.endswith(mark))
    return found


def test_an_entry_on_one_line_with_a_sentence_of_several():
    (mistake,) = wrongs("""
        alpha-missing: alpha * np.expm1(x) => np.expm1(x)
            Your negative side tends to -1.
            It must tend to -alpha.
    """)
    assert (mistake.name, mistake.change, mistake.into) == (
        "alpha-missing",
        "alpha * np.expm1(x)",
        "np.expm1(x)",
    )
    assert mistake.says == "Your negative side tends to -1. It must tend to -alpha."


def test_an_entry_of_several_lines_keeps_their_indentation():
    (mistake,) = wrongs(
        """
        writes-into-dw:
            - next_w = w - rate * dw
            + if rate:
            +     dw *= rate
            @WRITES
        """,
        WRITES=WRITES,
    )
    assert (mistake.change, mistake.into) == ("next_w = w - rate * dw", "if rate:\n    dw *= rate")
    assert mistake.says == WRITES


def test_lines_may_be_taken_out():
    (way,) = rights("""
        without the copy:
            - x = x.copy()
    """)
    assert (way.change, way.into) == ("x = x.copy()", "")


def test_of_is_handed_on_to_all_and_names_of_right_ways_may_have_blanks():
    first, second = rights(
        """
        with a loop: a => b
        in place: c => d
        """,
        of=line_of,
    )
    assert (first.name, second.name) == ("with a loop", "in place")
    assert first.of is second.of is line_of


def test_each_remembers_where_it_was_written():
    mistakes = wrongs(
        """
        first: a => b
            One.

        second: # the second entry
            - a
            + b
            Two.
    """.replace(" # the second entry", "")
    )
    written = wrongs("""
        first: a => b
            One.
        second: c => d# here
            Two.
    """)
    assert written[1].place.line == line_of("=> d# here")
    assert written[1].place.file == __file__
    assert [one.name for one in mistakes] == ["first", "second"]
    plain = wrong("w", says="s", change="a", into="b")  # plain
    assert plain.place.line == line_of("# plain")


def test_what_is_for_the_lecture_and_why_it_is_hidden_stand_behind_the_sentence():
    first, second = wrongs("""
        first: a => b
            Your sum is
            too large.
            teach: Count: what is added
            twice?
            hidden: no visible case
            is large
        second: c => d
            Your teach: is no word at the beginning of a line.
    """)
    assert first.says == "Your sum is too large."
    assert first.teach == "Count: what is added twice?"
    assert first.hidden_only == "no visible case is large"
    assert (second.says, second.teach) == ("Your teach: is no word at the beginning of a line.", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name only", "has no colon behind a name"),
        ("name: a -> b\n    Says.", "does not say what is changed into what"),
        ("name:\n    Says.", "does not say what is changed into what"),
        ("name: a => b\n    - a\n    Says.", "does not say what is changed into what"),
        ("name:\n    - a\n    Says\n    + b", "has code behind its sentence"),
        ("name: a => b", "tells the student nothing"),
        ("name: a => b\n    @NOT_THERE", "no text has that name"),
        ("name: @NOT_THERE => b\n    Says.", "no text has that name"),
    ],
)
def test_a_slip_is_told_with_its_place(text, said):
    with pytest.raises(DefinitionError, match=said) as told:
        wrongs(text)
    assert told.value.place.file == __file__
    assert "Remedy: " in str(told.value)


def test_a_right_way_has_no_sentence():
    with pytest.raises(DefinitionError, match="has a sentence"):
        rights("other: a => b\n    Well done.")


def test_a_case_and_a_function_remember_their_place_too():
    with pytest.raises(DefinitionError) as told:
        case("c", "y = x", "y", lambda rng: {})  # no call
    assert told.value.place.line == line_of("# no call")
    assert right("r", by=line_of).place.file == __file__


def doubled(x):
    """Twice."""
    return 2 * x


def halved(x):
    """Half."""
    return x / 2


NAMED = Notation(globals(), other=halved)


def test_an_entry_may_name_a_function_that_is_handed_in():
    first, second = NAMED.wrongs("""
    twice: by doubled
        @WRITES
    half: by other
        Half of it.
    """)
    assert (first.by, first.says, first.change) == (doubled, WRITES, "")
    assert (second.by, second.says) == (halved, "Half of it.")
    assert NAMED.rights("twice: by doubled")[0].by is doubled


def test_an_entry_may_name_a_backward_and_a_forward_pass():
    (mistake,) = NAMED.wrongs("pair: by doubled with other\n    Says.")
    (way,) = NAMED.rights("pair: by doubled with other")
    for pair in (mistake, way):
        assert (pair.by, pair.partner) == (doubled, halved)
        assert pair.place.file == __file__
    assert mistake.says == "Says."


@pytest.mark.parametrize("name", ["nothing", "doubled with nothing", "WRITES", "np.nothing"])
def test_a_function_that_is_not_handed_in_is_told_with_its_place(name):
    with pytest.raises(DefinitionError, match="no function has that name") as told:
        NAMED.rights(f"other: by {name}")
    assert told.value.place.file == __file__


def test_an_entry_may_name_a_function_of_a_module_that_is_handed_in():
    (way,) = Notation({"kit": notation}).rights("read again: by kit.rights")
    assert way.by is rights


def test_lines_that_are_parted_by_semicolons_stand_on_one_line_or_on_the_next():
    same, below = rights("""
        two lines: a = 1; b = 2 => b = 2; a = 1
        a name that leaves no room:
            a = 1; b = 2 => a, b = 1, 2
    """)
    assert (same.change, same.into) == ("a = 1\nb = 2", "b = 2\na = 1")
    assert (below.name, below.change, below.into) == (
        "a name that leaves no room",
        same.change,
        "a, b = 1, 2",
    )


def test_the_reason_why_no_visible_case_shows_a_mistake_is_no_part_of_the_sentence():
    first, second = wrongs("""
    ten-is-few: a => b
        Few means fewer than 10.
        hidden: the bound is told
        in the text
    other: c => d
        A hidden unit is no reason.
    """)
    assert (first.says, first.hidden_only) == ("Few means fewer than 10.", "the bound is told in the text")
    assert (second.says, second.hidden_only) == ("A hidden unit is no reason.", "")


def test_a_passage_that_several_entries_change_has_a_name():
    (mistake,) = wrongs("never-updated: @UPDATES => pass\n    Says.", UPDATES="a += 1\nb += 1")
    assert (mistake.change, mistake.into, mistake.says) == ("a += 1\nb += 1", "pass", "Says.")


def test_a_change_is_no_name_of_a_function():
    (way,) = rights("a step: by 1 => by 2")
    assert (way.change, way.into, way.by) == ("by 1", "by 2", None)
