"""Cases are played here, or whole where the functions live, in the same order and with the same outcome."""

from types import SimpleNamespace
from typing import ClassVar

from stagewise.playing import play_each
from stagewise.script import parse, play


class Proxy:
    """Knows how to play cases beside its function; remembers which were asked for together."""

    asked: ClassVar[list[list[str]]] = []

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)

    @staticmethod
    def play_beside(functions, cases):
        Proxy.asked.append([case.name for case in cases])
        return [play(case.steps, functions, case.inputs, case.updates) for case in cases]


def _case(name, text, setting=""):
    return SimpleNamespace(name=name, steps=parse(text), inputs={"x": 2}, updates=(), setting=setting)


def test_cases_of_proxies_alone_are_played_together_and_others_call_by_call():
    Proxy.asked.clear()
    functions = {"double": Proxy(lambda x: 2 * x), "ours": lambda x: x + 1}
    cases = [
        _case("a", "y = double(x)"),
        _case("b", "y = double(x)"),
        _case("c", "z = double(x)\ny = ours(z)"),
        _case("d", "y = double(x)"),
    ]
    played = play_each({"": functions}, cases)
    assert Proxy.asked == [["a", "b"], ["d"]]
    assert [run.values["y"] for run in played] == [4, 4, 5, 4]
