# %% [markdown]
# # Batch normalisation: nine steps forward, ten back
#
# In this notebook you build one layer of a neural network completely: forward, backward, and a
# second time backward with the algebra done first. Then your layer rescues a network that cannot
# learn, and you find the fault in a published version of it.
#
# **At the end your own handwriting is read.** In section 12 you draw a digit, and the network with
# your layer reads it, alone, in a batch of one. By then you will know why that is the hard case.
#
# You need NumPy, matrix products, the chain rule, and the idea of gradient descent. You need no
# deep learning library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | A network that does not learn | 4 min | ●○○ | |
# | 2 | The idea, drawn | 2 min | ●○○ | |
# | 3 | Nine steps forward | 11 min | ●○○ | 9 |
# | 4 | The whole forward pass: training and test | 18 min | ●●○ | 14 |
# | 5 | Ten steps back | 23 min | ●●○ | 22 |
# | 6 | The whole backward pass | 7 min | ●●○ | 10 |
# | 7 | The second curve | 2 min | ●○○ | |
# | 8 | Back in one line | 11 min | ●●● | 10 |
# | 9 | A published version to debug | 13 min | ●●○ | 10 |
# | 10 | Layer normalisation | 13 min | ●●○ | 15 |
# | 11 | Experiments | 9 min | ●○○ | |
# | 12 | Your own digit | 3 min | ●○○ | |
# | 13 | Two questions | 11 min | ●●○ | 10 |
#
# <details><summary>How minutes, points and difficulty are counted</summary>
#
# 180 words a minute, half a minute for each picture, five minutes for each written question, and
# for each line of the solution, `return` apart, 45 seconds where it follows from a formula (●○○),
# 75 where something has to be worked out first (●●○), 105 where it takes paper and pencil (●●●).
# A row of calls that only follow each other counts as one line, and so do lines that an exercise
# before had already. Sections 11 and 12 give no points and do for a second evening; without them
# it is a little less than two hours. Points: one for a step forward, two or three for a step
# back, five to fourteen for what puts steps together or takes a derivation of its own.
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
# **Conventions.** $N$ examples, $D$ features, rows are examples: `x` has shape `(N, D)`. A name
# that starts with `d` is a gradient of the loss $L$: `dvar` stands for
# $\partial L / \partial\, \mathrm{var}$ and always has the shape of `var`. What comes in float32
# goes out in float32; NumPy takes care of that by itself, except where you make a new array.
# *Spread* is short for standard deviation. The **cache** is a parcel that a forward pass packs
# for its backward pass: whatever is wanted on the way back.

# %% role="given"
import time

import numpy as np

from stagewise import begin, check, data, gradients, hint, interactive, plots, progress
from stagewise.training import Network, accuracy, cross_entropy, train

begin("batchnorm")

# %% [markdown]
# ## 1 A network that does not learn
# *4 minutes, ●○○*
#
# The data are 8×8 pictures of handwritten digits, 64 numbers each. The network has five hidden
# layers of 50 units with ReLU and ten class scores at the end. The only thing that differs between
# the runs below is one number: the standard deviation $s$ of the random initial weights.
#
# Before you run the cell, predict one number. A network that knows nothing gives each of the ten
# classes the probability $\tfrac1{10}$. What is its loss, the mean of
# $-\ln p(\text{correct class})$?
#
# <details><summary>Compare your prediction</summary>
#
# $-\ln\tfrac1{10} = \ln 10 \approx 2.303$. A loss curve that starts there is healthy. A loss curve
# that <em>stays</em> there belongs to a network that has not learned anything.
# </details>

# %% role="explore"
digits = data.digits()
SIZES = (64, 50, 50, 50, 50, 50, 10)


def run(
    scale=0.2, rate=0.1, norm=None, steps=300, batch_size=50, seed=1, norm_param=None, **options
):
    """Train one network on the digits; returns it and its history."""
    network = Network(SIZES, scale=scale, seed=seed, norm=norm, norm_param=norm_param)
    history = train(
        network,
        digits.x_train,
        digits.y_train,
        learning_rate=rate,
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        **options,
    )
    return network, history


def plain_starts():
    curves = {f"s = {scale}": run(scale=scale)[1].loss for scale in (0.02, 0.2, 0.5)}
    return plots.curves(curves, title="Without normalisation", ylim=(0, 4), smooth=5)


interactive.explore(plain_starts)

# %% [markdown]
# One start learns. One stays at 2.303. The third leaves only a cross: its loss begins above 600 and
# after five steps it is no longer a number. Nothing else was changed, so the reason must lie in
# what $s$ does to the numbers on their way through the layers. Let us compute it.
#
# A unit of a hidden layer adds up 50 products, $z = \sum_{j=1}^{50} w_j h_j$, and the weights are
# independent with mean 0 and variance $s^2$. Since $w_j$ has mean 0 and does not depend on $h_j$,
# one product has mean 0 and variance $\mathbb{E}[w_j^2 h_j^2] = \operatorname{Var}(w_j)\,
# \mathbb{E}[h_j^2]$. Since the weights are independent of each other, the products do not
# correlate, and their variances add:
#
# $$\operatorname{Var}(z) = \sum_{j=1}^{50} \operatorname{Var}(w_j)\, \mathbb{E}[h_j^2] = 50\, s^2\,
# \mathbb{E}[h^2].$$
#
# The input $h = \max(0, z')$ is the ReLU of the layer before. If $z'$ is symmetric around 0, the
# ReLU removes half of the mean square: $\mathbb{E}[h^2] = \tfrac12\, \mathbb{E}[z'^2] = \tfrac12
# \operatorname{Var}(z')$. Together
#
# $$\operatorname{Var}(z) = 25\, s^2 \operatorname{Var}(z'), \qquad \operatorname{std}(z) = 5 s
# \cdot \operatorname{std}(z').$$
#
# So each layer multiplies the spread of the numbers by $5s$. For $s = 0.02$ that is $\tfrac1{10}$
# per layer, for $s = 0.2$ it is 1, and for $s = 0.5$ it is 2.5. **What should the next plot look
# like** on a logarithmic axis?

# %% role="explore" folded=true
# The spread of the numbers, layer by layer
def spread_by_layer():
    spreads = {}
    for scale in (0.02, 0.2, 0.5):
        network = Network(SIZES, scale=scale, seed=1)
        _, trail = network.propagate(digits.x_train)
        spreads[f"s = {scale}"] = [passage.preactivation.std() for passage in trail[:-1]]
    return plots.sweep(
        [1, 2, 3, 4, 5],
        spreads,
        xlabel="hidden layer",
        ylabel="standard deviation before ReLU",
        log="y",
        title="What an untrained network does to its numbers",
    )


interactive.explore(spread_by_layer)

# %% [markdown]
# Straight lines: from layer to layer a factor of about 0.1, 1 and 2.5, as computed. At $s = 0.02$
# the last layer sees numbers near $10^{-5}$: the scores are the same for every picture, and on the
# way back the gradient shrinks by the same factors. At $s = 0.5$ the scores are in the hundreds
# before anything has been learned.
#
# A careful choice of $s$ repairs the *start*. But the weights move during training, and with them
# the distribution of the inputs of every later layer. Sergey Ioffe and Christian Szegedy called
# this **internal covariate shift**: a layer learns from inputs whose distribution keeps changing
# because the layers before it learn too. Their remedy is simple to say: *if the mean and the spread
# of a layer's inputs are wrong, subtract the mean and divide by the spread, in every batch, as a
# part of the network*. That is batch normalisation ([Ioffe and Szegedy,
# 2015](https://arxiv.org/abs/1502.03167)).
#
# That it works is beyond doubt. *Why* it works is debated. Santurkar and others
# ([2018](https://arxiv.org/abs/1805.11604)) added random shifts behind each batchnorm layer, so
# that the distributions moved on purpose, and training remained fast. Their explanation: batchnorm
# makes the loss smoother, so that a gradient stays a good guide for a longer step. In section 11
# you measure both sides of the story.
#
# Section 7 repeats the plot above with batch normalisation in the network: the layer in it will be
# the one that you write now.

# %% [markdown]
# ## 2 The idea, drawn
# *2 minutes, ●○○*
#
# For each feature separately (each column of `x`), over the examples of the batch:
#
# $$\mu = \frac1N \sum_{i=1}^{N} x_i, \qquad \sigma^2 = \frac1N \sum_{i=1}^{N} (x_i - \mu)^2, \qquad
# \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta
# .$$
#
# The small $\varepsilon$ (here `1e-5`) stands **inside** the root, next to the variance: it keeps
# the division finite for a feature that has the same value in the whole batch.
#
# *Why $\gamma$ and $\beta$?* Without them each unit would always have mean 0 and spread 1, whether
# that is good for the task or not. With them the layer can choose any mean and any spread, and it
# *learns* which: $\gamma$ and $\beta$ are parameters like weights, one of each per feature. With
# $\gamma = \sqrt{\sigma^2+\varepsilon}$ and $\beta = \mu$ the layer would even undo itself. The
# difference to a network without batchnorm is that the mean and the spread are now two numbers of
# their own, instead of something that all weights of all earlier layers decide together.
#
# A computer sees this formula as a graph of nine small operations. (On the way back there are ten
# steps: nine operations, and the place where two gradients of `x` meet.) Values flow along the blue
# lines from left to right, gradients will come back along the dashed ones. Each circle will be two
# functions of yours, one forward and one backward.

# %% role="explore"
plots.batchnorm_graph(results={}, title="Batch normalisation as nine steps")

# %% [markdown]
# Look for the two places where one value leaves along two arrows. `x` goes into step 1 and into
# step 2; `xmu` goes into step 3 and into step 7. On the way back these are the places where two
# gradients meet, and the places where most wrong solutions are wrong.

# %% [markdown]
# ## 3 Nine steps forward
# *11 minutes, ●○○, about 1 line each, 1 point each*
#
# Shapes do half of the work here. A statistic of a feature has shape `(D,)`, not `(1, D)`; NumPy
# broadcasts `(D,)` against `(N, D)` along the rows by itself. None of the functions may change its
# arguments.

# %% [markdown]
# **Step 1, the mean of each feature:** $\mu_d = \frac1N \sum_{i=1}^{N} x_{id}$.

# %% role="exercise" from_truth=true
def batchnorm_step1(x):
    """Mean of each feature over the batch.

    x: (N, D).  Returns mu: (D,).
        mu[d] = 1/N * sum over i of x[i, d]
    """

# %% role="check" points=1
check(batchnorm_step1)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `np.mean` divides by $N$ for you. A matrix product says the same:
# $\mu = \tfrac1N\, \mathbf 1^\top x$, with a row of ones in front.
# </details>
#
# **Step 2, centring:** $\mathrm{xmu}_{id} = x_{id} - \mu_d$. What is the mean of each column
# afterwards?

# %% role="exercise"
def batchnorm_step2(x, mu):
    """Subtract the mean of its feature from each entry.

    x: (N, D), mu: (D,).  Returns xmu: (N, D).
        xmu[i, d] = x[i, d] - mu[d]
    """
    ### BEGIN SOLUTION
    xmu = x - mu
    return xmu
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step2)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The mean of each column is 0 now, up to rounding. Steps 1 and 2 together are one matrix,
# $x - \tfrac1N \mathbf 1 \mathbf 1^\top x$, a *projection*: centring what is centred changes
# nothing.
# </details>
#
# **Step 3, squaring** each entry: $\mathrm{sq}_{id} = \mathrm{xmu}_{id}^2$.

# %% role="exercise"
def batchnorm_step3(xmu):
    """Square, entry by entry.

    xmu: (N, D).  Returns sq: (N, D).
        sq[i, d] = xmu[i, d] ** 2
    """
    ### BEGIN SOLUTION
    sq = xmu**2
    return sq
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step3)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `xmu * xmu` is the same. NumPy turns the power 2 into this product itself; a power of 2.5 would be
# much slower.
# </details>
#
# **Step 4, the variance:** $\mathrm{var}_d = \frac1N \sum_{i=1}^{N} \mathrm{sq}_{id}$.
#
# This is the *biased* variance, with $N$ and not $N-1$ in the denominator. In statistics $N-1$
# corrects an estimate of the variance of the population from which the batch was drawn. In training
# nothing is estimated: the batch itself should have variance 1. (At test time a running variance
# *is* such an estimate. The paper and PyTorch put $\tfrac{N}{N-1}$ times the variance there, 2 %
# more for $N = 50$; here, as in CS231n, the biased one goes there as well.)

