"""The provider's events at the door: signed, bounded, quick, and harmless to repeat."""

from __future__ import annotations

import http.client
import time
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.channels.sendgrid_payload import DELIVERY_ARGUMENT
from distributor.core.delivery_event import EventPost
from distributor.core.errors import StoreUnavailable
from distributor.flow.apply_events import EventApplier
from distributor.store.event_inbox import MOST_WAITING, RedisEventInbox
from distributor.web.app import MOST_EVENT_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER
from tests.flow.desk_with_people import PEOPLE
from tests.store.ledger_desk import ACCEPTED
from tests.web.conftest import Browser, Site, WebDesk, events, signed

POST = events(("dweb", 0, "delivered"), ("dweb", 1, "spamreport"))


@pytest.fixture
def sent(desk: WebDesk) -> WebDesk:
    """Return the desk with everything sent."""
    for _ in range(2):
        desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    return desk


def applied(desk: WebDesk) -> None:
    """Wait until whatever was taken is in the ledger."""
    until = time.monotonic() + 10
    while desk.inbox.length():
        assert time.monotonic() < until, "posts are still waiting"
        time.sleep(0.005)


def test_signed_events_move_deliveries_and_suppress(sent: WebDesk, reader: Browser) -> None:
    answer = reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST))

    assert answer.status == 200
    applied(sent)
    assert sent.states() == "DCa"
    assert sent.suppressed() == [(PEOPLE[1], "complained", "provider")]


def test_the_same_post_twice_changes_nothing_more(sent: WebDesk, reader: Browser) -> None:
    reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST))

    answer = reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST))

    assert answer.status == 200
    applied(sent)
    assert sent.states() == "DCa"
    assert sent.suppressions.journal_end() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE_HEADER: "not a signature", TIMESTAMP_HEADER: "1774829000"},
        {SIGNATURE_HEADER: signed(POST)[SIGNATURE_HEADER]},
        {**signed(POST), TIMESTAMP_HEADER: "1774829001"},
        signed(POST + b"\r\n"),
    ],
)
def test_what_the_provider_did_not_sign_is_not_taken(sent: WebDesk, reader: Browser, headers: dict[str, str]) -> None:
    answer = reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=headers)

    assert answer.status == 403
    assert sent.states() == "aaa"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(body=st.binary(max_size=300))
def test_no_unsigned_bytes_get_past_the_door(reader: Browser, body: bytes) -> None:
    assert reader.ask("POST", "/webhooks/sendgrid", body=body, headers={SIGNATURE_HEADER: "00"}).status == 403


def test_signed_bytes_that_are_no_json_are_refused_with_the_reason(reader: Browser) -> None:
    answer = reader.ask("POST", "/webhooks/sendgrid", body=b"[1, 2", headers=signed(b"[1, 2"))

    assert answer.status == 400
    assert b"not JSON" in answer.data


def test_a_post_that_says_that_it_is_too_long_is_refused_before_it_is_read(reader: Browser) -> None:
    connection = http.client.HTTPConnection(reader.url.removeprefix("http://"), timeout=5)
    connection.putrequest("POST", "/webhooks/sendgrid")
    connection.putheader("Content-Length", str(MOST_EVENT_BYTES + 1))
    connection.endheaders()

    assert connection.getresponse().status == 413
    connection.close()


def test_a_post_that_hides_its_length_is_refused_when_it_is_too_long(reader: Browser) -> None:
    answer = reader.pool.request(
        "POST", reader.url + "/webhooks/sendgrid", body=(b"x" * 65_536 for _ in range(100)), chunked=True
    )

    assert answer.status == 413


def test_without_a_key_nothing_is_believed_and_the_answer_says_what_is_missing(browser_without_key: Browser) -> None:
    answer = browser_without_key.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST))

    assert answer.status == 503
    assert b"DISTRIBUTOR_SENDGRID__WEBHOOK_PUBLIC_KEY" in answer.data


def test_events_that_could_not_be_stored_are_asked_for_again(desk: WebDesk, site: Site) -> None:
    """Any answer but a success makes the provider try again for a day."""

    class Away(RedisEventInbox):
        def put(self, body: bytes) -> NoReturn:
            raise StoreUnavailable("Redis does not answer.")

    reader = site.open(replace(desk.parts(), inbox=Away(desk.client)))

    assert reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST)).status == 503


