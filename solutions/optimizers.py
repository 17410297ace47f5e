# %% [markdown]
# # Optimizers: from the gradient to the step
#
# Backpropagation tells you in which direction the loss falls fastest. It does not tell you how
# far to go, and the direction is not always a good one. Here you write the rules that turn a
# gradient into a step: plain descent, momentum, AdaGrad, RMSProp, Adam and their relatives. You
# let them race, and at the end you enter the race yourself, with a setting of your own or with a
# rule that nobody has written before you.
#
# You need NumPy, gradients, and what a loss is. You need no deep learning library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | A ravine | 2 min | ●○○ | |
# | 2 | The plain rule | 4 min | ●○○ | 4 |
# | 3 | Saddles | 3 min | ●○○ | |
# | 4 | Momentum, and a look ahead | 16 min | ●●○ | 18 |
# | 5 | A rate for each weight | 15 min | ●●○ | 17 |
# | 6 | Adam | 15 min | ●●○ | 16 |
# | 7 | The race | 3 min | ●○○ | |
# | 8 | Weights that decay | 6 min | ●●○ | 10 |
# | 9 | A rate that changes | 7 min | ●○○ | 14 |
# | 10 | Gradients that explode | 4 min | ●●○ | 9 |
# | 11 | The same network under each rule | 2 min | ●○○ | |
# | 12 | Your own entry | 9 min | ●●○ | |
# | 13 | Two questions | 12 min | ●●○ | 12 |
#
# <details><summary>How minutes, points and difficulty are counted</summary>
#
# 180 words a minute (foldings apart), half a minute for each picture, five minutes for each
# written question, and for each line of the solution, `return` apart, 45 seconds (●○○) or 75
# (●●○). Your own entry takes as long as you like. Points: one for each line of the solution, and
# up to six more for what has to be found out before the line can be written. Difficulty: ●○○ is a
# formula that becomes a line or two; ●●○ takes a derivation, and order matters; ●●● would mean
# paper and pencil.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# cell below it, as often as you like; the points are given later, on other inputs. Where a check
# fails and names no mistake, `hint(f)` looks for the line that is wrong. *Hints* above an
# exercise unfold step by step; *Another way* below it is for afterwards. Cells that draw or train
# wait for *your* functions (click on the bar or the dots to read their code). After opening the
# notebook or restarting its kernel, *Run > Run All Above Selected Cell* brings you back; until
# then even `check` is an unknown name.
#
# **Conventions.** $w$ is a parameter of any shape, $\mathrm dw = \partial L/\partial w$ the
# gradient of the loss with respect to it. All operations on them are entry by entry. $\eta$ is
# the learning rate. Other notebooks call the memory of a forward pass its *cache*; here `cache`
# is something else, which section 5 introduces.

# %% role="given"
import math

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.training import Network, accuracy, train

begin("optimizers")

# %% [markdown]
# ## 1 A ravine
# *2 minutes, ●○○*
#
# Two weights are enough to see what goes wrong. Here is a loss that is a long valley,
#
# $$L(w) = \tfrac12 \left( w_1^2 + 25\, w_2^2 \right), \qquad \nabla L = (w_1,\; 25\, w_2),$$
#
# and gradient descent on it: $w \leftarrow w - \eta \nabla L$, sixty times. The grey lines are
# lines of equal loss, the star is the goal. Move the slider. **Which rate is best, and what goes
# wrong on either side of it?**

# %% role="explore" folded=true
# Sixty steps of gradient descent down a ravine
def down_the_ravine(rate):
    valley = data.ravine(25.0)
    path = [np.array(valley.start)]
    for _ in range(60):
        path.append(path[-1] - rate * valley.gradient(path[-1]))
    left = float(valley.loss(path[-1]) / valley.loss(path[0]))
    return plots.walks(valley, {"gradient descent": np.array(path)},
                       title=f"60 steps with rate {rate:g}: {left:.1e} of the loss is left")


interactive.explore(
    down_the_ravine,
    rate=interactive.slider([0.005, 0.01, 0.02, 0.04, 0.06, 0.07, 0.0769, 0.079, 0.08, 0.082],
                            start=0.07, label="learning rate"),
)

# %% [markdown]
# The gradient stands at right angles to the grey lines: it points across the valley rather than
# along it. Hence the zigzag. On this loss everything can be computed, since the two coordinates
# do not mix. With the curvatures $\lambda_1 = 1$ and $\lambda_2 = 25$,
#
# $$w_i \;\leftarrow\; w_i - \eta \lambda_i w_i = (1 - \eta\lambda_i)\, w_i .$$
#
# Each step multiplies coordinate $i$ by $1 - \eta \lambda_i$. It shrinks if
# $|1 - \eta\lambda_i| < 1$, so for all coordinates together
#
# $$\eta < \frac{2}{\lambda_{\max}} = \frac{2}{25} = 0.08 .$$
#
# The *steepest* direction limits the rate. Between $1/\lambda_{\max}$ and $2/\lambda_{\max}$ its
# factor is negative: it jumps from wall to wall. The *flattest* direction suffers: near
# $\eta = 0.08$ its factor is still $1 - 0.08 = 0.92$.
#
# The best rate makes both factors equal in size,
# $1 - \eta\lambda_{\min} = -(1 - \eta\lambda_{\max})$, which gives
#
# $$\eta = \frac{2}{\lambda_{\min} + \lambda_{\max}},
# \qquad \text{factor} = \frac{\kappa - 1}{\kappa + 1},
# \qquad \kappa = \frac{\lambda_{\max}}{\lambda_{\min}} .$$
#
# The ratio $\kappa$ is called the **condition number**. **Predict**: how many steps does it take
# to bring $w$ down to one hundredth, for $\kappa = 25$, and for $\kappa = 2500$?
#
# <details><summary>Compare your prediction</summary>
#
# For $\kappa = 25$ the factor is $24/26 = 0.923$, and $\ln 100 / (-\ln 0.923) \approx 58$ steps.
# For $\kappa = 2500$ it is $0.9992$: 5,757 steps. The number of steps grows like $\kappa$. Losses
# of real networks have condition numbers far beyond that, and no picture shows them.
# </details>

# %% [markdown]
# ## 2 The plain rule
# *4 minutes, ●○○, 4 points*
#
# All rules have the same form, so that you can exchange one for another:
#
#     next_w, config = rule(w, dw, config)
#
# `config` is a dict with the *settings* of the rule, such as the learning rate, and, from the
# second rule on, its *state*: what it remembers from step to step. A training loop keeps **one
# config for each parameter** and passes back what the last call returned. Four agreements hold:
#
# - Settings that are missing in `config` have a default, and `config` may be missing altogether:
#   the given first line of each function makes a *new* dict with the defaults, overwritten by
#   what was given.
# - `w` may be updated in place: its owner continues with `next_w`. `dw` must stay as it is.
# - The returned `config` holds the settings that were given and the new state. It may be the
#   caller's dict or a new one.
# - `next_w` and the arrays of the state have the shape and the dtype of `w`: float32 stays
#   float32.
#
# Why is the default `config=None` and not `config={}`?
#
# <details><summary>Answer</summary>
#
# Python evaluates a default once, when it reads the <code>def</code> line. With
# <code>config={}</code> all calls without a config would be handed one and the same dict. A rule
# that writes its state into that dict would mix the states of all of them. The given first line
# copies, so here it would go well; without the copy it is one of Python's oldest traps.
# </details>

