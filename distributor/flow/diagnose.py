"""Diagnose: whether a dispatch would go through now, one finding per thing looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from distributor.core.errors import StoreUnavailable
from distributor.core.finding import Finding
from distributor.core.message import ChannelName, Sender
from distributor.ports import Channel

#: Above this, times shown to people would mislead them. The gate itself asks Redis's clock only.
_LARGEST_SKEW = timedelta(seconds=2)


def diagnose(
    *,
    sender: Sender,
    public_url: str,
    channels: Mapping[ChannelName, Channel],
    skew: Callable[[], timedelta],
    workers: Callable[[], int],
) -> tuple[Finding, ...]:
    """Return what was found, in a fixed order. `skew` is how far this machine's clock is ahead of Redis's."""
    return (
        *_about_redis(skew, workers),
        *_about_sender(sender),
        _about_public_url(public_url),
        *_about_channels(channels),
    )


def _about_redis(skew: Callable[[], timedelta], workers: Callable[[], int]) -> Iterator[Finding]:
    try:
        off, alive = skew(), workers()
    except StoreUnavailable:
        return
    yield Finding(
        name="clock.skew",
        passed=abs(off) <= _LARGEST_SKEW,
        message=f"This machine's clock is {off.total_seconds():+.3f} s from Redis's.",
        remedy="Let both machines keep time by NTP (chrony).",
    )
    yield Finding(
        name="workers.alive",
        passed=alive > 0,
        message=f"{alive} workers are alive." if alive else "No worker is alive.",
        remedy="Start one: `distributor worker`, or everything: `distributor up`.",
    )


def _about_sender(sender: Sender) -> Iterator[Finding]:
    yield Finding(
        name="sender.email",
        passed=bool(sender.email),
        message=f"Releases are sent from {sender.email}." if sender.email else "No sender address is set.",
        remedy="Set DISTRIBUTOR_SENDER__EMAIL.",
    )
    yield Finding(
        name="sender.postal_address",
        passed=bool(sender.postal_address),
        message="The postal address is set." if sender.postal_address else "No postal address is set, and law asks for one.",
        remedy="Set DISTRIBUTOR_SENDER__POSTAL_ADDRESS.",
    )


def _about_public_url(public_url: str) -> Finding:
    is_public = public_url.startswith("https://")
    return Finding(
        name="public_url",
        passed=is_public or public_url.startswith(("http://127.0.0.1", "http://localhost")),
        message=f"Recipients reach this service at {public_url}" + (" (this machine only)." if not is_public else "."),
        remedy="Set DISTRIBUTOR_PUBLIC_URL to an https:// address; one-click unsubscribe needs it (RFC 8058).",
    )


def _about_channels(channels: Mapping[ChannelName, Channel]) -> Iterator[Finding]:
    if not channels:
        yield Finding(
            name="channels",
            passed=False,
            message="No channel is set up.",
            remedy="Set DISTRIBUTOR_SENDGRID__API_KEY or DISTRIBUTOR_SMTP__URL for e-mail, the four DISTRIBUTOR_X__… keys for X.",
        )
    for channel in channels.values():
        yield from channel.diagnose()
