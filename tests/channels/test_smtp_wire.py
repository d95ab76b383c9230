"""What can happen between us and a mail server, byte by byte."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from distributor.channels import smtp_transport
from distributor.channels.smtp_server import server_at
from distributor.core.errors import ConfigurationError, NotSent, OutcomeUnknown, PartlySent, Rejected, SendFailure
from distributor.ports import Accepted
from tests.channels.loopback import Loopback
from tests.channels.mail_server import PASSWORD, MailServer
from tests.channels.material import EMAIL, person
from tests.channels.smtp_channels import channel_to, outcome, send, words

#: What a server says when nothing is the matter.
_USUAL: Mapping[str, bytes] = {
    "": b"220 mx.example.org\r\n",
    "EHLO": b"250-mx.example.org\r\n250 PIPELINING\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 queued\r\n",
    "RSET": b"250 ok\r\n",
    "NOOP": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}
#: Say nothing and close.
GONE = b""
#: Say nothing and stay.
SILENT = b"silent"


@dataclass
class Talk:
    """A conversation by script: a line for each command, "" for the greeting and "." for a whole message."""

    script: Mapping[str, bytes] = field(default_factory=dict)
    #: The answers once a connection has been used up.
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    #: What came in one piece.
    pieces: list[bytes] = field(default_factory=list)

    def __call__(self, client: socket.socket) -> bool:
        """Hold the conversation with one client."""
        lines = self._lines(client)
        if not self._answer(client, ""):
            return False
        for line in lines:
            verb = line[:4].decode("utf-8", "replace").upper().strip()
            self.commands.append(line.decode("utf-8", "replace"))
            if not self._answer(client, verb):
                return False
            if verb == "DATA" and self._said("DATA").startswith(b"354"):
                message = b""
                for part in lines:
                    if part == b".":
                        break
                    message += part + b"\r\n"
                else:
                    return False
                self.messages.append(message)
                if not self._answer(client, "."):
                    return False
        return False

    def _said(self, verb: str) -> bytes:
        return self.script.get(verb, _USUAL.get(verb, b"502 what?\r\n"))

    def _answer(self, client: socket.socket, verb: str) -> bool:
        said = self._said(verb)
        if said == SILENT:
            while client.recv(65536):
                pass
            return False
        client.sendall(said)
        return said != GONE

    def _lines(self, client: socket.socket) -> Iterator[bytes]:
        rest = b""
        while piece := client.recv(65536):
            self.pieces.append(piece)
            *whole, rest = (rest + piece).split(b"\r\n")
            yield from whole


def serve(talk: Talk) -> Loopback:
    """Return a server that talks so."""
    return Loopback(before_reading=talk)


def smtp_url(server: Loopback) -> str:
    """Return the server's address."""
    return server.url.replace("http://localhost", "smtp://127.0.0.1")


def came_of(talk: Talk, people: int = 1, **options: float) -> Accepted | SendFailure:
    """Return what came of one batch."""
    with serve(talk) as server:
        channel = channel_to(smtp_url(server), **options)  # type: ignore[arg-type]  # times only
        found = outcome(channel, people)
        channel.close()
    return found


def test_the_envelope_goes_in_one_write_where_the_server_offers_it() -> None:
    """A round trip less for each of a million messages."""
    talk = Talk()

    assert isinstance(came_of(talk, 2), Accepted)

    envelopes = [piece for piece in talk.pieces if piece.startswith(b"MAIL")]
    assert [piece.count(b"\r\n") for piece in envelopes] == [3, 3]
    assert all(piece.endswith(b"DATA\r\n") for piece in envelopes)


def test_the_envelope_goes_command_by_command_where_it_does_not() -> None:
    talk = Talk({"EHLO": b"250 mx.example.org\r\n"})

    assert isinstance(came_of(talk), Accepted)

    assert [piece for piece in talk.pieces if piece[:4] in {b"MAIL", b"RCPT", b"DATA"}] == [
        b"MAIL FROM:<press@example.org>\r\n",
        b"RCPT TO:<reporter0@paper0.example>\r\n",
        b"DATA\r\n",
    ]


