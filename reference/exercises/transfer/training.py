"""What the model does: an epoch of training, an evaluation, and a look at what an action moved."""

# mypy: disable-error-code="union-attr, arg-type, index, no-untyped-call"
# torch declares the attributes of a module as `Tensor | Module`, and leaves `backward` untyped.

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from reference.exercises.transfer.inputs import (
    BACKBONE,
    EVERYTHING,
    batches,
    exercise,
    network,
    sgd,
)
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.truth import transfer as tl

_STATISTICS = ("bn1", "bn2", "bn3")


def with_log_probabilities(
    model: nn.Module, given: tl.Batches, optimizer: torch.optim.Optimizer, device: str = "cpu"
) -> float:
    """train_epoch with the loss in two steps, and a list of losses."""
    tl.train_mode(model)
    optimizer.zero_grad()
    losses = []
    for x, y in given:
        log_probabilities = torch.log_softmax(model(x.to(device)), dim=1)
        each = -log_probabilities[torch.arange(len(y)), y.to(device)]
        each.mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        losses += each.tolist()
    return float(np.mean(losses))


def example_by_example(model: nn.Module, given: tl.Batches, device: str = "cpu") -> float:
    """evaluate with a loop over single examples."""
    found = []
    modes = [module.training for module in model.modules()]
    model.eval()
    for x, y in given:
        with torch.no_grad():
            best = [int(model(one[None].to(device)).argmax()) for one in x]
        found += [a == int(b) for a, b in zip(best, y, strict=True)]
    for module, training in zip(model.modules(), modes, strict=True):
        module.training = training
    return sum(found) / len(found)


def on_a_copy(model: nn.Module, given: tl.Batches, device: str = "cpu") -> float:
    """evaluate with a copy of the model, which needs no restoring."""
    twin = copy.deepcopy(model).eval()
    with torch.inference_mode():
        pairs = [(twin(x.to(device)).argmax(dim=1).cpu(), y) for x, y in given]
    return float(torch.cat([a == b for a, b in pairs]).double().mean())


def _epoch(
    *sizes: int,
    model: dict[str, Any] | None = None,
    optimizer: dict[str, Any] | None = None,
    **given_as: Any,
) -> Any:
    def inputs(rng: np.random.Generator) -> dict[str, Any]:
        given = network(rng, **(model or {}))
        return {
            "model": given,
            "batches": batches(rng, sizes, **given_as),
            "optimizer": sgd(rng, given, **(optimizer or {})),
        }

    return inputs


_TRAINED = {"loss": 2, "model['backbone']": 2, "model['head']": 2}
_train = asker(
    """
    loss = train_epoch(model, batches, optimizer)
    told = plainly(loss)
    """,
    {**_TRAINED, "told": 0.5},
    updates=("model", "optimizer"),
)
_train_there = asker(
    "loss = train_epoch(model, batches, optimizer, 'cpu:0')", _TRAINED, updates=("model", "optimizer")
)
_ELSEWHERE = {"name": "batches that are not on the device", "visible": True, "weight": 0.5}
_ELSEWHERE["why"] = "as when the model is on a GPU: both x and y are moved to `device`"
_X_NOT_MOVED = (
    "Your x does not get to `device`, where the model is: on a GPU this is an error. x.to(device) returns "
    "the moved tensor, and x stays where it was."
)
_Y_NOT_MOVED = (
    "Your x gets to `device`, but y does not, and the scores are there: on a GPU this is an error. "
    "y.to(device) returns the moved tensor, and y stays where it was."
)

_NOTHING_LEARNS = (
    "No parameter moves: either there is no optimizer.step(), or the gradients are cleared between "
    "backward() and step(), so that the optimizer finds none."
)

