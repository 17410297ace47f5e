"""Finds lines that students must not have in what they receive.

Lines are compared without blanks: quoting, indentation and JSON hide nothing. What the unit's own text
shows (given code, experiments, docstrings) is no secret, nor are the calls that visible cases make, names and
sentences of known mistakes, and lines that say too little.
"""

import html
import inspect
import re
import zipfile
from pathlib import Path

from autograder.units import regions

_SAYS_SOMETHING = re.compile(r"\w.*[=+\-*/@(\[].*\w")
_DECLARES = re.compile(r"[A-Z]\w* = \w+\[.*\]|\w+: [^=]*(=.*)?,")  # a type, a parameter
_LEAST_LETTERS = 14
_COMMON = ("import ", "from ", "#", "def ", "class ", "@dataclass(", ")", "raise ValueError(", "Array = ")
_OTHERS = ("work/build/", "work/extensions/@", "work/pyodide/")  # JupyterLab's, its extensions', Pyodide's
_HIDDEN = (regions.SOLUTION, regions.MARK_SCHEME)


def packed(text):
    """Text without blanks; a quote or a new line inside JSON counts as itself."""
    return "".join(text.replace("\\n", " ").replace('\\"', '"').split())


def telling(lines):
    """The lines of code that would tell something, packed."""
    found = set()
    for line in lines:
        code = line.split("  # ")[0].strip()
        if code.startswith((*_COMMON, '"', "'", 'f"')) or code.endswith("(") or _DECLARES.fullmatch(code):
            continue
        if len(packed(code)) >= _LEAST_LETTERS and _SAYS_SOMETHING.search(code):
            found.add(packed(code))
    return found


def shown(source, unit=None):
    """All that the unit's source shows to students, and the calls of its visible cases, packed."""
    exercises = unit.exercises if unit is not None else ()
    cases = [case for exercise in exercises for case in exercise.cases if case.visible]
    texts = [step.text for case in cases for step in case.steps]
    for cell in source.cells:
        text = cell.source
        for region in _HIDDEN:
            text = regions.replace(text, region)
        texts.append(text)
    return packed("\n".join(texts))


def secrets_of_source(source):
    """Lines of solutions, model answers and marking schemes."""
    secrets = set()
    for cell in source.cells:
        lines = [line for region in _HIDDEN for line in regions.inside(cell.source, region).splitlines()]
        if cell.cell_type == "code":
            secrets |= telling(lines)
        else:
            secrets |= {packed(line) for line in lines if len(packed(line)) >= _LEAST_LETTERS}
    return secrets


def secrets_of_unit(unit):
    """Lines of the truth, of every known mistake and of every alternative; sentences for the lecture."""
    lines, lectures = [], set()
    for exercise in unit.exercises:
        lines += _body(exercise.truth)
        for variant in (*exercise.misconceptions, *exercise.alternatives):
            lines += [*variant.change.splitlines(), *variant.into.splitlines()]
            lines += _body(variant.by) if variant.by is not None else []
        lectures |= {packed(one.teach) for one in exercise.misconceptions if one.teach}
    return telling(lines) | lectures


def _body(function):
    """Lines of a function without its docstring."""
    return _undocumented(inspect.getsource(function))


def _undocumented(text):
    return re.sub(r'""".*?"""', "", text, flags=re.DOTALL).splitlines()


def secrets_of_modules(paths):
    """Lines of code in Python files, docstrings left out."""
    return telling(line for path in paths for line in _undocumented(Path(path).read_text()))


def found_in(secrets, texts, public=""):
    """(name of the text, secret) for every secret that is not public and stands in a text all the same."""
    hidden = {secret for secret in secrets if secret not in public}
    whole = {name: packed(text) for name, text in texts.items()}
    return sorted((name, secret) for name, text in whole.items() for secret in hidden if secret in text)


def texts_of_site(folder):
    """All files of a site that are text, but for those of others, and those in wheels; pages as readers see
    them, without formulas, which units show in another spelling.
    """
    texts = {}
    for path in sorted(Path(folder).rglob("*.*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(_OTHERS):
            continue
        if path.suffix == ".whl":
            texts |= {f"{name}/{inside}": text for inside, text in texts_of_zip(path).items()}
        elif path.suffix in (".html", ".css", ".js", ".json", ".svg", ".ipynb", ".txt"):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                text = html.unescape(re.sub(r"<math.*?</math>|<[^>]+>", "", text, flags=re.DOTALL))
            texts[name] = text
    return texts


def texts_of_zip(file):
    """All files in a zip as text, wheels opened."""
    texts = {}
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".whl"):
                with archive.open(name) as wheel:
                    texts |= texts_of_zip(wheel)
            else:
                texts[name] = archive.read(name).decode("utf-8", "replace")
    return texts
