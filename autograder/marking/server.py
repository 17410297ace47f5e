"""The page of a marker's desk over HTTP: on this machine alone, behind an address that nobody can guess.

It listens on 127.0.0.1; every address begins with a random token. A page of another site can neither read it
(it does not know the token, and no request under another host's name is answered) nor send a mark.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from autograder.errors import CourseError
from autograder.marking.asked import BadRequestError
from autograder.marking.desk import Desk
from autograder.reports.templating import environment

HOST = "127.0.0.1"
_HOSTS = (HOST, "localhost")
_TEMPLATES = Path(__file__).with_name("templates")
_LARGEST_REQUEST = 2_000_000
_SECONDS = 60.0
_FILES = {"page.js": "text/javascript", "page.css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@contextmanager
def served(desk: Desk, port: int = 0) -> Iterator[tuple[ThreadingHTTPServer, str]]:
    """A server for the desk, listening and not yet answering, and the address of its page.

    `port` 0 takes a free one. Raises CourseError when the port cannot be had.
    """
    token = secrets.token_urlsafe(24)
    try:
        server = _Server((HOST, port), partial(_Handler, desk, token))
    except OSError as problem:
        raise CourseError(
            f"port {port} of {HOST} cannot be had: {problem.strerror}",
            "name another with --port, or none, and a free one is taken",
        ) from None
    with server:
        yield server, f"http://{HOST}:{server.server_port}/{token}/"


class _Server(ThreadingHTTPServer):
    """A browser opens connections that it may never use: each has a thread, and none is waited for."""

    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS
    server_version, sys_version = "stagewise", ""

    def __init__(self, desk: Desk, token: str, request: Any, client: Any, server: HTTPServer) -> None:
        self._desk, self._token = desk, token
        super().__init__(request, client, server)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: the command's output is for people."""

    def do_GET(self) -> None:
        """The page, its parts, and questions as JSON."""
        name = self._asked()
        if name is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        elif name == "":
            self._answer(_page(self._desk), "text/html")
        elif name in _FILES:
            self._answer((_TEMPLATES / name).read_bytes(), _FILES[name])
        elif name == "counts":
            self._tell(self._desk.counts)
        elif name.startswith("question/"):
            self._tell(partial(self._desk.question, name.removeprefix("question/")))
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """A mark."""
        if self._asked() != "mark":
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        host = f"http://{self.headers['Host']}"
        own = self.headers.get("Origin", host) == host
        if not own or self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_REQUEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        try:
            request = orjson.loads(self.rfile.read(int(length)))
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST, "The request is no JSON.")
            return
        self._tell(partial(self._desk.mark, request))

    def _asked(self) -> str | None:
        """The path behind the token; None without it, or where the browser asked for another host's page.

        The port may be another one: that of a tunnel's other end.
        """
        if self.headers.get("Host", "").partition(":")[0] not in _HOSTS:
            return None
        token, slash, name = self.path.removeprefix("/").partition("/")
        known = secrets.compare_digest(token.encode(), self._token.encode())
        return unquote(name) if known and slash else None

    def _tell(self, say: Any) -> None:
        """What the desk says, as JSON; what it cannot do as a sentence."""
        try:
            content = orjson.dumps(say())
        except BadRequestError as problem:
            self._refuse(HTTPStatus.BAD_REQUEST, str(problem))
        except CourseError as problem:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"{problem.problem}. {problem.remedy}.")
        else:
            self._answer(content, "application/json")

    def _refuse(self, status: HTTPStatus, said: str = "") -> None:
        self._answer(orjson.dumps({"error": said or status.phrase}), "application/json", status)

    def _answer(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _page(desk: Desk) -> bytes:
    page = environment(_TEMPLATES).get_template("page.html.j2")
    questions = [(name, one.title) for name, one in desk.questions.items()]
    return page.render(unit=desk.unit, questions=questions, marker=desk.marker).encode()
