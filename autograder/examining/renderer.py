"""Students' markdown as HTML: pictures are those attached to the cell, and one that is missing is told."""

from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer

_ATTACHED = "attachment:"


class Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's, without links beside headings; a picture that is not there ends no page."""

    def __init__(self, attached: dict[str, dict[str, str]]) -> None:
        super().__init__(escape=False, attachments=attached, exclude_anchor_links=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The picture, or a sentence in its place."""
        name = url.removeprefix(_ATTACHED)
        if name == url:
            return str(super().image(text, url, title))
        for known in (name, unquote(name)):
            if self.attachments.get(known):
                return str(super().image(text, _ATTACHED + known, title))
        return f"<em>(The picture {self.escape_html(name)} is not in the notebook.)</em>"

    def block_mermaidjs(self, code: str) -> str:
        """A diagram's text: drawing it takes a script."""
        return f"<pre>{self.escape_html(code.strip())}</pre>"
