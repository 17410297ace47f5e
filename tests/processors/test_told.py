"""As another processor: the same sentences and points, right answers right, recordings that a build keeps."""

import json
import math
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from autograder.course import REPOSITORY
from tests.processors.other import NEHALEM, OTHERS, THIS, why_not

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]\d+)?")
as_each = pytest.mark.parametrize("processor", OTHERS, ids=lambda one: one.core)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What `tests.processors.told` finds as a processor; once for each."""
    folder = tmp_path_factory.mktemp("told")

    @lru_cache
    def find(processor):
        if processor is not THIS and (reason := why_not(processor)):
            pytest.skip(reason)
        out = Path(folder, f"{processor.core}.json")
        command = [sys.executable, "-W", "error", "-m", "tests.processors.told", str(out)]
        command += ["--rounded"] if processor is THIS else []
        done = subprocess.run(
            command, cwd=REPOSITORY, env=processor.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(out.read_text(encoding="utf-8"))

    return find


def differences(one, other):
    """Where two tellings differ in more than the last digit of a number."""
    assert one.keys() == other.keys()
    return [f"{key}: {one[key]}\nand {other[key]}" for key in one if not alike(one[key], other[key])]


def alike(one, other):
    if type(one) is str:
        return _NUMBER.sub("#", one) == _NUMBER.sub("#", other) and all(
            math.isclose(float(a), float(b), rel_tol=0.1)
            for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
        )
    if type(one) is list:
        return len(one) == len(other) and all(map(alike, one, other))
    if type(one) is dict:
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return one == other


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("expected 0.5, got -0.4615", "expected 0.5, got -0.4616", True),
        ("expected 0.5, got 0.1", "expected 0.5, got 0.2", False),
        ("worst at [0, 1]", "worst at [1, 1]", False),
        ("got about 0", "got 3e-17", False),
        ([{"earned": 0.5}], [{"earned": 0.25}], False),
    ],
)
def test_tellings_are_alike_but_for_a_last_digit(one, other, same):
    assert alike(one, other) is same


@as_each
def test_the_libraries_believe_that_they_run_on_it(found, processor):
    there = found(processor)["processor"]
    assert (there["torch"], there["openblas"]) == (processor.capability, processor.core)
    assert [name for name in there["numpy"] if processor is NEHALEM or name.startswith("AVX512")] == []


@as_each
def test_it_is_another_than_this_one(found, processor):
    """What the libraries compute alike would be judged twice for nothing."""
    assert found(processor)["processor"] != found(THIS)["processor"]


@as_each
def test_everybody_is_told_the_same(found, processor):
    assert differences(found(THIS)["told"], found(processor)["told"]) == []


def test_everybody_is_told_the_same_whatever_is_rounded(found):
    assert differences(found(THIS)["told"], found(THIS)["rounded"]) == []


@as_each
def test_right_answers_earn_everything(found, processor):
    told = found(processor)["told"]
    earned = {key: one["earned"] for key, one in told.items() if key.split(", ")[2].startswith("right")}
    assert len(earned) > 500
    assert [key for key, share in earned.items() if share < 1] == []


@pytest.mark.parametrize("processor", [THIS, *OTHERS], ids=lambda one: one.core or "this one")
def test_a_build_keeps_what_is_recorded(found, processor):
    assert found(processor)["drifted"] == []


@as_each
def test_the_tests_of_what_rounding_may_touch_pass(found, processor):
    """Those that are quick; CONTRIBUTING.md says how to run all."""
    if reason := why_not(processor):
        pytest.skip(reason)
    chosen = ["autograder/test_known_answers.py", "autograder/test_rounding.py", "reference/test_examine.py"]
    chosen += ["stagewise/test_torch_data.py", "stagewise/test_training.py", "stagewise/test_observables.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += [f"tests/{name}" for name in chosen]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=processor.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
