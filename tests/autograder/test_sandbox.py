"""What a candidate can reach, how it ends, and what is left afterwards."""

import os
import textwrap
from pathlib import Path

import pytest

from autograder.errors import SandboxError
from autograder.isolation.confinement import packages
from autograder.isolation.confinement.bubblewrap import command_line, environment
from autograder.isolation.confinement.level import Level
from autograder.isolation.conversation import CandidateGone
from autograder.isolation.limits import MIB, Limits
from autograder.isolation.sandbox import CandidateTemplate
from autograder.reasons import Reason
from tests.autograder.asked import value

CLONE = Path(__file__).resolve().parents[2]


def test_the_course_and_home_are_not_there(candidate):
    """Neither by their names nor by walking around."""
    places = [str(CLONE), str(CLONE / "solutions"), str(Path.home() / ".ssh"), "/etc/passwd", "/home"]
    assert value(candidate, f"[os.path.exists(place) for place in {places}]") == [False] * 5
    found = value(candidate, "sorted(n for _, ds, fs in os.walk('/') for n in ds + fs if 'gradebook' in n)")
    assert found == []


def test_only_what_the_course_requires_can_be_imported(candidate):
    """No torch, no nbgrader, nothing of the grader."""
    modules = ["torch", "nbgrader", "autograder", "reference", "pip", "pytest", "sklearn", "scipy"]
    source = f"[__import__('importlib').util.find_spec(name) is None for name in {modules}]"
    assert value(candidate, source) == [True] * len(modules)
    assert value(candidate, "[__import__(n).__name__ for n in ('numpy', 'stagewise')]")[0] == "numpy"


def test_there_is_nobody_else(candidate):
    """Process 1 of its own namespace, an unprivileged user, an empty /proc, another host name."""
    facts = "[os.getpid(), os.getuid(), os.listdir('/proc'), os.uname().nodename]"
    assert value(candidate, facts) == [1, 65534, [], "notebook"]


def test_the_environment_is_ours(candidate):
    """No variable of whoever grades."""
    os.environ["STAGEWISE_TEST_SECRET"] = "x"
    try:
        assert "STAGEWISE_TEST_SECRET" not in value(candidate, "dict(os.environ)")
        assert not {"PYTHONPATH", "VIRTUAL_ENV", "SSH_AUTH_SOCK"} & set(value(candidate, "dict(os.environ)"))
    finally:
        del os.environ["STAGEWISE_TEST_SECRET"]


def test_libraries_of_numbers_choose_their_way_inside_as_outside(monkeypatch):
    """What rounds otherwise is not told in the same bytes; nothing else of our environment goes in."""
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    monkeypatch.setenv("GRADEBOOK_PASSWORD", "secret")
    inside = environment("/tmp")
    assert inside["MKL_CBWR"] == "COMPATIBLE"
    assert "GRADEBOOK_PASSWORD" not in inside


def test_the_file_system_is_read_only_but_for_a_small_tmp(candidate):
    """Writing fails everywhere else, and there too beyond the bound."""
    for place in (
        "/",
        "/usr/lib",
        "/opt/site-packages",
        "/opt/site-packages/stagewise",
        "/dev",
        "/proc",
        "/etc",
    ):
        result = candidate.run_cell(f"open({place!r} + '/x', 'w')")
        assert result.status == "error", place
    source = "for i in range(100):\n    open(f'/tmp/{i}', 'wb').write(bytes(8 << 20))"
    assert candidate.run_cell(source).outputs[-1]["ename"] == "OSError"


def test_it_keeps_to_the_cores_of_whoever_asked_for_it(template):
    """A lane has one core, and threads of a student's take no other lane's."""
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {max(allowed)})
        with template.new_candidate() as candidate:
            (shown,) = candidate.run_cell("import os\nprint(os.sched_getaffinity(0))").outputs
    finally:
        os.sched_setaffinity(0, allowed)
    assert shown["text"] == f"{ {max(allowed)} }\n"


def test_no_descriptor_but_the_conversation_is_open(candidate):
    """0, 1, 2 are the null device, 3 is the socket."""
    source = """
        import os
        answer = []
        for number in range(200):
            try:
                os.fstat(number)
                answer.append(number)
            except OSError:
                pass
    """
    candidate.run_cell(textwrap.dedent(source))
    assert value(candidate, "answer") == [0, 1, 2, 3]


def test_memory_is_bounded_and_the_student_told(template):
    """As a MemoryError in their code; the candidate goes on."""
    with template.new_candidate(Limits(memory_bytes=256 * MIB)) as candidate:
        result = candidate.run_cell("import numpy as np\nx = np.ones(100_000_000)")
        assert "MemoryError" in result.outputs[-1]["ename"]
        assert candidate.run_cell("1").status == "ok"


def test_a_cell_that_never_ends_is_stopped(template):
    """Computing or waiting, with or without a bare except around it."""
    limits = Limits(cell_seconds=0.2, wall_factor=2.0)
    loops = [
        "while True: pass",
        "import time\ntime.sleep(100)",
        "while True:\n    try:\n        while True: pass\n    except Exception: pass",
    ]
    with template.new_candidate(limits) as candidate:
        for loop in loops:
            assert candidate.run_cell(loop).status == "timeout"
        assert candidate.run_cell("1").status == "ok"


