"""Find the cluster that was asked for: a scheduler's address, or `local:N` for N workers on this machine."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from autograder.cluster.pool import ClusterPool
from autograder.course import Course
from autograder.errors import CourseError
from autograder.grading.marking import Terms
from autograder.grading.request import GradingRequest
from autograder.grading.settings import Settings

_LOCAL = re.compile(r"local:([1-9][0-9]{0,3})")


@contextmanager
def open_pool(course: Course, terms: Terms, settings: Settings) -> Iterator[ClusterPool]:
    """The pool of the cluster `settings.cluster`, whose workers know the unit; raises CourseError."""
    count = workers_here(settings.cluster)
    try:
        import distributed  # noqa: F401 (is it there?)
    except ModuleNotFoundError:
        raise CourseError(
            "grading on a cluster needs the package distributed, which is not installed",
            'pip install -e ".[cluster]"',
        ) from None
    from autograder.cluster.dask_transport import DaskTransport, connected, installed
    from autograder.cluster.worker_plugin import GradingPlugin, versions

    unit = terms.plan.unit
    request = GradingRequest("", unit, terms.isolation, terms.explore, settings.seed, settings.limits)
    notebook = course.instructor(unit).read_bytes()
    plugin = GradingPlugin(request, notebook, terms.cache_key, versions(), name_of(course, terms))
    with connected(settings.cluster, count) as client, installed(client, plugin):
        yield ClusterPool(DaskTransport(client, plugin.name))


def workers_here(address: str) -> int | None:
    """N of `local:N`, None for an address elsewhere; raises CourseError for what is neither."""
    found = _LOCAL.fullmatch(address)
    if found is None and (address.startswith("local") or ":" not in address):
        raise CourseError(
            f"{address!r} is no address of a cluster",
            "name a Dask scheduler, such as tcp://10.0.0.7:8786, or local:4 for four workers on this machine",
        )
    return int(found[1]) if found else None


def name_of(course: Course, terms: Terms) -> str:
    """A run's name on the cluster: the same when it is started again, and no other course's."""
    text = f"{socket.gethostname()}\n{course.root}\n{terms.cache_key}"
    return f"stagewise-{terms.plan.unit}-{sha256(text.encode()).hexdigest()[:16]}"
