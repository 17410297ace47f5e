"""What transfer is worth: `python -m reference.transfer_table [SEEDS]` prints the table of the unit.

Each number is the accuracy on 300 unseen digits, the mean (lowest to highest) over the seeds, which draw the
training examples, their order and every random weight.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch

from reference.truth.transfer import evaluate, prepare, train_epoch
from stagewise.backbone import load_backbone
from stagewise.target_task import TARGETS, few, unseen

PER_CLASS = (2, 5, 20, 100)
STRATEGIES = ("scratch", "frozen", "fine-tune")
LEAST_STEPS, LEAST_EPOCHS = 100, 8


def accuracy(strategy: str, per_class: int, target: str, seed: int) -> float:
    """Train by one strategy on so many examples of each class, and measure on the unseen ones."""
    torch.manual_seed(seed)
    batches = few(per_class, target, seed=seed)
    model = load_backbone(pretrained=strategy != "scratch", seed=seed)
    rates = (0.05, 0.05) if strategy == "scratch" else (0.03, 0.003)
    model, optimizer = prepare(model, 10, strategy == "frozen", *rates)
    for _ in range(epochs(len(batches))):
        train_epoch(model, batches, optimizer)
    return evaluate(model, unseen(target))


def epochs(batches: int) -> int:
    """At least 100 steps and 8 epochs."""
    return max(LEAST_EPOCHS, -(-LEAST_STEPS // batches))


def table(seeds: Sequence[int]) -> str:
    """The measured table in Markdown."""
    lines = [
        "| target | a class | " + " | ".join(STRATEGIES) + " |",
        "| --- | ---: |" + " ---: |" * len(STRATEGIES),
    ]
    for target in TARGETS:
        for per_class in PER_CLASS:
            cells = []
            for strategy in STRATEGIES:
                found = [100 * accuracy(strategy, per_class, target, seed) for seed in seeds]
                cells.append(f"{sum(found) / len(found):.0f} ({min(found):.0f} to {max(found):.0f})")
            lines.append(f"| {target} | {per_class} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(table(range(int(sys.argv[1]) if len(sys.argv) > 1 else 10)))
