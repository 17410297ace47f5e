# %% [markdown]
# # Modules: build like LEGO
#
# A network need not be a row of layers. Wires may jump over modules, part and meet again, or lead
# from one moment to the next. You write the two functions that run *any* such network, forward
# and backward, and then the modules that made networks deep and gave them memory. At the end one
# network continues a curve which *you* drew, and another writes on in the letters of *your* text
# or melody, both trained in seconds by your own code.
#
# You need NumPy, matrix products and the chain rule, and an affine layer with its backward pass.
#
# | | section | time | difficulty | points |
# | --: | :-- | --: | :-: | --: |
# | 1 | Three wires | 1 min | ●○○ | |
# | 2 | Any graph, forward | 13 min | ●●○ | 10 |
# | 3 | Any graph, backward | 15 min | ●●● | 16 |
# | 4 | Fast forward | 8 min | ●●○ | 18 |
# | 5 | Deeper and deeper | 3 min | ●○○ | |
# | 6 | Split and merge | 16 min | ●●○ | 18 |
# | 7 | Wide or deep | 2 min | ●○○ | |
# | 8 | One step in time | 5 min | ●●○ | 14 |
# | 9 | A whole sequence | 22 min | ●●● | 14 |
# | 10 | Gradients through time | 3 min | ●●○ | |
# | 11 | It continues your curve | 3 min | ●○○ | |
# | 12 | It writes letters | 3 min | ●○○ | |
# | 13 | Two questions | 12 min | ●●○ | 10 |
#
# <details><summary>How minutes and points are counted</summary>
#
# 180 words a minute, half a minute for each picture, five for each written question, and for each
# line of the solution, `return` apart, 45 seconds (●○○: a line or two from a formula), 75 (●●○:
# something to work out) or 105 (●●●: paper and pencil). Points: six to eight for a way forward,
# eight to ten for its way back, most for the container, on which all else is built.
# </details>
#
# **How it works.** Replace each `raise NotImplementedError()` by your code, then run the `check`
# below it, as often as you like; the points are given later, on other inputs. Where a check fails
# and names no mistake, `hint(f)` looks for the line that is wrong. Cells that draw or train wait
# for *your* functions. After opening the notebook or restarting its kernel, *Run > Run All Above
# Selected Cell* brings you back to where you were.
#
# **Conventions.** Rows are examples: $N$ of them, with $D$ features. A layer's weights have the
# shape (inputs, units). $\mathrm dx$ is the gradient of the loss with respect to $x$. A *cache*
# is what a forward pass keeps for its backward pass; what is in it is your own affair.

# %% role="given"
import numpy as np

from stagewise import begin, check, data, hint, interactive, plots, progress
from stagewise.modules import MODULES
from stagewise.training import cross_entropy

begin("modules")

# %% [markdown]
# ## 1 Three wires
# *1 minute, ●○○*
#
# Each picture shows modules (circles) and values (arrows). Values flow to the right, gradients
# back to the left. **Before you go on**: in each picture find a value that acts on the output
# along two ways, or a module that is used more than once.

# %% role="explore" folded=true
# Three ways to wire modules.
def wires(picture):
    N, E = plots.Node, plots.Edge
    ends = [N("x", 0, 0), N("out", 8.7, 0), N("below", 0, -0.5, caption=" ")]
    if picture == "fast forward":
        nodes = [*ends, N("1", 2, 0, "affine"), N("2", 3.7, 0, "relu"), N("3", 5.4, 0, "affine"),
                 N("+", 6.9, 0, "add"), N("up", 0.9, 1.4, caption="·"),
                 N("down", 6.9, 1.4, caption="·")]
        edges = [E("x", "1", "x", "dx"), E("1", "2", "z", "dz"), E("2", "3", "h", "dh"),
                 E("3", "+", "", ""), E("+", "out", "", ""), E("x", "up", "", ""),
                 E("up", "down", "x jumps over the modules", "dout, unchanged"),
                 E("down", "+", "", "")]
    elif picture == "split and merge":
        nodes = [*ends, N("1", 2.5, 1, "affine"), N("2", 4.5, 1, "relu"), N("3", 2.5, -1, "affine"),
                 N("4", 4.5, -1, "relu"), N("m", 6.5, 0, "merge"), N("low", 0, -1.5, caption=" ")]
        edges = [E("x", "1", "x", "dx"), E("x", "3", "", ""), E("1", "2", "", ""),
                 E("3", "4", "", ""), E("2", "m", "first", "dfirst"),
                 E("4", "m", "second", "dsecond"), E("m", "out", "", "")]
    else:
        nodes = [N("h0", 0, 0)] + [N(f"s{t}", 2.4 * t, 0, "step") for t in (1, 2, 3)]
        nodes += [N(f"x{t}", 2.4 * t, -1.6) for t in (1, 2, 3)] + [N("h3", 9.4, 0)]
        edges = [E("h0", "s1", "h0", "dh0"), E("s1", "s2", "h1", "dh1"), E("s2", "s3", "h2", "dh2"),
                 E("s3", "h3", "", "")] + [E(f"x{t}", f"s{t}", "", "") for t in (1, 2, 3)]
    return plots.graph(nodes, edges, title=picture.capitalize())


interactive.explore(wires, picture=interactive.slider(
    ["fast forward", "split and merge", "recurrent"], label="network"))

# %% [markdown]
# In the first two, $x$ acts along two ways. In the third the *weights* do (they are not drawn):
# all steps use the same ones. A single rule covers all three.

# %% [markdown]
# ## 2 Any graph, forward
# *13 minutes, ●●○, 10 points*
#
# A **module** is a pair of functions. Forward takes any number of inputs, and backward returns one
# gradient for each of them, in the same order:
#
# `out, cache = forward(*inputs)` $\qquad$ `gradients = backward(dout, cache)`
#
# `MODULES` has six modules, by kind: `affine` (of x, w, b), `relu`, `tanh`, `add`, `multiply`,
# `concat`. Parameters are inputs like any other.
#
# A **graph** is a dict: for each value the kind of module that makes it, and the names of what the
# module reads. This is a layer with a fast forward over it:

# %% role="given"
graph = {
    "out": ("add", ("x", "h")),
    "h": ("tanh", ("z",)),
    "z": ("affine", ("x", "w", "b")),
}
rng = np.random.default_rng(1)
inputs = {"x": rng.standard_normal((4, 3)), "w": rng.standard_normal((3, 3)), "b": np.ones(3)}

forward, backward = MODULES["add"]
out, cache = forward(np.ones(2), np.ones(2))
out, backward(np.array([3.0, 5.0]), cache)

