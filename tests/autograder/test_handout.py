"""The handout is one zip with notebooks, wheel and a README that starts JupyterLab; always the same bytes."""

import json
import zipfile

import pytest

from autograder.course import REPOSITORY
from autograder.errors import CourseError
from autograder.units import handout as handing_out
from autograder.units.build import build
from autograder.units.handout import handout
from tests.autograder.toy_unit import course_of, load


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = course_of(tmp_path_factory.mktemp("course"))
    build(course, load=load)
    return course


@pytest.fixture(scope="module")
def written(course):
    return handout(course, load=load)


def read(written, name):
    with zipfile.ZipFile(written.path) as archive:
        return archive.read(f"stagewise/{name}").decode()


def test_the_zip_holds_notebooks_a_wheel_and_a_readme_and_nothing_else(course, written):
    names = set(written.files)
    wheels = {name for name in names if name.endswith(".whl")}
    assert len(wheels) == 1
    assert names - wheels == {"stagewise/README.txt", "stagewise/toy/toy.ipynb"}
    assert written.path == course.root / "stagewise-handout.zip"
    assert zipfile.ZipFile(written.path).testzip() is None


def test_the_notebook_is_the_released_one(course, written):
    assert read(written, "toy/toy.ipynb") == course.student("toy").read_text()
    assert "secret" not in json.dumps(json.loads(read(written, "toy/toy.ipynb")))


def test_the_readme_has_two_lines_for_each_system_and_names_the_wheel(written):
    readme = read(written, "README.txt")
    wheel = next(name.split("/")[1] for name in written.files if name.endswith(".whl"))
    lines = [line.strip() for line in readme.splitlines() if line.startswith("    ")]
    assert lines == [
        f'python3 -m venv .venv && .venv/bin/python -m pip install "./{wheel}[lab]"',
        ".venv/bin/python -m jupyter lab",
        f'py -m pip install "./{wheel}[lab]"',
        "py -m jupyter lab",
        "toy/toy.ipynb",
    ]


def test_the_same_course_gives_the_same_bytes(course, written, tmp_path):
    again = handout(course, ["toy"], to=tmp_path / "again.zip", load=load)
    assert again.path.read_bytes() == written.path.read_bytes()


def test_a_directory_gets_the_usual_name(course, tmp_path):
    assert handout(course, to=tmp_path, load=load).path == tmp_path / "stagewise-handout.zip"


def test_units_that_use_torch_ask_for_its_build_without_gigabytes():
    """After the two lines that start all other units, and only then."""
    files = handing_out._files({"dropout": "", "transfer": ""}, ["transfer"], "stagewise.whl", b"", {})
    readme = files["stagewise/README.txt"].decode()
    start, _, more = readme.partition("PyTorch is needed for transfer alone.")
    assert '"./stagewise.whl[lab]"' in start
    assert "torch" not in start
    torch = "python -m pip install torch --index-url https://download.pytorch.org/whl/cpu\n"
    assert more.index(torch) < more.index('python -m pip install "./stagewise.whl[transfer]"')
    without = handing_out._files({"dropout": ""}, [], "stagewise.whl", b"", {})["stagewise/README.txt"]
    assert b"torch" not in without


def test_the_guide_for_students_has_the_lines_of_the_readme(written):
    guide = (REPOSITORY / "docs" / "students.md").read_text()
    for line in read(written, "README.txt").splitlines():
        if ".venv/bin/python" in line:
            assert line.strip() in guide


def test_the_readme_says_how_large_and_how_long(written):
    readme = read(written, "README.txt")
    assert "0.4 GB" in readme
    assert "minutes" in readme


def test_a_wheel_that_cannot_be_built_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(handing_out, "_BUILD_WHEEL", "raise ImportError('no hatchling')")
    with pytest.raises(CourseError, match=r"no hatchling.*\n.*pip install -e"):
        handing_out.build_wheel(tmp_path)
