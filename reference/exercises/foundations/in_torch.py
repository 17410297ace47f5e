"""The unit's truth in torch: its layers and losses, and their gradients by autograd."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from reference.exercises.foundations.inputs import (
    affine,
    answered,
    classified,
    far,
    logits,
    pictures,
    predicted,
    three_layers,
)
from reference.exercises.foundations.steps import descent, epoch
from reference.kit.drawn import Drawn
from reference.truth import foundations as fo
from reference.truth.oracle import Bound, Row, there, there_and_back, vjp
from stagewise.judge.handed import POLYNOMIALS

# Over 200 draws in either dtype the worst error, in units of the machine epsilon of the largest entry, was 2
# for a loss and its gradient, 5.7 for an affine layer of up to 16 terms, 3 for three layers, and 290 for
# slopes. A GPU's exp and logarithm may be off by one or two units more, its sums run in another order: four
# times leaves room for both.
EXACT = Bound(0, "no number is computed")
ENTRY = Bound(10, "four times the worst that exp, a logarithm and a few products were seen to lose")
SUMS = Bound(25, "four times the worst that sums of up to 16 terms were seen to lose")
DEEP = Bound(25, "three products there and back, more sums than any of them has alone")
STEP = 2.0**-6
SLOPES = Bound(1200, "a difference of two values of f, divided by a small h, enlarges their rounding")

PARAMS = ("w1", "b1", "w2", "b2", "w3", "b3")


def any_pictures(rng: np.random.Generator) -> Drawn:
    return pictures(int(rng.integers(1, 6)), *(int(n) for n in rng.integers(1, 5, 3)))(rng)


def any_affine(rng: np.random.Generator) -> Drawn:
    N, M = (int(n) for n in rng.integers(1, 12, 2))
    return affine(N, ((5,), (2, 3), (4, 2, 2))[rng.integers(3)], M)(rng)


def any_logits(rng: np.random.Generator) -> Drawn:
    """Ordinary or far ones, of which one entry is ordinary."""
    z = (logits(6, 4) if rng.random() < 0.5 else far(6, 4))(rng)
    z["z"].flat[2] = rng.uniform(0.2, 0.5)
    return z


def any_answers(rng: np.random.Generator) -> Drawn:
    return answered(any_logits, floats=True)(rng)


def one_column(rng: np.random.Generator) -> Drawn:
    return answered(lambda rng: {"z": any_logits(rng)["z"].reshape(-1, 1)}, floats=True)(rng)


def any_classes(rng: np.random.Generator) -> Drawn:
    return classified(any_logits, surprised=bool(rng.random() < 0.5))(rng)


def sizes(rng: np.random.Generator) -> Drawn:
    return {"sizes": [int(n) for n in rng.integers(1, 20, rng.integers(2, 6))]}


def flat_network(rng: np.random.Generator) -> Drawn:
    drawn = three_layers(5, (2, 3), (7, 4, 3))(rng)
    return {"x": drawn["x"], **drawn["params"], "dscores": drawn["dscores"]}


def lossy(loss: Any) -> Any:
    """A loss, and its gradient by its first argument."""

    def both(z: Any, y: Any) -> Any:
        leaf = z.clone().requires_grad_()
        value = loss(leaf, y)
        return value.detach(), torch.autograd.grad(value, leaf)[0]

    return both


def of_predictions(prediction: Any, y: Any) -> Any:
    return lossy(lambda z, y: functional.mse_loss(z, y, reduction="sum") / len(z))(prediction, y)


def binary(z: Any, y: Any) -> Any:
    return functional.binary_cross_entropy_with_logits(z, y)


def labels(z: Any, y: Any) -> Any:
    return functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(z)


def linear(x: Any, w: Any, b: Any) -> Any:
    return functional.linear(x.flatten(1), w.T, b)


def forward(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
    """Ours."""
    values = (w1, b1, w2, b2, w3, b3)
    return fo.three_layer_forward(x, dict(zip(PARAMS, values, strict=True)))


def backward(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any, dscores: Any) -> Any:
    """Ours: the gradients in the order of PARAMS."""
    grads = fo.three_layer_backward(dscores, forward(x, w1, b1, w2, b2, w3, b3)[1])
    return tuple(grads[name] for name in PARAMS)


def network(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
    hidden = functional.relu(linear(functional.relu(linear(x, w1, b1)), w2, b2))
    return linear(hidden, w3, b3)


def network_back(x: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any, dscores: Any) -> Any:
    leaves = [one.clone().requires_grad_() for one in (w1, b1, w2, b2, w3, b3)]
    return torch.autograd.grad(network(x, *leaves), leaves, dscores)


def counted(sizes: Any) -> Any:
    layers = [nn.Linear(before, after) for before, after in pairwise(sizes)]
    return torch.tensor(sum(one.numel() for layer in layers for one in layer.parameters()))


def smooth(rng: np.random.Generator) -> Drawn:
    return {name: rng.uniform(-2, 2, (3, 4)) for name in ("x", "a", "c")}


def measured(x: Any, a: Any, c: Any) -> Any:
    """Ours, of a function without a third derivative: central differences have no error but rounding."""
    f = POLYNOMIALS["coupled"]
    return fo.numerical_gradient(lambda x: f(x, a, c), x, STEP).astype(x.dtype)


def slope(x: Any, a: Any, c: Any) -> Any:
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad((a * leaf).sum() ** 2 + (c * leaf).sum(), leaf)[0]


def stepped(params: Any, grads: Any, learning_rate: float) -> Any:
    """Ours."""
    return tuple(fo.gradient_descent_step(params, grads, learning_rate).values())


def by_sgd(params: Any, grads: Any, learning_rate: float) -> Any:
    leaves = {name: nn.Parameter(value.clone()) for name, value in params.items()}
    for name, leaf in leaves.items():
        leaf.grad = grads[name].clone()
    torch.optim.SGD(leaves.values(), lr=learning_rate).step()
    return tuple(leaf.detach() for leaf in leaves.values())


def one_epoch(rng: np.random.Generator) -> Drawn:
    drawn = epoch((6, 6, 4), (5,), (7, 4, 3), 0.2)(rng)
    pairs = {f"{part}{k}": pair[i] for k, pair in enumerate(drawn["batches"]) for i, part in enumerate("xy")}
    return {**pairs, "params": drawn["params"], "learning_rate": 0.2}


def trained(x0: Any, y0: Any, x1: Any, y1: Any, x2: Any, y2: Any, params: Any, learning_rate: float) -> Any:
    """Ours: the parameters after three batches, and the losses."""
    batches = [(x0, y0), (x1, y1), (x2, y2)]
    after, losses = fo.train_epoch(params, batches, learning_rate)
    return *after.values(), np.array(losses, x0.dtype)


def torch_trained(
    x0: Any, y0: Any, x1: Any, y1: Any, x2: Any, y2: Any, params: Any, learning_rate: float
) -> Any:
    leaves = {name: nn.Parameter(value.clone()) for name, value in params.items()}
    optimizer, losses = torch.optim.SGD(leaves.values(), lr=learning_rate), []
    for x, y in ((x0, y0), (x1, y1), (x2, y2)):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(x, **leaves), y)
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.detach())
    return *(leaf.detach() for leaf in leaves.values()), torch.stack(losses)


def _of_z(oracle: Any) -> Any:
    return lambda z: oracle(z)


affine_back = there_and_back(fo.affine_forward, fo.affine_backward)
ROWS = (
    Row("flatten_images", fo.flatten_images, lambda images: images.flatten(1), any_pictures, EXACT),
    Row("sigmoid", fo.sigmoid, _of_z(torch.sigmoid), any_logits, ENTRY),
    Row("logistic_loss", fo.logistic_loss, lossy(binary), one_column, ENTRY),
    Row("affine_forward", there(fo.affine_forward), linear, any_affine, SUMS),
    Row("affine_backward", affine_back, vjp(linear, "dout"), any_affine, SUMS),
    Row("numerical_gradient", measured, slope, smooth, SLOPES),
    Row("gradient_descent_step", stepped, by_sgd, descent((4, 3), (3,), (3, 2)), ENTRY),
    Row("multilabel_loss", fo.multilabel_loss, lossy(labels), any_answers, ENTRY),
    Row("softmax", fo.softmax, lambda z: torch.softmax(z, 1), any_logits, ENTRY),
    Row("softmax_loss", fo.softmax_loss, lossy(functional.cross_entropy), any_classes, ENTRY),
    Row("mse_loss", fo.mse_loss, of_predictions, predicted((6, 3)), ENTRY),
    Row("count_parameters", fo.count_parameters, counted, sizes, EXACT),
    Row("three_layer_forward", there(forward), network, flat_network, DEEP),
    Row("three_layer_backward", backward, network_back, flat_network, DEEP),
    Row("train_epoch", trained, torch_trained, one_epoch, DEEP),
)