named = Notation(globals())
TRAIN_EPOCH = exercise(
    tl.train_epoch,
    (
        _train("two batches", _epoch(4, 4), visible=True, main=True),
        _train("frozen backbone", _epoch(4, 3, model={"frozen": BACKBONE}), visible=True).because(
            "frozen batchnorm layers keep their statistics"
        ),
        _train("batches of two sizes", _epoch(6, 2, 2)).because(
            "the mean is over examples: a small batch counts less"
        ),
        _train(
            "found in evaluation mode",
            _epoch(5, 3, model={"evaluating": ("the model", *_STATISTICS)}),
            visible=True,
            why="evaluate() may have been the call before",
        ),
        _train(
            "old gradients and momentum",
            _epoch(4, model={"gradients": EVERYTHING}, optimizer={"moving": True, "weight_decay": 0.0625}),
        ),
        _train("batches that come only once", _epoch(3, 3, once=True), weight=0.5),
        _train_there(inputs=_epoch(3, kind="batches elsewhere"), **_ELSEWHERE),
        _train("a wider network", _epoch(5, 5, model={"width": 3}), weight=0.5),
    ),
    named.wrongs("""
    zero-grad-missing: optimizer.zero_grad() => pass
        You never call optimizer.zero_grad(): each backward adds to the gradients of all batches before.
        teach: backward adds, it does not replace: print a gradient after one call and after two.
    zeroed-after-backward: optimizer.zero_grad(); loss.backward() => loss.backward(); optimizer.zero_grad()
        @_NOTHING_LEARNS
    mode-left-as-found: train_mode(model) => pass
        You train in whatever mode the model was left: after an evaluation, batchnorm would still use its
        running statistics.
    evaluation-mode: train_mode(model) => model.eval()
        You train in evaluation mode: batchnorm uses its running statistics instead of the batch's, and they
        never move. Use train_mode.
    statistics-drift: train_mode(model) => model.train()
        model.train() sets the frozen batchnorm layers to training as well: their statistics moved, although
        nothing in them learns. Use train_mode.
    mean-of-batch-means: total += loss.item() * len(x); count += len(x) => total += loss.item(); count += 1
        You average the means of the batches. A last batch of two examples then counts as much as one of
        twenty: weigh each batch by its size.
    batch-means-over-examples: loss.item() * len(x) => loss.item()
        You add up the means of the batches and divide by the number of examples. A mean was divided once
        already: weigh each batch by its size.
    last-batch-only: return total / count => return loss.item()
        You return the loss of the last batch. Asked for is the mean over all examples of the epoch.
    graph-kept: loss.item() => loss
        You add up the loss tensors: each keeps the graph of its whole batch in memory. Take loss.item().
    a-tensor: loss.item() => loss.detach()
        You return a tensor. Asked for is a Python float: loss.item() takes it out.
    softmax-twice: F.cross_entropy(model(x), y) => F.cross_entropy(model(x).softmax(dim=1), y)
        You apply softmax before the cross-entropy, which contains one already.
    sum-not-mean: F.cross_entropy(model(x), y) => F.cross_entropy(model(x), y, reduction="sum")
        Your loss is the sum over the batch. Its gradients grow with the batch size; asked for is the mean.
    no-step: optimizer.step() => pass
        @_NOTHING_LEARNS
    x-not-moved: x, y = x.to(device), y.to(device) => y = y.to(device)
        @_X_NOT_MOVED
    y-not-moved: x, y = x.to(device), y.to(device) => x = x.to(device)
        @_Y_NOT_MOVED
    """),
    named.rights("""
    log probabilities by hand: by with_log_probabilities
    gradients kept as zeros: zero_grad() => zero_grad(set_to_none=False)
    in float32: loss.item() * len(x) => float(loss.detach().float() * len(x))
    """),
    {("zeroed-after-backward", "no-step"): "neither moves a parameter; only the running statistics change"},
)


def _close(*sizes: int) -> Any:
    """Scores so near to each other that no probability is above a half."""

    def inputs(rng: np.random.Generator) -> dict[str, Any]:
        drawn: dict[str, Any] = _judged(*sizes)(rng)
        head = {name: value / np.float32(64) for name, value in drawn["model"]["head"].items()}
        return {**drawn, "model": {**drawn["model"], "head": head}}

    return inputs


def _judged(*sizes: int, once: bool = False, kind: str = "batches", **model: Any) -> Any:
    return lambda rng: {
        "model": network(rng, **model),
        "batches": batches(rng, sizes, once=once, kind=kind),
    }


