# %% [markdown]
# # Foundations: from one neuron to a network
#
# At the end of this notebook a network reads a digit that you have drawn. You will have written
# it whole: its layers, its losses, its gradients and the loop that trains it. We begin with a
# single neuron that looks at a picture and says yes or no.
#
# You need NumPy arrays, matrix products, derivatives and the chain rule. You need no deep learning
# library.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | A picture is a list of numbers | 2 min | ●○○ | 3 |
# | 2 | One neuron | 4 min | ●●○ | 5 |
# | 3 | How wrong is it? | 7 min | ●●○ | 7 |
# | 4 | A batch is a matrix | 2 min | ●○○ | 5 |
# | 5 | The way back | 6 min | ●●○ | 8 |
# | 6 | Measuring a gradient | 14 min | ●●○ | 6 |
# | 7 | The first neuron learns | 2 min | ●○○ | 3 |
# | 8 | A few pictures at a time | 9 min | ●●○ | 6 |
# | 9 | Several objects at once | 6 min | ●●○ | 5 |
# | 10 | Exactly one | 18 min | ●●● | 14 |
# | 11 | How large? | 4 min | ●○○ | 5 |
# | 12 | Three layers | 21 min | ●●● | 19 |
# | 13 | Your network, your loop, your digit | 13 min | ●●○ | 4 |
# | 14 | Two questions | 12 min | ●●○ | 10 |
#
# <details><summary>How the minutes are counted</summary>
#
# Two hours in all: 180 words a minute (foldings apart), half a minute for each picture, five
# minutes for each written question, and for each line of a solution, `return` apart, 45 seconds
# (●○○), 75 (●●○) or 105 (●●●). `softmax` counts as ●●○, `count_parameters` as ●○○.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# cell below it, as often as you like; the points are given later, on other inputs. Where a check
# fails and names no mistake, `hint(f)` looks for the line that is wrong. Cells that draw or train
# wait for *your* functions. After opening the notebook or restarting its kernel, *Run > Run All
# Above Selected Cell* brings you back to where you were; until then even `check` is an unknown
# name.
#
# **Conventions.** Examples are rows: $N$ examples of $D$ numbers are an array `(N, D)`. A name that
# begins with `d` is the gradient of the loss with respect to what follows, and has its shape: `dw`
# belongs to `w`. $\log$ is the natural logarithm. What a forward pass puts aside for the way back
# is its **cache**: any Python object you like, read by your own backward pass and by nobody else.
# No function changes its arguments.

# %% role="given"
from functools import lru_cache

import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.sketchpad import sketchpad

begin("foundations")

# %% [markdown]
# ## 1 A picture is a list of numbers
# *2 minutes, ●○○, 3 points*
#
# **Is there a circle?** Look at the pictures and answer for each. It takes you no effort at all,
# and you could not say how you do it.

# %% role="explore" folded=true
shapes = data.shapes(500, "labels", seed=1)


def twelve_pictures():
    answers = ["circle" if circle else "no circle" for circle, _, _ in shapes.y[:12]]
    return plots.images(shapes.x[:12] / 255, answers, columns=6, title="Is there a circle?")


interactive.explore(twelve_pictures)

# %% [markdown]
# This is what a program is given: 64 rows of 64 pixels, each with an amount of red, green and blue
# from 0 to 255. An array `(64, 64, 3)`, that is $64 \cdot 64 \cdot 3 = 12{,}288$ numbers. Nobody
# has told it that neighbours belong together, or what round means.
#
# A neuron takes its inputs as one list, so lay the numbers of each picture into a row. Which
# order does not matter, as long as it is *the same order for every picture* and the numbers of
# one picture stay together.
#
# **Try before you write**: what does `np.arange(12).reshape(2, 2, 3).reshape(2, -1)` give, and what
# `np.arange(12).reshape(2, 2, 3).reshape(-1, 2).T`? Which of the two keeps pictures together?
#
# <details><summary>Compare your answer</summary>
#
# The first gives the rows 0 to 5 and 6 to 11: each picture is a row. The second gives 0, 2, 4, …
# and 1, 3, 5, …: every row has numbers of both pictures. The shape is right, and nothing warns.
# </details>

# %% role="exercise" from_truth=true
def flatten_images(images):
    """Each picture as a row of numbers.

    images: (N, d1, ..., dk), any number of axes behind the first, any dtype.
    Returns x: (N, D) with D = d1 * ... * dk, in the dtype of images. Row n holds the numbers of
    images[n] in the order of images[n].ravel().
    """

# %% role="check" points=3
check(flatten_images)

# %% [markdown]
# <details><summary>Another way, once yours passes</summary>
#
# A reshape copies nothing where it can avoid it: it only describes the same memory in another way.
# PyTorch has `torch.flatten(x, 1)` for it. Networks that look at neighbourhoods (convolutions) do
# not flatten at the beginning; they do it before their last layer.
# </details>

# %% [markdown]
# ## 2 One neuron
# *4 minutes, ●●○, 5 points*
#
# A neuron has a **weight** for each input and a **bias**. It adds up its inputs, each times its
# weight, and then squeezes the sum between 0 and 1:
#
# $$z = \sum_{d=1}^{D} w_d\,x_d + b, \qquad a = \sigma(z) = \frac{1}{1 + e^{-z}} .$$
#
# The linear part $z$ is called the **logit**. The function behind it is the **activation**; this
# one is the **sigmoid**. We read $a$ as the probability that there is a circle: $z = 0$ means one
# half, large $z$ a clear yes, very negative $z$ a clear no. A neuron is *linear part plus
# activation*; a **model** is an *architecture* (which neurons, connected how) plus *parameters*
# (their weights and biases). Ours has $12{,}288 + 1 = 12{,}289$ parameters.

# %% role="explore" folded=true
def neuron():
    figure, ax = plots.new_axes((7.2, 2.9))
    arrow = {"arrowstyle": "-|>", "color": plots.INK}
    for height, name in zip((2, 1, -1), ("$x_1$", "$x_2$", "$x_{12288}$")):
        ax.annotate("", xy=(2.6, 0), xytext=(0.55, height), arrowprops=arrow)
        ax.text(0, height, name, ha="center", va="center", fontsize=13)
        ax.text(1.15, 0.62 * height + 0.15, name.replace("x", "w"), fontsize=11)
    ax.text(0, 0.05, "⋮", ha="center", va="center", fontsize=16)
    for place, text in ((3.3, "$z = w \\cdot x + b$"), (5.5, "$a = \\sigma(z)$")):
        box = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": plots.INK}
        ax.text(place, 0, text, ha="center", va="center", fontsize=13, bbox=box)
    ax.annotate("", xy=(4.85, 0), xytext=(4.2, 0), arrowprops=arrow)
    ax.annotate("", xy=(6.95, 0), xytext=(6.2, 0), arrowprops=arrow)
    ax.text(7.0, 0, "yes or no", va="center", fontsize=12)
    ax.set(xlim=(-0.4, 8.1), ylim=(-1.4, 2.4))
    ax.set_axis_off()
    return figure.describe("A neuron: 12,288 inputs with their weights meet in z; a = sigmoid(z).")


interactive.explore(neuron)

# %% [markdown]
# **Two forms of one function.** In floating point the formula has a trap. For $z = -1000$ the
# exponential $e^{-z}$ is more than a computer's number can hold: NumPy makes it infinite and
# warns. (The result, $1/\infty = 0$, happens to be right here; in other formulas it is not.)
# Multiply numerator and denominator by $e^{z}$:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{e^{z} + 1} .$$
#
# The first form is safe where $z \ge 0$, the second where $z \le 0$. The exponential that is then
# computed is the same: $e^{-|z|}$, which is never larger than 1.
#
# **Before you write**: what is $\sigma(0)$, and how are $\sigma(z)$ and $\sigma(-z)$ related?
#
# <details><summary>Compare your answer</summary>
#
# One half; and $\sigma(-z) = 1 - \sigma(z)$: put $-z$ into the second form.
# </details>
#
# <details><summary>Hint: the values are right, but there is a warning of an overflow</summary>
#
# <code>np.where(condition, a, b)</code> computes both a and b for every entry, and chooses
# afterwards. So neither may overflow anywhere. Give <code>np.exp</code> a number that is never
# positive.
# </details>
#
# <details><summary>Hint: how do both halves fit into one line?</summary>
#
# Call the safe exponential e. For positive and for negative z the denominator is the same. Only the
# numerator differs.
# </details>