def test_a_server_that_knows_no_ehlo_is_spoken_to_in_its_own_way() -> None:
    talk = Talk({"EHLO": b"502 what?\r\n", "HELO": b"250 mx\r\n"})

    assert isinstance(came_of(talk), Accepted)


def test_a_batch_is_many_messages_over_one_connection() -> None:
    talk = Talk()

    with serve(talk) as server:
        channel = channel_to(smtp_url(server))
        for _ in range(3):
            send(channel, 4)
        channel.close()

    assert len(talk.messages) == 12
    assert server.connections == 1
    assert sum(command.startswith("RCPT") for command in talk.commands) == 12


def test_lines_that_begin_with_a_dot_arrive_as_they_were(mail_server: MailServer) -> None:
    master = replace(EMAIL, text=".\n..\n.one\nend\n.", html="<p>\n.\n</p>")
    talk = Talk()

    with serve(talk) as server:
        channel = channel_to(smtp_url(server))
        send(channel, master=master)
        channel.close()

    (message,) = talk.messages
    assert b"\r\n...\r\n" in message or b"\r\n=2E" in message
    assert b"\r\n..one\r\n" in message


def test_a_message_for_nobody_is_never_sent() -> None:
    """Some servers say 354 although they refused the only recipient; a dot would make them take it for whomever."""
    talk = Talk({"RCPT": b"550 5.1.1 nobody\r\n"})

    found = came_of(talk)

    assert type(found) is Rejected
    assert talk.messages == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("extension", ["PIPELINING", "SIZE"])
@pytest.mark.parametrize(
    "said", [GONE, b"nonsense\r\n", b"x" * 9000 + b"\r\n", b"199 hm\r\n"], ids=["gone", "word", "line", "199"]
)
def test_before_the_message_is_out_nothing_is_in_doubt(verb: str, extension: str, said: bytes) -> None:
    talk = Talk({verb: said, "EHLO": f"250-mx\r\n250 {extension}\r\n".encode()})

    found = came_of(talk, 3)

    assert type(found) is NotSent
    assert talk.messages == []


@pytest.mark.parametrize(
    "said",
    [GONE, b"nonsense\r\n", b"x" * 9000 + b"\r\n", b"200 hm\r\n", b"354 more\r\n", b"250", b"250-first\r\n"],
)
def test_after_the_last_dot_only_250_is_a_yes_and_silence_is_doubt(said: bytes) -> None:
    found = came_of(Talk({".": said}), read_timeout_s=0.4)

    assert type(found) is OutcomeUnknown


@pytest.mark.parametrize("verb", ["MAIL", "DATA", "."])
def test_an_answer_that_nobody_asked_for_is_no_answer_to_the_next_question(verb: str) -> None:
    """A server that is an answer ahead would say yes to what it then refuses."""
    talk = Talk({verb: _USUAL[verb] + b"250 ok\r\n", **({} if verb == "." else {".": b"550 5.1.1 nobody\r\n"})})

    found = came_of(talk, 2)

    if verb == ".":
        assert isinstance(found, Accepted)
        assert len(talk.messages) == 2
        assert sum(command.startswith("ehlo") for command in talk.commands) == 2
    else:
        assert type(found) is NotSent
        assert talk.messages == []


def test_who_is_in_doubt_is_one_and_whose_message_was_not_begun_is_not_sent() -> None:
    answers = iter([b"250 ok\r\n", b"250 ok\r\n", GONE])

    class Fails(Talk):
        def _said(self, verb: str) -> bytes:
            return next(answers) if verb == "." else super()._said(verb)

    found = came_of(Fails(), 6)

    assert words(found) == ["Accepted", "Accepted", "OutcomeUnknown", "NotSent", "NotSent", "NotSent"]


