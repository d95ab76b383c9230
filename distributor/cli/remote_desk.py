"""`why`, `audit` and `doctor` on a server, and whose word counts there."""

from __future__ import annotations

from pathlib import Path

import click

from distributor.cli.desk import Desk
from distributor.cli.operate import say_findings
from distributor.core.approval import as_read
from distributor.core.errors import Refused
from distributor.remote.server import Server, place


def must_be_mine(server: Server, by: str | None) -> None:
    """Do nothing if nobody is named, or the token's account.

    Raises:
        Refused: somebody else is: on a server nobody acts in another's name.
    """
    if not by:
        return
    name = server.get("/me")["name"]
    if as_read(by) != as_read(name):
        raise Refused(f"The token is of {name}, and --as names somebody else. Use their token, or leave that out.")


def why(desk: Desk, server: Server, *, name: str, recipient: str | None, is_json: bool) -> None:
    """Explain."""
    path = f"/dispatches/{place(name)}/explanation"
    found = server.get(path) if recipient is None else server.search(path, {"recipient": recipient})
    if is_json:
        desk.json({"dispatch": found["dispatch"], "explanation": found["explanation"]})
        return
    for line in found["explanation"]:
        desk.say(line)


def audit(desk: Desk, server: Server, *, subject: str | None, out: Path | None) -> None:
    """Export who did what."""
    text = b"".join(server.stream("POST", "/audit/export", {"subject": subject or ""}))
    if out is None:
        click.echo(text.decode("utf-8"), nl=False)
        return
    out.write_bytes(text)
    count = text.count(b"\n")
    desk.say(f"wrote {count:,} entries to {out}")


def doctor(desk: Desk, server: Server, *, is_json: bool) -> None:
    """Look whether a dispatch would go through there."""
    found = server.get("/health")
    if not found["findings"]:
        raise Refused("Providers and DNS are being asked there, and take their time. Ask again in a moment.")
    say_findings(desk, found["findings"], is_json=is_json)
