"""What several networks say together."""

from typing import Any

import numpy as np

from reference.kit.drawn import Drawn
from reference.kit.exercise import Inputs
from reference.kit.notation import Notation
from reference.kit.probes import MEMORY, asker
from reference.kit.promises import keeps_dtype, pure, takes_gaps
from reference.kit.variants import exercise
from reference.truth import regularization as re


def said(M: int, N: int, C: int, size: float = 2.0, away: float = 0.0, up: float = 0.0) -> Inputs:
    """Scores of M networks, some surer than others; away: how far from `up` the scores of the rows lie."""

    def drawn(rng: np.random.Generator) -> Drawn:
        sure = np.linspace(0.3, 2, M)[:, None, None]
        rows = up + away * rng.uniform(-1, 1, (M, N, 1))
        return {"scores": size * sure * rng.standard_normal((M, N, C)) + rows}

    return drawn


def one_is_sure(M: int, N: int, C: int) -> Inputs:
    """One network is sure of a class, the others lean a little to another one."""

    def drawn(rng: np.random.Generator) -> Drawn:
        scores = rng.uniform(0, 0.1, (M, N, C))
        scores[1:, :, 0] += 0.5
        scores[0, :, 1] += 6
        return {"scores": scores}

    return drawn


def network_by_network(scores: Any) -> Any:
    """A running sum."""
    total = np.zeros(scores.shape[1:], scores.dtype)
    for one in scores:
        shifted = one - one.max(axis=1, keepdims=True)
        total += np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
    return total.argmax(axis=1), total / len(scores)


