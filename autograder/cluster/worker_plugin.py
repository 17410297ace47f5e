"""What a Dask worker holds for a run: the unit's instructor notebook, and companions that grade with it.

A Dask worker has threads, so it must not fork: each of its threads has a submission graded by a companion,
which is a program of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

from distributed import WorkerPlugin, get_worker

from autograder.errors import CourseError
from autograder.grading.cache_key import version_of
from autograder.grading.companion import Companion
from autograder.grading.request import GradingRequest

_PACKAGES = ("stagewise", "numpy")


def versions() -> dict[str, str]:
    """Versions on this machine of what results depend on."""
    return {name: version_of(name) for name in _PACKAGES}


def mark(run: str, message: bytes) -> bytes | None:
    """The task of a Dask worker: what one of the run's companions here answers to the message."""
    worker = get_worker()
    plugin = worker.plugins.get(run)
    if not isinstance(plugin, GradingPlugin):
        raise CourseError(
            f"the worker {worker.address} could not be made ready", "read its log, and restart it"
        )
    return plugin.mark(message)


class GradingPlugin(WorkerPlugin):  # type: ignore[misc]
    """What a run has on each worker, those that come later included. It travels as plain data.

    `cache_key` and `versions` are the driver's: a worker that would grade on other terms refuses.
    """

    def __init__(
        self, request: GradingRequest, notebook: bytes, cache_key: str, versions: Mapping[str, str], name: str
    ) -> None:
        self.name = name
        self._asked, self._notebook = request, notebook
        self._cache_key, self._versions = cache_key, dict(versions)

    def setup(self, worker: Any) -> None:
        """Put the notebook where this account alone reads it, and where Dask tidies up after a crash."""
        self._address = worker.address
        self._directory = TemporaryDirectory(prefix="stagewise-", dir=worker.local_directory)
        self._lock = threading.Lock()
        self._idle: list[Companion] = []
        self._ended = False
        self._request = replace(self._asked, root=self._directory.name)
        path = self._request.assignment.instructor
        path.parent.mkdir(parents=True)
        path.write_bytes(self._notebook)

    def teardown(self, worker: Any) -> None:
        """End the companions; one that is at work is ended by the thread that waits for it."""
        with self._lock:
            self._ended = True
            idle, self._idle = self._idle, []
        for companion in idle:
            companion.close()
        self._directory.cleanup()

    def mark(self, message: bytes) -> bytes | None:
        """The answer to a question (autograder.grading.worker), or None when its companion died of it.

        Raises CourseError where this machine cannot grade, or would do so on other terms.
        """
        companion = self._take()
        try:
            self._compare(companion)
            return companion.ask(message)
        except CourseError as error:
            raise CourseError(f"the worker {self._address}: {error.problem}", error.remedy) from None
        finally:
            self._give_back(companion)

    def _compare(self, companion: Companion) -> None:
        here = versions()
        for name, theirs in self._versions.items():
            if here[name] != theirs:
                raise CourseError(
                    f"it has {name} {here[name]}, but the machine that gathers the results has {theirs}",
                    "install the same versions on both: results depend on them",
                )
        if companion.ready() != self._cache_key:
            raise CourseError(
                "its clone of the course would grade on other terms",
                "use the same commit of the course on both machines",
            )

    def _take(self) -> Companion:
        with self._lock:
            return self._idle.pop() if self._idle else Companion(self._request)

    def _give_back(self, companion: Companion) -> None:
        with self._lock:
            ended = self._ended
            if not ended:
                self._idle.append(companion)
        if ended:
            companion.close()
