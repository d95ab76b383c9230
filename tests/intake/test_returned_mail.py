"""Mail that comes back: believed only where it carries a token, and never able to make us fall over."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.delivery import State
from distributor.core.returned_mail import MailKind
from distributor.intake.returned_mail import read_mail

TOKEN = "AAAAAQAAAAJkc2FtcGxlEjRWeJCrze8SNFZ4"
ORIGINAL = f"""\
From: press@campaign.example
To: ana@paper.example
Message-ID: <1@campaign.example>
List-Unsubscribe: <https://campaign.example/unsubscribe/{TOKEN}>,
 <mailto:press@campaign.example?subject=unsubscribe%20{TOKEN}>
Subject: A release
"""


def report(kind: str, fields: str, *, returned: str = "text/rfc822-headers", original: str = ORIGINAL) -> bytes:
    """Return a report as mail servers write them."""
    middle = {"delivery-status": "message/delivery-status", "feedback-report": "message/feedback-report"}[kind]
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: press@campaign.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: {middle}\n\n{fields}\n"
        f"--b\nContent-Type: {returned}\n\n{original}\n--b--\n"
    ).encode()


def bounce(status: str, action: str = "failed") -> bytes:
    """Return a delivery report."""
    return report(
        "delivery-status",
        f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ana@paper.example\nAction: {action}\nStatus: {status}\n",
    )


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("5.0.0", False),
        ("4.1.1", False),
        ("5.11.1", False),
        ("", False),
    ],
)
def test_only_a_bad_address_is_bad_for_good(status: str, is_permanent: bool) -> None:
    mail = read_mail(bounce(status))

    assert (mail.kind, mail.token, mail.state, mail.is_permanent) == (MailKind.BOUNCE, TOKEN, State.BOUNCED, is_permanent)


@pytest.mark.parametrize(
    ("action", "state"), [("delayed", State.DEFERRED), ("Delivered", State.DELIVERED), ("relayed", State.DELIVERED)]
)
def test_a_report_of_another_end_is_none_of_a_bounce(action: str, state: State) -> None:
    assert read_mail(bounce("5.1.1", action)).state is state
    assert not read_mail(bounce("5.1.1", action)).is_permanent


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_complaint_is_known_by_the_message_that_it_returns(returned: str) -> None:
    mail = read_mail(
        report("feedback-report", "Feedback-Type: abuse\nVersion: 1\n", returned=returned, original=ORIGINAL + "\nText\n")
    )

    assert (mail.kind, mail.token, mail.state) == (MailKind.COMPLAINT, TOKEN, State.COMPLAINED)


@pytest.mark.parametrize("subject", [f"unsubscribe {TOKEN}", f"Unsubscribe  {TOKEN} ", f"UNSUBSCRIBE {TOKEN}"])
def test_the_subject_of_the_leave_address_is_understood(subject: str) -> None:
    mail = read_mail(f"From: ana@paper.example\nSubject: {subject}\n\n\n".encode())

    assert (mail.kind, mail.token) == (MailKind.LEAVE, TOKEN)


def test_an_answer_that_quotes_the_release_asks_for_nothing() -> None:
    """Every answer of a reporter quotes the message, and with it the link to leave."""
    answer = EmailMessage()
    answer["From"], answer["Subject"] = "ana@paper.example", "Re: A release"
    answer.set_content(f"When is the briefing?\n\n> Unsubscribe: https://campaign.example/unsubscribe/{TOKEN}\n")

    mail = read_mail(answer.as_bytes())

    assert (mail.kind, mail.token, mail.state) == (MailKind.OTHER, "", None)


def test_somebody_on_holiday_does_not_ask_to_leave() -> None:
    mail = read_mail(b"From: ana@paper.example\nAuto-Submitted: auto-replied\nSubject: Out of office: unsubscribe\n\nAway.\n")

    assert mail.kind is MailKind.AUTOMATIC


@given(data=st.binary(max_size=600))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    read_mail(data)


@given(cut=st.integers(0, 900), junk=st.binary(max_size=20), at=st.integers(0, 900))
def test_no_broken_report_makes_it_fall_over(cut: int, junk: bytes, at: int) -> None:
    whole = bounce("5.1.1")
    read_mail(whole[:cut])
    read_mail(whole[:at] + junk + whole[at:])


@pytest.mark.parametrize("depth", [300, 20_000])
def test_a_mail_of_parts_within_parts_is_read_to_a_bound(depth: int) -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(depth))

    assert read_mail(deep).kind is MailKind.OTHER
