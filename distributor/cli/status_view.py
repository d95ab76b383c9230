"""A dispatch's status as a person reads it in a terminal: one glance says when, how far, and what needs a hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from distributor.core.approval import short_code
from distributor.core.delivery import OPEN, State
from distributor.core.desk_time import in_both_zones, spell
from distributor.core.message import ChannelName
from distributor.core.report import ChannelStatus, DispatchState, DispatchStatus, HoldReason

_COLOURS = {
    DispatchState.ARMED: "cyan",
    DispatchState.RELEASING: "yellow",
    DispatchState.HELD: "red",
    DispatchState.DONE: "green",
    DispatchState.INCOMPLETE: "red",
    DispatchState.CANCELLED: "magenta",
    DispatchState.EXPIRED: "red",
}
_LONG_SILENCE = timedelta(hours=1)
_HOLDS = {
    HoldReason.STAFF.value: "held by {by}",
    HoldReason.LATE.value: "held: the late limit passed. `dispatch resume` sends it now, `dispatch cancel` withdraws it",
    HoldReason.SEAL.value: "held: the release or its approval changed after scheduling. Cancel, approve again, schedule again",
    HoldReason.ZONE.value: "held: {note} Cancel it and schedule it again",
    HoldReason.PROVIDER.value: "held: the provider refuses our account ({note}). Mend that (`distributor doctor`), then resume",
}
_STATE_COLOURS = {State.UNKNOWN: "red", State.REFUSED: "red", State.BOUNCED: "red", State.LIVE: "green", State.ACCEPTED: "green"}


def status_view(status: DispatchStatus, *, zone: str) -> RenderableType:
    """Return the panel for one dispatch."""
    colour = _COLOURS[status.state]
    lines: list[RenderableType] = [_headline(status), Text(f"Lift  {in_both_zones(status.lift_at, zone=zone)}")]
    lines.extend(_facts(status, zone))
    for name, channel in status.channels:
        lines.append(_channel(name, channel, now=status.read_at, zone=zone))
    if status.unheard is not None:
        count, silence = status.unheard
        colour = "red" if silence >= _LONG_SILENCE else "yellow"
        lines.append(
            Text(f"{count:,} accepted, and nothing heard of them for {spell(silence)}. Look at the webhook.", style=colour)
        )
    lines.extend(Text(f"Note  {text}", style="yellow") for _, text in status.notes)
    title = f"[bold]{status.dispatch}[/bold] · release {status.release} rev. {status.revision} · seal {short_code(status.seal)}"
    return Panel(Group(*lines), title=title, title_align="left", border_style=colour, padding=(0, 2))


def _headline(status: DispatchStatus) -> Text:
    text = Text(status.state.value.upper(), style=f"bold {_COLOURS[status.state]}")
    ahead = status.lift_at - status.read_at
    if status.state is DispatchState.ARMED and ahead > timedelta(0):
        text.append(f"  leaves in {spell(ahead)}", style="bold")
    if not status.is_prepared:
        text.append("  still being prepared")
    if status.hold_reason:
        text.append("  " + _HOLDS.get(status.hold_reason, status.hold_reason).format(by=status.held_by, note=status.hold_note))
        if status.hold_reason == HoldReason.STAFF.value and status.hold_note:
            text.append(f": {status.hold_note}")
    return text


def _facts(status: DispatchStatus, zone: str) -> list[Text]:
    facts = []
    if status.lateness is not None and status.first_sent_at is not None:
        after = f"{status.lateness / timedelta(milliseconds=1):,.1f} ms after the lift"
        facts.append(Text(f"First request  {in_both_zones(status.first_sent_at, zone=zone)}, {after}"))
    if status.last_accepted_at is not None:
        facts.append(Text(f"Last accepted  {in_both_zones(status.last_accepted_at, zone=zone)}"))
    return facts


def _channel(name: ChannelName, channel: ChannelStatus, *, now: datetime, zone: str) -> RenderableType:
    tally = channel.tally
    settled = tally.total - tally.count(OPEN)
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        Text(f"{name.value:6}", style="bold"),
        ProgressBar(total=max(tally.total, 1), completed=settled, width=30),
        _counts(channel),
    )
    rows: list[RenderableType] = [grid]
    if (pause := channel.pause_at(now)) is not None:
        until = in_both_zones(pause, zone=zone)
        rows.append(Text(f"        the provider asked to wait until {until}, {spell(pause - now)} more", style="yellow"))
    if channel.hold_reason:
        why = _HOLDS.get(channel.hold_reason, channel.hold_reason).format(by="distributor", note=channel.hold_note)
        rows.append(Text(f"        {why}", style="red"))
    rows.extend(
        Text(f"        {part.n}/{len(channel.parts)}  {part.state.value:10} {part.url}", style=_STATE_COLOURS.get(part.state, ""))
        for part in channel.parts
    )
    if unknown := tally.counts.get(State.UNKNOWN, 0):
        age = f" for {spell(now - channel.in_doubt_since)}" if channel.in_doubt_since else ""
        rows.append(
            Text(
                f"        {unknown:,} in doubt{age}: the answer was lost, the provider may have them. See `dispatch settle`.",
                style="red",
            )
        )
    return Group(*rows)


def _counts(channel: ChannelStatus) -> Text:
    text = Text(f"{channel.tally.total:,} = ")
    shown = [(state, number) for state, number in channel.tally.counts.items() if number]
    for at, (state, number) in enumerate(shown):
        text.append(f"{number:,} {state.value}", style=_STATE_COLOURS.get(state, ""))
        text.append(" + " if at < len(shown) - 1 else "")
    return text
