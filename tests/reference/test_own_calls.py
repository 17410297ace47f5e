"""A slip is charged once: a function that calls a wrong one of the student's own is judged with that one."""

import pytest

from reference.judge.examine import examined
from reference.judge.expecting import ways
from reference.judge.own_calls import alone
from reference.kit import units
from stagewise import begin, check
from stagewise.judge.reproach import ONCE, judged_once, wrong_below
from stagewise.show import display

ADAM = """
import numpy as np
def adam(w, dw, config=None):
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    config["t"] = config.get("t", 0) + 1
    config["m"] = config["beta1"] * m + 1.5 * (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * v + (1 - config["beta2"]) * dw**2
    return w - 2 * config["learning_rate"] * config["m"] / (np.sqrt(config["v"]) + config["epsilon"]), config
"""
ADAMW = """
def adamw(w, dw, config=None):
    config = {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})}
    next_w, config = adam(w, dw, config)
    return next_w - config["learning_rate"] * config["weight_decay"] * w, config
"""
NO_DECAY = """
def adamw(w, dw, config=None):
    return adam(w, dw, {"learning_rate": 1e-3, "weight_decay": 1e-2, **(config or {})})
"""
FORWARD = """
def three_layer_forward(x, params):
    h, first = affine_forward(x, params["w1"], params["b1"])
    k, second = affine_forward(np.maximum(0, h), params["w2"], params["b2"])
    scores, third = affine_forward(np.maximum(0, k), params["w3"], params["b3"])
    return scores, (first, second, third)
"""
LINEAR = FORWARD.replace("np.maximum(0, h)", "h").replace("np.maximum(0, k)", "k")
SMALLER = """
import numpy as np
def affine_forward(x, w, b):
    return 0.7 * (x.reshape(len(x), -1) @ w) + b, (x, w)
"""


def report_on(unit, name, *sources, points=4):
    world = {}
    for source in sources:
        exec(source, world)
    return examined(world[name], unit=unit, points=points, variables=world)


def of_mistake(unit, name, mistake):
    """What a known mistake earns by itself, of 4 points."""
    exercise = units.load(unit).exercise(name)
    (way,) = [way for way in ways(exercise) if way.mistake and way.mistake.name == mistake]
    return round(4 * alone(exercise, way, 0), 4)


def test_a_right_call_of_a_wrong_function_keeps_its_points():
    """Nobody knows this mistake: the student's own adam is asked."""
    report = report_on("optimizers", "adamw", ADAM, ADAMW)
    assert (report.points, report.diagnosis) == (4.0, "")
    assert report.notes == (f"It is judged with your own adam: {ONCE}",)


def test_a_known_mistake_that_calls_a_wrong_function_earns_what_it_does_beside_a_right_one():
    report = report_on("optimizers", "adamw", ADAM, NO_DECAY)
    assert report.points == of_mistake("optimizers", "adamw", "decay-missing")


def test_a_function_that_does_not_name_the_wrong_one_is_judged_as_it_is():
    """It has made the same slip itself."""
    inline = ADAM.replace("def adam(", "def other(")
    report = report_on("optimizers", "adamw", ADAM, inline, ADAMW.replace("adam(w, dw", "other(w, dw"))
    assert report.points < 2
    assert report.notes == ()


def test_a_wrong_function_is_found_behind_another_one():
    between = "def step(*given):\n    return adam(*given)"
    report = report_on("optimizers", "adamw", ADAM, between, ADAMW.replace("adam(w, dw", "step(w, dw"))
    assert report.points == 4


def test_a_layer_that_is_called_three_times_is_paid_for_once():
    assert report_on("foundations", "three_layer_forward", SMALLER, FORWARD).points == 4
    assert report_on("foundations", "three_layer_forward", SMALLER, LINEAR).points == 0


