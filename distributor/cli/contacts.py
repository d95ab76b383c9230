"""`distributor contacts`: media lists."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from distributor.cli.desk import Desk, DistributorGroup, pass_desk, read_file
from distributor.core.audience import Contact


@click.group(cls=DistributorGroup)
def contacts() -> None:
    """Import, list and export media lists."""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "list_name", required=True, metavar="NAME", help="The media list; made if it is not there.")
@click.option("--as", "by", default="", metavar="NAME", help="Who imports, for the audit.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def import_(desk: Desk, file: Path, list_name: str, by: str, *, is_json: bool) -> None:
    """Put the people of a CSV FILE on a media list. Rows that are wrong are named and left out; the others are stored.

    Columns are found by their headers, in several languages: name, email, outlet, language, tags.
    Importing a file again changes nothing. An import never lifts a suppression.

    \b
    Example:
      distributor contacts import reporters.csv --list press
    """
    import getpass

    from distributor.core.media_list import LARGEST_FILE
    from distributor.core.media_list import list_name as checked
    from distributor.flow.import_contacts import import_contacts

    data = read_file(file, limit_bytes=LARGEST_FILE)
    with desk.service() as service, Progress(console=desk.err, transient=True) as progress:
        task = progress.add_task("Importing", total=None)
        report = import_contacts(
            data,
            file_name=file.name,
            list_name=checked(list_name),
            book=service.book,
            audit=service.audit,
            clock=service.clock,
            by=by or getpass.getuser(),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if is_json:
        desk.json(dataclasses.asdict(report))
        return
    desk.say(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.merged} repeated in the file, "
        f"{len(report.errors)} rows left out."
    )
    if report.suppressed:
        desk.say(f"{report.suppressed} of them are suppressed and stay so; they will not be mailed.")
    if report.ignored_columns:
        desk.say(f"Columns that were not used: {', '.join(report.ignored_columns)}.")
    for error in report.errors[:_ERRORS_SHOWN]:
        desk.err.print(f"{file.name}:{error.line} {error.column}: {error.problem} {error.remedy}", markup=False)
    if len(report.errors) > _ERRORS_SHOWN:
        desk.err.print(f"… and {len(report.errors) - _ERRORS_SHOWN} more; --json shows all.")


_ERRORS_SHOWN = 20


@contacts.command()
@click.option("--list", "list_name", required=True, metavar="NAME")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The CSV file. Default: print it.")
@pass_desk
def export(desk: Desk, list_name: str, out: Path | None) -> None:
    """Write a media list as CSV, which `contacts import` reads again."""
    from distributor.core.media_list import list_name as checked

    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["name", "email", "outlet", "language", "tags"])
    with desk.service() as service:
        for contact in service.book.everyone_on(checked(list_name)):
            table.writerow(_row(contact))
    if out is None:
        click.echo(text.getvalue(), nl=False)
        return
    # With a byte-order mark, so that spreadsheets take it for UTF-8.
    out.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    desk.say(f"wrote {out}")


def _row(contact: Contact) -> list[str]:
    cells = [contact.name, contact.address, contact.outlet, ";".join(contact.languages), ";".join(contact.tags)]
    # A cell that begins like a formula would be run by a spreadsheet; the quote keeps it text.
    return [f"'{cell}" if cell[:1] in set("=+-@\t\r") else cell for cell in cells]


@contacts.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def lists(desk: Desk, *, is_json: bool) -> None:
    """Show every media list with its number of people."""
    with desk.service() as service:
        found = service.book.lists()
    if is_json:
        desk.json(found)
        return
    table = Table("List", "People")
    for name, count in found.items():
        table.add_row(name, f"{count:,}")
    desk.out.print(table if found else "No list yet. `distributor contacts import FILE --list NAME` makes one.")