# %% role="exercise" from_truth=true
def sgd(w, dw, config=None):
    """Stochastic gradient descent.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-2
    Returns next_w, of the shape and dtype of w, and config.
        next_w = w - learning_rate * dw
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-2, **(config or {})}

# %% role="check" points=4
check(sgd)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `w -= η dw` writes into the array of the caller and saves one array of the size of `w`. That is
# how libraries do it; it is allowed here, since the owner of `w` continues with `next_w`.
# </details>

# %% [markdown]
# Where does the S come from? It stands for *stochastic*: the loss is a mean over all examples,
# and its gradient over a small random batch is cheap, and right on average, but each single one
# is an estimate. The next cell trains a network on handwritten digits with your rule. Look at how
# `update_by` keeps the configs, one for each parameter.
#
# **Predict** the loss curves for batches of 200, 50 and 5 pictures, 150 steps each: which comes
# down fastest, and which is the cheapest?

# %% role="explore"
digits = data.digits()
SIZES = (64, 50, 50, 50, 10)


def update_by(rule, schedule=None, clip=None, **settings):
    """An update of all parameters by one rule.

    schedule: step -> learning rate; clip: grads -> grads; settings: for each config.
    """
    configs = {}

    def update(params, grads, step):
        grads = clip(grads) if clip else grads
        new = {}
        for name in params:
            config = configs.get(name, dict(settings))
            if schedule:
                config["learning_rate"] = schedule(step)
            new[name], configs[name] = rule(params[name], grads[name], config)
        return new

    return update


def run(rule, seed=1, steps=300, batch_size=50, sizes=SIZES, scale=0.2, x=None, **settings):
    """Train a network on the digits by a rule; returns it and its history."""
    network = Network(sizes, scale=scale, seed=seed)
    x = digits.x_train if x is None else x
    history = train(
        network,
        x,
        digits.y_train,
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        update=update_by(rule, **settings),
    )
    return network, history


def guessed_gradients():
    curves = {
        f"batches of {size}": run(sgd, batch_size=size, steps=150, learning_rate=0.05)[1].loss
        for size in (200, 50, 5)
    }
    return plots.curves(curves, title="The same rule, better and worse estimates", ylim=(0, 3.5))


interactive.explore(guessed_gradients)

# %% [markdown]
# Batches of 50 come down as fast as batches of 200, at a quarter of the price. An estimate from 5
# pictures is worse from the beginning: after 20 steps the loss of all training pictures is 1.63,
# not 1.27. But these 20 steps have looked at 100 pictures, half of what *one* step with 200
# needs.
#
# <details><summary>How much of the jumping is the network's?</summary>
#
# The estimates from 5 pictures jump, and the weights with them. But what is drawn is the loss of
# the batch, and a mean over 5 pictures is a rough measurement. Measured on all training pictures,
# the loss at the end is 0.18, 0.19 and 0.38.
# </details>
#
# ## 3 Saddles
# *3 minutes, ●○○*
#
# A gradient of zero can be a minimum, a maximum, or a **saddle**, where the loss rises in some
# directions and falls in others. The second derivatives decide: the signs of the eigenvalues of
# the Hessian matrix $H_{ij} = \partial^2 L / \partial w_i \partial w_j$. At a minimum *none* of
# them is negative. Where all are positive, there certainly is one; a zero leaves it open.
#
# Suppose for a moment that each eigenvalue had either sign with probability $\tfrac12$,
# independently. Then in $d$ dimensions a share of $2^{-d}$ of the places with zero gradient would
# be minima. Eigenvalues of a random symmetric matrix are not independent: they repel each other,
# so that they spread out over both signs. **Does that make minima rarer or less rare than
# $2^{-d}$?**

# %% role="explore" folded=true
# Eigenvalues of random symmetric matrices
def eigenvalues_of(count, d, rng):
    """Eigenvalues of random symmetric d x d matrices, (count, d)."""
    a = rng.standard_normal((count, d, d))
    return np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2)


def signs_of_curvature():
    rng = np.random.default_rng(0)
    figure, (left, right) = plots.panels(2)
    dimensions = (1, 2, 3, 4, 5)
    minima = [(eigenvalues_of(40000, d, rng) > 0).all(axis=1).mean() for d in dimensions]
    seen = {
        "all eigenvalues positive": minima,
        "2 to the power of -d": [0.5**d for d in dimensions],
    }
    plots.curves(
        {label: (dimensions, values) for label, values in seen.items()},
        log="y",
        ax=left,
        xlabel="dimension d",
        ylabel="share of 40,000 matrices",
        title="How many are minima?",
    )
    left.set_xticks(dimensions)
    right.hist(eigenvalues_of(30, 200, rng).ravel() / 200**0.5, bins=60, color=plots.PALETTE[0])
    right.axvline(0, color=plots.INK, linestyle=":")
    right.set(
        xlabel="eigenvalue, divided by the root of d",
        ylabel="count",
        title="30 matrices with d = 200",
    )
    return figure


interactive.explore(signs_of_curvature)

# %% [markdown]
# **Rarer**: of 40,000 matrices 15 % are positive in two dimensions (not 25 %), 0.26 % in four
# (not 6 %), and in five it is seven of them. With $d = 200$ the eigenvalues form a half circle
# around 0, and half of them are negative, give or take a hundredth. If Hessians were random,
# **almost every place without a slope would be a saddle.**
#
# A network's Hessian is no random matrix. So let us look at a real one: a network with 63
# parameters that separates three spirals. (Differences of its gradients at two neighbouring
# places are a row of the Hessian.) How many of the 63 eigenvalues are negative at the start, and
# how many when the loss is low?

# %% role="explore" folded=true
# The Hessian of a small network at three moments
def hessian_eigenvalues(network, x, y, h=1e-4):
    """All eigenvalues of the Hessian of the loss, by differences of gradients."""
    names = list(network.params)
    start = {name: network.params[name].copy() for name in names}

    def gradient(name, place, by):
        network.params[name] = start[name].copy()
        network.params[name][place] += by
        _, grads = network.gradients(x, y)
        network.params[name] = start[name]
        return np.concatenate([grads[key].ravel() for key in names])

    rows = [
        (gradient(name, place, h) - gradient(name, place, -h)) / (2 * h)
        for name in names
        for place in np.ndindex(start[name].shape)
    ]
    return np.linalg.eigvalsh((np.array(rows) + np.array(rows).T) / 2)


def curvature_of_a_network():
    x, y = data.spirals(60)
    smooth = (lambda z: (np.tanh(z), z), lambda dout, z: dout / np.cosh(z) ** 2)
    spectra = {}
    for steps in (0, 200, 5000):
        network = Network((2, 10, 3), scale=0.5, seed=1, activation=smooth)
        if steps:
            train(
                network,
                x,
                y,
                steps=steps,
                batch_size=90,
                seed=1,
                update=update_by(sgd, learning_rate=0.5),
            )
        loss, _ = network.gradients(x, y)
        values = hessian_eigenvalues(network, x, y)
        negative = int((values < -1e-3 * values.max()).sum())
        spectra[f"after {steps} steps: loss {loss:.2f}, {negative} of {len(values)} negative"] = (
            values
        )
    figure, ax = plots.new_axes((7, 4))
    for index, (label, values) in enumerate(spectra.items()):
        ax.plot(
            np.arange(1, len(values) + 1),
            values,
            "os^"[index],
            color=plots.PALETTE[index],
            ms=4,
            label=label,
        )
    ax.axhline(0, color=plots.INK, linestyle=":")
    ax.set_yscale("symlog", linthresh=0.01)
    ax.set(
        xlabel="eigenvalue, in order of size",
        ylabel="curvature",
        title="The Hessian of a small network",
    )
    ax.legend()
    return figure


interactive.explore(curvature_of_a_network)

# %% [markdown]
# At the start 26 of 63 eigenvalues are negative, at loss 0.71 there are 18, at loss 0.05 three
# are left, and they are small. Random matrices tell the truth about the start and not about the
# end: the lower the loss, the fewer directions lead further down. So high up you rarely get stuck
# in a minimum, you get *slow* at saddles; and where hardly any direction leads down, the loss is
# low already. How exactly this holds for large networks is a matter of research ([Dauphin and
# others, 2014](https://arxiv.org/abs/1406.2572)).
#
# <details><summary>Eleven of the 63 are zero at all three moments. Why?</summary>
#
# Add one vector of ten weights and a bias to those of <i>every</i> class, and all scores of a
# picture grow by the same number, which softmax does not notice. So nowhere on this loss are all
# eigenvalues positive, and they could not be at a minimum either. (Negative means here: below
# minus a thousandth of the largest one.)
# </details>
#
# How bad is a saddle for plain descent? On $L = \tfrac12 w_1^2 - \tfrac12 w_2^2 + \tfrac14 w_2^4$
# the distance from the ridge grows by the factor $1+\eta$ per step: starting at $0.001$, with
# $\eta = 0.1$, it takes $\ln 1000 / \ln 1.1 \approx 72$ steps until there is any speed. You see
# that in the race of section 7.

# %% [markdown]
# ## 4 Momentum, and a look ahead
# *16 minutes, ●●○, 18 points*
#
# A ball that rolls down the ravine does not zigzag. It has a velocity: what points back and forth
# cancels, what points the same way adds up. So keep a velocity $v$:
#
# $$v \;\leftarrow\; \mu v - \eta\, \mathrm dw, \qquad w \;\leftarrow\; w + v .$$
#
# $\mu$ is the **momentum**, usually 0.9: the share of the velocity that survives a step.
# Substitute the rule for the older velocity, again and again down to $v = 0$:
#
# $$v_t = -\eta \left( \mathrm dw_t + \mu\, \mathrm dw_{t-1} + \mu^2\, \mathrm dw_{t-2} + \dots
# \right).$$
#
# If all gradients were the same, $g$, the sum would be geometric and $v \to -\eta g / (1-\mu)$:
# with $\mu = 0.9$ steps **ten times** as long as those of plain descent with the same $\eta$. If
# they alternated, $+g, -g, +g, \dots$, the size would tend to $\eta g / (1 + \mu)$: about half.
#
# Note where $\eta$ and the minus sign stand: inside the velocity. PyTorch and many books (and the
# notebook on transfer learning) keep them outside; section 9 shows when that makes a difference.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two things happen, and the order matters: first the velocity changes, then `w` moves by the
# *new* velocity. What is the old velocity in the very first step, when config has none?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `dict.get` takes a second argument: what to return when the key is missing. And what you
# computed must be stored, or the next step begins with zeros again.
# </details>
#
# <details><summary>Hint 3</summary>
#
# Test with numbers: $\mu = 0.5$, $\eta = 1$ and the gradient 1 in each step. The velocities
# should be $-1$, $-1.5$, $-1.75$. If yours is $-1$ every time, it was not stored; if `w` is one
# step late, it moved by the old one.
# </details>

# %% role="exercise" from_truth=true
def sgd_momentum(w, dw, config=None):
    """Gradient descent with momentum.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-2
        "momentum":      default 0.9
        "velocity":      array like w, default zeros
    Returns next_w and config with the new "velocity": the rule of the text, v ← µ v − η dw and
    then w ← w + v, with η and the minus sign inside the velocity.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}

# %% role="check" points=9
check(sgd_momentum)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The velocity is the last step, $v_t = w_t - w_{t-1}$. So the rule can be written without any
# velocity, $w_{t+1} = w_t - \eta\,\mathrm dw + \mu\,(w_t - w_{t-1})$, Boris Polyak's *heavy ball*
# (1964). It stores the old weights instead: the same memory.
# </details>