named = Notation(globals())
_ask = asker("labels, probabilities = ensemble_predict(scores)", {"labels": 2.0, "probabilities": 3.0})
PREDICT = exercise(
    re.ensemble_predict,
    (
        _ask("3 networks, 6 examples, 4 classes", said(3, 6, 4), weight=2, visible=True, main=True),
        _ask("one is sure, four lean", one_is_sure(5, 4, 3), visible=True, main=True).because(
            "a mean of probabilities is no vote"
        ),
        _ask("rows far from each other", said(3, 4, 5, away=4000.0), visible=True, quiet=True).because(
            "any size of scores: exp(1000) is infinite"
        ),
        _ask(
            "scores of 1,000 and more", said(3, 5, 4, up=1000.0), visible=True, weight=0.5, quiet=True
        ).because("any size of scores: exp(1000) is infinite"),
        _ask("scores of about 400", said(3, 4, 4, size=1.0, up=400.0), visible=True, weight=0.5).because(
            "any size of scores: exp(400) is large, and not yet infinite"
        ),
        keeps_dtype(said(2, 5, 3), exact_dtype=False, visible=True),
        _ask("one network", said(1, 5, 3), visible=True, weight=0.5, why="M = 1"),
        _ask("4 networks, 8 examples, 5 classes", said(4, 8, 5), weight=2, main=True),
        _ask("one score far above the others", said(3, 5, 4, size=3000.0), weight=0.5, quiet=True).because(
            "the largest score of each row is taken away"
        ),
        _ask("one example", said(4, 1, 3), weight=0.5, why="N = 1"),
        _ask("as many networks as examples and classes", said(4, 4, 4, size=1.0), weight=0.5),
        pure(),
        takes_gaps(said(3, 4, 5), why=MEMORY),
    ),
    named.wrongs(
        """
    scores-averaged:
        - e = np.exp(scores - scores.max(axis=2, keepdims=True))
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + mean = scores.mean(axis=0)
        + e = np.exp(mean - mean.max(axis=1, keepdims=True))
        + probabilities = e / e.sum(axis=1, keepdims=True)
        You average the scores and take one softmax. The probabilities of each network are averaged.
    logarithms-averaged:
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + probabilities = np.exp(np.mean(np.log(np.maximum(e / e.sum(axis=2, keepdims=True), 1e-30)), axis=0))
        You take the geometric mean of the probabilities, whose sum is below 1. The mean itself is meant.
    votes:
        - return np.argmax(probabilities, axis=1), probabilities
        + votes = np.eye(e.shape[2])[e.argmax(axis=2)].sum(axis=0)
        + return np.argmax(votes, axis=1), probabilities
        Your labels are those with most votes. The class with the largest mean probability is meant: a network
        that is sure weighs more than one that leans.
    shares-of-votes:
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + probabilities = np.eye(e.shape[2], dtype=e.dtype)[e.argmax(axis=2)].mean(axis=0)
        Your probabilities are shares of votes. Those of the softmax are averaged.
    summed: np.mean(e / e.sum(axis=2, keepdims=True) => np.sum(e / e.sum(axis=2, keepdims=True)
        You add up the probabilities of the networks, so that a row has the sum M.
    over-the-examples:
        - e = np.exp(scores - scores.max(axis=2, keepdims=True))
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + e = np.exp(scores - scores.max(axis=1, keepdims=True))
        + probabilities = np.mean(e / e.sum(axis=1, keepdims=True), axis=0)
        Your softmax runs over the examples. For each example the probabilities of its classes add up to 1:
        axis 2.
    over-the-networks:
        - e = np.exp(scores - scores.max(axis=2, keepdims=True))
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + e = np.exp(scores - scores.max(axis=0, keepdims=True))
        + probabilities = np.mean(e / e.sum(axis=0, keepdims=True), axis=0)
        Your softmax runs over the networks. For each of them the probabilities of the classes add up to 1.
    examples-averaged: keepdims=True), axis=0) => keepdims=True), axis=1)
        You average over the examples. The mean is over the networks, axis 0.
    not-shifted: np.exp(scores - scores.max(axis=2, keepdims=True)) => np.exp(scores)
        exp of a large score is infinite, and the quotient is NaN. Subtract the largest score of each row
        before exp, which changes no probability.
    shifted-by-the-whole: scores.max(axis=2, keepdims=True) => scores.max()
        You subtract one number, the largest of all, so that rows far below it become 0 / 0. Each row has its
        own largest score.
    first-network-only: np.argmax(probabilities, axis=1), => np.argmax(scores[0], axis=1),
        Your labels are those of the first network.
    largest-of-any: np.mean(e / e.sum(axis=2, keepdims=True) => np.max(e / e.sum(axis=2, keepdims=True)
        You take the largest probability that any network gives. The mean is asked for.
    median: np.mean(e / e.sum(axis=2, keepdims=True) => np.median(e / e.sum(axis=2, keepdims=True)
        You take the median of the networks. The mean is asked for.
    cut-at-500:
        - e = np.exp(scores - scores.max(axis=2, keepdims=True))
        + e = np.exp(np.clip(scores, -500, 500))
        You cut large scores off, at 500 for one, and scores beyond it become alike. Subtract the largest
        score of each row, which changes no probability.
    one-label: np.argmax(probabilities, axis=1) => np.argmax(probabilities)
        Your argmax looks through the whole array. Each example has a label of its own.
    softmax-twice:
        - return np.argmax(probabilities, axis=1), probabilities
        + again = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
        + return np.argmax(again, axis=1), again
        You take a softmax of what are probabilities already. Their mean is asked for.
    labels-over-examples: np.argmax(probabilities, axis=1) => np.argmax(probabilities, axis=0)
        Your labels run over the wrong axis: each example has one class.
    results-swapped:
        - return np.argmax(probabilities, axis=1), probabilities
        + return probabilities, np.argmax(probabilities, axis=1)
        Your results are swapped: labels come first, then probabilities.
    """.replace(
            "(axis=2, keepdims=True), axis=0) => (axis", "e.sum(axis=2, keepdims=True), axis=0) => e.sum(axis"
        )
    ),
    named.rights("""
    network by network: by network_by_network
    a sum divided:
        - probabilities = np.mean(e / e.sum(axis=2, keepdims=True), axis=0)
        + probabilities = np.sum(e / e.sum(axis=2, keepdims=True), axis=0) / len(scores)
    """),
)
