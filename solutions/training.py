# %% [markdown]
# # Training: the whole process
#
# A network was trained on handwritten digits, and it is wrong nine times out of ten. Nothing
# crashed. No line is red. Somewhere between the pictures and the last step there is a fault, or
# several. Here you find them in an order in which each check takes seconds, and then search for
# good settings: at the end a search of your own takes its place beside forty of ours on the same
# digits.
#
# You need NumPy and the idea of gradient descent. Networks and their gradients are given.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | The case | 3 min | ●○○ | |
# | 2 | Two parts that share nothing | 6 min | ●●○ | 9 |
# | 3 | Centre and scale | 7 min | ●●○ | 13 |
# | 4 | Before the first step | 10 min | ●●○ | 11 |
# | 5 | Ten pictures by heart | 11 min | ●●○ | 9 |
# | 6 | What a curve says of the rate | 14 min | ●●● | 11 |
# | 7 | Where to look: decades | 5 min | ●●○ | 8 |
# | 8 | Grid and chance | 26 min | ●●○ | 20 |
# | 9 | From coarse to fine | 15 min | ●●● | 9 |
# | 10 | The spike and the trend | 3 min | ●○○ | |
# | 11 | The case, closed | 3 min | ●○○ | |
# | 12 | Two questions | 12 min | ●●○ | 10 |
# | 13 | A setting of your own | 3 min | ●○○ | |
#
# <details><summary>How the minutes are counted</summary>
#
# One for 150 words, one for each line that you write, two for each experiment, five for each
# written question; two hours in all.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# cell below it, as often as you like; the points are given later, on other inputs. Where a check
# fails and names no mistake, `hint(f)` looks for the line that is wrong. Experiments wait for
# *your* functions. After opening the notebook or restarting its kernel, *Run > Run All Above
# Selected Cell* brings you back.
#
# **Conventions.** Rows are examples. Whatever is random takes a generator, `rng`, made by
# `np.random.default_rng(seed)`: draw from it and from nothing else, and whoever has the seed can
# repeat your work. *Settings* (hyperparameters) are what training does not learn, as a dict by
# name. A *score* is better the higher it is; that of a network that was lost is NaN.

# %% role="given"
import itertools
import math

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.training import Network, accuracy, cross_entropy, train

begin("training")

# %% role="given" folded=true
raw = data.digits("raw")  # ink from 0 to 16
pictures = np.concatenate([raw.x_train, raw.x_val])  # (1497, 64)
labels = np.concatenate([raw.y_train, raw.y_val])
x_test, y_test = raw.x_test, raw.y_test  # 300 digits that nobody looks at before section 11


def sigmoid(x):
    out = 1 / (1 + np.exp(-x))
    return out, out


SIGMOID = (sigmoid, lambda dout, out: dout * out * (1 - out))


def build(seed, start=None, sizes=(64, 50, 50, 10), **layers):
    """A network of ReLU units with He's start, the last layer a tenth of it; or all weights with
    the standard deviation `start`."""
    network = Network(sizes, scale=1.0, seed=seed, **layers)
    for layer in range(network.depth):
        weights = network.params[f"W{layer}"]
        last = 0.1 if layer == network.depth - 1 else 1.0
        weights *= start or last * math.sqrt(2 / len(weights))
    return network


def learn(network, x, y, rate, reg=0.0, steps=200, seed=0):
    """Plain descent on batches of 50, with the penalty reg / 2 * (sum of all W^2)."""

    def update(params, grads, step):
        return {name: p - rate * (grads[name] + (reg * p if name[0] == "W" else 0))
                for name, p in params.items()}

    return train(network, x, y, update=update, steps=steps, batch_size=50, seed=seed)

# %% [markdown]
# ## 1 The case
# *3 minutes, ●○○*
#
# The file says: sigmoid units, two hidden layers of 50. Ink from 0 to 16, as it came from the
# scanner. Initial weights with standard deviation 0.01, "small, to be careful". Learning rate
# 0.1. 300 steps on batches of 50. **Before you run it**: with which number should the loss begin,
# and which accuracy would mean that nothing was learned?

# %% role="explore" folded=true
def the_case():
    network = build(1, start=0.01, activation=SIGMOID)
    history = learn(network, pictures[:1197], labels[:1197], 0.1, steps=300)
    right = accuracy(network, pictures[1197:], labels[1197:])
    title = f"The case: {right:.0%} of 300 other digits are read correctly"
    return plots.curves({"loss of each batch": history.loss}, title=title, ylim=(0, 3))


interactive.explore(the_case)

# %% [markdown]
# A flat line at 2.3, and about one digit out of ten is right: guessing. Is the rate too low? Are
# the gradients wrong? The data? You could try things at random for a day. The next sections check
# one link of the chain after the other.