# %% [markdown]
# The last line shows a module at work: 1 + 1, and a sum hands its gradient to both sides.
#
# The graph lists `out` first, but it can only be computed last: `h` must be there, and before it
# `z`. So the order of the dict is no order of work. A module is *ready* when all of its sources
# have values. Run what is ready, and others become ready. If names are left and none is ready, no
# order works: they wait for each other, or for something that does not exist.
#
# <details><summary>Hint 1: what to keep track of</summary>
#
# Two collections: the values that are there, and the names that still wait. At the beginning only
# the inputs are there. When is the work done?
# </details>
#
# <details><summary>Hint 2: what backward will ask for</summary>
#
# Each module's own cache, and the order in which the modules ran. A dict keeps the order in which
# its entries were put in.
# </details>
#
# <details><summary>Hint 3: the caller's dicts</summary>
#
# You add values and you cross names off a list. Do both on copies: <code>dict(d)</code> is one.
# </details>

# %% role="exercise" from_truth=true
def graph_forward(graph, modules, inputs): ...

# %% role="check" points=10
check(graph_forward)

# %% [markdown]
# <details><summary>Another way: ask from the end</summary>
#
# A function that makes one value can first call itself for each of the sources. This
# *depth-first* order runs only what is needed, but a circle has to be noticed (the value is begun
# and not done), and a thousand modules in a row exceed Python's depth of calls. PyTorch keeps no
# graph beforehand: the order in which your program calls the modules is the order, and it is
# recorded while they run (a *tape*).
# </details>

# %% [markdown]
# ## 3 Any graph, backward
# *15 minutes, ●●●, 16 points*
#
# Let a value $v$ be read at several places $u_1, \dots, u_k$ (modules, or one module twice). A
# small change of $v$ changes the loss through all of them, and to first order the changes add:
#
# $$\mathrm dv = \frac{\partial L}{\partial v}
# = \sum_{i=1}^k \frac{\partial L}{\partial u_i}\,\frac{\partial u_i}{\partial v}
# \;\left(+ \text{ what the loss reads of } v \text{ itself}\right).$$
#
# Two rules follow.
#
# - **Where branches meet, gradients add up.** Backward of a module gives one term of the sum.
# - **A module goes back only when its own $\mathrm d\text{out}$ is complete**: after all modules
#   that read its value. On the way forward these ran later. So the reverse of the order forward
#   always works; the reverse of the dict does not, and neither does passing on each part as it
#   arrives.
#
# You begin with `dvalues`, the gradients at one or several values. A module that no output
# depends on gets no gradient and stays out.
#
# <details><summary>Hint 1: the state of the work</summary>
#
# One dict of gradients by name is enough. What is in it before the first module goes back?
# </details>
#
# <details><summary>Hint 2: when a gradient comes for a name</summary>
#
# There are two cases: the name has a gradient already, or not. A parameter and an input get theirs
# in the same way as any other value.
# </details>
#
# <details><summary>Hint 3: a trap with arrays</summary>
#
# Backward of a sum returns the same array twice. What happens to the second name when you add in
# place (<code>+=</code>) to the first?
# </details>

# %% role="exercise" from_truth=true
def graph_backward(dvalues, graph, modules, cache): ...

# %% role="check" points=16
check(graph_backward, graph_forward)

# %% [markdown]
# <details><summary>Another way: count the readers</summary>
#
# Count for each value how many modules read it; go back through a module when all of its readers
# have answered. That needs no order from forward, and modules that are ready together can run at
# the same time. PyTorch's engine works like this.
# </details>
#
# Your function at work: the ring shows which module goes back. **Predict the order** for this
# graph, in which $h$ is read by two modules.

# %% role="explore" folded=true
# Which module goes back next, in the order of your code.
UNEVEN = {
    "out": ("add", ("y", "h")),
    "y": ("tanh", ("z",)),
    "h": ("relu", ("x",)),
    "z": ("affine", ("h", "w", "b")),
}


def order_of(graph, inputs):
    """The names of the values in the order in which the modules go back."""
    seen = []

    def spied(kind):
        forward, back = MODULES[kind]

        def told(dout, kept):
            name, inner = kept
            seen.append(name)
            return back(dout, inner)

        return forward, told

    modules, named = {}, {}
    for name, (kind, sources) in graph.items():
        forward, back = spied(kind)
        modules[name] = (
            lambda *values, f=forward, n=name: (lambda out, kept: (out, (n, kept)))(*f(*values)),
            back)
        named[name] = (name, sources)
    values, cache = graph_forward(named, modules, inputs)
    graph_backward({"out": np.ones_like(values["out"])}, named, modules, cache)
    return seen


def backward_order(step):
    N, E = plots.Node, plots.Edge
    order = order_of(UNEVEN, inputs)
    nodes = [N("x", 0, 0), N("h", 1.8, 0, "relu"), N("z", 3.8, -1, "affine"),
             N("y", 5.6, -1, "tanh"), N("out", 7.2, 0, "add"), N("loss", 8.8, 0),
             N("below", 0, -1.5, caption=" ")]
    edges = [E("x", "h", "x", "dx"), E("h", "out", "h", "dh, one part"),
             E("h", "z", "", ""), E("z", "y", "z", "dz"), E("y", "out", "", ""),
             E("out", "loss", "out", "dout")]
    told = " → ".join(order[:step])
    return plots.graph(nodes, edges, focus=order[step - 1], legend=False,
                       title=f"Back so far: {told}")


interactive.explore(backward_order, step=interactive.slider([1, 2, 3, 4], start=4, label="step"))

# %% [markdown]
# `h` comes last, after both of its readers: only then is its gradient complete.
#
# No gradient should be believed because it looks right. Differences tell (also of a graph of your
# own: change `UNEVEN` above and see).

# %% role="explore" folded=true
# Your gradients against measured ones.
from stagewise.gradients import gradient_check


def measured():
    values, cache = graph_forward(UNEVEN, MODULES, inputs)
    dout = np.random.default_rng(2).standard_normal(values["out"].shape)
    grads = graph_backward({"out": dout}, UNEVEN, MODULES, cache)
    lines = []
    for name in inputs:
        def of_this(value, name=name):
            return graph_forward(UNEVEN, MODULES, {**inputs, name: value})[0]["out"]
        found = gradient_check(of_this, inputs[name].copy(), grads[name], dout)
        lines.append(f"d{name}: {found.verdict.value} (relative error {found.error:.0e})")
    return "\n".join(lines)


interactive.explore(measured)

