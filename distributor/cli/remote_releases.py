"""The commands of `release` on a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributor.cli.desk import Desk, read_file
from distributor.cli.release_view import is_wanted, say_approval, say_checks, say_preview, say_release, say_releases
from distributor.cli.remote_desk import must_be_mine
from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.message import ChannelName, EmailMaster, Master, Sender, ThreadMaster
from distributor.core.thread_form import ThreadForm, counter_of
from distributor.remote.server import Server, place

_LARGEST_FILE = 30 * 1024 * 1024


def add(
    desk: Desk, server: Server, *, file: Path, revises: str | None, translates: str | None, embargo_answer: str, by: str | None,
    is_json: bool,
) -> None:  # fmt: skip
    """Take a file in."""
    if revises and translates:
        raise BadInput("A file is a revision or a translation.", where="--translates", remedy="Leave out one of the two.")
    must_be_mine(server, by)
    content = read_file(file, limit_bytes=_LARGEST_FILE)
    if translates:
        found = server.send_file(f"/releases/{place(translates)}/translations/files", file.name, content, {})
    else:
        found = server.send_file("/releases/files", file.name, content, {"embargo": embargo_answer, "revises": revises or ""})
    _say(desk, found, is_json=is_json)


def list_releases(desk: Desk, server: Server, *, is_json: bool) -> None:
    """List them."""
    names = ("revision", "headline", "added_by", "added_at", "is_approved", "dispatches")
    rows = [{"release_id": row["release"], **{name: row[name] for name in names}} for row in server.items("/releases")]
    say_releases(desk, rows, is_json=is_json)


def show(desk: Desk, server: Server, *, name: str, revision: int | None, is_json: bool) -> None:
    """Show what was understood."""
    _say(desk, server.get(f"/releases/{place(name)}", revision=revision), is_json=is_json)


def _say(desk: Desk, found: Mapping[str, Any], *, is_json: bool) -> None:
    say_release(desk, {name: found[name] for name in ("release", "revision", "headline", "understood")}, is_json=is_json)


def check(desk: Desk, server: Server, *, name: str, is_json: bool, is_strict: bool) -> None:
    """Run the checks there."""
    say_checks(desk, server.get(f"/releases/{place(name)}/checks"), is_json=is_json, is_strict=is_strict)


def preview(
    desk: Desk, server: Server, *, name: str, channel: str | None, audience: tuple[str, ...], language: str | None,
    form: str | None, out: Path | None,
) -> None:  # fmt: skip
    """Show what would leave."""
    _refuse_form(form)
    if audience:
        raise BadInput(
            "A server does not count languages by this command.", where="--to", remedy="Leave it out, or run it there."
        )
    found = server.get(f"/releases/{place(name)}/masters")
    masters = [(_master(one), one["needs"]) for one in found["masters"]]
    needs = {master.key: lines for master, lines in masters}
    say_preview(
        desk, [master for master, _ in masters if is_wanted(master, channel, language)], counter_of(ThreadForm(found["form"])),
        public_url=found["public_url"], needs_of=lambda thread: needs[thread.key], out=out,
    )  # fmt: skip


def _master(shape: Mapping[str, Any]) -> Master:
    language = Language(shape["language"])
    if shape["channel"] == ChannelName.EMAIL.value:
        sender = Sender(email=shape["sender_email"], name=shape["sender_name"])
        return EmailMaster(language=language, subject=shape["subject"], html=shape["html"], text=shape["text"], sender=sender)
    return ThreadMaster(channel=ChannelName(shape["channel"]), language=language, parts=tuple(shape["parts"]))


def approve(
    desk: Desk, server: Server, *, name: str, by: str, waived: tuple[str, ...], reason: str, form: str | None, is_json: bool
) -> None:
    """Seal the revision that is the latest now."""
    _refuse_form(form)
    must_be_mine(server, by)
    latest = server.get(f"/releases/{place(name)}")
    if waived and not reason.strip():
        raise BadInput("A waiver needs a reason.", where="--reason", remedy="Say why; it is kept in the audit and the seal.")
    waivers = [{"check": check_name, "reason": reason} for check_name in dict.fromkeys(waived)]
    found = server.write(f"/releases/{latest['release']}/approval", {"revision": latest["revision"], "waivers": waivers})
    for line in [] if is_json else found["needs"]:
        desk.say(line)
    say_approval(desk, {name: found[name] for name in ("release", "revision", "seal", "code", "by", "at")}, is_json=is_json)


def _refuse_form(form: str | None) -> None:
    if form is not None:
        raise BadInput("A server's own settings say how releases go onto X.", where="--form", remedy="Leave it out.")
