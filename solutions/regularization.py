# %% [markdown]
# # Regularization: what is not learned by heart
#
# A network with 7,510 numbers is shown a hundred digits, twenty of them with a wrong label: they
# were typed carelessly. After a few seconds it names nearly all of the hundred as they were
# typed, the wrong ones included, and reads new digits worse than it did at a tenth of the way.
# Whatever keeps a network from learning by heart is called *regularization*. You build six means
# of it, measure each one, and mix a recipe of your own, which takes its place beside forty drawn
# at random.
#
# You need NumPy and the idea of gradient descent. Networks and their gradients are given.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | The gap | 3 min | ●○○ | 4 |
# | 2 | Small weights: L2 | 10 min | ●●○ | 8 |
# | 3 | Few weights: L1 | 4 min | ●○○ | 6 |
# | 4 | Both: the elastic net | 4 min | ●○○ | 6 |
# | 5 | More data, fewer features | 1 min | ●○○ | |
# | 6 | Mirrored pictures | 4 min | ●●○ | 7 |
# | 7 | Windows | 11 min | ●●○ | 8 |
# | 8 | Contrast and colour | 9 min | ●●○ | 8 |
# | 9 | Regions of one or two rows | 10 min | ●●○ | 8 |
# | 10 | Fractional max pooling | 10 min | ●●○ | 8 |
# | 11 | The way back | 14 min | ●●● | 10 |
# | 12 | When to stop | 10 min | ●●○ | 9 |
# | 13 | Several networks | 6 min | ●●○ | 8 |
# | 14 | Two relatives: dropout and batch normalisation | 2 min | ●○○ | |
# | 15 | Two questions | 11 min | ●●○ | 10 |
# | 16 | A recipe of your own | 5 min | ●○○ | |
#
# <details><summary>How the minutes are counted</summary>
#
# 180 words a minute (foldings apart), half a minute for each picture, five minutes for each
# written question, and for each line of a solution, `return` apart, 45 seconds (●○○), 75 (●●○) or
# 105 (●●●). Lines that the exercise before had already count as one. Section 16 takes as long as
# you like.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# cell below it, as often as you like; the points are given later, on other inputs. Where a check
# fails and names no mistake, `hint(f)` looks for the line that is wrong. Experiments wait for
# *your* functions. After opening the notebook or restarting its kernel, *Run > Run All Above
# Selected Cell* brings you back.
#
# **Conventions.** Rows are examples; pictures are (N, H, W) or (N, H, W, C), numbers from 0 to 1.
# Parameters are a dict: weights `W0`, `W1`, …, everything else (biases `b0`, …) has another first
# letter. Whatever is random takes a generator, `rng`, made by `np.random.default_rng(seed)`: draw
# from it and from nothing else. λ is called `reg` in code. No function changes its arguments.

# %% role="given"
import math

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.training import Network, accuracy, cross_entropy

begin("regularization")

# %% role="given" folded=true
# The digits of this unit, the careless typist's, and a network with its training loop.
raw = data.digits("unit", flat=False)  # (N, 8, 8), ink from 0 to 1
x_val, y_val = raw.x_val, raw.y_val  # 300 digits by which settings are chosen
x_test, y_test = raw.x_test, raw.y_test  # 300 digits that nobody looks at before the end


def flat(x):
    """Pictures as rows, paper -1, ink 1."""
    return 2 * x.reshape(len(x), -1) - 1