# %% [markdown]
# ## 4 Fast forward
# *8 minutes, ●●○, 18 points*
#
# Now modules of your own. The first is the block with which Kaiming He and others
# ([2015](https://arxiv.org/abs/1512.03385)) trained networks of 152 layers: $x$ jumps over two
# modules and is added behind them,
#
# $$\text{out} = x + F(x), \qquad F(x) = \operatorname{relu}(x\,w_1 + b_1)\,w_2 + b_2 .$$
#
# The modules need only learn what should *change*; with $w_2 = 0$ and $b_2 = 0$ the block does
# nothing at all.
#
# <details><summary>Where is the ReLU behind the sum?</summary>
#
# The first paper put one there. [Three months later](https://arxiv.org/abs/1603.05027) it was
# moved away: nothing should stand in the wire. So it is here.
# </details>

# %% role="exercise" from_truth=true
def residual_forward(x, w1, b1, w2, b2): ...

# %% role="check" points=8
check(residual_forward)

# %% [markdown]
# **Backward.** $x$ is read twice. With $z = x\,w_1 + b_1$ and $h = \operatorname{relu}(z)$ the sum
# hands $\mathrm d\text{out}$ to both sides, and
#
# $$\mathrm dh = \mathrm d\text{out}\,w_2^\top, \qquad
# \mathrm dz = \mathrm dh \odot [h > 0], \qquad
# \mathrm dx = \underbrace{\mathrm d\text{out}}_{\text{wire}} +
# \underbrace{\mathrm dz\,w_1^\top}_{\text{modules}} .$$
#
# The weights' gradients are those of two affine layers: for $u = v\,w + b$ they are
# $\mathrm dw = v^\top \mathrm du$ and $\mathrm db = \sum_n \mathrm du_n$. Read them off: which $v$
# and which $\mathrm du$ belong to each layer?
#
# <details><summary>Hint 1: what to keep</summary>
#
# For the gate you need to know where the ReLU was on, for dw2 what entered the second affine map,
# for dw1 what entered the first.
# </details>
#
# <details><summary>Hint 2: what comes back to the second map</summary>
#
# A sum passes its gradient on unchanged. So for the second affine map du is dout, all of it.
# </details>

# %% role="exercise" from_truth=true
def residual_backward(dout, cache):
    """The gradients of residual_forward.

    dout: (N, D); it keeps its values, and so does the cache.
    Returns dx: (N, D), dw1: (D, H), db1: (H,), dw2: (H, D), db2: (D,). All of them are sums over
    the examples, not means.
    """

# %% role="check" points=10
check(residual_backward, residual_forward)

# %% [markdown]
# <details><summary>Another way: from modules</summary>
#
# The block is also a graph of four of the course's modules, and your container gives the same
# gradients without a line of derivation. What you wrote by hand is faster (fewer calls) and needs
# fewer arrays. Libraries offer both: automatic differentiation, and *fused* modules for what is
# used a million times.
# </details>

# %% [markdown]
# ## 5 Deeper and deeper
# *3 minutes, ●○○*
#
# A network for digits: an affine layer from 64 pixels to 32 units, a number of blocks, an affine
# layer to ten scores. In the *plain* network the blocks are the same modules without the wire,
# $\text{out} = F(x)$. Your container runs both; the residual one uses your block.
#
# The spread of $w_1$ keeps the size through ReLU. That of $w_2$ is $s/\sqrt{32}$, so that $F$
# multiplies the size of a signal by about $s$. Hence each block changes a gradient by about
#
# $$\text{plain: } s, \qquad\qquad \text{residual: } \sqrt{1 + s^2} ,$$
#
# because two nearly independent parts add their squares. **Predict** for $s = 0.5$ and 40 blocks:
# how large is the gradient that reaches the first layer, with the wire and without?

# %% role="explore" folded=true
# The gradient that reaches the first layer, by depth.
digits = data.digits()
MINE = {**MODULES, "block": (residual_forward, residual_backward)}


def stack(blocks, wire, s, seed, width=32):
    """A graph of that many blocks, and its parameters."""
    rng = np.random.default_rng(seed)
    params = {"first": rng.standard_normal((64, width)) / 8, "zero": np.zeros(width),
              "last": rng.standard_normal((width, 10)) / width**0.5, "ten": np.zeros(10)}
    graph = {"a0": ("affine", ("x", "first", "zero"))}
    for k in range(blocks):
        w1 = rng.standard_normal((width, width)) * np.sqrt(2 / width)
        w2 = rng.standard_normal((width, width)) * s / np.sqrt(width)
        params |= {f"w1 {k}": w1, f"b1 {k}": np.zeros(width)}
        params |= {f"w2 {k}": w2, f"b2 {k}": np.zeros(width)}
        if wire:
            graph[f"a{k + 1}"] = ("block", (f"a{k}", f"w1 {k}", f"b1 {k}", f"w2 {k}", f"b2 {k}"))
        else:
            graph[f"z{k}"] = ("affine", (f"a{k}", f"w1 {k}", f"b1 {k}"))
            graph[f"h{k}"] = ("relu", (f"z{k}",))
            graph[f"a{k + 1}"] = ("affine", (f"h{k}", f"w2 {k}", f"b2 {k}"))
    graph["scores"] = ("affine", (f"a{blocks}", "last", "ten"))
    return graph, params


def loss_and_gradients(graph, params, x, y, modules=MINE):
    """Cross-entropy of "scores", and all gradients by name."""
    values, cache = graph_forward(graph, modules, {"x": x, **params})
    loss, dscores = cross_entropy(values["scores"], y)
    return loss, graph_backward({"scores": dscores}, graph, modules, cache)


def gradient_by_depth(s):
    depths, lines = (1, 2, 5, 10, 20, 40), {}
    x, y = digits.x_train[:100], digits.y_train[:100]
    for label, wire in (("plain", False), ("residual", True)):
        def size(depth, seed, wire=wire):
            _, grads = loss_and_gradients(*stack(depth, wire, s, seed), x, y)
            return np.linalg.norm(grads["a0"])
        lines[label] = [[size(depth, seed) for seed in (1, 2, 3)] for depth in depths]
    return plots.sweep(depths, lines, xlabel="blocks", ylabel="size of the gradient", log="xy",
                       title="What reaches the first layer before training")


interactive.explore(gradient_by_depth, s=interactive.slider(
    [0.1, 0.3, 0.5, 0.7, 1.0], start=0.5, label="s"))

# %% [markdown]
# Without the wire $0.5^{40} \approx 10^{-12}$ is left of the gradient (and a little less: layers
# of 32 units lose some by chance). With it the gradient *grows*, by about $1.25^{20} \approx 87$.
# Move the slider: at $s = 0.1$ it hardly changes, at $s = 1$ it explodes, by about $2^{20}$. The
# wire cures what vanishes, but a good start is needed all the same: residual networks begin with
# a small $w_2$, or have batch normalisation in each block.
#
# Does it matter for learning? The plain networks below get the best start that they can have,
# $s = 1$, the residual ones $s = 0.1$; 200 steps, gradients clipped to length 1. **Where do the
# lines part?**

