"""The image, the compose file and the workflows do what the guides say, as far as no engine is needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder.config import CONFIG_TEXT
from autograder.course import Course
from autograder.database import opened, reading
from autograder.isolation.confinement.packages import closure
from tests.autograder import containerfile, machines, postgres

CLONE = containerfile.CLONE
SCHEMAS = {
    "compose-spec": [CLONE / "compose.yaml"],
    "github-workflows": sorted((CLONE / ".github/workflows").glob("*")),
}
EVERYTHING = {"nbgrader", "jupyterlab", "torch", "psycopg", "distributed"}


@pytest.fixture(scope="module")
def image():
    with containerfile.built() as made:
        yield made


def linter(name):
    """The path of a linter of the environment's."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return found or pytest.skip(f"no {name} here: pip install -e '.[dev]'")


def test_the_containerfile_satisfies_its_linter(tmp_path):
    hadolint = linter("hadolint")
    file = CLONE / "Containerfile"
    subprocess.run([hadolint, file], cwd=tmp_path, check=True)
    worse = tmp_path / "Containerfile"
    worse.write_text(re.sub("^# hadolint.*\n", "", file.read_text(), flags=re.MULTILINE))
    assert subprocess.run([hadolint, worse], stdout=subprocess.PIPE).returncode == 1


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_for_compose_and_for_ci_have_the_form_of_their_kind(schema):
    check = linter("check-jsonschema")
    subprocess.run([check, "--builtin-schema", f"vendor.{schema}", *SCHEMAS[schema]], check=True)


def test_nothing_that_git_ignores_gets_into_the_image():
    """Students' work, gradebooks and passwords among it."""
    lines = (CLONE / ".gitignore").read_text().split()
    wanted = {line.strip("/") if line.startswith("/") else f"**/{line.strip('/')}" for line in lines}
    assert wanted | {".git"} <= set(containerfile.ignored())
    assert containerfile.stays_out("stagewise/checks/__pycache__/session.pyc")
    assert containerfile.stays_out("submitted/ada/batchnorm/batchnorm.ipynb")
    assert not containerfile.stays_out("autograder/reports/feedback.py")


def test_the_image_is_everything_and_runs_as_nobody_special(image):
    (pip,) = (said for word, said in containerfile.instructions() if word == "RUN" and "pip install" in said)
    extras = re.search(r"\[[a-z,]+\]", pip).group()
    assert closure([f"stagewise{extras}"]) >= EVERYTHING
    assert "--constraint constraints.txt" in pip
    (root_only,) = image.left_out
    assert " bubblewrap " in root_only
    assert f"useradd --uid {image.user} " in root_only
    assert f"--owner={image.user} " in root_only
    assert int(image.user) > 0


def test_what_lies_in_the_image_can_be_read_by_every_user(image):
    for path in image.root.glob("opt/stagewise/**/*"):
        wanted = 0o5 if path.is_dir() else 0o4
        assert path.stat().st_mode & wanted == wanted, path


def test_the_image_tells_the_best_level_that_it_is_given(image):
    assert "can grade at the level of isolation" in image.run(*image.command)


@machines.needs_landlock
def test_ci_grades_a_students_notebook_as_the_workflow_says(image, monkeypatch):
    """Its step is run with the image's Python, where a filter refuses namespaces as an engine's does."""
    text = (CLONE / ".github" / "workflows" / "grade.yml").read_text(encoding="utf-8")
    step = next(
        step for step in yaml.safe_load(text)["jobs"]["grade"]["steps"] if step.get("name") == "Grade"
    )
    given = {"inputs.unit": "optimizers", "inputs.notebook": "my work.ipynb", "secrets.seed": "7"}
    said = {name: given[text.strip("${} ")] for name, text in step["env"].items()}
    runner = image.root / "runner"
    for folder in ("stagewise", "handed-in"):
        (runner / folder).mkdir(parents=True)
    shutil.copy(CLONE / "assignments/optimizers/optimizers.ipynb", runner / "handed-in" / "my work.ipynb")
    (runner / "stagewise" / ".venv").symlink_to(image.root / "opt" / "venv")
    image.give(runner)
    plain = image.machine
    monkeypatch.setattr(image, "machine", lambda *command: plain(*machines.without_namespaces(*command)))
    monkeypatch.setattr(image, "folder", runner / step["working-directory"])

    shown = image.run("bash", "-ec", step["run"], GITHUB_STEP_SUMMARY=str(runner / "summary"), **said)

    assert "drawn from seed 7" in shown
    assert "1 graded" in shown
    summary = (runner / "summary").read_text()
    assert "The level of isolation is `landlock`" in summary
    assert "unfinished" in summary
    assert list((runner / "stagewise/course/feedback").rglob("*.html"))


def test_the_grader_of_the_compose_file_finds_its_gradebook(server, tmp_path, monkeypatch):
    """By the setting that the file names, on a server of our own."""
    text = (CLONE / "compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    here, there = services["grader"]["environment"], services["gradebook"]["environment"]
    assert (here["PGUSER"], here["PGPASSWORD"]) == (there["POSTGRES_USER"], there["POSTGRES_PASSWORD"])
    assert here["PGHOST"] in services
    course = Course(tmp_path)
    setting = re.search(r"c\.CourseDirectory\.db_url = .*", text).group()
    course.config_file.write_text(f"{CONFIG_TEXT}\nc = get_config()  # noqa: F821\n{setting}\n")
    server.ask(f"create database {there['POSTGRES_DB']}")
    for name, value in {**here, "PGHOST": str(server.folder), "PGPASSWORD": postgres.PASSWORD}.items():
        monkeypatch.setenv(name, value)
    engine = opened(course.db_url)
    with reading(engine) as db:
        told = db.exec_driver_sql("select current_user, current_database()").one()
    engine.dispose()
    assert tuple(told) == (there["POSTGRES_USER"], there["POSTGRES_DB"])