# %% role="exercise" from_truth=true
def sigmoid(z):
    """The sigmoid of each entry: a = 1 / (1 + exp(-z)).

    z: float array of any shape. Returns a: the shape and dtype of z (float32 stays float32).
    Accurate for any |z|, up to 1000 and beyond, without a warning.
    """

# %% role="check" points=5
check(sigmoid)

# %% [markdown]
# <details><summary>Another way, once yours passes</summary>
#
# $\sigma(z) = \tfrac12\left(1 + \tanh\tfrac z2\right)$: one call of a function that knows about
# overflow. SciPy has it as <code>scipy.special.expit</code>, PyTorch as <code>torch.sigmoid</code>.
# </details>

# %% [markdown]
# ## 3 How wrong is it?
# *7 minutes, ●●○, 7 points*
#
# The neuron says $a$; the answer is $y = 1$ (circle) or $y = 0$ (none). How bad is $a$? A good
# measure is the probability that the neuron gave to what is true: $a$ if $y = 1$, and $1 - a$ if
# $y = 0$, in one expression $a^{y} (1 - a)^{1 - y}$. For many independent pictures the
# probabilities multiply. The logarithm turns this tiny product into a sum, and a minus sign makes
# small good. For one picture:
#
# $$L = -\bigl(y \log a + (1 - y) \log (1 - a)\bigr) .$$
#
# That is the **logistic loss** of one example. What training makes small is the mean over all $N$
# of them, often called the **cost**: $J = \frac1N \sum_n L_n$. (Here, and in most libraries,
# functions called *loss* return that mean.)
#
# **Predict** the loss for $y = 1$ and $a = 0.5$; $0.99$; $0.01$; and $10^{-10}$.
#
# <details><summary>Compare your prediction</summary>
#
# $\log 2 = 0.693$; $0.010$; $4.6$; $23$. Being unsure costs little, being sure and wrong costs
# much. A neuron that knows nothing, $a = 0.5$ for all, has the loss 0.693. Remember that number.
# </details>
#
# **The loss from the logit.** For $z = 40$ the sigmoid is $1 - 4 \cdot 10^{-18}$, which floating
# point rounds to exactly 1. If $y = 0$, the formula takes $\log(1 - 1) = -\infty$, although the
# true loss is 40. The information is still there in $z$. So put $\sigma$ into the loss *before*
# computing. With $\log a = \log\frac{e^z}{1 + e^z} = z - \log(1 + e^z)$ and $\log(1 - a) = -\log(1
# + e^z)$,
#
# $$L = -y\,z + \bigl(y + (1 - y)\bigr) \log(1 + e^z) = \log(1 + e^{z}) - y\,z .$$
#
# One step is left, since $e^z$ overflows for large $z$. There, pull $e^z$ out of the bracket:
# $\log(1 + e^z) = z + \log(1 + e^{-z})$. Both cases in one:
#
# $$\log(1 + e^z) = \max(z, 0) + \log\left(1 + e^{-|z|}\right) .$$
#
# **The gradient** is the reason why sigmoid and logarithm are such a good couple. The derivative of
# $\log(1 + e^z)$ is $\frac{e^z}{1 + e^z} = \sigma(z)$, so
#
# $$\frac{\partial L}{\partial z} = \sigma(z) - y = a - y .$$
#
# Prediction minus answer. And since $J$ is a mean, $\partial J / \partial z_n = (a_n - y_n) / N$.
#
# **A trap of shapes.** A layer will give you $z$ as a column `(N, 1)`, and a file has $y$ as
# `(N,)`. NumPy broadcasts their difference to `(N, N)`, every logit against every answer, without a
# word; even the mean of that looks plausible. Make sure that both have one shape before they meet.
#
# <details><summary>Hint: my loss is infinite or NaN for large logits</summary>
#
# Then somewhere $\sigma(z)$ is computed first and its logarithm taken afterwards. The last formula
# for $L$ above has no $\sigma$ in it; use that one.
# </details>
#
# <details><summary>Hint: one case has z of shape (N, 1) and y of shape (N,)</summary>
#
# An array can be laid into the shape of another one: <code>reshape</code> takes a shape. Which of
# the two must keep its shape, if dz is to have the shape of z?
# </details>

# %% role="exercise" from_truth=true
def logistic_loss(z, y):
    """The mean logistic loss of N examples, and its gradient.

    z: logits, a float array (N,) or (N, 1).
    y: answers, 0 or 1 (whole numbers or floats), (N,) or (N, 1), whichever shape z has.
    Returns loss: a number, the mean of L over the N examples; dz: its gradient, the shape of z.
    Finite, accurate and without a warning for any |z|.
    """

# %% role="check" points=7
check(logistic_loss)

# %% [markdown]
# <details><summary>Another way, once yours passes</summary>
#
# <code>np.logaddexp(0, z)</code> is $\log(e^0 + e^z)$ computed safely. PyTorch's
# <code>BCEWithLogitsLoss</code> is this function; its relative <code>BCELoss</code> takes
# probabilities and cuts the logarithm off at −100, so that a loss of 1000 becomes one of 100.
# </details>

# %% [markdown]
# ## 4 A batch is a matrix
# *2 minutes, ●○○, 5 points*
#
# One picture after the other in a Python loop would be slow. Lay the pictures as rows into a
# matrix $X$ of shape $(N, D)$, and the weights of $M$ neurons as columns into a matrix $W$ of
# shape $(D, M)$. Then *one* matrix product computes all logits of all neurons for all pictures:
#
# $$Z = X W + b, \qquad Z_{nm} = \sum_{d=1}^{D} X_{nd} W_{dm} + b_m .$$
#
# The shapes tell the story: $(N, D)\,(D, M) = (N, M)$. The bias has shape $(M,)$ and is added to
# every row: NumPy **broadcasts** it. So the number of parameters, $D \cdot M + M$, does not
# depend on how many pictures there are. This is an **affine layer** (also *dense* or *fully
# connected*). A neuron's activation is no part of it.
#
# **Before you write**: how many parameters have three neurons that look at our pictures?
#
# <details><summary>Compare your answer</summary>
#
# $3 \cdot (12{,}288 + 1) = 36{,}867$. None of them is shared.
# </details>

# %% role="exercise" from_truth=true
def affine_forward(x, w, b):
    """An affine layer: each example times the weights, plus the biases.

    x: (N, d1, ..., dk); each example is flattened to D = d1 * ... * dk numbers, in the order of
    flatten_images.
    w: (D, M), b: (M,).
    Returns out: (N, M) with out[n, m] = sum over d of x[n, d] * w[d, m] + b[m], and cache:
    whatever your affine_backward needs. float32 stays float32.
    """

# %% role="check" points=5
check(affine_forward)

