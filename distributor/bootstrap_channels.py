"""Which channels there are: those whose credentials are set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from distributor.channels.alert_mail import make_alert_mail
from distributor.channels.alert_webhook import AlertWebhook
from distributor.channels.sendgrid import SendGridChannel
from distributor.channels.x import XChannel
from distributor.core.errors import ConfigurationError
from distributor.core.message import ChannelName, Sender
from distributor.ports import AlertSink, Channel, ReadsBack
from distributor.settings import Settings


def build_channels(settings: Settings) -> dict[ChannelName, Channel]:
    """Return a channel for each provider whose credentials are set. Nothing is contacted yet."""
    found: dict[ChannelName, Channel] = {}
    connect_timeout = timedelta(seconds=settings.dispatch.connect_timeout_s)
    read_timeout = timedelta(seconds=settings.dispatch.read_timeout_s)
    if settings.sendgrid.api_key is not None:
        found[ChannelName.EMAIL] = SendGridChannel(
            api_key=settings.sendgrid.api_key.get_secret_value(),
            base_url=settings.sendgrid.base_url,
            sender_domain=settings.sender.email.rpartition("@")[2] or "localhost",
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            pool_size=settings.worker.concurrency,
            batch_size=settings.dispatch.batch_size,
        )
    keys = settings.x
    if keys.consumer_key and keys.consumer_secret and keys.access_token and keys.access_token_secret:
        found[ChannelName.X] = XChannel(
            consumer_key=keys.consumer_key.get_secret_value(),
            consumer_secret=keys.consumer_secret.get_secret_value(),
            access_token=keys.access_token.get_secret_value(),
            access_token_secret=keys.access_token_secret.get_secret_value(),
            base_url=keys.base_url,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
    return found


def build_alert_sinks(settings: Settings, sender: Sender) -> tuple[AlertSink, ...]:
    """Return where alarms go beside the log.

    Raises:
        ConfigurationError: a webhook is set without its secret, the secret is not one, or addresses are set without SendGrid.
    """
    alert, sinks = settings.alert, list[AlertSink]()
    if alert.webhook_url:
        if alert.webhook_secret is None:
            raise ConfigurationError("DISTRIBUTOR_ALERT__WEBHOOK_URL is set; set DISTRIBUTOR_ALERT__WEBHOOK_SECRET too.")
        sinks.append(AlertWebhook(url=alert.webhook_url, secret=alert.webhook_secret.get_secret_value()))
    if alert.addresses:
        if settings.sendgrid.api_key is None or not sender.email:
            raise ConfigurationError(
                "DISTRIBUTOR_ALERT__EMAILS is set; set DISTRIBUTOR_SENDGRID__API_KEY and DISTRIBUTOR_SENDER__EMAIL too."
            )
        key = settings.sendgrid.api_key.get_secret_value()
        sinks.append(make_alert_mail(api_key=key, base_url=settings.sendgrid.base_url, addresses=alert.addresses, sender=sender))
    return tuple(sinks)


def readers_among(channels: Mapping[ChannelName, Channel]) -> dict[ChannelName, ReadsBack]:
    """Return the channels that can look for a part whose answer was lost."""
    return {name: channel for name, channel in channels.items() if isinstance(channel, XChannel)}
