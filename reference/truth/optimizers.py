"""Update rules, rule(w, dw, config) -> (next_w, config), schedules of the learning rate, and clipping.

w and dw are a parameter of any shape and the gradient of the loss by it; `config` holds the rule's settings
and its state from step to step. Names, keys and defaults follow CS231n where it has the rule. None of these
functions changes its arguments: what comes back is new.
"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Config = dict[str, Any]
Updated = tuple[Array, Config]


def sgd(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """Stochastic gradient descent: next_w = w - learning_rate dw.

    config: learning_rate (1e-2).
    """
    config = {"learning_rate": 1e-2, **(config or {})}
    next_w = w - config["learning_rate"] * dw
    return next_w, config


def sgd_momentum(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """Momentum with the learning rate inside the velocity (Polyak 1964; the form of CS231n).

    config: learning_rate (1e-2), momentum (0.9), velocity (zeros like w).
        velocity = momentum velocity - learning_rate dw,    next_w = w + velocity
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config


def nesterov_momentum(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """Nesterov's momentum, written for the point at which the gradient is taken (Bengio et al. 2013).

    config: learning_rate (1e-2), momentum (0.9), velocity (zeros like w).
        v = momentum velocity - learning_rate dw
        next_w = w - momentum velocity + (1 + momentum) v,    then velocity = v
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    mu = config["momentum"]
    v_prev = config.get("velocity", np.zeros_like(w))
    v = mu * v_prev - config["learning_rate"] * dw
    next_w = w - mu * v_prev + (1 + mu) * v
    config["velocity"] = v
    return next_w, config


def adagrad(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """AdaGrad (Duchi et al. 2011): each entry has its own rate, which only shrinks.

    config: learning_rate (1e-2), epsilon (1e-8), cache (zeros like w).
        cache = cache + dw^2,    next_w = w - learning_rate dw / (sqrt(cache) + epsilon)
    """
    config = {"learning_rate": 1e-2, "epsilon": 1e-8, **(config or {})}
    cache = config.get("cache", np.zeros_like(w))
    cache = cache + dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return next_w, config


def rmsprop(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """RMSProp (Tieleman and Hinton 2012): AdaGrad with a memory that fades.

    config: learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (zeros like w).
        cache = decay_rate cache + (1 - decay_rate) dw^2
        next_w = w - learning_rate dw / (sqrt(cache) + epsilon)
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}
    rho = config["decay_rate"]
    cache = config.get("cache", np.zeros_like(w))
    cache = rho * cache + (1 - rho) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    config["cache"] = cache
    return next_w, config


def adam(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """Adam (Kingma and Ba 2015, algorithm 1) with both moments corrected for their start at zero.

    config: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m, v (zeros like w), t (0: the
    number of steps done before this one).
        t = t + 1
        m = beta1 m + (1 - beta1) dw,      m_hat = m / (1 - beta1^t)
        v = beta2 v + (1 - beta2) dw^2,    v_hat = v / (1 - beta2^t)
        next_w = w - learning_rate m_hat / (sqrt(v_hat) + epsilon)
    """
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
    beta1, beta2 = config["beta1"], config["beta2"]
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    t = config.get("t", 0) + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    config["m"], config["v"], config["t"] = m, v, t
    return next_w, config


def adamw(w: Array, dw: Array, config: Config | None = None) -> Updated:
    """AdamW (Loshchilov and Hutter 2019): Adam, and a weight decay that the moments never see.

    config: that of adam, and weight_decay (1e-2).
        next_w = w - learning_rate (m_hat / (sqrt(v_hat) + epsilon) + weight_decay w)
    As in torch, the decay is multiplied by the learning rate.
    """
    config = {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})}
    decay = config["learning_rate"] * config["weight_decay"] * w
    next_w, config = adam(w, dw, config)
    next_w = next_w - decay
    return next_w, config


# Schedules: the learning rate of each step, numbered from 0.


def step_decay(base_rate: float, step: int, every: int, factor: float) -> float:
    """base_rate, multiplied by `factor` after each `every` steps: base_rate factor^floor(step / every)."""
    drops = step // every
    return base_rate * factor**drops


def cosine_decay(base_rate: float, step: int, total_steps: int, final_rate: float = 0.0) -> float:
    """Half a period of the cosine from base_rate at step 0 to final_rate at total_steps, and there it stays.

    final_rate + (base_rate - final_rate) (1 + cos(pi min(step, total_steps) / total_steps)) / 2
    (Loshchilov and Hutter 2017, without restarts.)
    """
    progress = min(step, total_steps) / total_steps
    height = (1 + math.cos(math.pi * progress)) / 2
    return final_rate + (base_rate - final_rate) * height


def linear_warmup(base_rate: float, step: int, warmup_steps: int) -> float:
    """In equal parts up to base_rate, which the last of the warm-up steps has, and there it stays.

    base_rate min(1, (step + 1) / warmup_steps); base_rate where warmup_steps is 0.
    """
    if step + 1 >= warmup_steps:
        return base_rate
    return base_rate * (step + 1) / warmup_steps


def clip_gradient_norm(grads: dict[str, Array], max_norm: float) -> tuple[dict[str, Array], float]:
    """Shorten all gradients by one common factor if together they are longer than max_norm.

    grads: name -> array of any shape. Returns the clipped gradients by the same names, and the norm before.
        norm = sqrt(sum over all arrays and entries of g^2)
        clipped = g max_norm / norm if norm > max_norm, else g
    (Pascanu et al. 2013.)
    """
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads.values()))
    scale = max_norm / norm if norm > max_norm else 1.0
    return {name: g * scale for name, g in grads.items()}, norm
