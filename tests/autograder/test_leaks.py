"""Nothing that students receive holds a line of a solution, known mistake, hidden test or marking scheme."""

from pathlib import Path

import pytest
from rich.console import Console

import reference.kit.units
from autograder.course import REPOSITORY, Course
from autograder.examining.renderer import highlighted
from autograder.site.making import make_site
from autograder.units import from_truth, percent
from autograder.units.build import build
from autograder.units.handout import handout
from tests.autograder import leaks
from tests.autograder.toy_unit import SOURCE, TOY, course_of, load
from tests.every_unit import loaded
from tests.sample import SOLUTIONS

COURSE = Course(REPOSITORY)
UNITS = [unit for unit in COURSE.units() if unit in reference.kit.units.names()]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def released(course):
    """Every file that students receive, by name: what the handout of the whole course holds."""
    return leaks.texts_of_zip(handout(course, UNITS).path)


@pytest.fixture(scope="module")
def site(course):
    """Every file of the course's site, by name, as its readers see it; what experiments show is left out."""
    out = make_site(
        course,
        course.root / "site",
        UNITS,
        repository="https://github.com/owner/name",
        run=lambda course, unit: {},
        console=Console(quiet=True),
    )
    return leaks.texts_of_site(out)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    course = course_of(tmp_path_factory.mktemp("toy"))
    build(course, load=load)
    return course


def source_of(unit):
    return from_truth.read(COURSE.unit_source(unit))


def public(unit):
    return leaks.shown(source_of(unit), reference.kit.units.load(unit))


def public_anywhere():
    """What any unit shows: a line that one unit gives is no secret of another one's truth."""
    return "".join(public(unit) for unit in UNITS)


def guides():
    """What the documentation shows, among it a whole unit to learn from."""
    return "".join(leaks.packed(path.read_text()) for path in (REPOSITORY / "docs").glob("*.md"))


def least(unit):
    """So many secrets a search has at least; a small unit has few."""
    return min(20, 4 * len(reference.kit.units.load(unit).exercises))


def truths(unit):
    """The files behind a unit in reference: its truth, and its exercises, one module or a package."""
    exercises = REPOSITORY / "reference" / "exercises"
    truth = [path for path in [REPOSITORY / "reference" / "truth" / f"{unit}.py"] if path.exists()]
    return [*truth, *exercises.glob(f"{unit}.py"), *(exercises / unit).rglob("*.py")]


def test_the_committed_notebooks_are_those_of_the_handout(released):
    for unit in UNITS:
        assert released[f"stagewise/{unit}/{unit}.ipynb"] == COURSE.student(unit).read_text()


def test_the_handout_holds_the_recorded_answers(released):
    assert {f"stagewise/recorded/{unit}.json" for unit in UNITS} <= set(released)


def test_the_search_looks_at_the_page_at_the_end_and_at_what_it_uses(released):
    assert "stagewise/finale/finale.ipynb" in released
    assert {"stagewise/finale/network.py", "stagewise/finale/learning.py"} <= set(released)


@pytest.mark.parametrize("unit", UNITS)
def test_no_solution_model_answer_or_marking_scheme_is_released(unit, released):
    secrets = leaks.secrets_of_source(source_of(unit))
    assert len(secrets) > least(unit)
    assert leaks.found_in(secrets, released, public(unit)) == []


@pytest.mark.parametrize("unit", UNITS)
def test_no_truth_and_no_known_mistake_is_released(unit, released):
    secrets = leaks.secrets_of_unit(reference.kit.units.load(unit))
    assert len(secrets) > least(unit)
    assert leaks.found_in(secrets, released, public_anywhere()) == []


@pytest.mark.parametrize("unit", UNITS)
def test_no_line_of_the_modules_behind_a_unit_is_released(unit, released):
    secrets = leaks.secrets_of_modules(truths(unit))
    assert len(secrets) > least(unit)
    assert leaks.found_in(secrets, released, public_anywhere()) == []


def test_no_hidden_test_and_no_marker_is_released(released):
    for name, text in released.items():
        for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "examine("):
            assert mark not in text, name
        for package in ("reference", "autograder", "solutions"):
            assert f"import {package}" not in text, name
            assert f"from {package}" not in text, name


