"""Fixtures that tests share: starting a template takes seconds, so there is one of each kind."""

from collections.abc import Iterator

import pytest

from autograder.isolation.link import Candidate
from autograder.isolation.sandbox import PROCESS, CandidateTemplate


@pytest.fixture(scope="session")
def template() -> Iterator[CandidateTemplate]:
    """The sandboxed template of a NumPy unit."""
    with CandidateTemplate.start() as started:
        yield started


@pytest.fixture(scope="session")
def bare_template() -> Iterator[CandidateTemplate]:
    """The same without a sandbox."""
    with CandidateTemplate.start(isolation=PROCESS) as started:
        yield started


@pytest.fixture
def candidate(template: CandidateTemplate) -> Iterator[Candidate]:
    """A fresh sandboxed candidate."""
    with template.new_candidate() as fresh:
        yield fresh
