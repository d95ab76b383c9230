"""`distributor contacts find|show|edit|move|remove|erase|filter`: single people, and whom of a list."""

from __future__ import annotations

import dataclasses

import click
from rich.table import Table

from distributor.cli.contacts import contacts
from distributor.cli.desk import Desk, DistributorGroup, pass_desk
from distributor.core.errors import BadInput
from distributor.core.ids import ListName

_AS = click.option("--as", "by", required=True, metavar="NAME", help="Who does it, for the audit.")
_JSON = click.option("--json", "is_json", is_flag=True, help="Print JSON.")
_MOST_FOUND = 200


@contacts.command()
@click.argument("text")
@click.option("--list", "list_name", metavar="NAME", help="Look on this list only.")
@_JSON
@pass_desk
def find(desk: Desk, text: str, list_name: str | None, *, is_json: bool) -> None:
    """Find people by the beginnings of words of their address, name, outlet, beat and tags. Shows the first 200.

    Accents and capitals do not matter; each word must fit.

    \b
    Example:
      distributor contacts find "radio" --list press
    """
    from itertools import islice

    from distributor.bootstrap_contacts import contact_keeper
    from distributor.core.media_list import list_name as checked

    with desk.service() as service:
        people = list(islice(contact_keeper(service).find(text, on=checked(list_name) if list_name else None), _MOST_FOUND))
    if is_json:
        desk.json([dataclasses.asdict(one) for one in people])
        return
    table = Table("Address", "Name", "Outlet", "Languages", "Country", "Tags")
    for one in people:
        table.add_row(one.address, one.name, one.outlet, " ".join(one.languages), one.country, ", ".join(one.tags))
    desk.out.print(table if people else "Nobody.")


@contacts.command()
@click.argument("address")
@_JSON
@pass_desk
def show(desk: Desk, address: str, *, is_json: bool) -> None:
    """Show everything that is stored on one person: fields, lists, suppression, every message and what was reported of it."""
    from distributor.bootstrap_contacts import contact_keeper
    from distributor.core.addresses import normalise

    with desk.service() as service:
        dossier = contact_keeper(service).dossier(normalise(address))
    if is_json:
        desk.json(dataclasses.asdict(dossier))
        return
    for name, value in dataclasses.asdict(dossier.contact).items():
        if value:
            desk.say(f"{name.replace('_', ' '):15} {', '.join(value) if isinstance(value, tuple) else value}")
    desk.say(f"{'lists':15} {', '.join(dossier.lists) or 'none'}")
    if dossier.suppression:
        found = dossier.suppression
        desk.say(f"{'suppressed':15} {found.reason}, by {found.by}, {desk.when(found.at)}")
    for dispatch, state in dossier.deliveries:
        desk.say(f"{'dispatch':15} {dispatch}: {state}")
        for named, what, at in dossier.events:
            if named == dispatch:
                desk.say(f"{'':15} {desk.when(at) if at else 'time unknown'}: {what}")


@contacts.command()
@click.argument("address")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Change a field; an empty value clears it.")
@click.option("--tag", multiple=True, metavar="TAG", help="Add a tag. May be repeated.")
@click.option("--untag", multiple=True, metavar="TAG", help="Remove a tag. May be repeated.")
@_AS
@_JSON
@pass_desk
def edit(
    desk: Desk, *, address: str, changes: tuple[str, ...], tag: tuple[str, ...], untag: tuple[str, ...], by: str, is_json: bool
) -> None:
    """Change what is stored on a person.

    \b
    Example:
      distributor contacts edit ana@paper.example --set country=CH --set "language=fr de" --tag health --as "Lena"
    """
    from distributor.bootstrap_contacts import contact_keeper
    from distributor.core.addresses import normalise

    for text in changes:
        if "=" not in text:
            raise BadInput(f"{text[:40]!r} sets nothing.", where="--set", remedy="Write FIELD=VALUE.")
    wanted = {field.strip().casefold(): value for field, _, value in (text.partition("=") for text in changes)}
    with desk.service() as service:
        after = contact_keeper(service).edit(normalise(address), wanted, tag=tag, untag=untag, by=by)
    if is_json:
        desk.json(dataclasses.asdict(after))
        return
    desk.say(f"{after.address} is stored as it is now; `distributor contacts show {after.address}` shows it.")


