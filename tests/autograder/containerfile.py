"""The steps of the Containerfile, carried out in a fresh folder by a user without rights.

The folder stands for `/`: paths below /opt and /course are moved there. pip finds no index and installs the
course alone; the other packages are those of this environment. What only a package manager and root can do
(RUN apt-get …) is left out.
"""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sysconfig
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.isolation.confinement.bubblewrap import executable
from tests.autograder import machines

CLONE = machines.CLONE
_USER = 65533
_OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}


def instructions():
    """Pairs of a word and the text behind it, as the file has them."""
    text = (CLONE / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line]


def ignored():
    """The patterns of what stays out of the image."""
    lines = (CLONE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def stays_out(name):
    """Whether a path, relative to the clone, or a folder above it matches a pattern."""
    parts = Path(name).parts
    for pattern in ignored():
        deep = pattern.startswith("**/")
        tried = parts if deep else parts[:1]
        if any(fnmatch.fnmatchcase(part, pattern.removeprefix("**/")) for part in tried):
            return True
    return False


@dataclass
class Image:
    """What the steps have made below `root`; `env` and `folder` are those of the next one."""

    root: Path
    machine: object
    env: dict = field(default_factory=dict)
    folder: Path = Path("/")
    command: list = field(default_factory=list)
    user: str = ""
    left_out: list = field(default_factory=list)

    @property
    def packages(self):
        """Links to this environment's packages, but for the course."""
        return self.root / "packages"

    def moved(self, text):
        """The text with its paths below `root`."""
        return re.sub(r"(?<![\w./])/(opt|course)\b", rf"{self.root}/\1", text)

    def build(self):
        """Carry out every step."""
        for word, said in instructions():
            getattr(self, f"do_{word.lower()}")(self.moved(said))

    def do_from(self, _base):
        """Python comes from below this environment; the clone is on nobody's path."""
        found = [str(Path(executable()).parent), os.environ["PATH"], sysconfig.get_path("scripts")]
        self.env = {"PATH": os.pathsep.join(found), "HOME": str(self.root), **_OFFLINE}
        self.env["JUPYTER_PATH"] = f"{sysconfig.get_path('data')}/share/jupyter"
        (self.root / "opt").mkdir()
        self.packages.mkdir()
        for place in Path(sysconfig.get_path("purelib")).iterdir():
            if "stagewise" not in place.name:
                (self.packages / place.name).symlink_to(place)
        self.give(self.root)

    def do_workdir(self, place):
        self.folder = Path(place)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.give(self.folder)

    def do_copy(self, said):
        """As an engine does, from a clone whose files are its owner's alone."""
        *names, where = said.split()
        for name in names:
            source, goal = CLONE / name, self.folder / where
            if source.is_dir():
                shutil.copytree(source, goal, ignore=_left_out, dirs_exist_ok=True)
            else:
                goal.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, goal)
        for path in self.folder.rglob("*"):
            path.chmod(path.stat().st_mode & 0o700)
        self.give(self.folder)

    def do_run(self, script):
        if "apt-get" in script:
            self.left_out.append(script)
            return
        self.run("sh", "-ec", script)
        for site in self.root.glob("opt/venv/lib/python*/site-packages"):
            (site / "_packages.pth").write_text(str(self.packages))

    def do_env(self, said):
        name, _, value = said.partition("=")
        self.env[name] = value.strip('"').replace("$PATH", self.env["PATH"])

    def do_user(self, who):
        self.user = who

    def do_cmd(self, said):
        self.command = json.loads(said)

    def give(self, place):
        """Let the user without rights own what the engine has made."""
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{_USER}:{_USER}", str(place)], check=True)

    def run(self, *command, **more):
        """What a command says; it must succeed."""
        env = {**self.env, **more}
        done = subprocess.run(
            self.machine(*command), cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _left_out(folder, names):
    return {name for name in names if stays_out(Path(folder, name).relative_to(CLONE))}


@contextmanager
def built():
    """The image, without write permission for what a container's user may not change."""
    # Not in a folder of pytest's: nobody else may enter them.
    with TemporaryDirectory(prefix="image-") as name:
        os.chmod(name, 0o755)
        image = Image(Path(name), machines.as_plain_user if os.geteuid() == 0 else machines.usual)
        image.build()
        subprocess.run(["chmod", "-R", "a-w", f"{name}/opt"], check=True)
        try:
            yield image
        finally:
            subprocess.run(["chmod", "-R", "u+w", f"{name}/opt"], check=True)