# %% [markdown]
# How much does it help in a ravine, and which $\mu$ is best? Along coordinate $i$ we have
# $\mathrm dw = \lambda_i w$, and $v_t = w_{t} - w_{t-1}$. Put both into the rule:
#
# $$w_{t+1} = (1 + \mu - \eta\lambda_i)\, w_t - \mu\, w_{t-1} .$$
#
# Solutions are powers $w_t = r^t$ with $r^2 - (1 + \mu - \eta\lambda_i)\, r + \mu = 0$. The
# product of the two roots is $\mu$. If the discriminant $(1 + \mu - \eta\lambda_i)^2 - 4\mu$ is
# negative, they are complex conjugates, so *each has the size $\sqrt\mu$, whatever $\lambda_i$
# is*. That is the point: steep and flat directions shrink at the same rate. The discriminant is
# not positive as long as
#
# $$(1 - \sqrt\mu)^2 \;\le\; \eta\lambda_i \;\le\; (1 + \sqrt\mu)^2 .$$
#
# Both ends are reached by $\lambda_{\min}$ and $\lambda_{\max}$ if
#
# $$\sqrt\mu = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1},
# \qquad \eta = \frac{(1+\sqrt\mu)^2}{\lambda_{\max}} .$$
#
# The condition number has been replaced by its **root**. For $\kappa = 25$:
# $\sqrt\mu = \tfrac46$, that is $\mu = 0.44$, and $\eta = 0.111$, more than plain descent
# survives. You expect somewhat more than $\ln 100 / (-\ln \tfrac23) \approx 11$ steps instead
# of 58.
#
# **Predict** the two ends of the slider: what does the path look like at $\mu = 0$ and at
# $\mu = 0.99$?

# %% role="explore" folded=true
# Momentum on its way down the ravine
def walk(landscape, rule, steps=60, noise=0.0, seed=0, start=None, **settings):
    """The path (steps + 1, 2) of a rule; noise of that size is added to each gradient."""
    rng = np.random.default_rng(seed)
    w, config = np.array(start or landscape.start), dict(settings)
    path = [w.copy()]
    for _ in range(steps):
        dw = landscape.gradient(w) + noise * rng.standard_normal(2)
        w, config = rule(w, dw, config)
        path.append(w.copy())
    return np.array(path)


def steps_needed(landscape, path, share=1e-4):
    """After how many steps the loss stays below a share of its first value; "more" if never."""
    loss = landscape.loss(path) / landscape.loss(path[0])
    above = np.flatnonzero(~(loss < share))
    return int(above[-1]) + 1 if above[-1] + 1 < len(path) else f"more than {len(path) - 1}"


def rolling_down(momentum, rate):
    valley = data.ravine(25.0)
    with np.errstate(all="ignore"):
        path = walk(valley, sgd_momentum, steps=1000, momentum=momentum, learning_rate=rate)
        needed = steps_needed(valley, path)
    return plots.walks(
        valley,
        {"momentum": path},
        title=f"momentum {momentum:g}: 1 % of the distance is left after {needed} steps",
    )


interactive.explore(
    rolling_down,
    momentum=interactive.slider(
        [0.0, 0.2, 0.44, 0.7, 0.9, 0.95, 0.99], start=0.44, label="momentum"
    ),
    rate=interactive.slider([0.01, 0.03, 0.07, 0.111, 0.14], start=0.111, label="learning rate"),
)

# %% [markdown]
# It zigzags even more than plain descent, and is faster all the same: 22 steps instead of 58,
# with the best settings of each. The theory's 11 are for a single root; the double root costs as
# many again. (For a walk that looks like a rolling ball, choose $\mu = 0.9$ and the rate 0.01.)
#
# A larger momentum is not better: with the same rate it takes 28 steps at $\mu = 0.7$, 94 at 0.9,
# and at 0.99 the ball swings back and forth for 983. With a smaller one, 0.2, the walk diverges.
#
# <details><summary>Why does it diverge?</summary>
#
# The walk grows as soon as a root is below $-1$. With $r = -1$ the equation reads
# $1 + (1 + \mu - \eta\lambda) + \mu = 0$, so the limit is $\eta = 2(1+\mu)/\lambda_{\max}$. At
# $\mu = 0.2$ that is 0.096, and the rate 0.111 is above it. At $\mu = 0$ you meet the limit of
# section 1 again.
# </details>
#
# In practice nobody knows $\kappa$. The usual 0.9 is right for $\kappa \approx 1440$.
#
# ### Looking ahead
# With a velocity you know roughly where you will be before you look at the gradient: at
# $\theta + \mu v$, if $\theta$ stands for the weights ($w$ is about to get another meaning).
# Yurii Nesterov's idea (1983) is to take the gradient *there*, where it can still correct the
# step:
#
# $$v \;\leftarrow\; \mu v - \eta\, \nabla L(\theta + \mu v),
# \qquad \theta \;\leftarrow\; \theta + v .$$
#
# A rule of our form cannot ask for a gradient elsewhere: it is handed `dw`. So let the network
# hold the place ahead, $w = \theta + \mu v$, instead of $\theta$. Then `dw` *is* the gradient
# that is needed, and from $\theta = w - \mu v$
#
# $$w_{\text{next}} = \theta_{\text{next}} + \mu v_{\text{next}} =
# \left(\theta + v_{\text{next}}\right) + \mu v_{\text{next}} =
# w - \mu v + (1 + \mu)\, v_{\text{next}} .$$
#
# Both velocities occur, the old one and the new one. Overwrite the first before you use it, and
# the formula collapses to plain momentum without an error.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The last formula of the text has three terms. Which velocity stands in each of them, the old or
# the new one? Give the two of them two names.
# </details>
#
# <details><summary>Hint 2</summary>
#
# From $v = 0$ the first step is $w_{\text{next}} = w - (1 + \mu)\,\eta\,\mathrm dw$: longer than
# that of momentum. Does yours do that?
# </details>
#
# <details><summary>Hint 3</summary>
#
# The second step shows what the first cannot. With $\mu = 0.5$, $\eta = 1$, $w = 0$ and the
# gradient 1 in both steps, $w$ goes to $-1.5$ and then to $-3.25$.
# </details>

# %% role="exercise" from_truth=true
def nesterov_momentum(w, dw, config=None):
    """Nesterov's momentum; w is the place ahead, at which dw was taken.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-2
        "momentum":      default 0.9
        "velocity":      array like w, default zeros
    Returns next_w, the next place ahead, and config with the new "velocity". The velocity has η and
    the minus sign inside, as in sgd_momentum; w_next is that of the last formula of the text.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}

# %% role="check" points=9
check(nesterov_momentum)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Put $v_{\text{next}} = \mu v - \eta\,\mathrm dw$ into the first of the three terms, and the old
# velocity disappears: $w_{\text{next}} = w + \mu\,v_{\text{next}} - \eta\,\mathrm dw$. One
# multiplication fewer and no second name. PyTorch's `nesterov=True` computes this form.
# </details>

# %% [markdown]
# Does the look ahead make a difference, with the same settings and the usual $\mu = 0.9$? What do
# you expect of the overshooting?

# %% role="explore" folded=true
# Momentum with and without the look ahead
def with_and_without_look_ahead():
    valley = data.ravine(25.0)
    rules = {"momentum": sgd_momentum, "nesterov": nesterov_momentum}
    paths = {
        name: walk(valley, rule, steps=100, learning_rate=0.02, momentum=0.9)
        for name, rule in rules.items()
    }
    figure, (left, right) = plots.panels(2, size=(5.0, 3.2))
    plots.walks(valley, paths, title="100 steps down the ravine", legend=False, ax=left)
    plots.curves(
        {name: valley.loss(path) for name, path in paths.items()},
        log="y",
        title="Their losses",
        ax=right,
    )
    return figure


interactive.explore(with_and_without_look_ahead)

# %% [markdown]
# With these settings momentum needs 81 steps to one hundredth of the distance, Nesterov 58.
# Momentum swings to $-0.67$ on the other wall of the valley, Nesterov to $-0.32$: in the steep
# direction the place ahead lies on the rising wall already, and its gradient brakes the step
# *before* it is made.

# %% [markdown]
# ## 5 A rate for each weight
# *15 minutes, ●●○, 17 points*
#
# Momentum softens the ravine. One could also get rid of it: with a learning rate $1/\lambda_i$
# for each coordinate a single step would do, since $1 - \lambda_i/\lambda_i = 0$. The $\lambda_i$
# are unknown, but steep directions are those with large gradients. So **divide each entry by the
# size of its own past gradients**. John Duchi, Elad Hazan and Yoram Singer (2011) called it
# AdaGrad:
#
# $$\mathrm{cache} \;\leftarrow\; \mathrm{cache} + \mathrm dw^2,
# \qquad w \;\leftarrow\; w - \eta\, \frac{\mathrm dw}{\sqrt{\mathrm{cache}} + \varepsilon} .$$
#
# `cache` has the shape of `w`. (The name is CS231n's, and no relative of the cache that a forward
# pass leaves.) The small $\varepsilon$ = `1e-8` stands *outside* of the root here (some libraries
# put it inside). It saves an entry whose gradients have all been zero from $0/0$: think of the
# weights of a pixel that is 0 in every picture.
#
# **Predict**: how long is the very first step of an entry with gradient $1000$, and of one with
# gradient $0.001$? And if the gradient is the same number in every step, how does the length of
# step $t$ depend on $t$?
#
# <details><summary>Compare your prediction</summary>
#
# First step: $\mathrm{cache} = g^2$, so $\eta\, g/|g| = \pm\eta$ for both. Later:
# $\mathrm{cache} = t g^2$, so the step is $\eta / \sqrt t$, again independent of $g$.
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Is the square of *this* step's gradient in the sum when you divide? Look at the order of the two
# arrows in the formula.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The very first step must have the length $\eta$, whatever the gradient is. If yours is enormous,
# you divided by the old cache, which was zero; if it depends on the gradient, look for the root.
# </details>

# %% role="exercise" from_truth=true
def adagrad(w, dw, config=None):
    """AdaGrad: divide by the root of the sum of all squared gradients, entry by entry.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-2
        "epsilon":       default 1e-8
        "cache":         array like w, default zeros
    Returns next_w and config with the new "cache", in which this step's square is counted already
    when the step is made. epsilon is added outside of the root.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-2, "epsilon": 1e-8, **(config or {})}

