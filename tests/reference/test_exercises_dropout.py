"""The exercises of unit 5: nothing depends on a random stream, known mistakes are named, right ways pass."""

from itertools import count
from math import comb

import numpy as np
import pytest

from reference.exercises.dropout.inverted import known_mode
from reference.exercises.dropout.masks import alike
from reference.judge.drawing import draw, draw_visible
from reference.judge.examine import examined
from reference.judge.record import record_exercise
from reference.kit import units
from reference.kit.chance import MISS
from reference.truth import dropout as do
from stagewise.judge.explaining import recognise
from stagewise.judge.judging import judge
from stagewise.judge.script import RAISED, play
from tests.reference.variants import lowest

UNIT = units.load("dropout")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
every_exercise = pytest.mark.parametrize("exercise", UNIT.exercises, ids=EXERCISES)


def test_the_unit_asks_all_of_it():
    assert list(EXERCISES) == [
        "dropout_forward",
        "dropout_backward",
        "vanilla_dropout_forward",
        "dropconnect_forward",
        "dropconnect_backward",
        "mc_dropout_predict",
    ]


@every_exercise
def test_work_in_float32_and_with_loops_is_among_the_right_ways(exercise):
    names = " ".join(one.name for one in exercise.alternatives)
    assert "in float32" in names
    assert "loops" in names or "running sums" in names


def global_stream(seed, shape):
    if seed is not None:
        np.random.seed(seed)
    return np.random.rand(*shape)


STREAMS = {
    "global": global_stream,
    "default_rng": lambda seed, shape: np.random.default_rng(seed).random(shape),
    "RandomState": lambda seed, shape: np.random.RandomState(seed).random_sample(shape),
    "Philox": lambda seed, shape: np.random.Generator(np.random.Philox(seed)).random(shape),
    "float32": lambda seed, shape: np.random.default_rng(seed).random(shape, dtype=np.float32),
}  # fmt: skip
KEEPING = {
    "below p": lambda u, p: u < p,
    "above 1 - p": lambda u, p: u > 1 - p,
    "p or below": lambda u, p: u <= p,
}


@pytest.mark.parametrize("keeping", KEEPING.values(), ids=KEEPING)
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_every_stream_and_either_side_of_the_interval_is_right(stream, keeping):
    def forward(x, param):
        if known_mode(param) == "test":
            return x, np.ones_like(x)
        kept = keeping(stream(param.get("seed"), x.shape), param["p"])
        return (x * kept / param["p"]).astype(x.dtype), kept / param["p"]

    def backward(dout, mask):
        return (dout * mask).astype(dout.dtype)

    before = np.random.get_state()
    for seed in range(3):
        forwards = EXERCISES["dropout_forward"]
        assert judge({"dropout_forward": forward}, draw(forwards, seed)).fraction == 1
        both = {"dropout_backward": backward, "dropout_forward": forward}
        assert judge(both, draw(EXERCISES["dropout_backward"], seed)).fraction == 1
    np.random.set_state(before)


def test_a_wrong_forward_pass_does_not_spoil_a_right_way_back():
    """The way back is held to the student's own mask and factor."""

    def unscaled(x, param):
        mask = (np.random.default_rng().random(x.shape) < param["p"]).astype(x.dtype)
        return (x * mask, mask) if param["mode"] == "train" else (x, None)

    functions = {"dropout_backward": do.dropout_backward, "dropout_forward": unscaled}
    judged = judge(functions, draw(EXERCISES["dropout_backward"], 0))
    assert judged.fraction == 1


def at_test(factor, cache):
    """A forward pass that multiplies in test mode too."""

    def forward(x, param):
        if param["mode"] == "test":
            return factor * x, cache and np.full_like(x, factor)
        return do.dropout_forward(x, param)

    return forward


@pytest.mark.parametrize("cache", [True, None], ids=["and so does the way back", "and the way back does not"])
def test_a_forward_pass_that_scales_at_test_has_paid_for_it(cache):
    functions = {"dropout_backward": do.dropout_backward, "dropout_forward": at_test(0.6, cache)}
    assert judge(functions, draw(EXERCISES["dropout_backward"], 0)).fraction == 1


def scaled_back(dout, cache):
    """0.6 dout in test mode, beside a right forward pass."""
    return do.dropout_backward(dout, cache) if cache is not None else 0.6 * dout


def test_a_way_back_that_scales_at_test_loses_points_beside_a_right_forward_pass():
    functions = {"dropout_backward": scaled_back, "dropout_forward": do.dropout_forward}
    rows = judge(functions, draw(EXERCISES["dropout_backward"], 0)).rows
    assert {row.credit for row in rows if row.output.startswith("survivor_scale(active")} == {0.0}


