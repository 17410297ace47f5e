# %% [markdown]
# # Activations: what a bend does to a network
#
# Between two layers of a neural network stands a function of one number, applied to each entry:
# the activation, also called the *nonlinearity*. Here it is a **bend**, for that is what it must
# be: any function whose graph is not a straight line. You write eight of them, forward and
# backward, and measure what they do to networks that read handwritten digits: why a network
# without a bend is not deep, why depth failed for twenty years, how units die, and what to put at
# the output. At the end you invent one of your own, which races through nine layers against seven
# of yours.
#
# You need NumPy, the chain rule, and the idea of gradient descent. You need no deep learning
# library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | A stack that folds flat | 3 min | ●○○ | |
# | 2 | The sigmoid | 7 min | ●●○ | 10 |
# | 3 | First problem: the flat ends | 4 min | ●○○ | 3 |
# | 4 | Second problem: never negative | 3 min | ●○○ | |
# | 5 | Tanh | 4 min | ●○○ | 8 |
# | 6 | ReLU, and what exp costs | 6 min | ●○○ | 8 |
# | 7 | Why depth used to fail | 14 min | ●●○ | 8 |
# | 8 | Units that die | 3 min | ●○○ | 4 |
# | 9 | Leaky ReLU and ELU | 12 min | ●●○ | 17 |
# | 10 | Maxout | 20 min | ●●● | 14 |
# | 11 | Soft gates: SiLU and GELU | 12 min | ●●○ | 18 |
# | 12 | Which one? | 4 min | ●○○ | |
# | 13 | A bend of your own | 4 min | ●●○ | |
# | 14 | Two questions | 11 min | ●●○ | 10 |
#
# <details><summary>How minutes, points and difficulty are counted</summary>
#
# 180 words a minute, half a minute for each picture, five minutes for each written question, and
# for each line of the solution, `return` apart, 45 seconds where it follows from a formula (●○○),
# 75 where something has to be worked out first (●●○), 105 where it takes paper and pencil (●●●).
# Points: about three for a formula that becomes a line, about five for a slope and for a formula
# that overflows as it stands, six to eight where several lines have to fit together.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# cell below it, as often as you like; the points are given later, on other inputs. Where a check
# fails and names no mistake, `hint(f)` looks for the line that is wrong. *Hint* and *Another way*
# unfold with a click; the second is for afterwards. Cells that draw or train wait for *your*
# functions (click on the dots to read their code). After opening the notebook or restarting its
# kernel, *Run > Run All Above Selected Cell* brings you back to where you were; until then even
# `check` is an unknown name.
#
# **Conventions.** Every activation comes as a pair:
#
# - `f_forward(x)` returns `out, cache`. `x` is a float array of any shape; `out` has the same
#   shape and dtype. The **cache** is a parcel that the forward pass packs for the backward pass:
#   whatever you want to have on the way back.
# - `f_backward(dout, cache)` returns `dx`, of the shape and dtype of `dout`. A name that starts
#   with `d` is a gradient of the loss $L$: $\mathrm{dout} = \partial L/\partial\, \mathrm{out}$
#   comes from above, and entry by entry the chain rule gives
#
# $$\mathrm{dx} = \frac{\partial L}{\partial x} = \frac{\partial L}{\partial\, \mathrm{out}} \cdot
# \frac{\partial\, \mathrm{out}}{\partial x} = \mathrm{dout} \cdot f'(x).$$
#
# None of the functions may change its arguments, the cache included: a second call on it gives
# the same again. Rows are examples: $N$ examples, $D$ features, $H$ units. *Spread* is short for
# standard deviation.

# %% role="given"
import math
import time

import numpy as np

from stagewise import begin, check, data, gradients, hint, interactive, plots, progress
from stagewise.training import Network, accuracy, cross_entropy, train

begin("activations")

# %% [markdown]
# ## 1 A stack that folds flat
# *3 minutes, ●○○*
#
# Three arms of a spiral, 300 points, three classes. We train three networks on them: one layer;
# three layers of weights with nothing in between; three layers with $\max(0, x)$ in between. The
# second has 2,853 parameters, the first has 9, and the third has exactly as many as the second.
#
# **Predict** the three accuracies, roughly, before you run the cell.

# %% role="explore" folded=true
# Three networks on the spiral
x_spiral, y_spiral = data.spirals(noise=0.15)
NOTHING = (lambda x: (x, None), lambda dout, cache: dout)


def on_the_spiral(sizes, **activation):
    network = Network(sizes, scale=0.3, seed=1, **activation)
    train(network, x_spiral, y_spiral, learning_rate=0.3, steps=1500, batch_size=60, seed=1)
    return network


def three_networks():
    figure, axes = plots.panels(3, size=(3.6, 3.5))
    kinds = {
        "one layer": on_the_spiral((2, 3)),
        "three layers, nothing between": on_the_spiral((2, 50, 50, 3), activation=NOTHING),
        "three layers, a bend between": on_the_spiral((2, 50, 50, 3)),
    }
    for ax, (label, network) in zip(axes, kinds.items()):
        right = accuracy(network, x_spiral, y_spiral)
        plots.regions(
            lambda p: network.propagate(p)[0].argmax(axis=1),
            x_spiral,
            y_spiral,
            title=f"{label}\n{right:.0%} right",
            ax=ax,
        )
    return figure


interactive.explore(three_networks)

# %% [markdown]
# The middle network is hardly better than the first (56 % against 55 %), and its borders are
# straight lines as well. The reason is one line of algebra. With the activation $f(x) = a\,x$,
# three layers of one unit with weights 1 compute
#
# $$f(f(f(x))) = a \cdot a \cdot a \cdot x = a^3 x,$$
#
# a single layer with weight $a^3$. It is the same with matrices. Two layers without activation give
#
# $$(x W_1 + b_1)\, W_2 + b_2 = x \underbrace{W_1 W_2}_{W} + \underbrace{b_1 W_2 + b_2}_{b},$$
#
# one layer again, and a third one folds into it in the same way. A linear stack is *one* linear
# layer, however deep it is. The cell below folds the trained middle network into one matrix and
# one vector. How large is the difference of the scores?

# %% role="explore"
def fold():
    network = on_the_spiral((2, 50, 50, 3), activation=NOTHING)
    W, b = np.eye(2), np.zeros(2)
    for layer in range(network.depth):
        W, b = (
            W @ network.params[f"W{layer}"],
            b @ network.params[f"W{layer}"] + network.params[f"b{layer}"],
        )
    deep, _ = network.propagate(x_spiral)
    count = sum(value.size for value in network.params.values())
    return (
        f"parameters of the deep network: {count},  of the folded one: {W.size + b.size}\n"
        f"largest difference of the scores: {np.abs(deep - (x_spiral @ W + b)).max():.0e}"
    )


interactive.explore(fold)

# %% [markdown]
# About $10^{-15}$: rounding, and nothing else. So a bend must stand between the layers, and
# almost any will do. Which one makes a network that *learns* is a different question, and took
# decades. We follow the history: sigmoid, tanh, ReLU, and what came after.

# %% [markdown]
# ## 2 The sigmoid
# *7 minutes, ●●○, 10 points*
#
# The first choice was taken from biology and statistics: a unit that is off, on, or something in
# between.
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}} \in (0, 1).$$
#
# On paper the formula is harmless. In floating point, $e^{1000}$ is infinite: for $x = -1000$ the
# formula survives, since $1/\infty = 0$, but NumPy warns. Written as $\frac{e^{x}}{1 + e^{x}}$ it
# is in worse trouble: for $x = 1000$ that is $\infty/\infty$. Both expressions are equal
# (multiply numerator and denominator by $e^{x}$), and each is good on one side: **give `exp` only
# numbers that are not positive.**
#
# $$\sigma(x) = \begin{cases} \dfrac{1}{1 + e^{-x}} & x \ge 0 \\[2ex] \dfrac{e^{x}}{1 + e^{x}} & x <
# 0 \end{cases}$$
#
# *Careful:* `np.where(x >= 0, A, B)` computes both `A` and `B` for all entries and chooses
# afterwards. So a dangerous `exp` inside still meets every entry. What is $-|x|$ good for?
#
# <details><summary>Hint 1</summary>
#
# For each entry exactly one of the two exponentials is harmless: the one whose exponent is not
# positive. $-|x|$ is that exponent on both sides of 0, and so a single call of `exp` is enough.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Write both cases with $e = e^{-|x|}$. Their denominators turn out to be the same. Only the
# numerators differ, so only these need a choice by the sign of $x$.
# </details>
#
# <details><summary>Hint 3</summary>
#
# For $x \ge 0$ the numerator is 1, for $x < 0$ it is $e$. Choosing between two finite numbers warns
# of nothing.
# </details>

