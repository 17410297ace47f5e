"""Training one Boltzmann machine, and a stack of them."""

from typing import Any

import numpy as np

from reference.exercises.initialization.inputs import alone, training
from reference.kit.notation import Notation
from reference.kit.probes import asker
from reference.kit.promises import pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import initialization as init


def with_while(v: Any, rbm: Any, u: Any, learning_rate: Any, batch_size: Any) -> Any:
    """Copies that are changed in place, batches cut by np.split."""
    mine = {name: value.copy() for name, value in rbm.items()}
    cuts, errors = list(range(batch_size, len(v), batch_size)), np.zeros(len(u), v.dtype)
    for epoch in range(len(u)):
        for rows in np.split(np.arange(len(v)), cuts):
            moves = init.cd1_gradient(v[rows], mine, u[epoch, rows])
            for name, move in zip(("w", "b", "c"), moves, strict=True):
                mine[name] += learning_rate * move
        p = init.rbm_hidden(v, mine["w"], mine["c"])
        errors[epoch] = np.square(init.rbm_visible(p, mine["w"], mine["b"]) - v).mean()
    return mine, errors


def last_batch_left_out(v: Any, rbm: Any, u: Any, learning_rate: Any, batch_size: Any) -> Any:
    """Whole batches only."""
    whole = len(v) // batch_size * batch_size
    if whole == len(v):
        return init.rbm_train(v, rbm, u, learning_rate, batch_size)
    trained, errors = dict(rbm), []
    for epoch in u:
        trained, _ = init.rbm_train(v[:whole], trained, epoch[None, :whole], learning_rate, batch_size)
        r = init.rbm_visible(init.rbm_hidden(v, trained["w"], trained["c"]), trained["w"], trained["b"])
        errors.append(np.mean((v - r) ** 2))
    return trained, np.array(errors)


