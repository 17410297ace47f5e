"""A submitted file becomes a sound notebook: bytes in, cells and a list of repairs out.

Pure: nothing is opened, executed or written. The notebook is built anew from the few fields that grading
needs, so that whatever else stood in the file (metadata, outputs, unknown keys, broken ids) goes no
further.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

from autograder.errors import SubmissionError
from autograder.examining.pictures import KINDS, picture
from autograder.intake.encodings import read_text
from autograder.intake.recognise import MAX_SOURCE
from autograder.intake.repair import Cell, Repair, restore
from autograder.reasons import Reason
from autograder.units.plan import Plan

MAX_BYTES = 50_000_000
MAX_PARTS = 2_000_000
"""Values of the JSON: each may take 200 bytes of memory and as few as two of the file."""
MAX_CELLS = 5_000
_BEFORE_PARTS = ",[{"
_LONGEST_NAME = 200
_LARGEST_PICTURE = 32 << 20
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Intake:
    """A notebook (nbformat 4.5, plain dictionaries, no outputs) that follows the plan, and what was mended
    on the way.
    """

    notebook: dict[str, Any]
    repairs: tuple[Repair, ...]


def read_submission(raw: bytes, plan: Plan) -> Intake:
    """The notebook in `raw`, brought back to `plan`; raises SubmissionError when there is nothing to grade
    in it.
    """
    if len(raw) > MAX_BYTES:
        raise _too_large(f"the file has {len(raw):,} bytes, more than {MAX_BYTES:,}")
    text, repairs = _decode(raw)
    data = _parse(text)
    major = data.get("nbformat")
    if major != 4 or "cells" not in data:
        data = _convert(data, major)
        repairs.append(Repair(Reason.NBFORMAT_CONVERTED, f"nbformat {_told(major)}"))
    listed = data["cells"]
    if not isinstance(listed, list) or len(listed) > MAX_CELLS:
        raise _not_a_notebook(f"its cells are not a list of at most {MAX_CELLS:,} cells")
    cells = []
    for number, given in enumerate(listed, 1):
        cell = _sound(given)
        if cell is None:
            repairs.append(Repair(Reason.DAMAGED_CELL, f"cell {number}"))
        else:
            cells.append(cell)
    mended, found = restore(cells, plan)
    return Intake(_notebook(mended), (*repairs, *found))


def _decode(raw: bytes) -> tuple[str, list[Repair]]:
    """Text of the file, in whatever encoding an editor saved it, where that is certain."""
    if not raw.strip(b" \t\r\n\0"):
        raise SubmissionError(
            Reason.EMPTY_FILE, "the file holds nothing", "ask the student to submit the notebook again"
        )
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    try:
        read = read_text(raw) if encoding is None else (raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        read = None
    if read is None:
        raise SubmissionError(
            Reason.NOT_JSON,
            f"its bytes are not {encoding or 'UTF-8, nor surely another encoding'}: this is not a text file",
            "open it in JupyterLab; if it does not open, ask the student to submit the .ipynb file itself",
        )
    text, encoding = read
    return text, [] if encoding == "utf-8" else [Repair(Reason.ENCODING_CONVERTED, encoding)]


def _parse(text: str) -> dict[str, Any]:
    if len(text) > MAX_PARTS and sum(map(text.count, _BEFORE_PARTS)) > MAX_PARTS:
        raise _too_large(f"the file holds more than {MAX_PARTS:,} commas and brackets: too many parts")
    try:
        data = _loaded(text)
    except (ValueError, RecursionError) as problem:
        where = "its parts are nested too deep"
        if isinstance(problem, json.JSONDecodeError):
            where = f"{problem.msg.removesuffix(' at')} (line {problem.lineno})"
        raise SubmissionError(
            Reason.NOT_JSON,
            f"the file is not JSON: {where}",
            "it was cut off or edited by hand; ask the student to submit the file that JupyterLab saved",
        ) from None
    if not isinstance(data, dict):
        raise _not_a_notebook("it holds JSON, but no notebook")
    return data


def _loaded(text: str) -> Any:
    """JSON's value; what the quick parser is too strict for (NaN, halves of a surrogate pair) is JSON too."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