# %% role="exercise" from_truth=true
def batchnorm_step4(sq):
    """Variance of each feature over the batch (biased: divided by N).

    sq: (N, D), the squared distances from the mean.  Returns var: (D,).
        var[d] = 1/N * sum over i of sq[i, d]
    """

# %% role="check" points=1
check(batchnorm_step4)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\tfrac1N \sum_i x_i^2 - \mu^2$ is the same number on paper and needs no centred array. In
# floating point it subtracts two large numbers: for 100,000,000 and the next two integers it gives
# 2 in place of $\tfrac23$.
# </details>
#
# **Step 5, the root:** $\mathrm{sqrtvar}_d = \sqrt{\mathrm{var}_d + \varepsilon}$, with
# $\varepsilon$ inside. For `var = 0` and $\varepsilon = 10^{-5}$, is the result $10^{-5}$ or 0.003?
# It is the number by which a constant feature is going to be divided.

# %% role="exercise"
def batchnorm_step5(var, eps):
    """Standard deviation of each feature, kept away from zero.

    var: (D,), eps: a small positive number.  Returns sqrtvar: (D,).
        sqrtvar[d] = sqrt(var[d] + eps)
    """
    ### BEGIN SOLUTION
    sqrtvar = np.sqrt(var + eps)
    return sqrtvar
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step5)

# %% [markdown]
# <details><summary>Another way</summary>
#
# With `var = 0` the result is $\sqrt{10^{-5}} \approx 0.003$. Some implementations add
# $\varepsilon$ to the root instead; there a constant feature is divided by $\varepsilon$ itself,
# 300 times more.
# </details>
#
# **Step 6, the inverse:** $\mathrm{ivar}_d = 1 / \mathrm{sqrtvar}_d$. Despite its traditional name
# it is the inverse of the standard deviation, not of the variance.

# %% role="exercise"
def batchnorm_step6(sqrtvar):
    """Invert, entry by entry.

    sqrtvar: (D,).  Returns ivar: (D,).
        ivar[d] = 1 / sqrtvar[d]
    """
    ### BEGIN SOLUTION
    ivar = 1 / sqrtvar
    return ivar
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step6)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Steps 5 and 6 together are $(\mathrm{var} + \varepsilon)^{-1/2}$, for which PyTorch has one
# function, `rsqrt`.
# </details>
#
# **Step 7, normalising:** $\hat x_{id} = \mathrm{xmu}_{id} \cdot \mathrm{ivar}_d$. Now the two
# branches of the graph meet again.

# %% role="exercise"
def batchnorm_step7(xmu, ivar):
    """Normalise: centred entries times the inverse standard deviation of their feature.

    xmu: (N, D), ivar: (D,).  Returns xhat: (N, D).
        xhat[i, d] = xmu[i, d] * ivar[d]
    """
    ### BEGIN SOLUTION
    xhat = xmu * ivar
    return xhat
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step7)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Dividing by `sqrtvar` gives the same values, with a division for each of the $N D$ entries. With
# the inverse there are $D$ divisions and $N D$ products, which are faster.
# </details>
#
# **Step 8, scaling:** $\mathrm{gammax}_{id} = \gamma_d\, \hat x_{id}$.

# %% role="exercise"
def batchnorm_step8(gamma, xhat):
    """Scale each feature by its learned factor.

    gamma: (D,), xhat: (N, D).  Returns gammax: (N, D).
        gammax[i, d] = gamma[d] * xhat[i, d]
    """
    ### BEGIN SOLUTION
    gammax = gamma * xhat
    return gammax
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step8)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The factor $\gamma$ may begin at 0: then the layer outputs $\beta$ and its branch of the network
# is silent at first. Goyal and others started the last normalisation of each residual block so
# ([2017](https://arxiv.org/abs/1706.02677)).
# </details>
#
# **Step 9, shifting:** $\mathrm{out}_{id} = \mathrm{gammax}_{id} + \beta_d$.

# %% role="exercise"
def batchnorm_step9(gammax, beta):
    """Shift each feature by its learned offset.

    gammax: (N, D), beta: (D,).  Returns out: (N, D).
        out[i, d] = gammax[i, d] + beta[d]
    """
    ### BEGIN SOLUTION
    out = gammax + beta
    return out
    ### END SOLUTION

# %% role="check" points=1
check(batchnorm_step9)

# %% [markdown]
# <details><summary>Another way</summary>
#
# At test time steps 1 to 9 are one product and one sum, $\mathrm{out} = a\,x + c$ with
# $a = \gamma / \sqrt{\text{running\_var} + \varepsilon}$ and
# $c = \beta - a \cdot \text{running\_mean}$. Both can be merged into the weights of the layer
# before.
# </details>
#
# Now watch your nine steps work on one batch with three very different features: means of about
# $-4$, $0.5$ and $6$ and standard deviations of about $0.3$, $1$ and $4$. The scale is
# $\gamma = (0.5,\; 1,\; {-2})$ and the shift is $\beta = (1,\; 0,\; 3)$.
#
# **Predict** the mean and the spread of each feature after step 2, after step 7 and after step 9.
# In the last row, which feature will be mirrored?

# %% role="explore"
GAMMA = np.array([0.5, 1.0, -2.0])
BETA = np.array([1.0, 0.0, 3.0])


def three_features(count, rng):
    """A batch (count, 3) with means of about -4, 0.5, 6 and spreads of about 0.3, 1, 4."""
    return np.array([-4.0, 0.5, 6.0]) + np.array([0.3, 1.0, 4.0]) * rng.standard_normal((count, 3))


def nine_steps(x, gamma, beta, eps=1e-5):
    """All values of the graph, by name, from your nine functions."""
    mu = batchnorm_step1(x)
    xmu = batchnorm_step2(x, mu)
    sq = batchnorm_step3(xmu)
    var = batchnorm_step4(sq)
    sqrtvar = batchnorm_step5(var, eps)
    ivar = batchnorm_step6(sqrtvar)
    xhat = batchnorm_step7(xmu, ivar)
    gammax = batchnorm_step8(gamma, xhat)
    out = batchnorm_step9(gammax, beta)
    return {
        "x": x,
        "mu": mu,
        "xmu": xmu,
        "sq": sq,
        "var": var,
        "sqrtvar": sqrtvar,
        "ivar": ivar,
        "xhat": xhat,
        "gammax": gammax,
        "out": out,
    }


def features_on_their_way():
    values = nine_steps(three_features(400, np.random.default_rng(4)), GAMMA, BETA)
    rows = {
        f"{name}, feature {d + 1}": values[name][:, d]
        for name in ("x", "xmu", "xhat", "out")
        for d in range(3)
    }
    return plots.histograms(
        rows, bins=30, columns=3, title="One batch on its way through the steps"
    )


interactive.explore(features_on_their_way)

# %% [markdown]
# The means of `out` are $\beta$ and its standard deviations are $|\gamma|$, whatever `x` was.
# Feature 3 is mirrored, because its $\gamma$ is negative. Keep this as a test for every batchnorm
# that you meet: *train mode, means are beta, standard deviations are the absolute values of gamma*.
# To four digits it holds only if the variance is much larger than $\varepsilon$. Why not exactly?
#
# <details><summary>Answer</summary>
#
# The variance of $\hat x$ is $\sigma^2 / (\sigma^2 + \varepsilon)$. With $\sigma^2 = 1$ and
# $\varepsilon = 10^{-5}$ that is 0.99999. With $\sigma^2 = \varepsilon$ it is one half.
# </details>

# %% [markdown]
# ## 4 The whole forward pass: training and test
# *18 minutes, ●●○, about 11 lines, 14 points*
#
# One question is left. In training, the output for one picture depends on the other pictures of the
# batch. At test time that is not acceptable: the answer for your picture must not change because
# another one came along, and a batch may contain one picture only. (Predict: what does the formula
# give for a batch of one? You see it in a moment.)
#
# So during training the layer keeps a memory of the statistics, an exponential moving average,
# which at test time takes the place of the batch's mean and variance:
#
# $$\text{running} \;\leftarrow\; m \cdot \text{running} + (1 - m) \cdot \text{batch}, \qquad m =
# \text{momentum} = 0.9 .$$
#
# The momentum is the weight of the **old** value. (PyTorch's parameter of the same name is the
# weight of the new one, 0.1. Mixing them up is silent and common.) Substitute the rule into itself
# $t$ times, starting from 0, and you see what the memory holds:
#
# $$\text{running}_t = (1-m)\left(\text{batch}_t + m\,\text{batch}_{t-1} + m^2\,\text{batch}_{t-2} +
# \dots + m^{t-1}\,\text{batch}_1\right).$$
#
# The weights add up to $(1-m)\frac{1-m^t}{1-m} = 1 - m^t$. After 10 batches that is 0.65, so the
# average is still a third too small; after 50 it is 0.995. From then on it is a mean over roughly
# the last $\frac1{1-m} = 10$ batches.
#
# Three details of the convention, each of them a well-known source of silent errors:
#
# - `running_var` averages the *variance* `var`, the biased one of step 4. Not the standard
#   deviation, and without $\varepsilon$.
# - $\varepsilon$ is added at test time too, inside the root: $\hat x = (x - \text{running\_mean}) /
#   \sqrt{\text{running\_var} + \varepsilon}$.
# - Test mode scales and shifts with $\gamma$ and $\beta$ as well, and leaves the running averages
#   alone.
#
# The state lives in the dict `bn_param`, which belongs to the caller; your function updates the two
# entries in it. This is the one place in the notebook where you change an argument on purpose.

# %% [markdown]
# <details><summary>Hint 1: which values belong in the cache?</summary>
#
# Read the backward steps of section 5 from right to left in the graph: steps 8 and 7 multiply, and
# a product needs both of its factors on the way back. Put them into a tuple and unpack it in the
# same order later. What the closed form of section 8 needs is less than what the ten steps need;
# you are free to keep more than you use.
# </details>
#
# <details><summary>Hint 2: my running averages never change</summary>
#
# Assigning to the local name <code>running_mean</code> does not touch the dict. The new value has
# to be stored under its key, after it was computed.
# </details>
#
# <details><summary>Hint 3: which variance goes into which average?</summary>
#
# Both averages take what steps 1 and 4 gave, before $\varepsilon$ and before the root. Test mode
# writes nothing.
# </details>

# %% role="exercise"
def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation, with the nine steps in training and the running averages at test time.

    x: (N, D), gamma: (D,), beta: (D,).
    bn_param: dict with
        "mode":         "train" or "test" (always there)
        "eps":          default 1e-5
        "momentum":     default 0.9
        "running_mean": (D,), default zeros
        "running_var":  (D,), default zeros
    Returns out: (N, D) in x's dtype, cache: whatever your backward pass needs.

    mode "train": normalises with mean and variance of this batch, the variance biased (divided
        by N), eps inside the root; then gamma scales and beta shifts. Both running averages in
        bn_param move by
            running <- momentum * running + (1 - momentum) * batch
    mode "test": the running averages take the place of mean and variance, and keep their values.
    Any other mode: ValueError.
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    D = x.shape[1]
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    cache = None
    ### BEGIN SOLUTION
    if mode == "train":
        mu = batchnorm_step1(x)
        xmu = batchnorm_step2(x, mu)
        sq = batchnorm_step3(xmu)
        var = batchnorm_step4(sq)
        sqrtvar = batchnorm_step5(var, eps)
        ivar = batchnorm_step6(sqrtvar)
        xhat = batchnorm_step7(xmu, ivar)
        gammax = batchnorm_step8(gamma, xhat)
        out = batchnorm_step9(gammax, beta)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    elif mode == "test":
        xhat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * xhat + beta
    else:
        raise ValueError(f"Invalid forward batchnorm mode: {mode}")
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache
    ### END SOLUTION

