"""The kill matrix: holds for a sound unit, and every way of being unsound is a problem by name."""

import dataclasses
import json
import sys

import numpy as np
import pytest

from reference.judge.drawing import draw, draw_visible
from reference.judge.record import record
from reference.killmatrix import HIDDEN_ONLY, killmatrix, main, table
from reference.kit.exercise import Exercise, Unit, case, right, wrong
from stagewise.checks.recording import dump
from tests.reference import toy


def variant(**changes):
    """The toy unit with some fields of its exercise replaced."""
    fields = {field.name: getattr(toy.BACKWARD, field.name) for field in dataclasses.fields(Exercise)}
    return Unit("toy", "A toy", (Exercise(**{**fields, **changes}),))


def problems(**changes):
    return killmatrix(variant(**changes), seeds=(0,)).all_problems


def also_wrong(*more):
    return {"misconceptions": (*toy.BACKWARD.misconceptions, *more)}


def test_the_toy_unit_is_sound_over_several_seeds():
    matrix = killmatrix(toy.UNIT)
    assert matrix.all_problems == ()
    roles = [entry.role for entry in matrix.entries]
    assert [roles.count(role) for role in ("stub", "truth", "alternative", "misconception")] == [2, 1, 3, 6]


def test_a_survivor_is_a_problem():
    harmless = wrong("harmless", change="dxmu = dout * scale", into="dxmu = scale * dout", says="No.")
    assert problems(**also_wrong(harmless)) == (
        "center_backward, misconception 'harmless': survives: it earns everything",
    )


def test_a_twin_is_a_problem_unless_it_is_explained():
    twin = wrong("twin", change="dxmu = dout * scale", into="dxmu = dout + 0", says="The same.")
    (found, seen) = problems(**also_wrong(twin))
    assert found == "center_backward, misconception 'twin': is diagnosed as 'scale-forgotten'"
    assert seen.endswith("students' checks recognise it as 'scale-forgotten'")
    assert (
        problems(**also_wrong(twin), explained_pairs={("twin", "scale-forgotten"): "the same formula"}) == ()
    )


def test_an_alternative_that_loses_points_is_a_problem():
    narrow = right("narrow", change="return dx, dscale", into="return dx.astype(np.float16), dscale")
    found = problems(alternatives=(*toy.BACKWARD.alternatives, narrow))
    assert found
    assert all("alternative 'narrow': seed 0" in problem for problem in found)


def test_too_few_of_either_is_a_problem():
    assert problems(misconceptions=toy.BACKWARD.misconceptions[:2], alternatives=()) == (
        "center_backward: 2 misconceptions, at least 3 are needed",
        "center_backward: 0 alternatives, at least 2 are needed",
    )


def test_a_stale_explanation_is_a_problem():
    (found,) = problems(explained_pairs={("no-mean-path", "gone"): "why"})
    assert "explained_pairs names 'gone'" in found


def test_a_test_that_pays_for_nothing_is_a_problem():
    def inputs(rng):
        return {"x": rng.normal(size=(3, 2)), "scale": np.ones(2)}

    free = case("free", "out, cache = center_forward(x, scale)", "out", inputs)
    calls = case("calls", toy.ASSEMBLED, toy.COMPARE, toy.probe(3, 2), visible=True)
    (first, second) = problems(cases=(calls, free))
    assert "stub 'raises NotImplementedError': earns 0.250 although nothing was done" in first
    assert "stub 'returns None': earns 0.250" in second


MANY_ROWS = {"change": "dx = dxmu -", "into": "dx = dxmu if len(dout) > 8 else dxmu -", "says": "Rows."}


def test_a_mistake_that_only_hidden_cases_notice_needs_a_reason():
    assert problems(**also_wrong(wrong("many-rows", **MANY_ROWS))) == (
        "center_backward, misconception 'many-rows': only hidden cases see it, and no reason is given "
        "(hidden_only)",
    )