def test_ten_thousand_events_a_second_get_through_the_door(desk: WebDesk, reader: Browser) -> None:
    """DESIGN.md §9, in posts of 1,000, with signature, reading and the durable write. The best of five posts counts."""
    body = events(*(("dweb", index % 3, "delivered") for index in range(1000)))
    headers = signed(body)
    took = []

    for _ in range(5):
        begun = time.perf_counter()
        assert reader.ask("POST", "/webhooks/sendgrid", body=body, headers=headers).status == 200
        applied(desk)
        took.append(time.perf_counter() - begun)

    assert min(took) < 0.1


@pytest.mark.parametrize(("age_s", "status"), [(25 * 3600 - 3600, 200), (25 * 3600 + 3601, 403), (-500, 200), (-3 * 3600, 403)])
def test_a_post_that_somebody_kept_for_long_is_not_taken(sent: WebDesk, reader: Browser, age_s: int, status: int) -> None:
    """The tests' web process lives an hour after 1774829000."""
    headers = signed(POST, timestamp=str(1774829000 + (3600 if age_s < 0 else 0) - age_s))

    assert reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=headers).status == status


def test_what_was_answered_is_applied_by_a_worker_when_the_web_process_ends(sent: WebDesk, site: Site) -> None:
    """The post is kept before it is answered; here nobody applies it behind the answer."""

    class Gone(EventApplier):
        def apply(self, kept: str, body: bytes, post: EventPost) -> None:
            """Be cut off."""

    gone = Gone(inbox=sent.inbox, read=sent.applier.read, match=sent.applier.match, record=sent.applier.record)
    reader = site.open(replace(sent.parts(), applier=gone))

    assert reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST)).status == 200
    assert (sent.states(), sent.inbox.length()) == ("aaa", 1)
    assert sent.applier.sweep(older_than=timedelta(0)) == 1
    assert (sent.states(), sent.inbox.length()) == ("DCa", 0)


def test_a_full_inbox_asks_the_provider_to_come_again(sent: WebDesk, reader: Browser) -> None:
    for _ in range(MOST_WAITING):
        sent.client.xadd("events:inbox", {"body": b"[]"})

    answer = reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST))

    assert answer.status == 503
    assert sent.inbox.length() == MOST_WAITING


def test_a_late_bounce_without_an_id_finds_its_delivery(sent: WebDesk, reader: Browser) -> None:
    now = int(sent.clock.now().timestamp())
    body = orjson.dumps([{"event": "bounce", "email": PEOPLE[2].upper(), "timestamp": now, "status": "5.1.1", "type": "bounce"}])

    reader.ask("POST", "/webhooks/sendgrid", body=body, headers=signed(body))

    applied(sent)
    assert sent.states() == "aaB"
    assert sent.suppressed() == [(PEOPLE[2], "bounced", "provider")]


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "stranger@elsewhere.example"},
        {"email": "not an address"},
        {"email": 7},
        {"timestamp": 1},
        {"event": "delivered"},
        {DELIVERY_ARGUMENT: "somebody-elses.1"},
        {"pr_alert": "a1"},
    ],
)
def test_what_cannot_be_matched_changes_nothing(sent: WebDesk, reader: Browser, changed: dict[str, object]) -> None:
    event = {"event": "bounce", "email": PEOPLE[2], "timestamp": int(sent.clock.now().timestamp()), "status": "5.1.1"} | changed
    body = orjson.dumps([event])

    reader.ask("POST", "/webhooks/sendgrid", body=body, headers=signed(body))

    applied(sent)
    assert (sent.states(), sent.suppressed(), sent.inbox.aside()) == ("aaa", [], 0)


def test_a_post_that_cannot_be_applied_is_kept_and_blocks_nobody(sent: WebDesk, site: Site) -> None:
    def fall(events: object) -> NoReturn:
        raise ValueError("a defect")

    broken = replace(sent.applier, record=fall)
    reader = site.open(replace(sent.parts(), applier=broken))

    assert reader.ask("POST", "/webhooks/sendgrid", body=POST, headers=signed(POST)).status == 200

    applied(sent)
    assert sent.inbox.aside() == 1
    assert (sent.states(), sent.applier.sweep(older_than=timedelta(0))) == ("aaa", 0)
