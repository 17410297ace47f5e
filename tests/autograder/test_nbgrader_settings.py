"""Whatever a course's settings say or lack, nbgrader isolates a student's code, or refuses before it runs."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder import cli
from autograder.config import AUTOGRADE_PREPROCESSORS, CONFIG_TEXT, isolate, loaded
from autograder.course import Course
from autograder.doctor import examine_machine
from autograder.errors import CourseError
from autograder.nbgrader_settings import ENVIRONMENT, UNISOLATED, gaps
from autograder.units import build
from autograder.units.prepare import prepare
from tests.autograder.graded_toy import cell

ISOLATED, NBCONVERTS = AUTOGRADE_PREPROCESSORS[0], "nbconvert.preprocessors.ExecutePreprocessor"
SNIPPET = 'c = get_config()\nc.CourseDirectory.course_id = "networks"\n'
STOCK_STEPS = """
c = get_config()
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.SaveAutoGrades",
]
"""
ALL_STOCK = STOCK_STEPS + 'c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"\n'
APPENDED = "c = get_config()\nc.Autograde.autograde_preprocessors.append('nbgrader.preprocessors.Execute')\n"
ON_THE_COMMAND_LINE = "--Autograde.autograde_preprocessors=nbgrader.preprocessors.Execute"
API = """
import sys
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
print(NbGraderAPI(CourseDirectory(root=sys.argv[1])).autograde("batchnorm", "ada"))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A course whose only student leaves a mark on the machine that runs her code outside a sandbox."""
    course = Course(tmp_path_factory.mktemp("built"))
    prepare(course, ["batchnorm"])
    notebook = json.loads(course.student("batchnorm").read_text())
    step = "def batchnorm_step1(x):\n    return x.mean(axis=0)\n"
    cell(notebook, "batchnorm_step1")["source"] = step
    path = course.submitted / "ada" / "batchnorm" / "batchnorm.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
    return course


@pytest.fixture
def course(built, tmp_path):
    made = Course(tmp_path / "course")
    shutil.copytree(built.root, made.root)
    path = made.submitted / "ada" / "batchnorm" / "batchnorm.ipynb"
    notebook = json.loads(path.read_text())
    mark = {"cell_type": "code", "source": f"open({str(mark_of(made))!r}, 'w').close()"}
    notebook["cells"].insert(0, mark | {"id": "mark", "metadata": {}, "outputs": [], "execution_count": None})
    path.write_text(json.dumps(notebook))
    return made


def mark_of(course):
    return course.root / "mark-of-a-student"


def run(course, *command, home=None, folder=None, **environment):
    """A program in the course's directory, without settings of the user, and all that it said."""
    programs = f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder or course.root,
        env={"PATH": programs, "HOME": str(home or course.root), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def autograde(course, *options, **more):
    return run(course, "-m", "nbgrader", "autograde", "batchnorm", *options, **more)


def isolations(course):
    """How each check of the graded notebook was isolated."""
    graded = json.loads((course.autograded / "ada" / "batchnorm" / "batchnorm.ipynb").read_text())
    outputs = [output for one in graded["cells"] for output in one.get("outputs", ())]
    reports = [one["metadata"].get("stagewise") for one in outputs if "metadata" in one]
    return {report["isolation"] for report in reports if report}


def is_isolated(course, done):
    assert done.returncode == 0, done.stdout
    assert isolations(course) == {"sandbox"}
    assert not mark_of(course).exists()


def is_refused(course, done):
    assert "Remedy: " in done.stdout
    assert "without a sandbox" in done.stdout or "is to be run in isolation" in done.stdout
    assert UNISOLATED in done.stdout
    assert not mark_of(course).exists()
    assert not (course.autograded / "ada" / "batchnorm").exists()


def test_a_course_whose_file_lacks_our_lines_is_isolated(course):
    course.config_file.write_text(SNIPPET)
    is_isolated(course, autograde(course))


def test_a_course_without_a_file_is_isolated_from_another_directory_too(course, tmp_path):
    course.config_file.unlink()
    is_isolated(course, autograde(course, f"--course-dir={course.root}", folder=tmp_path))


@pytest.mark.parametrize("text", [STOCK_STEPS, ALL_STOCK])
def test_a_course_that_names_other_executors_is_refused(course, text):
    course.config_file.write_text(CONFIG_TEXT + text)
    done = autograde(course)
    assert done.returncode != 0
    is_refused(course, done)


def test_the_command_line_is_refused(course):
    is_refused(course, autograde(course, ON_THE_COMMAND_LINE))


def test_settings_of_a_user_are_refused(course, tmp_path):
    course.config_file.unlink()
    (tmp_path / "nbgrader_config.py").write_text(ALL_STOCK)
    is_refused(course, autograde(course, JUPYTER_CONFIG_PATH=str(tmp_path)))


@pytest.mark.parametrize(
    ("sanitizing", "settings"),
    [
        (True, {"Autograde": {"sanitize_preprocessors": ["nbgrader.preprocessors.Execute"]}}),
        (False, {"Autograde": {"autograde_preprocessors": [ISOLATED, NBCONVERTS]}}),
        (False, {"Autograde": {"autograde_preprocessors": ["nbgrader.preprocessors.LimitOutput"]}}),
        (False, {"Isolated": {"enabled": False}}),
    ],
)
def test_a_step_that_executes_anywhere_or_none_that_isolates_is_refused(
    sanitizing, settings, tmp_path, monkeypatch
):
    """Before the notebook is read: there is none here."""
    config = isolate(Config())
    config.merge(Config(settings))
    converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
    converter.exporter = converter.exporter_class(parent=converter, config=config)
    converter._sanitizing = sanitizing
    converter._init_preprocessors()
    asked = str(tmp_path / "none.ipynb"), {"nbgrader": {"notebook": "none", "assignment": "batchnorm"}}
    with pytest.raises(CourseError, match="is to be run in isolation"):
        converter.exporter.from_filename(*asked)
    monkeypatch.setenv(UNISOLATED, "1")
    with pytest.raises(FileNotFoundError):
        converter.exporter.from_filename(*asked)


def test_where_nbgrader_reads_no_settings_it_is_refused(course):
    course.config_file.unlink()
    is_refused(course, autograde(course, JUPYTER_NO_CONFIG="1"))


def test_a_program_that_calls_nbgrader_is_refused(course, tmp_path):
    """It loads no settings at all."""
    is_refused(course, run(course, "-c", API, str(course.root), folder=tmp_path))


def test_what_was_handed_in_is_not_validated_in_a_plain_kernel(course):
    handed_in = course.submitted / "ada" / "batchnorm" / "batchnorm.ipynb"
    is_refused(course, run(course, "-m", "nbgrader", "validate", str(handed_in)))


def test_who_asks_for_no_isolation_by_name_gets_it(course):
    course.config_file.write_text(CONFIG_TEXT + ALL_STOCK)
    path = course.submitted / "ada" / "batchnorm" / "batchnorm.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] = notebook["cells"][:1]  # her own cell; the rest takes long in a kernel
    path.write_text(json.dumps(notebook))
    autograde(course, **{UNISOLATED: "1"})
    assert mark_of(course).exists()


@pytest.mark.parametrize("text", ["", APPENDED, CONFIG_TEXT + STOCK_STEPS, CONFIG_TEXT + APPENDED])
def test_settings_that_do_not_isolate_are_told(tmp_path, text):
    course = Course(tmp_path)
    course.config_file.write_text(text)
    (gap,) = gaps(course)
    assert str(course.config_file) in gap.problem


def test_files_in_the_guide_isolate(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADEBOOK_PASSWORD", "secret")
    guide = (cli.REPOSITORY / "docs" / "instructors.md").read_text()
    files = [text for text in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "get_config" in text]
    assert len(files) == 2
    for text in files:
        (tmp_path / "nbgrader_config.py").write_text(text)
        assert gaps(Course(tmp_path)) == ()
        assert loaded(tmp_path / "nbgrader_config.py").CourseDirectory.course_id == "networks"


def test_settings_that_do_not_isolate_are_told_by_every_command(course, capsys):
    course.config_file.write_text(SNIPPET)
    (gap,) = gaps(course)
    assert "configure(get_config(), Path(__file__).parent)" in gap.remedy
    findings = [one for one in examine_machine(course) if one.what == "nbgrader's settings"]
    assert [(one.good, one.needed, one.found) for one in findings] == [(False, True, gap.problem)]
    assert cli.main(["scores", "batchnorm", "--course", str(course.root)]) == 0
    assert gap.problem in capsys.readouterr().err


def test_a_course_that_was_built_has_the_whole_file(toy_course, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: toy_course)
    monkeypatch.setattr(build, "build", lambda *asked: ())
    toy_course.config_file.unlink()
    (gap,) = gaps(toy_course)
    assert "run python -m autograder build" in gap.remedy
    assert cli.main(["build"]) == 0
    assert capsys.readouterr().err == ""
    assert toy_course.config_file.read_text() == CONFIG_TEXT


def test_an_environment_without_the_settings_is_told_with_the_remedy(tmp_path):
    course = Course(tmp_path / "course")
    assert gaps(course) == ()
    prefix = tmp_path / "environment"
    shutil.copytree(ENVIRONMENT, prefix)
    assert gaps(course, prefix) == ()
    (prefix / "etc" / "jupyter" / "nbgrader_config.py").write_text("")
    (prefix / "etc" / "ipython" / "ipython_kernel_config.py").unlink()
    (gap,) = gaps(course, prefix)
    assert "nbgrader_config.py" in gap.problem
    assert "ipython_kernel_config.py" in gap.problem
    assert "-m pip install -e" in gap.remedy


def test_the_repositorys_own_course_has_no_gap():
    assert gaps(Course(Path(cli.REPOSITORY))) == ()
    assert os.environ.get(UNISOLATED) is None
