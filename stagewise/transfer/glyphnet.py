"""The small convolutional network of the transfer unit. Needs torch: `stagewise.backbone` imports it late."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn


class GlyphNet(nn.Module):
    """Three convolutions, each with batchnorm, ReLU and pooling, and a linear head named `fc`.

    x (N, 1, 16, 16) -> (N, w, 8, 8) -> (N, 2w, 4, 4) -> (N, 4w, 2, 2) -> `features` (N, 16w) -> scores (N,
    classes) Its layers: conv1, bn1, conv2, bn2, conv3, bn3, fc. With w = 16 and 26 classes it has 30,090
    parameters.
    """

    def __init__(self, num_classes: int = 26, width: int = 16) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.fc = nn.Linear(16 * width, num_classes)

    def features(self, x: Tensor) -> Tensor:
        """What the head sees of x (N, 1, 16, 16): (N, 16 width)."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        x = F.avg_pool2d(F.relu(self.bn3(self.conv3(x))), 2)
        return torch.flatten(x, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, num_classes) of x (N, 1, 16, 16)."""
        scores: Tensor = self.fc(self.features(x))
        return scores