# %% [markdown]
# ## 2 Two parts that share nothing
# *6 minutes, ●●○, 9 points*
#
# A network is to be good on pictures that it has not seen. So some are held back: the
# *validation* part, by which settings are chosen. (A third part, the *test* part, is looked at
# once, when everything is chosen.) What is asked of the split:
#
# - **Chance.** Digits that were collected writer by writer, or sorted by class, are not alike
#   from beginning to end. Every choice of `val_size` examples must be equally likely.
# - **Pairs.** Each example keeps its own label.
# - **No leak.** No example is in both parts, and none is lost.
#
# <details><summary>Hint 1</summary>
#
# Think of the numbers 0 to N - 1, written on cards. What would you do with the cards?
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.permutation(N)` shuffles the numbers once. An array of whole numbers can index x *and* y.
# </details>

# %% role="exercise" from_truth=true
def train_validation_split(x, y, val_size, rng): ...

# %% role="check" points=9
check(train_validation_split)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A mask of N times False, of which `val_size` become True, keeps the order of the data;
# scikit-learn's `train_test_split` permutes, and returns x, x, y, y. Where examples come in groups
# (several pictures of one hand), it is the *groups* that have to be drawn: `GroupShuffleSplit`.
# </details>
#
# A leak need not be a bug in the split. Someone makes five pictures of each of 200 by adding a
# little noise. Copies first and then the split, or the split first? **Predict** for both: the
# accuracy on the validation part, and that on 300 new digits. (Means of eight splits; bars go
# from the least to the greatest.)

# %% role="explore" folded=true
def noisy_copies(x, y, rng, copies=5):
    x = np.repeat(x, copies, axis=0)
    return x + rng.normal(0, 1, x.shape), np.repeat(y, copies)


def leak(seed, copies_first):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pictures))
    few, others = order[:200], order[200:500]
    x, y = pictures[few], labels[few]
    if copies_first:
        x, y = noisy_copies(x, y, rng)
    x, y, x_val, y_val = train_validation_split(x, y, len(x) // 5, rng)
    if not copies_first:
        x, y = noisy_copies(x, y, rng)
    network = build(seed)
    learn(network, x / 8 - 1, y, 0.1, seed=seed)
    return [accuracy(network, part / 8 - 1, digits)
            for part, digits in ((x_val, y_val), (pictures[others], labels[others]))]


def leaks():
    found = np.array([[leak(seed, first) for seed in range(8)] for first in (True, False)])
    series = {"validation part": found[:, :, 0], "new digits": found[:, :, 1]}
    return plots.sweep(["copies, then split", "split, then copies"], series, xlabel="order of work",
                       ylabel="share right", title="Copies in both parts: an answer that flatters")


interactive.explore(leaks)

# %% [markdown]
# With the copies first, nearly every validation picture has a twin in the training part: 99.6 %
# on the validation part, and 91 % on new digits. With the split first it is 93 % and 90 %, the
# same up to chance (40 validation pictures are few). Split first, whatever you do afterwards.

# %% [markdown]
# ## 3 Centre and scale
# *7 minutes, ●●○, 13 points*
#
# Ink is never negative, and some pixels hold much of it while others hold hardly any. For a unit
# with $z = \sum_d w_d x_d$ the gradient is
# $\partial L/\partial w_d = \partial L/\partial z \cdot x_d$. With all $x_d \ge 0$, one example
# moves all its weights in the same direction; a feature in units a hundred times as large gets a
# gradient a hundred times as large. Both make valleys that are narrow in one direction and long
# in another. The remedy, for each feature $d$ on its own:
#
# $$\hat x_{nd} = \frac{x_{nd} - \mu_d}{\sigma_d}, \qquad \mu_d = \frac1N \sum_{n=1}^N x_{nd},
# \qquad \sigma_d^2 = \frac1N \sum_{n=1}^N (x_{nd} - \mu_d)^2 .$$
#
# On the training part the result has mean 0 and variance 1, because a mean is linear and
# $\frac1N\sum_n \hat x_{nd}^2 = \sigma_d^2 / \sigma_d^2$. A pixel that is always white has
# $\sigma_d = 0$. It is only centred.
#
# **Whose $\mu$ and $\sigma$?** Those of the training part, for *both* parts. The validation part
# plays the data of tomorrow: tomorrow one single picture will come, and it has no spread.
#
# <details><summary>Hint 1</summary>
#
# Which axis counts the examples? `np.mean` and `np.std` take it as `axis`, whatever comes behind
# it.
# </details>
# <details><summary>Hint 2</summary>
#
# Work out $\sigma$ once, and replace its zeros by ones before you divide: `np.where`.
# </details>

# %% role="exercise" from_truth=true
def preprocess(x_train, x_val): ...

# %% role="check" points=13
check(preprocess)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Libraries keep μ and σ in an object: scikit-learn's `StandardScaler` learns them in `fit` and
# uses them in `transform`; calling `fit` again on the validation part is the most common mistake.
# For colour pictures it is usual to subtract only a mean (per pixel, or one per channel), because
# all pixels have the same unit anyway.
# </details>
#
# The same network at many rates, on three kinds of data: the ink as it is; ink for which every
# pixel has a unit of its own, between 1/30 and 30; and what your function makes of it. (Of which
# of the two? The answer is the same: if $x_d$ is multiplied by $u_d > 0$, what becomes of
# $\mu_d$, $\sigma_d$ and $\hat x_d$?) **Predict** what the units do to the best rate and to the
# best accuracy.

# %% role="explore" folded=true
def prepared(seed=0):
    """x_train, y_train, x_val, y_val and the test digits, parted and scaled by your functions."""
    x, y, x_val, y_val = train_validation_split(pictures, labels, 300, np.random.default_rng(seed))
    return preprocess(x, x_val)[0], y, preprocess(x, x_val)[1], y_val, preprocess(x, x_test)[1]


def three_scales():
    units = 10 ** np.random.default_rng(5).uniform(-1.5, 1.5, 64)
    x, y, x_val, y_val = train_validation_split(pictures, labels, 300, np.random.default_rng(0))
    parts = {"ink, 0 to 16": (x, x_val),
             "every pixel in its own unit": (x * units, x_val * units),
             "centred and scaled": preprocess(x * units, x_val * units)}
    rates = (1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
    lines = {name: [] for name in parts}
    for rate in interactive.counted(rates, "rates"):
        for name, (seen, unseen) in parts.items():
            networks = [build(seed) for seed in (1, 2, 3)]
            for seed, network in enumerate(networks):
                learn(network, seen, y, rate, steps=150, seed=seed)
            lines[name].append([accuracy(network, unseen, y_val) for network in networks])
    _, ax = plots.new_axes((7.6, 4.2))
    return plots.sweep(rates, lines, xlabel="learning rate", ylabel="validation accuracy", ax=ax,
                       title="What scaling does to the useful rates", chance=0.1, legend="below")


interactive.explore(three_scales)

# %% [markdown]
# Where every pixel has its own unit, no rate brings more than about 80 %: what suits one pixel is
# too much for another. Your function takes the units away ($\mu_d$ and $\sigma_d$ are multiplied
# by $u_d$ as well, which cancels) and gives more than 90 % from 0.1 to 1. For ink with one unit
# the gain is small: it reaches 93 %, at rates ten times as low (large inputs make large
# gradients), and is lost in part at 0.1 and wholly at 0.3.
#
# <details><summary>How bad is the leak of the other part's statistics?</summary>
#
# Here, not at all: with μ and σ of <i>both</i> parts six splits gave 94.9 % on average instead of
# 94.8 %. Two numbers per pixel from 1,497 pictures know next to nothing of one picture. The rule
# is kept all the same, because it costs nothing, and because with few examples, or with features
# chosen by looking at all data, it can be large.
# </details>

# %% [markdown]
# ## 4 Before the first step
# *10 minutes, ●●○, 3 + 8 points*
#
# A new network knows nothing, so it should give each of $C$ classes about the same probability
# $1/C$. The cross-entropy of one example is minus the logarithm of the probability of the right
# class. **What is the loss at the start?**

# %% role="exercise" from_truth=true
def expected_initial_loss(num_classes): ...

# %% role="check" points=3
check(expected_initial_loss)

# %% [markdown]
# For ten classes that is 2.3026: the flat line of section 1. The network in the file says "each
# class has 10 %" and never anything else.
#
# **And if the scores are not all equal?** Let them be independent with mean 0 and variance $s^2$,
# normally distributed. Then $\mathbb E[e^{z}] = e^{s^2/2}$, and with many classes the sum of
# $e^{z_j}$ is close to $C$ times that:
#
# $$L = \mathbb E\Big[\ln \sum_j e^{z_j}\Big] - \mathbb E[z_y]
# \approx \ln\left(C\, e^{s^2/2}\right) - 0 = \ln C + \frac{s^2}{2} .$$
#
# So a start with scores of spread 1 costs one half. He's start for *all* layers gives this
# network scores of spread 1.2 to 1.9, and a loss of 2.8 to 3.6; that is why `build` makes the
# last layer a tenth as large.
#
# **The second question.** An L2 penalty adds $\frac\lambda2 \sum W^2$ to the loss. If switching
# it on does not make the loss larger, it is not connected. For He's start the sum can be told in
# advance: a layer with $H$ units has $\text{fan-in} \cdot H$ weights of variance
# $2/\text{fan-in}$, together $2H$. Two layers of 50 make 200: with $\lambda = 0.01$ the loss
# rises by 1.
#
# Your function gets not a number but a *function* `loss_of`, and asks it twice.
#
# <details><summary>Hint 1</summary>
#
# Call `loss_of` with 0 and with `reg`, and write each of the two lines of the docstring as one
# comparison. Python lets you chain them: `a < b < c`.
# </details>
# <details><summary>Hint 2</summary>
#
# NaN is neither larger nor smaller than anything. Ask for what should be true (`<=`), not for the
# opposite of what should not be.
# </details>

# %% role="exercise" from_truth=true
def check_initial_loss(loss_of, num_classes, reg=1.0, tolerance=0.1): ...

# %% role="check" points=8
check(check_initial_loss)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Some libraries test with one line, `assert abs(loss - log(C)) < 0.1`, before training. Looking at
# $e^L$ instead of $L$ is often quicker: it is the number of classes among which the network
# hesitates.
# </details>
#
# A network without a fault, and six suspects with one each. With which loss will each begin? The
# column $e^L$ is a clue: in one row it counts something else than classes, which you know from
# section 1.

# %% role="explore" folded=true
def suspects():
    x, y = prepared()[:2]
    x, y, rows = x[:50], y[:50], np.arange(50)

    def loss_with(last=1.0, down=False, times=1.0, penalty=0.5, logarithm=1.0):
        network = build(1)
        network.params["W2"] *= last
        squares = sum(np.sum(w**2) for name, w in network.params.items() if name[0] == "W")

        def loss_of(strength):
            scores = network.propagate(x)[0]
            if down:
                loss = -np.mean(scores[rows, y] - np.log(np.exp(scores).sum(axis=0))[y])
            else:
                loss = cross_entropy(scores, y)[0]
            return times * loss / logarithm + penalty * strength * squares

        return loss_of

    faults = {
        "no fault": {},
        "last layer ten times as large": {"last": 10},
        "last layer a hundred times as large": {"last": 100},
        "softmax down the columns": {"down": True},
        "a sum, not a mean": {"times": 50},
        "decimal logarithm": {"logarithm": np.log(10)},
        "penalty not connected": {"penalty": 0},
    }
    lines = [f"{'suspect':38}{'loss':>8}{'e^loss':>12}   chance  penalty"]
    for name, fault in faults.items():
        loss_of = loss_with(**fault)
        found = check_initial_loss(loss_of, 10)
        shown = f"{math.exp(loss_of(0)):12.3g}"
        told = f"   {found['chance']!s:8}{found['penalty']!s}"
        lines.append(f"{name:38}{loss_of(0):8.2f}{shown}{told}")
    return "\n".join(lines)


interactive.explore(suspects)

# %% [markdown]
# The 50: a softmax that runs down the columns chooses among the 50 *examples* of the batch, and
# $\ln 50 = 3.91$.
#
# What the check cannot see: faults in the gradients, in the labels, or in the data. A network
# that is fed with noise begins at $\ln C$ as well. And our case passes it.
#
# The penalty, drawn. **Where** on the axis of $\lambda$ does it begin to matter, by the formula
# above?

# %% role="explore" folded=true
def penalty_at_the_start():
    x, y = prepared()[:2]
    network = build(1)
    squares = sum(np.sum(w**2) for name, w in network.params.items() if name[0] == "W")
    loss = cross_entropy(network.propagate(x)[0], y)[0]
    strengths = np.logspace(-5, 0, 40)
    lines = {"penalty connected": (strengths, loss + strengths / 2 * squares),
             "ln 10 + 100 λ": (strengths, math.log(10) + 100 * strengths),
             "not connected": (strengths, np.full(40, loss))}
    return plots.curves(lines, log="xy", xlabel="strength λ", ylabel="loss before the first step",
                        title="Switched on, the penalty makes the loss larger")


interactive.explore(penalty_at_the_start)

# %% [markdown]
# The sum of squares is 201, so the formula's 200 fits. From $\lambda = 0.001$ on the penalty is
# more than 4 % of the loss; at 0.1 it is most of it, and training cares for small weights first.

# %% [markdown]
# ## 5 Ten pictures by heart
# *11 minutes, ●●○, 9 points*
#
# A network of more than 6,000 weights can learn ten pictures by heart, whatever they show. If it
# does not, then something between the loss and the weights is broken, and that is far cheaper to
# find with ten pictures than with a thousand. No penalty, no other batches: the same ten in every
# step.
#
# Your function gets a function `step`, which does one step of training and returns the loss. It
# stops as soon as the target is reached, the network is lost, or the steps are used up.
#
# <details><summary>Hint 1</summary>
#
# Cut x *and* y before the loop. Inside it there are three things to do: a step, a note, a decision.
# </details>
# <details><summary>Hint 2</summary>
#
# Write the loss down before you look at it, so that the one at which you stop is in the list, too.
# `math.isfinite` is False for NaN and for infinity.
# </details>

# %% role="exercise" from_truth=true
def overfit_tiny_batch(step, x, y, size=10, steps=200, target=0.01): ...

# %% role="check" points=9
check(overfit_tiny_batch)

# %% [markdown]
# <details><summary>Another way</summary>
#
# PyTorch Lightning has it as a switch, `Trainer(overfit_batches=1)`. With *random* labels the test
# is stricter still: then nothing but memory helps. (Our network passes that, too, in about 110
# steps.)
# </details>
#
# Four networks, three with a fault: labels that are shuffled apart from the pictures in each
# step, a gradient with the wrong sign, a first layer that is never updated. **Which of the three
# does the test miss**, and why?

# %% role="explore" folded=true
def a_step(network, rate=0.1, fault=""):
    rng = np.random.default_rng(0)

    def step(x, y):
        y = rng.permutation(y) if fault == "labels apart" else y
        loss, grads = network.gradients(x, y)
        sign = -1 if fault == "wrong sign" else 1
        for name, grad in grads.items():
            if fault != "first layer fixed" or name not in ("W0", "b0"):
                network.params[name] = network.params[name] - sign * rate * grad
        return loss

    return step


def by_heart():
    x, y = prepared()[:2]
    curves = {}
    with np.errstate(all="ignore"):
        for fault in ("", "labels apart", "wrong sign", "first layer fixed"):
            reached, losses = overfit_tiny_batch(a_step(build(1), fault=fault), x, y)
            told = "reached" if reached else "not reached"
            curves[f"{fault or 'no fault'}: {told}"] = losses
    _, ax = plots.new_axes((7, 4))
    return plots.curves(curves, ylim=(0, 4), title="Ten pictures by heart", ax=ax)


interactive.explore(by_heart)

# %% [markdown]
# Labels that change can only be averaged: the loss stays near 1.64, the entropy
# $-\sum_c p_c \ln p_c$ of these ten labels. The wrong sign is NaN within twenty steps. The frozen
# first layer is missed, for the layers above it can learn ten pictures from *any* features (in
# 145 steps instead of 73). To find that fault, look whether every parameter has moved.
#
# And our case? After 500 steps at the rate 0.1 it stands near 1.0 (with another ten pictures,
# between 0.6 and 1.3). So gradients are there, but tiny: in the first layer fifty times smaller
# than those of a good start. The culprits are inside the network: sigmoids, each of which passes
# on at most a quarter of a gradient, and weights of 0.01.

# %% [markdown]
# ## 6 What a curve says of the rate
# *14 minutes, ●●●, 11 points*
#
# The setting that matters most is the learning rate, and the curve of the training loss tells
# whether it is wrong, and in which direction. Move the slider from left to right and describe
# what changes, before you read on.

# %% role="explore" folded=true
RATES = (1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 10.0, 1e4)


def one_rate(rate):
    x, y = prepared()[:2]
    history = learn(build(2), x, y, rate)
    return plots.curves({f"rate {rate:g}": history.loss}, title=f"Learning rate {rate:g}",
                        ylim=(0, 6))


interactive.explore(one_rate, rate=interactive.slider(RATES, start=0.1, label="learning rate"))

# %% [markdown]
# Four kinds. *Too low*: the curve hardly sinks. *Good*: it falls quickly and flattens out near
# the bottom. *Too high*: it leaps, or it comes back up. *Diverged*: at 10,000 (someone typed
# `1e4` for `1e-4`) it ends in NaN.
#
# To let a program say it, the words need numbers. A single loss says little, since batches
# differ. So cut the curve into ten parts of equal length (up to one step) with means
# $m_1, \dots, m_{10}$; let $\ell_1$ be the first loss. In this order:
#
# | verdict | what is seen | as a condition |
# | :-- | :-- | :-- |
# | diverged | a loss is no longer a number | a loss is NaN or infinite |
# | too high | it leaps | $\max_t \ell_t > 2\,\ell_1$ |
# | | or it comes back up | $m_{10} > \min_i m_i + \ell_1 / 10$ |
# | too low | it has not even lost half | $m_{10} > \ell_1 / 2$ |
# | good | none of these | |
#
# (Limits of our choice. "Too low" always means *for this number of steps*.)
#
# <details><summary>Hint 1</summary>
#
# Begin with the question that makes all others senseless. `np.isfinite` answers it for a whole
# array.
# </details>
# <details><summary>Hint 2</summary>
#
# `np.array_split(losses, 10)` gives the ten parts, also where 10 does not divide T. Keep their
# means in a list: you need the last one and the least one.
# </details>
# <details><summary>Hint 3</summary>
#
# Ask the questions in the order of the table, and `return` at the first that holds. Then no
# condition needs to exclude another.
# </details>

# %% role="exercise" from_truth=true
def diagnose_learning_rate(losses): ...

# %% role="check" points=11
check(diagnose_learning_rate)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The *range test* (Smith 2017) needs a single run: let the rate grow a little in each step and look
# where the loss begins to fall and where it leaps. Libraries offer it as `lr_find`.
# </details>
#
# Does the verdict, made from the training loss alone, fit what happens on the validation part?

# %% role="explore" folded=true
def verdicts():
    x, y, x_val, y_val, _ = prepared()
    lines = [f"{'rate':>8}   three starts: verdict from the curve, accuracy on the validation part"]
    for rate in interactive.counted(RATES, "rates"):
        told = []
        for seed in (1, 2, 3):
            network = build(seed)
            history = learn(network, x, y, rate, seed=seed)
            right = accuracy(network, x_val, y_val)
            told.append(f"{diagnose_learning_rate(history.loss):9}{right:5.2f}")
        lines.append(f"{rate:8g}   " + "     ".join(told))
    return "\n".join(lines)


interactive.explore(verdicts)

# %% [markdown]
# Where it says "good", the accuracy is 0.84 or more; where it says "too low", less than 0.75. At
# the rate 1 one start of three leaps late, and its accuracy is the lowest of the three.
#
# <details><summary>Why do most runs at 10 not diverge?</summary>
#
# The first enormous steps kill every unit of the last hidden layer (its output is 0 for all
# pictures), no gradient comes back through dead units, and the loss rests near $\ln 10$, at 2.4.
# So a flat line there can mean a rate that is far too <i>high</i>. What tells is the leap before
# it.
# </details>

# %% [markdown]
# ## 7 Where to look: decades
# *5 minutes, ●●○, 8 points*
#
# Which rates would you try between 0.0001 and 1? A number drawn evenly between them is above 0.1
# with a probability of 90 %. Yet the step from 0.0001 to 0.001 changes as much as that from 0.1
# to 1: what counts is the factor. So let each *decade* (each factor of ten) get the same share:
# the exponent is uniform,
#
# $$u \sim \mathcal U(\log_{10} a, \log_{10} b), \qquad x = 10^{u}, \qquad
# P(x \le c) = \frac{\log_{10} c - \log_{10} a}{\log_{10} b - \log_{10} a} .$$
#
# By the chain rule the density of $x$ is proportional to $du/dx \propto 1/x$: ten times as large,
# a tenth as dense. Any base will do, if logarithm and power have the same one.
#
# <details><summary>Hint 1</summary>
#
# `rng.uniform(a, b, size)` draws evenly. Of what should the ends be?
# </details>
# <details><summary>Hint 2</summary>
#
# With the range 0.001 to 10 the exponents go from -3 to 1. If your results do, too, a last step is
# missing.
# </details>

# %% role="exercise" from_truth=true
def log_uniform(low, high, size, rng): ...

# %% role="check" points=8
check(log_uniform)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $a\,(b/a)^v$ with $v$ uniform in [0, 1) is the same: its logarithm is $\log a + v \log(b/a)$.
# SciPy has the distribution as `scipy.stats.loguniform` (or `reciprocal`, for its density $1/x$).
# </details>

# %% role="explore" folded=true
def decades():
    rng = np.random.default_rng(0)
    drawn = {"rng.uniform": rng.uniform(1e-4, 1, 1000),
             "log_uniform": log_uniform(1e-4, 1, 1000, rng)}
    exponents = {name: np.log10(numbers) for name, numbers in drawn.items()}
    return plots.histograms(exponents, bins=16, limits=(-4, 0), xlabel="log10 of the number",
                            title="1,000 numbers from 0.0001 to 1: four bars are a decade")


interactive.explore(decades)

# %% [markdown]
# ## 8 Grid and chance
# *26 minutes, ●●○, 7 + 7 + 6 points*
#
# Two settings: learning rate and strength of the penalty. A **grid** is a list of values for each
# name, and every combination is tried. Your function gets `evaluate`, a function that takes a
# dict of settings, trains a network and returns its score. Each call may cost hours: one for each
# combination, and keep what it says.
#
# <details><summary>Hint 1</summary>
#
# `itertools.product(*lists)` counts through all combinations, the last list fastest.
# </details>
# <details><summary>Hint 2</summary>
#
# `zip(names, values)` pairs each name with its value, and `dict` makes settings of the pairs. Make
# them *inside* the loop: a dict that is changed later changes in every place where you put it.
# </details>

# %% role="exercise" from_truth=true
def grid_search(evaluate, grid): ...

# %% role="check" points=7
check(grid_search)

# %% [markdown]
# **Random search** draws each setting of each trial by itself, with your `log_uniform`.
#
# <details><summary>Hint 1</summary>
#
# Two loops: over the trials, and inside it over `space.items()`.
# </details>
# <details><summary>Hint 2</summary>
#
# `log_uniform(low, high, 1, rng)` returns an array of one number; `[0]` takes the number out.
# </details>

# %% role="exercise" from_truth=true
def random_search(evaluate, space, trials, rng): ...

# %% role="check" points=7
check(random_search)

# %% [markdown]
# Both return *all* results. Finding the best one hides a trap: a network that was lost scores
# NaN, and every comparison with NaN is False.
#
# <details><summary>Hint</summary>
#
# What does `max([nan, 0.4, 0.6])` return, and what `max([0.4, nan, 0.6])`? Try it. Pass over scores
# that are NaN before you compare anything.
# </details>

# %% role="exercise" from_truth=true
def best_of(results): ...

# %% role="check" points=6
check(best_of)

# %% [markdown]
# <details><summary>Another way</summary>
#
# scikit-learn has `GridSearchCV` and `RandomizedSearchCV`, which put NaN last. Low-discrepancy
# sequences (Sobol, Halton) spread trials more evenly than chance does and yet never repeat a value.
# Optuna and others let earlier results say where to try next.
# </details>
#
# **Why chance?** Suppose that only one of two settings matters, and you do not know which. Nine
# trials as a grid and nine at random: the hill on top is how the score depends on the setting
# that matters, the ticks below it are the values that were tried. (After Bergstra and Bengio,
# 2012.)

# %% role="explore" folded=true
def hill(at):
    return np.exp(-(((at - 0.36) / 0.13) ** 2))


def layouts():
    rng = np.random.default_rng(31)
    values = (1 / 6, 0.5, 5 / 6)
    places = {"grid: 3 values of each": np.array(list(itertools.product(values, repeat=2))),
              "random: 9 values of each": rng.random((9, 2))}
    figure, axes = plots.panels(2, size=(4.6, 4.2), sharey=True)
    at = np.linspace(0, 1, 200)
    for ax, (title, tried) in zip(axes, places.items(), strict=True):
        ax.plot(at, 1.1 + 0.45 * hill(at), color=plots.PALETTE[0], label="score")
        ax.plot(*tried.T, "o", color=plots.PALETTE[1], label="trials")
        ax.plot(tried[:, 0], np.full(9, 1.05), "|", ms=12, mew=2, color=plots.PALETTE[1])
        best = hill(tried[:, 0]).max()
        ax.set(xlabel="setting that matters", ylim=(0, 1.6), yticks=(0, 0.5, 1),
               title=f"{title}\nbest score {best:.2f} of 1")
    axes[0].set_ylabel("setting that does not matter")
    return figure


interactive.explore(layouts)

# %% [markdown]
# Nine trials of the grid ask three questions, each of them three times. Nine random ones ask
# nine. How much does that bring on average? In the next plot the best value lies anywhere in four
# decades; what counts is how far from it the nearest trial is. **And what if both settings
# matter?** Then it is the distance in the plane.

# %% role="explore" folded=true
def nearest(sides, dimensions, repeats=400):
    rng = np.random.default_rng(0)
    found = {"grid": [], "random": []}
    for side in sides:
        grid = np.array(list(itertools.product((np.arange(side) + 0.5) / side * 4, repeat=2)))
        away = {"grid": [], "random": []}
        for _ in range(repeats):
            best = rng.random(2) * 4
            for name, tried in (("grid", grid), ("random", rng.random((side**2, 2)) * 4)):
                off = (tried - best)[:, :dimensions]
                away[name].append(np.sqrt((off**2).sum(axis=1).min()))
        for name in found:
            found[name].append(np.mean(away[name]))
    return found


def who_comes_nearer():
    sides = np.arange(1, 11)
    figure, axes = plots.panels(2, size=(4.8, 3.6), sharey=True)
    for ax, dimensions, title in zip(axes, (1, 2), ("One setting matters", "Both matter")):
        lines = {name: (sides**2, away) for name, away in nearest(sides, dimensions).items()}
        plots.curves(lines, log="xy", xlabel="trials", ylabel="decades from the best", title=title,
                     legend="inside", ax=ax)
    axes[1].set_ylabel("")
    return figure


interactive.explore(who_comes_nearer)

# %% [markdown]
# Where one setting matters, a grid of $n$ trials has only $\sqrt n$ values of it: its distance
# falls like $1/\sqrt n$, that of random search like $1/n$. At 100 trials the factor is five.
# Where both matter the grid is even nearer, by three tenths, because chance leaves holes. Chance
# is not better because it is random. It is better because *usually few settings matter, and you
# do not know which*.
#
# Now on digits. 25 trials each: a grid that is even in numbers, a grid that is even in decades, and
# random search in decades, over rates from 0.0001 to 100 and penalties from 0.000001 to 1.

# %% role="explore" folded=true
WIDE = {"learning_rate": (1e-4, 1e2), "reg": (1e-6, 1.0)}


def evaluator(parts, seed=0, steps=100, **layers):
    """A function of settings: the validation accuracy after some steps, NaN if it diverged."""
    x, y, x_val, y_val = parts[:4]

    def evaluate(settings):
        network = build(seed, **layers)
        history = learn(network, x, y, settings["learning_rate"], settings["reg"], steps, seed)
        return math.nan if history.diverged else accuracy(network, x_val, y_val)

    return evaluate


def draw_trials(ax, results, title, index=0):
    """Scores over rates; a cross at the bottom is a network that was lost."""
    rates = np.array([settings["learning_rate"] for settings, _ in results])
    scores = np.array([score for _, score in results])
    lost = np.isnan(scores)
    color, marker = plots.PALETTE[index], "os^Dv"[index]
    ax.plot(rates[~lost], scores[~lost], marker, color=color, ms=5, label=title)
    ax.plot(rates[lost], np.zeros(lost.sum()), "x", color=color, ms=7, mew=2)
    ax.set(xscale="log", xlabel="learning rate", xlim=(5e-5, 2e2), ylim=(-0.03, 1.03))


def three_searches():
    evaluate, rng = evaluator(prepared()), np.random.default_rng(1)
    even = {name: list(np.linspace(*ends, 5)) for name, ends in WIDE.items()}
    decades = {name: list(np.geomspace(*ends, 5)) for name, ends in WIDE.items()}
    searches = {"grid in numbers": lambda: grid_search(evaluate, even),
                "grid in decades": lambda: grid_search(evaluate, decades),
                "random in decades": lambda: random_search(evaluate, WIDE, 25, rng)}
    figure, axes = plots.panels(3, size=(3.7, 3.4), sharey=True)
    for index, (ax, (name, search)) in enumerate(zip(axes, searches.items(), strict=True)):
        results = search()
        draw_trials(ax, results, name, index)
        ax.set_title(f"{name}: best {best_of(results)[1]:.2f}")
    axes[0].set_ylabel("validation accuracy")
    return figure


interactive.explore(three_searches)

# %% [markdown]
# The grid in numbers tries 0.0001 and then 25, 50, 75 and 100: its best is a network that guesses
# (a cross is one that was lost). The grid in decades has five rates, one of which is near; it
# finds 0.87 or 0.88 four times over, because the penalty hardly matters until it is so strong
# that nothing is learned. Random search has 25 rates and finds 0.95 with the same work (of nine
# seeds eight find 0.93 to 0.95, and one only 0.86).

# %% [markdown]
# ## 9 From coarse to fine
# *15 minutes, ●●●, 9 points*
#
# A wide range first, with short trainings, to see where life is. Then again around the best
# place, in a narrower range. In decades: with $c = \log_{10}$ of the best value so far and the
# range's present width $W = \log_{10}(b/a)$, the next range is
#
# $$\log_{10} a' = c - \tfrac12 s W, \qquad \log_{10} b' = c + \tfrac12 s W, \qquad\text{so}\qquad
# a' = \frac{x_{\text{best}}}{q}, \quad b' = x_{\text{best}}\, q, \quad q = (b/a)^{s/2},$$
#
# with $s$ = `shrink`. It is not cut off at the old ends: a best value at the edge says that the
# range was badly placed. "So far" means all rounds: a later one may be unlucky. Your function
# gets `search`, a function that takes a space and returns results.
#
# <details><summary>Hint 1</summary>
#
# Keep two things from round to round: all results found so far, and the present ranges. The best of
# the former gives the next ones.
# </details>
# <details><summary>Hint 2</summary>
#
# The new ranges are a new dict. If you change the old one, the history changes with it, and so does
# the space of whoever called you.
# </details>
# <details><summary>Hint 3</summary>
#
# Try it by hand: a range from 0.01 to 1, the best at 0.1, s = 0.5. Two decades become one, from
# $10^{-1.5}$ to $10^{-0.5}$. What does your formula say?
# </details>

# %% role="exercise"
def coarse_to_fine(search, space, rounds, shrink=0.5):
    """Search, and search again around the best found so far, in ranges that shrink.

    search: a function; search(space) returns a list of pairs (settings, score).
    space: name -> (low, high). rounds: how often to search, at least once.
    The first round searches `space`, each later one, for every name,
        log10 of the range: from c - w / 2 to c + w / 2
    with c = log10 of the best value of all rounds so far, and w = shrink times the width, in
    decades, of the round before. A range may stick out of the first one.
    Returns the best pair of all rounds (as best_of) and a list of (space, results), one for each
    round. `space` is not changed.
    """
    ### BEGIN SOLUTION
    ranges, found, history = dict(space), [], []
    for _ in range(rounds):
        results = search(ranges)
        history.append((ranges, results))
        found = found + results
        best = best_of(found)
        middle, narrower = best[0], {}
        for name, (low, high) in ranges.items():
            reach = (high / low) ** (shrink / 2)
            narrower[name] = (middle[name] / reach, middle[name] * reach)
        ranges = narrower
    return best, history
    ### END SOLUTION

# %% role="check" points=9
check(coarse_to_fine)

# %% [markdown]
# <details><summary>Another way</summary>
#
# *Successive halving* and Hyperband save work in another direction: many settings get a few steps,
# the better half gets more, and so on. Bayesian optimisation fits a model of the score to all
# results and tries where it promises most.
# </details>
#
# Three rounds of eight trainings, each range three tenths as wide as the last one. The bars below
# show the ranges.

# %% role="explore" folded=true
def narrowing(seed):
    evaluate, rng = evaluator(prepared()), np.random.default_rng(seed)
    best, history = coarse_to_fine(
        lambda space: random_search(evaluate, space, 8, rng), WIDE, 3, 0.3)
    figure, ax = plots.new_axes((7, 4.2))
    for index, (space, results) in enumerate(history):
        draw_trials(ax, results, f"round {index + 1}", index)
        height = -0.08 - 0.06 * index
        ax.plot(space["learning_rate"], [height, height], "-", color=plots.PALETTE[index], lw=4,
                solid_capstyle="butt")
    ax.set(ylim=(-0.25, 1.03), ylabel="validation accuracy",
           title=f"Best: {best[1]:.3f} at a rate of {best[0]['learning_rate']:.2g}")
    ax.legend(loc="upper left")
    return figure


interactive.explore(narrowing, seed=interactive.slider((1, 2, 3, 4, 5), start=1, label="seed"))

# %% [markdown]
# Most trials of the first round are spent where nothing lives, and hardly any of the later ones
# are. With all five seeds the last round ends at 0.95, whether the first one had found 0.94
# (seeds 2 and 4) or 0.86 (seed 3).
#
# <details><summary>Does it always go so well?</summary>
#
# No. Over sixteen searches, each with another seed, the best had 96.6 % of the test digits right
# on average, and 95.9 % with all 24 trials in one round; but in one of them the narrow way lost,
# with 93 % against 97.7 %. A first round that is too small is the risk of the method.
# </details>

# %% [markdown]
# ## 10 The spike and the trend
# *3 minutes, ●○○*
#
# The best of many is partly good and partly lucky. Below, 60 networks at rates from 0.01 to 3 are
# scored on the first few pictures of a validation part. The line is the median of each trial and
# its six neighbours. Compare the winner (ring) among 30 pictures with what it does on 300 new
# digits, said in the title. Then use more pictures.

# %% role="explore" folded=true
_sixty = {}


def sixty_networks():
    if not _sixty:
        rng = np.random.default_rng(0)
        x, y, x_val, y_val = train_validation_split(pictures, labels, 600, rng)
        x, x_val = preprocess(x, x_val)
        rates = np.sort(log_uniform(0.01, 3, 60, np.random.default_rng(3)))
        right = []
        for seed, rate in enumerate(interactive.counted(rates, "networks")):
            network = build(seed)
            learn(network, x, y, rate, steps=100, seed=seed)
            with np.errstate(all="ignore"):
                right.append(network.propagate(x_val)[0].argmax(axis=1) == y_val)
        _sixty["rates"], _sixty["right"] = rates, np.array(right)
    return _sixty["rates"], _sixty["right"]


def spike(size):
    rates, right = sixty_networks()
    scores, truth = right[:, :size].mean(axis=1), right[:, 300:].mean(axis=1)
    trend = [np.median(scores[max(0, i - 3):i + 4]) for i in range(60)]
    best = int(scores.argmax())
    figure, ax = plots.new_axes((7, 4))
    ax.plot(rates, scores, "o", ms=4, color=plots.PALETTE[0], label=f"on {size} pictures")
    ax.plot(rates, trend, color=plots.PALETTE[1], label="trend of seven")
    ax.plot(rates[best], scores[best], "o", ms=13, mfc="none", mew=2, color=plots.PALETTE[1])
    ax.set(xscale="log", xlabel="learning rate", ylabel="share right", ylim=(0.4, 1.02),
           title=f"The winner: {scores[best]:.2f} on {size} pictures, "
                 f"{truth[best]:.2f} on 300 new ones")
    ax.legend(loc="lower left")
    return figure


interactive.explore(spike, size=interactive.slider((30, 60, 100, 300), start=30, label="pictures"))

# %% [markdown]
# A share $p$, measured on $n$ pictures, has the standard deviation $\sqrt{p(1-p)/n}$: for
# $p = 0.93$ it is 4.7 % with 30 pictures and 1.5 % with 300. The highest of sixty such numbers is
# one that chance has raised: over 500 draws of 30 pictures the winner had 98.4 % of them right,
# and 94.2 % of the 300 new ones. A lone spike between worse neighbours, as near 0.025, is luck
# (0.83; on 300 new pictures 0.74, like its neighbours); neighbours are not all lucky in the same
# direction. So choose by the trend, and believe the winner's score only after a second look at
# other pictures.

# %% [markdown]
# ## 11 The case, closed
# *3 minutes, ●○○*
#
# Back to the file of section 1. One thing is repaired after the other, and each time settings are
# searched anew: 12 trials, three searches. "+ decades" searches at random in decades instead of
# by a grid in numbers; "+ He" is the start of `build`; "+ scaling" is your `preprocess`.
# **Predict** which repair brings most.
#
# For batch normalisation paste your own `batchnorm_forward` and `batchnorm_backward` from the
# unit on it into the next cell. Without them the last row is left out.

# %%
# your batchnorm_forward(x, gamma, beta, bn_param) and batchnorm_backward(dout, cache)

# %% role="explore" folded=true
MODEST = {"learning_rate": (1e-3, 10.0), "reg": (1e-6, 0.1)}


def repaired(name, seed):
    """The test accuracy of the best of one search."""
    rng = np.random.default_rng(seed)
    x, y, x_val, y_val = train_validation_split(pictures, labels, 300, rng)
    parts = (x, y, x_val, y_val, x_test)
    layers = {"start": 0.01, "activation": SIGMOID}
    if name not in ("careless", "+ decades"):
        layers.pop("activation")
    if name in ("+ He", "+ scaling", "+ batchnorm"):
        layers.pop("start")
    if name in ("+ scaling", "+ batchnorm"):
        parts = (*preprocess(x, x_val), preprocess(x, x_test)[1])
        parts = (parts[0], y, parts[1], y_val, parts[2])
    if name == "+ batchnorm":
        layers["norm"] = (batchnorm_forward, batchnorm_backward)
    evaluate = evaluator(parts, seed, **layers)
    if name == "careless":
        results = grid_search(evaluate, {"learning_rate": list(np.linspace(1e-3, 10, 4)),
                                         "reg": list(np.linspace(1e-6, 0.1, 3))})
    else:
        results = random_search(evaluate, MODEST, 12, rng)
    settings, _ = best_of(results)
    network = build(seed, **layers)
    learn(network, *parts[:2], settings["learning_rate"], settings["reg"], 100, seed)
    return accuracy(network, parts[4], y_test)


def ladder():
    names = ["careless", "+ decades", "+ ReLU", "+ He", "+ scaling"]
    if {"batchnorm_forward", "batchnorm_backward"} <= globals().keys():
        names.append("+ batchnorm")
    found = [[repaired(name, seed) for seed in range(3)]
             for name in interactive.counted(names, "repairs")]
    _, ax = plots.new_axes((7.6, 4))
    return plots.sweep(names, {"test digits": found}, xlabel="repairs, one after the other",
                       ylabel="share right", ylim=(0, 1.02), chance=0.1, ax=ax,
                       title="From the careless recipe to the recommended one")


interactive.explore(ladder)

# %% [markdown]
# A better search does nothing for a network that cannot learn. ReLU passes on more of the
# gradient, and He's start lets it through all layers: those two lead from guessing to about 0.47
# and to 0.94. Centring and scaling adds one percent here, where all pixels share a unit. Batch
# normalisation (with right layers) adds two more, to 0.97, with best rates anywhere from 0.2
# to 4. So the recipe is: **ReLU, centred inputs, He's start, batch normalisation, and random
# search in decades, from coarse to fine.** And the order of checks that led here: split, scale,
# $\ln C$, ten pictures, the curve, the search.

# %% [markdown]
# ## 12 Two questions
# *12 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences each are enough.

# %% [markdown] role="written" points=5 name="first-hour"
# ### Question 1: the first hour
# A network for 100 classes begins with a loss of 4.61 and, after 500 steps at a rate of 0.0001,
# stands at 4.51. On ten pictures, at a rate of 0.1, its loss is below 0.01 after 65 steps.
#
# - (a) Is 4.61 what you would expect? Give the number with its formula. (1 point)
# - (b) Which group of faults does the test with ten pictures rule out, and what does it *not* rule
#   out? Name one fault that it misses. (2 points)
# - (c) What do you try next, and what would you expect the curve to do if you are right? (2 points)
#
# ### BEGIN SOLUTION
# (a) Yes: ln 100 = 4.605.
#
# (b) Gradients flow and the updates go downhill: loss, gradient and update fit together, so a
# wrong sign, missing updates of all layers or labels that change from step to step are ruled out.
# It does not rule out faults that ten pictures can be learned in spite of: one frozen layer, wrong
# but fixed labels, bad preprocessing of the whole data, a wrong split.
#
# (c) A higher rate: the 0.1 that was enough for ten pictures, or upwards in decades from 0.0001 (or
# a random search in decades around 0.1). If the rate was too low, the curve falls clearly within
# the same 500 steps, to less than half. Looking whether pictures and labels of the whole data still
# belong together is as good an answer: labels shuffled apart would look the same at this rate, and
# at a higher one the loss would sink far more slowly than on ten pictures, with a validation
# accuracy of guessing.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: yes, with ln 100 (or 4.605 from -ln(1/100)). Half: "yes, that of guessing",
#   without the formula. Nothing: no.
# - (b) 1 point: something that is ruled out, of the kind "the gradient or the update is broken".
#   Half: "it can learn", without which faults that excludes. Nothing: "bugs". 1 point: one fault
#   that is missed (a frozen layer, fixed wrong labels, a wrong scaling, a leak of the split). No
#   half. Nothing: "bad data", without what is wrong with them.
# - (c) 1 point: one next step that fits (a rate higher by a factor of ten or more, or a look at
#   pairs of pictures and labels in the whole data). Half: "another rate", without how much
#   higher. Nothing: "train longer". 1 point: what the curve does then if the guess is right (it
#   falls clearly; with wrong pairs: it falls once they are mended, or no rate makes it fall
#   quickly). Half: "it gets better", without how one sees it. Nothing: no curve, or that of
#   "train longer".
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="the-report"
# ### Question 2: a report
# "We tried 200 settings by a grid over learning rate (0.1, 0.2, ..., 1.0) and penalty (0.01 to
# 0.20 in 20 equal steps). All pixels were scaled with the mean and spread of all 500 pictures. The
# best setting has 100 % on our 25 validation pictures. So our network makes no mistakes."
#
# - (a) How many different learning rates were tried, and what is wrong with how they are spread?
#   (2 points)
# - (b) Why is 100 % on 25 pictures, for the best of 200, no evidence for "no mistakes"? Suppose
#   that each of the 200 networks reads 95 % of all digits. How likely is 25 out of 25 for one of
#   them? (2 points)
# - (c) What else was done with the data that should not be, and how should it be done? (1 point)
#
# ### BEGIN SOLUTION
# (a) Ten. All lie in one decade: nothing below 0.1 was tried, and within it the steps are equal in
# numbers, not in factors. (A random search of the same size would have had 200 rates.)
#
# (b) 0.95^25 = 0.28. If each of 200 has that chance, dozens of them will have 25 out of 25 (about
# 55, if they were independent; in fact they share the pictures, so fewer or more). The best of
# many is partly luck, and 25 pictures are too few to tell 95 % from 100 %. The winner should be
# measured again on pictures that took no part in the choice.
#
# (c) Mean and spread come from all pictures, the validation part included. They belong to the
# training part alone and are then used for both.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: ten. No half. Nothing: another number. 1 point: one decade only, or even in
#   numbers instead of in factors (either one). Half: "too close together". Nothing: "too few".
# - (b) 1 point: 0.95^25, about 0.28. Half: the right power with a slip in its value. Nothing:
#   0.95. 1 point: the best of many is chosen for its luck (or: with 200 tries some are bound to
#   get 25 of 25). That a second measurement on other pictures is needed may be missing. No half.
#   Nothing: "25 pictures are too few" alone, without the choice among 200.
# - (c) 1 point: statistics of the training part alone. Half: the validation pictures were used,
#   without how it should be done. Nothing: another fault.
# ### END MARK SCHEME

# %% [markdown]
# ## 13 A setting of your own
# *3 minutes, ●○○*
#
# You have 24 trainings of 100 steps. Choose the ranges, how many rounds you divide the 24 into,
# how quickly the ranges shrink, and a seed. **Look at the validation accuracy as often as you
# like. The place is decided on the 300 test digits: set `LOOK = True` once, at the end.** Whoever
# looks twice has begun to choose by them.

# %%
MY_SPACE = {"learning_rate": (1e-4, 1e1), "reg": (1e-6, 1.0)}
MY_ROUNDS, MY_SHRINK, MY_SEED = 3, 0.3, 1
LOOK = False

# %% role="explore" folded=true
# The test accuracies of 40 random searches with 24 trials in one round, in this very space.
FIELD = np.repeat([296, 295, 294, 293, 292, 291, 290, 289, 288, 287, 285],
                  [1, 1, 14, 10, 5, 2, 2, 2, 1, 1, 1]) / 300


def my_place():
    parts, rng = prepared(), np.random.default_rng(MY_SEED)
    evaluate = evaluator(parts)

    def search(space):
        return random_search(evaluate, space, 24 // MY_ROUNDS, rng)

    best, _ = coarse_to_fine(search, MY_SPACE, MY_ROUNDS, MY_SHRINK)
    told = ", ".join(f"{name} = {value:.3g}" for name, value in best[0].items())
    lines = [f"My setting: {told}", f"Validation accuracy {best[1]:.3f}"]
    if LOOK:
        network = build(0)
        learn(network, *parts[:2], best[0]["learning_rate"], best[0]["reg"], 100, 0)
        mine = accuracy(network, parts[4], y_test)
        place = 1 + sum(other > mine for other in FIELD)
        lines.append(f"Test accuracy {mine:.3f}: place {place} of {len(FIELD) + 1}")
    return "\n".join(lines)


interactive.explore(my_place)

# %% [markdown]
# ## Formula sheet
#
# | | |
# | :-- | :-- |
# | scaled feature | $\hat x = (x - \mu_{\text{train}}) / \sigma_{\text{train}}$ |
# | loss at the start | $\ln C$; with scores of spread $s$ about $\ln C + s^2/2$ |
# | L2 penalty | $\frac\lambda2\sum W^2$; He's start: $\sum W^2 \approx 2H$ for $H$ units |
# | even in decades | $x = 10^u$, $u$ uniform from $\log_{10} a$ to $\log_{10} b$: density $1/x$ |
# | next range | $x_{\text{best}} / q$ to $x_{\text{best}}\,q$, $q = (b/a)^{s/2}$ |
# | standard deviation of a share | $\sqrt{p(1-p)/n}$ |
#
# **Glossary**
#
# | word | means |
# | :-- | :-- |
# | decade | a factor of ten |
# | generator (`rng`) | a source of random numbers that a seed sets to a known place |
# | leak | knowledge of the validation part that reaches the training |
# | score | what a search makes as large as it can, here the validation accuracy |
# | setting (hyperparameter) | a number that training does not learn |
# | test part | data for one last look |
# | trial | one training with one setting |
# | validation part | data for choosing settings |
#
# **Further reading.** Bergstra and Bengio 2012, [Random search for hyper-parameter
# optimization](https://jmlr.org/papers/v13/bergstra12a.html). Smith 2017, [Cyclical learning rates
# for training neural networks](https://arxiv.org/abs/1506.01186) (the range test). Li and others
# 2018, [Hyperband](https://arxiv.org/abs/1603.06560). LeCun and others 1998, *Efficient BackProp*
# (why inputs are centred and scaled). He and others 2015, [Delving deep into
# rectifiers](https://arxiv.org/abs/1502.01852). Ioffe and Szegedy 2015, [Batch
# normalization](https://arxiv.org/abs/1502.03167). Cawley and Talbot 2010, [On over-fitting in
# model selection](https://jmlr.org/papers/v11/cawley10a.html) (the lucky winner).

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished exercises do not hinder
# the others: each is graded by itself.

# %% role="explore"
progress()
