"""`distributor contacts`: media lists, from a file and into one."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress
from rich.table import Table

from distributor.cli.desk import Desk, DistributorGroup, pass_desk, read_file
from distributor.core.errors import BadInput

if TYPE_CHECKING:
    from distributor.core.media_list import ContactsFile
    from distributor.flow.import_contacts import Forecast, ImportReport

_SHOWN = 20


@click.group(cls=DistributorGroup)
def contacts() -> None:
    """Import, look after and export media lists."""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "list_name", required=True, metavar="NAME", help="The media list; made if it is not there.")
@click.option("--map", "mapped", multiple=True, metavar="COLUMN=FIELD", help="What a column holds; kept for the list.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would happen, and store nothing.")
@click.option("--errors", "errors_out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file for wrong rows.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask before people are changed.")
@click.option("--as", "by", default="", metavar="NAME", help="Who imports, for the audit.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def import_(
    desk: Desk, *, file: Path, list_name: str, mapped: tuple[str, ...], errors_out: Path | None, by: str,
    is_dry: bool, is_sure: bool, is_json: bool,
) -> None:  # fmt: skip
    """Put the people of a FILE (CSV or .xlsx) on a media list. Rows that are wrong are named and left out; the others are stored.

    Columns are found by their headers, in eight languages: name, email, outlet, beat, language, country, zone, tags, priority,
    phone, notes, consent_source, consent_on. Importing a file again changes nothing. An import never lifts a suppression.

    \b
    Examples:
      distributor contacts import reporters.csv --list press --dry-run
      distributor contacts import reporters.xlsx --list press --map "Kanal=outlet" --map "Intern=" --errors to-mend.csv
    """
    import getpass

    from distributor.bootstrap_contacts import contact_edits
    from distributor.core.media_list import LARGEST_FILE, contacts_in, csv_rows
    from distributor.core.media_list import list_name as checked
    from distributor.flow.import_contacts import forecast, import_contacts
    from distributor.intake.spreadsheet import is_spreadsheet, spreadsheet_rows

    data, name = read_file(file, limit_bytes=LARGEST_FILE), checked(list_name)
    with desk.service() as service:
        edits = contact_edits(service)
        told, known = _mapping(mapped), edits.mapping_of(name)
        rows = spreadsheet_rows(data, name=file.name) if is_spreadsheet(data) else csv_rows(data, name=file.name)
        people = contacts_in(rows, name=file.name, mapping=told, known=known)
        _write_errors(desk, errors_out, people)
        foreseen = forecast(people, book=service.book, suppressions=service.suppressions)
        if is_dry:
            say_forecast(desk, people, foreseen, is_json=is_json)
            return
        if foreseen.updated and sys.stdin.isatty() and not (is_sure or is_json):
            say_forecast(desk, people, foreseen, is_json=False)
            click.confirm(f"Change {foreseen.updated:,} people who are there already?", abort=True)
        with Progress(console=desk.err, transient=True) as progress:
            task = progress.add_task("Importing", total=None)
            report = import_contacts(
                people,
                list_name=name,
                book=service.book,
                audit=service.audit,
                clock=service.clock,
                by=by or getpass.getuser(),
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        if mapped:
            edits.save_mapping(name, {**known, **told})
    say_report(desk, file.name, report, is_json=is_json)


def _mapping(mapped: tuple[str, ...]) -> dict[str, str]:
    for text in mapped:
        if "=" not in text:
            remedy = 'Write "COLUMN=field", or "COLUMN=" to leave it out.'
            raise BadInput(f"{text[:40]!r} maps nothing.", where="--map", remedy=remedy)
    return {column.strip(): field.strip().casefold() for column, _, field in (text.rpartition("=") for text in mapped)}


def _write_errors(desk: Desk, out: Path | None, people: ContactsFile) -> None:
    """Write the rows that were left out as they stand in the file, and why; mended, that file is imported again."""
    if out is None or not people.errors:
        return
    from distributor.core.contact_table import csv_lines, rows_to_mend

    out.write_text("".join(csv_lines(rows_to_mend(people))), encoding="utf-8-sig", newline="")
    desk.err.print(f"wrote {len(people.errors)} rows to mend to {out}", markup=False)


def say_forecast(desk: Desk, people: ContactsFile, foreseen: Forecast, *, is_json: bool) -> None:
    """Print what an import would do, here or on a server."""
    if is_json:
        wrong = len(people.errors)
        desk.json({**dataclasses.asdict(foreseen), "merged": people.merged, "wrong": wrong, "columns": dict(people.columns)})
        return
    desk.say("Columns: " + ", ".join(f"{header} → {field}" for field, header in people.columns.items()) + ".")
    if people.ignored_columns:
        desk.say(f"Columns that would not be used: {', '.join(people.ignored_columns)}. --map COLUMN=FIELD uses one.")
    desk.say(
        f"{foreseen.added} would be added, {foreseen.updated} changed, {foreseen.unchanged} stay as they are, "
        f"{people.merged} are repeated in the file, {len(people.errors)} rows are wrong."
    )
    if foreseen.suppressed:
        desk.say(f"{foreseen.suppressed} of them are suppressed and stay so; they will not be mailed.")
    for one in foreseen.differences[:_SHOWN]:
        for field, before, after in one.changes:
            desk.say(f"  {one.address}: {field} {before or '(empty)'} → {after}")
    if foreseen.updated > _SHOWN:
        desk.say(f"  … and {foreseen.updated - _SHOWN} more; --dry-run --json shows 200.")


def say_report(desk: Desk, name: str, report: ImportReport, *, is_json: bool) -> None:
    """Print what an import did, here or on a server."""
    if is_json:
        shape = dataclasses.asdict(dataclasses.replace(report, columns=dict(report.columns)))
        # The rows themselves are people's data, and --errors writes them where they can be mended.
        shape["errors"] = [{k: v for k, v in error.items() if k != "cells"} for error in shape["errors"]]
        desk.json(shape)
        return
    desk.say(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.merged} repeated in the file, "
        f"{len(report.errors)} rows left out."
    )
    if report.left_before:
        desk.say(f"{report.left_before} of them have left this list by their own word and stay off it.")
    if report.suppressed:
        desk.say(f"{report.suppressed} of them are suppressed and stay so; they will not be mailed.")
    if report.ignored_columns:
        desk.say(f"Columns that were not used: {', '.join(report.ignored_columns)}.")
    for error in report.errors[:_SHOWN]:
        desk.err.print(f"{name}:{error.line} {error.column}: {error.problem} {error.remedy}", markup=False)
    if len(report.errors) > _SHOWN:
        desk.err.print(f"… and {len(report.errors) - _SHOWN} more; --json shows all, --errors FILE writes them to be mended.")


@contacts.command()
@click.option("--list", "list_name", required=True, metavar="NAME")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A .csv or .xlsx file. Default: print CSV.")
@pass_desk
def export(desk: Desk, list_name: str, out: Path | None) -> None:
    """Write a media list with everything on its people, as `contacts import` reads it again."""
    from distributor.core.contact_headers import FIELDS
    from distributor.core.contact_table import csv_lines, row_of
    from distributor.core.media_list import list_name as checked

    with desk.service() as service:
        rows = [list(FIELDS), *(row_of(contact) for contact in service.book.everyone_on(checked(list_name)))]
    if out is not None and out.suffix.lower() == ".xlsx":
        from distributor.intake.spreadsheet import workbook_of

        out.write_bytes(workbook_of(rows))
    else:
        text = "".join(csv_lines(rows))
        if out is None:
            click.echo(text, nl=False)
            return
        # With a byte-order mark, so that spreadsheets take it for UTF-8.
        out.write_text(text, encoding="utf-8-sig", newline="")
    desk.say(f"wrote {out}")


@contacts.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def lists(desk: Desk, *, is_json: bool) -> None:
    """Show every media list with its number of people."""
    with desk.service() as service:
        found = service.book.lists()
    say_lists(desk, {str(name): count for name, count in found.items()}, is_json=is_json)


def say_lists(desk: Desk, found: Mapping[str, int], *, is_json: bool) -> None:
    """Print the lists, here or on a server."""
    if is_json:
        desk.json(found)
        return
    table = Table("List", "People")
    for name, count in found.items():
        table.add_row(name, f"{count:,}")
    desk.out.print(table if found else "No list yet. `distributor contacts import FILE --list NAME` makes one.")
