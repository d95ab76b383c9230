"""The two pages for recipients: leaving, and reading the message in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from distributor.ports_dispatch import Verdict
from tests.flow.desk_with_people import PEOPLE, PeopleDesk
from tests.store.ledger_desk import ACCEPTED
from tests.web.conftest import Browser, WebDesk

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_opening_the_link_asks_and_changes_nothing(desk: WebDesk, browser: Browser) -> None:
    """Virus scanners and mail programs open every link before its reader does."""
    answer = browser.ask("GET", f"/unsubscribe/{desk.token_of(1)}")

    assert answer.status == 200
    assert b'<form method="post">' in answer.data
    assert desk.suppressed() == []
    assert desk.states() == "ppp"


def test_one_click_acts_without_cookie_page_or_redirect(desk: WebDesk, browser: Browser) -> None:
    """RFC 8058 section 3.2, as mailbox providers send it."""
    answer = browser.ask("POST", f"/unsubscribe/{desk.token_of(1)}", body=ONE_CLICK, headers=FORM)

    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert desk.suppressed() == [(PEOPLE[1], "unsubscribed", "recipient")]


def test_a_post_without_any_body_acts_too_and_twice_is_once(desk: WebDesk, browser: Browser) -> None:
    first = browser.ask("POST", f"/unsubscribe/{desk.token_of(1)}")
    again = browser.ask("POST", f"/unsubscribe/{desk.token_of(1)}")

    assert (first.status, again.status) == (200, 200)
    assert desk.suppressions.journal_end() == 1


def test_whoever_leaves_by_the_page_is_not_in_the_batch_that_waits(desk: WebDesk, browser: Browser) -> None:
    desk.claim()
    claim = desk.claim()

    browser.ask("POST", f"/unsubscribe/{desk.token_of(2)}", body=ONE_CLICK, headers=FORM)

    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).verdict is Verdict.STALE
    desk.sync.catch_up(desk.id)
    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).left_out == {1}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "..%2f..%2fetc", "%F0%9F%A6%86", "x%0d%0aSet-Cookie:%20a=b"])
def test_a_link_that_we_did_not_make_is_nowhere_and_is_not_repeated(browser: Browser, method: str, token: str) -> None:
    answer = browser.ask(method, f"/unsubscribe/{token}")

    assert answer.status == 404
    assert token.encode() not in answer.data or token == "x"
    assert "Set-Cookie" not in answer.headers


def test_the_address_is_in_no_answer(desk: WebDesk, browser: Browser) -> None:
    path = f"/unsubscribe/{desk.token_of(1)}"

    answers = [browser.ask("GET", path), browser.ask("POST", path), browser.ask("GET", f"/view/{desk.token_of(1)}")]

    assert all(PEOPLE[1].encode() not in answer.data for answer in answers)


def test_the_senders_name_is_text_and_never_markup(desk: WebDesk, browser: Browser) -> None:
    page = browser.ask("GET", f"/unsubscribe/{desk.token_of(1)}").data.decode()

    assert "The desk &amp; friends" in page


def test_pages_need_no_script_and_nothing_from_elsewhere(desk: WebDesk, browser: Browser) -> None:
    token = desk.token_of(1)
    pages = [
        browser.ask("GET", f"/unsubscribe/{token}"),
        browser.ask("GET", "/unsubscribe/x"),
        browser.ask("POST", f"/unsubscribe/{token}"),
    ]

    for page in pages:
        text = page.data.decode()
        assert "<script" not in text
        assert re.findall(r'(?:href|src)="([^"]+)"', text) == ["/page.css", "data:,"]
        assert '<html lang="en">' in text
    assert browser.ask("GET", "/page.css").headers["Content-Type"].startswith("text/css")


# Reading in a browser


def test_after_the_lift_the_message_is_shown_without_what_is_the_recipients_own(desk: WebDesk, browser: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    answer = browser.ask("GET", f"/view/{desk.token_of(0)}")

    assert answer.status == 200
    assert b"Bridges reopen" in answer.data
    assert b"%%pr-" not in answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_before_the_lift_nothing_tells_a_real_link_from_a_made_up_one(desk: WebDesk, browser: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    later = PeopleDesk(desk.client, dispatch="dlater")
    later.create(lift_in=timedelta(hours=1))
    later.open_batches(3, members=[later.number(address) for address in PEOPLE])

    real, made_up = browser.ask("GET", f"/view/{later.token_of(0)}"), browser.ask("GET", "/view/made-up")

    assert (real.status, real.data) == (404, made_up.data)
    assert {**real.headers, "date": ""} == {**made_up.headers, "date": ""}


def test_a_dispatch_held_over_its_lift_shows_nothing(desk: WebDesk, browser: Browser) -> None:
    desk.dispatches.hold(desk.id, by="Ana", reason="staff", note="")

    assert browser.ask("GET", f"/view/{desk.token_of(0)}").status == 404


def test_a_cancelled_dispatch_shows_nothing_any_more(desk: WebDesk, browser: Browser) -> None:
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    desk.dispatches.cancel(desk.id, by="Ana")

    assert browser.ask("GET", f"/view/{desk.token_of(0)}").status == 404


def test_a_dispatch_that_is_gone_shows_nothing(desk: WebDesk, browser: Browser) -> None:
    gone = PeopleDesk(desk.client, dispatch="dgone")

    assert browser.ask("GET", f"/view/{gone.token_of(0)}").status == 404
