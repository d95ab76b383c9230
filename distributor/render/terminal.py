"""A master as a terminal shows it."""

from __future__ import annotations

from collections.abc import Callable

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from distributor.core.message import EmailMaster, Master, ThreadMaster
from distributor.render.wording import clean, one_line


def terminal_preview(master: Master, *, count: Callable[[str], int], limit: int) -> RenderableType:
    """Return what `rich` prints for the master.

    `count` counts a part of a thread as its platform does, `limit` is the most that it takes; an e-mail needs neither.
    Text of the release never becomes a command for the terminal: controls are gone, and markup is shown as it stands.
    """
    return _email(master) if isinstance(master, EmailMaster) else _thread(master, count, limit)


def _email(master: EmailMaster) -> RenderableType:
    size_kb = master.size_bytes / 1000
    head = Text.assemble(
        ("From     ", "dim"), one_line(f"{master.sender.name} <{master.sender.email}>"), "\n",
        ("Subject  ", "dim"), (one_line(master.subject), "bold"), "\n",
    )  # fmt: skip
    return Panel(
        Group(head, Text(clean(master.text).rstrip())),
        title=Text(master.key),
        subtitle=Text(f"HTML {size_kb:.1f} kB, text {len(master.text.encode()) / 1000:.1f} kB"),
        title_align="left",
        subtitle_align="right",
        box=ROUNDED,
    )


def _thread(master: ThreadMaster, count: Callable[[str], int], limit: int) -> RenderableType:
    total = len(master.parts)
    return Group(*(_part(part, f"{master.key}  {n}/{total}", count(part), limit) for n, part in enumerate(master.parts, 1)))


def _part(words: str, title: str, length: int, limit: int) -> RenderableType:
    is_over = length > limit
    fullness = f"{length}/{limit}, {length - limit} too long" if is_over else f"{length}/{limit}"
    return Panel(
        Text(clean(words)),
        title=Text(title),
        subtitle=Text(fullness, style="bold red" if is_over else "dim"),
        title_align="left",
        subtitle_align="right",
        box=ROUNDED,
    )
