"""The exercises of unit 9: known mistakes are named, right ways pass, accuracy targets have room."""

import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from reference.exercises.transfer.assembling import LEARN_DIGITS, from_scratch  # noqa: E402
from reference.exercises.transfer.inputs import batches, network, sgd  # noqa: E402
from reference.judge.diagnosis import diagnose  # noqa: E402
from reference.judge.drawing import draw, draw_visible  # noqa: E402
from reference.kit import units  # noqa: E402
from reference.truth import transfer as tl  # noqa: E402 - torch decides whether this file runs
from stagewise.backbone import load_backbone  # noqa: E402
from stagewise.judge.copying import copied, unchanged  # noqa: E402
from stagewise.judge.judging import judge  # noqa: E402
from stagewise.judge.setting import placed  # noqa: E402
from stagewise.target_task import few, unseen  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402
from stagewise.transfer.torch_data import READS, describe_network, wrap  # noqa: E402

UNIT = units.load("transfer")
EXERCISES = {exercise.name: exercise for exercise in UNIT.exercises}
SEEDS = (0, 11)

every_exercise = pytest.mark.parametrize("exercise", UNIT.exercises, ids=EXERCISES)


def test_the_unit_asks_every_function_of_the_course():
    asked = {"replace_head", "freeze_backbone", "trainable_parameters", "make_optimizer", "train_epoch"}
    assert asked | {"evaluate", "choose_strategy", "pick_device"} <= EXERCISES.keys()


def test_the_traps_of_the_unit_are_known_by_name():
    known = {(name, one.name) for name, exercise in EXERCISES.items() for one in exercise.misconceptions}
    assert {
        ("prepare", "head-after-optimizer"),
        ("freeze_backbone", "misspelt"),
        ("freeze_backbone", "stale-gradients"),
        ("freeze_backbone", "gradients-of-zero"),
        ("train_mode", "statistics-drift"),
        ("train_mode", "undone-by-train"),
        ("make_optimizer", "frozen-ones-too"),
        ("make_optimizer", "backbone-not-registered"),
        ("replace_head", "out-features-edited"),
        ("evaluate", "eval-forgotten"),
        ("moved_by", "aliased"),
    } <= known


@pytest.mark.parametrize("factor", [1.0005, 0.9995])
def test_a_step_that_is_half_a_thousandth_off_fails(factor):
    """A rate that is 0.05 % off moves the numbers of one epoch by less than that."""

    def nearly(model, given, optimizer, device="cpu"):
        for group in optimizer.param_groups:
            group["lr"] *= factor
        return factor * tl.train_epoch(model, given, optimizer, device)

    exercise = EXERCISES["train_epoch"]
    assert judge({"train_epoch": nearly}, draw(exercise, 0)).fraction < 0.4


def test_a_loss_that_is_one_twentieth_of_a_per_cent_off_earns_nothing_for_the_loss():
    def nearly(model, given, optimizer, device="cpu"):
        return 1.0005 * tl.train_epoch(model, given, optimizer, device)

    judged = judge({"train_epoch": nearly}, draw(EXERCISES["train_epoch"], 0))
    assert {row.credit for row in judged.rows if row.output == "loss"} == {0.0}
    assert {row.credit for row in judged.rows if row.output.startswith("model")} == {1.0}


@pytest.mark.parametrize(
    "stayed",
    [
        torch.allclose,
        lambda now, before: torch.allclose(now.double(), before.double(), rtol=1e-6, atol=0),
        lambda now, before: bool(((now - before).abs() <= 1e-6).all()),
    ],
    ids=["allclose", "a millionth of it", "a millionth"],
)
def test_who_compares_nearly_misses_the_smallest_step_and_is_told(stayed):
    def moved_by(model, action):
        before = copied({name: value.numpy() for name, value in model.state_dict().items()})
        action()
        now = model.state_dict()
        return [name for name in before if not stayed(now[name], torch.from_numpy(np.array(before[name])))]

    exercise = EXERCISES["moved_by"]
    judged = judge({"moved_by": moved_by}, draw(exercise, 0))
    assert {row.case for row in judged.rows if row.credit < 1} == {"the smallest step"}
    found = diagnose(judged, exercise, 0)
    assert found is not None
    assert found.name == "nearly-equal"


def test_what_describes_a_network_makes_that_network_again():
    rng = np.random.default_rng(4)
    given = network(
        rng, frozen=("bn1.bias",), gradients=("fc.bias", "conv2.weight"), evaluating=("bn3", "fc")
    )
    before = copied(given)
    again = wrap(lambda model: model)(given)
    assert unchanged(again, before)
    assert unchanged(given, before)


def test_what_describes_a_network_with_a_block_makes_that_network_again():
    given = network(np.random.default_rng(4), block=True, frozen=("bn2.0.bias",), evaluating=("bn2.0",))
    before = copied(given)
    assert unchanged(wrap(lambda model: model)(given), before)
    assert given["statistics"]["bn2.0"] == "stay"


