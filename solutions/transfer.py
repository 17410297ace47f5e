# %% [markdown] needs=["transfer"]
# # Transfer learning: a trained network reads something new
#
# A network has been trained on a large set of pictures. You have fifty pictures of something
# else. Here you take such a network apart, put a new head on it, decide what may learn and how
# fast, and measure when this helps and when it hurts. The traps on the way are silent: the code
# runs, the loss may even fall, and something is wrong. At the end you draw signs that nobody has
# ever taught a network, and teach yours to read them from one, two or five examples each.
#
# You need PyTorch as far as tensors, `nn.Module`, `loss.backward()` and `optimizer.step()`, and
# batch normalisation as an idea.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | Letters and digits | 2 min | ●○○ | |
# | 2 | The network, and where it runs | 3 min | ●○○ | 3 |
# | 3 | A new head | 3 min | ●○○ | 7 |
# | 4 | What may learn | 8 min | ●●○ | 14 |
# | 5 | What moved? | 4 min | ●●○ | 7 |
# | 6 | What moves without learning | 8 min | ●●○ | 9 |
# | 7 | Two rates | 8 min | ●●○ | 9 |
# | 8 | An epoch and an evaluation | 30 min | ●●● | 20 |
# | 9 | Everything in the right order | 5 min | ●●○ | 9 |
# | 10 | What is it worth? | 5 min | ●○○ | |
# | 11 | Your turn | 7 min | ●●○ | 10 |
# | 12 | Larger networks | 1 min | ●○○ | |
# | 13 | Your own signs | 10 min | ●○○ | |
# | 14 | Two questions | 12 min | ●●○ | 12 |
#
# <details><summary>How minutes, points and difficulty are counted</summary>
#
# 180 words a minute (foldings apart), half a minute for each picture, five minutes for each
# written question, and for each line of the solution, `return` apart, 45 seconds (●○○), 75 (●●○)
# or 105 (●●●). Calls that only follow each other count as one line, and so do lines that the
# exercise before had already. Your own signs take as long as you like. Points: about one for each
# line of the solution, and two to five more where a trap lies on the way. Difficulty: ●○○ is a
# line or two; ●●○ has an order, an exception or a trap; ●●● puts several of them together.
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
# **Conventions.** A *model* is a torch module whose last layer is a linear one called `fc`: its
# **head**. All the rest is its **backbone**. The ResNets of torchvision are built the same way,
# so what you write here works on them unchanged.

# %% role="given"
import time

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.backbone import as_input, card, load_backbone

begin("transfer")
load_backbone()  # says what to install where torch is missing

import torch
import torch.nn.functional as F
from torch import nn

from stagewise.target_task import few, unseen

torch.set_num_threads(1)  # for networks as small as these a second thread is more work than help

# %% [markdown]
# ## 1 Letters and digits
# *2 minutes, ●○○*
#
# The **source**: 60,000 letters, drawn by the computer in 18 fonts, each turned, sheared, bent
# and blurred in its own way. We can draw as many as we like. The **target**: digits written by
# people, enlarged and then turned, bent and blurred in the same way. Of these we have few,
# because people had to write and label them.

# %% role="explore" folded=true
# Letters and digits, as the network sees them
letters = data.glyphs(20, seed=3)
snapshots = data.snapshots()
pictures = np.concatenate([letters.x, snapshots.x_train[:20]])
names = [chr(ord("A") + k) for k in letters.y] + list(snapshots.y_train[:20])
plots.images(pictures, names, columns=20, title="Source: letters. Target: digits")

# %% [markdown]
# The network that comes with this notebook has seen the letters and nothing else. Its model card
# says how it was made and how well it reads letters that it has not seen.

# %% role="explore" folded=true
# The model card of the letter network
made = card()
print(f"{made['parameters']:,} parameters, {made['bytes']:,} bytes,",
      f"{made['test']['accuracy']:.1%} of {made['test']['letters']:,} new letters right")

# %% [markdown]
# Does it know anything about digits? Ask it without any training. Without its head, the network
# turns a picture of 256 pixels into 256 **features**. Average the features of five examples of
# each digit, and assign a new digit to the class with the nearest average. The same can be done
# with the pixels themselves, and with the features of a network of random weights.
#
# **Predict** before you run the cell: chance is 10 %. Where do the three lie?

# %% role="explore" folded=true
# Digits by the nearest average, without any training
def nearest_average(describe, per_class, seed):
    """Accuracy on unseen digits, each assigned to the nearest class average of `describe`."""
    examples, (x, y) = few(per_class, seed=seed), unseen()[0]
    with torch.no_grad():
        known, asked = describe(examples.x), describe(x)
    averages = torch.stack([known[examples.y == digit].mean(dim=0) for digit in range(10)])
    return (torch.cdist(asked, averages).argmin(dim=1) == y).double().mean().item()


def without_training():
    ways = {
        "letter network": load_backbone().eval().features,
        "pixels": lambda x: x.flatten(start_dim=1),
        # in training mode: it has no statistics of its own yet
        "random network": load_backbone(pretrained=False).features,
    }
    sizes = (1, 2, 5, 20)
    found = {
        name: [[nearest_average(way, k, seed) for seed in range(5)] for k in sizes]
        for name, way in ways.items()
    }
    return plots.sweep(
        sizes,
        found,
        xlabel="examples of each digit",
        ylabel="accuracy on 300 unseen digits",
        chance=0.1,
        ylim=(0, 1),
        title="Without any training, letter features read digits best",
        legend="below",
    )


interactive.explore(without_training)

# %% [markdown]
# A network that has never seen a digit knows a lot about them. Letters and digits are made of the
# same parts (strokes, ends, crossings, curves), and for both a little turn or blur does not
# matter. The random network of the same shape is worse than the bare pixels, so it is the learned
# *weights* that know. That is what is transferred.

# %% [markdown]
# ## 2 The network, and where it runs
# *3 minutes, ●○○, 3 points*
#
# | layer | output for one picture | parameters |
# | :-- | :-- | --: |
# | `conv1` 3×3, then `bn1`, ReLU, pooling | 16 × 8 × 8 | $9\cdot 1\cdot 16 + 32 = 176$ |
# | `conv2` 3×3, then `bn2`, ReLU, pooling | 32 × 4 × 4 | $9\cdot 16\cdot 32 + 64 = 4{,}672$ |
# | `conv3` 3×3, then `bn3`, ReLU, pooling | 64 × 2 × 2 | $9\cdot 32\cdot 64 + 128 = 18{,}560$ |
# | `fc` | 26 scores | $256\cdot 26 + 26 = 6{,}682$ |
#
# Together 30,090. (The convolutions have no bias, because the batchnorm layer after each brings
# one. The 64 × 2 × 2 numbers before the head are the 256 features.) The three `bn` layers hold
# something else, which is in no column of this table: a running mean and a running variance for
# each channel. They are not parameters, nothing computes a gradient for them, and they will make
# trouble in section 6.
#
# Torch runs the same code on a CPU and on a GPU; you only say where: `model.to(device)`,
# `x.to(device)`.

# %% role="exercise" from_truth=true
def pick_device(available):
    """The best of the kinds of device that are there: "cuda" before "mps" before "cpu".

    available: kinds of device, e.g. ["cpu", "cuda"], in any order; "cpu" can always be used.
    Returns a torch.device (its name will do).
    """

