"""CIFAR-10 for people with a network: the official binary archive, downloaded, checked, read as arrays."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAINING = tuple(f"data_batch_{n}.bin" for n in range(1, 6))
TEST = ("test_batch.bin",)
RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue planes
PIECE = 1 << 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Cifar10:
    """x_…: (N, 3, 32, 32) uint8 in 0..255, red, green, blue; y_…: (N,) int64 in 0..9, names in CLASSES.

    The official archive holds 50,000 pictures to train on and 10,000 to test. Source: A. Krizhevsky,
    "Learning Multiple Layers of Features from Tiny Images", 2009, which its authors ask to cite; they state
    no licence.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def cifar10(
    folder: str | Path = "~/.cache/stagewise",
    *,
    url: str = URL,
    sha256: str = SHA256,
    progress: Progress | None = None,
) -> Cifar10:
    """Return CIFAR-10, downloading the archive (162 MB) into `folder` unless it is there already.

    An interrupted download is continued where it stopped. progress: called with (bytes so far, bytes in all
    or 0 when unknown); by default a line on standard error. Raises RuntimeError when the archive's checksum
    is wrong (the file is removed, so that calling again starts afresh), ValueError when it is not in
    CIFAR-10's binary format, and OSError when the network fails.
    """
    place = Path(folder).expanduser()
    place.mkdir(parents=True, exist_ok=True)
    archive = place / url.rsplit("/", 1)[-1]
    if not archive.exists():
        download(url, archive, progress or _line)
    _verify(archive, sha256)
    return read_archive(archive)


def download(url: str, target: Path, progress: Progress) -> None:
    """Download `url` to `target` through `target` + ".part", from which an interrupted download continues.

    OSError when the connection ends early: the part stays, and calling again continues.
    """
    import urllib.error
    import urllib.request

    part = target.with_name(target.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        if refused.code != 416:  # "range not satisfiable": the part is already the whole
            raise
        refused.close()
    else:
        with answer, part.open("ab" if answer.status == 206 else "wb") as file:
            _copy(answer, file, int(answer.headers.get("Content-Length", 0)), progress)
    part.replace(target)


def read_archive(archive: Path) -> Cifar10:
    """Read an archive in CIFAR-10's binary format; ValueError naming what is missing or damaged."""
    import tarfile

    with tarfile.open(archive, "r:gz") as tar:
        members = {Path(member.name).name: member for member in tar.getmembers() if member.isfile()}
        missing = [name for name in (*TRAINING, *TEST) if name not in members]
        if missing:
            raise ValueError(
                f"{archive.name} is not CIFAR-10's binary archive: it lacks {', '.join(missing)}."
            )
        parts: list[np.ndarray] = []
        for names in (TRAINING, TEST):
            files = [tar.extractfile(members[name]) for name in names]
            parts += read_records(b"".join(file.read() for file in files if file))
    return Cifar10(*parts)


def read_records(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, 3, 32, 32) uint8 and labels (N,) int64 of N records of 3,073 bytes; else ValueError."""
    if len(data) % RECORD:
        raise ValueError(
            f"CIFAR-10's records have {RECORD} bytes; {len(data)} bytes are no whole number of them."
        )
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.size and labels.max() >= len(CLASSES):
        raise ValueError(f"CIFAR-10's labels are 0 to 9, and one here is {labels.max()}.")
    return records[:, 1:].reshape(-1, 3, 32, 32).copy(), labels


def _copy(source: IO[bytes], target: IO[bytes], length: int, progress: Progress) -> None:
    """Append all of `source`, which promises `length` bytes more (0: it does not say), to `target`."""
    before = so_far = target.tell()
    in_all = before + length if length else 0
    while piece := source.read(PIECE):
        target.write(piece)
        so_far += len(piece)
        progress(so_far, in_all)
    if so_far < in_all:
        raise OSError(
            f"The download stopped after {so_far} of {in_all} bytes.\nCall again: it continues from there."
        )


def _verify(archive: Path, sha256: str) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        archive.unlink()
        raise RuntimeError(
            f"{archive.name} should have the SHA-256 checksum {sha256},\nbut this one has {found}.\n"
            "It was damaged on the way and has been removed: call cifar10() again."
        )


def _line(so_far: int, in_all: int) -> None:
    of = f" of {in_all / 1e6:.0f}" if in_all else ""
    end = "\n" if so_far == in_all else ""
    print(f"\rCIFAR-10: {so_far / 1e6:.0f}{of} MB", end=end, file=sys.stderr, flush=True)
