"""Plots of the course: one message each, legible in light and dark, and without colour vision.

Importing this package does not import matplotlib yet; the first plot does.
"""

from stagewise.plots.batchnorm_graph import batchnorm_graph
from stagewise.plots.canvas import new_axes, panels
from stagewise.plots.graph import Edge, Node, graph
from stagewise.plots.lines import curves, sweep
from stagewise.plots.race import race, walks
from stagewise.plots.regions import regions
from stagewise.plots.spread import bands, histograms, images
from stagewise.plots.theme import INK, PALETTE
from stagewise.plots.thinned import thinned
from stagewise.plots.weights import weights

__all__ = [
    "INK",
    "PALETTE",
    "Edge",
    "Node",
    "bands",
    "batchnorm_graph",
    "curves",
    "graph",
    "histograms",
    "images",
    "new_axes",
    "panels",
    "race",
    "regions",
    "sweep",
    "thinned",
    "walks",
    "weights",
]
