"""Health: what `doctor` says, asked by one asker in the background; settings without their secrets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from distributor.core.finding import Finding
from distributor.web.staff.lookout import Lookout
from tests.web.staff.conftest import EDITOR, StaffSite

GOOD = Finding(name="sendgrid.reachable", passed=True, message="SendGrid answers.")


def at_noon() -> datetime:
    """Return the same instant at every call."""
    return datetime(2026, 3, 30, 12, tzinfo=UTC)


def test_many_who_look_ask_once_and_nobody_waits_for_long() -> None:
    asked, may_answer = [], threading.Event()

    def examine() -> tuple[Finding, ...]:
        asked.append(1)
        may_answer.wait(10)
        return (GOOD,)

    lookout = Lookout(examine, now=at_noon)

    first = [lookout.seen(wait=timedelta(milliseconds=5)) for _ in range(10)]
    lookout.look_again()
    may_answer.set()
    lookout.close()

    assert [(seen.is_looking, seen.at) for seen in first] == [(True, None)] * 10
    assert (lookout.seen().findings, lookout.seen().at, len(asked)) == ((GOOD,), at_noon(), 1)


def test_a_look_that_fails_is_told_and_the_next_one_is_not_held_up() -> None:
    moments = iter(at_noon() + timedelta(hours=number) for number in range(20))
    lookout = Lookout(lambda: 1 / 0, now=lambda: next(moments))  # type: ignore[arg-type,return-value] # it never returns

    lookout.seen(wait=timedelta(seconds=5))
    first = lookout.seen()
    lookout.close()

    assert ("ZeroDivisionError" in first.findings[0].message, first.findings[0].passed) == (True, False)
    assert lookout.seen(wait=timedelta(seconds=5)).at != first.at


def test_the_page_shows_what_doctor_found_and_no_secret(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    site.get("/health", session)
    site.application.lookout.close()

    page = site.get("/health", session).text

    assert "SendGrid answers." in page
    assert "The tokens are accepted." in page
    assert "No worker is alive" in page
    assert "set, not shown" in page
    account = site.newsroom.sandbox.settings
    for secret in (account.api_key, account.consumer_secret, account.access_token, account.access_token_secret):
        assert secret not in page


def test_looking_again_is_a_form_and_leads_back(site: StaffSite) -> None:
    answer = site.post("/health/look", site.sign_in(EDITOR))

    assert (answer.status, answer.headers["location"]) == (303, "/health")
