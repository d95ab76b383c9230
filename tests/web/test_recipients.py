"""The two pages for recipients: leaving, and reading the message in a reader."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import redis

from distributor.core.ids import ListName
from distributor.ports_dispatch import Verdict
from tests.flow.desk_with_people import PEOPLE, PeopleDesk
from tests.store.ledger_desk import ACCEPTED
from tests.web.conftest import Browser, WebDesk

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_opening_the_link_asks_and_changes_nothing(desk: WebDesk, reader: Browser) -> None:
    """Virus scanners and mail programs open every link before its reader does."""
    answer = reader.ask("GET", f"/unsubscribe/{desk.token_of(1)}")

    assert answer.status == 200
    assert b'<form method="post">' in answer.data
    assert desk.suppressed() == []
    assert desk.states() == "ppp"


def test_one_click_acts_without_cookie_page_or_redirect(desk: WebDesk, reader: Browser) -> None:
    """RFC 8058 section 3.2, as mailbox providers send it."""
    answer = reader.ask("POST", f"/unsubscribe/{desk.token_of(1)}", body=ONE_CLICK, headers=FORM)

    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert desk.suppressed() == [(PEOPLE[1], "unsubscribed", "recipient")]


def test_a_post_without_any_body_acts_too_and_twice_is_once(desk: WebDesk, reader: Browser) -> None:
    first = reader.ask("POST", f"/unsubscribe/{desk.token_of(1)}")
    again = reader.ask("POST", f"/unsubscribe/{desk.token_of(1)}")

    assert (first.status, again.status) == (200, 200)
    assert desk.suppressions.journal_end() == 1


def test_whoever_leaves_by_the_page_is_not_in_the_batch_that_waits(desk: WebDesk, reader: Browser) -> None:
    desk.claim()
    claim = desk.claim()

    reader.ask("POST", f"/unsubscribe/{desk.token_of(2)}", body=ONE_CLICK, headers=FORM)

    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).verdict is Verdict.STALE
    desk.sync.catch_up(desk.id)
    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).left_out == {1}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "..%2f..%2fetc", "%F0%9F%A6%86", "x%0d%0aSet-Cookie:%20a=b"])
def test_a_link_that_we_did_not_make_is_nowhere_and_is_not_repeated(reader: Browser, method: str, token: str) -> None:
    answer = reader.ask(method, f"/unsubscribe/{token}")

    assert answer.status == 404
    assert token.encode() not in answer.data or token == "x"
    assert "Set-Cookie" not in answer.headers


def test_the_address_is_in_no_answer(desk: WebDesk, reader: Browser) -> None:
    path = f"/unsubscribe/{desk.token_of(1)}"

    answers = [reader.ask("GET", path), reader.ask("POST", path), reader.ask("GET", f"/view/{desk.token_of(1)}")]

    assert all(PEOPLE[1].encode() not in answer.data for answer in answers)


def test_the_senders_name_is_text_and_never_markup(desk: WebDesk, reader: Browser) -> None:
    page = reader.ask("GET", f"/unsubscribe/{desk.token_of(1)}").data.decode()

    assert "The desk &amp; friends" in page


def test_pages_need_no_script_and_nothing_from_elsewhere(desk: WebDesk, reader: Browser) -> None:
    token = desk.token_of(1)
    pages = [
        reader.ask("GET", f"/unsubscribe/{token}"),
        reader.ask("GET", "/unsubscribe/x"),
        reader.ask("POST", f"/unsubscribe/{token}"),
    ]

    for page in pages:
        text = page.data.decode()
        assert "<script" not in text
        assert re.findall(r'(?:href|src)="([^"]+)"', text) == ["/page.css", "data:,"]
        assert '<html lang="en" dir="ltr">' in text
    assert reader.ask("GET", "/page.css").headers["Content-Type"].startswith("text/css")


# Reading in a reader


def test_after_the_lift_the_message_is_shown_without_what_is_the_recipients_own(desk: WebDesk, reader: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    answer = reader.ask("GET", f"/view/{desk.token_of(0)}")

    assert answer.status == 200
    assert b"Bridges reopen" in answer.data
    assert b"%%pr-" not in answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_before_the_lift_nothing_tells_a_real_link_from_a_made_up_one(desk: WebDesk, reader: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    later = PeopleDesk(desk.client, dispatch="dlater")
    later.create(lift_in=timedelta(hours=1))
    later.open_batches(3, members=[later.number(address) for address in PEOPLE])

    real, made_up = reader.ask("GET", f"/view/{later.token_of(0)}"), reader.ask("GET", "/view/made-up")

    assert (real.status, real.data) == (404, made_up.data)
    assert {**real.headers, "date": ""} == {**made_up.headers, "date": ""}


def test_a_dispatch_held_over_its_lift_shows_nothing(desk: WebDesk, reader: Browser) -> None:
    desk.dispatches.hold(desk.id, by="Ana", reason="staff", note="")

    assert reader.ask("GET", f"/view/{desk.token_of(0)}").status == 404


def test_a_cancelled_dispatch_shows_nothing_any_more(desk: WebDesk, reader: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    desk.dispatches.cancel(desk.id, by="Ana")

    assert reader.ask("GET", f"/view/{desk.token_of(0)}").status == 404


def test_a_dispatch_that_is_gone_shows_nothing(desk: WebDesk, reader: Browser) -> None:
    gone = PeopleDesk(desk.client, dispatch="dgone")

    assert reader.ask("GET", f"/view/{gone.token_of(0)}").status == 404


# Choosing


def choose(reader: Browser, desk: WebDesk, index: int, **fields: str) -> tuple[int, str]:
    """Post one of the page's forms as a reader does; return status and page."""
    answer = reader.ask("POST", f"/unsubscribe/{desk.token_of(index)}", body=urlencode(fields).encode(), headers=FORM)
    return answer.status, answer.data.decode()