_train = asker(
    "trained, errors = rbm_train(v, rbm, u, learning_rate, batch_size)",
    {"trained['w']": 2.5, "trained['b']": 1, "trained['c']": 1, "errors": 1.5},
)
named = Notation(globals())
TRAIN = exercise(
    init.rbm_train,
    (
        _train(
            "3 epochs, batches of 2",
            alone(training(8, 5, (3,), 3, rate=0.5, batch=2)),
            weight=2,
            visible=True,
            main=True,
        ),
        _train(
            "2 epochs, the last batch is smaller",
            alone(training(7, 4, (5,), 2, rate=0.7, batch=3)),
            weight=1.5,
            visible=True,
            why="7 examples, 3 at a time: the last batch has one",
        ),
        _train(
            "a batch larger than the data",
            alone(training(5, 6, (2,), 2, rate=1.0, batch=9)),
            weight=0.5,
            visible=True,
            why="all examples are one batch then",
        ),
        pure(alone(training(4, 3, (2,), 1, rate=0.5, batch=2)), visible=True),
        _train(
            "4 epochs, batches of 3",
            alone(training(9, 6, (5,), 4, rate=0.8, batch=3)),
            weight=2,
            main=True,
        ),
        _train("one example at a time", alone(training(5, 4, (3,), 2, rate=0.3, batch=1))),
        takes_gaps(),
    ),
    named.wrongs("""
    last-batch-left-out: by last_batch_left_out
        You leave out the examples behind the last whole batch. They are a smaller batch of their own.
    same-draws-in-each-epoch: draws[rows] => u[0][rows]
        Each of your epochs uses the random numbers of the first one. Epoch e has u[e].
    draws-not-by-example: draws[rows] => draws[: len(v[rows])]
        Each of your batches uses the first rows of the random numbers. Example n has u[e, n].
    all-examples-at-once: rows = slice(start, start + batch_size) => rows = slice(None)
        Each of your steps uses all examples. Take `batch_size` of them at a time.
    first-batch-only: rows = slice(start, start + batch_size) => rows = slice(0, batch_size)
        Each of your steps uses the first batch. Move on to the next rows.
    one-batch-per-epoch: range(0, len(v), batch_size) => range(0, 1)
        Your epochs have one step. An epoch goes through all batches.
    descent: rbm["w"] + learning_rate * dw => rbm["w"] - learning_rate * dw
        You subtract dw. The direction of contrastive divergence is added.
    descent-everywhere:
        - rbm["w"] = rbm["w"] + learning_rate * dw
        - rbm["b"] = rbm["b"] + learning_rate * db
        - rbm["c"] = rbm["c"] + learning_rate * dc
        + rbm["w"] = rbm["w"] - learning_rate * dw
        + rbm["b"] = rbm["b"] - learning_rate * db
        + rbm["c"] = rbm["c"] - learning_rate * dc
        You subtract the direction of contrastive divergence. It is added: it points uphill.
    biases-not-trained:
        - rbm["b"] = rbm["b"] + learning_rate * db
        - rbm["c"] = rbm["c"] + learning_rate * dc
        + pass
        Your biases stay where they were. All three parameters are trained.
    last-batch-weighed-by-its-size:
        - dw, db, dc = cd1_gradient(v[rows], rbm, draws[rows])
        + moves = cd1_gradient(v[rows], rbm, draws[rows])
        + dw, db, dc = (one * (len(v[rows]) / batch_size) for one in moves)
        A batch that is not full moves the parameters less, by its share of a full one. Each direction is a
        mean over its own batch, and counts whole.
    rate-divided-by-the-batch:
        - dw, db, dc = cd1_gradient(v[rows], rbm, draws[rows])
        + moves = cd1_gradient(v[rows], rbm, draws[rows])
        + dw, db, dc = (one / len(v[rows]) for one in moves)
        You divide by the size of the batch once more. The direction is a mean already.
    rate-forgotten:
        - rbm["w"] = rbm["w"] + learning_rate * dw
        - rbm["b"] = rbm["b"] + learning_rate * db
        - rbm["c"] = rbm["c"] + learning_rate * dc
        + rbm["w"] = rbm["w"] + dw
        + rbm["b"] = rbm["b"] + db
        + rbm["c"] = rbm["c"] + dc
        Your steps do not use learning_rate.
    only-one-error: errors.append(np.mean((v - r) ** 2)) => errors = [np.mean((v - r) ** 2)]
        You return the error of the last epoch. One for each epoch is asked for.
    errors-of-the-last-batch: np.mean((v - r) ** 2) => np.mean((v[rows] - r[rows]) ** 2)
        Your errors are those of an epoch's last batch. The docstring takes all entries of v.
    half-the-error: np.mean((v - r) ** 2) => 0.5 * np.mean((v - r) ** 2)
        Your errors are half of the mean square. The docstring has no 1/2.
    rate-divided-by-batch-size:
        - dw, db, dc = cd1_gradient(v[rows], rbm, draws[rows])
        + moves = cd1_gradient(v[rows], rbm, draws[rows])
        + dw, db, dc = (one / batch_size for one in moves)
        You divide by batch_size once more. The direction is a mean already.
    each-epoch-from-the-start:
        - for draws in u:
        + begun = rbm
        + for draws in u:
        +     rbm = dict(begun)
        Each of your epochs begins with the machine that you were given. It goes on with what the last one
        has learned.
    one-epoch-only: for draws in u: => for draws in u[:1]:
        You train for one epoch. There are as many as u has entries, E.
    errors-summed: np.mean((v - r) ** 2) => np.sum((v - r) ** 2)
        Your errors are sums of squares. The docstring takes the mean over all entries.
    errors-summed-over-the-pixels: np.mean((v - r) ** 2) => np.sum((v - r) ** 2) / len(v)
        Your errors are divided by the number of examples only. The docstring takes the mean over all
        entries.
    absolute-errors: np.mean((v - r) ** 2) => np.mean(np.abs(v - r))
        Your errors are mean distances. The docstring squares them.
    root-of-the-error: np.mean((v - r) ** 2) => np.sqrt(np.mean((v - r) ** 2))
        You take the root of the mean square. The docstring leaves it as it is.
    error-of-a-sample:
        - r = rbm_visible(rbm_hidden(v, rbm["w"], rbm["c"]), rbm["w"], rbm["b"])
        + h = (draws < rbm_hidden(v, rbm["w"], rbm["c"])).astype(v.dtype)
        + r = rbm_visible(h, rbm["w"], rbm["b"])
        Your errors are those of a reconstruction from samples. For them the docstring stays with
        probabilities on both ways.
    writes-into-rbm:
        - rbm["w"] = rbm["w"] + learning_rate * dw
        + rbm["w"] += learning_rate * dw
        Your values are right, but the weights of the caller's machine have changed: += writes into the
        array that you were given.
    """),
    named.rights("""
    copies, np.split: by with_while
    errors by np.square: np.mean((v - r) ** 2) => np.square(v - r).mean()
    """),
)