# %% role="explore" folded=true
# What the networks have learned, by depth.
def clipped(grads, longest):
    """The gradients, shortened together to a length of at most `longest` (0: as they are)."""
    length = np.sqrt(sum(np.sum(grad**2) for grad in grads.values()))
    factor = min(1.0, longest / (length + 1e-6)) if longest else 1.0
    return {name: factor * grad for name, grad in grads.items()}


def learned(blocks, wire, s, seed, steps=200, rate=0.1):
    """Accuracy on new pictures after that many steps."""
    rng, (graph, params) = np.random.default_rng(seed), stack(blocks, wire, s, seed)
    for _ in range(steps):
        batch = rng.choice(len(digits.x_train), 50, replace=False)
        _, grads = loss_and_gradients(graph, params, digits.x_train[batch], digits.y_train[batch])
        grads = clipped({name: grads[name] for name in params}, 1.0)
        params = {name: value - rate * grads[name] for name, value in params.items()}
    values, _ = graph_forward(graph, MINE, {"x": digits.x_val, **params})
    return np.mean(values["scores"].argmax(axis=1) == digits.y_val)


def learned_by_depth():
    depths, right = (1, 4, 10, 20), {"plain, s = 1": [], "residual, s = 0.1": []}
    for depth in interactive.counted(depths, "depths"):
        right["plain, s = 1"].append([learned(depth, False, 1.0, seed) for seed in (1, 2)])
        right["residual, s = 0.1"].append([learned(depth, True, 0.1, seed) for seed in (1, 2)])
    return plots.sweep(depths, right, xlabel="blocks", ylabel="accuracy on new pictures",
                       ylim=(0, 1), log="", chance=0.1, legend="below",
                       title="The wire lets depth do no harm")


interactive.explore(learned_by_depth)

# %% [markdown]
# With one block both read about 96 %. At ten the plain network has fallen to about three
# quarters, at twenty below a half, though its gradient does not vanish before the first step; the
# residual one stays where it was. The wire makes depth possible, not useful by itself: digits do
# not *need* twenty blocks.

# %% [markdown]
# ## 6 Split and merge
# *16 minutes, ●●○, 18 points*
#
# Instead of deciding between two layers, a network may have both and merge what they found:
#
# $$\text{first} = \operatorname{relu}(x\,w_1 + b_1), \qquad
# \text{second} = \operatorname{relu}(x\,w_2 + b_2) .$$
#
# *Adding* needs branches of equal width; the parts cannot be told apart afterwards.
# *Concatenating* keeps all, side by side; what follows gets wider. GoogLeNet
# ([2014](https://arxiv.org/abs/1409.4842)) concatenates four branches with filters of different
# sizes, so that no size has to be chosen.

# %% role="exercise" from_truth=true
def split_merge_forward(x, w1, b1, w2, b2, merge): ...

# %% role="check" points=8
check(split_merge_forward)

# %% [markdown]
# **Backward.** First undo the merge. For a sum, $\mathrm d\text{first}$ and
# $\mathrm d\text{second}$ are both $\mathrm d\text{out}$. A concatenation only moves numbers, so
# each branch gets back the columns that it filled. Then each branch goes back by itself, and
# since both read $x$, the two meet there:
#
# $$\mathrm dx = \mathrm dz_1\,w_1^\top + \mathrm dz_2\,w_2^\top, \qquad
# \mathrm dz_k = \mathrm d\text{branch}_k \odot [\text{branch}_k > 0] .$$
#
# <details><summary>Hint 1: the column at which to cut</summary>
#
# The first branch has H1 columns. Which array in your cache still knows that number?
# </details>
#
# <details><summary>Hint 2: one array for two branches</summary>
#
# With "add" both branches get the same array. If the gate of the first branch is written into it
# in place, what does the second branch see?
# </details>

# %% role="exercise" from_truth=true
def split_merge_backward(dout, cache):
    """The gradients of split_merge_forward.

    dout: (N, H1) after "add", (N, H1 + H2) after "concat"; it keeps its values, as does the cache.
    Returns dx, dw1, db1, dw2, db2 in the shapes of x, w1, b1, w2, b2.
    """

# %% role="check" points=10
check(split_merge_backward, split_merge_forward)

# %% [markdown]
# <details><summary>Another way: one product</summary>
#
# Put the weights side by side, $w = [w_1\ w_2]$, and one product makes both branches. Then
# "concat" is simply a wide layer, and "add" is a wide layer times a fixed matrix of two unit
# matrices, one above the other. A sum of branches is a concatenation in which the next layer must
# treat both alike.
# </details>

# %% [markdown]
# ## 7 Wide or deep
# *2 minutes, ●○○*
#
# Should parameters go into one wide layer or into many narrow ones? Each network below has at most
# 100 parameters and learns three spirals, from three starts. **Which depth would you bet on?**

# %% role="explore" folded=true
# The same number of parameters, in one layer or in several.
x_spiral, y_spiral = data.spirals(100, 3, seed=1)
x_new, y_new = data.spirals(100, 3, seed=2)


def count(width, depth):
    """Parameters of a network from 2 inputs to 3 classes."""
    return 3 * width + (depth - 1) * (width + 1) * width + 3 * (width + 1)


def row_of_layers(width, depth, seed):
    """Graph and parameters of tanh layers in a row."""
    rng, sizes = np.random.default_rng(seed), [2, *[width] * depth, 3]
    graph, params, before = {}, {}, "x"
    for k, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
        params |= {f"w{k}": rng.standard_normal((a, b)) * np.sqrt(2 / a), f"b{k}": np.zeros(b)}
        made = "scores" if k == depth else f"z{k}"
        graph[made] = ("affine", (before, f"w{k}", f"b{k}"))
        graph |= {} if k == depth else {f"h{k}": ("tanh", (made,))}
        before = f"h{k}"
    return graph, params


class Adam:
    """Adam's rule for a dict of parameters; gradients are clipped before."""

    def __init__(self, rate, longest=0.0):
        self.rate, self.longest, self.m, self.v, self.t = rate, longest, {}, {}, 0

    def __call__(self, params, grads):
        self.t += 1
        grads, new = clipped({name: grads[name] for name in params}, self.longest), {}
        for name, grad in grads.items():
            m = self.m[name] = 0.9 * self.m.get(name, 0) + 0.1 * grad
            v = self.v[name] = 0.999 * self.v.get(name, 0) + 0.001 * grad**2
            size = np.sqrt(v / (1 - 0.999**self.t)) + 1e-8
            new[name] = params[name] - self.rate * m / (1 - 0.9**self.t) / size
        return new


