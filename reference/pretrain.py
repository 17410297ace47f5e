"""Make the backbone of the transfer unit: `python -m reference.pretrain` (two minutes on one core).

Writes stagewise/weights/glyphs-backbone.safetensors and the model card beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from stagewise.backbone import CARD, WEIGHTS, folder
from stagewise.data.glyphs import LETTERS, Glyphs, glyphs
from stagewise.transfer.glyphnet import GlyphNet

SEED = 20
WIDTH = 16
TRAINING, TEST = 60_000, 10_000
EPOCHS, BATCH, PEAK_RATE, DECAY = 16, 128, 5e-3, 1e-2


def pretrain(training: Glyphs, *, width: int, epochs: int, seed: int) -> tuple[GlyphNet, dict[str, float]]:
    """Train a GlyphNet on letters with AdamW and a one-cycle rate.

    Returns it in evaluation mode, and the mean and standard deviation by which its input is normalised.
    """
    torch.manual_seed(seed)
    statistics = {"mean": round(float(training.x.mean()), 4), "std": round(float(training.x.std()), 4)}
    x, y = tensors(training, statistics)
    model = GlyphNet(len(LETTERS), width)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=DECAY)
    steps = epochs * (len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps)
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for batch in order[: len(x) // BATCH * BATCH].reshape(-1, BATCH):
            loss = F.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    return model.eval(), statistics


def tensors(letters: Glyphs, statistics: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Network input (N, 1, 16, 16) with those statistics taken out, and labels (N,)."""
    x = (torch.from_numpy(letters.x)[:, None] - statistics["mean"]) / statistics["std"]
    return x, torch.from_numpy(letters.y)


@torch.no_grad()
def accuracy(model: GlyphNet, x: Tensor, y: Tensor) -> float:
    """Share of x (N, 1, 16, 16) that the model, in its present mode, gives its label y (N,)."""
    return float((model(x).argmax(dim=1) == y).double().mean())


def write(model: GlyphNet, facts: dict[str, Any], place: Path) -> dict[str, Any]:
    """Write weights and card into `place`; return the card: the facts, and the weights' size and checksum."""
    from safetensors.torch import save

    data = save(model.state_dict())
    card = {**facts, "file": WEIGHTS, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (place / WEIGHTS).write_bytes(data)
    (place / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def main() -> None:
    """Draw the letters, train, measure, write."""
    arguments = argparse.ArgumentParser(prog="python -m reference.pretrain", description=__doc__)
    arguments.add_argument("--into", type=Path, default=Path(str(folder())), help="where weights and card go")
    into: Path = arguments.parse_args().into
    torch.set_num_threads(1)
    started = time.perf_counter()
    model, statistics = pretrain(glyphs(TRAINING, seed=SEED), width=WIDTH, epochs=EPOCHS, seed=SEED)
    x, y = tensors(glyphs(TEST, seed=SEED + 1), statistics)
    facts = {
        "name": "glyphs-backbone",
        "task": "26 letters in 18 fonts, upper and lower case under one label, distorted",
        "architecture": "stagewise.transfer.glyphnet.GlyphNet",
        "classes": len(LETTERS),
        "width": WIDTH,
        "parameters": sum(p.numel() for p in model.parameters()),
        "input": {"shape": [1, 16, 16], **statistics},
        "made_by": "python -m reference.pretrain",
        "seed": SEED,
        "training": {"letters": TRAINING, "epochs": EPOCHS, "batch": BATCH, "rule": "AdamW, one cycle",
                     "peak_rate": PEAK_RATE, "weight_decay": DECAY},
        "test": {"letters": TEST, "seed": SEED + 1, "accuracy": round(accuracy(model, x, y), 4)},
        "seconds_on_one_core": round(time.perf_counter() - started),
        "torch": torch.__version__,
        "licence": "MIT, as the package",
    }  # fmt: skip
    print(json.dumps(write(model, facts, into), indent=2))


if __name__ == "__main__":
    main()
