"""Fixtures that tests share, since starting a template takes seconds; and the order of tests."""

import os
from collections.abc import Iterator

import pytest

from autograder.isolation.confinement.level import Level
from autograder.isolation.link import Candidate
from autograder.isolation.sandbox import CandidateTemplate
from tests.autograder import postgres
from tests.order import longest_first


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests; one alone runs them as they are found."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


@pytest.fixture(scope="session")
def template() -> Iterator[CandidateTemplate]:
    """The sandboxed template of a NumPy unit."""
    with CandidateTemplate.start() as started:
        yield started


@pytest.fixture(scope="session")
def bare_template() -> Iterator[CandidateTemplate]:
    """The same without a sandbox."""
    with CandidateTemplate.start(isolation=Level.PROCESS) as started:
        yield started


@pytest.fixture
def candidate(template: CandidateTemplate) -> Iterator[Candidate]:
    """A fresh sandboxed candidate."""
    with template.new_candidate() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of our own; skips where there is none to start."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL server on this machine: install the system package postgresql")
    if os.geteuid() == 0 and not postgres.substitute():
        pytest.skip("a PostgreSQL server refuses to run as root, and there is no user postgres or no setpriv")
    with postgres.running(programs) as started:
        yield started
