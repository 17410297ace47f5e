"""A candidate runs cells as JupyterLab would and returns what they show."""

import pytest
from matplotlib import font_manager

from autograder.examining.outputs import clean
from autograder.isolation.limits import Limits
from benchmarks.bare import one_shell


def shown(candidate, source):
    return clean(candidate.run_cell(source).outputs)


def streams(candidate, source):
    return {output["name"]: output["text"] for output in shown(candidate, source) if "name" in output}


def test_the_last_expression_is_the_result(candidate):
    """With its count, as In and Out have it."""
    result = candidate.run_cell("6 * 7", count=5)
    assert result.execution_count == 5
    (output,) = clean(result.outputs)
    assert output["data"] == {"text/plain": "42"}
    assert output["execution_count"] == 5


def test_prints_are_streams(candidate):
    """Pieces of one stream are joined."""
    source = "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)"
    assert streams(candidate, source) == {"stdout": "a\nb\n", "stderr": "c\n"}


def test_names_last_from_cell_to_cell(candidate):
    """It is one session."""
    candidate.run_cell("x = 3")
    assert streams(candidate, "print(x)") == {"stdout": "3\n"}


DEFINITIONS = """\
def half(x):
    return x / 2


def quarter(x):
    return half(half(x))"""


@pytest.mark.parametrize("listens", [False, True])
def test_a_cell_of_definitions_is_a_cell_like_any_other(candidate, listens):
    """Whether it is run the short way or, since something listens, the long one: its count, its place in In,
    its lines in a traceback.
    """
    if listens:
        candidate.run_cell("get_ipython().events.register('post_run_cell', lambda result: None)", count=1)
    result = candidate.run_cell(DEFINITIONS, count=7)
    assert (result.status, result.execution_count, result.outputs) == ("ok", 7, ())
    assert streams(candidate, "print(quarter(8.0), In[-2] == In[-1], len(In))")["stdout"].startswith("2.0 ")
    (error,) = shown(candidate, "quarter('x')")
    assert "Cell In[7], line 2" in "".join(error["traceback"])


@pytest.mark.parametrize("module", ["numpy", "colorsys"])
def test_a_cell_may_import_what_is_loaded_or_not_and_define(candidate, module):
    """Whichever way that is run, the names are there, and a missing part is the cell's error."""
    source = f"from {module} import linspace\nimport os.path as p, math\n\n\ndef half(x):\n    return x / 2"
    result = candidate.run_cell(source if module == "numpy" else source.replace("linspace", "rgb_to_hsv"))
    assert (result.status, result.outputs) == ("ok", ())
    assert streams(candidate, "print(half(math.floor(5)), p.basename('a/b'))") == {"stdout": "2.5 b\n"}
    (error,) = shown(candidate, f"from {module} import nothing\ndef f():\n    pass")
    assert error["ename"] == "ImportError"


def test_an_import_that_was_replaced_may_end_its_cell_and_no_more(candidate):
    candidate.run_cell(
        "import builtins\nusual = builtins.__import__\ndef ask(name, *more, **rest):\n"
        "    if name == 'math':\n        raise SystemExit(name)\n    return usual(name, *more, **rest)\n"
        "builtins.__import__ = ask"
    )
    error, *_ = shown(candidate, "import math\ndef f():\n    pass")
    assert error["ename"] == "SystemExit"
    assert streams(candidate, "print(1)") == {"stdout": "1\n"}


@pytest.mark.parametrize("end", ["f(21)", "42", "'x' * 2 and 42", "f\n42", "x = 42\nx"])
def test_what_follows_a_definition_is_shown(candidate, end):
    """A cell that ends with a value shows it, whatever it begins with."""
    (output,) = shown(candidate, f"def f(x):\n    return 2 * x\n\n\n{end}")
    assert output["data"]["text/plain"] == "42"


def test_a_definition_that_calls_something_calls_it(candidate):
    """A decorator, a default value that is computed: whatever it prints is shown."""
    source = "def f(x=print('now')):\n    return x\n\n\ndef g(x, y=3):\n    return x"
    assert streams(candidate, source) == {"stdout": "now\n"}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def f(x=missing):\n    return x", "NameError"),
        ("def f():\n    nonlocal y\n    y = 1", "SyntaxError"),
        ("def f(:\n    pass", "SyntaxError"),
    ],
)
def test_a_definition_that_fails_shows_its_error(candidate, source, name):
    result = candidate.run_cell(source)
    assert result.status == "error"
    assert clean(result.outputs)[0]["ename"] == name


def test_what_listens_to_cells_hears_of_definitions(candidate):
    """And a transformer of trees sees them."""
    candidate.run_cell("heard = []\nlisten = get_ipython().events.register")
    candidate.run_cell("listen('pre_run_cell', lambda info: heard.append(1))")
    candidate.run_cell("def f():\n    return 1")
    assert streams(candidate, "print(len(heard))") == {"stdout": "2\n"}
    candidate.run_cell(
        "import ast\nclass Twice(ast.NodeTransformer):\n"
        "    def visit_Constant(self, node):\n        return ast.Constant(2 * node.value)\n"
        "get_ipython().ast_transformers.append(Twice())"
    )
    candidate.run_cell("def g():\n    return 21")
    assert streams(candidate, "print(g())")["stdout"].strip() == "42"


