"""A folder of static files on a port of this machine, compressed as web servers do, perhaps below a path."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

COMPRESSED = (".js", ".mjs", ".json", ".html", ".css", ".svg", ".wasm", ".ipynb")


@contextmanager
def served(folder: Path, below: str = "") -> Iterator[str]:
    """The address of the folder, without a slash at its end. below: its path there, as "/course"; elsewhere
    nothing is found.
    """
    handler = partial(_Handler, below, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{below}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}  # noqa: RUF012

    def __init__(self, below: str, *request: Any, directory: str) -> None:
        self._below = f"{below}/"
        super().__init__(*request, directory=directory)

    def translate_path(self, path: str) -> str:
        """The file of an address; one that is not there for an address above the folder's."""
        inside = path.removeprefix(self._below)
        return super().translate_path(inside if path.startswith(self._below) else "/no such file")

    def do_GET(self) -> None:
        place = Path(self.translate_path(self.path))
        if not place.is_file() or place.suffix not in COMPRESSED:
            super().do_GET()
            return
        body = _compressed(place)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(place)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@lru_cache
def _compressed(place: Path) -> bytes:
    return gzip.compress(place.read_bytes(), 6)
