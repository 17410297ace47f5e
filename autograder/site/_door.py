"""What a working edition has besides JupyterLite: the page of a student's notebooks, and what keeps the site
for the next visit."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import urlsplit

from autograder.reports.templating import environment
from autograder.site.pages import TEMPLATES

_HERE = Path(__file__).parent / "working"
_ICON = "icon.svg"
_WORKER = "service-worker.js"
_JUPYTERLITES = "jupyterlite-service-worker.js"
_STYLES = "styles.js"
_FIRST = "".join(f'<script src="../{name}"></script>' for name in (_STYLES, "early.js"))
_AFTER = '<meta charset="utf-8" />'


def add_pages(made: Path, course: str, units: Sequence[Mapping[str, Any]], pyodide: str) -> None:
    """Add to JupyterLite, in `made`, the page that lists the notebooks, and our service worker.

    course: what it is called. units: unit, title and release of each notebook, whether it is a page, what it
    needs that a browser does not have, and its address at Colab if it has one.
    pyodide: its address.
    """
    for name in ("door.js", "door.css", _STYLES):
        copyfile(_HERE / name, made / name)
    copyfile(TEMPLATES / _ICON, made / _ICON)
    policy = _policy(pyodide)
    page = environment(_HERE).get_template("index.html.j2").render(course=course, units=units, policy=policy)
    (made / "index.html").write_text(page, encoding="utf-8")
    for place in made.glob("*/index.html"):
        text = place.read_text(encoding="utf-8")
        head = f'<meta http-equiv="Content-Security-Policy" content="{policy}" />\n    {_FIRST}'
        place.write_text(text.replace(_AFTER, f"{_AFTER}\n    {head}", 1), encoding="utf-8")
    _keep_for_later(made, pyodide)


def _policy(pyodide: str) -> str:
    """What the pages may load: the site's own files, and Pyodide's where it lies elsewhere."""
    parts = urlsplit(pyodide)
    where = "'self'" + (f" {parts.scheme}://{parts.netloc}" if parts.netloc else "")
    return (
        f"default-src 'self'; connect-src {where} data: blob:; "
        "img-src 'self' data: blob:; font-src 'self' data:; "
        f"style-src 'self' 'unsafe-inline'; script-src {where} 'unsafe-inline' 'unsafe-eval' blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _keep_for_later(made: Path, pyodide: str) -> None:
    """Put our service worker before JupyterLite's, with a digest of the site: another site, another store."""
    (made / _WORKER).rename(made / _JUPYTERLITES)
    digest = sha256()
    for path in sorted(made.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(made).as_posix().encode() + path.read_bytes())
    site = json.dumps({"release": digest.hexdigest()[:16], "pyodide": pyodide})
    ours = (_HERE / _WORKER).read_text(encoding="utf-8")
    (made / _WORKER).write_text(f"const SITE = {site};\n{ours}", encoding="utf-8")