def test_a_reason_where_visible_cases_notice_the_mistake_is_a_problem():
    first, *others = toy.BACKWARD.misconceptions
    (found,) = problems(misconceptions=(dataclasses.replace(first, hidden_only="r"), *others))
    assert found.endswith("is said to show in hidden cases only, and students' checks see it")


def test_a_mistake_that_only_hidden_cases_notice_is_reported_with_its_reason():
    many = wrong("many-rows", **MANY_ROWS, hidden_only="large batches are for grading")
    matrix = killmatrix(variant(**also_wrong(many)), seeds=(0,))
    (entry,) = (entry for entry in matrix.entries if entry.variant == "many-rows")
    assert (entry.visible, entry.problems, matrix.all_problems) == (HIDDEN_ONLY, (), ())
    assert "hidden only: center_backward, many-rows: large batches are for grading" in table(matrix)
    assert "visible: no" in table(matrix)
    recorded = record(variant(**also_wrong(many)), {"center_backward": 4}).exercises["center_backward"]
    assert "many-rows" not in [mistake.name for mistake in recorded.misconceptions]


def test_a_stale_change_stops_with_the_name():
    with pytest.raises(ValueError, match="center_backward, 'old': `change` must occur exactly once"):
        problems(**also_wrong(wrong("old", change="gone", into="x", says="s")))


def test_the_table_and_the_exit_code_tell_people(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "reference.exercises.toy", toy)
    assert main(["toy", "--seeds", "0"]) == 0
    assert "6 misconceptions killed and named, 0 problems" in capsys.readouterr().out
    monkeypatch.setattr(toy, "UNIT", variant(alternatives=()))
    assert main(["toy", "--seeds", "0", "--json"]) == 1
    (data,) = json.loads(capsys.readouterr().out)
    assert data["all_problems"] == ["center_backward: 0 alternatives, at least 2 are needed"]
    assert "!! center_backward: 0 alternatives" in table(killmatrix(toy.UNIT, (0,)))


def test_a_recording_holds_no_line_of_the_truth_or_of_a_mistake():
    text = dump(record(toy.UNIT, {"center_backward": 4}))
    secrets = [one.change for one in toy.BACKWARD.misconceptions if one.change]
    secrets += [one.into for one in toy.BACKWARD.misconceptions if " " in one.into]
    assert secrets
    assert not any(secret in text for secret in [*secrets, "def ", "dxmu.mean", "tall", "float32\\"])


def test_a_recording_wants_the_points_of_every_exercise():
    with pytest.raises(
        ValueError, match="exercises defined and exercises checked differ: center_backward, other"
    ):
        record(toy.UNIT, {"other": 1})


def test_a_mistake_runs_once_on_each_case_that_leaves_nothing_to_chance():
    """For its own judgement, and for what it and all others are held against."""
    runs = []

    def counted(dout, cache):
        runs.append(dout.shape)
        return dout, dout.sum(axis=0)

    exercise = variant(**also_wrong(wrong("counted", by=counted, says="It is counted."))).exercises[0]
    killmatrix(Unit("toy", "A toy", (exercise,)), seeds=(0, 1))
    record(Unit("toy", "A toy", (exercise,)), {"center_backward": 4})
    cases = [*draw(exercise, 0), *draw(exercise, 1), *draw_visible(exercise)]
    assert len(runs) == sum(step.function == "center_backward" for case in cases for step in case.steps)


@pytest.mark.parametrize(
    ("into", "raised"),
    [("dxmu = nowhere", "NameError"), ("return center_backward(dout, cache)", "RecursionError")],
)
def test_a_mistake_that_cannot_run_is_a_problem(into, raised):
    """Every student whose function ended so would be told of it, and none who has made the mistake."""
    broken = wrong("broken", change="dxmu = dout * scale", into=into, says="It never runs.")
    (found,) = problems(**also_wrong(broken))
    assert found.startswith(
        "center_backward, misconception 'broken': cannot run: center_backward raised " + raised
    )