_evaluate = asker("share = evaluate(model, batches)", {"share": 3}, updates=("model",))
_evaluate_there = asker("share = evaluate(model, batches, 'cpu:0')", {"share": 3}, updates=("model",))
_leaving = asker(
    """
    before = snapshot(model)
    share = evaluate(model, batches)
    left = leaving(share, before, model)
    told = scored(share, model)
    """,
    {"share": 3, "left": 1, "told": 0.75},
    updates=("model",),
)

EVALUATE = exercise(
    tl.evaluate,
    (
        _leaving("in training mode", _judged(8, 8), visible=True, main=True),
        _evaluate("batches of two sizes", _judged(9, 2), visible=True),
        _leaving("found in evaluation mode", _judged(7, 7, evaluating=("the model", *_STATISTICS))),
        _leaving(
            "some layers in evaluation mode",
            _judged(8, 5, evaluating=("bn1", "bn2")),
            visible=True,
            weight=0.5,
            why="every module gets back the mode in which it was found",
        ),
        _evaluate("scores near to each other", _close(9, 8), visible=True, weight=0.5).because(
            "the largest score counts, however small it is"
        ),
        _evaluate("one example at a time", _judged(1, 1, 1, 1, 1, 1), weight=0.5),
        _evaluate("batches that come only once", _judged(6, 6, 6, once=True, width=3), weight=0.5),
        _evaluate_there(inputs=_judged(5, kind="batches elsewhere"), **_ELSEWHERE),
    ),
    named.wrongs("""
    eval-forgotten: model.eval() => pass
        You evaluate in training mode: batchnorm uses the statistics of the test batch, so an answer depends
        on its neighbours, and its running statistics move.
        teach: An answer must not depend on who sits beside: evaluate one picture alone and in a batch, and
        compare.
    mode-not-restored: module.training = training => pass
        You leave the model in evaluation mode. The next epoch of training would run in it.
    always-back-to-training: module.training = training => module.training = True
        You put everything into training mode afterwards. Give every module back the mode in which you found
        it: a frozen batchnorm layer was in evaluation mode.
    graph-kept: with torch.no_grad(): => with torch.enable_grad():
        Your scores come with a graph, which costs memory and is used by nobody. Use torch.no_grad().
    frozen-for-good: model.eval() => model.eval(); model.requires_grad_(False)
        You switch requires_grad off, and it stays off: nothing learns afterwards. torch.no_grad() does it
        for a while.
    a-tensor: int((model(x).argmax(dim=1) == y).sum()) => (model(x).argmax(dim=1) == y).sum()
        You return a tensor. Asked for is a Python float: .item() takes it out.
    mean-of-batch-shares:
        - right += int((model(x).argmax(dim=1) == y).sum())
        - count += len(y)
        + right += float((model(x).argmax(dim=1) == y).double().mean())
        + count += 1
        You average the shares of the batches. Count the right answers and the examples of all batches.
    above-a-half:
        - right += int((model(x).argmax(dim=1) == y).sum())
        + right += int((model(x).softmax(dim=1)[torch.arange(len(y)), y] > 0.5).sum())
        You count the examples whose label has a probability above one half. The largest score may have less:
        what counts is that it is at the label.
    wrong-answers: argmax(dim=1) == y).sum() => argmax(dim=1) != y).sum()
        You return the share of wrong answers. That of the right ones is asked for.
    a-count: return right / count => return float(right)
        You return how many are right. Asked for is the share, from 0 to 1.
    wrong-axis: argmax(dim=1) == y).sum() => argmax(dim=0)[:, None] == y).sum()
        You take the largest score of each class over the examples. Each example has its own largest score:
        dim=1.
    percent: return right / count => return 100 * right / count
        You return a percentage. Asked for is a share from 0 to 1.
    x-not-moved: x, y = x.to(device), y.to(device) => y = y.to(device)
        @_X_NOT_MOVED
    y-not-moved: x, y = x.to(device), y.to(device) => x = x.to(device)
        @_Y_NOT_MOVED
    """),
    named.rights("""
    one by one: by example_by_example
    on a copy: by on_a_copy
    """),
)


def with_arrays(model: nn.Module, action: Callable[[], object]) -> list[str]:
    """moved_by with arrays in the place of tensors."""
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    action()
    after = {name: value.numpy() for name, value in model.state_dict().items()}
    return [name for name in before if (before[name] != after[name]).any()]