# %% role="check" points=3
check(pick_device)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A list of kinds in order of preference, and the first of them that is there: then a new kind of
# device is one more word, and no more code. Programs often write
# `"cuda" if torch.cuda.is_available() else "cpu"`, which forgets Apple's `mps`.
# </details>

# %% role="given"
def devices_here():
    """The kinds of device that this machine has."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found

# %% [markdown]
# A network as small as ours is too small to keep a GPU busy. All the same your functions take a
# `device`, so nothing has to be rewritten for a network that needs one.

# %% [markdown]
# ## 3 A new head
# *3 minutes, ●○○, 7 points*
#
# The old head tells 26 letters apart; we need ten digits. So a new linear layer with random
# weights takes its place. It turns the features $f \in \mathbb{R}^{256}$ into scores
# $z = Wf + b$, softmax makes probabilities $p_j = e^{z_j} / \sum_k e^{z_k}$ of them, and the loss
# of one example of class $y$ is $L = -\ln p_y = -z_y + \ln \sum_k e^{z_k}$. The derivative of the
# second term with respect to $z_j$ is $e^{z_j} / \sum_k e^{z_k} = p_j$, and that of the first
# with respect to $z_y$ is $-1$. With $u_y$ for the vector that is 1 at $y$ and 0 elsewhere,
# $\partial L/\partial z = p - u_y$. Since $z_j = \sum_i W_{ji} f_i + b_j$, the weight $W_{ji}$
# enters $z_j$ alone, with the factor $f_i$; the feature $f_i$ enters every $z_j$, with the factor
# $W_{ji}$. Therefore
#
# $$\frac{\partial L}{\partial W} = (p - u_y)\, f^{\top},
# \qquad \frac{\partial L}{\partial b} = p - u_y, \qquad
# \frac{\partial L}{\partial f} = W^{\top} (p - u_y).$$
#
# Two things can be read off.
#
# 1. The gradient of the head needs the features, but nothing from inside the backbone. If only
#    the head learns, the way back ends at $f$: an epoch is cheaper, and no gradient of the 23,408
#    other parameters has to be kept.
# 2. For fixed features the loss is **convex** in $W$ and $b$: there are no bad local minima. From
#    whatever random head you start, small enough steps lead towards the same lowest loss.
#
# <details><summary>Why is it convex?</summary>
#
# Go from $(W, b)$ in a direction $(V, c)$, to $(W + tV, b + tc)$: the scores become $z + t\,a$
# with $a = Vf + c$. The slope of $L$ along $t$ is $\sum_k p_k a_k - a_y$. With $\partial p_k /
# \partial t = p_k \big(a_k - \sum_j p_j a_j\big)$ the second derivative is
# $\sum_k p_k a_k^2 - \big(\sum_k p_k a_k\big)^2$. That is the variance of $a$ under $p$, which is
# never negative, and neither is the mean of such numbers over a batch.
# </details>
#
# Take the number of features from the old head. And *assign* a new layer: `out_features` is only
# a note of what a layer was built with, and changing the note does not change the matrix.

# %% role="exercise" from_truth=true
def replace_head(model, num_classes):
    """Give the model a fresh linear head for `num_classes` classes; the backbone stays as it is.

    The new model.fc is an nn.Linear with bias and random weights; it takes as many features as the
    old one, on the old one's device. Changes the model in place and returns it.
    """

# %% role="check" points=7
check(replace_head)

# %% [markdown]
# <details><summary>Another way</summary>
#
# torchvision offers `weights=None, num_classes=10`, which builds the whole network anew, without
# its trained backbone. Others put `nn.Identity()` in the place of the head: the model then
# returns features, and any classifier can be trained on them, a nearest average as in section 1
# included.
# </details>

# %% [markdown]
# **The first trap.** Here is what happens after `model.fc.out_features = 10` instead. What do you
# expect to see?

# %% role="explore"
trapped = load_backbone()
trapped.fc.out_features = 10
print(trapped.fc)
print("scores of one picture:", tuple(trapped(as_input(snapshots.x_test[:1])).shape))

# %% [markdown]
# The printout says ten, and the network gives 26 scores. Labels from 0 to 9 fit into 26 classes,
# so training would run without a word.

# %% [markdown]
# ## 4 What may learn
# *8 minutes, ●●○, 14 points*
#
# To **freeze** a parameter means that no step moves it. Two things decide about that: whether
# `backward()` computes a gradient for it, and what the optimizer does with the gradient that it
# finds. `torch.optim.SGD` with momentum $\mu$ and weight decay $\lambda$ (the notebook on
# optimizers calls it $\omega$) does, for every parameter $\theta$ that it was given,
#
# $$g \leftarrow \theta.\mathtt{grad} + \lambda\,\theta, \qquad v \leftarrow \mu v + g,
# \qquad \theta \leftarrow \theta - \eta\, v,$$
#
# where $\eta$ is the rate and $v$, the velocity, a memory of earlier steps. (Rate and minus sign
# stand outside of the velocity; the notebook on optimizers has them inside.) It skips $\theta$
# only if `θ.grad is None`. It does not look at `requires_grad` at all. So with
# `requires_grad = False`:
#
# | the parameter's `.grad` | without weight decay or momentum | with weight decay |
# | :-- | :-- | :-- |
# | an old gradient, from a step before the freezing | moves, every step the same way | moves |
# | zeros | stays | moves, towards 0 |
# | `None` | stays | stays |
#
# <details><summary>And with momentum?</summary>
#
# Then zeros are no safe place either: a velocity from before the freezing lives on in $\mu v$ and
# keeps moving $\theta$. <code>None</code> stops that as well, but the velocity stays in the
# optimizer: to unfreeze $\theta$ later, build a new one. Since PyTorch 2.0
# <code>zero_grad()</code> sets gradients to <code>None</code>; older programs, and
# <code>set_to_none=False</code>, leave zeros.
# </details>
#
# Hence freezing is two lines: `requires_grad = False`, so that no new gradient comes, and
# `grad = None`, so that no old one is left.
#
# (A misspelled `requires_grad` creates a new attribute, and freezes nothing.)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You need the parameters *and* a way to tell the head's from the others: their names do that.
# Which beginning has the name of the head's parameters, and which layer of another network could
# have a similar one?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three things are asked: two of the backbone and one of the head. The head may have been frozen
# before: what must you do about that?
# </details>
#
# <details><summary>Hint 3</summary>
#
# The attribute is `requires_grad`. A misspelled one is created without a word; print one
# parameter's flag afterwards.
# </details>

# %% role="exercise" from_truth=true
def freeze_backbone(model):
    """Let the head learn and nothing else.

    Afterwards no parameter outside model.fc requires a gradient, and none has one left from before;
    every parameter of model.fc requires one. No number changes. Changes the model in place and
    returns it. (model.named_parameters() gives names such as "bn1.weight" and "fc.bias".)
    """

# %% role="check" points=9
check(freeze_backbone)

# %% [markdown]
# <details><summary>Another way</summary>
#
# Modules have `requires_grad_(False)` for all their parameters at once: freeze everything, then
# thaw the head. Two calls, and no names; but the old gradients remain, and have to be set to
# `None` besides.
# </details>

# %% [markdown]
# What is left to learn? An optimizer should be given exactly these parameters: write the function
# that lists them.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One attribute decides. You have set it in the function before.
# </details>
#
# <details><summary>Hint 2</summary>
#
# What comes back is a list, so that one can walk through it twice, and it holds the parameters
# themselves: an optimizer that gets copies trains the copies.
# </details>

# %% role="exercise" from_truth=true
def trainable_parameters(model):
    """A list of the model's own parameters (not copies) that require a gradient, in the order of
    model.parameters().
    """

# %% role="check" points=5
check(trainable_parameters)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `filter` and generators do the same lazily, and are used up after one walk. Some programs hand
# *all* parameters to the optimizer and rely on `grad is None`; the table above tells when that
# fails.
# </details>

# %% role="explore" folded=true
# How many parameters are left to learn
def left_to_learn():
    model = replace_head(load_backbone(), 10)
    everything = sum(p.numel() for p in trainable_parameters(model))
    head = sum(p.numel() for p in trainable_parameters(freeze_backbone(model)))
    return (f"{everything:,} parameters with the new head; "
            f"{head:,} of them, {head / everything:.0%}, when the backbone is frozen")


interactive.explore(left_to_learn)

# %% [markdown]
# ## 5 What moved?
# *4 minutes, ●●○, 7 points*
#
# The traps of this unit are silent, so build an instrument that hears them: which numbers of the
# model does an action change? `model.state_dict()` has them all by name, parameters and running
# statistics. **A trap in the instrument itself:** the tensors in a state dict are not copies.
# They are the model's own memory, under a second name.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Before and after: two state dicts. The first must not change when the model does. What does a
# tensor offer for that?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Compare exactly: a step of $10^{-7}$ is a step. Which function of torch says whether two tensors
# are equal in all numbers?
# </details>

# %% role="exercise" from_truth=true
def moved_by(model, action):
    """Names of the entries of model.state_dict() that action() changed, in their order.

    An entry has changed if any of its numbers differs, however little.
    action: a function without arguments, e.g. lambda: train(model). Call it once.
    Returns a list of strings such as "bn1.running_mean" and "fc.weight".
    """

# %% role="check" points=7
check(moved_by)

# %% [markdown]
# <details><summary>Another way</summary>
#
# One number for each entry is enough to compare, if it changes with every change: a checksum of
# its bytes. That is how one proves to others that a backbone was not touched, without keeping a
# copy; the weights of this notebook come with such a checksum.
# </details>

# %% [markdown]
# Now look at the table of section 4 with your instrument. The model has made one step with
# everything trainable, then its backbone is frozen in one of three ways, and then the old
# optimizer makes ten more steps. **Predict** each line.

# %% role="explore" folded=true
# What moves after three ways of freezing
def after_freezing(old_gradients, weight_decay):
    """How many of the nine backbone parameters move in ten steps of the optimizer from before."""
    torch.manual_seed(0)
    model = replace_head(load_backbone(), 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, weight_decay=weight_decay)
    x, y = next(iter(few(5)))
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    for name, parameter in model.named_parameters():
        if not name.startswith("fc."):
            parameter.requires_grad = False
            parameter.grad = {
                "kept": parameter.grad,
                "zeros": torch.zeros_like(parameter),
                "None": None,
            }[old_gradients]

    def ten_steps():
        model.eval()
        for _ in range(10):
            model.fc.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()

    return sum(not name.startswith("fc.") for name in moved_by(model, ten_steps))


def which_freeze_holds():
    lines = ["old gradients   weight decay   backbone parameters moved"]
    for kind in ("kept", "zeros", "None"):
        for weight_decay in (0.0, 0.01):
            lines.append(f"{kind:<16}{weight_decay:<15}{after_freezing(kind, weight_decay)} of 9")
    return "\n".join(lines)


interactive.explore(which_freeze_holds)

# %% [markdown]
# In three of the six lines the backbone moves, although `requires_grad` is `False` in all six. An
# old gradient is used again in every step. Zeros are a gradient, too, so weight decay adds
# $\lambda\,\theta$ to them. Only `None` is safe in both columns.

# %% [markdown]
# ## 6 What moves without learning
# *8 minutes, ●●○, 9 points*
#
# A batchnorm layer normalises with the mean and variance of the batch while it trains. In
# evaluation mode, where a batch may contain a single picture, it uses a running mean and variance
# kept from training. In training mode, *every forward pass* updates them, whatever
# `requires_grad` says. For the running mean $r$ and the mean $m$ of the batch:
#
# $$r \leftarrow 0.9\, r + 0.1\, m, \qquad\text{so after } k \text{ batches}\qquad
# r_k = 0.9^k\, r_0 + 0.1 \sum_{j=1}^{k} 0.9^{\,k-j}\, m_j .$$
#
# (Each batch multiplies all that was there before by 0.9: $r_0$ meets this $k$ times, $m_j$ only
# in the $k - j$ batches after it.) After 10 batches $0.9^{10} \approx 35\,\%$ of the old value is
# left, after 22 batches 10 %. All weights are frozen, and yet the features drift. So a frozen
# batchnorm layer belongs in evaluation mode. And since `model.train()` reaches every layer
# inside, the exception has to be made *after* it.
#
# <details><summary>The variance, and PyTorch's momentum</summary>
#
# The variance goes the same way, with one difference: PyTorch normalises with the variance
# divided by the number $n$ of values in a channel and keeps the one divided by $n-1$, the
# unbiased estimate. And its <code>momentum=0.1</code> is the weight of the <i>new</i> value,
# where the notebook on batch normalisation has 0.9 as that of the old one.
# </details>

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two steps, and the order matters: one call for everything, then the exceptions. Why would the
# other order lose them?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Whether a layer is frozen is asked of *its* parameters. A model may have one batchnorm layer
# frozen and the next one not.
# </details>
#
# <details><summary>Hint 3</summary>
#
# Every module has `train(mode)` and `eval()`. A layer may have been in evaluation mode from
# before although it is not frozen: what must become of it?
# </details>

# %% role="exercise" from_truth=true
def train_mode(model):
    """Put the model into training mode, but its frozen batchnorm layers into evaluation mode.

    A batchnorm layer (nn.BatchNorm2d) is frozen when none of its own parameters requires a
    gradient. Changes the model in place and returns it. (model.modules() gives the model and every
    layer inside.)
    """

# %% role="check" points=9
check(train_mode)

# %% [markdown]
# <details><summary>Another way</summary>
#
# One can override `train()` in the model's own class, so that nobody forgets. Or replace each
# frozen batchnorm layer by the fixed factor and shift that it is in evaluation mode: detection
# networks in torchvision do that, under the name `FrozenBatchNorm2d`.
# </details>

# %% [markdown]
# How bad can it be? Imagine one backbone with two heads: the old one for letters, and a new one
# that is being trained on other pictures (digits whose pixels were shuffled, see section 10). The
# backbone is frozen, so the letters cannot suffer. Or can they? An epoch has ten batches.
# **Predict** what share of the letters the old head still reads after one epoch and after six,
# with `train_mode(model)` and with `model.train()`; at the start it is 98 %.

# %% role="explore" folded=true
# The letters while another head learns
def letters_meanwhile(set_mode, epochs=6):
    """How well the old head reads letters while a new one learns on the frozen backbone."""
    torch.manual_seed(0)
    model = load_backbone()
    letter_head, letters = model.fc, data.glyphs(1000, seed=9)
    x_letters, y_letters = as_input(letters.x), torch.from_numpy(letters.y)
    freeze_backbone(replace_head(model, 10))
    optimizer = torch.optim.SGD(model.fc.parameters(), lr=0.03, momentum=0.9)
    batches = few(20, "shuffled")
    read = []
    for _ in range(epochs + 1):
        model.eval()
        with torch.no_grad():
            scores = letter_head(model.features(x_letters))
        read.append((scores.argmax(dim=1) == y_letters).double().mean().item())
        set_mode(model)
        for x, y in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return read


def drift():
    curves = {
        "train_mode(model)": letters_meanwhile(train_mode),
        "model.train()": letters_meanwhile(lambda model: model.train()),
    }
    return plots.curves(
        curves,
        xlabel="epoch of training the other head",
        ylabel="letters read by the old head",
        ylim=(0, 1),
        title="Frozen weights, drifting statistics: letters are forgotten",
    )


interactive.explore(drift)

# %% [markdown]
# With `model.train()`, a fifth of the letters are lost after one epoch, and after six only one in
# five is still read. With `train_mode` nothing happens at all. After one epoch the running
# statistics are to two thirds those of the shuffled digits, after six to 99.8 %: the letters are
# shifted and scaled wrongly in each of the three layers, and the old head gets features that it
# has never met.

# %% [markdown]
# ## 7 Two rates
# *8 minutes, ●●○, 9 points*
#
# With enough data the backbone may learn too: **fine-tuning**. But look at the gradient that
# reaches it in the first step: $\partial L / \partial f = W^{\top}(p - u_y)$ with a $W$ of random
# numbers. It says nothing about good features. At a large rate, the backbone would run after
# these random directions and lose what it knows. So the head gets a large rate and the backbone
# one that is about ten times smaller.
#
# Torch calls this *parameter groups*: `torch.optim.SGD([{"params": [...], "lr": 0.03}, {"params":
# [...], "lr": 0.003}], lr=…, momentum=…)`. What a group does not set itself, such as the momentum
# here, it takes from the arguments after the list.
#
# Two traps: an optimizer that was given only the head never moves a backbone that you unfreeze
# later, and one that was given frozen parameters can move them (section 4). So: exactly the
# trainable ones.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Your `trainable_parameters` takes any module: the whole model, and `model.fc` as well. How do
# you get those that are in the one list and not in the other?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `in` compares tensors with `==`, entry by entry, which is not what you want. Names or `id` tell
# whether two are the *same* object.
# </details>
#
# <details><summary>Hint 3</summary>
#
# A group is a dict with the keys that the text shows. Momentum and weight decay, which both
# groups share, need not stand in each of them.
# </details>

# %% role="exercise" from_truth=true
def make_optimizer(model, head_lr, backbone_lr, momentum=0.9, weight_decay=0.0):
    """SGD over what can learn, with one rate for the head and another for the backbone.

    Parameter groups: the trainable parameters of model.fc with rate head_lr, and all other
    trainable parameters with rate backbone_lr (left out, or empty, when there are none). Momentum
    and weight decay hold for both. Returns a torch.optim.SGD.
    """

# %% role="check" points=9
check(make_optimizer)

# %% [markdown]
# <details><summary>Another way</summary>
#
# More than two rates are usual: every layer gets a fraction of the rate of the layer above it
# (*discriminative* rates, Howard and Ruder 2018). Or one rate for all and a schedule that thaws
# the layers one after another, from the head down.
# </details>

# %% [markdown]
# ## 8 An epoch and an evaluation
# *30 minutes, ●●●, 20 points*
#
# This is the loop that you will write again and again. In each batch: forward, loss, **clear the
# old gradients**, backward, step. (`backward()` *adds* to the gradients that are there.)
#
# The function also returns the mean loss, and two things can go wrong with it. First, the batches
# need not be of one size: if batch $i$ has $n_i$ examples and the mean loss $\ell_i$, the mean
# over all examples is
#
# $$\bar\ell = \frac{\sum_i n_i\, \ell_i}{\sum_i n_i},
# \qquad\text{and not}\qquad \frac{1}{\text{number of batches}} \sum_i \ell_i .$$
#
# (Two batches of 20 and 5 examples with the mean losses 1 and 2: $(20 + 10)/25 = 1.2$, not 1.5.)
# Second, a loss is a tensor that holds on to the graph of its whole batch; `loss.item()` is the
# number alone.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Before the loop: the mode, and two sums that start at zero. In the loop: the batch to its
# device, then the five things of the text. After it: one division.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `F.cross_entropy(scores, y)` takes scores, not probabilities, and returns the *mean* of the
# batch. With which factor does it enter the sum over all examples?
# </details>
#
# <details><summary>Hint 3</summary>
#
# The loss falls in one run and rises in the next? Look at whether the old gradients are cleared
# in every batch, and before `backward()`. Memory grows? Look for a tensor where a number would
# do.
# </details>

# %% role="exercise" from_truth=true
def train_epoch(model, batches, optimizer, device="cpu"):
    """Train on every batch once, with the cross-entropy of the scores; return the mean loss.

    batches: an iterable of (x, y), gone through once; x: (N, ...) input, y: (N,) int64 labels. Both
    are moved to `device`, where the model already is. The mode is that of your train_mode. The
    result is the mean over all examples, whatever the sizes of the batches, as a Python float.
    """

# %% role="check" points=11
check(train_epoch)

# %% [markdown]
# <details><summary>Another way</summary>
#
# `reduction="sum"` returns the sum of the batch: then nothing has to be multiplied by $n_i$ for
# the report, but the gradient is the sum's, and the rate must be divided by the size of the
# batch. Libraries (Lightning, fastai) hide this loop; those who have written it know what they
# hide.
# </details>

# %% [markdown]
# Now judge, in evaluation mode: the answer for a picture then depends on this picture alone.
# Afterwards, put every layer back into the mode in which you found it; the caller may be in the
# middle of training, with some layers frozen. And use `torch.no_grad()`: nothing here needs a
# graph.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What do you have to remember before you call `eval()`, and of which modules? One flag of the
# whole model is not enough: it may have frozen layers.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The last batch may be smaller. Count the right answers and the examples, and divide once at the
# end.
# </details>
#
# <details><summary>Hint 3</summary>
#
# `model.train()` at the end puts *every* layer into training mode, also those that were not. Set
# each module's own flag back.
# </details>

# %% role="exercise" from_truth=true
def evaluate(model, batches, device="cpu"):
    """Share of the examples whose largest score is at their label, a Python float in [0, 1].

    batches: as in train_epoch. The scores are computed in evaluation mode, without gradients.
    Afterwards every module has the mode (module.training) in which it was found, and nothing else
    has changed.
    """

# %% role="check" points=9
check(evaluate)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A context manager does it so that nobody can forget: `with evaluating(model):` remembers the
# modes, and puts them back even when the code inside fails. `torch.inference_mode()` is a
# stricter `no_grad()`, and a little faster.
# </details>

# %% [markdown]
# **Forgetting `eval()`** is the most common of all these mistakes, because it often goes well. A
# network is fine-tuned on 20 digits of each class. Then it reads the same 300 unseen digits in
# training mode, in batches of different sizes: once in a random order, once sorted by digit, as
# pictures in folders often are. **Predict:** where is the damage largest, and why not at the
# largest batch?

# %% role="explore" folded=true
# Reading in training mode, by size and order of the batches
def without_eval(model, x, y, size):
    """Accuracy in training mode; the model's running statistics are put back afterwards."""
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    with torch.no_grad():
        right = sum(
            int((model(a).argmax(dim=1) == b).sum()) for a, b in zip(x.split(size), y.split(size))
        )
    model.load_state_dict(kept)
    return right / len(y)


