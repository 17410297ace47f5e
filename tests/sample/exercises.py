"""What the small unit asks."""

from reference.kit.exercise import Unit
from reference.truth.oracle import Bound, Row
from tests.sample import truth
from tests.sample.mirror import MIRROR, pictures
from tests.sample.penalty import PENALTY, weights
from tests.sample.stopping import STOPPING

COPIED = Bound(0, "nothing is computed")
SUM = Bound(20, "a sum of 30 squares in another order")


def oracle_rows():
    """The penalty by autograd, the pictures by torch.flip."""
    import torch

    def penalty(W, strength):
        leaf = W.clone().requires_grad_()
        loss = strength / 2 * leaf.square().sum()
        return loss, *torch.autograd.grad(loss, leaf)

    def mirrored(x, chosen):
        return torch.where(chosen[:, None, None, None], torch.flip(x, (3,)), x)

    return (
        Row("l2_penalty", truth.l2_penalty, penalty, weights(6, 5), SUM),
        Row("mirrored", truth.mirrored, mirrored, pictures(5, 3, 4, 6), COPIED),
    )


UNIT = Unit(
    "sample",
    "Three small things",
    (PENALTY, MIRROR, STOPPING),
    oracle=oracle_rows,
    beyond_torch={"early_stop": "torch has nothing that decides when to stop"},
)