def test_a_connection_that_breaks_while_the_message_is_written_is_not_sent() -> None:
    """The last dot never left this machine: what the server has is no message (RFC 5321 §4.1.1.4)."""
    master = replace(EMAIL, text="The ferry sails.\n" * 500_000)

    def read_a_little(client: socket.socket) -> bool:
        talk = Talk()
        client.sendall(talk._said(""))
        for verb in ("EHLO", "MAIL"):
            client.recv(4096)
            client.sendall(talk._said(verb))
        client.sendall(talk._said("RCPT") + talk._said("DATA"))
        client.recv(4096)
        return False

    with Loopback(before_reading=read_a_little) as server:
        channel = channel_to(smtp_url(server))
        found = outcome(channel, master=master)
        channel.close()

    assert type(found) is NotSent


@pytest.mark.parametrize(("verb", "kind"), [("", NotSent), ("EHLO", NotSent), ("MAIL", NotSent), (".", OutcomeUnknown)])
def test_a_server_that_does_not_answer_is_not_waited_for(verb: str, kind: type[SendFailure]) -> None:
    began = time.monotonic()

    found = came_of(Talk({verb: SILENT}), 3, read_timeout_s=0.3)

    assert type(found) is kind or words(found) == [kind.__name__, "NotSent", "NotSent"]
    assert time.monotonic() - began < 5


def test_a_batch_that_takes_too_long_leaves_the_rest_for_another_time() -> None:
    """A call that outlives its lease would leave everybody in doubt."""

    class Slow(Talk):
        def _said(self, verb: str) -> bytes:
            if verb == ".":
                time.sleep(0.15)
            return super()._said(verb)

    found = came_of(Slow(), 8, batch_time_s=0.4)

    said = words(found)
    assert said[:2] == ["Accepted", "Accepted"]
    assert said[-1] == "NotSent"
    assert set(said) == {"Accepted", "NotSent"}


def test_a_server_that_closes_in_mid_batch_leaves_the_rest_for_another_time() -> None:
    answers = iter([b"250 ok\r\n"] * 2)

    class Closes(Talk):
        def _said(self, verb: str) -> bytes:
            return next(answers, b"421 4.3.2 enough\r\n") if verb == "MAIL" else super()._said(verb)

    talk = Closes({"RCPT": b"250 ok\r\n"})

    assert words(came_of(talk, 5)) == ["Accepted", "Accepted", "NotSent", "NotSent", "NotSent"]
    assert len(talk.messages) == 2