NOTHING = {
    "the input": lambda x, *others: (x, None),
    "zeros": lambda x, *others: (0 * x, None),
}
NO_WAY_BACK = {"the input": lambda dout, cache: dout, "zeros": lambda dout, cache: 0 * dout}


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("name", ["dropout_forward", "vanilla_dropout_forward", "dropout_backward"])
def test_doing_nothing_earns_nothing(name, nothing):
    forward = NOTHING[nothing]
    functions = {name: forward}
    if name == "dropout_backward":
        functions = {name: NO_WAY_BACK[nothing], "dropout_forward": forward}
    assert judge(functions, draw(EXERCISES[name], 0)).fraction == 0


@pytest.mark.parametrize(
    "layer",
    [lambda x, w, b, param: (x @ w + b, None), lambda x, w, b, param: (np.zeros((len(x), 1)) + b, None)],
    ids=["an ordinary layer", "the bias alone"],
)
def test_a_layer_that_drops_no_weight_earns_nothing(layer):
    judged = judge({"dropconnect_forward": layer}, draw(EXERCISES["dropconnect_forward"], 0))
    assert judged.fraction == 0


def test_zeros_of_the_right_shape_earn_nothing():
    def forward(x, w, b, param):
        return np.zeros((len(x), len(b)), x.dtype), (x, w)

    def backward(dout, cache):
        return np.zeros_like(cache[0]), np.zeros_like(cache[1]), np.zeros_like(dout[0])

    def predict(x, network, param, samples):
        zeros = np.zeros((len(x), len(network["b2"])), x.dtype)
        return zeros, zeros.copy()

    for functions in (
        {"dropconnect_forward": forward},
        {"dropconnect_backward": backward, "dropconnect_forward": do.dropconnect_forward},
        {"mc_dropout_predict": predict},
    ):
        assert judge(functions, draw(EXERCISES[next(iter(functions))], 0)).fraction == 0


@every_exercise
def test_no_mask_is_compared_by_its_values(exercise):
    """What is taken from a run of the truth is no matter of chance: two runs give the same."""
    for asked, other in zip(draw(exercise, 0), draw(exercise, 0), strict=True):
        assert asked.expected.keys() == other.expected.keys()
        found = play(asked.steps, exercise.functions, asked.inputs, asked.updates)
        assert found.failure is None or RAISED in asked.expected
    for _ in range(3):
        assert judge(exercise.functions, draw(exercise, 0)).fraction == 1


def test_equal_rows_or_columns_are_less_likely_than_a_wrong_share():
    """The numbers of patterns are no matter of chance either."""
    for exercise in UNIT.exercises:
        for asked in draw(exercise, 0):
            p = next((v["p"] for v in asked.inputs.values() if isinstance(v, dict) and "p" in v), 1)
            inside = asked.inputs["w"] if "w" in asked.inputs else asked.inputs["x"]
            rows, columns = len(inside), inside[0].size
            if any(name.startswith("row_patterns") and "single" not in name for name in asked.expected):
                assert comb(rows, 2) * alike(p) ** columns < 20 * MISS
            if any(name.startswith("column_patterns") and "single" not in name for name in asked.expected):
                assert comb(columns, 2) * alike(p) ** rows < 20 * MISS


@every_exercise
def test_keeping_and_dropping_look_different_in_every_main_case(exercise):
    for asked in draw(exercise, 0):
        for param in (v for v in asked.inputs.values() if isinstance(v, dict) and "p" in v):
            assert abs(param["p"] - 0.5) > 0.09


@pytest.mark.parametrize("name", ["dropout_forward", "vanilla_dropout_forward", "dropconnect_forward"])
def test_confusing_keep_with_drop_is_told_in_so_many_words(name):
    exercise = EXERCISES[name]
    (mistake,) = [one for one in exercise.misconceptions if one.name == "keep-vs-drop"]
    report = examined(mistake.functions(exercise)[name], unit="dropout", points=1)
    assert report.misconception == "keep-vs-drop"
    assert "DROP" in report.diagnosis
    assert any("probability to KEEP" in row.message for row in report.rows)


@pytest.mark.parametrize("name", ["dropout_forward", "vanilla_dropout_forward"])
def test_scale_is_judged_to_half_a_per_mille(name):
    exercise = EXERCISES[name]

    def off(x, param):
        out, cache = exercise.truth(x, param)
        return out * x.dtype.type(1.0005), cache

    rows = judge({name: off}, draw(exercise, 0)).rows
    assert {row.credit for row in rows if row.output.startswith("survivor_scale")} == {0.0}


