"""The attacks, by name: a notebook's cells and what they try. None may earn what an honest judge denies."""

from autograder.attacks.answers import ANSWERS
from autograder.attacks.channels import CHANNELS
from autograder.attacks.conversation import CONVERSATION
from autograder.attacks.judges import JUDGES
from autograder.attacks.kernel import KERNEL
from autograder.attacks.machine import MACHINE
from autograder.attacks.notebook import NOTEBOOK
from autograder.attacks.others import OTHERS
from autograder.attacks.own_calls import OWN_CALLS
from autograder.attacks.played import PLAYED
from autograder.attacks.processes import PROCESSES
from autograder.attacks.returned import RETURNED

ATTACKS = (
    *JUDGES,
    *PROCESSES,
    *KERNEL,
    *MACHINE,
    *OTHERS,
    *ANSWERS,
    *NOTEBOOK,
    *CONVERSATION,
    *PLAYED,
    *OWN_CALLS,
    *RETURNED,
    *CHANNELS,
)
