"""`distributor dispatch`: schedule, watch, hold, resume, cancel, report, settle."""

from __future__ import annotations

import getpass
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.progress import Progress

from distributor.cli.desk import POST_ID, Desk, DistributorGroup, DurationType, InstantType, ask_first, pass_desk
from distributor.cli.dispatch_view import say_dispatches, say_scheduled, say_status
from distributor.cli.status_view import status_view
from distributor.core.desk_time import spell
from distributor.core.ids import RemoteId
from distributor.core.message import ChannelName
from distributor.core.report import DispatchStatus, instant
from distributor.flow.find_dispatch import find_dispatch
from distributor.ports import Accepted


@click.group(cls=DistributorGroup)
def dispatch() -> None:
    """Schedule an approved release, and follow or stop it."""


@dispatch.command()
@click.argument("release", metavar="R")
@click.option("--to", "lists", multiple=True, metavar="LIST", help="Media list. May be repeated; nobody gets it twice.")
@click.option(
    "--channel", "channels", multiple=True, required=True, type=click.Choice([name.value for name in ChannelName]),
    help="Way out. May be repeated.",
)  # fmt: skip
@click.option("--lift", "lift_at", type=InstantType(), help="When it leaves. Default: the embargo; never earlier.")
@click.option("--late-limit", type=DurationType(), help="Held for staff if not started so long after the lift. Default: 60m.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who schedules.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def schedule(
    desk: Desk,
    *,
    release: str,
    lists: tuple[str, ...],
    channels: tuple[str, ...],
    lift_at: datetime | None,
    late_limit: timedelta | None,
    by: str,
    is_json: bool,
) -> None:
    """Schedule the approved release R: freeze the audience, stage everything, and wait for the lift.

    The same request again finds the same dispatch; nobody gets it twice.

    \b
    Examples:
      distributor dispatch schedule r4k2 --to press --channel email --channel x --as "Ana Lima"
      distributor dispatch schedule r4k2 --to press --channel email --lift 2026-03-30T00:01+02:00 --as "Ana Lima"
    """
    from distributor.bootstrap_contacts import audience_named
    from distributor.flow.schedule import ScheduleRequest

    limit = late_limit or timedelta(minutes=desk.settings.dispatch.late_limit_minutes)
    with desk.service() as service, Progress(console=desk.err, transient=True) as progress:
        request = ScheduleRequest(
            release=service.releases.resolve(release),
            lists=tuple(audience_named(service, name) for name in lists),
            channels=tuple(ChannelName(name) for name in channels),
            by=by,
            lift_at=lift_at,
            late_limit=limit,
        )
        plan = service.scheduler.schedule(request)
        task = progress.add_task("Preparing", total=None)
        prepared = service.preparer.prepare_once(
            plan, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
        status = service.dispatches.status(plan.dispatch)
        workers = len(service.roster.alive())
    shape = {
        "dispatch": plan.dispatch, "release": plan.release, "revision": plan.revision, "seal": plan.seal,
        "lift_at": instant(plan.lift_at), "recipients": prepared.recipients, "suppressed": prepared.suppressed,
        "already_reached": prepared.already_reached, "parts": prepared.parts, "unserved": prepared.unserved,
        "by_master": prepared.by_master,
    }  # fmt: skip
    say_scheduled(
        desk, shape, now=status.read_at, is_to_people=ChannelName.EMAIL.value in channels, workers=workers, is_json=is_json
    )


@dispatch.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every dispatch, newest first."""
    with desk.service() as service:
        found = [service.dispatches.status(name) for name in service.dispatches.all()]
    say_dispatches(desk, found, is_json=is_json)


@dispatch.command()
@click.argument("name", metavar="D", required=False)
@click.option("--json", "is_json", is_flag=True, help="Print JSON; with --watch a document per change.")
@click.option("--watch", "is_watching", is_flag=True, help="Follow it until nothing more will happen by itself.")
@pass_desk
def status(desk: Desk, name: str | None, *, is_json: bool, is_watching: bool) -> None:
    """Show who has it. Without D: the next or latest dispatch.

    \b
    Examples:
      distributor dispatch status d7f3 --watch
      distributor dispatch status d7f3 --json
    """
    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)

        def read() -> DispatchStatus:
            return service.dispatches.status(chosen)

        say_status(desk, read, is_json=is_json, is_watching=is_watching)


@dispatch.command()
@click.argument("name", metavar="D")
@click.option("--as", "by", default="", metavar="NAME", help="Who holds it. Default: your login.")
@click.option("--reason", default="", help="Why, for the audit.")
@pass_desk
def hold(desk: Desk, name: str, by: str, reason: str) -> None:
    """Stop D at once: nothing that has not left will leave. `resume` goes on exactly there."""
    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        is_new = service.controller.hold(chosen, by=by or getpass.getuser(), reason=reason)
        found = service.dispatches.status(chosen)
    desk.say(f"Dispatch {chosen} is held." if is_new else f"Dispatch {chosen} was held already.")
    desk.out.print(status_view(found, zone=desk.settings.desk_zone))


@dispatch.command()
@click.argument("name", metavar="D")
@click.option("--as", "by", default="", metavar="NAME", help="Who lets it go on. Default: your login.")
@click.option("--reason", default="", help="Why, for the audit.")
@click.option("--late-limit", type=DurationType(), default=timedelta(minutes=60), show_default="60m",
              help="How long from now it may start, if the old limit has passed.")  # fmt: skip
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@pass_desk
def resume(desk: Desk, name: str, by: str, reason: str, late_limit: timedelta, *, is_sure: bool) -> None:
    """Let D go on exactly where it was held. Asks first when the lift has passed, for it leaves at once then."""
    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        found = service.dispatches.status(chosen)
        if found.read_at >= found.lift_at:
            ask_first(
                f"The lift was {spell(found.read_at - found.lift_at)} ago; what is left leaves at once. Go on?", is_sure=is_sure
            )
        is_new = service.controller.resume(chosen, by=by or getpass.getuser(), reason=reason, may_start_for=late_limit)
    desk.say(f"Dispatch {chosen} goes on." if is_new else f"Dispatch {chosen} was not held.")


@dispatch.command()
@click.argument("name", metavar="D")
@click.option("--as", "by", default="", metavar="NAME", help="Who cancels. Default: your login.")
@click.option("--reason", default="", help="Why, for the audit.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@pass_desk
def cancel(desk: Desk, name: str, by: str, reason: str, *, is_sure: bool) -> None:
    """Withdraw for good whatever of D has not left, and say what has."""
    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        ask_first(f"Dispatch {chosen} will never send what it has not sent yet. Cancel it?", is_sure=is_sure)
        service.controller.cancel(chosen, by=by or getpass.getuser(), reason=reason)
        found = service.dispatches.status(chosen)
    desk.say(f"Dispatch {chosen} is cancelled.")
    desk.out.print(status_view(found, zone=desk.settings.desk_zone))


@dispatch.command()
@click.argument("name", metavar="D")
@click.option("--unknown", type=click.Choice(["sent", "again"]), required=True, help="Count it as sent, or send again.")
@click.option("--post", type=POST_ID, help="For a thread: the post that the part in doubt is.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who decides.")
@click.option("--reason", required=True, help="Why.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@pass_desk
def settle(desk: Desk, name: str, *, unknown: str, post: str | None, by: str, reason: str, is_sure: bool) -> None:
    """Decide about everything of D that is in doubt. "again" may reach people a second time.

    Doubt also ends by itself when evidence comes: the provider's events for e-mail, the account's own posts for a thread.

    \b
    Examples:
      distributor dispatch settle d7f3 --unknown sent --as "Ana Lima" --reason "the provider's log shows them"
      distributor dispatch settle d7f3 --unknown sent --post 1790000000000000000 --as "Ana Lima" --reason "seen on X"
    """
    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        if unknown == "again":
            ask_first("Whoever got it in spite of the lost answer gets it twice. Send again?", is_sure=is_sure)
        found = Accepted(remote_id=RemoteId(post), url=f"https://x.com/i/status/{post}") if post else None
        moved = service.controller.settle(chosen, should_send_again=unknown == "again", by=by, reason=reason, post=found)
    desk.say(f"{moved:,} deliveries and parts are settled as {unknown}.")


@dispatch.command()
@click.argument("name", metavar="D")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.csv or FILE.json.")
@pass_desk
def report(desk: Desk, name: str, out: Path) -> None:
    """Write who has D: every recipient and part with its state.

    \b
    Example:
      distributor dispatch report d7f3 --out proof.csv
    """
    from distributor.flow.report import write_report

    with desk.service() as service:
        chosen = find_dispatch(service.dispatches, name)
        rows = write_report(out, chosen, dispatches=service.dispatches, book=service.book)
    desk.say(f"wrote {rows:,} rows to {out}")
