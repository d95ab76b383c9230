"""Which channels there are: those whose credentials are set, and which way e-mail goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from distributor.channels.alert_mail import make_alert_mail
from distributor.channels.alert_webhook import AlertWebhook
from distributor.channels.email_router import EmailRouter, Way
from distributor.channels.sendgrid import SendGridChannel
from distributor.channels.smtp import SmtpChannel
from distributor.channels.smtp_alert import SmtpAlert
from distributor.channels.smtp_dkim import Signer
from distributor.channels.smtp_server import Server, server_at
from distributor.channels.smtp_trial import SmtpTrial
from distributor.channels.trial_mail import make_sendgrid_trial
from distributor.channels.x import XChannel
from distributor.core.errors import ConfigurationError
from distributor.core.message import ChannelName, Sender
from distributor.core.plan import MAIL_SERVER_MARK
from distributor.core.quota import Told
from distributor.ports import AlertSink, Channel, ReadsBack
from distributor.ports_trial import TrialMail
from distributor.settings import Settings


def build_channels(settings: Settings, *, remember_x: Callable[[Told], None]) -> dict[ChannelName, Channel]:
    """Return a channel for each provider whose credentials are set. Nothing is contacted yet.

    `remember_x` is given what X says of the account's limits, and never raises.
    """
    found: dict[ChannelName, Channel] = {}
    connect_timeout = timedelta(seconds=settings.dispatch.connect_timeout_s)
    read_timeout = timedelta(seconds=settings.dispatch.read_timeout_s)
    email = email_channel(settings)
    if email is not None:
        found[ChannelName.EMAIL] = email
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
            remember=remember_x,
        )
    return found


def email_channel(settings: Settings) -> Channel | None:
    """Return the channel for e-mail over every way that is set up, None when none is. Nothing is contacted yet."""
    chosen = way_of_email(settings)
    if chosen is None:
        return None
    makers = {Way.SENDGRID: (settings.sendgrid.api_key, _sendgrid), Way.SMTP: (settings.smtp.url, _smtp)}
    return EmailRouter({way: make(settings) for way, (is_set_up, make) in makers.items() if is_set_up is not None}, chosen=chosen)


def way_of_email(settings: Settings) -> Way | None:
    """Return the way that e-mails go out: the one that is set up, or of two the chosen one. None: there is none."""
    if settings.smtp.url is None:
        return Way.SENDGRID if settings.sendgrid.api_key is not None else None
    return Way(settings.email.provider) if settings.sendgrid.api_key is not None else Way.SMTP


def email_account(settings: Settings) -> str:
    """Return the sender identity for e-mail as sealed: the address, and the mail server if it is not SendGrid. No secret."""
    if settings.smtp.url is None or way_of_email(settings) is not Way.SMTP:
        return settings.sender.email
    server = _server(settings)
    return f"{settings.sender.email}{MAIL_SERVER_MARK}{server.host}:{server.port}"


def _sendgrid(settings: Settings) -> Channel:
    key = settings.sendgrid.api_key
    return SendGridChannel(
        api_key=key.get_secret_value() if key is not None else "",
        base_url=settings.sendgrid.base_url,
        sender_domain=_sender_domain(settings),
        connect_timeout=timedelta(seconds=settings.dispatch.connect_timeout_s),
        read_timeout=timedelta(seconds=settings.dispatch.read_timeout_s),
        pool_size=settings.worker.concurrency,
        batch_size=settings.dispatch.batch_size,
    )


def _smtp(settings: Settings) -> Channel:
    smtp, timing = settings.smtp, settings.dispatch
    # The last message begins within this time, and its connection and its answer must come before the lease ends.
    batch_s = max(timing.lease_seconds - 2 * timing.connect_timeout_s - timing.read_timeout_s, 1)
    return SmtpChannel(
        _server(settings),
        sender_domain=_sender_domain(settings),
        bounce_address=smtp.bounce_address,
        signer=_signer(settings),
        connections=smtp.connections,
        batch_size=min(smtp.batch_size, timing.batch_size),
        batch_time=timedelta(seconds=batch_s),
        messages_per_connection=smtp.messages_per_connection,
    )


def _signer(settings: Settings) -> Signer | None:
    smtp = settings.smtp
    if smtp.dkim_key is None:
        return None
    return Signer(
        domain=smtp.dkim_domain or _sender_domain(settings),
        selector=smtp.dkim_selector,
        key=smtp.dkim_key.get_secret_value().encode("utf-8"),
    )


def _server(settings: Settings) -> Server:
    url = settings.smtp.url
    return server_at(
        url.get_secret_value() if url is not None else "",
        wants_starttls=settings.smtp.starttls == "required",
        hello=_sender_domain(settings),
        connect_timeout=timedelta(seconds=settings.dispatch.connect_timeout_s),
        read_timeout=timedelta(seconds=settings.dispatch.read_timeout_s),
    )


def _sender_domain(settings: Settings) -> str:
    return settings.sender.email.rpartition("@")[2] or "localhost"


def build_alert_sinks(settings: Settings, sender: Sender) -> tuple[AlertSink, ...]:
    """Return where alarms go beside the log.

    Raises:
        ConfigurationError: a webhook is set without its secret, the secret is not one, or addresses are set without a way.
    """
    alert, sinks = settings.alert, list[AlertSink]()
    if alert.webhook_url:
        if alert.webhook_secret is None:
            raise ConfigurationError("DISTRIBUTOR_ALERT__WEBHOOK_URL is set; set DISTRIBUTOR_ALERT__WEBHOOK_SECRET too.")
        sinks.append(AlertWebhook(url=alert.webhook_url, secret=alert.webhook_secret.get_secret_value()))
    if alert.addresses:
        sinks.append(_mailed_alarms(settings, sender))
    return tuple(sinks)


def _mailed_alarms(settings: Settings, sender: Sender) -> AlertSink:
    """Return what mails alarms, the way that releases go out."""
    way, key, addresses = way_of_email(settings), settings.sendgrid.api_key, settings.alert.addresses
    if way is None or not sender.email:
        raise ConfigurationError(
            "DISTRIBUTOR_ALERT__EMAILS is set; set DISTRIBUTOR_SENDER__EMAIL and DISTRIBUTOR_SENDGRID__API_KEY or "
            "DISTRIBUTOR_SMTP__URL too."
        )
    if way is Way.SMTP or key is None:
        return SmtpAlert(server=_server(settings), addresses=addresses, sender=sender)
    return make_alert_mail(
        api_key=key.get_secret_value(), base_url=settings.sendgrid.base_url, addresses=addresses, sender=sender
    )


def trial_mail(settings: Settings) -> TrialMail | None:
    """Return what carries a test to one of the staff, the way that releases go out; None when there is none."""
    way, key = way_of_email(settings), settings.sendgrid.api_key
    if way is None or not settings.sender.email:
        return None
    if way is Way.SMTP or key is None:
        return SmtpTrial(server=_server(settings), signer=_signer(settings))
    return make_sendgrid_trial(api_key=key.get_secret_value(), base_url=settings.sendgrid.base_url)


def readers_among(channels: Mapping[ChannelName, Channel]) -> dict[ChannelName, ReadsBack]:
    """Return the channels that can look for a part whose answer was lost."""
    return {name: channel for name, channel in channels.items() if isinstance(channel, XChannel)}
