"""`python -m reference.verify`: the truth holds, a wrong truth is missed by name, an absent device is one
clear line."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from reference import verify
from reference.truth import oracle
from tests.reference import toy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def measured():
    return verify.measure(oracle.all_rows(["batchnorm"]), "cpu", range(5))


def test_the_truth_agrees_with_torch_in_each_dtype(measured):
    missed = [f"{one.function} {one.dtype}: {one.error:.1e}" for one in measured if not one.held]
    assert missed == []
    assert {one.dtype for one in measured} == {"float32", "float64"}


def test_every_bound_has_a_reason_and_float64_bounds_would_see_a_gradient_one_part_in_a_billion_wrong(
    measured,
):
    assert all(one.why for one in measured)
    assert max(one.bound for one in measured if one.dtype == "float64") < 1e-9


def test_no_bound_is_met_by_not_measuring(measured):
    """An error of exactly zero is that of a copy; whole layers always lose something."""
    assert all(
        one.error > 0 for one in measured if "backward," in one.function or "layernorm" in one.function
    )


def wrong_rows(factor):
    rows = {row.name: row for row in oracle.rows("batchnorm")}
    good = rows["batchnorm_backward_step5"]

    def wrong(dsqrtvar, var, eps):
        return good.truth(dsqrtvar, var, eps) * factor

    return {"batchnorm": (rows["batchnorm_step1"], replace(good, truth=wrong))}


@pytest.mark.parametrize("factor", [1.0005, 1 + 1e-5, float("nan")])
def test_a_wrong_truth_is_a_miss_with_its_name(monkeypatch, capsys, factor):
    monkeypatch.setattr(verify, "all_rows", lambda _: wrong_rows(factor))
    assert verify.main([]) == 1
    printed = capsys.readouterr().out
    assert "!!  batchnorm_backward_step5" in printed
    assert "ok  batchnorm_step1" in printed
    assert "2 of 4 within their bounds" in printed


def test_json_holds_the_same_and_is_json_even_for_infinite_errors(monkeypatch, capsys):
    monkeypatch.setattr(verify, "all_rows", lambda _: wrong_rows(float("nan")))
    assert verify.main(["--json"]) == 1
    found = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(word))
    assert [(one["function"], one["held"], one["error"] is None) for one in found[-2:]] == [
        ("batchnorm_backward_step5", False, True)
    ] * 2
    assert {"unit", "dtype", "device", "cases", "bound", "why"} < found[0].keys()


def test_one_unit_can_be_chosen_and_an_unknown_one_is_one_clear_line(capsys):
    assert verify.main(["batchnorm", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("there is no unit 'nothing'; the units are: ")


def test_a_truth_that_nothing_confirms_stops_with_its_name(monkeypatch, capsys):
    monkeypatch.setattr(verify.units, "names", lambda: ("toy",))
    monkeypatch.setitem(sys.modules, "reference.exercises.toy", toy)
    assert verify.main(["toy"]) == 2
    assert "unit toy: the truth of center_backward is confirmed by nothing" in capsys.readouterr().err


def test_cuda_asked_for_and_absent_is_one_clear_line(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert verify.main(["--device", "cuda"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "no CUDA device is available to torch here; run with --device cpu"
    ]


def test_missing_torch_is_one_clear_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert verify.main([]) == 2
    assert capsys.readouterr().err.startswith("torch is not installed; install it")


def test_nothing_but_numpy_and_torch_is_needed():
    """On a bare GPU machine there is no matplotlib, IPython or nbgrader."""
    absent = (
        "matplotlib",
        "IPython",
        "sklearn",
        "ipywidgets",
        "nbgrader",
        "nbformat",
        "msgpack",
        "jupytext",
        "rich",
    )
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
        "from reference import verify\n"
        "found = verify.measure(verify.all_rows(['batchnorm']), 'cpu', range(1))\n"
        "print(all(one.held for one in found), len(found) > 50)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
