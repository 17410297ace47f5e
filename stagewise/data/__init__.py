"""Data of the course: everything ships with the installation, nothing is downloaded."""

from stagewise.data.batches import minibatches
from stagewise.data.handwriting import Digits, digits
from stagewise.data.toys import spirals

__all__ = ["Digits", "digits", "minibatches", "spirals"]
