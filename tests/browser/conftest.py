"""A real JupyterLab in a headless Chromium; without a browser these tests are skipped by name."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from autograder.course import REPOSITORY, Course
from autograder.site import lite
from tests.once import Once

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PYODIDE = Path(sys.prefix) / "pyodide"
"""Where make test puts Pyodide, if it can be had."""
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def jupyterlab(home: Path) -> Iterator[str]:
    """JupyterLab's address while it shows the folder `home`."""
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += ["--port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={home}"]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "JUPYTER_CONFIG_DIR": str(home / ".jupyter")}
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        address = _told(server.stderr)
        rest = Thread(target=server.stderr.read)  # so that the server never waits for a reader
        rest.start()
        try:
            _until_listening(server, address)
            yield address
        finally:
            server.terminate()
            rest.join()


def _told(log: IO[str]) -> str:
    """The address that the server says it has; it chooses a free port itself."""
    said = []
    for line in log:
        said.append(line)
        if found := ADDRESS.search(line):
            return found[0]
    pytest.fail("JupyterLab did not start:\n" + "".join(said[-20:]))


def _until_listening(server: subprocess.Popen[str], address: str) -> None:
    """It says its address a moment before it listens there."""
    port = int(address.rpartition(":")[2])
    while server.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail(f"JupyterLab said {address} and ended, exit status {server.returncode}")


def flags() -> list[str]:
    """With what a Chromium is started."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=flags())
        yield started
        started.close()


@pytest.fixture(scope="session")
def edition(once: Once) -> Path:
    """A folder with the working edition of all units; others read it too."""
    if not PYODIDE.is_dir():
        pytest.skip("no Pyodide on this machine: make test fetches it where it can")
    return once("edition", lambda folder: lite.build(Course(REPOSITORY), folder, (), str(PYODIDE)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module; each has a tab that knows nothing of the others'."""
    if BROWSER is None:
        pytest.skip("no chromium on this machine: install the system package chromium")
    with chromium() as started:
        yield started


def in_a_tab(browser: Browser, **more: Any) -> Page:
    """A new tab that knows nothing of others, and waits for a minute. more: see Browser.new_page."""
    empty = browser.new_page(viewport={"width": 1300, "height": 1000}, **more)
    empty.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    return empty


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty tab of the browser."""
    empty = in_a_tab(browser)
    yield empty
    empty.close()