def on_spirals(depth, seed, steps=300):
    width = max(w for w in range(1, 40) if count(w, depth) <= 100)
    (graph, params), update = row_of_layers(width, depth, seed), Adam(0.02)
    for _ in range(steps):
        _, grads = loss_and_gradients(graph, params, x_spiral, y_spiral, MODULES)
        params = update(params, grads)
    values, _ = graph_forward(graph, MODULES, {"x": x_new, **params})
    return np.mean(values["scores"].argmax(axis=1) == y_new)


def wide_or_deep():
    depths = (1, 2, 3, 5, 8)
    right = [[on_spirals(depth, seed) for seed in (1, 2, 3)]
             for depth in interactive.counted(depths, "depths")]
    widths = [max(w for w in range(1, 40) if count(w, depth) <= 100) for depth in depths]
    named = [f"{depth} x {width}" for depth, width in zip(depths, widths, strict=True)]
    return plots.sweep(named, {"three starts": right}, xlabel="hidden layers x units in each",
                       ylabel="accuracy on new points", ylim=(0.3, 1), legend="none",
                       title="At most 100 parameters each")


interactive.explore(wide_or_deep)

# %% [markdown]
# From one layer to five it makes little difference. Eight layers of two units are worse, how much
# depends on their start: what a narrow layer loses is lost for all that follow.
#
# So why depth? Because some functions are *much* shorter when composed. One fold of the interval,
# $f(x) = 2\operatorname{relu}(x) - 4\operatorname{relu}(x - \frac12)$, has two units and one
# tooth. Folding what was folded doubles the teeth. (These weights are set by hand.)

# %% role="explore" folded=true
# Layers that fold, one after the other.
def folded(folds):
    graph, before = {}, "x"
    fixed = {"w": np.array([[1.0, 1.0]]), "b": np.array([0, -0.5]), "v": np.array([[2.0], [-4.0]]),
             "c": np.zeros(1), "x": np.linspace(0, 1, 1025)[:, None]}
    for k in range(folds):
        graph |= {f"z{k}": ("affine", (before, "w", "b")), f"h{k}": ("relu", (f"z{k}",)),
                  f"y{k}": ("affine", (f"h{k}", "v", "c"))}
        before = f"y{k}"
    values, _ = graph_forward(graph, MODULES, fixed)
    return plots.curves({"output": (fixed["x"].ravel(), values[before].ravel())}, xlabel="x",
                        ylabel="output", legend="none",
                        title=f"{folds} layers of 2 units: {2 ** (folds - 1)} teeth")


interactive.explore(folded, folds=interactive.slider([1, 2, 3, 4, 5], start=4, label="layers"))

# %% [markdown]
# $L$ layers of two units make $2^{L-1}$ teeth. One hidden layer of ReLU bends at most once for
# each unit, so it needs about $2^L$ units for as many. That such depth can be *learned* is
# another matter, as the experiment shows.

# %% [markdown]
# ## 8 One step in time
# *5 minutes, ●●○, 14 points*
#
# A sequence comes piece by piece. A **recurrent** module keeps a state $h$ and makes the next one
# from the state before and the present input, always with the same weights:
#
# $$h_t = \tanh(z_t), \qquad z_t = x_t\,W_x + h_{t-1}\,W_h + b .$$

# %% role="exercise" from_truth=true
def rnn_step_forward(x, prev_h, Wx, Wh, b): ...

# %% role="check" points=6
check(rnn_step_forward)

# %% [markdown]
# **Backward.** The slope of tanh is $1 - \tanh^2$, so
# $\mathrm dz = \mathrm dh_t \odot (1 - h_t^2)$. What is left are two affine maps that are added:
# each gets $\mathrm dz$, and gives a gradient to its input and to its weights.
#
# <details><summary>Hint 1: shapes are not enough</summary>
#
# Wh is square, so a product with it fits in either direction. Write down the indices: dprev_h[n, k]
# adds up dz[n, j] times which entry of Wh?
# </details>
#
# <details><summary>Hint 2: two states</summary>
#
# There is a state before and a state after the step. Which one gives the slope, which one was
# multiplied by Wh?
# </details>

# %% role="exercise" from_truth=true
def rnn_step_backward(dnext_h, cache):
    """The gradients of rnn_step_forward.

    dnext_h: (N, H); it keeps its values, and so does the cache.
    Returns dx: (N, D), dprev_h: (N, H), dWx: (D, H), dWh: (H, H), db: (H,).
    """

# %% role="check" points=8
check(rnn_step_backward, rnn_step_forward)

# %% [markdown]
# <details><summary>Another way: one matrix</summary>
#
# With $[x_t\ h_{t-1}]$ in a row and $W_x$ above $W_h$ the step is one affine layer and a tanh.
# PyTorch's <code>nn.RNN</code> keeps the two matrices apart (and transposed), and has two biases
# where one would do.
# </details>

# %% [markdown]
# ## 9 A whole sequence
# *22 minutes, ●●●, 14 points*
#
# $T$ steps in a row, each from the state that the last one left. Time is the second axis: `x` has
# the shape (N, T, D), and all states together (N, T, H).
#
# <details><summary>Hint: a list, then an array</summary>
#
# Collect the states in a list. <code>np.stack</code> makes an array of it and takes the place of
# the new axis as an argument.
# </details>

# %% role="exercise" from_truth=true
def rnn_forward(x, h0, Wx, Wh, b): ...

# %% role="check" points=6
check(rnn_forward)

# %% [markdown]
# **Backward through time.** Unrolled, the sequence is a graph like any other, and your two rules
# from section 3 hold.
#
# - The state $h_t$ acts along two ways: the loss may read it, which gives `dh[:, t]`, and step
#   $t + 1$ reads it, which gives what comes back from there as $\mathrm d h_\text{prev}$. **Both
#   add up.** Behind the last step there is no other.
# - The weights are read by *all* steps: $\mathrm dW_h = \sum_t \mathrm dW_h^{(t)}$, and so for
#   $W_x$ and $b$.
# - A step goes back after the one that follows it: from the last to the first.
# - What is left when the first step has gone back belongs to $h_0$.
#
# <details><summary>Hint 1: what is carried</summary>
#
# One array, (N, H), goes from step to step: what the later step gives back. What is it before
# the last step goes back?
# </details>
#
# <details><summary>Hint 2: dx in its order</summary>
#
# You meet the steps in reverse. Where in the list does each new dx belong?
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# For T = 1 your function must give exactly what rnn_step_backward gives, with one more axis.
# </details>

# %% role="exercise" from_truth=true
def rnn_backward(dh, cache): ...

# %% role="check" points=8
check(rnn_backward, rnn_forward)