def forgotten_eval():
    torch.manual_seed(0)
    model = replace_head(load_backbone(), 10)
    optimizer, batches = make_optimizer(model, head_lr=0.03, backbone_lr=0.003), few(20)
    for _ in range(10):
        train_epoch(model, batches, optimizer)
    sizes, (x, y) = (1, 2, 5, 10, 30, 100, 300), unseen()[0]
    order = torch.argsort(y)
    found = {
        "evaluation": [evaluate(model, zip(x.split(size), y.split(size))) for size in sizes],
        "training, random order": [without_eval(model, x, y, size) for size in sizes],
        "training, sorted": [without_eval(model, x[order], y[order], size) for size in sizes],
    }
    return plots.sweep(
        sizes,
        found,
        xlabel="size of the batches",
        ylabel="accuracy on the same 300 digits",
        ylim=(0.5, 1),
        title="In training mode the answer depends on the neighbours",
        legend="below",
    )


interactive.explore(forgotten_eval)

# %% [markdown]
# The damage is largest for five sorted digits: 69 % instead of 90 % (on another processor by a
# picture or two more or less). A batch of 5 threes has the mean of a three. Batchnorm subtracts
# it, and with it the very thing that says "three". In the largest batch all 300 digits stand
# together, in whatever order: its mean is that of all ten classes, close to what batchnorm has
# kept. So a random order in large batches hides the mistake completely, and the tests of a
# careless team pass.
#
# <details><summary>And in a batch of one?</summary>
#
# It has no order, so there the two curves meet: each picture is normalised by its own mean. Why
# is that not the end of all differences? A <code>BatchNorm2d</code> layer averages over examples
# <i>and positions</i>: even one picture has 256, 64 and 16 numbers in each channel of the three
# layers. In a fully connected network a batch of one would have the same answer for every
# picture.
# </details>

