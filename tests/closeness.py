"""The comparison of the course as an assertion."""

from stagewise.judge.compare import Flaw, Tolerance, compare


def assert_close(got, expected, *, rtol, stol):
    """Fail with the comparison's sentence unless `got` is `expected` within the tolerance."""
    found = compare(got, expected, Tolerance(rtol, stol, "asked for by the caller"))
    assert found.flaw is Flaw.NONE, found.message
