"""How each system exports and imports grades, from its own documentation or source."""

from autograder.publishing.exported import System
from autograder.publishing.systems.blackboard import BLACKBOARD
from autograder.publishing.systems.brightspace import BRIGHTSPACE
from autograder.publishing.systems.canvas import CANVAS
from autograder.publishing.systems.gradescope import GRADESCOPE
from autograder.publishing.systems.moodle import MOODLE

SYSTEMS: dict[str, System] = {
    "canvas": CANVAS,
    "moodle": MOODLE,
    "brightspace": BRIGHTSPACE,
    "blackboard": BLACKBOARD,
    "gradescope": GRADESCOPE,
}
