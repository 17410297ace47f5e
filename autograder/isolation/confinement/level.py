"""How far a candidate is kept away from the rest of the machine, by what the machine allows."""

from enum import StrEnum


class Level(StrEnum):
    """The levels of isolation, best first; the last is used only where it is asked for by name."""

    SANDBOX = "sandbox"
    """Each candidate in namespaces of its own, inside bubblewrap."""
    FLAT = "sandbox-flat"
    """All candidates of a template in one bubblewrap, one after another, kept apart by Landlock."""
    LANDLOCK = "landlock"
    """No namespaces: template and candidates read and write what Landlock lists."""
    PROCESS = "process"
    """A process of its own, which reads whatever the account reads."""

    @property
    def shares_namespaces(self) -> bool:
        """Whether what namespaces do elsewhere is up to Landlock, system calls and the template."""
        return self in (Level.FLAT, Level.LANDLOCK)


AUTO = "auto"
ISOLATIONS = (AUTO, *(level.value for level in Level))
"""What can be asked for."""
BY_ITSELF = (Level.SANDBOX, Level.FLAT, Level.LANDLOCK)
"""What is used without being asked for by name."""


def answers(held: str, asked: str) -> bool:
    """Tell whether what held a candidate is what was asked for."""
    return held in BY_ITSELF if asked == AUTO else held == asked
