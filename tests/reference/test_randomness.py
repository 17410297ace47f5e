"""Mistakes whose answers are random: what of them can be recognised, and what cannot."""

from dataclasses import replace

import numpy as np

from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw, draw_visible
from reference.judge.randomness import RUNS, observed_runs, usual
from reference.judge.record import mistakes_on, record_exercise
from reference.kit.chance import share
from reference.kit.exercise import Exercise, case, wrong
from stagewise.judge.explaining import recognise, tells
from stagewise.judge.fingerprint import RecordedMistake
from stagewise.judge.judging import judge
from stagewise.judge.script import parse


def thin(x):
    kept = np.random.rand(*x.shape) < 0.7
    return x * kept


def rows_at_once(x):
    return x * (np.random.rand(len(x), 1) < 0.7)


N = 60 * 50
STATED = {"zero_fraction(out)": share(0.3, N)}
EXERCISE = Exercise(
    "thin",
    thin,
    (
        case(
            "a batch",
            "out = thin(x)",
            "zero_fraction(out) row_patterns(out)",
            lambda rng: {"x": rng.uniform(1, 2, (60, 50))},
            stated=STATED,
            visible=True,
            main=True,
        ),
    ),
    (
        wrong("rows-at-once", by=rows_at_once, says="A row is dropped as a whole."),
        wrong("drops-too-much", change="< 0.7", into="< 0.3", says="You drop what you should keep."),
    ),
)


def runs(f):
    return [judge({"thin": f}, draw(EXERCISE, 0)) for _ in range(12)]


def test_what_differs_from_run_to_run_is_anything_and_claims_nothing():
    found = usual({"thin": rows_at_once}, draw(EXERCISE, 0))
    assert found[0]["outputs"]["zero_fraction(out)"] == {"anything": True}
    assert found[0]["outputs"]["row_patterns(out)"]["kind"] == "i"


def test_what_is_anything_in_one_case_may_be_wrong_in_another_by_chance():
    """As of a share that the recorded runs had right there."""
    cases = draw(EXERCISE, 0) * 2
    (first,) = usual({"thin": rows_at_once}, cases[:1])
    patterns = {"row_patterns(out)": first["outputs"]["row_patterns(out)"]}
    recorded = RecordedMistake("rows-at-once", "A sentence.", (first, {"outputs": patterns}))
    judged = judge({"thin": lambda x: x * (np.arange(60)[:, None] % 2)}, cases)
    assert all("zero_fraction(out)" in seen.wrong for seen in judged.observed)
    assert recognise(judged, [recorded]) is recorded
    known = {"outputs": {**patterns, "zero_fraction(out)": {"about": 0.5, "within": 0.01}}}
    assert recognise(judged, [replace(recorded, fingerprints=(known, {"outputs": patterns}))]) is None


def test_what_fails_wherever_it_is_wrong_is_not_measured_as_wrong():
    """A mistake that spoils all, or nothing: the factor of what survives is right, or there is none."""

    def all_or_nothing(x):
        return x * (np.random.rand() < 0.5)

    asked = {"zero_fraction(out)": 1.0, "survivor_scale(out, x)": 1.0}
    cases = draw(replace(EXERCISE, cases=(replace(EXERCISE.cases[0], shares=asked),)), 0)
    (found,) = usual({"thin": all_or_nothing}, cases)
    assert found["outputs"]["survivor_scale(out, x)"]["fails"]
    known = [RecordedMistake("all-or-nothing", "A sentence.", ({**found, "sides": [["changed", "x"]]},))]

    def told(factor):
        def f(x):
            out = factor * x
            x += 1
            return out

        return recognise(judge({"thin": f}, cases), known)

    assert told(0) is known[0]
    assert told(2) is None


def test_what_does_not_differ_more_than_chance_is_averaged():
    found = usual({"thin": lambda x: x * (np.random.rand(*x.shape) < 0.3)}, draw(EXERCISE, 0))
    (share,) = found[0]["outputs"].values()
    assert abs(share["about"] - 0.7) < 4 * 0.0084 / RUNS**0.5


def test_each_run_of_a_mistake_is_named_in_checks_and_examinations():
    recorded = record_exercise(EXERCISE, 1).misconceptions
    for name, f in (
        ("rows-at-once", rows_at_once),
        ("drops-too-much", lambda x: x * (np.random.rand(*x.shape) < 0.3)),
    ):
        for judged in runs(f):
            assert diagnose(judged, EXERCISE, 0).name == name
            assert recognise(judged, recorded).name == name


def test_runs_differ_also_after_a_case_that_seeds_the_generator():
    def seeding(x):
        np.random.seed(3)
        return rows_at_once(x)

    (drawn,) = draw(EXERCISE, 0)
    seeded = replace(drawn, steps=parse("out = seeding(x)"))
    runs = observed_runs({"thin": rows_at_once, "seeding": seeding}, [seeded, drawn])
    assert len({run[0].outputs["zero_fraction(out)"] for run in runs}) == 1
    assert len({run[1].outputs["zero_fraction(out)"] for run in runs}) > 1


def test_a_mistake_that_can_be_anything_explains_nothing():
    def whatever(x):
        return x * (np.random.rand(*x.shape) < np.random.rand())

    mistakes = (wrong("whatever", by=whatever, says="Something."),)
    exercise = Exercise("thin", thin, EXERCISE.cases, mistakes)
    assert not tells(usual({"thin": whatever}, draw(exercise, 0)), STATED.keys())
    assert record_exercise(exercise, 1).misconceptions == ()


def test_the_global_stream_is_where_it_was():
    np.random.seed(1)
    expected = np.random.rand(3)
    np.random.seed(1)
    usual({"thin": thin}, draw(EXERCISE, 0))
    assert np.array_equal(np.random.rand(3), expected)


def test_a_mistake_runs_on_a_visible_case_once_for_all_seeds():
    """And on each seed's hidden ones: several times, since chance changes what it answers."""
    sizes = []

    def counted(x):
        sizes.append(len(x))
        return rows_at_once(x)

    def rows(n, **more):
        return case(
            f"{n} rows", "out = thin(x)", "row_patterns(out)", lambda rng: {"x": rng.random((n, 9))}, **more
        )

    cases = (*EXERCISE.cases, rows(7), rows(8, visible=True))
    exercise = Exercise("thin", thin, cases, (wrong("counted", by=counted, says="It is counted."),))
    for seed in (0, 1):
        mistakes_on(exercise, draw(exercise, seed))
    mistakes_on(exercise, draw_visible(exercise))
    assert [sizes.count(n) for n in (60, 8, 7)] == [RUNS, RUNS, 2 * RUNS]