@every_exercise
def test_each_output_is_gated_or_of_little_weight(exercise):
    gated = {output for one in exercise.cases if one.main for output in one.shares}
    shares = {output: share for one in exercise.cases for output, share in one.shares.items()}
    assert all(output in gated or share <= 0.25 for output, share in shares.items())


@every_exercise
def test_a_side_flaw_costs_a_share(exercise):
    for one in exercise.misconceptions:
        if one.name.startswith("writes-into") or one.name in ("dtype-lost", "seed-ignored"):
            assert 0.74 <= lowest(exercise, one) < 1


@every_exercise
def test_a_sentence_is_short_and_shows_no_code(exercise):
    for one in exercise.misconceptions:
        assert one.says.endswith(".")
        assert len(one.says.split()) <= 45, one.says
        assert not any(mark in one.says for mark in ("axis=", "/=", "**", "rand(", "mask =")), one.says


def test_mistakes_carry_the_names_that_the_collection_gives_them():
    names = {one.name for exercise in UNIT.exercises for one in exercise.misconceptions}
    collected = """
        keep-vs-drop mixed-convention unscaled wrong-factor multiply-by-p scaled-at-test-too active-at-test
        precedence normal-noise one-mask-per-batch one-mask-per-row no-mask fresh-mask unscaled-backward
        reseed-inside-layer
    """
    assert set(collected.split()) <= names


def rows_at_once(x, dropout_param):
    """A whole row kept or dropped, and float64 whatever comes in."""
    if known_mode(dropout_param) == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed", next(ROLLS)))
    kept = rng.random((len(x), *[1] * (x.ndim - 1))) < dropout_param["p"]
    mask = kept / dropout_param["p"] * np.ones(x.shape)
    return x * mask, mask


ROLLS = count()


def test_a_mask_for_whole_rows_is_named_by_its_patterns_and_not_by_a_share_that_chance_made():
    recorded = record_exercise(EXERCISES["dropout_forward"], 0).misconceptions
    visible = draw_visible(EXERCISES["dropout_forward"])
    for _ in range(20):
        found = recognise(judge({"dropout_forward": rows_at_once}, visible), recorded)
        assert found is not None
        assert found.name == "one-mask-per-row"


@pytest.mark.parametrize("name", ["dropout_forward", "vanilla_dropout_forward", "dropconnect_forward"])
@pytest.mark.parametrize(("key", "told"), [("seed", "seed-demanded"), ("rate", "")])
def test_only_a_missing_seed_is_taken_for_a_missing_seed(name, key, told):
    exercise = EXERCISES[name]

    def demanding(*arguments):
        arguments[-1][key]
        return exercise.truth(*arguments)

    demanding.__name__ = name
    assert examined(demanding, unit="dropout", points=1).misconception == told
    judged = judge({name: demanding}, draw_visible(exercise))
    found = recognise(judged, record_exercise(exercise, 0).misconceptions)
    assert (found.name if found else "") == told


@pytest.mark.parametrize("at_test", [lambda p: p, lambda p: 1 - p, lambda p: 1 / p])
def test_dividing_in_training_is_not_called_the_other_scheme_where_test_mode_scales(at_test):
    def vanilla_dropout_forward(x, param):
        if param["mode"] == "test":
            return (x * at_test(param["p"])).astype(x.dtype), None
        return do.dropout_forward(x, param)

    report = examined(vanilla_dropout_forward, unit="dropout", points=1)
    assert report.misconception == "scaled-twice"


def test_a_single_mask_for_all_rows_and_passes_is_told_with_passes_that_drop_nothing():
    def mc_dropout_predict(x, network, dropout_param, samples):
        p, hidden = dropout_param["p"], np.maximum(0, x @ network["w1"] + network["b1"])
        thinned = (hidden * (np.random.rand(hidden.shape[1]) < p) / p).astype(x.dtype)
        passes = [do.softmax(thinned @ network["w2"] + network["b2"])] * samples
        return np.mean(passes, axis=0), np.std(passes, axis=0)

    assert "a single mask serves them all" in examined(mc_dropout_predict, unit="dropout", points=1).diagnosis


def test_a_spread_with_a_row_for_each_pass_is_told_so():
    def mc_dropout_predict(x, network, dropout_param, samples):
        mean, spread = do.mc_dropout_predict(x, network, dropout_param, samples)
        return mean, spread[: samples + 1]

    report = examined(mc_dropout_predict, unit="dropout", points=1)
    rows = [row.message for row in report.rows if row.output == "mean_square(spread, x)"]
    assert rows[0] == "spread has shape (26, 3), expected 200 rows, one for each row of x"
