"""Wheel and source distribution are the student's package alone; the wheel is light to install and works away
from the repository.
"""

import email
import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from autograder.course import REPOSITORY
from autograder.units.handout import build_wheel

LIGHT = {"numpy", "matplotlib", "ipywidgets", "ipython", "threadpoolctl"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def built(what, source, folder):
    """What hatchling builds from a source tree: "wheel", "sdist" or "editable"."""
    folder.mkdir()
    code = f"import sys, hatchling.build as made; made.build_{what}(sys.argv[1])"
    command = [sys.executable, "-c", code, str(folder)]
    subprocess.run(command, cwd=source, check=True, stdout=subprocess.DEVNULL)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The source distribution, unpacked."""
    place = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built("sdist", REPOSITORY, place / "made")) as archive:
        archive.extractall(place / "files", filter="data")
    (folder,) = (place / "files").iterdir()
    return folder


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_stagewise_alone(names):
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"stagewise"}
    assert not [name for name in names if "solution" in name or "reference" in name or "__pycache__" in name]


def test_the_source_distribution_holds_the_students_package_alone(unpacked):
    """No solution, no reference, no grader, no test: publishing it publishes no answer."""
    files = {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()}
    others = {str(path) for path in files if path.parts[0] != "stagewise"}
    assert others == {"PKG-INFO", "pyproject.toml", "README.md", "LICENSE", ".gitignore", "setup/editable.py"}
    assert not [path for path in files if "__pycache__" in path.parts]


def test_a_wheel_from_the_source_distribution_is_the_wheel(unpacked, wheel, tmp_path):
    assert built("wheel", unpacked, tmp_path / "made").read_bytes() == wheel.read_bytes()


def test_an_editable_install_alone_brings_the_graders_settings(names, tmp_path):
    settings = {"etc/jupyter/nbgrader_config.py", "etc/ipython/ipython_kernel_config.py"}
    with zipfile.ZipFile(built("editable", REPOSITORY, tmp_path / "made")) as archive:
        brought = {name.partition(".data/data/")[2] for name in archive.namelist() if ".data/" in name}
    assert brought == settings
    assert not [name for name in names if ".data/" in name]


def test_the_wheel_holds_everything_of_stagewise(names):
    files = [path for path in (REPOSITORY / "stagewise").rglob("*") if path.is_file()]
    kept = {str(path.relative_to(REPOSITORY)) for path in files if "__pycache__" not in path.parts}
    assert kept == {name for name in names if name.startswith("stagewise/")}


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 5_000_000


def test_the_wheel_is_light_to_install(wheel, names):
    metadata = next(name for name in names if name.endswith("METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        required = email.message_from_bytes(archive.read(metadata)).get_all("Requires-Dist")
    plain = {line.split(">")[0].strip() for line in required if "extra ==" not in line}
    assert plain == LIGHT


def test_the_same_tree_gives_the_same_wheel(wheel, tmp_path):
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()


def test_a_student_can_begin_and_check_with_the_wheel_alone(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys, stagewise\n"
        "stagewise.begin('batchnorm')\n"
        "def batchnorm_step1(x):\n"
        "    raise NotImplementedError()\n"
        "stagewise.check(batchnorm_step1)\n"
        "stagewise.progress()\n"
        "print(stagewise.__file__)\n"
        "print(sorted(name for name in sys.modules if name in ('torch', 'reference', 'autograder')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    *shown, where, modules = done.stdout.splitlines()
    assert where == str(tmp_path / "site" / "stagewise" / "__init__.py")
    assert modules == "[]"
    assert "batchnorm_step1" in "\n".join(shown)
