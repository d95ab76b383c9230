"""SendGrid's events: only SendGrid's own are believed, and each means what its row says."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any, cast

import orjson
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.channels.sendgrid_events import UNLISTED, new_key_pair, read_events, verify
from distributor.core.delivery import RANKS, State
from distributor.core.delivery_event import Mark
from distributor.core.errors import BadInput
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from tests.channels.loopback import Loopback, reply
from tests.channels.material import DISPATCH, EMAIL, LINKS, leave_to_send, person
from tests.channels.providers import SENDGRID

_PRIVATE, _PUBLIC = new_key_pair()
_KEY = cast("ec.EllipticCurvePrivateKey", serialization.load_pem_private_key(_PRIVATE.encode(), password=None))
_AT = "1774828860"
_BODY = b'[{"event":"delivered"}]\r\n'


def signature(timestamp: str = _AT, body: bytes = _BODY) -> str:
    """Return what SendGrid would put into the header."""
    return base64.b64encode(_KEY.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


def event(name: str, **fields: object) -> dict[str, object]:
    """Return one event about the delivery with index 4."""
    return {"event": name, "email": "ana@paper.example", "timestamp": int(_AT), "pr_delivery": f"{DISPATCH}.4", **fields}


def read(*events: object) -> list[Any]:
    """Return what the events mean."""
    return list(read_events(orjson.dumps(events)))


def test_exactly_what_was_signed_is_believed() -> None:
    assert verify(public_key=_PUBLIC, signature=signature(), timestamp=_AT, body=_BODY)


def test_a_key_that_was_pasted_in_lines_is_the_same_key() -> None:
    folded = f" {_PUBLIC[:64]}\n{_PUBLIC[64:]}\n"

    assert verify(public_key=folded, signature=signature(), timestamp=_AT, body=_BODY)


@pytest.mark.parametrize(
    ("timestamp", "body"),
    [(_AT, _BODY.strip()), (_AT, _BODY + b" "), ("1774828861", _BODY), (_AT, b'[{"event":"bounce"}]\r\n')],
    ids=["line end lost", "space added", "other second", "other event"],
)
def test_nothing_that_was_changed_is_believed(timestamp: str, body: bytes) -> None:
    assert not verify(public_key=_PUBLIC, signature=signature(), timestamp=timestamp, body=body)


def test_a_digit_cannot_move_from_the_time_to_the_body() -> None:
    """The signed text has no mark between the two."""
    signed = signature("17748288601", b"[]")

    assert not verify(public_key=_PUBLIC, signature=signed, timestamp="1774828860", body=b"1[]")
    assert not verify(public_key=_PUBLIC, signature=signed, timestamp="17748288601", body=b"[]")


def test_another_kind_of_key_signs_nothing() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    assert not verify(public_key=base64.b64encode(spki).decode(), signature=signature(), timestamp=_AT, body=_BODY)


@given(
    public_key=st.text() | st.just(_PUBLIC),
    given_signature=st.text() | st.just(signature()),
    timestamp=st.text(),
    body=st.binary(),
)
@example(public_key=_PUBLIC, given_signature="ä", timestamp=_AT, body=_BODY)
@example(public_key=_PUBLIC, given_signature="", timestamp=_AT, body=_BODY)
@example(public_key=_PUBLIC, given_signature="AAAA", timestamp=_AT, body=_BODY)
@example(public_key="AAAA", given_signature=signature(), timestamp=_AT, body=_BODY)
@example(public_key="", given_signature=signature(), timestamp=_AT, body=_BODY)
@example(public_key=_PUBLIC, given_signature=signature(), timestamp="١٧٧٤٨٢٨٨٦٠", body=_BODY)
def test_garbage_is_not_signed(public_key: str, given_signature: str, timestamp: str, body: bytes) -> None:
    assert not verify(public_key=public_key, signature=given_signature, timestamp=timestamp, body=body)


@pytest.mark.parametrize(
    ("name", "state", "mark"),
    [
        ("processed", State.ACCEPTED, None),
        ("deferred", State.DEFERRED, None),
        ("delivered", State.DELIVERED, None),
        ("bounce", State.BOUNCED, None),
        ("dropped", State.DROPPED, None),
        ("open", State.DELIVERED, Mark.OPENED),
        ("click", State.DELIVERED, Mark.CLICKED),
        ("spamreport", State.COMPLAINED, None),
        ("unsubscribe", State.UNSUBSCRIBED, None),
        ("group_unsubscribe", State.UNSUBSCRIBED, None),
        ("group_resubscribe", State.DELIVERED, None),
        ("invented_tomorrow", UNLISTED, None),
        ("", UNLISTED, None),
    ],
)
def test_an_event_proves_what_its_row_says(name: str, state: State, mark: Mark | None) -> None:
    (found,) = read(event(name))

    assert (found.dispatch, found.index) == (DISPATCH, 4)
    assert (found.state, found.mark) == (state, mark)
    assert found.at == datetime.fromtimestamp(int(_AT), UTC)
    assert state in RANKS


def test_a_program_that_fetches_pictures_has_read_nothing() -> None:
    (found,) = read(event("open", sg_machine_open=True))

    assert (found.state, found.mark) == (State.DELIVERED, None)


@pytest.mark.parametrize(
    ("name", "fields", "is_permanent"),
    [
        ("bounce", {"type": "bounce", "status": "5.1.1", "bounce_classification": "Invalid Address"}, True),
        ("bounce", {"type": "bounce", "status": "5.0.0"}, True),
        ("bounce", {"type": "bounce", "status": None}, True),
        ("bounce", {"type": "blocked", "status": "5.7.1", "bounce_classification": "Reputation"}, False),
        ("bounce", {"type": "bounce", "status": "5.7.1", "bounce_classification": "Content"}, False),
        ("bounce", {"type": "bounce", "status": "5.2.2", "bounce_classification": "Mailbox Unavailable"}, False),
        ("bounce", {"type": "bounce", "status": "5.2.2"}, False),
        ("bounce", {"type": "bounce", "status": "4.4.2"}, False),
        ("dropped", {"reason": "Bounced Address"}, True),
        ("dropped", {"reason": "Invalid"}, True),
        ("dropped", {"reason": "Unsubscribed Address"}, True),
        ("dropped", {"reason": "Spam Reporting Address"}, True),
        ("dropped", {"reason": "Invalid SMTPAPI header"}, False),
        ("dropped", {"reason": "Spam Content"}, False),
        ("dropped", {"reason": "Recipient List over Package Quota"}, False),
        ("dropped", {}, False),
        ("delivered", {"status": "5.1.1"}, False),
    ],
)
def test_only_an_address_that_is_bad_for_good_is_called_so(name: str, fields: dict[str, object], is_permanent: bool) -> None:
    """It is never mailed again: a fault of ours or a bad day of theirs must not do that."""
    (found,) = read(event(name, **fields))

    assert found.is_permanent == is_permanent


@pytest.mark.parametrize(
    "foreign",
    [
        {"event": "account_status_change", "timestamp": int(_AT)},
        event("delivered", pr_delivery="x"),
        event("delivered", pr_delivery=""),
        event("delivered", pr_delivery=".4"),
        event("delivered", pr_delivery=f"{DISPATCH}.-1"),
        event("delivered", pr_delivery=f"{DISPATCH}.9999999999"),
        event("delivered", pr_delivery=f"{DISPATCH}.٤"),
        event("delivered", pr_delivery="{x}:y.4"),
        event("delivered", pr_delivery=["d.4"]),
        "text",
        None,
    ],
)
def test_what_is_not_about_a_delivery_of_ours_is_left_out(foreign: object) -> None:
    found = read(event("delivered"), foreign, event("bounce"))

    assert [one.state for one in found] == [State.DELIVERED, State.BOUNCED]


@pytest.mark.parametrize("timestamp", [None, "", -1, 1e30, True, [], "1774828860 "])
def test_an_event_without_a_readable_time_proves_as_much(timestamp: object) -> None:
    (found,) = read(event("delivered", timestamp=timestamp))

    assert found.state is State.DELIVERED
    assert found.at == datetime.fromtimestamp(0, UTC)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[", b"\xff", b'{"event":"delivered"}'])
def test_a_body_that_is_no_list_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_events(body)


_values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.lists(st.integers(), max_size=2)
)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["event", "timestamp", "pr_delivery", "type", "status", "reason", "bounce_classification"]), _values
        )
        | _values
    )
)
def test_no_list_of_anything_breaks_the_reading(events: list[object]) -> None:
    # Not orjson: a hostile body may hold numbers of any size.
    body = json.dumps([event("bounce", **one) if isinstance(one, dict) else one for one in events]).encode()

    found = read_events(body)

    assert len(found) <= len(events)


def test_the_events_of_what_was_sent_come_back_to_it() -> None:
    """From the request through the provider's signature to the delivery, with the same ids all the way."""
    with Loopback(reply(200)) as webhook:
        settings = SandboxSettings(webhook_url=webhook.url, webhook_delay_s=0.01, webhook_private_key=_PRIVATE)
        with RunningSandbox(settings) as sandbox:
            channel = SENDGRID.channel(sandbox.url)
            people = [person(5), person(6, address="bounce@paper.example")]
            staged = channel.stage(dispatch=DISPATCH, master=EMAIL, recipients=people, links=LINKS)
            channel.send(leave_to_send(), frame=channel.frame(EMAIL), staged=staged, reply_to=None)
            give_up_at = time.monotonic() + 5
            while len(webhook.requests) < 2 and time.monotonic() < give_up_at:
                time.sleep(0.01)

    seen = []
    for request in webhook.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
        raw = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        mark = next(text for name, text in raw.items() if name.lower().endswith("webhook-signature"))
        when = next(text for name, text in headers.items() if name.endswith("webhook-timestamp"))
        assert verify(public_key=_PUBLIC, signature=mark, timestamp=when, body=body)
        seen += [(one.index, one.state, one.is_permanent) for one in read_events(body)]
    assert set(seen) == {
        (5, State.ACCEPTED, False),
        (5, State.DELIVERED, False),
        (6, State.ACCEPTED, False),
        (6, State.BOUNCED, True),
    }
