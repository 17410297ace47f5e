"""How pages are made from templates: all that is put in is escaped, and nothing that is missing passes."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.examining.letters import seen

TEMPLATES = Path(__file__).with_name("templates")


def environment(folder: Path) -> Environment:
    """The templates of a folder."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: seen(value) if type(value) is str else value,
    )


def style_sheet(path: Path) -> Markup:
    """A style sheet as it stands in a page."""
    return Markup(path.read_text(encoding="utf-8"))
