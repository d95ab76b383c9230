"""The commands of `dispatch` on a server."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from distributor.cli.desk import Desk, ask_first
from distributor.cli.dispatch_view import say_dispatches, say_scheduled, say_status
from distributor.cli.remote_desk import must_be_mine
from distributor.cli.status_view import status_view
from distributor.core.desk_time import spell
from distributor.core.errors import BadInput
from distributor.core.message import ChannelName
from distributor.core.report import DispatchStatus
from distributor.core.report_read import read_status
from distributor.remote.server import WATCH_EVERY, Server, place

_SCHEDULED = (
    "dispatch", "release", "revision", "seal", "lift_at", "recipients", "suppressed", "already_reached", "parts", "unserved",
    "by_master",
)  # fmt: skip


def schedule(
    desk: Desk, server: Server, *, release: str, lists: tuple[str, ...], channels: tuple[str, ...], lift_at: datetime | None,
    late_limit: timedelta | None, by: str, is_json: bool,
) -> None:  # fmt: skip
    """Schedule and prepare."""
    must_be_mine(server, by)
    wanted: dict[str, Any] = {"release": release, "to": list(lists), "channels": list(channels)}
    if lift_at is not None:
        wanted["lift"] = lift_at.isoformat()
    if late_limit is not None:
        wanted["late_limit_s"] = int(late_limit.total_seconds())
    found = server.write("/dispatches", wanted)
    say_scheduled(
        desk, {name: found[name] for name in _SCHEDULED}, now=datetime.fromisoformat(found["read_at"]),
        is_to_people=ChannelName.EMAIL.value in channels, workers=found["workers"], is_json=is_json,
    )  # fmt: skip


def list_dispatches(desk: Desk, server: Server, *, is_json: bool) -> None:
    """List them."""
    say_dispatches(desk, [read_status(shape) for shape in server.items("/dispatches")], is_json=is_json)


def status(desk: Desk, server: Server, *, name: str | None, is_json: bool, is_watching: bool) -> None:
    """Show who has it."""
    # Of what was found first, should another become the next one meanwhile.
    chosen = read_status(server.get("/dispatches/next" if name is None else f"/dispatches/{place(name)}")).dispatch

    def read() -> DispatchStatus:
        return read_status(server.get(f"/dispatches/{chosen}"))

    say_status(desk, read, is_json=is_json, is_watching=is_watching, every=WATCH_EVERY)


def hold(desk: Desk, server: Server, *, name: str, by: str, reason: str) -> None:
    """Stop it."""
    must_be_mine(server, by)
    found = server.write(f"/dispatches/{place(name)}/hold", {"reason": reason})
    desk.say(f"Dispatch {found['dispatch']} is held." if found["is_new"] else f"Dispatch {found['dispatch']} was held already.")
    desk.out.print(status_view(read_status(found), zone=desk.settings.desk_zone))


def resume(desk: Desk, server: Server, *, name: str, by: str, reason: str, late_limit: timedelta, is_sure: bool) -> None:
    """Let it go on."""
    must_be_mine(server, by)
    found = read_status(server.get(f"/dispatches/{place(name)}"))
    if found.read_at >= found.lift_at:
        ago = spell(found.read_at - found.lift_at)
        ask_first(f"The lift was {ago} ago; what is left leaves at once. Go on?", is_sure=is_sure)
    wanted = {"reason": reason, "may_start_for_s": int(late_limit.total_seconds())}
    changed = server.write(f"/dispatches/{found.dispatch}/resume", wanted)
    desk.say(f"Dispatch {found.dispatch} goes on." if changed["is_new"] else f"Dispatch {found.dispatch} was not held.")


def cancel(desk: Desk, server: Server, *, name: str, by: str, reason: str, is_sure: bool) -> None:
    """Withdraw what has not left."""
    must_be_mine(server, by)
    chosen = read_status(server.get(f"/dispatches/{place(name)}")).dispatch
    ask_first(f"Dispatch {chosen} will never send what it has not sent yet. Cancel it?", is_sure=is_sure)
    found = server.write(f"/dispatches/{chosen}/cancel", {"reason": reason})
    desk.say(f"Dispatch {chosen} is cancelled.")
    desk.out.print(status_view(read_status(found), zone=desk.settings.desk_zone))


def settle(desk: Desk, server: Server, *, name: str, unknown: str, post: str | None, by: str, reason: str, is_sure: bool) -> None:
    """Decide about what is in doubt."""
    must_be_mine(server, by)
    if unknown == "again":
        ask_first("Whoever got it in spite of the lost answer gets it twice. Send again?", is_sure=is_sure)
    found = server.write(f"/dispatches/{place(name)}/settle", {"unknown": unknown, "reason": reason, "post": post})
    desk.say(f"{found['moved']:,} deliveries and parts are settled as {unknown}.")


def report(desk: Desk, server: Server, *, name: str, out: Path) -> None:
    """Write who has it; the file appears whole or not at all."""
    if out.suffix not in {".csv", ".json"}:
        raise BadInput("A report is a .csv or a .json file.", where=str(out), remedy="Name it report.csv or report.json.")
    path = f"/dispatches/{place(name)}/report" + (".csv" if out.suffix == ".csv" else "")
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.writelines(server.stream("GET", path))
        unfinished.replace(out)
    except OSError as error:
        raise BadInput("The report cannot be written here.", where=str(out), remedy=f"{error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    desk.say(f"wrote {out}")