def test_one_that_will_not_be_stopped_is_ended(template):
    """Later questions end alike, at once."""
    with template.new_candidate(Limits(cell_seconds=0.1, wall_factor=1.0, grace=0.5)) as candidate:
        source = (
            "import signal\nfor s in (signal.SIGALRM, signal.SIGPROF): signal.signal(s, signal.SIG_IGN)\n"
        )
        for _ in range(2):
            with pytest.raises(CandidateGone) as end:
                candidate.run_cell(source + "while True: pass")
            assert end.value.reason is Reason.TIMEOUT


def test_cpu_time_is_bounded_over_the_whole_notebook(template):
    """The kernel ends what has used its time, and the reason is known."""
    with template.new_candidate(Limits(cpu_seconds=1)) as candidate, pytest.raises(CandidateGone) as end:
        candidate.run_cell("while True: pass")
    assert end.value.reason is Reason.TIMEOUT


def test_the_way_a_process_ended_is_known(template):
    """From whoever waited for it, not from the candidate."""
    for source, said in [
        ("os._exit(7)", "exit code 7"),
        ("os.abort()", "signal"),
        ("os.close(3)", "exit code"),
    ]:
        with template.new_candidate() as candidate, pytest.raises(CandidateGone, match=said) as end:
            candidate.run_cell(f"import os\n{source}")
        assert end.value.reason is Reason.DIED


def test_closing_ends_the_candidate(template):
    """The process is dead when its keeper's socket closes; nobody is left waiting to be buried."""
    candidate = template.new_candidate()
    candidate.run_cell("import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()")
    exit_report = candidate._talk._keeper.dup()
    candidate._talk._channel.close()
    exit_report.settimeout(20)
    assert exit_report.recv(100).startswith((b"exit", b"signal"))
    exit_report.close()
    candidate.close()


def test_closing_a_template_leaves_no_process():
    """Neither it nor its candidates."""
    with CandidateTemplate.start() as template:
        candidate = template.new_candidate()
        candidate.run_cell("1")
    with pytest.raises(CandidateGone):
        candidate.run_cell("1")
    assert template._process.returncode is not None
    candidate.close()


def test_a_closed_template_says_so():
    """Asking for a candidate of one that has ended."""
    with CandidateTemplate.start(isolation=Level.PROCESS) as template:
        template._process.kill()
        template._process.wait()
        with pytest.raises(SandboxError, match="ended"):
            template.new_candidate()


def test_process_isolation_runs_the_same_candidate(bare_template):
    """Marked, with the same packages and limits."""
    with bare_template.new_candidate(Limits(memory_bytes=256 * MIB)) as candidate:
        assert candidate.isolation == "process"
        assert value(
            candidate, "[__import__('importlib').util.find_spec('torch') is None, os.listdir()]"
        ) == [True, []]
        assert "MemoryError" in candidate.run_cell("import numpy\nx = numpy.ones(10**9)").outputs[-1]["ename"]
        assert candidate.run_cell("os.fork()").status == "error"


def test_the_closure_follows_requirements_and_markers():
    """What the course requires, and what that requires; extras only when asked for."""
    plain = packages.closure(["stagewise"])
    assert {"numpy", "pillow", "ipython", "traitlets"} <= plain
    assert not {"torch", "nbgrader", "pytest", "jupyterlab", "scikit-learn", "scipy"} & plain
    assert "torch" in packages.closure(["stagewise[transfer]"])


def test_a_missing_package_is_named():
    """With what to do about it."""
    with pytest.raises(SandboxError, match="pip install no-such-package"):
        packages.closure(["no-such-package"])


def test_only_the_package_of_the_course_is_shown():
    """Not the clone around it, though the course may be installed from there."""
    entries = packages.visible()
    assert entries["stagewise"] == CLONE / "stagewise"
    assert CLONE not in entries.values()
    assert not any(name.endswith(".pth") or "nbgrader" in name for name in entries)


def test_a_course_inside_a_shown_place_is_covered(tmp_path):
    """For example one under /usr/lib."""
    inside = Path("/usr/lib")
    command = command_line({}, [inside / "python3", tmp_path], root=False)
    covered = [command[i + 1] for i, word in enumerate(command) if word == "--tmpfs"]
    assert ("/usr/lib/python3" in covered) == (inside / "python3").is_dir()
    assert str(tmp_path) not in covered


def test_a_template_has_no_network_at_all(template):
    """Seen from outside, since a candidate cannot even ask: its processes know the loopback device alone."""
    waiting, found = [template._process.pid], []
    while waiting:
        pid = waiting.pop()
        below = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        waiting += below
        found += below
    assert found
    for pid in found:
        lines = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
        assert {line.split(":")[0].strip() for line in lines} <= {"lo"}


def test_ordinary_users_get_a_user_namespace():
    """The real root does not need one, and keeps only what its forks need to become nobody."""
    assert "--unshare-user" in command_line({}, [], root=False)
    assert "--unshare-user" not in command_line({}, [], root=True)
    assert {"CAP_SETUID", "CAP_KILL"} <= set(command_line({}, [], root=True))
