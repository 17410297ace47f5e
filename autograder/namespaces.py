"""The names of check cells: the examiner's own first, then builtins, then whatever the student defined."""

import builtins
from typing import Any

from autograder.link import Candidate


class Namespace(dict[str, Any]):
    """Globals for check and `given` cells; a name that neither they nor builtins define is the candidate's.

    `asked` are the names that were found there, with what came back.
    """

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.asked: dict[str, Any] = {}
        self._candidate = candidate

    def __missing__(self, name: str) -> Any:
        if name.startswith("_") or hasattr(builtins, name):
            raise KeyError(name)
        value = self.asked[name] = self._candidate.lookup(name)
        return value
