"""The exercise mirrored."""

import numpy as np

from reference.kit import probes
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from tests.sample.truth import mirrored


def pictures(N, C, H, W):
    """x, and which of its pictures are chosen: the first and never the last."""

    def drawn(rng):
        chosen = rng.random(N) < 0.5
        chosen[0], chosen[-1] = True, N == 1
        return {"x": rng.standard_normal((N, C, H, W)), "chosen": chosen}

    return drawn


def pixel_by_pixel(x, chosen):
    """In loops."""
    out = np.empty_like(x)
    for n, c, i, j in np.ndindex(x.shape):
        out[n, c, i, j] = x[n, c, i, x.shape[3] - 1 - j if chosen[n] else j]
    return out


ask = probes.asker("out = mirrored(x, chosen)", "out")
named = Notation(globals())
MIRROR = exercise(
    mirrored,
    (
        ask("6 pictures", pictures(6, 3, 4, 5), weight=2, visible=True, main=True),
        keeps_dtype(pictures(3, 2, 5, 4), visible=True, why=probes.DTYPE),
        ask("9 pictures", pictures(9, 3, 6, 4), weight=2, main=True),
        ask("one picture", pictures(1, 3, 4, 6), weight=0.5),
        ask("one channel", pictures(5, 1, 4, 6), weight=0.5),
        takes_gaps(pictures(4, 2, 3, 5), why=probes.MEMORY),
    ),
    named.wrongs("""
    upside-down: [:, :, :, ::-1] => [:, :, ::-1]
        Your pictures stand on their heads: the rows are reversed. Left and right are along the last axis.
    channels-reversed: [:, :, :, ::-1] => [:, ::-1]
        You reverse the channels: red becomes blue. Left and right are along the last axis.
    all-of-them: out[chosen] = x[chosen][:, :, :, ::-1] => out = x[:, :, :, ::-1].copy()
        You mirror every picture. Only those that are chosen are mirrored.
    the-others: out[chosen] = x[chosen] => out[~chosen] = x[~chosen]
        You mirror the pictures that are not chosen.
    writes-into-x: x.copy() => x
        Your values are right, but the function changes the x of its caller. Make a new array.
    """),
    named.rights("""
    pixel by pixel: by pixel_by_pixel
    np.flip: x[chosen][:, :, :, ::-1] => np.flip(x[chosen], axis=3)
    """),
)
