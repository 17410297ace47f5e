# %% [markdown]
# # The end of the course: your network
#
# Ten notebooks, and every function in them is yours. This page puts them together: it counts what
# you have written, assembles a network from it that uses no other layer, no other loss and no other
# optimizer than yours, trains it on handwritten digits, and measures what each ingredient is worth.
#
# Nothing is asked here and nothing is graded. *Run > Run All Cells* takes about a minute, in a
# browser a few.
#
# **What it does with your notebooks.** It reads those in its own folder and in the folders beside
# it (where you work in a browser: those that this browser keeps), as they were saved last, and runs
# your functions in this kernel, on your own machine: what the exercises define and what they use,
# never your experiments. It changes nothing in them. What is missing or not right yet is named, and
# the rest goes on without it as far as it can.

# %%
from stagewise import data, finale, interactive

work = finale.collect()
finale.overview(work)

# %% [markdown]
# A function counts as right when it passes its *visible* check. For one that does not, open its
# notebook and run the check there; it says more than this page can. Then save, and run this page
# again.

# %% [markdown]
# ## 1 What the network is made of
#
# $$x \to \text{affine} \to \text{batch norm} \to \text{ReLU} \to \text{dropout} \to
# \text{residual block} \to \text{affine} \to \text{scores}$$
#
# It is a graph of modules, and your `graph_forward` and `graph_backward` run it there and back. An
# ingredient whose functions are not right yet is left out; only a few cannot be missing. The unit
# on transfer has no part in it, because its networks are PyTorch's and this one is NumPy's. Your
# functions of that unit are counted above all the same.

# %%
SPLITS, EPOCHS = interactive.here((5, 20), browser=(3, 12))
mine = finale.Experiment(work, splits=SPLITS, epochs=EPOCHS)
interactive.explore(mine.parts)

# %% [markdown]
# ## 2 Before the first step
#
# The questions of the training unit: is the loss what chance gives, are the gradients right, can
# ten pictures be learned by heart? The gradients are those of the whole network, of every
# parameter at once, in a narrow copy of it without dropout. Where `numerical_gradient` is right, it
# is yours that measures them.

# %%
interactive.explore(mine.first_checks)

# %% [markdown]
# ## 3 Settings, found by your own search
#
# The 1,797 digits are parted five times at random (in a browser three times): 1,197 for training,
# 300 for validation, 300 for the test. On each split your `coarse_to_fine` sends your
# `random_search` out twice, for Adam's rate and the strength of the L2 penalty; it sees the
# validation part of that split and nothing of its test part. Then the network is trained with what
# was found, and waits for the next cell.

# %%
interactive.explore(mine.search)

# %% [markdown]
# ## 4 What it reads
#
# The test digits are looked at once. **Predict** the share that it reads, before you run the cell.
# (With right functions it is between 98 and 99 % on average; in a browser, where the trainings are
# shorter, about 98 %.)

# %%
interactive.explore(mine.train)

# %% [markdown]
# And the digits of the first split that it does not read. Which of them would *you* have read?

# %%
interactive.explore(mine.misread)

# %% [markdown]
# Now one of your own. Draw with `#`, in any size, and let the networks of all splits read it
# together, by your `ensemble_predict`.

# %%
MY_DIGIT = """
..####..
.##..##.
.....##.
...###..
.....##.
.##..##.
..####..
"""
interactive.explore(lambda: mine.read(data.drawn(MY_DIGIT, width=6)))

# %% [markdown]
# ## 5 What each ingredient is worth
#
# Everything again, with one ingredient left out each time, on the same splits and from the same
# weights, so that differences are taken in pairs. **Predict** which of them is worth most, and
# which are worth nothing. (A filled mark lies clearly beside 0: the bars are 95 % intervals
# of Student's t over the splits. Among so many bars one may well miss the truth.)
#
# In place of what is left out: plain descent at its best rate instead of Adam; Adam's usual rate of
# 0.001 instead of the one that was searched; weights with the standard deviation 0.01 instead of
# He's; ink from 0 to 16 instead of centred and scaled pixels; the same rate in all steps instead of
# cosine decay; nothing at all for the rest.

# %%
interactive.explore(mine.leave_one_out)

# %% [markdown]
# With so few splits most bars reach over 0. Twenty splits and the course's own functions, whose
# networks read 98.5 ± 0.2 %, said it more sharply (percentage points, with standard errors):
#
# | left out | lost | |
# | :-- | --: | :-- |
# | all of them at once | 2.9 ± 0.3 | an affine map of an affine map is left |
# | search | 2.3 ± 0.2 | Adam's usual rate is too low for 20 epochs |
# | cosine decay | 1.4 ± 0.4 | the rates found are high, and have to sink at the end |
# | shifted pictures | 1.2 ± 0.2 | nothing else tells the network that a digit may move |
# | ReLU | 1.1 ± 0.3 | the residual block has another one |
# | any of the other eight | -0.1 to 0.2 | not to be told from nothing |
#
# (An ensemble of three added 0.3 ± 0.1.) Eight of twelve are worth nothing *here*, and that is no
# verdict on them: ingredients stand in for each other. Without batch normalisation there is still
# He's start, without He's start there is still batch normalisation, and a network on 8 by 8 pixels
# is not deep enough to need both. Plain descent, at a rate that was searched for it, is as good as
# Adam. And these digits are easy: without anything about 96 % are read. Of those that are missed
# then, the whole recipe reads two out of three. On harder pictures the list looks different, and
# the way to find out is the one above.

# %% [markdown]
# ## 6 On one sheet
#
# Write your name, run the cell; *File > Print* prints the page, *File > Save and Export Notebook
# As > HTML* keeps it. It says what you have done, in numbers that you can show how to compute. It is
# no grade.

# %%
MY_NAME = ""
finale.certificate(mine, MY_NAME)

# %% [markdown]
# Where to go on: more splits narrow the bars (`splits=20, seconds=300` in section 1 takes four times
# as long); a network of your own design is a graph and a few parameters away (modules, section 2).
