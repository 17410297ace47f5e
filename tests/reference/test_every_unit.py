"""What holds for every unit: mistakes are killed and named, right ways pass, sentences give nothing away."""

import inspect

import pytest

from reference import verify
from reference.judge.drawing import draw
from reference.kit import units
from reference.truth import oracle
from stagewise.judge.judging import judge
from stagewise.judge.script import play
from stagewise.judge.setting import placed
from tests.every_unit import SEEDS, every_unit, loaded

CODE = ("axis=", "/=", "**", "[:", "rand(", "mask =")


def exercises(name):
    return loaded(name).exercises


@every_unit
def test_every_mistake_is_killed_and_named_and_every_right_way_passes(name, killed):
    assert killed(loaded(name)).all_problems == ()


@every_unit
def test_there_are_three_mistakes_and_two_right_ways(name):
    for exercise in exercises(name):
        assert len(exercise.misconceptions) >= 3
        assert len(exercise.alternatives) >= 2


@every_unit
def test_work_in_float32_is_among_the_right_ways(name):
    """Where arrays travel as they are, that is in every unit of NumPy."""
    for exercise in exercises(name):
        known = {one.name for one in exercise.alternatives}
        assert exercise.setting or "in float32" in known, exercise.name


@every_unit
def test_each_output_is_gated_by_a_main_case_or_of_little_weight(name):
    for exercise in exercises(name):
        gated = {output for one in exercise.cases if one.main for output in one.shares}
        for one in exercise.cases:
            little = {output for output, share in one.shares.items() if share <= sum(one.shares.values()) / 3}
            assert one.shares.keys() <= gated | little, (exercise.name, one.name)


@every_unit
def test_every_script_runs_on_the_truth_without_a_warning(name):
    for exercise in exercises(name):
        functions = placed(exercise.functions, exercise.setting)
        for asked in draw(exercise, 0):
            assert play(asked.steps, functions, asked.inputs, asked.updates).warned == ()


@every_unit
def test_the_truth_earns_everything_whatever_is_drawn(name):
    for exercise in exercises(name):
        assert all(judge(exercise.functions, draw(exercise, seed)).fraction == 1 for seed in SEEDS)


@every_unit
def test_a_sentence_is_short_and_shows_no_code(name):
    for exercise in exercises(name):
        for one in exercise.misconceptions:
            assert one.says.endswith((".", "?", ".)")), one.says
            assert len(one.says.split()) <= 60, one.says
            assert not any(mark in one.says for mark in CODE), one.says


def lectures(name):
    return {one.teach for exercise in exercises(name) for one in exercise.misconceptions if one.teach}


@every_unit
def test_a_sentence_for_the_lecture_is_one_and_short(name):
    for teach in lectures(name):
        assert teach.endswith("."), teach
        assert ". " not in teach, teach
        assert len(teach.split()) <= 40, teach


def test_the_most_common_mistakes_of_the_course_have_a_sentence_for_the_lecture():
    told = {name: lectures(name) for name in units.names()}
    assert all(len(sentences) >= 2 for sentences in told.values())
    assert sum(map(len, told.values())) >= 30


@every_unit
def test_no_sentence_holds_the_solution(name):
    """A diagnosis says what is wrong; the lines of the truth are not in it."""
    for exercise in exercises(name):
        source = inspect.getsource(exercise.truth).splitlines()
        lines = [line.strip().rpartition(" = ")[2] for line in source]
        answers = [line for line in lines if len(line) > 12 and not line.startswith(('"', "def ", "return"))]
        answers = [line for line in answers if not line.endswith("()")]
        for one in exercise.misconceptions:
            assert not [line for line in answers if line in one.says]


@every_unit
def test_the_truth_agrees_with_torch(name):
    pytest.importorskip("torch")
    measured = verify.measure({name: oracle.confirmed(loaded(name))}, "cpu", range(3))
    assert [f"{one.function} {one.dtype}: {one.error:.1e}" for one in measured if not one.held] == []
