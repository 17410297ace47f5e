"""What goes wrong with submissions: files that arrive damaged, and code that tries to trick the grader."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np

Files = dict[str, bytes]
Generator = np.random.Generator
Damage = Callable[[Files, Generator], Files]


def _on_bytes(change: Callable[[bytes], bytes]) -> Damage:
    return lambda files, rng: {name: change(content) for name, content in files.items()}


def _on_cells(change: Callable[[list[dict[str, Any]], Generator], None]) -> Damage:
    def damage(files: Files, rng: Generator) -> Files:
        ((name, content),) = files.items()
        notebook = json.loads(content)
        change(notebook["cells"], rng)
        return {name: json.dumps(notebook, indent=1).encode()}

    return damage


def _graded(cells: list[dict[str, Any]]) -> list[int]:
    return [number for number, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade")]


def _delete_a_check(cells: list[dict[str, Any]], rng: Generator) -> None:
    del cells[int(rng.choice(_graded(cells)))]


def _copy_a_check(cells: list[dict[str, Any]], rng: Generator) -> None:
    place = int(rng.choice(_graded(cells)))
    cells.insert(place, json.loads(json.dumps(cells[place])))


def _edit_checks(cells: list[dict[str, Any]], rng: Generator) -> None:
    for place in _graded(cells):
        cells[place]["source"] = "100.0"
        cells[place]["metadata"]["nbgrader"]["points"] = 1000


def _lose_metadata(cells: list[dict[str, Any]], rng: Generator) -> None:
    for cell in cells:
        cell["metadata"] = {}


def _shuffle(cells: list[dict[str, Any]], rng: Generator) -> None:
    cells[:] = [cells[place] for place in rng.permutation(len(cells))]


def _as_version_3(content: bytes) -> bytes:
    old = nbformat.convert(nbformat.reads(content.decode(), as_version=4), 3)
    return json.dumps(old).encode()


DAMAGES: dict[str, Damage] = {
    "cut off": _on_bytes(lambda content: content[: len(content) // 2]),
    "a check deleted": _on_cells(_delete_a_check),
    "empty file": _on_bytes(lambda content: b""),
    "checks edited": _on_cells(_edit_checks),
    "nbformat 3": _on_bytes(_as_version_3),
    "cells out of order": _on_cells(_shuffle),
    "UTF-16": _on_bytes(lambda content: content.decode().encode("utf-16")),
    "a check twice": _on_cells(_copy_a_check),
    "metadata lost": _on_cells(_lose_metadata),
    "renamed": lambda files, rng: {f"Copy of {name}": content for name, content in files.items()},
    "not a notebook": _on_bytes(lambda content: b"%PDF-1.4 homework"),
}

# EXERCISE stands for the name of the exercise whose cell holds the trick. None of these can harm a machine.
TRICKS: dict[str, str] = {
    "answers that equal everything": """\
import numpy as np


class Anything(np.ndarray):
    def __eq__(self, other):
        return True

    def __array_ufunc__(self, *arguments, **options):
        return np.zeros(3)


def EXERCISE(*arguments):
    return np.zeros(3).view(Anything)""",
    "never ends": """\
def EXERCISE(*arguments):
    while True:
        pass""",
    "reads the solutions": """\
from pathlib import Path

import stagewise

places = [*Path.cwd().parents, *Path(stagewise.__file__).parents]
found = [path.read_text() for place in places for path in place.glob("solutions/*.py")]


def EXERCISE(*arguments):
    exec(found[0])
    return locals()["EXERCISE"](*arguments)""",
    "replaces the comparison": """\
import numpy as np
import stagewise

np.testing.assert_allclose = np.testing.assert_array_equal = np.allclose = lambda *a, **k: True
stagewise.check = lambda *functions: 100.0


def EXERCISE(*arguments):
    return 0.0""",
    "ends the process": """\
import os


def EXERCISE(*arguments):
    os._exit(0)""",
    "floods the notebook": """\
while True:
    print("x" * 1000000)""",
}
