"""The pages of the staff application, filled in. Text is always escaped; a name that nobody gave is an error."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import jinja2

from distributor.core.approval import short_code
from distributor.core.desk_time import in_both_zones, spell


class StaffPages:
    """Fills in the pages of one folder. Thread-safe."""

    def __init__(self, template_dir: Path, *, zone: str) -> None:
        """`zone` is the desk's own, in which instants are shown beside UTC."""
        self._folder = template_dir
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(template_dir),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

        def when(moment: datetime) -> str:
            return in_both_zones(moment, zone=zone)

        self._templates.filters.update(when=when, spell=spell, code=short_code)

    def page(self, name: str, **values: object) -> str:
        """Return the page `name` of the folder.

        Raises:
            jinja2.TemplateError: there is no such page, or a value is missing; both are defects.
        """
        return self._templates.get_template(name).render(values)

    def file(self, name: str) -> bytes:
        """Return a style sheet or script as it is.

        Raises:
            FileNotFoundError: there is none, which is a defect.
        """
        return (self._folder / name).read_bytes()
