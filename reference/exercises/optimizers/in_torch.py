"""The unit's truth in torch: its own optimizers and schedulers, from given states, over several steps."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

from reference.exercises.optimizers.adaptive import ADAGRAD_RULE, RMSPROP_RULE
from reference.exercises.optimizers.moments import ADAM_RULE, ADAMW_RULE
from reference.exercises.optimizers.momentum import MOMENTUM_RULE, NESTEROV_RULE, SGD_RULE
from reference.exercises.optimizers.probes import Rule, fresh, started
from reference.kit.drawn import Drawn
from reference.truth import optimizers as opt
from reference.truth.oracle import Bound, Row

# No single number: after ten steps it may happen to be near 0, and relative errors would say little.
_SHAPES = ((4, 3), (7,), (2, 3, 2, 2), (9, 1), (16, 5))
STEPS = 10

# Over 400 draws in either dtype the worst error, in units of the machine epsilon, was 4.5 for ten steps of a
# rule, 8.5 for a schedule (torch computes each rate from the one before) and 2 for clipping. A GPU rounds
# roots and divisions in its own way; four times leaves room for that.
RULE = Bound(20, "four times the worst that ten steps of a rule were seen to lose")
NUMBER = Bound(35, "four times the worst: torch computes each rate from the one before, sixty times")
CLIP = Bound(10, "a sum of 43 squares in another order; torch's 1e-6 stands next to a norm above 1e11")


def training(rule: Rule) -> Callable[[np.random.Generator], Drawn]:
    """w, dw of ten steps and a config in one of five shapes, from a given state or from none."""

    def inputs(rng: np.random.Generator) -> Drawn:
        shape = _SHAPES[rng.integers(len(_SHAPES))]
        if rng.random() < 0.5:
            return started(rule, shape, STEPS)(rng)
        return fresh(rule, shape, STEPS, dict(rule.settings))(rng)

    return inputs


def all_steps(rule: Callable[..., Any], state: tuple[str, ...]) -> Callable[..., Any]:
    """Ours: where w is after all steps, and the state that the config then holds."""

    def walked(w: Any, dw: Any, config: Any) -> Any:
        for one in dw:
            w, config = rule(w, one, config)
        return w, *(config[key] for key in state)

    return walked


def rates(schedule: Callable[..., float]) -> Callable[..., Any]:
    """Ours: the rates of sixty steps, as an array in the dtype of `like`."""

    def all_of_them(like: Any, base_rate: float, **settings: Any) -> Any:
        return np.array([schedule(base_rate, step, **settings) for step in range(60)], like.dtype)

    return all_of_them


def _schedule(rng: np.random.Generator, **settings: Any) -> Drawn:
    return {"like": np.zeros(1), "base_rate": float(rng.uniform(0.05, 2)), **settings}


def _in_steps(rng: np.random.Generator) -> Drawn:
    return _schedule(rng, every=int(rng.integers(1, 20)), factor=float(rng.uniform(0.7, 0.95)))


def _cosine(rng: np.random.Generator) -> Drawn:
    return _schedule(rng, total_steps=59, final_rate=float(rng.uniform(0, 0.05)))


def _warmup(rng: np.random.Generator) -> Drawn:
    return _schedule(rng, warmup_steps=int(rng.integers(1, 50)))


def _gradients(rng: np.random.Generator) -> Drawn:
    """Long ones: torch adds 1e-6 to the norm, which must not be seen."""
    size = 10.0 ** rng.uniform(11, 12)
    grads = [size * rng.standard_normal(shape) for shape in ((4, 5), (5,), (5, 3), (3,))]
    return {f"g{k}": g for k, g in enumerate(grads)} | {"max_norm": float(rng.uniform(0.1, 10))}


def clipped(g0: Any, g1: Any, g2: Any, g3: Any, max_norm: float) -> Any:
    """Ours: four clipped gradients and the norm."""
    shorter, norm = opt.clip_gradient_norm({"g0": g0, "g1": g1, "g2": g2, "g3": g3}, max_norm)
    return *shorter.values(), g0.dtype.type(norm)


def walked(
    make: Callable[[list[Any], Mapping[str, Any]], Any], kept: Mapping[str, str]
) -> Callable[..., Any]:
    """Torch's optimizer from the state of `config`; `kept`: our key -> torch's."""

    def all_of_them(w: Any, dw: Any, config: Any) -> Any:
        parameter = torch.nn.Parameter(w.clone())
        optimizer = make([parameter], config)
        state = {theirs: config[ours].clone() for ours, theirs in kept.items() if ours in config}
        rate = config["learning_rate"]
        if "momentum_buffer" in state:
            state["momentum_buffer"] /= -rate
        if state and "step" not in state:
            state["step"] = torch.tensor(float(config.get("t", 0)))
        if state:
            optimizer.state[parameter] = {**optimizer.state[parameter], **state}
        for one in dw:
            parameter.grad = one.clone()
            optimizer.step()
        after = optimizer.state[parameter]
        scale = -rate if "velocity" in kept else 1.0
        return parameter.detach(), *(after[theirs] * scale for theirs in kept.values())

    return all_of_them


def sgd(parameters: list[Any], config: Mapping[str, Any], **more: Any) -> Any:
    return torch.optim.SGD(
        parameters, lr=config["learning_rate"], momentum=config.get("momentum", 0.0), **more
    )


def adagrad(parameters: list[Any], config: Mapping[str, Any]) -> Any:
    return torch.optim.Adagrad(parameters, lr=config["learning_rate"], eps=config["epsilon"])


def rmsprop(parameters: list[Any], config: Mapping[str, Any]) -> Any:
    alpha, eps = config["decay_rate"], config["epsilon"]
    return torch.optim.RMSprop(parameters, lr=config["learning_rate"], alpha=alpha, eps=eps)


def adam(parameters: list[Any], config: Mapping[str, Any], **more: Any) -> Any:
    betas = config["beta1"], config["beta2"]
    kind = torch.optim.AdamW if more else torch.optim.Adam
    return kind(parameters, lr=config["learning_rate"], betas=betas, eps=config["epsilon"], **more)


def adamw(parameters: list[Any], config: Mapping[str, Any]) -> Any:
    return adam(parameters, config, weight_decay=config["weight_decay"])


def scheduled(make: Callable[..., Any]) -> Callable[..., Any]:
    def all_of_them(like: Any, base_rate: float, **settings: Any) -> Any:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_rate)
        scheduler, found = make(optimizer, **settings), []
        for _ in range(60):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return torch.tensor(found, dtype=like.dtype)

    return all_of_them


def in_steps(optimizer: Any, every: int, factor: float) -> Any:
    return lr_scheduler.StepLR(optimizer, every, factor)


def cosine(optimizer: Any, total_steps: int, final_rate: float) -> Any:
    return lr_scheduler.CosineAnnealingLR(optimizer, total_steps, final_rate)


def warmup(optimizer: Any, warmup_steps: int) -> Any:
    if warmup_steps == 1:
        return lr_scheduler.ConstantLR(optimizer, 1.0)
    return lr_scheduler.LinearLR(optimizer, 1 / warmup_steps, total_iters=warmup_steps - 1)


def torch_clipped(g0: Any, g1: Any, g2: Any, g3: Any, max_norm: float) -> Any:
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in (g0, g1, g2, g3)]
    for parameter, gradient in zip(parameters, (g0, g1, g2, g3), strict=True):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return *(parameter.grad for parameter in parameters), norm


def row(rule: Rule, make: Any, kept: Mapping[str, str]) -> Row:
    return Row(rule.name, all_steps(rule.truth, tuple(kept)), walked(make, kept), training(rule), RULE)


velocity, cache = {"velocity": "momentum_buffer"}, {"m": "exp_avg", "v": "exp_avg_sq"}
ROWS = (
    row(SGD_RULE, sgd, {}),
    row(MOMENTUM_RULE, sgd, velocity),
    row(NESTEROV_RULE, lambda p, c: sgd(p, c, nesterov=True), velocity),
    row(ADAGRAD_RULE, adagrad, {"cache": "sum"}),
    row(RMSPROP_RULE, rmsprop, {"cache": "square_avg"}),
    row(ADAM_RULE, adam, cache),
    row(ADAMW_RULE, adamw, cache),
    Row("step_decay", rates(opt.step_decay), scheduled(in_steps), _in_steps, NUMBER),
    Row("cosine_decay", rates(opt.cosine_decay), scheduled(cosine), _cosine, NUMBER),
    Row("linear_warmup", rates(opt.linear_warmup), scheduled(warmup), _warmup, NUMBER),
    Row("clip_gradient_norm", clipped, torch_clipped, _gradients, CLIP),
)
