"""Processors other than this one, by variables that libraries of numbers read when they are loaded.

They are older ones, so their instructions are legal here.

    python -m tests.processors.other nehalem|haswell COMMAND...
"""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import threadpoolctl
from numpy._core import _multiarray_umath as compiled  # which instructions there are is told nowhere else

from autograder.isolation.confinement.bubblewrap import PROCESSOR

X86 = platform.machine() in ("x86_64", "AMD64")


@dataclass(frozen=True, eq=False)
class Processor:
    """What to call it, what PyTorch and OpenBLAS call it, and the variables that make them believe it."""

    name: str
    capability: str
    core: str
    variables: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """This environment, but for the processor."""
        ours = {name: value for name, value in os.environ.items() if name not in PROCESSOR}
        return {**ours, **self.variables}


def numpys(*left: str) -> str:
    """What NumPy finds here beyond its least, but for what begins with one of `left`, to be disabled; what is
    disabled already, where this process is another processor itself, was found as well.
    """
    disabled = os.environ.get("NPY_DISABLE_CPU_FEATURES", "").split()
    there = [
        name for name in compiled.__cpu_dispatch__ if compiled.__cpu_features__[name] or name in disabled
    ]
    return " ".join(name for name in there if not left or name.startswith(left))


def threads(count: int) -> dict[str, str]:
    """So many for each library."""
    return dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(count))


THIS = Processor("this one", "", "", threads(1))
NEHALEM = Processor(
    "without AVX",
    "DEFAULT",
    "Nehalem",
    {
        "ATEN_CPU_CAPABILITY": "default",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX512F",
        "MKL_CBWR": "COMPATIBLE",
        "NPY_DISABLE_CPU_FEATURES": numpys(),
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
        **threads(2),
    },
)
HASWELL = Processor(
    "without AVX-512",
    "AVX2",
    "Haswell",
    {
        "ATEN_CPU_CAPABILITY": "avx2",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F",
        "MKL_CBWR": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": numpys("AVX512", "X86_V4"),
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        **threads(2),
    },
)
OTHERS = (NEHALEM, HASWELL)


def why_not(processor: Processor) -> str:
    """Why this machine cannot pass for that processor, "" when it can."""
    if not X86:
        return f"this machine is no x86 but {platform.machine()}"
    if processor is NEHALEM:
        return ""
    features = compiled.__cpu_features__
    if not (features["AVX2"] and features["FMA3"]):
        return "this processor has no AVX2"
    same = not processor.variables["NPY_DISABLE_CPU_FEATURES"] and _openblas() == processor.core
    return "this processor has no AVX-512 either: all libraries compute alike" if same else ""


def _openblas() -> str:
    """What NumPy's OpenBLAS takes this processor for."""
    pools = threadpoolctl.threadpool_info()
    return next((str(one["architecture"]) for one in pools if one["internal_api"] == "openblas"), "")


def main(arguments: list[str]) -> None:
    """Become the command, as the processor of that name."""
    known = {one.core.lower(): one for one in OTHERS}
    if len(arguments) < 2 or arguments[0] not in known:
        sys.exit(f"usage: python -m tests.processors.other {{{','.join(known)}}} COMMAND...")
    processor, command = known[arguments[0]], arguments[1:]
    if reason := why_not(processor):
        sys.exit(reason)
    os.execvpe(command[0], command, processor.environment())


if __name__ == "__main__":
    main(sys.argv[1:])
