"""The files that the guides show have the form of their kind, and do what is said of them."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from traitlets.config import Config

from autograder.course import Course
from autograder.isolation.remedies import Machine, ways_up
from tests.autograder.test_image import linter

ROOT = Path(__file__).parents[1]
SCHEMAS = {"compose": "compose-spec", ".github": "github-workflows", ".gitlab-ci": "gitlab-ci"}


def shown():
    """The files of both guides by the name in their first line."""
    text = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("jupyterhub.md", "ci.md"))
    fences = re.findall(r"```(?:yaml|python)\n# (\S+)\n(.*?)```", text, re.DOTALL)
    assert len(dict(fences)) == len(fences)
    return dict(fences)


FILES = shown()
KNOWN = [(name, kind) for name in FILES for start, kind in SCHEMAS.items() if name.startswith(start)]


@pytest.mark.parametrize(("name", "kind"), KNOWN)
def test_a_file_that_is_shown_has_the_form_of_its_kind(name, kind, tmp_path):
    file = tmp_path / "shown.yml"
    file.write_text(FILES[name])
    more = ["--data-transform", kind] if kind == "gitlab-ci" else []
    check = [linter("check-jsonschema"), "--builtin-schema", f"vendor.{kind}", *more]
    subprocess.run([*check, file], check=True)


def test_the_workflow_that_is_called_takes_what_it_is_given():
    called = yaml.safe_load((ROOT / ".github" / "workflows" / "grade.yml").read_text(encoding="utf-8"))
    (taken,) = (called[key]["workflow_call"] for key in called if key in ("on", True))
    job = yaml.safe_load(FILES[".github/workflows/batchnorm.yml"])["jobs"]["grade"]
    needed = {name for name, what in taken["inputs"].items() if what.get("required")}
    assert needed <= job["with"].keys() <= taken["inputs"].keys()
    assert job["secrets"].keys() <= taken["secrets"].keys()


def test_the_exchange_and_the_gradebook_are_where_the_configurations_say(tmp_path):
    course = Course(tmp_path)
    students = FILES["/etc/jupyter/nbgrader_config.py"]
    course.config_file.write_text(FILES["nbgrader_config.py"] + students.replace("c = get_config()\n", ""))
    config = course.config()
    storage = yaml.safe_load(FILES["values.yaml"])["singleuser"]["storage"]
    (mount,) = storage["extraVolumeMounts"]
    assert mount["name"] == storage["extraVolumes"][0]["name"]
    assert config.Exchange.root == mount["mountPath"]
    assert config.Exchange.root == job()["mounts"]["exchange"]
    assert config.CourseDirectory.root == str(tmp_path)
    assert course.db_url == "postgresql+psycopg:///course"


def job():
    pod = yaml.safe_load(FILES["grade.yaml"])["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    found = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    return {"pod": pod, "container": container, "mounts": found}


def test_the_grading_pod_is_what_doctor_asks_of_kubernetes():
    (asked,) = ways_up(Machine(container="Kubernetes"))
    wanted = yaml.safe_load(re.search(r"securityContext (\{.*?\}.*?\}.*?\})", asked).group(1))
    pod, container = job()["pod"], job()["container"]
    assert wanted.items() <= container["securityContext"].items()
    assert pod["hostUsers"] is False
    assert "hostUsers: false" in asked
    assert {volume["name"] for volume in pod["volumes"]} == job()["mounts"].keys()


def test_the_override_for_compose_is_what_doctor_asks_of_docker():
    (asked,) = ways_up(Machine(container="Docker"))
    service = yaml.safe_load(FILES["compose.override.yaml"])["services"]["grader"]
    assert service["security_opt"] == re.findall(r"--security-opt (\S+?)\.?(?= |$)", asked)


def test_only_the_grader_of_the_hub_is_given_the_course(monkeypatch):
    monkeypatch.setenv("GRADEBOOK_PASSWORD", "secret")
    c = Config()
    exec(compile(FILES["jupyterhub_config.py"], "jupyterhub_config.py", "exec"), {"c": c})
    (role,) = c.JupyterHub.load_roles
    assert c.JupyterHub.load_groups.keys() == set(role["groups"])
    assert all(scope.endswith("!user=grader-networks") for scope in role["scopes"])

    def spawned(name):
        spawner = SimpleNamespace(user=SimpleNamespace(name=name), volumes=[], volume_mounts=[])
        c.KubeSpawner.pre_spawn_hook(spawner)
        return json.dumps(vars(spawner), default=str)

    assert "course-networks" not in spawned("ada")
    assert "course-networks" in spawned("grader-networks")


def test_commands_that_are_shown_exist():
    said = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("jupyterhub.md", "ci.md"))
    named = set(re.findall(r"-m autograder ([a-z]+)", said))
    told = subprocess.check_output([sys.executable, "-m", "autograder", "--help"], text=True)
    assert named
    assert all(re.search(rf"^ +{name} ", told, re.MULTILINE) for name in named)
