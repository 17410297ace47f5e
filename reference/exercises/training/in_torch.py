"""The unit's truth in torch: the random numbers from the same stream, the rest by torch's operations."""

import math
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from reference.exercises.training.parts import two_parts
from reference.truth import training as tr
from reference.truth.oracle import Bound, Row

# Over 400 draws in either dtype the worst error in units of the machine epsilon of the largest entry is given
# with each bound; a GPU sums in another order, and four times leaves room for that.
SCALED = Bound(40, "a mean, a sum of squares and a root of 20 numbers, and a difference that cancels")
POWERS = Bound(40, "a power of ten magnifies the rounding of its exponent by its size")
LEARNED = Bound(400, "twelve steps of descent, each on what the last one left")


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Ranges of two settings as arrays (so that they come in the dtype that is asked), and a seed."""
    low = 10 ** rng.uniform(-5, -2, 2)
    return {"low": low, "high": low * 10 ** rng.uniform(0.5, 3, 2), "seed": int(rng.integers(10_000))}


def numbers(low: Any, high: Any, seed: int) -> Any:
    """Ours: 50 numbers of each range."""
    rng = np.random.default_rng(seed)
    drawn = [tr.log_uniform(a, b, 50, rng) for a, b in zip(low, high, strict=True)]
    return np.array(drawn).astype(low.dtype)


def numbers_in_torch(low: Any, high: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    uniform = torch.tensor(np.array([rng.random(50) for _ in low]), dtype=low.dtype, device=low.device)
    return torch.exp(torch.lerp(torch.log(low)[:, None], torch.log(high)[:, None], uniform))


def found_at_random(low: Any, high: Any, seed: int) -> Any:
    """Ours: what 30 trials of a random search tried, and their scores."""
    space = {name: (float(a), float(b)) for name, a, b in zip("ab", low, high, strict=True)}
    found = tr.random_search(_product, space, 30, np.random.default_rng(seed))
    return np.array([[*one.values(), score] for one, score in found]).astype(low.dtype)


def found_in_torch(low: Any, high: Any, seed: int) -> Any:
    uniform = torch.tensor(np.random.default_rng(seed).random((30, 2)), dtype=low.dtype, device=low.device)
    tried = torch.pow(10, torch.lerp(torch.log10(low), torch.log10(high), uniform))
    return torch.cat([tried, tried.prod(dim=1, keepdim=True)], dim=1)


def _product(settings: dict[str, float]) -> float:
    return math.prod(settings.values())


def a_grid(rng: np.random.Generator) -> dict[str, Any]:
    """Values of two settings."""
    return {"a": rng.standard_normal(4), "b": rng.standard_normal(5)}


def combined(a: Any, b: Any) -> Any:
    """Ours: the combinations and their products."""
    found = tr.grid_search(_product, {"a": list(a), "b": list(b)})
    return np.array([[*one.values(), score] for one, score in found])


def combined_in_torch(a: Any, b: Any) -> Any:
    tried = torch.cartesian_prod(a, b)
    return torch.cat([tried, tried.prod(dim=1, keepdim=True)], dim=1)


def narrowed(low: Any, high: Any) -> Any:
    """Ours: the spaces of four rounds of a search that tries the ends and finds the upper ones better."""
    space = {name: (float(a), float(b)) for name, a, b in zip("ab", low, high, strict=True)}

    def search(ranges: Any) -> Any:
        ends = [{name: one[end] for name, one in ranges.items()} for end in (0, 1)]
        return [(one, _product(one)) for one in ends]

    best, history = tr.coarse_to_fine(search, space, 4, 0.25)
    spaces = np.array([list(space.values()) for space, _ in history])
    return spaces.astype(low.dtype), np.array([*best[0].values(), best[1]]).astype(low.dtype)


def narrowed_in_torch(low: Any, high: Any) -> Any:
    ends, spaces = torch.stack([low, high], dim=1).log(), []
    best = ends[:, 1]
    for _ in range(4):
        spaces.append(ends)
        best = ends[:, 1]
        width = 0.25 * (ends[:, 1] - ends[:, 0])
        ends = torch.stack([best - width / 2, best + width / 2], dim=1)
    return torch.stack(spaces).exp(), torch.cat([best, best.sum()[None]]).exp()


def scaled(x_train: Any, x_val: Any) -> Any:
    std, mean = torch.std_mean(x_train, dim=0, correction=0)
    return (x_train - mean) / std, (x_val - mean) / std


def scores(rng: np.random.Generator) -> dict[str, Any]:
    """Equal scores of a few classes."""
    return {"scores": np.full(int(rng.integers(2, 40)), float(rng.standard_normal()))}


def by_chance(scores: Any) -> Any:
    """Ours, in the dtype of the scores."""
    return np.asarray(tr.expected_initial_loss(len(scores)), dtype=scores.dtype)


def by_cross_entropy(scores: Any) -> Any:
    return functional.cross_entropy(scores, torch.tensor(0, device=scores.device))


def a_lesson(rng: np.random.Generator) -> dict[str, Any]:
    """Examples, targets and the weights of a linear map to begin with."""
    return {
        "x": rng.standard_normal((20, 3)),
        "t": rng.standard_normal((20, 2)),
        "w": rng.standard_normal((3, 2)),
    }


def by_heart(x: Any, t: Any, w: Any) -> Any:
    """Ours: twelve losses of a linear map that learns six examples."""
    now = w.copy()

    def step(x: Any, t: Any) -> float:
        off = x @ now - t
        now[...] -= 0.1 * x.T @ off / len(x)
        return float((off**2).mean())

    _, losses = tr.overfit_tiny_batch(step, x, t, size=6, steps=12, target=0.0)
    return np.array(losses).astype(x.dtype)


def by_autograd(x: Any, t: Any, w: Any) -> Any:
    leaf, losses = w.clone().requires_grad_(), []
    optimizer = torch.optim.SGD([leaf], lr=0.1)
    for _ in range(12):
        off = x[:6] @ leaf - t[:6]
        optimizer.zero_grad()
        (off.square().sum() / 12).backward()
        optimizer.step()
        losses.append(off.detach().square().mean())
    return torch.stack(losses)


ROWS = (
    Row("preprocess", tr.preprocess, scaled, two_parts(20, 8, 3), SCALED),
    Row("expected_initial_loss", by_chance, by_cross_entropy, scores, POWERS),
    Row("overfit_tiny_batch", by_heart, by_autograd, a_lesson, LEARNED),
    Row("log_uniform", numbers, numbers_in_torch, settings, POWERS),
    Row("grid_search", combined, combined_in_torch, a_grid, Bound(0, "a product of two numbers")),
    Row("random_search", found_at_random, found_in_torch, settings, POWERS),
    Row("coarse_to_fine", narrowed, narrowed_in_torch, settings, POWERS),
)