# %% role="check" points=8
check(adagrad)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The sum of squares is the diagonal of a matrix, $\sum_t g_t g_t^\top$ of whole gradient vectors.
# The paper also has the rule that divides by the root of the full matrix; for a million weights
# this matrix would have $10^{12}$ entries, so everybody keeps the diagonal.
# </details>

# %% [markdown]
# The sum never shrinks, so neither does the denominator. On a convex problem that is wanted:
# steps must become small in the end. But a network may have a long way to go yet. Geoffrey
# Hinton's RMSProp (2012, from the slides of a lecture) lets the memory fade:
#
# $$\mathrm{cache} \;\leftarrow\; \rho\, \mathrm{cache} + (1-\rho)\, \mathrm dw^2 ,$$
#
# with the *decay rate* $\rho$, usually 0.99 or 0.9: the weight of the **old** value, like
# momentum. The step is that of AdaGrad. The root of `cache` now is a typical size (root mean
# square, hence the name).

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Only one line differs from your `adagrad`. Two weights that add up to 1: which of them belongs
# to the old value?
# </details>
#
# <details><summary>Hint 2</summary>
#
# With the gradient 1 and $\rho = 0.99$, cache is 0.01 after the first step and 0.0199 after the
# second. If yours is 0.99 after the first, the weights are exchanged.
# </details>

# %% role="exercise" from_truth=true
def rmsprop(w, dw, config=None):
    """RMSProp: divide by the root of a fading mean of squared gradients, entry by entry.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-2
        "decay_rate":    default 0.99
        "epsilon":       default 1e-8
        "cache":         array like w, default zeros
    Returns next_w and config with the new "cache", a mean in which the *old* value has the weight
    decay_rate. The step uses the new cache, as in adagrad; epsilon is outside of the root.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}

# %% role="check" points=9
check(rmsprop)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\rho c + (1-\rho)\,g^2 = c + (1-\rho)(g^2 - c)$: move the mean a little way towards the new
# square. One multiplication fewer, and it says what happens: $1-\rho$ is a rate of its own, for
# the cache.
# </details>

# %% [markdown]
# Now hand both rules a gradient that is 1 for 200 steps and then 0.01 for 300 steps, as if a
# steep slope turned into a plain, with the learning rate 0.01. Sketch the lengths of the steps
# first: where do they start, where are they after 200 steps, and where after 500?

# %% role="explore" folded=true
# The lengths of the steps, from a slope to a plain
def lengths_of_steps(rule, gradients, **settings):
    """The length of each step of a rule that is handed these numbers as gradients."""
    w, config, lengths = np.zeros(1), dict(settings), []
    for gradient in gradients:
        before = w.copy()
        w, config = rule(w, np.array([gradient]), config)
        lengths.append(abs(float((w - before)[0])))
    return lengths


def from_slope_to_plain():
    gradients = [1.0] * 200 + [0.01] * 300
    curves = {
        "AdaGrad": lengths_of_steps(adagrad, gradients, learning_rate=0.01),
    }
    for rho in (0.99, 0.9):
        lengths = lengths_of_steps(rmsprop, gradients, learning_rate=0.01, decay_rate=rho)
        curves[f"RMSProp, decay rate {rho}"] = lengths
    return plots.curves(curves, ylabel="length of the step", log="y",
                        title="The gradient falls from 1 to 0.01 at step 200")


interactive.explore(from_slope_to_plain)

# %% [markdown]
# AdaGrad starts with $\eta = 0.01$, has fallen to $0.01/\sqrt{200} = 0.0007$ on the slope, and on
# the plain it stays at $7 \cdot 10^{-6}$: the sum never forgets the slope. RMSProp comes down to
# $\eta$ on the slope and stays there (with decay rate 0.99 it begins at 0.1 and has reached
# 0.0107 after 200 steps). On the plain it first takes short steps as well, and then forgets: with
# decay rate 0.9 it is back at 0.009 after 100 steps, with 0.99 it has only reached 0.0005
# after 300.
#
# Why does it begin at 0.1 with decay rate 0.99, ten times $\eta$, and at 0.03 with 0.9? After one
# step `cache` is $(1-\rho)\,g^2$, so the step is $\eta/\sqrt{1-\rho}$: the mean started at zero
# and is too small. The next section repairs that.

# %% [markdown]
# ## 6 Adam
# *15 minutes, ●●○, 16 points*
#
# Momentum averages the gradient, RMSProp averages its square. Adam (Diederik Kingma and Jimmy Ba,
# 2015) does both, with two fading means,
#
# $$m \;\leftarrow\; \beta_1 m + (1-\beta_1)\, \mathrm dw,
# \qquad v \;\leftarrow\; \beta_2 v + (1-\beta_2)\, \mathrm dw^2 ,$$
#
# and one correction. (The letter $v$ no longer is the velocity; both uses are common.) Both means
# start at zero, so at first they are too small. By how much? Substitute the rule again and again:
#
# $$m_t = (1-\beta_1) \sum_{k=0}^{t-1} \beta_1^k\, \mathrm dw_{t-k} .$$
#
# If the gradients have the same expected value $\mathbb E[\mathrm dw]$ in all steps, then
#
# $$\mathbb E[m_t] = \mathbb E[\mathrm dw] \cdot (1-\beta_1) \sum_{k=0}^{t-1} \beta_1^k =
# \mathbb E[\mathrm dw] \cdot \left(1 - \beta_1^t\right),$$
#
# and in the same way $\mathbb E[v_t] = \mathbb E[\mathrm dw^2]\,(1 - \beta_2^t)$. So divide by
# that:
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t},
# \qquad w \;\leftarrow\; w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon} .$$
#
# $t$ is the number of the step, from 1 on. config holds the number of steps done *before*, and a
# missing `t` means 0. So **add 1 to `t` before you use it**, and store it. The *uncorrected* $m$
# and $v$ are stored; the corrected ones are for this step only.
#
# Without the correction, is the first step too short or too long? Both means are too small, one
# in the numerator, one under a root in the denominator. Compute it for $\beta_1 = 0.9$,
# $\beta_2 = 0.999$.
#
# <details><summary>Compare your result</summary>
#
# $m = 0.1\, g$ and $\sqrt v = \sqrt{0.001}\, |g| = 0.0316\, |g|$. The step is $3.16\, \eta$: more
# than three times too <em>long</em>. The next ones are worse, as you will see.
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Six lines, in this order: the number of the step, the two means, the two corrected means, the
# step. Which of these numbers does the next call need?
# </details>
#
# <details><summary>Hint 2</summary>
#
# NaN or a division by zero in the first step? Then $t$ is 0 where you use it, and
# $1 - \beta^0 = 0$.
# </details>
#
# <details><summary>Hint 3</summary>
#
# A first step that has the length $\eta$ proves little: the square of a mean and the mean of
# squares agree there. Try two steps by hand with the gradients 1 and 0: $m = 0.1$ and then
# $0.09$; $v = 0.001$ and then $0.000999$; the second step has the length
# $0.09/0.19 \,/\, \sqrt{0.000999/0.001999} = 0.670$ learning rates.
# </details>

# %% role="exercise" from_truth=true
def adam(w, dw, config=None):
    """Adam, with both moments corrected for their start at zero.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-3
        "beta1":         default 0.9
        "beta2":         default 0.999
        "epsilon":       default 1e-8
        "m", "v":        arrays like w, default zeros
        "t":             number of steps done before this one, default 0
    Returns next_w and config with the new "m", "v" and "t". This step's own number, which the
    corrections use, is one more than the t that was given, and is stored. config keeps m and v as
    they are before the correction. epsilon is added to the root of the corrected v.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}

# %% role="check" points=16
check(adam)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The corrected mean can be kept itself: $\hat m_t = \hat m_{t-1} +
# \frac{1-\beta}{1-\beta^t}\,(\mathrm dw_t - \hat m_{t-1})$. The weight of the newest gradient is
# 1 in the first step, about $\frac12$ in the second, and comes down to $1-\beta$: at first a
# plain average of all gradients, later a fading one. (Put $m_t = (1-\beta^t)\,\hat m_t$ into the
# rule to see it.)
# </details>

# %% [markdown]
# Now look at the first steps with and without the correction. (Your own function does without if
# you start it at $t = 10^9$, where $1 - \beta^t = 1$.) The gradient is 1 in every step, so each
# step should have the length $\eta$. **Predict** for how many steps one can see that the
# correction is missing.

# %% role="explore" folded=true
# The first steps of Adam with and without the correction
def first_steps():
    lengths, losses = {}, {}
    for label, start in (("with the correction", {}), ("without it", {"t": 10**9})):
        settings = {"learning_rate": 0.01, **start}
        measured = lengths_of_steps(adam, [1.0] * 3000, **settings)
        lengths[label] = np.arange(1, 3001), np.array(measured) / 0.01
        losses[label] = np.array([run(adam, seed=seed, steps=150, **settings)[1].loss
                                  for seed in (1, 2, 3)])
    figure, (left, right) = plots.panels(2, size=(5.0, 3.4))
    plots.curves(lengths, log="x", ax=left, ylabel="length, in learning rates",
                 title="A gradient that is always 1")
    plots.curves(losses, smooth=5, ylim=(0, 3.5), ax=right, title="Digits, learning rate 0.01")
    return figure


interactive.explore(first_steps)

