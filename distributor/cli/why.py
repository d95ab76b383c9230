"""`distributor why` and `distributor audit`: what happened, to whom, by whose word."""

from __future__ import annotations

from pathlib import Path

import click

from distributor.cli.desk import Desk, pass_desk
from distributor.flow.find_dispatch import find_dispatch


@click.command()
@click.argument("name", metavar="D")
@click.argument("recipient", required=False)
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def why(desk: Desk, name: str, recipient: str | None, *, is_json: bool) -> None:
    """Explain dispatch D, or what became of one RECIPIENT of it.

    \b
    Examples:
      distributor why d7f3
      distributor why d7f3 reporter@example.org
    """
    from distributor.bootstrap_contacts import person_deliveries
    from distributor.core.addresses import normalise
    from distributor.flow.explain import explain_dispatch, explain_recipient

    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        if recipient is None:
            found = explain_dispatch(chosen, dispatches=service.dispatches, audit=service.audit, when=desk.when)
        else:
            found = explain_recipient(
                chosen,
                normalise(recipient),
                dispatches=service.dispatches,
                deliveries=person_deliveries(service),
                book=service.book,
                suppressions=service.suppressions,
                when=desk.when,
            )
    if is_json:
        desk.json({"dispatch": chosen, "explanation": found})
        return
    for line in found:
        desk.say(line)


@click.command()
@click.option("--subject", metavar="ID", help="Only what was done to this release or dispatch.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File for JSON lines. Default: print.")
@pass_desk
def audit(desk: Desk, subject: str | None, out: Path | None) -> None:
    """Export who did what, when and why, oldest first, as JSON lines."""
    from distributor.store.audit import entry_json

    with desk.service() as service:
        lines = [entry_json(entry).decode() for entry in service.audit.entries(subject=subject)]
    if out is None:
        for line in lines:
            click.echo(line)
        return
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    desk.say(f"wrote {len(lines):,} entries to {out}")
