"""Mutants of the truths: what survives is found, what is told falsely is found, the exceptions hold."""

import dataclasses
import time

import numpy as np
import pytest

from reference import mutants
from reference.judge import mutating
from reference.judge.diagnosis import answers
from reference.judge.drawing import draw
from reference.judge.equivalents import Equivalent, listed, problems, read
from reference.judge.mutating import cpu_time
from reference.kit import units
from reference.kit.exercise import Exercise, Unit, case
from reference.mutants import main, score, table
from stagewise.judge.searching import TimeUp
from tests.reference import toy


def variant(**changes):
    """The toy unit with some fields of its exercise replaced."""
    fields = {field.name: getattr(toy.BACKWARD, field.name) for field in dataclasses.fields(Exercise)}
    return Unit("toy", "A toy", (Exercise(**{**fields, **changes}),))


def edits_of(mutants):
    return {(one.edit.old, one.edit.new) for one in mutants}


@pytest.fixture(scope="module")
def toys():
    """All mutants of the toy unit."""
    return score(toy.UNIT, (), None)


@pytest.fixture(scope="module")
def half_asked():
    """Where nobody looks at dscale; some of it is listed as equivalent."""
    cases = (case("small", toy.ASSEMBLED, "dx", toy.probe(4, 3), visible=True),)
    entries = read("Nobody looks at it.\n    center_backward: dscale = … => dscale = …mean(axis=0)\n")
    return score(variant(cases=cases, misconceptions=()), entries, None)


KEPT_AXIS = ("dx = dxmu - dxmu.mean(axis=0)", "dx = dxmu - dxmu.mean(axis=0, keepdims=True)")


def test_the_toy_units_cases_kill_all_that_differs(toys):
    assert len(toys.judged) > 50
    assert edits_of(toys.survivors) == {KEPT_AXIS}
    assert toys.share == 1 - 1 / len(toys.judged)


def test_what_no_case_asks_survives(half_asked):
    line = "dscale = (dout * xmu).sum(axis=0)"
    assert (line, "dscale = (dout * xmu).sum(axis=1)") in edits_of(half_asked.survivors)
    assert all("dscale" in old for old, _ in edits_of(half_asked.survivors) - {KEPT_AXIS})
    assert "survives: center_backward, line 3 (axis)" in table(half_asked)


def test_a_listed_mutant_is_no_survivor(half_asked):
    assert half_asked.equivalent == 1
    assert not [new for _, new in edits_of(half_asked.survivors) if "mean(axis=0)" in new]


def test_a_sentence_is_supported_when_the_mistake_answers_every_case_alike(toys):
    told = {(one.edit.new, one.graded) for one in toys.told if not one.unsupported}
    assert ("dxmu = dout", "scale-forgotten") in told


def test_a_sentence_that_does_not_fit_is_found(toys, monkeypatch):
    """Here every mutant is told the first mistake that there is."""
    first = answers(toy.BACKWARD, 0)[0]
    monkeypatch.setattr(mutating, "diagnose", lambda *_: first)
    found = score(toy.UNIT, (), 8)
    told = [one for one in found.judged if one.fraction < 1 and one.graded]
    assert told
    assert all(first.name in one.unsupported for one in told)
    assert f"told {first.name}" in table(found)


def endless():
    while True:
        pass


def test_a_mutant_that_does_not_end_is_stopped_by_the_time_of_the_processor():
    with pytest.raises(TimeUp), cpu_time(0.05):
        endless()
    before = time.process_time()
    while time.process_time() - before < 0.1:  # the limit is gone
        np.ones(10).sum()


def test_an_entry_covers_what_it_describes():
    (one,) = read("Both are one array.\n\n    f…: a = b * c => a = …c\n")
    assert one == Equivalent("f…: a = b * c => a = …c", "Both are one array.")
    assert one.covers("forward", "a = b * c => a = d * c")
    assert not one.covers("forward", "a = b + c => a = d * c")
    assert not one.covers("backward", "a = b * c => a = d * c")


@pytest.mark.parametrize("text", ["    f: a => b\n", "A reason.\n    f: a\n"], ids=["no reason", "no edit"])
def test_an_entry_needs_a_reason_and_an_edit(text):
    with pytest.raises(ValueError, match="should read"):
        read(text)


def test_a_list_that_is_wrong_is_a_problem():
    entries = read("Because.\n    f: a => b\n    f: c => d\n")
    made = [("f", "a => b"), ("f", "e => g")]
    (gone, killed) = problems(entries, made, killed=[("f", "a => b")])
    assert killed == "f: c => d: is listed as equivalent, and no mutant is described so; take it out"
    assert gone == "f: a => b: is listed as equivalent (Because.), and is killed"


@pytest.mark.parametrize("unit", units.names())
def test_every_listed_mutant_is_there(unit):
    exercises = units.load(unit).exercises
    made = [(one.name, mutating.described(edit)) for one in exercises for edit in mutating.edits_of(one)]
    assert len(made) > 500
    assert problems(listed(unit), made, killed=()) == []


@pytest.mark.parametrize("unit", units.names())
def test_a_few_mutants_of_every_unit(unit):
    """Few enough for each run of the tests; `python -m reference.mutants --all` takes all."""
    whole = units.load(unit)
    found = score(dataclasses.replace(whole, exercises=whole.exercises[:2]), listed(unit), sample=10)
    assert len(found.judged) > 5
    assert not found.survivors, table(found)
    assert not found.unsupported, table(found)


def test_the_command_tells_the_score(capsys, monkeypatch):
    monkeypatch.setattr(mutants, "SAMPLE", 3)
    main(["activations", "--seed", "3"])
    said = capsys.readouterr().out
    assert said.startswith("activations: 3 mutants")
    assert "% killed" in said


def test_what_earns_everything_by_chance_survives():
    """Where chance has a part, other random states are tried before a mutant counts as killed."""
    asked = units.load("dropout").exercise("dropout_forward")
    lucky = {"dropout_forward": lambda x, param: (x, None)}
    assert mutating._lucky(asked.functions, draw(asked, 0))
    assert not mutating._lucky(lucky, draw(asked, 0))
    assert not mutating._lucky(toy.BACKWARD.functions, draw(toy.BACKWARD, 0)), "nothing is left to chance"