# %% [markdown]
# <details><summary>Another way: the big products at the end</summary>
#
# Only $h_{t-1} W_h$ has to wait for the step before. All $x_t\,W_x$ can be one product beforehand,
# and with every $\mathrm dz_t$ kept, $\mathrm dW_x$ and $\mathrm dW_h$ are one product each
# afterwards. That is how libraries keep a GPU busy.
# </details>
#
# You now have the sequence twice: by hand, and as a graph of steps for your container. **They have
# to agree**, and here the weights meet three times each.

# %% role="explore" folded=true
# The sequence by hand and as a graph.
def twice():
    rng, T = np.random.default_rng(3), 3
    x, h0 = rng.standard_normal((2, T, 4)), rng.standard_normal((2, 5))
    weights = {"Wx": rng.standard_normal((4, 5)), "Wh": rng.standard_normal((5, 5)) / 2,
               "b": rng.standard_normal(5)}
    dh = rng.standard_normal((2, T, 5))
    by_hand = rnn_backward(dh, rnn_forward(x, h0, *weights.values())[1])
    graph = {f"h{t + 1}": ("step", (f"x{t}", f"h{t}", "Wx", "Wh", "b")) for t in range(T)}
    given = {"h0": h0, **{f"x{t}": x[:, t] for t in range(T)}, **weights}
    modules = {"step": (rnn_step_forward, rnn_step_backward)}
    _, cache = graph_forward(graph, modules, given)
    grads = graph_backward({f"h{t + 1}": dh[:, t] for t in range(T)}, graph, modules, cache)
    names = ("h0", "Wx", "Wh", "b")
    off = [np.abs(mine - grads[name]).max() for mine, name in zip(by_hand[1:], names, strict=True)]
    return "largest difference: " + ", ".join(
        f"d{name} {value:.0e}" for name, value in zip(names, off, strict=True))


interactive.explore(twice)

# %% [markdown]
# ## 10 Gradients through time
# *3 minutes, ●●○*
#
# How far back does a gradient reach? Per step $\mathrm dh_{t-1} = \left(\mathrm dh_t \odot
# (1 - h_t^2)\right) W_h^\top$. The slopes are at most 1, and a matrix lengthens a vector at most by
# its largest singular value $s$. So
#
# $$\lVert \mathrm dh_{t-1} \rVert \le s\,\lVert \mathrm dh_t \rVert , \qquad
# \lVert \mathrm dh_{t-k} \rVert \le s^k\,\lVert \mathrm dh_t \rVert .$$
#
# For $s < 1$ the gradient *must* vanish: what happened 50 steps ago teaches nothing. For $s > 1$
# it *may* explode; that depends on the slopes, and on whether the vector keeps meeting the
# directions that are lengthened. Three matrices here are $s$ times an orthogonal one, which
# lengthens all directions alike. The fourth is random. **Predict its line**, and what larger
# inputs do to the lines.

# %% role="explore" folded=true
# How long the gradient is on its way back in time.
def orthogonal(H, seed):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((H, H)))[0]


def through_time(size, T=50, H=32):
    rng, lines = np.random.default_rng(1), {}
    random = rng.standard_normal((H, H))
    random *= 1.2 / np.linalg.norm(random, 2)
    matrices = {f"s = {s}": s * orthogonal(H, 2) for s in (0.8, 1.0, 1.2)}
    for label, Wh in {**matrices, "random, s = 1.2": random}.items():
        h, caches, lengths = np.zeros((20, H)), [], []
        for _ in range(T):
            x = size * rng.standard_normal((20, H))
            h, cache = rnn_step_forward(x, h, np.eye(H), Wh, np.zeros(H))
            caches.append(cache)
        dh = np.random.default_rng(5).standard_normal((20, H)) / np.sqrt(H)
        for cache in reversed(caches):
            lengths.append(np.linalg.norm(dh, axis=1).mean())
            dh = rnn_step_backward(dh, cache)[1]
        lines[label] = lengths
    return plots.curves(lines, xlabel="steps back from the end", ylabel="length of the gradient",
                        log="y", legend="below", title="The gradient on its way back in time")


interactive.explore(through_time, size=interactive.slider(
    [1e-6, 0.1, 0.3, 1.0], start=1e-6, label="size of the inputs"))

# %% [markdown]
# With tiny inputs the slopes are 1, and the three lines are $0.8^k$, $1$ and $1.2^k$: after 49
# steps a factor of about $2 \cdot 10^{-5}$ and of 7,600. The random matrix has the same largest
# singular value as the third, and vanishes: it shortens most directions. With inputs of size 1,
# tanh is flat at many places, and all four vanish.
#
# Vanishing is cured by other modules (gates, as in the LSTM, are a wire through time). Against
# *explosion* there is **clipping**: when the length of all gradients together is above a bound,
# scale them down to it. Below, a network with $s = 1.5$ learns to write a sentence by plain
# gradient descent. **What do you expect without clipping?**

# %% role="explore" folded=true
# Learning a sentence, with and without clipping.
SENTENCE = "peter piper picked a peck of pickled pepper. she sells sea shells on the sea shore. "


def fresh(D, H, K, s, seed):
    """Weights of a recurrent network from D inputs over H units to K outputs."""
    rng = np.random.default_rng(seed)
    return {"Wx": rng.standard_normal((D, H)) / np.sqrt(D), "Wh": s * orthogonal(H, seed),
            "b": np.zeros(H), "Wy": rng.standard_normal((H, K)) / np.sqrt(H), "c": np.zeros(K)}


def sequence_gradients(params, x, target, loss_of):
    """The loss of outputs at every step, and all gradients, by your two functions."""
    h0 = np.zeros((len(x), len(params["b"])))
    h, cache = rnn_forward(x, h0, params["Wx"], params["Wh"], params["b"])
    loss, dy = loss_of(h @ params["Wy"] + params["c"], target)
    _, _, dWx, dWh, db = rnn_backward(dy @ params["Wy"].T, cache)
    dWy = np.einsum("nth,ntk->hk", h, dy)
    return loss, {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dy.sum(axis=(0, 1))}


def letters_loss(scores, target):
    loss, dscores = cross_entropy(scores.reshape(-1, scores.shape[2]), target.ravel())
    return loss, dscores.reshape(scores.shape)


def pieces_of(text, rng, count=8, length=25):
    """Pieces of a text as rows of 0 and one 1, and the letter that follows each."""
    letters = sorted(set(text))
    codes = np.array([letters.index(one) for one in text])
    places = rng.integers(0, len(codes), count)[:, None] + np.arange(length + 1)
    picked = codes[places % len(codes)]
    return np.eye(len(letters))[picked[:, :-1]], picked[:, 1:]


