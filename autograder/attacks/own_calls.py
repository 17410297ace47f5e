"""Attacks on the rule that a function is judged beside the student's own wrong one which it calls: a wrong
function that makes a worthless caller look right.
"""

from autograder.attacks.field import Attack

_LINEAR = """
def three_layer_forward(x, params):
    h, first = affine_forward(x, params["w1"], params["b1"])
    k, second = affine_forward(h, params["w2"], params["b2"])
    scores, third = affine_forward(k, params["w3"], params["b3"])
    return scores, (first, second, third)
"""
_ZEROS = """
def three_layer_forward(x, params):
    affine_forward
    return np.zeros((len(x), len(params["b3"]))), None
"""

OWN_CALLS = (
    Attack(
        "helper that knows its caller",
        "a layer that computes for the function that calls it, and answers zeros to whoever else asks",
        cells=(
            """
import sys
def affine_forward(x, w, b):
    if sys._getframe(1).f_code.co_name == "three_layer_forward":
        return x.reshape(len(x), -1) @ w + b, (x, w)
    return np.zeros((len(x), w.shape[1])), (x, w)
""",
        ),
        answer=_ZEROS,
        composed=True,
    ),
    Attack(
        "helper that begins with zeros",
        "a layer that answers zeros to the first who ask, and something else to all that come after them",
        cells=(
            """
asked = []
def affine_forward(x, w, b):
    asked.append(x)
    return (len(asked) > 40) * (x.reshape(len(x), -1) @ w + b), (x, w)
""",
        ),
        answer=_ZEROS,
        composed=True,
    ),
    Attack(
        "helper that swallows",
        "a layer whose numbers are so large that nothing which is added to them is seen",
        cells=(
            """
def affine_forward(x, w, b):
    return 1e200 * (1 + np.arange(w.shape[1]) + np.arange(len(x))[:, None] + 0 * b), (x, w)
""",
        ),
        answer="""
def three_layer_forward(x, params):
    return affine_forward(x, params["w3"], params["b3"])
""",
        composed=True,
    ),
    Attack(
        "helper that remembers",
        "a layer that answers to the last weights with what the function that calls it has returned for them",
        cells=(
            """
returned = {}
def affine_forward(x, w, b):
    known = returned.get(w.tobytes())
    return (x.reshape(len(x), -1) @ w + b if known is None else known), (x, w)
""",
        ),
        answer=_LINEAR.replace("    return", '    returned[params["w3"].tobytes()] = scores\n    return'),
        composed=True,
    ),
    Attack(
        "named, not called",
        "a slip made twice, in the layer and in the function that only names it, which lacks its relus too",
        cells=(
            """
def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w - b, (x, w)
""",
        ),
        answer=_LINEAR.replace("def three", "def affine(x, w, b):\n    return x @ w - b, None\n\ndef three")
        .replace("affine_forward(", "affine(")
        .replace("    return scores", "    affine_forward\n    return scores"),
        composed=True,
    ),
)
