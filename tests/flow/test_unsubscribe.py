"""A recipient's word by the link in the message: it holds at once, also against batches that are staged already."""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.ids import ContactNumber, Index
from distributor.core.leaving import Leaving
from distributor.core.links import TokenHolder, make_token
from distributor.ports_dispatch import Verdict
from tests.flow.desk_with_people import PEOPLE, SECRET, PeopleDesk
from tests.store.ledger_desk import ACCEPTED


@pytest.fixture
def desk(redis_client: redis.Redis) -> PeopleDesk:
    """Return a desk with three people on its list and nothing sent."""
    return PeopleDesk(redis_client)


def test_somebody_who_unsubscribes_after_staging_is_left_out_at_the_gate(desk: PeopleDesk) -> None:
    """The whole way through the real scripts: link, suppression, journal, gate."""
    desk.invite(1, 2)
    desk.claim()
    claim = desk.claim()

    assert desk.unsubscriber.unsubscribe(desk.token_of(2)) is Leaving.LEFT

    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).verdict is Verdict.STALE
    assert desk.sync.catch_up(desk.id) == 1
    answer = desk.submit(claim, journal_seen=desk.sync.journal_end())
    assert answer.verdict is Verdict.OPEN
    assert answer.left_out == {1}
    assert desk.states() == "csS"


def test_the_suppression_names_its_reason_and_the_audit_names_no_address(desk: PeopleDesk) -> None:
    desk.invite(3)

    desk.unsubscriber.unsubscribe(desk.token_of(1))

    assert desk.suppressed() == [(PEOPLE[1], "unsubscribed", "recipient")]
    (entry,) = desk.audit.entries(subject=desk.id)
    assert (entry.by, entry.action, entry.reason, entry.facts) == (
        "recipient", "suppression.added", "unsubscribed", (("index", "1"),)
    )  # fmt: skip
    assert "@" not in str(entry)


def test_the_same_word_twice_is_one_word(desk: PeopleDesk) -> None:
    """Mail programs repeat one-click requests, and people press buttons twice."""
    desk.invite(3)
    desk.unsubscriber.unsubscribe(desk.token_of(1))

    assert desk.unsubscriber.unsubscribe(desk.token_of(1)) is Leaving.LEFT_BEFORE

    assert desk.suppressions.journal_end() == 1
    assert len(list(desk.audit.entries())) == 1


def test_using_the_link_proves_that_the_message_arrived(desk: PeopleDesk) -> None:
    desk.invite(3)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    desk.unsubscriber.unsubscribe(desk.token_of(0))

    assert desk.states() == "Uaa"


def test_somebody_who_was_erased_needs_no_suppression(desk: PeopleDesk) -> None:
    desk.invite(3)
    erased = make_token(TokenHolder(dispatch=desk.id, index=Index(0), contact=ContactNumber(999)), secret=SECRET)

    assert desk.unsubscriber.unsubscribe(erased) is Leaving.LEFT_BEFORE
    assert desk.suppressed() == []


def test_a_link_signed_by_somebody_else_does_nothing(desk: PeopleDesk) -> None:
    desk.invite(3)
    holder = TokenHolder(dispatch=desk.id, index=Index(0), contact=desk.number(PEOPLE[0]))
    forged = make_token(holder, secret=b"somebody else's secret")

    assert desk.unsubscriber.unsubscribe(forged) is Leaving.NO_SUCH_LINK
    assert not desk.unsubscriber.knows(forged)
    assert desk.suppressed() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,120}", fullmatch=True))
def test_no_made_up_link_suppresses_anybody(desk: PeopleDesk, token: str) -> None:
    assert desk.unsubscriber.unsubscribe(token) is Leaving.NO_SUCH_LINK
    assert desk.suppressed() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 60), letter=st.sampled_from("ABab01-_"))
def test_a_link_with_one_letter_changed_is_not_ours(desk: PeopleDesk, at: int, letter: str) -> None:
    """Only the last letter carries bits that mean nothing, so it alone may differ without changing what it says."""
    token = make_token(TokenHolder(dispatch=desk.id, index=Index(1), contact=ContactNumber(2)), secret=SECRET)
    at %= len(token) - 1
    changed = token[:at] + letter + token[at + 1 :]

    assert desk.unsubscriber.knows(changed) == (changed == token)
