"""What one student's code may use; every number is a default that a course can change."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one candidate.

    Seconds are of CPU time, so that a busy machine does not change a grade; code that only waits is stopped
    after `wall_factor` times as many seconds on the clock. A soft limit raises in the student's code; the
    hard one, when that was swallowed, ends the candidate `grace` seconds later.
    """

    cell_seconds: float = 60.0
    call_seconds: float = 10.0
    check_seconds: float = 20.0
    judging_seconds: float = 20.0
    """What reading and judging the answers to one check may take the examiner."""
    wall_factor: float = 3.0
    grace: float = 2.0
    cpu_seconds: int = 240
    memory_bytes: int = 2048 * MIB
    """Address space on top of what the imported packages take."""
    threads: int = 64
    open_files: int = 128
    file_bytes: int = 64 * MIB
    tmp_bytes: int = 64 * MIB
    frame_bytes: int = 64 * MIB
    output_bytes: int = 1 * MIB
    """Text and pictures that one cell may print or display; the rest is cut off with a note."""