def with_a_deep_copy(model: nn.Module, action: Callable[[], object]) -> list[str]:
    """moved_by with copy.deepcopy and a loop."""
    before = copy.deepcopy(model.state_dict())
    action()
    found = []
    for name, value in model.state_dict().items():
        if float((value.double() - before[name].double()).abs().max()) > 0:
            found.append(name)
    return found


def _action(**adds: Any) -> Any:
    def inputs(rng: np.random.Generator) -> dict[str, Any]:
        named = {name.replace("__", "."): amount for name, amount in adds.items()}
        return {"model": network(rng), "action": {"kind": "action", "adds": named}}

    return inputs


_SMALLEST = np.float32(2.0**-23)  # to numbers from 0.5 to 1.5: one or two units in the last place, exactly
_HALF = np.float32(0.5)
_ONE_OF_FIVE = np.array([0, 0, 0.5, 0, 0], np.float32)
_CANCELLING = np.array([0.25, -0.25], np.float32)
_moved = asker("names = moved_by(model, action)", {"names": 1}, updates=("model",))

named = Notation(globals(), parameters_only=lambda model, action: _parameters_only(model, action))
MOVED_BY = exercise(
    tl.moved_by,
    (
        _moved(
            "a head and a running mean",
            _action(fc__weight=_HALF, bn1__running_mean=np.float32(0.25), conv1__weight=_HALF),
            visible=True,
            main=True,
        ),
        _moved("nothing", _action(), visible=True),
        _moved("one number of five", _action(fc__bias=_ONE_OF_FIVE), visible=True, weight=0.5).because(
            "an entry has moved when any of its numbers has"
        ),
        _moved(
            "a count of batches",
            _action(bn2__num_batches_tracked=np.int64(1), conv2__weight=np.float32(-1)),
            weight=0.5,
        ),
        _moved("the smallest step", _action(bn1__weight=_SMALLEST, bn3__running_var=_SMALLEST)).because(
            "a step too small to see in the loss is still a step"
        ),
        _moved(
            "two steps that cancel in the sum",
            _action(bn1__weight=_CANCELLING, fc__bias=np.float32(0.5)),
            weight=0.5,
        ),
    ),
    named.wrongs("""
    aliased: name: value.clone() => name: value
        By your comparison nothing ever moves. The tensors of state_dict() are the model's own memory and move
        along: keep copies, value.clone(), and keep them before action() is called.
    parameters-only: by parameters_only
        You compare parameters only. Running means and variances are in the state dict too, and they move
        without any gradient.
    nearly-equal: equal(value, before[name]) => allclose(value.double(), before[name].double(), atol=1e-4)
        You accept small differences. A frozen number does not move at all: compare exactly.
        hidden: a visible case of the smallest step would answer how exact to be
    only-when-all-differ: not torch.equal(value, before[name]) => bool((value != before[name]).all())
        You count an entry as moved only when all of its numbers differ. One that differs is enough.
    sums-compared: not torch.equal(value, before[name]) => value.sum() != before[name].sum()
        You compare sums. Two changes in opposite directions leave the sum as it was.
        hidden: a visible case of two such changes would point at the short cut
    those-that-stayed: if not torch.equal => if torch.equal
        You return the names of what stayed the same.
    called-twice: action() => action(); action()
        You call action() twice. Call it once: it may be a whole training.
    first-left-out:
        - return [name for name, value in model.state_dict().items()
        + return [name for name, value in list(model.state_dict().items())[1:]
        The first entry of the state dict is never among your names.
    before-the-action: action() => pass
        You never call action(), so nothing can have moved.
    """),
    named.rights("""
    arrays: by with_arrays
    a deep copy: by with_a_deep_copy
    """),
    {("aliased", "before-the-action"): "both find that nothing moved"},
)


def _parameters_only(model: nn.Module, action: Callable[[], object]) -> list[str]:
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    action()
    return [name for name, value in model.named_parameters() if not torch.equal(value, before[name])]


EXERCISES = (MOVED_BY, TRAIN_EPOCH, EVALUATE)
