"""The cases of a layer that draws a mask: zeros, what survives, patterns, seeds, test mode.

p is never one half, where keeping and dropping look the same, and mostly not near 0.8, where a normal number
is smaller than p about as often as a uniform one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from reference.exercises.dropout import inputs
from reference.exercises.dropout.inputs import entries, with_digits
from reference.kit.chance import Stated, certain, share
from reference.kit.drawn import in_float32, only, strided, with_values
from reference.kit.exercise import COURSE, Case, Inputs, case
from reference.kit.promises import Promise, raises, seeded
from stagewise.judge.compare import Tolerance

Sizes = tuple[int, ...]


def alike(p: float) -> float:
    """How often two independent masks agree at a place: both keep or both drop."""
    return p * p + (1 - p) * (1 - p)


def asking(
    outputs: Iterable[str], shares: Mapping[str, float], stated: Mapping[str, Stated]
) -> dict[str, Any]:
    """`compare` and `stated` of a case that asks for `outputs`, each with its share in the exercise."""
    asked = {output: shares[output] for output in outputs}
    return {"compare": asked, "stated": {output: stated[output] for output in asked if output in stated}}


@dataclass(frozen=True)
class Masked:
    """A layer that draws a mask, as far as its cases need to know it.

    takes: its arguments before the dict `param`; masked: the one of which something is dropped; read: what
    was left of that, read off an output; draw: inputs for sizes, p and a mode; places: how many random
    numbers a mask has. Where there is `beside`, an output that comes out unchanged is not measured: in test
    mode it is what `beside` leaves of it, next to that of a call in train mode. kept, narrow and at_test are
    the reasons told to whoever fails.
    """

    name: str
    takes: str
    param: str
    masked: str
    read: str
    draw: Callable[..., Inputs]
    places: Callable[[Sizes], int]
    shares: Mapping[str, float]
    kept: str
    narrow: str
    at_test: str
    tolerance: Tolerance = COURSE
    beside: str = ""

    def call(self, param: str = "") -> str:
        """A call with that dict."""
        return f"{self.name}({', '.join(self.takes.split())}, {param or self.param})"

    def zeros(self, out: str = "out") -> str:
        """The quantity: the share of zeros."""
        return f"zero_fraction({self.read.format(out)})"

    def scaled(self, out: str = "out") -> tuple[str, str]:
        """The quantities: the share of zeros, and the factor of what survives."""
        read = self.read.format(out)
        return self.zeros(
            out
        ), f"survivor_scale({f'thinned({read})' if self.beside else read}, {self.masked})"

    def patterns(self) -> tuple[str, str]:
        """The quantities: how many rows and columns of the mask differ."""
        return f"row_patterns({self.read.format('out')})", f"column_patterns({self.read.format('out')})"

    def case(
        self,
        title: str,
        script: str,
        outputs: Iterable[str],
        inputs: Inputs,
        stated: Mapping[str, Stated],
        **options: Any,
    ) -> Case:
        """A case that asks for these outputs."""
        asked = asking(outputs, self.shares, stated)
        return case(title, script, inputs=inputs, tolerance=self.tolerance, **asked, **options)

    def given(self, sizes: Sizes, p: float, **options: Any) -> Inputs:
        """Inputs of a single call."""
        return only(f"{self.takes} {self.param}", self.draw(*sizes, p=p, **options))

    def train(
        self, title: str, sizes: Sizes, p: float, outputs: Iterable[str], change: Any = None, **options: Any
    ) -> Case:
        """One call in train mode, with inputs changed by `change`."""
        n, drawn = self.places(sizes), self.given(sizes, p)
        stated = {self.zeros(): share(1 - p, n) if p < 1 else certain(0.0, n)}
        why = self.narrow if change is in_float32 else self.kept.format(p)
        drawn = change(drawn) if change else drawn
        return self.case(title, f"out, _ = {self.call()}", outputs, drawn, stated, why=why, **options)

    def twice(self, title: str, sizes: Sizes, p: float, **options: Any) -> Case:
        """Two calls without a seed."""
        output = f"agreement({self.read.format('out')}, {self.read.format('again')})"
        return self.case(
            title,
            f"out, _ = {self.call()}\nagain, _ = {self.call()}",
            (output,),
            self.given(sizes, p),
            {output: share(alike(p), self.places(sizes))},
            why="without a seed, every call draws another mask",
            **options,
        )

    def eight_times(self, title: str, sizes: Sizes, p: float, **options: Any) -> Case:
        """Eight calls without a seed: of 2,000 places and more as many are dropped each time with a
        probability below 10^-12."""
        names = "abcdefgh"
        output = f"as_many_zeros({', '.join(map(self.read.format, names))})"
        return self.case(
            title,
            "\n".join(f"{one}, _ = {self.call()}" for one in names),
            (output,),
            self.given(sizes, p),
            {},
            why="each entry is decided about by itself, so how many are dropped is a matter of chance, too",
            **options,
        )

    def agreeing(self, other: str) -> str:
        """The quantity: how often the masks of `one` and `other` agree, where `one` drops anything."""
        return f"agreement(thinned({self.read.format('one')}), {self.read.format(other)})"

    def promises(self, sizes: Sizes) -> tuple[Promise, ...]:
        """That a seed of 0 is one, and that a mode which does not exist is refused."""
        same, n, drawn = self.agreeing("same"), self.places(sizes), self.given(sizes, 0.6)
        asked = asking([same], self.shares, {same: certain(1.0, n)})
        return (
            seeded(n, drawn, visible=True, **asked),
            raises(ValueError, with_values({"seed": 3}, drawn), visible=True, mode="eval"),
        )

    def seeds(self, title: str, sizes: Sizes, p: float, **options: Any) -> Case:
        """Two calls with one seed, and a third with another."""
        same, other = self.agreeing("same"), self.agreeing("other")
        first, n = self.call("seeded"), self.places(sizes)
        return self.case(
            title,
            f"one, _ = {first}\nsame, _ = {first}\nother, _ = {self.call('reseeded')}",
            (same, other),
            only(f"{self.takes} seeded reseeded", inputs.seeded(self.param, self.draw(*sizes, p=p))),
            {same: certain(1.0, n), other: share(alike(p), n)},
            why="the same seed gives the same mask, another seed another mask",
            **options,
        )

    def test(self, title: str, sizes: Sizes, p: float, change: Any = None, **options: Any) -> Case:
        """One call in test mode, with inputs changed by `change`; of float32 the dtype is asked."""
        drawn, narrow = self.draw(*sizes, p=p, mode="test"), change is in_float32
        read = self.read.format("test_out")
        measured = self.beside.format(read) or read
        zeros = f"zero_fraction({measured})"
        before = f"out, _ = {self.call('training')}\n" if self.beside else ""
        given = f"{self.takes} {self.param} {'training' if self.beside else ''}"
        return self.case(
            title,
            f"{before}test_out, _ = {self.call()}",
            (
                zeros,
                f"survivor_scale({measured}, {self.masked})",
                *([f"dtype_name({measured})"] if narrow else []),
            ),
            only(given, change(drawn) if change else drawn),
            {zeros: certain(0.0, self.places(sizes))},
            why=self.narrow if narrow else self.at_test,
            **options,
        )


BESIDE = "active({}, out, x)"
_TEST = BESIDE.format("test_out")
SHARES = {
    "zero_fraction(out)": 3.0,
    "survivor_scale(thinned(out), x)": 4.0,
    "row_patterns(out)": 1.25,
    "column_patterns(out)": 1.25,
    "dtype_name(thinned(out))": 0.25,
    f"dtype_name({_TEST})": 0.25,
    "agreement(out, again)": 0.75,
    "as_many_zeros(a, b, c, d, e, f, g, h)": 0.75,
    "agreement(thinned(one), same)": 0.5,
    "agreement(thinned(one), other)": 0.25,
    f"zero_fraction({_TEST})": 1.25,
    f"survivor_scale({_TEST}, x)": 2.0,
}


def elementwise_cases(name: str, survivors: str, at_test: str) -> tuple[Case | Promise, ...]:
    """Those of `name(x, dropout_param)`. survivors: what becomes of the entries that are kept; at_test: of
    all."""
    layer = Masked(
        name,
        "x",
        "dropout_param",
        "x",
        "{}",
        entries,
        prod,
        SHARES,
        kept=f"p = {{:g}} is the probability to KEEP an entry; those that are kept {survivors}",
        narrow="x is float32, so out is as well; zeros and factor are the same as with float64",
        at_test=f"in test mode nothing is dropped, and every entry is {at_test}",
        beside=BESIDE,
    )
    train, twice, seeds, test, scaled = layer.train, layer.twice, layer.seeds, layer.test, layer.scaled()
    everything, narrow = (*scaled, *layer.patterns()), (*scaled, "dtype_name(thinned(out))")
    return (
        train("train, p = 0.6", (50, 60), 0.6, everything, weight=2, visible=True, main=True),
        twice("train, twice without a seed", (24, 30), 0.6, visible=True, main=True),
        layer.eight_times("train, eight times", (40, 50), 0.6, visible=True, main=True),
        seeds("train, with seeds", (24, 30), 0.6, visible=True, main=True),
        test("test, p = 0.6", (24, 30), 0.6, weight=2, visible=True, main=True),
        train("train, float32", (24, 30), 0.4, narrow, in_float32, visible=True),
        test("test, float32", (4, 5), 0.6, in_float32, visible=True, weight=0.5),
        train("train, three axes", (16, 8, 8), 0.6, (*scaled, "row_patterns(out)"), visible=True),
        *layer.promises((12, 10)),
        train("train, p = 0.3", (100, 120), 0.3, everything, weight=2, main=True),
        train("train, p = 0.9", (80, 100), 0.9, scaled, with_digits),
        train("train, p = 1", (6, 7), 1.0, scaled, weight=0.5, visible=True),
        train("train, one example", (1, 3000), 0.35, scaled, weight=0.5),
        train("train, gaps in memory", (60, 70), 0.35, scaled, strided, weight=0.5),
        twice("train, three axes, twice without a seed", (20, 12, 10), 0.35),
        seeds("train, with other seeds", (60, 80), 0.35),
        test("test, p = 0.3", (30, 40), 0.3, with_digits, weight=2, main=True),
        test("test, one example", (1, 40), 0.85, weight=0.5),
    )