# %% [markdown]
# Without the correction the steps are 3.2 times too long at first, 6.6 times at step 12, still
# 3.2 times at step 100, and right only after thousands of steps, since $\beta_2^t$ dies out so
# slowly. On the digits the uncorrected runs jump about: between steps 20 and 60 their mean loss
# is 0.5 to 1.1, that of the corrected ones 0.14 to 0.25.
#
# <details><summary>Where epsilon stands: another form of Adam</summary>
#
# The paper mentions a faster form: pull both corrections into the learning rate,
# $\eta_t = \eta \sqrt{1-\beta_2^t} / (1-\beta_1^t)$, and take
# $w - \eta_t\, m / (\sqrt v + \varepsilon)$. Many published programs have it. Multiply numerator
# and denominator by $1/\sqrt{1-\beta_2^t}$ and you see the difference: there $\varepsilon$ is
# divided by $\sqrt{1-\beta_2^t}$ as well, at $t=1$ by 0.03. For gradients near 1 that changes the
# seventh digit. For a gradient of $10^{-7}$ the first step in the form of the docstring has
# $10^{-7} / (10^{-7} + 10^{-8}) = 0.91$ learning rates, in the other one
# $10^{-7} / (10^{-7} + 10^{-8}/0.0316) = 0.24$. Neither is wrong, but they are two rules. Your
# check names the other one if it finds it.
# </details>

# %% [markdown]
# ## 7 The race
# *3 minutes, ●○○*
#
# Now you have six rules, and the cell below lets them race over four landscapes at once; run it
# again to see it again. Each has a rate that suits it: the question is not who is first, but
# **how each of them moves**.
#
# Predict for each landscape which rules will have the difficulty: the ravine, the saddle (the
# start lies a thousandth beside the ridge), a local minimum in front of a deeper one, and the
# ravine once more with noise on every gradient.

# %% role="explore" folded=true
# The six rules on four landscapes
RULES = {
    "SGD": sgd,
    "momentum": sgd_momentum,
    "Nesterov": nesterov_momentum,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}


COURSE = {"A ravine": (data.ravine(), 0.0), "A saddle": (data.saddle(), 0.0),
          "A local minimum": (data.two_valleys(), 0.0), "Noise": (data.ravine(), 4.0)}
RATES = {  # in the order of RULES
    "A ravine": (0.075, 0.01, 0.01, 0.5, 0.05, 0.2),
    "A saddle": (0.1, 0.02, 0.02, 0.2, 0.05, 0.05),
    "A local minimum": (0.1, 0.05, 0.05, 0.2, 0.05, 0.1),
    "Noise": (0.05, 0.005, 0.005, 0.5, 0.05, 0.1),
}
EXTRA = {"RMSProp": {"decay_rate": 0.9}}


def six_rules(title):
    """The landscape and the paths of the six rules over it, each with its own rate."""
    landscape, noise = COURSE[title]

    paths = {
        name: walk(landscape, rule, 120, noise, seed=3, learning_rate=rate, **EXTRA.get(name, {}))
        for (name, rule), rate in zip(RULES.items(), RATES[title])
    }
    return landscape, paths


def the_race():
    return plots.race({title: six_rules(title) for title in COURSE})


interactive.explore(the_race)

# %% [markdown]
# *Ravine.* Plain descent zigzags. Momentum and Nesterov swing in arcs. AdaGrad and RMSProp start
# at 45 degrees, as if there were no ravine, since they divide each coordinate by its own size.
# Adam does both: a straight start, then an arc.
#
# *Saddle.* Plain descent, momentum and Nesterov need more than 60 steps to get half a unit away
# from the ridge. AdaGrad needs three, RMSProp four, Adam eleven: a tiny gradient, divided by its
# own size, is as good as a large one.
#
# *Local minimum.* Only momentum and Nesterov have the speed to cross the barrier. (Such a rule
# can leave a good valley as well.)
#
# *Noise.* Plain descent with $\eta = 0.05$ and momentum with $\eta = 0.005$ take steps of the
# same length in the end, $\eta/(1-\mu)$. All the same the mean loss over the last 40 steps is
# 0.60 for plain descent, 0.31 for momentum and 0.23 for Nesterov. **Why?** An average over ten
# gradients, better than a single one? Decide before you unfold.
#
# <details><summary>Compare your reason</summary>
#
# Take the two directions apart. Noise $\xi$ of variance $\sigma^2$ on each gradient gives
# $w \leftarrow (1-\eta\lambda)\,w - \eta\,\xi$. When the variance $V$ of $w$ no longer changes,
# $V = (1-\eta\lambda)^2\,V + \eta^2\sigma^2$, so
# $V = \frac{\eta\sigma^2}{\lambda\,(2-\eta\lambda)}$, and the mean loss of this direction is
#
# $$\tfrac12 \lambda V = \frac{\eta\,\sigma^2}{2\,(2-\eta\lambda)} .$$
#
# The same computation for momentum gives this formula with $\frac{\eta}{1-\mu}$ in place of the
# first $\eta$ and $\frac{\eta}{1+\mu}$ in place of the second. With $\sigma = 4$:
#
# | | flat, $\lambda = 1$ | steep, $\lambda = 25$ |
# | :-- | --: | --: |
# | plain descent | 0.205 | 0.533 |
# | momentum | 0.200 | 0.207 |
#
# In the flat direction momentum gains nothing, although its velocity averages over ten gradients.
# All is gained in the steep one, where plain descent has $\eta\lambda = 1.25$, overshoots, and
# makes the noise larger. With rates of 0.01 and 0.001 the two settle at 0.094 and 0.088
# altogether: hardly a difference. (What you measure in one walk of 40 steps scatters around these
# means.)
# </details>
#
# Would other rates give other winners? Of course. Can you get plain descent over the barrier
# between the two valleys? Can you keep momentum from crossing it? Which rule suffers least from a
# rate that is ten times too small?
#
# <details><summary>Compare your findings</summary>
#
# Plain descent crosses with a rate of 0.5 (from 0.35 on): the first step is so long that it lands
# beyond the barrier. Momentum stays in front of it at 0.005 and less, and crosses at 0.01. At a
# tenth of the race's rates momentum and Nesterov suffer least where there is no noise: after 120
# steps 4 % of the loss above the goal is left in the ravine, 11 % for Adam, 8 % for plain
# descent, 29 and 39 % for AdaGrad and RMSProp, whose steps have the length of the rate, or less,
# whatever the gradient is.
# </details>

# %% role="explore" folded=true
# One rule on one landscape, with sliders
def your_race(place, rule, rate, noise, steps):
    places = {"ravine": data.ravine(), "saddle": data.saddle(), "two valleys": data.two_valleys()}
    landscape = places[place]
    with np.errstate(all="ignore"):
        path = walk(landscape, RULES[rule], steps, noise, learning_rate=rate)
        title = f"{steps} steps, loss {landscape.loss(path[-1]):.3g}"
        return plots.walks(landscape, {rule: path}, title=title)


interactive.explore(
    your_race,
    place=interactive.slider(
        ["ravine", "saddle", "two valleys"], start="two valleys", label="landscape"
    ),
    rule=interactive.slider(list(RULES), start="momentum", label="rule"),
    rate=interactive.slider(
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0],
        start=0.05,
        label="learning rate",
    ),
    noise=interactive.slider([0.0, 0.5, 1.0, 2.0, 4.0], label="noise"),
    steps=interactive.slider([5, 10, 20, 40, 80, 160, 320], start=80, label="steps"),
)

# %% [markdown]
# ## 8 Weights that decay
# *6 minutes, ●●○, 10 points*
#
# Large weights are held back by a penalty $\tfrac{\omega}{2}\lVert w\rVert^2$ in the loss, which
# adds $\omega w$ to the gradient. With plain descent that is the same as letting all weights
# *decay* a little in each step:
#
# $$w - \eta\,(\mathrm dw + \omega w) = (1 - \eta\omega)\, w - \eta\, \mathrm dw .$$
#
# In Adam it is not the same. If $\omega w$ is a part of the gradient, it passes through $m$ and
# is divided by $\sqrt{\hat v}$ as well. **Which weights decay less then: those with large or
# those with small gradients?** Ilya Loshchilov and Frank Hutter (2019) took the decay past the
# moments. Their rule, AdamW, is Adam plus one term:
#
# $$w \;\leftarrow\; w - \eta \left( \frac{\hat m}{\sqrt{\hat v} + \varepsilon} + \omega w
# \right),$$
#
# where the $w$ in the bracket is the old one and $\hat m$, $\hat v$ know nothing of $\omega$. You
# may call your `adam`, if it is right. (If not, write its lines out here, so that one mistake
# does not cost twice; and if it works in place, `w` is no longer the old one afterwards.)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Adam's step does not know the decay, and the decay does not know Adam's step. So one may be
# computed after the other. Of which `w` is the decay?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Hand it a gradient of zeros: $\hat m = 0$, and what is left of `w` must be exactly
# $(1 - \eta\omega)\,w$. If more is left, or less, look at whether $\eta$ occurs twice or not at
# all.
# </details>

# %% role="exercise" from_truth=true
def adamw(w, dw, config=None):
    """AdamW: Adam, with a weight decay that does not pass through the moments.

    w, dw: arrays of the same shape.
    config: dict with
        "learning_rate": default 1e-3
        "weight_decay":  default 1e-2
        "beta1", "beta2", "epsilon", "m", "v", "t": as in adam, with the same defaults
    Returns next_w and config with the new "m", "v" and "t", which are those of dw alone. The decay
    is that of the w that was given, multiplied by learning_rate and weight_decay.
    w may be updated in place; dw must not be changed.
    """
    config = {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})}

# %% role="check" points=10
check(adamw)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $w - \eta\,(\text{Adam} + \omega w) = (1 - \eta\omega)\,w - \eta\,\text{Adam}$: multiply first,
# then make Adam's step, since that step is computed from `dw` and not from `w`. PyTorch does it
# in this order. In the paper the decay is *not* multiplied by the learning rate, but by a
# schedule's factor of its own.
# </details>

# %% [markdown]
# The experiment: two weights that the data do not care about, so their gradients are pure noise
# around 0, of size 10 for one and of size 0.1 for the other. Both start at 1, and a regulariser
# should pull both towards 0 at the same rate. With $\eta = 0.001$ and $\omega = 1$ the decay
# alone leaves $(1 - 0.001)^{1000} = 0.37$ after 1,000 steps.

