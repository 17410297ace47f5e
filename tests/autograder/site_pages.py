"""What stands on the pages of a site: tags, headings, addresses."""

from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autograder.course import REPOSITORY, Course
from autograder.site.building import pages_of, site_files, units_of
from autograder.site.notebooks import released
from autograder.site.pages import called
from stagewise import plots

LOADS = {"link": "href", "script": "src", "img": "src", "source": "srcset"}
PICTURE = plots.curves({"loss": ([0, 1, 2], [3.0, 2.0, 1.5])}, title="A loss that falls")._repr_mimebundle_()


def course_site(folder, repository="", work=False):
    """Write the pages of all ten units, and of the page at the end, into `folder`, each with one picture in
    place of its experiments'.
    """
    course = Course(REPOSITORY)
    outputs = {name: pictured(course, name) for name in (*course.units(), *course.page_names())}
    files = site_files(
        called(course), units_of(course, outputs, repository, work), pages_of(course, outputs, work)
    )
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def pictured(course, unit):
    """Outputs in which the first experiment of a unit or a page shows a picture."""
    role = "plain" if unit in course.page_names() else "explore"
    cells = released(course, unit)["cells"]
    first = next(cell for cell in cells if cell["metadata"].get("stagewise", {}).get("role") == role)
    return {first["id"]: [showing(PICTURE[1]["image/png"])]}


def showing(told):
    """An output that shows a picture of which this is told: alt, width, height."""
    data = {"image/png": b64encode(PICTURE[0]["image/png"]).decode()}
    return {"output_type": "display_data", "data": data, "metadata": {"image/png": told}}


class Page(HTMLParser):
    """A page's tags in order, with their attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, *names):
        """The attributes of all tags of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]

    def ids(self):
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def levels(self):
        """The levels of its headings, in order."""
        return [int(tag[1]) for tag, _ in self.tags if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]

    def loaded(self):
        """What a browser fetches to show it."""
        return [said[LOADS[tag]] for tag, said in self.tags if LOADS.get(tag) in said]

    def links(self):
        return [attributes["href"] for attributes in self.named("a") if "href" in attributes]


def is_elsewhere(address):
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def aim(path, address):
    """The file that an address on the page at `path` leads to, and the place on it."""
    parts = urlsplit(address)
    return (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve(), parts.fragment
