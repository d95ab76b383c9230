"""What becomes of each one of a batch, at a mail server that knows its protocol."""

from __future__ import annotations

from distributor.core.errors import NotSent, PartlySent
from distributor.ports import Accepted
from tests.channels.mail_server import MailServer
from tests.channels.material import person
from tests.channels.smtp_channels import channel_to, outcome, words


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


def test_greylisting_puts_off_one_and_a_missing_mailbox_refuses_one() -> None:
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