def some_digits(n, seed):
    """n training digits, equally many of each class."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(raw.y_train == c))[: n // 10] for c in range(10)]
    return raw.x_train[np.concatenate(chosen)], raw.y_train[np.concatenate(chosen)]


def careless_digits(seed, n=100, wrong=20):
    """The same, `wrong` of them with another label than their own."""
    x, y = some_digits(n, seed)
    rng = np.random.default_rng(seed)
    places = rng.permutation(n)[:wrong]
    labels = y.copy()
    labels[places] = (y[places] + rng.integers(1, 10, wrong)) % 10
    return x, labels


def he(fan_in, fan_out, seed):
    rng = np.random.default_rng(seed)
    return math.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out))


def build(seed, sizes=(64, 100, 10), **layers):
    return Network(sizes, start=he, seed=seed, **layers)


def learn(network, x, y, epochs=60, rate=0.1, penalty=None, change=None, seed=0, watch=None):
    """Descent on batches of 20. penalty(params) -> (loss, gradients) is added; change(pictures,
    rng) is applied to each batch; watch(network) is asked after each epoch; its answers return."""
    rng, seen = np.random.default_rng(seed), []
    for _epoch in range(epochs):
        for pictures, labels in data.minibatches(x, y, 20, rng):
            pictures = pictures if change is None else change(pictures, rng)
            grads = network.gradients(flat(pictures), labels)[1]
            pull = {} if penalty is None else penalty(network.params)[1]
            for name, grad in grads.items():
                step = rate * (grad + pull.get(name, 0))
                network.params[name] = network.params[name] - step
        seen.append(None if watch is None else watch(network))
    return seen


def right(network, x, y):
    """The share of pictures that are read correctly."""
    return accuracy(network, flat(x), y)


def loss_of(network, x, y):
    return cross_entropy(network.propagate(flat(x))[0], y)[0]

# %% [markdown]
# ## 1 The gap
# *3 minutes, ●○○, 4 points*
#
# Two curves tell whether something is learned by heart: the loss on the examples that are trained
# on, and that on *validation* examples, which the network has never seen. The gap:
#
# $$g_t = L^{\text{val}}_t - L^{\text{train}}_t .$$
#
# A gap alone is no harm. What matters is the epoch from which on the validation loss does not
# come down any more, while the training loss still does: from there on, what is learned is no use
# elsewhere.

# %% role="exercise" from_truth=true
def overfitting_gap(train_losses, val_losses): ...

# %% role="check" points=4
check(overfitting_gap)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Single losses waver, and so does the place of the least one. Libraries smooth the curve first, or
# ask for several epochs in a row: section 12.
# </details>
#
# The hundred digits of the careless typist. **Predict**: which loss has the network on its own
# examples after 80 epochs, and where does the other curve turn?

# %% role="explore" folded=true
# Both losses and the gap over 80 epochs, on a hundred digits with 20 wrong labels.
def two_curves():
    x, y = careless_digits(1)
    network = build(1)

    def watch(now):
        return loss_of(now, x, y), loss_of(now, x_val, y_val), right(now, x, y)

    train, val, own = np.array(learn(network, x, y, 80, watch=watch, seed=1)).T
    gap, turn = overfitting_gap(train, val)
    title = f"Turn in epoch {turn}; at the end {own[-1]:.0%} by heart, gap {gap[-1]:.2f}"
    return plots.curves({"training examples": train, "validation examples": val, "gap": gap},
                        xlabel="epoch", title=title)


interactive.explore(two_curves)

# %% [markdown]
# The training loss goes on to nearly 0. The validation loss turns while the gap is still growing:
# now the twenty wrong labels are learned, each by its own picture. That is no wonder with 64 ·
# 100 + 100 + 100 · 10 + 10 = 7,510 numbers for a hundred labels.

# %% [markdown]
# ## 2 Small weights: L2
# *10 minutes, ●●○, 8 points*
#
# To answer "4" here and "9" for a picture that differs in one pixel, a network needs large
# weights. So make them expensive. Training makes $L + R$ as small as it can, with the L2 penalty
#
# $$R = \frac\lambda2 \sum_{w} w^2, \qquad \frac{\partial R}{\partial w} = \lambda w .$$
#
# **What it does in a step.**
# $w \leftarrow w - \eta\left(\frac{\partial L}{\partial w} + \lambda
# w\right) = (1 - \eta\lambda)\,w - \eta \frac{\partial L}{\partial w}$: each step shortens the
# weight by the same share, before the loss has its say.
#
# **What it does in the end.** Near the best value $w^*$ of one weight the loss is a valley, $\frac
# a2 (w - w^*)^2$. With the penalty the slope is 0 where
#
# $$a\,(w - w^*) + \lambda w = 0 \quad\Longleftrightarrow\quad w = \frac{a}{a + \lambda}\, w^* .$$
#
# A weight that the data determine (steep valley, large $a$) keeps nearly its value. One that
# hardly matters to the data ($a \ll \lambda$) is pulled to 0: the directions in which the noise
# of a hundred examples decides are the flat ones.
#
# **Whom it leaves alone.** A bias moves an output as a whole and cannot tell two pictures apart.
# *Every* matrix counts, the last one too: it is forgotten most often.
#
# <details><summary>Other conventions</summary>
#
# Some books have $\lambda \sum w^2$ (then the gradient is $2\lambda w$), some
# $\frac{\lambda}{2N}\sum w^2$. A λ is worth nothing without its formula.
# </details>
#
# <details><summary>Hint 1</summary>
#
# A loop over `params.items()`. Every name gets an entry in `grads`; which entry is not zeros?
# </details>
# <details><summary>Hint 2</summary>
#
# `name.startswith("W")` decides. The loss of all layers is a running sum that begins at 0.
# </details>

# %% role="exercise" from_truth=true
def l2_penalty(params, reg): ...

# %% role="check" points=8
check(l2_penalty)

# %% [markdown]
# <details><summary>Another way</summary>
#
# PyTorch's optimizers take `weight_decay=λ` and add $\lambda w$ to the gradient, of *all*
# parameters that they are given, biases included; the value of the penalty is never worked out.
# With plain descent that is the same as here. With Adam it is not, for the pull is divided by the
# root of the averaged squares like any gradient; AdamW shortens the weights apart from that.
# </details>
#
# From no penalty to far too much: what becomes of the two curves at λ = 0.03, and what at λ =
# 0.5? **Say before** you move the slider.

# %% role="explore" folded=true
# Both losses for one strength of the L2 penalty.
def one_lambda(reg):
    x, y = careless_digits(1)
    network = build(1)

    def watch(now):
        return loss_of(now, x, y), loss_of(now, x_val, y_val)

    seen = learn(network, x, y, 80, penalty=lambda p: l2_penalty(p, reg), watch=watch, seed=1)
    train, val = np.array(seen).T
    title = f"λ = {reg:g}: {right(network, x_val, y_val):.0%} of the validation digits are read"
    return plots.curves({"training examples": train, "validation examples": val}, xlabel="epoch",
                        ylim=(0, 2.6), title=title)


LAMBDAS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5)
interactive.explore(one_lambda, reg=interactive.slider(LAMBDAS, start=0.03, label="λ"))

# %% role="explore" folded=true
# What is right after training, for seven strengths of the L2 penalty.
def all_lambdas():
    found = {"own labels": [], "validation digits": []}
    for reg in interactive.counted(LAMBDAS[1:], "values of λ"):
        own, new = [], []
        for seed in range(4):
            x, y = careless_digits(seed)
            network = build(seed)
            learn(network, x, y, penalty=lambda p, reg=reg: l2_penalty(p, reg), seed=seed)
            own.append(right(network, x, y))
            new.append(right(network, x_val, y_val))
        found["own labels"].append(own)
        found["validation digits"].append(new)
    return plots.sweep(LAMBDAS[1:], found, xlabel="λ", ylabel="share right", chance=0.1,
                       title="From learning by heart to not learning at all", legend="below")


interactive.explore(all_lambdas)

# %% [markdown]
# (Means over four sets of digits, bars from the least to the greatest.) On the left,
# *overfitting*: 99 % of its own labels are known and fewer than three quarters of new digits. At
# λ = 0.03 the network gives up on eight of its hundred labels, all of them wrong ones, and reads
# five new digits in a hundred more. Beyond 0.1 the pull wins: at λ = 0.5 all weights go to 0, and
# guessing is left, *underfitting*. The training examples alone do not tell you where you are.

# %% [markdown]
# ## 3 Few weights: L1
# *4 minutes, ●○○, 6 points*
#
# Another price: what counts is the absolute value.
#
# $$R = \lambda \sum_w |w|, \qquad \frac{\partial R}{\partial w} = \lambda\,\operatorname{sign}(w)
# .$$
#
# L2 pulls a small weight hardly at all, L1 every weight with the same force λ. In the valley of
# section 2, for $w > 0$: $a(w - w^*) + \lambda = 0$, so $w = w^* - \lambda/a$, as long as that is
# positive. If $|w^*| \le \lambda / a$, the slope vanishes nowhere to the right or to the left of
# 0, and the least value is at 0 itself:
#
# $$w = \operatorname{sign}(w^*)\,\max\!\left(0,\ |w^*| - \frac\lambda a\right).$$
#
# Weights do not merely become small, they become *nothing*. At 0 the absolute value has a corner;
# any slope from -1 to 1 would do, and 0 is the one that leaves a weight of 0 alone.

# %% role="exercise" from_truth=true
def l1_penalty(params, reg): ...

# %% role="check" points=6
check(l1_penalty)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Descent with a slope of ±λ never rests at 0: it steps over it and back, by ηλ each time.
# *Proximal* methods take the step without the penalty first and then the formula above with
# $\lambda\eta$ for $\lambda/a$, so that weights are 0 exactly. scikit-learn's `Lasso` visits one
# weight after the other.
# </details>
#
# One layer, 64 pixels to ten digits, on 500 digits with right labels. **Predict**: at the edge of
# the picture there is hardly ever any ink. What does each penalty do with these weights?

# %% role="explore" folded=true
# The weights of one layer, as pictures, under each penalty.
def both_penalties():
    x, y = some_digits(500, 0)
    threes, noughts, names = [], [], []
    for name, penalty in (("none", None), ("L2", lambda p: l2_penalty(p, 0.03)),
                          ("L1", lambda p: l1_penalty(p, 0.01))):
        network = build(0, (64, 10))
        learn(network, x, y, penalty=penalty)
        w = network.params["W0"]
        threes.append(w[:, 3])
        noughts.append(w[:, 0])
        told = f"{np.mean(np.abs(w) < 0.01):.0%} near 0\n{right(network, x_val, y_val):.0%} right"
        names.append(f"{name}\n{told}\ndigit 3")
    return plots.weights(np.array(threes + noughts).T, (8, 8), names + ["digit 0"] * 3, columns=3,
                         title="Weights of two digits without a penalty, with L2, with L1")


interactive.explore(both_penalties)

# %% [markdown]
# Without a penalty, weights at the edge nearly keep the random numbers that they began with; both
# penalties take these away. L2 keeps a little of everything else. L1 leaves about a fifth of the
# weights, at places which you could circle with a pencil: the others are below 0.01. It costs
# three digits in a hundred here, L2 two: these labels are right, and 500 digits are many for 650
# numbers. (λ is another thing in each formula: 0.03 and 0.01 cannot be compared.)

# %% [markdown]
# ## 4 Both: the elastic net
# *4 minutes, ●○○, 6 points*
#
# Neighbouring pixels are nearly alike. Take two inputs that are equal, so that only $w_1 + w_2$
# matters. If that is 1, all divisions with $w_1, w_2 \ge 0$ cost the same under L1,
# $|w_1| + |w_2| = 1$: an accident of the data decides. L2 prefers a half each: $w_1^2 + w_2^2$ is
# least for $w_1 = w_2$. A mixture keeps groups together and still sends the useless ones to 0:
#
# $$R = \lambda \left( \rho \sum_w |w| + \frac{1 - \rho}{2} \sum_w w^2 \right),$$
#
# with $\rho$, the `ratio`, from 0 (all L2) to 1 (all L1). The gradient is the same mixture of
# both gradients.

# %% role="exercise" from_truth=true
def elastic_net_penalty(params, reg, ratio): ...

# %% role="check" points=6
check(elastic_net_penalty)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Two calls are enough: L1 with λρ and L2 with λ(1 - ρ). scikit-learn's `ElasticNet` has this very
# formula, with `alpha` for λ and `l1_ratio` for ρ; in R's glmnet λ and α are their names.
# </details>

# %% [markdown]
# ## 5 More data, fewer features
# *1 minute, ●○○*
#
# The plainest means come first. *More data*: what is an accident of one example is none of a
# thousand. *Fewer features*: what is not shown cannot be learned by heart. **Predict**, for
# digits with right labels: which loses more when the examples are few, digits averaged down to 4
# x 4 pixels, or digits beside which stand 200 numbers of pure noise?

# %% role="explore" folded=true
# How many examples and which features, against validation digits.
def noisy(x):
    noise = np.random.default_rng(len(x)).uniform(0, 1, (len(x), 200))
    return np.hstack([x.reshape(len(x), -1), noise])


def fewer(x):
    return x.reshape(len(x), 4, 2, 4, 2).mean(axis=(2, 4))


def more_data():
    numbers = (50, 100, 300, 1000)
    views = {"64 pixels": (64, lambda x: x), "16 averages": (16, fewer),
             "64 pixels, 200 of noise": (264, noisy)}
    found = {name: [] for name in views}
    for n in interactive.counted(numbers, "numbers of examples"):
        for name, (size, view) in views.items():
            runs = []
            for seed in range(3):
                x, y = some_digits(n, seed)
                network = build(seed, (size, 100, 10))
                learn(network, view(x), y, 5000 // n, seed=seed)
                runs.append(right(network, view(x_val), y_val))
            found[name].append(runs)
    return plots.sweep(numbers, found, xlabel="training digits", ylabel="validation digits right",
                       title="More data helps all; leaving out helps where it was useless",
                       legend="below")


interactive.explore(more_data)

# %% [markdown]
# Noise costs most where examples are few: with fifty of them, some of 200 random numbers are
# bound to go with a label. Leaving *them* out is worth thirty points in a hundred. But sixteen
# averages never come near 64 pixels: fewer features help if what is left out says nothing, and
# that has to be known, or found out on validation examples.

# %% [markdown]
# ## 6 Mirrored pictures
# *4 minutes, ●●○, 7 points*
#
# More data without collecting any: *augmentation*. A picture is changed at random, each time it
# is used, in a way that leaves its label as it is. A mirrored cat is a cat. Each picture of the
# batch is mirrored with probability $p$, whatever happens to its neighbours: if $u$ is uniform in
# $[0, 1)$, then $u < p$ has probability $p$.
#
# <details><summary>Hint 1</summary>
#
# One random number for each picture makes a row of N booleans. An array can be indexed with it, and
# only these pictures are changed, in a copy.
# </details>
# <details><summary>Hint 2</summary>
#
# Left and right are the order of the columns, axis 2, whatever comes behind it. A slice with the
# step -1 runs backwards.
# </details>

# %% role="exercise" from_truth=true
def horizontal_flip(x, rng, p=0.5): ...

# %% role="check" points=7
check(horizontal_flip)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `np.where` with the N booleans stretched over all other axes chooses between both versions, and
# works out both. torchvision's `RandomHorizontalFlip` decides about a *tensor*: given a batch, it
# mirrors all of it or nothing.
# </details>

# %% [markdown]
# ## 7 Windows
# *11 minutes, ●●○, 8 points*
#
# The second change: cut a window of $h \times w$ out of the picture, somewhere else each time.
# Zeros are put around it first (`pad` on each side), so that a window as large as the picture
# moves what is seen by up to `pad` pixels.
#
# **How many places are there?** A window of height $h$ in $H' = H + 2\,\text{pad}$ rows can begin
# at row $0, 1, \dots, H' - h$: that is $H' - h + 1$ places, and one for $h = H'$. Rows and
# columns are drawn apart, anew for each picture.
#
# <details><summary>Hint 1</summary>
#
# `np.pad` wants a pair for each axis: none for the examples, `pad` twice for rows and columns, none
# for whatever comes behind.
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.integers(low, high, n)` never returns `high`. Draw N rows and N columns, then cut picture by
# picture in a loop.
# </details>

# %% role="exercise" from_truth=true
def random_crop(x, size, rng, pad=0): ...

# %% role="check" points=8
check(random_crop)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Without a loop: `np.lib.stride_tricks.sliding_window_view` shows all windows of all pictures
# without copying anything, and two arrays of N numbers choose one each. The usual recipe for
# photographs also draws the *size* of the window and scales it back (`RandomResizedCrop`).
# </details>

# %% [markdown]
# ## 8 Contrast and colour
# *9 minutes, ●●○, 8 points*
#
# The third change leaves every pixel in its place. Contrast and brightness of each channel are
# drawn at random, as light differs from day to day:
#
# $$\text{out} = m + c\,(x - m) + s .$$
#
# $m$ is the mean of the whole picture, so that $c$ multiplies the distances from it and leaves it
# as it is: $\overline{m + c(x - m)} = m + c\,(m - m) = m$. $s$ moves each of the channels by
# itself, which shifts the colour. What leaves the range from 0 to 1 is cut off there.
#
# <details><summary>Hint 1</summary>
#
# Draw $c$ and $s$ in shapes that broadcast over the pictures: N numbers and N x C numbers, with
# axes of length 1 where one number serves many pixels. `keepdims` does the same for the mean.
# </details>
# <details><summary>Hint 2</summary>
#
# `rng.uniform` gives float64, which makes a float32 picture wide. `astype` with the dtype of x.
# </details>

# %% role="exercise" from_truth=true
def color_jitter(x, rng, contrast=0.2, brightness=0.2): ...

# %% role="check" points=8
check(color_jitter)

# %% [markdown]
# <details><summary>Another way</summary>
#
# torchvision's `ColorJitter` *multiplies* for brightness, mixes with grey for saturation, and turns
# the hue; AlexNet moved colours along their principal directions. They are all the same idea: what
# light does to a photograph.
# </details>
#
# Look at what your three functions do to drawn shapes, and make them do too much:

# %% role="explore" folded=true
# Eight shapes, and what your three changes make of them.
def shrunk(pictures):
    """64 x 64 bytes as 16 x 16 numbers from 0 to 1."""
    return pictures.reshape(len(pictures), 16, 4, 16, 4, 3).mean(axis=(2, 4)) / 255


drawn_shapes = data.shapes(520, "class", seed=1)
shapes_x, shapes_y = shrunk(drawn_shapes.x), drawn_shapes.y


def changed(x, rng, strength=1):
    x = random_crop(horizontal_flip(x, rng), (16, 16), rng, strength)
    return color_jitter(x, rng, 0.5 * strength, 0.2 * strength)


def changed_shapes(strength):
    rng = np.random.default_rng(0)
    rows = [shapes_x[:8], *(changed(shapes_x[:8], rng, strength) for _ in range(3))]
    return plots.images(np.concatenate(rows), columns=8,
                        title=f"Eight shapes (first row), changed with strength {strength}")


interactive.explore(changed_shapes, strength=interactive.slider((1, 2, 4), label="strength"))

# %% [markdown]
# What does it bring? 30 and 60 shapes (circle, square or triangle?), 400 new ones. And the digits,
# a hundred of them. **Predict**: does each change help both?

# %% role="explore" folded=true
# What each change is worth, on shapes and on digits.
def augmentations(strong=(0.5, 0.2)):
    return {
        "none": None,
        "mirrored": horizontal_flip,
        "moved": lambda x, rng: random_crop(x, x.shape[1:3], rng, 1),
        "colour": lambda x, rng: color_jitter(x.reshape(*x.shape[:3], -1), rng, *strong)
        .reshape(x.shape),
    }


def helped():
    changes = augmentations()
    found = {name: [] for name in ("30 shapes", "60 shapes", "100 digits")}
    for change in interactive.counted(list(changes.values()), "changes"):
        for name in found:
            runs, n = [], int(name.split()[0])
            for seed in range(3):
                if "shapes" in name:
                    few = np.random.default_rng(seed).permutation(120)[:n]
                    network = build(seed, (768, 40, 3))
                    learn(network, shapes_x[few], shapes_y[few], 9000 // n, 0.03,
                          change=change, seed=seed)
                    runs.append(right(network, shapes_x[120:], shapes_y[120:]))
                else:
                    x, y = some_digits(n, seed)
                    network = build(seed)
                    learn(network, x, y, change=change, seed=seed)
                    runs.append(right(network, x_val, y_val))
            found[name].append(runs)
    return plots.sweep(list(changes), found, xlabel="change at random", ylabel="share right",
                       title="A change helps if the new pictures could have it", legend="below")


interactive.explore(helped)

# %% [markdown]
# (Three draws each; markers are means, bars go from the least to the greatest.) With thirty
# shapes, mirroring and moving are worth seven to nine points: a mirrored triangle is a triangle,
# and new ones do lie elsewhere. Colour says nothing here and brings little. With sixty shapes
# nothing brings three points. The digits: mirroring and moving make them *worse* by about three
# points. No new digit is ever mirrored, and each one fills its box and stands in the middle. **A
# change is a claim about the data.** It has to leave the label as it is, and be something that
# new pictures may have.

# %% [markdown]
# ## 9 Regions of one or two rows
# *10 minutes, ●●○, 8 points*
#
# Pooling with 2 x 2 throws three quarters of all numbers away at once. *Fractional* max pooling
# (Graham 2014) shrinks by a factor between 1 and 2. It cannot do that with equal regions, so it
# takes regions of one row and of two, mixed, and draws the mixture anew each time: every pass
# sees the picture stretched a little differently.
#
# **The definition.** To get $K$ regions, rows are cut at whole numbers $a_0 < a_1 < \dots < a_K$
# whose steps $a_{i+1} - a_i$ are 1 or 2. (Columns have numbers $b_0, \dots, b_L$ of their own.)
# Region $i$
#
# - *disjoint*: has the rows from $a_i$ to $a_{i+1} - 1$;
# - *overlapping*: has the rows from $a_i$ to $a_{i+1}$, sharing the last one with its neighbour.
#
# We count from 0 and let the numbers run from 0 to `end`.
#
# <details><summary>Which end covers everything?</summary>
#
# Graham counts from 1 and lets the numbers run from 1 to the number of rows in both cases. With
# $H$ rows, his choice is here <code>end</code> $= H - 1$: overlapping regions then cover
# everything, disjoint ones leave out the last row. With <code>end</code> $= H$ disjoint regions
# cover everything.
# </details>
#
# **Random.** If $t$ of the $K$ steps are 2, the sum is $K + t$, and it must be `end`: so $t =
# \text{end} - K$ twos and $K - t$ ones, in random order.
#
# **Pseudorandom.** With $\alpha = \text{end} / K$ and one $u$ between 0 and 1:
#
# $$a_i = \lceil \alpha (i + u) \rceil - \lceil \alpha u \rceil .$$
#
# (The paper has the first term; the second one makes $a_0 = 0$.) The last one is
# $\lceil \text{end} + \alpha u \rceil - \lceil \alpha u \rceil = \text{end}$, because `end` is
# whole. And since $1 \le \alpha \le 2$, two numbers that are α apart are rounded up to whole
# numbers that are 1 or 2 apart.
#
# <details><summary>Hint 1</summary>
#
# Random: write down the steps in order first (`np.repeat`), shuffle them (`rng.permutation`), and
# ask what `np.cumsum` makes of them. Which number is missing in front?
# </details>
# <details><summary>Hint 2</summary>
#
# Pseudorandom: all $K + 1$ numbers at once with `np.arange`, one `rng.random()`. Indices are whole:
# `.astype(int)`.
# </details>

# %% role="exercise" from_truth=true
def pooling_boundaries(end, count, rng, kind): ...

# %% role="check" points=8
check(pooling_boundaries)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Implementations disagree. TensorFlow runs from 0 to the number of rows in both cases and cuts off
# what overlaps beyond; PyTorch's `fractional_max_pool2d` has regions of one fixed size, which
# overlap as much as they must, at pseudorandom places. Floors in place of ceilings give the same
# boundaries, unless some $\alpha (i + u)$ is whole.
# </details>

# %% [markdown]
# ## 10 Fractional max pooling
# *10 minutes, ●●○, 8 points*
#
# With the boundaries given, the forward pass takes for each picture, each region and each channel
# the largest number,
#
# $$\text{out}_{nijc} = \max_{r \in R_i,\ s \in S_j} x_{nrsc},$$
#
# where $R_i$ are the rows of region $i$ and $S_j$ the columns of region $j$. What the cache keeps
# for the backward pass, you decide.
#
# <details><summary>Hint 1</summary>
#
# Two loops over the regions, all pictures and channels at once. A slice leaves out its end: which
# end does a disjoint region need, which one an overlapping one?
# </details>
# <details><summary>Hint 2</summary>
#
# `np.max` with two axes. An output made with `np.empty` has the shape of the result and x's dtype.
# </details>

# %% role="exercise" from_truth=true
def fractional_max_pool_forward(x, pool_param): ...

# %% role="check" points=8
check(fractional_max_pool_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A maximum of maxima: first over the rows, then over the columns of what is left. That needs K + L
# steps instead of K · L. Where regions are disjoint, `np.maximum.reduceat` does each of them in one
# call.
# </details>
#
# One digit, twice the size it comes in, pooled in four ways. The middle column is what a network
# sees in three passes.

# %% role="explore" folded=true
# A digit pooled in four ways.
def regions(x, count, rng, kind="random", overlapping=True):
    """A pool_param for pictures x (N, H, W, ...), count x count regions."""
    ends = [size - overlapping for size in x.shape[1:3]]
    rows, cols = (pooling_boundaries(end, count, rng, kind) for end in ends)
    return {"rows": rows, "cols": cols, "overlapping": overlapping}


def pooled(x, param):
    """Grey pictures (N, H, W), pooled."""
    return fractional_max_pool_forward(x[..., None], param)[0][..., 0]


def four_ways():
    digit = np.kron(x_val[1:2], np.ones((1, 2, 2)))
    rng, shown, names = np.random.default_rng(0), [], []
    for kind in ("random", "pseudorandom"):
        for overlapping in (False, True):
            for _ in range(3):
                shown.append(pooled(digit, regions(digit, 11, rng, kind, overlapping))[0])
                names.append("")
            names[-2] = f"{kind}, {'overlapping' if overlapping else 'disjoint'}"
    return plots.images(np.array(shown), names, columns=6,
                        title="16 x 16 becomes 11 x 11, four ways")


interactive.explore(four_ways)

# %% [markdown]
# Random regions bend the strokes more: several twos in a row squeeze a part, several ones leave
# it as it is. Pseudorandom ones squeeze evenly. Overlapping regions thicken the strokes, since
# dark pixels on a boundary count twice.

# %% [markdown]
# ## 11 The way back
# *14 minutes, ●●●, 10 points*
#
# Only one number of a region decided about its maximum. If it grows by $\varepsilon$, so does the
# output; if any other one does, nothing happens. With $(r^*, s^*)$ for the place of the maximum
# in region $i, j$ of picture $n$ and channel $c$:
#
# $$\frac{\partial\, \text{out}_{nijc}}{\partial x_{nrsc}} = \begin{cases} 1 & (r, s) = (r^*, s^*)
# \\ 0 & \text{else} \end{cases}, \qquad \frac{\partial L}{\partial x_{nrsc}} = \sum_{i, j\,:\,(r^*,
# s^*) = (r, s)} \frac{\partial L}{\partial\,\text{out}_{nijc}} .$$
#
# The sum is the chain rule's: where regions overlap, one place may be the maximum of up to four,
# and all of them come back to it.
#
# **Ties.** Behind a ReLU many numbers are 0. There the maximum has a corner, and any share among
# the equal ones would be a slope. We give all of it to the first, row by row, which is what
# `argmax` finds.
#
# <details><summary>Hint 1</summary>
#
# In each region: flatten rows and columns into one axis, so that `argmax` over it gives (N, C)
# places. A flat place $q$ in a region of width $w$ is row $q \mathbin{//} w$, column $q \bmod w$.
# </details>
# <details><summary>Hint 2</summary>
#
# These rows and columns count from the corner of the *region*. In x they begin at its boundaries.
# </details>
# <details><summary>Hint 3</summary>
#
# dx is indexed with four things of shapes that broadcast to (N, C): the pictures as a column, the
# rows, the columns, the channels as a row. `np.ogrid` makes the outer two.
# </details>

# %% role="exercise" from_truth=true
def fractional_max_pool_backward(dout, cache): ...

# %% role="check" points=10
check(fractional_max_pool_backward, fractional_max_pool_forward)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Libraries keep the places of the maxima from the forward pass (PyTorch's `return_indices`), so
# that the way back is one `np.add.at`: an addition in which places may repeat. Within one region no
# place repeats, and `+=` is enough.
# </details>
#
# Where does the gradient go? Let every number of the output pull with 1: then dx counts how many
# regions each pixel has won. **Predict** the largest number for disjoint and for overlapping
# regions.

# %% role="explore" folded=true
# How many regions each pixel of a digit has won.
def who_wins():
    digit, rng = np.kron(x_val[1:2], np.ones((1, 2, 2))), np.random.default_rng(0)
    digit += 1e-3 * rng.uniform(-1, 1, digit.shape)  # no two are equal
    shown, names, most = [digit[0] / digit.max()], ["digit"], {}
    for overlapping in (False, True):
        wins = []
        for _ in range(3):
            param = regions(digit, 11, rng, "random", overlapping)
            out, cache = fractional_max_pool_forward(digit[..., None], param)
            wins.append(fractional_max_pool_backward(np.ones_like(out), cache)[0, :, :, 0])
        most[overlapping] = np.max(wins)
        shown += [won / np.max(wins) for won in wins]
        names += ["", "overlapping" if overlapping else "disjoint", ""]
    told = f"at most {most[False]:.0f} disjoint, {most[True]:.0f} overlapping"
    return plots.images(np.array(shown), names, columns=7,
                        title=f"Regions that a pixel wins: {told}")


interactive.explore(who_wins)

# %% [markdown]
# Disjoint regions share no pixel, so each can win once: black and white. Where regions overlap, a
# dark pixel on a corner wins up to four of them (an assignment in place of the addition would
# lose three), and more than half of all pixels win nothing.

# %% [markdown]
# ## 12 When to stop
# *10 minutes, ●●○, 9 points*
#
# The cheapest means of all: stop where the validation loss turns. But it wavers, and while you
# train you do not see the rest of it. So a rule needs *patience*: stop when there has been no
# improvement for so many epochs, and keep the parameters of the best one. Each part of it has
# gone wrong in published code:
#
# - *Improvement* is strict: $\ell_t < m - \delta$, with $m$ the loss of the last improvement. With
#   $\le$ a plateau counts as progress for ever; with the wrong sign of $\delta$ a worse loss does.
# - NaN is no improvement. (The comparison is False, if you ask for what should be true.)
# - The count begins anew at each improvement.
# - Best parameters are *copies*: whoever keeps a reference finds the last ones in it.
#
# <details><summary>Hint 1</summary>
#
# Two things are remembered: the epoch of the last improvement, and its loss. How many epochs ago it
# was is a difference, not a counter.
# </details>
# <details><summary>Hint 2</summary>
#
# Before the first improvement best is -1 and the loss infinite. Two questions an epoch, in this
# order: is it an improvement, and is patience at an end?
# </details>

# %% role="exercise" from_truth=true
def early_stopping(losses, patience, min_delta=0.0): ...

# %% role="check" points=9
check(early_stopping)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Keras' `EarlyStopping` counts in the same way, but keeps the last parameters unless
# `restore_best_weights=True` is said. Prechelt (1998) compared rules: slower ones are 4 % better on
# average and take four times as long. For a quadratic valley, stopping after $t$ steps of rate η
# acts like L2 with a λ of about $1/(\eta t)$: flat directions have not yet moved far from where
# they began.
# </details>
#
# The careless digits again, for 80 epochs; the rule is told the validation loss, and 300 *other*
# digits tell what it is worth. **Predict**: which patience is too short?

# %% role="explore" folded=true
# A validation curve, and where your rule stops.
def a_long_run(seed):
    """Validation loss and share of test digits right, after each epoch."""
    x, y = careless_digits(seed)

    def watch(now):
        return loss_of(now, x_val, y_val), right(now, x_test, y_test)

    return np.array(learn(build(seed), x, y, 80, seed=seed, watch=watch)).T


def stopped(patience):
    val, _ = a_long_run(1)
    stop, best = early_stopping(val, patience)
    epochs = np.arange(len(val))
    lines = {"seen before the stop": (epochs[: stop + 1], val[: stop + 1])}
    if stop + 2 < len(val):
        lines["never seen"] = (epochs[stop:], val[stop:])
    title = f"Patience {patience}: stopped after epoch {stop}, best in epoch {best}"
    return plots.curves(lines, xlabel="epoch", ylabel="validation loss", title=title)


PATIENCES = (1, 2, 3, 5, 10, 20)
interactive.explore(stopped, patience=interactive.slider(PATIENCES, start=3, label="patience"))

# %% role="explore" folded=true
# What stopping gains on other digits, for each patience.
def worth():
    gained, epochs = [], []
    runs = [a_long_run(seed) for seed in interactive.counted(range(6), "runs")]
    for patience in PATIENCES:
        ends = [early_stopping(val, patience) for val, _ in runs]
        gained.append([new[best] - new[-1] for (_, new), (_, best) in zip(runs, ends, strict=True)])
        epochs.append(np.mean([stop + 1 for stop, _ in ends]))
    names = [f"{p}\n{e:.0f} epochs" for p, e in zip(PATIENCES, epochs, strict=True)]
    return plots.sweep(names, {"gain": gained}, legend="none",
                       xlabel="patience, and epochs that it took on average",
                       ylabel="share right, less that of epoch 80",
                       title="What stopping gains on other digits")


interactive.explore(worth)

# %% [markdown]
# On average over six runs stopping is worth five to seven points, with every patience, and a
# short one also saves most of the time. Patience 1 does so well because *these* curves are steep
# and nearly smooth on their way down. A longer patience finds a lower loss, but the lowest *loss*
# need not be the most right answers: late in training a network is surer, also of what it gets
# wrong.
#
# <details><summary>How much do runs differ?</summary>
#
# From 1 to 12 points with patience 10, as the bars say. Ten other sets of digits gave three to
# five points, and one of them <i>lost</i> five with patience 1.
# </details>

# %% [markdown]
# ## 13 Several networks
# *6 minutes, ●●○, 8 points*
#
# Networks that were begun differently err differently. Let $M$ of them speak, and average their
# probabilities:
#
# $$\bar p_{nc} = \frac1M \sum_{m=1}^M \operatorname{softmax}(z^{(m)}_n)_c .$$
#
# **It cannot hurt, on average.** $-\ln$ is convex, so (Jensen) the loss of the mean is at most
# the mean of the losses: $-\ln \bar p_{ny} \le \frac1M \sum_m -\ln p^{(m)}_{ny}$. How much it
# helps depends on the spread: if the members' errors have variance $\sigma^2$ and correlation
# $\rho$ in pairs,
#
# $$\operatorname{Var}\Big(\frac1M \sum_m e_m\Big) = \frac{1}{M^2}\left(M \sigma^2 + M(M -
# 1)\rho\sigma^2 \right) = \rho\,\sigma^2 + \frac{1 - \rho}{M}\,\sigma^2 .$$
#
# The second part dies out with more members. The first one stays: what all of them get wrong
# together.
#
# <details><summary>Hint 1</summary>
#
# Scores are (M, N, C). Softmax runs over the classes, the mean over the networks: which axes are
# that?
# </details>
# <details><summary>Hint 2</summary>
#
# Scores may be in the thousands. Taking the largest score of each row away before `exp` changes no
# probability.
# </details>

# %% role="exercise" from_truth=true
def ensemble_predict(scores): ...

# %% role="check" points=8
check(ensemble_predict)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Votes: each network names a class, and the majority has it; a network that is sure then counts no
# more than one that wavers. A geometric mean (average the logarithms, and normalise) is what one
# gets from averaging scores. *Snapshots* of one training, or several poolings or crops of one
# picture, make an ensemble for the price of one network.
# </details>
#
# Ensembles are said to bring 2 to 5 %. Better than whom? Ten networks, in two ways: *seeds* (the
# same digits, other initial weights) and *subsets* (each one gets a hundred digits drawn from the
# hundred with replacement, so about 63 different ones). 600 digits judge. **Predict** the gain
# over the mean of the members in both ways, and over *one* network with all hundred digits.

# %% role="explore" folded=true
# Ten networks together against one, in four ways.
new_x, new_y = np.concatenate([x_val, x_test]), np.concatenate([y_val, y_test])


def members(way, source, run, count=10):
    """Scores of networks: (count, 600, 10)."""
    x, y = source(run)
    scores = []
    for m in range(count):
        chosen, number = np.arange(len(x)), 100 * run + m
        if way == "subsets":
            chosen = np.random.default_rng(number).integers(0, len(x), len(x))
        network = build(number)
        learn(network, x[chosen], y[chosen], 40, seed=number)
        scores.append(network.propagate(flat(new_x))[0])
    return np.array(scores)


def shares(scores):
    return (scores.argmax(axis=-1) == new_y).mean(axis=-1)


def gains():
    sources = {"right labels": lambda run: some_digits(100, run),
               "20 wrong labels": careless_digits}
    names, over_members, over_one = [], [], []
    for told, source in sources.items():
        for way in interactive.counted(("seeds", "subsets"), f"ways, {told}"):
            names.append(f"{way},\n{told}")
            each = [members(way, source, run) for run in range(5)]
            alone = np.array([shares(scores).mean() for scores in each])
            if way == "seeds":
                one = alone  # networks with all hundred digits
            all_ = np.array([(ensemble_predict(scores)[0] == new_y).mean() for scores in each])
            over_members.append(100 * (all_ - alone))
            over_one.append(100 * (all_ - one))
    series = {"over its members": over_members, "over one network with all digits": over_one}
    return plots.sweep(names, series, legend="below",
                       xlabel="ten networks", ylabel="digits in a hundred",
                       title="What an ensemble gains depends on whom it is compared with")


interactive.explore(gains)

# %% [markdown]
# With right labels ten seeds gain about 1 point, from 0.8 to 1.9. Ten subsets gain nearly 6 over
# their members, and *nothing* over one network that had all the digits: the members were weak for
# lack of data. With wrong labels it is 2.6 for seeds, and 5 for subsets over one network (11 over
# their members): more than a third of the members never saw a given wrong label. So 2 to 5 % is a
# fair promise where single networks waver a lot. (Means of five sets of a hundred digits; bars
# from the least to the greatest. With seeds both comparisons are the same.)
#
# **One network, twelve poolings.** Digits, pooled from 8 x 8 to 6 x 6 in front of a network. Once
# the regions are drawn once and kept; once they are drawn anew for each batch. A network of the
# second kind can read a new digit twelve times, each time pooled differently, and average.
# **Predict**: which is better with one pooling, and which with twelve?

# %% role="explore" folded=true
# One pooling of each picture against twelve.
def read_through(kind, seed):
    """Right answers of one pooling, and of twelve together."""
    rng = np.random.default_rng(seed)
    x, y = some_digits(100, seed)
    kept, network = regions(x, 6, rng), build(seed, (36, 100, 10))

    def change(pictures, rng):
        return pooled(pictures, kept if kind == "kept" else regions(pictures, 6, rng, kind))

    learn(network, x, y, change=change, seed=seed)
    scores = np.array([network.propagate(flat(change(x_val, rng)))[0] for _ in range(12)])
    return (scores.argmax(axis=2) == y_val).mean(), (ensemble_predict(scores)[0] == y_val).mean()


def three_kinds():
    kinds = ["kept", "random", "pseudorandom"]
    found = np.array([[read_through(kind, seed) for seed in range(4)]
                      for kind in interactive.counted(kinds, "kinds")])
    return plots.sweep(kinds, {"one pooling": found[:, :, 0], "twelve, averaged": found[:, :, 1]},
                       xlabel="regions", ylabel="validation digits right",
                       title="Random regions pay when many are averaged", legend="below")


interactive.explore(three_kinds)

# %% [markdown]
# With one pooling, kept regions win (80 against 76 digits in a hundred): the network knows them.
# With twelve, averaged, random regions reach 84 to 85: most accidents of the regions cancel.
# (Without any pooling the 64 pixels give 89 here. Six by six is a rough view.)

# %% [markdown]
# ## 14 Two relatives: dropout and batch normalisation
# *2 minutes, ●○○*
#
# Both add noise while training, which makes learning by heart harder.
#
# **Dropout is a penalty in disguise.** Take one linear unit, inputs $x_d$ multiplied by masks
# $\mu_d$ that are $1/p$ with probability $p$ and 0 otherwise: mean 1, variance $\frac{1}{p} - 1 =
# \frac{1-p}{p}$. The masks are independent, so the mean of a square is the square of the mean plus
# the variance:
#
# $$\mathbb E\Big(\sum_d w_d x_d \mu_d - t\Big)^2 = \Big(\sum_d w_d x_d - t\Big)^2 + \frac{1 - p}{p}
# \sum_d x_d^2\, w_d^2 .$$
#
# That is L2 with a λ of its own for each weight: expensive is a weight whose input is large.
#
# **Batch normalisation** takes mean and variance of a batch of $B$ examples; these waver by about
# $\sigma/\sqrt B$ from batch to batch, and with them each example's numbers. But the layer also
# divides by the spread, so the weights in front of it can be multiplied by any $a > 0$ and
# nothing changes. *Then L2 has no grip on them*: training shrinks them for free.
#
# Paste your own `dropout_forward`, `dropout_backward`, `batchnorm_forward` and
# `batchnorm_backward` from their units into the next cell. Rows whose functions are missing are
# left out.

# %%
# your dropout_forward(x, dropout_param), dropout_backward(dout, cache),
# batchnorm_forward(x, gamma, beta, bn_param), batchnorm_backward(dout, cache)

# %% role="explore" folded=true
# Dropout and batch normalisation, with L2 and without.
def relatives():
    layers = {"neither": {}}
    if {"dropout_forward", "dropout_backward"} <= globals().keys():
        layers["dropout, p = 0.5"] = {"dropout": (dropout_forward, dropout_backward),
                                      "dropout_param": {"p": 0.5, "seed": 1}}
    if {"batchnorm_forward", "batchnorm_backward"} <= globals().keys():
        layers["batchnorm"] = {"norm": (batchnorm_forward, batchnorm_backward)}
    found = {"without L2": [], "with L2, λ = 0.03": []}
    for kind in layers.values():
        for name, reg in zip(found, (0.0, 0.03), strict=True):
            runs = []
            for seed in range(4):
                x, y = careless_digits(seed)
                network = build(seed, **kind)
                learn(network, x, y, penalty=lambda p, reg=reg: l2_penalty(p, reg), seed=seed)
                runs.append(right(network, x_val, y_val))
            found[name].append(runs)
    return plots.sweep(list(layers), found, xlabel="layer", ylabel="validation digits right",
                       title="What each layer is worth with 20 wrong labels of 100", legend="below")


interactive.explore(relatives)

# %% [markdown]
# With right layers (means of four sets): nothing 0.73, dropout 0.78, L2 0.79, both of them 0.81.
# Batch normalisation gives 0.72 and with L2 0.73: batches of 20 are noisy, and all hundred labels
# are learned by heart all the same.

# %% [markdown]
# ## 15 Two questions
# *11 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences each are enough.

# %% [markdown] role="written" points=5 name="which-remedy"
# ### Question 1: which remedy?
# A classifier of road signs has, after training, 99 % on its training pictures and 81 % on
# validation pictures. A friend proposes: (i) mirror pictures at random; (ii) L2 with λ = 10, "to be
# safe"; (iii) a larger network.
#
# - (a) Does it overfit or underfit, and by which two numbers do you tell? (1 point)
# - (b) Why is (i) dangerous for road signs? Name one change at random that is not, with its reason.
#   (2 points)
# - (c) What would you expect of (ii) for *both* percentages, and how would you choose λ instead?
#   (2 points)
#
# ### BEGIN SOLUTION
# (a) It overfits: 99 % on what it has seen and 81 % on what it has not.
#
# (b) Mirroring changes what some signs mean (turn left becomes turn right), so labels would be
# wrong. Harmless: brightness, contrast or colour jitter within what weather and cameras do, or
# small shifts and crops, since a new photograph could differ in this way and the label stays.
#
# (c) With λ far too large all weights go to 0: both percentages fall to chance, about equally low.
# Try values in decades, from 1e-4 on, and take the one with the best validation accuracy; report it
# on other (test) pictures.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: overfits, by the distance of both numbers (or: training high, validation much
#   lower). Half: overfits, with one number. Nothing: underfits, or no number.
# - (b) 1 point: mirrored signs mean something else (any example). Half: "labels would be wrong",
#   without how. Nothing: "mirroring does not help". 1 point: another change, with the reason
#   that the label stays or that new pictures may have it. No half. Nothing: without a reason, or
#   one that changes what a sign means.
# - (c) 1 point: both fall (underfitting, towards chance). Half: one of the two percentages
#   alone. Nothing: validation rises. 1 point: several λ compared on validation pictures (or by
#   cross-validation); decades are not needed. Half: several λ, without on which pictures.
#   Nothing: "a smaller λ", or a choice on the training pictures.
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="the-ensemble"
# ### Question 2: an ensemble in a report
# "We split our 1,000 pictures into ten parts and trained a network on each. A single network has 84
# % on the 400 test pictures, all ten together 91 %. So ensembles are worth seven points."
#
# - (a) With which other network should the 91 % be compared, and why? (2 points)
# - (b) With errors of variance $\sigma^2$ and correlation 0.4, what is the variance of the mean of
#   ten, and what is it at least, however many are added? (2 points)
# - (c) If each of 400 pictures is read correctly with probability 0.91, whatever happens to the
#   others: by how much does the share vary (standard deviation)? (1 point)
#
# ### BEGIN SOLUTION
# (a) With one network trained on all 1,000 pictures: the members had a tenth of the data each and
# are weaker for it. The gain over weak members is partly just the data that the others had.
# (Compare costs, too: ten trainings.)
#
# (b) 0.4 σ² + 0.6 σ²/10 = 0.46 σ². At least 0.4 σ².
#
# (c) sqrt(0.91 · 0.09 / 400) = 0.0143: about 1.4 points.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: one network with all the data. Half: one network, without how many pictures.
#   Nothing: another ensemble. 1 point: its members have seen less (are weaker for lack of data).
#   Half: "the members are weak". Nothing: no reason.
# - (b) 1 point: 0.46 σ². Half: the right formula with a slip in its numbers. Nothing: a tenth of
#   σ². 1 point: 0.4 σ². Half: "it does not go to 0", without the value. Nothing: 0.
# - (c) 1 point: about 1.4 points (0.014), or the formula with the right numbers put in. Half:
#   the variance (0.0002) in place of its root. Nothing: another number without a formula.
# ### END MARK SCHEME

# %% [markdown]
# ## 16 A recipe of your own
# *5 minutes, ●○○*
#
# A hundred digits, twenty wrong labels, and all that you have written. Mix: how strong a penalty
# and of which kind, how far pictures are moved, how much contrast changes, how many networks (at
# most five, as in the field), how much patience. **Look at the validation digits as often as you
# like. The place is decided on the 300 test digits: set `LOOK = True` once, at the end.** Whoever
# looks twice has begun to choose by them.

# %%
MY_RECIPE = {"reg": 0.01, "ratio": 0.0, "pad": 0, "contrast": 0.2, "members": 3, "patience": 10}
LOOK = False

# %% role="explore" folded=true
# What your recipe reads, and its place.
def cook(seed, reg, ratio, pad, contrast, members, patience):
    """Right answers on validation and test digits, as two rows of booleans."""
    x, y = careless_digits(seed)

    def change(pictures, rng):
        pictures = random_crop(pictures, (8, 8), rng, pad)
        return color_jitter(pictures[..., None], rng, contrast, contrast / 4)[..., 0]

    def watch(now):
        kept = {name: values.copy() for name, values in now.params.items()}
        return loss_of(now, x_val, y_val), kept

    scores = {"val": [], "test": []}
    for m in range(members):
        network = build(100 * seed + m)
        seen = learn(network, x, y, 60, 0.1, lambda p: elastic_net_penalty(p, reg, ratio),
                     change, 100 * seed + m, watch)
        _, best = early_stopping([loss for loss, _ in seen], patience)
        network.params.update(seen[best][1])
        scores["val"].append(network.propagate(flat(x_val))[0])
        scores["test"].append(network.propagate(flat(x_test))[0])
    said = (ensemble_predict(np.array(scores[part]))[0] for part in scores)
    return [labels == y for labels, y in zip(said, (y_val, y_test), strict=True)]


# What 40 recipes, drawn at random with up to five networks, read of 3 x 300 test digits.
FIELD = np.array([775, 766, 764, 764, 764, 762, 760, 759, 759, 748, 744, 740, 734, 734, 733,
                  732, 731, 726, 725, 725, 724, 721, 718, 715, 714, 711, 708, 701, 700, 698,
                  668, 658, 657, 650, 639, 627, 395, 331, 328, 316]) / 900


def my_place():
    tried = np.array([cook(seed, **MY_RECIPE) for seed in (10, 11, 12)])
    val, test = tried.mean(axis=(0, 2))
    lines = [f"My recipe: {val:.3f} of the validation digits, mean of three sets of a hundred"]
    if LOOK:
        place = 1 + sum(other > test for other in FIELD)
        lines.append(f"Test digits: {test:.3f}, place {place} of {len(FIELD) + 1}")
    return "\n".join(lines)


interactive.explore(my_place)

# %% [markdown]
# <details><summary>For scale: what the field reads</summary>
#
# One network with nothing but its best epoch kept reads 77 % of the test digits, and comes after
# three quarters of the field; trained to the end, 75 %. The best recipe of the field reads 86 %:
# three networks, λ = 0.05 and nearly all L2, much contrast, pictures that are not moved. The last
# four pull too hard: λ = 0.24, or much L1.
# </details>

# %% [markdown]
# ## Formula sheet
#
# | | |
# | :-- | :-- |
# | L2 | $\frac\lambda2 \sum w^2$, gradient $\lambda w$; in a valley $w = \frac{a}{a+\lambda} w^*$ |
# | L1 | $\lambda \sum \lvert w \rvert$, gradient $\lambda \operatorname{sign} w$ |
# | L1 in a valley | $\lvert w\rvert = \max(0, \lvert w^*\rvert - \lambda/a)$ |
# | elastic net | $\lambda (\rho \sum \lvert w \rvert + \frac{1-\rho}2 \sum w^2)$ |
# | places of a window | $(H + 2\,\text{pad} - h + 1)(W + 2\,\text{pad} - w + 1)$ |
# | jitter | $m + c(x - m) + s$, cut at 0 and 1 |
# | random regions | $\text{end} - K$ steps of 2, the others 1 |
# | pseudorandom | $a_i = \lceil\alpha(i+u)\rceil - \lceil\alpha u\rceil$, $\alpha = \text{end}/K$ |
# | stop | first $t$ with $t - t_{\text{best}} \ge$ patience |
# | mean of $M$ errors | variance $\rho\sigma^2 + (1-\rho)\sigma^2/M$ |
# | dropout, one unit | penalty $\frac{1-p}{p} \sum x_d^2 w_d^2$ |
#
# **Glossary**
#
# | word | means |
# | :-- | :-- |
# | augmentation | examples changed at random in a way that keeps their labels |
# | bootstrap | drawing as many examples as there are, with replacement |
# | ensemble | several networks whose answers are averaged; its networks are its *members* |
# | gap | validation loss minus training loss |
# | overfitting | learning what holds for the training examples alone |
# | patience | epochs without improvement that are waited for |
# | penalty | what is added to the loss for the size of the weights |
# | underfitting | not learning what the training examples show |
#
# **Further reading.** Graham 2014, [Fractional max-pooling](https://arxiv.org/abs/1412.6071). Zou
# and Hastie 2005, [Regularization and variable selection via the elastic
# net](https://doi.org/10.1111/j.1467-9868.2005.00503.x). Prechelt 1998, [Early stopping, but
# when?](https://doi.org/10.1007/3-540-49430-8_3). Krogh and Hertz 1991,
# *A simple weight decay can improve generalization*.
# Loshchilov and Hutter 2019, [Decoupled weight decay](https://arxiv.org/abs/1711.05101). Wager,
# Wang and Liang 2013, [Dropout training as adaptive
# regularization](https://arxiv.org/abs/1307.1493). van Laarhoven 2017, [L2 regularization versus
# batch and weight normalization](https://arxiv.org/abs/1706.05350). Lakshminarayanan and others
# 2017, [Deep ensembles](https://arxiv.org/abs/1612.01474). Zhang and others 2017, [Understanding
# deep learning requires rethinking generalization](https://arxiv.org/abs/1611.03530) (networks that
# learn random labels by heart).

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished exercises do not hinder
# the others: each is graded by itself.

# %% role="explore"
progress()