# %% [markdown]
# ## 5 The way back
# *6 minutes, ●●○, 8 points*
#
# The loss gives you $\mathrm{dout}_{nm} = \partial J / \partial\,\mathrm{out}_{nm}$. You want the
# gradients with respect to $X$, $W$ and $b$. The rule is always the same: *follow a variable to
# every place where it is used, multiply what comes back from there by the local slope, and add up*.
#
# - $b_m$ is used in $\mathrm{out}_{nm}$ for every example $n$, with slope 1:
#
# $$\mathrm{db}_m = \sum_{n=1}^{N} \mathrm{dout}_{nm} .$$
#
# - $W_{dm}$ is used in $\mathrm{out}_{nm}$ for every example $n$, with slope $X_{nd}$:
#
# $$\mathrm{dw}_{dm} = \sum_{n=1}^{N} X_{nd}\,\mathrm{dout}_{nm} .$$
#
# - $X_{nd}$ is used in $\mathrm{out}_{nm}$ for every neuron $m$, with slope $W_{dm}$:
#
# $$\mathrm{dx}_{nd} = \sum_{m=1}^{M} \mathrm{dout}_{nm}\,W_{dm} .$$
#
# Each sum of products is a matrix product. Write down the shapes of the factors and of the
# result, and look along which letter the sum runs. Where the letters do not meet, a factor has to
# be transposed.
#
# (Where is the $\frac1N$? In dout already: the loss took the mean. A layer only adds.)
#
# <details><summary>Hint: dw</summary>
#
# It has shape $(D, M)$, and the sum runs over $n$. You have $X$ with $(N, D)$ and dout with $(N,
# M)$. The two $N$ must stand side by side.
# </details>
#
# <details><summary>Hint: my dx has the wrong shape for pictures</summary>
#
# The forward pass flattened x. What belongs to x has the shape in which x came, so it has to be
# laid back into it. Is that shape in your cache?
# </details>

# %% role="exercise" from_truth=true
def affine_backward(dout, cache):
    """The gradients of an affine layer.

    dout: (N, M), the gradient of the loss with respect to out.
    cache: what your affine_forward returned.
    Returns dx: the shape in which x came, (N, d1, ..., dk); dw: (D, M); db: (M,).
    float32 stays float32. dout and what is in the cache keep their values.
    """

# %% role="check" points=8
check(affine_backward, affine_forward)

# %% [markdown]
# <details><summary>Another way, once yours passes</summary>
#
# Append a 1 to every example and b as a last row to w. Then the bias is a weight like all others,
# the layer is one product, and db is the last row of dw.
# </details>

# %% [markdown]
# ## 6 Measuring a gradient
# *14 minutes, ●●○, 6 points*
#
# You have derived a gradient and typed it. Is it right? You can find out without any derivation:
# move one number a little and look at what the loss does. By Taylor's formula
#
# $$f(x + h) = f(x) + h f'(x) + \tfrac{h^2}{2} f''(x) + \tfrac{h^3}{6} f'''(x) + \dots$$
#
# and the same with $-h$. The difference to one side, $\frac{f(x+h) - f(x)}{h}$, is $f'(x)$ with an
# error of about $\frac h2 f''$. In the difference to **both** sides the even terms cancel:
#
# $$\frac{f(x + h) - f(x - h)}{2h} = f'(x) + \frac{h^2}{6} f'''(x) + \dots$$
#
# With $h = 10^{-5}$ that is the difference between five and ten right digits. (Smaller is not
# better: $f(x+h)$ and $f(x-h)$ then agree in nearly all of their 16 digits, and the difference
# keeps only rounding errors.)
#
# A gradient has one such slope for each entry of $x$: move that entry, leave the others alone, *put
# it back*, go on to the next one.
#
# <details><summary>Hint: how do I walk through all entries of an array of any shape?</summary>
#
# <code>np.ndindex(x.shape)</code> yields every index as a tuple, and <code>x[index]</code> reads or
# sets that entry.
# </details>
#
# <details><summary>Hint: the gradient for whole numbers is absurdly wrong</summary>
#
# An array of integers stores $2 + 10^{-5}$ as 2. Make a copy with floats first; then the caller's x
# is not touched either.
# </details>

# %% role="exercise" from_truth=true
def numerical_gradient(f, x, h=1e-5):
    """The gradient of f at x by differences to both sides, entry by entry.

    f: a function that takes an array in the shape of x and returns a number.
    x: numbers, also whole ones, in an array of any shape. It keeps its values.
    h: how far an entry is moved to either side, while all others are as in x.
    Returns gradient: float64, in the shape of x.
    """

# %% role="check" points=6
check(numerical_gradient)

# %% [markdown]
# Now use it: your `logistic_loss` on one neuron with five inputs, its gradient by your formula and
# by measurement. **What should the last column look like?**

# %% role="explore" folded=true
def measured_against_derived():
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((6, 5)), rng.standard_normal((5, 1)), np.array([0.3])
    y = np.array([0, 1, 1, 0, 1, 0])
    out, cache = affine_forward(x, w, b)
    _, dw, _ = affine_backward(logistic_loss(out, y)[1], cache)
    measured = numerical_gradient(lambda w: logistic_loss(affine_forward(x, w, b)[0], y)[0], w)
    rows = [f"{d:14.10f} {m:14.10f} {abs(d - m):10.0e}" for d, m in zip(dw.flat, measured.flat)]
    return "\n".join(["       derived       measured difference", *rows])


interactive.explore(measured_against_derived)

# %% [markdown]
# Ten digits agree. Such a check takes two evaluations of the loss for every parameter. That is
# fine for five, and out of the question for millions; so it is a test, not a method to train
# with.

# %% [markdown]
# ## 7 The first neuron learns
# *2 minutes, ●○○, 3 points*
#
# The gradient says in which direction the loss grows fastest. A step of **gradient descent** goes
# the other way, by the **learning rate** $\eta$ times the gradient, for every parameter $\theta$:
#
# $$\theta \leftarrow \theta - \eta \, \frac{\partial J}{\partial \theta} .$$
#
# All parameters move at once: every gradient belongs to the *old* values. We keep parameters in a
# dict, name → array, and their gradients in another one with the same names.

# %% role="exercise" from_truth=true
def gradient_descent_step(params, grads, learning_rate):
    """New parameters, one step downhill: params[name] - learning_rate * grads[name].

    params, grads: dicts with the same names, arrays of the same shapes. They keep their values.
    Returns a new dict with the same names; float32 stays float32.
    """

# %% role="check" points=3
check(gradient_descent_step)

# %% [markdown]
# Everything is there. The loop below is worth reading: forward, loss, backward, step. It starts
# with all weights at 0; the pixels are shifted and scaled to lie around 0.
#
# **Predict**, before you move the slider: what is the cost before the first step? And what will the
# 12,288 weights look like, drawn as a picture?

# %% role="explore"
def ready(pictures):
    """Pictures as rows of float32 around 0."""
    return (flatten_images(pictures) / 255 - 0.25).astype(np.float32)


def learn(x, y, loss, units, steps=60, rate=0.05, batches=None):
    """Train an affine layer that begins at 0; returns its parameters, step by step."""
    params = {"w": np.zeros((x.shape[1], units), np.float32), "b": np.zeros(units, np.float32)}
    trail = [params]
    for x_batch, y_batch in batches or [(x, y)] * steps:
        out, cache = affine_forward(x_batch, params["w"], params["b"])
        cost, dout = loss(out, y_batch)
        _, dw, db = affine_backward(dout.astype(np.float32), cache)
        params = gradient_descent_step(params, {"w": dw, "b": db}, rate)
        trail.append(params)
    return trail


def logits(x, params):
    return affine_forward(x, params["w"], params["b"])[0]


TRAIN, TEST = slice(0, 300), slice(300, 500)
circle = shapes.y[:, 0]


@lru_cache(maxsize=6)
def once(make, *uses):
    """What make() returns; made anew when a function that it uses has been written anew."""
    return make()


def of_a_layer():
    return flatten_images, affine_forward, affine_backward, gradient_descent_step


def train_the_first_neuron():
    x = ready(shapes.x)
    return x, learn(x[TRAIN], circle[TRAIN], logistic_loss, 1)


def trail_of_the_first_neuron():
    return once(train_the_first_neuron, logistic_loss, *of_a_layer())


def first_neuron(steps):
    x, trail = trail_of_the_first_neuron()
    z = logits(x, trail[steps])
    cost, _ = logistic_loss(z[TRAIN], circle[TRAIN])
    right = (z[:, 0] > 0) == circle
    title = (f"{steps} steps: cost {cost:.3f}\n{right[TRAIN].mean():.0%} right, "
             f"{right[TEST].mean():.0%} of new pictures")
    return plots.weights(trail[steps]["w"], (64, 64, 3), title=title)


