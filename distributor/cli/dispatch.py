"""`distributor dispatch`: schedule, watch, hold, resume, cancel, report, settle."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.live import Live
from rich.progress import Progress

from distributor.cli.desk import POST_ID, Desk, DistributorGroup, DurationType, InstantType, ask_first, pass_desk
from distributor.cli.status_view import status_view
from distributor.core.approval import short_code
from distributor.core.desk_time import spell
from distributor.core.ids import RemoteId
from distributor.core.message import ChannelName
from distributor.core.report import DispatchState, DispatchStatus, instant, status_json
from distributor.flow.find_dispatch import find_dispatch
from distributor.ports import Accepted

_FINAL = frozenset({DispatchState.DONE, DispatchState.INCOMPLETE, DispatchState.CANCELLED, DispatchState.EXPIRED})
_WATCH_EVERY_S = 0.25


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
    if is_json:
        desk.json({
            "dispatch": plan.dispatch, "release": plan.release, "revision": plan.revision, "seal": plan.seal,
            "lift_at": instant(plan.lift_at), "recipients": prepared.recipients, "suppressed": prepared.suppressed,
            "already_reached": prepared.already_reached, "parts": prepared.parts, "unserved": prepared.unserved,
            "by_master": prepared.by_master,
        })  # fmt: skip
        return
    desk.say(f"Dispatch {plan.dispatch} is scheduled. Seal: {short_code(plan.seal)}")
    ahead = plan.lift_at - status.read_at
    desk.say(f"Lift: {desk.when(plan.lift_at)}" + (f", in {spell(ahead)}" if ahead > timedelta(0) else ", now"))
    if ChannelName.EMAIL in plan.channels:
        desk.say(
            f"E-mail: {prepared.recipients:,} recipients, {prepared.suppressed} suppressed, "
            f"{prepared.already_reached} left out because an earlier dispatch has them."
        )
        if len(prepared.by_master) > 1:
            desk.say("        " + ", ".join(f"{count:,} get {key}" for key, count in sorted(prepared.by_master.items())) + ".")
        if prepared.unserved:
            desk.say(f"        {prepared.unserved:,} read none of the languages and are left out.")
    if prepared.parts:
        desk.say(f"Thread: {prepared.parts} parts.")
    if not workers:
        desk.say("No worker is running: nothing will leave until one does. Start `distributor up` or `distributor worker`.")
    desk.say(f"Next: distributor dispatch status {plan.dispatch} --watch")


@dispatch.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every dispatch, newest first."""
    with desk.service() as service:
        found = [service.dispatches.status(name) for name in service.dispatches.all()]
    if is_json:
        desk.json([status_json(status) for status in found])
        return
    for status in found:
        total = sum(channel.tally.total for _, channel in status.channels)
        desk.say(f"{status.dispatch}  {status.state.value:10}  {desk.when(status.lift_at)}  {total:,} deliveries and parts")
    if not found:
        desk.say("No dispatch yet. `distributor dispatch schedule` makes one.")


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

        if not is_watching:
            found = read()
            desk.json(status_json(found)) if is_json else desk.out.print(status_view(found, zone=desk.settings.desk_zone))
            return
        if is_json:
            _follow_json(desk, read)
            return
        with Live(console=desk.out, refresh_per_second=8) as live:
            while True:
                found = read()
                live.update(status_view(found, zone=desk.settings.desk_zone))
                if found.state in _FINAL:
                    return
                time.sleep(_WATCH_EVERY_S)


def _follow_json(desk: Desk, read: Callable[[], DispatchStatus]) -> None:
    last = None
    while True:
        found = read()
        if (shape := status_json(found)) != last:
            last = shape
            desk.json(shape)
        if found.state in _FINAL:
            return
        time.sleep(_WATCH_EVERY_S)


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
