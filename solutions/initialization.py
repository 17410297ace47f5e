# %% [markdown]
# # Initialization: where learning starts
#
# Before the first step of training, every weight needs a number. Two networks that differ in these
# numbers alone can end at 10 % and at 96 % of pictures read. You will see why, derive the two rules
# by which networks start today, and build what they replaced: starts that were *learned*, layer by
# layer, by Boltzmann machines.
#
# **At the end you will have** a machine, trained by your own code, that redraws a picture which
# *you* draw, also when half of it is covered; and a start of your own in a race against the four
# famous ones, with its place.
#
# You need NumPy, mean and variance, the chain rule. You need no deep learning library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | Only the first numbers differ | 3 min | ●○○ | |
# | 2 | All the same | 16 min | ●●○ | 12 |
# | 3 | Small and random | 2 min | ●○○ | 6 |
# | 4 | What a layer does to the spread | 12 min | ●●○ | 10 |
# | 5 | Xavier's rule | 6 min | ●●○ | 9 |
# | 6 | He's rule | 8 min | ●●○ | 9 |
# | 7 | A machine that imagines | 5 min | ●○○ | 10 |
# | 8 | Contrastive divergence | 9 min | ●●● | 12 |
# | 9 | It redraws digits | 21 min | ●●○ | 8 |
# | 10 | A stack of machines, fine-tuned | 21 min | ●●● | 14 |
# | 11 | The race of the starts | 5 min | ●○○ | |
# | 12 | Two questions | 12 min | ●●○ | 10 |
#
# Minutes: one for 100 words (they are full of formulas), one for each line that you write, two for
# each experiment, five for each written question; two hours in all.
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# below it, as often as you like; the points are given later, on other inputs. Where a check fails
# and names no mistake, `hint(f)` looks for the line that is wrong. Cells that draw or train wait
# for *your* functions. After a restart of the kernel, *Run > Run All Above Selected Cell* brings
# you back to where you were.
#
# **How can a check judge random weights?** It never compares your numbers with anybody's. It
# measures what all right answers share: their standard deviation, their mean, which of them are
# equal. A right answer fails by bad luck once in $10^{10}$ times.
#
# **Conventions.** Rows are examples, $N$ of them. A layer with `fan_in` inputs and `fan_out` units
# has weights `w` of shape `(fan_in, fan_out)`: a column for each unit. *Spread* means standard
# deviation. One dot, ●○○: a line or two from a formula; three: paper and pencil.

# %% role="given"
import time

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.training import ACTIVATIONS, Network, accuracy, cross_entropy, train

begin("initialization")

# %% [markdown]
# ## 1 Only the first numbers differ
# *3 minutes, ●○○*
#
# A network with eight hidden layers of 50 tanh units learns to read digits. Its weights start as
# random numbers with mean 0; the slider sets their spread. All else stays the same: the data, the
# learning rate, 300 steps. **Predict**: which spread is best, and what goes wrong on either side?

# %% role="explore" folded=true
# The same network from two spreads
digits = data.digits()
DEEP = (64, *[50] * 8, 10)


def learned(start, sizes=DEEP, activation="tanh", seed=1, steps=300, rate=0.1, pictures=digits):
    """A network from that start after its training; the steps at which it was measured, and its
    accuracy on new pictures there."""
    network = Network(sizes, start=start, seed=seed, activation=ACTIVATIONS[activation])

    def watch(network, step):
        if step % 20 == 0 or step == steps - 1:
            return np.array(accuracy(network, pictures.x_val, pictures.y_val))

    history = train(network, pictures.x_train, pictures.y_train, learning_rate=rate, steps=steps,
                    batch_size=50, seed=seed, watch=watch)
    return network, list(history.watched), np.array(list(history.watched.values()))


def normal(spread):
    """A start with normal weights of that spread."""
    return lambda fan_in, fan_out, seed: np.random.default_rng(seed).normal(
        0, spread, (fan_in, fan_out))


def one_spread(spread):
    lines = {}
    for label, value in (("spread 0.14", 0.14), (f"spread {spread:g}, yours", spread)):
        _, steps, right = learned(normal(value))
        lines[label] = (steps, right)
    return plots.curves(lines, ylabel="accuracy on new pictures", ylim=(0, 1), legend="below",
                        title="The same network, the same training, another start")


interactive.explore(one_spread, spread=interactive.slider(
    [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0], start=0.05, label="spread of the first weights"))

# %% [markdown]
# At 0.05 and below nothing happens: the network guesses. Near 0.14 it reads nineteen pictures out
# of twenty, at 0.3 it reads about 85 in a hundred, at 0.5 about 70, at 1 fewer than half. And 0.14
# is no magic number: it is near $1/\sqrt{50}$, and you will soon know why.

# %% [markdown]
# ## 2 All the same
# *16 minutes, ●●○, 12 points*
#
# Why random numbers at all? Try the simplest starts first: all weights 0, and all weights equal.

# %% role="exercise" from_truth=true
def zero_init(fan_in, fan_out): ...

# %% role="check" points=2
check(zero_init)

# %% role="exercise" from_truth=true
def constant_init(fan_in, fan_out, value): ...

# %% role="check" points=2
check(constant_init)

# %% [markdown]
# Take one hidden layer: $z = x\,W$, $h = \tanh z$, scores $= h\,V$. Backpropagation gives unit
# $j$ the gradient
#
# $$\frac{\partial L}{\partial W_{ij}} = \sum_n x_{ni}\,\delta_{nj}, \qquad
# \delta_{nj} = \left(1 - h_{nj}^2\right) \sum_c V_{jc}\,\mathrm{dscores}_{nc} .$$
#
# Now let all columns of $W$ be equal, and all rows of $V$. Then $h_{nj}$ is the same for all $j$,
# so is $\delta_{nj}$, and so is every column of the gradient. Equal columns get equal steps and
# *stay* equal: a hundred units do the work of one. If all weights are 0, then $V = 0$ makes every
# $\delta$ 0, and $h = 0$ makes the gradient of $V$ 0. Only the last biases move.
#
# With one number everywhere the columns of $V$ are equal, too. Then $\delta$ is 0 in the first
# step, because the entries of $\mathrm{dscores}$ add up to 0 for each example: what a computer
# shows there is rounding. From the second step on $W$ moves, and all its columns alike.
#
# To measure symmetry, count the *different* columns of a gradient: those that differ by more than
# rounding in at least one entry. Rounding is a tiny share of the numbers that were added up, so
# compare with the largest entry of the whole gradient.
#
# <details><summary>Hint 1: how to begin</summary>
#
# Walk through the columns and keep a list of those that were new. What does a column have to be
# compared with?
# </details>
#
# <details><summary>Hint 2: one number for two columns</summary>
#
# Subtract them and take sizes. *All* of these sizes should be small. Which one of them tells?
# </details>

# %% role="exercise" from_truth=true
def symmetry(dw):
    """How many different columns a gradient has: 1 when all units learn the same, H when no two do.

    dw: (D, H) float array, not changed. Two columns i and j count as the same when they differ by
    rounding alone:
        max over d of |dw[d, i] - dw[d, j]|  <=  1e-6 * max over all entries of |dw|
    Returns a whole number from 1 to H.
    """

