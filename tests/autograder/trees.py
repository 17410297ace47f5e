"""Folders as students could hand them in: any name, any kind of file, any depth, any size; drawn from a seed.

`plant` makes a student's folder for the toy unit, `litter` puts such things into any folder. Python's own
rmtree does not take all of it away again; `uproot` does.
"""

import json
import os
import random
import socket
import stat
import subprocess
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.autograder.graded_toy import submitted

UNIT = "toy"
NOTEBOOK = f"{UNIT}.ipynb"
DEPTH = 1_300
MANY = 3_000
TERABYTE = 1 << 40
SOUND = submitted()
TARGETS = ("/etc/passwd", "/dev/zero", "/proc/self/mem", "..", ".", "../..", "nowhere", "/")
TIMES = (
    b"2026-01-02 03:04:05.678 UTC",
    b"1h2026" + b"7" * 60,
    b"9" * 60,
    b"2026-01-01 \x00",
    b"\xff\xfe\x00",
    b"0001-01-01 00:00:00 +99",
    b"9999-12-31 23:59:59 -1200",
    b"2026-13-45 99:99:99 UTC",
    b"2026-01-01 00:00:00 " + b"9" * 30,
    b"1e400",
    b"10:10:10:10 AM BC",
    b"nan",
    b"\n",
    b"x" * 100_000,
)


def _nested(depth: int) -> str:
    return "[" * depth + "1" + "]" * depth


def _cells(**more: object) -> str:
    return json.dumps({**json.loads(SOUND), **more})


NOTEBOOKS: tuple[bytes, ...] = (
    SOUND,
    SOUND,
    SOUND.replace(b'"nbformat": 4', f'"nbformat": {_nested(990)}'.encode()),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 4_000),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": 1e999'),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": NaN'),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": 4, "nbformat": "\\ud800"'),
    SOUND.replace(b'"nbformat": 4', f'"nbformat": {{"a": {_nested(980)}}}'.encode()),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": 3'),
    SOUND.replace(b'"nbformat": 4', b'"nbformat": true'),
    SOUND.replace(b'"metadata": {}', b'"metadata": "\\udfff\\u0000"', 1),
    SOUND.replace(b'"metadata": {}', f'"metadata": {_nested(900)}'.encode()),
    SOUND.replace(b'"cells":', b'"cells": [], "cells":'),
    SOUND.replace(b'"cells":', b'"worksheets":'),
    _cells(cells=[]).encode(),
    _cells(cells={"0": {}}).encode(),
    f'{{"nbformat": 3, "worksheets": [{{"cells": [{{"input": {_nested(500)}}}]}}]}}'.encode(),
    b"",
    b"{",
    b"\x00" * 1_000,
    b"[" * 100_000,
    b"\xff\xfe" + SOUND,
    b'{"cells": [' + b"[]," * 100_000 + b"[]]}",
)  # fmt: skip


@contextmanager
def inside(folder: Path):
    """A descriptor of the folder, for names that no path could hold."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def _file(place: Path, content: bytes = b"x") -> None:
    with place.open("xb") as file:  # never through a link that is there
        file.write(content)


def _link(rng: random.Random, place: Path) -> None:
    place.symlink_to(rng.choice((*TARGETS, place.name)))


def _fifo(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    with inside(place.parent) as handle, socket.socket(socket.AF_UNIX) as bound, suppress(OSError):
        bound.bind(f"/proc/self/fd/{handle}/{place.name[:40]}")


def _device(place: Path) -> None:
    with suppress(PermissionError):
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero


def sparse(place: Path, size: int = TERABYTE) -> None:
    with place.open("xb") as file, suppress(OSError):
        file.truncate(size)


def _locked(place: Path) -> None:
    _file(place, SOUND)
    place.chmod(0)


def _locked_folder(place: Path) -> None:
    place.mkdir()
    _file(place / "inside")
    place.chmod(0)


def _deep(place: Path) -> None:
    place.mkdir()
    here = os.open(place, os.O_RDONLY)
    for _ in range(DEPTH):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def _crowded(place: Path) -> None:
    place.mkdir()
    with inside(place) as handle:
        for number in range(MANY):
            os.close(os.open(str(number), os.O_CREAT | os.O_WRONLY, dir_fd=handle))


def _full_folder(place: Path) -> None:
    place.mkdir()
    _file(place / NOTEBOOK, SOUND)


QUICK: tuple[Callable[[Path], None], ...] = (
    _file, _fifo, _socket, _device, sparse, _locked, _locked_folder, _full_folder, Path.mkdir,
)  # fmt: skip
SLOW = (_deep, _crowded)
"""To make, that is: a few seconds on a disk."""
NAMES = (
    b"a" * 255,
    b"." + b"b" * 254,
    "ü".encode() * 127,
    b"\xff\xfe.png",
    b"n" * 245 + b"\xff.ipynb"[:8],
    b"tab\tand\nline",
    b"\x1b]0;title\x07",
    b"-rf",
    b"..data",
    b"timestamp.txt",
    b"other.ipynb",
    b"plot.png",
    b"submission_secret.txt",
)


def odd(rng: random.Random, place: Path) -> str:
    """Make something at `place`, and tell what."""
    make = rng.choice((*QUICK, None) if rng.random() < 0.97 else SLOW)
    if make is None:
        _link(rng, place)
        return "link"
    make(place)
    return make.__name__


def litter(rng: random.Random, folder: Path, count: int) -> list[str]:
    """Put `count` things of any name and kind into the folder, and tell which."""
    told = []
    for name in rng.sample(NAMES, count):
        place = folder / os.fsdecode(name)
        if not os.path.lexists(place):
            told.append(f"{name[:20]!r}: {odd(rng, place)}")
    return told


def _whole_folder(rng: random.Random, place: Path) -> str:
    """Something else in the place of a folder."""
    make = rng.choice((_file, _fifo, _locked_folder, None))
    if make is None:
        _link(rng, place)
        return "link"
    make(place)
    return make.__name__


def plant(rng: random.Random, submitted_to: Path, student: str) -> str:
    """A student's folder for the toy unit to which anything may have happened; tells what it was."""
    submitted_to.mkdir(parents=True, exist_ok=True)
    own = submitted_to / student
    where = rng.random()
    if where < 0.04:
        return f"student: {_whole_folder(rng, own)}"
    own.mkdir()
    folder = own / UNIT
    if where < 0.10:
        return f"unit: {_whole_folder(rng, folder)}"
    folder.mkdir()
    told = []
    if rng.random() < 0.3:
        told.append(f"notebook: {odd(rng, folder / NOTEBOOK)}")
    elif rng.random() < 0.9:
        number = rng.randrange(len(NOTEBOOKS))
        told.append(f"notebook number {number}")
        _file(folder / NOTEBOOK, NOTEBOOKS[number])
    if rng.random() < 0.3:
        told.append(f"timestamp: {odd(rng, folder / 'timestamp.txt')}")
    elif rng.random() < 0.8:
        number = rng.randrange(len(TIMES))
        told.append(f"timestamp number {number}")
        _file(folder / "timestamp.txt", TIMES[number])
    told += litter(rng, folder, rng.randrange(4))
    if rng.random() < 0.03:
        folder.chmod(0)
        told.append("locked")
    return "; ".join(told)


def uproot(folder: Path) -> None:
    """Remove all of it: Python's rmtree recurses as deep as the folders go."""
    subprocess.run(["chmod", "-R", "u+rwX", "--", folder], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", "--", folder], check=True)
