"""What one student's code may use; every number is a default that a course can change."""

from __future__ import annotations

from dataclasses import dataclass, replace

MIB = 1 << 20
_EXPERIMENTS = 4
_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one candidate.

    Seconds are of CPU time, so that a busy machine does not change a grade; on the clock there are
    `wall_factor` times as many. A soft limit raises in the student's code; the hard one, when that was
    swallowed, ends the candidate `grace` seconds later.

    All is for one try. A submission that ran out of time is tried a second time, alone, and that counts: two
    tries, with the examiner's part, take at most 60 seconds of CPU time and 90 on the clock.
    """

    cell_seconds: float = 20.0
    call_seconds: float = 5.0
    check_seconds: float = 8.0
    judging_seconds: float = 8.0
    """What reading and judging the answers to one check may take the examiner."""
    wall_factor: float = 3.0
    idle_seconds: float = 5.0
    """On the clock, for how long code may do next to nothing: it sleeps or waits for what never comes."""
    after_timeout: float = 0.25
    """Of these limits what is left once a cell or a call was stopped."""
    grace: float = 2.0
    cpu_seconds: int = 25
    """Of the notebook as a whole."""
    wall_seconds: float = 35.0
    """On the clock, of the notebook as a whole."""
    memory_bytes: int = 2048 * MIB
    """Address space on top of what the imported packages take."""
    threads: int = 64
    open_files: int = 128
    file_bytes: int = 64 * MIB
    tmp_bytes: int = 64 * MIB
    frame_bytes: int = 64 * MIB
    output_bytes: int = 1 * MIB
    """Text and pictures that one cell may print or display; the rest is cut off with a note."""

    def with_experiments(self) -> Limits:
        """Limits for notebooks whose experiments run as well: they train networks, which takes minutes.

        That is the course's own code, and nobody waits for it in a class: on the clock it has so much more
        that a machine with ten other things to do is no reason to stop it.
        """
        return replace(
            self,
            cell_seconds=_EXPERIMENTS * self.cell_seconds,
            cpu_seconds=_EXPERIMENTS * self.cpu_seconds,
            wall_factor=_PATIENCE * self.wall_factor,
            wall_seconds=_PATIENCE * _EXPERIMENTS * self.wall_seconds,
        )
