"""Ways home for what hidden cases hand over: a first submission that learns the inputs, for a second one.

Each carries its word by what the student's code raises, returns or names, or shows in a cell that runs after
the check. Whoever reads the word could read the inputs in its place.
"""

from collections.abc import Callable
from typing import Any

from autograder.attacks.field import Attack, code

_WORD = "word = 'SUC' + 'CESS'\n"
_HEAD = "def sgd(w, dw, config=None):\n"


def _carried(name: str, tries: str, body: str, before: str = "") -> Attack:
    """Carries the word by what the exercise does when it is called."""
    answer = _HEAD + "".join(f"    {line}\n" for line in body.splitlines())
    return Attack(f"home by {name}", tries, cells=(_WORD + before,), answer=answer, examined=True)


def _shown(name: str, tries: str, source: str) -> Attack:
    """Carries the word by a cell behind the check, where the exercise has kept what it was given."""
    answer = f"kept = []\n{_HEAD}    kept.append(word)\n    return 0 * w, config"
    return Attack(
        f"home by {name}", tries, cells=(_WORD,), answer=answer, change=_behind(source), examined=True
    )


def _behind(source: str) -> Callable[[list[dict[str, Any]]], None]:
    def change(cells: list[dict[str, Any]]) -> None:
        cells.append(code(source))

    return change


CHANNELS = (
    _carried("an exception's text", "puts the inputs into the message", "raise ValueError(word)"),
    _carried("an exception's type", "names a class after them", "raise type(word, (Exception,), {})()"),
    _carried(
        "a type like a familiar one",
        "names a class after them that begins as one of Python's",
        "raise type('ValueError_' + word, (ValueError,), {})()",
    ),
    _carried(
        "a text like a familiar one",
        "words a message as NumPy does",
        "raise ValueError('operands could not be broadcast together with shapes ' + word)",
    ),
    _carried("a missing name", "looks up a variable of that name", "raise NameError(f'name {word!r}')"),
    _carried("a missing entry", "looks up a key of that name", "return {}[word], config"),
    _carried(
        "a note", "adds them to an exception", "error = ValueError()\nerror.add_note(word)\nraise error"
    ),
    _carried("a cause", "raises one exception from another", "raise ValueError from KeyError(word)"),
    _carried(
        "a warning", "warns of them", "import warnings\nwarnings.warn(word, RuntimeWarning)\nraise ValueError"
    ),
    _carried(
        "a file's name",
        "raises in code of a file that is called so",
        "exec(compile('raise ValueError', f'/tmp/{word}.py', 'exec'))",
    ),
    _carried(
        "a function's name",
        "raises in a function that is called so",
        "def named(): raise ValueError\nnamed.__code__ = named.__code__.replace(co_name=word)\nnamed()",
    ),
    _carried(
        "a line of the source",
        "writes the line into what tracebacks quote",
        "import linecache\nname = '<ipython-input-9-home>'\n"
        "linecache.cache[name] = (9, None, [f'raise {word}'], name)\n"
        "exec(compile('raise ValueError', name, 'exec'))",
    ),
    _carried("a text", "returns them as a text", "return word, config"),
    _carried(
        "a type", "returns an object of a type that is called so", "return type(word, (), {})(), config"
    ),
    _carried("a key", "returns a dict with such a key", "return {word: w}, config"),
    _carried("a field", "returns an array with such a field", "return np.zeros(3, [(word, 'f8')]), config"),
    _carried("an array of texts", "returns an array of texts", "return np.full(w.shape, word), config"),
    _carried("a list", "returns a list of texts", "return [word] * w.shape[0], config"),
    _carried("printing", "prints while a case is played", "print(word)\nreturn 0 * w, config"),
    _shown("a later print", "prints in a later cell what the exercise has kept", "print(kept[0])"),
    _shown(
        "a later error stream",
        "writes to stderr what the exercise has kept",
        "import sys\nsys.stderr.write(kept[0])",
    ),
    _shown("a later result", "has it as the value of a later cell", "kept[0]"),
    _shown(
        "a later display", "displays it", "from IPython.display import HTML, display\ndisplay(HTML(kept[0]))"
    ),
    _shown(
        "a later figure", "draws a figure of it", "import matplotlib.pyplot as plt\nplt.title(kept[0])\nkept"
    ),
    _shown("a later error", "raises it in a later cell", "raise ValueError(kept[0])"),
    _shown("a later error's type", "raises a class of that name", "raise type(kept[0], (Exception,), {})()"),
    _shown("a later syntax error", "compiles it", "compile('(' + kept[0], kept[0], 'exec')"),
    _shown("many later errors", "shows an error for each number", "get_ipython().showsyntaxerror(kept[0])"),
    _shown(
        "forged outputs",
        "writes into the outputs of the cell that runs",
        "get_ipython().outputs._items.append({'output_type': 'error', 'ename': kept[0], 'evalue': kept[0],"
        " 'traceback': [kept[0]]})",
    ),
    _shown(
        "a thread's print",
        "prints from a thread that outlives its cell",
        "import threading\nthreading.Timer(0.01, lambda: print(kept[0])).start()",
    ),
)