def test_leaving_one_list_keeps_the_person_on_others(desk: WebDesk, reader: Browser) -> None:
    status, page = choose(reader, desk, 1, action="list")

    assert status == 200
    assert "You have left this list" in page
    assert desk.suppressed() == []
    assert PEOPLE[1] not in {contact.address for contact in desk.book.everyone_on(ListName("press"))}


def test_the_page_speaks_the_recipients_language_and_changes_it(desk: WebDesk, reader: Browser) -> None:
    _, page = choose(reader, desk, 1, action="language", language="ar")

    assert '<html lang="ar" dir="rtl">' in page
    assert '<html lang="ar" dir="rtl">' in reader.ask("GET", f"/unsubscribe/{desk.token_of(1)}").data.decode()
    assert desk.suppressed() == []


def test_whoever_takes_it_back_is_mailed_again(desk: WebDesk, reader: Browser) -> None:
    _, page = choose(reader, desk, 1)
    assert 'value="undo"' in page

    _, page = choose(reader, desk, 1, action="undo")

    assert "You are on the list again" in page
    assert desk.suppressed() == []


def test_a_complaint_offers_nothing_to_take_back(desk: WebDesk, reader: Browser) -> None:
    desk.suppressions.add(PEOPLE[1], reason="complained", by="provider", at=desk.unsubscriber.clock.now())

    page = reader.ask("GET", f"/unsubscribe/{desk.token_of(1)}").data.decode()

    assert 'value="undo"' not in page
    assert choose(reader, desk, 1, action="undo")[0] == 200
    assert len(desk.suppressed()) == 1


@pytest.mark.parametrize("language", ["", "no language", "<script>", "../../etc", "fr\r\nX: y", "é" * 400])
def test_a_strange_language_changes_nothing_and_is_not_repeated(desk: WebDesk, reader: Browser, language: str) -> None:
    status, page = choose(reader, desk, 1, action="language", language=language)

    assert status == 200
    assert desk.suppressed() == []
    assert "<script" not in page


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            b"--b\r\nContent-Disposition: form-data; name=List-Unsubscribe\r\n\r\nOne-Click\r\n--b--",
            "multipart/form-data; boundary=b",
        ),
        (b"action=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"a=1&" * 2000, "application/x-www-form-urlencoded"),
        (b"x" * 100_000, "text/plain"),
        (b"action=nonsense", "application/x-www-form-urlencoded"),
        (b'{"action": "language"}', "application/json"),
    ],
)
def test_whatever_stands_in_the_body_the_post_leaves(desk: WebDesk, reader: Browser, body: bytes, kind: str) -> None:
    """Fail towards being left alone: nobody who asks in a strange form is mailed again for it."""
    answer = reader.ask("POST", f"/unsubscribe/{desk.token_of(1)}", body=body, headers={"Content-Type": kind})

    assert answer.status == 200
    assert [address for address, _, _ in desk.suppressed()] == [PEOPLE[1]]


@pytest.mark.parametrize("asked", ["fr-CH, de;q=0.5", "xx", "", "*", "a" * 5000, "en-US,en;q=0.9", "\u00e9"])
def test_a_stranger_is_answered_in_the_browsers_language(reader: Browser, asked: str) -> None:
    page = reader.ask("GET", "/unsubscribe/x", headers={"Accept-Language": asked.encode("latin-1").decode("latin-1")})

    assert page.status == 404
    assert ('<html lang="fr"' if asked.startswith("fr") else '<html lang="en"') in page.data.decode()


def test_a_scanner_that_opens_everything_changes_nothing(desk: WebDesk, reader: Browser, redis_client: redis.Redis) -> None:
    """Virus scanners open every link of a message, with any method that they think is harmless, and follow what they find."""
    before = {key: redis_client.dump(key) for key in redis_client.keys("*")}
    links = [f"/{page}/{desk.token_of(index)}" for page in ("unsubscribe", "view") for index in range(3)]

    for link in links:
        for method in ("GET", "HEAD", "OPTIONS", "PROPFIND"):
            for query in ("", "?action=all", "?List-Unsubscribe=One-Click"):
                answer = reader.ask(method, link + query)
                found = re.findall(r'(?:href|src|action)="(/[^"]+)"', answer.data.decode())
                assert all(reader.ask("GET", deeper).status == 200 for deeper in found)

    assert {key: redis_client.dump(key) for key in redis_client.keys("*")} == before