# %% role="check" points=14
check(batchnorm_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Libraries run all of it as one program over the batch, and keep $x$, the mean and the inverse
# standard deviation: $\hat x$ is computed a second time on the way back, because computing it is
# faster than fetching it from memory.
# </details>
#
# Three questions to your function. Write down your predictions, then run the cell.
#
# 1. What are means and standard deviations of `out` in train mode, for the batch of the histograms
#    above?
# 2. After 100 batches from the same source, what are they in *test* mode, for a new batch?
# 3. What does *train* mode give for a batch of a single example?

# %% role="explore" folded=true
# Three questions to your forward pass
def three_questions():
    rng = np.random.default_rng(4)
    bn_param = {"mode": "train"}
    out, _ = batchnorm_forward(three_features(400, rng), GAMMA, BETA, bn_param)
    for _ in range(100):
        batchnorm_forward(three_features(50, rng), GAMMA, BETA, bn_param)
    for_test = {**bn_param, "mode": "test"}
    test_out, _ = batchnorm_forward(three_features(50, rng), GAMMA, BETA, for_test)
    single = three_features(1, rng)
    single_train, _ = batchnorm_forward(single, GAMMA, BETA, {"mode": "train"})
    single_test, _ = batchnorm_forward(single, GAMMA, BETA, for_test)
    new = test_out.mean(axis=0).round(2), test_out.std(axis=0).round(2)
    return "\n".join(
        [
            f"gamma {GAMMA}    beta {BETA}",
            f"1. train mode:  means {out.mean(axis=0).round(4) + 0}",
            f"                standard deviations {out.std(axis=0).round(4)}",
            f"2. test mode:   means {new[0]}  standard deviations {new[1]}",
            f"3. one example: {single_train[0].round(4)} in train mode",
            f"                {single_test[0].round(2)} in test mode",
        ]
    )


interactive.explore(three_questions)

# %% [markdown]
# In train mode a batch of one is its own mean: $\hat x = 0$ and the output is $\beta$, *for every
# input*. The picture itself is gone. (In a fully connected network, that is. A convolutional
# network takes its statistics over examples *and positions*, so that even one picture gives each
# channel many numbers; there train mode answers worse than test mode, but not the same to all.) In
# test mode means and deviations are near $\beta$ and $|\gamma|$, but not equal to them. Why is that
# right, and why would exact equality be a sign of an error?
#
# <details><summary>Answer</summary>
#
# A new batch has its own random mean, which differs a little from the running one, and it should:
# that difference is information about the batch. Exact equality means that test mode has used the
# statistics of the batch. This error looks <em>better</em> than the right answer, and that is why
# it survives.
# </details>

# %% [markdown]
# The memory has a price. In the next plot the source of the batches jumps from 2 to 4. **Predict**
# the dashed line for momentum 0, for 0.9 and for 0.99, then move the slider: which one is the
# smoothest, and which one arrives first?

# %% role="explore" folded=true
# A running mean follows a jump
def memory(momentum):
    source = np.random.default_rng(6)
    bn_param = {"mode": "train", "momentum": momentum}
    seen, remembered = [], []
    for step in range(150):
        level = 2.0 if step < 75 else 4.0
        numbers = level + source.standard_normal((16, 1))
        batchnorm_forward(numbers, np.ones(1), np.zeros(1), bn_param)
        seen.append(numbers.mean())
        remembered.append(bn_param["running_mean"][0])
    return plots.curves(
        {"mean of the batch": seen, f"running mean, momentum {momentum}": remembered},
        xlabel="batch",
        ylabel="mean",
        title="The source jumps from 2 to 4 after 75 batches",
    )


interactive.explore(
    memory, momentum=interactive.slider([0.0, 0.5, 0.9, 0.97, 0.99], start=0.9, label="momentum")
)

# %% [markdown]
# At momentum 0 the memory is the last batch, with all of its noise. At 0.99 it averages about 100
# batches, so the line is smooth, but after 75 batches it has not even reached the first level:
# $1 - 0.99^{75} = 0.53$. Averaging out noise and following quickly are opposites.

# %% [markdown]
# ## 5 Ten steps back
# *23 minutes, ●●○, 1 or 2 lines each, 22 points*
#
# The loss $L$ is a function of `out`, and the layer behind hands you `dout`, that is
# $\partial L/\partial\,\mathrm{out}_{id}$ for all $i$ and $d$. You want `dx`, `dgamma` and `dbeta`.
# The graph is walked from right to left, one circle at a time: nine circles, and the junction at
# `x` as step 0. Three rules are enough for all of it:
#
# 1. **A function of one entry.** If $z = f(q)$ entry by entry, then
#    $\mathrm dq = f'(q) \cdot \mathrm dz$: the local gradient times the gradient from above.
# 2. **A value used twice gets two gradients, and they add.** If $q$ goes into $z_1$ and $z_2$, then
#    $\frac{\partial L}{\partial q} = \frac{\partial L}{\partial z_1}\frac{\partial z_1}{\partial
#    q} + \frac{\partial L}{\partial z_2}\frac{\partial z_2}{\partial q}$.
# 3. **Copying and summing are each other's way back.** A value of shape `(D,)` that is broadcast
#    over $N$ rows is used $N$ times, so by rule 2 its gradient is the *sum over the rows*. In
#    return, a sum over the rows, $s_d = \sum_i q_{id}$, has local gradient 1 for each row, so each
#    row of $\mathrm dq$ is a *copy* of $\mathrm ds$.
#
# Rule 3 can be read from the shapes: where the forward pass goes from `(D,)` to `(N, D)`, the
# backward pass sums; where it goes from `(N, D)` to `(D,)`, the backward pass copies. If you
# remember one thing of this section, let it be that.
#
# Each step gets the *right* values as arguments, in your check and at grading. A slip in one of
# them costs only its own points. In the pictures, the step in question stands in front, and the
# circles remember your checks: forward steps in the upper half, backward steps in the lower.

# %% [markdown]
# ### Step 9: the shift
# An addition: $\mathrm{out}_{id} = \mathrm{gammax}_{id} + \beta_d$.
#
# Both local gradients are 1. `gammax` has the shape of `out`, so its gradient passes through
# unchanged. $\beta_d$ appears in all $N$ rows:
#
# $$\mathrm{dgammax}_{id} = \mathrm{dout}_{id} \cdot 1, \qquad \mathrm{dbeta}_d = \sum_{i=1}^{N}
# \frac{\partial L}{\partial\,\mathrm{out}_{id}} \cdot \frac{\partial\,\mathrm{out}_{id}}{\partial
# \beta_d} = \sum_{i=1}^{N} \mathrm{dout}_{id} .$$
#
# <details><summary>Hint 1</summary>
#
# One of the two results needs no computing at all. For the other the shapes say over which axis to
# sum.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `(N, D)` becomes `(D,)`: the axis of the examples, which comes first, goes.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=9, title="Back through step 9")

# %% role="exercise" from_truth=true
def batchnorm_backward_step9(dout):
    """Back through out = gammax + beta.

    dout: (N, D).  Returns dgammax: (N, D), dbeta: (D,).
    """

# %% role="check" points=2
check(batchnorm_backward_step9)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The sum over the rows is the product $\mathbf 1^\top \mathrm{dout}$, which matrix libraries are
# good at.
# </details>

# %% [markdown]
# ### Step 8: the scale
# A product: $\mathrm{gammax}_{id} = \gamma_d\, \hat x_{id}$. The local gradient for one factor is
# the other factor, and $\gamma_d$ was broadcast over the rows:
#
# $$\mathrm{dxhat}_{id} = \mathrm{dgammax}_{id} \cdot \gamma_d, \qquad \mathrm{dgamma}_d =
# \sum_{i=1}^{N} \mathrm{dgammax}_{id} \cdot \hat x_{id} .$$
#
# Why does `xhat` stand in the second formula, and not `x`?
#
# <details><summary>Hint</summary>
#
# Rule 1 for one factor, rules 1 and 3 for the other: product first, then the sum over the rows
# where the factor was broadcast.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=8, title="Back through step 8")

# %% role="exercise" from_truth=true
def batchnorm_backward_step8(dgammax, xhat, gamma):
    """Back through gammax = gamma * xhat.

    dgammax: (N, D), xhat: (N, D), gamma: (D,).  Returns dxhat: (N, D), dgamma: (D,).
    """

# %% role="check" points=2
check(batchnorm_backward_step8)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $\hat x$ stands in the second formula, and not $x$, because $\hat x$ is what $\gamma$ was
# multiplied by; the layer's $x$ lies seven steps further back. `np.einsum` sums the products
# without storing them: no array of shape `(N, D)` is made for `dgamma`.
# </details>

# %% [markdown]
# ### Step 7: the normalisation
# Again a product with a broadcast factor: $\hat x_{id} = \mathrm{xmu}_{id} \cdot \mathrm{ivar}_d$.
# So it is step 8 once more with other names:
#
# $$\mathrm{dxmu1}_{id} = \mathrm{dxhat}_{id} \cdot \mathrm{ivar}_d, \qquad \mathrm{divar}_d =
# \sum_{i=1}^{N} \mathrm{dxhat}_{id} \cdot \mathrm{xmu}_{id} .$$
#
# The 1 in `dxmu1` is a reminder: `xmu` was used twice, and this is only the first of its two
# gradients. The other one comes back through the variance.
#
# <details><summary>Hint</summary>
#
# Write step 8 down and change the names: which of its letters is `xmu` here, and which is `ivar`?
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=7, title="Back through step 7")

# %% role="exercise" from_truth=true
def batchnorm_backward_step7(dxhat, xmu, ivar):
    """Back through xhat = xmu * ivar.

    dxhat: (N, D), xmu: (N, D), ivar: (D,).  Returns dxmu1: (N, D), divar: (D,).
    """

# %% role="check" points=3
check(batchnorm_backward_step7)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A broadcast factor always goes back as a sum of products. With `np.einsum` it is one call again,
# `"nd,nd->d"`.
# </details>

# %% [markdown]
# ### Step 6: the inverse
# A function of one entry: $\mathrm{ivar} = s^{-1}$ with $s = \mathrm{sqrtvar}$. Its derivative is
# $\frac{\mathrm d}{\mathrm ds} s^{-1} = -s^{-2}$, so
#
# $$\mathrm{dsqrtvar}_d = -\frac{1}{\mathrm{sqrtvar}_d^2} \cdot \mathrm{divar}_d .$$
#
# Does the sign make sense? A larger standard deviation makes the inverse smaller.
#
# <details><summary>Hint</summary>
#
# All three arrays have the shape `(D,)`, so nothing is summed and nothing copied. Mind the square
# and the sign.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=6, title="Back through step 6")

# %% role="exercise"
def batchnorm_backward_step6(divar, sqrtvar):
    """Back through ivar = 1 / sqrtvar.

    divar: (D,), sqrtvar: (D,).  Returns dsqrtvar: (D,).
    """
    ### BEGIN SOLUTION
    dsqrtvar = -1 / sqrtvar**2 * divar
    return dsqrtvar
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step6)

# %% [markdown]
# <details><summary>Another way</summary>
#
# $-\mathrm{ivar}^2 \cdot \mathrm{divar}$ is the same without a division, since `ivar` is at hand.
# </details>

# %% [markdown]
# ### Step 5: the root
# $\mathrm{sqrtvar} = (\mathrm{var} + \varepsilon)^{1/2}$, and the derivative is
# $\tfrac12 (\mathrm{var}+\varepsilon)^{-1/2}$:
#
# $$\mathrm{dvar}_d = \frac12\, \frac{1}{\sqrt{\mathrm{var}_d + \varepsilon}} \cdot
# \mathrm{dsqrtvar}_d .$$
#
# <details><summary>Hint</summary>
#
# The derivative of a root is one half over the root, at the same argument: $\varepsilon$ stays
# inside. Then the chain rule multiplies.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=5, title="Back through step 5")

# %% role="exercise"
def batchnorm_backward_step5(dsqrtvar, var, eps):
    """Back through sqrtvar = sqrt(var + eps).

    dsqrtvar: (D,), var: (D,), eps: number.  Returns dvar: (D,).
    """
    ### BEGIN SOLUTION
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
    return dvar
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step5)

# %% [markdown]
# <details><summary>Another way</summary>
#
# The root is known from the forward pass: $\tfrac12\, \mathrm{ivar} \cdot \mathrm{dsqrtvar}$. Steps
# 6 and 5 together are $-\tfrac12\, \mathrm{ivar}^3 \cdot \mathrm{divar}$.
# </details>