@contacts.command()
@click.argument("address")
@click.option("--from", "out_of", metavar="LIST", help="The list to leave.")
@click.option("--to", "onto", metavar="LIST", help="The list to go on.")
@_AS
@pass_desk
def move(desk: Desk, address: str, out_of: str | None, onto: str | None, by: str) -> None:
    """Move a person from a list to another; with --to alone they are put on one more."""
    _move(desk, address, out_of=out_of, onto=onto, by=by)


@contacts.command()
@click.argument("address")
@click.option("--list", "list_name", required=True, metavar="NAME")
@_AS
@pass_desk
def remove(desk: Desk, address: str, list_name: str, by: str) -> None:
    """Take a person off a list. What is stored on them stays; a dispatch that is prepared already keeps them."""
    _move(desk, address, out_of=list_name, onto=None, by=by)


def _move(desk: Desk, address: str, *, out_of: str | None, onto: str | None, by: str) -> None:
    from distributor.bootstrap_contacts import contact_keeper
    from distributor.core.addresses import normalise
    from distributor.core.media_list import list_name as checked

    with desk.service() as service:
        is_moved = contact_keeper(service).move(
            normalise(address), out_of=checked(out_of) if out_of else None, onto=checked(onto) if onto else None, by=by
        )
    desk.say("Done." if is_moved else "Nothing to change.")


@contacts.command()
@click.argument("address")
@click.option("--reason", default="", help="Why; kept in the audit.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@_AS
@pass_desk
def erase(desk: Desk, address: str, reason: str, by: str, *, is_sure: bool) -> None:
    """Forget a person for good. Only the hash of the address stays, suppressed, so that no import brings them back.

    This cannot be undone. Messages that have left have left.
    """
    from distributor.bootstrap_contacts import contact_keeper
    from distributor.core.addresses import normalise

    if not is_sure:
        click.confirm("Erase everything that is stored on this person? It cannot be undone.", abort=True)
    with desk.service() as service:
        contact_keeper(service).erase(normalise(address), by=by, reason=reason)
    desk.say("Erased.")


@contacts.group("filter", cls=DistributorGroup)
def filters() -> None:
    """Save whom of a list a dispatch goes to: `dispatch schedule --to NAME` takes a filter's name, too."""


@filters.command("save")
@click.argument("name")
@click.option("--list", "base", required=True, metavar="LIST")
@click.option("--language", multiple=True, help="Reads this language. May be repeated: any of them.")
@click.option("--country", multiple=True)
@click.option("--beat", multiple=True)
@click.option("--tag", multiple=True)
@click.option("--outlet", multiple=True)
@click.option("--priority", is_flag=True, help="Priority contacts only.")
@pass_desk
def save_(
    desk: Desk, *, name: str, base: str, language: tuple[str, ...], country: tuple[str, ...], beat: tuple[str, ...],
    tag: tuple[str, ...], outlet: tuple[str, ...], priority: bool,
) -> None:  # fmt: skip
    """Save a filter. Of several values of one option any may fit, of several options all must.

    \b
    Example:
      distributor contacts filter save fr-ch --list press --language fr --country CH
    """
    from distributor.bootstrap_contacts import save_filter
    from distributor.core.audience_filter import AudienceFilter

    wanted = {"language": language, "country": country, "beat": beat, "tag": tag, "outlet": outlet}
    made = AudienceFilter.of(base, {**wanted, "priority": ("yes",) if priority else ()})
    with desk.service() as service:
        save_filter(service, name, made)
        count = len(service.book.members([ListName(str(made))]))
    desk.say(f"Saved: {made}. Today it fits {count:,} people.")


@filters.command("list")
@_JSON
@pass_desk
def list_filters(desk: Desk, *, is_json: bool) -> None:
    """Show the saved filters."""
    from distributor.bootstrap_contacts import contact_edits

    with desk.service() as service:
        found = dict(contact_edits(service).filters())
    if is_json:
        desk.json(found)
        return
    for name, text in found.items():
        desk.say(f"{name:20} {text}")
    if not found:
        desk.say("No filter yet. `distributor contacts filter save NAME --list LIST --language fr` makes one.")


@filters.command("remove")
@click.argument("name")
@pass_desk
def remove_filter(desk: Desk, name: str) -> None:
    """Remove a saved filter. Dispatches that were scheduled with it keep it."""
    from distributor.bootstrap_contacts import contact_edits

    with desk.service() as service:
        is_gone = contact_edits(service).remove_filter(name.casefold())
    desk.say("Removed." if is_gone else "There is no such filter.")
