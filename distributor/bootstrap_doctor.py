"""Everything that the doctor looks at, put together."""

from __future__ import annotations

from collections.abc import Iterator

from distributor.bootstrap import Service
from distributor.bootstrap_channels import way_of_email
from distributor.channels.email_router import Way
from distributor.channels.mail_dns import MailDns, public_half
from distributor.core.deliverability import MailSetup, judge
from distributor.core.dkim_key import Signing
from distributor.core.errors import SendFailure, StoreUnavailable
from distributor.core.finding import Finding
from distributor.core.mail_record import Standing
from distributor.core.message import ChannelName
from distributor.core.provider_clock import LARGEST_SKEW, least_skew
from distributor.core.report import DispatchState
from distributor.core.zone_drift import zone_drift
from distributor.flow.diagnose import diagnose
from distributor.ports import Channel
from distributor.settings import Settings
from distributor.store.connection import check_durable
from distributor.store.event_inbox import RedisEventInbox

#: The names under which SendGrid's domain authentication has its two keys set (CNAMEs into SendGrid's own domain).
_SENDGRID_SELECTORS = ("s1", "s2")


def examine(service: Service, *, mail_dns: MailDns | None = None) -> tuple[Finding, ...]:
    """Return what was found, in a fixed order. Providers and DNS (by default this machine's) are asked, nothing is sent."""
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
    findings += _deliverability(mail_setup(service.settings), mail_dns or MailDns())
    return tuple(findings)


def mail_setup(settings: Settings) -> MailSetup:
    """Return what mailbox providers will look up about mail that leaves with these settings."""
    way, domain = way_of_email(settings), _domain_of(settings.sender.email)
    signing = {Way.SENDGRID: _sendgrid_signing, Way.SMTP: _smtp_signing}[way](settings, domain) if way is not None else None
    return MailSetup(
        domain=domain,
        bounce_domain=(_domain_of(settings.smtp.bounce_address) if way is Way.SMTP else "") or domain,
        signing=signing,
        has_own_bounce_domain=way is Way.SENDGRID,
        public_url=settings.public_url,
        has_postal_address=bool(settings.sender.postal_address),
    )


def _sendgrid_signing(_: Settings, domain: str) -> Signing:
    """Return the keys of the domain or of a parent: one authentication serves the names below it too."""
    labels = domain.split(".")
    parents = tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))
    return Signing(selectors=_SENDGRID_SELECTORS, domains=(domain, *parents[-2:][::-1]))


def _smtp_signing(settings: Settings, domain: str) -> Signing:
    """Return the key that we sign with, or the one that is said to be the mail server's: a selector without a key."""
    smtp = settings.smtp
    return Signing(
        selectors=(smtp.dkim_selector.lower(),) if smtp.dkim_selector else (),
        domains=((smtp.dkim_domain or domain).lower(),),
        public_key=public_half(smtp.dkim_key.get_secret_value().encode("utf-8")) if smtp.dkim_key is not None else b"",
    )


def _domain_of(address: str) -> str:
    domain = address.rpartition("@")[2].rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _deliverability(setup: MailSetup, mail_dns: MailDns) -> Iterator[Finding]:
    """Yield warnings at most: a dispatch goes through without these records, though not into every inbox."""
    for verdict in judge(setup, mail_dns.look_up(setup)):
        yield Finding(
            name=verdict.name,
            passed=verdict.standing is Standing.GOOD,
            message=verdict.message,
            remedy=verdict.remedy,
            is_warning=True,
        )


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
