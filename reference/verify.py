"""Is the truth true? Every function of `reference` against torch, in each dtype, on the chosen device.

    python -m reference.verify [UNIT...] [--device cpu|cuda] [--json] [--record FILE]

With `--device cuda` the truth is held against torch on the CPU and on the GPU, and a truth that is itself
written with torch computes on both, too. Needs NumPy and torch, nothing else. Exit status: 0 all within
their bounds, 1 a miss, 2 it could not be measured."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reference.kit import units
from reference.kit.places import DefinitionError
from reference.truth.devices import described, exact, unusable
from reference.truth.oracle import Row, all_rows, error, places
from stagewise.show.plain import say_plainly

DTYPES = ("float64", "float32")
SEEDS = range(40)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table: the worst relative error over the cases, and what it is held to.

    ours: where the truth computed; device: where the oracle did.
    """

    unit: str
    function: str
    dtype: str
    ours: str
    device: str
    cases: int
    error: float
    bound: float
    why: str

    @property
    def held(self) -> bool:
        """Whether the error is within the bound; NaN is not."""
        return self.error <= self.bound


def measure(rows: Mapping[str, Iterable[Row]], device: str, seeds: Sequence[int] = SEEDS) -> list[Measured]:
    """Measure the rows of each unit in both dtypes, on the CPU and on the device."""
    return [
        _measured(unit, row, dtype, ours, theirs, seeds)
        for unit, unit_rows in rows.items()
        for row in unit_rows
        for dtype in DTYPES
        for ours, theirs in places(row, device)
    ]


def _measured(unit: str, row: Row, dtype: str, ours: str, device: str, seeds: Sequence[int]) -> Measured:
    worst = max(error(row, dtype=dtype, ours=ours, device=device, seed=seed) for seed in seeds)
    bound = row.bound
    return Measured(unit, row.name, dtype, ours, device, len(seeds), worst, bound.of(dtype), bound.why)


def table(found: Sequence[Measured]) -> str:
    """The measurements for people, one line each."""
    width = max((len(one.function) for one in found), default=8)
    head = f"{'ours on':7}  {'torch on':8}  {'cases':>5}  {'error':>8}  {'bound':>8}"
    lines = [f"{'':4}{'function':{width}}  {'dtype':8} {head}"]
    for one in found:
        mark = "ok" if one.held else "!!"
        lines.append(
            f"{mark}  {one.function:{width}}  {one.dtype:8} {one.ours:7}  {one.device:8}  {one.cases:5}"
            f"  {one.error:8.1e}  {one.bound:8.1e}"
        )
    missed = [one for one in found if not one.held]
    lines.append(f"{len(found) - len(missed)} of {len(found)} within their bounds")
    lines += [f"!!  {one.unit}, {one.function}, {one.dtype}: its bound is {one.why}" for one in missed]
    return "\n".join(lines)


def _entry(one: Measured) -> dict[str, object]:
    """For JSON, which has no infinity: an error that is none is null."""
    return {**asdict(one), "error": one.error if math.isfinite(one.error) else None, "held": one.held}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit status."""
    say_plainly()
    parser = argparse.ArgumentParser(
        prog="python -m reference.verify", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("unit", nargs="*", help="units (default: all)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where torch computes")
    parser.add_argument("--json", action="store_true", help="print a JSON list instead of the table")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write the list, devices and versions as JSON"
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.unit) - set(units.names()))
    problem = unusable(options.device)
    if unknown:
        problem = f"there is no unit {unknown[0]!r}; the units are: {', '.join(units.names())}"
    if problem:
        print(problem, file=sys.stderr)
        return 2
    try:
        rows = all_rows(options.unit)
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 2
    with exact() as differing:
        found = measure(rows, options.device)
    entries, computed = [_entry(one) for one in found], described(options.device)
    if options.json:
        print(json.dumps(entries, indent=1))
    else:
        print(", ".join(f"{what} {version}" for what, version in computed.items()))
        print(table(found))
        if differing:
            print("torch has no deterministic algorithm for:", ", ".join(differing))
    if options.record:
        record = {"computed": computed, "not_deterministic": differing, "found": entries}
        options.record.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0 if all(one.held for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
