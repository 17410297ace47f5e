"""No sentence is told of what was not measured: wrong answers that once were taken for known mistakes.

Each is one change of a truth, judged in a check and graded. What is measured of it (an axis, a dtype, an
argument written into, numbers) speaks for itself.
"""

from importlib.util import find_spec

import pytest

from reference.judge.diagnosis import diagnose
from reference.judge.drawing import draw, draw_visible
from reference.judge.record import record_exercise
from reference.kit import units
from reference.kit.patching import patched, substituted
from stagewise.judge.explaining import recognise
from stagewise.judge.judging import judge

RIGHT_BESIDE_A_SIDE_FLAW = {
    "activations leaky_relu_forward": [
        ("return out,", "return out[None],"),
        ("return out,", "x *= 1; x += 1; return out,"),
    ],
    "activations leaky_relu_backward": [
        ("return dx", "dout += 1; return dx", "in-place-alias"),
        ("return dx", "return dx[None]"),
    ],
    "activations gelu_forward": [
        ("math.sqrt(2)", "np.float64(np.sqrt(2))", "float32-lost"),
        ("return out,", "return out[None],"),
        ("return out,", "x += 1; return out,"),
    ],
    "activations sigmoid_forward": [("return out,", "np.log(np.zeros(1)); return out,")],
    "activations silu_forward": [("return out,", "np.log(-np.ones(1)); return out,")],
    "batchnorm batchnorm_step1": [("return mu", "x += 1; return mu"), ("return mu", "return mu[None, None]")],
    "batchnorm batchnorm_step4": [("return var", "sq += 1; return var")],
    "batchnorm batchnorm_backward_step1": [("return ", "dmu[0] += 1; return ")],
    "batchnorm batchnorm_backward_step4": [("return ", "dvar[0] += 1; return ")],
    "batchnorm batchnorm_backward": [
        ("return dx, dgamma, dbeta", "return dx[None], dgamma, dbeta"),
        ("return dx, dgamma, dbeta", "dout += 1; return dx, dgamma[:, None], dbeta", "writes-into-dout"),
    ],
}
ANOTHER_EXCEPTION = {
    "activations relu_forward": [
        ("np.maximum(0, x)", "np.maximum(0, x, axis=0)"),
        ("np.maximum(0, x)", "x.max(0, x, 1, 2, 3)"),
    ],
    "activations maxout_forward": [("np.max(z, axis=0)", "np.max(z, axis=0) + np.ones(17)")],
    "batchnorm batchnorm_step7": [("xmu * ivar", "xmu * ivar + np.ones(17)")],
    "transfer prepare": [("num_classes)\n", "num_classes, bias=3)\n")],
    "transfer make_optimizer": [("momentum=momentum", "momentun=momentum")],
}
NOTHING_NUMBERS_AND_NOISE = {
    "dropout dropout_forward": [
        ("out = x * mask", "out = 0 * x"),
        ("out = x * mask", "out = np.nan * x"),
        ("out = x * mask", "out = np.ones_like(x)"),
        ("out = x * mask", "out = np.random.randn(*x.shape)"),
        ("return out,", "return 0 * out,"),
        ("return out,", "return np.nan * out,"),
        ("kept / p", "kept / (p + 0.3)"),
        (
            "kept = np.random.rand(*x.shape) < p\nmask = (kept / p).astype(x.dtype)",
            "kept = np.random.rand(*x.shape) < 1 - p\nmask = kept.astype(x.dtype)",
        ),
    ],
    "dropout vanilla_dropout_forward": [
        ("return out,", "return 0 * out,"),
        ("return out,", "return np.ones_like(out),"),
    ],
    "dropout dropout_backward": [("return dx", "return 0 * dx"), ("return dx", "return np.nan * dx")],
    "dropout dropconnect_forward": [
        ("return out,", "return 0 * out,"),
        ("return out,", "return np.nan * out,"),
    ],
    "dropout mc_dropout_predict": [
        ("return mean, spread", "return mean, 0 * spread"),
        ("return mean, spread", "return mean, -spread", "negative-spread"),
        ("return mean, spread", "return mean, spread / 30"),
        ("return mean, spread", "return 0 * mean, 0 * spread"),
        ("return mean, spread", "return mean, np.ones_like(spread)"),
    ],
    "transfer make_optimizer": [
        ("momentum=momentum", "momentum=momentum / 10"),
        ("momentum=momentum", "momentum=0.09"),
    ],
}
ALMOST_THE_SAME = {
    "transfer evaluate": [
        (
            "int((model(x).argmax(dim=1) == y).sum())",
            "int((model(x).softmax(dim=1).max(dim=1).values > 0.5).sum())",
        ),
    ],
    "optimizers step_decay": [("step // every", "round(step / every)", "rounded")],
    "dropout mc_dropout_predict": [
        (
            """
            thinned, _ = dropout_forward(hidden, {"p": dropout_param["p"], "mode": "train"})
            scores = thinned @ network["w2"] + network["b2"]
            """,
            """
            scores = hidden @ network["w2"] + network["b2"]
            scores, _ = dropout_forward(scores, {"p": dropout_param["p"], "mode": "train"})
            """,
            "drops-scores",
        )
    ],
    "optimizers adagrad": [
        (
            '(np.sqrt(cache) + config["epsilon"])',
            'np.sqrt(cache) + config["epsilon"]',
            "eps-behind-the-fraction",
        ),
        ('config["epsilon"])', "1e-10)"),
    ],
    "optimizers rmsprop": [
        (
            '(np.sqrt(cache) + config["epsilon"])',
            'np.sqrt(cache) + config["epsilon"]',
            "eps-behind-the-fraction",
        ),
        ('config["epsilon"])', "1e-10)"),
    ],
    "optimizers sgd_momentum": [("next_w = w + v", "next_w = w + config['learning_rate'] * v * -1")],
    "optimizers adam": [('config.get("t", 0) + 1', 'config.get("t", 0)', "t-never-counted")],
    "batchnorm batchnorm_forward": [
        ("(1 - momentum) * var", "(1 - momentum) * (var + 2 * eps)"),
        ("np.sqrt(running_var + eps)", "np.sqrt(running_var + 2 * eps)"),
    ],
}
EXAMPLES = [
    pytest.param(
        unit, exercise, change, into, (tells or [""])[0], (tells or [""])[-1], id=f"{exercise}-{into}"
    )
    for kind in (RIGHT_BESIDE_A_SIDE_FLAW, ANOTHER_EXCEPTION, NOTHING_NUMBERS_AND_NOISE, ALMOST_THE_SAME)
    for of, edits in kind.items()
    for unit, exercise in [of.split()]
    for change, into, *tells in edits
    if unit != "transfer" or find_spec("torch")
]