# %% [markdown]
# ### Step 4: the mean of the squares
# $\mathrm{var}_d = \frac1N \sum_{i=1}^{N} \mathrm{sq}_{id}$: a sum over the rows, times the
# constant $\frac1N$. By rule 3 each row receives a copy, and each copy carries the factor:
#
# $$\mathrm{dsq}_{id} = \frac{\partial L}{\partial\,\mathrm{var}_d} \cdot
# \frac{\partial\,\mathrm{var}_d}{\partial\,\mathrm{sq}_{id}} = \frac1N\, \mathrm{dvar}_d \qquad
# \text{for every row } i.$$
#
# The result must really have $N$ rows; `N` is an argument because `dvar` does not know it. What
# could an array of ones be good for? (`np.ones` makes float64 unless it is told
# `dtype=dvar.dtype`.)
#
# <details><summary>Hint 1</summary>
#
# The row `dvar / N` has to appear $N$ times. An array of ones of shape `(N, 1)` broadcasts against
# `(D,)` to `(N, D)`.
# </details>
#
# <details><summary>Hint 2</summary>
#
# A new array chooses its own dtype. Which one does `np.ones` choose, and which one is asked for?
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=4, title="Back through step 4")

# %% role="exercise"
def batchnorm_backward_step4(dvar, N):
    """Back through var = 1/N * (sum over the N rows of sq).

    dvar: (D,), N: number of examples.  Returns dsq: (N, D), N times the same row, in dvar's dtype.
    """
    ### BEGIN SOLUTION
    dsq = np.ones((N, 1), dtype=dvar.dtype) * dvar / N
    return dsq
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step4)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `np.broadcast_to` shows one row $N$ times without copying it; the result cannot be written to. The
# next step multiplies it anyway, and would broadcast `(D,)` by itself: the array of copies is a
# matter of clarity, not of need.
# </details>

# %% [markdown]
# ### Step 3: the square
# $\mathrm{sq} = \mathrm{xmu}^2$ entry by entry, with derivative $2\,\mathrm{xmu}$. This is the
# second gradient of `xmu`:
#
# $$\mathrm{dxmu2}_{id} = 2\, \mathrm{xmu}_{id} \cdot \mathrm{dsq}_{id} .$$
#
# <details><summary>Hint</summary>
#
# Rule 1: the derivative of a square, at the entry itself, times what comes from above. Both arrays
# have the shape `(N, D)`.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=3, title="Back through step 3")

# %% role="exercise"
def batchnorm_backward_step3(dsq, xmu):
    """Back through sq = xmu ** 2.

    dsq: (N, D), xmu: (N, D).  Returns dxmu2: (N, D).
    """
    ### BEGIN SOLUTION
    dxmu2 = 2 * xmu * dsq
    return dxmu2
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step3)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Steps 4 and 3 together: $\tfrac2N\, \mathrm{xmu} \cdot \mathrm{dvar}$, with no array of copies in
# between.
# </details>

# %% [markdown]
# ### Step 2: centring, where two gradients meet
# $\mathrm{xmu}_{id} = x_{id} - \mu_d$. First rule 2: `xmu` was used in step 7 and in step 3, so its
# whole gradient is $\mathrm{dxmu1}_{id} + \mathrm{dxmu2}_{id}$. Then the subtraction: the local
# gradients are $1$ and $-1$, and $\mu_d$ was broadcast over the rows:
#
# $$\mathrm{dx1}_{id} = \mathrm{dxmu1}_{id} + \mathrm{dxmu2}_{id}, \qquad \mathrm{dmu}_d = -
# \sum_{i=1}^{N} \left( \mathrm{dxmu1}_{id} + \mathrm{dxmu2}_{id} \right).$$
#
# The name `dx1` is again a reminder: `x` was used twice as well.
#
# In a backward pass the share of `dxmu2` in `dmu` is zero, up to rounding. Can you see why? (If
# your function uses this, it is still right.)
#
# <details><summary>Answer</summary>
#
# $\mathrm{dxmu2}_{id} = 2\,\mathrm{xmu}_{id}\,\mathrm{dvar}_d / N$, and
# $\sum_i \mathrm{xmu}_{id} = 0$, because each column was centred. Shifting the mean a little does
# not change the sum of squares around the mean to first order: the mean is where that sum is
# smallest.
# </details>
#
# <details><summary>Hint</summary>
#
# First add the two gradients of `xmu`. What leaves along the two arrows of the subtraction are that
# sum and its negative, the latter summed over the rows.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=2, title="Back through step 2")

# %% role="exercise"
def batchnorm_backward_step2(dxmu1, dxmu2):
    """Back through xmu = x - mu, where xmu was used twice.

    dxmu1, dxmu2: (N, D), the two gradients of xmu.  Returns dx1: (N, D), dmu: (D,).
    """
    ### BEGIN SOLUTION
    dxmu = dxmu1 + dxmu2
    dx1 = dxmu
    dmu = -np.sum(dxmu, axis=0)
    return dx1, dmu
    ### END SOLUTION

# %% role="check" points=3
check(batchnorm_backward_step2)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Steps 2, 1 and 0 together only centre: $\mathrm{dx} = \mathrm{dxmu} - \tfrac1N \sum_i
# \mathrm{dxmu}_i$ with $\mathrm{dxmu} = \mathrm{dxmu1} + \mathrm{dxmu2}$. The way back through a
# projection is the projection itself.
# </details>

# %% [markdown]
# ### Step 1: the mean
# $\mu_d = \frac1N \sum_{i=1}^{N} x_{id}$, the same kind of operation as step 4:
#
# $$\mathrm{dx2}_{id} = \frac1N\, \mathrm{dmu}_d \qquad \text{for every row } i.$$
#
# <details><summary>Hint</summary>
#
# Compare the formula with that of step 4, letter by letter.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=1, title="Back through step 1")

# %% role="exercise"
def batchnorm_backward_step1(dmu, N):
    """Back through mu = 1/N * (sum over the N rows of x).

    dmu: (D,), N: number of examples.  Returns dx2: (N, D), N times the same row, in dmu's dtype.
    """
    ### BEGIN SOLUTION
    dx2 = np.ones((N, 1), dtype=dmu.dtype) * dmu / N
    return dx2
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step1)

# %% [markdown]
# <details><summary>Another way</summary>
#
# As in step 4: `np.broadcast_to`, or no copies at all, because the sum of step 0 broadcasts by
# itself.
# </details>

# %% [markdown]
# ### Step 0: the input
# `x` went into step 1 and into step 2, so by rule 2 its gradient is
# $\mathrm{dx} = \mathrm{dx1} + \mathrm{dx2}$. You have arrived.
#
# <details><summary>Hint</summary>
#
# The shapes of all three are equal: rule 2 and nothing else.
# </details>

# %% role="explore"
plots.batchnorm_graph(focus=0, title="Step 0: both ways meet at x")

# %% role="exercise"
def batchnorm_backward_step0(dx1, dx2):
    """Join the two ways along which x entered.

    dx1, dx2: (N, D).  Returns dx: (N, D).
    """
    ### BEGIN SOLUTION
    dx = dx1 + dx2
    return dx
    ### END SOLUTION

# %% role="check" points=2
check(batchnorm_backward_step0)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Automatic differentiation does this with every value that is used twice: it begins with zeros and
# *adds* what arrives. PyTorch does so with parameters too, from one batch to the next, which is why
# its training loops call `zero_grad()`.
# </details>
#
# The graph once more, with your checks of this session. If all is well, every circle is marked
# twice.

# %% role="explore"
plots.batchnorm_graph(title="Your checks so far")

# %% [markdown]
# ## 6 The whole backward pass
# *7 minutes, ●●○, about 12 lines, ten of them calls, 10 points*
#
# Put the ten steps in a row. Unpack the cache in the order in which you packed it, and remember
# which of the gradients are results of the layer: `dx` for the layer before, `dgamma` and `dbeta`
# for the update of the parameters.
#
# The check runs your forward pass first and hands its cache to your backward pass, so the cache may
# hold what you like.
#
# <details><summary>Hint 1</summary>
#
# Write the names of the ten results from right to left along the graph. Each step takes the result
# of the one before and something from the cache.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two steps return two results of which one leaves the chain: `dbeta` and `dgamma` are done when
# they appear. `dxmu1` waits for `dxmu2`, and `dx1` for `dx2`.
# </details>
#
# <details><summary>Hint 3</summary>
#
# $N$ is no part of the cache unless you put it there, but `dout` knows it.
# </details>

# %% role="exercise" from_truth=true
def batchnorm_backward(dout, cache):
    """Backward pass of batch normalisation in train mode, step by step.

    dout: (N, D), cache: what batchnorm_forward returned for this batch. Both stay as they are.
    Returns dx: (N, D), dgamma: (D,), dbeta: (D,); by formulas, for difference quotients of a
    large batch take too long.
    """

