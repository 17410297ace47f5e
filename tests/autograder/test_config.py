"""nbgrader's settings: the root is a course, student code is isolated, its HTML is rendered harmless."""

from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.config import CONFIG_TEXT, configure
from autograder.course import REPOSITORY
from autograder.grading.exporter import Repaired
from autograder.grading.preprocessor import Isolated


@pytest.fixture
def config(tmp_path):
    return configure(Config(), tmp_path)


def page_of(config, *cells, **options):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    html, _ = HTMLExporter(config=config, template_name="classic", **options).from_notebook_node(notebook)
    return html[html.index("<body") :]


def test_the_repository_has_the_settings_of_every_course():
    assert (REPOSITORY / "nbgrader_config.py").read_text() == CONFIG_TEXT


def test_the_settings_file_can_be_loaded_from_anywhere(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG_TEXT)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path)).load_config()
    assert config.CourseDirectory.root == str(Path(tmp_path).resolve())
    assert config.CourseDirectory.release_directory == "assignments"


def test_nbgraders_autograde_reads_and_runs_submissions_through_ours(config, tmp_path):
    converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
    assert converter.exporter_class is Repaired
    converter.exporter = converter.exporter_class(parent=converter, config=config)
    converter._sanitizing = False
    converter._init_preprocessors()
    assert type(converter.exporter._preprocessors[0]) is Isolated


def test_isolation_takes_the_place_of_execution_and_all_else_stays(config):
    ours = [name.rsplit(".", 1)[1] for name in config.Autograde.autograde_preprocessors]
    stock = [step.__name__ for step in Autograde.autograde_preprocessors.default_args[0]]
    assert ours[0] == "Isolated"
    assert stock[0] == "Execute"
    assert ours[1:] == stock[1:]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://spy.example/pixel.png'>",
        "[link](javascript:alert(1))",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='/formgrader/api'><input></form>",
        "<svg onload=alert(1)></svg>",
        "<style>body{display:none}</style>",
        "<div style='position:fixed;background:url(https://spy.example)'>x</div>",
        "<div id='top'>x</div>",
        "$\\href{javascript:alert(1)}{x}$",
        "$\\hr<!-- -->ef{javascript:alert(1)}{x}$",
        "&#92;href{javascript:alert(1)}{x}",
        "$\\mmlToken{mi}[href='javascript:alert(1)']{x}$",
    ],
)
def test_nothing_active_in_a_students_markdown_or_output_reaches_a_page(config, hostile):
    data = {"text/html": hostile, "application/javascript": "alert(2)"}
    code = nbformat.v4.new_code_cell("x = 1", outputs=[nbformat.v4.new_output("display_data", data)])
    page = page_of(config, nbformat.v4.new_markdown_cell(hostile), code)
    for active in ("<script", "<iframe", "<form", "<input", "<svg", "onerror", "onload", "alert(2)"):
        assert active not in page
    for active in ("spy.example", "position:", "display:none", 'id="top"', '="data:', '="javascript:'):
        assert active not in page
    assert "\\href" not in page
    assert "\\mmlToken" not in page


def test_what_a_student_may_write_stays_as_it_was(config):
    picture = "data:image/png;base64,iVBORw0KGgo="
    text = (
        "## A heading\n\nText with **bold**, $a < b$ and `code`.\n\n> quoted\n\n"
        "| a | b |\n|--|--|\n| 1 | 2 |\n\n"
        f"<details><summary>More</summary>hidden</details>\n\n<img src='{picture}' alt='drawn'>\n\n"
        "[a link](https://numpy.org)\n\n```python\nx = 1 < 2\n```\n"
    )
    page = page_of(config, nbformat.v4.new_markdown_cell(text))
    for kept in ("<h2>", "<strong>bold</strong>", "$a &lt; b$", "<code>code</code>"):
        assert kept in page
    for kept in ("<blockquote>", "<td>1</td>"):
        assert kept in page
    for kept in ("<details>", picture, 'href="https://numpy.org"', 'class="highlight"'):
        assert kept in page


def test_the_inline_styles_of_a_check_table_stay(config):
    cell = '<td style="padding:4px;color:#123456">1</td>'
    table = f'<table style="border-collapse:collapse"><tr>{cell}</tr></table>'
    output = nbformat.v4.new_output("display_data", {"text/html": table})
    page = page_of(config, nbformat.v4.new_code_cell("check(f)", outputs=[output]))
    assert 'style="border-collapse:collapse"' in page
    assert "color:#123456" in page


def test_a_picture_attached_to_a_cell_is_shown(config):
    cell = nbformat.v4.new_markdown_cell("![drawn](attachment:a.png)")
    cell.attachments = {"a.png": {"image/png": "iVBORw0KGgo="}}
    assert "data:image/png;base64,iVBORw0KGgo=" in page_of(config, cell)
