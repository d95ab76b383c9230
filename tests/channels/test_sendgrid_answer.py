"""Every row of SendGrid's table, and everything that has none."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from distributor.channels.sendgrid import SendGridChannel, read_answer
from distributor.channels.sendgrid_transport import Answer
from distributor.core.errors import ConfigurationError, NotSent, OutcomeUnknown, Rejected, SendFailure
from tests.channels.providers import SENDGRID

#: Status: the word, and whether a person must act first.
_ROWS = {
    307: (NotSent, True),
    308: (NotSent, True),
    400: (Rejected, False),
    401: (NotSent, True),
    403: (NotSent, True),
    404: (NotSent, True),
    405: (NotSent, True),
    413: (Rejected, False),
    415: (NotSent, True),
    429: (NotSent, False),
}


def failure(status: int, body: bytes = b"", **headers: str) -> SendFailure:
    """Return what an answer other than an acceptance means."""
    with pytest.raises(SendFailure) as raised:
        read_answer(Answer(status=status, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}))
    return raised.value


def errors(*fields: str | None) -> bytes:
    """Return a refusal that names these fields and quotes something."""
    return orjson.dumps({"errors": [{"message": "Bad: Ferry sails", "field": field, "help": None} for field in fields]})


@pytest.mark.parametrize("status", _ROWS)
def test_a_refusal_says_what_may_be_done(status: int) -> None:
    found = failure(status)

    kind, needs_staff = _ROWS[status]
    assert type(found) is kind
    assert found.status == status
    assert getattr(found, "needs_staff", False) == needs_staff
    assert getattr(found, "is_divisible", False) == (kind is Rejected)


def test_every_status_without_a_row_is_in_doubt() -> None:
    """Also a 200, which is the sandbox mode's, and every 5xx, which may come after the mail was taken."""
    without = set(range(100, 1000)) - set(_ROWS) - {202}

    assert {type(failure(status)) for status in without} == {OutcomeUnknown}


@pytest.mark.parametrize(
    ("given", "kept"), [("Xj5LmNkWSOqRbdvOpR34BA", "Xj5LmNkWSOqRbdvOpR34BA"), ("", ""), ("a" * 999, ""), ("ä", "")]
)
def test_an_acceptance_keeps_an_id_that_can_be_one(given: str, kept: str) -> None:
    accepted = read_answer(Answer(status=202, body=b"", headers={"X-Message-Id": given}))

    assert accepted.remote_id == kept
    assert accepted.url == ""


@pytest.mark.parametrize(("status", "wait"), [(429, timedelta(seconds=12)), (401, None)])
def test_a_wait_is_believed_from_a_busy_provider_only(status: int, wait: timedelta | None) -> None:
    found = failure(status, Retry_After="12")

    assert isinstance(found, NotSent)
    assert found.retry_after == wait


@pytest.mark.parametrize("body", [errors("from.email"), errors("subject", "content.0.value")], ids=["one", "two"])
def test_a_fault_in_what_all_share_stops_for_staff(body: bytes) -> None:
    """Halving would ask SendGrid two thousand times per batch, and refuse everybody in the end."""
    found = failure(400, body)

    assert isinstance(found, NotSent)
    assert found.needs_staff
    assert "Ferry" not in str(found)


@pytest.mark.parametrize(
    "body",
    [
        errors("personalizations.7.to.0.email"),
        errors("from.email", "personalizations.1.to"),
        errors(None),
        b"",
        b"[]",
        b'{"errors":[]}',
    ],
    ids=["a person", "both", "nothing said", "no body", "a list", "no error"],
)
def test_any_other_refusal_may_be_one_persons_fault(body: bytes) -> None:
    found = failure(400, body)

    assert isinstance(found, Rejected)
    assert found.is_divisible
    assert "Ferry" not in str(found)


@pytest.mark.parametrize("key", ["", "SG.key\n", "SG. key", "SG.schlüssel"])
def test_a_key_that_no_request_can_carry_stops_the_start(key: str) -> None:
    """Found out at the lift, it would leave every batch in doubt."""
    with pytest.raises(ConfigurationError) as raised:
        SendGridChannel(
            api_key=key,
            base_url="http://127.0.0.1:1",
            sender_domain="example.org",
            connect_timeout=timedelta(seconds=1),
            read_timeout=timedelta(seconds=1),
            pool_size=1,
        )

    assert not key.strip() or key.strip() not in str(raised.value)


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "https://", "http://host:port"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError):
        SENDGRID.channel(url)