def test_no_line_that_must_not_be_released_is_on_the_site(site):
    secrets = set()
    for unit in UNITS:
        secrets |= leaks.secrets_of_source(source_of(unit)) | leaks.secrets_of_modules(truths(unit))
        secrets |= leaks.secrets_of_unit(reference.kit.units.load(unit))
    assert leaks.found_in(secrets, site, public_anywhere() + guides()) == []


def test_no_marker_is_on_a_page_to_read(site):
    pages = {name: text for name, text in site.items() if not name.startswith(("docs/", "assets/"))}
    assert any(name.startswith("work/files/") for name in pages)
    assert any("stagewise/checks/" in name for name in pages)
    assert {"read/finale.html", "notebooks/finale.ipynb", "work/files/finale.ipynb"} <= set(pages)
    assert len(pages) > 3 * len(UNITS)
    for name, text in pages.items():
        assert not [
            mark for mark in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "examine(") if mark in text
        ], name


def test_the_search_finds_code_in_colors_on_a_page(tmp_path):
    secrets = leaks.secrets_of_source(percent.parse(SOURCE, "toy.py"))
    (tmp_path / "page.html").write_text(f"<p>{highlighted('secret_sum = x + x')}</p>")
    assert "secret_sum = x + x" not in (tmp_path / "page.html").read_text()
    assert leaks.found_in(secrets, leaks.texts_of_site(tmp_path))


def test_what_others_wrote_is_not_searched_and_our_plugin_is(tmp_path):
    ours = {"work/extensions/stagewise/executor.js", "work/executor.js"}
    for name in (*ours, "work/extensions/@jupyter/a.js", "work/build/a.js", "work/pyodide/a.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert set(leaks.texts_of_site(tmp_path)) == ours


def test_a_small_unit_gives_nothing_away(tmp_path):
    course = Course(tmp_path, SOLUTIONS, tmp_path / "recorded")
    build(course, load=loaded)
    source, unit = from_truth.read(SOLUTIONS / "sample.py", loaded), loaded("sample")
    modules = [path for path in SOLUTIONS.parent.glob("*.py") if path.name != "__init__.py"]
    secrets = [
        leaks.secrets_of_source(source),
        leaks.secrets_of_unit(unit),
        leaks.secrets_of_modules(modules),
    ]
    assert all(len(found) > 4 for found in secrets)
    files = (course.student("sample"), course.recorded / "sample.json")
    released = {file.name: file.read_text() for file in files}
    assert leaks.found_in(set().union(*secrets), released, leaks.shown(source, unit)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "secret_sum = x + x",
        "    return   secret_detour(double( double(x)))",
        '"source": ["    return secret_detour(double(double(x)))\\n"]',
        "Because the secret model answer says so.",
        "- 9.5 points: the secret reason.",
    ],
)
def test_the_search_finds_what_was_planted(planted, toy):
    source = percent.parse(SOURCE, "toy.py")
    secrets, shown = leaks.secrets_of_source(source), leaks.shown(source)
    files = (toy.student("toy"), toy.recorded / "toy.json")
    released = {file.name: file.read_text() for file in files}
    assert leaks.found_in(secrets, released, shown) == []
    released["toy.json"] += planted
    assert [name for name, _ in leaks.found_in(secrets, released, shown)] == ["toy.json"]


def test_the_search_finds_a_known_mistake_and_a_truth():
    secrets = leaks.secrets_of_unit(TOY)
    assert leaks.found_in(secrets, {"a": "z = double(x) * 2"}) == []
    assert leaks.found_in(secrets, {"a": "z = double( double(x) )"})
    here = Path(leaks.__file__)
    assert leaks.found_in(leaks.secrets_of_modules([here]), {"a": here.read_text()})


def test_what_the_unit_shows_is_no_secret():
    source = percent.parse(SOURCE.replace("scratch = 3", "secret_sum = x + x"), "toy.py")
    secrets, shown = leaks.secrets_of_source(source), leaks.shown(source)
    assert leaks.found_in(secrets, {"a": "secret_sum = x + x"}, shown) == []
