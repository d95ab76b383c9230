"""`distributor release`: take in, look, check, edit, preview, approve."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from distributor.cli.desk import Desk, DistributorGroup, pass_desk
from distributor.cli.release_view import is_wanted, say_approval, say_checks, say_preview, say_release, say_releases
from distributor.core.approval import Waiver, short_code
from distributor.core.errors import BadInput
from distributor.core.message import Master
from distributor.core.report import instant
from distributor.ports_releases import ReleaseLine, StoredRevision

_FORM = click.option(
    "--form", type=click.Choice(["thread", "post", "long"]), help="How it goes onto X. Default: DISTRIBUTOR_X__FORM."
)


@click.group(cls=DistributorGroup)
def release() -> None:
    """Take in, check, preview and approve press releases."""


@release.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--revises", metavar="R", help="The release of which this is a new revision; voids its approval.")
@click.option("--translates", metavar="R", help="The release of which this is a translation; a new revision of it.")
@click.option("--embargo", "embargo_answer", default="", metavar="TEXT", help="The embargo, if the file is unclear.")
@click.option("--as", "by", metavar="NAME", help="Who takes it in. Default: your login.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def add(
    desk: Desk, *, file: Path, revises: str | None, translates: str | None, embargo_answer: str, by: str | None, is_json: bool
) -> None:
    """Take in FILE (Markdown, plain text, .docx, HTML) and show what was understood.

    \b
    Examples:
      distributor release add release.md
      distributor release add release.docx --embargo "2026-03-30 00:01 Europe/London"
      distributor release add second-draft.md --revises r4k2
      distributor release add texte.md --translates r4k2
    """
    if revises and translates:
        raise BadInput("A file is a revision or a translation.", where="--translates", remedy="Leave out one of the two.")
    from distributor.intake.read import read_release

    with desk.service() as service:
        now = service.clock.now()
        content = read_release(file, now=now, embargo_answer=embargo_answer)
        who = by or getpass.getuser()
        if translates:
            stored = service.taker.translate(service.releases.resolve(translates), content, by=who)
        else:
            stored = service.taker.take_in(content, by=who, revises=service.releases.resolve(revises) if revises else None)
        _show(desk, stored, is_json=is_json)


@release.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every release, newest first."""
    with desk.service() as service:
        lines = service.releases.list_all()
    say_releases(desk, [_row(line) for line in lines], is_json=is_json)


def _row(line: ReleaseLine) -> dict[str, object]:
    return {
        "release_id": line.release_id, "revision": line.revision, "headline": line.headline, "added_by": line.added_by,
        "added_at": instant(line.added_at), "is_approved": line.is_approved, "dispatches": list(line.dispatches),
    }  # fmt: skip