# %% [markdown]
# ## 9 Everything in the right order
# *5 minutes, ●●○, 9 points*
#
# Three steps: a new head, perhaps a frozen backbone, an optimizer. An optimizer holds *objects*,
# not names: built before the head is replaced, it holds the parameters of a head that is no
# longer part of the model. They get no gradient any more, and the new head, which gets one, is in
# no optimizer.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three of your functions, each called once. Which of them must come last, and why?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `freeze` is a choice: what is called when it is `False`, and what is not?
# </details>

# %% role="exercise" from_truth=true
def prepare(model, num_classes, freeze, head_lr, backbone_lr):
    """Make a pretrained model ready for a new task; returns (model, optimizer).

    A new head for num_classes classes; with freeze=True a frozen backbone; and the optimizer of
    make_optimizer (with its own momentum and weight decay) over what can learn then.
    """

# %% role="check" points=9
check(prepare)

# %% [markdown]
# <details><summary>Another way</summary>
#
# An optimizer can be given more later: `optimizer.add_param_group(…)`. The old head's parameters
# stay in it, without any harm, since they get no gradient; but two orders that both work are two
# orders to think about. A function that does all three steps leaves one.
# </details>

# %% [markdown]
# Both orders, with the same seed: your `prepare`, and an optimizer that was built before the head
# was replaced. **Predict** the two loss curves, and what `moved_by` will name in each case.

