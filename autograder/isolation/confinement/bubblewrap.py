"""The bubblewrap command line: a file system of Python, its libraries, chosen packages, and nothing else."""

import os
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.isolation.limits import MIB

SITE = "/opt/site-packages"
NOBODY = "65534"
_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")


PROCESSOR = (
    "ATEN_CPU_CAPABILITY",
    "GLIBC_TUNABLES",
    "MKL_CBWR",
    "NPY_DISABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
)
"""By these variables libraries of numbers choose their way, and so how they round: inside as outside."""


def environment(home: str) -> dict[str, str]:
    """Return all the environment variables that a candidate has."""
    return {
        **{name: os.environ[name] for name in PROCESSOR if name in os.environ},
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PATH": "",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
    }


def command_line(
    entries: Mapping[str, Path], hidden: Iterable[Path], root: bool, nested: bool = True
) -> list[str]:
    """Return the command line up to the program: a file system of Python, its libraries and `entries` alone.

    Places in `hidden` (the course, the clone) are covered should they lie inside one of those. `root`: root
    starts it, and what runs inside becomes nobody itself. `nested`: that makes namespaces of its own.
    """
    command = [
        "bwrap",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-pid",
        "--unshare-cgroup-try",
    ]
    if not root:
        command += ["--unshare-user", *([] if nested else ["--uid", NOBODY, "--gid", NOBODY])]
    kept = ["CAP_SYS_ADMIN", "CAP_KILL", "CAP_SETFCAP"] if root and nested else ["CAP_SYS_ADMIN"] * nested
    kept += ["CAP_SETUID", "CAP_SETGID"] * root
    command += ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", name))]
    command += ["--die-with-parent", "--new-session", "--hostname", "notebook", "--clearenv"]
    for name, value in environment("/tmp").items():
        command += ["--setenv", name, value]
    places = shown()
    for directory in _parents([*places, Path(SITE, "any"), Path("/dev/any")]):
        command += ["--perms", "0755", "--dir", str(directory)]
    for place in places:
        command += _show(place)
    for covered in [*site_directories(), *hidden]:
        if any(covered.is_relative_to(place) for place in places) and covered.is_dir():
            command += ["--tmpfs", str(covered)]
    for name, place in entries.items():
        command += ["--ro-bind", str(place.resolve()), f"{SITE}/{name}"]
    for device in ("null", "zero", "full", "random", "urandom"):
        command += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for empty in ("/dev/shm", "/tmp"):
        command += ["--perms", "0777", "--size", str(64 * MIB), "--tmpfs", empty]
    command += ["--proc", "/proc"]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp"]


def shown() -> list[Path]:
    """Return the places of the system's libraries and of Python, without packages that were installed."""
    return [Path(place) for place in _SYSTEM if os.path.lexists(place)] + _interpreter()


def _parents(places: Iterable[Path]) -> list[Path]:
    """Return the directories on the way to `places`, outermost first: nobody must be able to walk through
    them.
    """
    above = {parent for place in places for parent in place.parents if parent != Path("/")}
    return sorted(above, key=lambda parent: len(parent.parts))


def _show(place: Path) -> list[str]:
    if place.is_symlink() and not place.is_relative_to("/usr"):
        return ["--symlink", os.readlink(place), str(place)]
    return ["--ro-bind", str(place), str(place)]


def _interpreter() -> list[Path]:
    """Return the places of the Python installation that this process runs on, not those of its virtual
    environment.
    """
    base = Path(sys.base_prefix)
    parts = [base / "lib", base / "lib64", Path(executable())]
    standard = Path(sysconfig.get_path("stdlib"))
    places = [*parts, standard, *(part.resolve() for part in (*parts, standard))]
    kept: list[Path] = []
    for place in sorted(set(places), key=lambda place: len(place.parts)):
        inside = any(place.is_relative_to(other) for other in (*kept, *map(Path, _SYSTEM)))
        if place.exists() and not place.is_symlink() and not inside:
            kept.append(place)
    return kept


def executable() -> str:
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def site_directories() -> list[Path]:
    """Return where the Python installation itself keeps packages: they are not part of the course's
    requirements.
    """
    found: list[Path] = []
    for lib in (Path(sys.base_prefix) / "lib", Path("/usr/lib")):
        found += [*lib.glob("python3*/site-packages"), *lib.glob("python3*/dist-packages")]
    return found