USELESS = {
    "zeros": "return np.zeros((len(x), w.shape[1])), (x, w)",
    "a constant": "return np.full((len(x), w.shape[1]), 3.5), (x, w)",
    "its bias": "return np.tile(b, (len(x), 1)), (x, w)",
    "its argument": "return x.reshape(len(x), -1)[:, :1] + 0 * b, (x, w)",
    "rows that are counted": "return b + np.arange(len(x))[:, None], (x, w)",
    "noise": "return np.random.default_rng().normal(size=(len(x), w.shape[1])), (x, w)",
    "an object": "return object()",
    "nothing": "return None",
    "infinity": "return np.full((len(x), w.shape[1]), np.inf), (x, w)",
    "no number": "return np.full((len(x), w.shape[1]), np.nan), (x, w)",
    "what swallows all": "return 1e300 * (1 + np.arange(len(x))[:, None] + b), (x, w)",
    "an error": "raise ValueError('no')",
    "too much": "return np.zeros((300, 300)), (x, w)",
}
COMPOSITIONS = {
    "no relu": LINEAR,
    "one layer": """
def three_layer_forward(x, params):
    return affine_forward(x[:, :1] * 0 + 1, params["w3"][:1], params["b3"])
""",
    "nothing": "def three_layer_forward(x, params):\n    affine_forward\n    return None, None",
    "zeros": """
def three_layer_forward(x, params):
    affine_forward
    return np.zeros((len(x), len(params["b3"]))), None
""",
    "the bias": """
def three_layer_forward(x, params):
    affine_forward
    return np.tile(params["b3"], (len(x), 1)), None
""",
}


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("useless", USELESS)
def test_a_useless_function_earns_a_wrong_composition_nothing(useless, composition):
    helper = f"import numpy as np\ndef affine_forward(x, w, b):\n    {USELESS[useless]}"
    report = report_on("foundations", "three_layer_forward", helper, COMPOSITIONS[composition])
    assert report.points == 0


def test_an_unfinished_function_is_no_slip():
    helper = "import numpy as np\ndef affine_forward(x, w, b):\n    raise NotImplementedError"
    report = report_on("foundations", "three_layer_forward", helper, FORWARD)
    assert report.points == 0
    assert not any("your own" in note for note in report.notes)


def test_a_function_that_ends_with_an_error_is_said_to_be_the_reason():
    helper = "import numpy as np\ndef affine_forward(x, w, b):\n    return x @ w.T + b, (x, w)"
    report = report_on("foundations", "three_layer_forward", helper, FORWARD)
    assert report.points == 0
    assert report.notes[-1] == "Your affine_forward is wrong, and this function calls it: mend that first"


def test_what_the_wrong_function_writes_into_its_arguments_is_not_charged_again():
    helper = SMALLER.replace("return 0.7", "b *= 2\n    return 0.7")
    assert report_on("foundations", "three_layer_forward", helper, FORWARD).points == 4


def test_a_students_check_says_what_the_grade_will_do():
    world = {"check": check}
    exec(ADAM + ADAMW, world)
    begin("optimizers")
    reports = []
    with display.use(reports.append):
        exec("check(adamw)", world)
    assert reports[0].notes[-2:] == (wrong_below(["adam"]), judged_once(["adam"]))


LAYERNORM = """
import numpy as np
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    std = {root}
    return gamma * (x - mu) / std + beta, {{"xhat": (x - mu) / std, "std": std, "gamma": gamma}}

def layernorm_backward(dout, cache):
    dxhat, xhat = dout * cache["gamma"], cache["xhat"]
    about = dxhat.mean(axis=1, keepdims=True) + xhat * (dxhat * xhat).mean(axis=1, keepdims=True)
    return (dxhat - about) / cache["std"], (dout * xhat).sum(axis=0), dout.sum(axis=0)
"""


@pytest.mark.parametrize(
    "root", ["np.sqrt(var)", "np.sqrt(var) + eps", "np.sqrt(var + eps**2)", "np.sqrt(var + 1e-10)"]
)
def test_where_eps_stands_is_paid_for_in_the_forward_pass(root):
    """The cache has another form than the course's, so that nothing can stand in for the forward pass."""
    world = {}
    exec(LAYERNORM.format(root=root), world)
    functions = world["layernorm_backward"], world["layernorm_forward"]
    assert examined(*functions, unit="batchnorm", points=4).points == 4
