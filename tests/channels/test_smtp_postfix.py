"""The SMTP channel and a real Postfix, as Debian has it."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dkim
import pytest
import redis
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from distributor.channels.smtp import SmtpChannel
from distributor.channels.smtp_dkim import Signer
from distributor.core.audience import Recipient
from distributor.core.errors import NotSent, OutcomeUnknown, PartlySent, Rejected, SendFailure
from distributor.core.message import Sender
from distributor.flow.lift.runs import runs_of
from distributor.ports import Accepted
from distributor.ports_dispatch import Claim
from distributor.store.settle_each import RedisEachSettlement
from tests.channels.material import DISPATCH, EMAIL, LINKS, leave_to_send, people, person
from tests.channels.postfix import RunningPostfix, why_not_here
from tests.channels.smtp_channels import channel_to, outcome, send, words
from tests.conftest import absent
from tests.store.ledger_desk import EMAIL as EMAIL_CHANNEL
from tests.store.ledger_desk import Desk


@pytest.fixture
def channel(postfix: RunningPostfix) -> Iterator[SmtpChannel]:
    """A channel to Postfix."""
    channel = channel_to(postfix.url)
    yield channel
    channel.close()


def people_at(*names: str) -> list[Recipient]:
    """Return people of these names at one paper."""
    return [person(index, address=f"{name}@paper.example") for index, name in enumerate(names)]


def test_everybody_gets_one_message_of_their_own(postfix: RunningPostfix, channel: SmtpChannel) -> None:
    accepted = send(channel, 30)

    mail = postfix.mail(count=30)
    assert Counter(str(message["To"]) for message in mail) == Counter(recipient.address for recipient in people(30))
    assert all(message["To"] == message["X-Original-To"] == message["Delivered-To"] for message in mail)
    assert {message["Return-Path"] for message in mail} == {"<press@example.org>"}
    assert len({message["Message-ID"] for message in mail}) == 30
    assert accepted.remote_id in {message["Message-ID"] for message in mail}
    assert {message["List-Unsubscribe-Post"] for message in mail} == {"List-Unsubscribe=One-Click"}


@pytest.mark.parametrize(
    "text",
    [
        ".\n..\n.leading dot\nFrom here on\nend\n.",
        "word " * 4000,
        "x" * 5000,
        "Граждани на островите — “ferry” 渡轮 🚢\n" * 40,
        "a\tb \n \n",
    ],
    ids=["dots", "a long line", "a long word", "every script", "white space"],
)
def test_whatever_a_release_says_arrives(postfix: RunningPostfix, channel: SmtpChannel, text: str) -> None:
    send(channel, master=replace(EMAIL, text=text, html=f"<p>{text}</p>", subject="Граждани: “ferry” 渡轮 " * 5))

    (message,) = postfix.mail(count=1)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().rstrip("\n") == text.rstrip("\n")
    assert html.get_content().rstrip("\n") == f"<p>{text}</p>".rstrip("\n")
    assert message["Subject"].split() == ("Граждани: “ferry” 渡轮 " * 5).split()


def test_each_one_of_a_batch_ends_by_itself(postfix: RunningPostfix, channel: SmtpChannel) -> None:
    found = outcome(channel, people_at("ana", "gone", "later", "ben", "barred"))

    assert words(found) == ["Accepted", "Rejected", "NotSent", "Accepted", "Rejected"]
    assert [message["To"] for message in postfix.mail(count=2)] == ["ana@paper.example", "ben@paper.example"]


@pytest.mark.parametrize(("names", "kind"), [(("gone",), Rejected), (("later",), NotSent), (("later", "later2"), None)])
def test_one_outcome_for_all_needs_no_parts(channel: SmtpChannel, names: tuple[str, ...], kind: type[SendFailure] | None) -> None:
    found = outcome(channel, people_at(*names))

    assert type(found) is (kind or PartlySent)


def test_a_relay_that_bars_us_holds_before_anybody_is_refused(postfix: RunningPostfix, channel: SmtpChannel) -> None:
    found = outcome(channel, people_at("barred", "ana"))

    assert isinstance(found, NotSent)
    assert found.needs_staff
    assert postfix.mail(count=0) == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"sender": Sender(email="stranger@example.org", name="")}, 550),
        ({"subject": "Ferry tickets: buy now"}, 550),
        ({"text": "The ferry sails. " * 40_000}, 552),
    ],
    ids=["sender", "content", "size"],
)
def test_what_is_wrong_with_all_messages_holds_after_the_first(
    postfix: RunningPostfix, channel: SmtpChannel, change: dict[str, object], status: int
) -> None:
    found = outcome(channel, 3, master=replace(EMAIL, **change))  # type: ignore[arg-type]  # one field of the master

    assert isinstance(found, NotSent)
    assert (found.needs_staff, found.status) == (True, status)
    assert postfix.mail(count=0) == []


def test_an_address_beyond_ascii_arrives(postfix: RunningPostfix, channel: SmtpChannel) -> None:
    assert isinstance(outcome(channel, people_at("жора", "ana")), Accepted)

    assert [message["To"] for message in postfix.mail(count=2)] == ["ana@paper.example", "жора@paper.example"]


def test_a_signature_survives_the_way(postfix: RunningPostfix) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    channel = channel_to(postfix.url, signer=Signer(domain="example.org", selector="press", key=pem))

    send(channel, 2, master=replace(EMAIL, subject="Граждани 渡轮 " * 10, text=".\n. \nend"))
    channel.close()

    raw = postfix.raw_mail(count=2)
    assert all(dkim.verify(message, dnsfunc=lambda name, timeout=5: record) for message in raw)
    assert not any(dkim.verify(message.replace(b"desk@", b"disk@"), dnsfunc=lambda name, timeout=5: record) for message in raw)


def test_many_slots_share_a_few_connections_and_nobody_gets_it_twice(postfix: RunningPostfix, channel: SmtpChannel) -> None:
    def work(slot: int) -> None:
        send(channel, [person(index) for index in range(slot * 20, slot * 20 + 20)])

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({str(message["To"]) for message in postfix.mail(count=100)}) == 100
    assert len(postfix.mail(count=100)) == 100


def test_a_server_that_is_killed_in_mid_batch_has_who_was_accepted_and_at_most_one_more() -> None:
    """The promise to a reporter: in doubt is who may have it, and nobody is sent it again who has it."""
    if wanting := why_not_here():
        absent("Postfix", remedy=wanting)
    with RunningPostfix() as postfix:
        channel = channel_to(postfix.url)
        send(channel, [person(1000)])
        found = list[Accepted | SendFailure]()
        sender = threading.Thread(target=lambda: found.append(outcome(channel, 50)))
        sender.start()
        postfix.mail(count=5)
        postfix.stop(signal.SIGKILL)
        sender.join()
        channel.close()
        postfix.start()
        said = Counter(words(found[0]))
        # What it had accepted it delivers now, from its queue.
        arrived = {str(message["To"]) for message in postfix.mail(count=said["Accepted"] + 1)}
        time.sleep(0.3)
        arrived = {str(message["To"]) for message in postfix.mail(count=0)}

    assert isinstance(found[0], PartlySent)
    accepted = {who.address for who, one in zip(people(50), found[0].outcomes, strict=True) if isinstance(one, str)}
    doubtful = {who.address for who, one in zip(people(50), found[0].outcomes, strict=True) if isinstance(one, OutcomeUnknown)}
    assert 1 <= said["Accepted"] < 50
    assert len(doubtful) <= 1
    assert accepted <= arrived <= accepted | doubtful | {person(1000).address}


@pytest.fixture(scope="module")
def encrypted(certificate: Path) -> Iterator[RunningPostfix]:
    """A Postfix that insists on TLS."""
    if wanting := why_not_here():
        absent("Postfix", remedy=wanting)
    with RunningPostfix(certificate=certificate) as postfix:
        yield postfix


def test_under_tls_everything_arrives_too(encrypted: RunningPostfix, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    channel = channel_to(encrypted.url, starttls=True)
    channel.open()
    send(channel, 5)
    channel.close()

    mail = encrypted.mail(count=5)
    assert len(mail) == 5
    assert all("ESMTPS" in message["Received"] for message in mail)


def test_a_postfix_that_insists_on_tls_is_staffs_matter_when_tls_is_off(encrypted: RunningPostfix) -> None:
    channel = channel_to(encrypted.url)
    found = outcome(channel, 3)
    channel.close()

    assert isinstance(found, NotSent)
    assert (found.needs_staff, found.status) == (True, 530)


def test_a_certificate_of_nobody_stops_before_the_release(encrypted: RunningPostfix) -> None:
    channel = channel_to(encrypted.url, starttls=True)

    with pytest.raises(NotSent, match="certificate"):
        send(channel)
    channel.close()


def test_ledger_and_postfix_agree_about_everybody(
    postfix: RunningPostfix, channel: SmtpChannel, redis_client: redis.Redis
) -> None:
    """Batch after batch until only those are left whom the server puts off: nobody twice, nobody lost."""
    audience = people_at("ana", "gone", "later", "ben", "barred", "carla", "dora", "emil", "fay", "gil", "hana", "ida")
    desk = Desk(redis_client, dispatch=DISPATCH)
    desk.prepare(7, 5)
    frame, settlement = channel.frame(EMAIL), RedisEachSettlement(redis_client)
    for start, count in ((0, 7), (7, 5)):
        body = channel.stage(dispatch=DISPATCH, master=EMAIL, recipients=audience[start : start + count], links=LINKS)
        redis_client.set(f"d:{{{DISPATCH}}}:email:body:{start}", body)

    for _ in range(3):
        while isinstance(claim := desk.try_claim(), Claim):
            desk.submit(claim)
            staged = desk.ledger.staged(desk.id, EMAIL_CHANNEL, claim.start)
            try:
                accepted = channel.send(leave_to_send(), frame=frame, staged=staged, reply_to=None)
            except PartlySent as partly:
                runs, hold = runs_of(claim, partly, left_out=frozenset(), staged=staged, without=channel.without)
                assert settlement.settle_each(claim, runs, hold=hold)
            except SendFailure as failure:
                desk.ledger.settle_failed(claim, failure, retry_in=timedelta(minutes=1), hold="")
            else:
                desk.ledger.settle_accepted(claim, accepted)
        desk.end_pauses()

    assert desk.states() == "arparaaaaaaa"
    assert desk.counts() == desk.counted()
    assert Counter(str(message["To"]) for message in postfix.mail(count=9)) == Counter(
        who.address for who, letter in zip(audience, desk.states(), strict=True) if letter == "a"
    )
