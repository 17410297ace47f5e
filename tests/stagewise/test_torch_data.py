"""Functions of torch objects over data: what travels, what is written back, what is told and not shown."""

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402 - torch decides whether this file runs

from stagewise.judge.asking import AskedCase  # noqa: E402
from stagewise.judge.compare import Tolerance, describe  # noqa: E402
from stagewise.judge.copying import copied, unchanged  # noqa: E402
from stagewise.judge.judging import judge  # noqa: E402
from stagewise.judge.script import parse  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402
from stagewise.transfer.torch_data import OBSERVERS, describe_network, wrap  # noqa: E402


@pytest.fixture
def given():
    return describe_network(GlyphNet(4, 2))


def test_the_function_gets_a_network_and_its_result_is_data(given):
    def f(model):
        assert type(model) is GlyphNet
        return model

    assert unchanged(wrap(f)(given), given)


def test_a_network_that_is_only_looked_at_is_the_same_data_to_the_bit(given):
    before = copied(given)
    wrap(lambda model: model(torch.zeros(1, 1, 16, 16)) if model.eval() is None else None)(given)
    assert not unchanged(given, before)  # eval() changed its modes
    before = copied(given)
    wrap(lambda model: torch.no_grad()(model)(torch.zeros(1, 1, 16, 16)))(given)
    assert unchanged(given, before)  # in evaluation mode and without a graph a forward pass changes nothing


def test_what_the_call_did_to_a_network_is_written_back_even_if_it_raised(given):
    def f(model):
        model.fc.requires_grad_(False)
        raise KeyError("half done")

    with pytest.raises(KeyError):
        wrap(f)(given)
    assert given["frozen"] == ["fc.weight", "fc.bias"]


def test_nothing_of_one_call_is_left_in_the_network_of_the_next(given):
    """Neither numbers nor hooks, attributes, modules or gradients, and the first keeps its own."""
    seen, kept = [], []

    def f(model):
        scores = model(torch.ones(2, 1, 16, 16)).tolist()
        seen.append((scores, sorted(vars(model)), len(list(model.modules()))))
        model.fc.register_forward_hook(lambda module, taken, given: given + 1)
        model.extra, model.noted = nn.Linear(1, 1), True
        with torch.no_grad():
            for number in (*model.parameters(), *model.buffers()):
                number.add_(1)
        model.eval()
        kept.append((model, {name: value.clone() for name, value in model.state_dict().items()}))

    for _ in range(2):
        with pytest.raises(KeyError, match="again"):
            wrap(lambda model: f(model) or {}["again"])(copied(given))
    assert seen[0] == seen[1]
    given["head"]["fc.bias"] += 1
    wrap(lambda model: None)(given)
    model, numbers = kept[0]
    assert all(torch.equal(value, numbers[name]) for name, value in model.state_dict().items())


def test_float64_stays_float64(given):
    wide = {**given, "backbone": {}, "head": {}}
    for part in ("backbone", "head"):
        for name, array in given[part].items():
            wide[part][name] = array.astype(np.float64) if array.dtype.kind == "f" else array
    assert wrap(lambda model: model.fc.weight.detach())(wide).dtype == np.float64


def test_a_models_own_parameter_is_named_and_a_copy_is_not(given):
    assert wrap(lambda model: [model.fc.bias])(given) == [{"stands_for": "the parameter fc.bias"}]
    copy = wrap(lambda model: nn.Parameter(model.fc.bias.clone()))(given)
    assert copy == {"stands_for": "a parameter of shape (4,), not the model's"}
    assert type(wrap(lambda model: model.fc.bias.detach())(given)) is np.ndarray


def test_a_dict_that_pretends_to_be_a_parameter_is_told_as_a_dict(given):
    pretended = wrap(lambda model: [{"stands_for": "the parameter fc.bias"}])(given)
    assert pretended == [{"stands_for": "a dict of 1"}]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (torch.ones(2, requires_grad=True) * 2, "a tensor that still holds its graph"),
        (map(str, [1]), "an iterator (map), used up after one walk through it"),
        ((x for x in [1]), "a generator, used up after one walk through it"),
    ],
)
def test_what_cannot_be_compared_as_numbers_is_told(result, told):
    assert describe(wrap(lambda: result)()) == told


def test_a_device_is_its_name():
    assert wrap(lambda: torch.device("cuda", 1))() == "cuda:1"