# %% role="explore" folded=true
# Two weights that should decay, in two ways
def l2_in_adam(w, dw, config):
    """Adam on a loss with a penalty: the decay is a part of the gradient."""
    return adam(w, dw + config["weight_decay"] * w, config)


def decays(rule, runs=200, steps=1000):
    """The mean over many runs of two weights with noise of size 10 and 0.1 as their gradients."""
    rng = np.random.default_rng(1)
    w, config = np.ones((runs, 2)), {"learning_rate": 1e-3, "weight_decay": 1.0}
    means = []
    for _ in range(steps):
        w, config = rule(w, rng.standard_normal((runs, 2)) * np.array([10.0, 0.1]), config)
        means.append(w.mean(axis=0))
    return np.array(means).T


def two_ways_to_decay():
    figure, axes = plots.panels(2, size=(5.0, 3.4), sharey=True)
    for ax, (title, rule) in zip(axes, (("L2 in Adam", l2_in_adam), ("AdamW", adamw))):
        large, small = decays(rule)
        plots.curves({"gradients of about 10": large, "gradients of about 0.1": small}, ax=ax,
                     ylabel="mean of the weight", title=title, ylim=(0, 1.05))
    return figure


interactive.explore(two_ways_to_decay)

# %% [markdown]
# AdamW leaves 37 % of each weight, as computed. With L2 in Adam, the weight with the large
# gradients keeps 91 %: its decay is divided by $\sqrt{\hat v} \approx 10$, and
# $(1 - 0.0001)^{1000} = 0.905$. The one with the small gradients decays faster than planned, to
# 26 %.
#
# <details><summary>Why not faster still? Division by 0.1 would leave almost nothing.</summary>
#
# It would leave $(1 - 0.01)^{1000} = 0.00004$ of it. But for this weight the penalty $\omega w$,
# at first 1, is itself most of the gradient: it is divided by nearly its own size, so that the
# weight walks down in steps of about $\eta$ at most, until the noise outweighs the penalty.
# </details>

# %% [markdown]
# ## 9 A rate that changes
# *7 minutes, ●○○, 14 points*
#
# A large rate is good at the start, when there is far to go, and bad at the end, when noise keeps
# the weights jumping around the goal. So let the rate fall. A *schedule* is a function of the
# step, numbered from 0. Two are in use everywhere, stairs and half a period of the cosine. A
# third one, at the very beginning, warms up.
#
# **Step decay** multiplies the rate by a factor every so many steps.

# %% role="exercise" from_truth=true
def step_decay(base_rate, step, every, factor):
    """The learning rate that drops by a factor after each `every` steps.

    base_rate: number; step: 0, 1, 2, ...; every: whole number; factor: what is left after a drop.
    Returns the rate of that step, a number.
        rate = base_rate * factor ** floor(step / every)
    Steps 0 to every - 1 have base_rate; step `every` is the first one after a drop.
    """

# %% role="check" points=4
check(step_decay)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A loop may multiply its own rate by `factor` whenever a drop is due, as PyTorch's `StepLR` does.
# It then has a state, and a step that is skipped or counted twice changes everything after it. A
# function of the step has none: any step can be asked for, in any order.
# </details>

# %% [markdown]
# **Cosine decay** (Loshchilov and Hutter, 2017) has no stairs and nothing to choose but its end.
# With $p$ the share of the way that is done, from 0 to 1,
#
# $$\eta = \eta_{\text{final}} + \left(\eta_{\text{base}} - \eta_{\text{final}}\right) \frac{1 +
# \cos \pi p}{2} .$$

# %% role="exercise"
def cosine_decay(base_rate, step, total_steps, final_rate=0.0):
    """The learning rate that falls along half a period of the cosine.

    base_rate, final_rate: numbers; step: 0, 1, 2, ...; total_steps: whole number, at least 1.
    Returns the rate of that step, a number.
        p = min(step, total_steps) / total_steps
        rate = final_rate + (base_rate - final_rate) * (1 + cos(pi * p)) / 2
    From step total_steps on it stays at final_rate.
    """
    ### BEGIN SOLUTION
    p = min(step, total_steps) / total_steps
    height = (1 + math.cos(math.pi * p)) / 2
    return final_rate + (base_rate - final_rate) * height
    ### END SOLUTION

# %% role="check" points=6
check(cosine_decay)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\frac{1 + \cos \pi p}{2} = \cos^2 \frac{\pi p}{2}$, by the formula of the half angle. Both ends
# are flat: the slope is proportional to $\sin \pi p$.
# </details>

# %% [markdown]
# **Warm-up.** The first gradients of a network that knows nothing are longer than the later ones,
# and say little about where to go. So let the rate rise in equal parts: with `warmup_steps` = 4
# the steps 0, 1, 2, 3 have $\tfrac14, \tfrac24, \tfrac34, \tfrac44$ of the base rate. (Some
# programs start with 0, which wastes the first step.)

# %% role="exercise" from_truth=true
def linear_warmup(base_rate, step, warmup_steps):
    """The learning rate that rises in equal parts during the first steps.

    base_rate: number; step: 0, 1, 2, ...; warmup_steps: whole number, 0 for none.
    Returns the rate of that step, a number.
        rate = base_rate * min(1, (step + 1) / warmup_steps)
    and base_rate where warmup_steps is 0.
    """

# %% role="check" points=4
check(linear_warmup)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Several schedules become one by multiplying their shares of the rate, or by taking the smallest,
# as the experiment below does. Libraries chain objects for the same purpose.
# </details>

# %% [markdown]
# Now all of them at work: batches of 20 digits, momentum, and a rate of 0.05, which is too much
# for this network in the long run. The last schedule is the smaller one of warm-up and cosine.
# Which will end lowest? (The bands reach from the best to the worst of three random starts.)

# %% role="explore" folded=true
# Four schedules, three starts each
STEPS, RATE = 400, 0.05
SCHEDULES = {
    "constant": lambda step: RATE,
    "stairs": lambda step: step_decay(RATE, step, 130, 0.2),
    "cosine": lambda step: cosine_decay(RATE, step, STEPS),
    "warm-up, then cosine": lambda step: min(linear_warmup(RATE, step, 80),
                                             cosine_decay(RATE, step, STEPS)),
}


def schedules_at_work():
    rates, losses = {}, {}
    for name, schedule in SCHEDULES.items():
        rates[name] = [schedule(step) for step in range(STEPS)]
        runs = [run(sgd_momentum, seed=seed, steps=STEPS, batch_size=20, schedule=schedule)
                for seed in (1, 2, 3)]
        losses[name] = np.array([history.loss for _, history in runs])
    figure, (left, right) = plots.panels(2, size=(5.0, 3.6))
    plots.curves(rates, ylabel="learning rate", title="Four schedules", legend="below", ax=left)
    plots.curves(losses, log="y", smooth=30, title="and what they do", legend="none", ax=right)
    return figure


interactive.explore(schedules_at_work)

# %% [markdown]
# The constant rate ends at 0.6, 1.2 and 2.5, worse than after 100 steps. The three falling ones
# end below 0.08 from every start. Warm-up is slower for the first 80 steps; in return its three
# runs stay close together where those of the plain cosine scatter. Here that decides nothing in
# the end. In larger networks it often decides whether training begins to work at all.
#
# ### Two forms of momentum, and when they part
# PyTorch writes momentum with the rate outside: $u \leftarrow \mu u + \mathrm dw$,
# $w \leftarrow w - \eta u$. Put $v = -\eta u$ and you get
# $v \leftarrow \mu v - \eta\, \mathrm dw$, $w \leftarrow w + v$: your form. So they are the same?
#
# Look again at the substitution: it uses one $\eta$ on both sides of the arrow. If the rate falls
# between two steps, the velocity in your form still carries the *old* rate and takes about
# $1/(1-\mu)$ steps to forget it. The other form multiplies all of its memory by the new rate at
# once. **What do you expect** of the distance between the two walks?

# %% role="explore" folded=true
# The distance between two forms of momentum
def rate_outside(w, dw, config):
    """Momentum as PyTorch has it: u = momentum u + dw, w = w - learning_rate u."""
    u = config["momentum"] * config.get("u", np.zeros_like(w)) + dw
    return w - config["learning_rate"] * u, {**config, "u": u}


def two_forms():
    gradients = np.random.default_rng(2).standard_normal((40, 50))
    apart = {}
    for label, factor in (("constant rate", 1.0), ("halved every 10 steps", 0.5)):
        one, other = (np.zeros(50), {"momentum": 0.9}), (np.zeros(50), {"momentum": 0.9})
        distances = []
        for step, dw in enumerate(gradients):
            rate = {"learning_rate": step_decay(0.1, step, 10, factor)}
            one = sgd_momentum(one[0], dw, {**one[1], **rate})
            other = rate_outside(other[0], dw, {**other[1], **rate})
            distances.append(float(np.linalg.norm(one[0] - other[0])))
        apart[label] = distances
    return plots.curves(apart, ylabel="distance of the two walks",
                        title="Rate inside and outside of the velocity")


interactive.explore(two_forms)

# %% [markdown]
# At a constant rate the two forms differ by rounding errors. From the first drop of the rate on
# they part and never meet again. Neither is wrong, but a schedule that was tuned with one form
# does something else in the other.

