# %% [markdown]
# # Dropout: learning with half of the units away
#
# A network with more weights than examples can learn everything by heart, mistakes included. Here
# you build a strange remedy: while the network learns, throw some of its units away, others in
# each step. You write it in two schemes, forward and backward, apply the same idea to weights,
# and find out what a network is unsure about. At the end it reads a digit that you draw or
# photograph, and says how sure it is.
#
# You need NumPy, the chain rule, mean and variance. You need no deep learning library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | Learning by heart | 4 min | ●○○ | |
# | 2 | The idea, drawn | 3 min | ●○○ | |
# | 3 | Inverted dropout | 15 min | ●●○ | 22 |
# | 4 | The way back | 5 min | ●○○ | 12 |
# | 5 | The other scheme | 11 min | ●○○ | 12 |
# | 6 | Does it help? | 13 min | ●○○ | |
# | 7 | A thinned network is one of many | 7 min | ●●○ | |
# | 8 | DropConnect | 21 min | ●●○ | 30 |
# | 9 | What the network is unsure about | 15 min | ●●● | 14 |
# | 10 | Your own digit | 8 min | ●○○ | |
# | 11 | Two questions | 12 min | ●●○ | 10 |
#
# <details><summary>How minutes, points and difficulty are counted</summary>
#
# Minutes: one for 150 words, one for each line that you write, two for each experiment, five for
# each question and for your own digit. Points: about two for each line of the solution, fewer
# where you have written the lines before (section 5), more where one line is the whole idea
# (section 4). Difficulty: ●○○ is a formula that becomes a line or two; ●●○ takes a derivation or
# a decision; ●●● puts several functions together.
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
# <details><summary>How can a check judge something random?</summary>
#
# It never compares your random numbers with anybody's. It measures what every right answer has in
# common: how many entries are zero, what became of the others, whether two masks agree. The
# measures are functions of <code>observables</code>, and you can call them yourself. A right
# answer fails a check by bad luck once in $10^{10}$ times, whichever random numbers you use.
# </details>
#
# **Conventions.** $N$ examples, rows are examples: `x` has shape `(N, D)`. A name that starts
# with `d` is a gradient: `dx` has the shape of `x`. The *cache* is what a forward pass hands to
# its backward pass. What comes in float32 goes out in float32. And the most important one: **$p$
# is the probability to KEEP a unit.** (PyTorch's `Dropout(p)` means the probability to *drop*,
# and papers are divided. Most implementations that come out wrong would have been right under the
# other convention, or mix the two.)

# %% role="given"
import numpy as np

from stagewise import begin, check, data, gradients, hint, interactive, observables, plots, progress
from stagewise.training import Network, accuracy, train

begin("dropout")

# %% [markdown]
# ## 1 Learning by heart
# *4 minutes, ●○○*
#
# The task is made for failure: 200 pictures of digits for a network with three hidden layers of
# 128 units and more than 42,000 weights. About three tenths of the labels have been replaced by
# random ones, as if a tired person had written them. By chance some of these are right; 53 of the
# 200 are wrong.
#
# **Predict** two numbers after 500 steps: the share of the 200 *given* labels that the network
# reproduces, and its accuracy on 300 new pictures with correct labels. (Knowing all digits and
# nothing by heart, it would reproduce 147 of the 200, a share of 0.735.)

# %% role="explore"
digits = data.digits()
PICTURES = 200
SIZES = (64, 128, 128, 128, 10)


def tired_labels(share=0.3):
    """The first labels, a share of them drawn at random."""
    rng = np.random.default_rng(5)
    labels = digits.y_train[:PICTURES].copy()
    guessed = rng.random(PICTURES) < share
    labels[guessed] = rng.integers(0, 10, guessed.sum())
    return labels


x_few, y_few = digits.x_train[:PICTURES], tired_labels()


def run(seed=1, steps=500, **layers):
    """Train one network on the few pictures.

    Returns it, the steps, and there: share of given labels, accuracy on new pictures.
    """
    network = Network(SIZES, scale=0.12, seed=seed, **layers)

    def watch(network, step):
        if step % 20:
            return None
        return np.array(
            [accuracy(network, x_few, y_few), accuracy(network, digits.x_val, digits.y_val)]
        )

    history = train(
        network, x_few, y_few, learning_rate=0.1, steps=steps, batch_size=50, seed=seed, watch=watch
    )
    return network, np.array(list(history.watched)), np.array(list(history.watched.values())).T


def by_heart():
    _, steps, (given, new) = run()
    return plots.curves(
        {"the given labels": (steps, given), "new pictures": (steps, new)},
        ylabel="share right",
        title="Three tenths of the labels are random, and all are learned",
        ylim=(0, 1.05),
    )


interactive.explore(by_heart)

# %% [markdown]
# The network reproduces *every* label, also the wrong ones. And look at the lower curve: it rises
# to about 0.8, and then it *falls*, to about 0.75. First the network learned what digits look
# like, then it learned the wrong labels by heart: **overfitting** is the gap between the two
# curves.
#
# One remedy would be to train ten networks, each from another start, and let them vote: they do
# not all make the same mistakes. But ten networks cost ten times as much, in training and every
# time they are used. Dropout gets a good part of the effect from one.

# %% [markdown]
# ## 2 The idea, drawn
# *3 minutes, ●○○*
#
# In every training step each hidden unit stays with probability $p$ and is taken away with
# probability $1-p$, independently of all others and anew for every example. Its output is then 0:
# no later layer sees it, and no gradient comes back to it. At test time all units are there.

# %% role="explore" folded=true
# One network and three of its thinned versions
plots.thinned({
    "test time": [[1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1]],
    "training, example 1": [[1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 1, 1, 1, 0], [1, 1]],
    "training, example 2": [[1, 1, 1, 1], [0, 1, 1, 0, 1], [1, 0, 0, 1, 1], [1, 1]],
    "training, example 3": [[1, 1, 1, 1], [1, 1, 0, 1, 0], [0, 0, 1, 1, 1], [1, 1]],
}, title="One network and three of its thinned versions")

# %% [markdown]
# Two ways to think about it.
#
# *No unit can rely on another one.* A unit that has learned to repair one particular mistake of
# one particular neighbour is useless when that neighbour is away. What pays is to be useful
# whichever other units are present.
#
# <details><summary>Where the idea came from</summary>
#
# Geoffrey Hinton tells that it came to him at his bank, where the tellers kept being moved
# around. He supposed that this was against fraud: cheating the bank would take employees who work
# together.
# </details>
#
# *It is a crowd of networks.* **How many** thinned versions does the small network above have (10
# hidden units)? And the one of section 1 (384 hidden units)?
#
# <details><summary>Compare your answer</summary>
#
# Each hidden unit is there or not: $2^{10} = 1024$ versions, and
# $2^{384} \approx 4 \cdot 10^{115}$. All of them share the same weights. Each step of the
# training uses one version per example, and hardly any of the $4 \cdot 10^{115}$ is ever seen
# twice.
# </details>