def with_and_without(rate):
    K, lines = len(set(SENTENCE)), {}
    for label, longest in (("as they are", 0.0), ("clipped to 1", 1.0)):
        params, rng, losses = fresh(K, 48, K, 1.5, 1), np.random.default_rng(1), []
        for _ in range(200):
            loss, grads = sequence_gradients(params, *pieces_of(SENTENCE, rng), letters_loss)
            grads = clipped(grads, longest)
            params = {name: value - rate * grads[name] for name, value in params.items()}
            losses.append(loss)
        lines[label] = losses
    return plots.curves(lines, smooth=5, ylabel="loss per letter", legend="below", log="y",
                        title=f"Plain gradient descent, rate {rate:g}")


interactive.explore(with_and_without, rate=interactive.slider(
    [0.5, 1.0, 2.0], start=2.0, label="rate"))

# %% [markdown]
# At rate 2 the gradients as they are throw the loss far above that of guessing,
# $\ln 17 \approx 2.8$, and it does not come back in 200 steps: one step that is much too long
# puts the states onto the flat parts of tanh. Clipped, the same network ends near 0.1. At rate 1
# and below there is no difference: few gradients are longer than the bound.

# %% [markdown]
# ## 11 It continues your curve
# *3 minutes, ●○○*
#
# A network of 32 units sees points of a closed curve one after the other and learns to say where
# the next one is. Then it is on its own: it sees half a round, and after that only what it said
# itself.
#
# **Draw your own**: change the corners below, as many as you like; the last one is joined to the
# first. **Predict**: does a small error grow, or does the network return to the curve?

# %%
my_corners = [(0, -1), (1, 0.3), (0.5, 1), (0, 0.5), (-0.5, 1), (-1, 0.3)]

# %% role="explore" folded=true
# Teaching your curve, and what the network draws on its own.
def rounded(corners, points=40):
    """That many points at equal distances on the closed line through the corners, edges rounded."""
    ends = np.array([*corners, corners[0]], dtype=float)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ends, axis=0), axis=1))])
    at = np.linspace(0, lengths[-1], points, endpoint=False)
    line = np.stack([np.interp(at, lengths, axis) for axis in ends.T], axis=1)
    line = (np.roll(line, 1, 0) + 2 * line + np.roll(line, -1, 0)) / 4
    line -= line.mean(axis=0)
    return line / np.abs(line).max()


def squared(said, target):
    off = said - target
    return np.mean(off**2), 2 * off / off.size


def taught(curve, seed=1, steps=500, length=60):
    """A network that was taught the curve from inputs that are a little off."""
    params, update, rng = fresh(2, 32, 2, 1.0, seed), Adam(0.01, 1.0), np.random.default_rng(seed)
    for _ in range(steps):
        places = (rng.integers(0, len(curve), 4)[:, None] + np.arange(length + 1)) % len(curve)
        seen = curve[places[:, :-1]] + 0.05 * rng.standard_normal((4, length, 2))
        _, grads = sequence_gradients(params, seen, curve[places[:, 1:]], squared)
        params = update(params, grads)
    return params


def continued(params, curve, seen=20, alone=120):
    """What the network says after it has seen some points, from its own words."""
    h, said = np.zeros((1, len(params["b"]))), []
    for t in range(seen + alone):
        point = curve[[t]] if t < seen else said[-1]
        h, _ = rnn_step_forward(point, h, params["Wx"], params["Wh"], params["b"])
        said.append(h @ params["Wy"] + params["c"])
    return np.concatenate(said[seen - 1:])


def my_curve():
    curve = rounded(my_corners)
    drawn = continued(taught(curve), curve)
    axes = plots.new_axes((4.6, 4.4))[1]
    lines = {"what it drew": tuple(drawn.T), "what it was shown": tuple(curve[:20].T)}
    picture = plots.curves(lines, xlabel="$x_1$", ylabel="$x_2$", legend="below", ax=axes,
                           title="Three rounds on its own")
    axes.set_aspect("equal")
    return picture


interactive.explore(my_curve)

# %% [markdown]
# The three rounds lie almost on one another. The network was taught with inputs that are a little
# off, and so it has learned to come back. It has no clock and no list of points: where it is on
# the curve, is in its 32 numbers. At a crossing only they tell which way to go. Try one.

# %% [markdown]
# ## 12 It writes letters
# *3 minutes, ●○○*
#
# The same network, with letters in the place of points: it reads one and says how likely each
# letter is to come next. To write, throw by these probabilities and read what was thrown.
#
# **Enter your own text**, one to three lines without rare signs. A melody is a text as well: the
# second choice is *Frère Jacques*, each letter a note, a dot for a longer one.

# %%
my_text = "a rose is a rose is a rose. round the rugged rock the ragged rascal ran. "
MELODY = "cdec cdec ef g. ef g. gagfec gagfec cGc. cGc. "

# %% role="explore" folded=true
# Reading a text, and writing on.
def writer(text, seed=1, steps=250):
    """A network that has read the text, and its losses."""
    K = len(set(text))
    params, update, rng = fresh(K, 64, K, 0.9, seed), Adam(0.01, 5.0), np.random.default_rng(seed)
    losses = []
    for _ in range(steps):
        loss, grads = sequence_gradients(params, *pieces_of(text, rng), letters_loss)
        params = update(params, grads)
        losses.append(loss)
    return params, losses


def written(params, text, boldness, length=150, seed=1):
    """What it writes after the first letter of the text."""
    letters, rng = sorted(set(text)), np.random.default_rng(seed)
    one, h, line = letters.index(text[0]), np.zeros((1, len(params["b"]))), text[0]
    for _ in range(length):
        x = np.eye(len(letters))[[one]]
        h, _ = rnn_step_forward(x, h, params["Wx"], params["Wh"], params["b"])
        scores = (h @ params["Wy"] + params["c"])[0] / boldness
        likely = np.exp(scores - scores.max())
        one = rng.choice(len(letters), p=likely / likely.sum())
        line += letters[one]
    return line


def writing(text, boldness):
    source = my_text if text == "mine" else MELODY
    params, losses = writer(source)
    line = written(params, source, boldness)
    told = [f"loss per letter: {losses[0]:.2f} at first, {losses[-1]:.2f} at the end", ""]
    return "\n".join(told + [line[start:start + 75] for start in range(0, len(line), 75)])


interactive.explore(
    writing,
    text=interactive.slider(["mine", "melody"], label="text"),
    boldness=interactive.slider([0.3, 1.0, 2.0], start=0.3, label="boldness"),
)

# %% [markdown]
# At first the loss is a little above $\ln K$, that of guessing among $K$ letters. At the end it
# is near 0.1: the text is known nearly by heart, and what is left are the first letters of a
# piece, where nothing was seen yet. *Boldness* divides the scores before softmax: small, and it
# recites; large, and it invents, words at first, then noise. (Recipes call it *temperature*.)

