"""What a contributor's machine reads: workflows and forms are sound, and name what exists."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_names_targets_and_files_that_exist(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(VENV)", ".venv")
    said = "\n".join(step.get("run", "") for step in steps(workflow))
    for target in re.findall(r"^make (.+)$", said, re.MULTILINE):
        for name in target.split():
            assert re.search(rf"^{re.escape(name)}:", rules, re.MULTILINE), name
    for name in re.findall(r"\b(?:setup|tests)/[\w./-]+", said):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_ends_by_itself(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_something(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    kinds = {"textarea", "input", "dropdown", "markdown", "checkboxes"}
    assert all(part["type"] in kinds and part["attributes"]["label"] for part in form["body"])
    assert any(part.get("validations", {}).get("required") for part in form["body"])


def test_inputs_of_a_workflow_reach_a_shell_through_its_environment_alone():
    """A name that a caller chooses must not become part of a program."""
    for path in WORKFLOWS:
        for step in steps(yaml.safe_load(path.read_text(encoding="utf-8"))):
            assert "${{" not in step.get("run", ""), (path.name, step)


TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_texts_name_files_that_exist(path):
    """By their path in the repository, or below autograder/; a unit called x is an example."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|md|txt|sh))`", text) + re.findall(r"\]\(([\w/]+\.md)\)", text)
    for name in set(named):
        if name.endswith("/x.py"):
            continue
        places = (ROOT / name, ROOT / "autograder" / name, path.parent / name)
        assert any(place.exists() for place in places), name