# %% [markdown]
# ## 3 Inverted dropout
# *15 minutes, ●●○, 22 points*
#
# Let $x$ be an output of a hidden layer and $k$ a random number, 1 with probability $p$ and 0
# otherwise. The simplest layer would be $k\,x$. Its mean is
#
# $$\mathbb E[k\,x] = p \cdot x + (1-p) \cdot 0 = p\,x .$$
#
# So in training the next layer gets, on average, less than at test time, when nothing is dropped:
# with $p = 0.5$, half. **Inverted** dropout repairs this at once, in training, by making the
# survivors larger:
#
# $$\text{train:}\quad \mathrm{out} = x\,\frac{k}{p},
# \qquad\qquad \text{test:}\quad \mathrm{out} = x .$$
#
# In training, out is $x/p$ with probability $p$ and 0 otherwise, so
#
# $$\mathbb E[\mathrm{out}] = p\,\frac{x}{p} = x , \qquad
# \operatorname{Var}(\mathrm{out}) =
# \mathbb E[\mathrm{out}^2] - \left(\mathbb E[\mathrm{out}]\right)^2 =
# p\,\frac{x^2}{p^2} - x^2 = x^2\left(\frac1p - 1\right) = x^2\,\frac{1-p}{p} .$$
#
# The mean is that of test time. The variance is the price. Its root $|x|\sqrt{(1-p)/p}$ is the
# size of the noise: as large as the signal for $p = 0.5$, a third of it for $p = 0.9$. (Here and
# in what follows, *spread* means a standard deviation.)
#
# **How to draw $k$.** A uniform random number $u$ between 0 and 1 lies below $p$ with probability
# exactly $p$. So comparing an array of such numbers with $p$ makes a mask for `x`: every entry
# needs a number of its own, in every example and in every unit.
#
# **How to seed.** `rng = np.random.default_rng(seed)` gives you a generator of your own, and
# `rng.random(shape)` draws. With the same seed it draws the same mask again; without one, with
# `None`, each call must draw another mask. (The older `np.random.seed` is accepted here, but it
# restarts *everybody's* random numbers.)
#
# **Before you write**: $p = 0.8$, and `x` has 1000 entries, all of them 4. About how many entries
# of `out` are 0, and what are the others?
#
# <details><summary>Compare your answer</summary>
#
# About 200 are 0, and the others are exactly 5. Their mean is about 4.
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three cases: train, test, and any other mode. In test mode nothing is drawn. In train mode you
# need as many random numbers as `x` has entries, a comparison, and one factor.
# </details>
#
# <details><summary>Hint 2</summary>
#
# No zeros at all? Python divides before it compares. In `u < p / p` the division is done first,
# and every $u$ lies below 1. Which brackets are missing?
# </details>
#
# <details><summary>Hint 3</summary>
#
# The right zeros, but too small or too large? Look at what the survivors are multiplied by. Put
# your own numbers into it: with $p = 0.8$ and an entry 4, what comes out?
# </details>
#
# <details><summary>Hint 4</summary>
#
# Right values, but float32 comes back as float64? What dtype has a mask that was made by a
# division by a Python number? `astype` gives it that of `x`.
# </details>

# %% role="exercise"
def dropout_forward(x, dropout_param):
    """mode "train": out = x * kept / p, P(kept = 1) = p, kept is 0 or 1; mode "test": out = x.

    x: float array of any shape; each entry has a kept of its own.
    dropout_param: dict with
        "p":    the probability to KEEP an entry, 0 < p <= 1. A share of 1 - p becomes 0.
        "mode": "train" or "test"
        "seed": optional; the same seed gives the same mask, no seed another mask in each call
    Returns out: like x, in x's dtype, cache: whatever your backward pass needs.
    Any other mode: ValueError. x and dropout_param keep their values.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    ### BEGIN SOLUTION
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        kept = rng.random(x.shape) < p
        mask = (kept / p).astype(x.dtype)
        return x * mask, mask
    if mode == "test":
        return x, None
    raise ValueError(f"Invalid forward dropout mode: {mode}")
    ### END SOLUTION

# %% role="check" points=22
check(dropout_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The mask can be kept as truth values, one byte for each entry instead of eight; the factor
# $\frac1p$ is then multiplied where it is used. For $p = \frac12$ a random *bit* is enough for
# each entry. Libraries draw and multiply in one sweep over the memory, since for a layer without
# a matrix product the memory is the price.
# </details>

# %% [markdown]
# What does it do to pictures? (Normally dropout works on hidden layers, but pictures are easier
# to look at.) Move the slider. Which $p$ leaves *you* able to read them?

# %% role="explore" folded=true
# Ten digits, and three thinned versions of each
def thinned_pictures(p):
    ink = data.digits("unit").x_train[:10]
    out, _ = dropout_forward(np.repeat(ink, 3, axis=0), {"p": p, "mode": "train", "seed": 3})
    rows = np.concatenate([ink, out[0::3], out[1::3], out[2::3]])
    return plots.images(
        rows, title=f"Ten digits, and three thinned versions of each: keep p = {p:g}"
    )


interactive.explore(
    thinned_pictures,
    p=interactive.slider([0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0], start=0.5, label="keep p"),
)

# %% [markdown]
# Many pixels can go, because neighbouring pixels say nearly the same. A hidden layer whose units
# repeat each other can spare some of them in the same way.
#
# Now the promise of the formula: *the mean of many passes comes closer and closer to x*. How
# fast? The variances of independent numbers add up, so the sum of $T$ passes has the variance
# $T x^2\frac{1-p}{p}$. Dividing the sum by $T$ divides the variance by $T^2$: the mean has the
# standard deviation $x\sqrt{\frac{1-p}{p\,T}}$. **What should the lines look like** on two
# logarithmic axes, which slope do they have, and by which factor does the line of $p = 0.1$ lie
# above that of $p = 0.9$?

# %% role="explore" folded=true
# The mean of many passes comes closer to x
def mean_of_many():
    x = np.random.default_rng(1).uniform(0.5, 2.5, (20, 50))
    lines = {}
    for p in (0.1, 0.5, 0.9):
        total, away = np.zeros_like(x), []
        for count in range(1, 1001):
            total += dropout_forward(x, {"p": p, "mode": "train", "seed": count})[0]
            away.append(np.sqrt(np.mean((total / count / x - 1) ** 2)))
        lines[f"keep p = {p}"] = (np.arange(1, 1001), away)
    return plots.curves(
        lines,
        xlabel="passes T",
        ylabel="typical relative distance from x",
        log="xy",
        title="A hundred times the passes, a tenth of the distance",
    )


interactive.explore(mean_of_many)

# %% [markdown]
# Straight lines of slope $-\tfrac12$, because the logarithm of the distance is
# $\ln\sqrt{(1-p)/p} - \tfrac12 \ln T$: a hundred times as many passes, a tenth of the distance.
# At $T = 1$ you read off $\sqrt{(1-p)/p}$: 3 for $p = 0.1$, 1 for $p = 0.5$, and $\tfrac13$ for
# $p = 0.9$. So the lines of 0.1 and 0.9 are a factor of 9 apart.
#
# The measures of the check are yours as well, here for one pass over 10,000 entries. Change `p`,
# predict each number, and run the cell several times: how much does each number change, and which
# one never does?
#
# <details><summary>Compare your answer</summary>
#
# The factor of the survivors never changes: it is $1/p = 1.25$. The share of zeros is a mean of
# 10,000 random numbers that are 0 or 1, and changes by about $\sqrt{p\,(1-p)/10{,}000} = 0.004$;
# the mean of out by about 0.008, twice as much, since the entries are about twice as large and
# are multiplied by 1.25.
# </details>

# %%
x = np.random.default_rng(2).uniform(0.5, 2.5, (100, 100))
try:
    out, _ = dropout_forward(x, {"p": 0.8, "mode": "train"})
    print("share of zeros", observables.zero_fraction(out))
    print("factor of the survivors", observables.survivor_scale(out, x))
    print("mean of x", x.mean(), " mean of out", out.mean())
except NotImplementedError:
    print("Write dropout_forward first.")

# %% [markdown]
# ## 4 The way back
# *5 minutes, ●○○, 12 points*
#
# The loss $L$ knows $x$ only through out. For a given mask the layer is $\mathrm{out} = m\,x$
# with a constant $m = k/p$ for each entry. By the chain rule
#
# $$\mathrm{dx} = \frac{\partial L}{\partial x} =
# \frac{\partial L}{\partial\,\mathrm{out}}\cdot\frac{\partial\,\mathrm{out}}{\partial x} =
# \mathrm{dout} \cdot m .$$
#
# It is the *same* $m$ as in the forward pass, with its factor $\frac1p$, so the mask must travel
# in the cache. An entry that was dropped gets the gradient 0: whatever its value had been, the
# loss would have been the same. In test mode $m = 1$ and `dx` is `dout`.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Your forward pass returned something as its cache. Is the factor $\frac1p$ in it? And how does
# the backward pass know that it was test mode?
# </details>

# %% role="exercise"
def dropout_backward(dout, cache):
    """dx = dout * kept / p with the kept of the forward pass; in test mode dx = dout.

    dout: like x, cache: what dropout_forward returned. Both keep their values.
    Returns dx: like dout, in dout's dtype.
    """
    ### BEGIN SOLUTION
    mask = cache
    return dout * mask if mask is not None else dout.copy()
    ### END SOLUTION

# %% role="check" points=12
check(dropout_backward, dropout_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Could one do without a cache and read the mask off the zeros of the output? Only where $x$ was
# not zero: after a ReLU half of the units are zero, kept or not. (There it happens to do no harm,
# since ReLU's own gradient is zero at these places. A layer that relies on its neighbour breaks
# when the neighbour changes.)
# </details>

# %% [markdown]
# A gradient check calls the forward pass twice for each entry. **Predict** what it says about
# your two functions with a seed in `dropout_param`, and what it says without.

# %% role="explore" folded=true
# A gradient check with and without a seed
def check_with_and_without_seed():
    rng = np.random.default_rng(0)
    x, dout = rng.uniform(0.5, 2.5, (4, 5)), rng.standard_normal((4, 5))
    told = []
    for label, param in (
        ("with a seed", {"p": 0.6, "mode": "train", "seed": 3}),
        ("without a seed", {"p": 0.6, "mode": "train"}),
    ):
        _, cache = dropout_forward(x, param)
        dx = dropout_backward(dout, cache)
        found = gradients.gradient_check(lambda x: dropout_forward(x, param)[0], x, dx, dout)
        told.append(f"{label}: {found}\n")
    return "\n".join(told)


interactive.explore(check_with_and_without_seed)

# %% [markdown]
# With a seed it finds agreement. Without one the two calls use two masks. Their outputs differ by
# whole entries, and that divided by a tiny step is enormous and means nothing (look at what was
# *measured*). Freeze the randomness before you measure a gradient.

# %% [markdown]
# ## 5 The other scheme
# *11 minutes, ●○○, 12 points*
#
# The paper that made dropout known ([Srivastava and others,
# 2014](https://jmlr.org/papers/v15/srivastava14a.html)) did it the other way round. Training only
# drops, and test time makes up for it:
#
# $$\text{train:}\quad \mathrm{out} = k\,x, \qquad\qquad \text{test:}\quad \mathrm{out} = p\,x .$$
#
# In both schemes the output at test time is the *expected* output in training: here
# $\mathbb E[k\,x] = p\,x$. (The paper multiplies the next layer's weights by $p$ instead, for the
# same sums: $\sum_d (p\,w_d)\,x_d = \sum_d w_d\,(p\,x_d)$.)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Your `dropout_forward` has all that you need. In each of the two modes one thing changes.
# </details>

# %% role="exercise"
def vanilla_dropout_forward(x, dropout_param):
    """mode "train": out = x * kept, P(kept = 1) = p, kept is 0 or 1; mode "test": out = x * p.

    x: float array of any shape; each entry has a kept of its own.
    dropout_param: as in dropout_forward; "p" is the probability to KEEP.
    Returns out: like x, in x's dtype, cache: whatever a backward pass would need.
    Any other mode: ValueError. x and dropout_param keep their values.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    ### BEGIN SOLUTION
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        factor = (rng.random(x.shape) < p).astype(x.dtype)
    elif mode == "test":
        factor = np.full(x.shape, p, dtype=x.dtype)
    else:
        raise ValueError(f"Invalid forward dropout mode: {mode}")
    return x * factor, factor
    ### END SOLUTION

