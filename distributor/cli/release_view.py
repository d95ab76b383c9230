"""What the commands of `release` print, from the same shapes whether the release is here or on a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from distributor.cli.desk import Desk
from distributor.core.approval import short_code
from distributor.core.counting import Counter
from distributor.core.errors import BadInput, Refused
from distributor.core.message import EmailMaster, Master, Slot, ThreadMaster, filled

#: A shape as `--json` prints it.
Shape = Mapping[str, Any]


def say_release(desk: Desk, shape: Shape, *, is_json: bool) -> None:
    """Print what was understood."""
    if is_json:
        desk.json(shape)
        return
    table = Table.grid(padding=(0, 2))
    for pair in shape["understood"]:
        table.add_row(Text(pair["what"], style="bold"), Text(pair["value"]))
    desk.say(f"Release {shape['release']}, revision {shape['revision']}")
    desk.out.print(table)
    desk.say(f"Next: distributor release check {shape['release']}")


def say_releases(desk: Desk, rows: Sequence[Shape], *, is_json: bool) -> None:
    """Print a list of releases."""
    if is_json:
        desk.json(rows)
        return
    table = Table("Release", "Rev.", "Headline", "Taken in", "Approved")
    for row in rows:
        added = f"{desk.when(datetime.fromisoformat(row['added_at']))} by {row['added_by']}"
        is_approved = "yes" if row["is_approved"] else "no"
        table.add_row(row["release_id"], str(row["revision"]), Text(row["headline"]), Text(added), is_approved)
    desk.out.print(table if rows else "No release yet. `distributor release add FILE` takes one in.")


def say_checks(desk: Desk, shape: Shape, *, is_json: bool, is_strict: bool) -> None:
    """Print what the checks found.

    Raises:
        Refused: it is strict, and something stands against approval.
    """
    checks: Sequence[Shape] = shape["checks"]
    if is_json:
        desk.json(shape)
    else:
        for found in sorted(checks, key=lambda one: (one["passed"], one["severity"])):
            mark = "ok     " if found["passed"] else f"{found['severity']:7}"
            desk.say(f"{mark} {found['check']}: {found['message']}" + ("" if found["passed"] else f" {found['remedy']}"))
    standing = [found["check"] for found in checks if not found["passed"] and found["severity"] == "error"]
    if is_strict and standing:
        raise Refused(f"These stand against approval: {', '.join(standing)}.")


def say_preview(
    desk: Desk,
    masters: Sequence[Master],
    counter: Counter,
    *,
    public_url: str,
    needs_of: Callable[[ThreadMaster], Sequence[str]],
    out: Path | None,
) -> None:
    """Print masters as somebody sees them, and write them to a folder.

    Raises:
        BadInput: there is none.
    """
    from distributor.cli.preview_files import write_preview
    from distributor.render.terminal import terminal_preview

    if not masters:
        remedy = "Leave --language out to see all."
        raise BadInput("There is nothing of this channel and language.", where="preview", remedy=remedy)
    shown = [_as_somebody_sees_it(master, public_url) for master in masters]
    for master in shown:
        desk.out.print(terminal_preview(master, count=counter.count, limit=counter.limit))
        if isinstance(master, ThreadMaster):
            for line in needs_of(master):
                desk.say(line)
    if out is not None:
        write_preview(desk, shown, counter, out)


def is_wanted(master: Master, channel: str | None, language: str | None) -> bool:
    """Say whether a preview shows this."""
    return master.key.startswith(channel or "") and master.key.endswith(language or "")


def _as_somebody_sees_it(master: Master, public_url: str) -> Master:
    """Return an e-mail with an example recipient in its slots."""
    if not isinstance(master, EmailMaster):
        return master
    example = {
        Slot.ADDRESS: "reporter@example.org",
        Slot.VIEW_URL: f"{public_url}/view/example",
        Slot.UNSUBSCRIBE_URL: f"{public_url}/unsubscribe/example",
    }
    return filled(master, example)


def say_approval(desk: Desk, shape: Shape, *, is_json: bool) -> None:
    """Print what was sealed."""
    if is_json:
        desk.json(shape)
        return
    desk.say(f"Release {shape['release']}, revision {shape['revision']}, is approved by {shape['by']}.")
    desk.say(f"Seal: {short_code(shape['seal'])}  (read it out to compare)")
    desk.say(f"Next: distributor dispatch schedule {shape['release']} --to LIST --channel email --as NAME")
