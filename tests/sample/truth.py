"""The truth of the small unit: a penalty on large weights, mirrored pictures, when to stop."""

import numpy as np


def l2_penalty(W, strength):
    """What large weights cost, and its gradient.

    W: (D, C) float array, strength: a number.  Returns loss: a number, dW: (D, C).
        loss = 1/2 * strength * sum over d, c of W[d, c]^2
    """
    loss = 0.5 * strength * np.sum(W**2)
    dW = strength * W
    return loss, dW


def mirrored(x, chosen):
    """The pictures, some of them with left and right exchanged.

    x: (N, C, H, W) float array, chosen: (N,) bool array.  Returns out: (N, C, H, W), a new array.
        out[n, c, i, j] = x[n, c, i, W - 1 - j] where chosen[n], and x[n, c, i, j] elsewhere
    """
    out = x.copy()
    out[chosen] = x[chosen][:, :, :, ::-1]
    return out


def early_stop(losses, patience):
    """When training stops, and whose weights are kept.

    losses: (T,) float array, the validation loss after each epoch; patience: a whole number from 1.
    Returns stop: the first epoch (from 0) that comes `patience` epochs after the best one so far, or the
    last epoch; best: the epoch with the lowest loss up to there, the first of several.
    """
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch, best
    return len(losses) - 1, best