# %% role="check" points=12
check(vanilla_dropout_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Multiply the *weights* of the next layer by $p$, once, when training is over. Then test time
# costs nothing here, either; but from then on the weights are others than those that were
# trained, and nobody must do it twice.
# </details>

# %% [markdown]
# One million numbers with the mean 2, through both layers in both modes. Fill the table in your
# head before you run the cell.

# %% role="explore" folded=true
# The means of both schemes in both modes
def both_schemes(p):
    x = np.random.default_rng(0).uniform(1, 3, (1000, 1000))
    lines = [
        f"keep p = {p:g}                train    test",
        f"{'x':26}{x.mean():8.3f}{x.mean():8.3f}",
    ]
    for name, layer in (
        ("dropout_forward", dropout_forward),
        ("vanilla_dropout_forward", vanilla_dropout_forward),
    ):
        means = [
            layer(x, {"p": p, "mode": mode, "seed": 1})[0].mean() for mode in ("train", "test")
        ]
        lines.append(f"{name:26}{means[0]:8.3f}{means[1]:8.3f}")
    return "\n".join(lines)


interactive.explore(
    both_schemes, p=interactive.slider([0.1, 0.3, 0.5, 0.8, 1.0], start=0.8, label="keep p")
)

# %% [markdown]
# In each row the two modes agree (train up to chance), at 2 in the inverted scheme and at $2p$ in
# the other one. Mixing the schemes is the classic mistake: training that divides *and* a test
# that multiplies, or neither of them.
#
# *Why is the inverted scheme the one in use today?*
#
# <details><summary>Answer</summary>
#
# Test mode becomes the plain network. A program that uses the network needs to know nothing about
# dropout or $p$, dropout costs nothing at test time, and $p$ can change during training without
# changing the formula of test time.
# </details>

# %% [markdown]
# ## 6 Does it help?
# *13 minutes, ●○○*
#
# Back to the tired labels, with your two functions behind each of the three hidden layers.
# Predict both curves for $p = 0.5$, then move the slider. **What will happen at $p = 0.2$?**

# %% role="explore"
def dropped(p, seed=1):
    """The layers of a network with your dropout in it; none at all for p = 1."""
    if p == 1:
        return {}
    return {"dropout": (dropout_forward, dropout_backward), "dropout_param": {"p": p, "seed": seed}}


def curves_over_p(p):
    _, steps, (given, new) = run(**dropped(p))
    return plots.curves(
        {"the given labels": (steps, given), "new pictures": (steps, new)},
        ylabel="share right",
        ylim=(0, 1.05),
        title=f"keep p = {p:g}: at the end {given[-1]:.2f} and {new[-1]:.2f}",
        legend="below",
    )


interactive.explore(
    curves_over_p,
    p=interactive.slider([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], start=0.5, label="keep p"),
)

# %% [markdown]
# With $p = 0.5$ both curves rise more slowly, the lower one ends higher than without dropout, and
# fewer of the wrong labels have been learned by heart. At $p = 0.2$ a unit is away four times out
# of five, in each of three layers: what reaches the output is mostly noise, and 500 steps teach
# the network next to nothing.
#
# The same for several $p$, from two random starts each. Where on the axis is *overfitting*, and
# where is *underfitting*? (5 to 15 seconds for 16 networks; in a browser half a minute for 8,
# from one start each.)

# %% role="explore" folded=true
# Eight values of p, two starts each
SEEDS = (1, 2)


def sweep_over_p():
    keeps = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)
    seeds = interactive.here(SEEDS, browser=SEEDS[:1])
    ends = np.empty((len(keeps), len(seeds), 2))
    for row, p in enumerate(interactive.counted(keeps, "values of p")):
        ends[row] = [run(seed, **dropped(p, seed))[2][:, -1] for seed in seeds]
    lines = {"the given labels": ends[:, :, 0], "new pictures": ends[:, :, 1]}
    return plots.sweep(
        keeps,
        lines,
        xlabel="probability p to keep a unit",
        ylabel="share right after 500 steps",
        log="",
        chance=0.1,
        title="Small p: nothing is learned. Large p: mistakes are, too",
        ylim=(0, 1.05),
        legend="below",
    )


