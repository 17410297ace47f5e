"""The site is made whole or not at all; experiments run once, and their pictures become files."""

import json
import subprocess
import sys
from shutil import copytree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console

from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.reports.styles import Styles
from autograder.site import elsewhere
from autograder.site.figures import Figures
from autograder.site.making import make_site
from autograder.site.notebooks import released
from autograder.site.solved_run import solved_run
from autograder.units.pages import page
from autograder.units.prepare import prepare
from tests.autograder.site_pages import course_site
from tests.every_unit import loaded
from tests.sample import SOLUTIONS

QUIET = Console(quiet=True)
REPO = "https://github.com/owner/name"


def cell(role, source):
    return new_code_cell(source, metadata={"stagewise": {"role": role}}, id=role)


@pytest.fixture
def course(tmp_path):
    """A course with one solved notebook, which counts its runs in a file."""
    count = f"open({str(tmp_path / 'runs')!r}, 'a').write('.')"
    cells = [
        new_markdown_cell("# One", id="text"),
        cell("given", f"print('given'); {count};"),
        cell("exercise", "print('the solution ran')"),
        cell("check", "print('the table')\n### BEGIN HIDDEN TESTS\n1 / 0\n### END HIDDEN TESTS"),
        cell("explore", "print('seen')"),
    ]
    made = Course(tmp_path)
    made.instructor("one").parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), made.instructor("one"))
    return made


def test_experiments_run_once_until_something_changes(course):
    shown = solved_run(course, "one")
    assert solved_run(course, "one") == shown
    assert (course.root / "runs").read_text() == "."
    text = course.instructor("one").read_text()
    course.instructor("one").write_text(text.replace("seen", "seen anew"))
    assert solved_run(course, "one")["explore"][0]["text"] == "seen anew\n"
    assert (course.root / "runs").read_text() == ".."


def test_what_exercises_and_checks_print_is_not_shown(course):
    assert {name: outputs[0]["text"] for name, outputs in solved_run(course, "one").items()} == {
        "given": "given\n",
        "explore": "seen\n",
    }


def test_a_page_is_run_beside_the_solved_notebooks(course):
    course = Course(course.root, course.root / "solutions")
    course.pages.mkdir(parents=True)
    course.unit_source("one").touch()
    text = "# %% [markdown]\n# # End\n\n# %%\nprint('seen' in open('one.ipynb').read())\n"
    (course.pages / "end.py").write_text(text)
    ((shown,),) = filter(None, solved_run(course, "end").values())
    assert shown["text"] == "True\n"
    notebook = course.instructor("one").read_text()
    course.instructor("one").write_text(notebook.replace("seen", "other"))
    ((shown,),) = filter(None, solved_run(course, "end").values())
    assert shown["text"] == "False\n"


def test_an_experiment_that_stops_is_told(course):
    text = course.instructor("one").read_text()
    course.instructor("one").write_text(text.replace("print('seen')", "seen()"))
    with pytest.raises(CourseError, match=r"solved notebook of one stops with NameError: name 'seen'"):
        solved_run(course, "one")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A course with the sample unit, built once."""
    root = tmp_path_factory.mktemp("sample")
    course = Course(root, SOLUTIONS, root / "recorded")
    prepare(course, load=loaded)
    return course


def made(course, out, run=lambda course, unit: {}, repository="", **more):
    more = {"work": False} | more
    return make_site(course, out, repository=repository, load=loaded, run=run, console=QUIET, **more)


def test_a_course_of_its_own_units_gets_a_site_with_their_notebooks(sample, tmp_path):
    out = made(sample, tmp_path / "site")
    assert "read/sample.html" in (out / "index.html").read_text()
    assert (out / "notebooks" / "sample.ipynb").read_bytes() == sample.student("sample").read_bytes()
    assert "in 1 notebook. You" in (out / "index.html").read_text()
    assert not (out / "binder").exists()


def test_the_site_is_called_as_course_toml_says(sample, tmp_path):
    named = Course(copytree(sample.root, tmp_path / "named"), SOLUTIONS, sample.recorded)
    (named.root / "course.toml").write_text('title = "Nets & more"\n')
    out = made(named, tmp_path / "site", work=True)
    assert "<h1>Nets &amp; more</h1>" in (out / "index.html").read_text()
    assert ">Nets &amp; more</a>" in (out / "work" / "index.html").read_text()


def test_units_that_run_in_a_browser_have_a_button_that_leads_to_their_place(sample, tmp_path):
    out = made(sample, tmp_path / "site", work=True)
    for name, address in (("index.html", "work/"), ("read/sample.html", "../work/")):
        assert f'href="{address}index.html#sample"' in (out / name).read_text()
    assert '<section id="sample"' in (out / "work" / "index.html").read_text()


@pytest.fixture
def with_page(sample, tmp_path):
    """The sample's course with a page and with another unit."""
    solutions = copytree(SOLUTIONS, tmp_path / "solutions")
    (solutions / "pages").mkdir()
    (solutions / "pages" / "end.py").write_text("# %% [markdown]\n# # The end\n#\n# All of it.\n")
    return Course(sample.root, solutions, sample.recorded)