# %% [markdown]
# ## 10 Gradients that explode
# *4 minutes, ●●○, 9 points*
#
# Sometimes one batch has a gradient a thousand times as long as usual: at a cliff of the loss, in
# a recurrent network, after an unlucky start. A single step of that length ruins everything that
# was learned. The remedy keeps the direction and bounds the length, taking the gradients of
# **all** parameters as one long vector:
#
# $$\lVert g \rVert = \sqrt{\sum_{\text{parameters}} \;\sum_{\text{entries}} g^2},
# \qquad g \;\leftarrow\; g \cdot \frac{c}{\lVert g\rVert} \quad\text{if } \lVert g\rVert > c .$$
#
# Why one common factor? One for each parameter, or a bound for each entry, would change the
# direction: the step would no longer go downhill in the steepest way.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The factor is one number for all arrays. So there are two passes over the dict: one that adds up
# squares, one that multiplies.
# </details>
#
# <details><summary>Hint 2</summary>
#
# With `{"a": [3.0], "b": [4.0]}` and a bound of 1 the length is 5, and 0.6 and 0.8 come back. If
# you get 1 and 1, each array was clipped by itself.
# </details>

# %% role="exercise" from_truth=true
def clip_gradient_norm(grads, max_norm):
    """Shorten all gradients by one common factor if together they are longer than max_norm.

    grads: dict, name -> array of any shape; max_norm: positive number.
    Returns clipped, a dict with the same names and shapes, and norm, the length before, a number.
    All arrays together count as one long vector. Where it is not longer than max_norm, clipped has
    the values of grads.
    grads and its arrays must not be changed.
    """

# %% role="check" points=9
check(clip_gradient_norm)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\min(1,\, c/\lVert g\rVert)$ does without the `if`, at the price of a division by zero when all
# gradients are 0. PyTorch's `clip_grad_norm_` adds $10^{-6}$ to the length for that reason, and
# writes into the gradients themselves.
# </details>

# %% [markdown]
# In the batchnorm unit a deep network whose initial weights have the standard deviation $s = 0.5$
# did not survive its first five steps: its loss starts above 600. Here it is again, with plain
# descent at rate 0.1. Clipping does not repair the bad start. Does it save the training?

# %% role="explore" folded=true
# A bad start, with and without clipping
def survival():
    deep = {"sizes": (64, 50, 50, 50, 50, 50, 10), "scale": 0.5, "learning_rate": 0.1}
    curves = {"without clipping": run(sgd, **deep)[1].loss}
    for bound in (0.5, 1, 5):
        def clip(grads, bound=bound):
            return clip_gradient_norm(grads, bound)[0]

        curves[f"clipped at {bound:g}"] = run(sgd, clip=clip, **deep)[1].loss
    return plots.curves(curves, log="y", smooth=5, ylim=(0.1, 1e4),
                        title="A bad start, with and without clipping")


interactive.explore(survival)

# %% [markdown]
# Without clipping, five steps are all it gets. Clipped, every run goes down, from 642 to about 8,
# 2 and less than 1 after 300 steps: the tighter the bound, the slower, since no step is longer
# than $\eta c$. A better start (initialisation, batchnorm) would save the three hundred steps.

# %% [markdown]
# ## 11 The same network under each rule
# *2 minutes, ●○○*
#
# Which rule is the best one? Nobody can say without saying *at which rate*. So we train the same
# network on the digits with each rule at many rates, 150 steps each. On the left every pixel has
# mean 0 and standard deviation 1 (but for three that are white in all pictures, and stay 0). On
# the right each pixel is measured in a unit of its own, between 1/30 and 30: the ravine of
# section 1, in 64 dimensions. **Predict**: which rules will mind, and which will not?

# %% role="explore" folded=true
# Each rule at seven rates, on two scalings of the pixels
def reached(rule, rate, scale):
    """Validation accuracies of two runs with inputs times scale; NaN for a run that diverged."""
    accuracies = []
    for seed in (1, 2):
        network, history = run(rule, seed, 150, x=digits.x_train * scale, learning_rate=rate)
        right = accuracy(network, digits.x_val * scale, digits.y_val)
        accuracies.append(np.nan if history.diverged else right)
    return accuracies