interactive.explore(sweep_over_p)

# %% [markdown]
# At $p = 1$ the network knows its labels by heart: overfitting. On the left so little is left of
# it that it learns neither the labels nor digits: underfitting, at least within 500 steps. New
# pictures are read best at $p = 0.5$, with 0.4 and 0.6 too close to tell apart. So $p$ is a
# setting like the learning rate: choose it by measuring, on pictures that are not used for
# training.
#
# <details><summary>How sure are these numbers?</summary>
#
# The bars reach from one start to the other. With five starts we found 0.82, 0.80 and 0.77 for
# 0.4, 0.5 and 0.6, and 0.02 to 0.03 as their standard deviation from start to start. And the best
# of eight values was chosen on these 300 pictures, which makes it look a little better than it
# is: measure the final accuracy on others again.
# </details>
#
# Where does one put dropout, and with which $p$? The paper keeps 0.5 of the units of fully
# connected hidden layers and 0.8 of the inputs. Convolutional layers have few weights and get
# little or none; Transformers drop a tenth of what each block adds. The scores never get any: no
# layer follows that could make up for a missing one.
#
# ### Forgetting test mode
# A team trains with dropout and forgets to switch it off when they measure. Here two networks,
# trained with and without dropout, are measured ten times in each mode ($p = 0.5$). In which of
# the four groups are all ten numbers the same? Which is the highest? What happens in train mode
# to the network that has never met dropout?

# %% role="explore" folded=true
# Ten measurements in test mode, ten in train mode
def forgotten_mode():
    told = []
    for name, p in (("trained with dropout", 0.5), ("trained without", 1.0)):
        network, _, _ = run(**dropped(p))
        network.dropout, network.dropout_param = (
            (dropout_forward, dropout_backward),
            {"p": 0.5, "seed": 7},
        )
        for mode in ("test", "train"):
            found = [accuracy(network, digits.x_val, digits.y_val, mode) for _ in range(10)]
            told.append(f"{name:21} {mode:6} " + " ".join(f"{value:.2f}" for value in found))
    return "\n".join(["                      mode   accuracy on new pictures, ten times", *told])


interactive.explore(forgotten_mode)

# %% [markdown]
# In test mode nothing is random, so a number repeats. In train mode the first network jumps about
# and is far too low (near 0.63 instead of 0.81), although only the measurement is wrong. The
# network that has never met dropout falls apart when half of its units leave (from 0.75 to near
# 0.26). That is what *no unit can rely on another one* means.
#
# ### Together with batch normalisation
# Batch normalisation adds noise too: the mean that it subtracts and the standard deviation by
# which it divides depend on which examples happen to be in the batch. Does that make dropout
# unnecessary, or do the two interfere with each other? **Predict** the order of four kinds of
# networks on new pictures: with neither, with one of the two, and with both, normalisation before
# each ReLU and dropout after it.
#
# <details><summary>Why they might interfere</summary>
#
# Dropout makes the variances of training larger than those of test time (section 3). Batch
# normalisation keeps those of training and uses them at test time.
# </details>
#
# The layer is your own: paste your `batchnorm_forward` and `batchnorm_backward` of the unit on
# batch normalisation into the next cell and run it. (Until you have them, read on. It takes 5 to
# 15 seconds, in a browser about half a minute.)

# %%
# your batchnorm_forward(x, gamma, beta, bn_param) and batchnorm_backward(dout, cache)

# %% role="explore" folded=true
# With and without normalisation, with and without dropout
def with_batchnorm():
    normalised = {"norm": (batchnorm_forward, batchnorm_backward)}
    kinds = {
        "neither": ({}, 1),
        "dropout": ({}, 0.5),
        "batchnorm": (normalised, 1),
        "both": (normalised, 0.5),
    }
    lines = {}
    for label, (layers, p) in interactive.counted(kinds.items(), "kinds"):
        runs = [run(seed, **layers, **dropped(p, seed)) for seed in SEEDS]
        lines[label] = (runs[0][1], np.array([found[1] for _, _, found in runs]))
    return lines


def order_of_four():
    if not {"batchnorm_forward", "batchnorm_backward"} <= globals().keys():
        return "○ This waits for your batchnorm_forward and batchnorm_backward in the cell above."
    lines = with_batchnorm()
    axes = plots.panels(2, size=(4.8, 3.4), sharey=True)[1]
    for ax, names in zip(axes, (("neither", "dropout"), ("batchnorm", "both")), strict=True):
        series = {}
        for name in names:
            steps, runs = lines[name]
            series[f"{name}, start 1"], series[f"{name}, start 2"] = (
                (steps, runs[0]),
                (steps, runs[1]),
            )
        figure = plots.curves(
            series,
            ylabel="accuracy on new pictures",
            ylim=(0, 1),
            title=" against ".join(names),
            ax=ax,
        )
    return figure


interactive.explore(order_of_four)

# %% [markdown]
# With a right layer you see that normalisation alone is no help here against learning by heart:
# its curves turn down as those of the plain network do. One reason is that its noise is smaller.
# The mean of 50 examples varies by a seventh of a standard deviation, $1/\sqrt{50}$; the noise of
# dropout at $p = 0.5$ is as large as the signal. Dropout helps with and without normalisation,
# and both together end at least as high as dropout alone. That is one small network and one kind
# of bad label, not a law.
#
# <details><summary>And in large networks?</summary>
#
# In large networks for pictures normalisation often does so well that dropout is left out. A
# difference remains: dropout has a knob for its noise, $p$. Normalisation has only the size of
# the batch, which is chosen for other reasons.
# </details>

# %% [markdown]
# ## 7 A thinned network is one of many
# *7 minutes, ●●○*
#
# Section 2 said: a crowd of networks that share their weights. Then one thinned network is *one
# member*, the mean of the probabilities that many of them give is the crowd's vote, and test
# mode, one pass without dropping anything, is a cheap imitation of the vote. All three can be
# measured on a network that was trained with $p = 0.5$. **Predict the order of the three.**