@pytest.mark.parametrize(
    ("f", "told"),
    [
        (lambda model: model, "f returned a model, expected 2 values: out, optimizer"),
        (lambda model: torch.optim.SGD(model.parameters()), "f returned an optimizer (SGD), expected 2"),
        (lambda model: (model, model), "optimizer is a model, which has no entry 'parameters'"),
        (lambda model: (model, model.parameters()), "optimizer is a generator, used up after one walk"),
    ],
)
def test_a_student_reads_what_the_function_really_returned(given, f, told):
    asked = AskedCase(
        name="a case",
        steps=parse("out, optimizer = f(model)"),
        inputs={"model": given},
        expected={"optimizer['parameters']": ["fc.bias"]},
        shares={"optimizer['parameters']": 1.0},
        weight=1.0,
        tolerance=Tolerance(1e-4, 0, "any"),
        setting="stagewise.transfer.torch_data",
    )
    (row,) = judge({"f": f}, [asked]).rows
    assert row.message.startswith(told)


@pytest.mark.parametrize("result", [None, 1.5, "text", (1, [2.0])])
def test_plain_values_pass(result):
    assert wrap(lambda: result)() == result


def test_another_module_than_the_network_is_refused_by_name(given):
    with pytest.raises(TypeError, match="returned a Linear; asked for is the network that it was given"):
        wrap(lambda model: model.fc)(given)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (nn.Sequential(nn.Linear(32, 3)), "Sequential"),
        (nn.Identity(), "Identity"),
        (nn.Linear(32, 3, bias=False), "Linear"),
    ],
)
def test_any_head_can_be_described(given, head, kind):
    def f(model):
        model.fc = head
        return model

    assert wrap(f)(given)["head_shape"]["type"] == kind


def test_an_optimizer_is_described_by_what_each_parameter_gets(given):
    def f(model):
        groups = [
            {"params": [model.fc.bias], "lr": 0.5},
            {"params": [nn.Parameter(torch.ones(3))], "lr": 2.0},
        ]
        return torch.optim.SGD(groups, lr=1.0, momentum=0.25)

    found = wrap(f)(given)
    assert found["kind"] == "SGD"
    assert found["settings"]["fc.bias"] == {"lr": 0.5, "momentum": 0.25, "weight_decay": 0.0, "plain": True}
    assert found["settings"]["a stranger of shape (3,)"]["lr"] == 2.0


def test_the_parameters_of_an_optimizer_returned_beside_its_network_are_found():
    def f():
        model = GlyphNet(3, 2)
        return torch.optim.SGD([model.fc.bias], lr=1.0), model

    optimizer, _ = wrap(f)()
    assert optimizer["parameters"] == ["fc.bias"]


def test_random_numbers_repeat_and_the_callers_generator_and_settings_are_left_alone():
    draw = wrap(lambda: torch.randn(3))
    torch.manual_seed(5)
    threads, onednn = torch.get_num_threads(), torch.backends.mkldnn.enabled
    first, again = draw(), draw()
    assert np.array_equal(first, again)
    assert torch.initial_seed() == 5
    assert (torch.get_num_threads(), torch.backends.mkldnn.enabled) == (threads, onednn)


def zero_the_head(model):
    nn.init.zeros_(model.fc.weight)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda model: None, "nothing"),
        (lambda model: model.bn1.eval() and None, "evaluating"),
        (lambda model: model.requires_grad_(False) and None, "frozen"),
        (zero_the_head, "head"),
        (lambda model: model(torch.ones(3, 1, 16, 16)).sum().backward(), "backbone, gradients"),
    ],
)
def test_a_result_is_told_with_what_is_not_as_it_was(given, act, told):
    before = OBSERVERS["snapshot"](given)
    wrap(act)(given)
    assert OBSERVERS["leaving"](0.5, before, given) == [0.5, told]
    assert OBSERVERS["changes"](before, given) == told.replace("evaluating", "nothing")


def test_layers_at_rest_are_told_but_for_batchnorm(given):
    wrap(lambda model: model.conv1.eval() and model.bn1.eval() and None)(given)
    assert OBSERVERS["resting"](given) == "conv1"


@pytest.mark.parametrize(("mode", "told"), [(torch.no_grad, "without"), (torch.enable_grad, "with")])
def test_it_is_told_whether_scores_were_computed_with_a_graph(given, mode, told):
    def f(model):
        with mode():
            return model(torch.ones(2, 1, 16, 16)).detach().sum()

    assert OBSERVERS["scored"](wrap(f)(given), given)[1:] == ["a tensor", f"{told} a graph"]
    assert OBSERVERS["plainly"](0.5) == [0.5, "a number"]


