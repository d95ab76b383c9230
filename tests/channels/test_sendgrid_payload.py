"""What a request to SendGrid holds, and that nothing in it can become something else."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.channels.sendgrid_payload import assemble, build_frame, build_personalizations, drop, message_id
from distributor.core.audience import Recipient
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId
from distributor.core.links import RecipientLinks
from distributor.core.message import EmailMaster, Slot, html_token, text_token
from tests.channels.material import DISPATCH, EMAIL, LINKS, people, person

_RESERVED = set('"\\@,;<> \t\r\n\0%')
_LOCAL_PARTS = st.text(st.characters(codec="ascii"), min_size=1, max_size=40).filter(lambda text: not _RESERVED & set(text))


def stage(recipients: list[Recipient], *, master: EmailMaster = EMAIL, dispatch: str = DISPATCH) -> bytes:
    """Return the batch as SendGrid would get it."""
    return build_personalizations(
        dispatch=DispatchId(dispatch), master=master, recipients=recipients, links=LINKS, sender_domain="example.org"
    )


def read(staged: bytes) -> list[dict[str, Any]]:
    """Return the personalizations."""
    return cast("list[dict[str, Any]]", orjson.loads(b"[" + staged + b"]"))


def test_a_request_is_the_frame_around_the_batch() -> None:
    body = orjson.loads(b"".join(assemble(build_frame(EMAIL), stage(people(2)))))

    assert list(body) == ["personalizations", "from", "subject", "content", "tracking_settings", "reply_to"]
    assert body["from"] == {"email": "press@example.org", "name": "Harbour desk"}
    assert body["reply_to"] == {"email": "desk@example.org"}
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert [part["value"] for part in body["content"]] == [EMAIL.text, EMAIL.html]
    assert not any(setting["enable"] for setting in body["tracking_settings"].values())


def test_each_person_gets_a_message_of_their_own() -> None:
    (one,) = read(stage([person(41)]))

    links = LINKS(person(41))
    assert one["to"] == [{"email": "reporter41@paper5.example"}]
    assert set(one) == {"to", "substitutions", "headers", "custom_args"}
    assert one["custom_args"] == {"pr_delivery": f"{DISPATCH}.41"}
    assert one["headers"] == {
        "List-Unsubscribe": f"<{links.unsubscribe_url}>, <{links.unsubscribe_mailto}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<releases.example.org>",
        "Message-ID": f"<{message_id(DISPATCH, 41)}@example.org>",
    }


def test_only_the_tokens_that_stand_in_the_master_are_filled() -> None:
    (one,) = read(stage([person(0)]))

    links = LINKS(person(0))
    assert one["substitutions"] == {
        html_token(Slot.UNSUBSCRIBE_URL): links.unsubscribe_url,
        text_token(Slot.UNSUBSCRIBE_URL): links.unsubscribe_url,
        text_token(Slot.VIEW_URL): links.view_url,
        html_token(Slot.ADDRESS): person(0).address,
    }


def test_a_master_without_slots_needs_no_substitutions() -> None:
    (one,) = read(stage([person(0)], master=replace(EMAIL, html="<p>Hello</p>", text="Hello")))

    assert one["substitutions"] == {}


@given(local=_LOCAL_PARTS)
def test_an_address_is_one_persons_whatever_stands_in_it(local: str) -> None:
    """An address is somebody else's input: as JSON, as HTML and as text it must come out as it went in."""
    address = f"{local}@paper.example"
    master = replace(EMAIL, text=EMAIL.text + text_token(Slot.ADDRESS))

    one, two = read(stage([person(0, address=address), person(1)], master=master))

    assert one["to"] == [{"email": address}]
    assert one["substitutions"][text_token(Slot.ADDRESS)] == address
    assert unescape(one["substitutions"][html_token(Slot.ADDRESS)]) == address
    assert not set("<>\"'") & set(one["substitutions"][html_token(Slot.ADDRESS)])
    assert two["to"] == [{"email": person(1).address}]


@pytest.mark.parametrize("address", ["zoë@paper.example", "zoe@zeitung.köln"])
def test_an_address_beyond_ascii_is_refused_and_not_quoted(address: str) -> None:
    with pytest.raises(BadInput) as raised:
        stage([person(3), person(4, address=address)])

    assert raised.value.where == "recipient 4"
    assert address not in str(raised.value)


@pytest.mark.parametrize("field", ["email", "reply_to"])
def test_a_sender_beyond_ascii_is_refused_before_approval(field: str) -> None:
    sender = replace(EMAIL.sender, **{field: "presse@zeitung.köln"})

    with pytest.raises(BadInput) as raised:
        build_frame(replace(EMAIL, sender=sender))

    assert raised.value.where == f"sender.{field}"


@pytest.mark.parametrize(
    "link", ["https://x.example/a>, <https://y.example", "https://x.example/\r\nBcc: z", "https://köln.example/"]
)
def test_a_link_cannot_become_another_header(link: str) -> None:
    def links(recipient: Recipient) -> RecipientLinks:
        return RecipientLinks(unsubscribe_url=link, view_url="", unsubscribe_mailto="")

    with pytest.raises(BadInput):
        build_personalizations(dispatch=DISPATCH, master=EMAIL, recipients=[person()], links=links, sender_domain="example.org")


def test_a_link_with_an_ampersand_is_escaped_in_html_only() -> None:
    def links(recipient: Recipient) -> RecipientLinks:
        return RecipientLinks(unsubscribe_url="https://x.example/?a=1&b=2", view_url="https://x.example/v", unsubscribe_mailto="")

    staged = build_personalizations(
        dispatch=DISPATCH, master=EMAIL, recipients=[person()], links=links, sender_domain="example.org"
    )

    (one,) = read(staged)
    assert one["substitutions"][html_token(Slot.UNSUBSCRIBE_URL)] == "https://x.example/?a=1&amp;b=2"
    assert one["substitutions"][text_token(Slot.UNSUBSCRIBE_URL)] == "https://x.example/?a=1&b=2"
    assert one["headers"]["List-Unsubscribe"] == "<https://x.example/?a=1&b=2>"


def test_a_message_id_names_the_delivery_and_not_the_try() -> None:
    first, again = read(stage(people(3))), read(stage(people(3)))
    other = read(stage(people(3), dispatch="dzzzzzzzzzz"))

    ids = [one["headers"]["Message-ID"] for one in first + other]
    assert ids[:3] == [one["headers"]["Message-ID"] for one in again]
    assert len(set(ids)) == 6


def test_more_than_a_request_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="1000"):
        stage(people(1001))


@pytest.mark.parametrize(
    ("dispatch", "domain"), [('d"x', "example.org"), ("", "example.org"), ("d1", 'x"y'), ("d1", ""), ("d1", "köln.de")]
)
def test_what_is_not_ours_cannot_stand_between_quotation_marks(dispatch: str, domain: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        build_personalizations(
            dispatch=DispatchId(dispatch), master=EMAIL, recipients=people(1), links=LINKS, sender_domain=domain
        )


@given(count=st.integers(1, 12), data=st.data())
def test_dropping_leaves_exactly_the_others_in_order(count: int, data: st.DataObject) -> None:
    positions = data.draw(st.frozensets(st.integers(0, count - 1)))

    left = drop(stage(people(count)), positions)

    assert read(left) == [one for at, one in enumerate(read(stage(people(count)))) if at not in positions]
    assert (left == b"") == (len(positions) == count)
