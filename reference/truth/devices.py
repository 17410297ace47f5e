"""Where torch computes: float32 in full and the same on every run, and the names of all that computes."""

from __future__ import annotations

import os
import platform
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

_NAMED = re.compile(r"(\S+) does not have a deterministic implementation")
_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


def unusable(device: str) -> str:
    """Why nothing can be measured on the device, '' if it can."""
    try:
        import torch
    except ModuleNotFoundError:
        return "torch is not installed; install it (pip install torch) to verify the reference"
    if device == "cuda" and not torch.cuda.is_available():
        return "no CUDA device is available to torch here; run with --device cpu"
    return ""


def described(device: str) -> dict[str, str]:
    """The machine's processors and the versions of what computes, by what they are."""
    import torch

    found = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cpu": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
    }
    if device == "cuda":
        cudnn: Any = torch.backends.cudnn  # its functions have no types
        libraries = {"cuda": str(torch.version.cuda), "cudnn": str(cudnn.version())}
        found |= {"gpu": torch.cuda.get_device_name(), **libraries}
    return found


@contextmanager
def exact() -> Iterator[list[str]]:
    """No TF32 in convolutions and products, deterministic algorithms, one thread; all put back afterwards.

    Yields a list that has, on leaving, the names of the operations for which torch has no such algorithm.
    """
    import torch

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    wanted = [(cudnn, "allow_tf32", False), (matmul, "allow_tf32", False)]
    wanted += [(cudnn, "benchmark", False), (cudnn, "deterministic", True)]
    found = [(where, name, getattr(where, name)) for where, name, _ in wanted]
    asked, threads = torch.get_deterministic_debug_mode(), torch.get_num_threads()
    workspace, names = os.environ.get(_WORKSPACE), list[str]()
    try:
        for where, name, value in wanted:
            setattr(where, name, value)
        torch.set_deterministic_debug_mode("warn")  # an operation without such an algorithm is still measured
        torch.set_num_threads(1)
        os.environ[_WORKSPACE] = ":4096:8"  # without it cuBLAS may add in another order on each run
        with warnings.catch_warnings(record=True) as heard:
            warnings.filterwarnings("always", _NAMED.pattern)
            yield names
    finally:
        for where, name, value in found:
            setattr(where, name, value)
        torch.set_deterministic_debug_mode(asked)
        torch.set_num_threads(threads)
        del os.environ[_WORKSPACE]
        os.environ |= {} if workspace is None else {_WORKSPACE: workspace}
    for one in heard:
        match = _NAMED.match(str(one.message))
        if match is None:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        elif match[1] not in names:
            names.append(match[1])
