"""The backbones: the shipped one is what its card says; torchvision's is loaded by the same function."""

import hashlib
import json
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from stagewise import backbone  # noqa: E402 - torch decides whether this file runs
from stagewise.backbone import CARD, WEIGHTS, as_input, card, checked, folder, load_backbone  # noqa: E402
from stagewise.data.glyphs import glyphs  # noqa: E402
from stagewise.transfer.glyphnet import GlyphNet  # noqa: E402


def test_the_card_states_size_and_checksum_of_the_weights() -> None:
    data = (folder() / WEIGHTS).read_bytes()
    assert card()["bytes"] == len(data) <= 400_000
    assert card()["sha256"] == hashlib.sha256(data).hexdigest()


def test_the_card_says_how_the_weights_were_made() -> None:
    facts = json.loads((folder() / CARD).read_text())
    assert facts["made_by"] == "python -m reference.pretrain"
    assert {"seed", "training", "test", "input", "licence", "parameters"} <= facts.keys()


def test_the_backbone_reads_letters_as_well_as_its_card_says() -> None:
    fresh = glyphs(2000, seed=card()["test"]["seed"] + 1)
    model = load_backbone().eval()
    with torch.no_grad():
        right = model(as_input(fresh.x)).argmax(dim=1).numpy() == fresh.y
    assert right.mean() > card()["test"]["accuracy"] - 0.02  # four standard errors of 2,000 letters


def test_the_architecture_has_the_parameters_of_the_card() -> None:
    assert sum(p.numel() for p in load_backbone().parameters()) == card()["parameters"]


def test_a_backbone_comes_in_training_mode_and_trainable() -> None:
    model = load_backbone()
    assert model.training
    assert all(p.requires_grad for p in model.parameters())


def test_random_weights_repeat_with_their_seed_and_leave_the_global_generator_alone() -> None:
    torch.manual_seed(7)
    first = load_backbone(pretrained=False, seed=3).state_dict()
    assert torch.initial_seed() == 7
    again, other = (load_backbone(pretrained=False, seed=seed).state_dict() for seed in (3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])


@pytest.mark.parametrize("width", [2, 5])
def test_the_network_has_the_stated_shapes_at_any_width(width: int) -> None:
    model, x = GlyphNet(7, width), torch.zeros(3, 1, 16, 16)
    assert model.features(x).shape == (3, 16 * width)
    assert model(x).shape == (3, 7)


def test_damaged_weights_are_refused_with_the_remedy() -> None:
    with pytest.raises(RuntimeError, match="damaged or was replaced: install stagewise again"):
        checked(b"other bytes", card()["sha256"])


def test_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="knows 'glyphs' and 'resnet18', got 'vgg'"):
        load_backbone("vgg")


def test_input_is_normalised_by_the_statistics_of_the_letters() -> None:
    x = as_input(glyphs(1000, seed=9).x)
    assert (x.shape, x.dtype) == ((1000, 1, 16, 16), torch.float32)
    assert abs(float(x.mean())) < 0.05
    assert abs(float(x.std()) - 1) < 0.05


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        (np.zeros((2, 256)), r"got shape \(2, 256\)"),
        (np.full((2, 16, 16), 255.0), "got values from 255 to 255"),
        (np.zeros((0, 16, 16)), "got shape"),
    ],
)
def test_pictures_of_another_shape_or_range_are_refused(pictures: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        as_input(pictures)


class StandInResNet(torch.nn.Module):
    """As much of a ResNet-18 as transfer sees."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(512, 1000)


@pytest.fixture
def torchvision(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A stand-in for torchvision; the list notes the weights that were asked for."""
    asked: list[object] = []

    def resnet18(*, weights: object) -> StandInResNet:
        asked.append(weights)
        return StandInResNet()

    models = ModuleType("torchvision.models")
    models.resnet18 = resnet18  # type: ignore[attr-defined] - built by hand
    models.ResNet18_Weights = SimpleNamespace(IMAGENET1K_V1="the weights")  # type: ignore[attr-defined] - as above
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    return asked


def test_resnet18_comes_from_torchvision_with_its_imagenet_weights(torchvision: list[object]) -> None:
    assert load_backbone("resnet18").fc.in_features == 512
    load_backbone("resnet18", pretrained=False)
    assert torchvision == ["the weights", None]


def test_resnet18_sees_three_equal_channels_with_imagenet_statistics() -> None:
    x = as_input(np.full((2, 16, 16), 0.5, np.float32), "resnet18")
    assert x.shape == (2, 3, 224, 224)
    assert [round(float(v), 4) for v in x[0, :, 0, 0]] == [0.0655, 0.1964, 0.4178]


@pytest.mark.parametrize(
    ("module", "name", "extra"), [("torchvision", "resnet18", "imagenet"), ("torch", "glyphs", "transfer")]
)
def test_a_missing_package_is_named_with_its_extra(
    module: str, name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (module, f"{module}.models"):
        monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(
        ImportError, match=rf"needs {module}, which is not installed(.|\n)*stagewise\[{extra}\]"
    ) as raised:
        load_backbone(name)
    first, second = str(raised.value).splitlines()[1:3]
    assert first.startswith(f'"{sys.executable}" -m pip install {module} --index-url https://')
    assert second.startswith(f'"{sys.executable}" -m pip install')


def test_the_module_can_be_imported_without_torch() -> None:
    assert "torch" not in vars(backbone)