def test_steps_of_an_optimizer_are_counted(given):
    def f(model):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        for _ in range(3):
            optimizer.step()
        return model

    told = wrap(f)(given)
    assert OBSERVERS["passes"](told, "reads") == 3
    assert OBSERVERS["passes"](told, "reads little") == "reads little"
    assert OBSERVERS["passes"](given, "reads little") == 0


def test_weights_of_a_head_are_told_to_be_random_or_not(given):
    assert OBSERVERS["head_numbers"](given, given) == "different weights for 4 classes"
    wrap(zero_the_head)(given)
    assert OBSERVERS["head_numbers"](given, given) == "equal weights for 4 classes"


def test_a_head_that_only_the_returned_network_has_is_told(given):
    returned = wrap(copy.deepcopy)(given)
    wrap(zero_the_head)(returned)
    told = OBSERVERS["head_numbers"](given, returned)
    assert told == "different weights for 4 classes, in what was returned other ones"


def test_a_network_without_numbers_tells_its_shapes_and_where_its_head_is(given):
    elsewhere = {**given, "device": "meta"}
    told = wrap(lambda model: model)(elsewhere)
    assert told["head_shape"] == {**given["head_shape"], "device": "meta"}
    assert told["backbone"]["conv1.weight"].shape == given["backbone"]["conv1.weight"].shape

    def f(model):
        model.fc = nn.Linear(32, 3)
        return model

    assert wrap(f)(elsewhere)["head_shape"]["device"] == "cpu"


@pytest.mark.parametrize("option", [{"nesterov": True}, {"maximize": True}, {"dampening": 0.5}, {}])
def test_an_optimizer_tells_whether_it_is_plain(given, option):
    told = wrap(lambda model: torch.optim.SGD([model.fc.bias], lr=0.5, momentum=0.25, **option))(given)
    expected = {"lr": 0.5, "momentum": 0.25, "weight_decay": 0.0, "plain": not option}
    assert told["settings"] == {"fc.bias": expected}


@pytest.mark.filterwarnings("ignore:.*duplicate parameters")
def test_a_parameter_that_an_optimizer_holds_twice_is_told_twice(given):
    told = wrap(lambda model: torch.optim.SGD([model.fc.bias, model.fc.bias], lr=0.5))(given)
    assert told["parameters"] == ["fc.bias", "fc.bias"]


def test_an_action_that_is_called_twice_moves_something_else(given):
    def f(model, action):
        before = model.bn3.bias.tolist()
        action()
        once = model.bn3.bias.tolist()
        action()
        return [once == before, model.bn3.bias.tolist() == before]

    assert wrap(f)(given, {"kind": "action", "adds": {}}) == [True, False]


def test_networks_with_fresh_heads_have_the_rest_in_common(given):
    def f(model):
        model.fc = nn.Linear(32, 3)
        nn.init.normal_(model.fc.weight, std=torch.rand(()).item())
        return model

    first = OBSERVERS["renewed"](wrap(f)(copied(given)))
    assert first.keys() == {"head_shape", "frozen", "backbone"}
    assert unchanged(first["backbone"], given["backbone"])


@pytest.mark.parametrize("value", [None, 3.0, {"kind": "SGD"}])
def test_observers_say_what_they_got_instead_of_a_network(value):
    with pytest.raises(TypeError, match="asked for is the network, and here is"):
        OBSERVERS["renewed"](value)


def test_a_network_is_as_large_as_the_numbers_that_describe_it(given):
    """Arrays without entries claim any width; the structure that is made of them has been sent."""
    wide = {**given["backbone"], "conv1.weight": np.zeros((2000, 0), np.float32)}
    for pretended in ({**given, "backbone": wide}, {**given, "head": {"fc.weight": np.zeros((10**6, 0))}}):
        with pytest.raises(TypeError, match="has shape"):
            wrap(lambda model: model)(pretended)


def test_reading_asks_for_a_network_of_the_courses_structure():
    network = describe_network(GlyphNet(10))
    assert OBSERVERS["reading"](describe_network(GlyphNet(10, 4))) == "its layers are of width 4, not 16"
    wide = {**network["backbone"], "conv1.weight": np.zeros((2000, 0), np.float32)}
    assert OBSERVERS["reading"]({**network, "backbone": wide}) == "its layers are of width 2000, not 16"
    with pytest.raises(TypeError, match="weight has shape"):
        OBSERVERS["reading"]({**network, "backbone": {**wide, "conv1.weight": np.zeros((16, 0))}})


def test_reading_tells_an_untrained_network_from_a_trained_one():
    assert OBSERVERS["reading"](describe_network(GlyphNet(10))) == "reads little"
