"""The page that shows a thread as its readers will see it, with how full each part is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from distributor.core.message import ThreadMaster
from distributor.render.phrases import direction_of
from distributor.render.templates import load_templates
from distributor.render.wording import clean


class ThreadPage:
    """Makes the page. Thread-safe."""

    def __init__(self, template_dir: Path) -> None:
        self._template = load_templates(template_dir).get_template("preview/thread.html")

    def render(self, master: ThreadMaster, *, count: Callable[[str], int], limit: int) -> str:
        """Return the page, HTML that needs no other file.

        `count` counts a part as its platform does, `limit` is the most that it takes.
        """
        return self._template.render(
            channel=master.channel.value,
            language=master.language,
            direction=direction_of(master.language),
            parts=[{"words": clean(part), "count": count(part)} for part in master.parts],
            limit=limit,
        )
