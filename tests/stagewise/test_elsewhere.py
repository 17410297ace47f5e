"""Batches that are not where the model is: every way of moving them is right; not moved, they are refused."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812 - torch decides whether this file runs

from stagewise.transfer.elsewhere import XNotMoved, YNotMoved, waiting  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402

DEVICE = "cpu:0"


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return GlyphNet(5, 2).eval()


@pytest.fixture
def numbers():
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.standard_normal((6, 1, 16, 16)).astype(np.float32))
    return x, torch.from_numpy(rng.integers(0, 5, 6))


def share(scores, y):
    return float((scores.argmax(dim=1) == y).double().mean())


def one_hot(model, x, y):
    wanted = F.one_hot(y, 5).to(DEVICE)
    return int((model(x.to(DEVICE)).argmax(1) == wanted.argmax(1)).sum()) / len(y)


def looked_up(model, x, y):
    scores = model(x.to(DEVICE))
    own = scores[torch.arange(len(y)), y]
    return int((own == scores.max(dim=1).values).sum()) / x.size(0)


def copied_into(model, x, y):
    there = torch.empty(x.shape)
    there.copy_(x)
    return share(model(there), y.to(DEVICE))


MOVING = {
    "both": lambda m, x, y: share(m(x.to(DEVICE)), y.to(DEVICE)),
    "by name": lambda m, x, y: share(m(x.to(device=torch.device(DEVICE))), y.to(DEVICE, non_blocking=True)),
    "where the model is": lambda m, x, y: share(m(x.to(m.fc.weight.device)), y.to(m.fc.weight)),
    "with a dtype": lambda m, x, y: share(m(x.double().to(DEVICE, torch.float32)), y.to(DEVICE)),
    "where the other one is": lambda m, x, y: share(m((there := x.to(DEVICE)).to(there)), y.to(there).long()),
    "moved twice": lambda m, x, y: share(m(x.to(DEVICE).to(DEVICE)), y.to(DEVICE).to(DEVICE)),
    "scores brought back": lambda m, x, y: share(m(x.to(DEVICE)).cpu(), y),
    "back by name": lambda m, x, y: share(m(x.to(DEVICE)).to("cpu"), y),
    "as arrays": lambda m, x, y: float(np.mean(m(x.to(DEVICE)).argmax(1).cpu().numpy() == y.numpy())),
    "one by one": lambda m, x, y: share(torch.cat([m(one[None].to(DEVICE)) for one in x]), y.to(DEVICE)),
    "one hot": one_hot,
    "looked up": looked_up,
    "copied into": copied_into,
    "the model, too": lambda m, x, y: share(m.to(DEVICE)(x.to(DEVICE)), y.to(DEVICE)),
}


@pytest.mark.parametrize("grad", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("way", MOVING)
def test_every_way_of_moving_computes_what_plain_tensors_give(model, numbers, way, grad):
    with grad():
        ((x, y),) = waiting([numbers])
        assert MOVING[way](model, x, y) == share(model(numbers[0]), numbers[1])


def unassigned(model, x, y):
    x.to(DEVICE), y.to(DEVICE)
    return share(model(x), y)


STAYING = {
    "nothing moved": (XNotMoved, lambda m, x, y: share(m(x), y)),
    "nothing assigned": (XNotMoved, unassigned),
    "only the labels": (XNotMoved, lambda m, x, y: share(m(x), y.to(DEVICE))),
    "to the CPU": (XNotMoved, lambda m, x, y: share(m(x.cpu()), y.to(DEVICE))),
    "to the CPU by name": (XNotMoved, lambda m, x, y: share(m(x.to("cpu")), y.to(DEVICE))),
    "to where it is": (XNotMoved, lambda m, x, y: share(m(x.to(x)), y.to(DEVICE))),
    "labels to where they are": (YNotMoved, lambda m, x, y: share(m(x.to(DEVICE)), y.to(y))),
    "a dtype alone": (XNotMoved, lambda m, x, y: share(m(x.to(torch.float32)), y.to(DEVICE))),
    "something computed from it": (XNotMoved, lambda m, x, y: share(m(2 * x[:, :1] - 1), y.to(DEVICE))),
    "only the pictures": (YNotMoved, lambda m, x, y: share(m(x.to(DEVICE)), y)),
    "a loss": (YNotMoved, lambda m, x, y: F.cross_entropy(m(x.to(DEVICE)), y)),
    "in a list": (YNotMoved, lambda m, x, y: torch.stack([m(x.to(DEVICE)).argmax(1), y])),
    "a keyword": (YNotMoved, lambda m, x, y: F.cross_entropy(m(x.to(DEVICE)), target=y)),
}


@pytest.mark.parametrize("way", STAYING)
def test_what_stays_where_it_was_is_refused_by_name(model, numbers, way):
    error, function = STAYING[way]
    ((x, y),) = waiting([numbers])
    with pytest.raises(error):
        function(model, x, y)


def test_single_numbers_may_come_from_elsewhere(model, numbers):
    """As with a GPU: a tensor without axes goes with all."""
    ((x, y),) = waiting([numbers])
    assert (model(x.to(DEVICE)) * y.sum()).shape == (6, 5)
