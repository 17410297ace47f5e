"""Starts candidates: a template inside bubblewrap that has imported everything, from which each one is
forked.
"""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgpack

from autograder.errors import SandboxError
from autograder.limits import MIB, Limits
from autograder.link import Candidate, CandidateGone
from autograder.packages import visible

SANDBOX, PROCESS = "sandbox", "process"
_SITE = "/opt/site-packages"
_WARM = ("numpy", "matplotlib.pyplot", "sklearn.datasets", "ipywidgets", "stagewise")
_START_SECONDS = 120.0
_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
_REMEDY = (
    "install bubblewrap and allow unprivileged user namespaces; `python -m autograder doctor` says which of them "
    "is missing. Or grade without a sandbox, which marks the results: --isolation process"
)


def environment(home: str) -> dict[str, str]:
    """Return all the environment variables that a candidate has."""
    return {
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


def bubblewrap(entries: Mapping[str, Path], hidden: Iterable[Path], root: bool) -> list[str]:
    """Return the command line up to the program: a file system of Python, its libraries and `entries` alone.

    Places in `hidden` (the course, the clone) are covered should they lie inside one of those. `root`: the
    real root starts it, whose forks become nobody themselves.
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
        command += ["--unshare-user"]
    kept = ["CAP_SYS_ADMIN", *(["CAP_SETUID", "CAP_SETGID", "CAP_KILL"] if root else [])]
    command += ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", name))]
    command += ["--die-with-parent", "--new-session", "--hostname", "notebook", "--clearenv"]
    for name, value in environment("/tmp").items():
        command += ["--setenv", name, value]
    shown = [Path(place) for place in _SYSTEM if os.path.lexists(place)] + _interpreter()
    for directory in _parents([*shown, Path(_SITE, "any"), Path("/dev/any")]):
        command += ["--perms", "0755", "--dir", str(directory)]
    for place in shown:
        command += _show(place)
    for covered in [*_site_directories(), *hidden]:
        if any(covered.is_relative_to(place) for place in shown) and covered.is_dir():
            command += ["--tmpfs", str(covered)]
    for name, place in entries.items():
        command += ["--ro-bind", str(place.resolve()), f"{_SITE}/{name}"]
    for device in ("null", "zero", "full", "random", "urandom"):
        command += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for empty in ("/dev/shm", "/tmp"):
        command += ["--size", str(64 * MIB), "--tmpfs", empty]
    command += ["--proc", "/proc"]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp"]


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
    parts = [base / "lib", base / "lib64", Path(_executable())]
    standard = Path(sysconfig.get_path("stdlib"))
    places = [*parts, standard, *(part.resolve() for part in (*parts, standard))]
    kept: list[Path] = []
    for place in sorted(set(places), key=lambda place: len(place.parts)):
        inside = any(place.is_relative_to(other) for other in (*kept, *map(Path, _SYSTEM)))
        if place.exists() and not place.is_symlink() and not inside:
            kept.append(place)
    return kept


def _executable() -> str:
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def _site_directories() -> list[Path]:
    """Return where the Python installation itself keeps packages: they are not part of the course's
    requirements.
    """
    found: list[Path] = []
    for lib in (Path(sys.base_prefix) / "lib", Path("/usr/lib")):
        found += [*lib.glob("python3*/site-packages"), *lib.glob("python3*/dist-packages")]
    return found


class CandidateTemplate:
    """A process that has imported everything and forks candidates; close it when done (a context manager
    does).

    Start it from a thread that lives as long as it: the kernel ends it with that thread.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        control: socket.socket,
        errors: IO[bytes],
        isolation: str,
        directory: tempfile.TemporaryDirectory[str] | None,
    ) -> None:
        self.isolation = isolation
        self._process = process
        self._control = control
        self._errors = errors
        self._directory = directory

    @classmethod
    def start(
        cls, extras: Sequence[str] = (), *, isolation: str = SANDBOX, hidden: Sequence[Path] = ()
    ) -> Self:
        """Start a template and try it; `extras` of the course say which packages there are, `hidden` what to
        cover.

        SandboxError if this machine cannot isolate a candidate.
        """
        entries = visible(tuple(extras))
        directory = None
        if isolation == SANDBOX:
            if shutil.which("bwrap") is None:
                raise SandboxError("bubblewrap (bwrap) is not installed", _REMEDY)
            clone = Path(__file__).resolve().parent.parent
            root = os.geteuid() == 0
            command = bubblewrap(entries, [clone, *(place.resolve() for place in hidden)], root)
            site, home = _SITE, None
        else:
            directory = tempfile.TemporaryDirectory(prefix="stagewise-")
            command, site, home = [], _linked(entries, Path(directory.name)), directory.name
        template = cls._launch(
            command, site, home, (*_WARM, *(("torch",) if "transfer" in extras else ())), isolation, directory
        )
        template._try()
        return template

    @classmethod
    def _launch(
        cls,
        command: list[str],
        site: str,
        home: str | None,
        warm: tuple[str, ...],
        isolation: str,
        directory: tempfile.TemporaryDirectory[str] | None,
    ) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the template
        program = (
            f"import sys; sys.path.insert(0, {site!r}); from candidate.serve import main; "
            f"main({theirs.fileno()}, {isolation == SANDBOX}, {warm!r})"
        )
        with theirs:
            process = subprocess.Popen(
                [*command, _executable(), "-s", "-S", "-P", "-B", "-c", program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                env=None if home is None else environment(home),
            )
        return cls(process, ours, errors, isolation, directory)

    def new_candidate(self, limits: Limits | None = None) -> Candidate:
        """Fork a fresh candidate; it costs a few milliseconds."""
        limits = limits or Limits()
        fields = asdict(limits)
        if self.isolation == PROCESS:
            fields["threads"] = 0
        conversation, theirs = socket.socketpair()
        obituary, keepers = socket.socketpair()
        with theirs, keepers:
            try:
                socket.send_fds(self._control, [msgpack.packb(fields)], [theirs.fileno(), keepers.fileno()])
            except OSError:
                conversation.close()
                obituary.close()
                raise SandboxError(f"The candidates' template has ended: {self._said()}", _REMEDY) from None
        return Candidate(conversation, obituary, limits, self.isolation)

    def close(self) -> None:
        """End the template and every candidate that was forked from it."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()
        if self._directory is not None:
            self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _try(self) -> None:
        """Wait until the template is ready and see that a candidate answers."""
        self._control.settimeout(_START_SECONDS)
        try:
            if not self._control.recv(16):
                raise SandboxError(f"The candidates' template did not start: {self._said()}", _REMEDY)
            with self.new_candidate() as candidate:
                candidate.run_cell("None")
        except (CandidateGone, TimeoutError, SandboxError) as error:
            said = self._said()
            self.close()
            if isinstance(error, SandboxError):
                raise
            raise SandboxError(f"A candidate could not be started: {said or error}", _REMEDY) from None

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _linked(entries: Mapping[str, Path], directory: Path) -> str:
    """Make a site-packages directory of links, so that without a sandbox too the same packages are found."""
    site = directory / "site-packages"
    site.mkdir()
    for name, place in entries.items():
        (site / name).symlink_to(place.resolve())
    return str(site)
