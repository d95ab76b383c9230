"""The web pages, filled in. Text is always escaped; a name that a template uses and nobody gave is an error."""

from __future__ import annotations

from pathlib import Path

import jinja2


class PageRenderer:
    """Fills in the pages of one folder. Thread-safe."""

    def __init__(self, template_dir: Path) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(template_dir),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._folder = template_dir

    def page(self, name: str, **values: str) -> str:
        """Return the page `name` of the folder, such as "missing.html".

        Raises:
            jinja2.TemplateError: there is no such page, or a value is missing; both are defects.
        """
        return self._templates.get_template(name).render(values)

    def style(self) -> bytes:
        """Return the style sheet that all pages share."""
        return (self._folder / "page.css").read_bytes()