# %% role="explore" folded=true
# One thinned network, votes of several, and test mode
def softmax_rows(scores):
    """The probabilities of C classes for scores (N, C)."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def crowd():
    network, _, _ = run(**dropped(0.5))
    network.dropout_param = {"p": 0.5, "seed": 11}
    votes = np.array(
        [softmax_rows(network.propagate(digits.x_val, "train")[0]) for _ in range(256)]
    )
    sizes = [1, 2, 4, 8, 16, 32, 64]
    right = np.full((len(sizes), 4), np.nan)
    for row, size in enumerate(sizes):
        for column in range(4):
            vote = votes[column * 64 : column * 64 + size].mean(axis=0)
            right[row, column] = np.mean(vote.argmax(axis=1) == digits.y_val)
    whole = accuracy(network, digits.x_val, digits.y_val)
    lines = {
        "average of that many thinned networks": right,
        "test mode, one pass": [whole] * len(sizes),
    }
    return plots.sweep(
        sizes,
        lines,
        xlabel="thinned networks",
        ylabel="accuracy on new pictures",
        ylim=(0.5, 0.9),
        title="Test mode is as good as the vote of many",
        legend="below",
    )


interactive.explore(crowd)

# %% [markdown]
# A single thinned network, with half of it missing, is right in about 0.6 of the cases. A vote of
# 16 is near 0.82, and test mode lands close to the vote of many, for a fraction of its price.
# (The bars on the points span four different crowds.)
#
# Why is the imitation so good? For one layer after the dropout it can be computed. Let $x$ be the
# $D$ units of one example and $\odot$ the product entry by entry. The scores are
# $s_c = \sum_d x_d\,\tfrac{k_d}{p}\,w_{dc} + b_c$, and softmax makes probabilities of them:
# $P_c = e^{s_c} / Z$ with $Z = \sum_j e^{s_j}$.
#
# The *geometric* mean of two numbers is
# $\sqrt{a\,b} = \exp\left(\tfrac12 \ln a + \tfrac12 \ln b\right)$: the mean is taken of the
# logarithms. Take it of $P_c$ over all masks $k$, each weighted by its probability, which is what
# $\mathbb E$ stands for. With $\ln P_c = s_c - \ln Z$ it is
#
# $$\exp \mathbb E[\ln P_c] = \exp\left(\mathbb E[s_c] - \mathbb E[\ln Z]\right)
# \;\propto\; \exp \mathbb E[s_c] = \exp\Big(\sum_d x_d\,w_{dc} + b_c\Big) ,$$
#
# because $\mathbb E[k_d/p] = 1$. The sign $\propto$ hides the factor $\exp(-\mathbb E[\ln Z])$,
# which is the same for all classes $c$: divide by the sum over the classes, and it cancels. What
# remains is the softmax of the scores without any mask: **the normalised geometric mean of all
# $2^D$ thinned networks is exactly the network in test mode.** With one layer after the dropout,
# that is a theorem; it used that $s$ is linear in $k$. With a ReLU in between it is only an
# approximation. Which step breaks?
#
# <details><summary>Answer</summary>
#
# The step $\mathbb E[s_c] = \sum_d x_d\,w_{dc} + b_c$. With a ReLU on the way,
# $\mathbb E[\max(0, z)]$ is not $\max(0, \mathbb E[z])$. For a $z$ that is as often 1 as −1 the
# first is $\tfrac12$ and the second is 0. So after the next ReLU, test mode no longer is the mean
# of training.
# </details>
#
# With 10 units, all 1024 thinned networks can be listed, here with random weights for three
# classes. Which of the lines should agree to the last digit, and which should not?

# %% role="explore" folded=true
# All 1024 thinned networks of ten units
def theorem():
    rng = np.random.default_rng(4)
    p, x, w, b = 0.7, rng.uniform(0, 2, 10), rng.standard_normal((10, 3)), rng.standard_normal(3)
    masks = (np.arange(2**10)[:, None] >> np.arange(10)) & 1
    chance = np.prod(np.where(masks, p, 1 - p), axis=1)
    each = softmax_rows((x * masks / p) @ w + b)
    geometric = np.exp(chance @ np.log(each))
    whole = softmax_rows(dropout_forward(x[None], {"p": p, "mode": "test"})[0] @ w + b)[0]
    return "\n".join([
        f"chances of the {len(masks)} masks add up to        {chance.sum():.6f}",
        f"geometric mean of all, normalised      {(geometric / geometric.sum()).round(6)}",
        f"test mode                              {whole.round(6)}",
        f"arithmetic mean of all                 {(chance @ each).round(6)}",
    ])


interactive.explore(theorem)

# %% [markdown]
# The geometric mean and test mode agree, as the theorem says. The arithmetic mean, the vote, has
# the same winner, but it is less sure. Test mode imitates the vote and does not compute it. To
# know how much the members *disagree*, you have to ask them; section 9 does.

# %% [markdown]
# ## 8 DropConnect
# *21 minutes, ●●○, 30 points*
#
# Why units and not connections? **DropConnect** ([Wan and others,
# 2013](https://proceedings.mlr.press/v28/wan13.html)) drops single *weights* of a linear layer:
#
# $$\text{train:}\quad \mathrm{out} = x\left(w \odot \tfrac{k}{p}\right) + b,
# \qquad\qquad \text{test:}\quad \mathrm{out} = x\,w + b .$$
#
# Here $\odot$ is the product entry by entry, and $k$ has the shape of $w$, `(D, H)`. One mask
# serves the whole batch, and $b$ is never dropped.
#
# <details><summary>What the paper does otherwise</summary>
#
# This is a simpler layer than the paper's, by four decisions of ours: $b$ is never dropped; one
# mask serves the whole batch (the paper draws one for <i>each example</i>, $N$ matrices instead
# of one); the survivors are divided by $p$ in training; and test time is the plain layer (the
# paper draws each unit's sum from a normal distribution that has the mean and the variance of the
# sums in training).
# </details>

# %% role="explore" folded=true
# Dropping units and dropping connections
plots.thinned(
    {
        "all there": [[1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1]],
        "dropout": [[1, 1, 1, 1], [1, 0, 1, 1, 0], [1, 1]],
        "DropConnect": [
            [[1, 0, 1, 0, 1], [1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [1, 0, 0, 1, 1]],
            [[1, 0], [1, 1], [0, 1], [1, 1], [1, 0]],
        ],
    },
    columns=3,
    title="Dropping units and dropping connections",
)

# %% [markdown]
# Dropout is a special case, in two ways. Dropping the input $d$ is dropping the whole *row* $d$
# of $w$: in $\sum_d x_d\,k_d\,w_{dh}$ the number $k_d$ multiplies all of row $d$. Dropping the
# output $h$ (before its bias is added) is dropping the *column* $h$. DropConnect has a number of
# its own for each entry: $2^{DH}$ masks instead of the $2^D$ of its inputs.
#
# The mean is right for the same reason as before:
# $\mathbb E[x_d\,w_{dh}\,k_{dh}/p] = x_d\,w_{dh}$, and a sum of means is the mean of the sum.
#
# <details><summary>How does the check see your mask, when it gets the output alone?</summary>
#
# With more examples than features, $\mathrm{out} = x\,\tilde w + b$ can be solved for $\tilde w$,
# the weights that were used. In the check's table that is <code>weights(x, out, b)</code>. If no
# single matrix solves it, not all examples met the same weights.
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The mask has the shape of `w`. That of `x` would be dropout of the inputs: then whole rows of
# `w` would be missing.
# </details>
#
# <details><summary>Hint 2</summary>
#
# What is divided by $p$: the weights that stay, or the output? If the bias is too large in the
# check's table, it was divided as well.
# </details>
#
# <details><summary>Hint 3</summary>
#
# The backward pass will need three things: the input, the weights, and what they were multiplied
# by. Test mode can use the same lines as train mode if you choose the factor well.
# </details>

# %% role="exercise"
def dropconnect_forward(x, w, b, dropconnect_param):
    """A linear layer; mode "train": with w * kept / p in place of w, P(kept = 1) = p.

    x: (N, D), w: (D, H), b: (H,).
    kept: 0 or 1 for each weight, the same for all N examples; b is always kept.
    dropconnect_param: dict with "p" (the probability to KEEP a weight), "mode" and, optional,
        "seed", as in dropout_forward.
    Returns out: (N, H) in x's dtype, cache: whatever your backward pass needs.
    Any other mode: ValueError. The arguments keep their values.
    """
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    ### BEGIN SOLUTION
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    elif mode == "test":
        mask = np.ones_like(w)
    else:
        raise ValueError(f"Invalid forward dropconnect mode: {mode}")
    out = x @ (w * mask) + b
    return out, (x, w, mask)
    ### END SOLUTION

# %% role="check" points=16
check(dropconnect_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A mask for each example is a product over three axes:
# $\mathrm{out}_{nh} = \sum_d x_{nd}\,w_{dh}\,m_{ndh}$, in NumPy an `einsum`. For 50 examples and
# a layer of 128 × 128 this is more than 800,000 random numbers in each step, where you draw
# 16,384.
# </details>

# %% [markdown]
# **And back.** Write $\tilde w = w \odot m$ with $m = k/p$ for the matrix that was really used.
# The layer is $\mathrm{out}_{nh} = \sum_d x_{nd}\,\tilde w_{dh} + b_h$, an ordinary linear layer.
# Follow each variable to every output that it enters: $x_{nd}$ enters $\mathrm{out}_{nh}$ for all
# $h$, with the factor $\tilde w_{dh}$. $\tilde w_{dh}$ enters $\mathrm{out}_{nh}$ for all $n$,
# with the factor $x_{nd}$, and $b_h$ does so with the factor 1. So
#
# $$\mathrm{dx}_{nd} = \sum_{h=1}^{H} \mathrm{dout}_{nh}\,\tilde w_{dh},
# \qquad \mathrm d\tilde w_{dh} = \sum_{n=1}^{N} x_{nd}\,\mathrm{dout}_{nh},
# \qquad \mathrm{db}_h = \sum_{n=1}^{N} \mathrm{dout}_{nh} .$$
#
# As matrices, the first two are $\mathrm{dx} = \mathrm{dout}\;\tilde w^\top$, of shape
# $(N, H)(H, D) = (N, D)$, and $\mathrm d\tilde w = x^\top\,\mathrm{dout}$, of shape
# $(D, N)(N, H) = (D, H)$.
#
# You want the gradient of $w$, not of $\tilde w$. One more link of the chain:
# $\tilde w_{dh} = m_{dh}\,w_{dh}$, entry by entry, so
#
# $$\mathrm dw_{dh} = m_{dh}\,\mathrm d\tilde w_{dh} .$$
#
# A weight that was dropped gets no gradient, and one that was kept gets the factor $\frac1p$.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Shapes lead the way: dx is $(N, D)$ and comes from dout, $(N, H)$. Which matrix has to stand to
# its right, and turned which way?
# </details>
#
# <details><summary>Hint 2</summary>
#
# The same mask occurs twice: once inside of dx, once at the end of dw. In which of the two have
# you left it out?
# </details>
#
# <details><summary>Hint 3</summary>
#
# Look at a single weight that was dropped: changing it a little changes nothing. What must its
# entry of dw be, and its share in dx?
# </details>

# %% role="exercise" from_truth=true
def dropconnect_backward(dout, cache):
    """The gradients of the loss with respect to x, w and b, with the kept of the forward pass.

    dout: (N, H), cache: what dropconnect_forward returned.
    Returns dx: (N, D), dw: (D, H), db: (H,). dw is the gradient of w itself, not of the weights
    that were used; db is a sum over the N examples. In test mode kept / p is 1 everywhere.
    float32 stays float32; dout and cache keep their values.
    """

# %% role="check" points=14
check(dropconnect_backward, dropconnect_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Append a 1 to each example and the bias as a last row to $\tilde w$: the layer is then one
# product, and its gradient $x^\top \mathrm{dout}$ has db as its last row. And NumPy's `einsum`
# writes the sums of the derivation as they stand: `"nd,nh->dh"`.
# </details>

# %% [markdown]
# The tired labels once more. Your DropConnect replaces all four linear layers, the last one too,
# for three values of $p$. Which $p$ will be best on new pictures after 500 steps, and what will
# the given labels show?

# %% role="explore" folded=true
# DropConnect on the tired labels
def dropconnect_curves():
    lines = {}
    for p in (1.0, 0.7, 0.5):
        runs = []
        for seed in SEEDS:
            layers = {
                "linear": (dropconnect_forward, dropconnect_backward),
                "linear_param": {"p": p, "seed": seed},
            }
            runs.append(run(seed, **(layers if p < 1 else {})))
        lines[f"keep p = {p:g}"] = (runs[0][1], np.array([found for _, _, found in runs]))
    axes = plots.panels(2, size=(4.8, 3.4), sharey=True)[1]
    for part, (ax, title) in enumerate(
        zip(axes, ("the given labels", "new pictures"), strict=True)
    ):
        series = {}
        for label, (steps, found) in lines.items():
            series[label] = (steps, found[:, part].mean(axis=0))
        figure = plots.curves(
            series, ylabel="share right, mean of two starts", ylim=(0, 1.05), title=title, ax=ax
        )
    return figure


interactive.explore(dropconnect_curves)

# %% [markdown]
# The picture is that of dropout: with a smaller $p$ fewer of the given labels are learned by
# heart and more of the new pictures are read at the end. The reason is the same, too: a number
# that is missing half of the time cannot be the only place where a wrong label is stored. (At
# $p = 0.3$ this network explodes: the survivors are multiplied by 3.3 in each of four layers, too
# much noise for this learning rate.)

# %% [markdown]
# ## 9 What the network is unsure about
# *15 minutes, ●●●, 14 points*
#
# A network always answers. Show it a picture that is half a 4 and half a 9, or no digit at all:
# its softmax still gives ten numbers with the sum 1, often a large one among them. When should
# you *not* believe it?
#
# Section 7 has the tool: the crowd. Where all thinned networks say the same, the answer does not
# depend on which units are there. So leave dropout **on at test time**, make $T$ passes, each
# with masks of its own, and report mean and spread of the probabilities. With $P^{(t)}_{nc}$ for
# the probability of class $c$ for example $n$ in pass $t$ they are
#
# $$\bar P_{nc} = \frac1T \sum_{t=1}^{T} P^{(t)}_{nc},
# \qquad \sigma_{nc} = \sqrt{\frac1T \sum_{t=1}^{T} \left(P^{(t)}_{nc} - \bar P_{nc}\right)^2} .$$
#
# This is **Monte Carlo dropout**. Yarin Gal and Zoubin Ghahramani
# ([2016](https://arxiv.org/abs/1506.02142)) showed that it approximates what a Bayesian would
# compute, the average over all plausible networks.
#
# Mind the order: the *probabilities* of the passes are averaged, not their scores. And mind the
# mode: this is the one place where train mode at test time is no mistake.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What is the same in all passes? The hidden layer before its dropout. Compute it once, outside of
# the loop.
# </details>
#
# <details><summary>Hint 2</summary>
#
# One pass is: thin the hidden layer, make scores, make probabilities. Collect the probabilities
# of all passes, and take mean and standard deviation over the axis along which you collected.
# </details>
#
# <details><summary>Hint 3</summary>
#
# Passes that all agree? The mode is test, or every pass uses the same seed. NaN? Subtract each
# row's largest score before you exponentiate.
# </details>

# %% role="exercise"
def mc_dropout_predict(x, network, dropout_param, samples):
    """Mean and standard deviation of the probabilities of many passes, each with its own masks.

    x: (N, D).
    network: dict of "w1": (D, H), "b1": (H,), "w2": (H, C), "b2": (C,).
    dropout_param: dict with "p", the probability to KEEP; a "mode" in it does not matter. It keeps
        its values.
    samples: the number T of passes. One pass: a linear layer (w1, b1), ReLU, dropout as in train
        mode, a linear layer (w2, b2), softmax over the C classes.
    Returns mean: (N, C), spread: (N, C), over the passes; the squares are divided by T. float32
        stays float32.
    """
    ### BEGIN SOLUTION
    hidden = np.maximum(0, x @ network["w1"] + network["b1"])
    passes = []
    for _ in range(samples):
        thinned, _ = dropout_forward(hidden, {"p": dropout_param["p"], "mode": "train"})
        scores = thinned @ network["w2"] + network["b2"]
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        passes.append(e / e.sum(axis=1, keepdims=True))
    return np.mean(passes, axis=0), np.std(passes, axis=0)
    ### END SOLUTION

# %% role="check" points=14
check(mc_dropout_predict)

# %% [markdown]
# <details><summary>Another way</summary>
#
# All passes at once: repeat the hidden layer $T$ times, thin the $T \cdot N$ rows in one call,
# and reshape. Faster, for $T$ times the memory. Or the other way: keep only the sums of the
# probabilities and of their squares, $\sigma^2 = \overline{P^2} - \bar P^2$, with the memory of
# one pass; but the difference of two nearly equal numbers loses digits where all passes agree.
# </details>

# %% [markdown]
# Now a network that has learned from all 1197 pictures with their true labels, with your dropout
# at $p = 0.5$. The slider blends one digit into another. In the middle is what test mode says, on
# the right the mean and the spread of 300 thinned networks. **Where along the way do you expect
# the largest spread?**

# %% role="explore" folded=true
# One digit blended into another
def trained_reader():
    network = Network(
        (64, 100, 10),
        scale=0.15,
        seed=1,
        dropout=(dropout_forward, dropout_backward),
        dropout_param={"p": 0.5, "seed": 1},
    )
    train(
        network, digits.x_train, digits.y_train, learning_rate=0.2, steps=600, batch_size=50, seed=1
    )
    params = network.params
    return network, {"w1": params["W0"], "b1": params["b0"], "w2": params["W1"], "b2": params["b1"]}


def blended(share, pair):
    one, other = (int(digit) for digit in pair.split(" to "))
    network, weights = trained_reader()
    sure = network.propagate(digits.x_val)[0].argmax(axis=1) == digits.y_val
    first, last = (np.flatnonzero(sure & (digits.y_val == digit))[0] for digit in (one, other))
    picture, ink = (
        (1 - share) * x[first] + share * x[last] for x in (digits.x_val, data.digits("unit").x_val)
    )
    plain = softmax_rows(network.propagate(picture[None])[0])[0]
    mean, spread = mc_dropout_predict(picture[None], weights, {"p": 0.5}, 300)
    figure, axes = plots.panels(3, size=(3.3, 3.1))
    axes[0].imshow(ink.reshape(8, 8), cmap="gray_r")
    axes[0].set_axis_off()
    axes[0].set_title(f"{share:.0%} of the way from {one} to {other}", fontsize=11)
    for ax, title, height, error in (
        (axes[1], "test mode", plain, None),
        (axes[2], "300 thinned: mean and spread", mean[0], spread[0]),
    ):
        ax.bar(
            np.arange(10),
            height,
            yerr=error,
            color=plots.PALETTE[0],
            ecolor=plots.PALETTE[1],
            capsize=3,
        )
        ax.set_xticks(range(10))
        ax.set_ylim(0, 1.3)
        ax.set_xlabel("digit")
        ax.set_ylabel("probability")
        ax.set_title(title, fontsize=11)
    return figure


interactive.explore(
    blended,
    share=interactive.slider(
        [0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0], start=0.7, label="share of the other"
    ),
    pair=interactive.slider(
        ["0 to 6", "1 to 7", "3 to 8", "4 to 9"], start="3 to 8", label="digits"
    ),
)

# %% [markdown]
# At both ends one bar stands far above the others, with a shorter line on it. The lines are
# longest, a spread near 0.3, where the winner changes: there a few missing units decide. (From 3
# to 8 that is not half way, but at about 0.7.) Is the spread of any use? Let the network
# *decline* to answer where the spread of its winning class is largest. Which pictures will it
# decline, and what is the accuracy of the rest?

# %% role="explore" folded=true
# How right the answers are that are not declined
def declined():
    _, weights = trained_reader()
    mean, spread = mc_dropout_predict(digits.x_val, weights, {"p": 0.5}, 200)
    answer = mean.argmax(axis=1)
    doubt = spread[np.arange(len(answer)), answer]
    order = np.argsort(doubt)
    right = (answer == digits.y_val)[order]
    kept = [300, 285, 270, 240, 210, 180, 150]
    lines = [
        f"answers {count:3} of 300: {right[:count].mean():.3f} of them right" for count in kept
    ]
    print("\n".join(lines))
    most = order[::-1][:10]
    labels = [f"{answer[i]}, is {digits.y_val[i]}" for i in most]
    return plots.images(
        data.digits("unit").x_val[most],
        labels,
        title="Where the spread is largest: answer and truth",
    )


interactive.explore(declined)

# %% [markdown]
# The half with the smallest spread contains no mistake, or hardly one (these masks have no seed).
# Nearly all mistakes sit among the few pictures about which the crowd is divided, and several of
# those are hard to read for you, too. Pictures are mostly read wrongly where two classes compete,
# and there a few missing units change the winner.
#
# A warning to take along: all members of *this* crowd have learned from the same pictures. What
# none of them has ever seen they may well misread together, in full agreement.

# %% [markdown]
# ## 10 Your own digit
# *8 minutes, ●○○*
#
# Now a digit that no data set has: yours. Draw it below, in as many rows and columns as you like:
# `#` is ink, `+` pale ink, a dot paper. Or photograph one on paper (dark on light, well lit), put
# the file beside this notebook and write its name in the last line. It is cut out and reduced to
# 8 × 8 pixels, as the digits of the data set were.
#
# **Predict** what your network will read, and how many of the 300 unseen digits it finds less
# doubtful than yours. Then draw something that lies between two digits.

# %%
MY_DIGIT = """
..####..
.##..##.
.##..##.
..#####.
.....##.
.....##.
..####..
"""
MY_PHOTOGRAPH = ""  # the name of a picture file, such as "mine.png"; then it is read instead

# %% role="explore" folded=true
# Your digit, read with its doubt
def doubts(x, weights):
    """The answer for each example, its probabilities, their spread, and that of the answer."""
    mean, spread = mc_dropout_predict(x, weights, {"p": 0.5}, 300)
    answer = mean.argmax(axis=1)
    return answer, mean, spread, spread[np.arange(len(answer)), answer]


def own_digit():
    if MY_PHOTOGRAPH:
        picture = data.photographed(MY_PHOTOGRAPH, width=6)
    else:
        picture = data.drawn(MY_DIGIT, width=6)[0]
    _, weights = trained_reader()
    answer, mean, spread, doubt = doubts(data.standardised(picture[None]), weights)
    more = np.mean(doubts(digits.x_val, weights)[3] < doubt[0])
    figure, axes = plots.panels(2, size=(4.2, 3.3))
    axes[0].imshow(picture, cmap="gray_r")
    axes[0].set_axis_off()
    axes[0].set_title("what your network sees", fontsize=11)
    axes[1].bar(np.arange(10), mean[0], yerr=spread[0], color=plots.PALETTE[0],
                ecolor=plots.PALETTE[1], capsize=3)
    axes[1].set(xticks=range(10), ylim=(0, 1.4), xlabel="digit", ylabel="probability, with spread")
    axes[1].set_title(f"read as {answer[0]}; {more:.0%} of 300 are less doubtful", fontsize=11)
    return figure


interactive.explore(own_digit)

# %% [markdown]
# Of ten digits that we drew like this, eight were read rightly. The four with the largest spread
# (0.36 to 0.41, more than 99 of 100 unseen digits have) were a 0 and a 5 that were read rightly,
# and a 6 and an 8 that were read as a 4. A network that declines these four makes no mistake.
#
# All this holds for strokes. A face or a letter gets an answer, too, and sometimes a confident
# one.

# %% [markdown]
# ## 11 Two questions
# *12 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences and formulas each are enough.

# %% [markdown] role="written" points=5 name="other-convention"
# ### Question 1: the other convention
# A friend has rewritten a network of a course like this one in PyTorch, where `Dropout(p)`
# *drops* with probability $p$, and has kept the number: $p = 0.8$. PyTorch uses the inverted
# scheme.
#
# - (a) By what are the surviving entries multiplied now, and by what should they be? (1 point)
# - (b) Compute mean and variance of the layer's output in training for an input $x$, in the
#   friend's network and in the intended one. Is the friend's mean wrong, or the variance, and
#   what does that do to the training? (3 points)
# - (c) At test time the friend's layer shows no mistake. Why not? (1 point)
#
# ### BEGIN SOLUTION
# (a) PyTorch keeps with probability $q = 1 - 0.8 = 0.2$ and multiplies by $1/q = 5$. Intended is
# $1/0.8 = 1.25$.
#
# (b) Mean: $q \cdot x/q = x$ in both networks. Variance: $x^2\frac{1-q}{q}$, with $q = 0.2$ it is
# $4x^2$; intended is $x^2 \frac{0.2}{0.8} = \tfrac14 x^2$. So the mean is right and the variance
# is 16 times too large (a standard deviation of $2x$ instead of $x/2$). Training meets noise that
# is larger than the signal: it is slow, or learns nothing at all (section 6 at $p = 0.2$:
# underfitting).
#
# (c) In the inverted scheme test mode is the identity, whatever $p$ is. It passes on what the
# weights compute; that they were badly trained does not show in the layer itself.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: 5 instead of 1.25. Half: one of the two numbers. Nothing: "another factor".
# - (b) 1 point: the mean is $x$ in both. Half: computed in one of them. Nothing: the friend's
#   mean is wrong. 1 point: both variances, $4x^2$ and $x^2/4$ (or the formula with both numbers
#   in it). Half: one of them, or the formula without numbers. Nothing: "larger". 1 point: a
#   consequence for training that follows from the larger noise. Half: the noise is as large as
#   the signal or larger, without what that does to training. Nothing: "it gets worse".
# - (c) 1 point: test mode does not depend on $p$. Half: nothing is dropped at test time, without
#   a word on the factor. Nothing: "the weights are right".
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="noise"
# ### Question 2: a penalty in disguise
# One linear unit, $\hat y = \sum_d w_d\,x_d\,k_d/p$, is trained with the loss $(y - \hat y)^2$
# and inverted dropout of its inputs. The $k_d$ are independent, and $w$, $x$ and $y$ are given
# numbers.
#
# - (a) Show that the expected loss over the masks is $\left(y - \sum_d w_d x_d\right)^2 +
#   \frac{1-p}{p} \sum_d w_d^2\,x_d^2$. (3 points)
# - (b) To which method that keeps weights small is the second term related, and what does it do
#   to a weight whose input is always large? (1 point)
# - (c) Explain one of this unit's plots with (a): name the plot, and say what the factor
#   $\frac{1-p}{p}$ does in it. (1 point)
#
# ### BEGIN SOLUTION
# (a) For any random $\hat y$: $\mathbb E[(y-\hat y)^2] = (y - \mathbb E\hat y)^2 +
# \operatorname{Var}(\hat y)$. By section 3, $\mathbb E[k_d/p] = 1$, so
# $\mathbb E\hat y = \sum_d w_d x_d$. The terms are independent, so their variances add:
# $\operatorname{Var}(\hat y) = \sum_d w_d^2 x_d^2 \operatorname{Var}(k_d/p) = \sum_d w_d^2
# x_d^2\,\frac{1-p}{p}$.
#
# (b) To L2 regularisation (weight decay): a sum of squared weights, each with its own factor
# $x_d^2$. A weight whose input is always large is held small more strongly.
#
# (c) For instance the sweep over $p$: the strength of the penalty is $\frac{1-p}{p}$, 0 at $p=1$
# (overfitting), 1 at $p = 0.5$, 4 at $p = 0.2$, where it outweighs the data (underfitting). Or
# the first plot of section 3: the height of the lines at $T=1$ is $\sqrt{(1-p)/p}$.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: squared bias plus variance (or the square multiplied out, with
#   $\mathbb E[k^2] = p$). Half: the right way with a slip. Nothing: the result, written down
#   once more. 1 point: the mean of $\hat y$, from $\mathbb E[k_d/p] = 1$. Half: without the
#   reason. Nothing: another mean. 1 point: the variance, with the remark that independence lets
#   variances add. Half: without the remark, or with a slip in $\operatorname{Var}(k_d/p)$.
#   Nothing: no variance.
# - (b) 1 point: L2 or weight decay, and that the penalty of such a weight is larger. Half: one
#   of the two. Nothing: "it regularises".
# - (c) 1 point: names a plot and says how what it shows follows from $(1-p)/p$: its value or its
#   growth (the sweep: no penalty at $p = 1$, a strong one at small $p$), or its root as the size
#   of the noise (section 3). Half: names a plot and speaks of noise or penalty, without the
#   factor. Nothing: a plot without a reason, or the factor without a plot.
# ### END MARK SCHEME

# %% [markdown]
# ## Formulas, words, papers
#
# **Formula sheet.** $p$ is the probability to keep, $k$ is 1 with probability $p$ and 0
# otherwise.
#
# | | training | test time |
# | :-- | :-- | :-- |
# | inverted dropout | $x\,k/p$ | $x$ |
# | the paper's scheme | $x\,k$ | $p\,x$ |
# | DropConnect, inverted | $x\,(w \odot k/p) + b$ | $x\,w + b$ |
#
# | inverted dropout has | |
# | :-- | :-- |
# | mean of the output | $x$ |
# | variance | $x^2\,(1-p)/p$ |
# | gradient | $\mathrm{dx} = \mathrm{dout}\;k/p$, with the $k$ of the forward pass |
# | spread of the mean of $T$ passes | $\lvert x\rvert\,\sqrt{(1-p)/(p\,T)}$ |
# | DropConnect: dx | $\mathrm{dout}\;\tilde w^\top$ with $\tilde w = w \odot k/p$ |
# | DropConnect: dw, db | $(x^\top\,\mathrm{dout}) \odot k/p$, and $\sum_n \mathrm{dout}_n$ |
#
# **Glossary**
#
# | word | means |
# | :-- | :-- |
# | overfitting | knowing the given examples better than new ones |
# | underfitting | knowing neither |
# | mask | the array of all $k$, or of all $k/p$ |
# | keep, drop | two conventions for $p$. Here and in CS231n $p$ keeps; in PyTorch it drops |
# | train mode, test mode | whether anything is dropped; in PyTorch `train()` and `eval()` |
# | thinned network | what is left of a network under one mask |
# | ensemble | several networks that vote |
# | Monte Carlo dropout | dropout at test time, for mean and spread of many passes |
# | spread | the standard deviation |
#
# **Further reading.**
#
# - Hinton and others, [*Improving neural networks by preventing co-adaptation of feature
#   detectors*](https://arxiv.org/abs/1207.0580), 2012: the idea.
# - Srivastava and others, [*Dropout: a simple way to prevent neural networks from
#   overfitting*](https://jmlr.org/papers/v15/srivastava14a.html), 2014: where, how much, and why.
# - Wan and others, [*Regularization of neural networks using
#   DropConnect*](https://proceedings.mlr.press/v28/wan13.html), 2013.
# - Gal and Ghahramani, [*Dropout as a Bayesian approximation*](https://arxiv.org/abs/1506.02142),
#   2016: section 9.
# - Li and others, [*Understanding the disharmony between dropout and batch normalization by
#   variance shift*](https://arxiv.org/abs/1801.05134), 2018: the argument of section 6.
# - Vaswani and others, [*Attention is all you need*](https://arxiv.org/abs/1706.03762), 2017:
#   where Transformers drop.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Each exercise is graded by
# itself.

# %% role="explore"
progress()