# %% role="check" points=8
check(symmetry)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Take the first column out, with all that are the same as it, and count one; go on with the rest.
# Each round compares whole arrays. (<code>np.unique</code> of rounded columns is faster still, but
# parts two columns on either side of a rounding edge, however near they are.)
# </details>
#
# See it: each little picture is one unit's gradient after five steps, 8 by 8 pixels. **What will
# the row of the constant start look like, and what that of zeros?**

# %% role="explore" folded=true
# The gradients of ten units under three starts
def constant(value):
    return lambda fan_in, fan_out, seed: constant_init(fan_in, fan_out, value)


def first_gradient(start, units=10, steps=0):
    """The gradient of the first weights of a small tanh network, after some steps."""
    network, _, _ = learned(start, (64, units, 10), steps=steps)
    return network.gradients(digits.x_train, digits.y_train)[1]["W0"]


def seen():
    found = {
        "zero": first_gradient(lambda a, b, seed: zero_init(a, b), steps=5),
        "0.05": first_gradient(constant(0.05), steps=5),
        "random": first_gradient(normal(0.05), steps=5),
    }
    words = [f"{name}: {symmetry(dw)} different" for name, dw in found.items()]
    labels = [word if unit == 4 else "" for word in words for unit in range(10)]
    return plots.images(np.concatenate([dw.T for dw in found.values()]), labels,
                        title="The gradients of ten units under three starts").describe(
        "A row of ten pictures for each start, one for each unit: those that are not different "
        "look the same; those of the zero start are empty.")


interactive.explore(seen)

# %% [markdown]
# Ten times the same picture for the constant, nothing at all for zeros, ten different ones for
# random weights. Does it help to have more units? **Predict the two lines.**

# %% role="explore" folded=true
# Accuracy over the number of units, constant and random start
def more_units(value):
    sizes = (1, 2, 5, 10, 20, 50, 100)
    right, kinds = {"constant": [], "random": []}, []
    for units in interactive.counted(sizes, "sizes"):
        for label, start in (("constant", constant(value)), ("random", normal(0.05))):
            right[label].append(learned(start, (64, units, 10))[2][-1])
        kinds.append(symmetry(first_gradient(constant(value), units, 20)))
    lines = {"random start": right["random"], f"all weights {value:g} at first": right["constant"]}
    return plots.sweep(sizes, lines, xlabel="hidden units", ylabel="accuracy after 300 steps",
                       chance=0.1, ylim=(0, 1), legend="below",
                       title=f"Constant start, 20 steps: {max(kinds)} different column at most")


interactive.explore(more_units, value=interactive.slider(
    [0.0, 0.02, 0.05, 0.2], start=0.05, label="the constant"))

# %% [markdown]
# With a constant start a hundred units are as poor as one: between guessing and one picture in
# three. Ten random ones read more than nine out of ten. **So weights must differ.** (Biases may all
# be 0: the weights have broken the symmetry already.)

# %% [markdown]
# ## 3 Small and random
# *2 minutes, ●○○, 6 points*
#
# A simple cure: independent normal numbers with mean 0, so that no unit leans to one side, and
# a small spread, so that no unit starts on the flat part of its activation.
#
# **How to draw.** `rng = np.random.default_rng(seed)` starts at the same place for the same seed,
# and at an unpredictable one for `None`. `rng.standard_normal(shape)` has mean 0 and spread 1.
# (`rng.random(shape)` is something else: it lies between 0 and 1.) The older `np.random.seed` is
# accepted too.
#
# <details><summary>Hint: from spread 1 to another one</summary>
#
# If a random number has the spread 1, what is the spread of 0.3 times that number?
# </details>

# %% role="exercise"
def small_random_init(fan_in, fan_out, scale=0.01, seed=None):
    """Independent normal weights with mean 0 and standard deviation `scale`, whatever the sizes.

    Returns w: (fan_in, fan_out).
    seed: the same seed gives the same weights, 0 is a seed too; None: other weights in each call.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((fan_in, fan_out))
    ### END SOLUTION

# %% role="check" points=6
check(small_random_init)

# %% [markdown]
# ## 4 What a layer does to the spread
# *12 minutes, ●●○, 10 points*
#
# Symmetry is broken, and yet the deep network of section 1 did not learn at 0.05. To see why,
# look inside before any training: send data through a stack of layers and write down mean and
# spread of what leaves each of them.
#
# <details><summary>Hint 1: what goes from layer to layer</summary>
#
# One variable holds what enters the next layer. It begins as <code>x</code>. Where in the loop
# does it change, and where do you measure it?
# </details>
#
# <details><summary>Hint 2: one number, not one for each unit</summary>
#
# Without an <code>axis</code>, NumPy's mean and spread look at all entries of a matrix.
# </details>

# %% role="exercise" from_truth=true
def activation_statistics(x, weights, activation):
    """Mean and standard deviation of the outputs of each layer of a stack without biases.

    x: (N, D).
    weights: a list of L matrices, the first with D rows, each other with as many rows as the one
        before it has columns.
    activation: "tanh" or "relu", behind every matrix, the last one too. Others: ValueError.
    Returns mean: (L,), std: (L,), each entry over all N * H outputs of one layer; std is the root
        of the mean squared distance from the mean.
    """

# %% role="check" points=10
check(activation_statistics)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Frameworks let you hang such a measurement on a layer ("hooks"), so that it is taken in every pass
# of the training as well.
# </details>
#
# Ten layers of 100 tanh units, before any training. **Predict** the row for the spread 0.01 and
# the one for 1: what do the histograms of layer 1, 4, 7 and 10 look like?

# %% role="explore" folded=true
# Histograms of ten tanh layers for one spread
def outputs(start, activation, layers=10, width=100):
    """What leaves each layer of a stack, and your statistics of it."""
    h = np.random.default_rng(3).standard_normal((500, width))
    weights = [start(width, width, seed=layer) for layer in range(layers)]
    mean, std = activation_statistics(h, weights, activation)
    bend, seen = ACTIVATIONS[activation][0], []
    for w in weights:
        h, _ = bend(h @ w)
        seen.append(h)
    return seen, mean, std


def pictured(rule, activation, start):
    seen, mean, std = outputs(start, activation)
    series = {f"layer {layer + 1}": seen[layer] for layer in range(10)}
    limits = (-1, 1) if activation == "tanh" else (0, 3)
    return plots.histograms(series, limits=limits, xlabel="output of a unit",
                            title=f"{rule}, {activation}: spread {std[0]:.2g} in layer 1, "
                                  f"{std[-1]:.2g} in layer 10")


def too_small_too_large(spread):
    start = lambda fan_in, fan_out, seed: small_random_init(fan_in, fan_out, spread, seed)
    return pictured(f"spread {spread:g}", "tanh", start)


interactive.explore(too_small_too_large, spread=interactive.slider(
    [0.01, 0.05, 0.1, 0.3, 1.0], start=0.01, label="spread of the weights"))

# %% [markdown]
# At 0.01 each layer makes the outputs ten times smaller. In layer 10 they are $10^{-10}$: nothing
# arrives, and the gradient shrinks on its way back in the same way. At 1 most outputs are near
# $\pm 1$, where tanh is flat: its slope $1 - h^2$ lets hardly any gradient through. At 0.1 the
# histograms narrow slowly. There are 100 inputs, and $0.1 = 1/\sqrt{100}$.

# %% [markdown]
# ## 5 Xavier's rule
# *6 minutes, ●●○, 9 points*
#
# **Forward.** Let $z_j = \sum_i h_i\,w_{ij}$ with independent weights of mean 0 and variance
# $s^2$. The mean of $z_j$ is 0. The terms are uncorrelated, because
# $\mathbb E[h_i w_{ij} h_k w_{kj}] = \mathbb E[h_i h_k]\,\mathbb E[w_{ij}]\,\mathbb E[w_{kj}] = 0$
# for $i \ne k$, so their variances add:
#
# $$\operatorname{Var}(z_j) = \sum_{i=1}^{\text{fan in}} \mathbb E[h_i^2]\,\mathbb E[w_{ij}^2]
# = \text{fan in} \cdot s^2 \cdot \overline{h^2} ,$$
#
# with $\overline{h^2}$ for the mean square of the inputs. Near 0 tanh is the identity, so each
# layer multiplies the mean square by $\text{fan in} \cdot s^2$. Ten layers do it ten times; only
# $s^2 = 1/\text{fan in}$ keeps it.
#
# **Backward.** The gradient of the input is $\mathrm dh_i = \sum_j w_{ij}\,\mathrm dz_j$, a sum
# over the *units*. The same argument (with $\mathrm dz$ taken as independent of the weights) gives
# a factor $\text{fan out} \cdot s^2$, and $s^2 = 1/\text{fan out}$ would keep it.
#
# Both cannot be had unless the sizes are equal. Xavier Glorot and Yoshua Bengio
# ([2010](https://proceedings.mlr.press/v9/glorot10a.html)) took one divided by the mean of the
# two sizes. The factors are then $\frac{2\,\text{fan in}}{\text{fan in} + \text{fan out}}$
# forward and $\frac{2\,\text{fan out}}{\text{fan in} + \text{fan out}}$ backward: both near 1,
# their sum always 2.
#
# <details><summary>Hint 1: two words that are easily mixed up</summary>
#
# The rule is about a variance. What you multiply normal numbers by is a spread. One is the root
# of the other.
# </details>
#
# <details><summary>Hint 2: a test on paper</summary>
#
# For 50 inputs and 50 units your spread should be the 0.14 of section 1.
# </details>

# %% role="exercise"
def xavier_init(fan_in, fan_out, seed=None):
    """Independent weights with mean 0 and the variance that Glorot and Bengio chose.

    Normal weights; uniform ones of the same variance are as good.
    Returns w: (fan_in, fan_out). seed: as in small_random_init.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return np.sqrt(2 / (fan_in + fan_out)) * rng.standard_normal((fan_in, fan_out))
    ### END SOLUTION

