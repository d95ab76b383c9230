"""What can happen on the way to a provider and back, byte by byte, on every channel over HTTP."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from distributor.channels import connection
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.ports import Accepted
from tests.channels.loopback import Act, Loopback, drip, leave, pour, reply, reset, write
from tests.channels.material import leave_to_send
from tests.channels.providers import OVER_HTTP, SENDGRID, Provider

on_every_channel = pytest.mark.parametrize("provider", OVER_HTTP, ids=lambda provider: provider.name)


def send(provider: Provider, server: Loopback, *, times: int = 1, read_timeout_s: float = 2.0) -> Accepted:
    """Send so many times over one channel, and return the last acceptance."""
    channel = provider.channel(server.url, read_timeout_s=read_timeout_s)
    try:
        for _ in range(times):
            accepted = channel.send(
                leave_to_send(), frame=channel.frame(provider.master), staged=provider.staged(channel), reply_to=None
            )
    finally:
        channel.close()
    return accepted


def outcome(provider: Provider, server: Loopback) -> Accepted | SendFailure:
    """Return what came of one send."""
    try:
        return send(provider, server)
    except SendFailure as failure:
        return failure


@on_every_channel
def test_sends_share_one_connection(provider: Provider) -> None:
    """A handshake per request would cost a thousand of them at the lift of a million."""
    with Loopback(provider.acceptance) as server:
        send(provider, server, times=5)

    assert (server.connections, len(server.requests)) == (1, 5)


@on_every_channel
def test_a_refusal_keeps_the_connection(provider: Provider) -> None:
    with Loopback(reply(429, b'{"errors":[]}')) as server:
        channel = provider.channel(server.url)
        for _ in range(3):
            with pytest.raises(NotSent):
                channel.send(
                    leave_to_send(), frame=channel.frame(provider.master), staged=provider.staged(channel), reply_to=None
                )
        channel.close()

    assert server.connections == 1


@on_every_channel
def test_a_connection_that_was_closed_while_idle_is_not_used(provider: Provider) -> None:
    """Writing into it would lose nothing and leave a batch in doubt all the same."""

    def answer_and_leave(client: socket.socket) -> bool:
        provider.acceptance(client)
        return False

    with Loopback(answer_and_leave) as server:
        channel = provider.channel(server.url)
        for _ in range(3):
            channel.send(leave_to_send(), frame=channel.frame(provider.master), staged=provider.staged(channel), reply_to=None)
            time.sleep(0.05)
        channel.close()

    assert (server.connections, len(server.requests)) == (3, 3)


@on_every_channel
def test_a_connection_that_lay_idle_for_long_is_not_used(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something on the way may have forgotten it without telling either end."""
    monkeypatch.setattr(connection, "IDLE_LIMIT_S", 0.02)
    with Loopback(provider.acceptance) as server:
        channel = provider.channel(server.url)
        for _ in range(2):
            channel.send(leave_to_send(), frame=channel.frame(provider.master), staged=provider.staged(channel), reply_to=None)
            time.sleep(0.05)
        channel.close()

    assert server.connections == 2


@on_every_channel
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(provider: Provider, status: int) -> None:
    """The SDKs would carry the credentials to whatever host it names."""
    with Loopback(reply(200)) as thief, Loopback(reply(status, b"", f"Location: {thief.url}/v3/mail/send")) as server:
        failure = outcome(provider, server)

    assert thief.connections == 0
    assert len(server.requests) == 1
    # RFC 9110: 307 and 308 leave the request undone; the others also follow one that was done.
    assert type(failure) is (NotSent if status in {307, 308} else OutcomeUnknown)


@on_every_channel
@pytest.mark.parametrize("act", [leave, reset], ids=["closed", "reset"])
def test_a_connection_that_ends_without_an_answer_is_unknown(provider: Provider, act: Act) -> None:
    with Loopback(act) as server, pytest.raises(OutcomeUnknown):
        send(provider, server)

    assert len(server.requests) == 1


@on_every_channel
@pytest.mark.parametrize("act", [leave, reset], ids=["closed", "reset"])
def test_a_connection_that_ends_before_the_request_is_read_is_unknown(provider: Provider, act: Act) -> None:
    """The bytes left; that this server did not look at them cannot be known here."""

    def wait_and_end(client: socket.socket) -> bool:
        # An end that comes while the client still connects is surely not sent, and another matter.
        select.select([client], [], [], 5)
        return act(client)

    with Loopback(before_reading=wait_and_end) as server, pytest.raises(OutcomeUnknown):
        send(provider, server)