# %% role="explore" folded=true
# The optimizer before and after the head
def in_both_orders():
    curves, moved = {}, []
    for label in ("optimizer last", "optimizer before the head"):
        torch.manual_seed(0)
        model, batches = load_backbone(), few(5)
        if label == "optimizer last":
            model, optimizer = prepare(model, 10, freeze=True, head_lr=0.03, backbone_lr=0.0)
        else:
            optimizer = make_optimizer(freeze_backbone(model), head_lr=0.03, backbone_lr=0.0)
            model = replace_head(model, 10)
        losses = []
        names = moved_by(
            model, lambda: losses.extend(train_epoch(model, batches, optimizer) for _ in range(12))
        )
        curves[label] = losses
        moved.append(f"{label}: moved {', '.join(names) or 'nothing'}")
    return plots.curves(
        curves, xlabel="epoch", ylabel="mean training loss", ylim=(0, 2.6), title="\n".join(moved)
    )


interactive.explore(in_both_orders)

# %% [markdown]
# In the wrong order the loss stays where a head of random weights starts, near $\ln 10 = 2.3$,
# for as long as you like. There is no error message, but the instrument of section 5 says it in
# one line.

# %% [markdown]
# ## 10 What is it worth?
# *5 minutes, ●○○*
#
# Everything is ready for the question of this unit. Three strategies, with 2, 5, 20 and 100
# labelled digits of each class:
#
# - **from scratch**: the same architecture with random weights, everything learns;
# - **frozen features**: the letter network's backbone, only a new head learns;
# - **fine-tuning**: the letter network's backbone, everything learns, the backbone at a tenth of
#   the head's rate.
#
# And two targets: the digits as you saw them, and the same digits with their pixels in a
# **shuffled** order, the same for every picture. A shuffled picture has all the information of
# the original (one could put every pixel back), but no strokes and no curves: nothing that a
# letter has.

# %% role="explore" folded=true
# The similar and the dissimilar target
mixed = data.shuffled(snapshots.x_train[:10])
plots.images(
    np.concatenate([snapshots.x_train[:10], mixed]),
    list(snapshots.y_train[:10]) * 2,
    title="Similar target, dissimilar target",
)

# %% [markdown]
# **Predict** the six curves before you run the cell. It trains 24 networks with your functions,
# in 10 to 30 seconds.

# %% role="explore" folded=true
# Three strategies on two targets
STRATEGIES = {
    "fine-tuning": (True, False),
    "frozen features": (True, True),
    "from scratch": (False, False),
}


def rates_of(pretrained):
    """A rate for the head and one for the backbone; without pretraining one for both."""
    head, backbone = (0.03, 0.003) if pretrained else (0.05, 0.05)
    return {"head_lr": head, "backbone_lr": backbone}