# %% role="check" points=9
check(xavier_init)

# %% [markdown]
# <details><summary>Another way: uniform weights</summary>
#
# Uniform numbers between $-r$ and $r$ have the variance $r^2/3$. For the variance
# $2/(\text{fan in} + \text{fan out})$ the bound is $r = \sqrt{6/(\text{fan in} + \text{fan out})}$,
# the form in the paper. PyTorch has both, <code>xavier_uniform_</code> and
# <code>xavier_normal_</code>; its weights are transposed, (fan_out, fan_in).
# </details>
#
# Fan-in or fan-out? Here is a funnel of ten linear layers, from 400 units down to 40. **Which of
# the three rules keeps the signal, which one the gradient?**

# %% role="explore" folded=true
# Three rules in a funnel, forward and backward
def funnel():
    sizes = np.geomspace(400, 40, 11).astype(int)
    starts = {
        "1 / fan_in": lambda a, b, seed: small_random_init(a, b, np.sqrt(1 / a), seed),
        "1 / fan_out": lambda a, b, seed: small_random_init(a, b, np.sqrt(1 / b), seed),
        "Xavier": xavier_init,
    }
    forward, backward = {}, {}
    for name, start in starts.items():
        rng = np.random.default_rng(1)
        pairs = zip(sizes, sizes[1:], strict=False)
        weights = [start(a, b, seed=k) for k, (a, b) in enumerate(pairs)]
        h, dh = rng.standard_normal((400, sizes[0])), rng.standard_normal((400, sizes[-1]))
        there, back = [h.std()], [dh.std()]
        for w, v in zip(weights, reversed(weights), strict=True):
            h, dh = h @ w, dh @ v.T
            there.append(h.std())
            back.append(dh.std())
        forward[name], backward[name] = there, back[::-1]
    axes = plots.panels(2, size=(4.8, 3.5), sharey=True)[1]
    shared = {"xlabel": "behind layer", "log": "y", "ylim": (0.25, 4.0)}
    plots.curves(forward, ylabel="spread", title="The signal, forward", ax=axes[0], **shared)
    return plots.curves(backward, ylabel="", title="The gradient, backward", legend="none",
                        ax=axes[1], **shared)


interactive.explore(funnel)

# %% [markdown]
# Each one-sided rule keeps its own side at 1 and moves the other by a factor of about 3: the root
# of 400/40, because the ten factors fan_in/fan_out multiply to 10 in variance. Xavier is between
# them on both sides.

# %% [markdown]
# ## 6 He's rule
# *8 minutes, ●●○, 9 points*
#
# ReLU is not the identity near 0: it cuts one half off. $z$ is symmetric around 0 (its weights
# are), so $z^2$ has the same mean on either side, and
#
# $$\mathbb E\left[\max(0, z)^2\right] = \tfrac12\,\mathbb E[z^2] = \tfrac12\,\operatorname{Var}(z)
# = \tfrac12 \cdot \text{fan in} \cdot s^2 \cdot \overline{h^2} .$$
#
# Each layer halves what Xavier's forward rule would keep. Kaiming He and others
# ([2015](https://arxiv.org/abs/1502.01852)) chose the $s^2$ that makes the factor 1, looking
# forward only.
#
# <details><summary>Hint: solve for the variance</summary>
#
# Set the factor between the two mean squares equal to 1. How large must $s^2$ be?
# </details>

