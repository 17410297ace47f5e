"""The package's own modules keep the one rule: a gradient for each input, in their order."""

import numpy as np
import pytest

from stagewise.gradients import gradient_check
from stagewise.modules import MODULES

SHAPES = {
    "affine": ((4, 3), (3, 2), (2,)),
    "relu": ((4, 3),),
    "tanh": ((4, 3),),
    "add": ((4, 3), (4, 3)),
    "multiply": ((4, 3), (4, 3)),
    "concat": ((4, 3), (4, 2)),
}


def test_every_module_is_tried():
    assert MODULES.keys() == SHAPES.keys()


@pytest.mark.parametrize("kind", SHAPES)
def test_a_module_gives_each_input_the_gradient_that_differences_measure(kind):
    rng = np.random.default_rng(1)
    inputs = [rng.standard_normal(shape) for shape in SHAPES[kind]]
    forward, backward = MODULES[kind]
    out, cache = forward(*inputs)
    dout = rng.standard_normal(out.shape)
    gradients = backward(dout, cache)
    assert len(gradients) == len(inputs)
    for place, gradient in enumerate(gradients):

        def of_this(value, place=place):
            return forward(*inputs[:place], value, *inputs[place + 1 :])[0]

        assert gradient_check(of_this, inputs[place].copy(), gradient, dout).right