def _convert(data: dict[str, Any], major: object) -> dict[str, Any]:
    """An older notebook in today's form; `worksheets` were nbformat 3 and before."""
    if "cells" not in data and "worksheets" not in data:
        raise _not_a_notebook("it holds JSON, but neither cells nor worksheets")
    if isinstance(major, int) and major > 4:
        raise SubmissionError(
            Reason.UNKNOWN_FORMAT,
            f"it was saved in nbformat {_told(major)}, which is newer than the one known here (4)",
            "ask the student to save it with JupyterLab 4, or install a newer nbformat",
        )
    if "cells" in data:  # version number missing or wrong, but the cells are where nbformat 4 keeps them
        return data
    import nbformat  # takes longer than grading a submission, and few need it

    try:
        version = major if isinstance(major, int) and major in (1, 2, 3) else 3
        converted: dict[str, Any] = nbformat.convert(nbformat.from_dict({**data, "nbformat": version}), 4)
    except Exception as problem:  # nbformat raises whatever the damaged part happens to cause
        raise _not_a_notebook(
            f"nbformat {_told(major)} could not be converted ({type(problem).__name__})"
        ) from None
    return converted


def _sound(given: object) -> Cell | None:
    """A cell with nothing but a type, a source, its metadata and pictures; None when it is none at all."""
    if not isinstance(given, dict):
        return None
    source = given.get("source", given.get("input", ""))
    if isinstance(source, list):
        try:
            source = "".join(source)
        except TypeError:
            return None
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        return None
    kind = given.get("cell_type")
    cell: Cell = {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "metadata": _marks(given.get("metadata")),
        "source": clean_text(source),
    }
    name = given.get("id") or _of(given.get("metadata"), "id")  # Colab keeps it in the metadata
    if isinstance(name, str):
        cell["id"] = name
    if kind == "markdown":
        pictures = _pictures(given.get("attachments"))
        if pictures:
            cell["attachments"] = pictures
    return cell


def clean_text(text: str) -> str:
    """Text that every program can save: no lone surrogates, no NUL, Unix line ends."""
    if "\r" in text or "\0" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def _marks(metadata: object) -> dict[str, Any]:
    """Of a submitted cell's metadata, the one thing that is looked at: which cell of the assignment it says
    it is.
    """
    name = _of(_of(metadata, "nbgrader"), "grade_id")
    return {"nbgrader": {"grade_id": _told(name)}} if isinstance(name, str) and name else {}


def _of(holder: object, key: str) -> object:
    return holder.get(key) if isinstance(holder, dict) else None


def _told(value: object) -> str:
    """A value of the file as it may stand in a message: short, and text that can be saved.

    Of anything else than text and numbers only what it is: it may be nested as deep as the file is long.
    """
    if isinstance(value, str):
        return clean_text(value[:_LONGEST_NAME])
    plain = value is None or isinstance(value, int | float)
    return repr(value)[:_LONGEST_NAME] if plain else f"a {type(value).__name__}"


def _pictures(attachments: object) -> dict[str, dict[str, str]]:
    """Pictures pasted into a written answer; other kinds of attachment are left out."""
    if not isinstance(attachments, dict):
        return {}
    kept = {}
    for name, bundle in attachments.items():
        if not isinstance(bundle, dict):
            continue
        shown = dict(filter(None, (_picture(bundle.get(kind)) for kind in KINDS)))
        if shown:
            kept[clean_text(str(name))] = shown
    return kept


def _picture(data: object) -> tuple[str, str] | None:
    """A picture under what it is, which may be something else than its file's name said."""
    if not isinstance(data, str):
        return None
    found = ((kind, picture(kind, data, _LARGEST_PICTURE)) for kind in KINDS)
    return next(((kind, content) for kind, content in found if content is not None), None)


def _notebook(cells: list[Cell]) -> dict[str, Any]:
    """nbformat 4.5 around the cells: kernel and language are this course's, ids are unique."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        name = cell.get("id", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) or name in taken:
            name = f"cell-{number}"
            while name in taken:
                name += "-again"
        taken.add(name)
        cell["id"] = name
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            cell["outputs"] = []
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _too_large(detail: str) -> SubmissionError:
    return SubmissionError(
        Reason.TOO_LARGE,
        detail,
        "ask the student to clear all outputs (Kernel, Restart and Clear Outputs) and to submit again",
    )


def _not_a_notebook(detail: str) -> SubmissionError:
    return SubmissionError(
        Reason.NOT_A_NOTEBOOK, detail, "ask the student to submit the .ipynb file that JupyterLab saved"
    )
