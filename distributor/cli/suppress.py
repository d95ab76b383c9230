"""`distributor suppress`: addresses that must never be mailed."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from distributor.cli.desk import Desk, DistributorGroup, ask_first, pass_desk, read_file
from distributor.core.report import instant

if TYPE_CHECKING:
    from distributor.bootstrap import Service
    from distributor.ports import Suppression

_LARGEST_FILE = 100 * 1024 * 1024
#: How many wrong lines are named on the terminal.
_SHOWN = 20


@click.group(cls=DistributorGroup)
def suppress() -> None:
    """Keep addresses from ever being mailed."""


@suppress.command()
@click.argument("address")
@click.option("--reason", default="entered by hand", show_default=True, help="Why.")
@click.option("--as", "by", default="", metavar="NAME", help="Who, for the audit. Default: your login.")
@pass_desk
def add(desk: Desk, address: str, reason: str, by: str) -> None:
    """Never mail ADDRESS again; also not by a dispatch that is prepared or running.

    \b
    Example:
      distributor suppress add reporter@example.org --reason "asked by phone" --as "Ana Lima"
    """
    from distributor.core.addresses import normalise
    from distributor.flow.suppress import suppress_address

    with desk.service() as service:
        is_new = suppress_address(
            normalise(address), suppressions=service.suppressions, audit=service.audit, clock=service.clock,
            by=by or getpass.getuser(), reason=reason,
        )  # fmt: skip
    desk.say("Suppressed: it will not be mailed." if is_new else "It was suppressed already.")


@suppress.command()
@click.argument("address")
@click.option("--reason", required=True, help="Why the person may be mailed again.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who decides.")
@click.option("--list", "list_name", metavar="NAME", help="Only put them on this list again, which they had left.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@pass_desk
def remove(desk: Desk, *, address: str, reason: str, by: str, list_name: str | None, is_sure: bool) -> None:
    """Let ADDRESS be mailed again, by a named person's word."""
    from distributor.core.addresses import normalise
    from distributor.core.media_list import list_name as checked
    from distributor.flow.suppress import readmit, unsuppress_address

    ask_first("Only the person may ask for this. Shall the address be mailed again?", is_sure=is_sure)
    with desk.service() as service:
        if list_name is not None:
            is_back = readmit(
                normalise(address), checked(list_name), lists=service.left_lists, book=service.book, audit=service.audit,
                clock=service.clock, by=by, reason=reason,
            )  # fmt: skip
            desk.say("They are on the list again." if is_back else "They had not left that list.")
            return
        was_there = unsuppress_address(
            normalise(address), suppressions=service.suppressions, audit=service.audit, clock=service.clock,
            by=by, reason=reason,
        )  # fmt: skip
    desk.say("It may be mailed again, from the next dispatch on." if was_there else "It was not suppressed.")


@suppress.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who decides, for the audit.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and store nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def import_(desk: Desk, file: Path, reason: str, by: str, *, dry_run: bool, is_json: bool) -> None:
    """Never mail anybody in FILE again: one address per line, or a CSV with a column for them.

    Lines that hold no address are named and left out; all others are suppressed. Nothing else in a row matters.

    \b
    Example:
      distributor suppress import do-not-mail.csv --reason "moved over from the old tool" --as "Ana Lima"
    """
    from distributor.core.ids import address_key
    from distributor.core.suppression_file import read_suppressions
    from distributor.flow.suppress import suppress_all

    read = read_suppressions(read_file(file, limit_bytes=_LARGEST_FILE), name=file.name)
    with desk.service() as service:
        if dry_run:
            known = sum(service.suppressions.suppressed_among([address_key(address) for address in read.addresses]))
            new = len(read.addresses) - known
        else:
            new = suppress_all(
                read.addresses, suppressions=service.suppressions, audit=service.audit, clock=service.clock,
                by=by, reason=reason,
            )  # fmt: skip
    wrong = [dataclasses.asdict(one) for one in read.wrong]
    shape = {"new": new, "known": len(read.addresses) - new, "wrong": wrong, "dry_run": dry_run}
    say_file(desk, file.name, shape, is_json=is_json)


def say_file(desk: Desk, name: str, shape: Mapping[str, Any], *, is_json: bool) -> None:
    """Print what suppressing a file did or would do, here or on a server."""
    if is_json:
        desk.json(shape)
        return
    verb, wrong = "would be" if shape["dry_run"] else "are", shape["wrong"]
    desk.say(f"{shape['new']} {verb} suppressed, {shape['known']} were already, {len(wrong)} lines hold no address.")
    for one in wrong[:_SHOWN]:
        desk.err.print(f"{name}:{one['line']}: {one['problem']}", markup=False)
    if len(wrong) > _SHOWN:
        desk.err.print(f"… and {len(wrong) - _SHOWN} more; --json shows all.", markup=False)


@suppress.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every suppressed address, newest first, and who has left a single list."""
    with desk.service() as service:
        found = list(service.suppressions.entries())
        left = [(name, _address_of(service, one), one) for name, one in service.left_lists.everybody()]
    shapes = [_shape(one, one.address, None) for one in found] + [_shape(one, address, name) for name, address, one in left]
    say_suppressions(desk, shapes, is_json=is_json)


def _shape(one: Suppression, address: str, name: str | None) -> dict[str, Any]:
    return {"key": one.key, "address": address, "list": name, "reason": one.reason, "by": one.by, "at": instant(one.at)}


def say_suppressions(desk: Desk, shapes: Sequence[Mapping[str, Any]], *, is_json: bool) -> None:
    """Print who must not be mailed, here or on a server."""
    if is_json:
        desk.json(shapes)
        return
    table = Table("Address", "From", "Since", "Why", "By")
    for one in shapes:
        since = desk.when(datetime.fromisoformat(one["at"]))
        table.add_row(
            Text(one["address"] or "(erased)"), Text(one["list"] or "everything"), since, Text(one["reason"]), Text(one["by"])
        )
    desk.out.print(table if shapes else "Nobody is suppressed.")


def _address_of(service: Service, left: Suppression) -> str:
    """Return the address of somebody who left a list, "" for a person who was erased."""
    numbers = [number for number in service.book.numbers_of([left.key]) if number is not None]
    return next((contact.address for _, contact in service.book.load(numbers)), "")
