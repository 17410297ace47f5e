"""The marked regions of a cell, which nbgrader clears before students see them: the same, on plain text."""

import re

SOLUTION, HIDDEN_TESTS, MARK_SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"
CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"


def region(kind: str, text: str) -> str:
    """The text between the markers of a region of this kind."""
    return f"### BEGIN {kind}\n{text}\n### END {kind}"


def problem(source: str, region: str) -> tuple[int, str] | None:
    """What is wrong with the markers: (index of the line, what), or None when each BEGIN has its END."""
    opened: int | None = None
    for index, line in enumerate(source.split("\n")):
        if f"BEGIN {region}" in line:
            if opened is not None:
                return index, f"BEGIN {region} inside a {region} region"
            opened = index
        elif f"END {region}" in line:
            if opened is None:
                return index, f"END {region} without a BEGIN {region} before it"
            opened = None
    return None if opened is None else (opened, f"BEGIN {region} without an END {region}")


def has(source: str, region: str) -> bool:
    """Whether the source has a marker of this region."""
    return f"BEGIN {region}" in source or f"END {region}" in source


def inside(source: str, region: str) -> str:
    """The lines inside the regions of this kind, without the markers."""
    kept, within = [], False
    for line in source.split("\n"):
        if f"BEGIN {region}" in line or f"END {region}" in line:
            within = f"BEGIN {region}" in line
        elif within:
            kept.append(line)
    return "\n".join(kept)


def replace(source: str, region: str, stub: str = "") -> str:
    """The source with each region (markers included) replaced by the stub, indented as its BEGIN was."""
    kept, within = [], False
    for line in source.split("\n"):
        if f"BEGIN {region}" in line:
            within = True
            indent = (re.match(r"\s*", line) or [""])[0]
            kept += [indent + stub_line for stub_line in stub.split("\n")] if stub else []
        elif f"END {region}" in line:
            within = False
        elif not within:
            kept.append(line)
    return "\n".join(kept)
