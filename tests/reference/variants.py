"""What a known mistake or another right way earns, over some seeds."""

from reference.judge.drawing import draw
from reference.kit.exercise import Exercise, Variant
from stagewise.judge.judging import judge
from tests.every_unit import SEEDS


def lowest(exercise: Exercise, variant: Variant) -> float:
    """The smallest share of the points."""
    functions = variant.functions(exercise)
    return min(judge(functions, draw(exercise, seed)).fraction for seed in SEEDS)