UP = 'v = rbm_hidden(v, rbm["w"], rbm["c"])'
_stack = asker(
    "stack = pretrain_stack(v, rbms, draws, learning_rate, batch_size)",
    {f"stack[{k}]['{name}']": share for k in (0, 1) for name, share in (("w", 2), ("b", 1), ("c", 1))},
)
_three = asker("stack = pretrain_stack(v, rbms, draws, learning_rate, batch_size)", {"stack": 4})


def from_samples(v: Any, rbms: Any, draws: Any, learning_rate: Any, batch_size: Any) -> Any:
    """What goes up is thrown with the last random numbers."""
    trained = []
    for rbm, u in zip(rbms, draws, strict=True):
        one, _ = init.rbm_train(v, rbm, u, learning_rate, batch_size)
        v = (u[-1] < init.rbm_hidden(v, one["w"], one["c"])).astype(v.dtype)
        trained.append(one)
    return trained


def by_index(v: Any, rbms: Any, draws: Any, learning_rate: Any, batch_size: Any) -> Any:
    """By number of the layer, from the data anew for each."""
    trained: list[Any] = []
    for number in range(len(rbms)):
        data = v
        for below in trained:
            data = init.rbm_hidden(data, below["w"], below["c"])
        trained.append(init.rbm_train(data, rbms[number], draws[number], learning_rate, batch_size)[0])
    return trained


PRETRAIN = exercise(
    init.pretrain_stack,
    (
        _stack(
            "two machines", training(6, 5, (4, 3), 2, rate=0.6, batch=3), weight=2, visible=True, main=True
        ),
        _three("one machine", training(5, 4, (3,), 2, rate=0.6, batch=2), weight=0.5, visible=True),
        pure(training(4, 3, (4, 2), 1, rate=0.5, batch=2), visible=True),
        _stack("two machines of one size", training(7, 4, (4, 4), 2, rate=0.8, batch=4), weight=2, main=True),
        _three("three machines", training(6, 5, (3, 4, 2), 2, rate=0.7, batch=4), main=True),
        takes_gaps(),
    ),
    named.wrongs("""
    data-not-passed-on: v = rbm_hidden(v, rbm["w"], rbm["c"]) => v = v[:, : rbm["w"].shape[1]]
        Each of your machines learns the pictures. All but the first should learn what the one below makes
        of them.
    samples-passed-on: by from_samples
        You pass samples on to the next machine. The docstring passes the probabilities.
    rounded-and-passed-on: @UP => v = np.round(rbm_hidden(v, rbm["w"], rbm["c"]))
        You make zeros and ones of what you pass on. The docstring passes the probabilities.
    passed-through-untrained-weights:
        - rbm, _ = rbm_train(v, rbm, u, learning_rate, batch_size)
        - v = rbm_hidden(v, rbm["w"], rbm["c"])
        + before = v
        + v = rbm_hidden(v, rbm["w"], rbm["c"])
        + rbm, _ = rbm_train(before, rbm, u, learning_rate, batch_size)
        The data go up through the weights that you were given. They should go through the trained ones.
    first-machine-only: trained.append(rbm) => trained.append(dict(rbms[len(trained)]) if trained else rbm)
        Only your first machine is trained; the others come back as they were.
    nothing-trained: trained.append(rbm) => trained.append(dict(rbms[len(trained)]))
        None of your machines is trained: they come back as they were given.
    sums-passed-on: @UP => v = v @ rbm["w"] + rbm["c"]
        You pass on the sums of the hidden units. The sigmoid makes probabilities of them first.
    reconstruction-passed-on:
        - v = rbm_hidden(v, rbm["w"], rbm["c"])
        + r = rbm_visible(rbm_hidden(v, rbm["w"], rbm["c"]), rbm["w"], rbm["b"])
        + v = r[:, : len(rbm["c"])]
        You pass the reconstruction on. What goes up is the hidden layer.
    hidden-bias-forgotten: v = rbm_hidden(v, rbm["w"], rbm["c"]) => v = sigmoid(v @ rbm["w"])
        The hidden biases are missing on the way up.
    pairs-returned: trained.append(rbm) => trained.append((rbm, v))
        Your list holds pairs. rbm_train returns the machine and its errors: keep the machine.
    top-first: return trained => return trained[::-1]
        Your list begins with the last machine. It is in the order of the stack, the first one first.
    last-machine-only: return trained => return trained[-1:]
        You return the last machine. The list of all of them is asked for.
    """),
    named.rights("""
    from the data anew: by by_index
    as a tuple: return trained => return tuple(trained)
    """),
)
EXERCISES = (TRAIN, PRETRAIN)
