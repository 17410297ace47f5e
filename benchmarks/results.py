"""The numbers as JSON, with the conditions under which they were taken."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.unit import Measured

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Conditions:
    """When, how and on what something was measured; the load is that before it began."""

    when: str
    command: str
    load_before: float
    cores: int
    machine: str
    python: str

    @classmethod
    def now(cls, arguments: Sequence[str]) -> Conditions:
        """The conditions of this moment."""
        return cls(
            when=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            command=" ".join(["python -m benchmarks", *arguments]),
            load_before=os.getloadavg()[0],
            cores=len(os.sched_getaffinity(0)),
            machine=platform.machine(),
            python=platform.python_version(),
        )

    def keep(self, name: str, told: Mapping[str, Any]) -> Path:
        """Write results/<name>.json."""
        path = RESULTS / f"{name}.json"
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(self) | dict(told), indent=1, sort_keys=True) + "\n")
        return path

    def keep_unit(self, measured: Measured) -> Path:
        """Write the numbers of a unit, without everybody's points."""
        told = asdict(measured)
        for one, run in zip(told["runs"], measured.runs, strict=True):
            one |= {"rate_with_start_up": run.rate, "rate_steady": one.pop("steady")}
            del one["points"]
        cost = measured.overhead
        for way in ("isolated", "bare"):
            del told["overhead"][way]["points"]
        told["overhead"] |= {"cpu_ratio": cost.cpu_ratio, "wall_ratio": cost.wall_ratio}
        starts = told["candidate_start_ms"]
        told["candidate_start_ms"] = {"median": statistics.median(starts), "worst": max(starts)}
        return self.keep(measured.unit, told)