def every_rule():
    rates = (1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
    units = 10 ** np.random.default_rng(5).uniform(-1.5, 1.5, 64)
    figure, axes = plots.panels(2, size=(5.0, 4), sharey=True)
    cases = {"Every pixel scaled": 1.0, "Every pixel in its own unit": units}
    names = [name for name in RULES if name != "Nesterov"]
    points = [(title, name, rate) for title in cases for name in names for rate in rates]
    lines = {title: {name: [] for name in names} for title in cases}
    for title, name, rate in interactive.counted(points, "points"):
        lines[title][name].append(reached(RULES[name], rate, cases[title]))
    for ax, title in zip(axes, cases):
        plots.sweep(
            rates,
            lines[title],
            xlabel="learning rate",
            ylabel="validation accuracy",
            title=title,
            ylim=(0, 1.02),
            legend="below" if ax is axes[0] else "none",
            ax=ax,
        )
    return figure


interactive.explore(every_rule)

# %% [markdown]
# Left: tuned, all of them reach 96 to 97 %. What differs is the learning rate at which they do:
# 0.003 for Adam and RMSProp, 0.3 for plain descent.
#
# Right (a cross marks a run that diverged): all are worse, as in the ravine, and plain descent
# comes last: 80 % at its best rate, the others 85 to 87 %. The adaptive rules do repair a part of
# what bad scaling spoils; which of the three is best cannot be told. Scaling the pixels, which
# costs one line, repairs all of it.
#
# <details><summary>How much of that is chance?</summary>
#
# Two runs, read on 300 pictures, have a standard deviation of about 2 %, and the best of seven
# rates was chosen on the same pictures. So we took each rule's best rate and six <i>other</i>
# starts: 81 % for plain descent, 80 % for momentum, 86, 84 and 85 % for AdaGrad, RMSProp and
# Adam, each with a standard deviation of 1 to 3 % from start to start.
# </details>
#
# A recipe that follows from what you saw: start with Adam at $10^{-3}$; try the rate in factors
# of 3 up and down; let it fall towards the end; clip if the loss has spikes. When you have time,
# tune SGD with momentum as well: it stores one array for each parameter instead of two and, well
# tuned, is often as good.

# %% [markdown]
# ## 12 Your own entry
# *9 minutes, ●●○*
#
# Your turn in the race: enter *one* rule on the four landscapes of section 7, with settings of
# your own on each. Take a rule of this notebook by its name, or write one: it takes
# `(w, dw, config)` and returns `(next_w, config)`, and may keep in config what it likes. Could it
# look at nothing but the sign of the gradient? Could it forget its velocity whenever that points
# uphill?
#
# The six others run with the rates of section 7. With noise the mean loss over the last 40 steps
# counts, on twenty walks; elsewhere the number of the 120 steps after which less than 1 % of the
# first loss is left (above the goal's loss), and never more again. **Predict your four places**
# before you run the race.

# %%
MY_RULE = "momentum"  # a name from RULES, or a function of yours: my_rule(w, dw, config)
MY_SETTINGS = {
    "A ravine": {"learning_rate": 0.005, "momentum": 0.9},
    "A saddle": {"learning_rate": 0.005, "momentum": 0.9},
    "A local minimum": {"learning_rate": 0.005, "momentum": 0.9},
    "Noise": {"learning_rate": 0.001, "momentum": 0.9},
}

# %% role="explore" folded=true
# Your entry among the six
def left_above_goal(landscape, path):
    """Each place's loss above the goal's, as a share of the first one; infinite for NaN."""
    above = landscape.loss(path) - landscape.loss(np.array(landscape.goal))
    return np.where(np.isfinite(above), above / above[0], np.inf)


def result(title, rule, settings):
    """What counts on a landscape: (a number, the fewer the better; its words; the walk)."""
    landscape, noise = COURSE[title]
    with np.errstate(all="ignore"):
        path = walk(landscape, rule, 120, noise, seed=3, **settings)
        if noise:
            walks = [walk(landscape, rule, 120, noise, seed=seed, **settings) for seed in range(20)]
            loss = np.mean([landscape.loss(one[-40:]) for one in walks])
            loss = float(loss) if np.isfinite(loss) else math.inf
            return loss, f"mean loss {loss:.2f}", path
        late = np.flatnonzero(left_above_goal(landscape, path) >= 0.01)
    steps = int(late[-1]) + 1 if late.size else 0
    return (
        (steps, f"{steps} steps", path) if steps < len(path) else (math.inf, "not within 120", path)
    )


def standings():
    mine = RULES[MY_RULE] if isinstance(MY_RULE, str) else MY_RULE
    told, drawn = [], {}
    for title, rates in RATES.items():
        others = {
            name: result(title, rule, {"learning_rate": rate, **EXTRA.get(name, {})})
            for (name, rule), rate in zip(RULES.items(), rates)
        }
        own = result(title, mine, MY_SETTINGS[title])
        first = min(others, key=lambda name: others[name][0])
        place = 1 + sum(one[0] < own[0] for one in others.values())
        told.append(
            f"{title:16} place {place} of 7: {own[1]:16} "
            f"(best of the six: {first}, {others[first][1]})"
        )
        drawn[f"{title}: place {place}"] = (
            COURSE[title][0],
            {"yours": own[2], "best of the six": others[first][2]},
        )
    print("\n".join(told))
    return plots.race(drawn)


interactive.explore(standings)

# %% [markdown]
# Every landscape can be won. But of all settings of the six rules that we tried none is first on
# more than two of the four: no rule is the best one. Our best are 9 steps in the ravine and 10 at
# the saddle by momentum, 3 at the local minimum by plain descent, and a mean loss of 0.09 with
# noise by a rule of our own.
#
# <details><summary>A hint for each landscape</summary>
#
# *Ravine*: $\kappa = 25$, and section 4 has the best momentum and the best rate for it. A rule
# that divides each entry by its own *curvature* needs two steps: two gradients at two places tell
# it. *Saddle* and *local minimum*: how large may the rate be before the walk diverges? *Noise*:
# no fixed rate that we tried beats Adam's 0.17. A large rate is good at the start and a small one
# at the end: let your rule count its steps in config, and let its rate fall with a function of
# section 9.
# </details>

# %% [markdown]
# ## 13 Two questions
# *12 minutes, ●●○, 6 points each*
#
# These two are read by a person. A few sentences and formulas each are enough.

# %% [markdown] role="written" points=6 name="units"
# ### Question 1: the loss in another unit
# A colleague measures the loss in another unit, so that it is multiplied by 1000, and changes
# nothing else. All gradients are 1000 times as large. Take $\varepsilon = 0$, all states start at
# zero.
#
# - (a) By which factor does the *first* step of plain descent change, and that of momentum? Why
#   does the factor not hold for the later steps? By which other change could both paths be
#   undone? (2 points)
# - (b) Show that the path of Adam does not change at all. (2 points)
# - (c) Now with a weight decay $\omega$. Which of the two does the same as before the change,
#   AdamW or Adam on the loss with the penalty $\tfrac\omega2\lVert w\rVert^2$ added *after* the
#   multiplication? Explain. (2 points)
#
# ### BEGIN SOLUTION
# (a) The first step is 1000 times as long in both rules: the velocity is a sum of gradients times
# $\eta$, so it grows with the gradients. After it the gradients are taken elsewhere, and both
# paths become other walks (most likely ones that diverge). A learning rate of $\eta/1000$ gives
# the old path back: only the product $\eta\,\mathrm dw$ occurs.
#
# (b) $m$ is linear in the gradients, so $m \to 1000\,m$. $v$ is linear in their squares, so
# $v \to 10^6\, v$ and $\sqrt{v} \to 1000 \sqrt v$. The corrections depend on $t$ alone. The
# factor cancels in $\hat m / \sqrt{\hat v}$; so the first step is the same, the next gradient is
# taken at the same place, and so on by induction.
#
# (c) AdamW: its decay $\eta\omega w$ does not contain the gradient and $\hat m/\sqrt{\hat v}$ is
# unchanged, so each step is the same. With the penalty inside, the gradient is
# $1000\,\mathrm dw + \omega w$: relative to the rest, the penalty is 1000 times as weak, and
# after the division by $\sqrt{\hat v}$ the decay is about 1000 times as slow.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 6 points**
#
# - (a) 1 point: the first step is 1000 times as long in both, and the later gradients are taken
#   elsewhere. Half: one of the two. Nothing: neither. 1 point: dividing the learning rate by
#   1000 undoes it. Half: "a smaller rate". Nothing: another setting.
# - (b) 1 point: $m$ scales with 1000 and $v$ with $10^6$ (or its root with 1000). Half: one of
#   the two. Nothing: "Adam divides by the size of the gradient" alone. 1 point: the quotient is
#   unchanged, and therefore every step (induction or "the next gradient is taken at the same
#   place"). Half: the first step only. Nothing: that the path is the same, said once more.
# - (c) 1 point: AdamW. No half. Nothing: Adam, or both. 1 point: the reason, with the term
#   $\eta\omega w$ that does not pass through the moments, or with the penalty's share in the
#   gradient that becomes 1000 times smaller. Half: "the decay is apart from the gradient",
#   without the term or the share. Nothing: no reason.
# ### END MARK SCHEME

# %% [markdown] role="written" points=6 name="loop"
# ### Question 2: a training loop with two faults
# A colleague trains with a correct `adam`, and with this loop:
#
#     config = {"learning_rate": 1e-3}
#     for step in range(1000):
#         loss, grads = network.gradients(*next_batch())
#         for name in network.params:
#             network.params[name], config = adam(network.params[name], grads[name], config)
#         config["learning_rate"] *= 0.9
#
# - (a) The loop stops with an error in its first step, unless all parameters happen to have the
#   same shape. Which error, and why? What goes wrong if they do have the same shape? (2 points)
# - (b) Suppose from here on that all six parameters have the same shape. By how much has `t`
#   grown after one pass through them? Do the corrections $1-\beta^t$ fit the $m$ and $v$ that are
#   stored then? Give the reason. (2 points)
# - (c) The loss stops falling after about 50 steps. Which line is to blame, and what was probably
#   meant? Give a number. (2 points)
#
# ### BEGIN SOLUTION
# (a) One config is shared by all parameters. The first parameter leaves its $m$ and $v$ in it,
# and for the next ones the shapes do not fit: NumPy can broadcast a bias to them (and the bias
# comes back in the wrong shape), but not a second matrix. With equal shapes nothing stops, but
# each parameter moves along a mixture of the gradients of all parameters, and is divided by the
# sizes of all. Each parameter needs a config of its own: `configs[name]`.
#
# (b) By 6 instead of 1. The corrections fit: $m$ and $v$ are shared as `t` is, so they have had
# six updates as well, and the weights of the gradients in $m$ add up to $1-\beta_1^6$. (Six equal
# parameters with the gradient 1: every step has the length $\eta$.) What is wrong is not the size
# but the content, a mixture of six gradients. Only if `t` alone were shared, the correction would
# be too weak.
#
# (c) `config["learning_rate"] *= 0.9` stands inside the loop over the steps. After 50 steps the
# rate is $0.9^{50} \approx 0.005$ of the first one; all later steps together are not longer than
# $0.005 / (1 - 0.9) = 0.05$ of it. Probably the decay was meant for each *epoch*, or every so
# many steps.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 6 points**
#
# - (a) 1 point: shapes do not fit (an error of broadcasting, or a bias that comes back in the
#   wrong shape) because one config holds the state of another parameter. Half: the error without
#   the cause, or the other way round. Nothing: another line is blamed. 1 point: with equal
#   shapes, the moments mix the gradients of all parameters. Half: wrong steps, without what is
#   mixed. Nothing: "nothing goes wrong".
# - (b) 1 point: 6. No half. Nothing: another number. 1 point: they fit, because $m$ and $v$ have
#   had as many updates as `t` counts. Half: they fit, without the reason. Nothing: "too weak" or
#   "too strong".
# - (c) 1 point: the rate is multiplied in each step instead of each epoch. Half: "the rate falls
#   too fast", without the line or what was meant. Nothing: another line. 1 point: a number, for
#   instance $0.9^{50} \approx 0.005$. Half: "nearly 0". Nothing: no word on the size.
# ### END MARK SCHEME

# %% [markdown]
# ## Formulas, words, papers
#
# **Formula sheet.** All entry by entry; $g$ is the gradient $\mathrm dw$.
#
# | rule | state | step |
# | :-- | :-- | :-- |
# | plain | | $w - \eta g$ |
# | momentum | $v \leftarrow \mu v - \eta g$ | $w + v$ |
# | Nesterov | $v' = \mu v - \eta g$ | $w - \mu v + (1+\mu)\,v'$ |
# | AdaGrad | $c \leftarrow c + g^2$ | $w - \eta g/(\sqrt c + \varepsilon)$ |
# | RMSProp | $c \leftarrow \rho c + (1-\rho)\,g^2$ | $w - \eta g/(\sqrt c + \varepsilon)$ |
# | Adam | fading means $m$ of $g$, $v$ of $g^2$ | $w - \eta \hat m/(\sqrt{\hat v} + \varepsilon)$ |
# | AdamW | as Adam | Adam's step $-\,\eta\omega w$ |
#
# | on a ravine | plain descent | momentum |
# | :-- | :-- | :-- |
# | converges for | $\eta < 2/\lambda_{\max}$ | $\eta < 2(1+\mu)/\lambda_{\max}$ |
# | best factor | $(\kappa-1)/(\kappa+1)$ | $\sqrt\mu = (\sqrt\kappa-1)/(\sqrt\kappa+1)$ |
# | step for a constant gradient | $\eta g$ | $\eta g/(1-\mu)$ |
#
# **Glossary**
#
# | word | means |
# | :-- | :-- |
# | condition number $\kappa$ | the largest curvature divided by the smallest |
# | learning rate $\eta$ | what the gradient is multiplied by; a *schedule* lets it fall or rise |
# | momentum $\mu$ | the share of the velocity that survives a step |
# | state | what a rule remembers from step to step; here it lives in `config` |
# | cache | here the sum or the fading mean of squared gradients |
# | saddle | zero gradient; the loss rises in some directions and falls in others |
# | Hessian | the matrix of second derivatives; its eigenvalues are the curvatures |
# | bias correction | dividing a fading mean by the sum of its weights, $1-\beta^t$ |
# | weight decay $\omega$ | times $\eta$, the share of a weight that a step takes (also $\lambda$) |
#
# **Further reading.**
#
# - Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964: momentum.
# - Sutskever, Martens, Dahl and Hinton, [*On the importance of initialization and momentum in
#   deep learning*](https://proceedings.mlr.press/v28/sutskever13.html), 2013; Bengio,
#   Boulanger-Lewandowski and Pascanu, [*Advances in optimizing recurrent
#   networks*](https://arxiv.org/abs/1212.0901), 2012: Nesterov's rule at the place ahead.
# - Duchi, Hazan and Singer, [*Adaptive subgradient
#   methods*](https://jmlr.org/papers/v12/duchi11a.html), 2011: AdaGrad.
# - Kingma and Ba, [*Adam*](https://arxiv.org/abs/1412.6980), 2015; Loshchilov and Hutter,
#   [*Decoupled weight decay regularization*](https://arxiv.org/abs/1711.05101), 2019, and
#   [*SGDR*](https://arxiv.org/abs/1608.03983), 2017: AdamW and the cosine.
# - Pascanu, Mikolov and Bengio, [*On the difficulty of training recurrent neural
#   networks*](https://arxiv.org/abs/1211.5063), 2013: clipping.
# - Dauphin and others, [*Identifying and attacking the saddle point
#   problem*](https://arxiv.org/abs/1406.2572), 2014.
# - Goh, [*Why momentum really works*](https://distill.pub/2017/momentum/), 2017: the algebra of
#   section 4, to play with.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished exercises do not
# hinder the others: each is graded by itself.

# %% role="explore"
progress()
