"""Everything that the doctor looks at, put together."""

from __future__ import annotations

from collections.abc import Iterator

from distributor.bootstrap import Service
from distributor.core.errors import SendFailure, StoreUnavailable
from distributor.core.finding import Finding
from distributor.core.message import ChannelName
from distributor.core.provider_clock import LARGEST_SKEW, least_skew
from distributor.core.report import DispatchState
from distributor.core.zone_drift import zone_drift
from distributor.flow.diagnose import diagnose
from distributor.ports import Channel
from distributor.store.connection import check_durable
from distributor.store.event_inbox import RedisEventInbox


def examine(service: Service) -> tuple[Finding, ...]:
    """Return what was found, in a fixed order. Providers are asked, nothing is sent."""
    findings = [*check_durable(service.client)]
    findings += diagnose(
        sender=service.sender,
        public_url=service.settings.public_url,
        channels=service.channels,
        skew=service.skew,
        workers=service.workers_alive,
    )
    try:
        findings += (finding for name, channel in service.channels.items() for finding in _clock_of(service, name, channel))
        if ChannelName.X in service.channels:
            findings += service.x_account.findings(now=service.lift_clock.now())
        findings += (_zones(service), _events(service))
    except StoreUnavailable:
        # Said already, by the first finding.
        pass
    findings.append(_alarms(service))
    return tuple(findings)


def _clock_of(service: Service, name: ChannelName, channel: Channel) -> Iterator[Finding]:
    asked_at = service.lift_clock.now()
    try:
        said = channel.open()
    except SendFailure:
        return
    if said is None:
        return
    skew = least_skew(said, asked_at=asked_at, heard_at=service.lift_clock.now())
    yield Finding(
        name=f"clock.{name.value}",
        passed=abs(skew) <= LARGEST_SKEW,
        message=f"{name.value}'s clock and Redis's agree within {LARGEST_SKEW.total_seconds():.0f} s."
        if abs(skew) <= LARGEST_SKEW
        else f"{name.value}'s clock is {skew.total_seconds():+.0f} s from Redis's, and Redis's decides when a release leaves.",
        remedy="Let the machine of Redis keep time by NTP (chrony).",
    )


def _zones(service: Service) -> Finding:
    waiting = [
        service.dispatches.plan(dispatch)
        for dispatch in service.dispatches.all()
        if service.dispatches.status(dispatch).state is DispatchState.ARMED
    ]
    drifts = [drift for plan in waiting if (drift := zone_drift(plan, service.embargo_of(plan)))]
    return Finding(
        name="zone.rules",
        passed=not drifts,
        message=str(drifts[0]) if drifts else f"The embargoes of {len(waiting)} waiting dispatches mean what they meant.",
        remedy="Cancel the dispatch and schedule it again.",
    )


def _events(service: Service) -> Finding:
    inbox = RedisEventInbox(service.client)
    waiting, aside = inbox.length(), inbox.aside()
    return Finding(
        name="events.applied",
        passed=not aside,
        message=f"{waiting} posts of events wait, {aside} could not be applied and are kept.",
        remedy="A defect of this version: look for `events.kept_aside` in the log, and report it.",
    )


def _alarms(service: Service) -> Finding:
    names = [sink.name for sink in service.watchman.sinks]
    nowhere = "Alarms go to the log only; DISTRIBUTOR_ALERT__EMAILS or DISTRIBUTOR_ALERT__WEBHOOK_URL would wake somebody."
    return Finding(
        name="alarms",
        passed=True,
        message=f"Alarms go to the log and by {' and '.join(names)}." if names else nowhere,
    )
