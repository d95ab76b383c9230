"""What the commands of `dispatch` print, from the same facts whether the dispatch is here or on a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.live import Live

from distributor.cli.desk import Desk
from distributor.cli.status_view import status_view
from distributor.core.approval import short_code
from distributor.core.desk_time import spell
from distributor.core.report import DispatchState, DispatchStatus, status_json

_FINAL = frozenset({DispatchState.DONE, DispatchState.INCOMPLETE, DispatchState.CANCELLED, DispatchState.EXPIRED})
_WATCH_EVERY_S = 0.25


def say_scheduled(
    desk: Desk, shape: Mapping[str, Any], *, now: datetime, is_to_people: bool, workers: int, is_json: bool
) -> None:
    """Print what was scheduled and staged."""
    if is_json:
        desk.json(shape)
        return
    lift_at = datetime.fromisoformat(shape["lift_at"])
    desk.say(f"Dispatch {shape['dispatch']} is scheduled. Seal: {short_code(shape['seal'])}")
    desk.say(f"Lift: {desk.when(lift_at)}" + (f", in {spell(lift_at - now)}" if lift_at > now else ", now"))
    if is_to_people:
        desk.say(
            f"E-mail: {shape['recipients']:,} recipients, {shape['suppressed']} suppressed, "
            f"{shape['already_reached']} left out because an earlier dispatch has them."
        )
        if len(shape["by_master"]) > 1:
            desk.say("        " + ", ".join(f"{count:,} get {key}" for key, count in sorted(shape["by_master"].items())) + ".")
        if shape["unserved"]:
            desk.say(f"        {shape['unserved']:,} read none of the languages and are left out.")
    if shape["parts"]:
        desk.say(f"Thread: {shape['parts']} parts.")
    if not workers:
        desk.say("No worker is running: nothing will leave until one does. Start `distributor up` or `distributor worker`.")
    desk.say(f"Next: distributor dispatch status {shape['dispatch']} --watch")


def say_dispatches(desk: Desk, found: Sequence[DispatchStatus], *, is_json: bool) -> None:
    """Print a list of dispatches."""
    if is_json:
        desk.json([status_json(status) for status in found])
        return
    for status in found:
        total = sum(channel.tally.total for _, channel in status.channels)
        desk.say(f"{status.dispatch}  {status.state.value:10}  {desk.when(status.lift_at)}  {total:,} deliveries and parts")
    if not found:
        desk.say("No dispatch yet. `distributor dispatch schedule` makes one.")


def say_status(
    desk: Desk, read: Callable[[], DispatchStatus], *, is_json: bool, is_watching: bool, every: timedelta | None = None
) -> None:
    """Print a status, once or until nothing more will happen by itself."""
    if not is_watching:
        found = read()
        desk.json(status_json(found)) if is_json else desk.out.print(status_view(found, zone=desk.settings.desk_zone))
        return
    pause_s = _WATCH_EVERY_S if every is None else every.total_seconds()
    if is_json:
        _follow_json(desk, read, pause_s)
        return
    with Live(console=desk.out, refresh_per_second=8) as live:
        while True:
            found = read()
            live.update(status_view(found, zone=desk.settings.desk_zone))
            if found.state in _FINAL:
                return
            time.sleep(pause_s)


def _follow_json(desk: Desk, read: Callable[[], DispatchStatus], pause_s: float) -> None:
    last = None
    while True:
        found = read()
        if (shape := status_json(found)) != last:
            last = shape
            desk.json(shape)
        if found.state in _FINAL:
            return
        time.sleep(pause_s)
