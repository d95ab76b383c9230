"""`distributor notes`: what staff should hear of without asking."""

from __future__ import annotations

import dataclasses

import click
from rich.table import Table
from rich.text import Text

from distributor.cli.desk import Desk, pass_desk


@click.command()
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many, newest first.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def notes(desk: Desk, *, most: int, is_json: bool) -> None:
    """Show what staff should hear of: priority contacts who left, mail that somebody must read.

    Notes are also told wherever alarms go (DISTRIBUTOR_ALERT__EMAILS, DISTRIBUTOR_ALERT__WEBHOOK_URL), there without names.

    \b
    Example:
      distributor notes --most 10
    """
    from distributor.core.staff_note import sentence

    with desk.service() as service:
        found = service.staff_notes.newest(most)
        people = dict(service.book.load(sorted({note.contact for note in found if note.contact})))
    if is_json:
        desk.json(
            [
                {**dataclasses.asdict(note), "address": people[note.contact].address if note.contact in people else None}
                for note in found
            ]
        )
        return
    table = Table("When", "What", "Who")
    for note in found:
        who = people.get(note.contact)
        shown = f"{who.name} <{who.address}> {who.outlet}".strip() if who else ("(erased)" if note.contact else "")
        table.add_row(desk.when(note.at), Text(sentence(note).removesuffix(" `distributor notes` says who.")), Text(shown))
    desk.out.print(table if found else "No notes.")