@on_every_channel
def test_the_environment_puts_no_proxy_in_between(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(reply(200)) as proxy, Loopback(provider.acceptance) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        send(provider, server)

    assert proxy.connections == 0


@on_every_channel
def test_cookies_are_not_carried_back(provider: Provider) -> None:
    status = 202 if provider is SENDGRID else 201

    with Loopback(reply(status, b'{"data":{"id":"1"}}', "Set-Cookie: who=you; Path=/")) as server:
        send(provider, server, times=2)

    assert not any(b"who=you" in request for request in server.requests)


@on_every_channel
@pytest.mark.parametrize("endless", [pour, lambda head: drip(head, every_s=0.05)], ids=["pouring", "dripping"])
def test_an_answer_without_end_ends(provider: Provider, endless: object) -> None:
    """A status is all that an e-mail's acceptance needs; a post's needs its id, which does not come."""
    status = 202 if provider is SENDGRID else 201
    act: Act = endless(b"HTTP/1.1 %d Whatever\r\n\r\n" % status)  # type: ignore[operator]  # pour or drip
    began = time.monotonic()

    with Loopback(act) as server:
        try:
            send(provider, server, read_timeout_s=0.5)
            is_accepted = True
        except OutcomeUnknown:
            is_accepted = False

    assert is_accepted == (provider is SENDGRID)
    assert time.monotonic() - began < 10


@on_every_channel
def test_a_host_that_nobody_can_look_up_is_never_reached(provider: Provider) -> None:
    channel = provider.channel(f"http://{'a' * 70}.example")

    with pytest.raises(NotSent):
        channel.open()


_HEADERS = st.sampled_from(
    [
        b"Content-Length: 5",
        b"Content-Length: -1",
        b"Content-Length: 5, 6",
        b"Content-Length: x",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Content-Encoding: br, zstd",
        b"Connection: close",
        b"Location: /elsewhere",
        b"Retry-After: 99999999999999999999",
        b"X-Message-Id: \xff\x00",
        b"Content-Type: application/json",
        b"Set-Cookie: =;",
        b" folded",
        b":",
        b"\x00",
    ]
)
_BODIES = st.one_of(
    st.binary(max_size=64),
    st.sampled_from(
        [
            b'{"data":{"id":"17"}}',
            b'{"data":{"id":17}}',
            b'{"data":{"id":"17; DROP"}}',
            b'{"data":[]}',
            b'{"data":null,"errors":[]}',
            b'{"errors":[null,{"code":385}]}',
            b'{"errors":{"code":385}}',
            b'{"errors":[{"field":null,"message":"?"}]}',
            b'{"errors":[{"field":["from"]}]}',
            b'{"detail":["duplicate content"]}',
            b"[" * 2000,
            b"5\r\nhello\r\n0\r\n\r\n",
            b"ffffffffff\r\n",
        ]
    ),
)


@st.composite
def http_answers(draw: st.DrawFn) -> bytes:
    """Return something like an HTTP answer."""
    status = draw(st.sampled_from([0, 99, 100, 101, 199, 200, 201, 202, 204, 302, 400, 403, 413, 429, 500, 599, 600, 999]))
    line = draw(st.sampled_from([b"HTTP/1.1 %d OK", b"HTTP/1.0 %d", b"HTTP/9.9 %d x", b"HTTP %d", b"%d", b"HTTP/1.1  %d\xff"]))
    head = [line % status, *draw(st.lists(_HEADERS, max_size=4))]
    return b"\r\n".join(head) + draw(st.sampled_from([b"\r\n\r\n", b"\n\n", b"\r\n", b""])) + draw(_BODIES)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Loopback]:
    """One server for all examples."""
    with Loopback() as server:
        yield server


@on_every_channel
@settings(max_examples=300)
@given(answer=st.one_of(http_answers(), st.binary(max_size=200)))
@example(answer=b"")
@example(answer=b"HTTP/1.1 202 Accepted\r\n" + b"a: b\r\n" * 200 + b"\r\n")
@example(answer=b"HTTP/1.1 202 Accepted\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n")
@example(answer=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nX-Message-Id: a\r\n\r\n")
@example(answer=b'HTTP/1.1 201 Created\r\nContent-Length: 19\r\n\r\n{"data":{"id":"1"}}')
@example(answer=b'HTTP/1.1 201 Created\r\nContent-Length: 999\r\n\r\n{"data":{"id":"1"}}')
def test_whatever_a_server_answers_a_send_ends_in_one_of_four_words(provider: Provider, hostile: Loopback, answer: bytes) -> None:
    """Never another exception, never a socket left open, and never an acceptance without the one status that means it."""
    hostile.act = write(answer)

    found = outcome(provider, hostile)

    match found:
        case Accepted(remote_id=remote_id):
            assert (b"202" if provider.is_batched else b"201") in answer
            assert provider.is_batched or remote_id.isdigit()
        case Rejected() | NotSent() | OutcomeUnknown():
            assert "DROP" not in str(found)
        case _:
            pytest.fail(f"{type(found).__name__} says not what may be done next")


@on_every_channel
def test_a_certificate_that_is_not_trusted_stops_before_the_request(provider: Provider, tls: ssl.SSLContext) -> None:
    with Loopback(provider.acceptance, tls=tls) as server, pytest.raises(NotSent, match="certificate"):
        send(provider, server)

    assert server.requests == []


@on_every_channel
def test_a_handshake_that_fails_stops_before_the_request(provider: Provider) -> None:
    """urllib3 and requests have one error for this and for an answer that breaks off; only this one is surely not sent."""
    with Loopback(before_reading=write(b"HTTP/1.1 400 Speak plainly\r\n\r\n")) as server:
        channel = provider.channel(server.url.replace("http://", "https://"))
        with pytest.raises(NotSent):
            channel.send(leave_to_send(), frame=channel.frame(provider.master), staged=provider.staged(channel), reply_to=None)
        channel.close()


def test_connections_warmed_over_tls_are_the_ones_that_send(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a question on each, the unread session tickets would make all of them look closed at the lift."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Loopback(reply(200, b'{"scopes":[]}'), tls=tls) as server:
        channel = SENDGRID.channel(server.url)
        channel.open()
        warmed = server.connections
        server.act = SENDGRID.acceptance
        for _ in range(3):
            channel.send(leave_to_send(), frame=channel.frame(SENDGRID.master), staged=SENDGRID.staged(channel), reply_to=None)
        channel.close()

    assert warmed == 3
    assert server.connections == warmed
