"""What lets this machine isolate better: the commands, who may give them, and what they allow."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.confinement import _landlock, seccomp

PROFILE = Path(__file__).resolve().parents[2] / "setup" / "apparmor" / "bwrap"
RESTRICTED, CLONE, MOST = (
    "kernel.apparmor_restrict_unprivileged_userns",
    "kernel.unprivileged_userns_clone",
    "user.max_user_namespaces",
)
_REFUSING = {RESTRICTED: "1", CLONE: "0", MOST: "0"}
"""Settings of the kernel, with the value that keeps users from making namespaces."""
_STOCK_PROFILE = Path("/etc/apparmor.d/bwrap-userns-restrict")
_SIGNS = {"/.dockerenv": "Docker", "/run/.containerenv": "Podman"}


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides which levels there are: the kernel's `settings` that refuse; `container` is "Kubernetes",
    "Docker", "Podman" or "".
    """

    bubblewrap: bool = True
    landlock: bool = True
    settings: tuple[str, ...] = ()
    stock_profile: bool = False
    container: str = ""

    @classmethod
    def here(cls) -> Machine:
        """This one."""
        return cls(
            bubblewrap=shutil.which("bwrap") is not None,
            landlock=_landlock.version() >= _landlock.LEAST_ALONE and seccomp.known(),
            settings=tuple(name for name, value in _REFUSING.items() if _setting(name) == value),
            stock_profile=_STOCK_PROFILE.exists(),
            container=_container(),
        )


def remedy() -> str:
    """The ways up from here, and what there is besides."""
    machine = Machine.here()
    alone = () if machine.landlock else (_LANDLOCK,)
    return ".\n".join((*ways_up(machine), *alone, _BY_NAME))


def ways_up(machine: Machine) -> tuple[str, ...]:
    """What makes the level `sandbox` possible there: a text for each thing that stands in its way."""
    ways = [] if machine.bubblewrap else [_BUBBLEWRAP]
    if machine.container:
        ways.append(_CONTAINERS[machine.container])
    for name in machine.settings:
        ways.append(_apparmor(machine.stock_profile) if name == RESTRICTED else _setting_changed(name))
    return tuple(ways) or (_UNKNOWN,)


_BUBBLEWRAP = "An administrator installs bubblewrap: sudo apt-get install bubblewrap"
_LANDLOCK = (
    "An administrator starts Linux 6.2 or newer, on x86_64 or aarch64, with `landlock` among the names in "
    "/sys/kernel/security/lsm: then there are levels without namespaces"
)
_BY_NAME = (
    "Or, for code that you trust, grade without a sandbox, which marks the results: --isolation process"
)
_UNKNOWN = (
    "Something keeps bubblewrap or what runs in it from making namespaces: a filter of system calls around "
    "this process, a security module, or a limit. An administrator of whatever started it can say which"
)
_HOST = f"where the host is Ubuntu, its administrator also sets {RESTRICTED}=0 there"
_CONTAINERS = {
    "Docker": (
        "Whoever starts the container adds: --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined --security-opt systempaths=unconfined. This allows programs in "
        f"the container to make namespaces and to mount in them, and shows all of /proc; {_HOST}"
    ),
    "Podman": (
        "Whoever starts the container adds: --security-opt seccomp=unconfined --security-opt unmask=ALL "
        "--security-opt label=disable. This allows programs in the container to make namespaces and to mount "
        f"in them, and shows all of /proc; {_HOST}"
    ),
    "Kubernetes": (
        "An administrator of the cluster gives the pod `hostUsers: false`, and its container the "
        "securityContext {seccompProfile: {type: Unconfined}, appArmorProfile: {type: Unconfined}, "
        "procMount: Unmasked}. This allows programs in the pod, which has users of its own, to make "
        f"namespaces and to mount in them; {_HOST}"
    ),
}


def _apparmor(stock_profile: bool) -> str:
    """Ubuntu's setting, first for bubblewrap alone."""
    first = (
        f"sudo apparmor_parser --remove {_STOCK_PROFILE}\n"
        f"  sudo mv {_STOCK_PROFILE} /etc/apparmor.d/disable/\n  "
        if stock_profile
        else ""
    )
    return (
        f"An administrator gives bubblewrap a profile:\n  {first}"
        f"sudo install -m 644 {PROFILE} /etc/apparmor.d/bwrap\n"
        "  sudo apparmor_parser --replace /etc/apparmor.d/bwrap\n"
        f"The file says:\n{PROFILE.read_text().strip()}\n"
        "It allows that what anybody starts by /usr/bin/bwrap makes user namespaces, and no other program. "
        f"Coarser, this allows it to all programs: {_setting_changed(RESTRICTED)}"
    )


def _setting_changed(name: str) -> str:
    value = {RESTRICTED: 0, CLONE: 1, MOST: 10000}[name]
    return (
        f"An administrator lets users make namespaces: sudo sysctl -w {name}={value} (kept by the line "
        f"`{name} = {value}` in /etc/sysctl.d/60-namespaces.conf)"
    )


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name.replace(".", "/", 1)).read_text().strip()
    except OSError:
        return ""


def _container() -> str:
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "Kubernetes"
    return next((kind for sign, kind in _SIGNS.items() if Path(sign).exists()), "")
