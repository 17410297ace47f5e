"""Data of the course: everything ships with the installation, nothing is downloaded."""

from stagewise.data.batches import minibatches
from stagewise.data.cifar10 import Cifar10, cifar10
from stagewise.data.drawing import drawn, photographed
from stagewise.data.glyphs import Glyphs, glyphs
from stagewise.data.handwriting import Digits, digits, standardised
from stagewise.data.landscapes import Landscape, ravine, saddle, two_valleys
from stagewise.data.shapes import Shapes, shapes
from stagewise.data.snapshots import shuffled, snapshots, snapshots_of
from stagewise.data.toys import spirals

__all__ = [
    "Cifar10",
    "Digits",
    "Glyphs",
    "Landscape",
    "Shapes",
    "cifar10",
    "digits",
    "drawn",
    "glyphs",
    "minibatches",
    "photographed",
    "ravine",
    "saddle",
    "shapes",
    "shuffled",
    "snapshots",
    "snapshots_of",
    "spirals",
    "standardised",
    "two_valleys",
]
