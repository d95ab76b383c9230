"""Every row of X's tables, and everything that has none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.channels.x_answer import read_answer, told_in
from distributor.channels.x_transport import Answer
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.quota import Allowance

#: Status: the word, and whether a person must act first.
_ROWS = {
    307: (NotSent, True),
    308: (NotSent, True),
    400: (Rejected, False),
    401: (NotSent, True),
    402: (NotSent, True),
    403: (NotSent, True),
    404: (NotSent, True),
    405: (NotSent, True),
    429: (NotSent, False),
}


def failure(status: int, shape: object = None, **headers: str) -> SendFailure:
    """Return what an answer other than an acceptance means."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    with pytest.raises(SendFailure) as raised:
        read_answer(Answer(status=status, body=orjson.dumps(shape), headers=named))
    return raised.value


@pytest.mark.parametrize("status", _ROWS)
def test_a_refusal_says_what_may_be_done(status: int) -> None:
    found = failure(status)

    kind, needs_staff = _ROWS[status]
    assert type(found) is kind
    assert found.status == status
    assert getattr(found, "needs_staff", False) == needs_staff


def test_every_status_without_a_row_is_in_doubt() -> None:
    without = set(range(100, 1000)) - set(_ROWS)

    assert {type(failure(status)) for status in without} == {OutcomeUnknown}


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("You are not allowed to create a Tweet with duplicate content.", OutcomeUnknown),
        ("You attempted to reply to a Tweet that is deleted or not visible to you.", NotSent),
        ("Posts are limited to a maximum of one cashtag.", Rejected),
        ("$.media.media_ids: there must be a maximum of 4 items in the array", Rejected),
        ("The Tweet contains an invalid URL.", Rejected),
        ("You are not permitted to perform this action.", NotSent),
        ("", NotSent),
    ],
)
@pytest.mark.parametrize("is_older_shape", [False, True], ids=["problem", "errors"])
def test_the_words_of_a_403_decide(detail: str, kind: type[SendFailure], is_older_shape: bool) -> None:
    shape = {"errors": [{"message": detail}]} if is_older_shape else {"title": "Forbidden", "detail": detail, "status": 403}

    found = failure(403, shape)

    assert type(found) is kind
    assert found.status == 403
    assert not detail or detail not in str(found)


def test_a_text_that_is_posted_already_is_looked_for_and_not_given_up() -> None:
    """It may be this very part, taken before its answer was lost."""
    found = failure(403, {"detail": "You are not allowed to create a Tweet with duplicate content."})

    assert isinstance(found, OutcomeUnknown)


def test_a_part_before_that_is_not_visible_yet_is_waited_for() -> None:
    """X shows a post to itself some seconds late; a hold would stop the thread for nothing."""
    found = failure(403, {"errors": [{"code": 385, "message": "?"}]})

    assert isinstance(found, NotSent)
    assert found.retry_after == timedelta(seconds=2)
    assert not found.needs_staff


@pytest.mark.parametrize(
    "shape",
    [
        None,
        {},
        {"data": None},
        {"data": {}},
        {"data": {"id": 17}},
        {"data": {"id": "x"}},
        {"data": {"id": "١"}},
        {"errors": []},
        [1],
    ],
)
def test_a_created_post_without_an_id_is_in_doubt(shape: object) -> None:
    found = failure(201, shape)

    assert type(found) is OutcomeUnknown


def test_an_acceptance_names_where_the_public_sees_the_post() -> None:
    accepted = read_answer(Answer(status=201, body=b'{"data":{"id":"1500"}}', headers={}))

    assert (accepted.remote_id, accepted.url) == ("1500", "https://x.com/i/status/1500")


@pytest.mark.parametrize(
    ("quotas", "seconds"),
    [
        ({"x_rate_limit_reset": "1774828870"}, 10),
        ({"x_rate_limit_reset": "1774828870", "x_app_limit_24hour_remaining": "5", "x_app_limit_24hour_reset": "1774829860"}, 10),
        (
            {"x_rate_limit_reset": "1774828870", "x_app_limit_24hour_remaining": "0", "x_app_limit_24hour_reset": "1774829860"},
            1000,
        ),
        ({"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": "1774829860"}, 1000),
    ],
)
def test_the_quota_that_is_used_up_says_how_long_to_wait(quotas: dict[str, str], seconds: int) -> None:
    found = failure(429, Date="Mon, 30 Mar 2026 00:01:00 GMT", **quotas)

    assert isinstance(found, NotSent)
    assert found.retry_after == timedelta(seconds=seconds)


_DATE = {"Date": "Mon, 30 Mar 2026 00:01:00 GMT"}
_MIDNIGHT = datetime(2026, 3, 30, tzinfo=UTC)


def limit(name: str, most: str, left: str, reset: datetime) -> dict[str, str]:
    """Return the three headers of one limit."""
    return {f"{name}-limit": most, f"{name}-remaining": left, f"{name}-reset": str(int(reset.timestamp()))}


@pytest.mark.parametrize("status", [201, 403, 429, 503])
def test_whatever_x_answers_to_a_post_its_limits_are_heard(status: int) -> None:
    soon, tomorrow = _MIDNIGHT + timedelta(minutes=9), _MIDNIGHT + timedelta(hours=20)
    window, day = limit("x-rate-limit", "100", "97", soon), limit("x-app-limit-24hour", "10000", "9000", tomorrow)

    told = told_in(Answer(status=status, body=b"", headers=_DATE | window | day))

    assert told is not None
    assert told.at == _MIDNIGHT + timedelta(minutes=1)
    assert told.window == Allowance(most=100, left=97, ends_at=soon)
    assert told.day == Allowance(most=10_000, left=9000, ends_at=tomorrow)


def test_of_two_limits_by_the_day_the_tighter_counts() -> None:
    ends_at = _MIDNIGHT + timedelta(hours=20)
    app, user = limit("x-app-limit-24hour", "10000", "9", ends_at), limit("x-user-limit-24hour", "50", "3", ends_at)

    told = told_in(Answer(status=201, body=b"", headers=_DATE | app | user))

    assert told is not None
    assert told.day == Allowance(most=50, left=3, ends_at=ends_at)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0"},
        limit("x-rate-limit", "-1", "0", _MIDNIGHT),
        limit("x-rate-limit", "100", "none", _MIDNIGHT),
        limit("x-rate-limit", "100", "0", _MIDNIGHT + timedelta(days=2)),
        {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "9" * 12},
    ],
)
def test_a_limit_that_makes_no_sense_is_not_heard(headers: dict[str, str]) -> None:
    """A person may be refused by such a word, so a strange one counts for nothing."""
    assert told_in(Answer(status=201, body=b"", headers=_DATE | headers)) is None


@given(
    st.dictionaries(st.sampled_from([f"x-rate-limit-{word}" for word in ("limit", "remaining", "reset")] + ["Date"]), st.text())
)
def test_no_header_stands_in_the_way_of_an_acceptance(headers: dict[str, str]) -> None:
    told_in(Answer(status=201, body=b"", headers=headers))
