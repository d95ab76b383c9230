"""How templates are read: text is escaped in HTML, and a name that nobody gave is an error."""

from __future__ import annotations

from pathlib import Path

import jinja2


def load_templates(template_dir: Path) -> jinja2.Environment:
    """Return the templates of a folder and those below it. Text is escaped in what ends in .html."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_dir),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
