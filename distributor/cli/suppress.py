"""`distributor suppress`: addresses that must never be mailed."""

from __future__ import annotations

import dataclasses
import getpass

import click
from rich.table import Table
from rich.text import Text

from distributor.cli.desk import Desk, DistributorGroup, ask_first, pass_desk


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
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@pass_desk
def remove(desk: Desk, address: str, reason: str, by: str, *, is_sure: bool) -> None:
    """Let ADDRESS be mailed again, by a named person's word."""
    from distributor.core.addresses import normalise
    from distributor.flow.suppress import unsuppress_address

    ask_first("Only the person may ask for this. Shall the address be mailed again?", is_sure=is_sure)
    with desk.service() as service:
        was_there = unsuppress_address(
            normalise(address), suppressions=service.suppressions, audit=service.audit, clock=service.clock,
            by=by, reason=reason,
        )  # fmt: skip
    desk.say("It may be mailed again, from the next dispatch on." if was_there else "It was not suppressed.")


@suppress.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every suppressed address, newest first."""
    with desk.service() as service:
        found = list(service.suppressions.entries())
    if is_json:
        desk.json([dataclasses.asdict(entry) for entry in found])
        return
    table = Table("Address", "Since", "Why", "By")
    for entry in found:
        table.add_row(Text(entry.address or "(erased)"), desk.when(entry.at), Text(entry.reason), Text(entry.by))
    desk.out.print(table if found else "Nobody is suppressed.")
