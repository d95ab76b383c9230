"""Connections to a mail server: kept, closed, encrypted, and whom they may be opened to."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from distributor.channels import smtp_transport
from distributor.channels.smtp_server import server_at
from distributor.core.errors import ConfigurationError, NotSent
from tests.channels.loopback import Loopback
from tests.channels.mail_server import PASSWORD, MailServer
from tests.channels.smtp_channels import channel_to, outcome, send
from tests.channels.talk import Talk, serve, smtp_url


def test_a_connection_that_was_closed_while_idle_is_not_used() -> None:
    class Leaves(Talk):
        def _answer(self, client: socket.socket, verb: str) -> bool:
            super()._answer(client, verb)
            return verb != "."

    talk = Leaves()
    with serve(talk) as server:
        channel = channel_to(smtp_url(server))
        for _ in range(3):
            send(channel)
            time.sleep(0.05)
        channel.close()

    assert (server.connections, len(talk.messages)) == (3, 3)


def test_a_connection_that_lay_idle_for_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_transport, "IDLE_LIMIT_S", 0.02)
    with serve(Talk()) as server:
        channel = channel_to(smtp_url(server))
        for _ in range(2):
            send(channel)
            time.sleep(0.05)
        channel.close()

    assert server.connections == 2


def test_a_connection_carries_no_more_messages_than_it_may() -> None:
    with serve(Talk()) as server:
        channel = channel_to(smtp_url(server), messages_per_connection=4)
        for _ in range(3):
            send(channel, 2)
        channel.close()

    assert channel.batch_size == 4
    assert server.connections == 2


def test_opening_warms_every_connection_and_sending_uses_them() -> None:
    with serve(Talk()) as server:
        channel = channel_to(smtp_url(server), connections=3)
        assert channel.open() is None
        channel.open()
        warmed = server.connections
        send(channel, 5)
        channel.close()

    assert warmed == server.connections == 3


def test_a_closed_channel_sends_nothing() -> None:
    with serve(Talk()) as server:
        channel = channel_to(smtp_url(server))
        channel.open()
        channel.close()

        assert type(outcome(channel)) is NotSent


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_what_is_said_is_said_under_tls(tls: ssl.SSLContext, trusted: None) -> None:
    with MailServer(tls=tls, wants_login=True) as server:
        channel = channel_to(
            f"smtp://press:{PASSWORD.replace('/', '%2F').replace(' ', '%20')}@localhost:{server.port}", starttls=True
        )
        channel.open()
        for _ in range(3):
            send(channel, 2)
        findings = channel.diagnose()
        channel.close()

    assert len(server.messages) == 6
    assert server.commands.count("MAIL") == 6
    # Two warmed and used, and one of the diagnosis: session tickets in the socket must not make a connection look closed.
    assert server.connections == 3
    assert [(finding.name, finding.passed) for finding in findings] == [
        ("smtp.reachable", True),
        ("smtp.tls", True),
        ("smtp.credentials", True),
    ]


def test_tls_from_the_first_byte(tls: ssl.SSLContext, trusted: None) -> None:
    talk = Talk()

    def encrypted(plain: socket.socket) -> bool:
        with tls.wrap_socket(plain, server_side=True) as client:
            return talk(client)

    with Loopback(before_reading=encrypted) as server:
        channel = channel_to(server.url.replace("http:", "smtps:"))
        send(channel, 2)
        channel.close()

    assert len(talk.messages) == 2


def test_a_server_without_starttls_hears_neither_password_nor_release() -> None:
    talk = Talk()
    with serve(talk) as server:
        channel = channel_to(smtp_url(server).replace("//", "//press:secret@"), starttls=True)
        found = outcome(channel)
        (_, finding) = channel.diagnose()
        channel.close()

    assert isinstance(found, NotSent)
    assert found.needs_staff
    assert {command.split()[0].upper() for command in talk.commands} <= {"EHLO", "QUIT"}
    assert (finding.name, finding.passed) == ("smtp.tls", False)
    assert finding.remedy


@pytest.mark.parametrize("is_implicit", [True, False])
def test_a_certificate_that_is_not_trusted_stops_before_the_password(tls: ssl.SSLContext, is_implicit: bool) -> None:
    heard = list[bytes]()

    def encrypted(plain: socket.socket) -> bool:
        with tls.wrap_socket(plain, server_side=True) as client:
            heard.append(client.recv(100))
        return False

    with Loopback(before_reading=encrypted) as implicit, MailServer(tls=tls, wants_login=True) as explicit:
        url = implicit.url.replace("http:", "smtps:") if is_implicit else f"smtp://localhost:{explicit.port}"
        channel = channel_to(url.replace("//", "//press:secret@"), starttls=True)
        with pytest.raises(NotSent, match="certificate"):
            channel.open()
        found = outcome(channel)
        findings = channel.diagnose()
        channel.close()

    assert type(found) is NotSent
    assert (findings[-1].name, findings[-1].passed) == ("smtp.tls", False)
    assert explicit.messages == []
    assert not any(heard)


def test_a_name_that_is_not_the_certificates_stops_too(tls: ssl.SSLContext, trusted: None) -> None:
    with MailServer(tls=tls) as server:
        channel = channel_to(server.url, starttls=True)
        with pytest.raises(NotSent, match="certificate"):
            channel.open()
        channel.close()


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587),
        ("smtps://mail.example.org/", "mail.example.org", 465),
        ("smtp://press%40example.org:p%2Fs%20s@mail.example.org:2525", "mail.example.org", 2525),
    ],
)
def test_an_address_says_where_the_server_is(url: str, host: str, port: int) -> None:
    channel = channel_to(url, starttls=True)

    assert (channel._server.host, channel._server.port) == (host, port)
    assert (channel._server.user, channel._server.password) in {("", ""), ("press@example.org", "p/s s")}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://a:99999",
        "smtp://a:b",
        "smtp://a/x",
        "smtp://a?x",
    ],
)
def test_what_is_no_address_stops_the_start_and_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"smtp\.url"):
        channel_to(url)


def test_a_password_in_plain_text_over_a_network_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="unencrypted") as raised:
        channel_to("smtp://press:secret@mail.example.org", starttls=False)

    assert "secret" not in str(raised.value)


def test_a_password_is_not_shown_by_repr() -> None:
    server = channel_to("smtps://press:hush-hush@mail.example.org")._server

    assert "hush-hush" not in repr(server)
    assert server == server_at(
        "smtps://press:hush-hush@mail.example.org",
        wants_starttls=False,
        hello=server.hello,
        connect_timeout=server.connect_timeout,
        read_timeout=server.read_timeout,
    )