def test_what_describes_a_layer_under_the_name_of_the_head_makes_it_again():
    given = network(np.random.default_rng(4), like_the_head=True, gradients=("bn3.fc.weight",))
    before = copied(given)
    assert unchanged(wrap(lambda model: model)(given), before)
    assert given["old_gradients"] == ["bn3.fc.weight: numbers"]


@pytest.mark.parametrize("letters", ["fc", "fc."])
def test_who_goes_by_letters_anywhere_in_a_name_leaves_some_of_the_backbone_unfrozen(letters):
    def freeze_backbone(model):
        for name, parameter in model.named_parameters():
            parameter.requires_grad = letters in name
            if letters not in name:
                parameter.grad = None
        return model

    (exercise,) = [one for one in UNIT.exercises if one.name == "freeze_backbone"]
    judged = judge({"freeze_backbone": freeze_backbone}, draw(exercise, 0))
    assert judged.fraction < 1
    known = diagnose(judged, exercise, 0)
    assert known is not None
    assert known.name == "fc-anywhere-in-the-name"


def test_what_describes_an_optimizer_makes_that_optimizer_again():
    rng = np.random.default_rng(4)
    given = network(rng)
    described = sgd(rng, given, moving=True)
    before = copied(described)
    assert unchanged(wrap(lambda model, optimizer: optimizer)(given, described), before)


def test_numbers_of_a_case_are_exact_in_float32_and_short():
    drawn = network(np.random.default_rng(1))
    numbers = np.concatenate([array.ravel() for array in drawn["backbone"].values()])
    assert np.array_equal(numbers * 256, np.round(numbers * 256))
    x = batches(np.random.default_rng(1), (3,))["x"]
    assert np.array_equal(x * 8, np.round(x * 8))


WAYS = {one.name: one.by for one in LEARN_DIGITS.alternatives}
WAYS |= {"truth": tl.learn_digits, "scratch": from_scratch}


@functools.cache
def accuracies(way):
    """How well a way of learning reads, after what the exercise gives it, for ten draws of five examples."""
    found = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for seed in range(10):
        torch.manual_seed(seed)
        lesson = list(few(5, size=10, seed=seed))
        trained = WAYS[way](load_backbone(), lesson, 6)
        found.append(tl.evaluate(trained, unseen()))
    torch.set_num_threads(threads)
    return found


@pytest.mark.parametrize("way", ["truth", "frozen features", "Adam, head first"])
def test_right_ways_reach_the_target_with_room(way):
    """The target is 60 %; of ten draws the worst is well above it."""
    assert min(accuracies(way)) >= READS + 0.03


def test_a_start_from_scratch_stays_below_the_target_on_the_average():
    assert np.mean(accuracies("scratch")) < READS - 0.08


def test_the_visible_lesson_tells_the_backbone_from_a_random_one():
    cases = draw_visible(LEARN_DIGITS)
    assert judge({"learn_digits": from_scratch}, cases).fraction == 0


def test_a_network_with_too_many_classes_is_told():
    told = placed({}, "stagewise.transfer.torch_data")["reading"](describe_network(GlyphNet(26, 16)))
    assert told == "its head is a Linear for 26 classes, not a Linear for 10"


@pytest.mark.parametrize("epochs", [lambda asked: asked - 1, lambda asked: asked + 1, lambda asked: 60])
def test_another_number_of_epochs_than_was_asked_for_loses_points(epochs):
    def learn_digits(model, given, asked):
        return tl.learn_digits(model, given, epochs(asked))

    rows = judge({"learn_digits": learn_digits}, draw(LEARN_DIGITS, 0)).rows
    assert {row.output: row.credit for row in rows} == {"level": 1.0, "steps": 0.0}


LAZY = {
    "gives its first argument back": lambda first, *rest, **named: first,
    "gives a number back": lambda *given, **named: 0.5,
    "gives an empty list back": lambda *given, **named: [],
    "gives the first argument and nothing": lambda first, *rest, **named: (first, None),
    "gives text back": lambda *given, **named: "frozen",
}


@pytest.mark.parametrize("lazy", LAZY)
@every_exercise
def test_nothing_done_earns_nothing(exercise, lazy):
    assert judge({exercise.name: LAZY[lazy]}, draw(exercise, 0)).fraction == 0


def test_a_candidate_plays_no_observation_before_its_own_call():
    """What the network was is looked at when a case is drawn; recorded cases look themselves."""
    graded, visible = draw(EXERCISES["evaluate"], 0)[0], draw_visible(EXERCISES["evaluate"])[0]
    assert [step.function for step in visible.steps] == ["snapshot", "evaluate", "leaving", "scored"]
    assert graded.steps == visible.steps[1:]
    assert graded.inputs["before"].keys() == graded.inputs["model"].keys()
