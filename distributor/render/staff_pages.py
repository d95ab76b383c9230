"""The pages of the staff application, filled in. Text is always escaped; a name that nobody gave is an error."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import jinja2

from distributor.core.approval import short_code
from distributor.core.desk_time import in_both_zones, spell
from distributor.core.language_name import language_name
from distributor.core.wave import todo
from distributor.render.page_words import page_words

#: What the pages load beside themselves: style sheets and scripts of the folder and of its `vendor/`.
_STATIC: Final = ("*.css", "*.js", "vendor/*.js")


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

        @cache
        def static(name: str) -> str:
            return f"/static/{name}?v={sha256(self.file(name)).hexdigest()[:12]}"

        self._templates.filters.update(when=when, spell=spell, code=short_code, language=language_name, at_desk=page_words)
        self._templates.globals.update(todo=todo, static=static)

    def page(self, name: str, **values: object) -> str:
        """Return the page `name` of the folder.

        Raises:
            jinja2.TemplateError: there is no such page, or a value is missing; both are defects.
        """
        return self._templates.get_template(name).render(values)

    def static_files(self) -> list[str]:
        """Return the name of every style sheet and script, sorted."""
        return sorted(path.relative_to(self._folder).as_posix() for glob in _STATIC for path in self._folder.glob(glob))

    def file(self, name: str) -> bytes:
        """Return a style sheet or script as it is.

        Raises:
            FileNotFoundError: there is none, which is a defect.
        """
        return (self._folder / name).read_bytes()
