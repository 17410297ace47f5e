"""All that is said to Dask: connect, make the workers ready, send a message to one of them."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager, suppress
from tempfile import TemporaryDirectory

import dask
from distributed import Client, KilledWorker, LocalCluster
from distributed import Future as Task

from autograder.cluster.worker_plugin import GradingPlugin, mark
from autograder.errors import CourseError

CONNECT_SECONDS = 10
# A submission travels with its task: Dask should not warn of the largest, nor keep the last thousand.
_CONFIG = {
    "distributed.admin.large-graph-warning-threshold": "1 GB",
    "distributed.admin.low-level-log-length": 10,
}


@contextmanager
def connected(address: str, here: int | None) -> Iterator[Client]:
    """A client of the scheduler at `address`, or of a new one with `here` workers on this machine.

    Raises CourseError when nobody answers.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_CONFIG))
        scheduler = address if here is None else stack.enter_context(_local(here))
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise CourseError(
                f"no Dask scheduler answers at {address}: {problem}",
                "start one (dask scheduler) and workers, see that this machine reaches it, and that both "
                "speak the same protocol (tcp:// or tls://)",
            ) from None
        yield stack.enter_context(client)


@contextmanager
def _local(count: int) -> Iterator[LocalCluster]:
    """A scheduler in this process and `count` workers, reached from this machine alone."""
    with (
        TemporaryDirectory(prefix="stagewise-") as directory,
        dask.config.set({"temporary-directory": directory}),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            preload=["autograder.cluster.uninterrupted"],
        ) as cluster,
    ):
        yield cluster


@contextmanager
def installed(client: Client, plugin: GradingPlugin) -> Iterator[None]:
    """Every worker, those that come later too, has the run's plugin until the end; raises CourseError."""
    try:
        client.register_plugin(plugin, name=plugin.name)
    except Exception as problem:  # whatever a worker's machine raised
        raise CourseError(
            f"the cluster's workers could not be made ready: {problem!r}",
            "install the same clone of the course for the scheduler and for each worker",
        ) from None
    try:
        yield
    finally:
        with suppress(Exception):  # a scheduler that is gone has nothing left to tidy up
            client.unregister_worker_plugin(plugin.name)


class DaskTransport:
    """Carries messages to the workers that are prepared for the run `name`."""

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name = client, name
        self._numbers = itertools.count()

    def workers(self) -> Mapping[str, int]:
        """Addresses and threads, as the scheduler knows them at this moment."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except (OSError, RuntimeError, ValueError, AttributeError) as problem:
            raise CourseError(
                f"the Dask scheduler does not answer any more: {problem}",
                "start it again with workers and run the command again (what was graded is kept)",
            ) from None
        return threads

    def send(self, address: str, message: bytes) -> Future[bytes | None]:
        """Submit a task that this worker alone may run."""
        task = self._client.submit(
            mark,
            self._name,
            message,
            key=f"{self._name}-{next(self._numbers)}",
            workers=[address],
            pure=False,
        )
        return asyncio.run_coroutine_threadsafe(_answer(task, address), self._client.loop.asyncio_loop)


async def _answer(task: Task, address: str) -> bytes | None:
    """What the task returned, or None when Dask gave it up; raises CourseError."""
    try:
        answer = await task
    except (KilledWorker, CancelledError):
        return None
    except CourseError:
        raise
    except Exception as problem:  # whatever the worker raised
        raise CourseError(
            f"the worker {address} failed: {problem!r}", "read its log; docs/clusters.md says what it needs"
        ) from None
    finally:
        task.release()  # and Dask forgets it
    return answer if isinstance(answer, bytes) else None