# %% role="exercise"
def he_init(fan_in, fan_out, seed=None):
    """Independent weights with mean 0 and the variance that keeps the mean square through ReLU.

    Normal weights; uniform ones of the same variance are as good.
    Returns w: (fan_in, fan_out). seed: as in small_random_init.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return np.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out))
    ### END SOLUTION

# %% role="check" points=9
check(he_init)

# %% [markdown]
# <details><summary>Another way: one formula for all activations</summary>
#
# PyTorch writes the spread as a *gain* divided by $\sqrt{\text{fan in}}$: 1 for linear layers,
# $\sqrt2$ for ReLU, $5/3$ for tanh (more than 1, to make up for its bend). The call is
# <code>kaiming_normal_(w, nonlinearity="relu")</code>.
# </details>
#
# Each rule with each activation. **Predict the spread in layer 10 for Xavier with ReLU**: by
# which factor does it fall in ten layers?

# %% role="explore" folded=true
# Ten layers for each rule and each activation
RULES = {"small, 0.01": small_random_init, "Xavier": xavier_init, "He": he_init}


def each_rule(rule, activation):
    return pictured(rule, activation, RULES[rule])


interactive.explore(
    each_rule,
    rule=interactive.slider(list(RULES), start="Xavier", label="rule"),
    activation=interactive.slider(["tanh", "relu"], start="relu", label="activation"),
)

# %% [markdown]
# Xavier with ReLU: $(1/2)^{10}$ in the mean square, so about $1/32$ in size, more or less by
# chance (100 units are few). With He it goes up and down, and stays near 1. (The bar at 0 is half
# of all outputs, as it should be; the last bar holds what lies beyond 3.) With tanh both rules
# do: Xavier shrinks slowly, since tanh bends, and He's larger factor makes up for the bend.
#
# Does a factor of 32 matter? That is a question of depth. **Where do the lines part?** (The cell
# trains 16 networks.)

# %% role="explore" folded=true
# Xavier and He over the depth of a ReLU network
def by_depth():
    depths = (2, 5, 10, 20)
    right = {"He": [], "Xavier": []}
    for depth in interactive.counted(depths, "depths"):
        for name, start in (("He", he_init), ("Xavier", xavier_init)):
            sizes = (64, *[50] * depth, 10)
            runs = [learned(start, sizes, "relu", seed, rate=0.05) for seed in (1, 2)]
            right[name].append([run[2][-1] for run in runs])
    return plots.sweep(depths, right, xlabel="hidden layers of 50 ReLU units", log="", chance=0.1,
                       ylabel="accuracy after 300 steps", ylim=(0, 1), legend="below",
                       title="The deeper the network, the more the factor matters")


interactive.explore(by_depth)

# %% [markdown]
# Up to five layers there is no difference to speak of. At ten He is mostly ahead, and at twenty
# Xavier's networks hardly learn within 300 steps. (Twenty layers are hard for He too, and the
# bars, from one seed to the other, get long: a good start is necessary, not sufficient.)

# %% [markdown]
# ## 7 A machine that imagines
# *5 minutes, ●○○, 10 points*
#
# Before these rules were known, in 2006, Geoffrey Hinton and others found another way to start a
# deep network: let each layer *learn* its first weights, from pictures without labels. The tool
# is a **restricted Boltzmann machine**: $D$ visible units $v$ (the pixels) and $H$ hidden ones
# $h$, each 0 or 1, with biases $b$ and $c$, and weights $w_{ij}$ between the two layers, none
# within ("restricted"). Each state has an energy and a probability,
#
# $$E(v, h) = -\sum_i b_i v_i - \sum_j c_j h_j - \sum_{ij} v_i w_{ij} h_j , \qquad
# P(v, h) = \frac{e^{-E(v, h)}}{Z} ,$$
#
# where $Z$ adds up $e^{-E}$ over all states. Low energy means likely: with a positive $w_{ij}$,
# pixel $i$ and unit $j$ tend to be on together.
#
# Let $v$ be given. $h_j$ stands in $-E$ with the factor $s_j = c_j + \sum_i v_i w_{ij}$, apart
# from all other hidden units, so they are independent, and $P(h_j = 1) : P(h_j = 0) = e^{s_j} : 1$.
# Hence
#
# $$P(h_j = 1 \mid v) = \frac{e^{s_j}}{e^{s_j} + 1} = \sigma(s_j) .$$
#
# The other direction goes alike: given $h$, pixel $i$ has the factor
# $b_i + \sum_j w_{ij} h_j$. Both directions use the *same* matrix.
#
# The cell below gives you $\sigma$ without overflow.

# %% role="given"
def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry, without an overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)

# %% role="exercise" from_truth=true
def rbm_hidden(v, w, c):
    """The probability of each hidden unit to be 1, given the visible ones.

    v: (N, D), numbers from 0 to 1; w: (D, H); c: (H,).
    Returns p: (N, H), without an overflow for large sums, in float32 for float32.
    """

# %% role="check" points=5
check(rbm_hidden)

# %% [markdown]
# <details><summary>Hint for the way back: check the shapes</summary>
#
# h is (N, H), w is (D, H), and (N, D) should come out. Over which index is the sum?
# </details>

# %% role="exercise" from_truth=true
def rbm_visible(h, w, b):
    """The probability of each visible unit to be 1, given the hidden ones.

    h: (N, H), numbers from 0 to 1; w: (D, H), the matrix of rbm_hidden; b: (D,).
    Returns q: (N, D), without an overflow for large sums, in float32 for float32.
    """

# %% role="check" points=5
check(rbm_visible)

# %% [markdown]
# <details><summary>Another way: the sigmoid is a tanh</summary>
#
# $\sigma(z) = \frac12\left(1 + \tanh\frac z2\right)$, and tanh never overflows.
# </details>

# %% [markdown]
# ## 8 Contrastive divergence
# *9 minutes, ●●●, 12 points*
#
# Training should make the pictures likely: it climbs $\ln P(v)$, with
# $P(v) = \sum_h e^{-E(v,h)} / Z$. For a weight, $-\partial E/\partial w_{ij} = v_i h_j$. So
#
# $$\frac{\partial \ln P(v)}{\partial w_{ij}}
# = \frac{\sum_h e^{-E(v,h)}\,v_i h_j}{\sum_h e^{-E(v,h)}}
# - \frac{\sum_{v',h} e^{-E(v',h)}\,v'_i h_j}{Z}
# = v_i\,P(h_j = 1 \mid v) - \mathbb E_{\text{machine}}\left[v_i h_j\right] .$$
#
# The first term is what the *data* show, the second what the machine *imagines*. When both agree,
# learning stops. For $b_i$ the two are $v_i$ and $\mathbb E[v_i]$, for $c_j$ they are
# $P(h_j = 1 \mid v)$ and $\mathbb E[h_j]$.
#
# The second term runs over all $2^{D+H}$ states. Hinton's
# [shortcut](https://doi.org/10.1162/089976602760128018) (2002): let the machine imagine for *one*
# step, starting at the data. Draw the hidden units, each 1 with its probability $p$, go down to a
# reconstruction $v'$, up once more to $p'$, and take $v'_i\,p'_j$. That is **CD-1**. It
# is not the gradient, but often points roughly the same way, and it is cheap.
#
# What differs from program to program, and how it is here: only the hidden units that make the
# reconstruction are drawn, all else stays a probability (less noise); all three parts are *means*
# over the $N$ examples (a widely copied program averages the biases and sums the weights); the
# direction points uphill, so it will be *added*. The random numbers are handed in, as `u`, so that
# your answer can be compared.
#
# <details><summary>Hint 1: to draw a unit</summary>
#
# A uniform number between 0 and 1 lies below $p$ with probability $p$.
# </details>
#
# <details><summary>Hint 2: the order</summary>
#
# First the hidden probabilities of the data, then the units drawn from them, the reconstruction,
# and the hidden probabilities of that. Two of your functions do three of the four steps.
# </details>
#
# <details><summary>Hint 3: all pairs at once</summary>
#
# dw[i, j] adds up, over the examples, the product of a pixel and a hidden unit. Which product of
# two matrices, (N, D) and (N, H), has the shape (D, H)?
# </details>

# %% role="exercise"
def cd1_gradient(v, rbm, u):
    """The direction in which one step of contrastive divergence moves the parameters.

    v: (N, D), numbers from 0 to 1. rbm: dict of "w": (D, H), "b": (D,), "c": (H,).
    u: (N, H), uniform random numbers between 0 and 1.
    With p = P(h = 1 | v), h = 1 where u < p and else 0, v' = P(v = 1 | h) (no samples),
    p' = P(h = 1 | v'):
        dw[i, j] = mean over n of (v[n, i] p[n, j] - v'[n, i] p'[n, j])
        db[i]    = mean over n of (v[n, i] - v'[n, i])
        dc[j]    = mean over n of (p[n, j] - p'[n, j])
    Returns dw: (D, H), db: (D,), dc: (H,), in float32 for float32. The arguments keep their values.
    """
    ### BEGIN SOLUTION
    w, b, c = rbm["w"], rbm["b"], rbm["c"]
    p = rbm_hidden(v, w, c)
    h = (u < p).astype(v.dtype)
    back = rbm_visible(h, w, b)
    again = rbm_hidden(back, w, c)
    dw = (v.T @ p - back.T @ again) / len(v)
    return dw, np.mean(v - back, axis=0), np.mean(p - again, axis=0)
    ### END SOLUTION

# %% role="check" points=12
check(cd1_gradient)

# %% [markdown]
# <details><summary>Another way: free energy</summary>
#
# Adding up over $h$ by hand gives $P(v) = e^{-F(v)}/Z$ with
# $F(v) = -\sum_i b_i v_i - \sum_j \ln(1 + e^{s_j})$. Minus the gradient of the mean of
# $F(v) - F(v')$, with $v'$ held constant, is exactly your three parts. (This course confirms its
# own answers in that way, with automatic differentiation.)
# </details>

# %% [markdown]
# ## 9 It redraws digits
# *21 minutes, ●●○, 8 points*
#
# Now the loop: epochs, batches, a step uphill for each batch. Each epoch ends with a measurement:
# reconstruct all pictures, and take the mean square of what is off.
#
# <details><summary>Hint 1: rows of a batch</summary>
#
# A slice may reach beyond the end of an array: what is not there is left out, and that is just
# what the last batch needs. The same slice cuts the random numbers of this epoch.
# </details>
#
# <details><summary>Hint 2: the caller's machine has changed</summary>
#
# <code>+=</code> on an array changes it in place, and the array belongs to whoever called you.
# Make a new array, or copy all three first.
# </details>

# %% role="exercise" from_truth=true
def rbm_train(v, rbm, u, learning_rate, batch_size):
    """Train a machine by contrastive divergence; measure its reconstructions after each epoch.

    v: (N, D), numbers from 0 to 1. rbm: dict of "w": (D, H), "b": (D,), "c": (H,); it keeps its
    values. u: (E, N, H), uniform random numbers: in epoch e example n uses u[e, n].
    An epoch takes the rows in their order, `batch_size` at a time; the last batch has what is
    left. After each batch every parameter moves by learning_rate times its CD-1 direction.
    Returns the trained dict, and errors: (E,). errors[e] is the mean of (v - r)^2 over all
    entries, with the parameters at the end of epoch e and
        r = P(v = 1 | p), p = P(h = 1 | v)  (probabilities both ways, nothing is drawn)
    """

# %% role="check" points=8
check(rbm_train)

# %% [markdown]
# <details><summary>Another way: longer chains</summary>
#
# CD-k imagines for k steps. *Persistent* contrastive divergence never goes back to the data: its
# imagined pictures wander on from batch to batch, which comes closer to the true second term.
# </details>
#
# 64 hidden units learn the 1,197 training pictures, without their labels. Grey pixels stand for
# probabilities. The upper row shows pictures that the machine has never seen, the lower one what
# it makes of them. (Answering with the mean picture would have an error of 0.073.) **How many units
# does a readable digit need?**

# %% role="explore" folded=true
# Ten digits, and how the machine redraws them
ink = data.digits("unit")
ONE_OF_EACH = np.array([ink.x_val[ink.y_val == digit][0] for digit in range(10)])


def fresh(D, H, seed):
    """A machine before its training."""
    return {"w": small_random_init(D, H, seed=seed), "b": np.zeros(D), "c": np.zeros(H)}


def machine(hidden=64, epochs=30, rate=0.3, seed=1):
    u = np.random.default_rng(seed).random((epochs, len(ink.x_train), hidden))
    return rbm_train(ink.x_train, fresh(64, hidden, seed), u, rate, 20)


def redrawn(v, rbm):
    return rbm_visible(rbm_hidden(v, rbm["w"], rbm["c"]), rbm["w"], rbm["b"])


def pictures_redrawn(hidden):
    rbm, errors = machine(hidden)
    off = np.mean((ink.x_val - redrawn(ink.x_val, rbm)) ** 2)
    return plots.images(np.concatenate([ONE_OF_EACH, redrawn(ONE_OF_EACH, rbm)]),
                        title=f"{hidden} hidden units: error {errors[0]:.3f} after one epoch, "
                              f"{errors[-1]:.3f} after 30; {off:.3f} on new pictures").describe(
        "Above, the digits 0 to 9 as they were written; below, as the machine redraws them.")


interactive.explore(pictures_redrawn, hidden=interactive.slider(
    [2, 5, 10, 30, 64], start=64, label="hidden units"))

# %% [markdown]
# Two units leave a blot, ten the rough shapes, thirty can be read; 64 redraw new pictures nearly as
# well as those of the training. **What did the units learn?** Each picture below is one column of
# $w$; dark pixels switch the unit on, light ones off.

# %% role="explore" folded=true
# The weights of thirty hidden units
def filters():
    rbm, _ = machine()
    return plots.images(rbm["w"].T[:30], title="The weights of thirty hidden units").describe(
        "Each picture has dark and light patches of a few pixels: pieces of strokes.")


interactive.explore(filters)

# %% [markdown]
# Pieces of strokes: a bow here, an edge there. No label has told them.
#
# **Now your own picture.** Draw a digit in the cell below: `#` is ink, `+` pale ink, `.` paper; it
# is fitted into 8 rows. (`data.photographed("file.png")` takes a picture file.) Then its lower rows
# are covered: the machine imagines them, keeps what it sees, imagines again, thirty times. **From
# how many rows does it guess your digit?**

# %%
my_picture = data.drawn("""
.####.
##..##
....##
..###.
....##
....##
##..##
.####.
""", width=6)

# %% role="explore" folded=true
# Your picture and eight others, covered and completed
def completed(v, known, rbm, steps=30, seed=0):
    """The pictures v with the pixels that are not known imagined by the machine."""
    rng, seen = np.random.default_rng(seed), np.where(known, v, ink.x_train.mean(axis=0))
    for step in range(steps):
        p = rbm_hidden(seen, rbm["w"], rbm["c"])
        h = p if step == steps - 1 else (rng.random(p.shape) < p).astype(float)
        seen = np.where(known, v, rbm_visible(h, rbm["w"], rbm["b"]))
    return seen


def half_covered(rows):
    rbm, _ = machine()
    v = np.concatenate([my_picture.reshape(1, 64), ONE_OF_EACH[[0, 2, 3, 5, 6, 7, 8, 9]]])
    known = np.arange(64) // 8 < rows
    shown = np.concatenate([v, np.where(known, v, 0), completed(v, known, rbm)])
    return plots.images(shown, columns=len(v),
                        title=f"Whole, {rows} rows left, and completed (the first one is yours)"
                        ).describe("Three rows: your picture and eight digits; the same with only "
                                   f"their upper {rows} rows; and with the rest imagined.")


interactive.explore(half_covered, rows=interactive.slider(
    [2, 3, 4, 5, 6, 7, 8], start=5, label="rows that it sees"))

# %% [markdown]
# With five rows most digits come back as themselves. With two or three the machine still draws
# digits, often other ones: what it sees fits several, and it makes up its mind by chance. With all
# eight rows nothing is imagined.

# %% [markdown]
# ## 10 A stack of machines, fine-tuned
# *21 minutes, ●●●, 14 points*
#
# One machine turns pixels into strokes. A second one can learn which strokes occur together: its
# data are the hidden probabilities of the first. And so on: a **deep belief network**
# ([Hinton, Osindero and Teh, 2006](https://doi.org/10.1162/neco.2006.18.7.1527)), trained one layer
# after the other.
#
# <details><summary>Hint: what changes from machine to machine</summary>
#
# The data. After the training of each machine they go through it once, up, with its new weights.
# </details>

# %% role="exercise" from_truth=true
def pretrain_stack(v, rbms, draws, learning_rate, batch_size):
    """Train a stack of machines one after the other, each on what the one below makes of the data.

    v: (N, D). rbms: a list of L dicts as in rbm_train, which keep their values; the first has D
    visible units, each other as many as the one before it has hidden ones.
    draws: a list of L arrays (E, N, H_l), the u of each.
    The first machine learns v, each other the hidden probabilities (no samples) that the trained
    one below it gives for its data. Returns the list of the trained dicts.
    """

# %% role="check" points=6
check(pretrain_stack)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The stack needs no pass from the data for each layer: what went up once stays. In PyTorch each
# machine would be a module, and <code>nn.Sequential</code> the stack.
# </details>
#
# Now forget that they were machines. Their $w$ and $c$ become the first weights and biases of an
# ordinary network of sigmoid layers, with a layer of class scores on top. Backpropagation trains
# all layers: **fine-tuning**.
#
# With $a_0 = x$ and $a_{l+1} = \sigma(a_l w_l + b_l)$, going down from $\mathrm dz$ of a layer:
#
# $$\mathrm dw_l = a_l^\top\,\mathrm dz_l, \qquad \mathrm db_l = \sum_n \mathrm dz_{l,n}, \qquad
# \mathrm dz_{l-1} = \left(\mathrm dz_l\,w_l^\top\right) \odot a_l \odot (1 - a_l) ,$$
#
# because $\sigma' = \sigma(1 - \sigma)$. On top, `loss, dz = cross_entropy(scores, y)` is given:
# the mean loss, and its gradient for the scores.
#
# <details><summary>Hint 1: what to keep on the way up</summary>
#
# Each layer's input. Put them into a list, <code>x</code> first.
# </details>
#
# <details><summary>Hint 2: the trap</summary>
#
# On the way down, the gradient passes through a layer's weights. Through the old ones: about one
# in six published solutions to such exercises has changed them already by then.
# </details>
#
# <details><summary>Hint 3: the order of the list</summary>
#
# You meet the layers from the last to the first. In which order do they belong in the answer?
# </details>

# %% role="exercise"
def fine_tune_step(layers, x, y, learning_rate):
    """One step of gradient descent through all layers of a stack with class scores on top.

    layers: a list of dicts of "w": (D_l, D_{l+1}), "b": (D_{l+1},), which keep their values; all
    but the last have a sigmoid, the last gives the scores (N, C).
    x: (N, D_0), y: (N,), whole numbers from 0 to C - 1.
    The loss is the mean over the N examples of -log softmax(scores)[y], without an overflow for
    large scores. All gradients are taken at the old parameters.
    Returns the loss before the step, and the new list of dicts.
    """
    ### BEGIN SOLUTION
    inputs = [x]
    for layer in layers[:-1]:
        inputs.append(sigmoid(inputs[-1] @ layer["w"] + layer["b"]))
    loss, dz = cross_entropy(inputs[-1] @ layers[-1]["w"] + layers[-1]["b"], y)
    tuned = []
    for layer, a in zip(reversed(layers), reversed(inputs), strict=True):
        w = layer["w"] - learning_rate * a.T @ dz
        b = layer["b"] - learning_rate * dz.sum(axis=0)
        dz = dz @ layer["w"].T * a * (1 - a)
        tuned.insert(0, {"w": w, "b": b})
    return loss, tuned
    ### END SOLUTION

# %% role="check" points=8
check(fine_tune_step)

# %% [markdown]
# <details><summary>Another way: recursion</summary>
#
# A function that does one layer, calls itself for the layers above, and returns the gradient of its
# input needs no list of inputs and no reversed order: the calls remember both.
# </details>
#
# A stack of four machines, 50 hidden units each, then 600 steps of fine-tuning. Beside it the
# same network from `small_random_init`. **What do you expect of the second?**

# %% role="explore" folded=true
# Fine-tuning from a pretrained and from a small random start
SIZES = (64, 50, 50, 50, 50, 10)


def pretrained(seed=1, epochs=15):
    """The hidden layers of a network of these sizes, pretrained on the pictures without labels."""
    rng = np.random.default_rng(seed)
    pairs = zip(SIZES, SIZES[1:-1], strict=False)
    rbms = [fresh(D, H, 10 * seed + number) for number, (D, H) in enumerate(pairs)]
    draws = [rng.random((epochs, len(ink.x_train), H)) for H in SIZES[1:-1]]
    stack = pretrain_stack(ink.x_train, rbms, draws, 0.5, 20)
    return [{"w": rbm["w"], "b": rbm["c"]} for rbm in stack]


def plain(sizes, seed):
    """Layers with small random weights."""
    return [{"w": small_random_init(a, b, seed=10 * seed + k), "b": np.zeros(b)}
            for k, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False))]


def tuned_losses(layers, steps=600, rate=0.5):
    rng, losses = np.random.default_rng(5), []
    for _ in range(steps):
        batch = rng.choice(len(ink.x_train), 50, replace=False)
        loss, layers = fine_tune_step(layers, ink.x_train[batch], ink.y_train[batch], rate)
        losses.append(loss)
    return losses


def fine_tuning():
    top = plain(SIZES[-2:], 7)
    lines = {"pretrained": tuned_losses(pretrained() + top),
             "small random": tuned_losses(plain(SIZES, 1))}
    return plots.curves(lines, ylabel="loss of a batch", smooth=20, legend="below",
                        title="Four sigmoid layers learn, if their start was learned")


interactive.explore(fine_tuning)

# %% [markdown]
# The small random start stays at $\ln 10 \approx 2.303$, the loss of guessing. The pretrained one
# falls to about 0.1. In 2006 this was a sensation: deep networks of such layers could be trained.

# %% [markdown]
# ## 11 The race of the starts
# *5 minutes, ●○○*
#
# The same network of four hidden layers, and four starts: small random weights, your pretrained
# stack, Xavier, He. Four seeds each, measured on 600 new pictures; bands and bars reach from the
# least to the greatest. (What is missing on the right lies lower.) The network comes in three
# versions: with sigmoid (as in 2006), tanh and ReLU. For tanh the stack's layers are translated
# exactly, with $\sigma(z) = \frac12\left(1 + \tanh\frac z2\right)$; ReLU takes the numbers as
# they are.
#
# **Enter a start of your own**, as the fifth: change the line below, as you like. Uniform? Another
# factor? Fan-out? All zeros, and one column random? **Predict the order**, then run all three.

# %%
def my_start(fan_in, fan_out, seed=None):
    """A start of your own: weights (fan_in, fan_out)."""
    return 1.5 * xavier_init(fan_in, fan_out, seed)

# %% role="explore" folded=true
# The race of five starts
NEW = np.concatenate([ink.x_val, ink.x_test]), np.concatenate([ink.y_val, ink.y_test])


def translated(layers):
    """The biases and weights of tanh layers that compute what these sigmoid layers do."""
    found = []
    for number, layer in enumerate(layers):
        w, b = layer["w"], layer["b"]
        from_sigmoid = {"w": w / 4, "b": (b + w.sum(axis=0) / 2) / 2}
        found.append(from_sigmoid if number else {"w": w / 2, "b": b / 2})
    return found


def begun(start, activation, seed):
    return Network(SIZES, start=start, seed=seed, activation=ACTIVATIONS[activation])


def from_stack(seed, activation):
    """A network that starts from a pretrained stack, and the seconds that the stack took."""
    began = time.perf_counter()
    layers = pretrained(seed)
    seconds = time.perf_counter() - began
    network = begun(small_random_init, activation, seed)
    for number, layer in enumerate(translated(layers) if activation == "tanh" else layers):
        network.params[f"W{number}"], network.params[f"b{number}"] = layer["w"], layer["b"]
    return network, seconds


def one_run(name, start, activation, seed, steps=500):
    """Accuracy on new pictures over the steps, and the seconds of pretraining."""
    right, seconds = [], 0.0
    if name == "pretrained":
        network, seconds = from_stack(seed, activation)
    else:
        network = begun(start, activation, seed)

    def watch(network, step):
        if step % 20 == 0 or step == steps - 1:
            right.append(accuracy(network, *NEW))

    train(network, ink.x_train, ink.y_train, learning_rate=0.1, steps=steps, batch_size=50,
          seed=seed, watch=watch)
    return right, seconds


def race(activation):
    starts = {"small": small_random_init, "pretrained": None, "Xavier": xavier_init,
              "He": he_init, "yours": my_start}
    lines, ends, spent = {}, {}, 0.0
    at = [step for step in range(500) if step % 20 == 0 or step == 499]
    for name, start in interactive.counted(starts.items(), "starts"):
        runs = [one_run(name, start, activation, seed) for seed in (1, 2, 3, 4)]
        right = np.array([run[0] for run in runs])
        spent = max(spent, np.mean([run[1] for run in runs]))
        lines[name], ends[name] = (at, right), right[:, -1]
    place = 1 + sum(end.mean() > ends["yours"].mean() for end in ends.values())
    axes = plots.panels(2, size=(5.0, 3.8))[1]
    plots.curves(lines, ylabel="accuracy on new pictures", ylim=(0, 1), ax=axes[0],
                 title=f"{activation}: pretraining took {spent:.1f} s a network")
    near = max(0.0, max(end.max() for end in ends.values()) - 0.12)
    return plots.sweep(list(ends), {"after 500 steps": list(ends.values())}, xlabel="start",
                       ylabel="", ylim=(near, near + 0.13), legend="none", ax=axes[1],
                       title=f"The end, closer: yours is at place {place} of 5")


interactive.explore(race, activation=interactive.slider(
    ["sigmoid", "tanh", "relu"], start="tanh", label="activation"))

# %% [markdown]
# **The verdict.**
#
# - *sigmoid*: of the four only the pretrained network learns within 500 steps. Xavier and He were
#   not made for this curve: its slope is at most $\frac14$, and four layers leave
#   $4^{-4} \approx 0.004$. But try larger factors for *your* start: one comes close to the stack,
#   at about 0.9, with nothing learned beforehand. Question 2 finds it by calculation.
# - *tanh*: pretrained, Xavier and He end within about one hundredth of each other, near 0.97. Of
#   600 pictures chance alone makes $\sqrt{0.97 \cdot 0.03/600} = 0.007$: no winner. But pretraining
#   has cost time, three functions and a theory; Xavier's rule is one line.
# - *ReLU*: both rules come to about 0.96. The stack, learned for sigmoids, does not fit this curve
#   and ends near 0.93.
#
# So with weights of the right spread for its activation, a network needs nothing learned
# beforehand: Xavier and He need none of the pretraining. What 2006 had discovered was real, but
# what helped was in large part the spread: shuffle the numbers in each matrix of the stack, centre
# them and what they get, and the sigmoid network still comes to about 0.7, where Xavier's and He's
# numbers stay at guessing. (Pretraining without labels has come back since, for another
# reason: where labels are few, what was learned without them helps.)

# %% [markdown]
# ## 12 Two questions
# *12 minutes, ●●○, 5 points each*
#
# These are read by a person. A few lines for each part are enough.

# %% [markdown] role="written" points=5 name="leaky"
# ### Question 1: a rule for another activation
# Leaky ReLU is $f(z) = z$ for $z \ge 0$ and $f(z) = a z$ for $z < 0$, with $0 \le a \le 1$. $z$ is
# symmetric around 0.
#
# - (a) Show that $\mathbb E[f(z)^2] = \frac{1 + a^2}{2}\,\mathbb E[z^2]$. (2 points)
# - (b) Which variance of the weights keeps the mean square from layer to layer? What are the
#   special cases $a = 0$ and $a = 1$? (2 points)
# - (c) Someone starts twenty layers of ReLU with the variance $1/\text{fan in}$. By which factor
#   has the mean square changed behind the last one? (1 point)
#
# ### BEGIN SOLUTION
# (a) $\mathbb E[f(z)^2]$ is the sum of the part with $z \ge 0$, where $f^2 = z^2$, and the part
# with $z < 0$, where $f^2 = a^2 z^2$. By symmetry each side holds half of $\mathbb E[z^2]$:
# $\frac12 \mathbb E[z^2] + \frac{a^2}{2}\,\mathbb E[z^2]$.
#
# (b) $\mathbb E[z^2] = \text{fan in} \cdot s^2 \cdot \overline{h^2}$, so the factor is
# $\text{fan in} \cdot s^2\,(1 + a^2)/2$, which is 1 for $s^2 = \frac{2}{(1 + a^2)\,\text{fan in}}$.
# $a = 0$ is ReLU: He's rule, $2/\text{fan in}$. $a = 1$ is a linear layer: $1/\text{fan in}$.
#
# (c) One half for each layer: $2^{-20}$, about $10^{-6}$.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: the two sides apart, with $a^2$ on the negative one. Half: apart, with $a$ in
#   its place. Nothing: not apart. 1 point: each side has half of $\mathbb E[z^2]$, with symmetry
#   as the reason. Half: without the reason. Nothing: the result, written down once more.
# - (b) 1 point: the formula. Half: the factor of a layer is right, the solution for the variance
#   is not. Nothing: He's rule, quoted. 1 point: both special cases, by name or by formula. Half:
#   one of them. Nothing: neither.
# - (c) 1 point: $2^{-20}$ or about $10^{-6}$; $10^{-3}$ where it is said that the spread is
#   meant. Half: one half for each layer, and not carried to twenty. Nothing: $10^{-3}$ without
#   that.
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="sigmoid"
# ### Question 2: a start for the sigmoid
# A tanh layer computes $t' = \tanh(t\,w + \beta)$ from inputs $t$. A sigmoid network should do
# exactly the same with $a = \frac{1 + t}{2}$ and $a' = \frac{1 + t'}{2}$ in the place of $t$ and
# $t'$. Use $\sigma(z) = \frac12\left(1 + \tanh\frac z2\right)$.
#
# - (a) Find weights $\tilde w$ and biases $\tilde\beta$ with
#   $a' = \sigma(a\,\tilde w + \tilde\beta)$. (3 points)
# - (b) $w$ was started by Xavier's rule, with $\beta = 0$. Which variance does $\tilde w$ have?
#   (1 point)
# - (c) In the race with sigmoid, Xavier's own weights did not learn. Explain it with (b).
#   (1 point)
#
# ### BEGIN SOLUTION
# (a) $a' = \frac12(1 + \tanh(t\,w + \beta)) = \sigma\left(2\,(t\,w + \beta)\right)$, and $t = 2a
# - 1$: $2\,(2a - 1)\,w + 2\beta = a \cdot 4w + 2\beta - 2 \sum_i w_{i}$, with the sum over the
# inputs (the column sums of $w$). So $\tilde w = 4w$ and $\tilde\beta_j = 2\beta_j - 2\sum_i
# w_{ij}$.
#
# (b) 16 times Xavier's: $32/(\text{fan in} + \text{fan out})$.
#
# (c) Xavier's weights are four times smaller than a sigmoid network needs to do what the tanh
# network does: in every layer differences between the examples shrink to about a quarter, on the
# way back the gradient as well (and the biases that would centre the inputs are missing). After a
# few layers nothing is left.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: $a' = \sigma(2(t w + \beta))$. Half: the formula for $\sigma$ is used, with a
#   wrong factor. Nothing: it is not used. 1 point: $t = 2a - 1$ put in, with $\tilde w = 4w$.
#   Half: put in, with another factor. Nothing: $t$ is still there. 1 point: $\tilde\beta$ with
#   the sum over the inputs. Half: one of its two terms. Nothing: $\beta$ as it was.
# - (b) 1 point: 16 times Xavier's variance (or $32/(\text{fan in}+\text{fan out})$); what
#   follows rightly from a wrong factor in (a) counts. Half: 4 times the spread, without its
#   square. Nothing: 4 times the variance beside $\tilde w = 4w$.
# - (c) 1 point: too small by the factor of (b) or its root, so that signal or gradient shrinks
#   in each layer. Half: too small, without what that does from layer to layer. Nothing: "the
#   slope is at most 1/4" without a word on the size of the weights, or "the sigmoid saturates":
#   with small weights it does not.
# ### END MARK SCHEME

# %% [markdown]
# ## To look up
#
# | rule | variance of the weights | made for |
# | :-- | :-- | :-- |
# | constant | 0 | nothing: all units stay equal |
# | small random | the same for all sizes | shallow networks |
# | Xavier | $2/(\text{fan in} + \text{fan out})$ | tanh, linear layers |
# | He | $2/\text{fan in}$ | ReLU |
# | uniform between $-r$ and $r$ | $r^2/3$ | |
#
# | formula | |
# | :-- | :-- |
# | forward | $\operatorname{Var}(z) = \text{fan in} \cdot s^2 \cdot \overline{h^2}$ |
# | backward | $\overline{\mathrm dh^2} = \text{fan out} \cdot s^2 \cdot \overline{\mathrm dz^2}$ |
# | ReLU | $\mathbb E[\max(0,z)^2] = \frac12 \mathbb E[z^2]$ |
# | RBM | $P(h=1 \mid v) = \sigma(v w + c)$, $P(v=1 \mid h) = \sigma(h w^\top + b)$ |
# | CD-1 | data minus reconstruction: $\Delta w_{ij} \propto v_i p_j - v'_i p'_j$ |
#
# **Words**
#
# | word | means |
# | :-- | :-- |
# | fan-in, fan-out | the number of a layer's inputs, of its units |
# | spread | standard deviation |
# | symmetry | units that compute and learn the same |
# | saturated | on the flat part of the activation |
# | gain | the factor by which a rule makes up for an activation |
# | restricted Boltzmann machine | two layers, one matrix, an energy |
# | reconstruction | up and down once |
# | CD-1 | contrastive divergence after one such step |
# | deep belief network | machines on top of each other, trained one after the other |
# | pretraining, fine-tuning | without labels, then with |
#
# **To read.** X. Glorot, Y. Bengio, [Understanding the difficulty of training deep feedforward
# neural networks](https://proceedings.mlr.press/v9/glorot10a.html), 2010.
# K. He and others, [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852), 2015.
# G. Hinton, S. Osindero, Y.-W. Teh, [A fast learning algorithm for deep belief
# nets](https://doi.org/10.1162/neco.2006.18.7.1527), 2006. A. Saxe, J. McClelland, S. Ganguli,
# [Exact solutions to the nonlinear dynamics of learning in deep linear
# networks](https://arxiv.org/abs/1312.6120),
# 2013 (orthogonal starts). D. Mishkin, J. Matas,
# [All you need is a good
# init](https://arxiv.org/abs/1511.06422), 2015.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Each exercise is graded by
# itself.

# %% role="explore"
progress()