# %% role="exercise" from_truth=true
def sigmoid_forward(x):
    """The sigmoid, entry by entry.

    x: float array of any shape.  Returns out: same shape and dtype, and a cache of your choice.
        out = 1 / (1 + exp(-x))
    Accurate, and without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=5
check(sigmoid_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\sigma(x) = \tfrac12\left(1 + \tanh \tfrac{x}{2}\right)$ needs no choice and never overflows. Its
# price shows on the far left: at $x = -40$ it gives exactly 0, where $\sigma$ is
# $4 \cdot 10^{-18}$, since $1 + \tanh$ subtracts two nearly equal numbers. SciPy has the stable
# function under the name `expit`.
# </details>
#
# **Back.** With the chain rule, for $\sigma(x) = (1 + e^{-x})^{-1}$:
#
# $$\sigma'(x) = -(1 + e^{-x})^{-2} \cdot (-e^{-x}) = \frac{e^{-x}}{(1 + e^{-x})^2} =
# \underbrace{\frac{1}{1 + e^{-x}}}_{\sigma(x)} \cdot \underbrace{\frac{e^{-x}}{1 + e^{-x}}}_{1 -
# \sigma(x)} = \sigma(x)\,(1 - \sigma(x)).$$
#
# No new exponential is needed: the output alone tells the slope. That is worth a place in the
# cache. Where is the slope largest, and how large is it?
#
# <details><summary>Hint 1</summary>
#
# What the forward pass returned is all that the slope needs. Look at what you put into the cache,
# and compute the slope from it without `exp`.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Try one number on paper: at $x = 0$ the output is ½, so a `dout` of 8 must become 2.
# </details>

# %% role="exercise" from_truth=true
def sigmoid_backward(dout, cache):
    """Back through the sigmoid.

    dout: gradient of the loss with respect to out, cache: what sigmoid_forward returned.
    Returns dx: shape and dtype of dout.  Entry by entry, dout times the slope of the sigmoid at x.
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=5
check(sigmoid_backward, sigmoid_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Since $1 - \sigma(x) = \sigma(-x)$, the slope is also $\sigma(x)\,\sigma(-x)$, which shows that it
# is the same at $x$ and $-x$. PyTorch does what you did: it keeps the output alone.
# </details>
#
# You can also convince yourself without recorded numbers: a derivative is the limit of
# $\frac{f(x+h) - f(x-h)}{2h}$, and that can be *measured*. `gradients.gradient_check` does so for
# every entry. The plot shows the function and its slope; the shaded strip reaches from $-5$ to
# $5$.

# %% role="explore" folded=true
# The sigmoid and its slope
def with_slope(forward, backward, title, zone=5.0, ylim=(-1.2, 1.2)):
    """A function and its slope, the safe zone shaded; the gradient check is in the title."""
    x = np.linspace(-10, 10, 401)
    out, cache = forward(x)
    slope = backward(np.ones_like(x), cache)
    points = np.random.default_rng(1).uniform(-4, 4, 20)
    found = gradients.gradient_check(
        lambda p: forward(p)[0].sum(), points, backward(np.ones_like(points), forward(points)[1])
    )
    figure, (ax,) = plots.panels(1, size=(6.4, 3.6))
    ax.axvspan(-zone, zone, color=plots.INK, alpha=0.15, lw=0)
    plots.curves(
        {"value": (x, out), "slope": (x, slope)},
        xlabel="x",
        ylabel="f(x) and f'(x)",
        ylim=ylim,
        ax=ax,
        title=f"{title}: gradient check, error {found.error:.0e}",
    )
    return figure


interactive.explore(
    lambda: with_slope(sigmoid_forward, sigmoid_backward, "sigmoid", ylim=(-0.1, 1.1))
)

# %% [markdown]
# The slope is largest at 0, where it is $\tfrac12 \cdot \tfrac12 = \tfrac14$. At $x = \pm 5$ it is
# 0.0066, a 38th of that. Further out it falls by a factor of about $e$ with every step of 1.
#
# The sigmoid has three problems, and the rest of this notebook is about them:
#
# 1. **its ends are flat**, so gradients vanish (sections 3 and 7);
# 2. **its output is never negative**, so gradients zigzag (section 4);
# 3. **it needs `exp`**, which is said to be expensive (section 6).

# %% [markdown]
# ## 3 First problem: the flat ends
# *4 minutes, ●○○, 1 or 2 lines, 3 points*
#
# A unit whose input lies outside the strip, the *safe zone* of about $-5$ to $5$, is **saturated**:
# its output hardly depends on its input, and hardly any gradient passes. Write a measurement of it.
# Boundaries belong to the safe zone.

# %% role="exercise" from_truth=true
def saturated_fraction(x, limit=5.0):
    """The share of entries outside the safe zone.

    x: float array of any shape, the inputs of an activation.  Returns a number from 0 to 1:
        (how many entries have |x| > limit) / (how many entries there are)
    """

# %% role="check" points=3
check(saturated_fraction)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The mean of a Boolean array is the share of its `True` entries, so the comparison and one mean are
# all. A count and a division by `x.size` say the same.
# </details>
#
# Now the digits: 8×8 pictures, 64 numbers each. Pixels come as they are in the file (0 to 16),
# divided to lie in 0 to 1, or standardised (mean 0 and spread 1 for every pixel; three of the 64
# are white in every picture and stay 0). The same first layer of 50 sigmoid units with random
# weights of standard deviation 0.2 gets each of the three.
#
# **Predict** which of them saturates it.

# %% role="explore" folded=true
# The first layer gets pixels in three scalings
digits = data.digits()


def first_layer():
    W = 0.2 * np.random.default_rng(1).standard_normal((64, 50))
    inputs = {}
    for scaling in ("raw", "unit", "standard"):
        z = data.digits(scaling).x_train @ W
        inputs[f"{scaling}: {saturated_fraction(z):.1%} saturated"] = z
    return plots.histograms(inputs, xlabel="input of a sigmoid unit", limits=(-25, 25))


interactive.explore(first_layer)

# %% [markdown]
# Raw pixels put two thirds of the numbers onto the flat ends before anything was learned. (The
# outermost bars hold everything beyond 25.) The scale of the weights has the same effect. So turn
# that knob: a network with two hidden layers of sigmoid units, standardised pixels, 300 steps,
# and initial weights of standard deviation $s$ from 0.05 to 5; three random starts each.
#
# Two lines are drawn over $s$: the share of saturated units at the start, and the accuracy on new
# pictures at the end. **Predict** the shape of the second line: does it rise, fall, or both?

# %% role="explore" folded=true
# Saturation and learning, for six starts
SIGMOID = (sigmoid_forward, sigmoid_backward)
SEEDS = (1, 2, 3)


def new_network(depth, activation, scale=0.2, seed=1, width=50):
    """`depth` layers of weights: 64 pixels, `depth - 1` hidden layers, 10 digits."""
    return Network((64, *[width] * (depth - 1), 10), scale=scale, seed=seed, activation=activation)


def learn(network, rate=0.3, steps=300, seed=1, **options):
    return train(
        network,
        digits.x_train,
        digits.y_train,
        learning_rate=rate,
        steps=steps,
        batch_size=50,
        seed=seed,
        **options,
    )


def saturation_and_learning():
    scales = (0.05, 0.2, 0.5, 1, 2, 5)
    share, reached = [], []
    for scale in scales:
        networks = [new_network(3, SIGMOID, scale, seed) for seed in SEEDS]
        share.append(
            [
                np.mean(
                    [
                        saturated_fraction(layer.preactivation)
                        for layer in network.propagate(digits.x_train)[1][:-1]
                    ]
                )
                for network in networks
            ]
        )
        for network, seed in zip(networks, SEEDS):
            learn(network, seed=seed)
        reached.append([accuracy(network, digits.x_val, digits.y_val) for network in networks])
    return plots.sweep(
        scales,
        {"saturated, start": share, "accuracy, end": reached},
        ylim=(-0.03, 1.05),
        xlabel="standard deviation s of the initial weights",
        ylabel="share (accuracy: of new pictures)",
        title="Saturated units learn slowly",
    )


interactive.explore(saturation_and_learning)

# %% [markdown]
# Beyond $s = 0.5$ the accuracy falls as the saturation rises. On the left nothing is saturated, and
# still the accuracy is low: weights that are too small are a problem of their own (all units of a
# layer say nearly the same, and the gradient on its way back is multiplied by the small weights).
# The safe zone is necessary, not sufficient.

# %% [markdown]
# ## 4 Second problem: never negative
# *3 minutes, ●○○*
#
# A unit of the next layer computes $z = \sum_j w_j h_j + b$ from the outputs $h_j$ of this layer.
# For one example, the gradient of its weights is
#
# $$\frac{\partial L}{\partial w_j} = \frac{\partial L}{\partial z} \cdot h_j .$$
#
# $\partial L/\partial z$ is *one* number. If all $h_j$ are positive, as behind a sigmoid, then all
# entries of the gradient have the sign of that number: in this step, **all weights of the unit go
# up together, or all go down together**. Suppose the best weights are reached by raising the first
# and lowering the second. Which path does gradient descent take?
#
# In the plot, one linear unit with two inputs learns from one example at a time. On the left both
# inputs are uniform in $(0, 1)$; on the right the same numbers with ½ subtracted. The cross is the
# goal.

# %% role="explore"
def zigzag():
    figure, axes = plots.panels(2, size=(4.6, 4.0))
    goal = np.array([1.5, -1.5])
    for ax, (label, shift) in zip(
        axes, {"inputs all positive": 0.0, "inputs around zero": 0.5}.items()
    ):
        inputs = np.random.default_rng(1).uniform(0, 1, (60, 2)) - shift
        path = [np.array([-1.0, 1.0])]
        for h in inputs:
            dz = h @ path[-1] - h @ goal
            path.append(path[-1] - 0.9 * dz * h)
        path = np.array(path)
        steps = np.diff(path, axis=0)
        together = np.mean(steps[:, 0] * steps[:, 1] > 0)
        plots.curves(
            {"the weights": (path[:, 0], path[:, 1])},
            xlabel="$w_1$",
            ylabel="$w_2$",
            ax=ax,
            title=f"{label}\nboth weights in one direction: {together:.0%}",
        )
        ax.plot(*goal, "x", color=plots.PALETTE[1], ms=12, mew=3)
        ax.set(xlim=(-2, 2.5), ylim=(-2, 2.5))
    return figure


interactive.explore(zigzag)

# %% [markdown]
# On the left, *every* step goes to the upper right or to the lower left, and the goal lies to the
# lower right: a zigzag, more than twice as long as the path on the right. (In a batch the sum of
# steps up and steps down may point anywhere, which softens it.)
#
# How much does it matter for the digits? Compare a sigmoid with a sigmoid with ½ subtracted. Both
# have the same slope everywhere, and the biases could make up for the difference, so both
# networks can represent exactly the same functions. Five layers, three random starts each,
# batches of 50. **Predict**: which of them ends lower, and by much or by little?

# %% role="explore"
def sigmoid_around_zero(x):
    out, cache = sigmoid_forward(x)
    return out - 0.5, cache


CENTRED = (sigmoid_around_zero, sigmoid_backward)


def losses(depth, activation, rate, steps, seeds=SEEDS):
    """Loss curves, one row for each random start."""
    return np.array(
        [learn(new_network(depth, activation, seed=seed), rate, steps, seed).loss for seed in seeds]
    )


interactive.explore(
    lambda: plots.curves(
        {"sigmoid": losses(5, SIGMOID, 0.3, 600), "sigmoid - 1/2": losses(5, CENTRED, 0.3, 600)},
        smooth=20,
        title="Only the centre differs",
    )
)

# %% [markdown]
# The centred one is ahead from the moment at which both begin to learn, and ends about a quarter
# lower. The effect is real, and far too small to be the reason why deep networks failed.

# %% [markdown]
# ## 5 Tanh
# *4 minutes, ●○○, 1 line each, 8 points*
#
# If the centre is the problem, stretch the sigmoid and shift it:
#
# $$\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\,\sigma(2x) - 1 \in (-1, 1).$$
#
# The second equality: multiply numerator and denominator by $e^{-x}$ and write the numerator as a
# difference,
#
# $$\frac{1 - e^{-2x}}{1 + e^{-2x}} = \frac{2 - (1 + e^{-2x})}{1 + e^{-2x}} = \frac{2}{1 +
# e^{-2x}} - 1 .$$
#
# Typed as it stands, the fraction gives $\infty/\infty$ for $x = 1000$. NumPy's own `np.tanh` knows
# better.

# %% role="exercise" from_truth=true
def tanh_forward(x):
    """The hyperbolic tangent, entry by entry.

    x: float array of any shape.  Returns out: same shape and dtype, and a cache of your choice.
        out = (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    Accurate, and without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=3
check(tanh_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $2\,\sigma(2x) - 1$ with your own sigmoid is stable for large $|x|$, but not exact for small ones:
# at $x = 10^{-10}$ it subtracts two numbers near 1 and is wrong in the eighth digit. `np.tanh` is
# right to the last one.
# </details>
#
# **Back.** Call numerator and denominator $u = e^x - e^{-x}$ and $v = e^x + e^{-x}$. Then $u' = v$
# and $v' = u$, and the quotient rule gives
#
# $$\tanh'(x) = \frac{u'v - u v'}{v^2} = \frac{v^2 - u^2}{v^2} = 1 - \frac{u^2}{v^2} = 1 -
# \tanh^2(x).$$
#
# At 0 the slope is 1, four times that of the sigmoid.

# %% role="exercise" from_truth=true
def tanh_backward(dout, cache):
    """Back through tanh.

    dout: gradient of the loss with respect to out, cache: what tanh_forward returned.
    Returns dx: shape and dtype of dout.
        dx = dout * (1 - t ** 2),    t = tanh(x)
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=5
check(tanh_backward, tanh_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The slope is also $1/\cosh^2 x$. That needs $x$ in place of the output, a second exponential, and
# care: $\cosh$ overflows beyond 710. The output knows it all.
# </details>
#
# The safe zone of the sigmoid ends where its slope has fallen to a 38th of the largest one, at 5.
# **Predict** with $\tanh(x) = 2\,\sigma(2x) - 1$ where that of tanh ends.

# %% role="explore" folded=true
# tanh and its slope
interactive.explore(lambda: with_slope(tanh_forward, tanh_backward, "tanh", zone=2.5))

# %% [markdown]
# Tanh solves the second problem: its outputs lie around 0. It does not solve the first. Its slope
# is $4\,\sigma'(2x)$, so the safe zone ends at about 2.5 already (shaded). And `exp` is still
# there.

# %% [markdown]
# ## 6 ReLU, and what exp costs
# *6 minutes, ●○○, 1 line each, 8 points*
#
# The *rectified linear unit* throws all of it away:
#
# $$\mathrm{ReLU}(x) = \max(0, x).$$
#
# No exponential, and on the positive side no flat end. (Mind the difference between `np.max`, the
# largest entry of an array, and `np.maximum`, the larger of two numbers, entry by entry.)

# %% role="exercise" from_truth=true
def relu_forward(x):
    """The rectified linear unit, entry by entry.

    x: float array of any shape.  Returns out: same shape and dtype, and a cache of your choice.
        out = max(0, x)
    """

# %% role="check" points=3
check(relu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $x \cdot [x > 0]$ is the same for every finite $x$. At $-\infty$ it gives NaN, because
# $-\infty \cdot 0$ has no value, where $\max(0, -\infty) = 0$.
# </details>
#
# **Back.** The slope is 1 for $x > 0$ and 0 for $x < 0$. At $x = 0$ there is a kink: from the
# right the slope is 1, from the left it is 0. Any number from 0 to 1 is a *subgradient*, the
# slope of a line that touches the curve at 0 without crossing it, and gradient descent works with
# each of them. Take the one you like; the check accepts them all. (Torch takes 0.)
#
# Be careful with the gradient that you were handed. After `dx = dout`, both names belong to *one*
# array, and `dx[x <= 0] = 0` overwrites your caller's `dout`.

# %% role="exercise" from_truth=true
def relu_backward(dout, cache):
    """Back through ReLU.

    dout: gradient of the loss with respect to out, cache: what relu_forward returned.
    Returns dx: shape and dtype of dout.
        dx = dout where x > 0,    dx = 0 where x < 0
    Where x == 0, any slope from 0 to 1 is right.  dout itself must not change.
    """

# %% role="check" points=5
check(relu_backward, relu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\mathrm{out} > 0$ exactly where $x > 0$. So the cache may hold the output, which the next layer
# keeps anyway, and the memory for $x$ is free: this is what PyTorch does.
# </details>
#
# Why does it matter whether `dout` survives? In a plain stack nobody notices. But many networks
# have *shortcuts*, $y = \mathrm{ReLU}(x) + x$, where the same `dout` is needed twice:
# $\mathrm{dx} = \mathrm{dout} \cdot \mathrm{ReLU}'(x) + \mathrm{dout}$. The cell checks this
# gradient with your function and with one that works in place. **Predict**: in which entries will
# the second one be wrong, where $x > 0$ or where $x < 0$?

# %% role="explore" folded=true
# A shortcut, with a dout that survives and one that does not
def relu_backward_in_place(dout, cache):
    dx = dout
    dx[cache <= 0] = 0
    return dx


def shortcut():
    x, dout = np.random.default_rng(2).standard_normal((2, 4, 3))
    lines = []
    for label, forward, backward in (
        ("yours   ", relu_forward, relu_backward),
        ("in place", lambda x: (np.maximum(0, x), x), relu_backward_in_place),
    ):
        upstream = dout.copy()
        _, cache = forward(x)
        dx = backward(upstream, cache)
        dx = dx + upstream
        found = gradients.gradient_check(lambda p: forward(p)[0] + p, x, dx, dout)
        lines.append(f"{label}  relative error {found.error:.0e}   {found.verdict.value}")
    return "\n".join(lines)


interactive.explore(shortcut)

# %% [markdown]
# Where $x > 0$ both give $2\,\mathrm{dout}$. Where $x < 0$ the right answer is $\mathrm{dout}$,
# which comes along the shortcut. The function that works in place has set it to 0 before the
# shortcut could use it.
#
# ### What does exp cost?
# You can read in many places that `exp` is expensive and $\max$ is cheap. Measure it, on your
# machine: 250,000 numbers through $\max$, $\exp$, tanh and your functions, and for comparison the
# matrix product that belongs to such a layer (500 examples, 500 units before and behind).
#
# **Predict** two ratios: $\exp$ to $\max$, and your sigmoid to the matrix product.

# %% role="explore" folded=true
# The cost of max, exp, tanh, your functions and a matrix product
def cost():
    x, w = np.random.default_rng(3).standard_normal((2, 500, 500))
    candidates = {
        "np.maximum(0, x)": lambda: np.maximum(0, x),
        "np.exp(x)": lambda: np.exp(x),
        "np.tanh(x)": lambda: np.tanh(x),
        "your relu_forward": lambda: relu_forward(x),
        "your tanh_forward": lambda: tanh_forward(x),
        "your sigmoid_forward": lambda: sigmoid_forward(x),
        "x @ w, the layer itself": lambda: x @ w,
    }
    lines = []
    for label, work in candidates.items():
        times = []
        for _ in range(20):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        lines.append(f"{label:26} {1000 * min(times):6.2f} ms")
    return "\n".join(lines)


interactive.explore(cost)

# %% [markdown]
# When this was written, on two cores of a server, `exp` took at most a third longer than
# `maximum` and not ten times as long: that processor computes eight exponentials at once, and
# both operations mostly wait for memory. (If your ratio is closer to ten, yours computes them one
# by one.) The stable sigmoid took much longer than `exp` alone. Why? Count the arrays of the size
# of `x` that your code creates; each of them travels through memory. The price of an activation
# is the number of its passes more than the function inside, and beside a large matrix product it
# is small.

# %% [markdown]
# ## 7 Why depth used to fail
# *14 minutes, ●●○, about 7 lines, 8 points*
#
# In this section $L$ counts layers; the loss appears only in gradients, with their $\mathrm d$. A
# stack of $L$ layers computes $z_l = h_{l-1} W_l$ and $h_l = f(z_l)$, beginning with the data,
# $h_0 = x$. On the way back, with $\mathrm{d}h_L$ from the loss,
#
# $$\mathrm{d}z_l = \mathrm{d}h_l \odot f'(z_l), \qquad \mathrm{d}W_l = h_{l-1}^\top\,
# \mathrm{d}z_l, \qquad \mathrm{d}h_{l-1} = \mathrm{d}z_l\, W_l^\top .$$
#
# ($\odot$ is the product entry by entry.) So what arrives at the first layer has passed *every*
# slope on the way:
#
# $$\mathrm{d}z_1 = \Big(\cdots\big((\mathrm{d}h_L \odot f'(z_L))\, W_L^\top \odot
# f'(z_{L-1})\big)\, W_{L-1}^\top \cdots\Big) \odot f'(z_1).$$
#
# With the sigmoid, each factor $f'$ is at most $\tfrac14$. Eight sigmoids in a row leave at most
# $4^{-8} \approx 1.5 \cdot 10^{-5}$, unless the weights make up for it. The gradients **vanish**.
#
# Write the walk back and measure the length $\lVert \mathrm{d}W_l \rVert = \sqrt{\sum_{ij}
# (\mathrm{d}W_l)_{ij}^2}$ of each layer's gradient. The slopes $f'(z_l)$ are given.
#
# <details><summary>Hint 1</summary>
#
# The way back begins at the *last* layer; `reversed` turns a range of indices around. A result that
# is written to its own place of an array stays in order.
# </details>
#
# <details><summary>Hint 2</summary>
#
# One layer takes the three formulas above, in their order: from `dout` and the slope to
# $\mathrm{d}z$, from there to $\mathrm{d}W$ and its length. The third one makes what the layer
# before gets as its `dout`.
# </details>
#
# <details><summary>Hint 3</summary>
#
# Shapes tell which factor is transposed: $\mathrm{d}W$ has the shape `(H_in, H_out)` of the
# weights, and $\mathrm{d}h$ the shape `(N, H_in)` of what entered.
# </details>

# %% role="exercise"
def gradient_norms(dout, layers):
    """The length of the gradient of each layer's weights.

    dout: (N, H_L), gradient of the loss with respect to the output of the last layer.
    layers: list of dicts, first layer first, each with
        "x": (N, H_in), what entered the layer;  "w": (H_in, H_out), its weights;
        "slope": (N, H_out), the slope of its activation at z = x @ w.
    Returns norms: array (L,), first layer first: the lengths of dW_1 to dW_L, each the root
    of the sum of the squares of its entries.
    """
    ### BEGIN SOLUTION
    norms = np.zeros(len(layers))
    for i in reversed(range(len(layers))):
        layer = layers[i]
        dz = dout * layer["slope"]
        dw = layer["x"].T @ dz
        norms[i] = np.sqrt(np.sum(dw**2))
        dout = dz @ layer["w"].T
    return norms
    ### END SOLUTION

# %% role="check" points=8
check(gradient_norms)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Their lengths can be had without the matrices: $\lVert X^\top Z \rVert^2 = \sum_{ij} (X
# X^\top)_{ij}\, (Z Z^\top)_{ij}$. With few examples and many units these two products are the
# smaller ones. For a single example the length is just
# $\lVert x \rVert \cdot \lVert \mathrm{d}z \rVert$, which gives the gradient norm of *each* example
# of a batch at little cost ([Goodfellow, 2015](https://arxiv.org/abs/1510.01799)).
# </details>
#
# Now measure untrained networks on the digits, with 2, 3 and 9 layers of weights of standard
# deviation 0.2. (With 50 units that is $\sqrt{2/50}$, the choice that suits ReLU.) The last layer
# has no activation: its slope is 1. So nine layers have eight bends.
#
# **Predict** the lines for nine layers on the logarithmic axis, for sigmoid and for ReLU.

# %% role="explore"
TANH = (tanh_forward, tanh_backward)
RELU = (relu_forward, relu_backward)


def layers_of(network, x, y):
    """The scores' gradient and what gradient_norms needs of each layer."""
    scores, trail = network.propagate(x)
    layers = [
        {"x": one.entered, "w": network.params[f"W{i}"], "slope": np.ones_like(one.linear)}
        for i, one in enumerate(trail)
    ]
    for layer, following in zip(layers, trail[1:]):
        layer["slope"] = network.activation[1](layer["slope"], following.bend)
    return cross_entropy(scores, y)[1], layers


def norms_of(network):
    return gradient_norms(*layers_of(network, digits.x_train, digits.y_train))


def norms_by_depth():
    figure, axes = plots.panels(3, size=(3.8, 3.4), sharey=True)
    for ax, depth in zip(axes, (2, 3, 9)):
        lines = {
            name: (np.arange(1, depth + 1), norms_of(new_network(depth, kind)))
            for name, kind in (("sigmoid", SIGMOID), ("tanh", TANH), ("ReLU", RELU))
        }
        plots.curves(
            lines,
            xlabel="layer",
            ylabel="length of dW",
            log="y",
            title=f"{depth} layers",
            ylim=(3e-5, 5),
            ax=ax,
        )
        ax.set_xticks(range(1, depth + 1))
    return figure


interactive.explore(norms_by_depth)

# %% [markdown]
# With sigmoids the gradient of the first layer is about half of the last one's in the network of
# two layers, and about a sixth in that of three. With nine, each layer on the way back leaves
# about a third, which makes a straight line. In the end the first layer, the one that sees the
# picture, receives 3,000 times less than the last, and with two other random starts 8,000 and
# 9,000 times less. A learning rate that suits the last layer is useless for it. ReLU and tanh
# carry the gradient through.
#
# *Why a third, when the largest slope is a quarter?*
#
# <details><summary>Answer</summary>
#
# The weights help. Each of the 50 numbers that come out of $\mathrm{d}z\, W^\top$ is a sum with the
# variance $0.2^2\, \lVert \mathrm{d}z \rVert^2$. So a step back through 50 x 50 weights of standard
# deviation 0.2 multiplies the length of a vector by about $0.2 \cdot \sqrt{50} = 1.41$. Inside the
# stack the inputs are close to 0, so the slopes are not far below 1/4: their mean is 0.22. Together
# $1.41 \cdot 0.22 \approx 0.31$. Weights three times as large would keep the gradient alive if the
# slopes stayed as they are. But larger weights push units into saturation, where the slopes are
# smaller.
# </details>
#
# Does it matter for learning? Six networks, 600 steps each, batches of 50, three random starts. The
# sigmoid gets the larger learning rate, 0.3 against 0.1. **Predict** the order of the three depths,
# once for sigmoid and once for ReLU.

# %% role="explore" folded=true
# Learning with 2, 3 and 9 layers
def depth_and_learning():
    figure, axes = plots.panels(2, size=(4.8, 3.4), sharey=True)
    for ax, (name, kind, rate) in zip(axes, (("sigmoid", SIGMOID, 0.3), ("ReLU", RELU, 0.1))):
        curves = {f"{depth} layers": losses(depth, kind, rate, 600) for depth in (2, 3, 9)}
        plots.curves(curves, smooth=20, title=name, ylim=(0, 2.6), ax=ax)
    return figure


interactive.explore(depth_and_learning)

# %% [markdown]
# Two and three layers of sigmoids learn. Nine stay at $\ln 10 \approx 2.303$, the loss of a network
# that knows nothing. With ReLU all three learn; the deepest begins least smoothly and has the
# lowest loss in the end.
#
# This is the *vanishing gradient problem*. Geoffrey Hinton named it in one line: "We used the
# wrong type of non-linearity." (The others on his list of why the earlier attempts had failed:
# too little data, too slow computers, and a bad start of the weights.)
#
# Move the sliders. Is there a scale of the weights at which nine sigmoid layers pass the gradient
# on? What happens to ReLU at that scale?

# %% role="explore" folded=true
# Gradients of a stack of your choice
def any_stack(depth, scale, activation):
    kind = {"sigmoid": SIGMOID, "tanh": TANH, "ReLU": RELU}[activation]
    network = new_network(depth, kind, scale)
    inner = network.propagate(digits.x_train)[1][:-1]
    saturated = np.mean(
        [
            saturated_fraction(layer.preactivation, 2.5 if activation == "tanh" else 5.0)
            for layer in inner
        ]
    )
    told = "" if activation == "ReLU" else f", {saturated:.0%} saturated"
    return plots.curves(
        {activation: (np.arange(1, depth + 1), norms_of(network))},
        xlabel="layer",
        ylabel="length of dW",
        log="y",
        title=f"{activation}, {depth} layers, s = {scale:g}{told}",
    )


interactive.explore(
    any_stack,
    depth=interactive.slider([2, 3, 5, 9, 15], start=9, label="layers"),
    scale=interactive.slider(
        [0.05, 0.1, 0.14, 0.2, 0.3, 0.5, 0.8, 1.2], start=0.2, label="scale s"
    ),
    activation=interactive.slider(["sigmoid", "tanh", "ReLU"], label="activation"),
)

# %% [markdown]
# Larger weights do carry the sigmoid's gradient: at $s = 0.8$ the first layer receives about a
# 20th of what the last one receives, at the price that 18 % of the sigmoids' inputs lie outside
# the safe zone before the first step. At that scale the gradients of ReLU are in the tens of
# thousands. Does such a start rescue nine layers of sigmoids? **Predict** the accuracy after 600
# steps as $s$ grows from 0.2 to 2.

# %% role="explore"
def rescued():
    scales = (0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2.0)
    reached = []
    for scale in interactive.counted(scales, "networks"):
        network = new_network(9, SIGMOID, scale)
        learn(network, 0.3, 600)
        reached.append(accuracy(network, digits.x_val, digits.y_val))
    return plots.sweep(
        scales,
        {"nine layers of sigmoids": reached},
        xlabel="standard deviation s of the initial weights",
        ylabel="validation accuracy",
        ylim=(0, 1.05),
        chance=0.1,
        title="A window for nine sigmoids",
    )


interactive.explore(rescued)

# %% [markdown]
# It does, in a window. Up to $s = 0.3$ nothing is learned in 600 steps. From 0.6 to 0.8 the
# network reads nine out of ten pictures, still fewer than its rivals (section 12), and then the
# accuracy falls: 80 to 84 % at 1.2, about half at 2 (over three random starts). On the left the
# gradient vanishes, on the right units saturate. Hinton's list was right in two points at once:
# the kind of bend *and* the start of the weights.

# %% [markdown]
# ## 8 Units that die
# *3 minutes, ●○○, 1 or 2 lines, 4 points*
#
# ReLU has an end that is not only nearly but *exactly* flat. A unit whose input is negative for
# **every** example outputs 0 for every example, receives the gradient 0 from every example, and its
# weights never move again: it is **dead**. (It can be woken only by the layers before it, if those
# change its inputs.) That is different from a unit that is 0 for *some* examples, which is the
# normal life of a ReLU.

# %% role="exercise" from_truth=true
def dead_fraction(out):
    """The share of units that are dead.

    out: (N, H), outputs of a ReLU layer for N examples; a unit is a column.
    Returns a number from 0 to 1:
        (how many units are 0 for all N examples) / H
    """

# %% role="check" points=4
check(dead_fraction)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Outputs of a ReLU are never negative, so a unit is dead exactly if the *largest* of its outputs is
# 0: one maximum over the rows, one comparison, one mean.
# </details>
#
# What kills units? One step that is too long can move a bias so far that no example brings the
# input above 0 again. Here are 300 steps with ReLU (two hidden layers) at learning rates from
# 0.03 to 3: the share of dead units in the second hidden layer at the end, over all 1,197
# training pictures, and the accuracy; three random starts.
#
# **Predict** the learning rate at which the first units die.

# %% role="explore" folded=true
# Dead units at rising learning rates
def dead_in_layer(network, layer):
    """The share of units of a hidden layer that no training picture switches on."""
    _, trail = network.propagate(digits.x_train)
    return dead_fraction(np.maximum(0, trail[layer - 1].preactivation))


def killing_rates():
    rates = (0.03, 0.1, 0.3, 0.5, 1, 2, 3)
    dead, reached = [], []
    for rate in rates:
        networks = [new_network(3, RELU, seed=seed) for seed in SEEDS]
        for network, seed in zip(networks, SEEDS):
            learn(network, rate, seed=seed)
        dead.append([dead_in_layer(network, 2) for network in networks])
        reached.append([accuracy(network, digits.x_val, digits.y_val) for network in networks])
    return plots.sweep(
        rates,
        {"dead units": dead, "validation accuracy": reached},
        xlabel="learning rate",
        ylabel="share",
        title="Long steps kill",
        ylim=(-0.03, 1.05),
        chance=0.1,
    )


interactive.explore(killing_rates)

# %% [markdown]
# Up to a rate of 1 hardly a unit dies and the network reads well. At 2, more than half of the
# second layer is dead, and the accuracy goes with it. At 3 the network is guessing. Note how it
# ends: no infinity, no NaN, no warning. A loss that stands still is all you see, unless you
# count.

# %% [markdown]
# ## 9 Leaky ReLU and ELU
# *12 minutes, ●●○, 1 or 2 lines each, 17 points*
#
# The remedy is to leave a little slope on the left, so that something always flows back. The
# **leaky ReLU** uses a straight line of slope $a$, a hyperparameter:
#
# $$f(x) = \begin{cases} x & x > 0 \\ a\,x & x \le 0. \end{cases}$$
#
# Often it is written as $\max(ax, x)$. For which $a$ is that the same? Your function should be
# right for every $a \ge 0$. (The answer unfolds below the check.)
#
# <details><summary>Hint</summary>
#
# Two formulas and a condition on the sign of $x$: NumPy has a function that chooses entry by entry
# between two arrays. Neither side can overflow here, so it may compute both.
# </details>

# %% role="exercise" from_truth=true
def leaky_relu_forward(x, a=0.01):
    """The leaky ReLU, entry by entry.

    x: float array of any shape, a: slope of the negative side, a number >= 0; it may exceed 1.
    Returns out: same shape and dtype, and a cache of your choice.
        f(x) = x for x > 0,    f(x) = a x for x <= 0
    """

# %% role="check" points=3
check(leaky_relu_forward)

# %% [markdown]
# <details><summary>For which a, and another way</summary>
#
# For $0 \le a \le 1$ it is $\max(ax, x)$; for $a \ge 1$ it is $\min(ax, x)$, for then $ax$ lies
# above $x$ on the right and below it on the left. One formula without a choice holds for every $a$:
# $\tfrac{1+a}{2}\, x + \tfrac{1-a}{2}\, |x|$.
# </details>
#
# **Back.** Two straight lines, two slopes: 1 on the right and $a$ on the left. At the kink every
# slope between them is a subgradient, as with ReLU. What does the way back need besides `x`?
#
# <details><summary>Hint 1</summary>
#
# The slope is one of two numbers, chosen by the sign of $x$. So two things have to travel in the
# cache.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The choice is the one of the forward pass, with other things to choose from: `dout` as it is on
# the one side, on the other a multiple of it.
# </details>

# %% role="exercise" from_truth=true
def leaky_relu_backward(dout, cache):
    """Back through the leaky ReLU.

    dout: gradient of the loss with respect to out, cache: what leaky_relu_forward returned.
    Returns dx: shape and dtype of dout.  Entry by entry, dout times the slope at x.
    Where x == 0, any slope between a and 1 is right.
    """

# %% role="check" points=4
check(leaky_relu_backward, leaky_relu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $a$ can be learned like a weight: $\partial L / \partial a = \sum \mathrm{dout} \cdot \min(x, 0)$.
# He and others called that the *parametric* ReLU ([2015](https://arxiv.org/abs/1502.01852)).
# </details>
#
# The **exponential linear unit** (ELU) bends smoothly towards $-\alpha$ on the left. So its outputs
# may be negative, and their mean can be close to 0, and yet they have a lower bound:
#
# $$f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^x - 1) & x \le 0. \end{cases}$$
#
# Remember what `np.where` does with the side that is not chosen: for $x = 1000$, $e^x$ is still
# computed, and NumPy warns. What could you give to `exp` instead of `x`?
#
# <details><summary>Hint 1</summary>
#
# The right side of the choice needs no exponential, so `exp` may get any harmless number there.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The smaller one of $x$ and 0 is $x$ itself where the exponential is needed, and 0 where it is not.
# </details>

# %% role="exercise"
def elu_forward(x, alpha=1.0):
    """The exponential linear unit, entry by entry.

    x: float array of any shape, alpha: a positive number.
    Returns out: same shape and dtype, and a cache of your choice.
        f(x) = x for x > 0,    f(x) = alpha (e^x - 1) for x <= 0
    Without a warning of NumPy, also for |x| = 1000.
    """
    ### BEGIN SOLUTION
    out = np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))
    return out, (out, alpha)
    ### END SOLUTION

# %% role="check" points=5
check(elu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $e^x - 1$ loses digits close to 0: at $x = -10^{-10}$ the subtraction leaves seven of them.
# `np.expm1` computes the difference without subtracting, and this is what libraries use here.
# </details>
#
# **Back.** On the left the slope is $f'(x) = \alpha\, e^x$. You can have it without another
# exponential: there $\mathrm{out} = \alpha\,(e^x - 1) = \alpha\, e^x - \alpha$. Solve for
# $\alpha\, e^x$.
#
# (From the left the slope at 0 is $\alpha$, from the right it is 1. So only for $\alpha = 1$ there
# is no kink.)
#
# <details><summary>Hint 1</summary>
#
# The sign of the output tells on which side $x$ was, so $x$ itself is not needed.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Solving $\mathrm{out} = \alpha\, e^x - \alpha$ for $\alpha\, e^x$ gives the slope on the left as a
# sum of two things that you have.
# </details>

# %% role="exercise" from_truth=true
def elu_backward(dout, cache):
    """Back through the ELU.

    dout: gradient of the loss with respect to out, cache: what elu_forward returned.
    Returns dx: shape and dtype of dout.  Entry by entry, dout times the slope at x.
    Where x == 0, any slope between alpha and 1 is right.
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=5
check(elu_backward, elu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# With $\alpha\, e^x$ computed anew the backward pass costs as much as the forward pass. With the
# output it costs an addition. The addition is less exact on the far left, where the slope is close
# to 0 anyway.
# </details>
#
# Now kill units on purpose and see who recovers. Three networks learn quietly for 50 steps; then
# three steps are taken with a learning rate of 3; then everything is back to normal for 300
# steps. The left plot counts the units of the second hidden layer whose input is negative for
# every picture; for ReLU that means dead.
#
# **Predict** for each of the three: do the units come back?

# %% role="explore" folded=true
# An accident at step 50
LEAKY = (leaky_relu_forward, leaky_relu_backward)
ELU = (elu_forward, elu_backward)


def accident():
    silent, loss = {}, {}
    for name, kind in (("ReLU", RELU), ("leaky ReLU", LEAKY), ("ELU", ELU)):
        network = new_network(3, kind)
        counted, values = [], []
        for rate, steps, seed in ((0.1, 50, 1), (3, 3, 11), (0.1, 300, 21)):
            history = learn(
                network, rate, steps, seed, watch=lambda network, step: dead_in_layer(network, 2)
            )
            counted += list(history.watched.values())
            values += list(history.loss)
        silent[name], loss[name] = counted, values
    figure, (left, right) = plots.panels(2, size=(4.8, 3.4))
    plots.curves(
        silent,
        ylabel="share of silent units",
        ylim=(-0.03, 1),
        title="Silent for every picture",
        ax=left,
    )
    plots.curves(loss, smooth=10, ylim=(0, 3), title="Loss, accident at step 50", ax=right)
    return figure


interactive.explore(accident)

# %% [markdown]
# The three bad steps silence about half of the ReLU units. Hardly one comes back, more follow,
# and the loss stays high. The leaky units go silent as well, but a *silent* leaky unit is not a
# dead one: gradient flows and its weights move. So the line on the left goes down to 0 and up
# again, and in the end the loss is well below that of ReLU. No ELU unit is ever silent, and the
# network forgets the accident within a hundred steps.
#
# A second experiment: a bad start. All biases of the first layer begin at $-8$ instead of 0, so
# that more than half of its units are silent for every picture. **Predict**: which of the three
# still learn to read, given 2,000 steps?

# %% role="explore"
def bad_start():
    curves = {}
    for name, kind in (("ReLU", RELU), ("leaky ReLU", LEAKY), ("ELU", ELU)):
        network = new_network(3, kind)
        network.params["b0"] -= 8.0
        loss = learn(network, 0.3, 2000).loss
        curves[f"{name}: {accuracy(network, digits.x_val, digits.y_val):.0%} right"] = loss
    return plots.curves(curves, smooth=20, ylim=(0, 3), title="First layer with biases of -8")


interactive.explore(bad_start)

# %% [markdown]
# With ReLU the network is still guessing after 2,000 steps. For the first layer one can prove
# that the silent units stay so: their inputs are the pictures, which never change, and their
# gradient is exactly 0. Both others find their way out, after a long time: the slope is only 0.01
# for one, and for the other $e^{-3} \approx 0.05$ at $x = -3$ and ever less beyond.
#
# Do not conclude that ReLU is bad: with a reasonable start and rate nothing died in section 8.

# %% [markdown]
# ## 10 Maxout
# *20 minutes, ●●●, about 3 and 6 lines, 14 points*
#
# ReLU takes the larger of two lines, $0$ and $x$. The leaky ReLU with $a < 1$ takes the larger of
# $ax$ and $x$. Why should *we* choose the lines? **Maxout** lets each unit learn $K$ of them and
# takes the largest:
#
# $$z_{knh} = \sum_{d} x_{nd}\, W_{kdh} + b_{kh}, \qquad \mathrm{out}_{nh} = \max_k\; z_{knh} .$$
#
# So it is a linear layer and its activation in one, with $K$ times the parameters: `w[k]` is an
# ordinary matrix `(D, H)`, and `b[k]` an ordinary bias `(H,)`. Here is one unit with one input,
# $K = 3$:

# %% role="explore" folded=true
# One maxout unit with three lines
def three_lines():
    x = np.linspace(-3, 3, 200)
    lines = np.array([-1.0, 0.2, 1.5])[:, None] * x + np.array([-1.0, 0.3, -1.2])[:, None]
    curves = {f"line {k + 1}": (x, line) for k, line in enumerate(lines)}
    figure, (ax,) = plots.panels(1, size=(6.0, 3.6))
    ax.plot(x, lines.max(axis=0), color=plots.INK, lw=7, alpha=0.35, label="maxout", ls="-")
    return plots.curves(curves, xlabel="x", ylabel="out", title="The largest of three lines", ax=ax)


interactive.explore(three_lines)

# %% [markdown]
# Think about shapes before you write. `x @ w[k]` is `(N, H)`. Stacked over `k` you have
# `(K, N, H)`, and the maximum runs over the first axis. For the way back you want to know *who
# won*: `np.argmax` tells.
#
# <details><summary>Hint 1</summary>
#
# Begin with $K$ ordinary linear layers, in a loop or a comprehension over `k`, and stack their
# results along a new first axis.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Largest value and *place* of the largest value are two questions, both over the first axis. The
# answer to the second has the shape `(N, H)` and belongs in the cache.
# </details>
#
# <details><summary>Hint 3</summary>
#
# The way back also needs `x` (for the gradient of the weights) and `w` (for that of `x`).
# </details>

# %% role="exercise"
def maxout_forward(x, w, b):
    """A layer of maxout units: the largest of K linear maps, for each unit.

    x: (N, D), w: (K, D, H), b: (K, H).
    Returns out: (N, H), in the dtype of x, and a cache of your choice.
        out[n, h] = max over k of z[k, n, h],    z[k]: (N, H), the linear layer with w[k] and b[k]
    """
    ### BEGIN SOLUTION
    z = np.stack([x @ w[k] + b[k] for k in range(len(w))])
    winner = np.argmax(z, axis=0)
    out = np.max(z, axis=0)
    return out, (x, w, winner)
    ### END SOLUTION

# %% role="check" points=6
check(maxout_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# One large product in place of $K$ small ones: `w` with its axes in the order $D, K, H$ is a matrix
# of $K \cdot H$ columns, and the result is cut into $K$ parts afterwards. `np.einsum` takes the
# whole of it in one line of indices.
# </details>
#
# **Back.** Near a point where map $k$ wins, the output *is* map $k$; the others could change a
# little and nobody would notice. So the winner gets the whole gradient, and the others get nothing:
#
# $$\mathrm{d}z_{knh} = \begin{cases} \mathrm{dout}_{nh} & \text{if } k \text{ won at } (n, h) \\ 0
# & \text{otherwise.} \end{cases}$$
#
# From there on it is the way back through $K$ linear layers. `x` was used by all of them, so its
# gradients add up:
#
# $$\mathrm{d}x = \sum_{k} \mathrm{d}z_k\, W_k^\top, \qquad \mathrm{d}W_k = x^\top\, \mathrm{d}z_k,
# \qquad \mathrm{d}b_k = \sum_n \mathrm{d}z_{kn} .$$
#
# (If two maps are exactly equal there is a kink, and any way to share the gradient among them is
# right. It does not occur in the checks.)
#
# <details><summary>Hint 1</summary>
#
# Comparing the winners with `k` gives a Boolean array `(N, H)`: exactly one of the $K$ such arrays
# is true at each place. It is the mask of $\mathrm{d}z_k$.
# </details>
#
# <details><summary>Hint 2</summary>
#
# With $\mathrm{d}z_k$ in hand, map $k$ is an ordinary linear layer. Its $\mathrm{d}W_k$ and
# $\mathrm{d}b_k$ go to place `k`.
# </details>
#
# <details><summary>Hint 3</summary>
#
# $\mathrm{d}x$ begins with zeros and collects one product from each map. Zeros made *like* `x` have
# its dtype.
# </details>

# %% role="exercise"
def maxout_backward(dout, cache):
    """Back through a layer of maxout units.

    dout: (N, H), cache: what maxout_forward returned.
    Returns dx: (N, D), dw: (K, D, H), db: (K, H), all in the dtype of dout.
    At each (n, h) the whole gradient belongs to the map that won there; x was used by all maps.
    With 200,000 weights, too, where differences through maxout_forward run out of time.
    """
    ### BEGIN SOLUTION
    x, w, winner = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), []
    for k in range(len(w)):
        dz = dout * (winner == k)
        dx += dz @ w[k].T
        dw[k] = x.T @ dz
        db.append(dz.sum(axis=0))
    return dx, dw, np.stack(db)
    ### END SOLUTION

# %% role="check" points=8
check(maxout_backward, maxout_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The $K$ masks are a *one-hot* array of the winners, and with them both products can be written as
# two calls of `np.einsum`. Max pooling goes back in the same way: the largest of a window receives
# all of the gradient.
# </details>
#
# A single maxout unit can come close to any convex curve, with $K$ straight pieces. Let yours learn
# a parabola. With $K = 2$, what is the best that it can do? Move the slider.

# %% role="explore"
def parabola(K):
    x = np.linspace(-2, 2, 200)[:, None]
    rng = np.random.default_rng(3)
    w, b = rng.standard_normal((K, 1, 1)), rng.standard_normal((K, 1))
    for _ in range(2000):
        out, cache = maxout_forward(x, w, b)
        _, dw, db = maxout_backward(2 * (out - x**2) / len(x), cache)
        w, b = w - 0.05 * dw, b - 0.05 * db
    out, _ = maxout_forward(x, w, b)
    winners = np.unique(np.argmax(x * w[:, 0, 0] + b[:, 0], axis=1)).size
    return plots.curves(
        {"goal": (x[:, 0], x[:, 0] ** 2), f"maxout, K = {K}": (x[:, 0], out[:, 0])},
        xlabel="x",
        ylabel="out",
        title=f"mean square error {np.mean((out - x**2) ** 2):.4f}, {winners} of {K} pieces in use",
    )


interactive.explore(
    parabola, K=interactive.slider([1, 2, 3, 4, 5, 6, 8], start=2, label="pieces K")
)

# %% [markdown]
# With $K = 1$ it is a line. Two pieces make a V; the best V for this parabola has the error
# $\tfrac{4}{45} = 0.089$ (a line fitted to $x^2$ on $[0, 2]$, and its mirror image), and yours
# comes close. More pieces can do better, but a piece that never wins gets no gradient and stays
# where it is. Even maxout has a kind of death, although a *unit* never dies. The price is $K$
# times the weights.

# %% [markdown]
# ## 11 Soft gates: SiLU and GELU
# *12 minutes, ●●○, 1 to 3 lines each, 18 points*
#
# Look at ReLU once more: $\mathrm{ReLU}(x) = x \cdot [x > 0]$, a number times a gate that is shut
# or open. The activations of many of today's language and vision models have a gate that moves
# smoothly:
#
# $$\mathrm{SiLU}(x) = x \cdot \sigma(x), \qquad \mathrm{GELU}(x) = x \cdot \Phi(x),$$
#
# where $\Phi(x)$ is the share of a standard normal distribution below $x$. Both gates go from 0
# to 1. You have a stable $\sigma$ already.
#
# <details><summary>Hint</summary>
#
# Your `sigmoid_forward` is stable and returns two things; the gate is the first of them. Which two
# arrays does the way back need? The next formula tells.
# </details>

# %% role="exercise" from_truth=true
def silu_forward(x):
    """The sigmoid linear unit (also called swish), entry by entry.

    x: float array of any shape.  Returns out: same shape and dtype, and a cache of your choice.
        SiLU(x) = x times the sigmoid of x
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=3
check(silu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\frac{x}{1 + e^{-x}}$ is one formula for the same function. It survives $x = -1000$, since
# $-1000/\infty = 0$, but NumPy warns. PyTorch calls the function `silu`; the paper that searched
# for activations by machine called it *swish* ([Ramachandran and others,
# 2017](https://arxiv.org/abs/1710.05941)).
# </details>
#
# **Back.** A product of two functions of $x$, so there are two terms. With $s = \sigma(x)$ and
# $s' = s\,(1-s)$:
#
# $$\frac{\mathrm d}{\mathrm dx}\big(x \cdot s\big) = 1 \cdot s + x \cdot s\,(1 - s).$$
#
# Is the slope ever negative? Ever above 1? You will see it in the plot below.
#
# <details><summary>Hint 1</summary>
#
# The slope needs $x$ and $s$, and both can be in the cache: no second exponential.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two terms in a bracket, and `dout` in front of the bracket. At $x = 0$ the slope is ½.
# </details>

# %% role="exercise" from_truth=true
def silu_backward(dout, cache):
    """Back through SiLU.

    dout: gradient of the loss with respect to out, cache: what silu_forward returned.
    Returns dx: shape and dtype of dout.  Entry by entry, dout times the slope of SiLU at x.
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=5
check(silu_backward, silu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# With $\mathrm{out} = x\, s$ the slope is $s + \mathrm{out} \cdot (1 - s)$: one product fewer, if
# the cache holds the output.
# </details>
#
# For GELU, $\Phi$ is written with the error function, which NumPy does not have; a helper is given.
# There are popular approximations with tanh and with $\sigma(1.702\,x)$. Here the exact one is
# asked for:
#
# $$\Phi(x) = \tfrac12 \left(1 + \operatorname{erf}\!\big(x/\sqrt2\big)\right).$$

# %% role="given"
def erf(x):
    """The error function, entry by entry, in the dtype of x."""
    return np.vectorize(math.erf, otypes=[float])(x).astype(x.dtype)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The gate is $\Phi(x)$, from the given `erf` at $x/\sqrt2$. It goes from 0 to 1: check that yours
# is ½ at $x = 0$.
# </details>
#
# <details><summary>Hint 2</summary>
#
# A Python number keeps the dtype of a float32 array, a number made by NumPy may not: `math.sqrt(2)`
# against `np.sqrt(2)`.
# </details>

# %% role="exercise" from_truth=true
def gelu_forward(x):
    """The Gaussian error linear unit, entry by entry; exact, not its approximation with tanh.

    x: float array of any shape.  Returns out: same shape and dtype, and a cache of your choice.
        GELU(x) = x Phi(x),    Phi(x): the share of a standard normal distribution below x
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=4
check(gelu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Two approximations are common: $\tfrac{x}{2}\left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\,
# x^3)\right)\right)$, off by at most 0.0005, and $x\, \sigma(1.702\, x)$, off by up to 0.02. A
# network trained with one of them should be used with the same.
# </details>
#
# **Back.** $\Phi$ is the area under the bell curve $\varphi$ up to $x$, so its slope is the height
# of the curve there, $\Phi'(x) = \varphi(x) = \frac{1}{\sqrt{2\pi}}\, e^{-x^2/2}$. With the product
# rule
#
# $$\frac{\mathrm d}{\mathrm dx}\big(x \cdot \Phi(x)\big) = \Phi(x) + x\, \varphi(x).$$
#
# <details><summary>Hint 1</summary>
#
# Keep $x$ and $\Phi(x)$. What is missing then is $\varphi(x)$, the height of the bell curve, from
# its formula.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The square stands inside the exponent with a minus *in front*: $e^{-x^2/2}$ is never above 1. In
# Python, `-x ** 2` is $-(x^2)$.
# </details>

# %% role="exercise" from_truth=true
def gelu_backward(dout, cache):
    """Back through GELU.

    dout: gradient of the loss with respect to out, cache: what gelu_forward returned.
    Returns dx: shape and dtype of dout.  Entry by entry, dout times the slope of GELU at x.
    Without a warning of NumPy, also for |x| = 1000.
    """

# %% role="check" points=6
check(gelu_backward, gelu_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\varphi$ needs an exponential beside `erf`. To save time on the way back, compute the whole slope
# on the way forward and keep it alone: one array in the cache instead of two.
# </details>

# %% [markdown]
# ## 12 Which one?
# *4 minutes, ●○○*
#
# First look at all of them. The slider chooses a function and a point; the dashed line touches the
# curve at that point with the slope that *your* backward pass says. Visit the kinks at $x = 0$:
# which slope did you choose there?

# %% role="explore" folded=true
# Seven activations, with a tangent
SILU = (silu_forward, silu_backward)
GELU = (gelu_forward, gelu_backward)
ALL = {
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "ReLU": RELU,
    "leaky ReLU": LEAKY,
    "ELU": ELU,
    "SiLU": SILU,
    "GELU": GELU,
}


def explorer(name, at):
    forward, backward = ALL[name]
    x = np.linspace(-5, 5, 501)
    point = np.array([float(at)])
    out, cache = forward(x)
    slope = backward(np.ones_like(x), cache)
    height, cache = forward(point)
    steep = backward(np.ones_like(point), cache)
    near = np.array([at - 1.5, at + 1.5])
    figure, (left, right) = plots.panels(2, size=(4.8, 3.6))
    plots.curves(
        {name: (x, out), "tangent": (near, height + steep * (near - at))},
        xlabel="x",
        ylabel="value",
        ylim=(-1.5, 5) if out.max() > 2 else (-1.3, 1.3),
        title=f"f({at:g}) = {height[0]:.4f}",
        ax=left,
    )
    plots.curves(
        {"slope": (x, slope)},
        xlabel="x",
        ylabel="slope",
        ylim=(-0.25, 1.25),
        title=f"f'({at:g}) = {steep[0]:.4f}",
        ax=right,
    )
    left.plot(point, height, "o", color=plots.PALETTE[1], ms=8)
    right.plot(point, steep, "o", color=plots.PALETTE[1], ms=8)
    return figure


interactive.explore(
    explorer,
    name=interactive.slider(list(ALL), start="SiLU", label="activation"),
    at=interactive.slider(
        [-4.0, -3.0, -2.0, -1.3, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0], start=-1.3, label="x"
    ),
)

# %% [markdown]
# SiLU and GELU go *down* a little before they go up: around $x = -1.3$ and $x = -0.75$ they have
# their lowest points, and left of those the slope is negative. For both functions the slopes at $x$
# and $-x$ add up to 1. So to the right of 1.3 and 0.75 the slope is a little above 1. Can you show
# the first of the two sentences?
#
# <details><summary>Compare your proof</summary>
#
# Both are $f(x) = x\, g(x)$ with a gate for which $g(-x) = 1 - g(x)$. Hence
# $f(x) - f(-x) = x\, g(x) + x\,(1 - g(x)) = x$. The derivative of the left side is
# $f'(x) + f'(-x)$, that of the right side is 1.
# </details>
#
# Now let all seven drive the nine-layer network of section 7, at one learning rate, 0.1, for 300
# steps. **Predict** the winner, and predict how far the best is ahead of the second.

# %% role="explore" folded=true
# The race through nine layers
RACED = {}


def race():
    reached = RACED
    for name, kind in interactive.counted(ALL.items(), "activations"):
        networks = [new_network(9, kind, seed=seed) for seed in SEEDS]
        for network, seed in zip(networks, SEEDS):
            learn(network, 0.1, 300, seed)
        reached[name] = [accuracy(network, digits.x_val, digits.y_val) for network in networks]
    return plots.sweep(
        list(reached),
        {"nine layers": list(reached.values())},
        xlabel="activation",
        ylabel="validation accuracy",
        title="Seven activations, nine layers, three starts each",
        ylim=(0, 1.05),
        chance=0.1,
    )


interactive.explore(race)

# %% [markdown]
# One of them does not learn at all. The other six end within one percent of each other, and three
# random starts of the *same* function can differ by more than that: for a small network that
# starts well, the choice among them is a detail. A race at a single setting proves little, and
# you now have everything to run others.
#
# ### The last layer is different
# Is there a place for the sigmoid at all? Yes: at the *output*, when the answer should be a
# probability. Let the question be whether a digit is at least 5, and the answer $p = \sigma(z)$
# come from one output unit. With the loss $L = -y \ln p - (1 - y) \ln(1 - p)$ for
# $y \in \{0, 1\}$ something nice happens on the way back:
#
# $$\frac{\partial L}{\partial z} = \left(-\frac{y}{p} + \frac{1-y}{1-p}\right) \cdot
# p\,(1-p) = -y\,(1-p) + (1-y)\,p = p - y .$$
#
# The flat ends of the sigmoid cancel against the steep ends of the logarithm: a wrong answer gets a
# full gradient, however saturated it is. In a *hidden* layer nothing cancels.
#
# Three networks with five layers: sigmoid everywhere; ReLU inside and the sigmoid at the output;
# ReLU everywhere, also at the output, with the squared error (its output cannot go into a
# logarithm). **Predict** the order of the three. What could go wrong with the last one?

# %% role="explore" folded=true
# What stands at the output
def logistic(scores, y):
    z = scores[:, 0]
    p, _ = sigmoid_forward(z)
    return float(np.mean(np.logaddexp(0, z) - y * z)), ((p - y) / len(y))[:, None]


def squared_error_of_relu(scores, y):
    p, cache = relu_forward(scores[:, 0])
    return float(np.mean((p - y) ** 2)), relu_backward(2 * (p - y) / len(y), cache)[:, None]


def at_least_five():
    y_train, y_val = (digits.y_train >= 5).astype(float), digits.y_val >= 5
    kinds = {
        "sigmoid\neverywhere": (SIGMOID, logistic),
        "ReLU inside,\nsigmoid at the output": (RELU, logistic),
        "ReLU\neverywhere": (RELU, squared_error_of_relu),
    }
    reached = []
    for label, (activation, loss) in kinds.items():
        reached.append([])
        for seed in SEEDS:
            network = Network(
                (64, 50, 50, 50, 50, 1), scale=0.2, seed=seed, activation=activation, loss=loss
            )
            train(
                network,
                digits.x_train,
                y_train,
                learning_rate=0.1,
                steps=600,
                batch_size=50,
                seed=seed,
            )
            z = network.propagate(digits.x_val)[0][:, 0]
            p = sigmoid_forward(z)[0] if loss is logistic else relu_forward(z)[0]
            reached[-1].append(np.mean((p > 0.5) == y_val))
    return plots.sweep(
        list(kinds),
        {"validation accuracy": reached},
        xlabel="activations",
        ylabel="accuracy",
        ylim=(0, 1.05),
        chance=0.5,
        title="Is the digit at least 5?",
    )


interactive.explore(at_least_five)

# %% [markdown]
# Sigmoid everywhere: between 53 % and 75 % after 600 steps, for the reason of section 7. ReLU
# inside with the sigmoid at the output: 97 to 98 %. ReLU everywhere: 47 %, in each of the three
# runs, which is the share of digits below 5: the answer is "no" for every picture. The output unit
# has died: two of the three output exactly 0 for all 1,197 training pictures, the third leaves one
# picture, with 0.000002. (And had it lived, nothing would have kept its "probability" below 1.)
#
# The rule of thumb that follows is the one that the field has found: **ReLU (or one of its
# relatives) inside; at the output what the answer needs:** sigmoid for a probability, softmax for
# one of several classes, nothing for a number.

# %% [markdown]
# ## 13 A bend of your own
# *4 minutes, ●●○*
#
# Now invent one. Any function of one number will do, entry by entry: $\sin x$, $|x|$, a staircase
# with rounded steps, a bump. The next cell is yours. It holds *softsign*, $x / (1 + |x|)$ with
# the slope $1/(1 + |x|)^2$, so that something runs. Replace both functions, and write down your
# prediction first: which place of eight?
#
# <details><summary>Hint 1: what a good bend has</summary>
#
# A slope of about 1 at 0, so that eight of them in a row neither shrink nor stretch a small number.
# Outputs on both sides of 0, or a start that makes up for it. And ends that are not both flat.
# </details>
#
# <details><summary>Hint 2: the slope</summary>
#
# Derive it on paper and let the gradient check in the title tell whether it is right: its error
# should be far below $10^{-5}$, except where your function has a kink.
# </details>

# %%
def my_forward(x):
    """A bend of my own, entry by entry.  x: float array.  Returns out and a cache."""
    return x / (1 + np.abs(x)), x


def my_backward(dout, cache):
    """Back through it: dout times its slope."""
    return dout / (1 + np.abs(cache)) ** 2

# %% role="explore" folded=true
# Your bend and its slope
def my_bend():
    return with_slope(my_forward, my_backward, "mine", ylim=None)


interactive.explore(my_bend)

# %% role="explore" folded=true
# Your place in the race
def nine_layers(kind, scale=0.2, rate=0.1):
    """Validation accuracies of nine layers with this activation; NaN where the loss diverged."""
    reached = []
    for seed in SEEDS:
        network = new_network(9, kind, scale, seed)
        history = learn(network, rate, 300, seed)
        reached.append(
            np.nan if history.diverged else accuracy(network, digits.x_val, digits.y_val)
        )
    return reached


def my_place(scale, rate):
    for name, kind in ALL.items():
        if name not in RACED:
            RACED[name] = nine_layers(kind)
    everyone = {**RACED, "mine": nine_layers((my_forward, my_backward), scale, rate)}
    order = sorted(everyone, key=lambda name: -np.nan_to_num(np.mean(everyone[name])))
    return plots.sweep(
        order,
        {"nine layers": [everyone[name] for name in order]},
        xlabel="activation, the best on the left",
        ylabel="validation accuracy",
        title=f"Place {order.index('mine') + 1} of {len(order)} for mine",
        ylim=(0, 1.05),
        chance=0.1,
    )


interactive.explore(
    my_place,
    scale=interactive.slider([0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 0.5], start=0.2, label="my scale s"),
    rate=interactive.slider([0.01, 0.03, 0.1, 0.3], start=0.1, label="my learning rate"),
)

# %% [markdown]
# Softsign ends among the six that learn, all within one percent: their order is a matter of chance,
# and other random starts give another one. $\sin x$ comes in at about 89 %: its slope changes sign
# again and again. $|x|$ and $x + \sin x$ diverge. Are they bad? Move the slider of the scale, which
# is that of your network alone, and find out why before you unfold the answer.
#
# <details><summary>Answer</summary>
#
# A start of $s = \sqrt{2/50} = 0.2$ makes up for what a ReLU removes, half of the mean square of
# its input. $|x|$ removes nothing, and $x + \sin x$ doubles small numbers. At $s = 0.1$ the latter
# reads 95 to 97 %, more than each of the seven at theirs; $|x|$ reads 85 to 88 % with $s = 0.14$
# and the rate 0.03. Each activation has a start that suits it, and a race at one setting says
# little about the others.
# </details>

# %% [markdown]
# ## 14 Two questions
# *11 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences and formulas each are enough.

# %% [markdown] role="written" points=5 name="vanishing"
# ### Question 1: how fast a gradient vanishes
# A stack of $L$ layers (as in section 7, $L$ is the number of layers and not the loss), each with
# **one** unit: $h_l = f(w_l\, h_{l-1})$, $h_0 = x$.
#
# - (a) Write $\partial h_L / \partial h_0$ as a product. Show that for the sigmoid its absolute
#   value is at most $\left(\tfrac{w}{4}\right)^L$ if all $|w_l| \le w$. (2 points)
# - (b) By (a), positive weights of about 4 could keep the gradient alive. What speaks against them?
#   Use the safe zone in your answer. (2 points)
# - (c) Which line of your plots in section 7 belongs to this, and what can be read from its slope?
#   (1 point)
#
# ### BEGIN SOLUTION
# (a) By the chain rule $\frac{\partial h_L}{\partial h_0} = \prod_{l=1}^{L} f'(z_l)\, w_l$ with
# $z_l = w_l h_{l-1}$. For the sigmoid $f' = \sigma(1-\sigma) \le \tfrac14$, with the maximum at 0.
# So each factor is at most $\tfrac{w}{4}$ in absolute value, and the product at most $(w/4)^L$.
#
# (b) The bound needs $f'(z_l) = \tfrac14$, that is $z_l \approx 0$, in every layer. But
# $z_l = w_l h_{l-1}$, and with $w_l = 4$ and an output $h_{l-1}$ between 0 and 1, $z_l$ is
# typically 2 or more (without a bias that moves it back): $h = 0.5$ gives $z = 2$ with a slope of
# 0.105, so this layer leaves $4 \cdot 0.105 = 0.42$ instead of 1; $h = 0.9$ gives $z = 3.6$ with
# 0.026, which leaves 0.10. Larger weights push the units towards the ends of the safe zone, where
# the slope falls exponentially, faster than the weight grows. With many inputs the sums are larger
# still. So there is at best a window between weights that are too small and units that are
# saturated: in section 7, $s = 0.8$ learned well, $s = 2$ badly and $s = 0.2$ not at all. Training
# may move the weights out of it.
#
# (c) The line of the sigmoid with nine layers. On the logarithmic axis it is straight, so each
# layer multiplies by the same factor, about one third (weights of spread 0.2 with 50 units and
# slopes a little below $\tfrac14$: $1.41 \cdot 0.22 \approx 0.31$).
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: the product of slopes $f'(z_l)$ and weights $w_l$. Half: one kind of factor is
#   missing, or there is one layer only. Nothing: "gradients multiply", without the factors. 1
#   point: $f' \le \tfrac14$, and so $w/4$ for each of $L$ factors. Half: the quarter without the
#   conclusion. Nothing: no bound of the slope.
# - (b) 1 point: the bound is reached only at $z = 0$; slopes elsewhere are smaller. Half: the
#   slope depends on $z$, without where it is largest. Nothing: no word on the slope. 1 point:
#   larger weights move $z$ away from 0, towards saturation, with a number or the shape of the
#   curve as the reason. Half: saturation is claimed, without a reason. Nothing: "the gradient
#   explodes" or "training is slow" alone.
# - (c) 1 point: the sigmoid line at nine layers, and that straight on a logarithmic axis means
#   one factor for each layer; its value is not needed. Half: the right line without what its
#   slope says, or a factor for each layer without the line. Nothing: another line, or "it
#   vanishes" alone.
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="dead"
# ### Question 2: a network that stands still
# A colleague's ReLU network stops improving after a few hundred steps. No NaN, no warning. In a
# batch of 32, 45 % of the units of one layer output 0 for all 32 examples.
#
# - (a) Why does a unit that outputs 0 for *every* training example never move again? Argue with the
#   formulas of section 7. (2 points)
# - (b) Does the measurement show that 45 % of the units are dead? What should be measured instead?
#   (1 point)
# - (c) Suppose they are dead. Name two changes that could have prevented it, and for each one thing
#   that it costs or changes elsewhere. (2 points: for each of the first two that you name,
#   half for the remedy and half for its price)
#
# ### BEGIN SOLUTION
# (a) If the unit's $z < 0$ for every example, then $f'(z) = 0$ for every example, so
# $\mathrm{d}z = \mathrm{d}h \cdot f'(z) = 0$, and with it
# $\mathrm{d}w = h_{\text{in}}^\top \mathrm{d}z = 0$ and $\mathrm{d}b = \sum \mathrm{d}z = 0$.
# Gradient descent does not change its weights and bias. The only way back to life is that the
# layers before it change its inputs; for the first layer, not even that.
#
# (b) No. A unit that fires for one example in a hundred is silent in most batches of 32 (about 72 %
# of them) and perfectly healthy. One must look at all training examples, or at very many.
#
# (c) For instance: a smaller learning rate or a warm-up (learning takes longer); leaky ReLU or ELU
# (one more hyperparameter; for ELU an exponential; silent units still learn slowly); a better start
# of weights and biases (nothing, but must be thought of); batch normalisation in front of the ReLU
# (more computation; behaves differently at test time); clipping the gradient (another
# hyperparameter).
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: the slope is 0 for every example, so $\mathrm{d}z = 0$. Half: "the gradient is
#   0", without the slope, or for a single example. Nothing: the output 0 alone as the reason. 1
#   point: hence $\mathrm{d}w$ and $\mathrm{d}b$ are 0 and nothing changes (momentum, weight
#   decay or moving inputs as exceptions are welcome, not required). Half: "no step", without the
#   way from $\mathrm{d}z$ to the weights. Nothing: that it does not move, said once more.
# - (b) 1 point: no, 32 examples are too few; look at the whole training set (or at many
#   batches). Half: no, with the reason or with what to measure instead, one of the two. Nothing:
#   "yes", or "no" alone.
# - (c) 2 × 0.5 points: a change, of the first two named, that could have prevented it (smaller
#   rate, warm-up, clipping, an activation with a slope on the left, another start of weights or
#   biases, normalisation). No half. Nothing: what is no remedy (more data, more layers), with or
#   without a price. 2 × 0.5 points: a true price or side effect of it, also "none" for the
#   better start. No half. Nothing: a price that it does not have, or the price of no remedy.
# ### END MARK SCHEME

# %% [markdown]
# ## Formula sheet
#
# | activation | $f(x)$ | slope $f'(x)$ | keep for the way back |
# | :-- | :-- | :-- | :-- |
# | sigmoid | $1 / (1 + e^{-x})$ | $f\,(1 - f)$, at most ¼ | output |
# | tanh | $2\,\sigma(2x) - 1$ | $1 - f^2$, at most 1 | output |
# | ReLU | $\max(0, x)$ | 1 or 0 | sign of $x$ |
# | leaky ReLU | $x$, or $a\,x$ on the left | 1 or $a$ | sign of $x$, $a$ |
# | ELU | $x$, or $\alpha\,(e^x - 1)$ on the left | 1 or $f + \alpha$ | output, $\alpha$ |
# | maxout | $\max_k z_k$ | 1 for the winner, else 0 | $x$, weights, winner |
# | SiLU | $x\,\sigma(x)$ | $\sigma + x\,\sigma\,(1 - \sigma)$ | $x$, $\sigma(x)$ |
# | GELU | $x\,\Phi(x)$ | $\Phi + x\,\varphi$ | $x$, $\Phi(x)$ |
#
# Back through a layer $z = h W$, $h' = f(z)$: $\mathrm{d}z = \mathrm{d}h' \odot f'(z)$,
# $\mathrm{d}W = h^\top \mathrm{d}z$, $\mathrm{d}h = \mathrm{d}z\, W^\top$.
#
# ## Glossary
#
# | word | means |
# | :-- | :-- |
# | activation, nonlinearity, bend | the function of one number between two layers |
# | cache | what the forward pass keeps for the backward pass |
# | dead unit | a ReLU unit that outputs 0 for every training example |
# | gate | a factor between 0 and 1 that lets a number through or holds it back |
# | kink | a point at which slopes from the left and the right differ |
# | safe zone | inputs whose slope is not close to 0: up to $\pm 5$ (sigmoid), $\pm 2.5$ (tanh) |
# | saturated | outside the safe zone |
# | spread | standard deviation |
# | subgradient | any slope of a line that touches a convex curve without crossing it |
# | vanishing gradient | a gradient that shrinks by a factor from layer to layer on its way back |
#
# ## Further reading
#
# - Zero-mean inputs and tanh: LeCun, Bottou, Orr and Müller, *Efficient BackProp*, 1998.
# - Why deep sigmoid networks would not train: [Glorot and Bengio,
#   2010](https://proceedings.mlr.press/v9/glorot10a.html); first seen in recurrent networks by
#   Hochreiter, 1991, and Bengio, Simard and Frasconi, 1994.
# - ReLU: Nair and Hinton, 2010; [Glorot, Bordes and Bengio,
#   2011](https://proceedings.mlr.press/v15/glorot11a.html). A start that suits it: [He and others,
#   2015](https://arxiv.org/abs/1502.01852).
# - Leaky ReLU: Maas, Hannun and Ng, 2013. ELU: [Clevert, Unterthiner and Hochreiter,
#   2015](https://arxiv.org/abs/1511.07289). Maxout: [Goodfellow and others,
#   2013](https://arxiv.org/abs/1302.4389).
# - GELU and SiLU: [Hendrycks and Gimpel, 2016](https://arxiv.org/abs/1606.08415); [Elfwing, Uchibe
#   and Doya, 2017](https://arxiv.org/abs/1702.03118); swish: [Ramachandran, Zoph and Le,
#   2017](https://arxiv.org/abs/1710.05941).

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished functions do not hinder
# the others: each exercise is graded by itself.

# %% role="explore"
progress()
