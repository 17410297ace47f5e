# %% [markdown]
# # Three small things
#
# Three functions that every training script has.

# %% role="given"
import numpy as np

from stagewise import begin, check

begin("sample")

# %% [markdown]
# ## A penalty
# Large weights cost something. The gradient of $\frac{\lambda}{2} w^2$ is $\lambda w$.

# %% role="exercise" from_truth=true
def l2_penalty(W, strength): ...

# %% role="check" points=40
check(l2_penalty)

# %% [markdown]
# ## Mirrored pictures
# A picture of a cat is still one in a mirror.

# %% role="exercise" from_truth=true
def mirrored(x, chosen):
    """The pictures, those that are chosen with left and right exchanged.

    x: (N, C, H, W) float array, chosen: (N,) bool array.  Returns out: (N, C, H, W), a new array.
        out[n, c, i, j] = x[n, c, i, W - 1 - j] where chosen[n], and x[n, c, i, j] elsewhere
    """
    out = x.copy()

# %% role="check" points=30
check(mirrored)

# %% [markdown]
# ## When to stop

# %% role="exercise" from_truth=true
def early_stop(losses, patience): ...

# %% role="check" points=30
check(early_stop)
