"""Two ways out for e-mail: which is taken, and that what was approved for one never leaves by the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from distributor.bootstrap_channels import build_alert_sinks, email_account, email_channel, way_of_email
from distributor.channels.email_router import Way, way_of
from distributor.core.errors import ConfigurationError, NotSent
from distributor.core.message import Sender
from distributor.ports import Channel
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from distributor.settings import Settings, load_settings
from tests.channels.mail_server import MailServer
from tests.channels.material import DISPATCH, EMAIL, LINKS, leave_to_send, people


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    with MailServer() as server:
        yield server


def settings_of(*, sendgrid: str = "", smtp: str = "", provider: str = "", **more: str) -> Settings:
    """Return settings with these ways out."""
    environ = {"DISTRIBUTOR_SENDER__EMAIL": "press@example.org", "DISTRIBUTOR_SMTP__STARTTLS": "off"}
    if sendgrid:
        environ |= {"DISTRIBUTOR_SENDGRID__API_KEY": SandboxSettings().api_key, "DISTRIBUTOR_SENDGRID__BASE_URL": sendgrid}
    environ |= {"DISTRIBUTOR_SMTP__URL": smtp, "DISTRIBUTOR_EMAIL__PROVIDER": provider}
    environ |= {f"DISTRIBUTOR_SMTP__{name.upper()}": value for name, value in more.items()}
    return load_settings(environ=environ, cwd=Path("/"))


def channel_of(settings: Settings) -> Channel:
    """Return the channel for e-mail."""
    channel = email_channel(settings)
    assert channel is not None
    return channel


def prepared(channel: Channel) -> tuple[bytes, bytes]:
    """Return a frame and a batch of three."""
    return channel.frame(EMAIL), channel.stage(dispatch=DISPATCH, master=EMAIL, recipients=people(3), links=LINKS)


@pytest.mark.parametrize(
    ("sendgrid", "smtp", "provider", "way"),
    [
        ("", "", "", None),
        ("http://127.0.0.1:1", "", "", Way.SENDGRID),
        ("", "smtp://127.0.0.1:1", "", Way.SMTP),
        ("http://127.0.0.1:1", "smtp://127.0.0.1:1", "", Way.SENDGRID),
        ("http://127.0.0.1:1", "smtp://127.0.0.1:1", "smtp", Way.SMTP),
        ("http://127.0.0.1:1", "", "smtp", Way.SENDGRID),
    ],
)
def test_the_way_is_the_one_that_is_set_up_or_of_two_the_chosen_one(
    sendgrid: str, smtp: str, provider: str, way: Way | None
) -> None:
    settings = settings_of(sendgrid=sendgrid, smtp=smtp, provider=provider)

    assert way_of_email(settings) is way
    if way is None:
        assert email_channel(settings) is None
    else:
        assert way_of(channel_of(settings).frame(EMAIL)) is way


def test_the_mail_server_is_part_of_the_account_and_its_password_is_not() -> None:
    assert email_account(settings_of(sendgrid="http://127.0.0.1:1")) == "press@example.org"
    assert email_account(settings_of(smtp="smtp://ana:hush@127.0.0.1:2525")) == "press@example.org via smtp://127.0.0.1:2525"


def test_a_batch_leaves_by_the_way_it_was_prepared_for_whatever_the_setting_says_now(
    server: MailServer, sandbox: RunningSandbox
) -> None:
    by_way = {
        way: channel_of(settings_of(sendgrid=sandbox.url, smtp=server.url, provider=way.value))
        for way in (Way.SENDGRID, Way.SMTP)
    }
    for_sendgrid, for_smtp = prepared(by_way[Way.SENDGRID]), prepared(by_way[Way.SMTP])

    by_way[Way.SMTP].send(leave_to_send(), frame=for_sendgrid[0], staged=for_sendgrid[1], reply_to=None)
    after_sendgrid = (sandbox.summary()["messages"], len(server.messages))
    by_way[Way.SENDGRID].send(leave_to_send(), frame=for_smtp[0], staged=for_smtp[1], reply_to=None)
    for channel in by_way.values():
        channel.close()

    assert after_sendgrid == (3, 0)
    assert (sandbox.summary()["messages"], len(server.messages)) == (3, 3)


def test_a_way_that_is_not_set_up_any_more_is_staffs_matter(server: MailServer, sandbox: RunningSandbox) -> None:
    """SendGrid would call it invalid, and the whole audience would be refused for good."""
    only_sendgrid, only_smtp = channel_of(settings_of(sendgrid=sandbox.url)), channel_of(settings_of(smtp=server.url))
    for_sendgrid, for_smtp = prepared(only_sendgrid), prepared(only_smtp)

    for channel, (frame, staged) in ((only_sendgrid, for_smtp), (only_smtp, for_sendgrid)):
        with pytest.raises(NotSent, match="not set up") as raised:
            channel.send(leave_to_send(), frame=frame, staged=staged, reply_to=None)
        assert raised.value.needs_staff

    assert (sandbox.summary()["messages"], server.messages) == (0, [])


def test_both_ways_are_diagnosed(server: MailServer, sandbox: RunningSandbox) -> None:
    findings = channel_of(settings_of(sendgrid=sandbox.url, smtp=server.url)).diagnose()

    assert [finding.name for finding in findings] == [
        "sendgrid.reachable",
        "sendgrid.credentials",
        "smtp.reachable",
        "smtp.tls",
        "smtp.credentials",
    ]
    assert all(finding.passed for finding in findings)


def test_a_batch_for_a_mail_server_is_small_and_fits_over_one_connection(server: MailServer) -> None:
    assert channel_of(settings_of(smtp=server.url)).batch_size == 50
    assert channel_of(settings_of(smtp=server.url, batch_size="500")).batch_size == 100
    assert channel_of(settings_of(smtp=server.url, messages_per_connection="20")).batch_size == 20


def test_a_key_without_its_selector_stops_the_start(server: MailServer) -> None:
    with pytest.raises(ConfigurationError, match="dkim"):
        email_channel(settings_of(smtp=server.url, dkim_key="no key"))


def alarm_over(url: str) -> None:
    """Raise one alarm for two of the staff."""
    environ = {
        "DISTRIBUTOR_SMTP__URL": url,
        "DISTRIBUTOR_SMTP__STARTTLS": "off",
        "DISTRIBUTOR_SENDER__EMAIL": "press@example.org",
    }
    environ["DISTRIBUTOR_ALERT__EMAILS"] = "ana@example.org, ben@example.org"
    settings = load_settings(environ=environ, cwd=Path("/"))
    (sink,) = build_alert_sinks(settings, Sender(email="press@example.org", name=""))
    sink.call_staff("alarm-1", "Nothing has left 60 s after the lift.", dispatch="dtest")


def test_alarms_go_the_way_that_releases_go_to_each_by_themselves(server: MailServer) -> None:
    alarm_over(server.url)
    alarm_over(server.url)

    assert [message.rcpt_tos for message in server.messages] == [["ana@example.org"], ["ben@example.org"]] * 2
    contents = [message.content for message in server.messages]
    assert all(isinstance(content, bytes) and b"Nothing has left 60 s after the lift." in content for content in contents)
    ids = [content.partition(b"Message-ID: ")[2].split()[0] for content in contents if isinstance(content, bytes)]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("kind", ["421", "550", "554", "cut-before-accept", "garbage-2xx"])
def test_an_alarm_that_was_perhaps_not_taken_is_told_again(server: MailServer, kind: str) -> None:
    server.play({"kind": kind})

    with pytest.raises(NotSent):
        alarm_over(server.url)


def test_an_alarm_without_a_server_is_told_again() -> None:
    with pytest.raises(NotSent):
        alarm_over("smtp://127.0.0.1:1")
