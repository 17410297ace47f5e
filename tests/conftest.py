"""Fixtures that tests share, since starting a template takes seconds; and the order of tests."""

import os
import pickle
from collections.abc import Callable, Iterator

import pytest

import autograder.lean  # noqa: F401 (workers are the parallelism here, as lanes are there; must come before NumPy)
from autograder.isolation.confinement.level import Level
from autograder.isolation.link import Candidate
from autograder.isolation.sandbox import CandidateTemplate
from reference.killmatrix import Matrix, killmatrix
from reference.kit.exercise import Unit
from tests.autograder import postgres
from tests.once import Once
from tests.order import longest_first


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests; one alone runs them as they are found."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


@pytest.fixture(scope="session")
def once(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes what several files need once in this run, however many workers share it."""
    own = tmp_path_factory.getbasetemp()
    return Once(own.parent if hasattr(pytestconfig, "workerinput") else own)


@pytest.fixture(scope="session")
def killed(once: Once) -> Callable[[Unit], Matrix]:
    """The kill matrix of a unit, which plays thousands of cases; once in a run."""

    def found(unit: Unit) -> Matrix:
        place = once(
            f"killmatrix-{unit.name}",
            lambda folder: (folder / "matrix").write_bytes(pickle.dumps(killmatrix(unit))),
        )
        matrix = pickle.loads((place / "matrix").read_bytes())
        assert isinstance(matrix, Matrix)
        return matrix

    return found


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