def test_an_error_is_an_output(candidate):
    """And the status says so; the cell's number is in the traceback."""
    result = candidate.run_cell("def f():\n    return 1 / 0\nf()", count=4)
    assert result.status == "error"
    (output,) = clean(result.outputs)
    assert (output["ename"], output["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "Cell In[4], line 3" in "".join(output["traceback"])


def test_figures_are_shown_at_the_end_of_a_cell(candidate):
    """Whether or not the cell asks for it, with the usual magic or without."""
    for source in (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "plt.plot([2]); plt.show()",
    ):
        assert any("image/png" in output["data"] for output in shown(candidate, source))


def test_a_warm_shell_leaves_no_fonts_to_be_closed_in_forks():
    """matplotlib closes in every fork those that its template has opened."""
    font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    with one_shell():
        assert font_manager._get_font.cache_info().currsize == 0


FONTS = """\
import matplotlib.pyplot as plt
def letters(text):
    for family in ("sans-serif", "serif", "monospace"):
        for weight in ("normal", "bold"):
            for style in ("normal", "italic"):
                plt.figure().text(0, 0, text, family=family, weight=weight, style=style)
                plt.gcf().canvas.draw()
                plt.close()
letters("abc")"""
MATHEMATICS = """\
for n in range(60):
    plt.figure().text(0, 0, f"$x_{{{n}}}$")
    plt.gcf().canvas.draw()
    plt.close()"""


def test_letters_can_be_drawn_after_much_mathematics(candidate):
    """No font that the template had opened is closed late, in the place of one that was opened since."""
    results = [candidate.run_cell(source) for source in (FONTS, MATHEMATICS, "letters('qwerty ZXCV')")]
    assert [result.status for result in results] == ["ok", "ok", "ok"]


def test_html_display_and_clear_output_work(candidate):
    """IPython.display reaches the notebook."""
    source = "from IPython.display import HTML, clear_output, display\nprint(1)\nclear_output()\n"
    source += "display(HTML('<b>x</b>'))"
    (output,) = shown(candidate, source)
    assert output["data"]["text/html"] == "<b>x</b>"


@pytest.mark.parametrize("source", ["!ls /", "x = !ls", "%%bash\nls /", "import os; os.system('ls /')"])
def test_programs_cannot_be_started(candidate, source):
    """And the cell ends in good order."""
    candidate.run_cell(source)
    assert streams(candidate, "print('alive')") == {"stdout": "alive\n"}


def test_input_fails_at_once(candidate):
    """Nobody is there to answer."""
    assert shown(candidate, "input('name? ')")[0]["ename"] == "EOFError"


@pytest.mark.parametrize("source", ["exit()", "quit()", "raise SystemExit(2)", "raise KeyboardInterrupt"])
def test_polite_exits_end_the_cell_only(candidate, source):
    """As in a notebook."""
    candidate.run_cell(source)
    assert streams(candidate, "print('alive')") == {"stdout": "alive\n"}


def test_awaiting_works(candidate):
    """Cells may await at top level."""
    assert streams(candidate, "import asyncio\nawait asyncio.sleep(0)\nprint('done')") == {"stdout": "done\n"}


def test_output_beyond_the_bound_is_cut_with_a_note(template):
    """Text and pictures alike; the candidate goes on."""
    with template.new_candidate(Limits(output_bytes=1000)) as candidate:
        text = streams(candidate, "print('x' * 5000)")
        assert len(text["stdout"]) == 1000
        assert "cut off" in text["stderr"]
        assert streams(candidate, "print('alive')") == {"stdout": "alive\n"}


def test_many_small_outputs_are_bounded(candidate):
    """A loop of displays ends up with a bounded number."""
    assert (
        len(shown(candidate, "from IPython.display import display\nfor i in range(5000): display(i)")) < 300
    )


def test_what_is_written_to_the_descriptor_is_lost(candidate):
    """Descriptors 1 and 2 are the null device."""
    assert shown(candidate, "import os\nos.write(1, b'x')\nos.write(2, b'x');") == []


def test_a_new_candidate_knows_nothing_of_the_last(template):
    """Neither names nor files nor counts."""
    with template.new_candidate() as first:
        first.run_cell("secret = 1; open('note', 'w').write('x')")
    with template.new_candidate() as second:
        assert streams(second, "import os; print('secret' in globals(), os.listdir())") == {
            "stdout": "False []\n"
        }


def test_widgets_do_not_fail(candidate):
    """There is no browser to move a slider, but the cell runs."""
    source = "import ipywidgets\nipywidgets.interact(lambda x: x, x=(0, 3));"
    assert candidate.run_cell(source).status == "ok"
