"""What an exercise promises becomes cases: each word finds its mistake, and passes what is right."""

import numpy as np
import pytest

from reference.judge.drawing import draw, draw_visible
from reference.kit.drawn import with_values
from reference.kit.exercise import case
from reference.kit.notation import Notation
from reference.kit.places import DefinitionError
from reference.kit.probes import asker
from reference.kit.promises import default, keeps_dtype, pure, raises, seeded, takes_gaps
from reference.kit.variants import exercise
from stagewise.judge.judging import judge
from tests.sample.penalty import weights
from tests.sample.truth import l2_penalty


def noisy(x, param, slope=0.5):
    """slope * x with entries left out."""
    if param["mode"] != "train":
        raise ValueError("no such mode")
    seed = param.get("seed")
    rng = np.random.default_rng(seed)
    kept = rng.random(x.shape) < param.get("p", 1.0)
    return slope * x * kept, [kept, slope]


def noisy_back(dout, cache):
    """Back through `noisy`."""
    dx = dout * cache[0] * cache[1]
    return dx


def drawn(rng):
    """x, dout, and a p at which everything is kept."""
    param = {"mode": "train", "p": 1.0}
    return {"x": rng.uniform(1, 2, (8, 9)), "dout": rng.uniform(1, 2, (8, 9)), "param": param, "slope": 0.25}


OUT = asker("out, _ = noisy(x, param, slope)", "out")
DX = asker("out, cache = noisy(x, param, slope)\ndx = noisy_back(dout, cache)", "dx")
PENALTY = asker("loss, dW = l2_penalty(W, strength)", "loss dW")
named = Notation(globals())


def of_noisy(*promises):
    return exercise(noisy, (OUT("first", drawn, visible=True, main=True), *promises), (), ())


def of_noisy_back(*promises):
    first = DX("first", drawn, visible=True, main=True)
    return exercise(noisy_back, (first, *promises), (), (), partners=(noisy,))


def of_penalty(*promises):
    return exercise(l2_penalty, (PENALTY("first", weights(4, 3), visible=True), *promises), (), ())


FOUND = [
    (of_penalty(keeps_dtype()), "float32", "dW = strength * W => dW = np.float64(strength) * W"),
    (
        of_penalty(takes_gaps()),
        "gaps in memory",
        "strength * W => strength * W + (W.strides[-1] > W.itemsize)",
    ),
    (
        of_noisy_back(pure()),
        "called twice",
        "dx = dout * cache[0] => cache[0] = ~cache[0]; dx = -dout * (cache[0] - 1)",
    ),
    (
        of_noisy(default("slope")),
        "slope not given",
        "slope * x * kept => (slope or 1) * x * kept + (slope == 0.5)",
    ),
    (of_noisy(default("p")), "p not given", 'param.get("p", 1.0) => param["p"]'),
    (of_noisy(raises(ValueError, mode="other")), "mode = 'other'", "ValueError => KeyError"),
    (
        of_noisy(raises(ValueError, mode="other")),
        "mode = 'other'",
        'raise ValueError("no such mode") => return x, []',
    ),
    (
        of_noisy(seeded(72, with_values({"p": 0.5}, drawn))),
        "seed = 0 twice",
        'seed = param.get("seed") => seed = param.get("seed") or None',
    ),
]


@pytest.mark.parametrize(("asked", "name", "change"), FOUND)
def test_a_promise_finds_its_mistake_and_passes_the_truth(asked, name, change):
    (mistake,) = named.wrongs(f"mistake: {change}\n    Says.")
    cases = draw(asked, 0)
    assert judge(asked.functions, cases).fraction == 1
    rows = judge(mistake.functions(asked), cases).rows
    assert {row.case for row in rows if row.credit < 1} == {name}


def test_a_promise_is_hidden_unless_it_is_said_to_be_visible():
    asked = of_noisy(keeps_dtype(visible=True), raises(ValueError, visible=True, mode="a", slope=3), pure())
    assert [one.name for one in draw_visible(asked)] == ["first", "float32", "mode = 'a', slope = 3"]


def test_a_promise_takes_inputs_and_options_of_its_own():
    asked = of_penalty(keeps_dtype(weights(2, 7), weight=3, exact_dtype=False))
    (_, narrow) = draw(asked, 0)
    assert (narrow.inputs["W"].shape, narrow.weight, narrow.exact_dtype) == ((2, 7), 3, False)
    assert narrow.inputs["W"].dtype == np.float32


def test_a_script_is_given_what_it_names_and_no_more():
    (_, left_out) = draw(of_noisy(default("slope")), 0)
    assert sorted(left_out.inputs) == ["param", "x"]


def test_what_is_not_refused_is_told_with_the_error_that_is_asked_for():
    asked = of_noisy(raises(ValueError, mode="other"))
    (mistake,) = named.wrongs('mistake: raise ValueError("no such mode") => return x, []\n    Says.')
    judged = judge(mistake.functions(asked), draw(asked, 0))
    (row,) = (row for row in judged.rows if row.credit < 1)
    assert row.message.startswith("expected 'ValueError', got 'nothing' (this case probes: mode = 'other'")


def test_the_error_that_is_asked_for_is_no_failure():
    asked = of_noisy(raises(ValueError, mode="other"))
    assert judge(asked.functions, draw(asked, 0)).failure is None


def test_a_function_that_is_not_written_refuses_nothing():
    def unwritten(*_):
        raise NotImplementedError

    asked = of_noisy(raises(NotImplementedError, mode="other"))
    with pytest.raises(DefinitionError, match="asks for a NotImplementedError"):
        draw(asked, 0)
    asked = of_noisy(raises(ValueError, mode="other"))
    assert judge({"noisy": unwritten}, draw(asked, 0)).fraction == 0


def test_a_truth_that_does_not_refuse_is_the_authors_fault():
    with pytest.raises(
        DefinitionError, match="the truth ends with 'nothing', where the case asks for a KeyError"
    ):
        draw(of_noisy(raises(KeyError, slope=2.0)), 0)


def test_a_case_that_refuses_compares_nothing_else():
    with pytest.raises(
        DefinitionError, match="'raised' is compared where a refusal is asked for, and only there"
    ):
        case("c", "out, _ = noisy(x, param)", "out", drawn, refusal="ValueError")