def test_a_page_is_on_the_site_of_all_units(with_page, tmp_path):
    out = made(with_page, tmp_path / "site", work=True, repository=REPO)
    landing = (out / "index.html").read_text()
    assert "<p>All of it.</p>" in landing
    assert 'href="work/index.html#end"' in landing
    assert (out / "notebooks" / "end.ipynb").read_text() == page(with_page, "end")
    assert "gh-pages/notebooks/end.ipynb" not in landing
    assert (out / "work" / "files" / "end.ipynb").exists()
    assert '<section id="end" data-release' in (out / "work" / "index.html").read_text()


def test_a_page_is_not_on_the_site_of_some_units(with_page, tmp_path):
    with_page.unit_source("other").write_text("# %% [markdown]\n# # Other\n")
    out = make_site(
        with_page, tmp_path / "site", ["sample"], work=False, load=loaded, run=lambda *_: {}, console=QUIET
    )
    assert "The end" not in (out / "index.html").read_text()
    assert not (out / "notebooks" / "end.ipynb").exists()


def test_what_the_working_edition_lacks_is_told_before_any_experiment_runs(sample, tmp_path):
    with pytest.raises(CourseError, match=r"pyodide-lock\.json is not there"):
        made(sample, tmp_path / "site", work=True, pyodide=str(tmp_path), run=None)


def test_a_site_that_cannot_be_made_leaves_the_one_before(sample, tmp_path):
    out = tmp_path / "site"
    made(sample, out)
    (out / "index.html").write_text("the one before")

    def stops(course, unit):
        raise CourseError("an experiment stops", "mend it")

    with pytest.raises(CourseError, match="an experiment stops"):
        made(sample, out, stops)
    assert (out / "index.html").read_text() == "the one before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_a_site_takes_the_place_of_the_one_before(sample, tmp_path):
    out = tmp_path / "site"
    made(sample, out)
    (out / "read" / "old.html").write_text("a page that is no more")
    made(sample, out)
    assert not (out / "read" / "old.html").exists()


def test_a_folder_with_something_else_in_it_is_refused(sample, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CourseError, match="holds something else than a site"):
        made(sample, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_repository_elsewhere_is_refused_before_experiments_run(sample, tmp_path):
    def runs(course, unit):
        pytest.fail("an experiment ran")

    with pytest.raises(CourseError, match="none that Colab and Binder open"):
        made(sample, tmp_path / "site", runs, "https://gitlab.com/a/b")
    assert list(tmp_path.iterdir()) == []


def test_pictures_become_files_with_their_text():
    figures = Figures("pictures", Styles())
    told = {"image/png": {"alt": 'a "line"', "width": 5}}
    data = {"image/png": "iVBORw0KGgo="}
    html = figures.shown([{"output_type": "display_data", "data": data, "metadata": told}])
    (name,) = figures.files
    assert f'<img src="{name}" alt="a &quot;line&quot;" width="5" loading="lazy">' in html
    assert figures.files[name] == b"\x89PNG\r\n\x1a\n"


def test_moving_drawings_have_a_still_one_for_those_who_asked_for_less_motion():
    figures = Figures("pictures", Styles())
    text = (
        '<picture><source media="(prefers-reduced-motion: reduce)" srcset="data:image/svg+xml;base64,YQ==">'
        '<img width="9" style="max-width:100%" alt="walks" src="data:image/svg+xml;base64,Yg=="></picture>'
    )
    html = figures.shown([{"output_type": "display_data", "data": {"text/html": text}}])
    assert sorted(figures.files.values()) == [b"a", b"b"]
    assert html.count("<img ") == html.count("<source ") == 1
    assert 'alt="walks"' in html
    assert "data:" not in html


def test_outputs_act_on_nothing():
    figures = Figures("pictures", Styles())
    text = (
        '<p style="color:red" onclick="go()">word</p><script>go()</script><iframe src="https://a.b"></iframe>'
    )
    html = figures.shown([{"output_type": "display_data", "data": {"text/html": text}}])
    assert html == '<p data-s="0">word</p>'


def test_sliders_are_told_of():
    figures = Figures("pictures", Styles())
    data = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "VBox(children=())"}
    html = figures.shown([{"output_type": "display_data", "data": data}])
    assert "sliders change" in html
    assert "VBox" not in html