def test_after_a_refusal_the_next_one_starts_afresh() -> None:
    class Refuses(Talk):
        def _answer(self, client: socket.socket, verb: str) -> bool:
            is_first = self.commands and "reporter0" in self.commands[-1]
            if verb == "RCPT" and is_first:
                client.sendall(b"550 5.1.1 nobody\r\n")
                return True
            return super()._answer(client, verb)

        def _said(self, verb: str) -> bytes:
            if verb == "DATA" and sum(command.startswith("RCPT") for command in self.commands) == 1:
                return b"554 5.5.1 no valid recipients\r\n"
            return super()._said(verb)

    talk = Refuses()
    found = came_of(talk, 3)

    assert words(found) == ["Rejected", "Accepted", "Accepted"]
    verbs = [command.split()[0] for command in talk.commands]
    assert verbs == ["ehlo", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA", "QUIT"]


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


def test_an_address_beyond_ascii_goes_where_it_is_taken_and_nobody_else_waits_for_it() -> None:
    people = [person(0), person(1, address="жора@paper.example"), person(2)]
    with (
        MailServer(extensions=("PIPELINING", "SMTPUTF8")) as able,
        MailServer(extensions=("PIPELINING",)) as unable,
    ):
        channels = [channel_to(able.url), channel_to(unable.url)]
        taken, partly = (outcome(channel, people) for channel in channels)
        for channel in channels:
            channel.close()

    assert isinstance(taken, Accepted)
    assert able.messages[1].rcpt_tos == ["жора@paper.example"]
    assert "SMTPUTF8" in able.messages[1].mail_options
    assert "SMTPUTF8" not in able.messages[0].mail_options
    assert words(partly) == ["Accepted", "Rejected", "Accepted"]
    assert len(unable.messages) == 2


def test_greylisting_puts_off_one_and_a_missing_mailbox_refuses_one(mail_server: MailServer) -> None:
    with MailServer() as server:
        server.play({"kind": "451"}, {"kind": "550"})
        channel = channel_to(server.url)
        found = outcome(channel, 4)
        channel.close()

    assert words(found) == ["NotSent", "Rejected", "Accepted", "Accepted"]
    assert [message.rcpt_tos for message in server.messages] == [["reporter2@paper2.example"], ["reporter3@paper3.example"]]


def test_a_relay_that_does_not_know_us_burns_nobody() -> None:
    """Were it taken for the recipients' fault, a wrong password would leave a whole audience refused for good."""
    with MailServer() as server:
        server.play({"kind": "554-relay"})
        channel = channel_to(server.url)
        found = outcome(channel, 4)
        channel.close()

    assert isinstance(found, NotSent)
    assert not isinstance(found, PartlySent)
    assert found.needs_staff
    assert server.commands.count("RCPT") == 1


# TLS


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


# Where the server is


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


# Anything


_LINES = st.one_of(
    st.sampled_from(
        [
            b"220 hi\r\n",
            b"250 ok\r\n",
            b"250-PIPELINING\r\n250 SIZE 10\r\n",
            b"250-SIZE x\r\n250 AUTH\r\n",
            b"354 go\r\n",
            b"421 bye\r\n",
            b"451 4.7.1 later\r\n",
            b"550 5.1.1 no\r\n",
            b"554 5.7.1 no\r\n",
            b"250\r\n",
            b"\r\n",
            b"25",
            b"250 \xff\x00\r\n",
            b"250-a\r\n550 b\r\n",
            b"334 \r\n",
        ]
    ),
    st.binary(max_size=20).map(lambda line: line + b"\r\n"),
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[tuple[Loopback, Talk]]:
    """One server for all examples."""
    talk = Talk()
    with serve(talk) as server:
        yield server, talk


@settings(max_examples=60)
@given(script=st.dictionaries(st.sampled_from(["", "EHLO", "HELO", "MAIL", "RCPT", "DATA", ".", "RSET"]), _LINES, max_size=4))
@example(script={"DATA": b"354 go\r\n250 taken already\r\n"})
@example(script={"MAIL": b"250 ok\r\n250 ok\r\n354 go\r\n250 taken already\r\n"})
@example(script={"EHLO": b"250 x\r\n", "RCPT": b"250 ok\r\n354 go\r\n250 ok\r\n"})
@example(script={".": b"250 ok\r\n250 ok\r\n"})
def test_whatever_a_server_says_a_send_ends_in_its_words_and_nobody_is_accepted_without_a_message(
    hostile: tuple[Loopback, Talk], script: dict[str, bytes]
) -> None:
    """Never another exception, never a socket left open, never more acceptances than whole messages."""
    server, talk = hostile
    talk.script = script
    before = len(talk.messages)
    channel = channel_to(smtp_url(server), read_timeout_s=0.05, batch_time_s=0.5)

    found = outcome(channel, 2)
    channel.close()
    # What is still on its way to the server is read by it before it lets go.
    select.select([], [], [], 0.02)

    match found:
        case Accepted():
            accepted = 2
        case PartlySent(outcomes=outcomes):
            assert len(outcomes) == 2
            assert not any(isinstance(one, PartlySent) for one in outcomes)
            accepted = sum(isinstance(one, str) for one in outcomes)
        case Rejected() | NotSent() | OutcomeUnknown():
            accepted = 0
    assert accepted <= len(talk.messages) - before
