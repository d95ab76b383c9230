"""`why`: in sentences, what happened and what can be done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from distributor.bootstrap_contacts import person_deliveries
from distributor.core.errors import NotFound
from distributor.core.ids import DispatchId
from distributor.flow.explain import explain_dispatch, explain_recipient
from distributor.sandbox.faults import FaultKind
from tests.flow.newsroom import EMAIL, Newsroom, X


def when(moment: datetime) -> str:
    """Return a moment as the test reads it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def about(newsroom: Newsroom, dispatch: DispatchId) -> str:
    """Return what `why D` says."""
    service = newsroom.service
    return "\n".join(explain_dispatch(dispatch, dispatches=service.dispatches, audit=service.audit, when=when))


def about_one(newsroom: Newsroom, dispatch: DispatchId, address: str) -> str:
    """Return what `why D RECIPIENT` says."""
    service = newsroom.service
    lines = explain_recipient(
        dispatch,
        address,
        dispatches=service.dispatches,
        deliveries=person_deliveries(service),
        book=service.book,
        suppressions=service.suppressions,
        when=when,
    )
    return "\n".join(lines)


def test_a_batch_in_doubt_is_explained_with_its_age_and_with_what_can_end_it(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    since = dict(newsroom.status(plan.dispatch).channels)[EMAIL].in_doubt_since
    assert since is not None

    said, said_of_one = about(newsroom, plan.dispatch), about_one(newsroom, plan.dispatch, "r1@news.example")

    assert f"3 in doubt since {when(since)}" in said
    assert "event of the provider's webhook" in said
    assert f"distributor dispatch settle {plan.dispatch} --unknown sent|again" in said
    assert "state unknown" in said_of_one
    assert f"in doubt since {when(since)}" in said_of_one


def test_a_decision_ends_the_doubt_and_its_age(newsroom: Newsroom) -> None:
    newsroom.crowd(3)
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()

    newsroom.service.ledger.decide(plan.dispatch, EMAIL, send_again=False)

    assert dict(newsroom.status(plan.dispatch).channels)[EMAIL].in_doubt_since is None
    assert "in doubt" not in about(newsroom, plan.dispatch)


def test_a_part_in_doubt_is_looked_for_and_its_age_ends_when_it_is_found(newsroom: Newsroom) -> None:
    newsroom.sandbox.play({"provider": "x", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    plan = newsroom.schedule(newsroom.approved(), channels=(X,), lists=())
    newsroom.work()
    assert "own posts are read" in about(newsroom, plan.dispatch)

    newsroom.service.reconciler.reconcile(plan.dispatch)

    assert dict(newsroom.status(plan.dispatch).channels)[X].in_doubt_since is None


def test_who_scheduled_and_approved_is_said_and_a_stranger_is_not_in_the_audience(newsroom: Newsroom) -> None:
    newsroom.crowd(1)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()

    said = about(newsroom, plan.dispatch)

    assert "by Ben Okri" in said
    assert "accepted by the provider; nothing is known of its delivery yet" in about_one(
        newsroom, plan.dispatch, "r0@news.example"
    )
    with pytest.raises(NotFound, match="stranger"):
        about_one(newsroom, plan.dispatch, "stranger@news.example")
