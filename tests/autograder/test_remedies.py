"""What lets a machine isolate better: exact commands, whoever may give them, and what they allow."""

import os
import subprocess

import pytest

from autograder.isolation import remedies
from autograder.isolation.remedies import PROFILE, Machine, remedy, ways_up


def test_on_ubuntu_bubblewrap_gets_a_profile_of_its_own():
    """The text of the file, two commands, what that allows; and the setting, which allows more."""
    (told,) = ways_up(Machine(settings=(remedies.RESTRICTED,)))
    assert PROFILE.read_text().strip() in told
    assert f"sudo install -m 644 {PROFILE} /etc/apparmor.d/bwrap\n" in told
    assert "sudo apparmor_parser --replace /etc/apparmor.d/bwrap\n" in told
    assert "no other program" in told
    assert told.index("--replace") < told.index(
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    )
    assert "An administrator" in told
    assert "--remove" not in told


def test_a_stock_profile_makes_room_first():
    """Two profiles for one program exclude each other."""
    (told,) = ways_up(Machine(settings=(remedies.RESTRICTED,), stock_profile=True))
    assert told.index("--remove /etc/apparmor.d/bwrap-userns-restrict") < told.index("--replace")


@pytest.mark.parametrize(("name", "value"), [(remedies.CLONE, 1), (remedies.MOST, 10000)])
def test_a_setting_of_the_kernel_is_told_with_its_value(name, value):
    (told,) = ways_up(Machine(settings=(name,)))
    assert f"sudo sysctl -w {name}={value}" in told


@pytest.mark.parametrize(
    ("kind", "who", "what"),
    [
        ("Docker", "Whoever starts the container", "--security-opt systempaths=unconfined"),
        ("Podman", "Whoever starts the container", "--security-opt unmask=ALL"),
        ("Kubernetes", "An administrator of the cluster", "procMount: Unmasked"),
    ],
)
def test_a_container_is_started_with_more_rights(kind, who, what):
    (told,) = ways_up(Machine(container=kind))
    assert told.startswith(who)
    assert what in told
    assert "This allows" in told


def test_each_thing_in_the_way_is_told_and_one_that_nobody_knows():
    assert len(ways_up(Machine(bubblewrap=False, container="Docker", settings=(remedies.MOST,)))) == 3
    assert "filter of system calls" in ways_up(Machine())[0]


def test_a_remedy_ends_with_what_can_be_asked_for_by_name(monkeypatch):
    monkeypatch.setattr(Machine, "here", lambda: Machine(landlock=False))
    assert "Linux 6.2" in remedy()
    assert remedy().endswith("--isolation process")


def test_the_kernel_and_signs_of_containers_are_looked_at(monkeypatch):
    settings = {remedies.RESTRICTED: "1", remedies.CLONE: "1"}
    monkeypatch.setattr(remedies, "_setting", lambda name: settings.get(name, ""))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    here = Machine.here()
    assert here.settings == (remedies.RESTRICTED,)
    assert here.container == "Kubernetes"


def test_setting_up_as_root_offers_the_profile_where_ubuntu_restricts(tmp_path):
    """Only there, and only told: nobody is asked where nobody answers."""

    def said(restricted):
        answers = {"sysctl": f"echo {restricted}", "apparmor_parser": "exit 1", "id": "echo 0", "bwrap": ""}
        for name, text in answers.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        script = PROFILE.parents[1] / "system-packages.sh"
        return subprocess.run(
            ["sh", str(script), "bwrap=bubblewrap"],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert f"install -m 644 {PROFILE} /etc/apparmor.d/bwrap" in said(1)
    assert said(0) == ""
