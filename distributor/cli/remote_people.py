"""The commands of `contacts` and `suppress` on a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from distributor.cli.contacts import say_forecast, say_lists, say_report
from distributor.cli.desk import Desk, ask_first, read_file
from distributor.cli.remote_desk import must_be_mine
from distributor.cli.suppress import say_file, say_suppressions
from distributor.core.errors import BadInput
from distributor.core.ids import ListName
from distributor.core.media_list import ContactsFile, RowError
from distributor.flow.import_contacts import Difference, Forecast, ImportReport
from distributor.remote.server import Server, place

_LARGEST_FILE = 30 * 1024 * 1024


def import_contacts(
    desk: Desk, server: Server, *, file: Path, list_name: str, mapped: tuple[str, ...], errors_out: Path | None, by: str,
    is_dry: bool, is_sure: bool, is_json: bool,
) -> None:  # fmt: skip
    """Put people on a list; a server is not asked first what would change (`--dry-run` does that)."""
    if errors_out is not None:
        raise BadInput(
            "A server does not send rows back.", where="--errors", remedy="Leave it out: wrong rows are named by line."
        )
    must_be_mine(server, by)
    content = read_file(file, limit_bytes=_LARGEST_FILE)
    fields: dict[str, str | list[str]] = {"list": list_name, "dry_run": "true" if is_dry else "false", "mapping": list(mapped)}
    found = server.send_file("/contacts/imports", file.name, content, fields)
    if is_dry:
        say_forecast(desk, _file(found), _forecast(found), is_json=is_json)
    else:
        say_report(desk, file.name, _report(found), is_json=is_json)


def _file(found: Mapping[str, Any]) -> ContactsFile:
    return ContactsFile(
        contacts=(), errors=_errors(found), merged=found["merged"], ignored_columns=tuple(found["ignored_columns"]),
        columns=found["columns"],
    )  # fmt: skip


def _forecast(found: Mapping[str, Any]) -> Forecast:
    differences = [
        Difference(address=one["address"], changes=tuple((field, old, new) for field, old, new in one["changes"]))
        for one in found["differences"]
    ]
    return Forecast(
        added=found["added"], unchanged=found["unchanged"], suppressed=found["suppressed"], updated=found["updated"],
        differences=differences,
    )  # fmt: skip


def _report(found: Mapping[str, Any]) -> ImportReport:
    names = ("added", "updated", "unchanged", "merged", "suppressed", "left_before")
    return ImportReport(
        list_name=ListName(found["list_name"]), **{name: int(found[name]) for name in names}, errors=_errors(found),
        ignored_columns=tuple(found["ignored_columns"]), columns=found["columns"],
    )  # fmt: skip


def _errors(found: Mapping[str, Any]) -> tuple[RowError, ...]:
    return tuple(RowError(**one) for one in found["errors"])


def export(desk: Desk, server: Server, *, list_name: str, out: Path | None) -> None:
    """Write a list."""
    if out is not None and out.suffix.lower() == ".xlsx":
        raise BadInput("A server gives a list as CSV.", where=str(out), remedy="Name a .csv file.")
    text = b"".join(server.stream("POST", f"/lists/{place(list_name)}/export")).decode("utf-8")
    if out is None:
        click.echo(text, nl=False)
        return
    # With a byte-order mark, so that spreadsheets take it for UTF-8.
    out.write_text(text, encoding="utf-8-sig", newline="")
    desk.say(f"wrote {out}")


def lists(desk: Desk, server: Server, *, is_json: bool) -> None:
    """Show every list."""
    say_lists(desk, {one["list"]: one["people"] for one in server.get("/lists")["items"]}, is_json=is_json)


def suppress(desk: Desk, server: Server, *, address: str, reason: str, by: str) -> None:
    """Never mail an address again."""
    must_be_mine(server, by)
    is_new = server.write("/suppressions", {"address": address, "reason": reason})["is_new"]
    desk.say("Suppressed: it will not be mailed." if is_new else "It was suppressed already.")


def unsuppress(desk: Desk, server: Server, *, address: str, reason: str, by: str, list_name: str | None, is_sure: bool) -> None:
    """Let an address be mailed again."""
    must_be_mine(server, by)
    ask_first("Only the person may ask for this. Shall the address be mailed again?", is_sure=is_sure)
    is_new = server.write("/suppressions/lift", {"address": address, "reason": reason, "list": list_name})["is_new"]
    if list_name is not None:
        desk.say("They are on the list again." if is_new else "They had not left that list.")
    else:
        desk.say("It may be mailed again, from the next dispatch on." if is_new else "It was not suppressed.")


def list_suppressions(desk: Desk, server: Server, *, is_json: bool) -> None:
    """List who must not be mailed."""
    # As here: those who get nothing at all first.
    say_suppressions(desk, sorted(server.items("/suppressions"), key=lambda one: one["list"] is not None), is_json=is_json)


def suppress_file(desk: Desk, server: Server, *, file: Path, reason: str, by: str, dry_run: bool, is_json: bool) -> None:
    """Never mail anybody in a file again."""
    must_be_mine(server, by)
    fields: dict[str, str | list[str]] = {"reason": reason, "dry_run": "true" if dry_run else "false"}
    found = server.send_file("/suppressions/imports", file.name, read_file(file, limit_bytes=_LARGEST_FILE), fields)
    say_file(desk, file.name, found, is_json=is_json)