def learn(strategy, per_class, target, seed):
    """Accuracy on unseen digits after at least 100 steps and 8 epochs."""
    pretrained, freeze = STRATEGIES[strategy]
    torch.manual_seed(seed)
    device = pick_device(devices_here())
    model = load_backbone(pretrained=pretrained, seed=seed).to(device)
    model, optimizer = prepare(model, 10, freeze, **rates_of(pretrained))
    batches = few(per_class, target, seed=seed)
    for _ in range(max(8, -(-100 // len(batches)))):
        train_epoch(model, batches, optimizer, device)
    return evaluate(model, unseen(target), device)


def worth():
    figure, axes = plots.panels(2, size=(5.2, 3.8), sharey=True)
    sizes = (2, 5, 20, 100)
    targets = {"snapshots": "Similar: digits", "shuffled": "Dissimilar: shuffled digits"}
    networks = [(target, name, k) for target in targets for name in STRATEGIES for k in sizes]
    found = {target: {name: [] for name in STRATEGIES} for target in targets}
    for target, name, k in interactive.counted(networks, "networks"):
        found[target][name].append(learn(name, k, target, seed=1))
    for ax, (target, title) in zip(axes, targets.items()):
        plots.sweep(
            sizes,
            found[target],
            xlabel="labelled examples of each digit",
            ylabel="accuracy on unseen digits",
            ylim=(0, 1),
            chance=0.1,
            title=title,
            ax=ax,
        )
    return figure


interactive.explore(worth)

# %% [markdown]
# That was one run of each, and with few examples it matters which ones they are. So we repeated
# it ten times, with other examples and other random weights each time: the means in per cent, and
# in brackets the lowest and the highest.
#
# | target | examples of each digit | from scratch | frozen features | fine-tuning |
# | :-- | --: | --: | --: | --: |
# | digits | 2 | 45 (36 to 53) | **63** (48 to 70) | 62 (45 to 66) |
# | digits | 5 | 64 (57 to 72) | **78** (73 to 86) | **78** (73 to 86) |
# | digits | 20 | 81 (72 to 85) | **89** (86 to 92) | **89** (87 to 91) |
# | digits | 100 | 90 (85 to 93) | 93 (92 to 94) | **95** (94 to 96) |
# | shuffled | 2 | **36** (31 to 42) | 28 (20 to 35) | 31 (23 to 36) |
# | shuffled | 5 | **55** (48 to 60) | 40 (35 to 43) | 49 (45 to 54) |
# | shuffled | 20 | **67** (53 to 76) | 44 (36 to 54) | 64 (60 to 68) |
# | shuffled | 100 | **80** (74 to 85) | 54 (34 to 64) | 77 (72 to 81) |
#
# - On similar pictures five examples of each digit with transfer do what ten to twenty do without
#   it: 78 % against 81 % for twenty.
# - Frozen features are as good as fine-tuning as long as the examples are few, and they are
#   cheaper. With a hundred, fine-tuning can use what the head alone cannot.
# - On dissimilar pictures **transfer hurts**. Frozen features are worst: the backbone's filters
#   were made for strokes. Fine-tuning starts from those filters and does not quite catch up with
#   a random start.
#
# <details><summary>How sure are these numbers?</summary>
#
# On another processor a mean may differ by one or two. The rates were chosen by looking at these
# same 300 digits, which makes all numbers a little better than they would be on others. Ten
# examples of each digit gave 77 % from scratch; they are not in the table.
# </details>
#
# So four things decide: how many examples there are, how similar the target is, how much time
# there is, and on what machine. For the last two, measure an epoch. **By which factor** is a head
# alone cheaper, do you think?

# %% role="explore" folded=true
# The time of an epoch, all or the head alone
def seconds_per_epoch():
    lines, batches = ["what learns        one epoch over 1,000 digits"], few(100, size=50)
    for name, freeze in {"everything": False, "only the head": True}.items():
        model, optimizer = prepare(load_backbone(), 10, freeze, head_lr=0.03, backbone_lr=0.003)
        seconds = []
        for _ in range(4):
            started = time.perf_counter()
            train_epoch(model, batches, optimizer)
            seconds.append(time.perf_counter() - started)
        lines.append(f"{name:<19}{1000 * min(seconds):.0f} ms")
    return "\n".join(lines)


interactive.explore(seconds_per_epoch)

# %% [markdown]
# About a factor of two where we measured: the way back through the backbone is saved when only
# the head learns. (The forward pass can be saved as well: compute the features once and keep
# them.)
#
# And the rates? Five examples of each digit, everything learns, the accuracy on unseen digits
# after each epoch. Start with a backbone that is as fast as the head. Then set its share to 0, so
# that its weights stay. **Can you find** a pair of rates that does better than that?

# %% role="explore" folded=true
# Two rates to choose
def with_rates(head, share, per_class):
    torch.manual_seed(0)
    model, optimizer = prepare(
        load_backbone(), 10, freeze=False, head_lr=head, backbone_lr=head * share
    )
    batches, read, losses = few(per_class), [], []
    for _ in range(20):
        losses.append(train_epoch(model, batches, optimizer))
        read.append(evaluate(model, unseen()))
    figure, axes = plots.panels(2, size=(4.6, 3.4))
    plots.curves(
        {"training loss": losses}, xlabel="epoch", title="What it learns", ylim=(0, 3), ax=axes[0]
    )
    plots.curves(
        {"unseen digits": read},
        xlabel="epoch",
        ylabel="accuracy",
        ylim=(0, 1),
        title=f"ends at {read[-1]:.0%}",
        ax=axes[1],
    )
    return figure


interactive.explore(
    with_rates,
    caption="One run, seed 0; two rates and the number of examples to choose.",
    head=interactive.slider([0.003, 0.01, 0.03, 0.1, 0.3], start=0.1, label="rate of the head"),
    share=interactive.slider([0, 0.01, 0.1, 1], start=1, label="backbone : head"),
    per_class=interactive.slider([2, 5, 20], start=5, label="examples of each digit"),
)

# %% [markdown]
# With five examples, every pair whose head has a rate of 0.03 or less ends between 75 and 77 %,
# whatever the backbone does. On 300 digits that may be chance: the standard deviation of an
# accuracy of 0.76 is $\sqrt{0.76 \cdot 0.24/300} \approx 2.5\,\%$. So no pair is seen to do
# better than a backbone at rest. But a pair can do much worse: with a head of 0.1 the accuracy
# falls from 75 % with the backbone at rest to 58 % with a backbone as fast as the head, the loss
# of features that section 7 spoke of. The training loss, meanwhile, goes down in all of them.
#
# <details><summary>Is the share 0 the same as a frozen backbone?</summary>
#
# Not quite. Its parameters still require a gradient, so <code>train_mode</code> leaves batchnorm
# in training mode, and the running statistics move.
# </details>

# %% [markdown]
# ## 11 Your turn
# *7 minutes, ●●○, 10 points*
#
# **Read digits.** Here is a pretrained network and five photographs of each digit, in batches of
# ten. The check hands them over, and afterwards lets your network read 300 digits that it has not
# seen. Aim at 60 % or more. The check and the grader allow six epochs; a good choice reaches 70 to
# 80 %. A start from scratch reaches about 46 % at the same rates, and about 58 % at better ones.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You have written every part: one function makes model and optimizer ready, another goes through
# the batches once.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Between 40 and 60 %? Then the backbone's rate may be too large, or the head's too small for so
# few steps. The sliders of section 10 show rates that do better. And look at which of the two
# models you return.
# </details>

# %% role="exercise" from_truth=true
def learn_digits(model, batches, epochs):
    """Teach a pretrained model ten new classes from a few examples; returns the model.

    batches: a list of (x, y) with x: (n, 1, 16, 16) float32 and y: (n,) int64 in 0..9. Go through
    all of them `epochs` times, with one step of an optimizer for each batch. What learns, and at
    which rates, is your choice.
    """

# %% role="check" points=6
check(learn_digits)

# %% [markdown]
# <details><summary>Another way</summary>
#
# More can be had from the same fifty photographs: turned and shifted copies of them
# (augmentation), the average of several networks, or the nearest average of section 1 as a start
# for the rows of $W$. Which of them is worth its effort can be measured with `unseen()`; then
# keep other pictures for the last word.
# </details>

# %% [markdown]
# **Decide.** Write down what the table of section 10 teaches, as a rule of thumb for the first
# attempt. (For two examples of each shuffled digit no strategy reached even 40 % on average:
# there the best next step is to label more.)

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two questions with two answers each: four cases. The bounds belong to one side each: ten
# examples are not few, and 0.5 is similar.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The four words are returned exactly as they stand in the table, in small letters.
# </details>

# %% role="exercise" from_truth=true
def choose_strategy(per_class, similarity):
    """What to try first with `per_class` labelled examples of each class.

    similarity: of the target to the source, from 0 (nothing in common) to 1 (the same kind).
    Few examples means fewer than 10 of each class; similar means at least 0.5.

                   similar         not similar
        few        "frozen"        "collect" (label more examples first)
        more       "fine-tune"     "scratch"
    """

# %% role="check" points=4
check(choose_strategy)

# %% [markdown]
# <details><summary>Another way</summary>
#
# A rule of thumb is a table, so it can be one: a dict from a pair of truth values to a word. And
# a table of measurements, as in section 10, is better than the rule: where two strategies are
# equal, the cheaper one wins.
# </details>

# %% [markdown]
# ## 12 Larger networks
# *1 minute, ●○○*
#
# Nothing in your functions knows our small network. If you have a network connection and
# torchvision (the cell says how to install it), set `DOWNLOAD = True`: the cell then loads a
# ResNet-18 with 11 million parameters that has learned the thousand classes of ImageNet, freezes
# it, and trains a new head on five digits of each class. The pictures are enlarged to 224×224 and
# normalised as ImageNet was: give a network its input the way it was trained to see it.

# %%
DOWNLOAD = False

if DOWNLOAD:
    device = pick_device(devices_here())
    model, optimizer = prepare(
        load_backbone("resnet18").to(device), 10, freeze=True, head_lr=0.03, backbone_lr=0.0
    )
    digits = data.snapshots()
    chosen = np.concatenate([np.flatnonzero(digits.y_train == k)[:5] for k in range(10)])
    x, y = as_input(digits.x_train[chosen], "resnet18"), torch.from_numpy(digits.y_train[chosen])
    for epoch in range(10):
        print(epoch, train_epoch(model, [(x, y)], optimizer, device))
    x, y = as_input(digits.x_test[:100], "resnet18"), torch.from_numpy(digits.y_test[:100])
    print("read:", evaluate(model, [(x, y)], device))

# %% [markdown]
# ## 13 Your own signs
# *10 minutes, ●○○*
#
# Now a target that is yours. Draw two or more signs below, in as many rows and columns as you
# like: `#` is ink, `+` is pale ink, a dot is paper. The cell after it takes careless photographs
# of them, as it was done with the digits. Then your functions teach the letter network to tell
# them apart, from one, two or five photographs of each sign, and let it read 100 others of each.
#
# **Predict**: how many examples of *your* signs does each strategy need to read nine out of ten?

# %%
MY_SIGNS = {
    "heart": """
.##.##.
#######
#######
#######
.#####.
..###..
...#...
""",
    "star": """
...#...
...#...
.#####.
..###..
..#.#..
.#...#.
""",
    "arrow": """
....#...
....##..
########
########
....##..
....#...
""",
}

# %% role="explore" folded=true
# Careless photographs of your signs
def own_batch(per_sign, seed):
    """Photographs of each of the signs, with their numbers as labels."""
    signs = data.drawn(*MY_SIGNS.values(), side=16)
    x = as_input(data.snapshots_of(signs, per_sign, seed=seed))
    return [(x, torch.arange(len(signs)).repeat_interleave(per_sign))]


def own_photographs():
    signs = data.drawn(*MY_SIGNS.values(), side=16)
    names = [name for name in MY_SIGNS for _ in range(6)]
    return plots.images(data.snapshots_of(signs, 6), names, columns=6, title="Your signs")


interactive.explore(own_photographs)

# %% role="explore" folded=true
# Three strategies on your signs
def own_signs_read(strategy, per_sign, seed):
    """Share of 100 new photographs of each sign that are read after 20 epochs."""
    pretrained, freeze = STRATEGIES[strategy]
    torch.manual_seed(seed)
    device = pick_device(devices_here())
    model = load_backbone(pretrained=pretrained, seed=seed).to(device)
    model, optimizer = prepare(model, len(MY_SIGNS), freeze, **rates_of(pretrained))
    batches = own_batch(per_sign, seed)
    for _ in range(20):
        train_epoch(model, batches, optimizer, device)
    return evaluate(model, own_batch(100, 1000 + seed), device)


def own_signs():
    sizes, seeds = (1, 2, 5), (1, 2)
    found = {name: [] for name in STRATEGIES}
    for name, size in interactive.counted([(n, k) for n in found for k in sizes], "settings"):
        found[name].append([own_signs_read(name, size, seed) for seed in seeds])
    return plots.sweep(
        sizes,
        found,
        xlabel="photographs of each sign",
        ylim=(0, 1.02),
        ylabel="share of new ones read",
        chance=round(1 / len(MY_SIGNS), 2),
        legend="below",
        title="Your signs, two starts of each strategy",
    )


interactive.explore(own_signs)

# %% [markdown]
# With our three signs *one* photograph of each was enough: over ten starts 96 % of the new ones
# were read after fine-tuning and 94 % with frozen features (the worst starts had 88 and 74 %).
# From scratch one photograph gave 78 %, two gave 87 %, and five gave 90 %.
#
# Then make it harder: signs that resemble each other, six instead of three, a photograph of your
# own (`data.photographed("mine.png", side=16)` reads a file). Where do the examples stop being
# enough?

# %% [markdown]
# ## 14 Two questions
# *12 minutes, ●●○, 12 points*
#
# Write into the cells below. Formulas may be written as `$…$` or in words.

# %% [markdown] role="written" points=6 name="frozen"
# ### Question 1: frozen, and yet it moves
# A colleague freezes a pretrained network that contains batch normalisation:
# `requires_grad = False` everywhere but in the head. She trains the new head with `model.train()`
# and SGD with weight decay over `model.parameters()`, and reports: "The backbone is frozen, so
# its features are those of the original."
#
# - (a) Name two ways in which numbers of a backbone that was frozen like this can change all the
#   same. Say for each which numbers change and under which condition. (3 points)
# - (b) The new task has 1,000 training pictures in batches of 20. What share of the original
#   running mean is left after one epoch? (1 point)
# - (c) How would you prove by a comparison that nothing in the backbone moved? Which mistake can
#   make such a proof worthless? (2 points)
#
# ### BEGIN SOLUTION
# (a) First, the running means and variances of the batchnorm layers: in training mode every
# forward pass updates them, whatever `requires_grad` says; only evaluation mode keeps them.
# Second, the frozen weights themselves, if the optimizer holds them and they have a `.grad` that
# is not `None`: an old gradient from before the freezing moves them, and with weight decay even a
# gradient of zeros does. (With `.grad = None` they are skipped, with or without weight decay.)
#
# (b) $1000/20 = 50$ batches, $0.9^{50} \approx 0.5\,\%$: the original statistics are gone.
#
# (c) Copy the state dict before (`clone()`), train, compare every entry exactly, running
# statistics included. Worthless if the "before" is not a copy (a state dict's tensors are the
# model's own memory), or if only parameters are compared and the buffers are left out.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 6 points**
#
# - (a) 1 point: the running statistics. Half: "batchnorm", without which of its numbers.
#   Nothing: the head. 1 point: training mode as their condition. No half. Nothing: another
#   condition, or none. 1 point: weights that move by an old or zero gradient, with the condition
#   (weight decay or momentum for zeros; any old gradient). Half: "weight decay moves them",
#   without mention of the gradient. Nothing: "they learn".
# - (b) 1 point: $0.9^{50}$ or about 0.5 %. Half: a power of 0.9 with another number of batches.
#   Nothing: 0.9, or no power.
# - (c) 1 point: an exact comparison of the whole state before and after. Half: a comparison of
#   weights, without what is compared or how exactly. Nothing: loss or accuracy compared. 1
#   point: a real danger: no copy, or buffers left out. Half: "the copy may be wrong", without
#   how. Nothing: a danger that is none.
# ### END MARK SCHEME

# %% [markdown] role="written" points=6 name="plan"
# ### Question 2: a plan
# A hospital wants to tell four kinds of cells apart in grey microscope pictures. It has 15
# labelled pictures of each kind, can label 50 more a week, and has a laptop without a GPU. Two
# pretrained networks are on offer: one trained on a million photographs of animals and vehicles,
# one trained on 30,000 microscope pictures of tissue.
#
# - (a) Which network and which strategy would you try first? Give a reason for both from what you
#   measured in this notebook. (2 points)
# - (b) How would you find out, with little work, whether the source is similar enough? Name an
#   experiment and what result would make you change your mind. (2 points)
# - (c) After two months there are 400 more pictures. What would you change, and what in your code
#   must not be forgotten? (2 points)
#
# ### BEGIN SOLUTION
# (a) The microscope network, although it has seen fewer pictures: similarity decided more than
# anything else (on the dissimilar target even a good backbone was worse than a random one). 15
# pictures of each kind lie between the measured 5 and 20, at both of which frozen features and
# fine-tuning were equal. The rule of section 11 says fine-tune from 10 on, with a small rate for
# the backbone; that frozen features take half the time speaks for them on a laptop. Either is
# right with such a reason.
#
# (b) Keep some labelled pictures aside. Train a head on the frozen features of each network and
# compare with a network trained from scratch or a nearest average of pixels, over several random
# splits. If frozen features are no better than the simple baseline, the source is too far away.
#
# (c) With about a hundred of each kind fine-tune everything (95 against 93 %), with a smaller
# rate for the backbone. Not to be forgotten: build a *new* optimizer that holds the unfrozen
# parameters; batchnorm layers that learn go back to training mode, evaluation in evaluation mode;
# compare on pictures not used for training.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 6 points**
#
# - (a) 1 point: the microscope network because of its similarity. Half: without the reason.
#   Nothing: the other network. 1 point: frozen features because they were as good at 5 and 20
#   examples and are cheaper, or fine-tuning with a small backbone rate because 15 is not few by
#   the rule of section 11. Half: either of them, with a reason that nothing here measured.
#   Nothing: training from scratch, or no reason.
# - (b) 1 point: an experiment with held-out pictures and a baseline. Half: without a baseline.
#   Nothing: no experiment. 1 point: a result that would change the decision. Half: "if it is
#   bad", without beside what. Nothing: none.
# - (c) 1 point: fine-tuning with a small backbone rate. Half: fine-tuning, without a word on the
#   rate. Nothing: a larger head, or no change. 1 point: the optimizer must hold the unfrozen
#   parameters, or the mode of batchnorm, or another point of this unit that really applies.
#   Half: such a point by its name, without what has to be done. Nothing: one that does not
#   apply.
# ### END MARK SCHEME

# %% [markdown]
# ## Formulas, words, papers
#
# **Formula sheet.**
#
# | | |
# | :-- | :-- |
# | loss of one example of class $y$ | $-z_y + \ln \sum_k e^{z_k}$, with $z = Wf + b$ |
# | its gradients | $(p - u_y)\,f^\top$ for $W$, $\;p - u_y$ for $b$, $\;W^\top (p - u_y)$ for $f$ |
# | PyTorch's velocity | $v \leftarrow \mu v + (\theta.\mathtt{grad} + \lambda\theta)$ |
# | and step | $\theta \leftarrow \theta - \eta v$ |
# | running mean after $k$ batches | $0.9^k\,r_0$ and the rest from the batches |
# | mean loss of an epoch | $\sum_i n_i \ell_i \,/ \sum_i n_i$ |
# | standard deviation of an accuracy | $\sqrt{a\,(1-a)/N}$ |
#
# | before you believe a result | |
# | :-- | :-- |
# | a new head | is its matrix new, or only its note? |
# | frozen | no gradient required, none left, batchnorm in evaluation mode |
# | the optimizer | built last, with what can learn and nothing else |
# | an evaluation | in evaluation mode, modes put back, on pictures not used for any choice |
#
# **Glossary**
#
# | word | means |
# | :-- | :-- |
# | backbone, head | all layers but the last; the last |
# | source, target | what the network was trained on; what it is to learn now |
# | features | what the backbone hands to the head, here 256 numbers |
# | freezing | making sure that no step moves a parameter |
# | fine-tuning | training the backbone, too, usually at a smaller rate |
# | from scratch | with random weights, all of which learn |
# | running statistics | mean and variance of each channel, kept for evaluation mode; buffers |
# | parameter group | parameters of an optimizer that share their settings |
# | epoch | every example once |
#
# **Further reading.**
#
# - Yosinski and others, [*How transferable are features in deep neural
#   networks?*](https://arxiv.org/abs/1411.1792), 2014.
# - Donahue and others, [*DeCAF*](https://arxiv.org/abs/1310.1531), 2014: frozen features of an
#   ImageNet network.
# - Kornblith, Shlens and Le, [*Do better ImageNet models transfer
#   better?*](https://arxiv.org/abs/1805.08974), 2019.
# - He, Girshick and Dollár, [*Rethinking ImageNet
#   pre-training*](https://arxiv.org/abs/1811.08883), 2019: when training from scratch does as
#   well.
# - Howard and Ruder, [*Universal language model fine-tuning*](https://arxiv.org/abs/1801.06146),
#   2018: a rate for each layer.
# - Ioffe and Szegedy, [*Batch normalization*](https://arxiv.org/abs/1502.03167), 2015: the
#   running statistics.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Unfinished steps do not hinder
# the others: each exercise is graded by itself.

# %% role="explore"
progress()
