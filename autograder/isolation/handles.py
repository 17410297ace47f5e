"""Stand-ins for a student's objects that are not data: what a check does to one happens in the candidate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from stagewise.judge.asking import AskedCase
from stagewise.judge.script import Played


class Holder(Protocol):
    """Who holds the objects behind handles, by number, and does to one what is done to its handle.

    Each `name` is what messages call the object.
    """

    def call(self, number: int, args: Sequence[Any], kwargs: Mapping[str, Any], name: str = "") -> Any: ...
    def item(self, number: int, key: Any, name: str = "") -> Any: ...
    def attribute(self, number: int, attribute: str, name: str = "") -> Any: ...
    def elements(self, number: int, name: str = "") -> list[Any]: ...
    def length(self, number: int) -> int: ...
    def beside(self, module: str, name: str) -> Any: ...
    def play(self, numbers: Mapping[str, int], cases: Sequence[AskedCase]) -> Sequence[Played]: ...


class Handle:
    """An object of the candidate. `__name__` is the name that the check cell used, never the object's own.

    It can be called, indexed, iterated, measured with `len` and asked for public attributes. It is true,
    equal to itself alone, and its copies are itself.
    """

    __slots__ = ("__name__", "_candidate", "_number")

    def __init__(self, candidate: Holder, number: int, name: str) -> None:
        self._candidate = candidate
        self._number = number
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._candidate.call(self._number, args, kwargs, self.__name__)

    def __getitem__(self, key: Any) -> Any:
        return self._candidate.item(self._number, key, f"{self.__name__}[{key!r}]"[:60])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of a student's object is not asked for")
        return self._candidate.attribute(self._number, name, f"{self.__name__}.{name}")

    def __iter__(self) -> Iterator[Any]:
        return iter(self._candidate.elements(self._number, self.__name__))

    def __len__(self) -> int:
        return self._candidate.length(self._number)

    def beside(self, module: str, name: str) -> Any:
        """Return what a module of the course's package calls `name` where this object lives."""
        return self._candidate.beside(module, name)

    @staticmethod
    def play_beside(functions: Mapping[str, "Handle"], cases: Sequence[AskedCase]) -> Sequence[Played]:
        """Play whole cases where the student's functions live (see stagewise.judge.playing)."""
        candidate = next(iter(functions.values()))._candidate
        return candidate.play({name: handle._number for name, handle in sorted(functions.items())}, cases)

    def __bool__(self) -> bool:
        return True

    def __copy__(self) -> "Handle":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Handle":
        return self

    def __reduce__(self) -> Any:
        raise TypeError("a student's object stays where it is")

    def __repr__(self) -> str:
        return f"<{self.__name__ or 'an object'} of the student>"