# %% [markdown]
# ## 13 Two questions
# *12 minutes, ●●○, 5 points each*
#
# These are read by a person. A few lines for each part are enough.

# %% [markdown] role="written" points=5 name="wire"
# ### Question 1: something in the wire
# A block computes $\text{out} = a\,x + F(x)$ with a fixed number $a$; $L$ such blocks follow each
# other.
#
# - (a) Write $\mathrm dx$ of one block with $\mathrm d\text{out}$ and $\mathrm dx_F$, the gradient
#   that comes back through $F$ alone. (1 point)
# - (b) Suppose that what comes through $F$ is negligible. What reaches the first of 50 blocks for
#   $a = 0.9$, and for $a = 1.1$? (2 points)
# - (c) A friend puts a ReLU behind the sum of each block ($a = 1$). Which gradients no longer come
#   through the wire unchanged? (1 point)
# - (d) Through $L$ blocks with $a = 1$ a gradient can take the wire or the modules at each block.
#   How many ways are there from the loss to $x$, and how many of them pass through no module?
#   (1 point)
#
# ### BEGIN SOLUTION
# (a) $\mathrm dx = a\,\mathrm d\text{out} + \mathrm dx_F$: $x$ acts along two ways, which add up.
#
# (b) The factor $a^{50}$: $0.9^{50} \approx 0.005$, the gradient vanishes; $1.1^{50} \approx 117$,
# it explodes.
#
# (c) Those of entries where the sum is negative: the ReLU is off there, its slope is 0, and nothing
# comes back, through the wire neither. Where the sum is positive it comes through unchanged.
#
# (d) $2^L$ ways, and exactly one that passes through no module.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: $a\,\mathrm d\text{out}$ plus the part through $F$. Half: the sum without $a$.
#   Nothing: one way only.
# - (b) 1 point: $a^{50}$. Half: a factor $a$ for each block, and not its power. Nothing:
#   $50\,a$. 1 point: both numbers or their meaning (vanishes, explodes). Half: one of the two.
#   Nothing: neither.
# - (c) 1 point: entries at which the sum is negative (the ReLU is off). Half: where the ReLU is
#   off, without of what the sign decides. Nothing: "all gradients" or "none".
# - (d) 1 point: both, $2^L$ and one. No half. Nothing: only one of them.
# ### END MARK SCHEME

# %% [markdown] role="written" points=5 name="overwritten"
# ### Question 2: a container that overwrites
# A friend's `graph_backward` is right but for one thing: where a value has a gradient already, the
# new one replaces it instead of being added.
#
# - (a) In which of these graphs is some gradient wrong: layers in a row; a fast forward; split and
#   merge; a recurrent network of three steps with a loss at the last state alone? Name for each of
#   the wrong ones *one* value with a wrong gradient. (3 points)
# - (b) The friend trains the recurrent network, and the loss falls. Explain how that can be, and
#   say which test would have found the mistake. (2 points)
#
# ### BEGIN SOLUTION
# (a) A row: nothing is wrong, since every value is read once. Fast forward: $x$ (it is read by the
# first module and by the sum), and with it everything in front of $x$. Split and merge: $x$.
# Recurrent: $W_x$, $W_h$ and $b$, which all three steps read. (The states are read once each here,
# so theirs are right.)
#
# (b) What is left is the gradient of a single step, the one that went back last. It is one term of
# the right sum, and often points roughly the same way, so that the loss can fall, if more slowly. A
# comparison with differences (or with another right implementation) finds it at once; a falling
# loss proves nothing.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# **Marking scheme, 5 points**
#
# - (a) 1 point: the row is right and the other three are wrong. Half: one of the four is judged
#   wrongly. Nothing: two or more. 1 point: $x$ for the fast forward and for split and merge (or
#   a value in front of it). Half: for one of the two. Nothing: for neither. 1 point: a weight or
#   the bias for the recurrent network. No half. Nothing: "the states".
# - (b) 1 point: one term of the sum is left, which can point in a useful direction. Half: a part
#   of the gradient is left, without why that may help. Nothing: "by chance". 1 point: a gradient
#   measured by differences, or compared with another implementation. Half: "compare the
#   gradients", without with what. Nothing: another look at the loss.
# ### END MARK SCHEME

# %% [markdown]
# ## To look up
#
# | module | forward | backward |
# | :-- | :-- | :-- |
# | any | out, cache = forward(\*inputs) | one gradient for each input, in their order |
# | affine | $u = v w + b$ | $\mathrm dv = \mathrm du\,w^\top$, $\mathrm dw = v^\top \mathrm du$ |
# | sum | $a + b$ | $\mathrm d\text{out}$ to both |
# | concatenation | side by side | each gets its own columns |
# | fast forward | $x + F(x)$ | $\mathrm d\text{out} + \mathrm dx_F$ |
# | step | $h_t = \tanh z_t$ | $\mathrm dz_t = \mathrm dh_t \odot (1 - h_t^2)$ |
# | through time | the same weights | $\mathrm dW = \sum_t \mathrm dW^{(t)}$ |
#
# **Words**
#
# | word | means |
# | :-- | :-- |
# | module | a forward and a backward that fit together |
# | graph | which module reads which values |
# | ready | all sources have values |
# | fast forward (skip, shortcut) | a wire over modules |
# | residual | what is added to it |
# | split and merge | branches that read one value and are put together |
# | state | what a recurrent network carries from step to step |
# | unrolled | each step as a module of its own |
# | through time | backward along the steps |
# | singular value | by how much a matrix lengthens a direction |
# | clipping | shortening a gradient that is too long |
#
# **To read.** K. He and others, [Deep residual learning](https://arxiv.org/abs/1512.03385), 2015,
# and [Identity mappings](https://arxiv.org/abs/1603.05027), 2016. C. Szegedy and others, [Going
# deeper with convolutions](https://arxiv.org/abs/1409.4842), 2014. M. Telgarsky, [Benefits of depth
# in neural networks](https://arxiv.org/abs/1602.04485), 2016. J. Elman, [Finding structure in
# time](https://doi.org/10.1207/s15516709cog1402_1), 1990. R. Pascanu, T. Mikolov, Y. Bengio, [On
# the difficulty of training recurrent neural networks](https://arxiv.org/abs/1211.5063), 2012
# (vanishing, exploding, clipping). S. Hochreiter, J. Schmidhuber, [Long short-term
# memory](https://doi.org/10.1162/neco.1997.9.8.1735), 1997.

# %% [markdown]
# ## Where you stand
# The table shows the last result of each check in this session. Each exercise is graded by
# itself.

# %% role="explore"
progress()