interactive.explore(
    first_neuron, steps=interactive.slider([0, 1, 3, 10, 30, 60], start=60, label="steps")
)

# %% [markdown]
# The cost starts at 0.693: all weights are 0, so the neuron says one half to every picture. There
# $a - y$ is $\pm\tfrac12$, so the first step adds up the pictures with a circle, subtracts those
# without, and multiplies by $\eta / 2N$: a blurred ring. Then it gets sharper: the neuron
# *subtracts* what squares and triangles have and circles have not. It is a stencil. Ink on violet
# places speaks for a circle, ink on orange ones against it.
#
# The cost is a mean. **Do the losses of single pictures all go down with it?**

# %% role="explore" folded=true
def one_and_all():
    x, trail = trail_of_the_first_neuron()
    x, y = x[TRAIN], circle[TRAIN]
    losses = np.array([[logistic_loss(z, one)[0] for z, one in zip(logits(x, params), y[:, None])]
                       for params in trail[::3]])
    steps = np.arange(0, len(trail), 3)
    worst, typical, best = np.argsort(losses[-1])[[-1, len(y) // 2, 0]]
    lines = {"cost, the mean of 300": losses.mean(axis=1), "the worst picture": losses[:, worst],
             "a typical one": losses[:, typical], "the best one": losses[:, best]}
    return plots.curves({name: (steps, line) for name, line in lines.items()},
                        title="The cost falls, and some single losses rise", ylim=(0, None))


interactive.explore(one_and_all)

# %% [markdown]
# No. The loss of the worst picture more than doubles while the mean falls. One weight serves all
# pictures, and a change that helps a hundred of them may hurt one.

# %% [markdown]
# ## 8 A few pictures at a time
# *9 minutes, ●●○, 6 points*
#
# Each step so far has looked at all 300 pictures. The gradient of a few pictures drawn at random,
# a **minibatch**, is a guess of the gradient of all, cheaper by the factor by which the batch is
# smaller. It is right on average: if every picture is equally likely to be drawn, the mean over
# many draws of the minibatch gradient is the gradient of the cost.
#
# One walk through all examples is an **epoch**. To see every example exactly once, draw *one*
# random order of the numbers 0 to $N - 1$, and cut it into pieces of the batch size; the last piece
# holds what is left.
#
# <details><summary>Hint: how do x and y stay together?</summary>
#
# Draw the order once, as an array of row numbers. An array of row numbers can be an index:
# <code>x[chosen]</code> gives these rows. Use the same one for y.
# </details>
#
# <details><summary>Hint: how do I draw an order, with and without a seed?</summary>
#
# <code>np.random.default_rng(seed)</code> makes a generator, for <code>None</code> one that nobody
# can predict. Its method <code>permutation(n)</code> gives the numbers 0 to n − 1 in a random
# order.
# </details>

# %% role="exercise" from_truth=true
def minibatches(x, y, batch_size, seed=None):
    """One epoch of batches in a random order.

    x: (N, ...), y: (N, ...) of any further axes; row n of y belongs to row n of x.
    batch_size: whole number from 1 on, also larger than N.
    seed: the same one (0 is one, too) gives the same order; None another order in each call.
    Returns a list of pairs (x_batch, y_batch) of batch_size rows each, the last of what is left.
    Every row occurs exactly once, as it is.
    """

# %% role="check" points=6
check(minibatches)

# %% [markdown]
# The same neuron, the same rate, ten epochs, for batches of 300 (all), 30 and 3 pictures. All three
# look at 3,000 pictures in all. **Predict** how many steps each of them makes, and sketch the three
# lines: the loss of each batch on the left, the cost on all 300 on the right.

# %% role="explore" folded=true
def batch_sizes():
    x, y = ready(shapes.x[TRAIN]), circle[TRAIN]
    left, right = {}, {}
    for size in (300, 30, 3):
        batches = [one for epoch in range(10) for one in minibatches(x, y, size, epoch)]
        trail = learn(x, y, logistic_loss, 1, rate=0.005, batches=batches)
        seen = size * np.arange(len(batches))
        left[f"batches of {size}"] = (seen, [logistic_loss(logits(some, params), answers)[0]
                                             for (some, answers), params in zip(batches, trail)])
        every = range(0, len(trail), max(1, 30 // size * 5))
        right[f"batches of {size}"] = (size * np.array(every), [
            logistic_loss(logits(x, trail[step]), y)[0] for step in every])
    figure, (first, second) = plots.panels(2, size=(4.9, 3.5), sharey=True)
    plots.curves(left, xlabel="pictures seen", title="Loss of each batch", ax=first, legend="none")
    plots.curves(right, xlabel="pictures seen", ylabel="cost on all 300", ax=second,
                 title="Small batches get further", ylim=(0, 1.6))
    return figure


interactive.explore(batch_sizes)

# %% [markdown]
# The large batch has made ten steps, the middle one a hundred and the small one a thousand, with
# the same work. On the left, the smaller the batch, the more the line jumps: each time it is the
# loss of other pictures. On the right, a step along a guess takes the neuron about as far as a
# step along the exact gradient, at a fraction of the price.
#
# <details><summary>Could the large batch not take longer steps?</summary>
#
# Ten times as long, yes: with the rate 0.05 its ten steps end at 0.35, as do the hundred steps of
# the middle one. A hundred times as long, no: with 0.5 it overshoots, and the cost jumps to 5.
# </details>
#
# Small batches have a price, too: near the goal the guesses jump around it (the optimizers unit
# lets the rate fall for that reason), and a computer is faster with one large product than with
# many small ones.
#
# ## 9 Several objects at once
# *6 minutes, ●●○, 5 points*
#
# Which of the three are in the picture: a circle, a square, a triangle? Any of them may be there,
# all of them, or none. The answer is a vector of three numbers 0 or 1, such as $(1, 0, 1)$.
#
# So take three neurons, one for each label. They look at the same inputs; neurons that do so are
# a **layer**. Their order is the order of the labels: swap two columns of $y$, and the two
# neurons learn each other's object. The loss of a picture is the sum of three logistic losses,
#
# $$L = -\sum_{k=1}^{3} \bigl(y_k \log a_k + (1 - y_k) \log(1 - a_k)\bigr),
# \qquad J = \frac1N \sum_{n=1}^{N} L_n .$$
#
# **A question before you write.** Which terms of $L$ depend on the second neuron's weights? What
# does that say about training three neurons together against training them one by one?
#
# <details><summary>Compare your answer</summary>
#
# Only the term with $k = 2$. Its derivative is the one that you know, $\partial L / \partial z_2 =
# a_2 - y_2$, and no other neuron occurs in it. Three neurons trained together are exactly three
# neurons trained alone. That is why it matters that the loss is a *sum* over labels: were it
# divided by 3, every gradient would be a third, and "the same rate" would mean something else.
# </details>
#
# <details><summary>Hint: by what do I divide?</summary>
#
# By the number of examples only. The number of labels does not occur in the formula for J.
# </details>

# %% role="exercise" from_truth=true
def multilabel_loss(z, y):
    """Logistic losses of L labels, summed over the labels, averaged over the N examples.

    z: logits, a float array (N, L); y: 0 or 1 (whole numbers or floats), (N, L).
    Returns loss: a number; dz: its gradient, (N, L).
    Finite, accurate and without a warning for any |z|.
    """

# %% role="check" points=5
check(multilabel_loss)

# %% [markdown]
# Three neurons, $3 \cdot 12{,}289$ parameters. **Predict**: where will each of the three stencils
# be violet, and where orange? And by how much will the first of them differ from the neuron of
# section 7?

# %% role="explore" folded=true
KINDS = ("circle", "square", "triangle")


def train_three_neurons():
    return learn(ready(shapes.x[TRAIN]), shapes.y[TRAIN], multilabel_loss, 3)[-1]


def three_neurons():
    return once(train_three_neurons, multilabel_loss, *of_a_layer())


def three_stencils():
    params = three_neurons()
    x, trail = trail_of_the_first_neuron()
    right = ((logits(x, params) > 0) == shapes.y)[TEST].mean(axis=0)
    labels = [f"{kind}: {share:.0%} right" for kind, share in zip(KINDS, right)]
    apart = np.abs(params["w"][:, :1] - trail[-1]["w"]).max()
    largest = np.abs(params["w"]).max()
    print(f"largest weight {largest:.3f}; difference to the neuron alone {apart:.0e}")
    return plots.weights(params["w"], (64, 64, 3), labels, columns=3,
                         title="Three neurons, each with its own stencil")


interactive.explore(three_stencils)

# %% [markdown]
# The first stencil is that of section 7, apart from rounding: no neuron knows of the others.
# Yet each one subtracts the shapes of the others. It has to, since it sees all the ink, and where
# lines of two shapes often coincide, ink alone tells little.
#
# ## 10 Exactly one
# *18 minutes, ●●●, 14 points*
#
# Now there is exactly one shape in each picture. Three independent neurons may say *yes, yes, no*,
# and then? We want three probabilities with the sum 1. So the neurons have to be coupled: let each
# raise its voice, $e^{z_c}$, and give it its share of the whole. That is **softmax**:
#
# $$p_c = \frac{e^{z_c}}{\sum_{k=1}^{C} e^{z_k}} .$$
#
# If one logit rises, its share grows and *all others shrink*. The number of parameters is the same
# as before, $3 \cdot 12{,}289$; only the activation has changed.
#
# **The same number added to all logits** changes nothing: with $e^{z_k + s} = e^{s} e^{z_k}$ the
# factor $e^s$ cancels. That is the way out of overflow. Which $s$ makes every exponential of a
# row harmless? It has to be one for each row: if one row lies 2,500 below another one, a common
# $s$ turns all of its exponentials into 0.
#
# <details><summary>Hint: after the shift</summary>
#
# The largest exponent of each row should be 0: then nothing overflows, and the denominator is at
# least 1, so nothing is divided by 0.
# </details>
#
# <details><summary>Hint: shapes (N, C) and (N,) do not fit together</summary>
#
# A maximum or a sum over axis 1 has shape (N,). With <code>keepdims=True</code> it is (N, 1), and
# broadcasts over the columns.
# </details>

# %% role="exercise" from_truth=true
def softmax(z):
    """The softmax of each row: p[n, c] = exp(z[n, c]) / sum over k of exp(z[n, k]).

    z: logits, a float array (N, C). Returns p: (N, C), in the dtype of z; each row has the sum 1.
    Accurate and without a warning for any |z|, also where rows lie thousands apart.
    """

# %% role="check" points=6
check(softmax)

# %% [markdown]
# **Its loss.** The answer is a class, a whole number $y_n$ from 0 to $C - 1$. As in section 3, take
# the negative logarithm of the probability of what is true, and the mean over the examples:
#
# $$J = -\frac1N \sum_{n=1}^{N} \log p_{n, y_n} .$$
#
# The same trap is waiting: $p_{n, y_n}$ may have become 0 in floating point. And the same way out:
# the logarithm of a quotient is a difference,
#
# $$\log p_c = z_c - \log \sum_{k} e^{z_k} = (z_c - m) - \log \sum_{k} e^{z_k - m},
# \qquad m = \max_k z_k .$$
#
# The last form has no overflow, since all exponents are at most 0, and no logarithm of 0, since the
# sum is at least 1. It is known as the **log-sum-exp** trick.
#
# **Its gradient.** Take one example with the right class $y$. Then $L = \log \sum_k e^{z_k} - z_y$,
# and
#
# $$\frac{\partial L}{\partial z_c} = \frac{e^{z_c}}{\sum_k e^{z_k}} - [c = y] = p_c - [c = y],$$
#
# where $[c = y]$ is 1 for the right class and 0 for all others. Prediction minus answer, once
# more. But $p_c$ has all logits in it: the neurons are no longer independent. With the mean,
# divide by $N$.
#
# **Before you write**: what is the loss of a network that knows nothing, for 3 classes and for 10?
#
# <details><summary>Compare your answer</summary>
#
# All $p_c = 1/C$, so the loss is $\log C$: 1.099 and 2.303. What a first loss should be is the
# first check of every training.
# </details>
#
# <details><summary>Hint: how do I pick one entry from each row?</summary>
#
# With two index arrays: <code>a[rows, columns]</code> gives the entries at (rows[0], columns[0]),
# (rows[1], columns[1]), … <code>a[:, columns]</code> is something else: whole columns.
# </details>
#
# <details><summary>Hint: the loss of a confident mistake is infinite</summary>
#
# Then there is a <code>np.log</code> around a probability. Compute the logarithms of all
# probabilities by the last formula first; the probabilities for the gradient follow from them.
# </details>

# %% role="exercise" from_truth=true
def softmax_loss(z, y):
    """The mean of -log p[n, y[n]] with p = softmax(z), and its gradient.

    z: logits, a float array (N, C).
    y: right classes, whole numbers from 0 to C - 1, (N,).
    Returns loss: a number; dz: its gradient, (N, C), in the dtype of z.
    Finite, accurate and without a warning for any |z|.
    """

# %% role="check" points=8
check(softmax_loss)

# %% [markdown]
# <details><summary>Another way, once yours passes</summary>
#
# With a matrix $Y$ of zeros and ones, a 1 at the right class of each row (*one-hot*), loss and
# gradient are $-\frac1N\sum Y \odot \log P$ and $\frac1N (P - Y)$. Nothing is picked, at the price
# of a matrix. PyTorch's <code>cross_entropy</code> takes logits and classes, as yours does. A
# frequent mistake is to give it probabilities: then softmax acts twice, and the network learns
# slowly.
# </details>
#
# **What coupling does.** Three neurons with softmax learn from pictures with exactly one shape.
# Then they and the independent ones of section 9 see four pictures: a circle; nothing at all; a
# circle and a square; all three. **What will each of them say?**

# %% role="explore" folded=true
def train_coupled_neurons():
    one = data.shapes(300, "class", seed=2)
    return learn(ready(one.x), one.y, softmax_loss, 3)[-1]


def coupled_neurons():
    return once(train_coupled_neurons, softmax_loss, *of_a_layer())


def two_opinions():
    x, _ = trail_of_the_first_neuron()
    wanted = {"a circle": [1, 0, 0], "nothing": [0, 0, 0], "circle and square": [1, 1, 0],
              "all three": [1, 1, 1]}
    right = ((logits(x, three_neurons()) > 0) == shapes.y)[TEST].all(axis=1)
    figure, axes = plots.panels(4, 2, size=(2.5, 2.2))
    for column, (name, answer) in enumerate(wanted.items()):
        wanted_here = (shapes.y[TEST] == answer).all(axis=1)
        number = 300 + int(np.flatnonzero(wanted_here & right)[0])
        axes[column].imshow(shapes.x[number])
        axes[column].set_title(name, fontsize=11)
        axes[column].set_axis_off()
        row = x[number : number + 1]
        said = {"independent": sigmoid(logits(row, three_neurons()))[0],
                "softmax": softmax(logits(row, coupled_neurons()))[0]}
        ax = axes[4 + column]
        for k, (label, heights) in enumerate(said.items()):
            ax.bar(np.arange(3) + 0.4 * k - 0.2, heights, 0.38, color=plots.PALETTE[k], label=label,
                   hatch=("", "//")[k])
        ax.set(xticks=range(3), xticklabels=KINDS, ylim=(0, 1.05))
        ax.tick_params(axis="x", labelsize=8)
        if column == 0:
            ax.set_ylabel("probability")
    figure.legend(*axes[4].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


interactive.explore(two_opinions)

# %% [markdown]
# (The pictures are the first new ones of their kind on which the independent neurons are right.)
# Softmax always gives away a sum of 1, also where there is nothing: it answers *which*, never
# *whether*. Independent neurons can stay below one half for all three, or say yes three times.
# Neither is better; they answer different questions.
#
# ## 11 How large?
# *4 minutes, ●○○, 5 points*
#
# What is the radius of the circle? The answer is a number, not a yes or no. So the *output*
# changes: a sigmoid cannot say 17.3, the activation goes, and the prediction is $z$ itself. And
# the *loss*: a distance is asked for, and its square is smooth and punishes large errors more.
# With $K$ outputs,
#
# $$J = \frac1N \sum_{n=1}^{N} \sum_{k=1}^{K} (\hat y_{nk} - y_{nk})^2 .$$
#
# As with labels: a sum over the outputs, a mean over the examples. (Some books halve it, libraries
# often divide by $K$, too. The gradient is then another one, and so is the learning rate that
# fits.) The trap of $(N, 1)$ against $(N,)$ is here as well.

# %% role="exercise" from_truth=true
def mse_loss(prediction, y):
    """The squared errors, summed over the K outputs and averaged over the N examples.

    prediction: a float array (N, K) or (N,).
    y: as many numbers, of the same shape, or (N,) for a prediction (N, 1).
    Returns loss: the sum over all n, k of (prediction - y)^2, divided by N.
    dprediction: its gradient, in the shape and dtype of prediction.
    """

# %% role="check" points=5
check(mse_loss)

# %% [markdown]
# One neuron without an activation, 100 steps. (To keep the numbers small it learns the radius in
# tens of pixels, counted from 18.) **Predict**: what will its weights look like? Which pixels speak
# for a large circle?

# %% role="explore" folded=true
def predicted_radius():
    sized = data.shapes(500, "size", seed=3)
    x, y = ready(sized.x), (sized.y - 18) / 10
    params = learn(x[TRAIN], y[TRAIN], mse_loss, 1, steps=100, rate=0.0012)[-1]
    guess = 18 + 10 * logits(x, params)[:, 0]
    off = np.abs(guess - sized.y)[TEST].mean()
    figure, (left, right) = plots.panels(2, size=(4.2, 3.8))
    left.plot(sized.y[TEST], guess[TEST], "o", ms=4, color=plots.PALETTE[0], label="new pictures")
    left.plot([8, 28], [8, 28], "--", color=plots.INK, label="right")
    left.set(xlabel="radius in pixels", ylabel="prediction",
             title=f"Off by {off:.1f} pixels on average")
    left.legend()
    w = params["w"].reshape(64, 64, 3).mean(axis=-1)
    right.imshow(w, cmap="PuOr", vmin=-np.abs(w).max(), vmax=np.abs(w).max())
    right.set_title("Its weights, positive violet")
    right.set_axis_off()
    return figure


interactive.explore(predicted_radius)

# %% [markdown]
# The same architecture with another output and another loss does another job. Its stencil: ink far
# from the middle speaks for a large radius, a ring of about ten pixels around it against one.
#
# ## 12 Three layers
# *21 minutes, ●●●, 19 points*
#
# A stencil is all that one layer can be. To say "a round line, anywhere" needs parts that are put
# together: edges, then arcs, then a circle. So let the outputs of one layer be the inputs of the
# next one. The layers between input and output are called **hidden**.
#
# Without something nonlinear between them it would be for nothing: $(XW_1 + b_1) W_2 + b_2 = X (W_1
# W_2) + (b_1 W_2 + b_2)$ is one affine layer again. Between our layers stands the **ReLU**,
# $\max(0, z)$, entry by entry; the next unit compares it with others. Behind the last layer stands
# nothing: its outputs are logits (*scores*), which the loss takes, and they may have any sign.
#
# $$X \;\to\; Z_1 \;\to\; H_1 = \max(0, Z_1) \;\to\; Z_2 \;\to\; H_2 = \max(0, Z_2) \;\to\;
# \text{scores}$$
#
# **Count first.** A layer with $D$ inputs and $M$ units has $M$ neurons with $D$ weights and a bias
# each. Where are most of the parameters of a network that leads from 12,288 numbers to 64, to 32,
# to 3?

# %% role="exercise" from_truth=true
def count_parameters(sizes):
    """The number of weights and biases of affine layers in a row.

    sizes: list of at least two whole numbers, of the inputs and then of the units of each layer:
    [12288, 64, 32, 3] has three layers.
    Returns a whole number.
    """

# %% role="check" points=3
check(count_parameters)

# %%
try:
    for sizes in ([12288, 1], [12288, 3], [12288, 64], [64, 32], [32, 3], [12288, 64, 32, 3]):
        print(f"{' to '.join(map(str, sizes)):20} {count_parameters(sizes):9,}")
except NotImplementedError:
    print("Write count_parameters first.")

# %% [markdown]
# The first layer has 99.7 % of them, as in most networks of this kind: it pays for every pixel.
#
# <details><summary>Hint: three_layer_forward</summary>
#
# Your affine_forward three times. Each returns an output and a cache; what goes into the next one
# has passed the ReLU. Which arrays will the way back ask for: where each unit was on, and the three
# caches.
# </details>

# %% role="exercise" from_truth=true
def three_layer_forward(x, params):
    """The scores of a network with three affine layers and a ReLU behind each of the first two.

    x: (N, d1, ..., dk), each example is flattened to D numbers.
    params: dict of "w1": (D, H1), "b1": (H1,), "w2": (H1, H2), "b2": (H2,), "w3": (H2, C),
    "b3": (C,).
    Returns scores: (N, C), and cache: whatever your three_layer_backward needs.
    float32 stays float32.
    """

# %% role="check" points=6
check(three_layer_forward)

# %% [markdown]
# **The way back.** Begin where the loss is. With $S$ for the scores and $\mathrm{d}S$ from the
# loss, your affine_backward gives the gradients of the third layer and what goes on to $H_2$:
#
# $$\mathrm{d}W_3 = H_2^\top\, \mathrm{d}S, \qquad
# \mathrm{d}b_3 = \textstyle\sum_n \mathrm{d}S_n, \qquad
# \mathrm{d}H_2 = \mathrm{d}S\; W_3^\top .$$
#
# The ReLU has the slope 1 where $Z_2 > 0$ (the unit was on), and 0 where $Z_2 < 0$. So it lets the
# gradient through exactly where the unit was on. (At 0 itself any slope from 0 to 1 would do; we
# take 0.)
#
# $$\mathrm{d}Z_2 = \mathrm{d}H_2 \odot [Z_2 > 0] .$$
#
# And on: $\mathrm{d}Z_2$ is for the second layer what $\mathrm{d}S$ was for the third one. Look at
# what is **reused**. Written out, the gradient of the first layer is
#
# $$\mathrm{d}W_1 = X^\top \Bigl(\bigl(
# \underbrace{(\mathrm{d}S\,W_3^\top) \odot [Z_2 > 0]}_{\mathrm{d}Z_2,\ \text{known already}}\;
# W_2^\top\bigr) \odot [Z_1 > 0]\Bigr) .$$
#
# If you compute each gradient by itself, you do the inner part again for every layer. Going
# backwards does it once. That is all there is to **backpropagation**: the chain rule, from the end,
# with nothing computed twice.
#
# One thing to mind: *all* gradients belong to the parameters of the forward pass. Move no weight
# before the last gradient is done.
#
# <details><summary>Hint: what comes in, what goes out?</summary>
#
# affine_backward returns three gradients. Two of them are results; the first one, with respect to
# the layer's input, is what the ReLU before it gets.
# </details>
#
# <details><summary>Hint: the gradients of the third layer are right, the others are not</summary>
#
# Then look at the first ReLU on the way back. Does it ask where the <i>unit</i> was on, or where
# the <i>gradient</i> is positive?
# </details>

# %% role="exercise" from_truth=true
def three_layer_backward(dscores, cache):
    """The gradients of all parameters of the three layers.

    dscores: (N, C), the gradient of the loss with respect to the scores.
    cache: what your three_layer_forward returned.
    Returns a dict with the entries "w1", "b1", "w2", "b2", "w3", "b3", each in the shape of the
    parameter of that name. float32 stays float32.
    dscores and what is in the cache keep their values.
    """

# %% role="check" points=10
check(three_layer_backward, three_layer_forward)

# %% [markdown]
# The whole of it against a measurement, with your own `numerical_gradient`: a network with 4
# inputs, 6 and 5 hidden units and 3 classes. **What do you expect in the last column?**

# %% role="explore"
def new_params(sizes, seed, spread=0.1):
    """Random weights of standard deviation `spread`, biases of 0."""
    rng, params = np.random.default_rng(seed), {}
    for layer, (before, after) in enumerate(zip(sizes, sizes[1:]), start=1):
        params[f"w{layer}"] = spread * rng.standard_normal((before, after))
        params[f"b{layer}"] = np.zeros(after)
    return params


def whole_network_measured():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((8, 4)), rng.integers(0, 3, 8)
    params = new_params([4, 6, 5, 3], 2, 0.7)
    scores, cache = three_layer_forward(x, params)
    grads = three_layer_backward(softmax_loss(scores, y)[1], cache)
    lines = ["parameter     shape  largest entry  largest difference"]
    for name, value in params.items():
        def loss(entry, name=name):
            return softmax_loss(three_layer_forward(x, {**params, name: entry})[0], y)[0]

        off = np.abs(numerical_gradient(loss, value) - grads[name]).max()
        shape = str(value.shape)
        lines.append(f"{name:9} {shape:>9} {np.abs(grads[name]).max():14.4f} {off:19.0e}")
    return "\n".join(lines)


interactive.explore(whole_network_measured)

# %% [markdown]
# Differences of about $10^{-11}$, for all of the 83 parameters. You can trust your way back.
#
# ## 13 Your network, your loop, your digit
# *13 minutes, ●●○, 4 points*
#
# All pieces are there, and the loop puts them together. For each batch: scores; loss, and the
# gradient of the scores; gradients of all parameters; a step. The next batch starts from where
# the last one ended. (Your other functions should be green first.)
#
# <details><summary>Hint: nothing is learned</summary>
#
# gradient_descent_step changes nothing; it <i>returns</i> new parameters. Does the next batch use
# them?
# </details>
#
# <details><summary>Hint: which losses are asked for?</summary>
#
# One for each batch: the number that came with the gradient, measured before the step.
# </details>

# %% role="exercise" from_truth=true
def train_epoch(params, batches, learning_rate):
    """One step of gradient descent on the softmax loss for each batch, in their order.

    params: dict as for three_layer_forward; it and its arrays keep their values.
    batches: list of pairs (x, y), as minibatches gives them; y: classes, whole numbers.
    Each step starts from the parameters that the last one ended with.
    Returns params after the last step, and losses: a list, the loss of each batch before its step.
    """

# %% role="check" points=4
check(train_epoch)

# %% [markdown]
# First something that can be drawn: three spirals in the plane. One affine layer can only cut it
# with straight lines. **What can three layers do**, and how many epochs does it take to see it?

# %% role="explore" folded=true
def spirals(epochs):
    x, y = data.spirals(100)
    params, order = new_params([2, 32, 32, 3], 1, 0.4), np.random.default_rng(0)
    for _epoch in range(epochs):
        params, losses = train_epoch(params, minibatches(x, y, 30, int(order.integers(10**6))), 0.2)
    right = (three_layer_forward(x, params)[0].argmax(axis=1) == y).mean()
    return plots.regions(lambda at: three_layer_forward(at, params)[0].argmax(axis=1), x, y,
                         title=f"{epochs} epochs: {right:.0%} right")


interactive.explore(
    spirals, epochs=interactive.slider([0, 3, 10, 30, 100, 300], start=100, label="epochs")
)

# %% [markdown]
# With 0 epochs the borders lie at random. Then the regions bend around each other. Every border is
# made of straight pieces: each ReLU contributes a fold, and the layers behind put the folds
# together.
#
# And now the digits: 1,197 real ones to learn from, 8 by 8 pixels each, written by 13 people, and
# 300 others that the network never sees in training. Predict the first loss, and the share of new
# digits that it will read after 30 epochs.

# %% role="explore" folded=true
digits = data.digits("unit")


def read_digits(params, x):
    """The class with the highest score."""
    return three_layer_forward(x, params)[0].argmax(axis=1)


def train_my_network():
    """Your network after 30 epochs of your loop, and how it went."""
    params, losses, right = new_params([64, 64, 32, 10], 1), [], []
    for epoch in range(30):
        batches = minibatches(digits.x_train, digits.y_train, 32, epoch)
        params, some = train_epoch(params, batches, 0.3)
        losses += some
        right.append((read_digits(params, digits.x_val) == digits.y_val).mean())
    return params, losses, right


def my_network():
    return once(train_my_network, minibatches, train_epoch, gradient_descent_step, softmax_loss,
                three_layer_forward, three_layer_backward, affine_forward, affine_backward)


def learned_digits():
    _, losses, right = my_network()
    figure, (first, second) = plots.panels(2, size=(4.7, 3.4))
    plots.curves({"loss of each batch": losses}, log="y", title=f"It begins at {losses[0]:.2f}",
                 ax=first, legend="none")
    plots.curves({"new digits": (np.arange(1, 31), right)}, xlabel="epoch", ylabel="share read",
                 title=f"Of new digits it reads {right[-1]:.1%}", ylim=(0, 1.02), ax=second,
                 legend="none")
    return figure


interactive.explore(learned_digits)

# %% [markdown]
# The first loss is near $\log 10 = 2.303$, as it should be for ten classes and a network that knows
# nothing. What do the 64 neurons of the first layer look for? Their weights are pictures of 8 by 8:

# %% role="explore" folded=true
def first_layer():
    params, _, _ = my_network()
    return plots.weights(params["w1"][:, :24], (8, 8), columns=8,
                         title="What 24 of the 64 first neurons look for")


interactive.explore(first_layer)

# %% [markdown]
# Not whole digits: contrasts, such as ink here and none beside it. The pale ones have hardly moved
# from the random numbers they began with. (Over three starts, this network reads 97 to 98 % of the
# new digits.)
#
# **And now yours.** Change the drawing in the next cell: a dot is paper, `#` is ink, `+` pale ink,
# in any number of rows and columns. Or photograph a digit on paper, upload the file beside this
# notebook, and replace the call by `data.photographed("my digit.jpg", width=6)`. Your drawing is
# cut out and brought to 8 by 8 pixels, six columns of which are ink, as in the digits of the
# course. Then *your* network reads it.

# %%
mine = data.drawn("""
...####...
..##..##..
.......#..
......##..
....###...
......##..
.......##.
.##....##.
..##..##..
...####...
""", width=6)[0]

# %% role="explore" folded=true
def read_mine(picture):
    params, _, _ = my_network()
    p = softmax(three_layer_forward(picture[None], params)[0])[0]
    figure, (left, right) = plots.panels(2, size=(3.6, 3.0))
    left.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
    left.set_title("What the network sees", fontsize=11)
    left.set_axis_off()
    right.bar(np.arange(10), p, color=plots.PALETTE[0])
    right.set(xticks=range(10), ylim=(0, 1.05), xlabel="digit", ylabel="probability",
              title=f"It reads: {p.argmax()}")
    return figure


interactive.explore(lambda: read_mine(mine))

# %% [markdown]
# In JupyterLab you can draw with the mouse, too: click squares, then *Read*.

# %% role="explore"
sketchpad(read_mine)

# %% [markdown]
# Try to mislead it: a digit in another style, a letter, a scribble. Softmax has to name one of
# the ten, and it is often sure of itself. It has learned from 13 people; if you write your 1 or
# your 7 as they did not, you see what that means.

# %% [markdown]
# ## 14 Two questions
# *12 minutes, ●●○, 5 points each*
#
# These two are read by a person. A few sentences and formulas each are enough.

# %% [markdown] role="written" points=5 name="wrong-output"
# ### Question 1: the wrong output
# A friend wants to know which of *five* animals are in a photograph, none, one or several. The
# network ends in a softmax over five scores, with the softmax loss; where several animals are
# there, one of them was taken as the answer.
#
# - (a) What do the five probabilities add up to? Name a photograph for which that makes every
#   possible answer wrong. (1 point)
# - (b) Which activation and which loss should stand there, and how does the number of parameters of
#   the last layer change? (2 points)
# - (c) A photograph shows a cat and a dog, and its answer says *cat* alone. In which direction does
#   the softmax loss push the dog's logit, and why? What does the loss of (b) do to it, if the
#   answer is $(1, 1, 0, 0, 0)$? Use $\partial L/\partial z$. (2 points)
#
# ### BEGIN SOLUTION
# (a) To 1. On a photograph without any animal all five should be near 0 (or: with two animals, both
# should be near 1).
#
# (b) A sigmoid for each score, and the multi-label loss, a sum of five logistic losses. The number
# of parameters stays the same: five neurons with their weights and biases.
#
# (c) Softmax: $\partial L/\partial z_{\text{dog}} = p_{\text{dog}} - 0 > 0$, so a step downhill
# lowers the dog's logit although there is a dog. Multi-label: $\partial L/\partial z_{\text{dog}} =
# a_{\text{dog}} - 1 < 0$, so the logit rises.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: the sum is 1, and a photograph with no animal or with several. Half: one of the
#   two. Nothing: neither.
# - (b) 1 point: sigmoid and the sum of logistic losses (multi-label loss, binary cross-entropy);
#   a mean over the labels counts. Half: one of the two. Nothing: softmax or the squared error. 1
#   point: the number stays the same. Half: five neurons, without a word on what changes.
#   Nothing: more or fewer.
# - (c) 1 point: down, with $p - 0 > 0$ (or "prediction minus answer is positive"). Half: the
#   direction without the gradient. Nothing: up. 1 point: up, with $a - 1 < 0$. Half: the
#   direction without the gradient. Nothing: down.
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="faulty-loop"
# ### Question 2: a loop with two faults
# All functions in this loop are right. It learns, but badly.
#
#     for epoch in range(30):
#         x_shuffled = x[rng.permutation(len(x))]
#         y_shuffled = y[rng.permutation(len(y))]
#         for start in range(0, len(x), 32):
#             scores, cache = three_layer_forward(x_shuffled[start:start + 32], params)
#             loss, dscores = softmax_loss(scores, y_shuffled[start:start + 32])
#             grads = three_layer_backward(dscores / 32, cache)
#             params = gradient_descent_step(params, grads, 0.2)
#
# - (a) Which fault makes it impossible to learn anything about single pictures? To which value does
#   the loss tend, with ten classes that are equally frequent, if nothing is learned by heart? (2
#   points)
# - (b) What is the other fault? By which factor are the steps wrong, and which learning rate in the
#   last line would make up for it? (2 points)
# - (c) Would a gradient check of `three_layer_backward` on a batch of this loop find the fault of
#   (a)? Why, or why not? (1 point)
#
# ### BEGIN SOLUTION
# (a) x and y are shuffled by two different permutations, so a picture comes with the label of
# another one. The labels carry no information about the pictures. The best that can be said is the
# frequency of each class, one tenth, and the loss tends to $\log 10 = 2.303$.
#
# (b) dscores is divided by 32, although the loss is a mean and has divided it by the number of
# examples. All gradients, and with them the steps, are 32 times too small. A rate of $32 \cdot 0.2
# = 6.4$ would make up for it.
#
# (c) No. The check asks whether the gradient is that of the loss for the pairs that it is given. It
# is, whatever the pairs are. What is wrong here is the data, not the derivative.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: two different permutations, or "pictures and labels do not belong together any
#   more". Half: the line without what it does. Nothing: another line. 1 point: $\log 10$ or 2.3.
#   Half: "that of guessing". Nothing: another value.
# - (b) 1 point: divided by the batch size twice, steps 32 times too small. Half: one of the two.
#   Nothing: the rate is blamed. 1 point: 6.4, or 32 times the rate. Half: "a larger rate".
#   Nothing: a smaller one.
# - (c) 1 point: no, since the gradient is right for the pairs that are given. Half: no, the
#   fault is in the data, without what the check compares. Nothing: "yes", or "no" without a
#   reason.
# ### END MARK SCHEME

# %% [markdown]
# ## Formula sheet
#
# | | forward | gradient with respect to its input |
# | :-- | :-- | :-- |
# | affine layer | $Z = XW + b$ | $\mathrm dX = \mathrm dZ\,W^\top$ |
# | its parameters | | $\mathrm dW = X^\top \mathrm dZ$, $\mathrm db = \sum_n \mathrm dZ_n$ |
# | ReLU | $H = \max(0, Z)$ | $\mathrm dZ = \mathrm dH \odot [Z > 0]$ |
# | logistic loss | mean of $\max(z, 0) - y z + \log(1 + e^{-\lvert z\rvert})$ | $(a - y) / N$ |
# | several labels | the same, summed over the labels | $(a - y) / N$ |
# | softmax, its loss | mean of $\log\sum_k e^{z_k - m} - (z_y - m)$ | $(p_c - [c = y]) / N$ |
# | squared error | mean of $\sum_k (\hat y_k - y_k)^2$ | $2 (\hat y - y) / N$ |
#
# A step of descent: $\theta - \eta\, \partial J / \partial \theta$. A measured slope:
# $\frac{f(x + h) - f(x - h)}{2h}$. Parameters of a layer: $D \cdot M + M$ for $D$ inputs and $M$
# neurons. The loss of a network that knows nothing: $\log 2 = 0.693$ for a yes or no, $\log C$ for
# $C$ classes.
#
# ## Glossary
#
# | word | means |
# | :-- | :-- |
# | activation | the function behind a neuron's linear part: sigmoid, ReLU |
# | affine, dense, fully connected layer | neurons that all see all inputs: $XW + b$ |
# | batch, minibatch | the examples of one step |
# | broadcasting | NumPy repeats an array along an axis where the other one is longer |
# | cache | what a forward pass puts aside for its backward pass |
# | cost | the mean loss over many examples |
# | epoch | one walk through all examples |
# | hidden layer | a layer between the input and the last layer |
# | learning rate | how long a step is, as a multiple of the gradient |
# | logit, score | what a neuron of the last layer computes, before sigmoid or softmax |
# | model | an architecture with its parameters |
# | parameters | weights and biases: what training changes |
#
# ## Further reading
#
# - The way back through layers: Rumelhart, Hinton and Williams,
#   [*Learning representations by back-propagating errors*](https://doi.org/10.1038/323533a0), 1986.
# - Softmax as probabilities of classes: Bridle, *Training stochastic model recognition algorithms
#   as networks can lead to maximum mutual information estimation of parameters*,
#   [NIPS 1989](https://proceedings.neurips.cc/paper/1989).
# - Why a few random examples are enough for a step: Bottou, Curtis and Nocedal,
#   [*Optimization methods for large-scale
#   machine learning*](https://arxiv.org/abs/1606.04838), 2018.
# - The digits: Alpaydin and Kaynak,
#   [*Optical recognition of handwritten digits*](https://doi.org/10.24432/C50P49), 1998.
# - A longer course with the same conventions: [CS231n](https://cs231n.github.io/).
#
# ## Where you stand
# The table shows the last result of each check in this session. Each exercise is graded by itself.

# %% role="explore"
progress()
