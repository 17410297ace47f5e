"""`python -m reference.verify`: the truth holds, a wrong truth is missed by name, an absent device is one
clear line."""

import json
import os
import subprocess
import sys
import warnings
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import torch

from reference import verify
from reference.truth import devices, oracle
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
    assert {"unit", "dtype", "ours", "device", "cases", "bound", "why"} < found[0].keys()


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


BARE = {
    "numpy",
    "torch",
    "torchgen",
    "functorch",
    "sympy",
    "mpmath",
    "typing_extensions",
    "filelock",
    "fsspec",
}
BARE |= {"networkx", "jinja2", "markupsafe", "setuptools", "stagewise", "reference", "autograder"}


def test_nothing_but_numpy_and_torch_is_needed():
    """On a bare GPU machine there is nothing else but what torch itself needs."""
    absent = tuple(name for name in packages_distributions() if name.isidentifier() and name not in BARE)
    assert len(absent) > 20
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
        "from reference import verify\n"
        "with verify.exact():\n"
        "    found = verify.measure(verify.all_rows(), 'cpu', range(1))\n"
        "print(all(one.held for one in found), len(found) > 50)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def arithmetic():
    cudnn = torch.backends.cudnn
    return {
        "TF32": (cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32),
        "cuDNN": (cudnn.benchmark, cudnn.deterministic),
        "deterministic": torch.get_deterministic_debug_mode(),
        "threads": torch.get_num_threads(),
        "workspace": os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    }


@pytest.fixture
def careless(monkeypatch):
    """Settings of torch and the environment that make results quick and rough."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":0:0")
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, matmul.allow_tf32, cudnn.benchmark, torch.get_num_threads()
    cudnn.allow_tf32, matmul.allow_tf32, cudnn.benchmark = True, True, True
    torch.set_num_threads(2)
    yield
    cudnn.allow_tf32, matmul.allow_tf32, cudnn.benchmark = before[:3]
    torch.set_num_threads(before[3])


def test_float32_is_kept_whole_and_results_repeat_and_all_settings_come_back(careless):
    def fail():
        inside.append(arithmetic())
        raise ZeroDivisionError

    before, inside = arithmetic(), []
    with pytest.raises(ZeroDivisionError), devices.exact():
        fail()
    assert inside == [
        {
            "TF32": (False, False),
            "cuDNN": (False, True),
            "deterministic": 1,
            "threads": 1,
            "workspace": ":4096:8",
        }
    ]
    assert arithmetic() == before


def test_a_workspace_that_was_not_set_is_not_set_afterwards(monkeypatch):
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    with devices.exact():
        pass
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


def without_a_deterministic_algorithm(x):
    return torch.zeros_like(x).put_(torch.arange(x.numel()), x)


def test_what_has_no_deterministic_algorithm_is_named_once_and_other_warnings_are_passed_on():
    def rough():
        for _ in range(2):
            without_a_deterministic_algorithm(torch.ones(2))
        warnings.warn("of its own", stacklevel=1)

    with pytest.warns(UserWarning, match="of its own") as heard, devices.exact() as names:
        rough()
    assert names == ["put_"]
    assert len(heard) == 1


def test_a_record_holds_devices_versions_and_all_that_was_measured(monkeypatch, capsys, tmp_path):
    rows = wrong_rows(1)
    rough = replace(rows["batchnorm"][0], truth=lambda x: x, oracle=without_a_deterministic_algorithm)
    monkeypatch.setattr(verify, "all_rows", lambda _: {"batchnorm": (*rows["batchnorm"], rough)})
    record = tmp_path / "record.json"
    assert verify.main(["--record", str(record)]) == 0
    written = json.loads(record.read_text(encoding="utf-8"))
    assert written["computed"].keys() == {"python", "numpy", "torch", "cpu"}
    assert written["not_deterministic"] == ["put_"]
    assert len(written["found"]) == 6
    printed = capsys.readouterr().out
    assert f"torch {torch.__version__}" in printed
    assert "torch has no deterministic algorithm for: put_" in printed


def test_a_gpu_is_named_with_the_versions_of_its_libraries(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "A GPU")
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: 90100)
    monkeypatch.setattr(torch.version, "cuda", "12.4")
    assert devices.described("cuda").items() > {"gpu": "A GPU", "cuda": "12.4", "cudnn": "90100"}.items()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is available to torch")
def test_the_truth_agrees_with_torch_on_a_gpu():
    with devices.exact():
        measured = verify.measure(oracle.all_rows(), "cuda", range(5))
    assert [one for one in measured if not one.held] == []
    assert {(one.ours, one.device) for one in measured if one.unit == "transfer"} == {
        ("cpu", "cpu"),
        ("cpu", "cuda"),
        ("cuda", "cpu"),
        ("cuda", "cuda"),
    }
