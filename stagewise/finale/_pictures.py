"""The plots of the page: trials of a search, curves of the trainings, digits misread, what ingredients are
worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stagewise import data, plots
from stagewise.finale._worth import Mean, verdict
from stagewise.finale.learning import Run, Settings, read_right
from stagewise.plots.canvas import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from stagewise.plots.picture import Picture

_MOST_MISREAD = 20
_MARKERS = "os^DvP"


def percent(mean: Mean) -> str:
    """A share with its standard error, as in "98.7 ± 0.2 %"."""
    return f"{100 * mean.value:.1f} ± {100 * mean.error:.1f} %"


def points(gain: Mean) -> str:
    """A difference of shares with its standard error, in percentage points."""
    return f"{round(100 * gain.value, 1) + 0.0:+.1f} ± {100 * gain.error:.1f}"


@styled
def trials(found: Sequence[Sequence[tuple[dict[str, float], float]]], chosen: Sequence[Settings]) -> Picture:
    """Validation accuracy over the rate, of all trials; one marker for each split."""
    figure, ax = plots.new_axes((7, 4))
    for index, some in enumerate(found):
        rates = [settings["learning_rate"] for settings, _ in some]
        shares = [share for _, share in some]
        color = plots.PALETTE[index % len(plots.PALETTE)]
        ax.plot(rates, shares, _MARKERS[index % len(_MARKERS)], color=color, label=f"split {index + 1}")
    rates = sorted(one.learning_rate for one in chosen)
    ax.set(xscale="log", xlabel="learning rate of Adam", ylabel="validation accuracy after a short training",
           title=f"Your searches chose rates from {rates[0]:.2g} to {rates[-1]:.2g}")  # fmt: skip
    if len(found) <= len(_MARKERS):
        figure.legend(loc="outside lower center", ncols=len(found))
    told = ", ".join(f"{one.learning_rate:.2g} with a penalty of {one.reg:.1g}" for one in chosen)
    return figure.describe(f"Chosen, split by split: {told}.")


@styled
def trainings(runs: Sequence[Run], accuracy: Mean, diagnose: Callable[..., str] | None) -> Picture:
    """The validation loss of each epoch, as mean and band over the splits whose training got through one."""
    lengths = [len(one.val_losses) for one in runs if len(one.val_losses)]
    epochs = min(lengths, default=0)
    curves = np.array(
        [one.val_losses[:epochs] for one in runs if len(one.val_losses)] or [np.array([np.nan])]
    )
    figure, ax = plots.new_axes((7, 4))
    title = f"{percent(accuracy)} of the test digits are read correctly"
    plots.curves(
        {"validation part, mean and range": curves},
        xlabel="epoch",
        ylabel="loss",
        log="y",
        title=title,
        ax=ax,
    )
    shares = ", ".join(f"{one.right:.1%}" for one in runs)
    told = (
        f"Test digits read correctly, split by split: {shares}; mean and standard error {percent(accuracy)}."
    )
    if diagnose is not None:
        told += f" Your diagnose_learning_rate says: {', '.join(str(diagnose(one.losses)) for one in runs)}."
    return figure.describe(told)


def misread(seed: int, run: Run) -> Figure | str:
    """The digits of the test part that were read wrongly, each with its label and what was read."""
    wrong = np.flatnonzero(~read_right(run.scores, run.labels))
    if not wrong.size:
        return f"All {len(run.labels)} test digits of the first split are read correctly."
    pictures = data.digits("raw", seed=seed).x_test[wrong[:_MOST_MISREAD]]
    labels = [f"{run.labels[one]}, read {run.scores[one].argmax()}" for one in wrong[:_MOST_MISREAD]]
    between = "\n" if len(wrong) < 3 else " "
    title = f"{len(wrong)} of {len(run.labels)}{between}are misread"
    return plots.images(pictures, labels, columns=min(6, len(labels)), title=title)


@styled
def read(picture: np.ndarray, probabilities: np.ndarray, networks: int) -> Picture:
    """A picture, and the probability that the networks together give to each digit."""
    figure, (paper, bars) = plots.panels(2, size=(3.4, 2.8))
    paper.imshow(picture, cmap="gray_r", interpolation="nearest")
    paper.set_axis_off()
    bars.bar(range(len(probabilities)), probabilities, color=plots.PALETTE[0])
    bars.set_xticks(range(len(probabilities)))
    bars.set(xlabel="digit", ylabel="probability", ylim=(0, 1))
    figure.suptitle(
        f"{networks} networks together read {probabilities.argmax()}", fontweight="bold", fontsize=12
    )
    return figure


@styled
def worth(gains: Mapping[str, Mean], together: Mean | None, members: int, accuracy: Mean) -> Picture:
    """A mark with its standard error for each ingredient: what is lost without it, most on top."""
    shown = dict(sorted(gains.items(), key=lambda item: item[1].value))
    if together is not None:
        shown = {f"(an ensemble of {members} adds)": together, **shown}
    figure, ax = plots.new_axes((7.6, 0.36 * len(shown) + 1.6))
    for place, gain in enumerate(shown.values()):
        clear = verdict(gain) in ("worth something", "does harm here")
        ax.errorbar(
            100 * gain.value, place, xerr=100 * np.nan_to_num(gain.reach), color=plots.PALETTE[0], capsize=3,
            marker="o", mfc=plots.PALETTE[0] if clear else "none",
        )  # fmt: skip
    ax.axvline(0, color=plots.INK, linestyle=":", lw=1.5)
    ax.set_yticks(range(len(shown)), list(shown))
    count = next(iter(gains.values())).count
    ax.set(xlabel="lost without it, in percentage points of the test digits (95 % intervals)",
           title=f"What each ingredient is worth, over {count} splits")  # fmt: skip
    lines = [f"{name}: {points(gain)}, {verdict(gain)}" for name, gain in reversed(shown.items())]
    return figure.describe(
        "\n".join([f"With all of them: {percent(accuracy)}. Without one of them, lost:", *lines])
    )
