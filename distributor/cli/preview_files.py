"""A preview as files, for a folder that can be sent around or opened in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distributor.cli.desk import Desk
from distributor.core.counting import Counter
from distributor.core.message import Master, ThreadMaster
from distributor.flow.preview import files_of
from distributor.render.thread_page import ThreadPage
from distributor.resources import resource


def write_preview(desk: Desk, masters: Sequence[Master], counter: Counter, out: Path) -> None:
    """Write every file of a preview and say which."""

    page = ThreadPage(resource("templates"))

    def thread_page(thread: ThreadMaster) -> str:
        return page.render(thread, count=counter.count, limit=counter.limit)

    for file, data in files_of(masters, thread_page=thread_page):
        target = out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        desk.say(f"wrote {target}")
