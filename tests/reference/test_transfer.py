"""The truth of the transfer unit: what learns, what stays, what transfer is worth; on every device."""

import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812 - torch decides whether this file runs
from torch import nn  # noqa: E402

from reference.transfer_table import accuracy, epochs  # noqa: E402
from reference.truth import transfer as tl  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
HEAD = ["fc.weight", "fc.bias"]


class StandInResNet(nn.Module):
    """Built like a ResNet: its batchnorm layers lie deeper, its head is called fc."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Sequential(nn.BatchNorm2d(3), nn.ReLU()))
        self.fc = nn.Linear(3, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.layer1(x).mean(dim=(2, 3)))


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    yield
    torch.set_num_threads(before)


def lesson(sizes=(6, 4), classes=5, device="cpu"):
    generator = torch.Generator().manual_seed(1)
    return [
        (torch.randn(n, 1, 16, 16, generator=generator), torch.randint(0, classes, (n,), generator=generator))
        for n in sizes
    ]


both_networks = pytest.mark.parametrize("network", [lambda: GlyphNet(8, 3), StandInResNet])


@pytest.mark.parametrize(
    ("available", "best"),
    [
        (["cpu"], "cpu"),
        (["cpu", "cuda"], "cuda"),
        ({"mps", "cpu"}, "mps"),
        (["mps", "cuda"], "cuda"),
        ([], "cpu"),
    ],
)
def test_the_best_device_that_is_there(available, best):
    assert tl.pick_device(available) == torch.device(best)


@both_networks
def test_a_new_head_and_the_old_backbone(network):
    model = network()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    new = tl.replace_head(model, 5)
    assert all(torch.equal(new.state_dict()[name], before[name]) for name in before if name not in HEAD)
    assert new(lesson()[0][0]).shape == (6, 5)


@both_networks
def test_training_a_frozen_model_moves_the_head_and_nothing_else(network):
    """Not with old gradients, momentum, weight decay, or an optimizer that holds everything."""
    model = tl.replace_head(network(), 5)
    greedy = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    x, y = lesson()[0]
    F.cross_entropy(model(x), y).backward()
    tl.freeze_backbone(model)
    assert tl.moved_by(model, lambda: [tl.train_epoch(model, lesson(), greedy) for _ in range(3)]) == HEAD


@both_networks
def test_without_train_mode_the_statistics_of_a_frozen_model_drift(network):
    model, optimizer = tl.prepare(network(), 5, True, 0.1, 0.0)

    def careless_step():
        model.train()
        x, y = lesson()[0]
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    moved = tl.moved_by(model, careless_step)
    assert set(HEAD) < set(moved)
    assert all("running" in name or "batches" in name for name in moved if name not in HEAD)


def test_prepare_gives_the_optimizer_the_parameters_of_the_new_head():
    model, optimizer = tl.prepare(GlyphNet(8, 2), 5, True, 0.1, 0.0)
    (group,) = optimizer.param_groups
    assert [id(p) for p in group["params"]] == [id(p) for p in model.fc.parameters()]


def test_two_rates_for_two_parts():
    model, optimizer = tl.prepare(GlyphNet(8, 2), 5, False, 0.1, 0.01)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    named = {name: rates[id(p)] for name, p in model.named_parameters()}
    assert {name for name, rate in named.items() if rate == 0.1} == set(HEAD)
    assert set(named.values()) == {0.1, 0.01}


@pytest.mark.parametrize("device", DEVICES)
def test_the_loss_is_the_mean_over_examples(device):
    model = GlyphNet(5, 2).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    pairs = [(x.to(device), y.to(device)) for x, y in lesson((7, 2))]
    model.train()
    losses = [F.cross_entropy(model(x), y, reduction="none") for x, y in pairs]
    expected = float(torch.cat(losses).mean().detach())
    assert tl.train_epoch(model, lesson((7, 2)), optimizer, device) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("device", DEVICES)
def test_training_lowers_the_loss_on_every_device(device):
    model, optimizer = tl.prepare(GlyphNet(8, 4).to(device), 5, False, 0.1, 0.05)
    losses = [tl.train_epoch(model, lesson(), optimizer, device) for _ in range(20)]
    assert losses[-1] < losses[0] / 4


def test_evaluation_leaves_every_mode_and_number_as_it_was():
    model = GlyphNet(5, 2)
    model.bn2.eval()
    modes = [module.training for module in model.modules()]
    assert tl.moved_by(model, lambda: tl.evaluate(model, lesson())) == []
    assert [module.training for module in model.modules()] == modes


def test_evaluation_does_not_depend_on_the_batches():
    model, ((x, y),) = GlyphNet(5, 2), lesson((12,))
    shares = {tl.evaluate(model, zip(x.split(size), y.split(size), strict=True)) for size in (1, 5, 12)}
    assert len(shares) == 1


@pytest.mark.parametrize(
    ("per_class", "similarity", "first"),
    [(9, 0.5, "frozen"), (10, 0.5, "fine-tune"), (9, 0.49, "collect"), (10, 0.49, "scratch")],
)
def test_the_rule_of_thumb_at_its_borders(per_class, similarity, first):
    assert tl.choose_strategy(per_class, similarity) == first


@functools.cache
def mean_accuracy(strategy, per_class, target):
    return float(np.mean([accuracy(strategy, per_class, target, seed) for seed in range(3)]))


@pytest.mark.parametrize(
    ("better", "worse", "target"),
    [
        ("frozen", "scratch", "snapshots"),
        ("fine-tune", "scratch", "snapshots"),
        ("scratch", "frozen", "shuffled"),
        ("fine-tune", "frozen", "shuffled"),
    ],
)
def test_transfer_helps_on_similar_pictures_and_hurts_on_others(better, worse, target):
    """Five examples of each digit; over ten seeds the smallest of these four differences was 9 points."""
    assert mean_accuracy(better, 5, target) > mean_accuracy(worse, 5, target) + 0.03


def test_the_table_gives_every_run_at_least_a_hundred_steps_and_eight_epochs():
    for batches in (1, 3, 10, 50):
        assert epochs(batches) >= 8
        assert epochs(batches) * batches >= 100
    assert [epochs(1), epochs(50)] == [100, 8]
