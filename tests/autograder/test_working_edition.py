"""The working edition holds the released notebooks, the students' package and what a kernel loads."""

import json
import zipfile
from hashlib import sha256
from shutil import copytree

import pytest

from autograder.errors import CourseError
from autograder.site import lite
from autograder.site._kernel import add_kernel
from tests.autograder import leaks
from tests.autograder.toy_unit import SOURCE, course_of, load

PUBLIC = "https://pyodide.example/v0/full/"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return course_of(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def work(course, tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    lite.build(course, out, ["toy"], PUBLIC, load=load)
    return out / "work"


def packages(work):
    return json.loads((work / "wheels" / "packages.json").read_text())


def kernel(work):
    config = json.loads((work / "jupyter-lite.json").read_text())["jupyter-config-data"]
    return config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]


def test_the_notebook_is_the_released_one_and_says_which_release(course, work):
    served = json.loads((work / "files" / "toy.ipynb").read_text())
    released = course.student("toy").read_text()
    assert served["metadata"]["stagewise"]["release"] == sha256(released.encode()).hexdigest()[:16]
    assert served["cells"] == json.loads(released)["cells"]


def test_every_wheel_is_in_the_index_with_its_digest(work):
    wheels = {path.name: path for path in (work / "wheels").glob("*.whl")}
    entries = packages(work)["packages"].values()
    assert {entry["file_name"] for entry in entries} == set(wheels)
    for entry in entries:
        assert entry["sha256"] == sha256(wheels[entry["file_name"]].read_bytes()).hexdigest()
    (widgets,) = (work / "wheels").glob("ipywidgets*")
    with zipfile.ZipFile(widgets) as one:
        assert one.testzip() is None
        assert "ipywidgets/__init__.py" in one.namelist()


def test_the_kernel_asks_pyodides_address_and_the_site_and_nobody_else(work):
    settings = kernel(work)
    assert settings["disablePyPIFallback"] is True
    assert settings["pyodideUrl"] == "./start.js"
    assert settings["loadPyodideOptions"]["indexURL"] == PUBLIC
    for page in ("index.html", "notebooks/index.html", "tree/index.html"):
        policy = (work / page).read_text().split('Content-Security-Policy" content="')[1].split('"')[0]
        assert [word for word in policy.split() if "://" in word] == ["https://pyodide.example"] * 2


def test_no_secret_of_the_unit_is_in_any_file(course, work):
    texts = {}
    for path in work.rglob("*"):
        if path.suffix == ".whl":
            texts |= leaks.texts_of_zip(path)
        elif path.is_file():
            texts[str(path.relative_to(work))] = path.read_text(errors="replace")
    assert len(texts) > 100
    assert [name for name, text in texts.items() if "secret_" in text or "secret model" in text] == []


def release(work):
    """What the service worker keeps the site's files under."""
    return (work / "service-worker.js").read_text().split("\n")[0]


def test_the_same_site_is_the_same_to_a_browser_that_has_it(course, work, tmp_path):
    lite.build(course, tmp_path, ["toy"], PUBLIC.removesuffix("/"), load=load)
    assert release(tmp_path / "work") == release(work)


def test_a_folder_with_pyodide_is_copied_as_far_as_it_is_used(course, work, tmp_path):
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    needed = {"micropip": [], "jedi": [], "ipython": ["prompt_toolkit", "sqlite3"], "prompt-toolkit": []}
    needed |= {"numpy": [], "traitlets": [], "sqlite3": [], "threadpoolctl": [], "pillow": []}
    needed |= {"matplotlib": ["numpy", "pillow", "fonttools"], "fonttools": [], "scipy": ["numpy"]}
    lock = {name: {"file_name": f"{name}.whl", "depends": depends} for name, depends in needed.items()}
    (pyodide / "pyodide-lock.json").write_text(json.dumps({"packages": lock}))
    core = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
    for name in (*core, *(entry["file_name"] for entry in lock.values())):
        (pyodide / name).touch()
    lite.build(course, tmp_path / "out", ["toy"], str(pyodide), load=load)
    copied = {path.name for path in (tmp_path / "out" / "work" / "pyodide").iterdir()}
    assert copied == {path.name for path in pyodide.iterdir()} - {"fonttools.whl", "jedi.whl", "scipy.whl"}
    assert kernel(tmp_path / "out" / "work")["loadPyodideOptions"]["indexURL"] == "./pyodide/"
    assert release(tmp_path / "out" / "work") != release(work)


def test_a_folder_without_pyodide_is_refused_and_what_was_there_stays(course, work, tmp_path):
    kept = tmp_path / "work" / "kept.txt"
    kept.parent.mkdir()
    kept.touch()
    with pytest.raises(CourseError, match=r"pyodide-lock.json is not there"):
        lite.build(course, tmp_path, ["toy"], str(tmp_path), load=load)
    assert kept.exists()


def test_a_unit_that_needs_more_than_a_browser_has_is_listed_and_says_why(tmp_path):
    course = course_of(tmp_path, SOURCE.replace("[markdown]", '[markdown] needs=["transfer"]', 1))
    lite.build(course, tmp_path / "out", ["toy"], PUBLIC, repository="https://github.com/a/b", load=load)
    work = tmp_path / "out" / "work"
    assert not (work / "files" / "toy.ipynb").exists()
    said = (work / "index.html").read_text()
    assert "runs PyTorch, which no browser can" in said
    assert 'href="https://colab.research.google.com/github/a/b/blob/gh-pages/notebooks/toy.ipynb"' in said


def test_where_jupyterlite_is_missing_the_remedy_is_told(course, tmp_path, monkeypatch):
    monkeypatch.setattr(lite, "jupyter_path", lambda *_: [])
    with pytest.raises(CourseError, match=r"needs JupyterLite.*\n.*\.\[site\]"):
        lite.build(course, tmp_path, ["toy"], PUBLIC, load=load)


def test_a_kernel_that_jupyterlite_begins_in_another_way_stops_the_build(work, tmp_path):
    copytree(work, made := tmp_path / "work")
    (script,) = (one for one in made.rglob("*.js") if "crossOriginIsolated?new Worker(" in one.read_text())
    script.write_text(script.read_text().replace("crossOriginIsolated?new Worker(", "isolated?new Worker("))
    with pytest.raises(CourseError, match=r"0 make a kernel's worker.*\n.*\.\[site\]"):
        add_kernel(made, PUBLIC)


def test_what_a_browser_keeps_of_python_is_taken_up_by_the_same_release_alone(course, work, tmp_path):
    stamp = kernel(work)["loadPyodideOptions"]["stamp"]
    assert f'"stamp": "{stamp}"' in (work / "kernel.js").read_text().split("\n")[0]
    copytree(work, made := tmp_path / "work")
    add_kernel(made, "https://elsewhere.example/v0/full/")
    assert kernel(made)["loadPyodideOptions"]["stamp"] != stamp
    index = packages(made)
    index["needless"] = []
    (made / "wheels" / "packages.json").write_text(json.dumps(index))
    add_kernel(made, PUBLIC)
    assert kernel(made)["loadPyodideOptions"]["stamp"] != stamp


def test_notebooks_run_their_cells_with_our_plugin_alone(work):
    config = json.loads((work / "notebooks" / "jupyter-lite.json").read_text())["jupyter-config-data"]
    (ours,) = config["federated_extensions"]
    assert (work / "extensions" / ours["name"] / ours["load"]).is_file()
    (theirs,) = config["disabledExtensions"]
    scripts = (work / "build").glob("jlab_core.*.js")
    assert any(f'"{theirs}"' in script.read_text() for script in scripts)


def test_every_page_of_jupyterlite_hands_over_the_kernel_that_it_began(work):
    pages = [path.read_text() for path in work.glob("*/index.html")]
    assert len(pages) == 2
    for page in pages:
        for script in ("styles.js", "early.js"):
            assert page.index(f'<script src="../{script}"></script>') < page.index("jupyter-lite-main")
            assert (work / script).is_file()
    told = (work / "early.js").read_text().split("\n")[0]
    assert (work / json.loads(told.removeprefix("const KERNEL = ").removesuffix(";"))["worker"]).is_file()
