"""A whole unit in two exercises, and courses that hold it: what the tests of the build work on."""

from pathlib import Path

import numpy as np

from autograder.course import Course
from reference.kit.exercise import Exercise, Unit, case, wrong
from tests.autograder.toy_truth import double, quadruple


def drawn(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"x": rng.normal(size=(3, 2))}


TOY = Unit(
    "toy",
    "Toys",
    (
        Exercise(
            "double",
            double,
            (
                case("plain", "y = double(x)", "y", drawn, visible=True, main=True),
                case("hidden", "y = double(x)", "y", drawn),
            ),
            (wrong("squares", change="x + x", into="x * x * 1.0", says="You square x."),),
        ),
        Exercise(
            "quadruple",
            quadruple,
            (case("plain", "y = double(x)\nz = quadruple(y)", "z", drawn, visible=True, main=True),),
            (wrong("once", change="double(double(x))", into="double(x)", says="You double only once."),),
            partners=(double,),
        ),
    ),
    beyond_torch={"double": "a toy", "quadruple": "a toy"},
)

SOURCE = '''\
# %% [markdown]
# # Toys that double
#
# A text with $a < b$.

# %% role="given"
from stagewise import begin, check

begin("toy")
# %matplotlib inline

# %% [markdown]
# ## Doubling
# Now it is your turn.

# %% role="exercise"
def double(x):
    """Twice x, an array of any shape."""
    ### BEGIN SOLUTION
    secret_sum = x + x
    return secret_sum
    ### END SOLUTION

# %% role="check" points=40.5
check(double)

# %% role="explore" tags=["plot"]
picture = double(1)

# %%
scratch = 3

# %% role="exercise"
def quadruple(x):
    """Four times x."""
    ### BEGIN SOLUTION
    return secret_detour(double(double(x)))
    ### END SOLUTION

# %% role="check" points=50
check(quadruple, double)

# %% [markdown] role="written" name="why" points=9.5
# **Why is twice two four?**
#
# ### BEGIN SOLUTION
# Because the secret model answer says so.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 9.5 points: the secret reason.
# ### END MARK SCHEME
'''


def course_of(root: Path, source: str = SOURCE) -> Course:
    """A course in `root` whose only unit is the toy unit, written as `source`."""
    solutions = root / "solutions"
    solutions.mkdir(parents=True, exist_ok=True)
    (solutions / "toy.py").write_text(source)
    return Course(root, solutions, root / "recorded")


def load(name: str) -> Unit:
    """The toy unit in the place of reference.kit.units.load."""
    if name != "toy":
        raise LookupError(name)
    return TOY
