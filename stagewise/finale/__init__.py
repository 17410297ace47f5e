"""The end of the course: what a student has written, and a network of it that reads digits."""

from stagewise.finale.experiment import Experiment
from stagewise.finale.telling import certificate, overview
from stagewise.finale.work import collect

__all__ = ["Experiment", "certificate", "collect", "overview"]
