"""What can happen between us and a mail server while a batch goes out, byte by byte."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from distributor.core.errors import NotSent, OutcomeUnknown, PartlySent, Rejected, SendFailure
from distributor.ports import Accepted
from tests.channels.loopback import Loopback
from tests.channels.mail_server import MailServer
from tests.channels.material import EMAIL
from tests.channels.smtp_channels import channel_to, outcome, send, words
from tests.channels.talk import GONE, SILENT, USUAL, Talk, came_of, serve, smtp_url


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
    talk = Talk({verb: USUAL[verb] + b"250 ok\r\n", **({} if verb == "." else {".": b"550 5.1.1 nobody\r\n"})})

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