def test_a_unit_that_needs_pytorch_offers_colab_where_there_is_one(tmp_path):
    card = "does not run in browsers: work in JupyterLab"
    assert f"{card}." in (course_site(tmp_path / "a") / "index.html").read_text()
    page = (course_site(tmp_path / "b", REPO, work=True) / "index.html").read_text()
    assert f"{card}, or at Colab." in page
    assert page.count(">Colab<span") == 10
    assert page.count(">Binder<span") == 9
    assert page.count(">Work<span") == 10  # the page at the end among them


@pytest.mark.parametrize("address", ["https://gitlab.com/a/b", "github.com/a/b", "https://github.com/a", ""])
def test_a_repository_that_colab_cannot_open_is_refused(address):
    with pytest.raises(CourseError, match="none that Colab and Binder open"):
        elsewhere.colab(address, "batchnorm")


def test_buttons_lead_to_the_branch_that_holds_the_site():
    assert elsewhere.colab(f"{REPO}.git", "dropout") == (
        "https://colab.research.google.com/github/owner/name/blob/gh-pages/notebooks/dropout.ipynb"
    )
    assert elsewhere.binder(REPO, "dropout") == (
        "https://mybinder.org/v2/gh/owner/name/gh-pages?urlpath=lab/tree/notebooks/dropout.ipynb"
    )


WHEEL = "stagewise-1-py3-none-any.whl"
FAKE_PIP = "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"


def first_cell(unit, folder, *present, before=""):
    """What a unit's first cell for Colab says to pip, in a Python that has these modules alone, and after."""
    notebook = elsewhere.with_installation(released(Course(REPOSITORY), unit), REPO, WHEEL)
    nbformat.validate(notebook)
    (folder / "pip.py").write_text(FAKE_PIP)
    for name in present:
        (folder / f"{name}.py").write_text("")
    (folder / "cell.py").write_text(before + notebook["cells"][0]["source"])
    told = subprocess.check_output([sys.executable, "-S", "-E", folder / "cell.py"], cwd=folder, text=True)
    asked, _, after = told.partition("\n")
    return (json.loads(asked), after) if told else None


def test_the_first_cell_installs_the_package_where_it_is_missing(tmp_path):
    wheel = f"https://raw.githubusercontent.com/owner/name/gh-pages/notebooks/{WHEEL}"
    asked = first_cell("batchnorm", tmp_path)
    assert asked == (["install", "--quiet", f"stagewise @ {wheel}"], "")
    asked = first_cell("transfer", tmp_path, "stagewise")
    assert asked == (["install", "--quiet", f"stagewise[transfer] @ {wheel}"], "")


@pytest.mark.parametrize(("loaded", "said"), [("3.10.0", "restart the session"), ("3.11.0", "")])
def test_the_first_cell_says_when_a_library_in_use_was_replaced(tmp_path, loaded, said):
    kept = tmp_path / "matplotlib-3.11.0.dist-info"
    kept.mkdir()
    (kept / "METADATA").write_text("Metadata-Version: 2.1\nName: matplotlib\nVersion: 3.11.0\n")
    before = f"import matplotlib\nmatplotlib.__version__ = {loaded!r}\n"
    _, after = first_cell("transfer", tmp_path, "matplotlib", before=before)
    assert said in after
    assert bool(said) == bool(after)


def test_the_first_cell_does_nothing_where_the_package_is(tmp_path):
    assert first_cell("batchnorm", tmp_path, "stagewise") is None
    assert first_cell("transfer", tmp_path, "stagewise", "torch", "safetensors", "matplotlib") is None


def test_a_site_for_a_repository_brings_the_package_along(sample, tmp_path):
    out = made(sample, tmp_path / "site", repository=REPO)
    (wheel,) = (out / "notebooks").glob("*.whl")
    asked = f"stagewise @ https://raw.githubusercontent.com/owner/name/gh-pages/notebooks/{wheel.name}\n"
    assert (out / "binder" / "requirements.txt").read_text() == asked
    assert (out / "binder" / "runtime.txt").read_text() == "python-3.12\n"
    notebook = json.loads((out / "notebooks" / "sample.ipynb").read_text())
    assert asked.strip() in notebook["cells"][0]["source"]
