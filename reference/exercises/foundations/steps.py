"""A step of gradient descent, and an epoch of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exercises.foundations.inputs import three_layers
from reference.kit import probes
from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.promises import keeps_dtype, takes_gaps
from reference.kit.variants import exercise
from reference.truth import foundations as fo


def descent(*shapes: tuple[int, ...], rate: float = 0.3, size: float = 1.0) -> Inputs:
    """params and grads of these shapes, and a learning rate."""

    def drawn(rng: np.random.Generator) -> Drawn:
        names = [f"p{k}" for k in range(len(shapes))]
        draw: Callable[[tuple[int, ...]], Any] = rng.standard_normal
        return {
            "params": {name: draw(shape) for name, shape in zip(names, shapes, strict=True)},
            "grads": {name: size * draw(shape) for name, shape in zip(names, shapes, strict=True)},
            "learning_rate": rate,
        }

    return drawn


def copied_first(params: Any, grads: Any, learning_rate: Any) -> Any:
    """In place on copies."""
    new = {name: value.copy() for name, value in params.items()}
    for name, gradient in grads.items():
        new[name] -= (learning_rate * gradient).astype(gradient.dtype)
    return new


named = Notation(globals())
_step = probes.asker("new = gradient_descent_step(params, grads, learning_rate)", "new")
STEP = exercise(
    fo.gradient_descent_step,
    (
        _step("a matrix and a vector", descent((4, 3), (3,)), weight=2, visible=True, main=True),
        keeps_dtype(descent((3, 2), (2,), (2, 5)), visible=True, why=probes.DTYPE),
        _step(
            "six parameters",
            descent((5, 4), (4,), (4, 3), (3,), (3, 2), (2,), rate=0.05),
            weight=2,
            main=True,
        ),
        _step("a large rate", descent((3, 4), (4,), rate=7.0), weight=0.5),
        _step("one parameter", descent((2, 3, 2)), weight=0.5),
        takes_gaps(descent((4, 3), (3,)), why=probes.MEMORY),
    ),
    named.wrongs("""
    uphill: params[name] - learning_rate => params[name] + learning_rate
        You add the gradient, and the loss grows: a step downhill goes against it.
    rate-forgotten: - learning_rate * grads[name] => - grads[name]
        The learning rate is missing: your step is the gradient itself.
    step-alone: params[name] - learning_rate * grads[name] => -learning_rate * grads[name]
        You return the step. The new parameters are the old ones with the step added.
    step-with-its-sign-alone: params[name] - learning_rate * grads[name] => learning_rate * grads[name]
        You return the learning rate times the gradient. It is subtracted from the old parameters.
    grads-for-params: params[name] - learning_rate * grads[name] => grads[name] - learning_rate * params[name]
        Parameters and gradients have changed places: what is multiplied by the learning rate is the gradient.
    gradients-returned: params[name] - learning_rate * grads[name] => grads[name]
        You return the gradients as they came.
    writes-into-grads:
        - return {name: params[name] - learning_rate * grads[name] for name in params}
        + for name in params:
        +     grads[name] *= learning_rate
        + return {name: params[name] - grads[name] for name in params}
        Your values are right, but the function changes the gradients of its caller. Make new arrays.
    divided-by-the-rate: learning_rate * grads[name] => grads[name] / learning_rate
        You divide by the learning rate. A larger rate makes a longer step.
    only-the-sign: learning_rate * grads[name] => learning_rate * np.sign(grads[name])
        Every entry of yours moves by the same amount. The step is as long as the gradient says.
    writes-into-params:
        - return {name: params[name] - learning_rate * grads[name] for name in params}
        + for name in params:
        +     params[name] -= learning_rate * grads[name]
        + return params
        Your values are right, but the function changes the arrays of its caller. Make new ones.
    """),
    named.rights("""
    in place on copies: by copied_first
    dict of pairs:
        - {name: params[name] - learning_rate * grads[name] for name in params}
        + dict(zip(params, (p + -learning_rate * grads[name] for name, p in params.items()), strict=True))
    """),
)


def epoch(
    sizes: tuple[int, ...], shape: tuple[int, ...], widths: tuple[int, int, int], rate: float
) -> Inputs:
    """params, batches of these sizes and a learning rate."""

    def drawn(rng: np.random.Generator) -> Drawn:
        params = three_layers(1, shape, widths)(rng)["params"]
        batches = [
            (1.5 * rng.standard_normal((size, *shape)), rng.integers(0, widths[-1], size)) for size in sizes
        ]
        return {"params": params, "batches": batches, "learning_rate": rate}

    return drawn


def by_hand(params: Any, batches: Any, learning_rate: Any) -> Any:
    """A copy that is changed in place, and a while loop."""
    params, losses, k = {name: value.copy() for name, value in params.items()}, [], 0
    while k < len(batches):
        scores, cache = fo.three_layer_forward(batches[k][0], params)
        loss, dscores = fo.softmax_loss(scores, batches[k][1])
        losses += [float(loss)]
        for name, gradient in fo.three_layer_backward(dscores, cache).items():
            params[name] = params[name] - learning_rate * gradient
        k += 1
    return params, losses


def _epoch_by(one_step: Callable[..., Any]) -> Any:
    """An epoch whose step is another one: `one_step` gets the first parameters, those of before, x, y and the
    rate."""

    def epoch_by(params: Any, batches: Any, learning_rate: Any) -> Any:
        start, losses = params, []
        for x, y in batches:
            params, loss = one_step(start, params, x, y, learning_rate)
            losses.append(loss)
        return params, losses

    return epoch_by


def _gradients_at(params: Any, x: Any, y: Any) -> Any:
    scores, cache = fo.three_layer_forward(x, params)
    loss, dscores = fo.softmax_loss(scores, y)
    return fo.three_layer_backward(dscores, cache), loss


@_epoch_by
def forward_from_the_start(start: Any, params: Any, x: Any, y: Any, rate: Any) -> Any:
    """Every batch sees the first parameters; the steps add up."""
    grads, loss = _gradients_at(start, x, y)
    return fo.gradient_descent_step(params, grads, rate), loss


@_epoch_by
def step_from_the_start(start: Any, params: Any, x: Any, y: Any, rate: Any) -> Any:
    """Gradients of the present parameters, subtracted from the first ones."""
    grads, loss = _gradients_at(params, x, y)
    return fo.gradient_descent_step(start, grads, rate), loss


@_epoch_by
def weights_only(start: Any, params: Any, x: Any, y: Any, rate: Any) -> Any:
    """Biases stay."""
    grads, loss = _gradients_at(params, x, y)
    return {**params, **{k: params[k] - rate * grads[k] for k in params if k[0] == "w"}}, loss


@_epoch_by
def divided_again(start: Any, params: Any, x: Any, y: Any, rate: Any) -> Any:
    """Gradients divided by the size of the batch once more."""
    grads, loss = _gradients_at(params, x, y)
    return fo.gradient_descent_step(params, grads, rate / len(x)), loss


def accumulated(params: Any, batches: Any, learning_rate: Any) -> Any:
    """Gradients are added up from batch to batch."""
    losses: list[Any] = []
    total: dict[str, Any] = dict.fromkeys(params, 0.0)
    for x, y in batches:
        grads, loss = _gradients_at(params, x, y)
        total = {k: total[k] + grads[k] for k in params}
        params = fo.gradient_descent_step(params, total, learning_rate)
        losses.append(loss)
    return params, losses


def from_the_start(params: Any, batches: Any, learning_rate: Any) -> Any:
    """Each step from the first parameters."""
    parts = [fo.train_epoch(params, [batch], learning_rate) for batch in batches]
    return parts[-1][0] if parts else params, [loss for _, (loss,) in parts]


EPOCH_SHARES = {**{f'after["{name}"]': 1.0 for name in ("w1", "b1", "w2", "b2", "w3", "b3")}, "losses": 3.0}
_epoch = probes.asker("after, losses = train_epoch(params, batches, learning_rate)", EPOCH_SHARES)
EPOCH = exercise(
    fo.train_epoch,
    (
        _epoch("three batches", epoch((5, 5, 3), (4,), (7, 5, 3), 0.2), weight=2, visible=True, main=True),
        _epoch("one batch", epoch((6,), (3,), (5, 4, 3), 0.5), visible=True, weight=0.5),
        _epoch("four batches of pictures", epoch((4, 4, 4, 2), (3, 2), (5, 6, 4), 0.3), weight=2, main=True),
        _epoch("a small rate", epoch((3, 4), (5,), (6, 4, 2), 1e-3), weight=0.5),
    ),
    named.wrongs("""
    always-from-the-start: by from_the_start
        Every step of yours starts from the first parameters, so only the last batch counts. The next step
        starts where the last one ended.
    forward-from-the-start: by forward_from_the_start
        Your scores are always those of the first parameters. Each batch sees what the steps before have made
        of them.
    step-from-the-start: by step_from_the_start
        Each of your steps is taken from the first parameters, so that the ones before are lost. The next step
        starts where the last one ended.
    gradients-accumulated: by accumulated
        Your gradients add up from batch to batch. Each step uses those of its own batch alone.
    weights-only: by weights_only
        Your biases never change. They have gradients and take part in each step.
    divided-by-n-again: by divided_again
        Your gradients are divided by the number of examples once more. The softmax loss is a mean already.
    one-batch-too-few: for x, y in batches: => for x, y in batches[:-1]:
        Your last batch is not used.
    last-batch-first: for x, y in batches: => for x, y in batches[::-1]:
        You go through the batches from the last to the first.
    one-number: return params, losses => return params, np.mean(losses)
        You return the mean of the losses. One for each batch is asked for, in order.
    last-loss-alone: return params, losses => return params, losses[-1]
        You return the loss of the last batch alone. One for each batch is asked for, in order.
    losses-times-n: losses.append(before) => losses.append(before * len(x))
        Your losses are multiplied by the number of examples. The mean that softmax_loss returns is asked for.
    never-updated: params = gradient_descent_step(params, grads, learning_rate) => pass
        Your parameters never change: keep what your step returns.
    first-batch-only: for x, y in batches: => for x, y in batches[:1]:
        Only the first batch is used. A return inside the loop does this, for one.
    one-loss: return params, losses => return params, losses[-1:]
        You return the loss of the last batch alone. One for each batch is asked for, in order.
    mean-loss: return params, losses => return params, [float(np.mean(losses))] * bool(losses)
        You return the mean of the losses. One for each batch is asked for, in order.
    loss-after-the-step:
        - losses.append(before)
        - grads = three_layer_backward(dscores, cache)
        - params = gradient_descent_step(params, grads, learning_rate)
        + grads = three_layer_backward(dscores, cache)
        + params = gradient_descent_step(params, grads, learning_rate)
        + losses.append(softmax_loss(three_layer_forward(x, params)[0], y)[0])
        Your losses are measured after the step. The one that the gradient came from, before it, is asked for.
    uphill: (params, grads, learning_rate) => (params, grads, -learning_rate)
        Your steps go uphill: the loss grows from batch to batch.
    gradients-kept:
        - grads = three_layer_backward(dscores, cache)
        + if len(losses) == 1:
        +     grads = three_layer_backward(dscores, cache)
        All of your steps use the gradients of the first batch. Each batch has gradients of its own.
    scores-for-the-gradient: three_layer_backward(dscores, cache) => three_layer_backward(scores, cache)
        You send the scores back through the network. What goes back is the gradient of the loss by them.
    """),
    named.rights("""
    by hand: by by_hand
    batches in reverse from a stack:
        - for x, y in batches:
        + stack = list(batches)[::-1]
        + for x, y in (stack.pop() for _ in range(len(stack))):
    """),
)
