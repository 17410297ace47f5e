"""Owners never change, nobody is lost, nobody comes twice: downloads of every layout with hostile names.

`python -m tests.autograder.lms_folders --folders 500` holds the same against many more.
"""

import pytest

from autograder.collecting import collect
from tests.autograder.graded_toy import toy_plan
from tests.autograder.lms_folders import LAYOUTS, holds


@pytest.mark.parametrize("seed", range(4 * len(LAYOUTS)))
def test_everybody_has_what_they_handed_in(seed, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "read_plan", lambda path: toy_plan())
    assert holds(seed, tmp_path)["collected"] > 1
