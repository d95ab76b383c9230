"""Signed events reach the webhook as SendGrid would send them."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from tests.sandbox.clients import Json, Mailer, mail, person


@dataclass
class Receiver:
    """A webhook's end: keeps what it was sent and answers as told."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def events(self) -> list[Json]:
        """All events of all posts, as they came."""
        return [event for body, _ in self.posts for event in orjson.loads(body)]

    def names(self, address: str) -> list[object]:
        """The events of one address, as they came."""
        return [event["event"] for event in self.events() if event["email"] == address]

    def wait_for(self, is_met: Callable[[], bool]) -> None:
        """Wait until the condition holds, at most five seconds."""
        end = time.monotonic() + 5
        while not is_met() and time.monotonic() < end:
            time.sleep(0.01)
        assert is_met()


@pytest.fixture(scope="module")
def one_receiver() -> Iterator[Receiver]:
    """A webhook's end on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append((body, dict(self.headers)))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/sendgrid"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def sandbox_with_events(one_receiver: Receiver) -> Iterator[RunningSandbox]:
    """A sandbox that posts its events to the receiver, soon."""
    with RunningSandbox(SandboxSettings(webhook_url=one_receiver.url, webhook_delay_s=0.02)) as sandbox:
        yield sandbox


@pytest.fixture
def mailer_with_events(sandbox_with_events: RunningSandbox) -> Mailer:
    """A client of that sandbox, which holds nothing yet."""
    sandbox_with_events.reset()
    return Mailer(sandbox_with_events)


@pytest.fixture
def receiver(one_receiver: Receiver, mailer_with_events: Mailer) -> Receiver:
    """The receiver, emptied after the sandbox was."""
    assert mailer_with_events.sandbox.summary()["messages"] == 0
    one_receiver.posts.clear()
    one_receiver.statuses.clear()
    return one_receiver


def test_events_are_signed_over_timestamp_and_raw_body(mailer_with_events: Mailer, receiver: Receiver) -> None:
    mailer_with_events.send(mail())
    receiver.wait_for(lambda: len(receiver.posts) == 2)
    spki = base64.b64decode(mailer_with_events.sandbox.webhook_public_key())
    key = serialization.load_der_public_key(spki)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    body, headers = receiver.posts[0]
    signature = base64.b64decode(headers["X-Twilio-Email-Event-Webhook-Signature"])
    timestamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"].encode()

    key.verify(signature, timestamp + body, ec.ECDSA(hashes.SHA256()))

    assert body.endswith(b"]\r\n")
    with pytest.raises(InvalidSignature):
        key.verify(signature, timestamp + body.strip(), ec.ECDSA(hashes.SHA256()))


def test_the_real_client_verifies_the_signature(mailer_with_events: Mailer, receiver: Receiver) -> None:
    mailer_with_events.send(mail())
    receiver.wait_for(lambda: len(receiver.posts) == 2)
    body, headers = receiver.posts[0]
    webhook = EventWebhook(mailer_with_events.sandbox.webhook_public_key())

    assert webhook.verify_signature(body.decode(), headers[EventWebhookHeader.SIGNATURE], headers[EventWebhookHeader.TIMESTAMP])


def test_the_address_decides_what_becomes_of_a_message(mailer_with_events: Mailer, receiver: Receiver) -> None:
    locals_ = ("plain", "bounce", "drop", "defer", "complain", "block", "late-bounce")
    mailer_with_events.send(mail([person(local=local) for local in locals_]))

    receiver.wait_for(lambda: len(receiver.events()) == 16)

    assert {local: receiver.names(f"{local}0@example.net") for local in locals_} == {
        "plain": ["processed", "delivered"],
        "bounce": ["processed", "bounce"],
        "drop": ["dropped"],
        "defer": ["processed", "deferred", "delivered"],
        "complain": ["processed", "delivered", "spamreport"],
        "block": ["processed", "bounce"],
        "late-bounce": ["processed", "delivered", "bounce"],
    }


def test_events_carry_our_arguments_and_the_request_s_id(mailer_with_events: Mailer, receiver: Receiver) -> None:
    answer = mailer_with_events.send(mail([{**person(7), "custom_args": {"pr_delivery": "7", "event": "ours"}}]))
    receiver.wait_for(lambda: len(receiver.events()) == 2)

    event = receiver.events()[0]

    assert event["pr_delivery"] == "7"
    assert event["event"] == "processed", "a field of the event wins over an argument of the same name"
    assert str(event["sg_message_id"]).startswith(answer.headers["x-message-id"] + ".recvd-")
    assert len({str(each["sg_event_id"]) for each in receiver.events()}) == 2


def test_what_is_not_taken_is_sent_again_unchanged(mailer_with_events: Mailer, receiver: Receiver) -> None:
    receiver.statuses = [503]

    mailer_with_events.send(mail())
    receiver.wait_for(lambda: len(receiver.posts) == 3)

    bodies = [body for body, _ in receiver.posts]
    assert sorted(map(bodies.count, bodies)) == [1, 2, 2]


def test_a_post_of_events_may_be_doubled_or_lost(mailer_with_events: Mailer, receiver: Receiver) -> None:
    mailer_with_events.sandbox.play(
        {"provider": "events", "kind": "duplicate", "next": 1}, {"provider": "events", "kind": "lose", "next": 1}
    )

    mailer_with_events.send(mail())
    receiver.wait_for(lambda: len(receiver.posts) == 2)
    time.sleep(0.1)

    assert receiver.names("reporter0@example.net") == ["processed", "processed"]


def test_the_events_of_a_post_may_be_shuffled(mailer_with_events: Mailer, receiver: Receiver) -> None:
    mailer_with_events.sandbox.play({"provider": "events", "kind": "reorder", "seconds": 0})

    mailer_with_events.send(mail(person(n) for n in range(30)))
    receiver.wait_for(lambda: len(receiver.events()) == 60)

    numbers = [int(str(event["pr_index"])) for event in receiver.events()[:30]]
    assert numbers != list(range(30))
    assert sorted(numbers) == list(range(30))


def test_a_large_request_s_events_come_in_posts_of_at_most_768_kilobytes(mailer_with_events: Mailer, receiver: Receiver) -> None:
    people = [{**person(n), "custom_args": {"pr_note": "x" * 1000, "pr_index": str(n)}} for n in range(1000)]

    mailer_with_events.send(mail(people))
    receiver.wait_for(lambda: len(receiver.events()) == 2000)

    assert len(receiver.posts) == 4
    assert all(len(body) <= 768 * 1024 + 4096 for body, _ in receiver.posts)


def test_no_events_are_posted_without_a_target(mailer: Mailer) -> None:
    mailer.send(mail())

    assert mailer.sandbox.summary()["events"] == {"delivered": 0, "failed": 0, "waiting": 0}