@release.command()
@click.argument("name", metavar="R")
@click.option("--revision", type=click.IntRange(min=1), help="An earlier revision. Default: the latest.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def show(desk: Desk, name: str, revision: int | None, *, is_json: bool) -> None:
    """Show what was understood of release R."""
    with desk.service() as service:
        _show(desk, service.releases.get(service.releases.resolve(name), revision), is_json=is_json)


def _show(desk: Desk, stored: StoredRevision, *, is_json: bool) -> None:
    from distributor.core.understood import understood

    pairs = list(understood(stored.content))
    pairs += [("Translation", f"{one.language}: {one.headline}") for one in stored.translations]
    shape = {"release": stored.release_id, "revision": stored.revision, "headline": stored.content.headline}
    say_release(desk, {**shape, "understood": [{"what": what, "value": value} for what, value in pairs]}, is_json=is_json)


@release.command()
@click.argument("name", metavar="R")
@click.argument("fate", type=click.Choice(["fallback", "leave-out", "hold"]))
@click.option("--as", "by", metavar="NAME", help="Who decides. Default: your login.")
@pass_desk
def others(desk: Desk, name: str, fate: str, by: str | None) -> None:
    """Decide what becomes of those who read none of release R's languages: a new revision, to be approved.

    fallback: they get it in the release's own language (the default). leave-out: they do not get it. hold: if there are any,
    nothing is prepared, and you decide then. Of whom no language is known gets it in the release's own.
    """
    from distributor.core.translation import Others

    with desk.service() as service:
        stored = service.taker.decide_others(service.releases.resolve(name), Others(fate), by=by or getpass.getuser())
    desk.say(f"Release {stored.release_id}, revision {stored.revision}: {fate}. Approve it as it is now.")


@release.command()
@click.argument("name", metavar="R")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@click.option("--strict", "is_strict", is_flag=True, help="Exit code 1 when an error stands against approval.")
@pass_desk
def check(desk: Desk, name: str, *, is_json: bool, is_strict: bool) -> None:
    """Run every check on release R and say what to do about each that fails.

    \b
    Examples:
      distributor release check r4k2
      distributor release check r4k2 --strict && echo ready
    """
    with desk.service() as service:
        stored = service.releases.get(service.releases.resolve(name))
        results = service.check(stored, service.compose(stored), service.clock.now())
    found = [
        {"check": one.name, "severity": one.severity.value, "passed": one.passed, "message": one.message, "remedy": one.remedy}
        for one in results
    ]
    shape = {"release": stored.release_id, "revision": stored.revision, "checks": found}
    say_checks(desk, shape, is_json=is_json, is_strict=is_strict)


@release.command("edit-thread")
@click.argument("name", metavar="R")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Parts, separated by lines of ---.")
@click.option("--compose", "is_composed", is_flag=True, help="Throw the written parts away and compose them again.")
@click.option("--as", "by", metavar="NAME", help="Who edits. Default: your login.")
@pass_desk
def edit_thread(desk: Desk, name: str, file: Path | None, by: str | None, *, is_composed: bool) -> None:
    """Write the parts of release R's thread by hand; makes a new revision and voids the approval.

    Without --file your editor opens with the parts as they are.
    """
    from distributor.core.thread_text import join_parts, split_parts

    with desk.service() as service:
        stored = service.releases.get(service.releases.resolve(name))
        writer = service.thread_writer
        if is_composed:
            parts = writer.composed(stored)
        else:
            current = writer.thread_of(stored)
            text = file.read_text("utf-8") if file else click.edit(join_parts(current.parts), extension=".txt")
            if text is None:
                raise BadInput("Nothing was saved.", where="thread", remedy="Save the file in your editor, or use --file.")
            parts = split_parts(text)
        edited = writer.write(stored, parts, by=by or getpass.getuser())
    desk.say(f"Release {edited.release_id} is at revision {edited.revision} now.")


@release.command()
@click.argument("name", metavar="R")
@click.option("--channel", type=click.Choice(["email", "x"]), help="Only this channel. Default: all.")
@click.option("--to", "audience", multiple=True, metavar="LIST", help="Count who on these lists would get which language.")
@click.option("--language", metavar="xx", help="Only this language. Default: all there are.")
@_FORM
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files. Default: only show.")
@pass_desk
def preview(
    desk: Desk,
    *,
    name: str,
    channel: str | None,
    audience: tuple[str, ...],
    language: str | None,
    form: str | None,
    out: Path | None,
) -> None:
    """Show what release R becomes, and write HTML, text and thread to a folder.

    \b
    Example:
      distributor release preview r4k2 --out preview/ --to press
    """
    from distributor.bootstrap_contacts import audience_named
    from distributor.core.thread_form import counter_of
    from distributor.flow.count_languages import count_languages

    with desk.service(form=form) as service:
        stored = service.releases.get(service.releases.resolve(name))
        masters = [master for master in service.compose(stored) if is_wanted(master, channel, language)]
        say_preview(
            desk, masters, counter_of(service.form), public_url=desk.settings.public_url, out=out,
            needs_of=lambda thread: service.thread_needs(thread, _lift_of(stored)),
        )  # fmt: skip
        if audience:
            lists = [audience_named(service, one) for one in audience]
            desk.say(f"People: {count_languages(stored, lists, book=service.book)}.")


def _lift_of(stored: StoredRevision) -> datetime | None:
    return stored.content.embargo.lift_at() if stored.content.embargo else None


@release.command()
@click.argument("name", metavar="R")
@click.option("--as", "by", required=True, metavar="NAME", help="Who approves.")
@click.option("--waive", "waived", multiple=True, metavar="CHECK", help="Pass over a failing check, by name. May be repeated.")
@click.option("--reason", default="", help="Why; needed with --waive, kept in the audit and the seal.")
@_FORM
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def approve(desk: Desk, *, name: str, by: str, waived: tuple[str, ...], reason: str, form: str | None, is_json: bool) -> None:
    """Approve release R as it stands, and seal it. Any later change voids the approval.

    By default nobody can approve what they wrote or took in themselves. What goes onto X is sealed in the form shown by
    `release preview` with the same --form.

    \b
    Examples:
      distributor release approve r4k2 --as "Ana Lima"
      distributor release approve r4k2 --as "Ana Lima" --waive dead-links --reason "links follow at noon"
    """
    from distributor.core.message import ThreadMaster

    with desk.service(form=form) as service:
        waivers = tuple(Waiver(check=check_name, reason=reason, by=by) for check_name in dict.fromkeys(waived))

        def show(stored: StoredRevision, masters: Sequence[Master]) -> None:
            threads = [master for master in masters if isinstance(master, ThreadMaster) and not is_json]
            for line in (line for thread in threads for line in service.thread_needs(thread, _lift_of(stored))):
                desk.say(line)

        approval = service.approver.approve(service.releases.resolve(name), by=by, waivers=waivers, show=show)
    shape = {
        "release": approval.release, "revision": approval.revision, "seal": approval.seal,
        "code": short_code(approval.seal), "by": approval.by, "at": instant(approval.at),
    }  # fmt: skip
    say_approval(desk, shape, is_json=is_json)
