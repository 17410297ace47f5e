"""Making a backbone, on a small scale: it learns, it repeats, and what is written can be read back."""

import hashlib
import json

import pytest

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

from reference.pretrain import accuracy, pretrain, tensors, write  # noqa: E402 - torch decides whether this runs
from stagewise.backbone import CARD, WEIGHTS, card  # noqa: E402
from stagewise.data.glyphs import glyphs  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402


@pytest.fixture(scope="module")
def small():
    """A narrow network after two epochs of 3,000 letters."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield pretrain(glyphs(3000, seed=1), width=4, epochs=2, seed=5)
    torch.set_num_threads(before)


def test_it_learns_letters(small):
    model, statistics = small
    x, y = tensors(glyphs(500, seed=2), statistics)
    assert accuracy(model, x, y) > 0.2  # chance is 1 in 26


def test_it_comes_in_evaluation_mode(small):
    assert not small[0].training


def test_the_same_seed_makes_the_same_network(small):
    again, _ = pretrain(glyphs(3000, seed=1), width=4, epochs=2, seed=5)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in small[0].state_dict().items())


def test_input_is_brought_to_mean_0_and_variance_1(small):
    letters = glyphs(3000, seed=1)
    x, y = tensors(letters, small[1])
    assert (x.shape, y.shape) == ((3000, 1, 16, 16), (3000,))
    assert abs(float(x.mean())) < 1e-3
    assert abs(float(x.std()) - 1) < 1e-3


def test_what_is_written_can_be_read_and_the_card_tells_its_checksum(small, tmp_path):
    model, statistics = small
    facts = write(model, {"seed": 5, "input": statistics}, tmp_path)
    data = (tmp_path / WEIGHTS).read_bytes()
    assert json.loads((tmp_path / CARD).read_text()) == facts
    assert facts["sha256"] == hashlib.sha256(data).hexdigest()
    assert facts["bytes"] == len(data)
    twin = GlyphNet(26, 4)
    twin.load_state_dict(safetensors.load(data))
    assert torch.equal(twin.fc.weight, model.fc.weight)


def test_the_shipped_card_tells_the_statistics_of_its_training_letters():
    """Drawn again, the first of the 60,000 letters have nearly the mean and spread that the card states."""
    letters = glyphs(4000, seed=card()["seed"])
    assert abs(float(letters.x.mean()) - card()["input"]["mean"]) < 0.01
    assert abs(float(letters.x.std()) - card()["input"]["std"]) < 0.01
