"""The CIFAR-10 loader, on a small archive in the official format served by this process."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from stagewise.data.cifar10 import RECORD, TEST, TRAINING, cifar10, download, read_records


def records(seed: int, n: int = 3) -> bytes:
    """n pictures in CIFAR-10's format, labels 0 to 9."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, (n, 1), dtype=np.uint8)
    return np.hstack([labels, rng.integers(0, 256, (n, RECORD - 1), dtype=np.uint8)]).tobytes()


def packed(files: dict[str, bytes]) -> bytes:
    """The files as the official archive packs them: in one folder, beside two texts."""
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w:gz") as tar:
        for name, data in {"batches.meta.txt": b"airplane\n", "readme.html": b"", **files}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return room.getvalue()


ARCHIVE = packed({name: records(seed) for seed, name in enumerate((*TRAINING, *TEST))})
CHECKSUM = hashlib.sha256(ARCHIVE).hexdigest()


class Site:
    """A web site with one archive; it can hang up early, and it notes where each request started."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.hang_up_after: int | None = None
        self.ranges = True
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range", "bytes=0-") if site.ranges else "bytes=0-"
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                site.starts.append(start)
                if start >= len(ARCHIVE):
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(ARCHIVE) - start))
                self.end_headers()
                self.wfile.write(ARCHIVE[start : site.hang_up_after])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cifar-10-binary.tar.gz"


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def load(site: Site, folder: Path, sha256: str = CHECKSUM):
    return cifar10(folder, url=site.url, sha256=sha256, progress=lambda so_far, in_all: None)


def test_pictures_and_labels_come_out_as_they_went_in(site: Site, tmp_path: Path) -> None:
    data = load(site, tmp_path)
    first, labels = read_records(records(0))
    assert data.x_train.shape == (15, 3, 32, 32)
    assert data.x_train.dtype == np.uint8
    assert data.x_test.shape == (3, 3, 32, 32)
    assert data.y_train.dtype == np.int64
    np.testing.assert_array_equal(data.x_train[:3], first, strict=True)
    np.testing.assert_array_equal(data.y_train[:3], labels, strict=True)


def test_red_comes_before_green_before_blue() -> None:
    planes = np.repeat(np.array([10, 20, 30], np.uint8), 1024)
    x, y = read_records(bytes([7]) + planes.tobytes())
    assert y.tolist() == [7]
    assert [int(plane.max()) for plane in x[0]] == [10, 20, 30]


def test_the_second_call_downloads_nothing(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path)
    load(site, tmp_path)
    assert site.starts == [0]


def test_an_interrupted_download_continues_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.hang_up_after = 5000
    with pytest.raises(OSError, match=r"stopped after 5000 of .*\nCall again: it continues from there"):
        load(site, tmp_path)
    site.hang_up_after = None
    assert load(site, tmp_path).x_train.shape == (15, 3, 32, 32)
    assert site.starts == [0, 5000]


def test_a_site_without_ranges_starts_afresh(site: Site, tmp_path: Path) -> None:
    site.hang_up_after, site.ranges = 5000, False
    with pytest.raises(OSError, match="stopped after"):
        load(site, tmp_path)
    site.hang_up_after = None
    assert load(site, tmp_path).x_train.shape == (15, 3, 32, 32)


def test_a_part_that_is_already_the_whole_is_taken(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cifar-10-binary.tar.gz.part").write_bytes(ARCHIVE)
    assert load(site, tmp_path).x_test.shape == (3, 3, 32, 32)


def test_progress_counts_up_to_the_whole(site: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    download(site.url, tmp_path / "a", lambda so_far, in_all: seen.append((so_far, in_all)))
    assert seen[-1] == (len(ARCHIVE), len(ARCHIVE))


def test_a_wrong_checksum_is_named_and_the_file_removed(site: Site, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="has been removed: call cifar10"):
        load(site, tmp_path, sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_without_a_batch_is_refused(tmp_path: Path) -> None:
    poor = packed({name: records(0) for name in (*TRAINING[1:], *TEST)})
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(poor)
    with pytest.raises(ValueError, match=r"it lacks data_batch_1\.bin"):
        cifar10(tmp_path, sha256=hashlib.sha256(poor).hexdigest())


def test_records_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        read_records(b"\0" * (RECORD + 1))


def test_a_label_above_nine_is_refused() -> None:
    with pytest.raises(ValueError, match="one here is 10"):
        read_records(bytes([10]) + b"\0" * (RECORD - 1))