# %% role="check" points=10
check(batchnorm_backward, batchnorm_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A library with automatic differentiation would make these ten steps out of your forward pass: it
# records each operation and walks the record backwards. For a layer as common as this one,
# libraries carry a hand-written backward pass, the one of section 8.
# </details>
#
# The check compares with recorded numbers. You can also convince yourself without recorded numbers:
# a derivative is the limit of $\frac{f(x+h) - f(x-h)}{2h}$, and that can be *measured*.
# `gradients.gradient_check` does so for each entry of `x` and compares with what you derived. In
# float64 a right gradient has a relative error of about `1e-9`; a wrong one usually has more than
# `1e-2`. There is little in between.

# %% role="explore" folded=true
# A gradient check of all three gradients
def probe(N=6, D=4, seed=7):
    """A batch, gamma, beta and an upstream gradient with nothing special about them."""
    rng = np.random.default_rng(seed)
    x = 3 * rng.standard_normal((N, D)) + 5
    return x, rng.uniform(0.5, 2, D), rng.standard_normal(D), rng.standard_normal((N, D))


def check_all_three():
    x, gamma, beta, dout = probe()
    out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    functions = {
        "dx": (lambda x: batchnorm_forward(x, gamma, beta, {"mode": "train"})[0], x, dx),
        "dgamma": (
            lambda gamma: batchnorm_forward(x, gamma, beta, {"mode": "train"})[0],
            gamma,
            dgamma,
        ),
        "dbeta": (
            lambda beta: batchnorm_forward(x, gamma, beta, {"mode": "train"})[0],
            beta,
            dbeta,
        ),
    }
    lines = []
    for name, (f, argument, gradient) in functions.items():
        lines.append(f"{name}: {gradients.gradient_check(f, argument, gradient, dout)}")
    return "\n\n".join(lines)


interactive.explore(check_all_three)

# %% [markdown]
# A gradient check is only as good as its probe. Take the simplest loss there is,
# $L = \sum_{i,d} \mathrm{out}_{id}$, so that `dout` is all ones. **What is `dx` then?** Think of
# what you know about the mean of `out` before you run the cell.

# %% role="explore"
def lazy_probes():
    x, gamma, beta, _ = probe()
    ones, zeros = np.ones_like(gamma), np.zeros_like(beta)
    out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    dx_sum, _, _ = batchnorm_backward(np.ones_like(x), cache)
    out, cache = batchnorm_forward(x, ones, zeros, {"mode": "train"})
    dx_squares, _, _ = batchnorm_backward(2 * out, cache)
    first, second = np.abs(dx_sum).max(), np.abs(dx_squares).max()
    return (
        f"loss = sum of out:                            largest |dx| = {first:.1e}\n"
        f"loss = sum of out**2, with gamma 1 and beta 0: largest |dx| = {second:.1e}"
    )


interactive.explore(lazy_probes)

# %% [markdown]
# The sum of each column of `out` is $N\beta_d$, whatever `x` is, so nothing that happens to `x` can
# change this loss: its gradient is zero. With the sum of squares it is nearly the same: for
# $\gamma = 1$ and $\beta = 0$ it is $N \cdot \frac{\sigma^2}{\sigma^2+\varepsilon}$ for each
# feature, which depends on `x` only through $\varepsilon$.
#
# With such a probe, a backward pass that returns zeros passes, and so do several of the usual wrong
# ones. (`gradient_check` says so when everything it sees is zero. Most do not.) Use a random
# upstream gradient, $\gamma \ne 1$ and $\beta \ne 0$.

# %% [markdown]
# ## 7 The second curve
# *2 minutes, ●○○*
#
# Back to the beginning. The same network, the same data, the same order of the batches, the same
# three starts; but between each linear map and its ReLU now stands your layer: `batchnorm_forward`
# on the way forward, `batchnorm_backward` on the way back.
#
# **Predict** the curve for $s = 0.02$, the start at which nothing moved.

# %% role="explore" folded=true
# The three starts, without and with your layer
def second_curve():
    figure, axes = plots.panels(3, size=(4, 3.2))
    for ax, scale in zip(axes, (0.02, 0.2, 0.5)):
        without = run(scale=scale)[1].loss
        with_yours = run(scale=scale, norm=(batchnorm_forward, batchnorm_backward))[1].loss
        plots.curves(
            {"without": without, "with your batchnorm": with_yours},
            title=f"s = {scale}",
            ylim=(0, 4),
            smooth=5,
            ax=ax,
        )
    return figure


interactive.explore(second_curve)

# %% [markdown]
# A loss is a number; here is what it means. Ten pictures that neither network has seen in training,
# and what the two networks with $s = 0.02$ read in them. What do you expect from a network whose
# loss has stayed at 2.303?

# %% role="explore" folded=true
# Ten pictures, read by both networks
def what_they_read():
    answers = []
    for norm in (None, (batchnorm_forward, batchnorm_backward)):
        network, _ = run(scale=0.02, norm=norm)
        scores, _ = network.propagate(digits.x_val[:10], "test")
        answers.append(scores.argmax(axis=1))
    labels = [f"{without} | {yours}" for without, yours in zip(*answers)]
    return plots.images(
        data.digits("unit").x_val[:10],
        labels,
        title="read without normalisation | with your batchnorm",
    )


interactive.explore(what_they_read)

# %% [markdown]
# To the network without normalisation, every picture is the same digit. With your layer all three
# starts learn: it divides by the spread that it finds, so the factor $5s$ per layer never gets a
# chance to build up, neither on the way forward nor on the way back. What the hidden layers output
# no longer depends on the size of their weights. That does not make the size meaningless: the last
# layer has no normalisation behind it, and a gradient still shrinks where weights are large. How,
# you derive in question 1 at the end.

# %% [markdown]
# ## 8 Back in one line
# *11 minutes, ●●●, about 5 lines, 10 points*
#
# The ten steps are right, but they walk through the batch many times. With the algebra done first,
# almost everything cancels. Take one feature, drop its index $d$, write $g_i$ for $\mathrm{dout}_i$
# and $s$ for $\mathrm{sqrtvar} = \sqrt{\sigma^2 + \varepsilon}$. All sums run over the batch. Two
# facts will be used:
#
# $$\mathrm{xmu}_i = s\, \hat x_i \qquad\text{and}\qquad \sum_i \hat x_i = 0 .$$
#
# **Through the variance** (the upper branch of the graph). Steps 8, 7, 6 and 5, substituted into
# each other:
#
# $$\mathrm{dxhat}_i = \gamma g_i, \qquad \mathrm{divar} = \sum_j \gamma g_j\, \mathrm{xmu}_j =
# \gamma s \sum_j g_j \hat x_j, \qquad
# \mathrm{dsqrtvar} = -\frac{\mathrm{divar}}{s^2} = -\frac{\gamma}{s} \sum_j g_j \hat x_j,$$
#
# $$\mathrm{dvar} = \frac{\mathrm{dsqrtvar}}{2s} = -\frac{\gamma}{2 s^2} \sum_j g_j \hat x_j .$$
#
# Steps 4 and 3 bring it back to the rows, and $2\,\mathrm{xmu}_i = 2 s \hat x_i$ cancels the 2 and
# one $s$:
#
# $$\mathrm{dxmu2}_i = 2\,\mathrm{xmu}_i \cdot \frac{\mathrm{dvar}}{N} = -\frac{\gamma}{s}\, \hat
# x_i \cdot \frac1N \sum_j g_j \hat x_j .$$
#
# **Straight back** (the lower branch, from step 7 to step 2): $\mathrm{dxmu1}_i = \mathrm{dxhat}_i
# \cdot \mathrm{ivar} = \dfrac{\gamma}{s}\, g_i .$
#
# **Through the mean.** In step 2 the sum over the second part vanishes, because
# $\sum_i \hat x_i = 0$:
#
# $$\mathrm{dmu} = -\sum_i \left(\mathrm{dxmu1}_i + \mathrm{dxmu2}_i\right) = -\frac{\gamma}{s}
# \sum_j g_j, \qquad \mathrm{dx2}_i = \frac{\mathrm{dmu}}{N} = -\frac{\gamma}{s} \cdot \frac1N
# \sum_j g_j .$$
#
# **Together**, $\mathrm{dx}_i = \mathrm{dxmu1}_i + \mathrm{dxmu2}_i + \mathrm{dx2}_i$, and
# $\frac{\gamma}{s}$ can be taken out:
#
# $$\boxed{\;\mathrm{dx}_i = \frac{\gamma}{s} \left( g_i \;-\; \frac1N \sum_j g_j \;-\; \hat x_i
# \cdot \frac1N \sum_j g_j \hat x_j \right)\;}$$
#
# The $\varepsilon$ sits in $s$ and nowhere else; nothing was approximated. And the two sums are old
# friends: $\sum_j g_j = \mathrm{dbeta}$ and $\sum_j g_j \hat x_j = \mathrm{dgamma}$.
#
# **How to read it.** The layer takes the gradient from above and removes two things: its mean, and
# its part along $\hat x$. That is reasonable. Adding a constant to all $x_i$ changes nothing in the
# output, and neither (apart from $\varepsilon$) does multiplying the distances from the mean by one
# number. A gradient along a direction in which nothing changes would be a mistake. What remains is
# scaled by $\gamma / s$.
#
# Does a term for `eps` appear in your code? Not if your cache holds `ivar` or `sqrtvar`.
#
# <details><summary>Hint 1</summary>
#
# Begin with `dbeta` and `dgamma`: the bracket of the boxed formula contains both, divided by $N$.
# </details>
#
# <details><summary>Hint 2</summary>
#
# What the boxed formula says of one feature, broadcasting says of all: `(N, D)` arrays, `(D,)`
# sums, and $\gamma / s$ of shape `(D,)` in front.
# </details>

# %% role="exercise" from_truth=true
def batchnorm_backward_alt(dout, cache):
    """Backward pass of batch normalisation in train mode, in closed form.

    dout: (N, D), cache: what batchnorm_forward returned for this batch. Both stay as they are.
    Returns dx: (N, D), dgamma: (D,), dbeta: (D,), equal to those of batchnorm_backward.
    """

# %% role="check" points=10
check(batchnorm_backward_alt, batchnorm_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# As a matrix: $\mathrm{dx} = \tfrac{\gamma}{s}\left(I - \tfrac1N \mathbf 1 \mathbf 1^\top -
# \tfrac1N \hat x \hat x^\top\right) g$. The two subtracted matrices project on the two directions
# in which nothing changes. Nobody builds the $N \times N$ matrix; it is for reading.
# </details>
#
# Two implementations by the same person that share no line should agree up to rounding, and the
# second should be faster. By how much? Count how many arrays of shape `(N, D)` each of them makes.
#
# The cell also verifies the reading of the formula: each column of `dx` adds up to zero and is at
# right angles to its column of $\hat x$.

# %% role="explore" folded=true
# Both backward passes: values and time
def two_ways_back():
    rng = np.random.default_rng(8)
    x, dout = rng.standard_normal((500, 200)), rng.standard_normal((500, 200))
    gamma, beta = rng.uniform(0.5, 2, 200), rng.standard_normal(200)
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    seconds = {}
    for function in (batchnorm_backward, batchnorm_backward_alt):
        runs = []
        for _ in range(30):
            start = time.perf_counter()
            dx, _, _ = function(dout, cache)
            runs.append(time.perf_counter() - start)
        seconds[function] = min(runs)
    steps, closed = seconds.values()
    staged_dx, _, _ = batchnorm_backward(dout, cache)
    xhat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    return (
        f"largest difference of the two dx:  {np.abs(dx - staged_dx).max():.0e}\n"
        f"ten steps {1000 * steps:.2f} ms, closed form {1000 * closed:.2f} ms: "
        f"{steps / closed:.1f} times as fast\n"
        f"largest |sum over the batch of dx|:         {np.abs(dx.sum(axis=0)).max():.0e}\n"
        f"largest |sum over the batch of dx * xhat|:  {np.abs((dx * xhat).sum(axis=0)).max():.0e}"
    )


interactive.explore(two_ways_back)

# %% [markdown]
# The two gradients agree up to rounding. In the solution that these lines were written with, the
# ten steps make twelve arrays of shape `(N, D)` on their way, the closed form six. Most of the time
# goes into moving them through memory.
#
# The last number is small, but not as small as the one above it. Which letter of the formula is
# responsible?
#
# <details><summary>Answer</summary>
#
# It is $\varepsilon$. $\sum_i \hat x_i^2 = N \frac{\sigma^2}{\sigma^2 + \varepsilon}$ is not quite
# $N$, so a share of $\frac{\varepsilon}{\sigma^2 + \varepsilon}$ of the part along $\hat x$
# remains: multiplying the distances does change the output a little.
# </details>

# %% [markdown]
# ## 9 A published version to debug
# *13 minutes, ●●○, about 5 lines and nine calls, 10 points*
#
# The following implementation follows one that is in circulation: nine steps forward, the steps
# back, readable, plausible. A network even learns with it, though not as well as it could. It has
# one fault. Read it once, but do not stare at it. Finding faults by measuring is the more useful
# skill.
#
# `published_forward` returns its nine intermediate results as a list, in the order of the steps.

# %% role="given"
def published_forward(x, gamma, beta, eps):
    """x: (N, D), gamma, beta: (D,).  Returns out: (N, D), cache = (stages, gamma, eps).

    stages: the results of steps 1 to 9.
    """
    N = x.shape[0]
    # step 1: mean of each feature
    mu = 1.0 / N * np.sum(x, axis=0)
    # step 2: centre
    xmu = x - mu
    # step 3: squares
    sq = xmu**2
    # step 4: variance
    var = 1.0 * np.sum(sq, axis=0)
    # step 5: standard deviation, safe for a variance of zero
    sqrtvar = np.sqrt(var + eps)
    # step 6: its inverse
    ivar = 1.0 / sqrtvar
    # step 7: normalise
    xhat = xmu * ivar
    # steps 8 and 9: scale and shift
    gammax = gamma * xhat
    out = gammax + beta
    return out, ([mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out], gamma, eps)


def published_backward(dout, cache):
    """dout: (N, D).  Returns dx: (N, D), dgamma: (D,), dbeta: (D,)."""
    (_, xmu, _, var, sqrtvar, ivar, xhat, _, _), gamma, eps = cache
    N = dout.shape[0]
    # step 9
    dbeta = np.sum(dout, axis=0)
    # step 8
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    # step 7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # step 6
    dsqrtvar = -1.0 / sqrtvar**2 * divar
    # step 5
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
    # step 4
    dsq = 1.0 / N * np.ones_like(dout) * dvar
    # step 3
    dxmu2 = 2.0 * xmu * dsq
    # step 2
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dx1, axis=0)
    # step 1
    dx2 = 1.0 / N * np.ones_like(dout) * dmu
    # step 0
    return dx1 + dx2, dgamma, dbeta

# %% [markdown]
# **First measurement: the gradients.** Which of `dx`, `dgamma`, `dbeta` are wrong narrows the place
# down. Keep in mind what a gradient check compares with what.
#
# **Second measurement: the numbers you can predict.** In train mode the standard deviations of
# `out` are $|\gamma|$.

# %% role="explore" folded=true
# The published version, measured
def measure_published():
    x, gamma, beta, dout = probe(N=16)
    out, cache = published_forward(x, gamma, beta, 1e-5)
    dx, dgamma, dbeta = published_backward(dout, cache)
    lines = []
    for name, f, argument, gradient in (
        ("dx", lambda x: published_forward(x, gamma, beta, 1e-5)[0], x, dx),
        ("dgamma", lambda gamma: published_forward(x, gamma, beta, 1e-5)[0], gamma, dgamma),
        ("dbeta", lambda beta: published_forward(x, gamma, beta, 1e-5)[0], beta, dbeta),
    ):
        lines.append(f"{name}: {gradients.gradient_check(f, argument, gradient, dout)}\n")
    lines.append(f"means of out               {out.mean(axis=0).round(3)}   beta  {beta.round(3)}")
    lines.append(f"standard deviations of out {out.std(axis=0).round(3)}   gamma {gamma.round(3)}")
    return "\n".join(lines)


interactive.explore(measure_published)

# %% [markdown]
# So `dgamma` and `dbeta` fit their forward pass, `dx` does not, and the spread of the output is too
# small by the factor $4 = \sqrt{16}$ in each feature, with $N = 16$. Which step could that come
# from?
#
# **Third measurement: stage by stage.** You own nine functions that have been checked. Give them
# the same `x` and compare what each step makes of it with what the published version made: the
# first step that differs is the faulty one. All later ones differ as well, but only because they
# inherit it.
#
# Write this search as a function, so that it finds a fault in *any* step. `np.max(np.abs(a - b))`
# is the largest difference of two arrays; compare it with the size of the numbers themselves,
# because `1e-9` is a large difference between numbers of size `1e-9`.
#
# <details><summary>Hint 1</summary>
#
# The right values first: all nine, from your own functions, in the order of the list.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Walk through both lists at once, count from 1, and return at the first pair that differs too much.
# Only after the last pair is it certain that there is none.
# </details>
#
# <details><summary>Hint 3</summary>
#
# "Too much" compares two numbers: the largest absolute difference, and a ten-thousandth of the
# largest absolute value of the *right* result.
# </details>

# %% role="exercise"
def name_faulty_step(x, gamma, beta, eps, stages):
    """Find the first forward step whose result is wrong.

    x: (N, D), gamma, beta: (D,), eps: number.
    stages: list [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out]: what the nine steps of
        another implementation gave for this x.
    Returns the number (an int from 1 to 9) of the first step whose result differs from the right
    one by more than 1e-4 of the right one's largest absolute value; 0 if there is none.
    """
    ### BEGIN SOLUTION
    mu = batchnorm_step1(x)
    xmu = batchnorm_step2(x, mu)
    sq = batchnorm_step3(xmu)
    var = batchnorm_step4(sq)
    sqrtvar = batchnorm_step5(var, eps)
    ivar = batchnorm_step6(sqrtvar)
    xhat = batchnorm_step7(xmu, ivar)
    gammax = batchnorm_step8(gamma, xhat)
    out = batchnorm_step9(gammax, beta)
    right_stages = [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out]
    for number, (got, right) in enumerate(zip(stages, right_stages), start=1):
        if np.max(np.abs(got - right)) > 1e-4 * np.max(np.abs(right)):
            return number
    return 0
    ### END SOLUTION

# %% role="check" points=5
check(name_faulty_step)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Every step behind the faulty one inherits its fault, so the search can halve the list each time:
# four comparisons in place of nine. In a graph of a thousand steps that is worth it. (A later step
# may hide a fault, as centring hides a wrong constant; then the walk from the front is the safe
# one.)
# </details>
#
# Now aim it at the published version.

# %% role="explore" folded=true
# Your search on the published version
def the_culprit():
    x, gamma, beta, _ = probe(N=16)
    _, (stages, _, eps) = published_forward(x, gamma, beta, 1e-5)
    step = name_faulty_step(x, gamma, beta, eps, stages)
    if step not in range(1, 10):
        return f"Your search says {step!r}: it found no fault, but there is one."
    return plots.batchnorm_graph(
        highlight=f"step{step}",
        results={},
        title=f"The published version: the fault is in step {step}",
    )


interactive.explore(the_culprit)

# %% [markdown]
# Copy `published_forward` into the next cell and repair the step that you found. Change nothing
# else; its backward pass stays as it is.
#
# <details><summary>Hint</summary>
#
# The second measurement told the factor in the standard deviation, so you know the one in the
# variance. Look at what that line divides by.
# </details>

# %% role="exercise" from_truth=true
def repaired_forward(x, gamma, beta, eps):
    """published_forward with its fault repaired.

    x: (N, D), gamma, beta: (D,), eps: number.
    Returns out: (N, D), cache = (stages, gamma, eps),
    stages = [mu, xmu, sq, var, sqrtvar, ivar, xhat, gammax, out].
    """

# %% role="check" points=5
check(repaired_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `x.var(axis=0)` computes steps 1 to 4 at once, biased as it should be here; in pandas, R and
# `torch.var` the default is the other one, with $N - 1$.
# </details>

# %% role="explore" folded=true
# The repaired version, measured
def verify_repair():
    x, gamma, beta, dout = probe(N=16)
    out, cache = repaired_forward(x, gamma, beta, 1e-5)
    dx, _, _ = published_backward(dout, cache)
    found = gradients.gradient_check(
        lambda x: repaired_forward(x, gamma, beta, 1e-5)[0], x, dx, dout
    )
    return (
        f"dx: {found}\n\n"
        f"standard deviations of out {out.std(axis=0).round(3)}   gamma {gamma.round(3)}"
    )


interactive.explore(verify_repair)

# %% [markdown]
# What did the fault cost? Here are the published and the repaired version in the network of section
# 1, from the good start $s = 0.2$, three runs each. Which start value of the loss do you expect for
# a layer whose outputs are too small by a factor of $\sqrt{50} \approx 7$?

# %% role="explore" folded=true
# What the fault costs in training
def cost_of_the_fault():
    versions = {"published": published_forward, "repaired": repaired_forward}
    curves = {}
    for label, forward in versions.items():
        layer = lambda x, gamma, beta, bn_param, forward=forward: forward(x, gamma, beta, 1e-5)
        curves[label] = np.array(
            [run(norm=(layer, published_backward), seed=seed)[1].loss for seed in (1, 2, 3)]
        )
    return plots.curves(
        curves,
        smooth=10,
        ylim=(0, 3.5),
        title="The same network with the published and the repaired layer",
    )


interactive.explore(cost_of_the_fault)

# %% [markdown]
# The published layer begins near $\ln 10 = 2.303$, for its small outputs make nearly equal scores.
# It learns, but slowly: the gradient of a layer's weights has that layer's inputs as a factor, so
# it is too small as well. Nothing in this curve says *fault*. Most faults in neural networks look
# like that, which is why you check numbers that you can predict.
#
# There is a second way to make the gradient check pass: leave the forward pass alone and remove a
# factor $\frac1N$ from step 4 of the *backward* pass. Would that be a repair?
#
# <details><summary>Answer</summary>
#
# The two passes would then belong together, and a gradient check cannot ask for more: it compares a
# backward pass with <em>its own</em> forward pass. But the function would not be batch
# normalisation. Its outputs would have the standard deviation $|\gamma|/\sqrt N$, so the same
# weights would mean something else for each batch size. That is why you looked at numbers that you
# can predict as well. One test asks whether the passes fit each other, the other whether they are
# the right ones.
# </details>

# %% [markdown]
# ## 10 Layer normalisation
# *13 minutes, ●●○, about 7 lines each, 15 points*
#
# All of the trouble with train and test mode, running averages and small batches has one source:
# the statistics are taken over the examples. Ba, Kiros and Hinton
# ([2016](https://arxiv.org/abs/1607.06450)) take them over the **features** instead. Each example
# is normalised by itself, with the mean and the variance of its own row:
#
# $$\mu_i = \frac1D \sum_{d=1}^{D} x_{id}, \qquad \sigma_i^2 = \frac1D \sum_{d=1}^{D} (x_{id} -
# \mu_i)^2, \qquad \hat x_{id} = \frac{x_{id} - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}}, \qquad
# \mathrm{out}_{id} = \gamma_d\, \hat x_{id} + \beta_d .$$
#
# The first three formulas are batch normalisation of the transposed matrix: rows and columns have
# changed places. The last one has *not* been swapped: $\gamma$ and $\beta$ still belong to the
# features and have shape `(D,)`. This asymmetry is the whole difficulty of the exercise.
#
# Why does this layer need neither a mode nor running averages? (You will see it below.)
#
# A statistic of an example has to be subtracted from a whole row. What shape must it have so that
# `(N, D)` minus it broadcasts along the columns? (`keepdims=True` is made for this.)
#
# <details><summary>Hint 1</summary>
#
# Run the steps of section 3 in your head with the axes exchanged. Only the scale and the shift stay
# as they were.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `keepdims=True` keeps a statistic of the rows as a column `(N, 1)`, which broadcasts along the
# features.
# </details>

# %% role="exercise"
def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalisation: each example by the mean and variance of its own features.

    x: (N, D), gamma: (D,), beta: (D,), ln_param: dict with "eps", default 1e-5; it stays as it is.
    Returns out: (N, D), cache: whatever your backward pass needs.
        xhat[i, d] = (x[i, d] - mu[i]) / sqrt(var[i] + eps)
                     mu, var of row i over its D features, var divided by D
        out[i, d]  = gamma[d] * xhat[i, d] + beta[d]
    """
    eps = ln_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    mu = np.mean(x, axis=1, keepdims=True)
    xmu = x - mu
    var = np.mean(xmu**2, axis=1, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xmu * ivar
    out = gamma * xhat + beta
    cache = (xhat, gamma, ivar)
    return out, cache
    ### END SOLUTION

# %% role="check" points=6
check(layernorm_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# It is batch normalisation of `x.T` with $\gamma = 1$ and $\beta = 0$, turned back, then scaled and
# shifted: your nine functions can do it. Many language models leave the mean out as well and divide
# by the root of the mean square: *RMSNorm* ([Zhang and Sennrich,
# 2019](https://arxiv.org/abs/1910.07467)).
# </details>
#
# Now back. $\gamma$ and $\beta$ are broadcast over the rows as before, so nothing changes for them:
#
# $$\mathrm{dbeta}_d = \sum_{i=1}^{N} \mathrm{dout}_{id}, \qquad \mathrm{dgamma}_d = \sum_{i=1}^{N}
# \mathrm{dout}_{id}\, \hat x_{id}, \qquad \mathrm{dxhat}_{id} = \gamma_d\, \mathrm{dout}_{id} .$$
#
# From `dxhat` on, the derivation of section 8 holds with the axes swapped: sums run over the $D$
# features of one row, and $N$ is replaced by $D$. But one line of it must be done again. There,
# $\gamma$ could be taken out of all sums, because it was the same number for the whole column. Here
# the sums run over $d$, and $\gamma_d$ changes from term to term, so it has to stay inside, as a
# part of `dxhat`.
#
# Go through section 8 once more with this in mind, with $s_i = \sqrt{\sigma_i^2 + \varepsilon}$,
# and write down the formula for $\mathrm{dx}_{id}$ before you open the next line.
#
# <details><summary>Compare your formula</summary>
#
# $$\mathrm{dx}_{id} = \frac{1}{s_i} \left( \mathrm{dxhat}_{id} \;-\; \frac1D \sum_{k=1}^{D}
# \mathrm{dxhat}_{ik} \;-\; \hat x_{id} \cdot \frac1D \sum_{k=1}^{D} \mathrm{dxhat}_{ik}\, \hat
# x_{ik} \right)$$
# </details>

# %% [markdown]
# <details><summary>Hint 1: dgamma is right, dx is not</summary>
#
# Multiply by <code>gamma</code> once, at the very beginning, and never again. Then look at the
# shapes of your two means: they belong to rows.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two kinds of sums in one function: `dgamma` and `dbeta` sum over the examples, the two means of
# `dx` over the features. Each mean of a row needs `keepdims`.
# </details>

# %% role="exercise" from_truth=true
def layernorm_backward(dout, cache):
    """Backward pass of layer normalisation.

    dout: (N, D), cache: what layernorm_forward returned. Both stay as they are.
    Returns dx: (N, D), dgamma: (D,), dbeta: (D,); by formulas, for difference quotients of a
    large batch take too long.
    """

# %% role="check" points=9
check(layernorm_backward, layernorm_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `batchnorm_backward_alt` on transposed arrays does it, if `dxhat` takes the place of `dout` and 1
# that of $\gamma$: the same projection, now once for each row.
# </details>
#
# Predictions first: for which of the two layers does the output for the first example change when
# the *other* examples of the batch are replaced?

# %% role="explore" folded=true
# Does the first row change with the others?
def other_peoples_examples():
    x, gamma, beta, _ = probe(N=8)
    replaced = x.copy()
    replaced[1:] = 100 * np.random.default_rng(9).standard_normal(replaced[1:].shape)
    changes = {}
    for name, forward in (("batchnorm", batchnorm_forward), ("layernorm", layernorm_forward)):
        before, _ = forward(x, gamma, beta, {"mode": "train"})
        after, _ = forward(replaced, gamma, beta, {"mode": "train"})
        changes[name] = np.abs(after[0] - before[0]).max()
    return "\n".join(
        f"{name}: the first row changes by up to {change:.3f}" for name, change in changes.items()
    )


interactive.explore(other_peoples_examples)

# %% [markdown]
# Batchnorm in train mode gives the first example another output, though nothing about that example
# has changed: mean and variance belong to the whole batch. With layernorm the change is exactly 0,
# since each row brings its own statistics.

# %% [markdown]
# ## 11 Experiments
# *9 minutes, ●○○, for a second evening*
#
# Everything below runs on your own functions: `batchnorm_forward`, `batchnorm_backward_alt` and the
# two of layer normalisation. Each experiment asks for a prediction: write it down before you run
# the cell.

# %% [markdown]
# ### How large may the learning rate be?
# The start is a good one, $s = 0.2$, so both networks can learn. The learning rate rises from 0.01
# to 30; each point is the accuracy on 300 validation pictures after 300 steps, for two random
# starts. Where does each network stop learning?

# %% role="explore" folded=true
# Rising learning rates
BATCHNORM = (batchnorm_forward, batchnorm_backward_alt)
LAYERNORM = (layernorm_forward, layernorm_backward)
SEEDS = (1, 2)


def validation(norm, **settings):
    """Validation accuracies, one for each random start; NaN for a run that diverged."""
    results = []
    for seed in SEEDS:
        network, history = run(norm=norm, seed=seed, **settings)
        results.append(
            np.nan if history.diverged else accuracy(network, digits.x_val, digits.y_val)
        )
    return results


def rising_rates():
    rates = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
    norms = {"without": None, "with batchnorm": BATCHNORM}
    lines = {name: [] for name in norms}
    for name, rate in interactive.counted(
        [(name, rate) for name in norms for rate in rates], "points"
    ):
        lines[name].append(validation(norms[name], rate=rate))
    return plots.sweep(
        rates,
        lines,
        xlabel="learning rate",
        ylabel="validation accuracy",
        chance=0.1,
        title="Rising learning rates",
        ylim=(0, 1.05),
    )


interactive.explore(rising_rates)

# %% [markdown]
# Without normalisation the end comes between 0.3 and 1: at 1 the network hardly learns, from 3 on
# it diverges. With batchnorm, 3 is still fine. (There are bounds for it, too: at 10 it is down to
# guessing.) At rates that suit both, there is little difference.
#
# ### How far can a gradient be trusted?
# A gradient is a promise about an infinitely small step. The explanation of Santurkar and others
# says that batchnorm makes the promise hold for longer steps. You can measure that: train both
# networks for 10 steps, take the gradient over all training pictures, walk along it for different
# lengths and look at the loss, without training any further. Up to which length does the loss fall?

# %% role="explore" folded=true
# One gradient, longer and longer steps
def trust_in_the_gradient():
    lengths = np.logspace(-2, 1.5, 22)
    curves = {}
    for label, norm in (("without", None), ("with batchnorm", BATCHNORM)):
        network, _ = run(norm=norm, steps=10)
        start = dict(network.params)
        _, direction = network.gradients(digits.x_train, digits.y_train)
        losses = []
        for length in lengths:
            network.params = {
                name: value - length * direction[name] for name, value in start.items()
            }
            scores, _ = network.propagate(digits.x_train, "train")
            losses.append(cross_entropy(scores, digits.y_train)[0])
        curves[label] = (lengths, losses)
    return plots.curves(
        curves,
        xlabel="length of the step, in multiples of the gradient",
        ylabel="loss after the step",
        log="x",
        title="One gradient, steps of different lengths",
        ylim=(0, 5),
    )


interactive.explore(trust_in_the_gradient)

# %% [markdown]
# In the network without normalisation the loss falls up to a length of about 0.2 and rises beyond
# it. With your layer it falls up to a length of about 3, more than ten times as far. That agrees
# with the learning rates of the plot above: 0.3 was the last good one without, 3 with batchnorm.
#
# ### How bad may the start be?
# Now the learning rate is fixed at 0.1, there are 200 steps, and the scale of the initial weights
# runs over five powers of ten. From section 1 you know the good value for the network without
# normalisation, $s = 0.2$. How wide is the valley around it, and how wide with batchnorm? The third
# line belongs to batchnorm with `eps` = $10^{-12}$ instead of $10^{-5}$. Where could that make a
# difference?

# %% role="explore" folded=true
# Starts over five powers of ten
def bad_starts():
    scales = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 1, 3)
    kinds = {
        "without": {"norm": None},
        "with batchnorm": {"norm": BATCHNORM},
        "with batchnorm, eps = 1e-12": {"norm": BATCHNORM, "norm_param": {"eps": 1e-12}},
    }
    lines = {label: [] for label in kinds}
    for label, scale in interactive.counted(
        [(label, scale) for label in kinds for scale in scales], "points"
    ):
        lines[label].append(validation(scale=scale, steps=200, **kinds[label]))
    return plots.sweep(
        scales,
        lines,
        xlabel="standard deviation s of the initial weights",
        ylabel="validation accuracy",
        chance=0.1,
        title="Good and bad starts",
        ylim=(0, 1.05),
        legend="below",
    )


interactive.explore(bad_starts)

# %% [markdown]
# Without normalisation, $s = 0.2$ is the only one of the nine starts that learns to read. With
# batchnorm the valley reaches from 0.01 to 0.5 at 87 % and more, and it falls off slowly on both
# sides. With the smaller $\varepsilon$ it goes on to the left end.
#
# Two edges are worth an explanation.
#
# *Why does batchnorm fail at $s = 10^{-5}$, and why does a smaller $\varepsilon$ help?*
#
# <details><summary>Answer</summary>
#
# The variance in front of the first normalisation is about $64\, s^2$, for $s = 10^{-5}$ less than
# $10^{-8}$. Next to it $\varepsilon = 10^{-5}$ is huge: the layer divides by $\sqrt\varepsilon$
# instead of the spread and the numbers stay tiny. The scale stops mattering only as long as the
# variance is well above $\varepsilon$.
# </details>

# %% [markdown]
# *Why is learning slower, but not impossible, for very large $s$?* That is question 1 of
# section 13.

# %% [markdown]
# ### What happens to the inputs of one layer?
# This is the experiment behind the words *internal covariate shift*. We hold the same 300 pictures
# in front of the network every 5 steps of training and write down what enters the ReLU of the
# fourth hidden layer. The left plot is without normalisation, the right one with batchnorm. Half of
# these numbers lie in the dark band, nine tenths in the light one. What do you expect on the right?

# %% role="explore" folded=true
# One layer's inputs during training
def one_layers_inputs():
    def watch(network, step):
        if step % 5:
            return None
        keep = [dict(param) for param in network.norm_params]
        _, trail = network.propagate(digits.x_val, "train")
        network.norm_params[:] = keep
        return trail[3].preactivation.ravel()

    bands = {}
    for label, norm in (("without", None), ("with batchnorm", BATCHNORM)):
        _, history = run(norm=norm, rate=0.3, steps=200, watch=watch)
        steps = np.array(sorted(history.watched))
        bands[label] = np.array([history.watched[step] for step in steps])
    return plots.bands(
        bands,
        x=steps,
        ylabel="inputs of the ReLU in layer 4",
        title="One layer's inputs during training",
    )


interactive.explore(one_layers_inputs)

# %% [markdown]
# On the left the spread more than doubles within 200 steps, and the later layers have to follow. On
# the right nothing moves, but be careful with the conclusion: the calm is there *by construction*,
# since each unit has the mean $\beta$ and the spread $|\gamma|$, which move slowly. That the calm
# is the reason for fast learning does not follow from this picture.
#
# ### How small may the batch be?
# The mean and the variance of a small batch are rough guesses, and they add noise to everything.
# Layer normalisation does not look at the batch at all. To be fair to small batches, each run sees
# the same number of pictures, 4,800. (This cell takes about ten seconds.)
#
# Before you run it: what are the two values of $\hat x$ in a batch of **two** examples, for any
# feature? Use $x_1$ and $x_2$ in the formulas of section 2.
#
# <details><summary>Compare your result</summary>
#
# $\mu = \tfrac12(x_1 + x_2)$, so $x_1 - \mu = \tfrac12 (x_1 - x_2) = -(x_2 - \mu)$ and
# $\sigma = \tfrac12 |x_1 - x_2|$. Hence $\hat x_1 = \pm 1$ and $\hat x_2 = \mp 1$ (apart from
# $\varepsilon$). All that is left of the feature is <em>which of the two is larger</em>.
# </details>

# %% role="explore" folded=true
# Batches of 64 down to 2
def batch_sizes():
    sizes = (2, 4, 8, 16, 32, 64)
    norms = {"without": None, "with batchnorm": BATCHNORM, "with layernorm": LAYERNORM}
    lines = {name: [] for name in norms}
    for name, size in interactive.counted(
        [(name, size) for name in norms for size in sizes], "points"
    ):
        lines[name].append(validation(norms[name], batch_size=size, steps=4800 // size, rate=0.05))
    return plots.sweep(
        sizes,
        lines,
        xlabel="batch size",
        ylabel="validation accuracy",
        chance=0.1,
        title="From 64 examples a batch down to 2",
        ylim=(0, 1.05),
    )


interactive.explore(batch_sizes)

# %% [markdown]
# With two examples, batchnorm learns little: the signs alone are not much, and at test time the
# running averages replace them by values that the network has never seen. With four it is behind,
# from eight on it keeps up. The other two learn from batches of two as well.
#
# *Why do all three lines fall a little towards the right?* Each run sees 4,800 pictures: in batches
# of 8 that makes 600 steps, in batches of 64 only 75.
#
# ### What are gamma and beta good for?
# We freeze them at 1 and 0, so that each unit keeps mean 0 and spread 1. What do you expect: no
# learning, slower learning, or no difference? (Two starts each.)

# %% role="explore" folded=true
# gamma and beta, learned and frozen
def frozen_parameters():
    kinds = {
        "both learn": (),
        "gamma frozen": ("gamma",),
        "beta frozen": ("beta",),
        "both frozen": ("gamma", "beta"),
    }
    curves = {
        label: np.array([run(norm=BATCHNORM, frozen=frozen, seed=seed)[1].loss for seed in SEEDS])
        for label, frozen in kinds.items()
    }
    return plots.curves(curves, title="gamma and beta, learned and frozen", log="y", smooth=20)


interactive.explore(frozen_parameters)

# %% [markdown]
# Freezing costs little here: with both frozen the loss ends a little higher, and the bands of
# neighbouring lines overlap. A part of the reason stands in the network itself. For $\gamma > 0$,
#
# $$\max(0,\; \gamma \hat x + \beta) = \gamma \cdot \max\left(0,\; \hat x + \beta/\gamma\right),$$
#
# so the factor $\gamma$ can just as well be a part of the next layer's weights. Only
# $\beta/\gamma$, the place at which the ReLU begins, is new. For another activation function, or
# without a linear layer behind it, the answer can be different: this is an experiment, not a law.
#
# ### Your own experiment
# Choose a scale, a learning rate and a layer; the network is trained while you wait. Can you find a
# setting in which the network without normalisation is better? And one in which layer normalisation
# learns and batch normalisation does not?
#
# <details><summary>One answer to both</summary>
#
# Batches of two, $s = 0.2$, learning rate 0.03: without normalisation 77 %, with batch
# normalisation 17 %, with layer normalisation 84 %.
# </details>

# %% role="explore" folded=true
# A network of your choice
def your_own(scale, rate, batch_size, layer):
    norm = {"none": None, "batchnorm": BATCHNORM, "layernorm": LAYERNORM}[layer]
    network, history = run(scale=scale, rate=rate, norm=norm, batch_size=batch_size)
    reached = accuracy(network, digits.x_val, digits.y_val)
    return plots.curves(
        {layer: history.loss}, ylim=(0, 4), smooth=5, title=f"validation accuracy {reached:.2f}"
    )


interactive.explore(
    your_own,
    scale=interactive.slider(
        [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0], start=0.05, label="scale s"
    ),
    rate=interactive.slider(
        [0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0], start=0.3, label="learning rate"
    ),
    batch_size=interactive.slider([2, 4, 8, 16, 32, 64], start=32, label="batch size"),
    layer=interactive.slider(["none", "batchnorm", "layernorm"], start="batchnorm", label="layer"),
)

# %% [markdown]
# ## 12 Your own digit
# *3 minutes, ●○○, for a second evening*
#
# Draw a digit: `#` is ink, `+` pale ink, `.` paper; any number of rows and columns will do. (Or
# take a picture of one on paper: `mine = data.photographed("my-digit.jpg", width=6)`.) Your drawing
# is brought into the form of the data, 8×8 pixels, 6 of them wide, with the mean and spread of the
# training pictures.
#
# A network with your layer is trained from the start $s = 0.02$, at which nothing moved in
# section 1. It then reads your picture **alone**, once in test mode and once in train mode.
# **Predict** both.

# %%
MY_DIGIT = """
..###...
.#...#..
.....#..
....##..
...##...
..##....
.######.
"""
mine = data.drawn(MY_DIGIT, width=6)

# %% role="explore" folded=true
# Your digit, read alone
def read_alone():
    network, _ = run(scale=0.02, norm=BATCHNORM)
    probabilities = {}
    for mode in ("test", "train"):
        keep = [dict(param) for param in network.norm_params]
        scores = network.propagate(data.standardised(mine.reshape(-1, 8, 8)[:1]), mode)[0][0]
        network.norm_params[:] = keep
        odds = np.exp(scores - scores.max())
        probabilities[f"{mode} mode: reads {scores.argmax()}"] = odds / odds.sum()
    figure, (left, right) = plots.panels(2, size=(3.6, 3.4))
    left.imshow(mine.reshape(-1, 8, 8)[0], cmap="gray_r")
    left.set_axis_off()
    left.set_title("what the network sees")
    plots.sweep(
        [str(digit) for digit in range(10)],
        probabilities,
        xlabel="digit",
        ylabel="probability",
        title="One picture, alone",
        ylim=(-0.03, 1.05),
        ax=right,
    )
    return figure


interactive.explore(read_alone)

# %% [markdown]
# In test mode the network reads what you drew, more often than not. Of ten digits drawn for this
# text, networks from six random starts read 6 to 8, where they read 94 to 98 % of the pictures of
# section 7: those were scanned from paper, not typed, and a network knows the kind of ink it was
# trained with. In train mode the answer does not depend on your picture. Draw another digit and
# look at that line again: not one of its points moves. Which numbers does the network see then, in
# place of the picture?
#
# <details><summary>Answer</summary>
#
# In the first normalisation the batch is one row, and the mean of the batch is that row itself, so
# $\hat x = 0$ and the ReLU gets $\beta$. From there on every layer computes with constants. The ten
# probabilities belong to the network's biases and its $\beta$, and to no picture.
# </details>

# %% [markdown]
# ## 13 Two questions
# *11 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences and formulas each are enough; what earns the
# points is said with each part.

# %% [markdown] role="written" points=5 name="scale"
# ### Question 1: why the scale of the weights stops mattering
# A linear layer $z = xW$ stands in front of batch normalisation; take $\varepsilon = 0$. (A bias
# would change nothing: it is subtracted with the mean.) Replace $W$ by $aW$ with a number $a > 0$.
#
# - (a) Show from the formulas of section 2 that the output of batch normalisation does not change.
#   (2 points)
# - (b) How does $\partial L / \partial W$ change? Derive it. (2 points)
# - (c) Explain one of your plots of section 7 or 11 with (a) or (b). (1 point)
#
# ### BEGIN SOLUTION
# (a) The linear layer's result $z$ becomes $az$, so $\mu \to a\mu$, $\sigma \to a\sigma$, and
# $\frac{az - a\mu}{a\sigma} = \frac{z-\mu}{\sigma}$: $\hat z$ is unchanged, hence also
# $\gamma\hat z + \beta$.
#
# (b) Let $L(W)$ be the loss as a function of these weights. By (a), $L(aW) = L(W)$ for all $W$.
# Differentiate both sides with respect to $W$, with the chain rule on the left:
# $a\,(\nabla L)(aW) = (\nabla L)(W)$. So the gradient at $aW$ is $\frac1a$ of the gradient at $W$.
# (The closed form of section 8 says the same: $\mathrm dz$ carries the factor $\gamma/\sigma$, and
# $\sigma \to a\sigma$.)
#
# (c) For instance: without batchnorm, signal and gradient shrink or grow by the factor $5s$ per
# layer. With it, what the hidden layers output is the same for all $s$ (as long as the variance is
# well above $\varepsilon$), so all three starts of section 7 learn. Or: at $aW$ the gradient is
# $\frac1a$ as long and the weights are $a$ times as large, so one step changes them by a share that
# falls with $1/a^2$. This is why learning is slow for very large $s$ in section 11, but does not
# stop. It is also why the network with batchnorm survives larger learning rates: a step that is too
# long makes the weights large, and large weights make the next steps small.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: mean and standard deviation both scale with $a$. Half: one of the two. Nothing:
#   "it is normalised", without them. 1 point: the factor cancels in $\hat z$, so the output is
#   unchanged. Half: it is said to cancel, and not shown in the quotient. Nothing: that the
#   output does not change, said once more.
# - (b) 1 point: the result $1/a$. Half: smaller for larger $a$, without the power. Nothing:
#   another power. 1 point: a derivation, which a wrong power does not spoil: the invariance
#   differentiated, or the factor $1/\sigma$ in the closed form. Half: the right start, and a
#   step is missing. Nothing: no derivation.
# - (c) 1 point: names a plot and connects what it shows with (a) or (b); one of the two is
#   enough. Half: the plot is named, the connection only claimed ("because of (a)"). Nothing:
#   words without plot or formula ("it is more stable").
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="mode"
# ### Question 2: the forgotten mode
# A team trains a network with batch normalisation in batches of 64. The network is fully connected.
# In production it classifies one picture at a time, and the switch to test mode was forgotten.
#
# - (a) What is the output of each batch normalisation layer, and what does the network answer? (2
#   points)
# - (b) In their own tests, with batches of 64 in train mode, the accuracy was excellent. Why did
#   these tests not find the error? (1 point)
# - (c) It is proposed to replace batch normalisation by layer normalisation everywhere. Name one
#   thing that this solves and one thing that is lost or changes, each with its reason. (2 points)
#
# ### BEGIN SOLUTION
# (a) With $N = 1$ the mean is the example itself, so $\hat x = 0$ and each layer outputs $\beta$,
# whatever the picture is. The network gives the same answer for every picture. (In a convolutional
# network the statistics run over positions too: the answers would be worse, but not all equal.)
#
# (b) The statistics of 64 examples resemble those of the training batches, so train mode works as
# it did in training. The tests differed from production in the one respect that matters here, the
# size of the batch.
#
# (c) Solved: the output for an example depends on that example alone; there is no mode and there
# are no running averages; every batch size works, 1 included. Lost or changed: a single feature is
# no longer brought to mean 0 and spread 1 over the data, so a unit can sit in a bad range for all
# examples; differences between examples in mean and scale are removed; the noise of the batch,
# which can regularise, is gone; the network has to be trained anew; batch normalisation in test
# mode is a fixed affine map that can be merged into the weights before it, layer normalisation is
# not.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: $\hat x = 0$, so the output is $\beta$. Half: the mean is the example itself,
#   without what comes out. Nothing: "the statistics are wrong". 1 point: the same answer for
#   every picture. Half: guessing, without that all answers are equal. Nothing: "worse answers".
# - (b) 1 point: the statistics of 64 examples are close to those of training, or: the tests used
#   another batch size than production. Half: train mode works in large batches, without why.
#   Nothing: "the tests were too easy".
# - (c) 1 point: an advantage with its reason; the first one named counts. Half: without a
#   reason. Nothing: "it is better". 1 point: something lost or changed, with its reason; the
#   first one named counts. Half: without a reason. Nothing: "it is slower".
# ### END MARK SCHEME

# %% [markdown]
# ## Formula sheet
#
# Forward and back, step by step, with $g = \mathrm{dout}$ and sums over the batch:
#
# - 1, 2: $\mu = \frac1N \sum_i x_i$, $\mathrm{xmu} = x - \mu$. Back:
#   $\mathrm{dx} = \mathrm{dx1} + \mathrm{dx2}$ with
#   $\mathrm{dx1} = \mathrm{dxmu1} + \mathrm{dxmu2}$ and
#   $\mathrm{dx2} = -\frac1N \sum_i \mathrm{dx1}_i$
# - 3, 4: $\mathrm{var} = \frac1N \sum_i \mathrm{xmu}_i^2$. Back: $\mathrm{dxmu2} = \frac2N\,
#   \mathrm{xmu} \cdot \mathrm{dvar}$
# - 5, 6: $\mathrm{ivar} = 1/\sqrt{\mathrm{var} + \varepsilon}$. Back: $\mathrm{dvar} = -\frac12\,
#   \mathrm{ivar}^3 \cdot \mathrm{divar}$
# - 7: $\hat x = \mathrm{xmu} \cdot \mathrm{ivar}$. Back:
#   $\mathrm{dxmu1} = \mathrm{dxhat} \cdot \mathrm{ivar}$,
#   $\mathrm{divar} = \sum_i \mathrm{dxhat}_i\, \mathrm{xmu}_i$
# - 8, 9: $\mathrm{out} = \gamma\, \hat x + \beta$. Back: $\mathrm{dxhat} = \gamma\, g$,
#   $\mathrm{dgamma} = \sum_i g_i \hat x_i$, $\mathrm{dbeta} = \sum_i g_i$
#
# In closed form, with $s = \sqrt{\mathrm{var} + \varepsilon}$:
#
# - batch normalisation: $\mathrm{dx}_i = \frac{\gamma}{s} \left( g_i - \frac1N \sum_j g_j - \hat
#   x_i \cdot \frac1N \sum_j g_j \hat x_j \right)$
# - layer normalisation: the same over the features of a row, with $\mathrm{dxhat} = \gamma\, g$ in
#   place of $g$ and $\frac1s$ in front
# - running averages: $\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot
#   \text{batch}$, whose weights add up to $1 - m^t$
# - copying and summing over the rows are each other's way back
#
# ## Glossary
#
# | word | means |
# | :-- | :-- |
# | biased variance | divided by $N$; the unbiased one is divided by $N - 1$ |
# | broadcasting | NumPy repeats `(D,)` along the rows of `(N, D)` |
# | cache | what the forward pass keeps for the backward pass |
# | gradient check | a derived gradient against measured difference quotients |
# | internal covariate shift | inputs whose distribution moves while earlier layers learn |
# | momentum (here) | the weight of the old value in a running average |
# | spread | standard deviation |
# | train mode, test mode | statistics of the batch; running statistics |
# | upstream gradient, `dout` | the gradient of the loss with respect to a layer's output |
#
# ## Further reading
#
# - [Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167): batch normalisation, with its
#   backward pass in six formulas.
# - [Santurkar and others, 2018](https://arxiv.org/abs/1805.11604): why it helps, measured. [Bjorck
#   and others, 2018](https://arxiv.org/abs/1806.02375): larger learning rates as the reason.
# - [Ba, Kiros and Hinton, 2016](https://arxiv.org/abs/1607.06450): layer normalisation. [Wu and He,
#   2018](https://arxiv.org/abs/1803.08494): group normalisation, between the two, for small
#   batches.
# - [Ioffe, 2017](https://arxiv.org/abs/1702.03275): batch renormalisation, a remedy for small
#   batches. [Zhang and Sennrich, 2019](https://arxiv.org/abs/1910.07467): RMSNorm.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished steps do not hinder the
# others: each exercise is graded by itself.

# %% role="explore"
progress()