def told(exercise, functions):
    """The names of the mistakes that a check and a grader tell of these functions."""
    visible, graded = judge(functions, draw_visible(exercise)), judge(functions, draw(exercise, 0))
    found = recognise(visible, record_exercise(exercise, 0).misconceptions), diagnose(graded, exercise, 0)
    return [one.name if one else "" for one in found]


@pytest.mark.parametrize(("unit", "name", "change", "into", "checked", "graded"), EXAMPLES)
def test_no_known_mistake_is_told_that_is_not_made(unit, name, change, into, checked, graded):
    exercise = units.load(unit).exercise(name)
    functions = substituted(exercise.functions, exercise.truth, patched(exercise.truth, change, into))
    assert told(exercise, functions) == [checked, graded]


def test_a_half_missing_in_the_value_is_told_without_a_word_of_a_gradient_that_lacks_it_too():
    exercise = units.load("regularization").exercise("elastic_net_penalty")
    change = """
        loss = loss + reg * (ratio * size + (1 - ratio) / 2 * square)
        grads[name] = reg * (ratio * np.sign(values) + (1 - ratio) * values)
    """
    into = """
        loss = loss + reg * (ratio * size + (1 - ratio) * square)
        grads[name] = reg * (ratio * np.sign(values) + 2 * (1 - ratio) * values)
    """
    functions = substituted(exercise.functions, exercise.truth, patched(exercise.truth, change, into))
    found = recognise(judge(functions, draw_visible(exercise)), record_exercise(exercise, 0).misconceptions)
    assert found is not None
    assert (found.name, "gradient" in found.says) == ("half-missing", False)
